"""A demo company that is opened days later: made afresh as of now, unless somebody has worked in it."""

from pathlib import Path

from sqlalchemy import or_, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR
from opsconsole.services.business import setting
from opsconsole.store.database import Database, open_database
from opsconsole.store.schema import batches, changes

FRESH_HOURS = 12


def is_outdated(path: Path, now: int) -> bool:
    """Whether a demo company ended longer than half a day ago and nobody has changed or imported anything since.

    What people did in it is theirs and stays: such a demo keeps its moment. A file that is no demo, that a window has
    open, or that cannot be read as it is, is not outdated.
    """
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:  # written to, and not closed
        return False
    try:
        opened = open_database(path)
    except UserError:
        return False
    try:
        return _is_old(opened, now) and not _worked_in(opened, _moment(opened, now))
    except UserError:
        return False
    finally:
        opened.close()


def _moment(database: Database, now: int) -> int:
    with database.read() as connection:
        demo = setting(connection, "demo", now)
    return int(demo["as_of"]) if isinstance(demo, dict) and "as_of" in demo else now


def _is_old(database: Database, now: int) -> bool:
    return _moment(database, now) < now - FRESH_HOURS * HOUR


def _worked_in(database: Database, since: int) -> bool:
    by_people = select(changes.c.id).where(changes.c.at > since, changes.c.automation_fk.is_(None)).limit(1)
    imported = select(batches.c.id).where(or_(batches.c.started_at > since, batches.c.finished_at > since)).limit(1)
    with database.read() as connection:
        return any(connection.execute(query).first() is not None for query in (by_people, imported))
