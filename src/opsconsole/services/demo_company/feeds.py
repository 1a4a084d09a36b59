"""Where the demo company's data come from: twelve feeds, when each last brought something, and its imports of late."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from opsconsole.domain.instants import DAY, MINUTE, SECOND, day_to_date
from opsconsole.services.demo_company.company import CHANNEL
from opsconsole.services.demo_company.volume import STALE_FEED_HOURS
from opsconsole.services.demo_company.world import World
from opsconsole.store import dialect, schema

LOG_DAYS = 14
IMPORTER = "Scheduler"


@dataclass(frozen=True, slots=True)
class Feed:
    """``age`` and ``interval`` in minutes: how old its newest data are, and how often they usually come."""

    source: str
    channel: str
    label: str
    file: str
    age: int
    interval: int
    arrivals: int = 400

    @property
    def stale(self) -> bool:
        """Older than twice the usual interval, known from enough imports."""
        return self.arrivals >= 3 and self.age > 2 * self.interval

    @property
    def subject(self) -> str:
        """``source/channel``, or the source alone where it serves all channels."""
        return f"{self.source}/{self.channel}" if self.channel else self.source


FEEDS = (
    Feed("shopify_orders", "shopify", "Shopify orders", "orders_export_{day}.csv", 12, 60),
    Feed("shopify_orders", "shopify-ca", "Shopify Canada orders", "orders_export_ca_{day}.csv", 14, 60),
    Feed("amazon_orders", "amazon", "Amazon orders", "amazon_all_orders_{day}.txt", 21, 60),
    Feed("walmart_orders", "walmart", "Walmart orders", "PO_Data_{day}.xlsx", STALE_FEED_HOURS * 60, 120),
    Feed("ebay_orders", "ebay", "eBay orders", "eBay-OrdersReport-{day}.csv", 95, 120),
    Feed("etsy_orders", "etsy", "Etsy orders", "EtsySoldOrders_{day}.csv", 130, 240),
    Feed("wholesale_orders", "wholesale", "Wholesale orders", "wholesale_{day}.xlsx", 900, 1440),
    Feed("catalog", "", "Item master", "items_{day}.csv", 1500, 10_080, 104),
    Feed("stock_report", "", "Stock of all sites", "stock_{day}.csv", 35, 60),
    Feed("purchase_orders", "", "Purchase orders", "purchase_orders_{day}.csv", 600, 1440),
    Feed("shipstation_shipments", "", "ShipStation shipments", "shipments_{day}.csv", 18, 60),
    # One hour short of stale: a near miss.
    Feed("harbor_receipts", "", "Harbor receipts", "harbor_receipts_{day}.xlsx", 47 * 60, 1440),
)
# Where each part of the company's data is said to come from.
ORDER_FEEDS = {feed.channel: number for number, feed in enumerate(FEEDS) if feed.channel}
CATALOG_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "catalog")
STOCK_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "stock_report")
PURCHASE_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "purchase_orders")


def source_time(world: World, feed: int) -> int:
    """How new a feed's data are."""
    return world.clock.as_of - FEEDS[feed].age * MINUTE


def write_feeds(conn: Connection, world: World) -> None:
    """Freshness of the feeds."""
    as_of = world.clock.as_of
    columns: dict[str, list[Any]] = {
        "source": [feed.source for feed in FEEDS],
        "channel": [feed.channel for feed in FEEDS],
        "label": [feed.label for feed in FEEDS],
        "newest_data_at": [as_of - feed.age * MINUTE for feed in FEEDS],
        # The file came a few minutes after its newest record; a stale one brings nothing new, punctually.
        "last_import_at": [as_of - (9 if feed.stale else feed.age - 3) * MINUTE for feed in FEEDS],
        "usual_interval_seconds": [feed.interval * 60 for feed in FEEDS],
        "arrivals": [feed.arrivals for feed in FEEDS],
    }
    dialect.bulk_insert(conn, schema.feeds, columns)


def write_log(conn: Connection, world: World) -> list[int]:
    """Imports of the last two weeks, one a day and feed, then the batches that hold the data; returns the last ids."""
    days = range(world.clock.today - LOG_DAYS, world.clock.today)
    rows = [_past(world, feed, day) for day in days for feed in range(len(FEEDS))]
    rows += [_present(world, feed) for feed in range(len(FEEDS))]
    ids = list(dialect.next_ids(conn, schema.batches, len(rows)))
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    dialect.bulk_insert(conn, schema.batches, {"id": ids, **columns})
    return ids[-len(FEEDS) :]


def _past(world: World, feed: int, day: int) -> dict[str, Any]:
    """A day's import: what was ordered that day is new, what was still under way is updated."""
    orders, facts = world.orders, world.facts
    morning = world.clock.as_of - (world.clock.today - day) * DAY - FEEDS[feed].age % 60 * MINUTE
    inserted = updated = 0
    if FEEDS[feed].channel:
        mine = orders.channel == CHANNEL[FEEDS[feed].channel]
        inserted = int((mine & (orders.placed_at > morning - DAY) & (orders.placed_at <= morning)).sum())
        moved = (facts.shipped_at > morning - DAY) & (facts.shipped_at <= morning)
        updated = int((mine & moved & (orders.placed_at <= morning - DAY)).sum())
    return _row(world, feed, morning, day, {"orders": (inserted, updated, inserted // 3)})


def _present(world: World, feed: int) -> dict[str, Any]:
    return _row(world, feed, source_time(world, feed), world.clock.today, {})


def _row(world: World, feed: int, newest: int, day: int, counts: dict[str, tuple[int, int, int]]) -> dict[str, Any]:
    spec = FEEDS[feed]
    sums = np.array(list(counts.values()) or [(0, 0, 0)]).sum(axis=0).tolist()
    started = min(newest + 2 * MINUTE, world.clock.as_of - MINUTE)
    names = ("inserted", "updated", "unchanged")
    return {
        "file_name": spec.file.format(day=day_to_date(day).isoformat()),
        "file_hash": None,
        "source": spec.source,
        "source_label": spec.label,
        "channel": spec.channel or None,
        "location": None,
        "state": "done",
        "imported_by": IMPORTER,
        "started_at": started,
        "finished_at": started + 4 * SECOND,
        "source_time": newest,
        "source_time_basis": "the newest instant in the file",
        "newest_data_at": newest,
        "records_read": sum(sums),
        "inserted": sums[0],
        "updated": sums[1],
        "unchanged": sums[2],
        "rejected": 0,
        "counts_json": json.dumps({kind: dict(zip(names, values, strict=True)) for kind, values in counts.items()}),
        "report_json": None,
    }
