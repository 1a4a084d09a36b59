"""A listing as a sheet: what it is and as of when, totals, and the table with filters under a frozen header."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.field import Kind, Total
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import instant, unmarked
from opsconsole.exports.columns import SheetColumn
from opsconsole.exports.package import Row, Streamed
from opsconsole.exports.styles import Look, StyleBook, judged
from opsconsole.exports.text import element, escaped, one_line
from opsconsole.exports.totals import Span, has_gaps, rows_formula, total_cell, total_formula, total_length

SHEET_ROWS = 1_048_576  # Excel specifications and limits
_WIDEST_TOTAL = 40.0
_MOST_NOTES = 3  # lines above the table; the frozen part must leave room for rows on a laptop


@dataclass
class ListingSheet:
    """Where a listing stands in the workbook: for links, charts and reading back."""

    name: str
    table: str
    header_row: int
    first_row: int
    last_row: int
    letters: dict[str, str] = field(default_factory=dict)
    columns: Sequence[SheetColumn] = ()

    def span(self, key: str) -> Span:
        """Cells of a column by its field's key."""
        return Span(self.letters[key], self.first_row, self.last_row)


@dataclass(frozen=True)
class Part:
    """Rows ``start`` to ``stop`` of a listing, the ``number``-th of ``of`` sheets it takes."""

    start: int
    stop: int
    number: int = 1
    of: int = 1


def lay_out(
    sheet: Worksheet,
    listing: Listing,
    columns: Sequence[SheetColumn],
    part: Part,
    *,
    table: str,
    styles: StyleBook,
) -> tuple[ListingSheet, Streamed]:
    """Everything around the rows goes into ``sheet``; the rows come back to be streamed."""
    front = next((number for number, column in enumerate(columns) if not column.hidden), 0)
    head = _head(listing, part, styles, front)
    totals_row, header_row = len(head) + 2, len(head) + 3
    first, last = header_row + 1, header_row + max(1, part.stop - part.start)
    letters = {column.key: get_column_letter(number) for number, column in enumerate(columns, 1)}
    placed = ListingSheet(sheet.title, table, header_row, first, last, letters, columns)
    for column in columns:
        column.currency_letter = letters.get(column.extra.get("currency", ""), "")
    rows: list[Row] = list(head)
    rows.append((totals_row, 21.0, _totals(placed, columns, part, styles, front)))
    rows.append((header_row, 30.0, [_header(column, styles) for column in columns]))
    if part.start == part.stop:
        rows.append((first, None, _empty_row(columns, styles)))
    _add_table(sheet, placed, columns)
    _color(sheet, placed, columns)
    _set_up(sheet, placed, columns, listing)
    streamed = Streamed(
        rows,
        [column.cells for column in columns],
        first,
        part.start,
        part.stop,
        f"A1:{get_column_letter(len(columns))}{last}",
        [f"{letters[c.key]}{first}:{letters[c.key]}{last}" for c in columns if c.kind in (Kind.IDENTIFIER, Kind.TEXT)],
    )
    return placed, streamed


def as_of_line(listing: Listing) -> str:
    """``As of Tue 17 Nov 2026, 10:42 (America/New_York), 214 rows``."""
    moment = instant(listing.as_of, listing.time_zone, year_of=0)
    rows = f"{len(listing):,} rows" if listing.total == len(listing) else f"{len(listing):,} of {listing.total:,} rows"
    return f"As of {moment}. Times are in {listing.time_zone}. {rows}."


def _head(listing: Listing, part: Part, styles: StyleBook, front: int) -> list[Row]:
    title = one_line(listing.title or "List")
    if part.of > 1:
        title += f", part {part.number} of {part.of}"
    lines = [
        (title, Look(size=16, bold=True, line=""), 24.0),
        (as_of_line(listing), Look(role="text_muted", line=""), 16.0),
    ]
    notes = [unmarked(note) for note in listing.notes[:_MOST_NOTES]]
    if len(listing.notes) > _MOST_NOTES:
        notes[-1] += " More on the sheet “About”."
    lines += [(one_line(note), Look(role="text_muted", line=""), 16.0) for note in notes]
    rows: list[Row] = []
    for number, (text, look, height) in enumerate(lines, 1):
        content, marked = element(text)
        style = styles.number(look if not marked else Look(role=look.role, size=look.size, line="", text_mark=True))
        rows.append((number, height, [""] * front + [f' s="{style}" t="inlineStr"><is>{content}</is></c>']))
    return rows


def _totals(
    placed: ListingSheet, columns: Sequence[SheetColumn], part: Part, styles: StyleBook, front: int
) -> list[str]:
    full = next((column for column in columns if not has_gaps(column)), None)
    cells = []
    for number, column in enumerate(columns):
        shown, span = column.part(part.start, part.stop), placed.span(column.key)
        formula = total_formula(shown, span)
        if number == front and column.total is Total.NONE and full is not None and part.stop > part.start:
            formula = rows_formula(placed.span(full.key), part.stop - part.start)
        cells.append(total_cell(shown, formula, styles))
        column.width = max(column.width, min(_WIDEST_TOTAL, total_length(shown, formula) * 1.15 + 2 + column.indent))
    return cells


def _header(column: SheetColumn, styles: StyleBook) -> str:
    look = styles.number(
        Look(
            "General", column.align, "text_muted", True, "raised", line="line_strong", header=True, indent=column.indent
        )
    )
    return f' s="{look}" t="inlineStr"><is><t>{escaped(column.header)}</t></is></c>'


def _empty_row(columns: Sequence[SheetColumn], styles: StyleBook) -> list[str]:
    muted = styles.number(Look(role="text_muted"))
    return [f' s="{muted}" t="inlineStr"><is><t>No rows</t></is></c>', *(f' s="{muted}"/>' for _ in columns[1:])]


def _add_table(sheet: Worksheet, placed: ListingSheet, columns: Sequence[SheetColumn]) -> None:
    ref = f"A{placed.header_row}:{get_column_letter(len(columns))}{placed.last_row}"
    table = Table(displayName=placed.table, name=placed.table, ref=ref)
    # Lines and header come from the cells themselves; a table style on top would stripe them.
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False, showColumnStripes=False)
    table._initialise_columns()
    for known, column in zip(table.tableColumns, columns, strict=True):
        known.name = column.header
    sheet.add_table(table)


def _color(sheet: Worksheet, placed: ListingSheet, columns: Sequence[SheetColumn]) -> None:
    for column in columns:
        span = placed.span(column.key)
        cell, ref = f"${span.letter}{span.first}", f"{span.letter}{span.first}:{span.letter}{span.last}"
        for formula, style in _judgements(column, cell, placed):
            sheet.conditional_formatting.add(
                ref, Rule(type="expression", formula=[formula], dxf=style, stopIfTrue=True)
            )


def _judgements(column: SheetColumn, cell: str, placed: ListingSheet) -> list[tuple[str, object]]:
    """Formulas over the column's first cell and the style of cells for which they hold, the first that holds wins."""
    if column.kind is Kind.SEVERITY:
        return [(f'{cell}="{s}"', judged(f"{s}_fg", f"{s}_bg", bold=s == "S1")) for s in ("S1", "S2", "S3", "S4")]
    if column.kind is Kind.GRADE:
        tones = {"A": ("good", "good_bg"), "B": ("S4_fg", "S4_bg"), "C": ("warn", "warn_bg"), "D": ("bad", "bad_bg")}
        return [(f'{cell}="{grade}"', judged(*tone, bold=True)) for grade, tone in tones.items()]
    if column.kind is Kind.TIME_LEFT:
        return [(f"AND(ISNUMBER({cell}),{cell}<0)", judged("bad", bold=True))]
    if column.kind is Kind.COVER:
        lead = f"${placed.letters[column.extra['lead_time']]}{placed.first_row}" if column.extra else "0"
        return [
            (f"AND(ISNUMBER({cell}),{cell}<7)", judged("bad", bold=True)),
            (f"AND(ISNUMBER({cell}),ISNUMBER({lead}),{cell}<{lead})", judged("warn")),
        ]
    if column.kind is Kind.CLAUSE and column.extra:
        target, floor = (f"${placed.letters[column.extra[part]]}{placed.first_row}" for part in ("target", "floor"))
        # Floor below target: higher is better. Judged like a score: under the floor is bad, under the target warns.
        worse = "IF({t}>={f},{c}<{x},{c}>{x})"
        return [
            (f"AND(ISNUMBER({cell}),{worse.format(t=target, f=floor, c=cell, x=floor)})", judged("bad", bold=True)),
            (f"AND(ISNUMBER({cell}),{worse.format(t=target, f=floor, c=cell, x=target)})", judged("warn")),
        ]
    return []


def _set_up(sheet: Worksheet, placed: ListingSheet, columns: Sequence[SheetColumn], listing: Listing) -> None:
    for column in columns:
        dimension = sheet.column_dimensions[placed.letters[column.key]]
        dimension.width, dimension.hidden = round(column.width, 2), column.hidden
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = 18.0, True
    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = f"{_first_scrolling(columns)}{placed.first_row}"
    sheet.sheet_view.zoomScale = 100
    print_set_up(sheet, title=listing.title, as_of=as_of_line(listing))
    sheet.print_title_rows = f"{placed.header_row}:{placed.header_row}"


def _first_scrolling(columns: Sequence[SheetColumn]) -> str:
    """Letter of the first column that scrolls sideways: behind the one that names the row, when it stands in front."""
    width = 0.0
    for number, column in enumerate(columns[:4], 1):
        width += 0 if column.hidden else column.width
        if column.kind is Kind.IDENTIFIER and not column.hidden and width <= 50:
            return str(get_column_letter(number + 1))
    return "A"


def print_set_up(sheet: Worksheet, *, title: str, as_of: str, pages_wide: int = 1) -> None:
    """Landscape, one page wide (0: as many as it takes), title, as-of and page numbers at the foot."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_LETTER
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = pages_wide > 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
    for foot, text in ((sheet.oddFooter.left, one_line(title)), (sheet.oddFooter.center, one_line(as_of))):
        foot.text, foot.size = text[:90].replace("&", "&&"), 8
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = "Page &P of &N", 8
