"""Make the tables of marketplaces' statements, payouts and reimbursements, and of stock movements."""

from alembic import op
from sqlalchemy import Column, Float, Index, Integer, Table, UniqueConstraint

from opsconsole.store.migrations.columns import amount, instant, link, new_metadata, provenance, row_id, string

revision = "0016"
down_revision = "0015"

metadata = new_metadata("orders")

marketplace_entries = Table(
    "marketplace_entries",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("entry_id", nullable=False),
    string("statement_id"),
    link("order_fk", "orders.id"),
    string("order_id"),
    string("item_id"),
    string("sku"),
    string("kind"),
    string("transaction_type"),
    string("description"),
    Column("quantity", Float),
    string("currency"),
    amount("amount"),
    instant("posted_at"),
    Column("precedence", Integer),
    *provenance(),
    UniqueConstraint("channel", "entry_id"),
    comment=(
        "Entries of a marketplace's account with us: positive amounts are ours. Several reports tell the same "
        "statement (statement_id) in different detail and share no ids: of a statement only the entries with the least "
        "precedence count, NULL being the last."
    ),
)

payouts = Table(
    "payouts",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("statement_id", nullable=False),
    string("currency"),
    amount("amount"),
    instant("starts_at"),
    instant("ends_at"),
    instant("deposited_at"),
    *provenance(),
    UniqueConstraint("channel", "statement_id"),
    comment="What a marketplace paid out per statement; negative: what it took.",
)

reimbursements = Table(
    "reimbursements",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("reimbursement_id", nullable=False),
    string("sku", nullable=False),
    link("order_fk", "orders.id"),
    string("order_id"),
    string("case_id"),
    string("reason"),
    string("reversed_id"),
    string("currency"),
    amount("amount"),
    Column("cash_quantity", Float),
    Column("stock_quantity", Float),
    instant("approved_at"),
    *provenance(),
    UniqueConstraint("channel", "reimbursement_id", "sku"),
    comment=(
        "What a marketplace gave for goods it lost or damaged: money for cash_quantity pieces, stock for "
        "stock_quantity. The money comes with a payout; its entry there carries no reimbursement_id."
    ),
)

stock_movements = Table(
    "stock_movements",
    metadata,
    row_id(),
    string("location", nullable=False),
    string("movement_id", nullable=False),
    string("sku"),
    string("kind"),
    string("reason"),
    string("disposition"),
    string("reference"),
    Column("quantity", Float),
    instant("moved_at"),
    *provenance(),
    UniqueConstraint("location", "movement_id"),
    comment="Pieces that came (positive) or went (negative). kind: received or adjusted.",
)

_entries = marketplace_entries.c
Index("ix_marketplace_entries_order", _entries.order_fk)
Index("ix_marketplace_entries_order_id", _entries.order_id)
Index("ix_marketplace_entries_statement", _entries.channel, _entries.statement_id, _entries.precedence)
Index("ix_marketplace_entries_posted", _entries.posted_at)
Index("ix_reimbursements_order", reimbursements.c.order_fk)
Index("ix_reimbursements_order_id", reimbursements.c.order_id)
Index("ix_stock_movements_sku", stock_movements.c.sku, stock_movements.c.moved_at)


def upgrade() -> None:
    """Make the tables of marketplaces' statements, payouts and reimbursements, and of stock movements."""
    metadata.create_all(op.get_bind())
