"""The sheet “About”: what a listing is, as of when, and what each of its columns means."""

from collections.abc import Sequence

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole import __version__
from opsconsole.domain.field import Kind
from opsconsole.domain.instants import to_iso
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import unmarked
from opsconsole.exports.columns import SheetColumn
from opsconsole.exports.sheet import as_of_line, print_set_up
from opsconsole.exports.styles import font, line_below
from opsconsole.exports.text import cleaned, is_formula_like

_KIND_WORDS = {
    Kind.INSTANT: "Date and time in {zone}",
    Kind.DATE: "Local date",
    Kind.MONEY: "Money in the currency of its row",
    Kind.PERCENT: "Percent",
    Kind.DURATION: "Time span",
    Kind.TIME_LEFT: "Hours until due; over: hours since then",
    Kind.COVER: "Days",
    Kind.CLAUSE: "Attainment, in the unit of the clause",
    Kind.IDENTIFIER: "Identifier, kept as text",
    Kind.TREND: "Shape of the last values, oldest first",
    Kind.GRADE: "A from 90, B from 80, C from 70, D below",
    Kind.SEVERITY: "S1 is the most severe",
}


def put_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Text into a cell, never a formula."""
    cell = sheet.cell(row, column)
    cell.value = cleaned(text)
    cell.data_type = "s"
    if is_formula_like(text):
        cell.quotePrefix = True


def add_about(sheet: Worksheet, listing: Listing, columns: Sequence[SheetColumn]) -> None:
    """Fill an empty sheet with title, as of, notes and the meaning of the columns."""
    lines = [listing.title or "List", as_of_line(listing), f"As of in UTC: {to_iso(listing.as_of)}."]
    lines += [unmarked(note) for note in listing.notes]
    lines.append(f"Totals count the rows that the filters leave. Written by opsconsole {__version__}.")
    for number, line in enumerate(lines, 1):
        put_text(sheet, number, 1, line)
        sheet.cell(number, 1).font = font(size=16, bold=True) if number == 1 else font("text_muted")
    row = len(lines) + 2
    for number, header in enumerate(("Column", "What it says", "Kind", "Shown"), 1):
        put_text(sheet, row, number, header)
        sheet.cell(row, number).font, sheet.cell(row, number).border = font(bold=True), line_below("line_strong")
    for column in columns:
        row += 1
        kind = _KIND_WORDS.get(column.kind, "").format(zone=listing.time_zone)
        for number, text in enumerate((column.header, column.help, kind, "hidden" if column.hidden else ""), 1):
            put_text(sheet, row, number, text)
            cell = sheet.cell(row, number)
            cell.font, cell.border = font("text" if number < 3 else "text_muted"), line_below()
            cell.alignment = Alignment(vertical="top", wrap_text=number == 2)
    for letter, width in zip("ABCD", (28, 70, 40, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=listing.title, as_of=as_of_line(listing))
