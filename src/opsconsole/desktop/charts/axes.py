"""The chart's axes: ticks in words, labels at the line ends, flags of annotations on top."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from opsconsole.desktop.charts.scale import nice_ticks, spread
from opsconsole.desktop.charts.spec import Flag
from opsconsole.desktop.theme import theme

_LABEL_GAP = 15.0
_TIME_HEIGHT = 28


def axis_font(*, strong: bool = False) -> QFont:
    """The font of axes and labels."""
    return theme.font("caption", strong=strong)


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Left axis: three to five horizontal grid lines with their values in words, no line of its own."""

    def __init__(self) -> None:
        super().__init__("left")
        self.words: Callable[[float], str] = str
        self.setStyle(tickLength=0, tickTextOffset=8, tickFont=axis_font(), hideOverlappingLabels=False)
        self.setPen(None)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """One level of round ticks; fewer when the chart is low."""
        ticks = nice_ticks(minVal, maxVal, 5 if size > 150 else 3)
        return [(ticks[1] - ticks[0] if len(ticks) > 1 else 1.0, ticks)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Values in the chart's words."""
        return [self.words(value) for value in values]


class TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """Bottom axis: labels at given positions, newest first, as many as fit without touching."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.words: Callable[[float], str] = str
        self.positions: Sequence[float] = ()
        # Its own guess of its height lags behind the labels and cuts their feet.
        self.setHeight(_TIME_HEIGHT)
        self.setStyle(tickLength=0, tickTextOffset=8, tickFont=axis_font(), hideOverlappingLabels=False)
        self.setPen(None)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """Positions far enough apart for their words, counted back from the newest."""
        inside = [x for x in self.positions if minVal <= x <= maxVal]
        if not inside or maxVal <= minVal:
            return []
        widest = max(QFontMetricsF(axis_font()).horizontalAdvance(self.words(x)) for x in inside) + 24
        distance = widest / size * (maxVal - minVal) if size > 0 else 0.0
        shown = [inside[-1]]
        for x in reversed(inside[:-1]):
            if shown[-1] - x >= distance:
                shown.append(x)
        return [(1.0, shown[::-1])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Positions in the chart's words."""
        return [self.words(value) for value in values]


@dataclass(frozen=True, slots=True)
class EndLabel:
    """A label at the right end of a line."""

    value: float
    text: str
    role: str
    strong: bool = False


class EndLabels(pg.AxisItem):  # type: ignore[misc]
    """Right margin: labels at the height of their lines, moved apart where they would touch."""

    def __init__(self) -> None:
        super().__init__("right")
        self.labels: Sequence[EndLabel] = ()
        self.margin = 0.0
        self.setStyle(tickLength=0, showValues=False)
        self.setPen(None)

    def set_labels(self, labels: Sequence[EndLabel]) -> None:
        """Show these labels; the margin is as wide as the widest."""
        self.labels = labels
        metrics = QFontMetricsF(axis_font(strong=True))
        self.margin = max((metrics.horizontalAdvance(label.text) for label in labels), default=0) + 16
        self.setWidth(self.margin)
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """No ticks: the labels are painted."""
        return []

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the labels whose value is in view."""
        view = self.linkedView()
        if view is None:
            return
        low, high = view.viewRange()[1]
        # Not boundingRect(): that is larger than the axis, for ticks that overhang.
        bounds = self.mapRectFromParent(self.geometry())
        inside = [label for label in self.labels if low <= label.value <= high]
        if not inside or high <= low:
            return
        heights = [bounds.bottom() - (label.value - low) / (high - low) * bounds.height() for label in inside]
        placed = spread(heights, _LABEL_GAP, bounds.top() + 8, bounds.bottom() - 8)
        for label, y in zip(inside, placed, strict=True):
            painter.setFont(axis_font(strong=label.strong))
            painter.setPen(theme.color(label.role))
            area = QRectF(bounds.left() + 6, y - 10, bounds.width() - 6, 20)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label.text)


class FlagAxis(pg.AxisItem):  # type: ignore[misc]
    """Top margin: numbered flags of annotations; a label that would reach the next flag is left to its tooltip."""

    def __init__(self) -> None:
        super().__init__("top")
        self.flags: Sequence[Flag] = ()
        self.overhang = 0.0  # the last label may stand over the right margin
        self.setStyle(tickLength=0, showValues=False)
        self.setPen(None)

    def set_flags(self, flags: Sequence[Flag]) -> None:
        """Show these flags; without any the margin closes."""
        self.flags = sorted(flags, key=lambda flag: flag.x)
        self.setHeight(26 if flags else 6)
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        """No ticks: the flags are painted."""
        return []

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint box, number and label of each flag in view."""
        view = self.linkedView()
        if view is None:
            return
        low, high = view.viewRange()[0]
        bounds = self.mapRectFromParent(self.geometry())
        shown = [flag for flag in self.flags if low <= flag.x <= high]
        places = [bounds.left() + (flag.x - low) / (high - low) * bounds.width() for flag in shown]
        for index, (flag, x) in enumerate(zip(shown, places, strict=True)):
            room = (places[index + 1] - 12 if index + 1 < len(places) else bounds.right() + self.overhang) - x - 12
            self._paint_flag(painter, flag, x, bounds.center().y() - 2, room)

    def _paint_flag(self, painter: QPainter, flag: Flag, x: float, y: float, room: float) -> None:
        box = QRectF(x - 8, y - 8, 16, 16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text_muted"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(axis_font(strong=True))
        painter.setPen(theme.color("panel"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(flag.number))
        font = axis_font()
        text = QFontMetricsF(font).elidedText(flag.label, Qt.TextElideMode.ElideRight, max(0.0, room))
        painter.setFont(font)
        painter.setPen(theme.color("text_muted"))
        painter.drawText(QPointF(x + 14, y + 4), text if len(text) > 3 else "")


def faint(role: str, alpha: float) -> QColor:
    """A role's color, mostly transparent."""
    color = QColor(theme.color(role))
    color.setAlphaF(alpha)
    return color
