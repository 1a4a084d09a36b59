"""Current row and marked rows of a grid, kept by identity while its rows are rearranged or replaced."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QObject, Signal

from opsconsole.desktop.table.grid import Grid


class KeptSelection(QObject):
    """``current_changed(id or None)`` when the keyboard stands on another row; ``changed`` when marks changed."""

    current_changed = Signal(object)
    changed = Signal()

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._model = grid.listing_model
        self._current: Any = None
        self.quiet = False
        selection = grid.selectionModel()
        selection.currentRowChanged.connect(self._row_changed)
        selection.selectionChanged.connect(lambda *_: None if self.quiet else self.changed.emit())

    def current_id(self) -> Any:
        """Identity of the current row, else ``None``."""
        return self._model.id_at(self._grid.currentIndex().row())

    def ids(self) -> list[Any]:
        """Identities of the marked rows, in the order shown."""
        return [self._model.id_at(row) for row in self._grid.selected_rows()]

    def select(self, identity: Any) -> bool:
        """Make the row of an identity current and the only marked one; false when it is not shown."""
        place = self._model.place_of(identity)
        if place >= 0:
            self._grid.set_current_row(place)
        return place >= 0

    def select_first(self) -> None:
        """Make the first row current that is not a group row."""
        for row in range(min(self._model.rowCount(), 2)):
            if self._model.group_at(row) is None:
                self._grid.set_current_row(row)
                return

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While the rows change: afterwards the same identities are current and marked, as far as they are shown."""
        self.quiet = True
        current = self.current_id()
        self._current = self._current if current is None else current
        marked = self.ids()
        try:
            yield
            if self._current is not None:
                self.select(self._current)
            if len(marked) > 1:
                self._mark(marked)
        finally:
            self.quiet = False
        self._tell()

    def _mark(self, identities: list[Any]) -> None:
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for identity in identities:
            place = self._model.place_of(identity)
            if place >= 0:
                self._grid.selectionModel().select(self._model.index(place, 0), flags)

    def _row_changed(self) -> None:
        if not self.quiet:
            self._tell()

    def _tell(self) -> None:
        current = self.current_id()
        if current != self._current:
            self._current = current
            self.current_changed.emit(current)
