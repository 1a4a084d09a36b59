"""Stock levels: what is there, how long it lasts, what to decide."""

from typing import TYPE_CHECKING, Any

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.dialogs.export import export_listing
from opsconsole.desktop.pages.stock_page import stock_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, SavedView, Selector, TabContent, read_freshness
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.stock_levels_page import StockPage


def _sold_out(available: float) -> str:
    return "bad" if available <= 0 else ""


class StockLevelsTab(Tab):
    """SKUs at their locations."""

    key = "stock_levels"
    search_hint = "SKU, product, supplier"
    noun = ("SKU-location", "SKU-locations")
    subjects = frozenset({"stock_levels", "orders", "imports"})
    selectors = (Selector("location", "Location", "all", field="location"),)
    views = (SavedView("Decide this week", chip="decision"), SavedView("Everything"))
    sort = (SortBy("cover"),)
    tones = {"available": _sold_out}

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The list and the chips of its conditions."""
        import pyqtgraph  # noqa: F401 - loaded here, off the window's thread, for the panel's chart

        from opsconsole.services import empty_lists, stock_levels

        listing, counts = stock_levels.stock_overview(workspace.database, request.now)
        row_of = {identity: row for row, identity in enumerate(listing.ids)}
        chips = [
            Chip(
                chip.code,
                chip.label,
                chip.count,
                shape=chip.severity or "",
                amount=chip.amount,
                currency=chip.currency,
                rows=[row_of[identity] for identity in chip.ids if identity in row_of],
            )
            for chip in counts
        ]
        every = Chip("", "Everything", len(listing))
        decisions = counts[0].count if counts else 0
        return TabContent(
            listing,
            (*chips[:1], every, *chips[1:]),
            badge=decisions,
            status=(f"**{len(listing):,}** rows", f"**{decisions:,}** need a decision"),
            freshness=read_freshness(workspace.database, request.now),
            empty="" if len(listing) else empty_lists.no_stock(workspace.database, request.now),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "StockPage | None":
        """Projection, reasons and arithmetic of one row; none when a newer snapshot left it out."""
        from opsconsole.services import stock_levels

        try:
            return stock_levels.stock_page(workspace.database, now, identity)
        except KeyError:
            return None

    def build_panel(self, identity: Any, detail: "StockPage | None") -> PanelContent:
        """Panel of one SKU at one location."""
        if detail is None:
            return PanelContent("No longer listed", subtitle="A newer snapshot left this row out. Reload the list.")
        formats = self.desk.formats(self.request.now)
        return stock_panel(detail, formats, export=lambda listing: export_listing(self, listing))


TAB = StockLevelsTab
