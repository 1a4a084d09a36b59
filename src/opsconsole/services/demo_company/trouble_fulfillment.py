"""Planted orders that do not get out of the warehouse as they should: routing, stock, steps, picks, labels."""

from collections.abc import Iterator

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.services.demo_company.company import CHANNEL, PLACE
from opsconsole.services.demo_company.plan import SHORT_ITEMS, Of, Plan, Planner, Values

_ORDERS_PER_SHORT_ITEM = 2
_STEPS = ("allocated", "released", "picking", "picked", "packed")


def steps(until: str, at: int, apart: int = 12 * MINUTE) -> tuple[tuple[str, Values], ...]:
    """The warehouse's steps of an order up to one that was reached at a moment."""
    codes = _STEPS[: _STEPS.index(until) + 1]
    first = at - (len(codes) - 1) * apart
    return tuple(
        ("order_events", {"code": code, "location": Of("location"), "occurred_at": first + number * apart})
        for number, code in enumerate(codes)
    )


def _pick(at: int, *, picked: Of | int, reason: str | None = None, damaged: int = 0, number: str = "1") -> Values:
    return {
        "pick_id": f"P{number}",
        "line_id": "1",
        "sku": Of("sku"),
        "location": Of("location"),
        "allocated_quantity": Of("quantity"),
        "picked_quantity": picked,
        "damaged_quantity": float(damaged),
        "reason": reason,
        "picker": f"Station {at // MINUTE % 6 + 1}",
        "picked_at": at,
    }


def unrouted(planner: Planner) -> Iterator[Plan]:
    """Ready, and nobody knows from where it ships."""
    for _ in planner.several(4):
        channel, place = planner.pick("shopify", "etsy", "ebay"), planner.site()
        placed = planner.placed(channel, 4, place, after=0.6)
        yield Plan("unrouted", channel, placed, ("ROUTING_FAILED",), trouble="unrouted", place=place)


def stuck(planner: Planner) -> Iterator[Plan]:
    """A step that usually takes an hour has lasted for days."""
    for number in planner.several(8):
        channel, place = planner.pick("etsy", "shopify-ca", "ebay"), planner.site()
        at = planner.before(planner.begun(8, place), 4.2, place)
        step = ("released", "picking", "packed", "allocated")[number % 4]
        placed = planner.by(channel, at - 5 * HOUR)
        yield Plan(
            "stuck_order", channel, placed, ("STUCK_ORDER",), place=place, order={"status": step}, extra=steps(step, at)
        )


def held(planner: Planner) -> Iterator[Plan]:
    """On hold longer than agreed, or for days without a date."""
    for number in planner.several(6):
        channel = planner.pick("etsy", "ebay", "shopify-ca")
        ended = planner.begun(24)
        dated = number % 2 == 0
        since = ended - (20 if dated else 48) * HOUR
        values: Values = {"status": "on_hold", "hold_reason": ("Customer asked", "Address check")[number % 2]}
        values |= {"held_at": since, "hold_until": ended if dated else None}
        placed = planner.by(channel, since - 2 * HOUR)
        yield Plan("hold_expired", channel, placed, ("HOLD_EXPIRED",), place=planner.site(), order=values)


def out_of_stock(planner: Planner) -> Iterator[Plan]:
    """Orders that wait for goods that are not there."""
    for item in range(SHORT_ITEMS):
        for _ in planner.several(_ORDERS_PER_SHORT_ITEM):
            channel = planner.pick("shopify", "amazon", "ebay", "walmart", "etsy")
            placed = planner.placed(channel, 4, PLACE["reno"])
            yield Plan("out_of_stock", channel, placed, ("OUT_OF_STOCK",), short_item=item)


def backorders(planner: Planner) -> Iterator[Plan]:
    """Promised to the customer for a day that is over, or for none."""
    for number in planner.several(6):
        channel, place = planner.pick("etsy", "ebay", "shopify-ca"), planner.site()
        placed = planner.placed(channel, 20, place)
        expected = planner.today(channel) - 1 - number % 2 if number % 3 else None
        values = {"status": "backordered", "backordered_quantity": Of("quantity"), "expected_on": expected}
        yield Plan("backorder_overdue", channel, placed, ("BACKORDER_OVERDUE",), place=place, line=values)


def pegged(planner: Planner) -> Iterator[Plan]:
    """What a line waits for comes after its ship-by."""
    for _ in planner.several(4):
        channel = planner.pick("etsy", "ebay", "shopify-ca")
        placed = planner.placed(channel, 24)
        yield Plan("pegged_too_late", channel, placed, ("ALLOCATION_RISK",), trouble="pegged_late", place=PLACE["reno"])


def at_risk(planner: Planner) -> Iterator[Plan]:
    """Little time left, and nothing begun."""
    for _ in planner.several(12):
        place = planner.site()
        channel, placed, due = planner.pressed(place)
        yield Plan("ship_by_risk", channel, placed, ("SHIP_BY_RISK",), ship_by=due, place=place)


def late_shipments(planner: Planner) -> Iterator[Plan]:
    """Past the ship-by; the very late ones past the delivery date too."""
    keys = ("shopify", "amazon", "walmart", "ebay", "etsy", "shopify-ca")
    for number in planner.several(6):
        channel = planner.pick(*keys)
        placed = planner.placed_for_ship_by(channel, planner.past_workday(channel, (0, 0, 1, 0, 0)[number % 5]))
        place = PLACE["harbor"] if number % 3 else planner.site()
        yield Plan("late_shipment", channel, placed, ("LATE_SHIPMENT",), place=place, lines=1 + number % 3)
    for _ in planner.several(1):
        channel = planner.pick(*keys)
        placed = planner.placed_for_ship_by(channel, planner.past_workday(channel, 8 + int(planner.uniform(0, 5))))
        yield Plan("very_late_shipment", channel, placed, ("LATE_SHIPMENT", "LATE_DELIVERY"), place=PLACE["harbor"])


def partial_shipments(planner: Planner) -> Iterator[Plan]:
    """One parcel left more than a day ago, the rest did not."""
    for _ in planner.several(11):
        channel, place = planner.pick("ebay", "etsy", "shopify-ca", "wholesale"), planner.site()
        first = planner.begun(24) - 24 * HOUR
        placed = planner.by(channel, first - 4 * HOUR)
        first = max(first, placed + 2 * HOUR)
        if first > planner.now - 25 * HOUR:
            placed, first = planner.now - 30 * HOUR, planner.now - 25 * HOUR
        yield Plan(
            "partial_in_time", channel, placed, ("PARTIAL_SHIPMENT",), first_shipped_at=first, place=place, lines=2
        )
    for _ in planner.several(2):
        channel = planner.pick("shopify", "amazon", "walmart", "ebay")
        day = planner.past_workday(channel, 1 + int(planner.uniform(0, 2)))
        yield Plan(
            "partial_late",
            channel,
            planner.placed_for_ship_by(channel, day),
            ("PARTIAL_SHIPMENT", "LATE_SHIPMENT"),
            first_shipped_at=planner.at(channel, day, 10, 14),
            place=planner.site(),
            lines=3,
        )


def picks(planner: Planner) -> Iterator[Plan]:
    """Fewer in the tote than allocated, or broken ones."""
    for number in planner.several(5):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        at = planner.begun(2, place)
        records = (*steps("picked", at), ("picks", _pick(at, picked=0, reason=("short", "misplaced")[number % 2])))
        yield Plan(
            "short_pick", channel, planner.by(channel, at - 5 * HOUR), ("SHORT_PICK",), place=place,
            order={"status": "picked"}, extra=records,
        )  # fmt: skip
    for _ in planner.several(4):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        at = planner.begun(8, place)
        records = (("picks", _pick(at, picked=Of("quantity"), reason="damaged", damaged=1)),)
        yield Plan(
            "damaged_in_warehouse", channel, planner.by(channel, at - 5 * HOUR), ("DAMAGED_IN_WAREHOUSE",),
            place=place, extra=records,
        )  # fmt: skip


def label(at: int, **more: object) -> tuple[str, Values]:
    """A parcel that has a label and has not left."""
    values: Values = {
        "shipment_id": "1",
        "carrier_key": Of("carrier"),
        "service": Of("service"),
        "tracking_number": Of("tracking"),
        "location": Of("location"),
        "status": "labeled",
        "voided": False,
        "quantity": Of("quantity"),
        "weight_grams": Of("grams"),
        "expected_weight_grams": Of("grams"),
        "labeled_at": at,
    }
    return "shipments", {**values, **more}


def weights(planner: Planner) -> Iterator[Plan]:
    """The scale says another weight than the item master."""
    for number in planner.several(6):
        channel, place = planner.pick("shopify", "ebay", "walmart"), planner.site()
        at = planner.begun(6, place, over=0.0)
        parcel = label(at, weight_grams=Of("grams", (1.5, 0.5, 1.9)[number % 3]))
        yield Plan(
            "weight_mismatch", channel, planner.by(channel, at - 7 * HOUR), ("WEIGHT_MISMATCH",), place=place,
            extra=(parcel,),
        )  # fmt: skip


def labels(planner: Planner) -> Iterator[Plan]:
    """The carrier's system refused the label, or nobody knows the shipping method."""
    errors = ("Address not found by the carrier", "Account is not active for this service", "Time-out at the carrier")
    for number in planner.several(5):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        at = planner.begun(2, place)
        if number % 2 == 0:
            parcel = label(
                at, tracking_number=None, labeled_at=None, status=None, label_failed_at=at,
                label_error=errors[number % 3],
            )  # fmt: skip
            yield Plan(
                "label_failed", channel, planner.by(channel, at - 6 * HOUR), ("LABEL_FAILED",), place=place,
                extra=(parcel,),
            )  # fmt: skip
        else:
            placed = planner.by(channel, at)
            yield Plan(
                "unknown_method", channel, placed, ("LABEL_FAILED",), place=place,
                order={"service": "Express Saver (2-3 days)"},
            )  # fmt: skip


TROUBLES = (
    unrouted, stuck, held, out_of_stock, backorders, pegged, at_risk, late_shipments, partial_shipments, picks, weights,
    labels,
)  # fmt: skip


# --- just not found ---------------------------------------------------------------------------------------------------


def nearly(planner: Planner) -> Iterator[Plan]:
    """Routed a little later, on hold until tomorrow, found at the second shelf, weighed a little more."""
    shop, etsy = CHANNEL["shopify"], CHANNEL["etsy"]
    now, place = planner.now, PLACE["columbus"]
    yield Plan("unrouted_20_minutes", shop, now - 22 * MINUTE, trouble="unrouted")
    at = now - 40 * MINUTE
    yield Plan(
        "just_released", etsy, planner.by(etsy, at - 5 * HOUR), place=place, order={"status": "released"},
        extra=steps("released", at),
    )  # fmt: skip
    since = planner.hours_ago(40.0, 46.0)
    hold: Values = {"status": "on_hold", "hold_reason": "Customer asked", "held_at": since}
    yield Plan("held_for_less_than_two_days", etsy, planner.by(etsy, since - HOUR), order=hold)
    yield Plan("held_until_later", etsy, planner.by(etsy, since - HOUR), order={**hold, "hold_until": now + 9 * HOUR})
    expected: Values = {"status": "backordered", "backordered_quantity": Of("quantity")}
    today = planner.today(etsy)
    yield Plan(
        "backorder_due_later", etsy, planner.recent(etsy, 5.0, 30.0), line={**expected, "expected_on": today + 1}
    )
    yield Plan("pegged_in_time", etsy, planner.recent(etsy, 5.0, 30.0), trouble="pegged_in_time", place=PLACE["reno"])
    at = planner.hours_ago(1.0, 3.0)
    whole = (*steps("picked", at), ("picks", _pick(at, picked=Of("quantity"))))
    yield Plan("picked_whole", shop, planner.by(shop, at - 5 * HOUR), order={"status": "picked"}, extra=whole)
    close = label(at, weight_grams=Of("grams", 1.09))
    yield Plan("weight_nearly_right", shop, planner.by(shop, at - 6 * HOUR), extra=(close,))
    failed = label(
        at, shipment_id="0", tracking_number=None, labeled_at=None, status="voided", voided=True,
        label_failed_at=at - 30 * MINUTE, label_error="Time-out at the carrier",
    )  # fmt: skip
    yield Plan("label_at_second_try", shop, planner.by(shop, at - 6 * HOUR), extra=(failed, label(at)))


NEAR_MISSES = (nearly,)
