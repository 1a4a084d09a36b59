"""Keep what undoing an import needs, and the refused lines so that they can be corrected."""

from alembic import op
from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.migrations.columns import RowId, instant, link, new_metadata, row_id, string

revision = "0018"
down_revision = "0017"

metadata = new_metadata("batches")

reject_files = Table(
    "reject_files",
    metadata,
    link("batch_id", "batches.id", primary_key=True),
    string("header_json", nullable=False),
    string("reading_json", nullable=False),
    Column("rows_refused", Integer, nullable=False),
    comment="How a file with refused lines was read, so that its lines can be read again.",
)

reject_rows = Table(
    "reject_rows",
    metadata,
    row_id(),
    link("batch_id", "batches.id", nullable=False),
    Column("line", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    string("cells_json", nullable=False),
    string("typed_json"),
    string("typed_by"),
    instant("typed_at"),
    instant("corrected_at"),
    string("corrected_by"),
    Column("corrected_batch", RowId),
    UniqueConstraint("batch_id", "line"),
    comment=(
        "Cells of every line of the orders that were refused; lines of one order have the same part. typed_json is "
        "what somebody has typed over them by column number and has not been taken in yet."
    ),
)

batch_undo = Table(
    "batch_undo",
    metadata,
    row_id(),
    link("batch_id", "batches.id", nullable=False),
    string("table_name", nullable=False),
    string("what", nullable=False),
    string("content", nullable=False),
    comment=(
        "What undoing an import needs: numbers of the rows it inserted, and rows as they were before it changed or "
        "deleted them (columns as JSON, packed). Thinned by age."
    ),
)
Index("ix_batch_undo_batch", batch_undo.c.batch_id)


def upgrade() -> None:
    """Add what a batch keeps of the rows it changed, and of the lines that were refused."""
    for table in (reject_files, reject_rows, batch_undo):
        table.create(op.get_bind())
    op.add_column("batches", Column("belongs_to", RowId))
    op.add_column("batches", Column("undo_kept", Boolean, nullable=False, server_default=text("false")))
    op.add_column("batches", instant("undone_at"))
    op.add_column("batches", string("undone_by"))
    op.add_column("batches", Column("undone_batch", RowId))
    op.add_column("snapshots", Column("batch_id", RowId))
    op.add_column("rejects", string("columns_json"))
    op.add_column("rejects", instant("corrected_at"))
    op.add_column("rejects", string("corrected_by"))
    op.add_column("rejects", Column("corrected_batch", RowId))
