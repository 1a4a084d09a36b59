"""Planted disagreements of other people's records: bills, drop-shippers, channels against warehouses."""

from collections.abc import Iterator

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services.demo_company.arrays import NONE
from opsconsole.services.demo_company.company import CHANNEL, DROP_SHIPPERS, PLACE
from opsconsole.services.demo_company.plan import Of, Plan, Planner, Values
from opsconsole.services.demo_company.trouble_aftersales import at_warehouse
from opsconsole.services.demo_company.trouble_fulfillment import steps

DISPUTE_WINDOW_DAYS = 30


def bill(billed: int, *, amount: Of | int, number: str = "B", **more: object) -> tuple[str, Values]:
    """The carrier's bill for the first parcel."""
    values: Values = {
        "vendor_key": Of("carrier"),
        "charge_id": f"{number}-{{n}}",
        "invoice_number": "INV-{n}",
        "tracking_number": Of("tracking"),
        "kind": "freight",
        "service": Of("service"),
        "currency": "USD",
        "amount": amount,
        "expected_amount": Of("cost"),
        "billed_weight_grams": Of("grams"),
        "billed_at": billed,
        "dispute_by": billed + DISPUTE_WINDOW_DAYS * DAY,
        "status": "open",
    }
    return "freight_charges", {**values, **more}


def _gone(planner: Planner, days: int) -> tuple[int, int, int, int]:
    """Channel, placed, shipped and delivered of an order that went well."""
    channel = planner.pick("shopify", "ebay", "etsy")
    placed, shipped = planner.shipped_days_ago(channel, days)
    return channel, placed, shipped, shipped + 50 * HOUR


def bills(planner: Planner) -> Iterator[Plan]:
    """Billed well above the contract, or twice."""
    for number in planner.several(12):
        days = 8 + number % 14
        channel, placed, shipped, delivered = _gone(planner, days)
        billed = shipped + int(planner.uniform(3, 6) * DAY)
        code = "billed_too_much"
        records: tuple[tuple[str, Values], ...] = (bill(billed, amount=Of("cost", 1.2 + 0.1 * (number % 4), 110)),)
        if number % 4 == 3:
            code = "billed_twice"
            records = (bill(billed, amount=Of("cost")), bill(billed + DAY, amount=Of("cost"), number="B2"))
        yield Plan(
            code, channel, placed, ("BILLING_VARIANCE",), shipped_at=shipped, delivered_at=delivered,
            place=planner.site(), extra=records,
        )  # fmt: skip


def unanswered(planner: Planner) -> Iterator[Plan]:
    """The drop-shipper has not said that it has the order."""
    for number in planner.several(4):
        channel = planner.pick("etsy", "ebay")
        sent = planner.begun(24) - 24 * HOUR
        place = PLACE[list(DROP_SHIPPERS)[number % 2]]
        yield Plan(
            "no_acknowledgement", channel, sent - HOUR, ("DROPSHIP_NO_ACK",), place=place,
            extra=(purchase(sent, NONE),),
        )  # fmt: skip


def purchase(sent: int, answered: int) -> tuple[str, Values]:
    """The order to a drop-shipper."""
    values: Values = {
        "po_number": "DS-P{n}",
        "vendor_key": Of("vendor"),
        "status": "open" if answered == NONE else "acknowledged",
        "currency": "USD",
        "ordered_at": sent,
        "acknowledged_at": None if answered == NONE else answered,
    }
    return "purchase_orders", values


def mismatches(planner: Planner) -> Iterator[Plan]:
    """The channel waits for what the warehouse has shipped, or the warehouse has never heard of it."""
    for _ in planner.several(4):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        left = planner.begun(8, place) - 20 * MINUTE
        record = at_warehouse(
            "shipped", shipped_quantity=Of("pieces"), released_at=left - 5 * HOUR, shipped_at=left,
        )  # fmt: skip
        yield Plan(
            "shipped_at_the_warehouse", channel, planner.by(channel, left - 8 * HOUR), ("CHANNEL_MISMATCH",),
            place=place, extra=(record,),
        )  # fmt: skip


TROUBLES = (bills, unanswered, mismatches)


# --- just not found ---------------------------------------------------------------------------------------------------


def nearly(planner: Planner) -> Iterator[Plan]:
    """A few cents more, a dollar more, a credit, an answer just in time, and records that agree."""
    for code, amount in (
        ("billed_4_percent_more", Of("cost", 1.04)),
        ("billed_a_little_more", Of("cost", 1.0, 95)),
    ):
        channel, placed, shipped, delivered = _gone(planner, 12)
        extra = (bill(shipped + 4 * DAY, amount=amount),)
        yield Plan(code, channel, placed, shipped_at=shipped, delivered_at=delivered, extra=extra)
    channel, placed, shipped, delivered = _gone(planner, 12)
    settled = bill(shipped + 4 * DAY, amount=Of("cost", 1.5, 200), status="credited")
    yield Plan("billed_and_credited", channel, placed, shipped_at=shipped, delivered_at=delivered, extra=(settled,))
    ebay, place = CHANNEL["ebay"], PLACE["lakeside-garden"]
    sent = planner.hours_ago(20.0, 23.0)
    yield Plan("sent_20_hours_ago", ebay, sent - HOUR, place=place, extra=(purchase(sent, NONE),))
    sent = planner.hours_ago(30.0, 40.0)
    yield Plan("answered", ebay, sent - HOUR, place=place, extra=(purchase(sent, sent + 20 * HOUR),))
    released = planner.hours_ago(1.0, 2.0)
    agreed = (*steps("released", released), at_warehouse("released", released_at=released))
    etsy = CHANNEL["etsy"]
    yield Plan("agrees", etsy, planner.by(etsy, released - 6 * HOUR), order={"status": "released"}, extra=agreed)


NEAR_MISSES = (nearly,)
