"""Spreadsheets as rows of text: .xlsx through openpyxl, .ods read directly, both streamed.

Declared sizes of sheets are not believed: they are often wrong, sometimes 16,384 × 1,048,576.
Typed cells become the text a careful export would have: dates ISO 8601, whole numbers without ``.0``, flags true and
false. Cells a sheet declares but leaves empty cost nothing.
"""

import math
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, Row, Table, open_seekable

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DAMAGED = (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, TypeError, OSError, EOFError)


def open_package(file: InputFile, options: FileOptions) -> Table:
    """The sheet of a spreadsheet package; UserError when it is something else, damaged or absurdly large."""
    try:
        with open_seekable(file) as stream, zipfile.ZipFile(stream) as package:
            limits.check_package(package, file.name)
            names = set(package.namelist())
            is_ods = "mimetype" in names and b"opendocument.spreadsheet" in package.read("mimetype")
    except (zipfile.BadZipFile, OSError, RuntimeError):
        raise _damaged(file) from None
    if is_ods:
        return OdsTable(file, pick_sheet(file, list(_ods_names(file)), options.sheet))
    if "xl/workbook.bin" in names:
        raise UserError(f"{file.name} is a binary Excel file (.xlsb).", "Save it as .xlsx or .csv and import that.")
    if "[Content_Types].xml" not in names:
        raise UserError(f"{file.name} is an archive.", "Unpack it, or import it as a .zip.")
    return XlsxTable(file, pick_sheet(file, sheet_names(file), options.sheet))


def package_sheet_names(table: "XlsxTable | OdsTable") -> list[str]:
    """Names of the sheets of the package that a table is of."""
    return list(_ods_names(table.file)) if isinstance(table, OdsTable) else sheet_names(table.file)


def _damaged(file: InputFile) -> UserError:
    why = "it cannot be unpacked" if file.named(".zip") else "it cannot be read as a spreadsheet"
    return UserError(f"{file.name} is damaged: {why}.", "Save or download it again.")


def pick_sheet(file: InputFile, names: list[str], wanted: str) -> str:
    """The sheet of that name, letter case aside, or the first; UserError when there is none."""
    if not names:
        raise UserError(f"{file.name} has no sheet with cells.", "Export it again.")
    if not wanted:
        return names[0]
    for name in names:
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise UserError(f"{file.name} has no sheet “{wanted}”.", f"It has {', '.join(names)}.")


@dataclass(frozen=True, slots=True)
class XlsxTable:
    """One sheet of an .xlsx."""

    file: InputFile
    sheet: str
    ragged: bool = False

    @property
    def description(self) -> str:
        """``sheet Orders``."""
        return f"sheet {self.sheet}"

    def rows(self) -> Iterator[NumberedRow]:
        """Rows with cells, by row number; values as last calculated."""
        with open_seekable(self.file) as stream:
            try:
                book = _load(stream)
                sheet = book[self.sheet]
                for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                    if cells:
                        row = [cell_text(cell) for cell in cells[: limits.MAX_COLUMNS]]
                        if any(row):
                            yield number, _trimmed(row)
                book.close()
            except _DAMAGED as fault:
                raise _damaged(self.file) from fault


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]
    """A sheet of unknown size: where none is declared, the whole sheet would be read for it, each time anew."""

    def _get_size(self) -> None:
        self._max_column = self._max_row = None


class _Reader(ExcelReader):  # type: ignore[misc]
    """Opens the sheets with cells without a look into them."""

    def read_worksheets(self) -> None:
        """As of its base."""
        for sheet, place in self.parser.find_sheets():
            if place.target in self.valid_files and "chartsheet" not in place.Type:
                page = _Sheet(self.wb, sheet.name, place.target, self.shared_strings)
                page.sheet_state = sheet.state
                self.wb._sheets.append(page)


def _load(stream: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that do not matter here
        reader = _Reader(stream, read_only=True, data_only=True, keep_links=False)
        reader.read()
        return reader.wb


def sheet_names(file: InputFile) -> list[str]:
    """Names of the sheets of an .xlsx that can be seen."""
    try:
        with open_seekable(file) as stream:
            book = _load(stream)
            names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
            book.close()
            return names
    except _DAMAGED:
        raise _damaged(file) from None


def _trimmed(row: Row) -> Row:
    while row and not row[-1]:
        row.pop()
    return row


def cell_text(value: Any) -> str:
    """A typed cell's value as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        # Spreadsheets count days in floating point: the second is exact, what follows is noise.
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0) if value.microsecond else value
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class OdsTable:
    """One sheet of an .ods."""

    file: InputFile
    sheet: str
    ragged: bool = False

    @property
    def description(self) -> str:
        """``sheet Orders``."""
        return f"sheet {self.sheet}"

    def rows(self) -> Iterator[NumberedRow]:
        """Rows with cells, by row number; repeated rows and cells are unfolded as far as they hold something."""
        number = 1
        for element in _ods_rows(self.file, self.sheet):
            repeated = _count(element, "number-rows-repeated")
            row = _ods_cells(element)
            if row:
                if repeated > limits.MAX_RECORDS:
                    raise _damaged(self.file)
                for offset in range(repeated):
                    yield number + offset, list(row)
            number += repeated


def _ods_events(file: InputFile) -> Iterator[tuple[str, ElementTree.Element]]:
    try:
        with open_seekable(file) as stream, zipfile.ZipFile(stream) as package, package.open("content.xml") as content:
            yield from ElementTree.iterparse(content, events=("start", "end"))
    except _DAMAGED as fault:
        raise _damaged(file) from fault


def _ods_names(file: InputFile) -> Iterator[str]:
    for event, element in _ods_events(file):
        if element.tag == f"{_TABLE}table":
            if event == "start":
                yield element.get(f"{_TABLE}name", "")
            element.clear()
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            element.clear()


def _ods_rows(file: InputFile, sheet: str) -> Iterator[ElementTree.Element]:
    table: ElementTree.Element | None = None
    for event, element in _ods_events(file):
        if element.tag == f"{_TABLE}table":
            if table is not None and event == "end":
                return
            table = element if event == "start" and element.get(f"{_TABLE}name", "") == sheet else None
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            if table is not None:
                yield element
                table.clear()  # the rows behind us, so that memory stays flat
            element.clear()


def _count(element: ElementTree.Element, attribute: str) -> int:
    return max(1, int(element.get(f"{_TABLE}{attribute}", "1")))


def _ods_cells(row: ElementTree.Element) -> Row:
    cells: Row = []
    skipped = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        repeated = _count(cell, "number-columns-repeated")
        text = _ods_text(cell)
        if not text:
            skipped += repeated
            continue
        # A cell far to the right of the table is no column of it.
        room = max(0, limits.MAX_COLUMNS - len(cells))
        cells.extend([""] * min(skipped, room))
        cells.extend([text] * min(repeated, max(0, limits.MAX_COLUMNS - len(cells))))
        skipped = 0
    return cells


def _ods_text(cell: ElementTree.Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in ("float", "currency", "percentage"):
        return cell_text(float(cell.get(f"{_OFFICE}value", "0")))
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "").replace("T", " ").removesuffix(" 00:00:00")
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "")
    return "\n".join("".join(paragraph.itertext()) for paragraph in cell.iter(f"{_TEXT}p"))
