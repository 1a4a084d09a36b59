"""Bodies of panel sections: sentences, pairs, check lists, history, bars, small tables."""

from collections.abc import Callable, Sequence
from itertools import islice

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words

_LONG_VALUE = 36
_GAP = 10
# Of the panel's width: its margins and the scroll bar.
_AROUND = 48
# Lines made at a time: those of a row with a hundred events would hold the window up.
_OF_HISTORY = 20


def sentences(text: str, *, note: str = "") -> QWidget:
    """Marked sentences; ``note`` is a smaller muted one under them."""
    body = Words(text, wrap=True)
    if not note:
        return body
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(body)
    column.addWidget(Words(note, role="small", wrap=True))
    return box


def pairs(rows: Sequence[tuple[str, str] | tuple[str, str, str]]) -> QWidget:
    """Lines of label and value, or of label, muted middle and value; values bold and right."""
    box, grid = _grid(spacing=4)
    for number, row in enumerate(rows):
        grid.addWidget(Words(row[0]), number, 0)
        if len(row) == 3:
            grid.addWidget(Words(row[1], role="small"), number, 1)
        # A long value wraps; unwrapped it would make the whole panel wider than its window.
        value = Words(f"**{row[-1]}**", wrap=len(row[-1]) > _LONG_VALUE)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.addWidget(value, number, 2, Qt.AlignmentFlag(0) if value.wordWrap() else Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(1, 1)
    return box


def history(rows: Sequence[tuple[str, str, str]]) -> QWidget:
    """Lines of when, who and what, newest first; of a long history the newest, more at every click below them."""
    box, grid = _grid(spacing=4)
    grid.setHorizontalSpacing(12)
    grid.setColumnStretch(2, 1)
    left, more = iter(enumerate(rows)), KeyButton(style="link")

    def add() -> None:
        last = -1
        for number, (when, who, what) in islice(left, _OF_HISTORY):
            for column, text in enumerate((when, who)):
                grid.addWidget(Words(text, role="small"), number, column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Words(what, role="note", wrap=True), number, 2, Qt.AlignmentFlag.AlignTop)
            last = number
        earlier = len(rows) - last - 1
        more.set_label(f"{earlier:,} earlier")
        if earlier > 0:
            grid.addWidget(more, last + 1, 0, 1, 3)
        else:
            more.deleteLater()

    more.clicked.connect(add)
    add()
    return box


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> QWidget:
    """A small table of words; ``right`` are the columns that stand right. Words wrap where a panel has no room."""
    box, grid = _grid(spacing=5)
    grid.setHorizontalSpacing(_GAP)
    metrics = QFontMetrics(theme.font("small"))
    columns = zip(headers, *rows, strict=True)
    natural = sum(max(map(metrics.horizontalAdvance, texts)) + _GAP for texts in columns)
    wide = natural > theme.width("detail_panel") - _AROUND
    for column, header in enumerate(headers):
        side = Qt.AlignmentFlag.AlignRight if column in right else Qt.AlignmentFlag.AlignLeft
        grid.addWidget(Words(header, role="caption"), 0, column, side)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            wraps = wide and column not in right and " " in text
            side = Qt.AlignmentFlag.AlignRight if column in right else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(Words(text, role="note", wrap=wraps), number, column, Qt.AlignmentFlag(0) if wraps else side)
    grid.setColumnStretch(len(headers) - 1 if len(headers) - 1 not in right else 1, 1)
    return box


def checklist(items: Sequence[tuple[str, bool, str]], ticked: Callable[[int, bool], None]) -> QWidget:
    """Steps of (words, done, when); ``ticked(number, done)`` on a click, numbers from 0."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for number, (words, done, aside) in enumerate(items):
        step = Step(words, done, aside)
        step.toggled.connect(lambda on, number=number: ticked(number, on))
        column.addWidget(step)
    return box


def _grid(spacing: int) -> tuple[QWidget, QGridLayout]:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(spacing)
    return box, grid


class Step(QAbstractButton):
    """One step of a check list: box, words (over two lines when they are long), when it was done."""

    def __init__(self, words: str, done: bool, aside: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._aside = aside
        self.setText(words)
        self.setCheckable(True)
        self.setChecked(done)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """One line of 24 px."""
        return QSize(200, 24)

    def heightForWidth(self, width: int) -> int:
        """24 px a step, 20 px more for each further line."""
        words = QRect(0, 0, self._room(width), 1_000)
        rect = QFontMetrics(theme.font()).boundingRect(words, int(Qt.TextFlag.TextWordWrap), self.text())
        lines = max(round(rect.height() / QFontMetrics(theme.font()).height()), 1)
        return 24 + 20 * (lines - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, tick and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        done = self.isChecked()
        box = QRect(0, 4, 16, 16).toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        line = "focus" if self.hasFocus() else "accent" if done else "line_strong"
        painter.setPen(QPen(theme.color(line), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("accent" if done else "panel"))
        painter.drawRoundedRect(box, 3, 3)
        if done:
            paint_icon(painter, QRect(2, 6, 12, 12).toRectF(), "check", "on_accent")
        painter.setFont(theme.font())
        painter.setPen(theme.color("text_muted" if done else "text"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(24, 0, self._room(self.width()), self.height()), flags, self.text())
        painter.setPen(theme.color("text_muted"))
        aside = QRect(0, 0, self.width(), 24)
        painter.drawText(aside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._aside)
        painter.end()

    def _room(self, width: int) -> int:
        aside = QFontMetrics(theme.font()).horizontalAdvance(self._aside) + 8 if self._aside else 0
        return max(width - 24 - aside, 40)
