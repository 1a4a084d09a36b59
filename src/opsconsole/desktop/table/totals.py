"""The totals row: a second table view of one row whose columns follow the list's header."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.table.cells import aligned_right
from opsconsole.desktop.table.delegate import PADDING
from opsconsole.desktop.table.grid import LEFT_EXTRA, Grid
from opsconsole.desktop.theme import theme
from opsconsole.domain.field import Field

Index = QModelIndex | QPersistentModelIndex
_NOTHING = QModelIndex()


class TotalsModel(QAbstractTableModel):
    """One row of words by field key."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: tuple[Field, ...] = ()
        self.words: Mapping[str, tuple[str, str]] = {}

    def fill(self, fields: tuple[Field, ...], words: Mapping[str, tuple[str, str]]) -> None:
        """Show text and tone by field key."""
        self.beginResetModel()
        self.fields = fields
        self.words = words
        self.endResetModel()

    def rowCount(self, parent: Index = _NOTHING) -> int:
        """One row."""
        return 1 if self.fields else 0

    def columnCount(self, parent: Index = _NOTHING) -> int:
        """As many as the list."""
        return len(self.fields)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a total."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.words.get(self.fields[index.column()].key, ("", ""))[0].split("\n")[0]
        return None


class TotalsView(QTableView):
    """Totals under a grid: widths and order follow its header, horizontal scrolling is linked."""

    def __init__(self, grid: Grid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = grid
        self._brush = Brush()
        self.totals = TotalsModel()
        self.setModel(self.totals)
        self.setAccessibleName("Totals")
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(theme.height("totals_row") + 1)
        self.verticalHeader().setDefaultSectionSize(theme.height("totals_row"))
        header = grid.horizontalHeader()
        header.sectionResized.connect(lambda *_: self._follow())
        header.sectionMoved.connect(lambda *_: self.viewport().update())
        header.geometriesChanged.connect(self._follow)
        grid.horizontalScrollBar().valueChanged.connect(lambda *_: self.viewport().update())
        theme.changed.connect(self._brush.forget)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words where the list has its columns; long words run on into empty neighbors."""
        painter = QPainter(self.viewport())
        self._brush.begin(painter)
        rect = self.viewport().rect()
        painter.fillRect(rect, theme.color("raised"))
        painter.fillRect(0, 0, rect.width(), 1, theme.color("line_strong"))
        spans = self._spans()
        for number, (key, left, width, right) in enumerate(spans):
            text, tone = self.totals.words.get(key, ("", ""))
            if not text:
                continue
            x, room = self._room(spans, number, left, width, right)
            text = self._brush.fitting(text, room, strong=True)
            self._brush.text(text, tone or "text", x, 1, room, rect.height() - 1, strong=True, right=right)
        painter.end()

    def _spans(self) -> list[tuple[str, int, int, bool]]:
        """Key, x, width and alignment of the visible columns from left to right."""
        header = self._grid.horizontalHeader()
        spans: list[tuple[str, int, int, bool]] = []
        for visual in range(header.count()):
            logical = header.logicalIndex(visual)
            if header.isSectionHidden(logical) or logical >= len(self.totals.fields):
                continue
            field = self.totals.fields[logical]
            extra = 0 if spans else LEFT_EXTRA
            x = header.sectionViewportPosition(logical) + extra + PADDING
            spans.append((field.key, x, header.sectionSize(logical) - extra - 2 * PADDING, aligned_right(field)))
        return spans

    def _room(
        self, spans: list[tuple[str, int, int, bool]], number: int, left: int, width: int, right: bool
    ) -> tuple[int, int]:
        """Start and width with the empty neighbors on the side the words can run to."""
        step = -1 if right else 1
        other = number + step
        while 0 <= other < len(spans) and not self.totals.words.get(spans[other][0], ("", ""))[0]:
            other += step
        if right:
            start = spans[other][1] + spans[other][2] + PADDING if other >= 0 else LEFT_EXTRA + PADDING
            return start, left + width - start
        end = spans[other][1] - PADDING if other < len(spans) else self.viewport().width() - PADDING
        return left, end - left

    def _follow(self) -> None:
        self.viewport().update()
