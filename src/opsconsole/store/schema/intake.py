"""Imported files, what was refused of them, and how fresh their feeds are."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import RowId, instant, link, metadata, row_id, string

batches = Table(
    "batches",
    metadata,
    row_id(),
    string("file_name", nullable=False),
    string("file_hash"),
    string("source", nullable=False),
    string("source_label", nullable=False),
    string("channel"),
    string("location"),
    string("state", nullable=False),
    string("imported_by", nullable=False),
    instant("started_at", nullable=False),
    instant("finished_at"),
    instant("source_time"),
    string("source_time_basis"),
    instant("newest_data_at"),
    Column("records_read", Integer, nullable=False, server_default="0"),
    Column("inserted", Integer, nullable=False, server_default="0"),
    Column("updated", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    string("counts_json"),
    string("report_json"),
    Column("belongs_to", RowId),
    Column("undo_kept", Boolean, nullable=False, server_default=text("false")),
    instant("undone_at"),
    string("undone_by"),
    Column("undone_batch", RowId),
    # Corrections of refused lines and undoing an import are batches too: belongs_to is the import they are about.
    # undo_kept: batch_undo still has what was there before; undone_batch is the batch that took this one back.
    Column("run_id", RowId),
    string("path"),
    comment="One row per imported file; counts_json holds the four counts per record kind.",
)

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

batch_fields = Table(
    "batch_fields",
    metadata,
    Column("batch_id", RowId, primary_key=True),
    string("record_kind", primary_key=True),
    string("fields_json", nullable=False),
    comment="Which fields a batch's records had: an empty value of one of them is said, of any other unknown.",
)

snapshots = Table(
    "snapshots",
    metadata,
    string("source", primary_key=True),
    string("channel", primary_key=True),
    string("location", primary_key=True),
    instant("source_time", nullable=False),
    Column("batch_id", RowId),
    comment="Newest snapshot of a feed per location; what it left out is no longer listed.",
)

rejects = Table(
    "rejects",
    metadata,
    row_id(),
    link("batch_id", "batches.id", nullable=False),
    string("record_kind"),
    Column("line", Integer),
    string("field"),
    string("found"),
    string("expected"),
    string("raw"),
    # columns_json names the file's columns at fault; corrected_batch is the batch of corrections that brought the line
    # in or, by closed_as, the import that refused it "again" and where it waits, or that brought its record "since".
    string("columns_json"),
    instant("corrected_at"),
    string("corrected_by"),
    Column("corrected_batch", RowId),
    string("closed_as"),
)

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

feeds = Table(
    "feeds",
    metadata,
    string("source", primary_key=True),
    string("channel", primary_key=True),
    string("label", nullable=False),
    instant("newest_data_at"),
    instant("last_import_at"),
    Column("usual_interval_seconds", Integer),
    Column("arrivals", Integer, nullable=False, server_default="0"),
    comment="Freshness per source and channel; the usual interval is the median distance between newest data.",
)

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

Index("ix_replaced_orders_number", replaced_orders.c.record_kind, replaced_orders.c.number)
Index("ix_rejects_batch", rejects.c.batch_id)
_open = text("corrected_at IS NULL")
Index("ix_rejects_open", rejects.c.batch_id, postgresql_where=_open, sqlite_where=_open)
_kept = text("deleted_at IS NULL")
Index("ux_mappings_name", mappings.c.name, unique=True, postgresql_where=_kept, sqlite_where=_kept)
Index("ix_batch_undo_batch", batch_undo.c.batch_id)
Index("ix_batches_run_id", batches.c.run_id)
Index("ix_unread_files_noticed_at", unread_files.c.noticed_at)
Index("ix_unread_files_run_id", unread_files.c.run_id)
