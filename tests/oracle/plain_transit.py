"""The rules about a parcel on its way again, in plain loops, written from their definitions."""

import math
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from plain_shop import DAY, HOUR, subject

_BEFORE = {"labeled", "voided"}
_STOPPED = {"exception", "address_problem", "delayed", "damaged", "lost", "failed_attempt"}
_CUSTOMS = {"customs_hold", "duty_due"}
_BACK = {"returning", "returned"}
_EU = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}


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


class Parcels:
    """Shipments with their scans by number, oldest first, as far as they have happened."""

    def __init__(self, shop):
        self.shop = shop
        self.scans = defaultdict(list)
        for scan in shop.t["shipment_events"]:
            if scan["occurred_at"] <= shop.now:
                self.scans[scan["tracking_number"]].append((scan["occurred_at"], scan["code"] or ""))
        for scans in self.scans.values():
            scans.sort()

    def of(self, parcel):
        return self.scans.get(parcel["tracking_number"], [])

    def under_way(self, parcel):
        if parcel["voided"] in (True, 1) or parcel["status"] == "voided":
            return False
        if parcel["delivered_at"] is not None:
            return parcel["delivered_at"] > self.shop.now
        return parcel["status"] not in ("delivered", "returned")

    def waited_for(self, parcel):
        order = self.shop.orders[parcel["order_fk"]]
        return (
            self.shop.described(order)
            and not self.shop.delivered(order)
            and not self.shop.void(order)
            and self.shop.ours(order)
        )

    def unanswered(self, parcel, codes, nothing):
        """Time of the first scan with one of the codes that none but ``nothing`` follows."""
        scans = self.of(parcel)
        times = [at for at, code in scans if code in codes and not any(t > at and c not in nothing for t, c in scans)]
        return min(times, default=None)


def _worked_off(start, hours):
    """The instant after so many hours of Monday to Friday, nine to five, UTC."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=start)
    left = timedelta(hours=hours)
    while True:
        opens, closes = (at.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (9, 17))
        if at.weekday() < 5 and at < closes:
            at = max(at, opens)
            if left <= closes - at:
                return (at + left - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            left -= closes - at
        at = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def no_carrier_scan(shop):
    parcels = Parcels(shop)
    telling = {p["carrier_key"] for p in shop.t["shipments"] if p["first_scan_at"] is not None}
    if not telling:
        return
    for parcel in shop.t["shipments"]:
        made = parcel["labeled_at"] if parcel["labeled_at"] is not None else parcel["shipped_at"]
        if made is None or not parcel["tracking_number"] or parcel["status"] in ("in_transit", "exception"):
            continue
        if shop.past(parcel["first_scan_at"]) or not parcels.under_way(parcel) or not parcels.waited_for(parcel):
            continue
        if parcel["carrier_key"] is not None and parcel["carrier_key"] not in telling:
            continue
        since = _worked_off(made, 24)
        if since < shop.now:
            yield subject(shop.orders[parcel["order_fk"]], parcel["shipment_id"]), since


def _tells_deliveries(shop):
    return {
        order["channel"]
        for order in shop.orders.values()
        if order["delivered_at"] is not None or order["status"] in ("delivered", "returned")
    }


def stalled_in_transit(shop):
    parcels, telling = Parcels(shop), _tells_deliveries(shop)
    for parcel in shop.t["shipments"]:
        order = shop.orders[parcel["order_fk"]]
        if not parcels.under_way(parcel) or not parcels.waited_for(parcel) or order["channel"] not in telling:
            continue
        scans = parcels.of(parcel)
        if any(code in _BACK for _, code in scans):
            continue
        trouble = _BEFORE | _STOPPED | _CUSTOMS
        moves = [at for at, code in scans if code not in trouble]
        moves += [at for at in (parcel["stated_first_scan_at"], parcel["stated_last_scan_at"]) if shop.past(at)]
        seen = parcel["first_scan_at"]
        if seen is not None and seen + 72 * HOUR < shop.now and moves and max(moves) + 72 * HOUR < shop.now:
            yield subject(order, parcel["shipment_id"]), max(moves) + 72 * HOUR


def delivery_exception(shop):
    parcels = Parcels(shop)
    if not any(code in _STOPPED for _, code in ((e["occurred_at"], e["code"]) for e in shop.t["shipment_events"])):
        return
    for parcel in shop.t["shipments"]:
        if not parcels.under_way(parcel) or not parcels.waited_for(parcel):
            continue
        since = parcels.unanswered(parcel, _STOPPED, _STOPPED | _CUSTOMS | _BEFORE)
        if since is not None and since + 24 * HOUR < shop.now:
            yield subject(shop.orders[parcel["order_fk"]], parcel["shipment_id"]), since + 24 * HOUR


def customs_hold(shop):
    parcels = Parcels(shop)
    held = {}
    for parcel in shop.t["shipments"]:
        nothing = _CUSTOMS | _BEFORE | (_STOPPED - {"failed_attempt"})
        since = parcels.unanswered(parcel, _CUSTOMS, nothing) if parcels.under_way(parcel) else None
        if since is not None:
            held[parcel["order_fk"]] = min(since, held.get(parcel["order_fk"], since))
    goods = {row["sku"]: row for row in shop.t["products"]}
    countries = {row["key"]: row["country"] for row in shop.t["locations"]}
    only = {row["country"] for row in shop.t["locations"] if row["country"] and row["kind"] != "marketplace"}
    for order in shop.orders.values():
        if not shop.described(order) or shop.delivered(order) or shop.void(order) or not shop.ours(order):
            continue
        if not shop.ships_goods(order):
            continue
        here = countries.get(order["location"]) or (next(iter(only)) if len(only) == 1 else None)
        there = order["country"]
        papers = False
        if here and there and here != there and not {here, there} <= _EU:
            skus = [line["sku"] for line in shop.lines[order["id"]] if line["requires_shipping"] not in (False, 0)]
            papers = not order["customs_number"] or any(
                not goods[sku]["hs_code"] or not goods[sku]["origin_country"] for sku in skus if sku in goods
            )
        if papers or order["duty_status"] == "unpaid":
            yield subject(order), order["placed_at"]
        elif order["id"] in held:
            yield subject(order), held[order["id"]]


def return_to_sender(shop):
    parcels = Parcels(shop)
    for parcel in shop.t["shipments"]:
        order = shop.orders[parcel["order_fk"]]
        times = [at for at, code in parcels.of(parcel) if code in _BACK]
        if not times or parcel["voided"] in (True, 1) or shop.past(parcel["delivered_at"]):
            continue
        if not parcels.waited_for(parcel) or order["payment_status"] == "refunded":
            continue
        again = [
            other["labeled_at"] if other["labeled_at"] is not None else other["shipped_at"]
            for other in shop.of("shipments", order)
            if other["id"] != parcel["id"] and other["voided"] not in (True, 1)
        ]
        if not any(at is not None and min(times) < at <= shop.now for at in again):
            yield subject(order, parcel["shipment_id"]), min(times)


def carrier_claim_due(shop):
    parcels, telling = Parcels(shop), _tells_deliveries(shop)
    for parcel in shop.t["shipments"]:
        order = shop.orders[parcel["order_fk"]]
        if parcel["shipped_at"] is None or parcel["voided"] in (True, 1) or not shop.ours(order):
            continue
        terms = [
            term
            for term in shop.t["contract_terms"]
            if (term["vendor_key"], term["term"]) == (parcel["carrier_key"], "claim_window_days")
            and term["valid_from"] <= parcel["shipped_on"]
        ]
        days = max(terms, key=lambda term: term["valid_from"])["value"] if terms else 60
        end = parcel["shipped_at"] + int(days * DAY)
        if not shop.now <= end <= shop.now + 5 * DAY or not shop.described(order):
            continue
        codes = {code for _, code in parcels.of(parcel)}
        open_ = not shop.past(parcel["delivered_at"]) and not shop.delivered(order)
        overdue = order["deliver_by"] is None or order["deliver_by"] < shop.now
        lost = open_ and ("lost" in codes or (overdue and not codes & _BACK and order["channel"] in telling))
        damaged = "damaged" in codes or any(
            shop.past(row["requested_at"]) and "damage" in (row["reason"] or "").lower()
            for row in shop.of("returns", order)
        )
        damaged = damaged or any(
            shop.past(row["opened_at"]) and "damage" in f"{row['kind']} {row['tags']}"
            for row in shop.of("tickets", order)
        )
        in_time = order["ship_by"] is None or parcel["shipped_at"] <= order["ship_by"]
        promise = parcel["deliver_by"] if parcel["deliver_by"] is not None else order["deliver_by"] if in_time else None
        late = shop.past(parcel["delivered_at"]) and promise is not None and parcel["delivered_at"] > promise
        claimed = any(
            claim["tracking_number"] in (None, "", parcel["tracking_number"])
            and (claim["filed_at"] is None or claim["filed_at"] <= shop.now)
            for claim in shop.of("claims", order)
        )
        if (lost or damaged or late) and not claimed:
            yield subject(order, parcel["shipment_id"]), end - 5 * DAY


RULES = (
    no_tracking,
    late_delivery,
    no_carrier_scan,
    stalled_in_transit,
    delivery_exception,
    customs_hold,
    return_to_sender,
    carrier_claim_due,
)
