"""The rules about a parcel on its way again, in plain loops, written from their definitions."""

import math
import re

from plain_shop import HOUR, subject


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


RULES = (no_tracking, late_delivery)
