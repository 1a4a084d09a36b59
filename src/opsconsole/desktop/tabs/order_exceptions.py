"""Order exceptions: the queue of orders in trouble, why each is there, who has it and what to do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.exception_actions import ExceptionActions
from opsconsole.desktop.dialogs.incident_actions import attach_to_incident
from opsconsole.desktop.links import open_link
from opsconsole.desktop.pages.exception_page import Callbacks, exception_panel, step_at
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.settings import REDUCED_MOTION
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import (
    ME,
    Request,
    SavedView,
    Selector,
    TabAction,
    TabCommand,
    TabContent,
    read_freshness,
)
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.listing import Listing
from opsconsole.domain.pages import ExceptionPage, Link
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.splicing import Reread

_GROUPS = (
    ("", "none"),
    ("type", "type"),
    ("carrier", "carrier"),
    ("location", "site"),
    ("sku", "SKU"),
    ("owner", "owner"),
    ("channel", "channel"),
    ("order", "order"),
)
_STATES = (("active", "open"), ("snoozed", "snoozed"), ("ignored", "ignored"), ("closed", "closed"), ("all", "all"))


def _chips(counts: Sequence[Any]) -> tuple[Chip, ...]:
    """All types, and each type with its count and money."""
    kinds = (
        Chip(
            kind.rule,
            kind.label,
            kind.count,
            shape=kind.severity,
            amount=kind.value,
            currency=kind.currency,
            equals={"type": frozenset({kind.rule})},
        )
        for kind in counts
    )
    total, money = sum(kind.count for kind in counts), sum(kind.value for kind in counts)
    return (Chip("", "All types", total, amount=money, currency=counts[0].currency if counts else "USD"), *kinds)


def _content(database: Any, state: str, listing: Listing, since: int) -> TabContent:
    """What is shown of a listing of the queue, and around it; ``since`` is the newest event when it was read."""
    from opsconsole.domain.money import in_words
    from opsconsole.services import empty_lists, order_exceptions

    now, active = listing.as_of, state == "active"
    counts = order_exceptions.counts_of(listing) if active else order_exceptions.type_counts(database, now)
    money, open_count = sum(chip.value for chip in counts), sum(chip.count for chip in counts)
    return TabContent(
        listing,
        _chips(counts) if active else (),
        badge=open_count,
        status=(
            f"**{open_count:,}** open",
            f"**{in_words(money, counts[0].currency if counts else 'USD')}** at risk",
        ),
        freshness=read_freshness(database, now),
        empty=empty_lists.no_exceptions(database, now) if active and not len(listing) else "",
        data=_Known(
            order_exceptions.owners(database, now),
            {identity: int(read) for identity, read in zip(listing.ids, listing.columns["version"], strict=True)},
        ),
        reread=partial(_again, state, since),
        news=partial(_news, since),
    )


def _again(
    state: str, since: int, workspace: Workspace, content: TabContent, ids: Collection[int]
) -> "tuple[TabContent, Reread] | None":
    """The content after these exceptions were changed, and others by others."""
    from opsconsole.services import order_exceptions

    assert content.listing is not None
    newest = order_exceptions.newest_event(workspace.database)
    found = order_exceptions.reread(workspace.database, content.listing, ids, state=state, since=since)
    return None if found is None else (_content(workspace.database, state, found.listing, newest), found)


def _news(since: int, workspace: Workspace) -> list[int]:
    """Exceptions to which something was done since they were read."""
    from opsconsole.services import order_exceptions

    return order_exceptions.told_since(workspace.database, since)


@dataclass(frozen=True)
class _Known:
    """Whom one can assign to, and the version of each row."""

    owners: list[str]
    versions: dict[int, int]


@dataclass(frozen=True)
class _Changed:
    """The rows that somebody else changed between two looks: asked for the few that are painted."""

    before: Mapping[int, int]
    now: Mapping[int, int]
    mine: frozenset[int]

    def __contains__(self, row: Any) -> bool:
        before, now = self.before.get(row), self.now.get(row)
        return row not in self.mine and before is not None and now is not None and before != now


class OrderExceptionsTab(Tab):
    """The queue a team works from."""

    key = "order_exceptions"
    search_hint = "Order, SKU, tracking, customer ref"
    noun = ("exception", "exceptions")
    subjects = frozenset({"order_exceptions", "orders", "imports"})
    selectors = (
        Selector("owner", "Owner", field="owner"),
        Selector("site", "Site", "all", field="location"),
        Selector("state", "Show", choices=_STATES),
        Selector("group", "Group", choices=_GROUPS, group_by=True),
        Selector(
            "rows",
            "One row per order",
            field="leads",
            choices=(("", "every exception"), ("order", "one per order")),
            keeps={"order": frozenset({True})},
            in_menu=True,
        ),
    )
    views = (
        SavedView("Morning queue"),
        SavedView("Mine", equals={"owner": (ME,)}, sort=(SortBy("time_left"),)),
        SavedView("Due today", equals={"due": ("over", "today")}, sort=(SortBy("time_left"),)),
        SavedView("S1 unassigned", equals={"severity": ("S1",), "owner": (None,)}, sort=(SortBy("time_left"),)),
        SavedView("By type", selected={"group": "type"}, sort=(SortBy("time_left"),)),
        SavedView("Most money", sort=(SortBy("value_at_risk", descending=True),)),
    )
    sort = (SortBy("time_left"),)

    def __init__(self, desk: Desk) -> None:
        self._deeds: ExceptionActions | None = None
        self._page: ExceptionPage | None = None
        self._versions: dict[int, int] = {}
        super().__init__(desk)
        self.filters.applied.connect(self._show_others)
        for number in range(1, 10):
            key = QShortcut(QKeySequence(str(number)), self._splitter)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(partial(self._tick, number))

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The queue and a chip per type."""
        from opsconsole.services import order_exceptions

        state = request.options.get("state") or "active"
        newest = order_exceptions.newest_event(workspace.database)
        listing = order_exceptions.list_exceptions(workspace.database, request.now, state=state)
        progress.step(1, 2, "Counting by type")
        return _content(workspace.database, state, listing, newest)

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> ExceptionPage:
        """Everything about one exception."""
        from opsconsole.services import order_exceptions

        return order_exceptions.exception_page(workspace.database, now, identity)

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Remember whom one can assign to; tint what somebody else has changed since the rows were read."""
        super().show_content(content, arranger)
        self.deeds.owners = content.data.owners
        before, self._versions = self._versions, content.data.versions
        if not self.desk.settings.get(REDUCED_MOTION):
            self.list.grid.mark_changed(_Changed(before, self._versions, frozenset(self.deeds.mine)))
        self.deeds.mine = set()

    @property
    def deeds(self) -> ExceptionActions:
        """What can be done to exceptions."""
        if self._deeds is None:
            self._deeds = ExceptionActions(self)
        return self._deeds

    def build_panel(self, identity: Any, detail: ExceptionPage) -> PanelContent:
        """Panel of one exception."""
        self._page = detail
        callbacks = Callbacks(
            show_other=lambda other: self.reveal(other, {}),
            show_order=lambda order: self.desk.show("orders", order),
            copy=self._copy,
            tick=lambda step, done: self.deeds.tick(detail.id, step, done),
            follow=self._follow,
        )
        return exception_panel(detail, self.desk.formats(self.request.now, detail.time_zone), callbacks)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Resolve first; what is rarer stands behind the three dots."""
        return (
            TabAction("resolve", "Resolve", lambda ids: self.deeds.resolve(ids), "R", primary=True),
            TabAction("assign", "Assign", lambda ids: self.deeds.assign(ids), "A"),
            TabAction("note", "Note", lambda ids: self.deeds.note(ids), "N"),
            TabAction("snooze", "Snooze", lambda ids: self.deeds.snooze(ids), "Z"),
            TabAction("acknowledge", "Acknowledge", lambda ids: self.deeds.acknowledge(ids), "C", in_menu=True),
            TabAction("start", "Set to in progress", lambda ids: self.deeds.start(ids), "P", in_menu=True),
            TabAction("wait", "Wait for somebody", lambda ids: self.deeds.wait(ids), "W", in_menu=True),
            TabAction("ignore", "Ignore", lambda ids: self.deeds.ignore(ids), "I", in_menu=True),
            TabAction("tag", "Tags", lambda ids: self.deeds.tag(ids), "T", in_menu=True),
            TabAction("reopen", "Reopen", lambda ids: self.deeds.reopen(ids), "O", in_menu=True),
            TabAction("incident", "Attach to incident", lambda ids: attach_to_incident(self, ids), "M", in_menu=True),
        )

    def commands(self) -> tuple[TabCommand, ...]:
        """Views, groups, one row per order, links, runbook."""
        return (
            TabCommand("Choose a view", self.toolbar.view.open_menu, ("V",)),
            TabCommand("Save view", self.views_menu.save, ("Ctrl+S",)),
            TabCommand("Group rows", self.toolbar.selectors["group"].open_menu, ("G",)),
            TabCommand("One row per order", lambda: self.filters.toggle("rows"), ("D",)),
            TabCommand("Links of this exception", self._open_links, ("L",)),
            TabCommand("Tick a runbook step", lambda: self.set_panel_open(True), shown="1 … 9"),
        )

    def _show_others(self) -> None:
        """With one row per order each row says how many more it stands for."""
        self.list.set_asides({"type": "also"} if self.filters.is_on("rows") else {})

    def _tick(self, place: int) -> None:
        page = self._page
        if page is None or page.id != self.list.current_id():
            return
        step = step_at(page, place)
        if step is not None:
            self.deeds.tick(page.id, step.number, step.done_at is None)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _follow(self, link: Link) -> None:
        """Open a page or mail, or copy a text."""
        if not link.url:
            self._copy(link.text)
            self.bar.show_message("good", "The text of the ticket is on the clipboard.")
        elif not open_link(link.url):
            self.bar.show_message("warn", f"Nothing on this computer opens {link.url}")

    def _open_links(self) -> None:
        page = self._page
        if page is None or page.id != self.list.current_id() or not page.links:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for link in page.links:
            menu.addAction(link.label).triggered.connect(partial(self._follow, link))
        anchor = self.panel if self.panel.isVisible() else self.list
        menu.popup(anchor.mapToGlobal(QPoint(16, 64)))
        menu.setActiveAction(menu.actions()[0])


TAB = OrderExceptionsTab
