"""Keep which files came in together, what that changed, and the files that could not be read."""

from alembic import op
from sqlalchemy import Column, Index, Integer, Table

from opsconsole.store.migrations.columns import RowId, instant, new_metadata, row_id, string

revision = "0019"
down_revision = "0018"

metadata = new_metadata()

import_runs = Table(
    "import_runs",
    metadata,
    row_id(),
    instant("started_at", nullable=False),
    string("imported_by", nullable=False),
    Column("opened", Integer),
    Column("closed", Integer),
    Column("open", Integer),
    string("open_values_json"),
    string("reorder_json"),
    Column("reorder_new", Integer),
    comment=(
        "Files that came in together, and what that changed: exceptions opened and closed, those open after it with "
        "their value at risk per currency, the SKUs at a location that then were to reorder and how many of them newly."
    ),
)

unread_files = Table(
    "unread_files",
    metadata,
    row_id(),
    Column("run_id", RowId, nullable=False),
    string("file_name", nullable=False),
    string("path"),
    string("file_hash"),
    string("state", nullable=False),
    string("message"),
    string("hint"),
    Column("lines", Integer),
    string("imported_by", nullable=False),
    instant("noticed_at", nullable=False),
    comment="Files that came in and were not imported: not recognized, refused or cancelled, and why.",
)

INDEXES = (
    Index("ix_unread_files_noticed_at", unread_files.c.noticed_at),
    Index("ix_unread_files_run_id", unread_files.c.run_id),
)


def upgrade() -> None:
    """Make the tables of imports as a whole."""
    metadata.create_all(op.get_bind())
    op.add_column("batches", Column("run_id", RowId))
    op.add_column("batches", string("path"))
    op.create_index("ix_batches_run_id", "batches", ["run_id"])
