"""Keep what each feed said last of a SKU at a location, so that two that differ can be held against each other."""

from alembic import op
from sqlalchemy import Column, Float, Index, Table

from opsconsole.store.migrations.columns import RowId, instant, new_metadata, string

revision = "0015"
down_revision = "0014"

metadata = new_metadata()

stock_reports = Table(
    "stock_reports",
    metadata,
    string("source", primary_key=True),
    string("channel", primary_key=True),
    string("sku", primary_key=True),
    string("location", primary_key=True),
    string("told_by", nullable=False),
    Column("on_hand", Float),
    Column("available", Float),
    instant("source_time", nullable=False),
    Column("batch_id", RowId, nullable=False),
    comment=(
        "What each feed said last of a SKU at a location, beside stock_levels, where the newest word counts. told_by "
        "is channel or warehouse."
    ),
)
Index("ix_stock_reports_sku", stock_reports.c.sku, stock_reports.c.location)


def upgrade() -> None:
    """Keep what each feed said last of a SKU at a location, so that two that differ can be held against each other."""
    metadata.create_all(op.get_bind())
