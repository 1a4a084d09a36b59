"""Copies of databases: backups, restoring them, and carrying data from one kind of database to the other."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, select, text
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.store import dialect, schema
from opsconsole.store.database import (
    BUSY_SECONDS,
    Database,
    open_database,
    parse_url,
    schema_state,
    sqlite_connection,
)
from opsconsole.store.faults import user_errors
from opsconsole.store.places import may_live

_PAGES_AT_ONCE = 4096
_ROWS_AT_ONCE = 20_000


def backup(database: Database, path: Path, progress: Progress | None = None) -> Path:
    """Write a whole, consistent copy of a database as one SQLite file and check it before it takes its name.

    The place may be a network share or a synced folder. A PostgreSQL database is copied row by row, as of one moment.
    Others go on working meanwhile. UserError when the place cannot be written; a file that was there before stays as it
    was until the new one is whole.
    """
    part = path.with_name(path.name + ".part")
    with _file_faults(path), user_errors(path.name), tempfile.TemporaryDirectory(prefix="opsconsole-") as folder:
        path.parent.mkdir(parents=True, exist_ok=True)
        work = part if may_live(part) else Path(folder) / "copy.db"
        try:
            if database.path is not None:
                copy_file(database.path, work, progress)
            else:
                _copy_out(database, Path(folder) / "rows.db", work, progress)
            _settle(work)
            if work != part:
                shutil.copyfile(work, part)
            _sync(part)
            part.replace(path)
            _sync_folder(path.parent)
        finally:
            _remove(part)
    return path


def restore(path: Path, database: Database, progress: Progress | None = None) -> None:
    """Put a backup's data in the place of a database's.

    A SQLite database is replaced as a whole, through SQLite itself: a file copied over it could meet a write-ahead log
    left beside it. A PostgreSQL database must be empty. UserError when the backup is damaged, not ours or newer.
    """
    if not path.exists():
        raise UserError(f"There is no backup “{path}”.", "Look at the name.")
    with user_errors(path.name), tempfile.TemporaryDirectory(prefix="opsconsole-") as folder:
        work = Path(folder) / path.name
        copy_file(path, work, progress)
        _settle(work)
        source = Database(parse_url(work), read_only=True)
        try:
            if schema_state(source) == "empty":
                raise UserError(f"“{path.name}” holds no data of opsconsole.", "Choose another backup.")
            if database.path is None:
                _copy_in(source, database, progress)
        finally:
            source.close()
        if database.path is not None:
            with database.closed_for_writing():
                copy_file(work, database.path, progress)


def problems(database: Database) -> list[str]:
    """Damage in the database's own structures, in words; empty when there is none."""
    if database.path is None:
        return []
    found: list[str] = []
    with database.read() as conn:
        for row in conn.exec_driver_sql("PRAGMA integrity_check(100)"):
            if row[0] != "ok":
                found.append(f"Damaged: {row[0]}")
        for row in conn.exec_driver_sql("PRAGMA foreign_key_check"):
            found.append(f"Row {row[1]} of {row[0]} belongs to a row of {row[2]} that is not there.")
    return found


# --- files ------------------------------------------------------------------------------------------------------------


@contextmanager
def _file_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"“{path}” cannot be written: {error.strerror or error}.", "Choose another place.") from None


def _remove(path: Path) -> None:
    for name in (path, *(path.with_name(path.name + tail) for tail in ("-wal", "-shm", "-journal"))):
        name.unlink(missing_ok=True)


def copy_file(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy a SQLite database, live or not, over another or a new one with SQLite's backup interface."""

    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress.step(total - remaining, total, "Copying the database")

    with closing(sqlite_connection(source, write=False)) as reader, closing(_plain(target)) as writer:
        reader.backup(writer, pages=_PAGES_AT_ONCE, progress=tell)


def _plain(path: Path) -> Any:
    connection = sqlite.connect(str(path), isolation_level=None, timeout=BUSY_SECONDS)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _settle(path: Path) -> None:
    """Make a copy one whole file, without a write-ahead log, and prove that it can be read."""
    with closing(_plain(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise UserError(f"The copy “{path.name}” is damaged: {answer}.", "Check the database it was made from.")


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# --- row by row -------------------------------------------------------------------------------------------------------


def _copy_out(database: Database, rows: Path, path: Path, progress: Progress | None) -> None:
    target = open_database(rows, create=True)
    try:
        with database.read() as source, target.write() as conn:
            copy_rows(source, conn, progress)
    finally:
        target.close()
    copy_file(rows, path)


def _copy_in(source: Database, database: Database, progress: Progress | None) -> None:
    with source.read() as conn, database.write() as target:
        if (
            target.execute(select(schema.audit.c.id).limit(1)).first()
            or target.execute(select(schema.orders.c.id).limit(1)).first()
        ):
            raise UserError(f"{database.label} is not empty.", "Restore into an empty database.")
        copy_rows(conn, target, progress)


def copy_rows(source: Connection, target: Connection, progress: Progress | None = None) -> None:
    """Copy every row of one database into another one with the same schema and no data."""
    tables = [table for table in schema.metadata.sorted_tables if table.name != "schema_steps"]
    for number, table in enumerate(tables):
        if progress is not None:
            progress.step(number, len(tables), f"Copying {table.name.replace('_', ' ')}")
        names = [column.name for column in table.c]
        result = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(*table.c))
        for rows in result.partitions():
            dialect.copy_rows(target, table, names, [tuple(row) for row in rows])
        _follow_numbers(target, table)


def _follow_numbers(conn: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the copied ones."""
    if dialect.is_sqlite(conn) or "id" not in table.c or not isinstance(table.c.id.type, Integer):
        return
    last = conn.execute(select(func.max(table.c.id))).scalar()
    if last is not None:
        statement = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        conn.execute(statement, {"name": table.name, "last": last})
