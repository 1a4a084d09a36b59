"""THE chart: lines against target, limits, annotations and projections (pyqtgraph)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QToolTip, QVBoxLayout, QWidget

from opsconsole.desktop.charts.axes import (
    EndLabel,
    EndLabels,
    FlagAxis,
    TimeAxis,
    ValueAxis,
    axis_font,
    faint,
)
from opsconsole.desktop.charts.spec import ChartSpec, Level, Limits, Line, Mark, Range
from opsconsole.desktop.theme import theme

_LEVEL_ROLES = {"target": "good", "warn": "warn", "muted": "text_muted"}
_NEAR_PIXELS = 24
_LABELED_ABOVE = ("receipt", "proposed", "went")


def _pen(role: str, width: float = 2.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(theme.color(role), width, style)
    pen.setCosmetic(True)
    return pen


def _line_pen(role: str) -> QPen:
    if role == "previous":
        return _pen("text_muted", 1.2, Qt.PenStyle.DashLine)
    if role == "projection":
        return _pen("chart_1", 2.0, Qt.PenStyle.DashLine)
    if role == "without":
        return _pen("bad", 1.6, Qt.PenStyle.DotLine)
    return _pen("chart_1" if role == "current" else f"chart_{role}", 2.0)


class Chart(QWidget):
    """A chart that draws a ChartSpec and says which point was chosen.

    ``point_chosen(line, index)`` on click or Enter; ← and → move between the points of the first line.
    """

    point_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values, self._time, self._ends, self._flags = ValueAxis(), TimeAxis(), EndLabels(), FlagAxis()
        axes = {"left": self._values, "bottom": self._time, "right": self._ends, "top": self._flags}
        self._plot = pg.PlotWidget(axisItems=axes, background=None)
        self._plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self._item = self._plot.getPlotItem()
        self._item.hideButtons()
        self._item.setMenuEnabled(False)
        for side in ("top", "right"):
            self._item.showAxis(side)
        self._values.setZValue(-1000)  # the grid lies under everything else
        self._item.vb.setMouseEnabled(x=True, y=False)
        self._plot.scene().sigMouseMoved.connect(self._on_moved)
        self._plot.scene().sigMouseClicked.connect(self._on_clicked)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._spec = ChartSpec(())
        self._chosen: int | None = None
        self._halo = pg.ScatterPlotItem(size=13, brush=None)
        theme.changed.connect(self._redraw)

    @property
    def spec(self) -> ChartSpec:
        """What is drawn now."""
        return self._spec

    @property
    def plot_item(self) -> Any:
        """The pyqtgraph plot, for measurements and tests."""
        return self._item

    def show_spec(self, spec: ChartSpec) -> None:
        """Draw a spec from scratch; the visible range is reset."""
        self._spec = spec
        self._chosen = None
        self._item.clear()
        self._values.words, self._time.words = spec.y_label, spec.x_label
        self._time.positions = sorted(spec.ticks or {x for line in spec.lines for x in line.x})
        self._paint_axes()
        for span in spec.limits:
            self._add_limits(span)
        for band in spec.ranges:
            self._add_range(band)
        for level in spec.levels:
            self._add_level(level)
        for flag in spec.flags:
            self._add_vertical(flag.x, Qt.PenStyle.DashLine)
        if spec.now is not None:
            self._add_vertical(spec.now, Qt.PenStyle.SolidLine)
        for line in reversed(spec.lines):
            self._add_bars(line) if spec.bars else self._add_line(line)
        for mark in spec.marks:
            self._add_mark(mark)
        self._item.addItem(self._halo, ignoreBounds=True)
        self._halo.setData([])
        self._flags.set_flags(spec.flags)
        self._ends.set_labels(self._end_labels())
        self._flags.overhang = self._ends.margin
        self._fit()
        self.setAccessibleName("Chart")
        self.setAccessibleDescription(spec.description)

    def _redraw(self) -> None:
        self.show_spec(self._spec)

    def _paint_axes(self) -> None:
        self._plot.setBackground(theme.color("panel"))
        for axis in (self._values, self._time):
            axis.setTextPen(theme.color("text_muted"))
            axis.setTickPen(pg.mkPen(theme.color("chart_grid")))
        self._values.setGrid(255)

    def _end_labels(self) -> list[EndLabel]:
        labels = [
            EndLabel(level.value, level.label, _LEVEL_ROLES[level.role], strong=True)
            for level in self._spec.levels
            if not level.inside
        ]
        if self._spec.limits:
            last, words = self._spec.limits[-1], self._spec.y_label
            labels += [
                EndLabel(last.upper, f"Upper {words(last.upper)}", "text_muted"),
                EndLabel(last.mean, f"Mean {words(last.mean)}", "text_muted"),
                EndLabel(last.lower, f"Lower {words(last.lower)}", "text_muted"),
            ]
        return labels

    def _add_limits(self, span: Limits) -> None:
        box = QGraphicsRectItem(QRectF(span.start, span.lower, span.end - span.start, span.upper - span.lower))
        box.setPen(QPen(Qt.PenStyle.NoPen))
        box.setBrush(QBrush(faint("chart_band", 0.45)))
        self._item.addItem(box, ignoreBounds=True)
        for value, style in (
            (span.lower, Qt.PenStyle.DotLine),
            (span.mean, Qt.PenStyle.SolidLine),
            (span.upper, Qt.PenStyle.DotLine),
        ):
            pen = _pen("text_muted", 1.0, style)
            self._item.addItem(pg.PlotCurveItem([span.start, span.end], [value, value], pen=pen))

    def _add_range(self, band: Range) -> None:
        upper = pg.PlotCurveItem(list(band.x), list(band.upper), pen=None)
        lower = pg.PlotCurveItem(list(band.x), list(band.lower), pen=None)
        self._item.addItem(upper)
        self._item.addItem(lower)
        self._item.addItem(pg.FillBetweenItem(upper, lower, brush=faint("chart_band", 0.9)))

    def _add_level(self, level: Level) -> None:
        role = _LEVEL_ROLES[level.role]
        style = Qt.PenStyle.DotLine if level.role == "muted" else Qt.PenStyle.DashLine
        self._item.addItem(pg.InfiniteLine(level.value, angle=0, pen=_pen(role, 1.6, style)), ignoreBounds=True)
        if level.inside and self._time.positions:
            # On a ground of its own: grid, "Today" and other lines would strike the words through.
            self._add_text(self._time.positions[0], level.value, level.label, role, anchor=(0.0, 1.0), ground=True)

    def _add_vertical(self, x: float, style: Qt.PenStyle) -> None:
        self._item.addItem(pg.InfiniteLine(x, angle=90, pen=_pen("text_muted", 1.0, style)), ignoreBounds=True)

    def _add_line(self, line: Line) -> None:
        x = np.asarray(line.x, dtype=float)
        y = np.array([np.nan if value is None else value for value in line.y], dtype=float)
        pen = _line_pen(line.role)
        solid = y.copy()
        for index in sorted(line.incomplete):
            solid[index] = np.nan
            if index:
                dashed = QPen(pen)
                dashed.setStyle(Qt.PenStyle.DashLine)
                self._item.addItem(pg.PlotCurveItem(x[index - 1 : index + 1], y[index - 1 : index + 1], pen=dashed))
        curve = pg.PlotDataItem(x, solid, pen=pen, connect="finite", antialias=len(x) < 5_000)
        # Only once it is in the plot: while it enters the scene its view is still the widget, which knows no range.
        self._item.addItem(curve)
        curve.setClipToView(True)
        curve.setDownsampling(auto=True, method="peak")
        if line.points and line.role in {"current", *"12345678"} and len(x) <= 200:
            self._add_points(x, y, line.incomplete, pen.color())

    def _add_points(self, x: Any, y: Any, incomplete: frozenset[int], color: QColor) -> None:
        known = [index for index in range(len(x)) if np.isfinite(y[index])]
        brushes = [pg.mkBrush(theme.color("panel") if index in incomplete else color) for index in known]
        points = pg.ScatterPlotItem(x[known], y[known], size=6, pen=pg.mkPen(color, width=1.4), brush=brushes)
        self._item.addItem(points)

    def _add_bars(self, line: Line) -> None:
        heights = [value or 0.0 for value in line.y]
        bars = pg.BarGraphItem(x=list(line.x), height=heights, width=0.64, brush=theme.color("chart_1"), pen=None)
        self._item.addItem(bars)

    def _add_mark(self, mark: Mark) -> None:
        symbol, role, size = {
            "signal": ("o", "bad", 10),
            "receipt": ("t1", "good", 11),
            "proposed": ("t1", "good", 11),
            "went": ("t", "warn", 11),
            "out": ("x", "bad", 10),
        }[mark.role]
        brush = theme.color("panel") if mark.role == "proposed" else theme.color(role)
        pen = pg.mkPen(theme.color(role), width=1.6)
        self._item.addItem(pg.ScatterPlotItem([mark.x], [mark.y], symbol=symbol, size=size, brush=brush, pen=pen))
        if mark.label:
            left = mark.role == "signal" and bool(self._time.positions) and mark.x > np.mean(self._time.positions)
            side = (1.06, 0.5) if left else (-0.08, 0.5)
            above = (0.5, 1.25) if mark.role in _LABELED_ABOVE else side
            self._add_text(mark.x, mark.y, mark.label, role, anchor=above, strong=True)

    def _add_text(
        self,
        x: float,
        y: float,
        text: str,
        role: str,
        *,
        anchor: tuple[float, float],
        strong: bool = False,
        ground: bool = False,
    ) -> None:
        fill = theme.color("panel") if ground and text else None
        item = pg.TextItem(text, color=theme.color(role), anchor=anchor, fill=fill)
        if ground:
            item.setZValue(10)
        item.setFont(axis_font(strong=strong))
        item.setPos(x, y)
        self._item.addItem(item, ignoreBounds=True)

    def _fit(self) -> None:
        values = [value for line in self._spec.lines for value in line.y if value is not None]
        values += [level.value for level in self._spec.levels]
        for span in self._spec.limits:
            values += [span.lower, span.upper]
        values += [edge for band in self._spec.ranges for edge in (*band.lower, *band.upper)]
        if not values or not self._time.positions:
            return
        low, high = min(values), max(values)
        margin = (high - low or abs(high) or 1.0) * 0.08
        labeled = any(mark.role in _LABELED_ABOVE for mark in self._spec.marks)
        low, high = low - margin, high + margin * (3 if labeled else 1)
        if self._spec.bars:
            low = 0.0
        if self._spec.y_floor is not None:
            low = max(low, self._spec.y_floor - (high - self._spec.y_floor) * 0.03)  # marks on the floor stay whole
        if self._spec.y_ceiling is not None:
            high = min(high, self._spec.y_ceiling)
        drawn = [x for line in self._spec.lines for x in line.x]
        first, last = min(drawn), max(drawn)
        side = 0.6 if self._spec.bars else (last - first or 1.0) * 0.012
        self._item.vb.setRange(xRange=(first - side, last + side), yRange=(low, high), padding=0)
        self._item.vb.setLimits(xMin=first - side, xMax=last + side, yMin=low, yMax=high)

    def _nearest(self, scene_position: QPointF) -> tuple[int, int] | None:
        best: tuple[float, int, int] | None = None
        for number, line in enumerate(self._spec.lines):
            for index, (x, y) in enumerate(zip(line.x, line.y, strict=True)):
                if y is None:
                    continue
                spot = self._item.vb.mapViewToScene(QPointF(x, y))
                distance = abs(spot.x() - scene_position.x()) + abs(spot.y() - scene_position.y())
                if best is None or distance < best[0]:
                    best = (distance, number, index)
        return None if best is None or best[0] > _NEAR_PIXELS else best[1:]

    def _words_of(self, number: int, index: int) -> str:
        line = self._spec.lines[number]
        value = line.y[index]
        words = self._spec.empty if value is None else self._spec.y_label(value)
        unfinished = ", not complete yet" if index in line.incomplete else ""
        return f"{line.label}, {self._spec.x_label(line.x[index])}: {words}{unfinished}"

    def _on_moved(self, position: QPointF) -> None:
        found = self._nearest(position) if sum(len(line.x) for line in self._spec.lines) <= 2_000 else None
        if found is None:
            QToolTip.hideText()
            return
        QToolTip.showText(self._plot.mapToGlobal(self._plot.mapFromScene(position)), self._words_of(*found), self)

    def _on_clicked(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            found = self._nearest(event.scenePos())
            if found is not None:
                self._choose(found[1] if found[0] == 0 else None)
                self.point_chosen.emit(*found)

    def _choose(self, index: int | None) -> None:
        self._chosen = index
        points: Sequence[tuple[float, float]] = ()
        if index is not None and self._spec.lines and self._spec.lines[0].y[index] is not None:
            line = self._spec.lines[0]
            points = [(line.x[index], float(line.y[index] or 0.0))]
            self.setAccessibleDescription(self._words_of(0, index))
        self._halo.setData(pos=points, pen=pg.mkPen(theme.color("focus"), width=2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → choose a point of the first line, Enter asks for its rows."""
        count = len(self._spec.lines[0].x) if self._spec.lines else 0
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if count and event.key() in steps:
            start = count if self._chosen is None else self._chosen
            self._choose(max(0, min(count - 1, start + steps[Qt.Key(event.key())])))
        elif self._chosen is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.point_chosen.emit(0, self._chosen)
        else:
            super().keyPressEvent(event)
