"""Reading a file: every field as text first, then whole columns typed, records built, bad orders set aside."""

from collections.abc import Sequence
from pathlib import Path

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.imports import files, limits, recognize
from opsconsole.imports.collect import collect, watched
from opsconsole.imports.columns import TextTable
from opsconsole.imports.long_files import read_long
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.recognize import Candidate
from opsconsole.imports.settling import Settling
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, head, input_file


def open_file(file: InputFile | Path, candidates: Sequence[Candidate], *, forced: Candidate | None = None) -> Opened:
    """Find out what a file is. ``forced`` is a candidate the user named.

    Raises UserError when the file is no table, fits nothing, or lacks what the named candidate needs.
    """
    if isinstance(file, Path):
        file = input_file(file)
    options = FileOptions() if forced is None else _options(forced)
    table = files.open_table(file, options)
    rows = _bounded(file, head(table))
    if not rows:
        raise UserError(f"{file.name} has no rows.", "Export it again.")
    if forced is not None:
        return Opened(file, table, recognize.forced_fit(file, rows, forced, options.header_row))
    fit = recognize.best_fit(rows, candidates)
    if fit is None:
        raise recognize.not_recognized(file, rows)
    chosen = _options(fit.candidate)
    if chosen != FileOptions():
        table = files.open_table(file, chosen)
        fit = recognize.forced_fit(file, _bounded(file, head(table)), fit.candidate, chosen.header_row)
    return Opened(file, table, fit)


def _options(candidate: Candidate) -> FileOptions:
    return candidate.file


def _bounded(file: InputFile, rows: list[NumberedRow]) -> list[NumberedRow]:
    if any(len(row) > limits.MAX_COLUMNS for _, row in rows):
        raise limits.too_large(file.name, f"it has more than {limits.MAX_COLUMNS:,} columns")
    return rows


def read_file(
    file: InputFile | Path,
    candidates: Sequence[Candidate],
    reading: Reading | None = None,
    *,
    forced: Candidate | None = None,
    progress: Progress | None = None,
) -> ParsedFile:
    """Read a whole file; see ``open_file`` and ``read_opened``."""
    return read_opened(open_file(file, candidates, forced=forced), reading or Reading(), progress)


def read_opened(
    opened: Opened, reading: Reading, progress: Progress | None = None, *, in_portions: bool = False
) -> ParsedFile:
    """Typed records of a file and what was refused.

    Memory: the columns that are needed, dictionary-encoded, and the typed records; the rest is read in chunks and let
    go. ``in_portions``: of a long file no more than a portion of it, see imports/long_files.py; close what is returned.
    Raises UserError for what concerns the whole file (ambiguous dates, a broken file), Cancelled when cancelled.
    """
    settling = Settling(opened, reading)
    if in_portions:
        return read_long(settling, progress)
    watch = watched(opened.file, progress)
    return settling.whole(collect(opened.table, opened.fit.names, opened.needed, opened.fit.line, watch))


def read_collected(opened: Opened, table: TextTable, reading: Reading) -> ParsedFile:
    """As ``read_opened``, of columns that were read already: those the mapping needs, maybe more."""
    return Settling(opened, reading).whole(table)
