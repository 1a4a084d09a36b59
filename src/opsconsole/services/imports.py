"""Importing files: recognized by their headers, written one transaction per file, tried out without writing."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, select

from opsconsole.domain import wording
from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.import_answers import Answers
from opsconsole.domain.progress import Progress
from opsconsole.imports.dates import AmbiguousDates
from opsconsole.imports.files import expand
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reader import open_file
from opsconsole.imports.recognize import Candidate, NotRecognized
from opsconsole.imports.source import Source
from opsconsole.imports.tables import InputFile
from opsconsole.imports.writer import write_portions
from opsconsole.imports.writer_batch import Batch, WrittenIds
from opsconsole.imports.writer_kept import Kept
from opsconsole.services.business import business
from opsconsole.services.import_batches import (
    begin_batch,
    count_records,
    end_batch,
    keep_rejects,
    totals,
)
from opsconsole.services.import_changes import EXAMPLES, MOST, changes
from opsconsole.services.import_channels import (
    ChannelChoice,
    ChannelNeeded,
    choose_channel,
    describe_channel,
    is_own_channel,
    remember_channel,
    tells_channels,
)
from opsconsole.services.import_currencies import CurrencyChoice, CurrencyNeeded, choose_currency, remember_currency
from opsconsole.services.import_feeds import note_file
from opsconsole.services.import_formats import read_with_formats, remember_formats, remembered_formats
from opsconsole.services.import_lists import list_imports, list_rejects, list_source_fields, list_sources
from opsconsole.services.import_lot import Lot
from opsconsole.services.import_recognition import Recognition, candidates, named_candidate, recognize
from opsconsole.services.import_rejects_again import settle_again
from opsconsole.services.import_rejects_kept import keep_refused
from opsconsole.services.import_rejects_since import settle_since
from opsconsole.services.import_rejects_workbook import correct_from_workbook, marked
from opsconsole.services.import_replaced import take_out_lines
from opsconsole.services.import_report import (
    CANCELLED,
    DONE,
    DRY_RUN,
    NOT_RECOGNIZED,
    PARTLY,
    REFUSED,
    FileReport,
    ImportReport,
)
from opsconsole.services.import_runs import begin_run, keep_unread
from opsconsole.services.import_stores import settle_stores
from opsconsole.services.import_undo import thin
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import channels

__all__ = [
    "ImportReport",
    "Recognition",
    "import_files",
    "import_input",
    "list_imports",
    "list_rejects",
    "list_source_fields",
    "list_sources",
    "recognize",
]


Within = Callable[[Connection, FileReport], None]


@dataclass
class _Job:
    """One call of ``import_files``. ``within`` writes what else belongs into a file's transaction."""

    database: Database
    candidates: Sequence[Candidate]
    forced: Candidate | None
    channel: str | None
    location: str
    formats: Mapping[str, str]
    dry_run: bool
    who: str
    now: int
    progress: Progress | None
    run_id: int | None = None
    all_changes: bool = False
    answers: Mapping[str, Answers] = field(default_factory=dict)
    folder: Path | None = None
    currency: str | None = None
    within: Within | None = None
    lot: Lot | None = None

    def of(self, file: InputFile) -> "_Job":
        """The job as it is for one file, with what was said of it."""
        said = self.answers.get(str(file.path)) or self.answers.get(file.name)
        if said is None:
            return self
        named = named_candidate(self.database, said.source or None, said.mapping or None, self.folder)
        formats = {**self.formats, **said.formats}
        told = replace(self, channel=said.channel or self.channel, forced=named or self.forced, formats=formats)
        told.currency = said.currency or self.currency
        return told

    def wants(self, file: InputFile) -> bool:
        """Whether nobody said to leave the file out."""
        said = self.answers.get(str(file.path)) or self.answers.get(file.name)
        return said is None or not said.leave_out

    def step(self, number: int, count: int, file: InputFile) -> None:
        """Tell which file comes next; raises Cancelled when nobody wants it any more."""
        if self.progress is not None:
            if count > 1:
                self.progress.begin_part(f"{number + 1} of {count}", file.name)
            self.progress.step(number, count, f"Opening {file.name}")


def import_files(
    database: Database,
    paths: Iterable[Path | str],
    *,
    channel: str | None = None,
    currency: str | None = None,
    location: str = "",
    source: str | None = None,
    mapping: Path | str | None = None,
    formats: Mapping[str, str] | None = None,
    dry_run: bool = False,
    who: str = "",
    now: int,
    progress: Progress | None = None,
    folder: Path | None = None,
    answers: Mapping[str, Answers] | None = None,
    all_changes: bool = False,
    seen: Callable[[InputFile, FileReport], None] = lambda file, report: None,
) -> ImportReport:
    """Import files, folders and .zip archives; one transaction per file, so that one bad file spoils no other.

    ``channel``, ``currency``, ``source`` (a key), ``mapping`` (a file) and ``formats`` (of dates, by column) say what
    would otherwise be recognized, remembered or asked; ``answers`` say the same of single files, by path or name.
    ``folder`` holds saved mappings. ``dry_run`` writes nothing and tells what would change, a few examples of it or
    ``all_changes``. A file that cannot be imported is told in the report; UserError only where nothing can be begun.
    When cancelled, the file under way is rolled back, those before it stay; the report says so. What was not imported
    is kept with its reason. ``seen`` gets each file with its report while it can still be read.
    """
    known, faults = candidates(database, folder)
    named = named_candidate(database, source, mapping, folder)
    job = _Job(database, known, named, channel, location, formats or {}, dry_run, who, now, progress)
    job.answers, job.folder, job.all_changes, job.currency = answers or {}, folder, all_changes, currency
    report = ImportReport(now, dry_run=dry_run)
    with tempfile.TemporaryDirectory(prefix="opsconsole-") as unpacked:
        found = [file for file in expand([Path(path) for path in paths], Path(unpacked)) if job.wants(file)]
        report.run_id = job.run_id = _begin_run(job, len(found))
        _import_each(job, found, report, seen)
    if report.files:
        report.files[0].notes += faults
    return report


def _import_each(
    job: _Job, found: Sequence[InputFile], report: ImportReport, seen: Callable[[InputFile, FileReport], None]
) -> None:
    for number, file in enumerate(found):
        try:
            job.step(number, len(found), file)
            report.files.append(_import_one(job.of(file), file))
        except Cancelled:
            report.files += [_unread(job, left, FileReport(left.name, CANCELLED)) for left in found[number:]]
            break
        except UserError as fault:
            report.files.append(_unread(job, file, _refusal(file, fault)))
        seen(file, report.files[-1])
    if job.progress is not None:
        job.progress.begin_part("", "")


def _begin_run(job: _Job, count: int) -> int | None:
    if job.dry_run:
        job.lot = Lot() if count > 1 else None
        return None
    with job.database.write() as conn:
        return begin_run(conn, who=job.who, now=job.now)


def _unread(job: _Job, file: InputFile, report: FileReport) -> FileReport:
    """Keep a file that was not imported, so that it can be seen and mended later.

    A database that does not answer keeps nothing; what became of the files before is told all the same.
    """
    if job.run_id is not None:
        with contextlib.suppress(UserError), job.database.write() as conn:
            report.unread_id = keep_unread(conn, job.run_id, file, report, who=job.who, now=job.now)
    return report


def import_input(
    database: Database,
    file: InputFile,
    *,
    candidate: Candidate | None = None,
    channel: str | None = None,
    location: str = "",
    dry_run: bool = False,
    who: str = "",
    now: int,
    progress: Progress | None = None,
    folder: Path | None = None,
    within: Within | None = None,
) -> FileReport:
    """Import one file, or the result of a query (an InputFile with its table), in one transaction.

    ``candidate`` says what it is, else it is recognized. ``within`` is called with the connection and the report at
    the end of that transaction, not in a dry run; when it raises, nothing is written. A refusal is told in the report;
    Cancelled is raised.
    """
    known = [] if candidate is not None else candidates(database, folder)[0]
    job = _Job(database, known, candidate, channel, location, {}, dry_run, who, now, progress, within=within)
    try:
        return _import_one(job, file)
    except UserError as fault:
        return _refusal(file, fault)


def _refusal(file: InputFile, fault: UserError) -> FileReport:
    report = FileReport(file.name, REFUSED, message=fault.message, hint=fault.hint)
    if isinstance(fault, NotRecognized):
        report.state = NOT_RECOGNIZED
    elif isinstance(fault, AmbiguousDates):
        report.ask_formats = {fault.column: fault.formats}
        report.ask_example, report.ask_readings = fault.example, fault.readings
    elif isinstance(fault, ChannelNeeded):
        report.ask_channels = fault.channels
    elif isinstance(fault, CurrencyNeeded):
        report.ask_currencies = fault.proposals
    return report


def _import_one(job: _Job, file: InputFile) -> FileReport:
    marker = marked(file) if job.forced is None else None
    if marker is not None:
        return correct_from_workbook(
            job.database,
            file,
            marker,
            who=job.who or "opsconsole",
            now=job.now,
            dry_run=job.dry_run,
            progress=job.progress,
        )
    return _import_table(job, file)


def _import_table(job: _Job, file: InputFile) -> FileReport:
    started = time.perf_counter()
    opened = open_file(file, job.candidates, forced=job.forced)
    with job.database.read() as conn:
        choice = choose_channel(conn, opened, job.channel, file.path.parent, job.now)
        reading, amounts = _reading(conn, job, opened, choice.key)
        known_formats = remembered_formats(conn, opened.key, job.now)
    parsed, doubts = read_with_formats(opened, reading, known_formats, job.progress)
    try:
        report = _import_parsed(job, opened, parsed, choice, amounts, started)
    finally:
        parsed.close()
    report.doubts = doubts
    return report


def _import_parsed(
    job: _Job, opened: Opened, parsed: ParsedFile, choice: ChannelChoice, amounts: CurrencyChoice, started: float
) -> FileReport:
    report = FileReport(
        parsed.file.name,
        DRY_RUN if job.dry_run else DONE,
        source=parsed.source,
        label=parsed.label,
        why=parsed.why,
        channel=choice.key,
        notes=list(parsed.notes),
        unused=parsed.unused,
        source_time=parsed.source_time,
        basis=parsed.basis,
        newest_data_at=parsed.newest_data_at,
        formats=dict(parsed.formats),
    )
    if isinstance(opened.fit.candidate, Source) and tells_channels(opened):
        with job.database.read() as conn:
            report.notes += settle_stores(conn, parsed, choice)
    if choice.key:
        report.notes.append(f"Its channel is {choice.key}, {choice.note}.")
    if amounts.code:
        report.currency = amounts.code
        report.notes.append(f"Its amounts are in {amounts.code}, {amounts.note}.")
    try:
        with job.database.write(job.progress) as conn:
            _write(conn, job, opened, parsed, report, started)
            if job.dry_run:
                raise _NothingWritten
    except _NothingWritten:
        report.batch_id = None
    report.seconds = time.perf_counter() - started
    return report


class _NothingWritten(Exception):  # noqa: N818 - ends a dry run's transaction
    """Rolls a dry run back."""


def _reading(conn: Connection, job: _Job, opened: Opened, channel: str) -> tuple[Reading, CurrencyChoice]:
    """What the reader is told, and how the currency of the amounts is known."""
    known = conn.execute(select(channels).where(channels.c.key == channel)).mappings().first()
    company = business(conn, job.now)
    of_channel = (known["currency"] if known else None) or ""
    amounts = choose_currency(conn, opened, job.currency, channel, of_channel, job.now)
    zone = known["time_zone"] if known and known["time_zone"] != "UTC" else company.time_zone
    reading = Reading(
        channel=channel,
        location=job.location,
        currency=opened.spec.currency or amounts.code or of_channel or company.base_currency,
        time_zone=opened.spec.time_zone or zone,
        formats=job.formats,
        now=job.now,
    )
    return reading, amounts


def _write(conn: Connection, job: _Job, opened: Opened, parsed: ParsedFile, report: FileReport, started: float) -> None:
    """Everything one file leaves behind, inside one transaction."""
    dialect.hold_lock(conn, "import")
    settled = job.channel or (report.channel if is_own_channel(opened) else "")
    if settled and parsed.file.table is None:
        remember_channel(conn, parsed.source, settled, parsed.file.path.parent, who=job.who, now=job.now)
    if job.currency and report.currency:
        remember_currency(conn, parsed.source, report.currency, who=job.who, now=job.now)
    if job.formats:
        remember_formats(conn, parsed.source, job.formats, who=job.who, now=job.now)
    report.batch_id = begin_batch(
        conn, parsed, report, location=job.location, who=job.who, now=job.now, run_id=job.run_id
    )
    kept = Kept(conn, report.batch_id)
    kept.made("channels", describe_channel(conn, report.channel, opened))
    report.notes += take_out_lines(conn, report.batch_id, parsed)
    batch = Batch(
        conn, report.batch_id, parsed.source_time, job.now, report.channel, job.progress, kept, keep_ids=job.dry_run
    )
    result = write_portions(batch, parsed.portions(), parsed.counts())
    count_records(parsed, result, report)
    keep_rejects(conn, report.batch_id, report.rejects)
    keep_refused(conn, report.batch_id, opened, parsed)
    report.notes += settle_again(conn, report.batch_id, who=job.who, now=job.now)
    report.notes += settle_since(conn, report.batch_id, opened.spec, parsed, who=job.who, now=job.now)
    if report.rejects and report.state == DONE:
        report.state = PARTLY
    report.seconds = time.perf_counter() - started
    end_batch(conn, report, job.now)
    note_file(conn, parsed, report.channel, job.now)
    if job.dry_run:
        _tell_changes(conn, job, report, result.ids)
        return
    thin(conn, job.now)
    detail = {"file": report.name, "source": report.source, "channel": report.channel, **totals(report)}
    audit.record(conn, who=job.who, action="import", subject=f"batch {report.batch_id}", detail=detail, at=job.now)
    if job.within is not None:
        job.within(conn, report)


def _tell_changes(conn: Connection, job: _Job, report: FileReport, written: Mapping[str, WrittenIds]) -> None:
    """List what a dry run would change: all of it when asked, else a few examples."""
    most = MOST if job.all_changes else EXAMPLES
    again = job.lot.look(conn, report, written, most) if job.lot is not None else {}
    with job.database.read() as outside:
        report.changes = changes(conn, outside, written, again, most=most, same=job.all_changes)
    if job.all_changes:
        return
    report.samples = report.changes.samples()
    more = report.total("inserted") + report.total("updated")
    if more > len(report.samples) > 0:
        report.notes.append(f"{wording.plural(len(report.samples), 'example')} of what would change:")
