"""Know billing addresses, holds, backorders, labels, return stages, customs data and what exceptions wait for."""

from typing import Any

from alembic import op
from sqlalchemy import Column, Float, text

from opsconsole.store.migrations.columns import instant, local_day, string

revision = "0013"
down_revision = "0012"

ADDED: dict[str, tuple[Column[Any], ...]] = {
    "orders": (
        string("bill_name"),
        string("bill_address1"),
        string("bill_city"),
        string("bill_postcode"),
        string("bill_country"),
        string("customs_number"),
        string("duty_status"),
        string("hold_reason"),
        instant("held_at"),
        instant("ready_at"),
        instant("cancel_requested_at"),
        instant("refunded_at"),
        Column("risk_score", Float),
        instant("status_since"),
        instant("stated_ready_at"),
        string("status_seen_json"),
    ),
    "order_lines": (
        Column("backordered_quantity", Float),
        local_day("expected_on"),
        string("pegged_po"),
        string("pegged_line"),
    ),
    "shipments": (
        Column("expected_weight_grams", Float),
        string("label_error"),
        instant("label_failed_at"),
    ),
    "returns": (
        string("tracking_number"),
        instant("authorized_at"),
        instant("shipped_at"),
        instant("inspected_at"),
        instant("dispositioned_at"),
    ),
    "products": (
        string("hs_code"),
        string("origin_country"),
    ),
    "exceptions": (
        string("waiting_on"),
        instant("waiting_until"),
        string("ignored_cause"),
        string("tags", nullable=False, server_default=""),
    ),
}

INDEXES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("ix_shipments_quiet", "shipments", ("last_scan_at",), "delivered_at IS NULL"),
    ("ix_shipments_unscanned", "shipments", ("labeled_at",), "first_scan_at IS NULL AND delivered_at IS NULL"),
    ("ix_shipments_scanned", "shipments", ("carrier_key",), "first_scan_at IS NOT NULL"),
    (
        "ix_shipment_events_problem",
        "shipment_events",
        ("occurred_at", "tracking_number"),
        "code IN ('failed_attempt', 'exception', 'address_problem', 'delayed', 'damaged', 'lost', 'customs_hold', "
        "'duty_due', 'returning', 'returned')",
    ),
)


def upgrade() -> None:
    """Know billing addresses, holds, backorders, labels, return stages, customs data and what exceptions wait for."""
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    for name, table, names, where in INDEXES:
        op.create_index(name, table, list(names), postgresql_where=text(where), sqlite_where=text(where))
