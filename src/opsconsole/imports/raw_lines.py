"""Refused lines as they stand in the file: read again, at once or when all of them are known."""

from collections.abc import Set
from dataclasses import replace

from opsconsole.imports.collect import rows_on
from opsconsole.imports.parsed import ParsedFile, RawLines
from opsconsole.imports.rejects import as_line, readable
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.tables import Table


class RawRows(RawLines):
    """Reads the file once more."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """As RawLines."""
        last = max(lines | whole, default=0)
        texts: dict[int, str] = {}
        cells: dict[int, list[str]] = {}
        rows = self._table.rows() if not isinstance(self._table, DelimitedText) else rows_on(self._table, lines | whole)
        for line, row in rows if last else ():
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


def tell_lines(parsed: ParsedFile) -> None:
    """Put the lines into rejects and refused rows that were made without them, reading the file once."""
    if not parsed.rejects or parsed.raw is None:
        return
    parsed.refused.sort(key=lambda row: row.line)
    texts, cells = parsed.raw.of({r.line for r in parsed.rejects if r.line}, {row.line for row in parsed.refused})
    parsed.rejects = [replace(reject, raw=readable(texts.get(reject.line, ""))) for reject in parsed.rejects]
    width = len(parsed.names)
    for place, row in enumerate(parsed.refused):
        found = [readable(cell) for cell in cells.get(row.line, ())]
        if row.cells:  # not refused for its width: as wide as the header
            found = found[:width] + [""] * (width - len(found))
        parsed.refused[place] = replace(row, cells=tuple(found))
