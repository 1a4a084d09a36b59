"""Hand-over: what one shift leaves to the next, with the rows behind every figure; as pages or as a workbook."""

from typing import Any, NamedTuple

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.export import export_listing
from opsconsole.desktop.dialogs.handover_files import export_handover, print_handover
from opsconsole.desktop.pages.handover_page import HandoverView, handover_panel
from opsconsole.desktop.panel import PanelButton
from opsconsole.desktop.rows_behind import RowsBehind
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabContent, read_freshness
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.handover import HandOver
from opsconsole.domain.progress import Progress

_SPANS = (("shift", "current shift"), ("8", "last 8 h"), ("12", "last 12 h"), ("24", "last 24 h"))


class _Told(NamedTuple):
    """The summary and the site it was asked for."""

    summary: HandOver
    location: str | None


class HandoverTab(Tab):
    """The page to read out; beside it the figures, whose rows take the page's place until Esc."""

    key = "handover"
    noun = ("hand-over", "hand-overs")
    subjects = frozenset({"order_exceptions", "incidents", "imports"})
    selectors = (Selector("span", "Span", choices=_SPANS), Selector("site", "Site", choices=(("", "all"),)))

    def __init__(self, desk: Desk) -> None:
        self._told: _Told | None = None
        self._figure = ""
        super().__init__(desk)
        for control in (self.toolbar.view, self.toolbar.save_view, self.toolbar.columns):
            control.hide()

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The summary of the span, of one site or all."""
        from opsconsole.services import handover

        sites = handover.sites(workspace.database)
        asked, span = request.options.get("site"), request.options.get("span") or "shift"
        site = asked if any(key == asked for key, _ in sites) else None
        hours = int(span) if span.isdigit() else None
        told = handover.hand_over(workspace.database, request.now, location=site, hours=hours, progress=progress)
        return TabContent(
            status=(f"**{told.figure('open_now').words}** open, **{told.figure('overdue').words}** overdue",),
            freshness=read_freshness(workspace.database, request.now),
            choices={"site": (("", "all"), *sites)},
            data=_Told(told, site),
        )

    def make_body(self) -> QWidget:
        """The page, or the rows behind a figure."""
        self.view = HandoverView()
        self.view.exception_asked.connect(self._open_row)
        self.rows = RowsBehind(ListView("handover_rows", self.desk.tasks, self.desk.settings), "Back to the hand-over")
        self.rows.back_asked.connect(self.escape)
        self.rows.list.activated.connect(self._open_row)
        self.list.setParent(self)
        self.list.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.rows)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        QShortcut(QKeySequence("P"), self).activated.connect(self.print_pages)
        return body

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Show the page and its figures, and renew the rows that are shown."""
        self.filters.set_content(content)
        self._told = told = content.data
        formats = self.desk.formats(self.request.now, told.summary.time_zone)
        self.view.show_handover(told.summary, formats)
        self.panel.show_content(handover_panel(told.summary, formats, self.show_rows))
        self.panel.set_buttons(
            (
                PanelButton("Print or PDF", self.print_pages, "P", primary=True),
                PanelButton("Workbook", self.export_workbook, "Ctrl+E"),
            )
        )
        if self.shows_rows:
            self.show_rows(self._figure)

    @property
    def shows_rows(self) -> bool:
        """Whether the rows behind a figure are shown."""
        return self._stack.currentIndex() == 1

    def show_rows(self, figure: str) -> None:
        """Show the rows behind a figure in the place of the page."""
        workspace, told = self.desk.workspace, self._told
        if workspace is None or told is None:
            return
        self._figure, now = figure, self.request.now

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import handover

            return Arranger(handover.handover_rows(workspace.database, now, figure, told.summary.span, told.location))

        self.run(read, self._show_rows, kind="rows", text="Reading the rows")

    def print_pages(self) -> None:
        """Write the pages to hand over."""
        if self._told is not None:
            print_handover(self, self._told.summary)

    def export(self) -> None:
        """Write the rows behind a figure while they are shown, else the whole hand-over."""
        shown = self.rows.list.shown_listing() if self.shows_rows else None
        if shown is not None:
            export_listing(self, shown)
        else:
            self.export_workbook()

    def export_workbook(self) -> None:
        """Write the workbook: a cover and a sheet per figure."""
        if self._told is not None:
            export_handover(self, self._told.summary, {"location": self._told.location})

    def escape(self) -> None:
        """Esc: back from the rows to the page first."""
        if self.shows_rows:
            self._stack.setCurrentIndex(0)
            self.view.setFocus()
        else:
            super().escape()

    def _show_rows(self, arranger: Any) -> None:
        self.rows.show_rows(arranger, self.desk.formats(self.request.now))
        self._stack.setCurrentIndex(1)
        self.rows.list.setFocus()

    def _open_row(self, identity: Any) -> None:
        if self._figure == "incidents" and self.shows_rows:
            self.desk.show("incidents", identity)
        else:
            self.desk.show("order_exceptions", identity, {"state": "all"})


TAB = HandoverTab
