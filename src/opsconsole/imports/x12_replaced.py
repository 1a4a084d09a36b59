"""Orders that a purchase order (850) tells anew: BEG01 = 05 replaces all that was said of the order before."""

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from opsconsole.imports.parsed import LINE_OWNERS, Replaced
from opsconsole.imports.records_kind import Records
from opsconsole.imports.x12_rows import Row

_REPLACES = "05"


@dataclass(slots=True)
class _Newest:
    """The newest transaction of a file that replaces an order: where it stands, and its lines and where they stand."""

    sent: str
    control: str
    line: int
    lines: set[str] = field(default_factory=set)
    places: "array[int]" = field(default_factory=lambda: array("q"))


class Anew:
    """The orders that a file tells anew, each by the newest transaction that does; filled row by row."""

    def __init__(self) -> None:
        self._newest: dict[str, _Newest] = {}

    def add(self, row: Row) -> None:
        """Take note of a row."""
        cells = row.cells
        order, sent = cells.get("BEG03 order", ""), cells.get("GS04 sent", "")
        if cells.get("BEG01 purpose") != _REPLACES or cells["ST01 transaction"] != "850" or not order:
            return
        control = f"{cells.get('GS02 sender', '')} {cells.get('ST02 control number', '')} {sent}"
        known = self._newest.get(order)
        if known is None or (known.control != control and sent >= known.sent):
            known = self._newest[order] = _Newest(sent, control, row.line)
        if known.control == control and "PO101 line" in cells:
            known.lines.add(sys.intern(cells["PO101 line"]))
            known.places.append(row.line)

    def orders(self, portions: Iterable[Sequence[Records]]) -> list[Replaced]:
        """The orders that are replaced, as far as their lines were good, in the order of the transactions."""
        newest = list(self._newest.values())
        if not newest:
            return []
        places = np.concatenate([np.array(one.places, np.int64) for one in newest])
        owners = np.repeat(np.arange(len(newest)), [len(one.places) for one in newest])
        order = np.argsort(places)
        places, owners = places[order], owners[order]
        found: dict[tuple[str, tuple[str, ...]], Replaced] = {}
        for group in (group for portion in portions for group in portion):
            names = LINE_OWNERS.get(group.kind)
            if names is None or any(name not in group.columns for name in names) or group.times is None:
                continue
            lines = np.array(group.lines, np.int64)
            for row in np.flatnonzero(np.isin(lines, places)).tolist():
                one = newest[int(owners[np.searchsorted(places, lines[row])])]
                owner = tuple(group.columns[name][row] for name in names)
                found[group.kind, owner] = Replaced(
                    group.kind, owner, frozenset(one.lines), group.times[row] or 0, one.line
                )
        return sorted(found.values(), key=lambda one: one.line)
