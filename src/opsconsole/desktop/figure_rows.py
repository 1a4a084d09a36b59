"""Figures as lines of a panel: name, note, number; each leads to the rows it counts."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.domain.field import Kind
from opsconsole.domain.figures import Figure

_HEIGHT = 24


def figure_rows(figures: Sequence[Figure], formats: Formats, show: Callable[[str], None]) -> QWidget:
    """One line per figure; ``show(key)`` when it is clicked or chosen with the keyboard."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for figure in figures:
        line = FigureRow(figure, words_of(figure, formats))
        line.clicked.connect(lambda checked=False, key=figure.key: show(key))
        column.addWidget(line)
    return box


def words_of(figure: Figure, formats: Formats) -> str:
    """The number by the user's locale, else why there is none."""
    if figure.value is None:
        return figure.missing
    if figure.kind is Kind.MONEY:
        return formats.money(figure.value, figure.currency)
    return formats.count(figure.value)


class FigureRow(QAbstractButton):
    """Name left, note muted, number bold and right; the definition is its tooltip."""

    def __init__(self, figure: Figure, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = figure.note
        self._words = words
        self._known = figure.value is not None
        self.setText(figure.label)
        self.setToolTip(figure.definition)
        self.setAccessibleName(f"{figure.label}: {words}")
        self.setAccessibleDescription(figure.definition)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name, note and number."""
        painter = QPainter(self)
        rect = QRect(0, 0, self.width(), self.height())
        hovered = self.underMouse() or self.hasFocus()
        painter.setFont(theme.font())
        painter.setPen(theme.color("accent" if hovered else "text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.text())
        used = QFontMetrics(theme.font()).horizontalAdvance(self.text()) + 12
        painter.setFont(theme.font(strong=True))
        painter.setPen(theme.color("text" if self._known else "text_muted"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._words)
        number = QFontMetrics(theme.font(strong=True)).horizontalAdvance(self._words) + 8
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text_muted"))
        room = max(0, self.width() - used - number)
        note = QFontMetrics(theme.font("small")).elidedText(self._note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(used, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, note)
        if self.hasFocus():
            painter.setPen(theme.color("focus"))
            painter.drawRoundedRect(rect.toRectF().adjusted(-0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()
