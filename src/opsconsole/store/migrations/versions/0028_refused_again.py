"""Tell refused lines that a later import refused again from those that were corrected, and find those that wait."""

from alembic import op
from sqlalchemy import text

from opsconsole.store.migrations.columns import string

revision = "0028"
down_revision = "0027"

_OPEN = text("corrected_at IS NULL")


def upgrade() -> None:
    """Add why a refused line no longer waits, and an index of those that do."""
    op.add_column("rejects", string("closed_as"))
    op.create_index("ix_rejects_open", "rejects", ["batch_id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
