"""Refused lines as a workbook: written, and taken in when it comes back."""

from pathlib import Path

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.reject_sheet import RejectSheet, SheetRow
from opsconsole.domain.wording import plural
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.reject_workbook import Marker, read_lines, read_marker, same_text
from opsconsole.imports.tables import InputFile
from opsconsole.services.import_rejects import Correction, GridRow, RejectGrid, correct_rejects, key_of, reject_grid
from opsconsole.services.import_rejects_kept import kept_file
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
    """Take in what a workbook of refused lines has corrected; UserError when it belongs to another database."""
    with database.read() as conn:
        kept = kept_file(conn, marker.batch_id)
    if key_of(kept) != marker.key:
        raise UserError(
            f"{file.name} has lines of an import into another database.",
            f"Import {marker.batch_id} of this one is {kept.name}.",
        )
    rows = {row.line: row for row in kept.rows}
    corrections: dict[tuple[int, int | str], str] = {}
    seen: dict[int, dict[int, str]] = {}
    gone = 0
    for line, cells in read_lines(file, kept.header):
        if line not in rows:
            gone += 1
            continue
        if seen.setdefault(line, cells) != cells:
            raise UserError(f"{file.name} has line {line:,} twice, and the two differ.", "Delete one of them.")
        row = rows[line]
        for column, text in cells.items():
            said = row.typed.get(column, row.cells[column] if column < len(row.cells) else "")
            if not same_text(said, text):
                corrections[line, column] = text
    done = correct_rejects(database, marker.batch_id, corrections, who=who, now=now, dry_run=dry_run, progress=progress)
    return _report(file, done, gone, len(rows.keys() - seen.keys()))


def _report(file: InputFile, done: Correction, gone: int, left_out: int) -> FileReport:
    notes = [done.headline()]
    if gone:
        notes.append(f"{plural(gone, 'line')} of it had come in before.")
    if left_out:
        notes.append(f"{plural(left_out, 'refused line')} of the import {'is' if left_out == 1 else 'are'} not in it.")
    state = DRY_RUN if done.dry_run else DONE if not done.still else PARTLY if done.came_in else REFUSED
    report = FileReport(
        file.name,
        state,
        source=SOURCE,
        label=f"Corrections of import {done.batch_id}, {done.file}",
        why="it is the workbook of its rejected lines",
        batch_id=done.correction_batch,
        rejects=RejectStore(done.still),
        notes=notes,
    )
    if done.report is not None:
        report.counts, report.channel = done.report.counts, done.report.channel
        report.source_time, report.basis = done.report.source_time, done.report.basis
    if state == REFUSED:
        report.message = done.headline().replace("**", "")
        report.hint = " ".join(done.words()[1:3])
    return report
