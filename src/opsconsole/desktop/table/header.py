"""The header of the list: aligned like its cells, sort arrows, groups of columns, drag to move, menu of columns."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.table.cells import aligned_right
from opsconsole.desktop.table.model import ListingModel
from opsconsole.desktop.theme import theme
from opsconsole.domain.field import Field

_PADDING = 8
_ARROW = 12


class ListHeader(QHeaderView):
    """Header of a grid; ``sort_asked(key, extend)`` on a click, ``extend`` with Shift."""

    sort_asked = Signal(str, bool)
    user_resized = Signal()

    def __init__(self, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self.sort: tuple[SortBy, ...] = ()
        self.spans = False
        self._dragging = False
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(32)
        self.setFixedHeight(theme.height("header_row"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(self._clicked)
        self.sectionResized.connect(self._resized)
        theme.changed.connect(self.viewport().update)

    def set_sort(self, sort: Sequence[SortBy]) -> None:
        """Show the arrows of a sort."""
        self.sort = tuple(sort)
        self.viewport().update()

    def width_of(self, field: Field) -> int:
        """Width that shows a field's label and its arrow."""
        # A fraction of a pixel too little already cuts the last letters.
        words = ceil(QFontMetricsF(theme.font("small", strong=True)).horizontalAdvance(field.label)) + 1
        return words + 2 * _PADDING + 2 + (_ARROW if self._place(field.key) >= 0 else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all sections on the header's ground; spans of columns that share a group."""
        painter = QPainter(self.viewport())
        rect = self.viewport().rect()
        painter.fillRect(rect, theme.color("raised"))
        spanned = self._spans() if self.spans else {}
        first = True
        for visual in range(self.count()):
            logical = self.logicalIndex(visual)
            if not self.isSectionHidden(logical) and logical < len(self._fields()):
                self._paint_one(painter, logical, first, logical in spanned)
                first = False
        self._paint_spans(painter, spanned)
        painter.fillRect(0, rect.bottom(), rect.width(), 1, theme.color("line"))
        painter.end()

    def _fields(self) -> tuple[Field, ...]:
        model = self.model()
        return model.fields if isinstance(model, ListingModel) else ()

    def _place(self, key: str) -> int:
        return next((place for place, entry in enumerate(self.sort) if entry.key == key), -1)

    def _paint_one(self, painter: QPainter, logical: int, first: bool, spanned: bool) -> None:
        field = self._fields()[logical]
        left = self.sectionViewportPosition(logical) + (4 if first else 0)
        width = self.sectionSize(logical) - (4 if first else 0)
        inner = QRect(left + _PADDING, 0, width - 2 * _PADDING, self.height() - 1)
        if spanned:
            return
        place = self._place(field.key)
        right = aligned_right(field)
        strong = theme.font("small", strong=True)
        painter.setFont(strong)
        painter.setPen(theme.color("text" if place >= 0 else "text_muted"))
        flags = Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
        if place >= 0:
            inner.setRight(inner.right() - _ARROW - 2)
        words = QFontMetrics(strong).elidedText(field.label, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, flags, words)
        if place >= 0:
            taken = QFontMetrics(strong).horizontalAdvance(words)
            x = inner.right() + 3 if right else inner.left() + taken + 3
            self._paint_arrow(painter, x, place)

    def _paint_arrow(self, painter: QPainter, x: float, place: int) -> None:
        name = "caret-down" if self.sort[place].descending else "caret-up"
        paint_icon(painter, QRectF(x, (self.height() - _ARROW) / 2, _ARROW, _ARROW), name, "text")
        if len(self.sort) > 1:
            font = theme.font("caption")
            painter.setFont(font)
            painter.drawText(QRectF(x + _ARROW - 2, 2, 10, 12), Qt.AlignmentFlag.AlignLeft, str(place + 1))

    def _spans(self) -> dict[int, str]:
        """Columns whose label stands in the group rows instead: those of a named group of fields."""
        return {number: field.group for number, field in enumerate(self._fields()) if field.group}

    def _paint_spans(self, painter: QPainter, spanned: dict[int, str]) -> None:
        visuals = sorted(self.visualIndex(logical) for logical in spanned if not self.isSectionHidden(logical))
        done = 0
        while done < len(visuals):
            run = done
            name = spanned[self.logicalIndex(visuals[done])]
            while (
                run + 1 < len(visuals)
                and visuals[run + 1] == visuals[run] + 1
                and spanned[self.logicalIndex(visuals[run + 1])] == name
            ):
                run += 1
            first, last = self.logicalIndex(visuals[done]), self.logicalIndex(visuals[run])
            left = self.sectionViewportPosition(first)
            right = self.sectionViewportPosition(last) + self.sectionSize(last)
            painter.setFont(theme.font("small", strong=True))
            painter.setPen(theme.color("text_muted"))
            rect = QRect(left + _PADDING, 0, right - left - 2 * _PADDING, self.height() - 1)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.fillRect(left, 0, 1, self.height(), theme.color("line"))
            painter.fillRect(right, 0, 1, self.height(), theme.color("line"))
            done = run + 1

    def _clicked(self, logical: int) -> None:
        extend = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.sort_asked.emit(self._fields()[logical].key, extend)

    def _resized(self, logical: int, old: int, new: int) -> None:
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton and self.underMouse():
            self.user_resized.emit()
