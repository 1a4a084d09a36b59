"""The middle of the KPI tab: tiles over one big chart, and the rows behind a point in their place."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop.charts.chart import Chart
from opsconsole.desktop.charts.spec import ChartSpec
from opsconsole.desktop.charts.tile import Tile, TileContent
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.menus import ChoiceButton
from opsconsole.desktop.words import Words

_COLUMNS = 4


class Board(QWidget):
    """Tiles and chart, or the rows behind a point.

    ``tile_chosen(key)``; ``rows_asked(line, index)`` for a point of the chart (−1: the newest complete one);
    ``part_chosen(part)`` and ``back_asked`` while rows are shown.
    """

    tile_chosen = Signal(str)
    rows_asked = Signal(int, int)
    part_chosen = Signal(str)
    back_asked = Signal()

    def __init__(self, rows: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: dict[str, Tile] = {}
        self._chosen = ""
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        self.title, self.subtitle = Words(role="title"), Words(role="muted")
        self.legend = Words(role="small")
        self.chart = Chart()
        self.chart.point_chosen.connect(self.rows_asked)
        overview = QWidget()
        column = QVBoxLayout(overview)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(self._grid)
        column.addWidget(self._chart_card(), 1)
        self._rows_title = Words(role="section")
        self.part = ChoiceButton("Show")
        self.part.chosen.connect(self.part_chosen)
        self._stack = QStackedWidget()
        self._stack.addWidget(overview)
        self._stack.addWidget(self._rows_page(rows))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    @property
    def shows_rows(self) -> bool:
        """Whether the rows behind a point are shown."""
        return self._stack.currentIndex() == 1

    def show_tiles(self, contents: Sequence[TileContent], chosen: str) -> None:
        """Show tiles; existing ones are filled anew, so that focus stays."""
        if list(self._tiles) != [content.key for content in contents]:
            for tile in self._tiles.values():
                tile.hide()
                tile.deleteLater()
            self._tiles = {content.key: Tile(content) for content in contents}
            for tile in self._tiles.values():
                tile.chosen.connect(self.tile_chosen)
            self._arrange()
        for content in contents:
            self._tiles[content.key].show_content(content)
        self.choose(chosen)

    def choose(self, key: str) -> None:
        """Mark the tile whose chart is shown."""
        self._chosen = key
        for tile in self._tiles.values():
            tile.set_selected(tile.content.key == key)

    def show_chart(self, spec: ChartSpec, title: str, subtitle: str) -> None:
        """Show a chart under the tiles."""
        self.title.set_words(title)
        self.subtitle.set_words(subtitle)
        self.legend.set_words("    ".join(_legend(spec)) if len(spec.lines) > 1 else "")
        self.chart.show_spec(spec)

    def show_rows(self, title: str) -> None:
        """Turn to the rows behind a point."""
        self._rows_title.set_words(title)
        self._stack.setCurrentIndex(1)

    def show_overview(self) -> None:
        """Turn back to tiles and chart."""
        self._stack.setCurrentIndex(0)
        self.chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        for index, tile in enumerate(self._tiles.values()):
            self._grid.addWidget(tile, index // _COLUMNS, index % _COLUMNS)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def _chart_card(self) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        head.addStretch(1)
        head.addWidget(self.legend)
        button = KeyButton("Show rows", key="D", style="flat")
        button.clicked.connect(lambda: self.rows_asked.emit(0, -1))
        head.addWidget(button)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(head)
        column.addWidget(self.chart, 1)
        return card

    def _rows_page(self, rows: QWidget) -> QWidget:
        page = QWidget()
        page.setProperty("surface", "panel")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(8)
        back = KeyButton("Back to the chart", key="Esc")
        back.clicked.connect(self.back_asked)
        head.addWidget(back)
        head.addWidget(self._rows_title, 1)
        head.addWidget(self.part)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(rows, 1)
        return page


def _legend(spec: ChartSpec) -> list[str]:
    strokes = {"previous": "╌╌", "projection": "╌╌", "without": "┈┈"}
    return [f"{strokes.get(line.role, '──')} {line.label}" for line in spec.lines]
