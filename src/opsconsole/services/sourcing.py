"""Everything that brings data by itself, SQL feeds and watched folders together: listed, run when due, off and on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select, update

from opsconsole.domain import schedule, wording
from opsconsole.domain.change import Change
from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import to_iso
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import DONE, FAILED, NOTHING, OUTCOMES, PARTLY
from opsconsole.services.business import setting
from opsconsole.services.credentials import Passwords
from opsconsole.services.feed_runs import Busy, workstation
from opsconsole.services.names import named
from opsconsole.services.sql_connections import password_of, read_connection
from opsconsole.services.sql_drivers import driver_of
from opsconsole.services.sql_feeds_run import Ran, run_feed
from opsconsole.services.watched_folders import REFUSED
from opsconsole.services.watched_folders_run import Wait, refused_due, run_folder, two_seconds
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import sql_connections, sql_feeds, watched_files, watched_folders

QUERY, FOLDER = "query", "folder"
_KINDS = ((QUERY, "SQL feed"), (FOLDER, "Watched folder"))
OFF, RUNNING, RETRYING, WAITING, ELSEWHERE, PLANNED, BY_HAND = (
    "off", "running", "retrying", "waiting", "elsewhere", "planned", "by_hand"
)  # fmt: skip
STATES = (
    (WAITING, "Waits for you"),
    (RETRYING, "Tries again"),
    (RUNNING, "Runs now"),
    (PLANNED, "In order"),
    (BY_HAND, "By hand"),
    (ELSEWHERE, "Elsewhere"),
    (OFF, "Off"),
)
_FIELDS = (
    Field("name", "Name", width=190),
    Field("state", "State", Kind.STATUS, labels=STATES, width=110),
    Field("kind", "Kind", Kind.STATUS, labels=_KINDS, width=120, wide_only=True),
    Field("schedule", "When", width=150),
    Field("last_at", "Last run", Kind.INSTANT, missing="Never", width=140),
    Field("outcome", "Outcome", Kind.STATUS, labels=OUTCOMES, missing="None", width=110, wide_only=True),
    Field("words", "What happened", stretch=True),
    Field("next_at", "Next run", Kind.INSTANT, missing="None", width=140),
    Field("place", "From", width=220, wide_only=True),
    Field("refused", "Files refused", Kind.QUANTITY, width=90, hidden=True),
    Field("channel", "Channel", missing="None", hidden=True),
    Field("workstation", "Computer", missing="Any", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A feed of either kind by its name: ``kind`` query or folder; ``planned`` when it was found due for."""

    kind: str
    id: int
    name: str
    planned: int | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """What lists know it by: ``query:3``."""
        return f"{self.kind}:{self.id}"

    @property
    def table(self) -> Table:
        """Where its row is."""
        return sql_feeds if self.kind == QUERY else watched_folders


@dataclass
class RunReport:
    """What several runs did; ``not_ready`` are those that cannot run on this computer, with the reason."""

    as_of: int
    ran: list[Ran] = field(default_factory=list)
    not_ready: list[tuple[str, str]] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)

    @property
    def written(self) -> bool:
        """Whether the database has something new."""
        return any(one.written for one in self.ran)

    @property
    def exit_code(self) -> int:
        """0 all well, 2 all failed, 3 something failed or was refused."""
        bad = len(self.not_ready) + sum(one.outcome == FAILED for one in self.ran)
        good = sum(one.outcome != FAILED for one in self.ran)
        if bad:
            return 3 if good else 2
        return 3 if any(one.outcome == PARTLY for one in self.ran) else 0

    @property
    def words(self) -> str:
        """``2 feeds brought data, 1 failed: ERP orders: … `` or empty when nothing happened."""
        brought = [one for one in self.ran if one.outcome in (DONE, PARTLY)]
        failed = [(one.name, one.words) for one in self.ran if one.outcome == FAILED] + self.not_ready
        parts = []
        if brought:
            shown = "; ".join(said_of(one.name, one.words).rstrip(".") for one in brought[:2])
            more = f"; {len(brought) - 2} more" if len(brought) > 2 else ""
            parts.append(f"{shown}{more}.")
        if failed:
            count = f"{len(failed)} failed" if len(failed) > 1 else "Failed"
            parts.append(f"{count}: {said_of(*failed[0])}")
        return " ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The report for scripts."""
        rows = [
            {
                "name": one.name,
                "outcome": one.outcome,
                "words": wording.unmarked(one.words),
                "batch": one.report.batch_id if one.report is not None else None,
                "next_at": None if one.next_at is None else to_iso(one.next_at),
            }
            for one in self.ran
        ]
        rows += [
            {"name": name, "outcome": "not_ready", "words": words, "batch": None, "next_at": None}
            for name, words in self.not_ready
        ]
        return {"as_of": to_iso(self.as_of), "runs": rows, "total": len(rows)}


def said_of(name: str, words: str) -> str:
    """Words with the name of what they are about before them, unless they begin with it."""
    return words if words.startswith(name) else f"{name}: {words}"


def list_sourcing(database: Database, now: int) -> Listing:
    """All SQL feeds and watched folders with their state; ids are ``query:ID`` and ``folder:ID``."""
    with database.read() as conn:
        rows = [_query_row(row, now) for row in conn.execute(_queries())]
        rows += [_folder_row(row, now) for row in conn.execute(_folders())]
    rows.sort(key=lambda row: (_ORDER[row["state"]], row["name"].casefold()))
    return from_rows(
        _FIELDS, rows, id_key="id", as_of=now, title="Feeds and watched folders", time_zone=database.time_zone
    )


_ORDER = {state: place for place, (state, _) in enumerate(STATES)}


def _queries() -> Any:
    c = sql_connections.c
    return select(sql_feeds, c.name.label("connection")).join(sql_connections, c.id == sql_feeds.c.connection_fk)


def _folders() -> Any:
    f = watched_files.c
    refused = select(func.count()).where(f.folder_fk == watched_folders.c.id, f.state == REFUSED).scalar_subquery()
    waits = select(func.count()).where(f.folder_fk == watched_folders.c.id, f.state == REFUSED, f.next_at.is_(None))
    return select(watched_folders, refused.label("refused"), waits.scalar_subquery().label("waits"))


def _query_row(row: Row[Any], now: int) -> dict[str, Any]:
    return {**_shared(row, QUERY, now), "place": row.connection, "refused": None, "workstation": None}


def _folder_row(row: Row[Any], now: int) -> dict[str, Any]:
    told = {**_shared(row, FOLDER, now), "place": row.path, "refused": row.refused, "workstation": row.workstation}
    if row.workstation != workstation() and told["state"] not in (OFF, RUNNING):
        told["state"] = ELSEWHERE
    elif told["state"] in (PLANNED, BY_HAND) and row.refused:
        told["state"] = WAITING if row.waits else RETRYING
        if row.last_outcome in (NOTHING, DONE):  # a later look has nothing to say of it
            told["words"] = (
                f"{(row.last_words or '').rstrip('.')}; {wording.plural(row.refused, 'file')} still refused."
            )
    return told


def _shared(row: Row[Any], kind: str, now: int) -> dict[str, Any]:
    return {
        "id": f"{kind}:{row.id}",
        "kind": kind,
        "name": row.name,
        "state": state_of(row, now),
        "schedule": schedule.parse(row.schedule).words,
        "last_at": row.last_at,
        "outcome": row.last_outcome,
        "words": row.last_words,
        "next_at": row.next_at if row.enabled else None,
        "channel": row.channel or None,
    }


def state_of(row: Any, now: int) -> str:
    """State of a feed's row: off, running, waiting for a person, retrying, planned or by hand."""
    if row.lease_by is not None and (row.lease_until or 0) >= now:
        return RUNNING
    if not row.enabled:
        return OFF
    if row.failures:
        return WAITING if row.next_at is None else RETRYING
    return BY_HAND if schedule.parse(row.schedule).by_hand else PLANNED


def find(database: Database, which: str) -> Known:
    """A feed by name or by the key that lists have; UserError when there is none."""
    with database.read() as conn:
        known = everything(conn)
    found = [one for one in known if which in (one.key, one.name)] or [
        one for one in known if one.name.casefold() == which.strip().casefold()
    ]
    if not found:
        names = ", ".join(one.name for one in known[:8]) or "there are none yet"
        raise UserError(f"There is no feed “{which}”.", f"Feeds: {names}.")
    return found[0]


def everything(conn: Connection) -> list[Known]:
    """All feeds of both kinds in the order of their names."""
    found = [
        Known(kind, row.id, row.name)
        for kind, table in ((QUERY, sql_feeds), (FOLDER, watched_folders))
        for row in conn.execute(select(table.c.id, table.c.name))
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def switched_on(database: Database) -> list[Known]:
    """Feeds that are on and that this computer can run, whatever their time."""
    with database.read() as conn:
        return [
            Known(kind, row.id, row.name)
            for kind, table in ((QUERY, sql_feeds), (FOLDER, watched_folders))
            for row in conn.execute(select(table).where(table.c.enabled).order_by(table.c.name))
            if kind == QUERY or row.workstation == workstation()
        ]


def due(database: Database, now: int) -> list[Known]:
    """Feeds that this computer should run now: their time has come, or a refused file's pause is over."""
    found = []
    with database.read() as conn:
        again = refused_due(conn, now)
        for kind, table in ((QUERY, sql_feeds), (FOLDER, watched_folders)):
            t = table.c
            rows = conn.execute(select(table).where(t.enabled).order_by(t.next_at, t.id))
            for row in rows:
                its_time = row.next_at is not None and row.next_at <= now
                ours = kind == QUERY or row.workstation == workstation()
                taken = row.lease_by is not None and row.lease_until >= now
                if ours and not taken and (its_time or (kind == FOLDER and row.id in again)):
                    found.append(Known(kind, row.id, row.name, row.next_at if its_time else None))
    return found


def run(
    database: Database,
    feeds: Sequence[Known],
    passwords: Passwords,
    *,
    who: str,
    now: int,
    by_person: bool = False,
    from_beginning: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    wait: Wait = two_seconds,
    mappings: Path | None = None,
) -> RunReport:
    """Run feeds one after another; what one of them fails at stops no other, not even a fault of ours (``faults``).

    A SQL feed whose password or driver this computer lacks is told as not ready: another one may run it. Raises
    Cancelled when cancelled.
    """
    report = RunReport(now)
    shared: dict[str, Any] = {"who": who, "now": now, "by_person": by_person, "dry_run": dry_run}
    shared |= {"progress": progress, "mappings": mappings}
    for number, one in enumerate(feeds):
        if progress is not None:
            progress.step(number, len(feeds), f"Running {one.name}")
        try:
            if one.kind == FOLDER:
                report.ran += run_folder(database, one.id, wait=wait, **shared)
            else:
                _ready(database, one, passwords)
                ran = run_feed(
                    database, one.id, passwords, from_beginning=from_beginning, planned=one.planned, **shared
                )
                report.ran.append(ran)
        except Cancelled:
            raise
        except Busy as busy:
            report.ran.append(Ran(one.name, NOTHING, str(busy)))
        except UserError as fault:
            report.not_ready.append((one.name, str(fault)))
        except Exception as bug:
            report.faults.append(bug)
    return report


def _ready(database: Database, one: Known, passwords: Passwords) -> None:
    with database.read() as conn:
        row = conn.execute(select(sql_feeds.c.connection_fk).where(sql_feeds.c.id == one.id)).first()
        if row is None:
            raise UserError(f"“{one.name}” is no longer there.", "Load the list again.")
        connection = read_connection(conn, row[0])
    driver_of(connection)
    password_of(connection, passwords)


def switch(database: Database, one: Known, *, on: bool, who: str, now: int) -> Change:
    """Let a feed run by itself, or not any more; by hand it can always be run."""
    named(who)
    t = one.table
    with database.write() as conn:
        row = conn.execute(select(t.c.schedule).where(t.c.id == one.id)).first()
        if row is None:
            raise UserError(f"“{one.name}” is no longer there.", "Load the list again.")
        zone = str(setting(conn, "time_zone", now, "UTC"))
        next_at = schedule.parse(row.schedule).next_after(now, zone) if on else None
        values: Mapping[str, Any] = {"enabled": on, "next_at": next_at, "failures": 0, "changed_by": who}
        conn.execute(update(t).where(t.c.id == one.id).values(**values, changed_at=now, version=t.c.version + 1))
        audit.record(conn, who=who, action="feed switched", subject=one.name, detail={"enabled": on}, at=now)
    return Change(f"“{one.name}” switched {'on' if on else 'off'}", (one.id,))


def remove(database: Database, one: Known, *, who: str, now: int) -> Change:
    """Take a feed of either kind away; what it brought stays."""
    from opsconsole.services import sql_feeds as feeds
    from opsconsole.services import watched_folders as folders

    if one.kind == QUERY:
        return feeds.remove_feed(database, feeds.find_feed(database, one.id), who=who, now=now)
    return folders.remove_folder(database, folders.find_folder(database, one.id), who=who, now=now)
