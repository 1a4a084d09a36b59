"""The refused lines as a model that can be typed in: each change can be taken back, and is told to be kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from opsconsole.desktop.theme import theme
from opsconsole.domain.wording import field_words

if TYPE_CHECKING:
    from opsconsole.services.import_rejects import Fault, GridRow, RejectGrid

Index = QModelIndex | QPersistentModelIndex
Cell = tuple[int, int]  # line of the file, number of its column
Change = dict[Cell, tuple[str, str]]  # texts before and after

LINE, WRONG, FIRST = 0, 1, 2  # columns of the model before those of the file
_HEADERS = ("Line", "What is wrong")
_ALIGN = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_NOTHING = QModelIndex()


class CorrectionsModel(QAbstractTableModel):
    """Lines by their cells; ``typed`` tells texts by cell whenever something was typed, filled in or taken back."""

    typed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[GridRow, ...] = ()
        self.headers: tuple[str, ...] = ()
        self._texts: list[list[str]] = []
        self._judged: list[list[str]] = []  # texts that the faults are about
        self._faults: list[dict[int, Fault]] = []
        self._done: list[Change] = []
        self._undone: list[Change] = []

    def set_grid(self, grid: "RejectGrid") -> None:
        """Show lines with what was typed in them before; what was done can no longer be taken back."""
        self.beginResetModel()
        self.rows = grid.rows
        width = max([len(grid.columns), *(len(row.cells) for row in grid.rows)])
        beyond = tuple("(beyond the header)" for _ in range(width - len(grid.columns)))
        self.headers = (*(name or "(no name)" for name in grid.columns), *beyond)
        self._texts = [self._now(row, width) for row in grid.rows]
        self._judged = [list(cells) for cells in self._texts]
        self._faults = [{f.column: f for f in row.faults if f.column is not None} for row in grid.rows]
        self._done, self._undone = [], []
        self.endResetModel()

    def _now(self, row: "GridRow", width: int) -> list[str]:
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        for column, text in row.typed.items():
            cells[column] = text
        return cells

    # --- what Qt asks -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOTHING) -> int:
        """Lines."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOTHING) -> int:
        """The line, what is wrong, and the columns of the file."""
        return 0 if parent.isValid() else FIRST + len(self.headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns."""
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section] if section < FIRST else self.headers[section - FIRST]
        return int(_ALIGN) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All can be selected, the file's cells typed in."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() >= FIRST else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, and how a cell is marked."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column() - FIRST
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.words_of(row, column) or None
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground(row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.color(self._ink(row, column))
        if role == Qt.ItemDataRole.FontRole:
            return theme.font("body", strong=column >= 0 and self.is_typed(row, column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = self.words_of(row, column)
            return f"{self.text(row, column)}. {words}" if words else self.text(row, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """What somebody typed into a cell."""
        if role != Qt.ItemDataRole.EditRole or index.column() < FIRST:
            return False
        self.write({(index.row(), index.column() - FIRST): str(value)})
        return True

    # --- what the grid asks -------------------------------------------------------------------------------------------

    def text(self, row: int, column: int) -> str:
        """A cell's text; columns below 0 are those before the file's."""
        if column == LINE - FIRST:
            return f"{self.rows[row].line:,}"
        if column == WRONG - FIRST:
            return _wrong(self.rows[row])
        return self._texts[row][column]

    def as_read(self, row: int, column: int) -> str:
        """What the file has there."""
        cells = self.rows[row].cells
        return cells[column] if column < len(cells) else ""

    def is_typed(self, row: int, column: int) -> bool:
        """Whether a cell is another than in the file."""
        return self.text(row, column) != self.as_read(row, column)

    def fault(self, row: int, column: int) -> "Fault | None":
        """Why a cell was refused."""
        return self._faults[row].get(column)

    def is_wrong(self, row: int, column: int) -> bool:
        """Whether a cell is as it was refused."""
        return self.fault(row, column) is not None and self.text(row, column) == self._judged[row][column]

    def words_of(self, row: int, column: int) -> str:
        """What is to be known of a cell: what it should be, what it was."""
        if column < 0:
            return _wrong(self.rows[row]) if column == WRONG - FIRST else ""
        fault, told = self.fault(row, column), []
        if fault is not None:
            found = f"“{fault.found}”" if fault.found else "Nothing"
            told.append(f"{found} was found, expected {fault.expected}.")
        if self.is_typed(row, column):
            before = self.as_read(row, column)
            told.append(f"The file has “{before}”." if before else "The file has nothing here.")
        return " ".join(told)

    def bad_columns(self) -> list[int]:
        """Columns of the file with a mistake, in their order."""
        return sorted({column for faults in self._faults for column in faults})

    def mistakes(self) -> list[Cell]:
        """Places (row, column) of the cells that are as they were refused."""
        return [
            (row, column)
            for row, faults in enumerate(self._faults)
            for column in sorted(faults)
            if self.is_wrong(row, column)
        ]

    def alike(self, row: int, column: int) -> list[int]:
        """Other rows that have the same text there in the file."""
        text = self.as_read(row, column)
        return [other for other in range(len(self.rows)) if other != row and self.as_read(other, column) == text]

    def typed_cells(self) -> dict[tuple[int, int | str], str]:
        """All that is typed, by line and column."""
        return {
            (row.line, column): self._texts[number][column]
            for number, row in enumerate(self.rows)
            for column in range(len(self.headers))
            if self.is_typed(number, column)
        }

    def write(self, texts: Mapping[tuple[int, int], str]) -> None:
        """Type texts into cells (row, column), as one change."""
        change = {
            place: (self._texts[place[0]][place[1]], text)
            for place, text in texts.items()
            if self._texts[place[0]][place[1]] != text
        }
        if change:
            self._done.append(change)
            self._undone.clear()
            self._apply({place: after for place, (_, after) in change.items()})

    def undo(self) -> bool:
        """Take the last change back."""
        if not self._done:
            return False
        change = self._done.pop()
        self._undone.append(change)
        self._apply({place: before for place, (before, _) in change.items()})
        return True

    def redo(self) -> bool:
        """Do again what was taken back."""
        if not self._undone:
            return False
        change = self._undone.pop()
        self._done.append(change)
        self._apply({place: after for place, (_, after) in change.items()})
        return True

    def _apply(self, texts: Mapping[tuple[int, int], str]) -> None:
        for (row, column), text in texts.items():
            self._texts[row][column] = text
        rows, columns = [row for row, _ in texts], [column for _, column in texts]
        top = self.index(min(rows), FIRST + min(columns))
        self.dataChanged.emit(top, self.index(max(rows), FIRST + max(columns)))
        self.typed.emit({(self.rows[row].line, column): text for (row, column), text in texts.items()})

    def _ground(self, row: int, column: int) -> Any:
        if column < 0:
            return theme.color("raised")
        if self.is_wrong(row, column):
            return theme.color("bad_bg")
        return theme.color("good_bg") if self.is_typed(row, column) else None

    def _ink(self, row: int, column: int) -> str:
        if column < 0:
            return "text_muted"
        return "bad" if self.is_wrong(row, column) else "text"


def _wrong(row: "GridRow") -> str:
    """What is wrong with a line, in words."""
    told = []
    for fault in row.faults:
        found = f"“{fault.found}”" if fault.found else ""
        where = field_words(fault.field)
        told.append(f"{where}: expected {fault.expected}" if where else f"{found} {fault.expected}".strip())
    return "; ".join(dict.fromkeys(told))
