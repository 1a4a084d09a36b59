"""Opening a database: engines for reading and writing, one writer at a time, and the world's faults in plain words."""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.progress import Progress
from opsconsole.store import migrations
from opsconsole.store.faults import ROOT_CERTIFICATE, user_errors
from opsconsole.store.file_locks import FileLocks, let_go
from opsconsole.store.interruption import ends_when_cancelled
from opsconsole.store.places import check_place

# Older ones can, rarely, corrupt a database in WAL mode.
LOWEST_SQLITE = (3, 51, 3)
BUSY_SECONDS = 10
READ_TIMEOUT_SECONDS = 120
WRITE_LOCK_SECONDS = 30
CONNECT_SECONDS = 10
PREPARED_STATEMENTS = 500

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


class Database:
    """An open database. ``label`` names it for people; ``dialect`` is ``sqlite`` or ``postgresql``.

    Connections come from ``read`` and ``write``; inside both, a driver's error that is the world's fault is raised as
    UserError. Close it when done; a closed database opens its connections again when used. ``time_zone`` is the one the
    business shows its times in, read by the service that opened it.
    """

    time_zone = "UTC"

    def __init__(self, url: URL, *, read_only: bool) -> None:
        self.dialect = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self.url = url.render_as_string(hide_password=True)
        self.read_only = read_only
        self.path = Path(url.database or "") if self.dialect == "sqlite" else None
        self.label = self.path.name if self.path else f"Shared database {url.database} on {url.host or 'this computer'}"
        self._files = None if self.path is None else FileLocks(self.path)
        if self._files is None:
            self._reader, self._writer = (_postgresql_engine(url, write=write) for write in (False, True))
        else:
            self._reader, self._writer = (_sqlite_engine(url, self._files, write=write) for write in (False, True))
            weakref.finalize(self, let_go, self._files)
        self._holder: int | None = None
        with _locks_guard:
            self._lock = _locks.setdefault(str(self.path or self.url), threading.Lock())

    def __repr__(self) -> str:
        return f"Database({self.url!r})"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the data from its first query on, and cannot write."""
        with user_errors(self.label), self._reader.connect() as connection:
            yield connection
            # What a driver has prepared on a server outlives the end of a transaction, but not its rollback.
            connection.commit()

    @contextmanager
    def write(self, progress: Progress | None = None) -> Iterator[Connection]:
        """A connection in a write transaction: committed at the end of the block, rolled back when it raises.

        A cancel of ``progress`` ends the statement that runs and, up to the commit, undoes what was written; Cancelled
        is raised then. One at a time in a process (other threads wait); RuntimeError when the same thread asks for a
        second one.
        """
        if self.read_only:
            raise UserError(f"“{self.label}” is open for reading only.", "Open it again to change something.")
        if self._holder == threading.get_ident():
            raise RuntimeError("a write inside a write of the same thread would wait for itself")
        with self._lock, user_errors(self.label):
            self._holder = threading.get_ident()
            try:
                with self._writer.begin() as connection, ends_when_cancelled(connection, progress):
                    yield connection
                    if progress is not None and progress.cancelled:
                        raise Cancelled
            finally:
                self._holder = None

    @contextmanager
    def closed_for_writing(self) -> Iterator[None]:
        """No other thread of this process writes inside the block, and no connection of this object is open."""
        with self._lock, user_errors(self.label):
            self.close()
            yield

    def close(self) -> None:
        """Close all connections; the last one folds SQLite's write-ahead log into the file."""
        close_files = self._files.release() if self._files is not None else None
        pools = self._reader.pool, self._writer.pool
        self._reader.dispose()
        self._writer.dispose()
        if close_files is not None and not any(pool.checkedout() for pool in pools):  # type: ignore[attr-defined]
            close_files()


def open_database(url: str | Path, *, create: bool = False, read_only: bool = False) -> Database:
    """Open a database by path, ``sqlite:///path`` or ``postgresql://...``.

    ``create`` makes a missing or empty one. Raises UserError when it is missing, not ours, made by a newer opsconsole,
    lies where SQLite files get damaged, or cannot be reached. An older schema is left as it is (``migrate``).
    """
    database = connect(url, create=create, read_only=read_only)
    try:
        if schema_state(database) == "empty":
            if not create:
                raise UserError(
                    f"“{database.label}” holds no data of opsconsole.", "Create it first, or choose another."
                )
            # Alembic is loaded only where a schema is made.
            from opsconsole.store.migrations.steps import upgrade

            with database.write() as conn:
                upgrade(conn)
    except BaseException:
        database.close()
        raise
    return database


def schema_state(database: Database) -> str:
    """``empty``, ``older`` or ``current``; UserError for a newer schema or a database of another program."""
    if database.path is not None and not database.path.exists():
        return "empty"
    with database.read() as conn:
        return migrations.state(conn, database.label)


def connect(url: str | Path, *, create: bool = False, read_only: bool = False) -> Database:
    """The database of a URL without a look at its schema (migrations, restoring)."""
    if sqlite.sqlite_version_info < LOWEST_SQLITE:
        wanted = ".".join(map(str, LOWEST_SQLITE))
        raise UserError(
            f"SQLite {sqlite.sqlite_version} is too old: before {wanted} it can corrupt a database.",
            "Install the sqlcipher3 package in the version opsconsole asks for.",
        )
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        check_place(path)
        if not path.exists():
            if not create:
                raise UserError(f"There is no database “{path}”.", "Look at the name, or create it.")
            _make_folder(path.parent)
    return Database(parsed, read_only=read_only)


def parse_url(url: str | Path) -> URL:
    """SQLAlchemy URL of a path or URL; UserError when it is neither SQLite nor PostgreSQL."""
    words = str(url)
    if "://" not in words:
        return URL.create("sqlite", database=str(Path(words).expanduser().absolute()))
    try:
        parsed = make_url(words)
    except ArgumentError:
        raise UserError("This is not the address of a database.", "Write postgresql://user@host/name.") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UserError("A database in memory is gone when the program ends.", "Name a file.")
        return URL.create("sqlite", database=str(Path(parsed.database).expanduser().absolute()))
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise UserError(
            f"opsconsole does not work on {parsed.get_backend_name()}.", "Use a SQLite file or a PostgreSQL database."
        )
    return parsed.set(drivername="postgresql+psycopg")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder “{folder}” cannot be made: {error.strerror}.", "Choose another place.") from None


# --- SQLite -----------------------------------------------------------------------------------------------------------


def sqlite_connection(path: Path, *, write: bool) -> Any:
    """A driver connection with this program's settings; readers open the file read-only."""
    mode = "rwc" if write else "ro"
    place = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite.connect(
        place, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        if write:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Pages kept in memory, in KiB: many readers, one writer.
        connection.execute(f"PRAGMA cache_size = -{65_536 if write else 16_384}")
    except BaseException:
        connection.close()
        raise
    return connection


def _sqlite_engine(url: URL, files: FileLocks, *, write: bool) -> Engine:
    path = Path(url.database or "")
    engine = create_engine(
        url,
        module=sqlite,
        creator=lambda: sqlite_connection(path, write=write),
        poolclass=QueuePool,
        pool_size=1 if write else 4,
        max_overflow=0 if write else 12,
    )

    # The driver begins nothing by itself (isolation_level=None); a reader's transaction keeps its view of the data.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
        if files.needed:
            # The first that is read opens the write-ahead log, with the index that is to be locked.
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")
            files.hold()

    return engine


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _own_authorities() -> bool:
    return ROOT_CERTIFICATE.expanduser().exists()


def _postgresql_engine(url: URL, *, write: bool) -> Engine:
    settings = ["timezone=UTC"]
    settings += [f"lock_timeout={WRITE_LOCK_SECONDS}s"] if write else [f"statement_timeout={READ_TIMEOUT_SECONDS}s"]
    arguments: dict[str, Any] = {
        "application_name": "opsconsole",
        "options": " ".join(f"-c {setting}" for setting in settings),
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 30,
    }
    if url.query.get("sslmode") == "verify-full" and "sslrootcert" not in url.query and not _own_authorities():
        arguments["sslrootcert"] = "system"
    engine = create_engine(url, connect_args=arguments, pool_pre_ping=True, pool_size=2 if write else 4, max_overflow=8)

    # A run of the rules asks more statements than the driver would keep prepared; planning them costs more than asking.
    @event.listens_for(engine, "connect")
    def _keep_prepared(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED_STATEMENTS

    if write:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
