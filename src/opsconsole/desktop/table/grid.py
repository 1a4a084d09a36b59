"""The rows of the list: a table view that paints whole rows itself and is worked by keyboard."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QLineF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.table.arrangement import Group
from opsconsole.desktop.table.cells import aligned_right
from opsconsole.desktop.table.delegate import PADDING, CellDelegate
from opsconsole.desktop.table.header import ListHeader
from opsconsole.desktop.table.model import ListingModel
from opsconsole.desktop.theme import theme
from opsconsole.domain.field import Total

CHANGED_MS = 3_000
_SKELETON = (36, 90, 70, 50, 60, 40)
LEFT_EXTRA = 4  # the first column starts 12 px from the edge: 8 of padding and these


class Grid(QTableView):
    """Table view over a ``ListingModel``; emits ``row_activated`` for Enter and double click.

    ``group_toggled(raw value)`` folds or unfolds a group, ``groups_folded(folded)`` all of them.
    """

    row_activated = Signal(int)
    group_toggled = Signal(object)
    groups_folded = Signal(bool)

    def __init__(self, model: ListingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.listing_model = model
        self.delegate = CellDelegate(self)
        self.group_labels: Mapping[Any, Mapping[str, str]] = {}
        self.skeleton = False
        self._hovered = -1
        # The focus lines are for those who steer by keys; a click shows where one is anyway.
        self._by_keyboard = False
        self._changed: Container[Any] = ()
        self._changed_timer = QTimer(self)
        self._changed_timer.setSingleShot(True)
        self._changed_timer.timeout.connect(self._forget_changed)
        self._configure(model)

    def set_row_height(self, height: int) -> None:
        """28 px, or 24 px when compact."""
        self.verticalHeader().setDefaultSectionSize(height)

    def mark_changed(self, ids: Container[Any]) -> None:
        """Tint rows that somebody else changed for 3 s; only those painted are looked up."""
        self._changed = ids
        self._changed_timer.start(CHANGED_MS)
        self.viewport().update()

    def selected_rows(self) -> list[int]:
        """Places of the selected rows, in order; group rows left out."""
        rows: set[int] = set()
        selection = self.selectionModel().selection()
        for number in range(selection.count()):
            part = selection.at(number)
            rows.update(range(part.top(), part.bottom() + 1))
        places = sorted(rows)
        if not self.listing_model.groups:
            return places
        return [row for row in places if self.listing_model.group_at(row) is None]

    def set_current_row(self, row: int, *, select: bool = True) -> None:
        """Make a row current (and the only selected one)."""
        index = self.listing_model.index(row, _first_shown(self))
        flags = QItemSelectionModel.SelectionFlag.NoUpdate
        if select:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that the event touches."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.delegate.brush.begin(painter)
        if self.skeleton and not self.listing_model.rowCount():
            _paint_skeleton(self, painter)
        else:
            self._paint_rows(painter, event.rect())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J and K move, Space marks, Enter opens, ← → fold groups (with Shift all of them); the rest is Qt's."""
        self._by_keyboard = True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        handler = self._key_handlers().get(Qt.Key(event.key())) if plain else None
        if handler is None and self.listing_model.groups:
            handler = self._fold_handler(Qt.Key(event.key()), event.modifiers())
        if handler is None:
            _leave_hidden_column(self)
            super().keyPressEvent(event)
            return
        handler()
        event.accept()

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here, not a search."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a group row folds it."""
        self._by_keyboard = False
        row = self.rowAt(event.position().toPoint().y())
        group = self.listing_model.group_at(row) if row >= 0 else None
        if group is not None and event.button() == Qt.MouseButton.LeftButton:
            self.group_toggled.emit(group.value)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the row under the mouse."""
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the hovered row when the mouse leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _configure(self, model: ListingModel) -> None:
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setHorizontalHeader(ListHeader(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(16)
        self.set_row_height(theme.height("row"))
        self.doubleClicked.connect(lambda index: self._activate())
        self.selectionModel().selectionChanged.connect(lambda *_: self.viewport().update())
        self.selectionModel().currentChanged.connect(lambda *_: self.viewport().update())

    def _key_handlers(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_J: lambda: self._step(1),
            Qt.Key.Key_K: lambda: self._step(-1),
            Qt.Key.Key_Space: self._toggle_mark,
            Qt.Key.Key_Return: self._activate,
            Qt.Key.Key_Enter: self._activate,
        }

    def _fold_handler(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> Callable[[], None] | None:
        if key not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return None
        fold = key == Qt.Key.Key_Left
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            return lambda: self.groups_folded.emit(fold)
        return lambda: self._fold(fold)

    def _fold(self, fold: bool) -> None:
        """Fold or unfold the group of the current row; ← on a row of it goes to its group row first."""
        row = self.currentIndex().row()
        place = self.listing_model.group_row_of(row)
        if place < 0:
            return
        group = self.listing_model.group_at(place)
        if fold and place != row:
            self.set_current_row(place)
        elif group is not None and place == row and group.collapsed != fold:
            self.group_toggled.emit(group.value)

    def _step(self, by: int) -> None:
        row = self.currentIndex().row() + by
        if 0 <= row < self.listing_model.rowCount():
            self.set_current_row(row)

    def _toggle_mark(self) -> None:
        index = self.currentIndex()
        if not index.isValid():
            return
        flag = QItemSelectionModel.SelectionFlag.Toggle | QItemSelectionModel.SelectionFlag.Rows
        group = self.listing_model.group_at(index.row())
        if group is None:
            self.selectionModel().select(index, flag)
        elif not group.collapsed:
            # A group row stands for its rows: all of them are marked, or none.
            first, last = index.row() + 1, index.row() + group.count
            marked = self._selected_between(first, last)
            on = QItemSelectionModel.SelectionFlag.Select if len(marked) < group.count else flag
            part = QItemSelection(self.listing_model.index(first, 0), self.listing_model.index(last, 0))
            self.selectionModel().select(part, on | QItemSelectionModel.SelectionFlag.Rows)

    def _activate(self) -> None:
        row = self.currentIndex().row()
        if row < 0:
            return
        group = self.listing_model.group_at(row)
        if group is not None:
            self.group_toggled.emit(group.value)
        else:
            self.row_activated.emit(row)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def _forget_changed(self) -> None:
        self._changed = ()
        self.viewport().update()

    def _paint_rows(self, painter: QPainter, dirty: QRect) -> None:
        model = self.listing_model
        height = self.verticalHeader().defaultSectionSize()
        offset = self.verticalOffset()
        first = max((dirty.top() + offset) // height, 0)
        last = min((dirty.bottom() + offset) // height, model.rowCount() - 1)
        sections = self._sections(dirty)
        width = self.viewport().width()
        selected = self._selected_between(first, last)
        current = self.currentIndex().row() if self.hasFocus() and self._by_keyboard else -1
        for row in range(first, last + 1):
            self._paint_row(painter, row, row * height - offset, width, height, sections, row in selected)
        if first <= last:
            painter.setPen(theme.color("line"))
            edges = range((first + 1) * height - offset - 1, (last + 1) * height - offset, height)
            painter.drawLines([QLineF(0, edge + 0.5, width, edge + 0.5) for edge in edges])
        if first <= current <= last:
            top = current * height - offset
            self.delegate.brush.fill(0, top - 1, width, 2, "focus")
            self.delegate.brush.fill(0, top + height - 2, width, 2, "focus")

    def _paint_row(
        self,
        painter: QPainter,
        row: int,
        y: int,
        width: int,
        height: int,
        sections: list[tuple[int, int, int, bool]],
        selected: bool,
    ) -> None:
        model = self.listing_model
        group = model.group_at(row)
        if group is not None:
            self._paint_group(painter, group, y, width, height, sections)
            return
        if self._changed != () and model.id_at(row) in self._changed:
            painter.fillRect(0, y, width, height, theme.color("warn_bg"))
        elif selected:
            painter.fillRect(0, y, width, height, theme.color("selected"))
            painter.fillRect(0, y, 3, height, theme.color("accent"))
        elif row == self._hovered:
            painter.fillRect(0, y, width, height, theme.color("hover"))
        cells = model.cells(row)
        paint_cell = self.delegate.paint_cell
        for number, x, section_width, right in sections:
            paint_cell(cells[number], x, y, section_width, height, right)

    def _paint_group(
        self,
        painter: QPainter,
        group: Group,
        y: int,
        width: int,
        height: int,
        sections: list[tuple[int, int, int, bool]],
    ) -> None:
        brush = self.delegate.brush
        painter.fillRect(0, y, width, height, theme.color("raised"))
        offset = self.horizontalHeader().offset()
        x = 12 - offset
        caret = "caret-right" if group.collapsed else "caret-down"
        paint_icon(painter, QRect(x, y + height // 2 - 6, 12, 12).toRectF(), caret)
        brush.begin(painter)
        taken = brush.text(group.label, "text", x + 20, y, width, height, strong=True) + x + 28
        taken += brush.text(f"{group.count:,}", "text_muted", taken, y, width, height)
        labels = self.group_labels.get(group.value, {})
        fields = self.listing_model.fields
        for number, left, section_width, right in sections:
            inner = section_width - 2 * PADDING
            words = labels.get(fields[number].key, "")
            if words:
                brush.text(words, "text_muted", left + PADDING, y, inner, height, right=right, role="caption")
            figures = self.listing_model.figures(group, fields[number])
            if figures and left + PADDING + inner > taken:
                tone = "bad" if fields[number].total == Total.OVER else "text"
                figures = brush.fitting(figures, inner, role="small", strong=True)
                brush.text(figures, tone, left + PADDING, y, inner, height, right=right, role="small", strong=True)

    def _sections(self, dirty: QRect) -> list[tuple[int, int, int, bool]]:
        """Column number, x, width and alignment of the visible sections that the event touches."""
        header = self.horizontalHeader()
        fields = self.listing_model.fields
        sections: list[tuple[int, int, int, bool]] = []
        first = True
        for visual in range(header.count()):
            logical = header.logicalIndex(visual)
            if header.isSectionHidden(logical) or logical >= len(fields):
                continue
            x, width = header.sectionViewportPosition(logical), header.sectionSize(logical)
            if first:
                x, width, first = x + LEFT_EXTRA, width - LEFT_EXTRA, False
            if x <= dirty.right() and x + width >= dirty.left():
                sections.append((logical, x, width, aligned_right(fields[logical])))
        return sections

    def _selected_between(self, first: int, last: int) -> set[int]:
        rows: set[int] = set()
        selection = self.selectionModel().selection()
        for number in range(selection.count()):
            part = selection.at(number)
            rows.update(range(max(part.top(), first), min(part.bottom(), last) + 1))
        return rows


def _first_shown(grid: Grid) -> int:
    """Number of the first column that is shown."""
    header = grid.horizontalHeader()
    columns = map(header.logicalIndex, range(header.count()))
    return next((column for column in columns if not header.isSectionHidden(column)), 0)


def _leave_hidden_column(grid: Grid) -> None:
    """Qt moves nowhere from a cell of a column that is hidden."""
    current = grid.currentIndex()
    if current.isValid() and grid.isColumnHidden(current.column()):
        grid.set_current_row(current.row(), select=False)


def _paint_skeleton(grid: Grid, painter: QPainter) -> None:
    """Gray rows where there is nothing to show yet."""
    height = grid.verticalHeader().defaultSectionSize()
    width = grid.viewport().width()
    for row in range(grid.viewport().height() // height):
        x, y = 12, row * height
        for number, share in enumerate(_SKELETON):
            grid.delegate.brush.rounded(x, y + height / 2 - 4, share + (row * 7 + number * 13) % 30, 8, "track", 2)
            x += 140
        painter.fillRect(0, y + height - 1, width, 1, theme.color("line"))
