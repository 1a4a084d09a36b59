"""Opening, describing and keeping databases: this user's own file, backups, restoring, checking, upgrading."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.domain import instants
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.store.database import Database

APP = "opsconsole"
_FILE = "ops.db"
# Kept copies: the newest ones, then one a day.
_KEPT_NEWEST = 10
_KEPT_DAYS = 30


@dataclass(frozen=True)
class Description:
    """A database in figures. ``size`` in bytes; ``counts`` by table; ``newest_order_at`` an instant."""

    label: str
    dialect: str
    place: str
    size: int
    counts: dict[str, int]
    newest_order_at: int | None
    schema: str


def default_database_url() -> str:
    """Path of this user's own database in the folder the system gives programs for their data."""
    import platformdirs

    return str(Path(platformdirs.user_data_dir(APP, appauthor=False)) / _FILE)


def open_database(url: str | Path, *, create: bool = False, read_only: bool = False) -> "Database":
    """Open a database; an older file of one's own is upgraded after a backup.

    UserError when it is missing, unreachable or newer, lies where it would get damaged, or is an older shared database:
    that is upgraded on purpose, with ``migrate``, since everybody is on it.
    """
    from opsconsole.store import database as store

    opened = store.open_database(url, create=create, read_only=read_only)
    try:
        if store.schema_state(opened) == "older":
            if read_only or opened.path is None:
                raise UserError(
                    f"“{opened.label}” has the schema of an older opsconsole.", "Upgrade it with: opsconsole migrate."
                )
            _upgrade(opened)
        opened.time_zone = _time_zone(opened)
    except BaseException:
        opened.close()
        raise
    return opened


def look_at(url: str) -> tuple[str, str]:
    """Label and state (current, older, empty) of a database, which is left as it is.

    UserError when it does not answer, is newer, or holds the tables of another program.
    """
    from opsconsole.store import database as store

    database = store.connect(url, read_only=True)
    try:
        return database.label, store.schema_state(database)
    finally:
        database.close()


def _time_zone(database: "Database") -> str:
    from opsconsole.services.business import setting

    with database.read() as connection:
        return str(setting(connection, "time_zone", instants.now(), "UTC"))


def backup(database: "Database", path: Path | str, progress: Progress | None = None) -> Path:
    """Write a checked copy of a database as one SQLite file; returns its path."""
    from opsconsole.store import copies

    return copies.backup(database, Path(path).expanduser().absolute(), progress)


def backup_of(url: str | Path, path: Path | str, progress: Progress | None = None) -> Path:
    """Back a database up by its URL; a file of an older schema is copied as it is."""
    from opsconsole.store import database as store

    source = store.connect(url, read_only=True)
    try:
        if source.path is not None and store.schema_state(source) == "older":
            return backup(source, path, progress)
    finally:
        source.close()
    source = open_database(url, read_only=True)
    try:
        return backup(source, path, progress)
    finally:
        source.close()


def keep_backup(database: "Database", reason: str, now: int | None = None) -> Path | None:
    """Keep a copy of a database file beside it, in ``backups``, and thin out the old ones; None for PostgreSQL.

    ``reason`` is a word of the file's name: ``quit``, ``import``, ``migrate``, ``restore``.
    """
    if database.path is None:
        return None
    moment: datetime = instants.to_datetime(instants.now() if now is None else now)
    folder = database.path.parent / "backups"
    kept = backup(database, folder / f"{database.path.stem}-{moment:%Y%m%d-%H%M%S}-{reason}.db")
    _thin(folder, database.path.stem)
    return kept


def _thin(folder: Path, stem: str) -> None:
    """Remove kept copies but the newest ones and the last of each of the last days."""
    found = sorted(folder.glob(f"{stem}-[0-9]*-[0-9]*-*.db"), key=lambda path: path.name, reverse=True)
    days: set[str] = set()
    for number, path in enumerate(found):
        day = path.name[len(stem) + 1 :].split("-")[0]
        if number >= _KEPT_NEWEST and (day in days or len(days) >= _KEPT_DAYS):
            path.unlink(missing_ok=True)
        days.add(day)


def restore(path: Path | str, url: str | Path, progress: Progress | None = None) -> None:
    """Put a backup's data in the place of a database's (made if missing); a copy of what it held is kept first."""
    from opsconsole.store import copies
    from opsconsole.store import database as store

    database = store.connect(url, create=True)
    try:
        state = store.schema_state(database)
        if database.path is None:
            if state == "empty":
                _upgrade(database)
        elif state != "empty":
            keep_backup(database, "restore")
        copies.restore(Path(path).expanduser().absolute(), database, progress)
        if store.schema_state(database) == "older":
            _upgrade(database)
    finally:
        database.close()


def check(database: "Database") -> list[str]:
    """What is damaged in a database or its audit trail, in words; empty when nothing is."""
    from opsconsole.store import audit, copies

    found = copies.problems(database)
    with database.read() as conn:
        return found + audit.verify(conn)


def migrate(url: str | Path) -> str:
    """Bring an older database to this version's schema, a file after a backup; returns what was done, in words."""
    from opsconsole.store import database as store

    database = store.connect(url)
    try:
        state = store.schema_state(database)
        if state == "current":
            return f"“{database.label}” is up to date."
        done = _upgrade(database)
        return f"“{database.label}” was upgraded: {' '.join(done)}"
    finally:
        database.close()


def _upgrade(database: "Database") -> list[str]:
    from opsconsole.store.database import schema_state
    from opsconsole.store.migrations.steps import upgrade

    if database.path is not None and schema_state(database) == "older":
        keep_backup(database, "migrate")
    with database.write() as conn:
        return upgrade(conn)


def describe(database: "Database") -> Description:
    """A database in figures."""
    from sqlalchemy import func, select, text

    from opsconsole.store import migrations, schema

    tables = (schema.orders, schema.shipments, schema.products, schema.stock_levels, schema.exceptions, schema.batches)
    with database.read() as conn:
        counts = {
            table.name: int(conn.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables
        }
        newest = conn.execute(select(func.max(schema.orders.c.placed_at))).scalar()
        if database.path is not None:
            size = sum(path.stat().st_size for path in _files(database.path))
        else:
            size = int(conn.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        revision = migrations.current(conn) or ""
    place = database.url if database.path is None else str(database.path)
    return Description(database.label, database.dialect, place, size, counts, newest, revision)


def _files(path: Path) -> list[Path]:
    return [file for file in (path, path.with_name(path.name + "-wal")) if file.exists()]
