"""The needed columns of a table, read through once: by arrays where the text is well-formed, else record by record."""

import csv
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

from opsconsole.domain.progress import Progress
from opsconsole.imports import fields, limits
from opsconsole.imports.columns import TableBuilder, TextTable
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.tables import InputFile, KeptRows, NumberedRow, Table, head, open_unpacked

_CHUNK = 10_000
_ALL = sys.maxsize


def watched(file: InputFile, progress: Progress | None) -> Callable[[int], None]:
    """What is told the number of rows read so far: refuses absurdly long files; raises Cancelled when cancelled."""

    def watch(count: int) -> None:
        if count > limits.MAX_RECORDS:
            raise limits.too_large(file.name, f"it has more than {limits.MAX_RECORDS:,} rows")
        if progress is not None:
            progress.step(count, 0, f"{file.name}: {count:,} rows read")

    return watch


def collect(
    table: Table, names: Sequence[str], needed: Collection[str], header_line: int, watch: Callable[[int], None]
) -> TextTable:
    """The needed columns below the header; ``watch`` is told the number of rows so far and may raise.

    Memory: the columns' distinct texts and four bytes per row and column.
    """
    return next(in_chunks(table, names, needed, header_line, watch, _ALL))


def in_chunks(
    table: Table,
    names: Sequence[str],
    needed: Collection[str],
    header_line: int,
    watch: Callable[[int], None],
    rows: int,
) -> Iterator[TextTable]:
    """As ``collect``, about so many rows at a time; one table at least."""
    fast = isinstance(table, DelimitedText) and table.encoding in fields.ENCODINGS and not table.old_line_breaks
    encoding = table.encoding.removesuffix("-sig") if isinstance(table, DelimitedText) and fast else ""
    spare = 0 if isinstance(table, KeptRows) else spare_cells(table, len(names), header_line)
    make = partial(TableBuilder, names, needed, ragged=table.ragged, encoding=encoding, spare=spare)
    if isinstance(table, DelimitedText) and fast:
        steps = _by_fields(table, header_line, min(rows, _CHUNK))
    else:
        steps = _by_records((row for row in table.rows() if row[0] > header_line), min(rows, _CHUNK))
    builder, done = make(), 0
    for add in steps:
        add(builder)
        watch(done + builder.count)
        if builder.count >= rows:
            yield builder.table()
            builder, done = make(), done + builder.count
    if builder.count or not done:
        yield builder.table()


def spare_cells(table: Table, width: int, header_line: int) -> int:
    """How many cells most of the first rows have beyond the header's: a delimiter at the end of every line."""
    widths = Counter(len(row) for line, row in head(table) if line > header_line and any(map(str.strip, row)))
    return max(0, widths.most_common(1)[0][0] - width) if widths else 0


def _by_records(rows: Iterator[NumberedRow], many: int = _CHUNK) -> Iterator[Callable[[TableBuilder], None]]:
    while chunk := list(itertools.islice(rows, many)):
        yield partial(_add_rows, chunk)


def _add_rows(rows: Sequence[NumberedRow], builder: TableBuilder) -> None:
    builder.add([line for line, _ in rows], [row for _, row in rows])


def blocks_below(table: DelimitedText, header_line: int) -> Iterator[fields.Block]:
    """A file below its header, in blocks of whole lines."""
    first = next((line for line, _ in table.rows() if line > header_line), 0)
    if not first:
        return
    with open_unpacked(table.file) as stream:
        for _ in range(first - 1):
            stream.readline(limits.MAX_LINE)
        yield from fields.blocks(stream, first)


def _by_fields(table: DelimitedText, header_line: int, many: int) -> Iterator[Callable[[TableBuilder], None]]:
    for block in blocks_below(table, header_line):
        plain = table.quoted or b'"' not in block.content
        if not plain or not fields.well_quoted(block, table.delimiter):
            yield from _by_records(((line, row) for line, row in table.rows() if line >= block.line), many)
            return
        yield partial(add_block, block, table)


def add_block(
    block: fields.Block, table: DelimitedText, builder: TableBuilder, found: fields.Fields | None = None
) -> None:
    """Append the rows of a block of whole, well-quoted records; ``found`` are its fields where they are known."""
    found = found or fields.fields_of(block, table.delimiter, builder.width)
    if found is None or not builder.add_fields(found):
        for add in _by_records(records_of(block, table)):
            add(builder)


def records_of(block: fields.Block, table: DelimitedText) -> Iterator[NumberedRow]:
    """The rows of such a block, by the csv module."""
    text = block.content.decode(table.encoding.removesuffix("-sig"), "surrogateescape")
    lines = [f"{line}\n" for line in text.split("\n")]
    if text.endswith("\n"):
        lines.pop()
    else:
        lines[-1] = lines[-1].removesuffix("\n")
    reader = csv.reader(lines, delimiter=table.delimiter)
    begins = 1
    try:
        for row in reader:
            yield block.line + begins - 1, row
            begins = reader.line_num + 1
    except csv.Error as fault:
        raise table.broken(fault, block.line + begins - 1) from fault


def rows_on(table: DelimitedText, wanted: Iterable[int]) -> Iterator[NumberedRow]:
    """The records that begin on some lines, which reading the file gave and which ascend; only those are cut."""
    if table.encoding not in fields.ENCODINGS or table.old_line_breaks or not table.quoted:
        yield from table.rows()
        return
    encoding = table.encoding.removesuffix("-sig")
    with open_unpacked(table.file) as stream:
        lines = (line.decode(encoding, "surrogateescape") for line in stream)
        number = 0
        for line in wanted:
            for _ in range(line - number - 1):
                stream.readline()
            reader = csv.reader(lines, delimiter=table.delimiter)
            row = next(reader, None)
            if row is None:
                return
            yield line, row
            number = line + reader.line_num - 1
