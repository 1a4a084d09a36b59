"""Order exceptions: the queue of orders in trouble, why each is there, who has it and what to do."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QGuiApplication

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.exception_actions import ExceptionActions
from opsconsole.desktop.pages.exception_page import exception_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, SavedView, Selector, TabAction, TabContent, read_freshness
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.pages import ExceptionPage
from opsconsole.domain.progress import Progress

_STATES = (("active", "open"), ("snoozed", "snoozed"), ("ignored", "ignored"), ("closed", "closed"), ("all", "all"))


@dataclass(frozen=True)
class _Known:
    owners: list[str]


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
    )
    views = (
        SavedView("Morning queue"),
        SavedView("By type", sort=(SortBy("type"), SortBy("time_left"))),
        SavedView("Most money", sort=(SortBy("value_at_risk", descending=True),)),
    )
    sort = (SortBy("time_left"),)

    def __init__(self, desk: Desk) -> None:
        self._deeds: ExceptionActions | None = None
        super().__init__(desk)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The queue and a chip per type."""
        from opsconsole.services import order_exceptions

        database, now = workspace.database, request.now
        state = request.options.get("state") or "active"
        listing = order_exceptions.list_exceptions(database, now, state=state)
        progress.step(1, 2, "Counting by type")
        counts = order_exceptions.type_counts(database, now)
        currency = counts[0].currency if counts else "USD"
        money = sum(chip.value for chip in counts)
        open_count = sum(chip.count for chip in counts)
        chips: tuple[Chip, ...] = ()
        if state == "active":
            chips = (
                Chip("", "All types", open_count, amount=money, currency=currency),
                *(
                    Chip(
                        chip.rule,
                        chip.label,
                        chip.count,
                        shape=chip.severity,
                        amount=chip.value,
                        currency=chip.currency,
                        equals={"type": frozenset({chip.rule})},
                    )
                    for chip in counts
                ),
            )
        from opsconsole.domain.money import in_words

        return TabContent(
            listing,
            chips,
            badge=open_count,
            status=(f"**{open_count:,}** open", f"**{in_words(money, currency)}** at risk"),
            freshness=read_freshness(database, now),
            data=_Known(order_exceptions.owners(database, now)),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> ExceptionPage:
        """Everything about one exception."""
        from opsconsole.services import order_exceptions

        return order_exceptions.exception_page(workspace.database, now, identity)

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Remember whom one can assign to."""
        super().show_content(content, arranger)
        self.deeds.owners = content.data.owners

    @property
    def deeds(self) -> ExceptionActions:
        """What can be done to exceptions."""
        if self._deeds is None:
            self._deeds = ExceptionActions(self)
        return self._deeds

    def build_panel(self, identity: Any, detail: ExceptionPage) -> PanelContent:
        """Panel of one exception."""
        return exception_panel(
            detail,
            self.desk.formats(self.request.now, detail.time_zone),
            show_other=lambda other: self.reveal(other, {}),
            show_order=lambda order: self.desk.show("orders", order),
            copy=lambda text: QGuiApplication.clipboard().setText(text),
            tick=lambda step, done: self.deeds.tick(detail.id, step, done),
        )

    def row_actions(self) -> tuple[TabAction, ...]:
        """Resolve first; what is rarer stands behind the three dots."""
        return (
            TabAction("resolve", "Resolve", lambda ids: self.deeds.resolve(ids), "R", primary=True),
            TabAction("assign", "Assign", lambda ids: self.deeds.assign(ids), "A"),
            TabAction("note", "Note", lambda ids: self.deeds.note(ids), "N"),
            TabAction("snooze", "Snooze", lambda ids: self.deeds.snooze(ids), "Z"),
            TabAction("acknowledge", "Acknowledge", lambda ids: self.deeds.acknowledge(ids), "C", in_menu=True),
            TabAction("start", "Set to in progress", lambda ids: self.deeds.start(ids), "P", in_menu=True),
            TabAction("wait", "Set to waiting", lambda ids: self.deeds.wait(ids), "W", in_menu=True),
            TabAction("reopen", "Reopen", lambda ids: self.deeds.reopen(ids), "O", in_menu=True),
        )


TAB = OrderExceptionsTab
