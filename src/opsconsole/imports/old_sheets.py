"""Spreadsheets of Excel 97 to 2003 (.xls) as rows of text, read through xlrd."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import xlrd

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.sheets import cell_text, pick_sheet
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, open_unpacked

SIGNATURE = b"\xd0\xcf\x11\xe0"
_TOO_LARGE = 256 * limits.MEBIBYTE  # 65,536 rows of 256 columns are far less
_VISIBLE = 0
# The part in which Office keeps a workbook that has a password, .xlsx too ([MS-OFFCRYPTO] 2.3.4.4).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_old(file: InputFile, options: FileOptions) -> "XlsTable":
    """The sheet of an .xls; UserError when it is protected, damaged or another kind of Office file."""
    return XlsTable(file, pick_sheet(file, old_sheet_names(file), options.sheet))


def old_sheet_names(file: InputFile) -> list[str]:
    """Names of the visible sheets."""
    book = _book(file)
    names = [book.sheet_names()[at] for at in range(book.nsheets) if _visibility(book, at) == _VISIBLE]
    book.release_resources()
    return names


def _visibility(book: Any, at: int) -> int:
    return int(book._sheet_visibility[at]) if at < len(book._sheet_visibility) else _VISIBLE


@dataclass(frozen=True, slots=True)
class XlsTable:
    """One sheet of an .xls."""

    file: InputFile
    sheet: str
    ragged: bool = False

    @property
    def description(self) -> str:
        """``sheet Orders of an old Excel file``."""
        return f"sheet {self.sheet} of an old Excel file"

    def rows(self) -> Iterator[NumberedRow]:
        """Rows with cells, by row number."""
        book = _book(self.file)
        try:
            sheet = book.sheet_by_name(self.sheet)
        except Exception as fault:  # of a damaged file xlrd raises whatever its parser stumbles over
            raise _damaged(self.file) from fault
        for number in range(sheet.nrows):
            row = [_text(cell, book.datemode) for cell in sheet.row(number)[: limits.MAX_COLUMNS]]
            while row and not row[-1]:
                row.pop()
            if row:
                yield number + 1, row


def _book(file: InputFile) -> Any:
    with open_unpacked(file) as stream:
        content = stream.read(_TOO_LARGE + 1)
    if len(content) > _TOO_LARGE:
        raise limits.too_large(file.name, "it has more than 256 MB")
    if _ENCRYPTED in content:
        raise _protected(file)
    try:
        return xlrd.open_workbook(
            file_contents=content, on_demand=True, ragged_rows=True, logfile=io.StringIO(), verbosity=0
        )
    except xlrd.XLRDError as fault:
        if "encrypted" in str(fault).lower():
            raise _protected(file) from None
        raise _damaged(file) from fault
    except Exception as fault:
        raise _damaged(file) from fault


def _protected(file: InputFile) -> UserError:
    return UserError(f"{file.name} is protected by a password.", "Save it without one and import that.")


def _damaged(file: InputFile) -> UserError:
    return UserError(
        f"{file.name} is an old or protected Excel file that cannot be read: it holds no table, or it is damaged.",
        "Save it as .xlsx or .csv and import that.",
    )


def _text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    return cell_text(cell.value)


def _date(value: float, datemode: int) -> str:
    if 0 <= value < 1:  # a time of day
        return str(timedelta(seconds=round(value * 86_400))).rjust(8, "0")
    try:
        return cell_text(xlrd.xldate.xldate_as_datetime(value, datemode))
    except (ValueError, OverflowError):
        return cell_text(value)
