"""Which lines of a file belong to the orders that were refused: all of them are kept, so that they can be corrected."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from opsconsole.imports.columns import Rows, TextTable
from opsconsole.imports.drafts import Draft, Problem
from opsconsole.imports.rejects import RefusedRow, readable

# Lines that are kept of one file: beyond that, correcting the file itself is less work.
MOST_ROWS = 10_000


def parts_of(
    drafts: Sequence[Draft],
    refused: Mapping[tuple[object, ...], Problem],
    problems: Sequence[Problem],
    lines: Rows,
) -> dict[int, int]:
    """Part by row of the table, for the rows of refused orders, as many whole parts as are kept.

    Rows of one order (those that name none stand alone), of one record and of one line (``lines``, by row) are of one
    part, over however many steps.
    """
    joined = _Joined()
    bad = {problem.row for problem in problems}
    for draft in drafts:
        groups = _Groups(draft)
        rows = draft.rows_of(refused, bad)
        for row, key in zip(rows.tolist(), draft.group_keys(rows), strict=True):
            if key not in refused and row not in bad:
                continue
            for other in groups.of(row):
                joined.join(other, ("line", int(lines[other])))
                joined.join(other, row)
            if key in refused and key[-1] is not None:
                joined.join(row, key)
    numbers: dict[object, int] = {}
    rows_found = sorted(node for node in joined.nodes() if isinstance(node, int))
    return _whole({row: numbers.setdefault(joined.of(row), len(numbers) + 1) for row in rows_found})


class _Joined:
    """Things that are joined two by two, and what is one by that."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def nodes(self) -> Iterable[object]:
        """All that was joined."""
        return self._above

    def of(self, node: object) -> object:
        """The same for all that are one."""
        top = node
        while self._above.setdefault(top, top) != top:
            top = self._above[top]
        while node != top:  # the way is short from now on
            self._above[node], node = top, self._above[node]
        return top

    def join(self, one: object, other: object) -> None:
        """Both are one."""
        self._above[self.of(one)] = self.of(other)


class _Groups:
    """Rows of the record that a row stands for; each record is told once."""

    def __init__(self, draft: Draft) -> None:
        self._groups = draft.groups
        self._told: set[int] = set()
        if self._groups is not None:
            self._order = np.argsort(self._groups, kind="stable")
            self._sorted = self._groups[self._order]

    def of(self, row: int) -> Sequence[int]:
        """All rows of the record, the row itself where it stands alone or was told with another one."""
        if self._groups is None or (group := int(self._groups[row])) in self._told:
            return (row,)
        self._told.add(group)
        first, last = np.searchsorted(self._sorted, [group, group + 1])
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
    """The refused rows of a file with those of a later portion, as many whole parts as are kept.

    A part with lines that are kept already is more of the parts of those lines, which are one then.
    """
    offset = max((row.part for row in kept), default=0)
    joined = _Joined()
    known: dict[int, RefusedRow] = {}
    rows: dict[object, list[RefusedRow]] = {}
    for row in (*kept, *(RefusedRow(row.line, row.part + offset, row.cells) for row in more)):
        joined.join(known.setdefault(row.line, row).part, row.part)
    for row in known.values():
        rows.setdefault(joined.of(row.part), []).append(row)
    found: list[RefusedRow] = []
    for its in rows.values():
        if len(found) + len(its) > MOST_ROWS:
            break
        found += [RefusedRow(row.line, its[0].part, row.cells) for row in its]
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
