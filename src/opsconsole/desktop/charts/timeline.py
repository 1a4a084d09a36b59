"""An order's timeline: facts on the line, promises as diamonds under it, incidents as triangles on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsconsole.desktop.theme import theme

_EDGE = 28.0
_LINE_Y = 46.0
_PROMISE_Y = _LINE_Y + 48
_FLAG_LINE = 18
_APART = 8


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop: ``state`` is done, blocked or ahead; ``elapsed`` stands on the link from the stop before it.

    ``promise`` is a promise under the stop: (words, when in words, missed); ``late`` colors the link.
    """

    label: str
    when: str = ""
    state: str = "done"
    elapsed: str = ""
    late: bool = False
    promise: tuple[str, str, bool] | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that touched the order on its way: when, and what is said of it under the line."""

    at: int
    words: str


class Timeline(QWidget):
    """Stops at equal steps, elapsed time on the links; the blocked stop is a square."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: Sequence[Stop] = ()
        self._flags: Sequence[Flag] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """132 px high with promises, 84 without, and a line for each flag."""
        return QSize(360, self._plain_height() + _FLAG_LINE * len(self._flags))

    def _plain_height(self) -> int:
        return 132 if any(stop.promise for stop in self._stops) else 84

    def show_stops(self, stops: Sequence[Stop], flags: Sequence[Flag] = ()) -> None:
        """Show these stops, oldest first, and what touched the order between them."""
        self._stops = stops
        self._flags = flags
        self.setFixedHeight(self.sizeHint().height())
        self.setAccessibleName("Timeline")
        told = [*(self._words(stop) for stop in stops), *(flag.words for flag in flags)]
        self.setAccessibleDescription("; ".join(told))
        self.update()

    @staticmethod
    def _words(stop: Stop) -> str:
        when = stop.when.replace("\n", " ")
        promise = f", {stop.promise[0]} {stop.promise[1]}".replace("\n", " ") if stop.promise else ""
        return f"{stop.label} {when or stop.state}{promise}"

    def _text(self, painter: QPainter, x: float, y: float, text: str, role: str, *, strong: bool = False) -> None:
        painter.setFont(theme.font("caption", strong=strong))
        painter.setPen(theme.color(role))
        width = painter.fontMetrics().horizontalAdvance(max(text.split("\n"), key=len)) + 2
        left = min(max(0.0, x - width / 2), max(0.0, self.width() - width))
        painter.drawText(QRectF(left, y, width, 32), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint links, then stops, then promises."""
        if not self._stops:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = self._spots()
        for before, spot, stop in zip(spots, spots[1:], self._stops[1:], strict=False):
            self._paint_link(painter, before, spot, stop)
        for spot, stop, when in zip(spots, self._stops, self._whens(spots), strict=True):
            self._paint_stop(painter, spot, stop, when)
            if stop.promise:
                self._paint_promise(painter, spot, stop.promise, clear=not stop.when and stop.state != "blocked")
        self._paint_promise_words(painter, spots)
        self._paint_flags(painter, spots)

    def _spots(self) -> list[QPointF]:
        """Stops at equal steps; by the widths of their names where equal steps would let names touch."""
        metrics = QFontMetricsF(theme.font("caption", strong=True))
        widths = [metrics.horizontalAdvance(stop.label) for stop in self._stops]
        step = (self.width() - 2 * _EDGE) / max(1, len(widths) - 1)
        pairs = list(pairwise(widths))
        if all((one + other) / 2 + 4 <= step for one, other in pairs):
            return [QPointF(_EDGE + index * step, _LINE_Y) for index in range(len(widths))]
        gap = max((self.width() - sum(widths)) / max(1, len(widths) - 1), 2.0)
        spots, left = [], 0.0
        for width in widths:
            spots.append(QPointF(left + width / 2, _LINE_Y))
            left += width + gap
        return spots

    def _whens(self, spots: Sequence[QPointF]) -> list[str]:
        """Day and time under each stop; the same day is said once where its words would touch."""
        metrics = QFontMetricsF(theme.font("caption"))
        told = [stop.when for stop in self._stops]
        for place, (one, other) in enumerate(pairwise(self._stops), 1):
            day, _, clock = other.when.partition("\n")
            room = spots[place].x() - spots[place - 1].x() - 4
            if day and day == one.when.partition("\n")[0] and metrics.horizontalAdvance(day) > room:
                told[place] = f"\n{clock}"
        return told

    def _place(self, at: int, spots: Sequence[QPointF]) -> float:
        """X of an instant between the stops around it; behind the last known one halfway to the next."""
        known = [(stop.at, spot.x()) for stop, spot in zip(self._stops, spots, strict=True) if stop.at is not None]
        before = [(moment, x) for moment, x in known if moment <= at]
        after = [(moment, x) for moment, x in known if moment > at]
        if not before:
            return known[0][1] if known else spots[0].x()
        start, left = before[-1]
        if after:
            end, right = after[0]
            return left + (right - left) * (at - start) / max(end - start, 1)
        further = [spot.x() for spot in spots if spot.x() > left]
        return (left + further[0]) / 2 if further else left

    def _paint_flags(self, painter: QPainter, spots: Sequence[QPointF]) -> None:
        """Triangles on the line, numbered where there are several, and their words under everything."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, flag in enumerate(self._flags):
            y = self._plain_height() + number * _FLAG_LINE
            mark = f"{number + 1}" if len(self._flags) > 1 else ""
            for x, middle in ((self._place(flag.at, spots), _LINE_Y), (6.0, y + 8.0)):
                corners = ((0, -6), (6, 5), (-6, 5))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("warn"))
                painter.drawPolygon(QPolygonF([QPointF(x + dx, middle + dy) for dx, dy in corners]))
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text_muted"))
            words = painter.fontMetrics().elidedText(
                f"{mark} {flag.words}".strip(), Qt.TextElideMode.ElideRight, self.width() - 18
            )
            painter.drawText(QRectF(18, y, self.width() - 18, _FLAG_LINE), Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_link(self, painter: QPainter, before: QPointF, spot: QPointF, stop: Stop) -> None:
        ahead = stop.state == "ahead"
        role = "bad" if stop.late else "line_strong" if ahead else "text_muted"
        painter.setPen(QPen(theme.color(role), 2.0, Qt.PenStyle.DotLine if ahead else Qt.PenStyle.SolidLine))
        painter.drawLine(before, spot)
        words = self._elapsed(stop, spot.x() - before.x())
        if words:
            middle = (before.x() + spot.x()) / 2
            self._text(painter, middle, _LINE_Y - 20, words, "bad" if stop.late else "text_muted")

    @staticmethod
    def _elapsed(stop: Stop, room: float) -> str:
        """The time on a link, its larger unit alone where both would touch those of the links beside it."""
        metrics = QFontMetricsF(theme.font("caption"))
        forms = (stop.elapsed, stop.elapsed.split(" ", 1)[0])
        return next((words for words in forms if metrics.horizontalAdvance(words) + _APART <= room), "")

    def _paint_stop(self, painter: QPainter, spot: QPointF, stop: Stop, when: str) -> None:
        blocked = stop.state == "blocked"
        self._text(painter, spot.x(), 4, stop.label, "text", strong=blocked)
        if blocked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bad"))
            painter.drawRect(QRectF(spot.x() - 5.5, spot.y() - 5.5, 11, 11))
            self._text(painter, spot.x(), _LINE_Y + 9, "blocked", "bad", strong=True)
            return
        done = stop.state == "done"
        painter.setPen(QPen(theme.color("text_muted" if done else "line_strong"), 1.6))
        painter.setBrush(theme.color("text_muted" if done else "panel"))
        painter.drawEllipse(spot, 5.0, 5.0)
        if when:
            self._text(painter, spot.x(), _LINE_Y + 9, when, "text_muted")

    def _paint_promise(self, painter: QPainter, spot: QPointF, promise: tuple[str, str, bool], *, clear: bool) -> None:
        missed = promise[2]
        y = _PROMISE_Y
        pen = QPen(theme.color("bad" if missed else "line_strong"), 1.2, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(spot.x(), _LINE_Y + (7 if clear else 38)), QPointF(spot.x(), y - 6))
        diamond = QPolygonF([QPointF(spot.x() + dx, y + dy) for dx, dy in ((0, -6), (6, 0), (0, 6), (-6, 0))])
        painter.setPen(QPen(theme.color("bad" if missed else "text"), 1.6))
        painter.setBrush(theme.color("bad" if missed else "panel"))
        painter.drawPolygon(diamond)

    def _paint_promise_words(self, painter: QPainter, spots: Sequence[QPointF]) -> None:
        """Words under the diamonds; where two would touch the left one gives way."""
        strong, plain = QFontMetricsF(theme.font("caption", strong=True)), QFontMetricsF(theme.font("caption"))
        limit = float(self.width())
        for spot, stop in reversed(list(zip(spots, self._stops, strict=True))):
            if stop.promise is None:
                continue
            words, when, missed = stop.promise
            width = max(strong.horizontalAdvance(words), plain.horizontalAdvance(when)) + 2
            left = max(0.0, min(spot.x() - width / 2, limit - width))
            limit = left - 8
            for y, text, role, bold in (
                (_PROMISE_Y + 8, words, "bad" if missed else "text", True),
                (_PROMISE_Y + 21, when, "text_muted", False),
            ):
                painter.setFont(theme.font("caption", strong=bold))
                painter.setPen(theme.color(role))
                painter.drawText(QRectF(left, y, width, 16), Qt.AlignmentFlag.AlignHCenter, text)
