"""Which lines of a file belong to the orders that were refused: all of them are kept, so that they can be corrected."""

from collections.abc import Mapping, Sequence

import numpy as np

from opsconsole.imports.columns import TextTable
from opsconsole.imports.drafts import Draft, Problem
from opsconsole.imports.rejects import RefusedRow, readable

# Lines that are kept of one file: beyond that, correcting the file itself is less work.
MOST_ROWS = 10_000


def parts_of(
    drafts: Sequence[Draft], refused: Mapping[tuple[object, ...], Problem], problems: Sequence[Problem]
) -> dict[int, int]:
    """Part (order) by row of the table, for the rows of refused orders, as many whole orders as are kept."""
    numbers: dict[object, int] = {}
    parts: dict[int, int] = {}
    bad = {problem.row for problem in problems}
    for draft in drafts:
        groups = _Groups(draft)
        rows = draft.rows_of(refused, bad)
        for row, key in zip(rows.tolist(), draft.group_keys(rows), strict=True):
            if key not in refused and row not in bad:
                continue
            part = parts.get(row)
            if part is None:
                part = numbers.setdefault(key if key in refused else row, len(numbers) + 1)
            numbers.setdefault(key, part)
            for other in groups.of(row):
                parts.setdefault(other, part)
    return _whole(parts)


class _Groups:
    """Rows of the record that a row stands for."""

    def __init__(self, draft: Draft) -> None:
        self._groups = draft.groups
        if self._groups is not None:
            self._order = np.argsort(self._groups, kind="stable")
            self._sorted = self._groups[self._order]

    def of(self, row: int) -> Sequence[int]:
        """All rows of the record, the row itself where it stands alone."""
        if self._groups is None:
            return (row,)
        first, last = np.searchsorted(self._sorted, [self._groups[row], self._groups[row] + 1])
        found: list[int] = self._order[first:last].tolist()
        return found


def _whole(parts: Mapping[int, int]) -> dict[int, int]:
    """The first parts that together have no more rows than are kept."""
    rows: dict[int, list[int]] = {}
    for row in sorted(parts):
        rows.setdefault(parts[row], []).append(row)
    kept: dict[int, int] = {}
    for part, its in rows.items():
        if len(kept) + len(its) > MOST_ROWS:
            break
        kept.update(dict.fromkeys(its, part))
    return kept


def more_parts(kept: Sequence[RefusedRow], more: Sequence[RefusedRow]) -> list[RefusedRow]:
    """Refused rows of a later portion of a file, numbered on, as many whole parts as are kept besides.

    A part with a line that is kept already is more of the part of that line.
    """
    offset = max((row.part for row in kept), default=0)
    known = {row.line: row.part for row in kept}
    rows: dict[int, list[RefusedRow]] = {}
    for row in more:
        rows.setdefault(row.part, []).append(row)
    found: list[RefusedRow] = []
    for number, its in rows.items():
        part = next((known[row.line] for row in its if row.line in known), number + offset)
        its = [RefusedRow(row.line, part, row.cells) for row in its if row.line not in known]
        if len(kept) + len(found) + len(its) > MOST_ROWS:
            break
        found += its
    return sorted(found, key=lambda row: row.line)


def whole_rows(
    parts: Mapping[int, int], cells: Mapping[int, Sequence[str]], table: TextTable, width: int
) -> list[RefusedRow]:
    """The kept rows with their cells, as wide as the header; those that were refused for their width as they are."""
    found: list[RefusedRow] = []
    for row, part in sorted(parts.items()):
        line = int(table.lines[row])
        if found and found[-1].line == line:  # a line whose cells hold lists is several rows
            continue
        texts = [readable(cell) for cell in cells.get(line, ())]
        if row not in table.faults:
            texts = texts[:width] + [""] * (width - len(texts))
        found.append(RefusedRow(line, part, tuple(texts)))
    return found
