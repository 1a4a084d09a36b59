"""KPIs over time in a workbook: the numbers on one sheet, a chart per KPI on another."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.chart import LineChart
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.field import Kind
from opsconsole.domain.instants import day_to_date
from opsconsole.domain.money import digits
from opsconsole.domain.periods import Period
from opsconsole.domain.wording import instant
from opsconsole.exports import formats
from opsconsole.exports.about import put_text
from opsconsole.exports.charts import Line, line_chart
from opsconsole.exports.sheet import print_set_up
from opsconsole.exports.styles import fill, font, line_below

_CHART_ROWS, _CHART_COLUMNS = 16, 8  # cells under a chart; two charts side by side
_WIDTH_CM, _HEIGHT_CM = 16.5, 8.2
_BLOCKS_PER_PAGE = 2


@dataclass(frozen=True)
class KpiLine:
    """A KPI over periods, oldest first, all sequences of one length; the last period is the one under review.

    Values are raw (percent fractions, minor units of ``currency``, seconds, quantities); ``None`` where there is no
    value, then ``words`` says why. ``provisional`` holds numbers of periods that are not complete.
    """

    key: str
    label: str
    kind: Kind
    higher: bool
    decimals: int
    currency: str
    definition: str
    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    words: tuple[str, ...]
    provisional: tuple[float | None, ...]
    last_year: tuple[float | None, ...]
    targets: tuple[float | None, ...]
    sentences: tuple[str, ...] = ()
    annotations: tuple[str, ...] = field(default=())

    def scaled(self, value: float | None) -> float | None:
        """Raw value as the number in a cell: percent as fraction, money in units, time in days or hours."""
        if value is None:
            return None
        if self.kind is Kind.MONEY:
            return float(value / 10 ** digits(self.currency))
        return value / (86_400 if self.in_days else 3_600) if self.kind is Kind.DURATION else value

    @property
    def in_days(self) -> bool:
        """Whether times of this KPI are told in days rather than hours."""
        known = [value for value in (*self.values, *self.targets) if value is not None]
        return self.kind is Kind.DURATION and max(known, default=0) >= 48 * 3_600

    @property
    def number_format(self) -> str:
        """Excel's format for the KPI's numbers."""
        if self.kind is Kind.PERCENT:
            return formats.percent(self.decimals)
        if self.kind is Kind.MONEY:
            return formats.money(self.currency)
        if self.kind is Kind.DURATION:
            return formats.with_unit(1, "d" if self.in_days else "h")
        return formats.number(self.decimals)

    @property
    def met(self) -> bool | None:
        """Whether the reviewed period met its target; ``None`` without value or target."""
        value, target = self.values[-1], self.targets[-1]
        if value is None or target is None:
            return None
        return value >= target if self.higher else value <= target

    @property
    def shown(self) -> tuple[float | None, ...]:
        """Values with the numbers of incomplete periods in their places."""
        return tuple(p if v is None else v for v, p in zip(self.values, self.provisional, strict=True))


def add_data_sheet(sheet: Worksheet, lines: Sequence[KpiLine], title: str) -> None:
    """Periods down, three columns per KPI: value, target, last year."""
    put_text(sheet, 1, 1, "The numbers behind the charts")
    sheet.cell(1, 1).font = font(size=16, bold=True)
    put_text(sheet, 2, 1, "Empty where a period has no value. Charts read these cells.")
    sheet.cell(2, 1).font = font("text_muted")
    _header(sheet, 1, "Period begins")
    for row, period in enumerate(lines[0].periods if lines else (), _FIRST_ROW):
        cell = sheet.cell(row, 1, day_to_date(period.start))
        cell.number_format, cell.font, cell.border = formats.DATE, font(), line_below()
    for number, line in enumerate(lines):
        for offset, (words, values) in enumerate(
            ((line.label, line.shown), ("Target", line.targets), ("Last year", line.last_year))
        ):
            column = _column(number) + offset
            _header(sheet, column, words)
            for row, value in enumerate(values, _FIRST_ROW):
                cell = sheet.cell(row, column, line.scaled(value))
                cell.number_format, cell.border = line.number_format, line_below()
                cell.font = font("text" if offset == 0 else "text_muted")
    sheet.column_dimensions["A"].width = 16
    sheet.row_dimensions[_FIRST_ROW - 1].height = 32
    sheet.freeze_panes = f"B{_FIRST_ROW}"
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=title, as_of="", pages_wide=0)
    sheet.print_title_rows, sheet.print_title_cols = f"{_FIRST_ROW - 1}:{_FIRST_ROW - 1}", "A:A"


_FIRST_ROW = 5


def _column(number: int) -> int:
    return 2 + number * 3


def _header(sheet: Worksheet, column: int, words: str) -> None:
    row = _FIRST_ROW - 1
    put_text(sheet, row, column, words)
    cell = sheet.cell(row, column)
    cell.font, cell.fill, cell.border = (
        font("text_muted", bold=True),
        fill("raised"),
        line_below("line_strong", "medium"),
    )
    cell.alignment = Alignment(horizontal="left" if column == 1 else "right", vertical="top", wrap_text=True)
    sheet.column_dimensions[get_column_letter(column)].width = 13


def add_chart_sheet(
    sheet: Worksheet, data: Worksheet, lines: Sequence[KpiLine], *, title: str, as_of: int, time_zone: str
) -> None:
    """A chart per KPI, two side by side, with its definition and what stands out under it."""
    stated = f"As of {instant(as_of, time_zone, year_of=0)} ({time_zone})."
    put_text(sheet, 1, 1, "KPI charts")
    sheet.cell(1, 1).font = font(size=16, bold=True)
    put_text(sheet, 2, 1, f"{stated} Solid: value. Long dashes: target. Short dashes: last year. Hollow: not complete.")
    sheet.cell(2, 1).font = font("text_muted")
    for number, line in enumerate(lines):
        row = 4 + number // 2 * (_CHART_ROWS + 3)
        column = 1 + number % 2 * (_CHART_COLUMNS + 1)
        chart = _chart(data, line, _column(number))
        if chart is None:
            put_text(sheet, row, column, f"{line.label}: {line.words[-1] if line.words else 'no data'}")
            sheet.cell(row, column).font = font(size=12, bold=True)
        else:
            chart.width, chart.height = _WIDTH_CM, _HEIGHT_CM
            sheet.add_chart(chart, f"{get_column_letter(column)}{row}")
        put_text(sheet, row + _CHART_ROWS, column, line.definition)
        sheet.cell(row + _CHART_ROWS, column).font = font("text_muted", size=9)
        if line.sentences:
            put_text(sheet, row + _CHART_ROWS + 1, column, " ".join(line.sentences))
            sheet.cell(row + _CHART_ROWS + 1, column).font = font("bad", size=9)
    for number in range(1, 2 * _CHART_COLUMNS + 3):
        sheet.column_dimensions[get_column_letter(number)].width = 3 if number == _CHART_COLUMNS + 1 else 11.5
    for block in range(_BLOCKS_PER_PAGE, (len(lines) + 1) // 2, _BLOCKS_PER_PAGE):
        sheet.row_breaks.append(Break(id=2 + block * (_CHART_ROWS + 3)))
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=title, as_of=stated)


def _chart(data: Worksheet, line: KpiLine, column: int) -> LineChart | None:
    numbers = [line.scaled(value) for value in (*line.shown, *line.targets, *line.last_year)]
    known = [value for value in numbers if value is not None]
    if not any(value is not None for value in line.shown):
        return None
    hollow = tuple(i for i, value in enumerate(line.provisional) if value is not None and line.values[i] is None)
    drawn = [Line(column, "chart_1", hollow=hollow)]
    if any(value is not None for value in line.targets):
        drawn.append(Line(column + 1, "good", 1.5, "lgDash"))
    if any(value is not None for value in line.last_year):
        drawn.append(Line(column + 2, "text_muted", 1.25, "sysDash"))
    return line_chart(
        data,
        line.label,
        drawn,
        categories=1,
        rows=(_FIRST_ROW, _FIRST_ROW + len(line.periods) - 1),
        number_format=line.number_format,
        values=known,
        monthly=line.periods[0].grain == "month",
    )
