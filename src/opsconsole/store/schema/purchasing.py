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
    Column("acknowledged_quantity", Float),
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

ship_notices = Table(
    "ship_notices",
    metadata,
    row_id(),
    link("purchase_order_fk", "purchase_orders.id", nullable=False),
    string("notice_id", nullable=False),
    string("line_id", nullable=False),
    string("sku"),
    string("carrier_key"),
    string("tracking_number"),
    string("bill_of_lading"),
    string("carton_id"),
    Column("quantity", Float),
    local_day("shipped_on"),
    local_day("expected_on"),
    *provenance(),
    UniqueConstraint("purchase_order_fk", "notice_id", "line_id"),
    comment="What suppliers say they have sent of a purchase order (advance ship notices), before it arrives.",
)

supplier_invoice_lines = Table(
    "supplier_invoice_lines",
    metadata,
    row_id(),
    string("vendor_key", nullable=False),
    string("invoice_number", nullable=False),
    string("line_id", nullable=False),
    string("po_number"),
    string("kind"),
    string("sku"),
    string("description"),
    string("currency"),
    Column("quantity", Float),
    amount("amount"),
    local_day("invoiced_on"),
    *provenance(),
    UniqueConstraint("vendor_key", "invoice_number", "line_id"),
    comment="Lines of suppliers' invoices: goods, freight, tax, other charges, and allowances as negative amounts.",
)

Index("ix_ship_notices_tracking", ship_notices.c.tracking_number)
Index("ix_supplier_invoice_lines_order", supplier_invoice_lines.c.po_number)
Index("ix_purchase_order_lines_sku", purchase_order_lines.c.sku)
Index("ix_purchase_orders_acknowledged", purchase_orders.c.acknowledged_at, purchase_orders.c.ordered_at)
