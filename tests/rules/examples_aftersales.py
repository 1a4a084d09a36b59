"""Examples of the rules about what comes after an order; expected by hand from the definitions."""

from examples import ARRIVED, LINE, OPEN, SHOP

from opsconsole.domain.instants import DAY, HOUR, SECOND

ORDER = {"channel": SHOP, "order_id": "1"}
DELIVERED = {
    **OPEN,
    "status": "delivered",
    "placed_at": -30 * DAY,
    "stated_shipped_at": -29 * DAY,
    "stated_delivered_at": -26 * DAY,
    "ship_by": -28 * DAY,
    "deliver_by": -25 * DAY,
}
CASE = {**ORDER, "dispute_id": "D1", "kind": "chargeback", "reason": "fraudulent", "status": "needs_response"}
TICKET = {"helpdesk": "desk", "ticket_id": "T1", **ORDER, "subject": "Where is it?", "status": "open", "tags": "vip"}
RETURN = {**ORDER, "return_id": "R1", "sku": "A", "quantity": 1.0, "requested_at": -20 * DAY}


def dispute(**more):
    return {"orders": [DELIVERED], "disputes": [{**CASE, "opened_at": -8 * DAY, **more}]}


def ticket(**more):
    return {"orders": [DELIVERED], "tickets": [{**TICKET, "opened_at": -2 * DAY, **more}]}


def refund(amount, **more):
    return {"orders": [{**DELIVERED, **more}], "refunds": [{**ORDER, "refund_id": "F", "amount": amount}]}


CHARGED_BACK = {**ORDER, "refund_id": "F", "amount": 1000, "reason": "Chargeback Refund"}

EXAMPLES = {
    "DELIVERED_NOT_RECEIVED": (
        dispute(reason="Item not received", opened_at=-26 * DAY),
        "shop/1",
        dispute(reason="Item not received", opened_at=-26 * DAY - SECOND),
    ),
    "RETURN_OVERDUE": (
        {"orders": [DELIVERED], "returns": [{**RETURN, "stage": "received", "received_at": -48 * HOUR - SECOND}]},
        "shop/1/R1/A",
        {"orders": [DELIVERED], "returns": [{**RETURN, "stage": "received", "received_at": -48 * HOUR}]},
    ),
    "REFUND_MISMATCH": (
        # Paid 50.00; nothing came back.
        refund(1000),
        "shop/1",
        {**refund(5000), "returns": [{**RETURN, "stage": "requested"}]},
    ),
    "CHARGEBACK_OPEN": (
        dispute(evidence_due_at=5 * DAY - SECOND),
        "shop/1/D1",
        dispute(evidence_due_at=5 * DAY),
    ),
    "CUSTOMER_ESCALATION": (
        ticket(last_customer_at=-30 * HOUR, reply_due_at=-SECOND),
        "desk/T1",
        ticket(last_customer_at=-30 * HOUR, reply_due_at=0),
    ),
}

# Further files of a rule, beside its two examples: (code, files, subjects found).
MORE = (
    ("REFUND_MISMATCH", {**refund(5001), "returns": [{**RETURN, "stage": "requested"}]}, {"shop/1"}),
    ("REFUND_MISMATCH", {"orders": [{**OPEN, "status": "cancelled", "cancelled_at": -24 * HOUR - SECOND}]}, {"shop/1"}),
    ("REFUND_MISMATCH", {"orders": [{**OPEN, "status": "cancelled", "cancelled_at": -24 * HOUR}]}, set()),
    (
        "REFUND_MISMATCH",
        {"orders": [{**OPEN, "status": "cancelled", "cancelled_at": -2 * DAY, "payment_status": "authorized"}]},
        set(),
    ),
    (
        "REFUND_MISMATCH",
        {
            "orders": [DELIVERED],
            "returns": [{**RETURN, "stage": "dispositioned", "dispositioned_at": -24 * HOUR - SECOND}],
        },
        {"shop/1"},
    ),
    ("REFUND_MISMATCH", {"orders": [{**DELIVERED, "refunded": 1000}]}, {"shop/1"}),
    # What Amazon keeps, takes back and refunds is told by its report of returns; a chargeback is a case, no return.
    ("REFUND_MISMATCH", refund(1000, fulfilled_by="amazon"), set()),
    ("REFUND_MISMATCH", refund(5001, fulfilled_by="amazon"), {"shop/1"}),
    ("REFUND_MISMATCH", {**refund(1000), "refunds": [CHARGED_BACK]}, set()),
    (
        "REFUND_MISMATCH",
        {**refund(1000), "refunds": [CHARGED_BACK, {**ORDER, "refund_id": "G", "amount": 200}]},
        {"shop/1"},
    ),
    (
        "REFUND_MISMATCH",
        {"orders": [{**DELIVERED, "refunded": 1000}], "order_lines": [{**LINE, "cancelled_quantity": 1.0}]},
        set(),
    ),
    (
        "RETURN_OVERDUE",
        {"orders": [DELIVERED], "returns": [{**RETURN, "authorized_at": -14 * DAY - SECOND}]},
        {"shop/1/R1/A"},
    ),
    (
        "RETURN_OVERDUE",
        {"orders": [DELIVERED], "returns": [{**RETURN, "authorized_at": -15 * DAY, "shipped_at": -DAY}]},
        set(),
    ),
    (
        "RETURN_OVERDUE",
        {
            "orders": [DELIVERED],
            "returns": [{**RETURN, "stage": "inspected", "inspected_at": -49 * HOUR}],
            "refunds": [{**ORDER, "refund_id": "F", "return_id": "R1", "amount": 2500, "refunded_at": -HOUR}],
        },
        set(),
    ),
    ("CHARGEBACK_OPEN", dispute(evidence_due_at=DAY, submitted_at=-HOUR), set()),
    ("CHARGEBACK_OPEN", dispute(evidence_due_at=DAY, status="won"), set()),
    ("CHARGEBACK_OPEN", dispute(evidence_due_at=-DAY), {"shop/1/D1"}),
    ("CHARGEBACK_OPEN", dispute(), {"shop/1/D1"}),
    ("CUSTOMER_ESCALATION", ticket(tags="vip complaint", opened_at=-HOUR), {"desk/T1"}),
    ("CUSTOMER_ESCALATION", ticket(tags="vip complaint", status="solved"), set()),
    ("CUSTOMER_ESCALATION", ticket(last_customer_at=-30 * HOUR, last_reply_at=-29 * HOUR), set()),
    ("CUSTOMER_ESCALATION", ticket(last_customer_at=-30 * HOUR, last_reply_at=-31 * HOUR), {"desk/T1"}),
    ("DELIVERED_NOT_RECEIVED", {**ticket(tags="vip inr"), "orders": [ARRIVED, DELIVERED]}, {"shop/1"}),
)
