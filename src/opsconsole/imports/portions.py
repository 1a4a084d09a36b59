"""Long files of orders, read portion by portion, so that memory does not grow with the file.

A portion holds whole orders: the file is cut where the order's id changes. That is the same as reading the file at once
where everything that several rows decide together is decided within an order, and no order comes again in a later
portion. Where either does not hold, ``Whole`` tells the caller to read the file at once.
"""

import csv
import io
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from opsconsole.imports import collect, convert, fields, limits
from opsconsole.imports.columns import TableBuilder, TextTable, normalized
from opsconsole.imports.mapping import Expression, MappingSpec, RecordSpec
from opsconsole.imports.parsed import RawLines
from opsconsole.imports.rejects import as_line
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.tables import Table

# Rows of a portion, about; files that are shorter than some of these are read at once.
ROWS = 12_000
_LONG = 16 * limits.MEBIBYTE
# Rows of a portion that is not cut any more: maybe none of them names an order.
_MOST = 5 * ROWS

Hashes = npt.NDArray[np.int64]


class Whole(Exception):  # noqa: N818 - not an error: the other way of reading
    """The file must be read at once."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a file may be cut: between rows with different texts in one column, as the expression prepares them."""

    column: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Portion(RawLines):
    """Some whole orders of a file; ``blocks`` are their bytes, to show refused lines."""

    table: TextTable
    blocks: Sequence[fields.Block]
    text: DelimitedText

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """Text by line, and for the lines in ``whole`` their cells."""
        texts: dict[int, str] = {}
        cells: dict[int, list[str]] = {}
        for line, row in _rows_on(self.blocks, self.text, sorted(lines | whole)):
            if line in lines:
                texts[line] = as_line(row)
            if line in whole:
                cells[line] = row
        return texts, cells


def cut_of(table: Table, spec: MappingSpec, names: Sequence[str]) -> Cut | None:
    """Where a file may be cut; None where it is short, or must be read at once."""
    if not isinstance(table, DelimitedText) or spec.split or not table.quoted or table.old_line_breaks:
        return None
    if table.encoding not in fields.ENCODINGS or table.file.path.stat().st_size < _LONG:
        return None
    there = set(map(normalized, names))
    cuts = {_cut_of(record, there) for record in spec.records}
    return cuts.pop() if len(cuts) == 1 else None


def _cut_of(record: RecordSpec, there: Set[str]) -> Cut | None:
    kind = record.kind
    said = record.fields.get("order_id")
    if "orders" not in (kind.key, kind.parent) or "order_id" not in kind.identity or said is None:
        return None
    if record.one_per_field and not record.one_per:
        return None
    column = next((normalized(name) for name in said.columns if normalized(name) in there), None)
    only = Expression(
        columns=said.columns,
        null=said.null,
        strip_prefix=said.strip_prefix,
        strip_suffix=said.strip_suffix,
        lower=said.lower,
        extract=said.extract,
        slug=said.slug,
        required=said.required,
    )
    groups = [record.one_per, *_groups_of(record.fields.values())]
    alike = all(column in [normalized(key) for key in keys if isinstance(key, str)] for keys in groups if keys)
    return Cut(column, only) if column and said == only and alike else None


def _groups_of(expressions: Iterable[Expression]) -> Iterator[Sequence[object]]:
    """What tells which rows belong together, of expressions and their parts; an occurrence is counted in all rows."""
    for expression in expressions:
        yield expression.within or (("",) if expression.occurrence_of else ())
        yield from _groups_of(expression.parts())


@dataclass
class _Seen:
    """Orders of the portions so far, by a number each."""

    hashes: Hashes = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, table: TextTable, cut: Cut) -> None:
        """Take note of a portion's orders; raises Whole where one of them came before."""
        column = table.columns[cut.column]
        used = np.zeros(len(column.values), np.bool_)
        used[column.codes] = True
        texts = convert.prepared([column.values[place] for place in np.flatnonzero(used).tolist()], cut.expression)
        new = np.unique(np.fromiter(map(hash, texts), np.int64, len(texts)))
        places = np.searchsorted(self.hashes, new)
        inside = places < len(self.hashes)
        if (self.hashes[places[inside]] == new[inside]).any():
            raise Whole
        self.hashes = np.sort(np.concatenate([self.hashes, new]), kind="stable")


def portions(
    table: DelimitedText,
    names: Sequence[str],
    needed: Iterable[str],
    header_line: int,
    cut: Cut,
    watch: Callable[[int], None],
) -> Iterator[Portion]:
    """The portions of a file, below its header; raises Whole where it must be read at once after all."""
    wanted = set(needed)
    encoding = table.encoding.removesuffix("-sig")
    spare = collect.spare_cells(table, len(names), header_line)
    place = [normalized(name) for name in names].index(cut.column)
    seen, done = _Seen(), 0
    for pieces in _pieces(table, header_line, place, len(names)):
        builder = TableBuilder(names, wanted, ragged=table.ragged, encoding=encoding, spare=spare)
        blocks: list[fields.Block] = []
        for block, found in pieces:
            collect.add_block(block, table, builder, found)
            blocks.append(block)
            watch(done + builder.count)
        done += builder.count
        if builder.count:
            portion = Portion(builder.table(), blocks, table)
            seen.add(portion.table, cut)
            yield portion


_Piece = tuple[fields.Block, fields.Fields | None]


def _pieces(table: DelimitedText, header_line: int, place: int, width: int) -> Iterator[list[_Piece]]:
    """Blocks by portion, the last of each cut where an order ends; with their fields where those are known."""
    together: list[_Piece] = []
    rest, rows = b"", 0
    for block in collect.blocks_below(table, header_line):
        if rest:
            block = fields.Block(rest + block.content, block.line - rest.count(b"\n"), block.whole)
        if not fields.well_quoted(block, table.delimiter):
            raise Whole
        rows += max(block.line_count(), 1)
        piece, rest = _cut_off(block, table, place, width) if rows >= ROWS else ((block, None), b"")
        together.append(piece)
        if rest:
            yield together
            together, rows = [], 0
        elif rows > _MOST:
            raise Whole
    if rest:
        together.append((fields.Block(rest, block.line + block.line_count() - rest.count(b"\n")), None))
    if together:
        yield together


def _cut_off(block: fields.Block, table: DelimitedText, place: int, width: int) -> tuple[_Piece, bytes]:
    """A block without the rows of its last order, and these; all of it where they are the only ones."""
    found = fields.fields_of(block, table.delimiter, width)
    if found is not None:
        keys, lines = found.texts(place), found.lines.tolist()
    else:
        rows = list(collect.records_of(block, table))
        keys = [row[place].encode(errors="surrogateescape") if len(row) > place else b"" for _, row in rows]
        lines = [line for line, _ in rows]
    row = len(keys) - 1
    while row > 0 and keys[row - 1].strip() == keys[row].strip():
        row -= 1
    if row <= 0:
        return (block, found), b""
    begins = _start_of(block, lines[row], _feeds(block))
    head = fields.Block(block.content[:begins], block.line)
    return (head, found.first(row) if found is not None else None), block.content[begins:]


def _feeds(block: fields.Block) -> Hashes:
    return np.flatnonzero(np.frombuffer(block.content, np.uint8) == fields.FEED)


def _start_of(block: fields.Block, line: int, feeds: Hashes) -> int:
    """Place of a line's first byte."""
    return 0 if line == block.line else int(feeds[line - block.line - 1]) + 1


def _rows_on(
    blocks: Sequence[fields.Block], text: DelimitedText, wanted: Sequence[int]
) -> Iterator[tuple[int, list[str]]]:
    encoding = text.encoding.removesuffix("-sig")
    for block in blocks:
        feeds = _feeds(block)
        last = block.line + len(feeds) - block.content.endswith(b"\n")
        for line in wanted[bisect_left(wanted, block.line) : bisect_right(wanted, last)]:
            stream = io.BytesIO(block.content)
            stream.seek(_start_of(block, line, feeds))
            decoded = (raw.decode(encoding, "surrogateescape") for raw in stream)
            row = next(csv.reader(decoded, delimiter=text.delimiter), None)
            if row is not None:
                yield line, row


def agree(said: dict[str, str], more: Mapping[str, str], filled: Set[str]) -> None:
    """Formats by column that hold for a portion, with those of the portions before; raises Whole where they differ.

    Columns without any text in the portion say nothing: ``filled`` are the others.
    """
    for column, pattern in more.items():
        if column in filled and said.setdefault(column, pattern) != pattern:
            raise Whole
