"""Refunds, disputes, tickets, claims and fraud decisions: what comes after an order, or stops it."""

from sqlalchemy import Column, Float, Index, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import amount, instant, link, metadata, provenance, row_id, string

refunds = Table(
    "refunds",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("refund_id", nullable=False),
    string("return_id"),
    string("sku"),
    string("currency"),
    amount("amount"),
    string("reason"),
    instant("refunded_at"),
    *provenance(),
    UniqueConstraint("order_fk", "refund_id"),
    comment="Money given back, as positive amounts.",
)

disputes = Table(
    "disputes",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("dispute_id", nullable=False),
    string("kind"),
    string("reason"),
    string("status"),
    string("provider"),
    string("currency"),
    amount("amount"),
    instant("opened_at"),
    instant("evidence_due_at"),
    instant("submitted_at"),
    instant("closed_at"),
    *provenance(),
    UniqueConstraint("order_fk", "dispute_id"),
    comment="Chargebacks, inquiries and marketplace cases. evidence_due_at is the provider's date.",
)

tickets = Table(
    "tickets",
    metadata,
    row_id(),
    string("helpdesk", nullable=False),
    string("ticket_id", nullable=False),
    link("order_fk", "orders.id"),
    string("channel"),
    string("order_id"),
    string("subject"),
    string("status"),
    string("priority"),
    string("kind"),
    string("tags"),
    string("requester"),
    string("assignee"),
    instant("opened_at"),
    instant("last_customer_at"),
    instant("last_reply_at"),
    instant("reply_due_at"),
    instant("solved_at"),
    *provenance(),
    UniqueConstraint("helpdesk", "ticket_id"),
    comment="Customer tickets; order_fk is NULL until the order they name is known. tags are separated by spaces.",
)

claims = Table(
    "claims",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("claim_id", nullable=False),
    string("tracking_number"),
    string("vendor_key"),
    string("reason"),
    string("status"),
    string("currency"),
    amount("amount"),
    amount("paid_amount"),
    instant("filed_at"),
    instant("settled_at"),
    *provenance(),
    UniqueConstraint("order_fk", "claim_id"),
    comment="Claims against carriers and sites for what was lost, damaged or late.",
)

fraud_decisions = Table(
    "fraud_decisions",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("decision_id", nullable=False),
    string("provider"),
    string("decision"),
    Column("score", Float),
    string("reason"),
    instant("decided_at"),
    *provenance(),
    UniqueConstraint("order_fk", "decision_id"),
    comment="What fraud services and people said of an order: approve, decline or review. The newest counts.",
)

_open_dispute = text("closed_at IS NULL")
Index("ix_disputes_open", disputes.c.evidence_due_at, postgresql_where=_open_dispute, sqlite_where=_open_dispute)
_unsolved = text("solved_at IS NULL")
Index("ix_tickets_unsolved", tickets.c.last_customer_at, postgresql_where=_unsolved, sqlite_where=_unsolved)
Index("ix_tickets_order", tickets.c.order_fk)
Index("ix_tickets_order_id", tickets.c.order_id)
Index("ix_claims_tracking", claims.c.tracking_number)
Index("ix_fraud_decisions_decided", fraud_decisions.c.decided_at)
