"""Hand-over: what one shift leaves to the next, with the rows behind every figure; as pages or as a workbook."""

from typing import Any, NamedTuple

from PySide6.QtGui import QKeySequence, QShortcut

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.handover_files import export_handover, print_handover
from opsconsole.desktop.pages.handover_page import HandoverView, handover_panel
from opsconsole.desktop.panel import PanelButton
from opsconsole.desktop.tab_content import Request, Selector, TabCommand, TabContent, read_freshness
from opsconsole.desktop.tab_with_rows import TabWithRows
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.handover import HandOver
from opsconsole.domain.progress import Progress

_SPANS = (("shift", "current shift"), ("8", "last 8 h"), ("12", "last 12 h"), ("24", "last 24 h"))


class _Told(NamedTuple):
    """The summary and the site it was asked for."""

    summary: HandOver
    location: str | None


class HandoverTab(TabWithRows):
    """The page to read out; beside it the figures, whose rows take the page's place until Esc."""

    key = "handover"
    noun = ("hand-over", "hand-overs")
    subjects = frozenset({"order_exceptions", "incidents", "imports"})
    rows_name = "handover_rows"
    back = "Back to the hand-over"
    panel_stays = True
    selectors = (Selector("span", "Span", choices=_SPANS), Selector("site", "Site", choices=(("", "all"),)))

    def __init__(self, desk: Desk) -> None:
        self._told: _Told | None = None
        self._figure = ""
        super().__init__(desk)
        self.rows.list.activated.connect(self._open_row)
        QShortcut(QKeySequence("P"), self).activated.connect(self.print_pages)
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

    def make_front(self) -> HandoverView:
        """The page; this tab has no list of its own."""
        self.view = HandoverView()
        self.view.exception_asked.connect(self._open_row)
        self.list.setParent(self)
        self.list.hide()
        return self.view

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

        self.run(read, self.show_arranged, kind="rows", text="Reading the rows")

    def commands(self) -> tuple[TabCommand, ...]:
        """Printing; its key acts wherever the keyboard stands on this tab."""
        return (TabCommand("Print or PDF", self.print_pages, shown="P"),)

    def print_pages(self) -> None:
        """Write the pages to hand over."""
        if self._told is not None:
            print_handover(self, self._told.summary)

    def export_front(self) -> None:
        """Write the whole hand-over."""
        self.export_workbook()

    def export_workbook(self) -> None:
        """Write the workbook: a cover and a sheet per figure."""
        if self._told is not None:
            export_handover(self, self._told.summary, {"location": self._told.location})

    def _open_row(self, identity: Any) -> None:
        if self._figure == "incidents" and self.shows_rows:
            self.desk.show("incidents", identity)
        else:
            self.desk.show("order_exceptions", identity, {"state": "all"})


TAB = HandoverTab
