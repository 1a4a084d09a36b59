"""The demo company's vendors, products, stock and purchase orders as the records an import would bring."""

from typing import Any

import numpy as np

from opsconsole.imports.records import Records
from opsconsole.services.demo_company.arrays import NONE, Ints, optional
from opsconsole.services.demo_company.company import (
    CARRIERS,
    DROP_SHIPPERS,
    PLACE_ZONES,
    PLACES,
    SUPPLIERS,
    THREE_PLS,
)
from opsconsole.services.demo_company.purchasing import STATUSES, po_numbers
from opsconsole.services.demo_company.stock import HISTORY_DAYS
from opsconsole.services.demo_company.world import World

# Headings of the Harmonized System for what is sold, and where suppliers make it.
_HS_CODES = {
    "Storage": "3924.90", "Kitchen electrics": "8516.79", "Cookware": "7323.93", "Bath": "6302.60",
    "Tableware": "6912.00", "Garden": "8201.90", "Living": "6304.92", "Kitchen textiles": "6302.91",
    "Table linen": "6302.51", "Hallway": "9403.60", "Bedding": "6302.21", "Lighting": "9405.21",
    "On the go": "9617.00", "Kitchen tools": "8211.92", "Decor": "6913.90", "Toys": "9503.00",
}  # fmt: skip
_ORIGINS = {item.key: item.country for item in SUPPLIERS}
_BARCODE_HEAD = "0850012"


def _barcode(number: int) -> str:
    """A 13-digit article number of the example range with its check digit (GS1 modulo 10)."""
    body = f"{_BARCODE_HEAD}{number:05d}"
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def vendor_records() -> Records:
    """3PLs, carriers, suppliers and drop-shippers."""
    rows: list[tuple[str, str, str, str | None, str | None, str | None, str | None, float | None]] = [
        (key, name, "3pl", city, province, postcode, "US", None) for key, name, city, province, postcode in THREE_PLS
    ]
    rows += [(item.key, item.label, item.kind, None, None, None, "US", None) for item in CARRIERS if item.kind]
    rows += [
        (item.key, item.label, "supplier", item.city, None, None, item.country, float(item.lead)) for item in SUPPLIERS
    ]
    rows += [
        (item.key, item.label, "drop_shipper", item.city, item.province, item.postcode, "US", None)
        for item in DROP_SHIPPERS.values()
    ]
    keys = ("key", "name", "kind", "city", "province", "postcode", "country", "lead_time_days")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(keys)}
    columns["email"] = [f"operations@{row[0]}.example" for row in rows]
    return Records("vendors", columns, [0] * len(rows))


def product_records(world: World) -> Records:
    """The item master; drop-shipped goods carry their shipper as supplier."""
    catalog = world.catalog
    count = len(catalog.sku)
    lead = {item.key: float(item.lead) for item in SUPPLIERS}
    return Records(
        "products",
        {
            "sku": list(catalog.sku),
            "title": list(catalog.title),
            "category": list(catalog.category),
            "supplier_key": list(catalog.supplier),
            "barcode": [_barcode(number + 1) for number in range(count)],
            "currency": ["USD"] * count,
            "unit_cost": catalog.cost.tolist(),
            "list_price": catalog.price.tolist(),
            "weight_grams": catalog.grams.astype(float).tolist(),
            "lead_time_days": [lead.get(key) for key in catalog.supplier],
            "pack_size": catalog.pack.tolist(),
            "minimum_order": (catalog.pack * 2).tolist(),
            "hs_code": [_HS_CODES[category] for category in catalog.category],
            "origin_country": [_ORIGINS.get(key, "US") for key in catalog.supplier],
            "active": [season != "discontinued" for season in catalog.season],
        },
        [0] * count,
    )


def _bins(count: int) -> list[str]:
    return [f"{'ABCDEF'[number % 6]}-{number * 7 % 24 + 1:02d}-{number * 5 % 18 + 1:02d}" for number in range(count)]


def stock_records(world: World, counted_at: int) -> Records:
    """The shelves as of one moment."""
    stock, catalog = world.stock, world.catalog
    count = len(stock.product)
    values = {
        "on_hand": stock.on_hand,
        "allocated": stock.allocated,
        "held": stock.held,
        "available": stock.available,
        "inbound": world.purchases.inbound,
    }
    return Records(
        "stock_levels",
        {
            "sku": [catalog.sku[number] for number in stock.product.tolist()],
            "location": [PLACES[number] for number in stock.place.tolist()],
            "title": [catalog.title[number] for number in stock.product.tolist()],
            **{key: vector.astype(float).tolist() for key, vector in values.items()},
            "bin": list(_bins(count)),
            "counted_at": [counted_at] * count,
        },
        [0] * count,
    )


def method_records() -> Records:
    """Shipping methods as the channels name them: each carrier's services; freight wants a phone number."""
    rows = [(service, item.key, item.kind == "ltl_carrier") for item in CARRIERS for service in item.services]
    columns: dict[str, list[Any]] = {
        "channel": [""] * len(rows),
        "method": [row[0] for row in rows],
        "carrier_key": [row[1] for row in rows],
        "service": [row[0] for row in rows],
        "needs_phone": [row[2] for row in rows],
    }
    return Records("ship_methods", columns, [0] * len(rows))


# Whose stock each channel offers.
OFFERED = (("shopify", "reno"), ("walmart", "columbus"), ("ebay", "harbor"))


def listing_records(world: World) -> Records:
    """What the channels offer: what is there. The oversold item is not offered any longer."""
    stock, catalog = world.stock, world.catalog
    rows = [
        (channel, item, where)
        for channel, where in OFFERED
        for item in np.flatnonzero(stock.place == PLACES.index(where)).tolist()
        if item != stock.oversold
    ]
    product = [int(stock.product[item]) for _, item, _ in rows]
    columns: dict[str, list[Any]] = {
        "channel": [channel for channel, _, _ in rows],
        "sku": [catalog.sku[number] for number in product],
        "title": [catalog.title[number] for number in product],
        "status": ["active"] * len(rows),
        "location": [where for _, _, where in rows],
        "fulfilled_by": ["Merchant"] * len(rows),
        "quantity": [_offered(world, channel, item) for channel, item, _ in rows],
        "currency": ["USD"] * len(rows),
        "price": [int(catalog.price[number]) for number in product],
    }
    return Records("listings", columns, [0] * len(rows))


def _offered(world: World, channel: str, item: int) -> float:
    """What is there; of three items more: one piece (nobody minds), and a third of them."""
    there = float(max(0, world.stock.available[item]))
    product = int(world.stock.product[item])
    if channel != OFFERED[0][0] or product not in world.over_offered:
        return there
    return there + 1 if product == world.over_offered[0] else there + there // 3 + 20


def stock_history(world: World, counted_at: int) -> dict[str, list[object]]:
    """Columns of the shelves on the days before the newest count: on hand at each day's end, and available of it."""
    stock, clock = world.stock, world.clock
    days = np.arange(clock.today - HISTORY_DAYS, clock.today, dtype=np.int64)
    level = stock.level[:, -HISTORY_DAYS - 1 : -1]
    tomorrow = stock.leaving[:, -HISTORY_DAYS:]
    item = np.repeat(np.arange(len(stock.product)), len(days))
    # A site that had not begun has no history.
    day = np.tile(days, len(stock.product))
    begun = (day >= clock.site_start - 3) | (stock.place[item] != PLACES.index("harbor"))
    counted = [int(clock.zone(zone).day_of(np.array([counted_at]))[0]) for zone in PLACE_ZONES]
    begun &= day < np.array(counted)[stock.place[item]]
    on_hand = level.reshape(-1)[begun]
    available = np.maximum(level - tomorrow, 0).reshape(-1)[begun]
    item, day = item[begun], day[begun]
    return {
        "sku": [world.catalog.sku[number] for number in stock.product[item].tolist()],
        "location": [PLACES[number] for number in stock.place[item].tolist()],
        "on_day": list(day.tolist()),
        "on_hand": list(on_hand.astype(float).tolist()),
        "available": list(available.astype(float).tolist()),
    }


def purchase_records(world: World) -> list[Records]:
    """Purchase orders with their lines and receipts, oldest first."""
    purchases, catalog = world.purchases, world.catalog
    ranked = np.argsort(purchases.ordered_at, kind="stable")
    numbers = po_numbers(purchases)
    orders = {
        "po_number": [numbers[order] for order in ranked.tolist()],
        "vendor_key": [SUPPLIERS[number].key for number in purchases.vendor[ranked].tolist()],
        "location": [PLACES[number] for number in purchases.place[ranked].tolist()],
        "status": [STATUSES[number] for number in purchases.status[ranked].tolist()],
        "currency": [SUPPLIERS[number].currency for number in purchases.vendor[ranked].tolist()],
        "ordered_at": purchases.ordered_at[ranked].tolist(),
        "acknowledged_at": optional(purchases.acknowledged_at[ranked]),
    }
    at = np.lexsort((purchases.line_number, purchases.ordered_at[purchases.of]))
    lines = {
        "po_number": [numbers[order] for order in purchases.of[at].tolist()],
        "line_id": [str(number) for number in purchases.line_number[at].tolist()],
        "sku": [catalog.sku[number] for number in purchases.product[at].tolist()],
        "quantity": purchases.quantity[at].astype(float).tolist(),
        "received_quantity": purchases.received[at].astype(float).tolist(),
        "rejected_quantity": purchases.rejected[at].astype(float).tolist(),
        "unit_cost": _unit_costs(world, at),
        "currency": [SUPPLIERS[number].currency for number in purchases.vendor[purchases.of[at]].tolist()],
        "promised_on": purchases.promised_on[at].tolist(),
        "earliest_on": purchases.earliest_on[at].tolist(),
        "completed_on": optional(purchases.completed_on[at]),
    }
    return [
        Records("purchase_orders", orders, [0] * len(ranked)),
        Records("purchase_order_lines", lines, [0] * len(at)),
        _receipts(world, numbers),
    ]


def _unit_costs(world: World, at: Ints) -> list[int]:
    purchases = world.purchases
    foreign = np.array([item.currency == "CAD" for item in SUPPLIERS])[purchases.vendor[purchases.of[at]]]
    cost = world.catalog.cost[purchases.product[at]]
    return list(np.where(foreign, np.rint(cost * 1.36), cost).astype(np.int64).tolist())


def _receipts(world: World, numbers: list[str]) -> Records:
    purchases = world.purchases
    line = purchases.receipt_line
    assert not (purchases.arrived_at == NONE).any()
    return Records(
        "receipts",
        {
            "po_number": [numbers[order] for order in purchases.of[line].tolist()],
            "line_id": [str(number) for number in purchases.line_number[line].tolist()],
            "receipt_id": [
                f"GR-{row + 70_001}{'' if part == 0 else '-2'}"
                for row, part in enumerate(purchases.receipt_number.tolist())
            ],
            "quantity": purchases.receipt_quantity.astype(float).tolist(),
            "rejected_quantity": purchases.receipt_rejected.astype(float).tolist(),
            "arrived_at": purchases.arrived_at.tolist(),
            "stocked_at": optional(purchases.stocked_at),
        },
        [0] * len(line),
    )
