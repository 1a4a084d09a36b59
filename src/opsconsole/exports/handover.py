"""The hand-over as a workbook: a cover with the figures, who has what and the worst, and a sheet per figure."""

from collections.abc import Mapping
from pathlib import Path

from openpyxl.styles import Alignment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.handover import HandOver, OwnerLine, Worst
from opsconsole.domain.instants import to_iso
from opsconsole.domain.listing import Listing
from opsconsole.domain.money import to_decimal
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import instant, time_left, unmarked
from opsconsole.exports import formats
from opsconsole.exports.about import put_text
from opsconsole.exports.cover import LAST, Link, contents, finish, headers, heading, wrapped
from opsconsole.exports.styles import font, line_below
from opsconsole.exports.text import quoted_sheet
from opsconsole.exports.workbook import Workbook


def write_handover(
    told: HandOver, rows: Mapping[str, Listing], path: Path, database: str, progress: Progress | None = None
) -> Path:
    """Write the workbook; ``rows`` are the listings behind the figures by their keys, and ``worst`` and ``owners``.

    Raises UserError for the target's faults (see ``target``), Cancelled when asked to stop.
    """
    book = Workbook(told.title, told.as_of)
    cover = book.add_sheet("Hand-over")
    placed = {}
    for key in ("worst", "owners", *(figure.key for figure in told.figures)):
        listing = rows[key]
        placed[key] = book.add_listing(listing, listing.title)[0].name
    _add_cover(cover, told, database, placed, rows)
    return book.save(path, progress)


def _add_cover(
    sheet: Worksheet, told: HandOver, database: str, placed: Mapping[str, str], rows: Mapping[str, Listing]
) -> None:
    moment = instant(told.as_of, told.time_zone, year_of=0)
    stated = f"{told.span.words}, until {moment} ({told.time_zone}), {to_iso(told.as_of)} in UTC."
    row = heading(sheet, told.title, told.company, stated, database)
    row = _figures(sheet, row, told, placed)
    row = _worst(sheet, row, told)
    row = _owners(sheet, row, told)
    links = [Link(placed[key], f"{len(rows[key]):,} rows") for key in ("worst", "owners")]
    row = contents(sheet, row, links)
    finish(sheet, row, told.title, stated)
    sheet.page_setup.fitToHeight = 0


def _figures(sheet: Worksheet, row: int, told: HandOver, placed: Mapping[str, str]) -> int:
    headers(sheet, row, ("Figure", "Count", "At risk", "  What it counts", "", "", ""), right=(3, 4))
    for figure in told.figures:
        row += 1
        _link(sheet, row, figure.label, placed[figure.key])
        cell = sheet.cell(row, 3)
        cell.value, cell.number_format = figure.value, formats.number(0)
        cell.font = font(bold=True)
        cell.alignment = Alignment(horizontal="right", vertical="top")
        put_text(sheet, row, 4, figure.note)
        sheet.cell(row, 4).font, sheet.cell(row, 4).alignment = font(), Alignment(horizontal="right", vertical="top")
        wrapped(sheet, row, 5, figure.definition)
        sheet.cell(row, 5).alignment = Alignment(horizontal="left", vertical="top", indent=1)
        sheet.row_dimensions[row].height = 18
        _line(sheet, row)
    return row + 2


def _link(sheet: Worksheet, row: int, words: str, target: str) -> None:
    put_text(sheet, row, 2, words)
    cell = sheet.cell(row, 2)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quoted_sheet(target)}!A1", display=words)
    cell.font, cell.alignment = font("accent", underline="single"), Alignment(vertical="top")


def _line(sheet: Worksheet, row: int) -> None:
    for column in range(2, LAST + 1):
        sheet.cell(row, column).border = line_below()


def _worst(sheet: Worksheet, row: int, told: HandOver) -> int:
    words = f"The {len(told.worst)} worst" if told.worst else "Nothing is open"
    headers(sheet, row, (words, "Order", "Time", "At risk", "  Owner", "", "Why, and what is next"), right=(4, 5))
    for worst in told.worst:
        row += 1
        _worst_row(sheet, row, worst)
    return row + 2


def _worst_row(sheet: Worksheet, row: int, worst: Worst) -> None:
    texts = {
        2: f"{worst.severity}  {worst.label}",
        3: worst.order,
        4: time_left(worst.time_left.seconds) if worst.time_left is not None else "",
        6: worst.owner or "Unassigned",
        8: f"{unmarked(worst.why)}\nNext: {unmarked(worst.next_step)}.",
    }
    late = worst.time_left is not None and worst.time_left.seconds < 0
    for column, text in texts.items():
        put_text(sheet, row, column, text)
        cell = sheet.cell(row, column)
        muted = column == 8 or (column == 6 and not worst.owner)
        cell.font = font("bad" if column == 4 and late else "text_muted" if muted else "text", bold=column == 2)
        side = "right" if column == 4 else "left"
        cell.alignment = Alignment(horizontal=side, vertical="top", wrap_text=column == 8, indent=int(column == 6))
    if worst.severity == "S1":
        sheet.cell(row, 2).font = font("bad", bold=True)
    _money(sheet, row, 5, worst.value_at_risk, worst.currency)
    lines = sum(-(-len(part) // 70) for part in texts[8].split("\n"))
    sheet.row_dimensions[row].height = max(18.0, 15.5 * lines)
    _line(sheet, row)


def _owners(sheet: Worksheet, row: int, told: HandOver) -> int:
    headers(sheet, row, ("Owner", "Open", "Overdue", "Opened", "Closed", "At risk", ""), right=(3, 4, 5, 6, 7))
    for line in told.owners:
        row += 1
        _owner_row(sheet, row, line, told.currency)
    return row + 2


def _owner_row(sheet: Worksheet, row: int, line: OwnerLine, currency: str) -> None:
    put_text(sheet, row, 2, line.owner or "Unassigned")
    sheet.cell(row, 2).font = font("text" if line.owner else "text_muted")
    for column, number in enumerate((line.open_now, line.overdue, line.opened, line.closed), 3):
        cell = sheet.cell(row, column)
        cell.value, cell.number_format = number, formats.number(0)
        cell.font = font("bad" if column == 4 and number else "text" if number else "text_muted")
    _money(sheet, row, 7, line.value_at_risk, currency, vertical="bottom")
    _line(sheet, row)


def _money(
    sheet: Worksheet, row: int, column: int, amount: int | None, currency: str, *, vertical: str = "top"
) -> None:
    cell = sheet.cell(row, column)
    if amount is not None:
        cell.value, cell.number_format = to_decimal(amount, currency), formats.money(currency)
    cell.font, cell.alignment = font(), Alignment(horizontal="right", vertical=vertical)
