"""Widgets of the list: grid, totals row, empty state and skeleton, and the columns' layout."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from opsconsole.desktop.settings import COMPACT_ROWS, Settings
from opsconsole.desktop.table.columns import Columns
from opsconsole.desktop.table.empty import EmptyState
from opsconsole.desktop.table.grid import Grid
from opsconsole.desktop.table.header import ListHeader
from opsconsole.desktop.table.model import ListingModel
from opsconsole.desktop.table.totals import TotalsView
from opsconsole.desktop.theme import theme
from opsconsole.domain.field import Kind

_GROUPABLE = frozenset({Kind.TEXT, Kind.STATUS, Kind.STATE, Kind.SEVERITY, Kind.IDENTIFIER, Kind.GRADE, Kind.FLAG})


class ListBody(QWidget):
    """Lays the parts of a list out and keeps the columns' layout under the list's name.

    ``group_asked(field key)`` when the user wants the rows grouped by a column (empty: by none).
    """

    group_asked = Signal(str)

    def __init__(self, name: str, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.settings = settings
        self.model = ListingModel(self)
        self._filled = QWidget(self)  # the parts are made where they stand: moving them styles them once more
        self.grid = Grid(self.model, self._filled)
        self.totals = TotalsView(self.grid, self._filled)
        self.empty = EmptyState(self)
        self.columns = Columns(self.grid)
        self.kept_layout: dict[str, Any] = settings.layout(f"list/{name}")
        self._lay_out()
        header = self.grid.horizontalHeader()
        assert isinstance(header, ListHeader)
        self.header = header
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self._fitted = 0
        self.grid.installEventFilter(self)
        self.grid.viewport().installEventFilter(self)

    def columns_menu(self, changed: Callable[[], None] | None = None) -> QMenu:
        """Menu to choose columns; ``changed`` is called after each choice."""
        return self.columns.menu(self, changed or self.save_layout)

    def copy(self) -> None:
        """Put the selected rows on the clipboard as cells with headers."""
        from opsconsole.desktop.table.clipboard import copy_rows

        rows = self.grid.selected_rows()
        if rows:
            QGuiApplication.clipboard().setMimeData(copy_rows(self.model, rows, self.columns.visible()))

    def save_layout(self) -> None:
        """Remember columns and sort under the list's name."""
        sort = [[entry.key, entry.descending] for entry in self.header.sort]
        self.kept_layout = {"columns": self.columns.state(), "sort": sort}
        self.settings.set_layout(f"list/{self.name}", self.kept_layout)

    def show_skeleton(self) -> None:
        """Gray rows while there is nothing else to show yet."""
        if not self.model.fields:
            self.grid.skeleton = True
            self._stack.setCurrentWidget(self._filled)
            self.grid.viewport().update()

    def show_rows(self, totals: Mapping[str, tuple[str, str]]) -> None:
        """Show the grid over its totals."""
        self.grid.skeleton = False
        self.totals.totals.fill(self.model.fields, totals)
        self.totals.setVisible(bool(totals))
        held = self._holds_keyboard()
        self._stack.setCurrentWidget(self._filled)
        if held:
            self.grid.setFocus()

    def show_empty(self, title: str, words: str, buttons: Sequence[tuple[str, str, Callable[[], None]]]) -> None:
        """Say why there are no rows."""
        self.grid.skeleton = False
        held = self._holds_keyboard()
        self.empty.fill(title, words, buttons)
        self._stack.setCurrentWidget(self.empty)
        if held:
            self.empty.take_focus()

    def _holds_keyboard(self) -> bool:
        """Whether the keyboard is in the list: what takes the place of its rows, or they themselves, then holds it."""
        focus = self.window().focusWidget()
        return focus is not None and self.isVisible() and (focus is self or self.isAncestorOf(focus))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self.columns.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+C copies cells, not the current word; columns follow the width that a scroll bar leaves."""
        if watched is self.grid.viewport():
            width = self.grid.viewport().width()
            if event.type() == QEvent.Type.Resize and width != self._fitted:
                self._fitted = width
                self.columns.fit()
            return False
        if event.type() == QEvent.Type.KeyPress and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            self.copy()
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._filled)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.grid, 1)
        inner.addWidget(self.totals)
        self.totals.hide()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._filled)
        self._stack.addWidget(self.empty)
        self.setFocusProxy(self.grid)
        compact = self.settings.get(COMPACT_ROWS)
        self.grid.set_row_height(theme.height("row_compact" if compact else "row"))

    def _show_columns_menu(self, point: QPoint) -> None:
        menu = self.columns_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer_grouping(menu, self.header.logicalIndexAt(point))
        menu.popup(self.header.mapToGlobal(point))

    def _offer_grouping(self, menu: QMenu, number: int) -> None:
        """Grouping by the column under the pointer, before the list of columns."""
        first = menu.actions()[0]
        made: list[QAction] = []
        if 0 <= number < len(self.model.fields) and self.model.fields[number].kind in _GROUPABLE:
            field = self.model.fields[number]
            made.append(QAction(f"Group by {field.label}", menu))
            made[-1].triggered.connect(lambda: self.group_asked.emit(field.key))
        if self.model.groups:
            made.append(QAction("No groups", menu))
            made[-1].triggered.connect(lambda: self.group_asked.emit(""))
        if made:
            menu.insertActions(first, made)
            menu.insertSeparator(first)
