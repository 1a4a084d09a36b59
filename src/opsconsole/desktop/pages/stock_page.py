"""The panel of one SKU at one location: projection, why, and how the proposed quantity comes about."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.charts.spec import ChartSpec, Level, Line, Mark, Range
from opsconsole.desktop.pages.parts import listing_section
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.listing import Listing

if TYPE_CHECKING:
    from opsconsole.services.stock_levels_page import StockPage, StockProjection

_CHART_HEIGHT = 210
_TICK_DAYS = 14
_APART = 0.12  # of the chart's height: what a line of words needs
_MOVEMENT = ("moved_at", "kind", "quantity", "balance", "reference")


def stock_panel(page: "StockPage", formats: Formats, *, export: Callable[[Listing], None]) -> PanelContent:
    """Contents of the panel; ``export`` writes a listing of it as a workbook."""
    parts = []
    if page.projection is not None:
        parts.append(Section("Projected stock", _chart(page.projection, formats), "units, next 5 weeks"))
    parts.append(Section("Why", sections.sentences(" ".join(page.why))))
    if page.arithmetic:
        rows = [(row.label, row.formula, row.result) for row in page.arithmetic]
        note = "\n".join(page.notes)
        parts.append(Section("Why this quantity", sections.pairs(rows)))
        if note:
            parts.append(Section("Good to know", sections.sentences(note)))
    parts.append(Section("Now", sections.pairs(list(page.facts))))
    if page.inbound:
        parts.append(Section("Inbound", _inbound(page, formats)))
    movements = _movements(page.movements, formats, export)
    if movements is not None:
        parts.append(movements)
    return PanelContent(
        page.condition_label,
        badge=page.severity or "",
        subtitle=f"**{page.sku}** {page.title}, {page.location}",
        sections=tuple(parts),
    )


def _inbound(page: "StockPage", formats: Formats) -> QWidget:
    rows = []
    for number, units, promised_on, late in page.inbound:
        day = "no date" if promised_on is None else formats.day(promised_on)
        rows.append((number, formats.count(units), f"{day}, late" if late else day))
    return sections.table(("Purchase order", "Units", "Promised"), rows, right=(1,))


def _movements(movements: Listing, formats: Formats, export: Callable[[Listing], None]) -> Section | None:
    """The newest movements with the balance after each; all of them go into the workbook."""
    # What has no balance needs no sentence in a narrow column.
    short = replace(movements, fields=tuple(replace(f, missing="–") for f in movements.fields))
    section = listing_section("Movements", short, _MOVEMENT, formats)
    return section and section._replace(link=("Export", lambda: export(movements)))


def _chart(projection: "StockProjection", formats: Formats) -> QWidget:
    # pyqtgraph is loaded by now: the loader of the tab did that in its worker.
    from opsconsole.desktop.charts.chart import Chart

    chart = Chart()
    chart.setFixedHeight(_CHART_HEIGHT)
    chart.show_spec(projection_spec(projection, formats))
    return chart


def projection_spec(projection: "StockProjection", formats: Formats) -> ChartSpec:
    """History solid, future dashed with its 80 % range, receipts as triangles, the stock-out as a cross."""
    lines = [Line("Stock", *_columns(projection.past), points=False)]
    drawn = projection.with_proposal or projection.expected
    label = "With proposal" if projection.with_proposal else "Expected"
    lines.append(Line(label, projection.days, drawn, "projection", points=False))
    if projection.with_proposal:
        lines.append(Line("Without", projection.days, projection.expected, "without", points=False))
    levels = []
    point, safety = projection.reorder_point, projection.safety
    if point is not None:
        highest = max([point, *projection.high, *(units for _, units in projection.past)])
        if point - safety >= highest * _APART:
            labels = (f"Reorder point {point:,}", f"Safety {safety:,}")
        else:  # two lines of words would stand on each other
            labels = (f"Reorder point {point:,}, safety {safety:,}", "")
        levels.append(Level(point, labels[0], "warn", inside=True))
        levels.append(Level(safety, labels[1], "muted", inside=True))
    first = projection.past[0][0] if projection.past else projection.today
    last = projection.days[-1] if projection.days else projection.today
    ticks = list(range(projection.today, first - 1, -_TICK_DAYS)) + list(
        range(projection.today + _TICK_DAYS, last + 1, _TICK_DAYS)
    )
    return ChartSpec(
        lines,
        x_label=lambda x: "Today" if round(x) == projection.today else formats.day(round(x)),
        y_label=lambda y: formats.count(round(y)),
        ranges=(Range(projection.days, projection.low, projection.high),),
        levels=levels,
        marks=_marks(projection, drawn, formats),
        ticks=ticks,
        now=projection.today,
        y_floor=0,
        description=_description(projection, formats),
    )


def _columns(points: tuple[tuple[int, float], ...]) -> tuple[list[float], list[float | None]]:
    return [day for day, _ in points], [units for _, units in points]


def _marks(projection: "StockProjection", drawn: tuple[float, ...], formats: Formats) -> list[Mark]:
    height = dict(zip(projection.days, drawn, strict=True))
    marks = [
        Mark(
            day,
            height.get(day, units),
            f"+{formats.count(units)}" + ("" if ordered else " proposed"),
            "receipt" if ordered else "proposed",
        )
        for day, units, ordered in projection.receipts
        if day in height
    ]
    past = dict(projection.past)
    # How much it was stands under the chart: the past has no room for words.
    moved = [(day, units) for day, units in projection.moved if day in past]
    marks += [Mark(day, past[day], "", "receipt" if units > 0 else "went") for day, units in moved]
    if projection.stockout_on is not None and projection.stockout_on in height:
        marks.append(Mark(projection.stockout_on, 0, "", "out"))
    return marks


def _description(projection: "StockProjection", formats: Formats) -> str:
    if projection.stockout_on is None:
        return "Stock lasts through the time shown."
    return f"Stock runs out on {formats.day(projection.stockout_on)}."
