"""The small control chart of a tile: same data, same limits as the big one, painted without pyqtgraph."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsconsole.desktop.theme import theme


class MiniChart(QWidget):
    """104 × 44: line, mean and limits; the last point as a dot, in bad where it is a signal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Sequence[float | None] = ()
        self._limits: tuple[float, float, float] | None = None
        self._signal = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """The size every tile gives it."""
        return QSize(104, 44)

    def show_values(
        self, values: Sequence[float | None], limits: tuple[float, float, float] | None, *, signal: bool
    ) -> None:
        """Show values (oldest first) with limits (lower, mean, upper); ``signal`` marks the last point."""
        self._values, self._limits, self._signal = values, limits, signal
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint band, limits, line and last point."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 6, -6, -6)
        known = [value for value in self._values if value is not None]
        if len(known) < 2:
            painter.setPen(QPen(theme.color("line_strong"), 1.2, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
            return
        low, high = min([*known, *(self._limits or ())]), max([*known, *(self._limits or ())])
        span = (high - low) or abs(high) or 1.0

        def y_of(value: float) -> float:
            return float(area.bottom() - (value - low) / span * area.height())

        if self._limits is not None:
            self._paint_limits(painter, area, [y_of(value) for value in self._limits])
        step = area.width() / max(1, len(self._values) - 1)
        spots = [
            QPointF(area.left() + index * step, y_of(value))
            for index, value in enumerate(self._values)
            if value is not None
        ]
        painter.setPen(QPen(theme.color("chart_1"), 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(spots))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bad" if self._signal else "chart_1"))
        radius = 4.0 if self._signal else 3.0
        painter.drawEllipse(spots[-1], radius, radius)

    def _paint_limits(self, painter: QPainter, area: QRectF, heights: Sequence[float]) -> None:
        lower, mean, upper = heights
        painter.fillRect(QRectF(area.left(), upper, area.width(), lower - upper), theme.color("raised"))
        painter.setPen(QPen(theme.color("line_strong"), 1, Qt.PenStyle.DotLine))
        for y in (lower, upper):
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QPen(theme.color("line_strong"), 1))
        painter.drawLine(QPointF(area.left(), mean), QPointF(area.right(), mean))
