"""Exceptions of the past two years that are over: what the orders' own stories would have raised, and who closed them.

Late parcels, slow payers and split orders of the invented history become the exceptions a console running all along
would have kept; a few more (bad addresses, unknown SKUs, missing numbers) were put right by people. All of them were
closed before the console looks for the first time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.domain.severity import ACKNOWLEDGE_WITHIN
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, optional
from opsconsole.services.demo_company.company import CHANNELS, FBA, FIRST_DROP_SHIPPER, PLACES
from opsconsole.services.demo_company.fulfillment import slow_payment
from opsconsole.services.demo_company.order_records import OrderRecords
from opsconsole.services.demo_company.working_time import WorkingHours
from opsconsole.services.demo_company.world import World
from opsconsole.store import dialect, schema

SYSTEM = "System"
_DETECT_EVERY = 15 * MINUTE
# Who takes an exception of each type, and what people found when they resolved one themselves.
_FLOOR = ("Shift A", "Shift B")
DESKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("PAYMENT_PENDING", "PAYMENT_DECLINED", "SYNC_STALE", "BILLING_VARIANCE"), ("Ops manager",)),
    **dict.fromkeys(("ADDRESS_INVALID", "DUPLICATE_ORDER", "FRAUD_REVIEW", "MISSING_ORDER_INFO"), ("Order desk",)),
    **dict.fromkeys(("CANCEL_AFTER_RELEASE", "CHANNEL_MISMATCH", "ROUTING_FAILED", "HOLD_EXPIRED"), ("Order desk",)),
    **dict.fromkeys(("UNMAPPED_SKU", "PRICE_ERROR"), ("Catalog desk",)),
    **dict.fromkeys(("OUT_OF_STOCK", "BACKORDER_OVERDUE", "ALLOCATION_RISK", "DROPSHIP_NO_ACK"), ("Stock desk",)),
    **dict.fromkeys(("LATE_SHIPMENT", "PARTIAL_SHIPMENT", "SHIP_BY_RISK", "STUCK_ORDER", "SHORT_PICK"), _FLOOR),
    **dict.fromkeys(("DAMAGED_IN_WAREHOUSE", "WEIGHT_MISMATCH", "LABEL_FAILED"), _FLOOR),
    **dict.fromkeys(("NO_TRACKING", "NO_CARRIER_SCAN", "STALLED_IN_TRANSIT", "DELIVERY_EXCEPTION"), ("Carrier desk",)),
    **dict.fromkeys(("CUSTOMS_HOLD", "LATE_DELIVERY", "RETURN_TO_SENDER", "CARRIER_CLAIM_DUE"), ("Carrier desk",)),
    **dict.fromkeys(("DELIVERED_NOT_RECEIVED", "CHARGEBACK_OPEN", "CUSTOMER_ESCALATION"), ("Customer desk",)),
    **dict.fromkeys(("RETURN_OVERDUE", "REFUND_MISMATCH"), ("Returns desk",)),
}
_CAUSES = {
    "ADDRESS_INVALID": ("customer_address", "Customer sent the right address"),
    "UNMAPPED_SKU": ("catalog_data", "Alias added"),
    "DUPLICATE_ORDER": ("customer_request", "Customer wants both"),
    "NO_TRACKING": ("carrier_data", "Number taken from the label"),
}
_MENDED_SHARES = {"ADDRESS_INVALID": 0.006, "UNMAPPED_SKU": 0.004, "NO_TRACKING": 0.004, "DUPLICATE_ORDER": 0.0015}
_MENDED_PART = {"UNMAPPED_SKU": ("line", "/1"), "NO_TRACKING": ("shipment", "/1")}


@dataclass
class Past:
    """Past exceptions of one rule as vectors."""

    rule: str
    order: Ints
    opened_at: Ints
    closed_at: Ints
    by_hand: bool = False


def _over(world: World, rule: str, rows: Flags, opened: Ints, closed: Ints, before: int) -> Past:
    """Those that lasted longer than it takes to look, and were over before the first look."""
    lasting = rows & (closed != NONE) & (closed - opened > _DETECT_EVERY) & (closed < before)
    lasting &= world.orders.ordinary
    order = np.flatnonzero(lasting)
    return Past(rule, order, opened[order], closed[order])


def _from_orders(world: World, before: int) -> list[Past]:
    """What the orders' dates tell."""
    orders, facts, promises = world.orders, world.facts, world.orders.promises
    own = orders.place != FBA
    shipped_or_not = np.where(facts.shipped_at != NONE, facts.shipped_at, facts.cancelled_at)
    parted = facts.split & (facts.shipped_at != NONE)
    day = 24 * HOUR
    return [
        _over(world, "PAYMENT_PENDING", slow_payment(orders, facts), orders.placed_at + day, facts.paid_at, before),
        _over(world, "LATE_SHIPMENT", own, promises.ship_by, shipped_or_not, before),
        _over(world, "PARTIAL_SHIPMENT", own & parted, facts.first_shipped_at + day, facts.shipped_at, before),
        _over(world, "LATE_DELIVERY", own, promises.deliver_by, facts.delivered_at, before),
    ]


def _mended(world: World, random: np.random.Generator, before: int) -> list[Past]:
    """What people put right before the order left or arrived."""
    orders, facts = world.orders, world.facts
    own = (orders.place != FBA) & (facts.delivered_at != NONE)
    result = []
    for rule, share in _MENDED_SHARES.items():
        chosen = own & (random.random(len(orders)) < share)
        start = facts.shipped_at + 24 * HOUR if rule == "NO_TRACKING" else orders.placed_at
        limit = facts.delivered_at if rule == "NO_TRACKING" else facts.shipped_at
        closed = start + random.integers(40, 15 * 60, len(orders)) * MINUTE
        past = _over(world, rule, chosen & (closed < limit), start, closed, before)
        past.by_hand = True
        result.append(past)
    return result


def make_history(world: World, random: np.random.Generator, before: int) -> list[Past]:
    """All past exceptions, by rule."""
    return [past for past in (*_from_orders(world, before), *_mended(world, random, before)) if len(past.order)]


def _owners(past: Past, seen: Ints) -> list[str | None]:
    """The desk of each exception that somebody has seen."""
    desks = DESKS[past.rule]
    return [
        desks[order % len(desks)] if at != NONE else None
        for order, at in zip(past.order.tolist(), seen.tolist(), strict=True)
    ]


class HistoryWriter:
    """Writes past exceptions and what happened to them."""

    def __init__(self, conn: Connection, world: World, records: OrderRecords, random: np.random.Generator) -> None:
        self._conn, self._world, self._records, self._random = conn, world, records, random
        self._hours = WorkingHours(world.clock)
        rows = conn.execute(select(schema.orders.c.order_number, schema.orders.c.id))
        known = {row.order_number: row.id for row in rows}
        self._ids = [known[number] for number in records.numbers]

    def write(self, past: Past) -> int:
        """Write the exceptions of one rule; returns their number."""
        count = len(past.order)
        detected = past.opened_at + self._random.integers(1, _DETECT_EVERY // MINUTE, count) * MINUTE
        seen = np.minimum(detected + self._random.integers(4, 220, count) * MINUTE, past.closed_at)
        # A third of what the data closes by itself nobody had looked at yet.
        seen = np.where((self._random.random(count) < 0.35) & (not past.by_hand), NONE, seen)
        owners = _owners(past, seen)
        ids = list(dialect.next_ids(self._conn, schema.exceptions, count))
        columns: dict[str, list[Any]] = {
            "id": ids,
            **self._subjects(past),
            **self._clocks(past, detected),
            "state": ["resolved" if past.by_hand else "closed"] * count,
            "owner": owners,
            "acknowledged_at": optional(seen),
            "closed_at": past.closed_at.tolist(),
            "closed_by": owners if past.by_hand else [SYSTEM] * count,
            "root_cause": [_CAUSES[past.rule][0] if past.by_hand else None] * count,
            "evidence_json": [self._evidence(past, order) for order in past.order.tolist()],
        }
        dialect.bulk_insert(self._conn, schema.exceptions, columns)
        self._write_events(past, ids, detected, seen, owners)
        return count

    def _subjects(self, past: Past) -> dict[str, list[Any]]:
        """What the exceptions are about, and what that is worth."""
        orders, count = self._world.orders, len(past.order)
        kind, suffix = _MENDED_PART.get(past.rule, ("order", "")) if past.by_hand else ("order", "")
        keys = self._records.keys(past.order)
        pairs = zip(keys["channel"], keys["order_id"], strict=True)
        place = orders.place[past.order].tolist()
        return {
            "rule": [past.rule] * count,
            "subject_kind": [kind] * count,
            "subject": [f"{channel}/{order}{suffix}" for channel, order in pairs],
            "order_fk": [self._ids[order] for order in past.order.tolist()],
            "value_at_risk": self._world.money.total[past.order].tolist(),
            "currency": [CHANNELS[number].currency for number in orders.channel[past.order].tolist()],
            "channel": keys["channel"],
            "location": [PLACES[number] if number < FIRST_DROP_SHIPPER else None for number in place],
        }

    def _clocks(self, past: Past, detected: Ints) -> dict[str, list[Any]]:
        """Severity and the clocks that follow from it and from the type."""
        rule, place = BY_CODE[past.rule], self._world.orders.place[past.order]
        return {
            "severity": [rule.severity] * len(place),
            "opened_at": past.opened_at.tolist(),
            "detected_at": detected.tolist(),
            "acknowledge_by": self._acknowledge_by(rule.severity, detected, place).tolist(),
            "due_at": self._due(rule.resolve_hours, rule.working, past.opened_at, place).tolist(),
        }

    def _acknowledge_by(self, severity: str, detected: Ints, place: Ints) -> Ints:
        seconds, working = ACKNOWLEDGE_WITHIN[severity]
        return self._due(seconds / 3600, working, detected, place)

    def _due(self, hours: float, working: bool, start: Ints, place: Ints) -> Ints:
        span = np.full(len(start), int(hours * HOUR), dtype=np.int64)
        return self._hours.add(start, span, place) if working else start + span

    def _evidence(self, past: Past, order: int) -> str:
        """The values that fired the rule, as a run of the rules would have kept them."""
        orders, facts = self._world.orders, self._world.facts
        promises = orders.promises
        values: dict[str, Any] = {
            "order": self._records.numbers[order],
            "zone": CHANNELS[int(orders.channel[order])].zone,
        }
        if past.rule in ("LATE_SHIPMENT", "ADDRESS_INVALID", "UNMAPPED_SKU", "DUPLICATE_ORDER"):
            values["ship_by"] = int(promises.ship_by[order])
        if past.rule == "LATE_DELIVERY":
            values |= {"deliver_by": int(promises.deliver_by[order]), "shipped_at": int(facts.shipped_at[order])}
        if past.rule == "PAYMENT_PENDING":
            values |= {"placed_at": int(orders.placed_at[order]), "payment": "pending"}
        if past.rule == "PARTIAL_SHIPMENT":
            values["first_shipped_at"] = int(facts.first_shipped_at[order])
        if past.rule == "NO_TRACKING":
            values |= {"shipped_at": int(facts.shipped_at[order]), "fault": "has no tracking number"}
        if past.rule == "ADDRESS_INVALID":
            values["fault"] = "has no street"
        if past.rule == "UNMAPPED_SKU":
            values["sku"] = "OLD-" + self._records.world.catalog.sku[order % 20]
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    def _write_events(
        self, past: Past, ids: Sequence[int], detected: Ints, seen: Ints, owners: Sequence[str | None]
    ) -> None:
        label = BY_CODE[past.rule].label.lower()
        rows: list[tuple[int, int, str, str, str, str | None]] = []
        for number, owner in enumerate(owners):
            key, closed = ids[number], int(past.closed_at[number])
            rows.append((key, int(detected[number]), SYSTEM, "raised", f"Raised: {label}", None))
            if owner is not None:
                rows.append((key, int(seen[number]), owner, "acknowledged", "Acknowledged", None))
            if past.by_hand and owner is not None:
                cause, said = _CAUSES[past.rule]
                rows.append((key, closed, owner, "resolved", f"Resolved: {said}", json.dumps({"root_cause": cause})))
            else:
                said = _CLOSED.get(past.rule, "The data no longer shows it")
                rows.append(
                    (key, closed, SYSTEM, "closed", f"Closed by the data: {said}", json.dumps({"cause": "data"}))
                )
        names = ("exception_fk", "at", "who", "action", "words", "detail_json")
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        dialect.bulk_insert(self._conn, schema.exception_events, columns)


_CLOSED = {
    "PAYMENT_PENDING": "Paid",
    "LATE_SHIPMENT": "Shipped",
    "PARTIAL_SHIPMENT": "Shipped",
    "LATE_DELIVERY": "Delivered",
}
