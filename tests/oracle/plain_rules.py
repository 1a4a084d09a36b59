"""The ten rules once more, in plain Python loops over exported rows, written from their definitions.

Shares nothing with the program but the names of columns: own as-of logic, own check digits, own stock arithmetic.
``tables`` maps a table's name to its rows as dicts; ``meets`` returns per (rule, subject) the instant it began at, or
None where the definition does not say.
"""

import math
import re
from collections import defaultdict
from itertools import pairwise

HOUR = 3_600_000_000
DAY = 24 * HOUR
MINUTE = 60_000_000

_MARKET = {"fba", "wfs", "marketplace", "amazon", "afn"}


class Shop:
    """Exported rows with the look-ups the rules need."""

    def __init__(self, tables, now):
        self.t = tables
        self.now = now
        self.orders = {row["id"]: row for row in tables["orders"]}
        self.lines = defaultdict(list)
        for row in tables["order_lines"]:
            self.lines[row["order_fk"]].append(row)
        self.market_sites = {row["key"] for row in tables["locations"] if row["kind"] == "marketplace"}

    def past(self, instant):
        return instant is not None and instant <= self.now

    def described(self, order):
        return order["stub"] is None and (order["placed_at"] is None or order["placed_at"] <= self.now)

    def void(self, order):
        if order["cancelled_at"] is not None and order["cancelled_at"] > self.now:
            return False
        return order["status"] in ("cancelled", "unavailable") or (
            order["status"] is None and order["cancelled_at"] is not None
        )

    def delivered(self, order):
        if order["delivered_at"] is not None:
            return order["delivered_at"] <= self.now
        return order["status"] in ("delivered", "returned")

    def shipped(self, order):
        if self.past(order["delivered_at"]):
            return True
        if order["shipped_at"] is not None:
            return order["shipped_at"] <= self.now
        return order["status"] in ("shipped", "delivered", "returned")

    def ours(self, order):
        return (order["fulfilled_by"] or "").lower() not in _MARKET and order["location"] not in self.market_sites

    def ships_goods(self, order):
        lines = self.lines[order["id"]]
        return not lines or any(
            line["requires_shipping"] is not False and line["requires_shipping"] != 0 for line in lines
        )

    def tells(self, channel, fact):
        return any(order["channel"] == channel and fact(order) for order in self.orders.values())


def subject(order, *more):
    return "/".join((order["channel"], order["order_id"], *more))


def meets(tables, now):
    """(rule, subject) -> since when, of everything that meets a rule as of ``now``."""
    shop = Shop(tables, now)
    found = {}
    for rule in (
        payment_pending,
        address_invalid,
        unmapped_sku,
        duplicate_order,
        out_of_stock,
        late_shipment,
        partial_shipment,
        no_tracking,
        late_delivery,
        sync_stale,
    ):
        for key, since in rule(shop):
            found[rule.__name__.upper(), key] = since
    return found


def payment_pending(shop):
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or order["placed_at"] is None:
            continue
        unpaid = order["payment_status"] in ("pending", "authorized") or (
            order["paid_at"] is not None and order["paid_at"] > shop.now
        )
        if not unpaid or "cash on delivery" in (order["payment_method"] or "").lower():
            continue
        limit = order["placed_at"] + 24 * HOUR
        words = (order["payment_terms"] or "").split()
        if len(words) == 2 and words[0].lower() == "net":
            limit = max(limit, order["placed_at"] + int(words[1]) * DAY)
        if limit < shop.now:
            yield subject(order), limit


def _bad_address(order):
    country = (order["country"] or "").strip().upper()
    if not (order["address1"] or order["city"] or order["postcode"]):
        return False
    if not (order["address1"] or "").strip() or not (order["city"] or "").strip() or not country:
        return True
    code = (order["postcode"] or "").strip()
    form = {
        "US": r"[0-9]{5}(-?[0-9]{4})?",
        "CA": r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]",
        "GB": r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}",
    }
    if country in form and not re.fullmatch(form[country], code.upper()):
        return True
    if country in ("US", "CA") and not order["province"]:
        return True
    return len(order["address1"]) > 35 or len(order["address2"] or "") > 35


def address_invalid(shop):
    for order in shop.orders.values():
        if (
            shop.described(order)
            and not shop.void(order)
            and not shop.shipped(order)
            and shop.ours(order)
            and shop.ships_goods(order)
            and order["address_from"] is None
            and _bad_address(order)
        ):
            yield subject(order), order["placed_at"]


def unmapped_sku(shop):
    if not shop.t["products"]:
        return
    skus = {row["sku"] for row in shop.t["products"]}
    names = {(row["channel"], row["alias"]) for row in shop.t["sku_aliases"]}
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order):
            continue
        for line in shop.lines[order["id"]]:
            sku = line["sku"]
            left = (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)
            if sku and left > 0 and sku not in skus and ("", sku) not in names and (order["channel"], sku) not in names:
                yield subject(order, line["line_id"]), order["placed_at"]


def duplicate_order(shop):
    """Compares the contents themselves, not their hashes."""
    same = defaultdict(list)
    for order in shop.orders.values():
        if shop.described(order) and not shop.void(order) and order["placed_at"] is not None and order["email"]:
            goods = sorted((line["sku"], line["quantity"]) for line in shop.lines[order["id"]])
            place = tuple((order[part] or "").lower() for part in ("address1", "city", "postcode", "country"))
            if goods and any(place):
                key = (order["email"].lower(), place, tuple(goods), order["total"], order["currency"])
                same[key].append((order["placed_at"], order["id"]))
    for copies in same.values():
        copies.sort()
        for (before, _), (after, order_id) in pairwise(copies):
            order = shop.orders[order_id]
            if after - before <= 60 * MINUTE and not shop.delivered(order):
                yield subject(order), after


def out_of_stock(shop):
    """One pool per SKU and location; lines without a location draw on the only one, or on all together."""
    names = {(row["channel"], row["alias"]): row["sku"] for row in shop.t["sku_aliases"]}
    drop_shippers = {row["key"] for row in shop.t["vendors"] if row["kind"] == "drop_shipper"}
    levels = {}
    for row in shop.t["stock_levels"]:
        as_of = row["counted_at"] if row["counted_at"] is not None else row["source_time"]
        available = row["available"]
        if available is None and row["on_hand"] is not None:
            available = row["on_hand"] - (row["allocated"] or 0) - (row["held"] or 0)
        if row["listed"] and as_of <= shop.now and available is not None and row["location"] not in shop.market_sites:
            levels[row["sku"], row["location"]] = (available, row["allocated"] or 0)
    sites = defaultdict(list)
    for sku, location in levels:
        sites[sku].append(location)
    waiting = defaultdict(list)
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order) or not shop.ours(order):
            continue
        for line in shop.lines[order["id"]]:
            left = (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)
            if not line["sku"] or left <= 0 or line["requires_shipping"] in (False, 0):
                continue
            if line["vendor_key"] in drop_shippers or shop.past(line["shipped_at"]):
                continue
            sku = names.get((order["channel"], line["sku"])) or names.get(("", line["sku"])) or line["sku"]
            place = line["location"] or order["location"] or (sites[sku][0] if len(sites.get(sku, ())) == 1 else None)
            waiting[sku].append((place, left, line["allocated_quantity"]))
    pools = {(sku, place): stock for (sku, place), stock in levels.items()}
    for sku, places in sites.items():
        if any(place is None for place, _, _ in waiting[sku]):
            pools[sku, None] = tuple(sum(levels[sku, place][part] for place in places) for part in (0, 1))
    for (sku, place), (available, allocated) in pools.items():
        asked = [entry for entry in waiting[sku] if place is None or entry[0] == place]
        said = sum(min(known, left) for _, left, known in asked if known is not None)
        silent = sum(left for _, left, known in asked if known is None)
        free = sum(left for _, left, _ in asked) - said - min(silent, max(0, allocated - said))
        if (asked and free > available) or (place is not None and available < 0):
            yield (sku if place is None else f"{sku} @ {place}"), None


def late_shipment(shop):
    for order in shop.orders.values():
        if (
            order["ship_by"] is not None
            and order["ship_by"] < shop.now
            and shop.described(order)
            and not shop.void(order)
            and not shop.shipped(order)
            and shop.ours(order)
            and shop.ships_goods(order)
        ):
            yield subject(order), order["ship_by"]


def partial_shipment(shop):
    for order in shop.orders.values():
        first = order["first_shipped_at"]
        if (
            first is not None
            and first + 24 * HOUR < shop.now
            and shop.described(order)
            and not shop.void(order)
            and not shop.shipped(order)
            and shop.ours(order)
        ):
            yield subject(order), first + 24 * HOUR


def _bad_ups(number):
    """Letters A–Z count 2 … 9, 0, 1 …; every second of the 15 characters doubles; the sum ends in the check digit."""
    if not re.fullmatch(r"1Z[A-Z0-9]{15}[0-9]", number):
        return True
    digits = [int(c) if c.isdigit() else (ord(c) - ord("A") + 2) % 10 for c in number[2:17]]
    total = sum(digits[0::2]) + 2 * sum(digits[1::2])
    return math.ceil(total / 10) * 10 - total != int(number[17])


def no_tracking(shop):
    for parcel in shop.t["shipments"]:
        order = shop.orders[parcel["order_fk"]]
        left = parcel["shipped_at"]
        if left is None or left + 24 * HOUR >= shop.now or parcel["voided"] in (True, 1):
            continue
        if shop.past(parcel["delivered_at"]) or shop.delivered(order) or shop.void(order) or not shop.ours(order):
            continue
        if parcel["status"] in ("voided", "delivered", "returned"):
            continue
        number = (parcel["tracking_number"] or "").replace(" ", "").upper()
        looks_ups = parcel["carrier_key"] == "ups" or number.startswith("1Z")
        bad = _bad_ups(number) if looks_ups else len(number) < 5
        if not number or bad:
            yield subject(order, parcel["shipment_id"]), left + 24 * HOUR


def late_delivery(shop):
    telling = {}
    for order in shop.orders.values():
        channel = order["channel"]
        if channel not in telling:
            telling[channel] = shop.tells(
                channel, lambda o: o["delivered_at"] is not None or o["status"] in ("delivered", "returned")
            )
        if (
            telling[channel]
            and order["deliver_by"] is not None
            and order["deliver_by"] < shop.now
            and shop.described(order)
            and not shop.void(order)
            and not shop.delivered(order)
            and shop.ours(order)
            and shop.ships_goods(order)
        ):
            yield subject(order), order["deliver_by"]


def sync_stale(shop):
    for feed in shop.t["feeds"]:
        interval = (feed["usual_interval_seconds"] or 0) * 1_000_000
        if interval and feed["arrivals"] >= 3 and feed["newest_data_at"] + 2 * interval < shop.now:
            yield (
                "/".join(part for part in (feed["source"], feed["channel"]) if part),
                feed["newest_data_at"] + 2 * interval,
            )
