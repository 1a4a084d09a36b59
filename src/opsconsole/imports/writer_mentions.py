"""Pointing tickets and charges at the orders and shipments they mention, whichever file comes first.

The link follows from what is stored alone: a channel's order by its id, else its number; without a channel the one
order over all channels that has the name; for a charge the one order whose parcels have its tracking number. What fits
several orders is left without a link.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, select

from opsconsole.imports.row_ids import RowIds
from opsconsole.imports.writer_batch import Batch
from opsconsole.store import dialect, schema

MENTIONING = ("tickets", "freight_charges", "marketplace_entries", "reimbursements")
_CHUNK = 5_000


class _Named(NamedTuple):
    """An order that a name fits."""

    id: int
    channel: str
    by_id: bool


class _Parcel(NamedTuple):
    shipment_id: str
    id: int
    order: int


def link_mentions(batch: Batch) -> None:
    """Bring the links of tickets and charges up to date; orders whose ticket or charge changed are touched."""
    for name in MENTIONING:
        table = schema.metadata.tables[name]
        if batch.conn.execute(select(table.c.id).limit(1)).first() is None:
            continue
        written = batch.mentions[name]
        ids = RowIds()
        ids.update(*written.steps())
        if batch.written_orders:
            ids.update(naming(batch, table))
        if "shipment_fk" in table.c and batch.touched:
            ids.update(_carrying(batch, table))
        for step in ids.steps():
            for chunk in dialect.chunks(step, _CHUNK):
                batch.step(0, "Linking what mentions orders")
                _link(batch, table, chunk, written)


def _ids(batch: Batch, statement: Select[Any]) -> set[int]:
    return set(batch.conn.execute(statement).scalars())


def naming(batch: Batch, table: Table) -> set[int]:
    """Rows that name one of the written orders, are linked to one, or name any order without being linked."""
    orders = schema.orders
    found: set[int] = set()
    for number in (orders.c.order_id, orders.c.order_number):
        unlinked = (table.c.order_id == number) & table.c.order_fk.is_(None)
        found |= _ids(batch, select(table.c.id).select_from(table.join(orders, unlinked)))
    for chunk in batch.written_orders.steps():
        with dialect.id_set(batch.conn, chunk) as ids:
            written = ids.join(orders, orders.c.id == ids.c.id)
            ways: tuple[ColumnElement[bool], ...] = (
                table.c.order_id == orders.c.order_id,
                table.c.order_id == orders.c.order_number,
                table.c.order_fk == orders.c.id,
            )
            for on in ways:
                found |= _ids(batch, select(table.c.id).select_from(written.join(table, on)))
    return found


def _carrying(batch: Batch, table: Table) -> set[int]:
    """Charges for the parcels of touched orders, or for any parcel without being linked."""
    shipments = schema.shipments
    same = table.c.tracking_number == shipments.c.tracking_number
    loose = same & table.c.shipment_fk.is_(None)
    found = _ids(batch, select(table.c.id).select_from(table.join(shipments, loose)))
    for chunk in dialect.chunks(sorted(batch.touched)):
        with dialect.id_set(batch.conn, chunk) as ids:
            parcels = ids.join(shipments, shipments.c.order_fk == ids.c.id)
            for on in (same, table.c.shipment_fk == shipments.c.id):
                found |= _ids(batch, select(table.c.id).select_from(parcels.join(table, on)))
    return found


def _link(batch: Batch, table: Table, ids: Sequence[int], every: RowIds) -> None:
    tracked = "shipment_fk" in table.c
    more = (table.c.tracking_number, table.c.shipment_fk) if tracked else ()
    with dialect.id_set(batch.conn, ids) as wanted:
        columns = (table.c.id, table.c.channel, table.c.order_id, table.c.order_fk, *more)
        statement = select(*columns).select_from(wanted.join(table, table.c.id == wanted.c.id))
        rows = batch.conn.execute(statement).all()
    named = _orders_named(batch, {row.order_id for row in rows if row.order_id})
    parcels = _parcels_of(batch, {row.tracking_number for row in rows if row.tracking_number} if tracked else set())
    written = every.among(ids)
    changed: list[tuple[int, int | None, int | None]] = []
    for row in rows:
        order = _order_named(row, named)
        parcel = _parcel(parcels.get(row.tracking_number, ()), order) if tracked else None
        order = parcel.order if parcel is not None else order
        shipment = None if parcel is None else parcel.id
        different = order != row.order_fk or (tracked and shipment != row.shipment_fk)
        if different:
            changed.append((row.id, order, shipment))
        if different or row.id in written:
            batch.touched.update(touched for touched in (order, row.order_fk) if touched is not None)
    links: dict[str, list[Any]] = {"order_fk": [order for _, order, _ in changed]}
    if tracked:
        links["shipment_fk"] = [shipment for _, _, shipment in changed]
    dialect.bulk_update(batch.conn, table, [row_id for row_id, _, _ in changed], links)


def _orders_named(batch: Batch, names: Iterable[str]) -> dict[str, list[_Named]]:
    """Described orders by id or number."""
    orders = schema.orders
    found: dict[str, list[_Named]] = defaultdict(list)
    wanted = sorted(names)
    if not wanted:
        return found
    keys = dialect.key_set(batch.conn, {"name": wanted})
    for column, by_id in ((orders.c.order_id, True), (orders.c.order_number, False)):
        statement = select(keys.c.name, orders.c.id, orders.c.channel).select_from(
            keys.join(orders, column == keys.c.name)
        )
        for name, row_id, channel in batch.conn.execute(statement.where(orders.c.stub.is_(None))):
            found[name].append(_Named(row_id, channel, by_id))
    return found


def _order_named(row: Any, named: Mapping[str, Sequence[_Named]]) -> int | None:
    fits = named.get(row.order_id, ())
    if row.channel:
        fits = [order for order in fits if order.channel == row.channel]
        fits = [order for order in fits if order.by_id] or fits
    ids = {order.id for order in fits}
    return next(iter(ids)) if len(ids) == 1 else None


def _parcels_of(batch: Batch, numbers: Iterable[str]) -> dict[str, list[_Parcel]]:
    shipments = schema.shipments
    found: dict[str, list[_Parcel]] = defaultdict(list)
    wanted = sorted(numbers)
    if not wanted:
        return found
    keys = dialect.key_set(batch.conn, {"number": wanted})
    on = shipments.c.tracking_number == keys.c.number
    columns = (keys.c.number, shipments.c.shipment_id, shipments.c.id, shipments.c.order_fk)
    for number, *parcel in batch.conn.execute(select(*columns).select_from(keys.join(shipments, on))):
        found[number].append(_Parcel(*parcel))
    return found


def _parcel(fits: Sequence[_Parcel], order: int | None) -> _Parcel | None:
    """The parcel with a tracking number, of the order named where that has one; None where several orders have it."""
    of_order = [parcel for parcel in fits if parcel.order == order] or list(fits)
    if len({parcel.order for parcel in of_order}) != 1:
        return None
    return min(of_order)


def repoint(batch: Batch, moves: Mapping[int, int], ids: Any) -> None:
    """Hang what mentions orders that are about to go on those that take their place; ``ids`` is a table of the old."""
    for table in (schema.exceptions, *(schema.metadata.tables[name] for name in MENTIONING)):
        held = batch.conn.execute(
            select(table.c.id, table.c.order_fk).where(table.c.order_fk.in_(select(ids.c.id)))
        ).all()
        columns = {"order_fk": [moves[row[1]] for row in held]}
        if table is schema.exceptions:
            batch.kept.before(table, [row[0] for row in held], ("order_fk",))
        dialect.bulk_update(batch.conn, table, [row[0] for row in held], columns)
