"""Keep what suppliers acknowledge, announce and invoice."""

from alembic import op
from sqlalchemy import Column, Float, Index, Table, UniqueConstraint

from opsconsole.store.migrations.columns import amount, link, local_day, new_metadata, provenance, row_id, string

revision = "0021"
down_revision = "0020"

metadata = new_metadata("purchase_orders")

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


def upgrade() -> None:
    """Keep what suppliers acknowledge, announce and invoice."""
    metadata.create_all(op.get_bind())
    op.add_column("purchase_order_lines", Column("acknowledged_quantity", Float))
