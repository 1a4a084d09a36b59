"""Joining stubs with the orders they stood for, once those have come under another name.

A parcel of "#1001" may come before its order does: it then hangs on a stub. When the order's own file says that #1001
is the number of order 5551, the stub's rows move there. A stub that fits several orders stays as it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select, update

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import UNKNOWN_CHANNEL, Batch
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.imports.writer_mentions import repoint
from opsconsole.imports.writer_merge import Known, Merger
from opsconsole.store import dialect, schema

# Tables whose rows belong to an order, and what identifies them there.
_CHILDREN: Mapping[str, tuple[str, ...]] = {
    "order_lines": ("line_id",),
    "payments": ("payment_id",),
    "shipments": ("shipment_id",),
    "returns": ("return_id", "sku"),
    "reviews": ("review_id",),
    "order_events": ("event_id",),
    "picks": ("pick_id",),
    "warehouse_orders": ("location",),
    "refunds": ("refund_id",),
    "disputes": ("dispute_id",),
    "claims": ("claim_id",),
    "fraud_decisions": ("decision_id",),
}


def adopt_stubs(batch: Batch) -> None:
    """Move what hangs on stubs to the orders that this batch shows them to be.

    A stub whose channel was guessed also joins one that is known by its channel.
    """
    orders = schema.orders
    if batch.conn.execute(select(orders.c.id).where(orders.c.stub.is_not(None)).limit(1)).first() is None:
        return
    stubs: set[int] = set()
    for written in batch.written_orders.steps():
        with dialect.id_set(batch.conn, written) as ids:
            stubs |= {stub for stub, _, _ in _fits(batch, ids, from_orders=True)}
            stubs |= set(written)
    described: dict[int, set[int]] = defaultdict(set)
    keyed: dict[int, set[int]] = defaultdict(set)
    for chunk in dialect.chunks(sorted(stubs)):
        with dialect.id_set(batch.conn, chunk) as ids:
            for stub, order, order_stub in _fits(batch, ids, from_orders=False):
                (described if order_stub is None else keyed)[stub].add(order)
    fits = {**keyed, **described}
    moves = {stub: next(iter(found)) for stub, found in fits.items() if len(found) == 1}
    for stub, order in moves.items():
        moves[stub] = moves.get(order, order)
    if moves:
        _move(batch, moves)
        unknown = select(orders.c.id).where(orders.c.channel == UNKNOWN_CHANNEL)
        channels = schema.channels
        batch.conn.execute(delete(channels).where(channels.c.key == UNKNOWN_CHANNEL, ~unknown.exists()))


def _fits(batch: Batch, ids: Any, *, from_orders: bool) -> list[tuple[int, int, str | None]]:
    """A stub, an order it may stand for, and whether that is a stub itself; ``ids`` are those of orders or of stubs."""
    order, stub = schema.orders.alias("named"), schema.orders.alias("stub")
    start, other = (order, stub) if from_orders else (stub, order)
    found: list[tuple[int, int, str | None]] = []
    same_channel = and_(order.c.stub.is_(None), order.c.channel == stub.c.channel)
    any_channel = and_(stub.c.stub == "guessed", or_(order.c.stub.is_(None), order.c.stub == "keyed"))
    for name in (order.c.order_id, order.c.order_number):
        joined = ids.join(start, start.c.id == ids.c.id).join(other, name == stub.c.order_id)
        statement = (
            select(stub.c.id, order.c.id, order.c.stub)
            .select_from(joined)
            .where(stub.c.stub.is_not(None), stub.c.id != order.c.id, or_(same_channel, any_channel))
        )
        found += [(row[0], row[1], row[2]) for row in batch.conn.execute(statement)]
    return found


def _move(batch: Batch, moves: Mapping[int, int]) -> None:
    for name, key in _CHILDREN.items():
        _move_children(batch, schema.metadata.tables[name], key, moves)
    for chunk in dialect.chunks(sorted(moves)):
        with dialect.id_set(batch.conn, chunk) as ids:
            repoint(batch, moves, ids)
            batch.kept.deleted(schema.orders, chunk)
            batch.conn.execute(delete(schema.orders).where(schema.orders.c.id.in_(select(ids.c.id))))
    batch.touched -= moves.keys()
    batch.written_orders.remove(moves.keys())
    batch.touched.update(moves.values())


def _move_children(batch: Batch, table: Table, key: Sequence[str], moves: Mapping[int, int]) -> None:
    """Hang rows of stubs on their orders; where the order already has such a row, merge the two."""
    moved: dict[int, int] = {}
    for chunk in dialect.chunks(sorted(moves)):
        theirs = _children(batch, table, key, chunk)
        if not theirs:
            continue
        ours = _children(batch, table, key, sorted({moves[stub] for stub in chunk}))
        for (stub, *names), row_id in theirs.items():
            target = (moves[stub], *names)
            if target in ours:
                _merge(batch, table, row_id, ours[target])
            else:
                moved[row_id] = moves[stub]
                ours[target] = row_id
    batch.kept.before(table, list(moved), ("order_fk",))
    dialect.bulk_update(batch.conn, table, list(moved), {"order_fk": list(moved.values())})


def _children(batch: Batch, table: Table, key: Sequence[str], orders: Sequence[int]) -> dict[tuple[Any, ...], int]:
    with dialect.id_set(batch.conn, orders) as ids:
        statement = (
            select(table.c.order_fk, *[table.c[name] for name in key], table.c.id)
            .select_from(ids.join(table, table.c.order_fk == ids.c.id))
            .order_by(table.c.id)
        )
        return {tuple(row[:-1]): row[-1] for row in batch.conn.execute(statement)}


def _merge(batch: Batch, table: Table, source: int, target: int) -> None:
    """Merge one row into another, each value with its own origin, and delete it; rare, so one at a time."""
    kind = KINDS[table.name]
    columns = tuple(column_of(kind.key, name) for name in filled(kind))
    taken, known = _known(batch, table, columns, source), _known(batch, table, columns, target)
    batch.kept.before(table, [target], columns)
    batch.kept.deleted(table, [source])
    if table.name == "shipments":
        for pointing in (schema.shipment_events, schema.freight_charges):
            batch.conn.execute(update(pointing).where(pointing.c.shipment_fk == source).values(shipment_fk=target))
    batch.conn.execute(delete(table).where(table.c.id == source))

    def merger(names: Sequence[str]) -> Merger:
        return Merger(columns, names, batch.source_of, lambda batch_id: batch.fields_of(kind.key, batch_id))

    by_origin: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_origin[taken.source_time, taken.batch_id] = []
    for name, origin in merger(columns).origins(taken).items():
        by_origin[origin].append(name)
    values = dict(zip(columns, taken.values, strict=True))
    for origin, names in sorted(by_origin.items()):
        merged = merger(names).merge(known, tuple(values[name] for name in names), *origin)
        if merged is not None:
            new = dict(zip(columns, known.values, strict=True))
            new.update(zip(names, merged.values or (), strict=merged.values is not None))
            known = Known(tuple(new.values()), merged.source_time, merged.batch_id, merged.field_sources_json)
    row: dict[str, Any] = dict(zip(columns, known.values, strict=True))
    row |= {"source_time": known.source_time, "batch_id": known.batch_id}
    row["field_sources_json"] = known.field_sources_json
    batch.conn.execute(update(table).where(table.c.id == target).values(row))


def _known(batch: Batch, table: Table, columns: Sequence[str], row_id: int) -> Known:
    origin = (table.c.source_time, table.c.batch_id, table.c.field_sources_json)
    wanted = [table.c[name] for name in columns]
    row = batch.conn.execute(select(*wanted, *origin).where(table.c.id == row_id)).one()
    return Known(tuple(row[: len(columns)]), *row[len(columns) :])
