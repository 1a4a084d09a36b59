"""Refunds, disputes, tickets, claims and fraud decisions."""

from opsconsole.imports.records_kind import RecordKind, fields

REFUNDS = RecordKind(
    "refunds",
    "Refunds",
    "refunds",
    fields(
        required="channel order_id",
        identifier="channel order_id refund_id return_id sku",
        text="reason currency",
        money="amount",
        instant="refunded_at",
    ),
    ("channel", "order_id", "refund_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
    occurrence=True,
)

DISPUTES = RecordKind(
    "disputes",
    "Disputes",
    "disputes",
    fields(
        required="channel order_id dispute_id",
        identifier="channel order_id dispute_id",
        text="reason provider currency",
        status="kind status",
        money="amount",
        instant="opened_at evidence_due_at submitted_at closed_at",
    ),
    ("channel", "order_id", "dispute_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

TICKETS = RecordKind(
    "tickets",
    "Tickets",
    "tickets",
    fields(
        required="helpdesk ticket_id",
        identifier="helpdesk ticket_id channel order_id",
        text="subject priority kind tags requester assignee",
        status="status",
        instant="opened_at last_customer_at last_reply_at reply_due_at solved_at",
    ),
    ("helpdesk", "ticket_id"),
)

CLAIMS = RecordKind(
    "claims",
    "Claims",
    "claims",
    fields(
        required="channel order_id",
        identifier="channel order_id claim_id tracking_number vendor_key",
        text="reason currency",
        status="status",
        money="amount paid_amount",
        instant="filed_at settled_at",
    ),
    ("channel", "order_id", "claim_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
    occurrence=True,
)

FRAUD_DECISIONS = RecordKind(
    "fraud_decisions",
    "Fraud decisions",
    "fraud_decisions",
    fields(
        required="channel order_id decision",
        identifier="channel order_id decision_id",
        text="provider reason",
        status="decision",
        number="score",
        instant="decided_at",
    ),
    ("channel", "order_id", "decision_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
    occurrence=True,
)
