"""Make the tables of SQL connections, SQL feeds, watched folders and their runs."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.migrations.columns import instant, link, new_metadata, row_id, string

revision = "0020"
down_revision = "0019"

metadata = new_metadata()


def _what() -> list[Column[Any]]:
    """How what comes is read, and where it belongs."""
    return [
        string("source", nullable=False, server_default=""),
        string("channel", nullable=False, server_default=""),
        string("location", nullable=False, server_default=""),
    ]


def _running() -> list[Column[Any]]:
    """When it runs, what came of it, and which client has it in hand."""
    return [
        string("schedule", nullable=False, server_default=""),
        Column("enabled", Boolean, nullable=False, server_default=text("true")),
        instant("next_at"),
        Column("failures", Integer, nullable=False, server_default="0"),
        instant("last_at"),
        string("last_outcome"),
        string("last_words"),
        string("lease_by"),
        instant("lease_until"),
        string("changed_by", nullable=False),
        instant("changed_at", nullable=False),
        Column("version", Integer, nullable=False, server_default="1"),
    ]


sql_connections = Table(
    "sql_connections",
    metadata,
    row_id(),
    string("name", nullable=False, unique=True),
    string("kind", nullable=False),
    string("host", nullable=False, server_default=""),
    Column("port", Integer),
    string("database_name", nullable=False, server_default=""),
    string("username", nullable=False, server_default=""),
    string("tls", nullable=False, server_default="prefer"),
    string("ca_file", nullable=False, server_default=""),
    string("options_json", nullable=False, server_default="{}"),
    string("changed_by", nullable=False),
    instant("changed_at", nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    comment="Other databases of the business, to be read only; their passwords are in each computer's keyring.",
)

sql_feeds = Table(
    "sql_feeds",
    metadata,
    row_id(),
    string("name", nullable=False, unique=True),
    link("connection_fk", "sql_connections.id", nullable=False),
    string("query", nullable=False),
    *_what(),
    string("mark_column", nullable=False, server_default=""),
    string("mark_json"),
    string("begin_with", nullable=False, server_default=""),
    Column("overlap", Integer, nullable=False, server_default="0"),
    Column("time_limit_seconds", Integer, nullable=False, server_default="600"),
    string("last_hash"),
    *_running(),
    comment="Queries whose results are imported; mark_json is how far the high-water column has been read.",
)

watched_folders = Table(
    "watched_folders",
    metadata,
    row_id(),
    string("name", nullable=False, unique=True),
    string("workstation", nullable=False),
    string("path", nullable=False),
    string("pattern", nullable=False, server_default=""),
    Column("recursive", Boolean, nullable=False, server_default=text("false")),
    *_what(),
    *_running(),
    comment="Folders whose files are imported; only the computer called workstation looks into them.",
)

watched_files = Table(
    "watched_files",
    metadata,
    row_id(),
    link("folder_fk", "watched_folders.id", nullable=False),
    string("name", nullable=False),
    string("content_hash", nullable=False),
    Column("size", BigInteger, nullable=False),
    instant("modified_at", nullable=False),
    string("state", nullable=False),
    instant("at", nullable=False),
    Column("batch_id", BigInteger),
    string("words"),
    Column("failures", Integer, nullable=False, server_default="0"),
    instant("next_at"),
    UniqueConstraint("folder_fk", "name"),
    comment="Files of watched folders as they were last taken (done) or refused; nothing is moved or deleted.",
)

feed_runs = Table(
    "feed_runs",
    metadata,
    row_id(),
    link("feed_fk", "sql_feeds.id"),
    link("folder_fk", "watched_folders.id"),
    instant("at", nullable=False),
    instant("finished_at"),
    string("what", nullable=False),
    string("who", nullable=False),
    string("outcome", nullable=False),
    Column("rows", Integer),
    Column("batch_id", BigInteger),
    string("words", nullable=False, server_default=""),
    instant("next_at"),
    comment="Attempts of feeds and watched folders that brought something or failed.",
)

Index("ix_feed_runs_feed", feed_runs.c.feed_fk, feed_runs.c.at)
Index("ix_feed_runs_folder", feed_runs.c.folder_fk, feed_runs.c.at)


def upgrade() -> None:
    """Make the tables of SQL connections, SQL feeds, watched folders and their runs."""
    metadata.create_all(op.get_bind())
