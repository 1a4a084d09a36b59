"""Incidents: what hit many orders at once, what it costs now, and what to do about it."""

from typing import Any

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.incident_actions import IncidentActions
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.incident_page import IncidentCalls, incident_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent, read_freshness
from opsconsole.desktop.tab_with_rows import TabWithRows
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.incidents import IncidentPage
from opsconsole.domain.progress import Progress

_STATES = (("all", "all"), ("open", "open"), ("closed", "closed"))
_OF_EXCEPTIONS = ("exceptions", "value_at_risk")


class IncidentsTab(TabWithRows):
    """All incidents; the rows behind a figure take the list's place until Esc."""

    key = "incidents"
    acts_on_page = True
    search_hint = "Incident, site, carrier"
    noun = ("incident", "incidents")
    subjects = frozenset({"incidents", "order_exceptions", "imports"})
    rows_name = "incident_rows"
    back = "Back to the incidents"
    selectors = (Selector("state", "Show", choices=_STATES), Selector("kind", "Kind", field="kind"))

    def __init__(self, desk: Desk) -> None:
        self._deeds: IncidentActions | None = None
        self._page: IncidentPage | None = None
        self._figure = ""
        super().__init__(desk)
        self.rows.list.activated.connect(self._open_row)
        new = KeyButton("Open incident", icon="plus")
        new.setToolTip("Something hits many orders at once: open it, and what it causes attaches by itself")
        new.clicked.connect(lambda: self.deeds.open_new())
        self.toolbar.add_left(new)
        self.list.next_step = lambda: ("Open incident", "", lambda: self.deeds.open_new())

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The incidents, open ones first, and what a new one can be about."""
        from opsconsole.services import incidents

        state = request.options.get("state") or "all"
        listing = incidents.list_incidents(workspace.database, request.now, state=state)
        is_open = list(listing.columns["state"]).count("open")
        return TabContent(
            listing,
            badge=is_open or None,
            status=(f"**{is_open}** open, {len(listing)} shown",),
            freshness=read_freshness(workspace.database, request.now),
            data=incidents.choices(workspace.database),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> IncidentPage:
        """Everything about one incident."""
        from opsconsole.services import incidents

        return incidents.incident_page(workspace.database, now, identity)

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Remember what an incident can be about, and renew the rows that are shown."""
        super().show_content(content, arranger)
        self.deeds.choices = content.data
        if self.shows_rows:
            self.show_rows(self._figure)

    @property
    def deeds(self) -> IncidentActions:
        """What can be done to incidents."""
        if self._deeds is None:
            self._deeds = IncidentActions(self)
        return self._deeds

    def build_panel(self, identity: Any, detail: IncidentPage) -> PanelContent:
        """Panel of one incident."""
        self._page = detail
        calls = IncidentCalls(self.show_rows, lambda step, on: self.deeds.tick(detail.id, step, on))
        return incident_panel(detail, self.desk.formats(self.request.now, detail.time_zone), calls)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Close first; what is rarer stands behind the three dots."""
        return (
            TabAction("close", "Close", lambda ids: self._with_page(self.deeds.close), "C", primary=True,
                      enabled=lambda ids: self._is("open"), why_not="It is closed already: reopen it first."),
            TabAction("attach", "Attach", lambda ids: self._with_page(lambda p: self.deeds.link(p, "attach")), "A"),
            TabAction("detach", "Detach", lambda ids: self._detach(), "D"),
            TabAction("change", "Change", lambda ids: self._with_page(self.deeds.change), "E"),
            TabAction("reopen", "Reopen", lambda ids: self._with_page(self.deeds.reopen), "O", in_menu=True,
                      enabled=lambda ids: self._is("closed"), why_not="It is open."),
        )  # fmt: skip

    def show_rows(self, figure: str) -> None:
        """Show the rows behind a figure of the current incident."""
        workspace, page = self.desk.workspace, self._page
        if workspace is None or page is None:
            return
        self._figure, now = figure, self.request.now

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import incidents

            return Arranger(incidents.incident_rows(workspace.database, now, page.id, figure))

        self.run(read, self.show_arranged, kind="rows", text="Reading the rows")

    def _open_row(self, identity: Any) -> None:
        of_exceptions = self._figure in _OF_EXCEPTIONS
        self.desk.show("order_exceptions" if of_exceptions else "orders", identity, {"state": "all"})

    def _detach(self) -> None:
        if self.shows_rows and self._figure in _OF_EXCEPTIONS and self._page is not None:
            self.deeds.detach_ids(self._page.id, self.rows.list.selected_ids() or [self.rows.list.current_id()])
        else:
            self._with_page(lambda page: self.deeds.link(page, "detach"))

    def _with_page(self, deed: Any) -> None:
        if self._page is not None:
            deed(self._page)

    def _is(self, state: str) -> bool:
        return self._page is not None and self._page.state == state


TAB = IncidentsTab
