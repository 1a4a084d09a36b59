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
    ("ix_returns_unfinished", "returns", ("requested_at",), "refunded_at IS NULL AND dispositioned_at IS NULL"),
    ("ix_orders_refunded", "orders", ("refunded_at",), "refunded > 0"),
    (
        "ix_orders_cancelled_undated",
        "orders",
        ("status_since",),
        "cancelled_at IS NULL AND status IN ('cancelled', 'unavailable')",
    ),
    ("ix_orders_declined", "orders", ("placed_at",), "payment_status IN ('failed', 'voided', 'expired')"),
    ("ix_orders_unrouted", "orders", ("ready_at",), "shipped_at IS NULL AND location IS NULL"),
    (
        "ix_orders_in_work",
        "orders",
        ("status_since",),
        "status IN ('pending', 'processing', 'allocated', 'released', 'picking', 'picked', 'packed', "
        "'partially_shipped')",
    ),
    (
        "ix_orders_on_hold",
        "orders",
        ("hold_until",),
        "(status = 'on_hold' OR (status IS NULL AND hold_until IS NOT NULL))",
    ),
    ("ix_orders_cancelled_at", "orders", ("cancelled_at",), "cancelled_at IS NOT NULL"),
    ("ix_orders_cancel_requested", "orders", ("cancel_requested_at",), "cancel_requested_at IS NOT NULL"),
    ("ix_order_lines_backordered", "order_lines", ("expected_on",), "backordered_quantity > 0"),
    ("ix_order_lines_pegged", "order_lines", ("pegged_po",), "pegged_po IS NOT NULL"),
    ("ix_payments_failed", "payments", ("order_fk",), "status IN ('failed', 'voided', 'expired')"),
    (
        "ix_shipments_weighed",
        "shipments",
        ("labeled_at",),
        "expected_weight_grams IS NOT NULL AND first_scan_at IS NULL",
    ),
    ("ix_shipments_label_error", "shipments", ("label_failed_at",), "label_error IS NOT NULL"),
    ("ix_picks_damaged", "picks", ("order_fk",), "(reason = 'damaged' OR damaged_quantity > 0)"),
    ("ix_picks_short", "picks", ("order_fk",), "picked_quantity < allocated_quantity"),
    ("ix_warehouse_orders_open", "warehouse_orders", ("order_fk",), "cancelled_at IS NULL AND shipped_at IS NULL"),
)
# Of orders, over all rows.
WHOLE_INDEXES = (
    ("ix_orders_customer_placed", ("channel", "customer_id", "placed_at")),
    ("ix_orders_email_placed", ("email", "placed_at")),
    ("ix_orders_address_placed", ("postcode", "address1", "placed_at")),
)


def upgrade() -> None:
    """Know billing addresses, holds, backorders, labels, return stages, customs data and what exceptions wait for."""
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    for name, table, names, where in INDEXES:
        op.create_index(name, table, list(names), postgresql_where=text(where), sqlite_where=text(where))
    op.drop_index("ix_orders_customer", "orders")
    for name, names in WHOLE_INDEXES:
        op.create_index(name, "orders", list(names))
    op.create_index("ix_purchase_orders_acknowledged", "purchase_orders", ["acknowledged_at", "ordered_at"])
