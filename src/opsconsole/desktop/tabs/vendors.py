"""Vendor SLA: scorecards by kind, the clauses behind a grade, the breaches behind a clause."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.pages.vendor_page import vendor_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabContent, read_freshness
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.instants import day_of
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.vendors_page import VendorPage

_MONTHS_BACK = 12


def _month(period: Period) -> str:
    from opsconsole.domain.instants import day_to_date

    return f"{day_to_date(period.start):%Y-%m}"


class VendorsTab(Tab):
    """Scorecards of a month."""

    key = "vendors"
    search_hint = "Vendor"
    noun = ("vendor", "vendors")
    subjects = frozenset({"vendors", "orders", "imports"})
    selectors = (Selector("period", "Month", choices=(("", "newest complete"),)),)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Scorecards, grouped by kind."""
        from opsconsole.services import empty_lists, vendors

        chosen = request.options.get("period") or None
        listing = vendors.list_scorecards(workspace.database, request.now, period=chosen)
        attention = vendors.attention_count(listing)
        newest = previous(period_of(day_of(request.now + 1, workspace.time_zone), "month"))
        months = [previous(newest, back) for back in range(_MONTHS_BACK)]
        labels: dict[Any, dict[str, str]] = {}
        for field in listing.fields:
            for kind, words in field.labels if field.key.startswith("clause_") else ():
                labels.setdefault(kind, {})[field.key] = words
        # The page of a row is that of its period.
        listing = replace(listing, ids=[(key, chosen) for key in listing.ids])
        return TabContent(
            listing,
            badge=attention,
            status=(f"**{len(listing):,}** vendors", f"**{attention}** below the floor of a clause"),
            freshness=read_freshness(workspace.database, request.now),
            group_labels=labels,
            empty="" if len(listing) else empty_lists.no_vendors(workspace.database, request.now, chosen),
            choices={"period": [("", "newest complete"), *((_month(month), month.label) for month in months)]},
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "VendorPage":
        """One vendor in the month shown."""
        from opsconsole.services import vendors

        key, period = identity
        return vendors.vendor_page(workspace.database, now, key, period)

    def build_panel(self, identity: Any, detail: "VendorPage") -> PanelContent:
        """Clauses, breaches and money of one vendor."""
        return vendor_panel(detail, self.desk.formats(self.request.now))


TAB = VendorsTab
