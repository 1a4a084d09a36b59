"""Current row and marked rows of a grid, kept by identity while its rows are rearranged or replaced."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QObject, Signal

from opsconsole.desktop.table.arrangement import Group
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
        self._beside: tuple[Any, ...] = ()
        self.quiet = False
        selection = grid.selectionModel()
        selection.currentRowChanged.connect(self._row_changed)
        selection.selectionChanged.connect(lambda *_: None if self.quiet else self.changed.emit())

    def current_id(self) -> Any:
        """Identity of the current row, else ``None``."""
        return self._model.id_at(self._grid.currentIndex().row())

    def ids(self) -> list[Any]:
        """Identities of the marked rows, in the order shown."""
        return self._model.ids_at(self._grid.selected_rows())

    def select(self, identity: Any) -> bool:
        """Make the row of an identity current and the only marked one; false when it is not shown."""
        place = self._model.place_of(identity)
        if place >= 0:
            self._grid.set_current_row(place)
        return place >= 0

    def select_first(self) -> None:
        """Make the first row current that is not a group row."""
        for row in range(min(self._model.rowCount(), len(self._model.groups) + 1)):
            if self._model.group_at(row) is None:
                self._grid.set_current_row(row)
                return

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While the rows change: afterwards the same identities are current and marked, as far as they are shown.

        Where the current one is gone, the nearest unmarked one after it is current, else the one before, else the
        first.
        """
        self.quiet = True
        group = self._current_group()
        current = self.current_id()
        if current is not None:
            self._current, self._beside = current, self._nearest()
        marked = self.ids()
        try:
            yield
            place = -1 if group is None else self._model.place_of_group(group.value)
            if place >= 0:
                self._grid.set_current_row(place)
            elif self._current is not None:
                if not any(self.select(identity) for identity in (self._current, *self._beside)):
                    self.select_first()
            elif group is not None:
                # The groups are gone, and with them the row the keyboard stood on.
                self.select_first()
            if len(marked) > 1 or (marked and place >= 0):
                self._mark(marked)
        finally:
            self.quiet = False
        self._tell()

    def _mark(self, identities: list[Any]) -> None:
        """Mark rows again, as few ranges of neighbors in one go."""
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        ranges: list[list[int]] = []
        for place in self._model.places_of(identities):
            if ranges and ranges[-1][1] == place - 1:
                ranges[-1][1] = place
            else:
                ranges.append([place, place])
        marked = QItemSelection()
        for first, last in ranges:
            marked.append(QItemSelectionRange(self._model.index(first, 0), self._model.index(last, 0)))
        if ranges:
            self._grid.selectionModel().select(marked, flags)

    def _nearest(self) -> tuple[Any, ...]:
        """The rows around the current one that are not marked themselves: the next, then the one before."""
        at, marked = self._grid.currentIndex().row(), set(self._grid.selected_rows())
        ways = (range(at + 1, self._model.rowCount()), range(at - 1, -1, -1))
        found = (
            next((row for row in way if row not in marked and self._model.group_at(row) is None), None) for way in ways
        )
        return tuple(self._model.id_at(row) for row in found if row is not None)

    def _current_group(self) -> Group | None:
        row = self._grid.currentIndex().row()
        return self._model.group_at(row) if 0 <= row < self._model.rowCount() else None

    def _row_changed(self) -> None:
        if not self.quiet:
            self._tell()

    def _tell(self) -> None:
        current = self.current_id()
        if current != self._current:
            self._current = current
            self.current_changed.emit(current)
