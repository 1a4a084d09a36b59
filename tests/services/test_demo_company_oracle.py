"""The ten rules once more, in plain Python over the rows of the demo company, by their definitions in words.

Nothing of the console's rules, checks or writers is used: three ways (what was planted, what the rules find, what this
oracle finds) must agree.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.services.demo_company import create_demo
from opsconsole.store import schema
from opsconsole.store.database import open_database

HOUR = 3_600_000_000
DAY = 24 * HOUR
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def shop(tmp_path_factory, now) -> SimpleNamespace:
    """All rows that the rules look at, as plain dicts."""
    path = tmp_path_factory.mktemp("oracle") / "demo.db"
    report = create_demo(path, orders=900, seed=23, as_of=now)
    database = open_database(path)
    names = ("orders", "order_lines", "shipments", "products", "sku_aliases", "stock_levels", "feeds", "locations")
    with database.read() as conn:
        rows = {
            name: [dict(row) for row in conn.execute(select(schema.metadata.tables[name])).mappings()] for name in names
        }
        e = schema.exceptions.c
        active = {
            (row.rule, row.subject_kind, row.subject)
            for row in conn.execute(select(e.rule, e.subject_kind, e.subject).where(e.closed_at.is_(None)))
        }
    database.close()
    orders = {row["id"]: row for row in rows["orders"]}
    for row in orders.values():
        row["lines"], row["parcels"] = [], []
        row["subject"] = f"{row['channel']}/{row['order_id']}"
    for row in rows["order_lines"]:
        orders[row["order_fk"]]["lines"].append(row)
    for row in rows["shipments"]:
        if not row["voided"]:
            orders[row["order_fk"]]["parcels"].append(row)
    return SimpleNamespace(now=now, truth=report.truth, active=active, orders=list(orders.values()), **{
        name: rows[name] for name in names[3:]
    })  # fmt: skip


def _own(order: dict[str, Any]) -> bool:
    return order["location"] != "fba"


def _cancelled(order: dict[str, Any]) -> bool:
    return order["cancelled_at"] is not None


def _left(line: dict[str, Any]) -> float:
    return line["quantity"] - line["shipped_quantity"] - line["cancelled_quantity"]


def _shipped(order: dict[str, Any]) -> bool:
    """Every piece that was not cancelled has left."""
    return all(_left(line) <= 0 for line in order["lines"])


def _delivered(order: dict[str, Any]) -> bool:
    parcels = order["parcels"]
    return _shipped(order) and bool(parcels) and all(parcel["delivered_at"] is not None for parcel in parcels)


def _payment_pending(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        if order["payment_status"] not in ("pending", "authorized") or _cancelled(order):
            continue
        if order["payment_method"] == "Cash on delivery":
            continue
        terms = re.fullmatch(r"Net (\d+)", order["payment_terms"] or "")
        due = order["placed_at"] + (int(terms.group(1)) * DAY if terms else DAY)
        if due < shop.now:
            yield ("PAYMENT_PENDING", "order", order["subject"]), due


def _bad_address(order: dict[str, Any]) -> bool:
    patterns = {"US": r"\d{5}(-\d{4})?", "CA": r"[A-Z]\d[A-Z] \d[A-Z]\d", "DE": r"\d{5}"}
    if not all(order[part] for part in ("address1", "city", "province", "postcode", "country")):
        return True
    return not re.fullmatch(patterns[order["country"]], order["postcode"]) or len(order["address1"]) > 35


def _address_invalid(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        if _own(order) and not _cancelled(order) and not _shipped(order) and _bad_address(order):
            yield ("ADDRESS_INVALID", "order", order["subject"]), order["placed_at"]


def _unmapped_sku(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    known = {row["sku"] for row in shop.products}
    aliases = {(row["channel"], row["alias"]) for row in shop.sku_aliases}
    for order in shop.orders:
        for line in order["lines"]:
            named = {(order["channel"], line["sku"]), ("", line["sku"])} & aliases
            if line["sku"] not in known and not named and _left(line) > 0 and not _cancelled(order):
                yield ("UNMAPPED_SKU", "line", f"{order['subject']}/{line['line_id']}"), order["placed_at"]


def _duplicate_order(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    alike = defaultdict(list)
    for order in shop.orders:
        if not _cancelled(order):
            goods = tuple(sorted((line["sku"], line["quantity"]) for line in order["lines"]))
            place = tuple(order[part] for part in ("address1", "city", "postcode"))
            alike[order["channel"], order["customer_id"], place, goods, order["total"]].append(order)
    for orders in alike.values():
        orders.sort(key=lambda order: order["placed_at"])
        for earlier, later in itertools.pairwise(orders):
            if later["placed_at"] - earlier["placed_at"] <= HOUR and not _delivered(later):
                yield ("DUPLICATE_ORDER", "order", later["subject"]), later["placed_at"]


def _out_of_stock(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    wanted: dict[tuple[str, str], float] = defaultdict(float)
    for order in shop.orders:
        if _own(order) and not _cancelled(order):
            for line in order["lines"]:
                if line["location"]:
                    wanted[line["sku"], line["location"]] += max(0.0, _left(line) - line["allocated_quantity"])
    for level in shop.stock_levels:
        open_pieces = wanted[level["sku"], level["location"]]
        if level["location"] != "fba" and (open_pieces > level["available"] or level["available"] < 0):
            yield ("OUT_OF_STOCK", "sku", f"{level['sku']} @ {level['location']}"), shop.now


def _late_shipment(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        if _own(order) and not _cancelled(order) and not _shipped(order) and order["ship_by"] < shop.now:
            yield ("LATE_SHIPMENT", "order", order["subject"]), order["ship_by"]


def _partial_shipment(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        first = min((parcel["shipped_at"] for parcel in order["parcels"]), default=None)
        if first is not None and not _shipped(order) and not _cancelled(order) and first + DAY < shop.now:
            yield ("PARTIAL_SHIPMENT", "order", order["subject"]), first + DAY


def _bad_number(number: str | None) -> bool:
    """Empty, no number at all, or of a known form with a wrong last digit."""
    if not number or not any(sign.isdigit() for sign in number) or len(number) < 8:
        return True
    if number.startswith("1Z"):
        values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:-1]]
        return len(number) != 18 or -sum(v * (1, 2)[i % 2] for i, v in enumerate(values)) % 10 != int(number[-1])
    if number.startswith("94"):
        digits = [int(sign) for sign in number]
        return len(digits) != 22 or -sum(d * (3, 1)[i % 2] for i, d in enumerate(digits[-2::-1])) % 10 != digits[-1]
    return False


def _no_tracking(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        if not _own(order) or _cancelled(order) or _delivered(order):
            continue
        for parcel in order["parcels"]:
            if parcel["shipped_at"] is None:
                continue
            raised = parcel["shipped_at"] + DAY
            if parcel["delivered_at"] is None and raised < shop.now and _bad_number(parcel["tracking_number"]):
                yield ("NO_TRACKING", "shipment", f"{order['subject']}/{parcel['shipment_id']}"), raised


def _late_delivery(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for order in shop.orders:
        if _own(order) and not _cancelled(order) and not _delivered(order) and order["deliver_by"] < shop.now:
            yield ("LATE_DELIVERY", "order", order["subject"]), order["deliver_by"]


def _sync_stale(shop: SimpleNamespace) -> Iterator[tuple[Key, int]]:
    for feed in shop.feeds:
        limit = feed["newest_data_at"] + 2 * feed["usual_interval_seconds"] * 1_000_000
        if limit < shop.now:
            subject = f"{feed['source']}/{feed['channel']}" if feed["channel"] else feed["source"]
            yield ("SYNC_STALE", "feed", subject), limit


ORACLES = {
    "PAYMENT_PENDING": _payment_pending,
    "ADDRESS_INVALID": _address_invalid,
    "UNMAPPED_SKU": _unmapped_sku,
    "DUPLICATE_ORDER": _duplicate_order,
    "OUT_OF_STOCK": _out_of_stock,
    "LATE_SHIPMENT": _late_shipment,
    "PARTIAL_SHIPMENT": _partial_shipment,
    "NO_TRACKING": _no_tracking,
    "LATE_DELIVERY": _late_delivery,
    "SYNC_STALE": _sync_stale,
}


@pytest.mark.parametrize("rule", ORACLES)
def test_planted_found_and_recomputed_agree(shop, rule):
    met = list(ORACLES[rule](shop))
    recent = {key for key, opened in met if opened >= shop.now - 90 * DAY}
    older = {key for key, opened in met if opened < shop.now - 90 * DAY}
    planted = {(row["rule"], row["subject_kind"], row["subject"]) for row in shop.truth["exceptions"]}
    forgotten = {(row["rule"], row["subject_kind"], row["subject"]) for row in shop.truth["older"]}
    assert recent
    assert recent == {key for key in planted if key[0] == rule}
    assert recent == {key for key in shop.active if key[0] == rule}
    assert older == {key for key in forgotten if key[0] == rule}


def test_every_location_of_stock_is_known(shop):
    assert {level["location"] for level in shop.stock_levels} == {row["key"] for row in shop.locations}
