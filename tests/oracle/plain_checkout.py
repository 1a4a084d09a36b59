"""The rules about an order as it comes in again, in plain loops, written from their definitions."""

import re
from collections import defaultdict
from itertools import pairwise

from plain_shop import DAY, HOUR, MINUTE, subject


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


_FAILED = ("failed", "voided", "expired")
_GOOD = ("paid", "partially_paid", "partially_refunded", "refunded", "pending", "authorized")


def _declined(shop, order):
    if order["payment_status"] in _FAILED:
        return True
    told = {row["status"] for row in shop.of("payments", order)}
    open_ = order["payment_status"] in (None, "pending", "authorized")
    return open_ and bool(told & set(_FAILED)) and not told & set(_GOOD)


def payment_declined(shop):
    """Declined and not shipped, declined and shipped, or shipped without any money."""
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or order["placed_at"] is None:
            continue
        if "cash on delivery" in (order["payment_method"] or "").lower():
            continue
        failures = [
            row["paid_at"]
            for row in shop.of("payments", order)
            if row["status"] in _FAILED and shop.past(row["paid_at"])
        ]
        failed_at = max(failures, default=None)
        began = failed_at if failed_at is not None else order["placed_at"]
        left_at = order["shipped_at"] or order["placed_at"]
        if not shop.past(order["shipped_at"]):
            left_at = order["delivered_at"] if shop.past(order["delivered_at"]) else order["placed_at"]
        unpaid = order["payment_status"] in ("pending", "authorized") or (
            order["paid_at"] is not None and order["paid_at"] > shop.now
        )
        if _declined(shop, order):
            yield subject(order), max(began, left_at) if shop.shipped(order) else began
        elif shop.shipped(order) and unpaid:
            if failed_at is not None:
                yield subject(order), max(began, left_at)
                continue
            words = (order["payment_terms"] or "").lower().split()
            due = order["placed_at"] + int(words[1]) * DAY if len(words) == 2 and words[0] == "net" else left_at
            if max(left_at, due) < shop.now:
                yield subject(order), max(left_at, due)


_FORWARDERS = ("33166", "97230", "34249")


def _fraud_points(shop, order, decision):
    points = 0.0
    if order["bill_country"] and order["country"] and order["bill_country"] != order["country"]:
        points += 25
    others = [other for other in shop.orders.values() if other["id"] != order["id"] and other["stub"] is None]
    placed = order["placed_at"]
    lately = [o for o in others if o["placed_at"] is not None and placed - DAY < o["placed_at"] <= placed]
    email = order["email"]
    by_email = sum(1 for o in lately if email and o["email"] == email)
    by_place = sum(
        1
        for o in lately
        if order["address1"]
        and order["postcode"]
        and (o["address1"], o["postcode"]) == (order["address1"], order["postcode"])
    )
    if max(by_email, by_place) + 1 >= 3:
        points += 25
    earlier = any(o["email"] == email and o["placed_at"] is not None and o["placed_at"] < placed for o in others)
    if email and not earlier and order["total"] is not None and order["total"] >= 30000:
        points += 20
    if order["postcode"] in _FORWARDERS:
        points += 30
    points += {"high": 60, "medium": 24}.get(order["risk_level"], 0)
    told = decision["score"] if decision and decision["score"] is not None else order["risk_score"]
    return points + (told or 0) * 0.6


def fraud_review(shop):
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order) or not shop.ours(order):
            continue
        told = [row for row in shop.of("fraud_decisions", order) if shop.past(row["decided_at"])]
        newest = max(told, key=lambda row: (row["decided_at"], row["decision_id"]), default=None)
        if newest is not None:
            if newest["decision"] != "approve":
                yield subject(order), newest["decided_at"]
        elif order["risk_level"] == "high" or _fraud_points(shop, order, newest) > 50:
            yield subject(order), order["placed_at"]


_UNION = ("DE", "FR", "NL")


def missing_order_info(shop):
    country_of = {row["key"]: row["country"] for row in shop.t["locations"]}
    told = {row["sku"]: bool(row["hs_code"] or row["origin_country"]) for row in shop.t["products"]}
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order) or not shop.ours(order):
            continue
        lacks = not order["email"]
        if shop.ships_goods(order):
            wants_phone = any(
                row["needs_phone"]
                and row["channel"] in ("", order["channel"])
                and order["service"]
                and order["service"] in (row["method"], row["service"])
                for row in shop.t["ship_methods"]
            )
            lacks = lacks or (wants_phone and not order["phone"])
            start, end = country_of.get(order["location"]), order["country"]
            abroad = bool(start and end) and start != end and not {start, end} <= set(_UNION)
            declared = any(told.get(line["sku"]) for line in shop.lines[order["id"]])
            lacks = lacks or (any(told.values()) and abroad and not declared and not order["customs_number"])
        if lacks:
            yield subject(order), order["placed_at"]


def price_error(shop):
    names = {(row["channel"], row["alias"]): row["sku"] for row in shop.t["sku_aliases"]}
    goods = {row["sku"]: row for row in shop.t["products"]}
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order):
            continue
        for line in shop.lines[order["id"]]:
            left = (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)
            sku = names.get((order["channel"], line["sku"])) or names.get(("", line["sku"])) or line["sku"]
            item = goods.get(sku)
            if left <= 0 or item is None or line["unit_price"] is None or line["unit_price"] < 0:
                continue
            cost, usual = item["unit_cost"] or 0, item["list_price"] or 0
            if line["unit_price"] < cost or line["unit_price"] * 2 < usual:
                yield subject(order, line["line_id"]), order["placed_at"]


RULES = (
    payment_pending,
    payment_declined,
    fraud_review,
    address_invalid,
    missing_order_info,
    unmapped_sku,
    duplicate_order,
    price_error,
)
