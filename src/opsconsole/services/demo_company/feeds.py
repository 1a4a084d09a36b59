"""Where the demo company's data come from: fourteen feeds, when each last brought something, its imports of late."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from opsconsole.domain.instants import DAY, MINUTE, SECOND, day_to_date
from opsconsole.imports.parsed import BASIS_NEWEST
from opsconsole.services.demo_company.company import CHANNEL
from opsconsole.services.demo_company.volume import STALE_FEED_HOURS
from opsconsole.services.demo_company.world import World
from opsconsole.services.import_report import DONE, PARTLY, KindCounts
from opsconsole.store import dialect, schema

LOG_DAYS = 14
# One file of the log had two bad orders: line, field, found, expected, raw.
_REFUSED_ON = ("ebay", 4)
_REFUSED = (
    (18, "total", "N/A", "an amount such as 1,433.66", "14-11873-50218,Kettle 1.7 l,1,N/A"),
    (31, "placed_at", "31-Nov-26", "a date such as 21-Jul-25", "17-11902-88410,Mug 350 ml,2,23.98"),
)
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
    Feed("shopify_orders", "shopify-ca", "Shopify CA orders", "orders_export_ca_{day}.csv", 14, 60),
    Feed("amazon_orders", "amazon", "Amazon orders", "amazon_all_orders_{day}.txt", 21, 60),
    Feed("walmart_orders", "walmart", "Walmart orders", "PO_Data_{day}.xlsx", STALE_FEED_HOURS * 60, 120),
    Feed("ebay_orders", "ebay", "eBay orders", "eBay-OrdersReport-{day}.csv", 95, 120),
    Feed("etsy_orders", "etsy", "Etsy orders", "EtsySoldOrders_{day}.csv", 130, 240),
    Feed("wholesale_orders", "wholesale", "Wholesale orders", "wholesale_{day}.xlsx", 900, 1440),
    Feed("catalog", "", "Item master", "items_{day}.csv", 1500, 10_080, 104),
    Feed("stock_report", "", "Stock of all sites", "stock_{day}.csv", 35, 60),
    Feed("channel_listings", "", "Listings of all channels", "listings_{day}.csv", 50, 240),
    Feed("warehouse_orders", "", "Orders at the warehouses", "wms_orders_{day}.csv", 4, 30),
    Feed("purchase_orders", "", "Purchase orders", "purchase_orders_{day}.csv", 600, 1440),
    Feed("shipstation_shipments", "", "ShipStation shipments", "shipments_{day}.csv", 18, 60),
    # One hour short of stale: a near miss.
    Feed("harbor_receipts", "", "Harbor receipts", "harbor_receipts_{day}.xlsx", 47 * 60, 1440),
)
# Where each part of the company's data is said to come from.
ORDER_FEEDS = {feed.channel: number for number, feed in enumerate(FEEDS) if feed.channel}
CATALOG_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "catalog")
STOCK_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "stock_report")
LISTINGS_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "channel_listings")
WAREHOUSE_FEED = next(number for number, feed in enumerate(FEEDS) if feed.source == "warehouse_orders")
WAREHOUSE_KINDS = frozenset({"order_events", "picks", "warehouse_orders"})
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
    refused = next(place for place, row in enumerate(rows) if row["rejected"])
    rows += [_row(world, feed, source_time(world, feed), world.clock.today, []) for feed in range(len(FEEDS))]
    ids = list(dialect.next_ids(conn, schema.batches, len(rows)))
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    dialect.bulk_insert(conn, schema.batches, {"id": ids, **columns})
    names = ("line", "field", "found", "expected", "raw")
    rejects: dict[str, list[Any]] = {name: [row[place] for row in _REFUSED] for place, name in enumerate(names)}
    rejects |= {"batch_id": [ids[refused]] * len(_REFUSED), "record_kind": ["orders"] * len(_REFUSED)}
    dialect.bulk_insert(conn, schema.rejects, rejects)
    return ids[-len(FEEDS) :]


def _past(world: World, feed: int, day: int) -> dict[str, Any]:
    """A day's import: what was ordered that day is new, what was still under way is updated."""
    orders, facts, spec = world.orders, world.facts, FEEDS[feed]
    morning = world.clock.as_of - (world.clock.today - day) * DAY - spec.age % 60 * MINUTE
    if not spec.channel:
        return _row(world, feed, morning, day, [])
    mine = orders.channel == CHANNEL[spec.channel]
    inserted = int((mine & (orders.placed_at > morning - DAY) & (orders.placed_at <= morning)).sum())
    moved = (facts.shipped_at > morning - DAY) & (facts.shipped_at <= morning)
    updated = int((mine & moved & (orders.placed_at <= morning - DAY)).sum())
    unchanged = inserted // 3
    rejected = len(_REFUSED) if (spec.channel, world.clock.today - day) == _REFUSED_ON else 0
    read = inserted + updated + unchanged + rejected
    return _row(
        world, feed, morning, day, [KindCounts("orders", "Orders", read, inserted, updated, unchanged, rejected)]
    )


def counts_columns(counts: list[KindCounts]) -> dict[str, Any]:
    """Columns of a batch that tell what it brought."""
    told = {"records_read": "read", **{name: name for name in ("inserted", "updated", "unchanged", "rejected")}}
    columns: dict[str, Any] = {column: sum(getattr(count, name) for count in counts) for column, name in told.items()}
    columns["counts_json"] = json.dumps({count.kind: vars(count) for count in counts}, sort_keys=True)
    return columns


def _row(world: World, feed: int, newest: int, day: int, counts: list[KindCounts]) -> dict[str, Any]:
    spec = FEEDS[feed]
    columns = counts_columns(counts)
    started = min(newest + 2 * MINUTE, world.clock.as_of - MINUTE)
    return {
        "file_name": spec.file.format(day=day_to_date(day).isoformat()),
        "source": spec.source,
        "source_label": spec.label,
        "channel": spec.channel or None,
        "state": PARTLY if columns["rejected"] else DONE,
        "imported_by": IMPORTER,
        "started_at": started,
        "finished_at": started + 4 * SECOND,
        "source_time": newest,
        "source_time_basis": BASIS_NEWEST,
        "newest_data_at": newest,
        **columns,
    }
