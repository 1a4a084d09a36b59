"""The delegate: paints a cell by its kind, for the list and for every other item view that shows cells.

The list's grid paints its rows through ``paint_cell`` directly, which saves four calls between C++ and Python per
cell; item views that know only Qt's way get the same picture through ``paint``.
"""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.table.cells import Cell
from opsconsole.desktop.table.marks import BAR_WIDTH, CLAUSE_BAR_WIDTH, PAINTERS, PILL_WIDTH, TREND_WIDTH
from opsconsole.desktop.table.model import CELL_ROLE
from opsconsole.desktop.theme import theme

PADDING = 8
# What a kind's mark needs beside the words.
_EXTRA_WIDTH = {"bar": BAR_WIDTH + 8, "cover": BAR_WIDTH + 8, "clause": CLAUSE_BAR_WIDTH + 16, "state": 20}
_FIXED_WIDTH = {"severity": PILL_WIDTH, "trend": TREND_WIDTH + 6, "grade": 22}


class CellDelegate(QStyledItemDelegate):
    """Paints cells; colors and laid-out texts are kept until ``forget``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.brush = Brush()
        theme.changed.connect(self.forget)

    def forget(self) -> None:
        """Drop what was kept for the old theme."""
        self.brush.forget()

    def paint_cell(self, cell: Cell, x: int, y: int, width: int, height: int, right: bool) -> None:
        """Paint one cell into its section, padding included; the brush must have begun."""
        PAINTERS[cell.mark](self.brush, cell, x + PADDING, y, width - 2 * PADDING, height, right)

    def width_of(self, cell: Cell) -> int:
        """Width that shows the whole cell, padding included."""
        if cell.mark in _FIXED_WIDTH:
            return _FIXED_WIDTH[cell.mark] + 2 * PADDING
        words = self.brush.texts("body", cell.strong).get(cell.text)[1]
        return int(words + 0.999) + _EXTRA_WIDTH.get(cell.mark, 0) + 2 * PADDING

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's way in: background by state, then the cell."""
        cell = index.data(CELL_ROLE)
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.brush.begin(painter)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selected"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("hover"))
        if isinstance(cell, Cell):
            right = bool(int(index.data(7) or 0) & 2)  # Qt.TextAlignmentRole, Qt.AlignRight
            self.paint_cell(cell, rect.x(), rect.y(), rect.width(), rect.height(), right)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Whole cell, one row high."""
        cell = index.data(CELL_ROLE)
        width = self.width_of(cell) if isinstance(cell, Cell) else 0
        return QSize(width, theme.height("row"))
