"""Planted orders that look wrong and are not: just inside a limit, somebody else's duty, or before the horizon.

A rule that raises one of these is too eager.
"""

from collections.abc import Iterator

from opsconsole.domain.instants import MINUTE
from opsconsole.services.demo_company import (
    trouble_aftersales,
    trouble_checkout,
    trouble_fulfillment,
    trouble_records,
    trouble_transit,
)
from opsconsole.services.demo_company.company import PLACE
from opsconsole.services.demo_company.plan import TIGHT_ITEM, Plan, Planner

_FORGOTTEN_DAYS = (104, 131, 158)  # beyond the horizon of 90 days


def _payments(planner: Planner) -> Iterator[Plan]:
    shop = planner.pick("shopify")
    for state in ("pending", "authorized"):
        yield Plan("pending_23_hours", shop, planner.hours_ago(22.6, 23.4), payment=state)
    yield Plan("cash_on_delivery", shop, planner.recent(shop, 26.0, 44.0), payment="pending", method="Cash on delivery")
    trade = planner.pick("wholesale")
    yield Plan(
        "net_terms",
        trade,
        planner.recent(trade, 50.0, 70.0),
        payment="pending",
        method="Invoice",
        terms="Net 30",
        lines=3,
    )
    yield Plan(
        "cancelled_pending",
        shop,
        planner.hours_ago(60.0, 70.0),
        payment="pending",
        cancelled_at=planner.hours_ago(40.0, 50.0),
    )


def _addresses(planner: Planner) -> Iterator[Plan]:
    shop = planner.pick("shopify")
    yield Plan("zip_plus_four", shop, planner.recent(shop, 2.0, 20.0), trouble="zip_plus_four")
    yield Plan("long_street_in_two", shop, planner.recent(shop, 2.0, 20.0), trouble="second_line")
    day = planner.past_workday(shop, 1)
    yield Plan(
        "bad_address_shipped",
        shop,
        planner.at(shop, planner.workday(day, -1), 9, 18),
        shipped_at=planner.at(shop, day, 10, 15),
        trouble="postcode_short",
    )
    yield Plan(
        "bad_address_cancelled",
        shop,
        planner.hours_ago(20.0, 30.0),
        cancelled_at=planner.hours_ago(8.0, 12.0),
        trouble="postcode_short",
    )


def _skus_and_twins(planner: Planner) -> Iterator[Plan]:
    shop = planner.pick("shopify")
    yield Plan("alias", planner.pick("walmart"), planner.recent(planner.pick("walmart"), 6.0, 20.0), trouble="alias")
    yield Plan(
        "unmapped_cancelled",
        shop,
        planner.hours_ago(20.0, 30.0),
        cancelled_at=planner.hours_ago(8.0, 12.0),
        trouble="sku0",
    )
    later = planner.recent(shop, 2.0, 18.0)
    yield Plan("61_minutes_first", shop, later - 61 * MINUTE)
    yield Plan("61_minutes_twin", shop, later)
    later = planner.recent(shop, 2.0, 18.0)
    yield Plan("other_total_first", shop, later - 20 * MINUTE)
    yield Plan("other_total_twin", shop, later, trouble="more_pieces")
    for _ in range(2):
        yield Plan("just_enough_stock", shop, planner.recent(shop, 3.0, 30.0), short_item=TIGHT_ITEM)


def _shipping(planner: Planner) -> Iterator[Plan]:
    amazon, etsy, shop = planner.pick("amazon"), planner.pick("etsy"), planner.pick("shopify")
    late = planner.placed_for_ship_by(amazon, planner.past_workday(amazon, 1))
    yield Plan("marketplace_ships_late", amazon, late, place=PLACE["fba"])
    placed = planner.placed_for_ship_by(shop, planner.past_workday(shop, 1))
    yield Plan("cancelled_unshipped", shop, placed, cancelled_at=placed + 90 * MINUTE)
    first = planner.hours_ago(10.0, 20.0)
    yield Plan("partial_20_hours", etsy, first - 5 * 60 * MINUTE, first_shipped_at=first, lines=2)
    shipped = planner.hours_ago(9.0, 20.0)
    yield Plan("untracked_20_hours", shop, shipped - 7 * 60 * MINUTE, shipped_at=shipped, trouble="none")
    day = planner.past_workday(shop, 1)
    for code, channel, place, trouble in (
        ("voided_label", shop, PLACE["reno"], "voided"),
        ("marketplace_untracked", amazon, PLACE["fba"], "none"),
    ):
        placed = planner.at(channel, planner.workday(day, -1), 9, 18)
        shipped = planner.at(channel, day, 10, 15)
        yield Plan(code, channel, placed, place=place, shipped_at=shipped, trouble=trouble)


def _deliveries(planner: Planner) -> Iterator[Plan]:
    shop, amazon = planner.pick("shopify"), planner.pick("amazon")
    due = planner.workday(planner.today(shop), 0, "forward")
    placed, shipped = planner.placed_for_deliver_by(shop, due)
    yield Plan("due_by_tonight", shop, placed, shipped_at=shipped)
    placed, shipped = planner.placed_for_deliver_by(amazon, planner.past_workday(amazon, 2))
    yield Plan("marketplace_delivers_late", amazon, placed, place=PLACE["fba"], shipped_at=shipped)


def _forgotten(planner: Planner) -> Iterator[Plan]:
    """Wrong for longer than anybody still works on: counted by the rules, not raised."""
    shop, walmart = planner.pick("shopify"), planner.pick("walmart")
    unshipped = ("LATE_SHIPMENT", "LATE_DELIVERY")
    for days in _FORGOTTEN_DAYS:
        placed = planner.hours_ago(days * 24, days * 24 + 8)
        yield Plan("forgotten_unpaid", shop, placed, (), ("PAYMENT_PENDING", *unshipped), payment="pending")
        due = planner.workday(planner.today(walmart) - days, 0)
        placed, shipped = planner.placed_for_deliver_by(walmart, due)
        yield Plan("forgotten_lost", walmart, placed, (), ("LATE_DELIVERY",), shipped_at=shipped)
    placed, shipped = planner.placed_for_deliver_by(shop, planner.workday(planner.today(shop) - _FORGOTTEN_DAYS[0], 0))
    yield Plan(
        "forgotten_untracked", shop, placed, (), ("NO_TRACKING", "LATE_DELIVERY"), shipped_at=shipped, trouble="none"
    )
    yield Plan(
        "forgotten_partial",
        shop,
        placed,
        (),
        ("PARTIAL_SHIPMENT", *unshipped),
        first_shipped_at=shipped,
        lines=2,
    )


_PHASES = (trouble_checkout, trouble_fulfillment, trouble_transit, trouble_aftersales, trouble_records)


def troubles(planner: Planner) -> Iterator[Plan]:
    """Everything that must be found."""
    for phase in _PHASES:
        for make in phase.TROUBLES:
            yield from make(planner)


def near_misses(planner: Planner) -> Iterator[Plan]:
    """Everything that must not be found."""
    for make in (_payments, _addresses, _skus_and_twins, _shipping, _deliveries, _forgotten):
        yield from make(planner)
    for phase in _PHASES:
        for nearly in phase.NEAR_MISSES:
            yield from nearly(planner)
