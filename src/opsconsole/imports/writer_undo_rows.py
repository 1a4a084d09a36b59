"""Taking rows away again: what nobody else knows goes, what others hang on stays as a name without values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, or_, select, update

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.imports.writer_mentions import MENTIONING
from opsconsole.imports.writer_merge import NOTHING_SAID
from opsconsole.store import dialect, schema

# What is made only for others to hang on, the last made first.
_PARENTS = ("purchase_order_lines", "purchase_orders", "orders")
_SAID_BY_FILES = ("platform", "currency")  # of channels; what else describes one came from a person


def note(batch: Batch, table: Table, ids: Sequence[int]) -> None:
    """Remember what follows from rows that change or go: orders, parcels, customers, purchase orders."""
    name = table.name
    for chunk in dialect.chunks(list(ids)):
        if name in ("orders", "purchase_orders"):
            touched = batch.touched if name == "orders" else batch.purchase_orders
            touched.update(chunk)
            if name == "orders":
                batch.written_orders.update(chunk)
        if name in MENTIONING:
            batch.mentions[name].update(chunk)
        if "order_fk" in table.c:
            batch.touched.update(order for (order,) in _of(batch.conn, table, chunk, "order_fk") if order is not None)
        if name in ("shipments", "shipment_events"):
            numbers = _of(batch.conn, table, chunk, "tracking_number")
            batch.tracking_numbers.update(number for (number,) in numbers if number)
        if name == "customers":
            batch.customers.update((row[0], row[1]) for row in _of(batch.conn, table, chunk, "channel", "customer_id"))
        if name == "purchase_order_lines":
            batch.purchase_orders.update(row[0] for row in _of(batch.conn, table, chunk, "purchase_order_fk"))
        if name == "receipts":
            lines = [row[0] for row in _of(batch.conn, table, chunk, "purchase_order_line_fk")]
            note(batch, schema.purchase_order_lines, lines)


def _of(conn: Connection, table: Table, ids: Sequence[int], *names: str) -> list[Any]:
    with dialect.id_set(conn, ids) as wanted:
        columns = [table.c[name] for name in names]
        statement = select(*columns).select_from(wanted.join(table, table.c.id == wanted.c.id)).distinct()
        return list(conn.execute(statement).all())


def remove(batch: Batch, rows: dict[str, list[int]]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Delete rows, children first; returns those deleted and those emptied since something hangs on them, by table."""
    gone: dict[str, list[int]] = {}
    emptied: dict[str, list[int]] = {}
    parents: dict[str, set[int]] = defaultdict(set)
    for table in reversed(schema.metadata.sorted_tables):
        ids = rows.get(table.name, [])
        if not ids:
            continue
        held = _held(batch.conn, table, ids)
        going = [row_id for row_id in ids if row_id not in held]
        _note_parents(batch.conn, table, ids, parents)
        _delete(batch, table, going)
        gone[table.name] = going
        if held:
            emptied[table.name] = sorted(held)
            _empty(batch, table, emptied[table.name])
    _sweep(batch, parents)
    return gone, emptied


def _pointing(table: Table) -> Iterable[tuple[Table, Column[Any]]]:
    for other in schema.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table:
                yield other, key.parent


def _held(conn: Connection, table: Table, ids: Sequence[int]) -> set[int]:
    """Rows that others hang on; tickets, charges and scans do not, they only point there."""
    held: set[int] = set()
    for other, column in _pointing(table):
        if column.nullable and other is not schema.exceptions:
            continue
        for chunk in dialect.chunks(ids):
            with dialect.id_set(conn, chunk) as wanted:
                held.update(conn.execute(select(column).where(column.in_(select(wanted.c.id))).distinct()).scalars())
    return held


def _note_parents(conn: Connection, table: Table, ids: Sequence[int], parents: dict[str, set[int]]) -> None:
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent in _PARENTS:
            for chunk in dialect.chunks(ids):
                found = _of(conn, table, chunk, key.parent.name)
                parents[parent].update(row[0] for row in found if row[0] is not None)


def _delete(batch: Batch, table: Table, ids: Sequence[int]) -> None:
    for chunk in dialect.chunks(ids):
        note(batch, table, chunk)
        for other, column in _pointing(table):
            if column.nullable:
                _release(batch, other, column, chunk)
        with dialect.id_set(batch.conn, chunk) as wanted:
            batch.conn.execute(delete(table).where(table.c.id.in_(select(wanted.c.id))))
    gone = set(ids)
    if table is schema.orders:
        batch.touched -= gone
        batch.written_orders.remove(gone)
    elif table is schema.purchase_orders:
        batch.purchase_orders -= gone
    elif table.name in MENTIONING:
        batch.mentions[table.name].remove(gone)


def _release(batch: Batch, table: Table, column: Column[Any], ids: Sequence[int]) -> None:
    with dialect.id_set(batch.conn, ids) as wanted:
        statement = select(table.c.id).where(column.in_(select(wanted.c.id)))
        pointing = list(batch.conn.execute(statement).scalars())
    if pointing:
        if table.name in MENTIONING:
            batch.mentions[table.name].update(pointing)
        dialect.bulk_update(batch.conn, table, pointing, {column.name: [None] * len(pointing)})


def _empty(batch: Batch, table: Table, ids: Sequence[int]) -> None:
    """Leave only the name, as if only the rows that hang there had come."""
    kind = KINDS[table.name]
    note(batch, table, ids)
    values: dict[str, Any] = {column_of(kind.key, name): None for name in filled(kind)}
    values |= {"source_time": 0, "field_sources_json": NOTHING_SAID, "version": table.c.version + 1}
    if "stub" in table.c:
        values |= {"stub": "keyed", "status_seen_json": None}
    for chunk in dialect.chunks(ids):
        with dialect.id_set(batch.conn, chunk) as wanted:
            batch.conn.execute(update(table).where(table.c.id.in_(select(wanted.c.id))).values(**values))


def _sweep(batch: Batch, parents: dict[str, set[int]]) -> None:
    """Delete the names on which nothing hangs any more."""
    for name in _PARENTS:
        table = schema.metadata.tables[name]
        unsaid = table.c.field_sources_json == NOTHING_SAID
        empty: list[int] = []
        for chunk in dialect.chunks(sorted(parents[name])):
            with dialect.id_set(batch.conn, chunk) as wanted:
                of = select(table.c.id).where(table.c.id.in_(select(wanted.c.id)), unsaid)
                empty += batch.conn.execute(of).scalars().all()
        held = _held(batch.conn, table, empty)
        going = [row_id for row_id in empty if row_id not in held]
        _note_parents(batch.conn, table, going, parents)
        _delete(batch, table, going)


def sweep_stubs(batch: Batch, ids: Mapping[str, Iterable[int]]) -> None:
    """Delete those of these orders, purchase orders and their lines that are only a name on which nothing hangs."""
    _sweep(batch, defaultdict(set, {name: set(ids.get(name, ())) for name in _PARENTS}))


def forget_names(batch: Batch, table_name: str, keys: Sequence[str]) -> list[str]:
    """Delete channels or locations that a batch made, unless others use them or somebody has described them."""
    table = schema.metadata.tables[table_name]
    word = table_name.removesuffix("s")
    used: set[str] = set()
    for other in schema.metadata.sorted_tables:
        if word in other.c and other.name not in ("batches", "feeds", "snapshots"):
            used.update(batch.conn.execute(select(other.c[word]).where(other.c[word].in_(keys)).distinct()).scalars())
    described = or_(*[c.is_not(None) for c in table.c if c.nullable and c.name not in _SAID_BY_FILES])
    used.update(batch.conn.execute(select(table.c.key).where(table.c.key.in_(keys), described)).scalars())
    going = [key for key in keys if key not in used]
    batch.conn.execute(delete(table).where(table.c.key.in_(going)))
    return going
