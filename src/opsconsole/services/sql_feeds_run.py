"""One run of a SQL feed: ask, keep the rows, import them; the mark moves in the transaction that writes the batch."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain import wording
from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import DONE, FAILED, NOTHING, PARTLY, SqlConnection, SqlFeed
from opsconsole.imports import limits
from opsconsole.imports.tables import file_hash
from opsconsole.services.credentials import Passwords
from opsconsole.services.feed_runs import Attempt, Busy, Hold, go_on, let_go, release, settle, take
from opsconsole.services.feed_sources import candidate_of
from opsconsole.services.import_report import FileReport
from opsconsole.services.imports import import_input
from opsconsole.services.sql_connections import password_of, read_connection
from opsconsole.services.sql_feeds import Spooled, read_feed, read_into, since_of
from opsconsole.services.sql_marks import as_utc, from_json, newer, to_json
from opsconsole.store.database import Database
from opsconsole.store.schema import sql_feeds

PART = limits.MAX_RECORDS  # rows that are imported at once
_MINUTES_MORE = 20  # beside the query's own limit, for the import


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of one feed or of one file of a folder did; ``report`` where something was read."""

    name: str
    outcome: str
    words: str
    report: FileReport | None = None
    next_at: int | None = None

    @property
    def written(self) -> bool:
        """Whether the database has something new."""
        return self.report is not None and self.report.written


@dataclass(frozen=True, slots=True)
class _Run:
    database: Database
    feed: SqlFeed
    one: SqlConnection
    password: str
    mark_json: str | None
    last_hash: str | None
    by_person: bool
    dry_run: bool
    who: str
    now: int
    progress: Progress | None
    folder: Path | None


def run_feed(
    database: Database,
    feed_id: int,
    passwords: Passwords,
    *,
    who: str,
    now: int,
    from_beginning: bool = False,
    by_person: bool = True,
    dry_run: bool = False,
    planned: int | None = None,
    progress: Progress | None = None,
    mappings: Path | None = None,
) -> Ran:
    """Run a feed; what fails is told, recorded and due again later, and leaves the mark where it was.

    ``from_beginning`` reads all again. ``by_person``: also what is the same as the last time is imported. ``dry_run``
    only says what would change. ``planned`` is the instant it was found due for. Raises Cancelled when cancelled, Busy
    when another client has it in hand or has run it since.
    """
    with database.read() as conn:
        feed = read_feed(conn, feed_id)
        one = read_connection(conn, feed.connection_id)
        c = sql_feeds.c
        marks = conn.execute(select(c.mark_json, c.last_hash).where(c.id == feed_id)).one()
    password = password_of(one, passwords)
    mark = None if from_beginning else marks.mark_json
    run = _Run(database, feed, one, password, mark, marks.last_hash, by_person, dry_run, who, now, progress, mappings)
    if dry_run:
        return _run(run, None)
    minutes = feed.time_limit_seconds // 60 + _MINUTES_MORE
    hold = take(database, sql_feeds, feed.id, who=who, now=now, minutes=minutes, planned=planned, by_person=by_person)
    try:
        return _run(run, hold)
    except Cancelled:
        let_go(database, hold)
        raise
    except Busy:
        raise
    except BaseException as fault:
        words = str(fault) if isinstance(fault, UserError) else f"A fault of the program: {fault!r}"
        release(database, hold, Attempt(FAILED, words, "Query"))
        if not isinstance(fault, UserError):
            raise
        return Ran(feed.name, FAILED, words)


def _run(run: _Run, hold: Hold | None) -> Ran:
    """Read and import, in parts where the result is larger than one import may be; each part is imported whole."""
    done: list[str] = []
    mark_json = run.mark_json
    since = since_of(run.feed, run.one.kind, mark_json)
    while True:
        ran, made = _part(run, hold, since, mark_json, len(done))
        done.append(ran.words)
        if made is None or made.watch is None or run.dry_run or ran.outcome == FAILED:
            break
        highest = as_utc(made.watch.highest)
        if highest is None or highest == since:
            raise UserError(
                f"{run.feed.name}: more than {PART:,} rows have the same {run.feed.mark_column}, {highest}.",
                "What came before is imported. Choose a column that tells rows apart, as a number that counts up.",
            )
        since, mark_json = highest, to_json(highest)
    if len(done) == 1:
        return ran
    words = f"In {len(done)} parts: {' '.join(done)}"
    return replace(ran, words=words)


def _part(run: _Run, hold: Hold | None, since: Any, mark_json: str | None, number: int) -> tuple[Ran, Spooled | None]:
    """One part of a run; what was read is given back where more is left."""
    feed = run.feed
    candidate = candidate_of(run.database, feed.source, run.folder)
    with tempfile.TemporaryDirectory(prefix="opsconsole-") as folder:
        made = read_into(Path(folder), feed, run.one, run.password, since, run.now, run.progress, part=PART)
        known = file_hash(made.file)
        moved = _moved(mark_json, made, known)
        if not made.count or (known == run.last_hash and not run.by_person and not number and made.whole):
            words = "The query has no rows." if not made.count else "The same rows as the last time."
            if hold is not None:
                with run.database.write() as conn:
                    attempt = Attempt(NOTHING, words, "Query", made.count)
                    settle(conn, hold, attempt, **_unless_edited(conn, feed, moved))
            return Ran(feed.name, NOTHING, words), None
        settled: list[int | None] = []

        def within(conn: Connection, report: FileReport) -> None:
            assert hold is not None
            write = settle if made.whole else go_on
            settled.append(write(conn, hold, _attempt(made, report), **_unless_edited(conn, feed, moved)))

        report = import_input(
            run.database, made.file, candidate=candidate, channel=feed.channel or None, location=feed.location,
            dry_run=run.dry_run, who=run.who, now=run.now, progress=run.progress, within=within, folder=run.folder,
        )  # fmt: skip
    report.notes += made.watch.notes() if made.watch is not None else []
    if not made.whole and run.dry_run:
        report.notes.append(f"There are more than {PART:,} rows: the first part was tried.")
    attempt = _attempt(made, report)
    if attempt.outcome == FAILED and hold is not None:
        release(run.database, hold, attempt)
    ran = Ran(feed.name, attempt.outcome, attempt.words, report, settled[0] if settled else None)
    return ran, None if made.whole else made


def _moved(mark_json: str | None, made: Spooled, known: str) -> dict[str, Any]:
    """The feed's own columns after a run: where its high-water column stands now, and what was read."""
    more: dict[str, Any] = {"last_hash": known}
    if made.watch is not None:
        mark = newer(from_json(mark_json), as_utc(made.watch.highest))
        more["mark_json"] = None if mark is None else to_json(mark)
    return more


def _unless_edited(conn: Connection, feed: SqlFeed, moved: dict[str, Any]) -> dict[str, Any]:
    """The same, but nothing of a feed that asks for something else since this run began: it is to begin anew."""
    now = read_feed(conn, feed.id)
    same = (now.connection_id, now.query, now.mark_column) == (feed.connection_id, feed.query, feed.mark_column)
    return moved if same else {}


def _attempt(made: Spooled, report: FileReport) -> Attempt:
    if report.message:
        return Attempt(FAILED, f"{report.message} {report.hint}".strip(), "Query", made.count)
    outcome = PARTLY if report.rejects else DONE
    notes = made.watch.notes() if made.watch is not None else []
    return Attempt(outcome, " ".join([in_words(report), *notes]), "Query", made.count, report.batch_id)


def in_words(report: FileReport) -> str:
    """``12 records: 3 new, 1 changed, 8 known already.``"""
    parts = [
        f"{number:,} {words}"
        for number, words in (
            (report.total("inserted"), "new"),
            (report.total("updated"), "changed"),
            (report.total("unchanged"), "known already"),
            (report.total("rejected"), "refused"),
        )
        if number
    ]
    return f"{wording.plural(report.total('read'), 'record')}: {', '.join(parts) or 'none'}."
