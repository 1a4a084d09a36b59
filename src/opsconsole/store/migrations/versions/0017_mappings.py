"""Keep saved mappings in the database, for everybody who imports into it."""

from alembic import op
from sqlalchemy import Column, Index, Integer, Table, text

from opsconsole.store.migrations.columns import instant, new_metadata, row_id, string

revision = "0017"
down_revision = "0016"

metadata = new_metadata()

mappings = Table(
    "mappings",
    metadata,
    row_id(),
    string("name", nullable=False),
    string("content", nullable=False),
    string("changed_by", nullable=False),
    instant("changed_at", nullable=False),
    instant("deleted_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    comment="Saved mappings as the text of their TOML files; deleted ones can be taken back.",
)
_kept = text("deleted_at IS NULL")
Index("ux_mappings_name", mappings.c.name, unique=True, postgresql_where=_kept, sqlite_where=_kept)


def upgrade() -> None:
    """Keep saved mappings in the database, for everybody who imports into it."""
    metadata.create_all(op.get_bind())
