"""Runs of feeds and watched folders: taken in hand by one client at a time, settled with what is written, told."""

import os
import platform
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update

from opsconsole.domain import schedule
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import MINUTE, SECOND
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.sourcing import CANCELLED, FAILED, NOTHING, OUTCOMES, pause_after
from opsconsole.services.business import setting
from opsconsole.store.database import Database
from opsconsole.store.schema import feed_runs, sql_feeds, watched_folders

# Runs that are kept of each feed.
KEPT = 500
_LISTED = 200
_FIELDS = (
    Field("at", "When", Kind.INSTANT, width=140),
    Field("what", "What", width=170),
    Field("outcome", "Outcome", Kind.STATUS, labels=OUTCOMES, width=110),
    Field("rows", "Rows", Kind.QUANTITY, width=80),
    Field("words", "What happened", stretch=True),
    Field("next_at", "Next try", Kind.INSTANT, missing="None", width=140),
    Field("batch", "Import", Kind.IDENTIFIER, missing="None", width=80),
    Field("who", "Who", width=110, hidden=True),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a run: outcome, words, rows that were read, the import's batch."""

    outcome: str
    words: str
    what: str
    rows: int | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A feed or folder (a row of ``table``) that this client has in hand under ``token``, for minutes at a time.

    ``began`` is the reading of a steady clock at the instant ``now``. ``by_person``: somebody asked for this run.
    """

    table: Table
    id: int
    token: str
    who: str
    now: int
    minutes: int
    began: float
    by_person: bool = False


def workstation() -> str:
    """Name of this computer."""
    return platform.node() or "this computer"


def take(
    database: Database,
    table: Table,
    row_id: int,
    *,
    who: str,
    now: int,
    minutes: int,
    planned: int | None = None,
    by_person: bool = False,
) -> Hold:
    """Take a feed in hand so that no other client runs it; Busy when one has it, UserError when it is gone.

    A client that died leaves it free after ``minutes``; should two believe to have it, only one can write (``fence``).
    ``planned``: Busy also when it is no longer due at that instant, since another client ran it in the meantime.
    """
    token = f"{workstation()}/{os.getpid()}/{secrets.token_hex(4)}"
    free = [or_(table.c.lease_by.is_(None), table.c.lease_until < now)]
    free += [table.c.next_at == planned] if planned is not None else []
    with database.write() as conn:
        done = conn.execute(
            update(table).where(table.c.id == row_id, *free).values(lease_by=token, lease_until=now + minutes * MINUTE)
        )
        if done.rowcount != 1:
            row = conn.execute(select(table).where(table.c.id == row_id)).first()
            if row is None:
                raise UserError("It is no longer there: somebody has removed it.", "Load the list again.")
            if row.lease_by is None:
                raise Busy(f"“{row.name}” was run by somebody else just now.", "It runs again at its next time.")
            at = str(row.lease_by).split("/")[0]
            raise Busy(f"“{row.name}” is being read by {at} just now.", "Wait for it to end.")
    return Hold(table, row_id, token, who, now, minutes, time.monotonic(), by_person)


class Busy(UserError):  # noqa: N818 - no fault: somebody else does it
    """Another client has it in hand."""


def fence(conn: Connection, hold: Hold) -> None:
    """Inside the transaction of an import: Busy when another client has taken it over since, else it stays ours."""
    t = hold.table
    until = hold.now + int((time.monotonic() - hold.began) * SECOND) + hold.minutes * MINUTE
    mine = conn.execute(update(t).where(t.c.id == hold.id, t.c.lease_by == hold.token).values(lease_until=until))
    if mine.rowcount != 1:
        raise Busy("Another client has taken it over meanwhile.", "Nothing was imported twice; look at its runs.")


def settle(conn: Connection, hold: Hold, attempt: Attempt, **more: Any) -> int | None:
    """Write what came of a run, free the feed, and say when it is due next; part of the transaction of its import.

    After a failure that is sooner, each time a little later, and after the last time never: it waits for a person.
    """
    fence(conn, hold)
    t = hold.table
    row = conn.execute(select(t.c.schedule, t.c.failures).where(t.c.id == hold.id)).one()
    failures = failures_after(row.failures, hold.by_person) if attempt.outcome == FAILED else 0
    zone = str(setting(conn, "time_zone", hold.now, "UTC"))
    due = next_due(row.schedule, failures, hold.now, zone)
    values: dict[str, Any] = {
        "failures": failures,
        "next_at": due,
        "last_at": hold.now,
        "last_outcome": attempt.outcome,
        "last_words": attempt.words,
        "lease_by": None,
        "lease_until": None,
    }
    conn.execute(update(t).where(t.c.id == hold.id).values({**values, **more}))
    if attempt.outcome != NOTHING:
        record(conn, hold, attempt, due)
    return due


def failures_after(before: int, by_person: bool) -> int:
    """Failures in a row after one more; people who try again and again do not use up the tries it has by itself."""
    return before if before and by_person else before + 1


def go_on(conn: Connection, hold: Hold, attempt: Attempt, **more: Any) -> None:
    """Write what came of a part of a run that goes on; part of the transaction of its import."""
    fence(conn, hold)
    if more:
        conn.execute(update(hold.table).where(hold.table.c.id == hold.id).values(**more))
    record(conn, hold, attempt, None)


def next_due(plan: str, failures: int, now: int, zone: str) -> int | None:
    """When a feed runs next after so many failures in a row; None: by hand, or when somebody has looked at it."""
    when = schedule.parse(plan)
    if not failures or when.by_hand:
        return when.next_after(now, zone)
    pause = pause_after(failures)
    return None if pause is None else now + pause * MINUTE


def record(conn: Connection, hold: Hold, attempt: Attempt, due: int | None) -> None:
    """Add a run to the history; the oldest ones beyond those kept go."""
    key = feed_runs.c.feed_fk if hold.table is sql_feeds else feed_runs.c.folder_fk
    values = {
        key.name: hold.id,
        "at": hold.now,
        "finished_at": hold.now,
        "what": attempt.what,
        "who": hold.who,
        "outcome": attempt.outcome,
        "rows": attempt.rows,
        "batch_id": attempt.batch_id,
        "words": attempt.words,
        "next_at": due,
    }
    conn.execute(insert(feed_runs).values(**values))
    first = select(feed_runs.c.id).where(key == hold.id).order_by(feed_runs.c.id.desc()).offset(KEPT).limit(1)
    oldest = conn.execute(first).scalar()
    if oldest is not None:
        conn.execute(delete(feed_runs).where(key == hold.id, feed_runs.c.id <= oldest))


def release(database: Database, hold: Hold, attempt: Attempt, **more: Any) -> None:
    """Settle a run that wrote nothing."""
    with database.write() as conn:
        settle(conn, hold, attempt, **more)


def let_go(database: Database, hold: Hold) -> None:
    """Free a feed as if nothing had been; for a run that somebody cancelled."""
    t = hold.table
    with database.write() as conn:
        free = update(t).where(t.c.id == hold.id, t.c.lease_by == hold.token)
        conn.execute(free.values(lease_by=None, lease_until=None))
        record(conn, hold, Attempt(CANCELLED, "Cancelled; nothing was imported.", "Run"), None)


def list_runs(database: Database, now: int, *, feed: int | None = None, folder: int | None = None) -> Listing:
    """Runs of a feed, of a folder, or of all, newest first."""
    r = feed_runs.c
    found = select(feed_runs, func.coalesce(sql_feeds.c.name, watched_folders.c.name).label("name"))
    found = found.outerjoin(sql_feeds, r.feed_fk == sql_feeds.c.id)
    found = found.outerjoin(watched_folders, r.folder_fk == watched_folders.c.id)
    if feed is not None:
        found = found.where(r.feed_fk == feed)
    if folder is not None:
        found = found.where(r.folder_fk == folder)
    with database.read() as conn:
        rows = conn.execute(found.where(r.at <= now).order_by(r.at.desc(), r.id.desc()).limit(_LISTED)).all()
    told = [
        {
            "id": row.id,
            "name": row.name,
            "at": row.at,
            "what": row.what,
            "outcome": row.outcome,
            "rows": row.rows,
            "words": row.words,
            "next_at": row.next_at,
            "batch": None if row.batch_id is None else str(row.batch_id),
            "who": row.who,
        }
        for row in rows
    ]
    fields = (Field("name", "Feed", width=150, hidden=feed is not None or folder is not None), *_FIELDS)
    return from_rows(fields, told, id_key="id", as_of=now, title="Runs", time_zone=database.time_zone)
