"""Files with two kinds of rows, told by the first cell, each with a header of its own, as accounting programs write.

    Flag,SONum,Status          Flag,SONum,Status,Flag,Product,Quantity
    Flag,Product,Quantity      SO,1001,20,,,
    SO,1001,20            →    SO,1001,20,Item,MUG,2
    Item,MUG,2                 SO,1001,20,Item,CUP,1
    Item,CUP,1

A row of the second kind belongs to the last row of the first kind above it, and carries its cells before its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from opsconsole.imports.tables import NumberedRow, Row, Table


@dataclass(frozen=True, slots=True)
class TypedRows:
    """A table of two kinds of rows as one table; ``types`` are the first cells of parent and child rows."""

    table: Table
    types: tuple[str, ...]

    @property
    def ragged(self) -> bool:
        """As of the table."""
        return self.table.ragged

    @property
    def description(self) -> str:
        """How the table was understood."""
        return f"{self.table.description}, rows {' and '.join(self.types)}"

    def rows(self) -> Iterator[NumberedRow]:
        """The two headers as one on the line of the second, then all rows; a table of one header stays as it is."""
        headers: list[Row] = []
        first = 0
        parent: Row = []
        for line, row in self.table.rows():
            kind = row[0].strip() if row else ""
            if len(headers) == 2:
                widths = len(headers[0]), len(headers[1])
                if kind == self.types[1]:
                    yield line, parent + _fitted(row, widths[1])
                else:
                    whole = _fitted(row, widths[0])
                    yield line, whole + [""] * widths[1]
                    parent = whole[: widths[0]] if kind == self.types[0] else parent
            elif not any(map(str.strip, row)):
                if not headers:
                    yield line, row
            else:
                first = first or line
                if kind in self.types:  # the two were joined before
                    break
                headers.append(_trimmed(row))
                if len(headers) == 2:
                    parent = [""] * len(headers[0])
                    yield line, headers[0] + headers[1]
        if len(headers) < 2 and first:
            yield from ((at, cells) for at, cells in self.table.rows() if at >= first)


def _trimmed(row: Row) -> Row:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _fitted(row: Row, width: int) -> Row:
    """A row as wide as its header; cells beyond it stay where they hold something, so that the row is refused."""
    cells = row + [""] * (width - len(row))
    return cells if any(map(str.strip, cells[width:])) else cells[:width]
