"""Refused lines of an import, corrected: read again as their file was, and written as a batch that belongs to it.

The source time of the file holds, so that corrections of last week's export do not undo this week's. Lines that came in
are marked as corrected, never deleted; the rest stays refused, with the reasons of now.
"""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select, update

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.domain.progress import Progress
from opsconsole.imports.opened import Opened
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reader import read_opened
from opsconsole.imports.rejects import Reject
from opsconsole.imports.writer import write_records
from opsconsole.imports.writer_kept import Kept
from opsconsole.services.import_batches import begin_batch, count_records, end_batch, keep_rejects, totals
from opsconsole.services.import_rejects_kept import (
    Cells,
    KeptFile,
    corrected_cells,
    keep_typed,
    kept_file,
    opened_again,
    reading_again,
)
from opsconsole.services.import_report import DONE, DRY_RUN, FileReport
from opsconsole.services.names import named
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import reject_rows, rejects

__all__ = ["Correction", "Fault", "GridRow", "RejectGrid", "correct_rejects", "keep_typed", "reject_grid"]


@dataclass(frozen=True, slots=True)
class Correction:
    """What became of corrected lines. ``batch_id`` is the import they are from, ``correction_batch`` the batch that
    brought some of them in (None: none came in, or nothing was written).

    ``came_in`` are lines; ``orders`` counts the orders (or records of their own) they make. ``still`` tells why the
    others are refused.
    """

    as_of: int
    batch_id: int
    file: str
    dry_run: bool
    came_in: tuple[int, ...]
    orders: int
    still: tuple[Reject, ...]
    still_orders: int
    correction_batch: int | None = None
    report: FileReport | None = None
    notes: tuple[str, ...] = ()

    def headline(self) -> str:
        """One sentence, the values in bold marks."""
        would = self.dry_run
        if not self.came_in and not self.still:
            return f"Import {self.batch_id} (**{self.file}**) has no refused lines any more."
        parts = []
        if self.came_in:
            lines = wording.plural(len(self.came_in), "line")
            verb = "would be in" if would else ("is in" if self.orders == 1 else "are in")
            parts.append(f"**{self.orders:,}** {_entries(self.orders)} ({lines}) {verb}")
        if self.still_orders:
            verb = "is" if self.still_orders == 1 else "are"
            parts.append(f"**{self.still_orders:,}** {_entries(self.still_orders)} {verb} still refused")
        return f"Corrections of import {self.batch_id} (**{self.file}**): {'; '.join(parts)}."

    def words(self) -> list[str]:
        """Sentences, the values in bold marks."""
        lines = [self.headline()]
        told = [reject for reject in self.still if reject.field or reject.found]
        for reject in told[:5]:
            found = f"“{reject.found}”" if reject.found else "nothing"
            where = wording.field_words(reject.field) or "the line"
            lines.append(f"Line {reject.line:,} has {found} in {where}, expected {reject.expected}.")
        if len(told) > 5:
            lines.append(f"And {len(told) - 5:,} more.")
        return [*lines, *self.notes]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "as_of": to_iso(self.as_of),
            "dry_run": self.dry_run,
            "batch": self.batch_id,
            "file": self.file,
            "correction_batch": self.correction_batch,
            "lines_in": list(self.came_in),
            "orders_in": self.orders,
            "still_refused": len({reject.line for reject in self.still}),
        }


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell, or with ``column`` None a line, was refused."""

    column: int | None
    field: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A refused line: cells as read, typed ones by column number, and what is wrong with it.

    Lines of one order have the same ``part``; the first of a part has ``first``.
    """

    line: int
    part: int
    first: bool
    cells: tuple[str, ...]
    typed: dict[int, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectGrid:
    """The refused lines of an import, to be corrected; ``more`` lines were refused but not kept."""

    batch_id: int
    file: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    more: int = 0
    key: str = ""


def reject_grid(database: Database, batch_id: int) -> RejectGrid:
    """Lines of an import that are still refused; UserError when they were not kept."""
    with database.read() as conn:
        file = kept_file(conn, batch_id)
        t = rejects.c
        wanted = (t.line, t.field, t.found, t.expected, t.columns_json)
        of = select(*wanted).where(t.batch_id == batch_id, t.corrected_at.is_(None))
        found = conn.execute(of.order_by(t.line, t.id)).all()
        total = select(reject_rows.c.id).where(reject_rows.c.batch_id == batch_id)
        kept = len(conn.execute(total).all())
    faults: dict[int, list[Fault]] = {}
    for line, name, text, expected, columns_json in found:
        columns: list[int | None] = [
            file.header.index(name) for name in json.loads(columns_json or "[]") if name in file.header
        ]
        for column in columns or [None]:
            faults.setdefault(line, []).append(Fault(column, name or "", text or "", expected or ""))
    seen: set[int] = set()
    rows = []
    for row in sorted(file.rows, key=_order_of(file)):
        first = row.part not in seen
        seen.add(row.part)
        of_line = tuple(faults.get(row.line, ()))
        rows.append(GridRow(row.line, row.part, first, row.cells, dict(row.typed), of_line))
    more = max(0, file.rows_refused - kept)
    return RejectGrid(batch_id, file.name, file.batch.source_label, file.header, tuple(rows), more, key_of(file))


def _order_of(file: KeptFile) -> Any:
    """Lines of one order together, orders in the order of their first lines."""
    first: dict[int, int] = {}
    for row in file.rows:
        first.setdefault(row.part, row.line)
    return lambda row: (first[row.part], row.line)


def key_of(file: KeptFile) -> str:
    """What tells the import from one of the same number in another database."""
    return f"{file.batch_id}:{file.batch.started_at}:{(file.batch.file_hash or '')[:16]}"


class _NothingWritten(Exception):  # noqa: N818 - ends a trial's transaction
    """Rolls a trial back."""


def correct_rejects(
    database: Database,
    batch_id: int,
    corrections: Cells,
    *,
    who: str,
    now: int,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Correction:
    """Read the refused lines of an import again with other cells, and write what is right now as a batch of its own.

    ``corrections`` are texts by (line, column): the column's number from 0, or its name; what was typed before and kept
    counts too. What was typed is kept whatever happens then. UserError when the import has no refused lines, or
    somebody corrected them meanwhile.
    """
    named(who)
    if not dry_run and corrections:
        keep_typed(database, batch_id, corrections, who=who, now=now)
    with database.read() as conn:
        file = kept_file(conn, batch_id)
    if not file.rows:
        return Correction(now, batch_id, file.name, dry_run, (), 0, (), 0)
    opened = opened_again(file, corrected_cells(file, corrections))
    parsed = _read(file, opened, now, progress)
    found: Correction | None = None
    try:
        with database.write(progress) as conn:
            found = _write(conn, file, opened, parsed, who, now, progress, dry_run=dry_run)
            if dry_run:
                raise _NothingWritten
    except _NothingWritten:
        assert found is not None
    return found


def _read(file: KeptFile, opened: Opened, now: int, progress: Progress | None) -> ParsedFile:
    parsed = read_opened(opened, reading_again(file, now), progress)
    # How new the data are was told by the whole file.
    parsed.source_time = int(file.batch.source_time or parsed.source_time)
    parsed.basis = file.batch.source_time_basis or parsed.basis
    parsed.newest_data_at = None
    return parsed


def _write(
    conn: Connection,
    file: KeptFile,
    opened: Opened,
    parsed: ParsedFile,
    who: str,
    now: int,
    progress: Progress | None,
    *,
    dry_run: bool,
) -> Correction:
    started = time.perf_counter()
    dialect.hold_lock(conn, "import")
    _check_open(conn, file)
    report = _report(file, parsed, dry_run=dry_run)
    whole = [record for record in parsed.records if len(record)]
    if whole:
        location = file.batch.location or ""
        report.batch_id = begin_batch(
            conn, parsed, report, location=location, who=who, now=now, belongs_to=file.batch_id
        )
    result = write_records(
        conn,
        whole,
        batch_id=report.batch_id or file.batch_id,
        source_time=parsed.source_time,
        now=now,
        default_channel=report.channel or None,
        progress=progress,
        kept=Kept(conn, report.batch_id) if report.batch_id else None,
    )
    count_records(parsed, result, report)
    still = {reject.line for reject in report.rejects}
    came_in = tuple(row.line for row in file.rows if row.line not in still)
    _mark(conn, file, came_in, report, who, now)
    if report.batch_id is not None:
        report.seconds = time.perf_counter() - started
        end_batch(conn, report, now)
        _audit(conn, file, report, came_in, who, now)
    return _told(file, came_in, report, now, dry_run=dry_run)


def _report(file: KeptFile, parsed: ParsedFile, *, dry_run: bool) -> FileReport:
    return FileReport(
        file.name,
        DRY_RUN if dry_run else DONE,
        source=parsed.source,
        label=file.batch.source_label,
        why=parsed.why,
        channel=file.batch.channel or "",
        notes=list(parsed.notes),
        source_time=parsed.source_time,
        basis=parsed.basis,
    )


def _check_open(conn: Connection, file: KeptFile) -> None:
    """UserError when somebody else brought one of the lines in meanwhile."""
    with dialect.id_set(conn, [row.id for row in file.rows]) as ids:
        t = reject_rows.c
        closed = select(t.corrected_by).where(t.id.in_(select(ids.c.id)), t.corrected_at.is_not(None)).limit(1)
        who = conn.execute(closed).scalar()
    if who is not None:
        raise UserError(
            f"{who or 'Somebody'} corrected lines of import {file.batch_id} meanwhile.",
            "Look at what is left, and try again.",
        )


def _mark(conn: Connection, file: KeptFile, came_in: Collection[int], report: FileReport, who: str, now: int) -> None:
    """Lines that are in are corrected; those that are not are refused for the reasons of now."""
    values = {"corrected_at": now, "corrected_by": who, "corrected_batch": report.batch_id}
    lines = [row.line for row in file.rows]
    for chunk in dialect.chunks(sorted(came_in), 500):
        for table in (reject_rows, rejects):
            here = (table.c.batch_id == file.batch_id, table.c.line.in_(chunk), table.c.corrected_at.is_(None))
            conn.execute(update(table).where(*here).values(**values))
    for chunk in dialect.chunks([line for line in lines if line not in set(came_in)], 500):
        here = (rejects.c.batch_id == file.batch_id, rejects.c.line.in_(chunk), rejects.c.corrected_at.is_(None))
        conn.execute(delete(rejects).where(*here))
    keep_rejects(conn, file.batch_id, report.rejects)


def _audit(conn: Connection, file: KeptFile, report: FileReport, came_in: Sequence[int], who: str, now: int) -> None:
    detail = {"file": file.name, "import": file.batch_id, "lines": len(came_in), **totals(report)}
    subject = f"batch {report.batch_id}"
    audit.record(conn, who=who, action="import_corrections", subject=subject, detail=detail, at=now)


def _told(file: KeptFile, came_in: Sequence[int], report: FileReport, now: int, *, dry_run: bool) -> Correction:
    parts = {row.line: row.part for row in file.rows}
    inside = {parts[line] for line in came_in}
    outside = {parts[reject.line] for reject in report.rejects if reject.line in parts}
    return Correction(
        now,
        file.batch_id,
        file.name,
        dry_run,
        tuple(came_in),
        len(inside - outside),
        tuple(report.rejects),
        len(outside),
        None if dry_run else report.batch_id,
        report,
    )
