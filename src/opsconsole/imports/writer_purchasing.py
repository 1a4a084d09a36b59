"""What follows for purchase orders from their receipts: quantities received, and the day they were complete."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from opsconsole.imports.writer_days import Days
from opsconsole.store import dialect, schema

Row = dict[str, Any]

_CHUNK = 5_000
_ENOUGH = 1e-9
_STATED = ("stated_received_quantity", "stated_rejected_quantity", "stated_completed_on")
_DERIVED = ("received_quantity", "rejected_quantity", "completed_on")
_LINE = ("id", "purchase_order_fk", "quantity", *_STATED, *_DERIVED)
_RECEIPT = ("id", "purchase_order_line_fk", "quantity", "rejected_quantity", "arrived_at", "arrived_on")


def derive_purchase_orders(conn: Connection, ids: Iterable[int]) -> None:
    """Recompute what follows from the lines and receipts of the given purchase orders."""
    days = Days()
    for chunk in dialect.chunks(sorted(ids), _CHUNK):
        zones = _order_days(conn, chunk, days)
        lines = _rows(conn, schema.purchase_order_lines, "purchase_order_fk", _LINE, chunk)
        by_line: dict[int, list[Row]] = defaultdict(list)
        zone_of = {line["id"]: zones[line["purchase_order_fk"]] for line in lines}
        receipts = _rows(conn, schema.receipts, "purchase_order_line_fk", _RECEIPT, list(zone_of))
        dated = []
        for receipt in receipts:
            line = receipt["purchase_order_line_fk"]
            by_line[line].append(receipt)
            dated.append((receipt, {"arrived_on": days.of(receipt["arrived_at"], zone_of[line])}))
        _change(conn, schema.receipts, dated)
        _change(conn, schema.purchase_order_lines, [(line, _received(line, by_line[line["id"]])) for line in lines])


def _order_days(conn: Connection, ids: Sequence[int], days: Days) -> dict[int, str]:
    """Date the orders in their locations' time zones; returns those."""
    orders, locations = schema.purchase_orders, schema.locations
    with dialect.id_set(conn, ids) as wanted:
        joined = wanted.join(orders, orders.c.id == wanted.c.id).outerjoin(
            locations, locations.c.key == orders.c.location
        )
        columns = (orders.c.id, orders.c.ordered_at, orders.c.ordered_on, locations.c.time_zone)
        rows = conn.execute(select(*columns).select_from(joined)).all()
    zones = {row[0]: row[3] or "UTC" for row in rows}
    changes = [({"id": row[0], "ordered_on": row[2]}, {"ordered_on": days.of(row[1], zones[row[0]])}) for row in rows]
    _change(conn, orders, changes)
    return zones


def _received(line: Mapping[str, Any], receipts: Sequence[Row]) -> Row:
    """Received and rejected units over all receipts, and the day on which they reached the ordered quantity.

    Without receipts, what the file says counts. Rejected units were received, too: their rate is a figure of its own.
    """
    if not receipts:
        return dict(zip(_DERIVED, (line[name] for name in _STATED), strict=True))
    received, rejected = 0.0, 0.0
    completed = None
    in_order = sorted(receipts, key=lambda receipt: (receipt["arrived_at"] is None, receipt["arrived_at"] or 0))
    for receipt in in_order:
        rejected += receipt["rejected_quantity"] or 0.0
        received += receipt["quantity"] or 0.0
        if completed is None and line["quantity"] is not None and received >= line["quantity"] - _ENOUGH:
            completed = receipt["arrived_on"]
    return {"received_quantity": received, "rejected_quantity": rejected, "completed_on": completed}


def _rows(conn: Connection, table: Table, key: str, names: Sequence[str], ids: Sequence[int]) -> list[Row]:
    with dialect.id_set(conn, ids) as wanted:
        statement = (
            select(*[table.c[name] for name in names])
            .select_from(wanted.join(table, table.c[key] == wanted.c.id))
            .order_by(table.c.id)
        )
        return [dict(zip(names, row, strict=True)) for row in conn.execute(statement)]


def _change(conn: Connection, table: Table, changes: Sequence[tuple[Row, Row]]) -> None:
    different = [(row, new) for row, new in changes if any(row[name] != value for name, value in new.items())]
    if different:
        columns = {name: [new[name] for _, new in different] for name in different[0][1]}
        dialect.bulk_update(conn, table, [row["id"] for row, _ in different], columns)
        for row, new in different:
            row.update(new)
