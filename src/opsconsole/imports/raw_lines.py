"""Refused lines as they stand in the file: read again, at once or when all of them are known."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import replace

import numpy as np

from opsconsole.imports.collect import rows_on
from opsconsole.imports.columns import Rows
from opsconsole.imports.parsed import ParsedFile, RawLines
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.rejects import Reject, as_line, readable
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.tables import NumberedRow, Table

_LINES = 10_000  # numbers of lines that are made at once


class RawRows(RawLines):
    """Reads the file once more."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def each(self, lines: Iterable[int]) -> Iterator[NumberedRow]:
        """As RawLines."""
        return rows_on(self._table, lines) if isinstance(self._table, DelimitedText) else self._table.rows()

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """As RawLines."""
        last = max(lines | whole, default=0)
        texts: dict[int, str] = {}
        cells: dict[int, list[str]] = {}
        for line, row in self.each(sorted(lines | whole)) if last else ():
            if line in lines:
                texts[line] = as_line(row)
            if line in whole:
                cells[line] = row
            if line >= last:
                break
        return texts, cells


class Later(RawLines):
    """Gives nothing: ``tell_lines`` puts in what is missing when the whole file was read."""

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """Nothing yet."""
        return {}, {}


def with_lines(
    rejects: Sequence[Reject], raw: RawLines, whole: Collection[int]
) -> tuple[RejectStore, dict[int, list[str]]]:
    """Rejects, which come by their lines, with these lines, and the cells of the lines in ``whole``.

    The file is read once. Memory: the numbers of the lines, eight bytes each.
    """
    of_rejects = np.unique(np.fromiter((reject.line for reject in rejects), np.int64, len(rejects)))
    lines = np.union1d(of_rejects, np.fromiter(whole, np.int64, len(whole)))
    walk = _Walk(raw.each(_numbers(lines[lines > 0])), frozenset(whole))
    told = RejectStore()
    for line, some in itertools.groupby(rejects, key=lambda reject: reject.line):
        text = readable(walk.text_of(line))
        told.extend(replace(reject, raw=text) for reject in some)
    if len(lines):
        walk.text_of(int(lines[-1]))
    return told, walk.cells


def _numbers(lines: Rows) -> Iterator[int]:
    for start in range(0, len(lines), _LINES):
        yield from lines[start : start + _LINES].tolist()


class _Walk:
    """Goes once through rows of a file; ``cells`` are those of the lines in ``whole`` that it came to."""

    def __init__(self, rows: Iterator[NumberedRow], whole: Set[int]) -> None:
        self._rows = rows
        self._whole = whole
        self._row: NumberedRow | None = (0, [])
        self.cells: dict[int, list[str]] = {}

    def text_of(self, line: int) -> str:
        """A line that is not before the last one, as text; empty where there is none."""
        while self._row is not None and self._row[0] < line:
            self._row = next(self._rows, None)
            if self._row is not None and self._row[0] in self._whole:
                self.cells[self._row[0]] = self._row[1]
        return as_line(self._row[1]) if line and self._row is not None and self._row[0] == line else ""


def tell_lines(parsed: ParsedFile) -> None:
    """Put the lines into rejects and refused rows that were made without them, reading the file once."""
    if not parsed.rejects or parsed.raw is None:
        return
    parsed.refused.sort(key=lambda row: row.line)
    parsed.rejects, cells = with_lines(parsed.rejects, parsed.raw, [row.line for row in parsed.refused])
    width = len(parsed.names)
    for place, row in enumerate(parsed.refused):
        found = [readable(cell) for cell in cells.get(row.line, ())]
        if row.cells:  # not refused for its width: as wide as the header
            found = found[:width] + [""] * (width - len(found))
        parsed.refused[place] = replace(row, cells=tuple(found))
