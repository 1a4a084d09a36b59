"""Creating the demo company in a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from opsconsole.domain import instants
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR, SECOND
from opsconsole.domain.progress import Progress
from opsconsole.imports.records import KINDS, Records
from opsconsole.imports.writer import WriteResult, write_records
from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.business_tables import write_business
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CHANNELS
from opsconsole.services.demo_company.feeds import (
    CATALOG_FEED,
    LISTINGS_FEED,
    ORDER_FEEDS,
    PURCHASE_FEED,
    STOCK_FEED,
    WAREHOUSE_FEED,
    WAREHOUSE_KINDS,
    counts_columns,
    source_time,
    write_feeds,
    write_log,
)
from opsconsole.services.demo_company.goods_records import (
    listing_records,
    method_records,
    product_records,
    purchase_records,
    stock_history,
    stock_records,
    vendor_records,
)
from opsconsole.services.demo_company.history import HistoryWriter, make_history
from opsconsole.services.demo_company.order_records import OrderRecords
from opsconsole.services.demo_company.triage import LOOKS, look_and_act
from opsconsole.services.demo_company.truth import make_truth, write_truth
from opsconsole.services.demo_company.world import World, make_world
from opsconsole.services.import_report import KindCounts
from opsconsole.store import dialect, schema
from opsconsole.store.database import Database, open_database

USUAL_ORDERS = 20_000
FEWEST_ORDERS, MOST_ORDERS = 500, 5_000_000
_CHUNK = 20_000
_HISTORY_DICE = 90


@dataclass(frozen=True)
class DemoReport:
    """What was made. ``truth`` is the content of the truth file, ``truth_path`` where it lies (None: nowhere)."""

    database: str
    as_of: int
    seed: int
    orders: int
    order_lines: int
    shipments: int
    purchase_orders: int
    past_exceptions: int
    open_exceptions: int
    truth_path: Path | None
    truth: dict[str, Any]

    def words(self) -> list[str]:
        """What was made, in sentences."""
        lines = [
            f"{self.orders:,} orders with {self.order_lines:,} lines and {self.shipments:,} parcels over two years.",
            f"{self.open_exceptions:,} exceptions are open, {self.past_exceptions:,} are over.",
        ]
        if self.truth_path is not None:
            lines.append(f"What must be found stands in {self.truth_path}.")
        return lines


def create_demo(
    database: Database | str | Path,
    *,
    orders: int = USUAL_ORDERS,
    seed: int = 7,
    as_of: int | None = None,
    truth_path: Path | None = None,
    progress: Progress | None = None,
) -> DemoReport:
    """Fill an empty database (made where a path names none) with the demo company as of a moment, by default now.

    The same size, seed and moment give the same rows. The truth file lies beside a SQLite database unless a path is
    given. Raises UserError for a size out of range or a database that holds orders, Cancelled through ``progress``; a
    cancelled creation leaves the business out, or whole but not looked at yet.
    """
    if not FEWEST_ORDERS <= orders <= MOST_ORDERS:
        raise UserError(
            f"The demo company cannot have {orders:,} orders.", f"Choose {FEWEST_ORDERS:,} to {MOST_ORDERS:,}."
        )
    moment = (instants.now() if as_of is None else as_of) // SECOND * SECOND
    if isinstance(database, Database):
        return _create(database, orders, seed, moment, truth_path, progress or Progress())
    opened = open_database(database, create=True)
    try:
        return _create(opened, orders, seed, moment, truth_path, progress or Progress())
    finally:
        opened.close()


def _create(
    database: Database, orders: int, seed: int, as_of: int, truth_path: Path | None, progress: Progress
) -> DemoReport:
    _refuse_used(database)
    world = make_world(Clock(as_of), orders, seed, progress)
    truth = make_truth(world)
    with database.write() as conn:
        past = _write_world(conn, world, progress)
    look_and_act(database, world, progress)
    path = truth_path or (database.path.with_suffix(".truth.json") if database.path is not None else None)
    if path is not None:
        write_truth(truth, path)
    progress.step(1, 1, "The demo company is ready")
    return DemoReport(
        database=database.label,
        as_of=as_of,
        seed=seed,
        orders=orders,
        order_lines=len(world.lines.order),
        shipments=len(world.shipments.order),
        purchase_orders=len(world.purchases.vendor),
        past_exceptions=past,
        open_exceptions=len(truth["exceptions"]),
        truth_path=path,
        truth=truth,
    )


def _refuse_used(database: Database) -> None:
    with database.read() as conn:
        if conn.execute(select(schema.orders.c.id).limit(1)).first() is not None:
            raise UserError(
                f"“{database.label}” already holds orders.", "Create the demo company in a database of its own."
            )


def _write_world(conn: Connection, world: World, progress: Progress) -> int:
    """Write everything but the detection; returns the number of past exceptions."""
    write_business(conn, world)
    batches = write_log(conn, world)
    total = 2 * len(world.orders)
    counts: dict[int, dict[str, KindCounts]] = {}

    def write(feed: int, records: list[Records]) -> None:
        result = write_records(
            conn,
            records,
            batch_id=batches[feed],
            source_time=source_time(world, feed),
            now=world.clock.as_of,
            default_channel=None,
        )
        _count(counts.setdefault(feed, {}), result)

    write(CATALOG_FEED, [vendor_records(), product_records(world), method_records()])
    records = OrderRecords(world)
    done = 0
    for feed, rows in _chunks(world):
        progress.step(done, total, "Writing orders")
        made = records.of(rows)
        write(feed, [part for part in made if part.kind not in WAREHOUSE_KINDS])
        write(WAREHOUSE_FEED, [part for part in made if part.kind in WAREHOUSE_KINDS])
        done += len(rows)
    progress.step(done, total, "Writing stock and purchase orders")
    write(PURCHASE_FEED, purchase_records(world))
    write(STOCK_FEED, [stock_records(world, source_time(world, STOCK_FEED))])
    write(LISTINGS_FEED, [listing_records(world)])
    _write_stock_history(conn, world, batches[STOCK_FEED])
    progress.step(done, total, "Writing past exceptions")
    dice = np.random.default_rng([world.seed, _HISTORY_DICE])
    writer = HistoryWriter(conn, world, records, dice)
    past = sum(writer.write(part) for part in make_history(world, dice, world.clock.as_of - LOOKS[0] * HOUR))
    _finish_batches(conn, batches, counts)
    write_feeds(conn, world)
    return past


def _chunks(world: World) -> Iterator[tuple[int, Ints]]:
    """Orders of one channel at a time, in pieces, with the feed they come by."""
    for number, spec in enumerate(CHANNELS):
        rows = np.flatnonzero(world.orders.channel == number)
        for start in range(0, len(rows), _CHUNK):
            yield ORDER_FEEDS[spec.key], rows[start : start + _CHUNK]


def _write_stock_history(conn: Connection, world: World, batch: int) -> None:
    at = source_time(world, STOCK_FEED)
    columns = stock_history(world, at)
    count = len(columns["sku"])
    dialect.bulk_insert(
        conn, schema.stock_history, {**columns, "source_time": [at] * count, "batch_id": [batch] * count}
    )


def _count(counts: dict[str, KindCounts], result: WriteResult) -> None:
    if result.rejects:
        raise AssertionError(f"the demo company's own records were refused: {result.rejects[:3]}")
    for kind, more in result.counts.items():
        known = counts.setdefault(kind, KindCounts(kind, KINDS[kind].label))
        known.inserted += more.inserted
        known.updated += more.updated
        known.unchanged += more.unchanged
        known.read += more.inserted + more.updated + more.unchanged


def _finish_batches(conn: Connection, batches: list[int], counts: dict[int, dict[str, KindCounts]]) -> None:
    """Tell each batch what it brought."""
    rows = {batches[feed]: counts_columns(list(kinds.values())) for feed, kinds in sorted(counts.items())}
    names = next(iter(rows.values()))
    dialect.bulk_update(
        conn, schema.batches, list(rows), {name: [row[name] for row in rows.values()] for name in names}
    )
