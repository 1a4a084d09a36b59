"""The grid in which refused lines are typed in: F2 or typing, pasting columns, the same for all alike, taking back."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from opsconsole.desktop.corrections.model import FIRST, LINE, WRONG, CorrectionsModel
from opsconsole.desktop.theme import theme

_WIDEST, _NARROWEST = 220, 84
_PADDING = 8
_WRONG_WIDTH = 300


class _CellDelegate(QStyledItemDelegate):
    """A marked cell stays as it is marked where it is selected; the current one has a frame."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground over the whole cell, the text, the frame."""
        grid = option.widget
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if ground is not None or selected:
            painter.fillRect(option.rect, ground if ground is not None else theme.color("selected"))
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        painter.save()
        painter.setFont(index.data(Qt.ItemDataRole.FontRole))
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole))
        room = option.rect.adjusted(_PADDING, 0, -_PADDING, 0)
        shown = painter.fontMetrics().elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
        if isinstance(grid, QAbstractItemView) and grid.currentIndex() == index:
            painter.save()
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
            painter.restore()


class CorrectionsGrid(QTableView):
    """``told`` has the words about the current cell."""

    told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.cells = CorrectionsModel()
        self.setModel(self.cells)
        self.setObjectName("corrections")
        self.setAccessibleName("Refused lines")
        self.setItemDelegate(_CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(True)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.setFixedHeight(theme.height("header_row"))
        self.selectionModel().currentChanged.connect(lambda current, _: self._tell(current))
        self.cells.dataChanged.connect(lambda *_: self._tell(self.currentIndex()))

    def arrange(self) -> None:
        """Columns with mistakes first, widths by what stands in them, the first mistake current."""
        header = self.horizontalHeader()
        for column in range(self.cells.columnCount()):
            header.moveSection(header.visualIndex(column), column)
        for place, column in enumerate(self.cells.bad_columns()):
            header.moveSection(header.visualIndex(FIRST + column), FIRST + place)
        metrics = self.fontMetrics()
        for column in range(self.cells.columnCount()):
            texts = [self.cells.text(row, column - FIRST) for row in range(min(50, len(self.cells.rows)))]
            name = str(self.cells.headerData(column, Qt.Orientation.Horizontal))
            widest = max([metrics.horizontalAdvance(text[:60]) for text in (name, *texts)], default=0) + 24
            limit = _WRONG_WIDTH if column == WRONG else _WIDEST
            self.setColumnWidth(column, 64 if column == LINE else min(limit, max(_NARROWEST, widest)))
        self.go_to_mistake()

    def go_to_mistake(self) -> None:
        """Make the next cell at fault current; from the last one on to the first."""
        mistakes = self.cells.mistakes()
        if not mistakes:
            if not self.currentIndex().isValid() and self.cells.rows:
                self._go(0, 0)
            return
        current = self.currentIndex()
        here = (current.row(), current.column() - FIRST)
        self._go(*next((place for place in mistakes if place > here), mistakes[0]))

    def _go(self, row: int, column: int) -> None:
        index = self.cells.index(row, FIRST + column)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def fill_alike(self) -> int:
        """Put the current cell's text into all rows that have the same there in the file; returns their number."""
        current = self.currentIndex()
        row, column = current.row(), current.column() - FIRST
        if column < 0 or not current.isValid():
            return 0
        text = self.cells.text(row, column)
        others = [other for other in self.cells.alike(row, column) if self.cells.text(other, column) != text]
        self.cells.write({(other, column): text for other in others})
        return len(others)

    def paste(self) -> None:
        """Text from the clipboard: into all selected cells where it is one value, else from the current cell on."""
        text = QGuiApplication.clipboard().text()
        block = [line.split("\t") for line in text.removesuffix("\n").splitlines()]
        current = self.currentIndex()
        if not block or not current.isValid():
            return
        if len(block) == 1 and len(block[0]) == 1:
            self._write_selected(block[0][0])
            return
        header = self.horizontalHeader()
        first = header.visualIndex(current.column())
        texts = {}
        for down, line in enumerate(block):
            for right, value in enumerate(line):
                row, place = current.row() + down, first + right
                if row < len(self.cells.rows) and place < self.cells.columnCount():
                    column = header.logicalIndex(place) - FIRST
                    if column >= 0:
                        texts[row, column] = value
        self.cells.write(texts)

    def copy(self) -> None:
        """Selected cells as text, columns by tabs."""
        header = self.horizontalHeader()
        cells = sorted((index.row(), header.visualIndex(index.column()), index) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, _, index in cells:
            lines.setdefault(row, []).append(str(index.data()))
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))

    def _write_selected(self, text: str) -> None:
        places = [(index.row(), index.column() - FIRST) for index in self.selectedIndexes()]
        self.cells.write({place: text for place in places if place[1] >= 0})

    def event(self, event: QEvent) -> bool:
        """Keys of a spreadsheet are the grid's before they are the window's."""
        mine = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo, QKeySequence.StandardKey.Copy)
        pressed = event if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) else None
        if pressed is not None and any(pressed.matches(key) for key in (*mine, QKeySequence.StandardKey.Paste)):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of a spreadsheet."""
        does: tuple[tuple[QKeySequence.StandardKey, Callable[[], object]], ...] = (
            (QKeySequence.StandardKey.Copy, self.copy),
            (QKeySequence.StandardKey.Paste, self.paste),
            (QKeySequence.StandardKey.Undo, self.cells.undo),
            (QKeySequence.StandardKey.Redo, self.cells.redo),
            (QKeySequence.StandardKey.Delete, lambda: self._write_selected("")),
        )
        for key, run in does:
            if event.matches(key):
                run()
                event.accept()
                return
        super().keyPressEvent(event)

    def _tell(self, current: QModelIndex) -> None:
        if not current.isValid():
            self.told.emit("")
            return
        column = current.column() - FIRST
        words = self.cells.words_of(current.row(), column)
        name = self.cells.headers[column] if column >= 0 else ""
        place = f"Line {self.cells.rows[current.row()].line:,}" + (f", {name}" if name else "")
        self.told.emit(f"{place}: {words}" if words else f"{place}.")

    def repaint_theme(self) -> None:
        """Colors of the theme that is now in use."""
        self.setFont(theme.font())
        self.viewport().update()
