"""Find orders, customers and parcels by the beginning of what somebody types, whatever language a server sorts by."""

from alembic import op

revision = "0023"
down_revision = "0022"

INDEXES = (
    ("ix_orders_order_id", "orders", ("order_id",)),
    ("ix_orders_order_number", "orders", ("order_number",)),
    ("ix_orders_email_placed", "orders", ("email", "placed_at")),
    ("ix_orders_customer_placed", "orders", ("channel", "customer_id", "placed_at")),
    ("ix_shipments_tracking", "shipments", ("tracking_number",)),
)
_BY_CHARACTERS = frozenset({"order_id", "order_number", "email", "customer_id", "tracking_number"})


def upgrade() -> None:
    """Make the indexes on what orders are looked up by anew, in the order of the characters (SQLite has them so)."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, table, columns in INDEXES:
        op.drop_index(name, table)
        kinds = dict.fromkeys(_BY_CHARACTERS & set(columns), "text_pattern_ops")
        op.create_index(name, table, list(columns), postgresql_ops=kinds)
