"""Writing records into the database: found again by identity, older never beats newer, with all that follows."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, select

from opsconsole.domain.progress import Progress
from opsconsole.imports.records import KINDS, RecordKind, Records
from opsconsole.imports.writer_batch import Batch, Counts, Snapshot, WriteResult
from opsconsole.imports.writer_days import Days
from opsconsole.imports.writer_kept import Kept
from opsconsole.imports.writer_kinds import Chunk, column_of, filled, prepared
from opsconsole.imports.writer_mentions import MENTIONING, link_mentions
from opsconsole.imports.writer_orders import derive_orders
from opsconsole.imports.writer_purchasing import derive_purchase_orders
from opsconsole.imports.writer_rows import Outcome, Rows, write_rows
from opsconsole.imports.writer_shipments import link_events
from opsconsole.imports.writer_snapshots import SNAPSHOTS
from opsconsole.imports.writer_stubs import adopt_stubs
from opsconsole.store import dialect, schema
from opsconsole.store.indexes import built_at_the_end

__all__ = ["Counts", "WriteResult", "derive_orders", "write_portions", "write_records"]

_CHUNK = 10_000


def write_records(
    conn: Connection,
    records: Sequence[Records],
    *,
    batch_id: int,
    source_time: int,
    now: int,
    default_channel: str | None = None,
    progress: Progress | None = None,
    kept: Kept | None = None,
    keep_ids: bool = False,
) -> WriteResult:
    """Write the typed records of one file inside the connection's transaction.

    ``source_time`` (microseconds UTC) is how new the file's data are; a record's own time (``Records.times``) goes
    before it. ``default_channel`` is the channel of the file, for records that name none. The same file again inserts
    nothing; files in any order end in the same rows. A record that fits two orders is rejected, never guessed.
    ``kept`` keeps what undoing the batch needs; ``keep_ids`` gives the ids of all rows that are new, changed or as they
    were. Raises Cancelled through ``progress``; the caller's transaction then rolls back.
    """
    batch = Batch(conn, batch_id, source_time, now, default_channel or "", progress, kept, keep_ids)
    counts: Counter[str] = Counter()
    for group in records:
        counts[group.kind] += len(group)
    return write_portions(batch, [records], counts)


def write_portions(batch: Batch, portions: Iterable[Sequence[Records]], counts: Mapping[str, int]) -> WriteResult:
    """As ``write_records``, portion by portion, each of whole orders; ``counts`` are the records of each kind in all.

    Memory: a portion, and the ids of what was written.
    """
    dialect.hold_lock(batch.conn, "import")
    batch.default_channel = batch.default_channel or _channel_of(batch.conn, batch.id)
    batch.total = 2 * sum(counts.values())
    with _uncollected():
        with built_at_the_end(batch.conn, _sizes(counts), lambda text: batch.step(0, text)):
            for records in portions:
                _write_portion(batch, records)
                # Statements hold themselves, and the keys that they were asked with. Only what is new is looked at.
                gc.collect(0)
        batch.step(0, "Bringing up to date what follows")
        for snapshot in batch.snapshots.values():
            snapshot.finish()
        follow(batch)
    batch.result.touched = batch.settled
    batch.result.touched.update(batch.touched)
    return batch.result


def _write_portion(batch: Batch, records: Sequence[Records]) -> None:
    batch.records = records
    for kind in KINDS.values():
        _write_kind(batch, kind, [group for group in records if group.kind == kind.key and len(group)])
    if batch.new_orders is not None:
        unsettled = batch.new_orders.unsettled()
        settled = batch.new_orders.ids()
        batch.touched |= unsettled
        batch.settled.update(settled)
        batch.step(len(settled) - len(unsettled), "Working out promises")
    batch.forget_portion()


def _sizes(counts: Mapping[str, int]) -> list[tuple[Table, int]]:
    """The tables that the records fill and how many there are for each."""
    together: Counter[str] = Counter()
    for kind, count in counts.items():
        together[KINDS[kind].table] += count
    return [(schema.metadata.tables[name], count) for name, count in together.items()]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector: millions of short-lived tuples make it run for a fifth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _channel_of(conn: Connection, batch_id: int) -> str:
    found = conn.execute(select(schema.batches.c.channel).where(schema.batches.c.id == batch_id)).scalar()
    return found or ""


def _write_kind(batch: Batch, kind: RecordKind, groups: Sequence[Records]) -> None:
    if not groups:
        return
    known = {known.key for known in kind.fields}
    for group in groups:
        if not group.columns.keys() <= known:
            raise KeyError(f"{kind.key} have no {', '.join(sorted(group.columns.keys() - known))}")
        stated = [name for name in filled(kind) if name in group.columns]
        batch.note_fields(kind.key, [column_of(kind.key, name) for name in stated])
    snapshot = _snapshot(batch, kind)
    for chunk in _chunks(batch, kind, groups):
        size = len(chunk)
        rows = prepared(batch, chunk)
        outcome = write_rows(batch, rows) if kind.key != "sales_history" else _write_sales(batch, chunk, rows)
        _note_touched(batch, kind.key, rows, outcome)
        if snapshot is not None:
            snapshot.add(chunk.columns)
        batch.step(size, f"Writing {kind.label.lower()}")


def _snapshot(batch: Batch, kind: RecordKind) -> Snapshot | None:
    """What gathers a file's snapshot over all its portions."""
    if not kind.snapshot:
        return None
    if kind.key not in batch.snapshots:
        batch.snapshots[kind.key] = SNAPSHOTS[kind.key](batch)
    return batch.snapshots[kind.key]


def _chunks(batch: Batch, kind: RecordKind, groups: Sequence[Records]) -> Iterable[Chunk]:
    for group in groups:
        size = len(group)
        for start in range(0, size, _CHUNK):
            end = min(start + _CHUNK, size)
            lines = list(group.lines[start:end]) if group.lines else [0] * (end - start)
            own = group.times[start:end] if group.times is not None and not kind.snapshot else [None] * (end - start)
            times = [batch.source_time if at is None else at for at in own]
            yield Chunk(kind, {name: values[start:end] for name, values in group.columns.items()}, lines, times)


def _write_sales(batch: Batch, chunk: Chunk, rows: Rows) -> Outcome:
    """Sales lines are their own identity: what is there is only confirmed, the rest gets its local date."""
    channels = batch.conn.execute(select(schema.channels.c.key, schema.channels.c.time_zone)).all()
    zones = {row[0]: row[1] for row in channels}
    days = Days()
    sold_on = [
        days.of(sold_at, zones[channel])
        for channel, sold_at in zip(chunk.columns["channel"], chunk.columns["sold_at"], strict=True)
    ]
    rows.names = (*rows.names, "sold_on")
    rows.data.append(sold_on)
    rows.columns = ()
    rows.merges = False
    return write_rows(batch, rows)


def _note_touched(batch: Batch, kind: str, rows: Rows, outcome: Outcome) -> None:
    """Remember whose derived values a chunk may have changed."""
    keys = outcome.changed_keys()
    if kind == "orders":
        batch.known_orders |= outcome.known
        batch.known_orders |= outcome.inserted
        batch.written_orders.update(outcome.inserted.values(), outcome.updated.values())
        described = outcome.inserted.keys() & outcome.known.keys()  # that only other records named before
        batch.touched.update(outcome.updated.values(), (outcome.known[key] for key in described))
    elif kind in MENTIONING:
        batch.mentions[kind].update(outcome.inserted.values(), outcome.updated.values())
    elif "order_fk" in rows.key_names:
        _note_rows_of_orders(batch, kind, outcome)
    elif kind == "shipment_events":
        batch.tracking_numbers.update(key[0] for key in keys)
    elif kind == "customers":
        batch.customers.update((key[0], key[1]) for key in keys)
    elif kind == "purchase_orders":
        batch.purchase_orders.update(outcome.inserted.values(), outcome.updated.values())
    elif kind == "purchase_order_lines":
        batch.purchase_orders.update(key[0] for key in keys)
    elif kind == "receipts":
        batch.purchase_orders.update(_purchase_orders_of(batch, [key[0] for key in keys]))


def _note_rows_of_orders(batch: Batch, kind: str, outcome: Outcome) -> None:
    """Remember the orders whose rows of a kind changed; of new ones, what else was written than was counted on."""
    new = batch.new_orders
    inserted = [key[0] for key in outcome.inserted]
    changed = {key[0] for key in outcome.updated}
    if new is None:
        batch.touched.update(inserted, changed)
        return
    batch.touched |= changed
    batch.touched.update(order for order in inserted if order < new.first)
    new.wrote(kind, inserted, {key[0] for key in (*outcome.repeated, *outcome.known)})


def _purchase_orders_of(batch: Batch, line_ids: Sequence[int]) -> Iterable[int]:
    lines = schema.purchase_order_lines
    with dialect.id_set(batch.conn, line_ids) as ids:
        statement = select(lines.c.purchase_order_fk).select_from(ids.join(lines, lines.c.id == ids.c.id))
        return batch.conn.execute(statement).scalars().all()


def follow(batch: Batch, *, adopt: bool = True) -> None:
    """Bring everything up to date that follows from what was written; ``adopt``: stubs may have found their order."""
    if adopt and batch.written_orders:
        batch.step(0, "Finding orders that other files named before")
        adopt_stubs(batch)
    batch.step(0, "Pointing scans, tickets and charges at their parcels and orders")
    batch.touched |= link_events(batch.conn, batch.touched, batch.tracking_numbers)
    batch.touched |= _orders_of_customers(batch)
    link_mentions(batch)
    derive_orders(batch.conn, sorted(batch.touched), batch.now, lambda done: batch.step(done, "Working out promises"))
    derive_purchase_orders(batch.conn, batch.purchase_orders)


def _orders_of_customers(batch: Batch) -> set[int]:
    orders = schema.orders
    found: set[int] = set()
    for chunk in dialect.chunks(sorted(batch.customers)):
        columns: dict[str, list[Any]] = {"channel": [key[0] for key in chunk], "customer": [key[1] for key in chunk]}
        keys = dialect.key_set(batch.conn, columns)
        on = (orders.c.channel == keys.c.channel) & (orders.c.customer_id == keys.c.customer)
        found.update(batch.conn.execute(select(orders.c.id).select_from(keys.join(orders, on))).scalars())
    return found
