"""Find who asks for a SKU, what left lately and whose terms of payment end, however many orders there are."""

from alembic import op
from sqlalchemy import text

revision = "0025"
down_revision = "0024"

_LEFT = text("shipped_at IS NOT NULL")


def upgrade() -> None:
    """Add indexes on what open orders ask for by SKU, and on when orders left."""
    op.create_index("ix_asked_skus_sku", "asked_skus", ["sku"])
    op.create_index("ix_orders_shipped_at", "orders", ["shipped_at"], postgresql_where=_LEFT, sqlite_where=_LEFT)
