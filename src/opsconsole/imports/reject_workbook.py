"""Workbooks of refused lines that come back corrected, whatever program saved them."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.domain.reject_sheet import BEYOND, HIDDEN_SHEET, LINE, MARK, WRONG
from opsconsole.imports.columns import normalized
from opsconsole.imports.sheets import XlsxTable, sheet_names
from opsconsole.imports.tables import InputFile, Row, open_seekable

_MOST_HEAD_ROWS = 30
# What the workbook could not take, or writes in another way.
_NOT_WRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CUT = " … (cut, "


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose lines a workbook has."""

    batch_id: int
    key: str


def read_marker(file: InputFile) -> Marker | None:
    """The import that a workbook of refused lines belongs to; None where a file is no such workbook."""
    if not file.name.casefold().endswith(".xlsx") or not _may_be(file):
        return None
    told = {row[0]: row[1] for _, row in XlsxTable(file, HIDDEN_SHEET).rows() if len(row) > 1}
    if MARK not in told or not told.get("import", "").isdigit():
        return None
    return Marker(int(told["import"]), told.get("key", ""))


def _may_be(file: InputFile) -> bool:
    try:
        with open_seekable(file) as stream, zipfile.ZipFile(stream) as package:
            info = package.getinfo("xl/workbook.xml")
            return info.file_size < 1 << 20 and HIDDEN_SHEET.encode() in package.read(info)
    except (KeyError, OSError, zipfile.BadZipFile, RuntimeError):
        return False


def read_lines(file: InputFile, header: Sequence[str]) -> Iterator[tuple[int, dict[int, str]]]:
    """Lines of the workbook with their cells by the number of their column in the file that they are from.

    UserError where the sheet, a column or a line's number is not there any more.
    """
    rows = iter(_rows(file))
    names, line_at, wrong_at = next(rows)
    places = _places(file, names, {line_at, wrong_at}, header)
    for number, row in rows:
        text = row[line_at].strip() if line_at < len(row) else ""
        if not text:
            continue
        if not text.isdigit():
            raise UserError(
                f"{file.name}, row {number}: the column “{LINE}” has “{text}”, expected the number of a line.",
                "Put the number back, or delete the row.",
            )
        yield int(text), {column: row[at] if at < len(row) else "" for at, column in places.items()}


def _rows(file: InputFile) -> Iterator[tuple[Any, ...]]:
    for name in sheet_names(file):
        table = XlsxTable(file, name).rows()
        for _, (_, row) in zip(range(_MOST_HEAD_ROWS), table, strict=False):
            if LINE in row and WRONG in row:
                yield row, row.index(LINE), row.index(WRONG)
                yield from table
                return
    raise UserError(
        f"{file.name} has no header with “{LINE}” and “{WRONG}” any more.",
        "Save the rejected lines again, and correct those.",
    )


def _places(file: InputFile, names: Row, others: set[int], header: Sequence[str]) -> dict[int, int]:
    """Column of the file by column of the sheet: by its name; the nameless and those beyond in their order."""
    left = {number: normalized(name) for number, name in enumerate(header)}
    found: dict[int, int] = {}
    beyond = len(header)
    for at, name in enumerate(names):
        if at in others:
            continue
        if name == BEYOND:
            found[at], beyond = beyond, beyond + 1
            continue
        number = next((number for number, known in left.items() if known == normalized(name)), None)
        if number is not None:
            del left[number]
            found[at] = number
    missing = [header[number] for number, name in left.items() if name]
    if missing:
        raise UserError(f"{file.name} has no column “{missing[0]}” any more.", "Put the header back as it was.")
    return found


def same_text(kept: str, told: str) -> bool:
    """Whether a workbook's cell says what was written into it."""
    return _plain(kept) == _plain(told) or _CUT in told


def _plain(text: str) -> str:
    return _NOT_WRITTEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
