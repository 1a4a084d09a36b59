"""KPI charts: tiles with small control charts, one big chart, what changed, and the rows behind every point."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.charts.kpi_chart import KpiChart, load_chart, load_rows
from opsconsole.desktop.charts.kpi_side import KpiBoard, KpiSide
from opsconsole.desktop.charts.kpi_words import tile_content
from opsconsole.desktop.dialogs.export import export_kpis
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabContent, read_freshness
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.domain.progress import Progress

_CHOICES_BACK = 13
_PARTS = (("missed", "missed"), ("numerator", "numerator"), ("denominator", "all counted"), ("excluded", "excluded"))
_SPLITS = ("channel", "location", "carrier", "vendor", "region")


class KpisTab(Tab):
    """KPI charts."""

    key = "kpis"
    noun = ("KPI", "KPIs")
    subjects = frozenset({"orders", "order_exceptions", "imports", "kpis"})
    has_list = False
    has_panel = False
    selectors = (
        Selector("grain", "By", choices=(("week", "week"), ("month", "month"), ("day", "day"))),
        Selector("period", "Period", choices=(("", "newest complete"),)),
        Selector("compare", "Compare", choices=(("year", "last year"), ("before", "period before"), ("none", "none"))),
        Selector("by", "Split", choices=(("", "none"), *((name, name) for name in _SPLITS))),
    )

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Tiles and what changed; the chart follows in a task of its own."""
        import pyqtgraph  # noqa: F401 - loaded here, off the window's thread

        from opsconsole.services import empty_lists, kpis

        grain = request.options.get("grain") or "week"
        newest = kpis.review_period(request.now, grain, workspace.time_zone)
        chosen = request.options.get("period", "")
        period = period_of(int(chosen), grain) if chosen.lstrip("-").isdigit() else newest
        tiles = kpis.kpi_tiles(workspace.database, request.now, grain, period=period)
        progress.step(1, 2, "Reading what changed")
        changed = kpis.what_changed(workspace.database, request.now, grain, period=period)
        why_none = "" if changed else empty_lists.no_kpis(workspace.database, request.now, period)
        back = [previous(newest, count) for count in range(_CHOICES_BACK)]
        missed = sum(tile.met is False for tile in tiles)
        waiting = sum(tile.value is None for tile in tiles)
        return TabContent(
            status=(f"**{len(tiles)}** KPIs, **{missed}** off target", f"{waiting} without a value yet"),
            freshness=read_freshness(workspace.database, request.now),
            choices={"period": [("", "newest complete"), *((str(one.start), one.label) for one in back)]},
            data=KpiBoard(tiles, changed, period, why_none),
        )

    def make_body(self) -> QWidget:
        """Board and side panel; the board is made when content arrives."""
        self._shown = str(self.desk.settings.layout("kpis").get("tile", ""))
        self._chart: KpiChart | None = None
        self._drilled: Period | None = None
        self._board: Any = None
        self._side = KpiSide(self)
        for control in (self.toolbar.view, self.toolbar.save_view, self.toolbar.columns):
            control.hide()
        body = self.body
        left = QWidget(body)
        self._column = QVBoxLayout(left)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.bar)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left, 1)
        row.addWidget(lines.vertical())
        row.addWidget(self._side)
        for key, run in (("D", self.show_newest_rows), ("P", self._side.export), ("Y", self._side.copy_digest)):
            shortcut = QShortcut(QKeySequence(key), body)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)
        return body

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Fill tiles and side panel, then ask for the chosen tile's series."""
        if self._board is None:
            self._make_board()
        board: KpiBoard = content.data
        self.filters.set_content(content)
        keys = [tile.key for tile in board.tiles]
        if self._shown not in keys:
            self._shown = keys[0]
        self._board.show_tiles([tile_content(tile) for tile in board.tiles], self._shown)
        self._side.show_board(board)
        self._load_chart()

    def choose_tile(self, key: str) -> None:
        """Show another KPI's chart."""
        self._shown = key
        self.desk.settings.set_layout("kpis", {"tile": key})
        self._board.choose(key)
        self._load_chart()

    def show_newest_rows(self) -> None:
        """The rows behind the period the tiles show."""
        if self._chart is not None:
            complete = [index for index, done in enumerate(self._chart.series.complete) if done]
            self._drill(0, complete[-1] if complete else len(self._chart.series.periods) - 1)

    def export(self) -> None:
        """Write the rows behind a point while they are shown, else all KPIs by the chosen grain."""
        if self._board is not None and self._board.shows_rows:
            super().export()
        else:
            export_kpis(self, self.filters.options().get("grain") or "week")

    def escape(self) -> None:
        """Esc: back from the rows to the chart first."""
        if self._board is not None and self._board.shows_rows:
            self._drilled = None
            self._board.show_overview()
        else:
            super().escape()

    def _make_board(self) -> None:
        from opsconsole.desktop.charts.board import Board

        self._board = Board(self.list)
        self._board.tile_chosen.connect(self.choose_tile)
        self._board.rows_asked.connect(self._drill)
        self._board.part_chosen.connect(lambda part: self._load_rows())
        self._board.back_asked.connect(self.escape)
        self._board.part.set_choices(_PARTS)
        self.list.activated.connect(lambda identity: self.desk.show("orders", identity))
        self._column.addWidget(self._board, 1)

    def _load_chart(self) -> None:
        workspace, options, key = self.desk.workspace, self.filters.options(), self._shown
        if workspace is None or self.content.data is None:
            return
        now, last, formats = self.request.now, self.content.data.period, self.desk.formats(self.request.now)
        self.run(
            lambda progress: load_chart(workspace.database, now, key, last, options, formats),
            self._show_chart,
            kind="chart",
            text="Reading the chart",
        )

    def _show_chart(self, chart: KpiChart) -> None:
        self._chart = chart
        self._board.show_chart(chart.spec, chart.title, chart.subtitle)
        self._side.show_annotations(chart.series)

    def _drill(self, line: int, index: int) -> None:
        if index < 0:
            self.show_newest_rows()
        elif self._chart is not None:
            self._drilled = self._chart.series.periods[index]
            self._load_rows()

    def _load_rows(self) -> None:
        workspace, period, key = self.desk.workspace, self._drilled, self._shown
        if workspace is None or period is None:
            return
        now, part = self.request.now, self._board.part.current
        self.run(
            lambda progress: load_rows(workspace.database, now, key, period, part),
            self._show_rows,
            kind="rows",
            text="Reading the rows",
        )

    def _show_rows(self, arranger: Any) -> None:
        self.list.set_listing(arranger, self.desk.formats(self.request.now))
        self._board.show_rows(f"{arranger.listing.title} ({len(arranger.listing):,})")


TAB = KpisTab
