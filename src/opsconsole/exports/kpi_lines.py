"""KPIs over time in a workbook: the numbers on one sheet, a chart per KPI on another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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
_FIRST_ROW = 5  # of the numbers behind the charts


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


class Place(NamedTuple):
    """Where a KPI's numbers stand: columns of dates and values (target and last year follow), last row."""

    dates: int
    values: int
    last_row: int


def add_data_sheet(sheet: Worksheet, lines: Sequence[KpiLine], title: str) -> dict[str, Place]:
    """Periods down, three columns per KPI: value, target, last year; KPIs of another grain behind their own dates."""
    put_text(sheet, 1, 1, "The numbers behind the charts")
    sheet.cell(1, 1).font = font(size=16, bold=True)
    put_text(sheet, 2, 1, "Empty where a period has no value. Charts read these cells.")
    sheet.cell(2, 1).font = font("text_muted")
    places: dict[str, Place] = {}
    column = 1
    for periods in dict.fromkeys(line.periods for line in lines):
        dates, last_row = column, _FIRST_ROW + len(periods) - 1
        _dates(sheet, dates, periods)
        column += 1
        for line in lines:
            if line.periods == periods:
                _numbers(sheet, column, line)
                places[line.key] = Place(dates, column, last_row)
                column += 3
    sheet.row_dimensions[_FIRST_ROW - 1].height = 32
    sheet.freeze_panes = f"B{_FIRST_ROW}"
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=title, as_of="", pages_wide=0)
    sheet.print_title_rows, sheet.print_title_cols = f"{_FIRST_ROW - 1}:{_FIRST_ROW - 1}", "A:A"
    return places


def _dates(sheet: Worksheet, column: int, periods: Sequence[Period]) -> None:
    grain = periods[0].grain if periods else "period"
    _header(sheet, column, f"{grain.capitalize()} begins", align="left")
    sheet.column_dimensions[get_column_letter(column)].width = 16
    for row, period in enumerate(periods, _FIRST_ROW):
        cell = sheet.cell(row, column, day_to_date(period.start))
        cell.number_format, cell.font, cell.border = formats.DATE, font(), line_below()
        cell.alignment = Alignment(horizontal="left")


def _numbers(sheet: Worksheet, column: int, line: KpiLine) -> None:
    told = ((line.label, line.shown), ("Target", line.targets), ("Last year", line.last_year))
    for number, (words, values) in enumerate(told, column):
        _header(sheet, number, words)
        for row, value in enumerate(values, _FIRST_ROW):
            cell = sheet.cell(row, number, line.scaled(value))
            cell.number_format, cell.border = line.number_format, line_below()
            cell.font = font("text" if number == column else "text_muted")


def _header(sheet: Worksheet, column: int, words: str, align: str = "right") -> None:
    row = _FIRST_ROW - 1
    put_text(sheet, row, column, words)
    cell = sheet.cell(row, column)
    cell.font, cell.fill, cell.border = (
        font("text_muted", bold=True),
        fill("raised"),
        line_below("line_strong", "medium"),
    )
    cell.alignment = Alignment(horizontal=align, vertical="bottom", wrap_text=True)
    sheet.column_dimensions[get_column_letter(column)].width = 13


def add_chart_sheet(
    sheet: Worksheet,
    data: Worksheet,
    places: Mapping[str, Place],
    lines: Sequence[KpiLine],
    *,
    title: str,
    as_of: int,
    time_zone: str,
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
        chart = _chart(data, line, places[line.key])
        if chart is None:
            put_text(sheet, row, column, f"{line.label}: {line.words[-1] if line.words else 'no data'}")
            sheet.cell(row, column).font = font(size=12, bold=True)
        else:
            chart.width, chart.height = _WIDTH_CM, _HEIGHT_CM
            sheet.add_chart(chart, f"{get_column_letter(column)}{row}")
        _under(sheet, row + _CHART_ROWS, column, line.definition, "text_muted")
        _under(sheet, row + _CHART_ROWS + 1, column, " ".join(line.sentences), "bad")
    for number in range(1, 2 * _CHART_COLUMNS + 3):
        sheet.column_dimensions[get_column_letter(number)].width = 3 if number == _CHART_COLUMNS + 1 else 11.5
    for block in range(_BLOCKS_PER_PAGE, (len(lines) + 1) // 2, _BLOCKS_PER_PAGE):
        sheet.row_breaks.append(Break(id=2 + block * (_CHART_ROWS + 3)))
    sheet.sheet_view.showGridLines = False
    print_set_up(sheet, title=title, as_of=stated)


def _under(sheet: Worksheet, row: int, column: int, text: str, role: str) -> None:
    put_text(sheet, row, column, text)
    cell = sheet.cell(row, column)
    cell.font, cell.alignment = font(role, size=9), Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + _CHART_COLUMNS - 1)
    sheet.row_dimensions[row].height = 26


def _chart(data: Worksheet, line: KpiLine, place: Place) -> LineChart | None:
    numbers = [line.scaled(value) for value in (*line.shown, *line.targets, *line.last_year)]
    known = [value for value in numbers if value is not None]
    if not any(value is not None for value in line.shown):
        return None
    hollow = tuple(i for i, value in enumerate(line.provisional) if value is not None and line.values[i] is None)
    drawn = [Line(place.values, "chart_1", hollow=hollow)]
    if any(value is not None for value in line.targets):
        drawn.append(Line(place.values + 1, "good", 1.5, "lgDash"))
    if any(value is not None for value in line.last_year):
        drawn.append(Line(place.values + 2, "text_muted", 1.25, "sysDash"))
    return line_chart(
        data,
        line.label,
        drawn,
        categories=place.dates,
        rows=(_FIRST_ROW, place.last_row),
        number_format=line.number_format,
        values=known,
        monthly=line.periods[0].grain == "month",
    )
