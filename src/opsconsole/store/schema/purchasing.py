"""Purchase orders and what arrived of them."""

from sqlalchemy import Column, Float, Index, Table, UniqueConstraint

from opsconsole.store.schema.columns import amount, instant, link, local_day, metadata, provenance, row_id, string

purchase_orders = Table(
    "purchase_orders",
    metadata,
    row_id(),
    string("po_number", nullable=False, unique=True),
    string("vendor_key"),
    string("location"),
    string("status"),
    string("currency"),
    instant("ordered_at"),
    local_day("ordered_on"),
    instant("acknowledged_at"),
    *provenance(),
)

purchase_order_lines = Table(
    "purchase_order_lines",
    metadata,
    row_id(),
    link("purchase_order_fk", "purchase_orders.id", nullable=False),
    string("line_id", nullable=False),
    string("sku"),
    string("currency"),
    Column("quantity", Float),
    Column("received_quantity", Float),
    Column("rejected_quantity", Float),
    amount("unit_cost"),
    local_day("promised_on"),
    local_day("earliest_on"),
    local_day("stated_completed_on"),
    Column("stated_received_quantity", Float),
    Column("stated_rejected_quantity", Float),
    local_day("completed_on"),
    *provenance(),
    UniqueConstraint("purchase_order_fk", "line_id"),
    comment="completed_on is the day on which the received quantity reached the ordered one, over all its receipts.",
)

receipts = Table(
    "receipts",
    metadata,
    row_id(),
    link("purchase_order_line_fk", "purchase_order_lines.id", nullable=False),
    string("receipt_id", nullable=False),
    Column("quantity", Float),
    Column("rejected_quantity", Float),
    instant("arrived_at"),
    local_day("arrived_on"),
    instant("stocked_at"),
    *provenance(),
    UniqueConstraint("purchase_order_line_fk", "receipt_id"),
)

Index("ix_purchase_order_lines_sku", purchase_order_lines.c.sku)
Index("ix_purchase_orders_acknowledged", purchase_orders.c.acknowledged_at, purchase_orders.c.ordered_at)
