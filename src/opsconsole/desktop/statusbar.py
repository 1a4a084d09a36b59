"""The bar at the foot of the window: counts and value on the left; database, moment and freshness on the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.icons import icon
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words

_PICTURE = 13
_GAP = 12


class StatusBar(QFrame):
    """Segments separated by 1 px lines; ``freshness_clicked`` leads to the imports."""

    freshness_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setFixedHeight(theme.height("status_bar"))
        self._left: list[Words] = []
        self._left_lines: list[QFrame] = []
        self._database = Words(role="small")
        self._moment = Words(role="small")
        self._freshness = _Clickable(role="small")
        self._freshness.clicked.connect(self.freshness_clicked)
        self._pictures = {name: _picture() for name in ("database", "freshness")}
        self._separators = [lines.vertical(12) for _ in range(2)]
        self._lay_out()
        theme.changed.connect(self._paint_pictures)
        self._tone = ""
        self.set_freshness("", "")

    def set_counts(self, segments: Sequence[str]) -> None:
        """Marked words on the left: ``("**214** open, **1** selected", "**$48,312.40** at risk")``."""
        for number, text in enumerate(segments):
            if number == len(self._left):
                self._add_left()
            self._left[number].set_words(text)
        for number, label in enumerate(self._left):
            label.setVisible(number < len(segments))
            self._left_lines[number].setVisible(0 < number < len(segments))
        self._fit()

    def set_database(self, label: str) -> None:
        """Where the data is, or that nothing is open."""
        self._database.set_words(label)
        self._fit()

    def set_moment(self, words: str) -> None:
        """``As of Tue 17 Nov 2026, 10:42 EST``."""
        self._moment.set_words(words)
        self._fit()

    def set_freshness(self, tone: str, words: str) -> None:
        """How old the data is; ``tone`` warn or bad shows a sign."""
        self._freshness.set_words(words)
        self._freshness.set_tone(tone)
        self._freshness.setVisible(bool(words))
        self._pictures["freshness"].setVisible(tone in ("warn", "bad"))
        self._tone = tone
        self._paint_pictures()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what does not fit."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window the moment goes first, which the toolbar tells too, then the database's name."""
        for database, moment in ((True, True), (True, False), (False, False)):
            database, moment = database and bool(self._database.plain), moment and bool(self._moment.plain)
            self._database.setVisible(database)
            self._pictures["database"].setVisible(database)
            self._moment.setVisible(moment)
            self._separators[0].setVisible(database and moment)
            self._separators[1].setVisible(bool(self._freshness.plain) and (database or moment))
            if self._needed() <= self.width():
                return

    def _needed(self) -> int:
        """Width of what is shown; hints of a layout are of before the change until it was laid out again."""
        parts = (*self._left, *self._left_lines, self._database, self._moment, self._freshness)
        parts = (*parts, *self._pictures.values(), *self._separators)
        shown = [part for part in parts if part.isVisibleTo(self)]
        return sum(part.sizeHint().width() + _GAP for part in shown) + 2 * _GAP

    def sizeHint(self) -> QSize:
        """As high as the tokens say."""
        return QSize(600, theme.height("status_bar"))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(_GAP, 0, _GAP, 0)
        row.setSpacing(0)
        self._left_row = QHBoxLayout()
        self._left_row.setSpacing(_GAP)
        row.addLayout(self._left_row)
        row.addStretch(1)
        parts: list[tuple[str, QWidget]] = [
            ("database", self._database), ("", self._separators[0]), ("", self._moment), ("", self._separators[1]),
            ("freshness", self._freshness),
        ]  # fmt: skip
        right = QHBoxLayout()
        right.setSpacing(_GAP)
        for picture, widget in parts:
            pair = QHBoxLayout()
            pair.setSpacing(5)
            if picture:
                pair.addWidget(self._pictures[picture])
            pair.addWidget(widget)
            right.addLayout(pair)
        row.addLayout(right)

    def _add_left(self) -> None:
        label, line = Words(role="small"), lines.vertical(12)
        self._left_row.addWidget(line)
        self._left_row.addWidget(label)
        self._left.append(label)
        self._left_lines.append(line)

    def _paint_pictures(self) -> None:
        self._pictures["database"].setPixmap(icon("database").pixmap(_PICTURE, _PICTURE))
        if self._tone in ("warn", "bad"):
            self._pictures["freshness"].setPixmap(icon("warning", self._tone).pixmap(_PICTURE, _PICTURE))


class _Clickable(Words):
    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


def _picture() -> QLabel:
    label = QLabel()
    label.setFixedSize(_PICTURE, _PICTURE)
    return label
