"""Planted trouble after the sale: parcels nobody got, returns, refunds, disputes, late cancellations, tickets."""

from collections.abc import Iterator

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services.demo_company.company import CHANNEL, PLACE
from opsconsole.services.demo_company.plan import Of, Plan, Planner, Values
from opsconsole.services.demo_company.trouble_fulfillment import steps

HELPDESK = "gorgias"


def _delivered(planner: Planner, channel: int, days: int) -> tuple[int, int, int]:
    """Placed, shipped and delivered in time; delivered about so many days ago."""
    placed, shipped = planner.shipped_days_ago(channel, days + 3)
    return placed, shipped, shipped + 52 * HOUR


def dispute(kind: str, reason: str, opened: int, due: int, **more: object) -> tuple[str, Values]:
    """A dispute over the whole order."""
    values: Values = {
        "dispute_id": "DP-{n}",
        "kind": kind,
        "reason": reason,
        "status": "needs_response",
        "provider": "Card network" if kind == "chargeback" else "Marketplace",
        "currency": Of("currency"),
        "amount": Of("total"),
        "opened_at": opened,
        "evidence_due_at": due,
    }
    return "disputes", {**values, **more}


def ticket(subject: str, opened: int, *, kind: str = "question", **more: object) -> tuple[str, Values]:
    """A customer's question about the order."""
    values: Values = {
        "helpdesk": HELPDESK,
        "ticket_id": "T-{n}",
        "channel": Of("channel"),
        "order_id": Of("order_id"),
        "subject": subject,
        "status": "open",
        "priority": "normal",
        "kind": kind,
        "tags": "",
        "requester": Of("customer"),
        "opened_at": opened,
        "last_customer_at": opened,
        "reply_due_at": opened + DAY,
    }
    return "tickets", {**values, **more}


def not_received(planner: Planner) -> Iterator[Plan]:
    """The carrier says delivered, the customer says no."""
    for number in planner.several(4):
        channel = planner.pick("ebay", "etsy") if number % 2 else planner.pick("amazon", "walmart")
        placed, shipped, delivered = _delivered(planner, channel, 6 + number % 3)
        opened = planner.begun(24)
        case = dispute("case", "not_received", opened, planner.now + (8 + number % 4) * DAY)
        yield Plan(
            "not_received", channel, placed, ("DELIVERED_NOT_RECEIVED",), shipped_at=shipped, delivered_at=delivered,
            place=planner.site(), extra=(case,),
        )  # fmt: skip


def a_return(stage: str, **more: object) -> tuple[str, Values]:
    """A return of one piece of the first line."""
    values: Values = {
        "return_id": "R-{n}",
        "sku": Of("sku"),
        "stage": stage,
        "reason": "Changed mind",
        "quantity": 1.0,
        "currency": Of("currency"),
        "refunded": 0,
    }
    return "returns", {**values, **more}


def overdue_returns(planner: Planner) -> Iterator[Plan]:
    """Allowed and never sent, here and not looked at, looked at and not decided."""
    for number in planner.several(9):
        channel = planner.pick("shopify", "ebay", "etsy")
        begun = planner.begun(24)
        kind = number % 3
        at = begun - (14 * DAY, 48 * HOUR, 48 * HOUR)[kind]
        requested = at - (9 * HOUR, 7 * DAY, 8 * DAY)[kind]
        values: Values = {"requested_at": requested, "authorized_at": requested + 8 * HOUR}
        if kind:
            received = at if kind == 1 else at - 10 * HOUR
            values |= {"shipped_at": requested + 2 * DAY, "received_at": received}
        if kind == 2:
            values["inspected_at"] = at
        placed, shipped, delivered = _delivered(planner, channel, 12 + (planner.now - requested) // DAY)
        yield Plan(
            "return_overdue", channel, placed, ("RETURN_OVERDUE",), shipped_at=shipped, delivered_at=delivered,
            place=planner.site(), extra=(a_return(("authorized", "received", "inspected")[kind], **values),),
        )  # fmt: skip


def refund(amount: Of | int, at: int, **more: object) -> tuple[str, Values]:
    """Money given back."""
    values: Values = {"refund_id": "RF-{n}", "currency": Of("currency"), "amount": amount, "refunded_at": at}
    return "refunds", {**values, "reason": "Customer service", **more}


def refunds(planner: Planner) -> Iterator[Plan]:
    """Given back without a return, more than was paid, or not given back at all."""
    for number in planner.several(6):
        channel = planner.pick("shopify", "ebay", "etsy")
        at = planner.begun(24)
        kind = number % 3
        if kind == 2:
            gone = planner.begun(24) - DAY
            yield Plan(
                "refund_missing", channel, gone - 3 * HOUR, ("REFUND_MISMATCH",), cancelled_at=gone,
                order={"payment_status": "paid", "refunded": 0},
            )  # fmt: skip
            continue
        placed, shipped, delivered = _delivered(planner, channel, 12)
        amount = Of("total") if kind else Of("total", 1.0, 2500)
        yield Plan(
            "refund_without_return" if kind else "refund_above_paid", channel, placed, ("REFUND_MISMATCH",),
            shipped_at=shipped, delivered_at=delivered, place=planner.site(),
            order={"payment_status": "refunded", "refunded": amount, "refunded_at": at}, extra=(refund(amount, at),),
        )  # fmt: skip


def disputes(planner: Planner) -> Iterator[Plan]:
    """Evidence is due within days."""
    for number in planner.several(3):
        channel = planner.pick("shopify", "shopify-ca")
        placed, shipped, delivered = _delivered(planner, channel, 25)
        due = planner.now + int(planner.uniform(0.8, 4.5) * DAY)
        case = dispute("chargeback", ("fraudulent", "not_as_described")[number % 2], planner.now - 9 * DAY, due)
        yield Plan(
            "chargeback", channel, placed, ("CHARGEBACK_OPEN",), shipped_at=shipped, delivered_at=delivered,
            place=planner.site(), extra=(case,),
        )  # fmt: skip


def at_warehouse(status: str, **more: object) -> tuple[str, Values]:
    """The warehouse's own record of an order."""
    values: Values = {"location": Of("location"), "status": status, "quantity": Of("pieces"), "shipped_quantity": 0.0}
    return "warehouse_orders", {**values, **more}


def late_cancellations(planner: Planner) -> Iterator[Plan]:
    """The customer wants out while it is being picked, or the channel has cancelled what the warehouse still packs."""
    for number in planner.several(3):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        at = planner.begun(1, place, over=0.3)
        placed = planner.by(channel, at - 6 * HOUR)
        if number % 2 == 0:
            yield Plan(
                "cancel_while_picking", channel, placed, ("CANCEL_AFTER_RELEASE",), place=place,
                order={"status": "picking", "cancel_requested_at": at},
                extra=(*steps("picking", at - 20 * MINUTE), at_warehouse("picking", released_at=at - 40 * MINUTE)),
            )  # fmt: skip
        else:
            yield Plan(
                "cancelled_still_picked", channel, placed, ("CANCEL_AFTER_RELEASE",), place=place, cancelled_at=at,
                extra=(
                    *steps("picking", at - 20 * MINUTE), at_warehouse("picking", released_at=at - 40 * MINUTE),
                    refund(Of("total"), at + 2 * MINUTE),
                ),
            )  # fmt: skip


def tickets(planner: Planner) -> Iterator[Plan]:
    """Nobody has answered in time, or the customer is angry."""
    subjects = ("Where is my order?", "Wrong color in the parcel", "Please change my address", "Second time broken")
    for number in planner.several(8):
        channel, place = planner.pick("shopify", "etsy", "ebay"), planner.site()
        begun = planner.begun(8, place)
        placed, shipped, delivered = _delivered(planner, channel, 5)
        if number % 4 == 3:
            said = ticket(
                subjects[3], begun, tags="complaint vip", reply_due_at=planner.now + 6 * HOUR, priority="high"
            )
        else:
            said = ticket(subjects[number % 3], begun - DAY, reply_due_at=begun)
        yield Plan(
            "ticket", channel, placed, ("CUSTOMER_ESCALATION",), shipped_at=shipped, delivered_at=delivered,
            place=place, extra=(said,),
        )  # fmt: skip


TROUBLES = (not_received, overdue_returns, refunds, disputes, late_cancellations, tickets)


# --- just not found ---------------------------------------------------------------------------------------------------


def nearly_back(planner: Planner) -> Iterator[Plan]:
    """Returns and refunds within their clocks, and in balance."""
    shop = CHANNEL["shopify"]
    now = planner.now
    requested = now - 13 * DAY - 18 * HOUR
    placed, shipped, delivered = _delivered(planner, shop, 25)
    allowed = a_return("authorized", requested_at=requested, authorized_at=requested + 8 * HOUR)
    yield Plan("return_allowed_13_days", shop, placed, shipped_at=shipped, delivered_at=delivered, extra=(allowed,))
    values: Values = {"requested_at": now - 9 * DAY, "authorized_at": now - 9 * DAY + HOUR, "shipped_at": now - 6 * DAY}
    here = a_return("received", **values, received_at=now - 45 * HOUR)
    yield Plan("return_here_45_hours", shop, placed, shipped_at=shipped, delivered_at=delivered, extra=(here,))
    at = now - 30 * HOUR
    done = a_return(
        "refunded", **values, received_at=now - 4 * DAY, inspected_at=now - 3 * DAY, dispositioned_at=at - HOUR,
        refunded_at=at, refunded=Of("unit_price"), disposition="resell",
    )  # fmt: skip
    yield Plan(
        "refund_of_a_return", shop, placed, shipped_at=shipped, delivered_at=delivered,
        order={"payment_status": "partially_refunded", "refunded": Of("unit_price"), "refunded_at": at},
        extra=(done, refund(Of("unit_price"), at, return_id="R-{n}", sku=Of("sku"))),
    )  # fmt: skip
    gone = now - 20 * HOUR
    yield Plan("refund_soon", shop, gone - 5 * HOUR, cancelled_at=gone, order={"payment_status": "paid", "refunded": 0})


def nearly_escalated(planner: Planner) -> Iterator[Plan]:
    """Disputes that wait for others, cancellations in time, tickets that are answered."""
    shop, ebay, etsy = CHANNEL["shopify"], CHANNEL["ebay"], CHANNEL["etsy"]
    now = planner.now
    placed, shipped, delivered = _delivered(planner, shop, 30)
    told: Values = {"shipped_at": shipped, "delivered_at": delivered}
    later = dispute("chargeback", "fraudulent", now - 4 * DAY, now + 6 * DAY)
    yield Plan("evidence_due_in_6_days", shop, placed, **told, extra=(later,))
    sent = dispute("chargeback", "fraudulent", now - 12 * DAY, now + 2 * DAY, status="under_review",
                   submitted_at=now - 2 * DAY)  # fmt: skip
    yield Plan("evidence_sent", shop, placed, **told, extra=(sent,))
    won = dispute("chargeback", "duplicate", now - 25 * DAY, now - 14 * DAY, status="won", submitted_at=now - 20 * DAY,
                  closed_at=now - 9 * DAY)  # fmt: skip
    yield Plan("dispute_won", shop, placed, **told, extra=(won,))
    found = dispute("case", "not_received", now - 9 * DAY, now - 2 * DAY, status="withdrawn", closed_at=now - 6 * DAY)
    yield Plan("parcel_found", ebay, placed, **told, extra=(found,))
    asked = planner.hours_ago(3.0, 6.0)
    yield Plan(
        "cancel_before_picking", etsy, planner.by(etsy, asked - 2 * HOUR), place=PLACE["reno"],
        order={"cancel_requested_at": asked}, extra=(at_warehouse("allocated"),),
    )  # fmt: skip
    stopped = at_warehouse("cancelled", released_at=asked - HOUR, cancelled_at=asked + 5 * MINUTE)
    yield Plan(
        "cancelled_everywhere", shop, asked - 5 * HOUR, cancelled_at=asked,
        extra=(stopped, refund(Of("total"), asked + 9 * MINUTE)),
    )  # fmt: skip
    opened = planner.hours_ago(5.0, 20.0)
    yield Plan("ticket_in_time", shop, placed, **told, extra=(ticket("Which wattage?", opened),))
    answered = ticket("Where is my order?", now - 3 * DAY, status="pending", last_reply_at=now - 60 * HOUR)
    yield Plan("ticket_answered", shop, placed, **told, extra=(answered,))
    solved = ticket("Broken lid", now - 5 * DAY, status="solved", tags="complaint", last_reply_at=now - 4 * DAY,
                    solved_at=now - 4 * DAY)  # fmt: skip
    yield Plan("complaint_solved", shop, placed, **told, extra=(solved,))


NEAR_MISSES = (nearly_back, nearly_escalated)
