"""The truth file: what was planted, what must and must not be found, and the figures counted beside.

Its exceptions come from the plans alone. Keys are (rule, subject_kind, subject) as the console writes them: an order is
``channel/order_id``, a line or parcel adds its own id, a SKU is ``sku @ location``, a feed ``source/channel``.
"""

import json
from pathlib import Path
from typing import Any

from opsconsole.domain.instants import to_iso
from opsconsole.services.demo_company.company import CHANNELS, PLACES
from opsconsole.services.demo_company.feeds import FEEDS
from opsconsole.services.demo_company.figures import Figures
from opsconsole.services.demo_company.identifiers import order_ids
from opsconsole.services.demo_company.plan import SHORT_ITEMS
from opsconsole.services.demo_company.world import SHORT, World

_ABOUT_A_PART = {"UNMAPPED_SKU": "line", "NO_TRACKING": "shipment"}


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
    for subject, plan in zip(_subjects(world), world.orders.plans, strict=True):
        for rule in getattr(plan, which):
            kind = _ABOUT_A_PART.get(rule, "order")
            # Only first lines and first parcels are planted; both are number 1.
            rows.append(_row(rule, kind, subject if kind == "order" else f"{subject}/1", plan.code))
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
