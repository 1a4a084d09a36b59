"""Covers: for whom and when, headline figures, contents, definitions, filters; that of the review, and its parts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openpyxl.styles import Alignment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole import __version__
from opsconsole.domain.instants import to_iso
from opsconsole.domain.wording import instant, unmarked
from opsconsole.exports.about import put_text
from opsconsole.exports.kpi_lines import KpiLine
from opsconsole.exports.pack import ReviewPack
from opsconsole.exports.sheet import print_set_up
from opsconsole.exports.styles import fill, font, line_below
from opsconsole.exports.text import quoted_sheet

_WIDTHS = (3, 30, 14, 14, 14, 14, 14, 60)
LAST = len(_WIDTHS)


class Link(NamedTuple):
    """A line of the contents: sheet and what is on it."""

    sheet: str
    words: str


def add_cover(sheet: Worksheet, pack: ReviewPack, links: Sequence[Link]) -> None:
    """Fill the empty first sheet."""
    stated = f"As of {instant(pack.as_of, pack.time_zone, year_of=0)} ({pack.time_zone}), {to_iso(pack.as_of)} in UTC."
    row = heading(sheet, pack.title, pack.company, stated, pack.database)
    row = _figures(sheet, row, pack.lines)
    row = section(sheet, row, "What stands out", tuple(map(unmarked, pack.highlights)))
    row = contents(sheet, row, links)
    row = section(sheet, row, "Filters", pack.filters or ("None: everything in the database.",))
    row = section(sheet, row, "Notes", pack.notes)
    row = _definitions(sheet, row, pack.lines)
    finish(sheet, row, pack.title, stated)


def finish(sheet: Worksheet, row: int, title: str, stated: str) -> None:
    """Widths and print set-up of a cover that ends above ``row``."""
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[chr(64 + number)].width = width
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=title, as_of=stated)
    sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:{chr(64 + LAST)}{row}"


def heading(sheet: Worksheet, title: str, company: str, stated: str, database: str) -> int:
    """Title, company, as-of and origin; returns the first free row."""
    lines = (
        (title, font(size=24, bold=True), 36.0),
        (company, font(size=14), 22.0),
        (stated, font("text_muted"), 18.0),
        (f"From {database}. Written by opsconsole {__version__}.", font("text_muted"), 18.0),
    )
    row = 2
    for text, face, height in lines:
        if text:
            put_text(sheet, row, 2, text)
            sheet.cell(row, 2).font, sheet.row_dimensions[row].height = face, height
            row += 1
    return row + 1


def _figures(sheet: Worksheet, row: int, lines: Sequence[KpiLine]) -> int:
    titles = ("KPI", "This period", "Target", "", "Previous", "Last year", "")
    headers(sheet, row, titles, right=(3, 4, 6, 7))
    for line in lines:
        row += 1
        put_text(sheet, row, 2, line.label)
        sheet.cell(row, 2).font = font(bold=True)
        _number(sheet, row, 3, line, line.values[-1], line.words[-1], strong=True)
        _number(sheet, row, 4, line, line.targets[-1], "none")
        _number(sheet, row, 6, line, line.values[-2] if len(line.values) > 1 else None, "no data")
        _number(sheet, row, 7, line, line.last_year[-1], "no data")
        if line.met is not None:
            put_text(sheet, row, 5, "✓ met" if line.met else "✗ missed")
            sheet.cell(row, 5).font = font("good" if line.met else "bad", bold=not line.met)
        for column in range(2, LAST + 1):
            sheet.cell(row, column).border = line_below()
    return row + 2


def _number(
    sheet: Worksheet, row: int, column: int, line: KpiLine, value: float | None, words: str, *, strong: bool = False
) -> None:
    cell = sheet.cell(row, column)
    if value is None:
        put_text(sheet, row, column, words)
        cell.font = font("text_muted")
    else:
        cell.value, cell.number_format = line.scaled(value), line.number_format
        cell.font = font(bold=strong)
    cell.alignment = Alignment(horizontal="right")


def contents(sheet: Worksheet, row: int, links: Sequence[Link]) -> int:
    """Lines that lead to the sheets; returns the first free row."""
    headers(sheet, row, ("Contents", "", "", "", "", "", ""))
    for link in links:
        row += 1
        put_text(sheet, row, 2, link.sheet)
        cell = sheet.cell(row, 2)
        place = f"{quoted_sheet(link.sheet)}!A1"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place, display=link.sheet)
        cell.font = font("accent", underline="single")
        put_text(sheet, row, 3, link.words)
        sheet.cell(row, 3).font = font("text_muted")
    return row + 2


def section(sheet: Worksheet, row: int, title: str, lines: Iterable[str]) -> int:
    """A title over lines of words (nothing without lines); returns the first free row."""
    lines = tuple(lines)
    if not lines:
        return row
    headers(sheet, row, (title, "", "", "", "", "", ""))
    for line in lines:
        row += 1
        wrapped(sheet, row, 2, line)
    return row + 2


def _definitions(sheet: Worksheet, row: int, lines: Sequence[KpiLine]) -> int:
    headers(sheet, row, ("Definitions", "", "", "", "", "", ""))
    for line in lines:
        row += 1
        put_text(sheet, row, 2, line.label)
        sheet.cell(row, 2).font = font()
        sheet.cell(row, 2).alignment = Alignment(vertical="top")
        wrapped(sheet, row, 3, line.definition)
    return row + 1


def wrapped(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Words over the rest of the row, as high as they need."""
    put_text(sheet, row, column, text)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=LAST)
    cell = sheet.cell(row, column)
    cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), font("text_muted")
    room = sum(_WIDTHS[column - 1 :]) * 1.1
    # Excel does not grow rows of merged cells by itself.
    sheet.row_dimensions[row].height = 16.0 * max(1, -(-len(text) // int(room)))


def headers(sheet: Worksheet, row: int, words: Sequence[str], right: tuple[int, ...] = ()) -> None:
    """A row of column headers; ``right`` are the columns that stand right."""
    for column, word in enumerate(words, 2):
        cell = sheet.cell(row, column)
        if word:
            put_text(sheet, row, column, word)
        cell.font, cell.fill, cell.border = font("text_muted", bold=True), fill("raised"), line_below("line_strong")
        cell.alignment = Alignment(horizontal="right" if column in right else "left", vertical="center")
    sheet.row_dimensions[row].height = 20
