"""A clause's bullet: the value as a bar, floor and target as marks with their words."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsconsole.desktop.theme import theme

_BAR = 12.0
_LABEL = 18.0
_MARGIN = 0.12


class Bullet(QWidget):
    """Value against floor and target on a scale that holds all three; ``labels`` are their words in that order.

    Worse than the floor is bad, between floor and target a warning; ``higher`` says which side is worse.
    """

    def __init__(
        self,
        value: float,
        floor: float,
        target: float,
        labels: tuple[str, str, str],
        *,
        higher: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value, self._floor, self._target = value, floor, target
        self._labels = labels
        met = value >= target if higher else value <= target
        above_floor = value >= floor if higher else value <= floor
        self._tone = "text_muted" if met else "warn" if above_floor else "bad"
        low, high = min(value, floor, target), max(value, floor, target)
        margin = (high - low or abs(high) or 1.0) * _MARGIN * 3
        self._low, self._high = (low - margin, high + margin) if higher else (0.0, high + margin)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(labels))

    def sizeHint(self) -> QSize:
        """Bar and one line of words."""
        return QSize(200, int(_BAR + _LABEL + 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track, bar, marks and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 2, self.width(), _BAR), theme.color("track"))
        painter.fillRect(QRectF(0, 2, self._x(self._value), _BAR), theme.color(self._tone))
        for at, role, thick in ((self._floor, "line_strong", 1.6), (self._target, "text", 2.0)):
            painter.fillRect(QRectF(self._x(at) - thick / 2, 0, thick, _BAR + 4), theme.color(role))
        words = (
            (self._value, self._labels[0], self._tone, True),
            (self._floor, self._labels[1], "text_muted", False),
            (self._target, self._labels[2], "text", True),
        )
        self._paint_words(painter, sorted(words, key=lambda word: word[0]))

    def _x(self, value: float) -> float:
        return self.width() * (value - self._low) / (self._high - self._low)

    def _paint_words(self, painter: QPainter, words: list[tuple[float, str, str, bool]]) -> None:
        widths = []
        for _, text, _, strong in words:
            painter.setFont(theme.font("caption", strong=strong))
            widths.append(float(painter.fontMetrics().horizontalAdvance(text)))
        lefts = [
            min(max(0.0, self._x(word[0]) - width / 2), self.width() - width)
            for word, width in zip(words, widths, strict=True)
        ]
        # Left to right they push each other along, then back from the right edge.
        for index in range(1, len(lefts)):
            lefts[index] = max(lefts[index], lefts[index - 1] + widths[index - 1] + 8)
        limit = float(self.width())
        for index in reversed(range(len(lefts))):
            lefts[index] = min(lefts[index], limit - widths[index])
            limit = lefts[index] - 8
        for (_, text, role, strong), left, width in zip(words, lefts, widths, strict=True):
            painter.setFont(theme.font("caption", strong=strong))
            painter.setPen(theme.color(role))
            painter.drawText(QRectF(left, _BAR + 5, width + 2, _LABEL), Qt.AlignmentFlag.AlignLeft, text)
