"""What the random business has of what comes after an order, beside what world.py makes."""

HOUR = 3_600_000_000
DAY = 24 * HOUR
_STEPS = ("authorized", "shipped", "received", "inspected", "dispositioned", "refunded")
_STAGES = dict(
    zip(_STEPS, ("authorized", "in_transit", "received", "inspected", "dispositioned", "refunded"), strict=True)
)


def found(world, now):
    """Nothing is there before the first order."""


def adorn(choose, order, now):
    """Refunds, disputes, tickets, returns and claims of some orders."""
    for one in (_refund, _dispute, _ticket, _return):
        if choose.random() < 0.09:
            one(choose, order, order["placed_at"] + int(choose.uniform(0, 20) * DAY))
    if choose.random() < 0.03:
        claim = {**_keys(order), "claim_id": "C", "tracking_number": choose.choice((None, "TRK"))}
        _more(order, "claims", {**claim, "filed_at": choose.choice((None, order["placed_at"] + 9 * DAY))})
    if choose.random() < 0.1:
        order["payment_status"] = choose.choice(("refunded", "partially_refunded"))


def _keys(order):
    return {"channel": order["channel"], "order_id": order["order_id"]}


def _more(order, kind, row):
    order["more"].setdefault(kind, []).append(row)


def _refund(choose, order, at):
    row = {"refund_id": f"F{choose.randrange(10**6)}", "return_id": choose.choice((None, "R")), "sku": None}
    row["reason"] = "Chargeback Refund" if row["refund_id"][-1] in "123" else None
    amount = choose.choice((order["total"], order["total"] // 2, order["total"] + 1, 100))
    _more(order, "refunds", {**_keys(order), **row, "amount": amount, "refunded_at": choose.choice((at, at, None))})


def _dispute(choose, order, at):
    row = {
        "dispute_id": f"D{choose.randrange(10**6)}",
        "kind": choose.choice(("chargeback", "case", None)),
        "reason": choose.choice(("fraudulent", "not_received", "Item not received", "INR", None)),
        "status": choose.choice(("needs_response", "needs_response", "needs_response", "under_review", "won", None)),
        "amount": choose.choice((None, 700)),
        "opened_at": choose.choice((at, at, at, None)),
        "evidence_due_at": choose.choice((at + 14 * DAY, at + 30 * DAY, at + 100 * DAY, None)),
        "submitted_at": choose.choice((None, None, None, at + 12 * DAY)),
        "closed_at": choose.choice((None, None, None, at + 25 * DAY)),
    }
    _more(order, "disputes", {**_keys(order), **row})


def _ticket(choose, order, at):
    asked = at + choose.choice((0, 5, 50)) * HOUR
    row = {
        "helpdesk": "desk",
        "ticket_id": f"T{order['channel']}{order['order_id']}{choose.randrange(10**6)}",
        "subject": "Hello",
        "status": choose.choice(("open", "open", "new", "pending", "solved")),
        "kind": choose.choice(("question", "complaint", None)),
        "tags": choose.choice(("", "vip", "vip inr", "escalated", "damaged", None)),
        "opened_at": at,
        "last_customer_at": choose.choice((asked, None)),
        "last_reply_at": choose.choice((None, None, asked - HOUR, asked + HOUR)),
        "reply_due_at": choose.choice((None, asked + 10 * HOUR)),
        "solved_at": choose.choice((None, None, None, asked + 60 * HOUR)),
    }
    _more(order, "tickets", {**_keys(order), **row})


def _return(choose, order, at):
    step = choose.randrange(len(_STEPS) + 1)
    dates = dict.fromkeys([f"{name}_at" for name in _STEPS])
    when = at
    for name in _STEPS[:step]:
        when += int(choose.uniform(0.1, 5) * DAY)
        dates[f"{name}_at"] = choose.choice((when, when, when, None))
    row = {
        "return_id": "R",
        "sku": choose.choice(("", order["lines"][0]["sku"])),
        "stage": choose.choice((None, _STAGES[_STEPS[step - 1]] if step else "requested")),
        "reason": choose.choice((None, "Changed mind", "Arrived damaged")),
        "quantity": choose.choice((None, 1.0)),
        "refunded": choose.choice((None, None, 300)),
        "requested_at": at,
        **dates,
    }
    if not order["more"].get("returns"):
        _more(order, "returns", {**_keys(order), **row})


def move(choose, order, now):
    """Somebody writes, refunds, disputes or returns, some a little ahead."""
    if choose.random() < 0.3:
        at = now + int(choose.uniform(-40, 5) * HOUR)
        choose.choice((_refund, _dispute, _ticket, _return))(choose, order, at)
