"""Refused lines as a workbook: written, and taken in when it comes back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.reject_sheet import RejectSheet, SheetRow
from opsconsole.domain.wording import plural
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.reject_workbook import Marker, read_lines, read_marker, same_text
from opsconsole.imports.tables import InputFile
from opsconsole.services.import_rejects import Correction, GridRow, RejectGrid, correct_rejects, key_of, reject_grid
from opsconsole.services.import_rejects_again import waits_now
from opsconsole.services.import_rejects_kept import KeptRow, kept_file
from opsconsole.services.import_report import DONE, DRY_RUN, PARTLY, REFUSED, FileReport
from opsconsole.store.database import Database

SOURCE = "corrections"


def export_rejects(
    database: Database, batch_id: int, path: str | Path, *, now: int, progress: Progress | None = None
) -> Path:
    """Write the refused lines of an import as a workbook to be corrected; UserError when there are none."""
    from opsconsole.exports.rejects import write_rejects

    grid = reject_grid(database, batch_id)
    if not grid.rows:
        raise UserError(f"Import {batch_id} ({grid.file}) has no refused lines any more.", "")
    return write_rejects(_sheet(grid, now), Path(path), progress)


def _sheet(grid: RejectGrid, now: int) -> RejectSheet:
    rows = tuple(_row(row, grid) for row in grid.rows)
    return RejectSheet(grid.batch_id, grid.key, grid.file, grid.label, grid.columns, rows, now, grid.more)


def _row(row: GridRow, grid: RejectGrid) -> SheetRow:
    cells = list(row.cells)
    for column, text in row.typed.items():
        cells += [""] * (column + 1 - len(cells))
        cells[column] = text
    faults = {fault.column: fault.expected for fault in row.faults if fault.column is not None}
    wrong = []
    for fault in row.faults:
        if fault.column is None and not fault.field:
            found = f"{fault.found}: expected " if fault.found else ""
            wrong.append(f"{found}{fault.expected}")
        else:
            name = grid.columns[fault.column] if fault.column is not None else fault.field
            wrong.append(f"{name}: {f'“{fault.found}”' if fault.found else 'nothing'}, expected {fault.expected}")
    return SheetRow(row.line, tuple(cells), "; ".join(dict.fromkeys(wrong)), faults, row.first)


def marked(file: InputFile) -> Marker | None:
    """Whose refused lines a file is the workbook of; None for any other file."""
    return read_marker(file)


def correct_from_workbook(
    database: Database,
    file: InputFile,
    marker: Marker,
    *,
    who: str,
    now: int,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> FileReport:
    """Take in what a workbook of refused lines has corrected; UserError when it belongs to another database.

    Lines that a later import refused again are corrected there.
    """
    with database.read() as conn:
        kept = kept_file(conn, marker.batch_id)
        moved = waits_now(conn, marker.batch_id)
        files = {batch: kept_file(conn, batch) for batch in {later for later, _ in moved.values()}}
    if key_of(kept) != marker.key:
        raise UserError(
            f"{file.name} has lines of an import into another database.",
            f"Import {marker.batch_id} of this one is {kept.name}.",
        )
    files[marker.batch_id] = kept
    rows = {(batch, row.line): row for batch, one in files.items() for row in one.rows}
    seen: dict[int, dict[int, str]] = {}
    typed: dict[int, dict[tuple[int, int | str], str]] = {} if moved else {marker.batch_id: {}}
    gone = 0
    for line, cells in read_lines(file, kept.header):
        batch, there = moved.get(line, (marker.batch_id, line))
        row = rows.get((batch, there))
        if row is None:
            gone += 1
            continue
        if seen.setdefault(line, cells) != cells:
            raise UserError(f"{file.name} has line {line:,} twice, and the two differ.", "Delete one of them.")
        its = typed.setdefault(batch, {})
        its.update({(there, column): text for column, text in cells.items() if not same_text(_said(row, column), text)})
    left_out = len({*moved, *(row.line for row in kept.rows)} - seen.keys())
    given: dict[str, Any] = {"who": who, "now": now, "dry_run": dry_run, "progress": progress}
    told = sorted((typed or {marker.batch_id: {}}).items())
    done = [correct_rejects(database, batch, its, **given) for batch, its in told]
    return _report(file, done, gone, left_out)


def _said(row: KeptRow, column: int) -> str:
    return row.typed.get(column, row.cells[column] if column < len(row.cells) else "")


def _report(file: InputFile, done: Sequence[Correction], gone: int, left_out: int) -> FileReport:
    """What became of the lines, which wait with one import or, where some were refused again, with several."""
    notes = [one.headline() for one in done]
    if gone:
        notes.append(f"{plural(gone, 'line')} of it had come in before.")
    if left_out:
        notes.append(f"{plural(left_out, 'refused line')} of the import {'is' if left_out == 1 else 'are'} not in it.")
    still, came_in = [reject for one in done for reject in one.still], any(one.came_in for one in done)
    state = DRY_RUN if done[0].dry_run else DONE if not still else PARTLY if came_in else REFUSED
    imports = ", ".join(str(one.batch_id) for one in done)
    report = FileReport(
        file.name,
        state,
        source=SOURCE,
        label=f"Corrections of import{'s' if len(done) > 1 else ''} {imports}, {done[-1].file}",
        why="it is the workbook of its rejected lines",
        batch_id=next((one.correction_batch for one in reversed(done) if one.correction_batch), None),
        rejects=RejectStore(still),
        notes=notes,
    )
    for one in done:
        if one.report is not None:
            report.counts += one.report.counts
            report.channel = one.report.channel
            report.source_time, report.basis = one.report.source_time, one.report.basis
    if state == REFUSED:
        report.message = " ".join(one.headline().replace("**", "") for one in done)
        report.hint = " ".join(done[0].words()[1:3])
    return report
