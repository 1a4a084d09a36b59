"""Native charts over cell ranges: one line chart and one bar chart, in the colors of the theme."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.exports import formats
from opsconsole.exports.styles import FONT, colors
from opsconsole.exports.text import one_line

_POINT = 12_700  # EMU


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: its column on the sheet, color role, width in points and dash ("" = solid)."""

    column: int
    role: str
    width: float = 2.0
    dash: str = ""
    hollow: tuple[int, ...] = ()  # points of periods that are not complete


def line_chart(
    sheet: Worksheet,
    title: str,
    lines: Sequence[Line],
    *,
    categories: int,
    rows: tuple[int, int],
    number_format: str,
    values: Sequence[float],
    monthly: bool = False,
) -> LineChart:
    """Lines over the rows of a sheet; column headers stand in the row above ``rows`` and name the lines.

    ``values`` are all numbers shown: they decide the axis, which need not begin at zero for a line.
    """
    chart = LineChart()
    chart.x_axis = _dates(monthly=monthly)
    _frame(chart, title, number_format)
    for line in lines:
        values_of = Reference(sheet, min_col=line.column, min_row=rows[0] - 1, max_row=rows[1])
        series = Series(values_of, title_from_data=True)
        _draw(series, line)
        chart.series.append(series)
    chart.set_categories(Reference(sheet, min_col=categories, min_row=rows[0], max_row=rows[1]))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = _range(values)
    chart.legend.position = "b"
    chart.display_blanks = "gap"
    return chart


def bar_chart(
    sheet: Worksheet, title: str, *, categories: int, column: int, rows: tuple[int, int], number_format: str = "#,##0"
) -> BarChart:
    """Horizontal bars, first row on top, with their numbers at the end."""
    chart = BarChart()
    chart.type, chart.gapWidth = "bar", 45
    _frame(chart, title, number_format)
    series = Series(Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[1]))
    series.graphicalProperties = GraphicalProperties(solidFill=colors()["chart_1"])
    chart.series.append(series)
    chart.set_categories(Reference(sheet, min_col=categories, min_row=rows[0], max_row=rows[1]))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.scaling.min = 0
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    series.dLbls = _labels(number_format)
    chart.legend = None
    return chart


def _dates(*, monthly: bool) -> DateAxis:
    """Dates along the bottom, a label every four weeks or three months."""
    axis = DateAxis(crossAx=100, baseTimeUnit="months" if monthly else "days")
    axis.number_format = formats.MONTH if monthly else formats.DAY_AND_MONTH
    axis.majorUnit, axis.majorTimeUnit = (3, "months") if monthly else (28, "days")
    axis.auto = False
    return axis


def _frame(chart: Any, title: str, number_format: str) -> None:
    chart.title = _title(title)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = number_format
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=colors()["chart_grid"], w=9_525))
    none = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.y_axis.spPr = none
    chart.x_axis.spPr = GraphicalProperties(ln=LineProperties(solidFill=colors()["line_strong"], w=9_525))
    chart.x_axis.txPr = chart.y_axis.txPr = _words("text_muted", 9)
    chart.y_axis.majorTickMark = chart.x_axis.majorTickMark = "none"
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=colors()["line"], w=9_525))
    chart.roundedCorners = False
    chart.visible_cells_only = False  # a chart keeps its data when its sheet is folded away


def _draw(series: Any, line: Line) -> None:
    color = colors()[line.role]
    pen = LineProperties(solidFill=color, w=round(line.width * _POINT))
    if line.dash:
        pen.prstDash = line.dash
    series.graphicalProperties = GraphicalProperties(ln=pen)
    series.smooth = False
    series.marker = _marker(color, color) if not line.dash else Marker(symbol="none")
    for index in line.hollow:
        dashed = LineProperties(solidFill=color, w=round(line.width * _POINT), prstDash="sysDash")
        point = DataPoint(idx=index, marker=_marker(color, "FFFFFF"), spPr=GraphicalProperties(ln=dashed))
        series.dPt.append(point)


def _marker(line: str, inside: str) -> Marker:
    marker = Marker(symbol="circle", size=5)
    marker.graphicalProperties = GraphicalProperties(solidFill=inside, ln=LineProperties(solidFill=line, w=_POINT))
    return marker


def _title(text: str) -> Title:
    properties = _characters("text", 12, bold=True)
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=properties), r=[RegularTextRun(rPr=properties, t=one_line(text))]
    )
    title = Title(overlay=False)
    title.tx = Text(rich=RichText(p=[paragraph]))
    title.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.02, y=0.03))
    return title


def _labels(number_format: str) -> Any:
    labels = DataLabelList()
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.numFmt = number_format
    labels.position = "outEnd"
    labels.txPr = _words("text", 9)
    return labels


def _words(role: str, size: float) -> RichText:
    properties = _characters(role, size)
    upright = RichTextProperties(rot=0)
    return RichText(bodyPr=upright, p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)])


def _characters(role: str, size: float, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(latin=Font(typeface=FONT), sz=round(size * 100), b=bold, solidFill=colors()[role])


def _range(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Axis from the step below the lowest to the step above the highest value, four or five grid lines."""
    known = [value for value in values if value == value]
    if not known:
        return None, None, None
    low, high = min(known), max(known)
    span = high - low or abs(high) * 0.1 or 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 4)
    return round(math.floor(low / step) * step, 10), round(math.ceil(high / step) * step, 10), round(step, 10)
