"""The truth file: what was planted, what must and must not be found, and the figures counted beside.

Its exceptions come from the plans alone. Keys are (rule, subject_kind, subject) as the console writes them: an order is
``channel/order_id``, a line or parcel adds its own id, a SKU is ``sku @ location``, a feed ``source/channel``.
"""

import json
from pathlib import Path
from typing import Any

from opsconsole.domain.instants import to_iso
from opsconsole.services.demo_company.company import CARRIERS, CHANNELS, PLACES
from opsconsole.services.demo_company.feeds import FEEDS
from opsconsole.services.demo_company.figures import Figures
from opsconsole.services.demo_company.goods_records import OFFERED
from opsconsole.services.demo_company.identifiers import order_ids
from opsconsole.services.demo_company.plan import SHORT_ITEMS, plan_number
from opsconsole.services.demo_company.trouble_aftersales import HELPDESK
from opsconsole.services.demo_company.world import SHORT, World

# What rules are about where it is not an order: kind and words of the subject, by its order and its plan's number.
# Only first lines and first parcels are planted; both are number 1.
_PARTS = {
    **dict.fromkeys(("UNMAPPED_SKU", "PRICE_ERROR", "SHORT_PICK", "DAMAGED_IN_WAREHOUSE"), ("line", "{order}/1")),
    **dict.fromkeys(("BACKORDER_OVERDUE", "ALLOCATION_RISK"), ("line", "{order}/1")),
    **dict.fromkeys(("NO_TRACKING", "NO_CARRIER_SCAN", "STALLED_IN_TRANSIT"), ("shipment", "{order}/1")),
    **dict.fromkeys(("DELIVERY_EXCEPTION", "RETURN_TO_SENDER", "CARRIER_CLAIM_DUE"), ("shipment", "{order}/1")),
    "WEIGHT_MISMATCH": ("shipment", "{order}/1"),
    "RETURN_OVERDUE": ("return", "{order}/R-{n}/{sku}"),
    "CHARGEBACK_OPEN": ("dispute", "{order}/DP-{n}"),
    "CUSTOMER_ESCALATION": ("ticket", f"{HELPDESK}/T-{{n}}"),
    "BILLING_VARIANCE": ("charge", "{carrier}/B-{n}"),
    "billed_twice": ("charge", "{carrier}/B2-{n}"),  # the second of the two
    "DROPSHIP_NO_ACK": ("purchase_order", "DS-P{n}"),
}


def planted(world: World) -> list[dict[str, str]]:
    """Exceptions that must be open: rule, subject_kind, subject and why."""
    found = _of_orders(world, "raises")
    for number in range(SHORT_ITEMS):
        sku, place = SHORT[number]
        found.append(_row("OUT_OF_STOCK", "sku", f"{sku} @ {place}", "out_of_stock"))
    item = world.stock.oversold
    where = PLACES[int(world.stock.place[item])]
    sku = world.catalog.sku[int(world.stock.product[item])]
    found.append(_row("OUT_OF_STOCK", "sku", f"{sku} @ {where}", "oversold"))
    found += [
        _row(
            "CHANNEL_MISMATCH", "listing", f"{OFFERED[0][0]}/{world.catalog.sku[product]}", "offers_more_than_there_is"
        )
        for product in world.over_offered[1:]
    ]
    found += [_row("SYNC_STALE", "feed", feed.subject, "stale_feed") for feed in FEEDS if feed.stale]
    return sorted(found, key=lambda row: (row["rule"], row["subject"]))


def beyond_horizon(world: World) -> list[dict[str, str]]:
    """Conditions that are counted and not raised, in the same form."""
    return sorted(_of_orders(world, "older"), key=lambda row: (row["rule"], row["subject"]))


def near_misses(world: World) -> list[dict[str, str]]:
    """Planted orders that must raise nothing: order and why not."""
    subjects = _subjects(world)
    quiet = [
        {"order": subject, "why": plan.code}
        for subject, plan in zip(subjects, world.orders.plans, strict=True)
        if not plan.raises and plan.short_item not in range(SHORT_ITEMS)
    ]
    return sorted(quiet, key=lambda row: (row["why"], row["order"]))


def _row(rule: str, kind: str, subject: str, why: str) -> dict[str, str]:
    return {"rule": rule, "subject_kind": kind, "subject": subject, "why": why}


def _subjects(world: World) -> list[str]:
    """``channel/order_id`` of each plan."""
    ids = order_ids(world.orders.channel)
    channel = world.orders.channel
    return [f"{CHANNELS[int(channel[row])].key}/{ids[row]}" for row in world.orders.of_plans().tolist()]


def _of_orders(world: World, which: str) -> list[dict[str, str]]:
    rows = []
    numbers = world.orders.of_plans().tolist()
    first = world.lines.first_of(len(world.orders))
    for place, (order, plan) in enumerate(zip(_subjects(world), world.orders.plans, strict=True)):
        product, carrier = world.lines.product[first[numbers[place]]], int(world.facts.carrier[numbers[place]])
        for rule in getattr(plan, which):
            kind, subject = _PARTS.get(plan.code, _PARTS.get(rule, ("order", "{order}")))
            told = subject.format(
                order=order, n=plan_number(place), sku=world.catalog.sku[int(product)], carrier=CARRIERS[carrier].key
            )
            rows.append(_row(rule, kind, told, plan.code))
    return [row for row in rows if row["rule"] != "OUT_OF_STOCK"]


def make_truth(world: World) -> dict[str, Any]:
    """The whole truth as plain values."""
    figures = Figures(world)
    return {
        "as_of": to_iso(world.clock.as_of),
        "seed": world.seed,
        "orders": len(world.orders),
        "exceptions": planted(world),
        "older": beyond_horizon(world),
        "near_misses": near_misses(world),
        "kpis": figures.kpis(),
        "vendors": figures.vendors(),
    }


def write_truth(truth: dict[str, Any], path: Path) -> None:
    """Write the truth as JSON."""
    path.write_text(json.dumps(truth, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
