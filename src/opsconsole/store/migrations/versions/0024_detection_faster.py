"""Remember what orders asked for, so that a run of the rules looks at few SKUs."""

from alembic import op
from sqlalchemy import Column, Table

from opsconsole.store.migrations.columns import RowId, new_metadata, string

revision = "0024"
down_revision = "0023"

metadata = new_metadata()

Table(
    "asked_skus",
    metadata,
    Column("order_fk", RowId, primary_key=True, autoincrement=False),
    string("sku", primary_key=True),
    comment="SKUs that open orders asked for at the last run of the rules, to see which ones they ask for no longer.",
)


def upgrade() -> None:
    """Add a table of what orders asked for at the last run."""
    metadata.create_all(op.get_bind())
