"""A workbook of listings and laid-out sheets, written as one file."""

from datetime import UTC
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook as Book
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole import __version__
from opsconsole.domain.instants import to_datetime
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress
from opsconsole.exports import package, text
from opsconsole.exports.about import add_about
from opsconsole.exports.columns import sheet_columns
from opsconsole.exports.sheet import SHEET_ROWS, ListingSheet, Part, lay_out
from opsconsole.exports.styles import StyleBook
from opsconsole.exports.target import check_target, write_atomically

_HEAD_ROWS = 12  # rows kept free above a table when a listing is split over sheets


class Workbook:
    """Sheets in the order they are added; nothing is on disk before ``save``."""

    def __init__(self, title: str, as_of: int) -> None:
        self._book = Book()
        self._book.remove(self._book.active)
        scratch = self._book.create_sheet("scratch")
        self.styles = StyleBook(self._book, scratch)
        self._book.remove(scratch)
        self._streamed: dict[str, package.Streamed] = {}
        self._tables: set[str] = set()
        properties = self._book.properties
        properties.title, properties.creator = text.one_line(title), f"opsconsole {__version__}"
        properties.created = to_datetime(as_of).astimezone(UTC).replace(tzinfo=None, microsecond=0)

    @property
    def sheet_names(self) -> list[str]:
        """Names of the sheets so far."""
        return list(self._book.sheetnames)

    def add_sheet(self, name: str) -> Worksheet:
        """An empty sheet to lay out by hand; its name is made legal and unique."""
        taken = {known.lower() for known in self._book.sheetnames}
        sheet = self._book.create_sheet(text.sheet_name(name, taken))
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        return sheet

    def add_listing(self, listing: Listing, name: str = "", *, rows_per_sheet: int = 0) -> list[ListingSheet]:
        """Sheets of a listing: one, or several where it has more rows than a sheet holds."""
        most = rows_per_sheet or SHEET_ROWS - _HEAD_ROWS
        starts = range(0, max(1, len(listing)), most)
        columns = sheet_columns(listing, self.styles)
        placed = []
        for number, start in enumerate(starts, 1):
            sheet = self.add_sheet(name or listing.title or "List")
            table = text.table_name(sheet.title, self._tables)
            self._tables.add(table.lower())
            part = Part(start, min(start + most, len(listing)), number, len(starts))
            where, streamed = lay_out(sheet, listing, columns, part, table=table, styles=self.styles)
            self._streamed[sheet.title] = streamed
            placed.append(where)
        return placed

    def add_rows(self, sheet: Worksheet, rows: package.Streamed) -> None:
        """Stream rows into a sheet that was laid out by hand and has no cells of its own."""
        self._streamed[sheet.title] = rows

    def define(self, name: DefinedName) -> None:
        """Give a cell or a value a name that holds in the whole workbook."""
        self._book.defined_names[name.name] = name

    def add_about(self, listing: Listing, placed: ListingSheet) -> None:
        """A sheet that says what the listing and its columns mean."""
        add_about(self.add_sheet("About"), listing, placed.columns)

    def sheet(self, name: str) -> Worksheet:
        """Sheet by name, to add charts to."""
        return self._book[name]

    def save(self, path: Path, progress: Progress | None = None) -> Path:
        """Write the file whole or not at all; UserError for the target's faults, Cancelled when asked to stop."""
        total = sum(rows.stop - rows.start for rows in self._streamed.values())
        done = 0

        def on_rows(rows: int) -> None:
            nonlocal done
            done += rows
            if progress is not None:
                progress.step(done, total, f"Writing {path.name}")

        for rows in self._streamed.values():
            rows.on_rows = on_rows

        def write(file: BinaryIO) -> None:
            package.save(self._book, self._streamed, file)

        check_target(path)
        self.styles.close()
        return write_atomically(path, write)
