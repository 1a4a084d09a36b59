"""Keep which orders were told anew, whole, so that what was said of them before may arrive afterwards."""

from alembic import op
from sqlalchemy import Index, Table

from opsconsole.store.migrations.columns import instant, link, new_metadata, row_id, string

revision = "0026"
down_revision = "0025"

metadata = new_metadata("batches")

replaced_orders = Table(
    "replaced_orders",
    metadata,
    row_id(),
    link("batch_id", "batches.id", nullable=False),
    string("record_kind", nullable=False),
    string("channel", nullable=False),
    string("number", nullable=False),
    instant("told_at", nullable=False),
    comment=(
        "Orders that a file told anew, whole: a line that it lacks is no longer ordered, also where a file that is "
        "older arrives afterwards. record_kind is that of the lines; an order to a supplier has no channel."
    ),
)

Index("ix_replaced_orders_number", replaced_orders.c.record_kind, replaced_orders.c.number)


def upgrade() -> None:
    """Keep which orders were told anew, so that an older file does not bring back lines that they lost."""
    metadata.create_all(op.get_bind())
