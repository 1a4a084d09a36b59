"""Find who asks for a SKU, what left lately and whose terms of payment end, however many orders there are."""

from alembic import op
from sqlalchemy import text

revision = "0025"
down_revision = "0024"

_ACTIVE = text("state IN ('open', 'acknowledged', 'in_progress', 'waiting')")
_TERMS = text("payment_terms IS NOT NULL AND payment_status IN ('pending', 'authorized')")
_LEFT = text("shipped_at IS NOT NULL")


def upgrade() -> None:
    """Add indexes for what a run of the rules looks for each time; active exceptions are counted from one alone."""
    op.create_index("ix_asked_skus_sku", "asked_skus", ["sku"])
    op.drop_index("ix_exceptions_active", "exceptions")
    counted = ["rule", "currency", "ignored_until", "value_at_risk"]
    op.create_index("ix_exceptions_active", "exceptions", counted, postgresql_where=_ACTIVE, sqlite_where=_ACTIVE)
    op.create_index("ix_products_batch", "products", ["batch_id"])
    op.create_index("ix_stock_levels_told", "stock_levels", ["batch_id", "source_time", "counted_at"])
    op.create_index("ix_orders_unpaid_terms", "orders", ["placed_at"], postgresql_where=_TERMS, sqlite_where=_TERMS)
    op.create_index("ix_orders_shipped_at", "orders", ["shipped_at"], postgresql_where=_LEFT, sqlite_where=_LEFT)
