"""Imported files, what was refused of them, and how fresh their feeds are."""

from sqlalchemy import Column, Index, Integer, Table, text

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

Index("ix_rejects_batch", rejects.c.batch_id)
_kept = text("deleted_at IS NULL")
Index("ux_mappings_name", mappings.c.name, unique=True, postgresql_where=_kept, sqlite_where=_kept)
