"""The rules about what comes after an order again, in plain loops, written from their definitions."""

from plain_shop import DAY, HOUR, subject

_NOT_RECEIVED = {"not_received", "item_not_received", "inr"}
_COMPLAINT = {"complaint", "escalated"}
_PAID = {"paid", "partially_refunded", "refunded"}


def _began(shop, row, name="opened_at"):
    return row[name] is None or row[name] <= shop.now


def _open_case(shop, row):
    if row["closed_at"] is not None:
        return _began(shop, row) and row["closed_at"] > shop.now
    return _began(shop, row) and row["status"] not in ("won", "lost", "accepted", "withdrawn")


def _open_ticket(shop, row):
    if row["solved_at"] is not None:
        return _began(shop, row) and row["solved_at"] > shop.now
    return _began(shop, row) and row["status"] not in ("solved", "closed")


def _words(row):
    return {(row["kind"] or "").lower(), *(row["tags"] or "").lower().split()}


def chargeback_open(shop):
    for row in shop.t["disputes"]:
        sent = row["submitted_at"] <= shop.now if row["submitted_at"] is not None else row["status"] == "under_review"
        due = row["evidence_due_at"]
        if not _open_case(shop, row) or sent or (due is not None and due >= shop.now + 5 * DAY):
            continue
        since = row["opened_at"] if due is None else max(due - 5 * DAY, row["opened_at"] or 0)
        yield subject(shop.orders[row["order_fk"]], row["dispute_id"]), since


def delivered_not_received(shop):
    for order in shop.orders.values():
        cases = [
            row["opened_at"]
            for row in shop.of("disputes", order)
            if _open_case(shop, row) and (row["reason"] or "").lower().replace(" ", "_") in _NOT_RECEIVED
        ]
        cases += [
            row["opened_at"]
            for row in shop.of("tickets", order)
            if _open_ticket(shop, row) and _words(row) & _NOT_RECEIVED
        ]
        if not cases or not shop.ours(order):
            continue
        there = [row["delivered_at"] for row in shop.of("shipments", order) if shop.past(row["delivered_at"])]
        at = order["delivered_at"] if shop.past(order["delivered_at"]) else min(there, default=None)
        if at is None and not (order["delivered_at"] is None and order["status"] in ("delivered", "returned")):
            continue
        if at is None or any(case is None or case >= at for case in cases):
            yield subject(order), min((case for case in cases if case is not None), default=None)


def customer_escalation(shop):
    for row in shop.t["tickets"]:
        if row["order_fk"] is None or not _open_ticket(shop, row):
            continue
        asked = row["last_customer_at"] if row["last_customer_at"] is not None else row["opened_at"]
        replied = row["last_reply_at"]
        due = row["reply_due_at"]
        if due is None and asked is not None:
            due = asked + 24 * HOUR
        waits = asked is not None and asked <= shop.now and (replied is None or replied > shop.now or replied < asked)
        times = [due] if waits and due < shop.now else []
        if _words(row) & _COMPLAINT:
            times.append(row["opened_at"])
        if times:
            yield f"{row['helpdesk']}/{row['ticket_id']}", min(times)


def _stage(shop, row):
    """Stage by what has happened by now, and since when."""
    steps = ("authorized", "shipped", "received", "inspected")
    names = dict(zip(steps, ("authorized", "in_transit", "received", "inspected"), strict=True))
    reached = [
        step
        for step in steps
        if shop.past(row[f"{step}_at"]) or (row[f"{step}_at"] is None and row["stage"] == names[step])
    ]
    if not reached:
        return None, None
    stage = reached[-1]
    before = {
        "authorized": ("authorized_at", "requested_at"),
        "shipped": (),
        "received": ("received_at", "shipped_at", "authorized_at", "requested_at"),
        "inspected": ("inspected_at", "received_at", "shipped_at", "authorized_at", "requested_at"),
    }
    return stage, next((row[name] for name in before[stage] if row[name] is not None), None)


def return_overdue(shop):
    for row in shop.t["returns"]:
        order = shop.orders[row["order_fk"]]
        if shop.past(row["dispositioned_at"]) or shop.past(row["refunded_at"]):
            continue
        undated = row["dispositioned_at"] is None and row["refunded_at"] is None
        if undated and row["stage"] in ("dispositioned", "refunded"):
            continue
        if any(
            refund["return_id"] == row["return_id"]
            and (not refund["sku"] or not row["sku"] or refund["sku"] == row["sku"])
            and _began(shop, refund, "refunded_at")
            for refund in shop.of("refunds", order)
        ):
            continue
        stage, since = _stage(shop, row)
        limit = {"authorized": 14 * DAY, "received": 48 * HOUR, "inspected": 48 * HOUR}.get(stage)
        if limit and since is not None and since + limit < shop.now:
            yield subject(order, row["return_id"], *([row["sku"]] if row["sku"] else [])), since + limit


def _given(shop, order):
    """Money given back by now, and when last."""
    refunds = [row for row in shop.of("refunds", order) if _began(shop, row, "refunded_at")]
    listed = [row["amount"] for row in refunds if row["amount"] is not None]
    at = max((row["refunded_at"] for row in refunds if row["refunded_at"] is not None), default=None)
    said_at = order["refunded_at"] if shop.past(order["refunded_at"]) else None
    at = at if at is not None else said_at
    if listed:
        return sum(listed), at
    if (order["refunded"] or 0) > 0 and _began(shop, order, "refunded_at"):
        return order["refunded"], at
    returned = [
        row["refunded"]
        for row in shop.of("returns", order)
        if shop.past(row["refunded_at"]) or (row["refunded_at"] is None and row["stage"] == "refunded")
    ]
    return sum(amount for amount in returned if amount is not None), at


def _paid(shop, order):
    if order["payment_status"] in ("pending", "authorized", "voided", "failed", "expired"):
        return 0
    listed = [
        row["amount"]
        for row in shop.of("payments", order)
        if row["amount"] is not None
        and row["status"] not in ("pending", "authorized", "voided", "failed", "expired")
        and _began(shop, row, "paid_at")
    ]
    if listed:
        return sum(listed)
    return (order["total"] or 0) if order["payment_status"] in _PAID and _began(shop, order, "paid_at") else 0


def _decided(shop, row):
    """When a return that brought no money so far was decided on."""
    if row["refunded_at"] is not None and row["refunded_at"] <= shop.now:
        return None
    if row["stage"] == "refunded":
        return None
    if shop.past(row["dispositioned_at"]):
        return row["dispositioned_at"]
    if row["dispositioned_at"] is None and row["stage"] == "dispositioned":
        return row["inspected_at"] if row["inspected_at"] is not None else row["received_at"]
    return None


def _over_cases(shop, order):
    """Whether all money went back over chargebacks and guarantees."""
    reasons = [(row["reason"] or "").lower() for row in shop.of("refunds", order) if _began(shop, row, "refunded_at")]
    return bool(reasons) and all("chargeback" in reason or "a-to-z" in reason for reason in reasons)


def refund_mismatch(shop):
    for order in shop.orders.values():
        if not shop.described(order):
            continue
        given, at = _given(shop, order)
        paid = _paid(shop, order)
        if given > 0 and paid > 0 and given > paid:
            yield subject(order), at
            continue
        founded = (
            shop.void(order)
            or not shop.ours(order)
            or _over_cases(shop, order)
            or (order["quantity_cancelled"] or 0) > 0
            or order["status"] == "returned"
            or any(_began(shop, row, "requested_at") for row in shop.of("returns", order))
            or any(_began(shop, row, "filed_at") for row in shop.of("claims", order))
            or any(row["status"] == "returned" for row in shop.of("shipments", order))
        )
        if given > 0 and not founded:
            yield subject(order), at
            continue
        owed = None
        if shop.void(order):
            owed = order["cancelled_at"] if order["cancelled_at"] is not None else order["status_since"]
        if owed is None:
            owed = max(
                (at for at in (_decided(shop, row) for row in shop.of("returns", order)) if at is not None),
                default=None,
            )
        if owed is None or owed + 24 * HOUR >= shop.now or paid <= 0 or order["payment_status"] == "refunded":
            continue
        if order["payment_status"] == "partially_refunded" and not given:
            continue
        if given < paid if shop.void(order) else given == 0:
            yield subject(order), owed + 24 * HOUR


RULES = (delivered_not_received, return_overdue, refund_mismatch, chargeback_open, customer_escalation)
