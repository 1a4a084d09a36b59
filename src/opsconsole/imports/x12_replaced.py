"""Orders that a purchase order (850) tells anew: BEG01 = 05 replaces all that was said of the order before."""

from collections.abc import Iterable, Sequence

from opsconsole.imports.parsed import Replaced
from opsconsole.imports.records_kind import Records
from opsconsole.imports.x12_rows import Row

_REPLACES = "05"
# The fields that name the order of a line, the last of them by its number.
_OWNERS = {"purchase_order_lines": ("po_number",), "order_lines": ("channel", "order_id")}


def replaced_orders(records: Sequence[Records], rows: Iterable[Row]) -> list[Replaced]:
    """The orders that the newest 850 of them replaces, as far as their lines were good.

    What an earlier transaction of the same file told of such an order counts as told before.
    """
    newest, before, lines = _told(rows)
    found: list[Replaced] = []
    for group in records:
        names = _OWNERS.get(group.kind)
        if names is None or any(name not in group.columns for name in names):
            continue
        times: dict[tuple[str, ...], int] = {}
        for place, owner in enumerate(zip(*(group.columns[name] for name in names), strict=True)):
            if owner[-1] in newest and group.times is not None:
                times[owner] = max(times.get(owner, 0), group.times[place] or 0)
        found += [
            Replaced(
                group.kind,
                dict(zip(names, owner, strict=True)),
                frozenset(newest[owner[-1]]),
                frozenset(before.get(owner[-1], ())),
                at,
                lines[owner[-1]],
            )
            for owner, at in times.items()
        ]
    return found


def _told(rows: Iterable[Row]) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, int]]:
    """Per order that is replaced: lines of its newest transaction, lines of those before, and where it stands."""
    latest: dict[str, tuple[str, str, str, int]] = {}
    told: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        cells = row.cells
        order = cells.get("BEG03 order", "")
        if cells["ST01 transaction"] != "850" or not order:
            continue
        control = f"{cells.get('GS02 sender', '')} {cells.get('ST02 control number', '')} {cells.get('GS04 sent', '')}"
        told.setdefault((order, control), set())
        if "PO101 line" in cells:
            told[order, control].add(cells["PO101 line"])
        if order not in latest or cells.get("GS04 sent", "") >= latest[order][0]:
            latest[order] = cells.get("GS04 sent", ""), control, cells.get("BEG01 purpose", ""), row.line
    replaced = {order: control for order, (_, control, purpose, _) in latest.items() if purpose == _REPLACES}
    newest = {order: told[order, control] for order, control in replaced.items()}
    before: dict[str, set[str]] = {}
    for (order, control), lines in told.items():
        if order in replaced and control != replaced[order]:
            before.setdefault(order, set()).update(lines)
    return newest, before, {order: latest[order][3] for order in replaced}
