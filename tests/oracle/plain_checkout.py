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


RULES = (payment_pending, address_invalid, unmapped_sku, duplicate_order)
