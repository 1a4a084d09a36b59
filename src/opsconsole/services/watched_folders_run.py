"""One look into a watched folder: new and changed files are imported and remembered in one transaction each.

A file that another program still writes is left for the next look. One that is refused is tried again later, each
time after a longer pause, until its content changes or a person looks at it.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select

from opsconsole.domain import wording
from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.instants import MINUTE
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import DONE, FAILED, NOTHING, PARTLY, WatchedFolder, pause_after
from opsconsole.imports.files import expand
from opsconsole.imports.recognize import Candidate
from opsconsole.imports.tables import InputFile, file_hash, input_file
from opsconsole.services.feed_runs import (
    Attempt,
    Busy,
    Hold,
    failures_after,
    fence,
    let_go,
    record,
    release,
    take,
    workstation,
)
from opsconsole.services.feed_sources import candidate_of
from opsconsole.services.import_feeds import confirm_arrival
from opsconsole.services.import_report import FileReport
from opsconsole.services.imports import import_input
from opsconsole.services.sql_feeds_run import Ran, in_words
from opsconsole.services.watched_folders import (
    REFUSED,
    TAKEN,
    Seen,
    known_files,
    look,
    read_folder,
    stable,
    unchanged,
)
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import watched_files, watched_folders

_HOLD_MINUTES = 30
_BETWEEN_LOOKS_SECONDS = 2.0
Wait = Callable[[Progress | None], None]


def two_seconds(progress: Progress | None) -> None:
    """The pause between two looks; ends when cancelled."""
    ends = time.monotonic() + _BETWEEN_LOOKS_SECONDS
    while time.monotonic() < ends:
        if progress is not None:
            progress.step(0, 0, "Looking whether files still grow")
        time.sleep(0.1)


@dataclass
class _Look:
    """One look into one folder."""

    database: Database
    folder: WatchedFolder
    candidate: Candidate | None
    who: str
    now: int
    by_person: bool
    dry_run: bool
    progress: Progress | None
    wait: Wait
    mappings: Path | None
    hold: Hold | None = None
    ran: list[Ran] = field(default_factory=list)


def run_folder(
    database: Database,
    folder_id: int,
    *,
    who: str,
    now: int,
    by_person: bool = True,
    dry_run: bool = False,
    progress: Progress | None = None,
    wait: Wait = two_seconds,
    mappings: Path | None = None,
) -> list[Ran]:
    """Look into a folder and import what is new; one result per file, or one that says nothing is, or what is wrong.

    ``by_person``: files that were refused are tried again at once. ``dry_run`` only says what would change. Raises
    Cancelled when cancelled (files before that are in), Busy when another program of this computer looks into it.
    """
    with database.read() as conn:
        folder = read_folder(conn, folder_id)
    if folder.workstation != workstation():
        raise UserError(f"“{folder.name}” is watched by the computer {folder.workstation}.", "Run it there.")
    job = _Look(database, folder, None, who, now, by_person, dry_run, progress, wait, mappings)
    if dry_run:
        _guarded(job)
        return job.ran
    job.hold = take(database, watched_folders, folder.id, who=who, now=now, minutes=_HOLD_MINUTES, by_person=by_person)
    try:
        fault = _guarded(job)
    except Cancelled:
        let_go(database, job.hold)
        raise
    except Busy:
        raise
    except BaseException as bug:
        release(database, job.hold, Attempt(FAILED, f"A fault of the program: {bug!r}", "Folder"))
        raise
    _settle(job, fault)
    return job.ran


def _guarded(job: _Look) -> str:
    """Look; returns what is wrong with the folder itself, empty when nothing is."""
    try:
        job.candidate = candidate_of(job.database, job.folder.source, job.mappings)
        _work(job)
    except Busy:
        raise
    except UserError as fault:
        job.ran.append(Ran(job.folder.name, FAILED, str(fault)))
        return str(fault)
    if not job.ran:
        job.ran.append(Ran(job.folder.name, NOTHING, "Nothing new."))
    return ""


def _settle(job: _Look, fault: str) -> None:
    """Free the folder. Its own fault (it cannot be reached) puts its next look off; a file's fault does not."""
    assert job.hold is not None
    done = [one for one in job.ran if one.outcome in (DONE, PARTLY)]
    failed = [one for one in job.ran if one.outcome == FAILED]
    if fault:
        release(job.database, job.hold, Attempt(FAILED, fault, "Folder"))
        return
    words = [f"{wording.plural(len(done), 'file')} imported" if done else ""]
    words += [f"{wording.plural(len(failed), 'file')} refused: {failed[0].words}" if failed else ""]
    told = "; ".join(part for part in words if part) or "Nothing new."
    outcome = PARTLY if failed and done else FAILED if failed else DONE if done else NOTHING
    # The runs of its files are told one by one, so the look itself adds nothing to the history.
    release(job.database, job.hold, Attempt(NOTHING, told, "Folder"), last_outcome=outcome)


def _work(job: _Look) -> None:
    first = look(job.folder)
    with job.database.read() as conn:
        known = known_files(conn, job.folder.id)
    _forget_gone(job, {seen.name for seen in first}, known)
    wanted = [seen for seen in first if _is_wanted(job, seen, known.get(seen.name))]
    if not wanted:
        return
    job.wait(job.progress)
    quiet, growing = stable(wanted, look(job.folder))
    names = {seen.name for seen in wanted}
    for seen in (one for one in quiet if one.name in names):
        _take_file(job, seen, known.get(seen.name))
    for seen in (one for one in growing if one.name in names):
        words = "It is still being written; it is taken when it no longer grows."
        job.ran.append(Ran(seen.name, NOTHING, words))


def _forget_gone(job: _Look, names: set[str], known: Mapping[str, Any]) -> None:
    """A refused file that somebody took away, or that the pattern no longer names, waits for nobody any more."""
    gone = [row.id for name, row in known.items() if row.state == REFUSED and name not in names]
    if gone and job.hold is not None:
        with job.database.write() as conn:
            fence(conn, job.hold)
            conn.execute(delete(watched_files).where(watched_files.c.id.in_(gone)))


def _is_wanted(job: _Look, seen: Seen, known: Any) -> bool:
    """A file that is new or changed; a refused one again when its pause is over, or a person asks."""
    if not unchanged(seen, known):
        return True
    if known.state == TAKEN:
        return False
    return job.by_person or (known.next_at is not None and known.next_at <= job.now)


def _take_file(job: _Look, seen: Seen, known: Any) -> None:
    try:
        content = file_hash(input_file(seen.path))
    except (OSError, UserError) as fault:
        _refuse(job, seen, "", known, f"{seen.name} cannot be read: {fault}")
        return
    if known is not None and known.state == TAKEN and known.content_hash == content:
        _confirm(job, seen, content, known)
        return
    report = _import(job, seen, content)
    outcome = FAILED if report.message else PARTLY if report.rejects else DONE
    words = f"{report.message} {report.hint}".strip() if report.message else in_words(report)
    due = None
    if outcome == FAILED and not job.dry_run:
        due = _refuse(job, seen, content, known, words)
    job.ran.append(Ran(seen.name, outcome, words, report, due))


def _confirm(job: _Look, seen: Seen, content: str, known: Any) -> None:
    """Remember a file that was written again with the same content: what it says holds as of then."""
    if job.hold is not None:
        with job.database.write() as conn:
            fence(conn, job.hold)
            _write(conn, job, seen, content, TAKEN, known.words or "", known.batch_id, 0, None)
            confirm_arrival(conn, known.batch_id, at=seen.modified_at, now=job.now)


def _import(job: _Look, seen: Seen, content: str) -> FileReport:
    """Import a file; an archive's parts one by one, and it counts as taken when all of them are in."""
    with tempfile.TemporaryDirectory(prefix="opsconsole-") as unpacked:
        try:
            parts = expand([seen.path], Path(unpacked))
        except UserError as fault:
            return FileReport(seen.name, "refused", message=fault.message, hint=fault.hint)
        total: FileReport | None = None
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            named = InputFile(part.path, seen.name if len(parts) == 1 else part.name, part.modified_at)
            report = _import_part(job, seen, content, named, last)
            if report.message:
                return report
            total = report if total is None else _together(total, report)
        assert total is not None
        return total


def _together(one: FileReport, other: FileReport) -> FileReport:
    one.counts += other.counts
    one.rejects.extend(other.rejects)
    one.notes += other.notes
    one.batch_id = other.batch_id
    return one


def _import_part(job: _Look, seen: Seen, content: str, file: InputFile, last: bool) -> FileReport:
    folder = job.folder

    def within(conn: Connection, report: FileReport) -> None:
        assert job.hold is not None
        fence(conn, job.hold)
        _still_there(seen)
        if not last:
            return
        outcome = PARTLY if report.rejects else DONE
        _write(conn, job, seen, content, TAKEN, in_words(report), report.batch_id, 0, None)
        told = Attempt(outcome, in_words(report), seen.name, report.total("read"), report.batch_id)
        record(conn, job.hold, told, None)

    return import_input(
        job.database, file, candidate=job.candidate, channel=folder.channel or None, location=folder.location,
        dry_run=job.dry_run, who=job.who, now=job.now, progress=job.progress, folder=job.mappings, within=within,
    )  # fmt: skip


def _still_there(seen: Seen) -> None:
    """UserError when a file was changed while it was read: nothing of it is written, the next look takes it."""
    try:
        facts = seen.path.stat()
    except OSError:
        return  # read whole, and gone since: what was read counts
    if (facts.st_size, facts.st_mtime_ns // 1000) != (seen.size, seen.modified_at):
        raise UserError(f"{seen.name} was changed while it was read.", "It is taken when it no longer changes.")


def _refuse(job: _Look, seen: Seen, content: str, known: Any, words: str) -> int | None:
    """Remember why a file was refused, and when it is tried again; returns that instant."""
    same = known is not None and known.state == REFUSED and known.content_hash == content
    failures = failures_after(known.failures if same else 0, job.by_person)
    pause = pause_after(failures)
    due = None if pause is None else job.now + pause * MINUTE
    if job.hold is not None:
        with job.database.write() as conn:
            fence(conn, job.hold)
            _write(conn, job, seen, content, REFUSED, words, None, failures, due)
            record(conn, job.hold, Attempt(FAILED, words, seen.name), due)
    return due


def _write(
    conn: Connection,
    job: _Look,
    seen: Seen,
    content: str,
    state: str,
    words: str,
    batch: int | None,
    failures: int,
    due: int | None,
) -> None:
    row = {
        "folder_fk": job.folder.id,
        "name": seen.name,
        "content_hash": content,
        "size": seen.size,
        "modified_at": seen.modified_at,
        "state": state,
        "at": job.now,
        "batch_id": batch,
        "words": words,
        "failures": failures,
        "next_at": due,
    }
    dialect.upsert(conn, watched_files, [row], ["folder_fk", "name"])


def refused_due(conn: Connection, now: int) -> set[int]:
    """Folders of this computer with a refused file whose pause is over."""
    f, t = watched_files.c, watched_folders.c
    found = (
        select(f.folder_fk)
        .join(watched_folders, t.id == f.folder_fk)
        .where(f.state == REFUSED, f.next_at <= now, t.enabled, t.workstation == workstation())
    )
    return set(conn.execute(found).scalars())
