"""Orders that a purchase order (850) tells anew: BEG01 = 05 replaces all that was said of the order before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from opsconsole.imports.parsed import LINE_OWNERS, Replaced
from opsconsole.imports.records_kind import Records
from opsconsole.imports.x12_rows import Row

_REPLACES = "05"


@dataclass
class _Anew:
    """The newest transaction of a file that replaces an order: where it stands, and its lines by where they stand."""

    sent: str
    control: str
    line: int
    lines: dict[int, str] = field(default_factory=dict)


def replaced_orders(records: Sequence[Records], rows: Iterable[Row]) -> list[Replaced]:
    """The orders that a 850 of them replaces, as far as their lines were good, each by the newest that does."""
    anew = {place: one for one in _told(rows) for place in one.lines}
    found: dict[tuple[str, tuple[str, ...]], Replaced] = {}
    for group in records if anew else ():
        names = LINE_OWNERS.get(group.kind)
        if names is None or any(name not in group.columns for name in names):
            continue
        owners = zip(*(group.columns[name] for name in names), strict=True)
        for owner, place, at in zip(owners, group.lines, group.times or (), strict=False):
            one = anew.get(place)
            if one is not None:
                lines = frozenset(one.lines.values())
                found[group.kind, owner] = Replaced(group.kind, owner, lines, at or 0, one.line)
    return list(found.values())


def _told(rows: Iterable[Row]) -> Iterable[_Anew]:
    latest: dict[str, _Anew] = {}
    for row in rows:
        cells = row.cells
        order, sent = cells.get("BEG03 order", ""), cells.get("GS04 sent", "")
        if cells["ST01 transaction"] != "850" or not order or cells.get("BEG01 purpose") != _REPLACES:
            continue
        control = f"{cells.get('GS02 sender', '')} {cells.get('ST02 control number', '')} {sent}"
        known = latest.get(order)
        if known is None or (known.control != control and sent >= known.sent):
            known = latest[order] = _Anew(sent, control, row.line)
        if known.control == control and "PO101 line" in cells:
            known.lines[row.line] = cells["PO101 line"]
    return latest.values()
