"""Find what a run of the rules looks at without reading whole tables, however large they are."""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"

_LEFT = "quantity - coalesce(shipped_quantity, 0) - coalesce(cancelled_quantity, 0) > 0"
_UNSCANNED = "first_scan_at IS NULL AND delivered_at IS NULL"
INDEXES = (
    ("ix_order_lines_left", "order_lines", "sku", _LEFT),
    ("ix_shipments_unscanned_by", "shipments", "carrier_key", _UNSCANNED),
    ("ix_shipments_unscanned_shipped", "shipments", "shipped_at", _UNSCANNED),
)


def upgrade() -> None:
    """Add indexes on open lines by SKU, labels that wait for a scan, decided returns and fraud decisions."""
    for name, table, column, where in INDEXES:
        op.create_index(name, table, [column], postgresql_where=text(where), sqlite_where=text(where))
    op.drop_index("ix_shipments_shipped_on", "shipments")
    op.create_index("ix_shipments_shipped_on", "shipments", ["shipped_on", "shipped_at"])
    for stage in ("dispositioned", "inspected", "received"):
        op.create_index(f"ix_returns_{stage}", "returns", [f"{stage}_at"])
    op.create_index("ix_fraud_decisions_decided", "fraud_decisions", ["decided_at"])
