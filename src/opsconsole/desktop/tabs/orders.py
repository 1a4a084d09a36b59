"""All orders: look one up from anywhere, see everything that is known about it."""

from typing import Any

from PySide6.QtGui import QGuiApplication

from opsconsole.desktop.pages.order_page import order_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabContent, read_freshness
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.pages import OrderPage
from opsconsole.domain.progress import Progress

_LISTS = (
    ("orders", "orders"),
    ("shipments", "shipments"),
    ("returns", "returns"),
    ("purchase_orders", "purchase orders"),
    ("ship_notices", "ship notices"),
    ("supplier_invoices", "supplier invoices"),
    ("marketplace_entries", "marketplace money"),
    ("payouts", "payouts"),
)


class OrdersTab(Tab):
    """Orders, shipments, returns, purchase orders, and what marketplaces keep and pay out."""

    key = "orders"
    search_hint = "Order, SKU, tracking, customer"
    noun = ("order", "orders")
    subjects = frozenset({"orders", "imports"})
    selectors = (
        Selector("list", "Show", choices=_LISTS),
        Selector("channel", "Channel", field="channel"),
        Selector("status", "Status", field="status"),
    )
    sort = (SortBy("placed_at", descending=True),)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The chosen list, all of it: filtering is then a matter of milliseconds."""
        from opsconsole.services import empty_lists, marketplaces, orders, orders_around, purchasing_documents

        readers = {
            "orders": orders.list_orders,
            "shipments": orders.list_shipments,
            "returns": orders.list_returns,
            "purchase_orders": orders.list_purchase_orders,
            "ship_notices": purchasing_documents.list_ship_notices,
            "supplier_invoices": purchasing_documents.list_supplier_invoices,
            "marketplace_entries": orders_around.list_marketplace_entries,
            "payouts": marketplaces.list_payouts,
        }
        chosen = request.options.get("list") or "orders"
        listing = readers[chosen](workspace.database, request.now)
        return TabContent(
            listing,
            status=(f"**{len(listing):,}** {dict(_LISTS)[chosen]}",),
            freshness=read_freshness(workspace.database, request.now),
            noun=dict(_LISTS)[chosen],
            empty=empty_lists.no_orders(workspace.database) if chosen == "orders" and not len(listing) else "",
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> OrderPage | None:
        """The order's page."""
        from opsconsole.services import orders

        return orders.page_of(workspace.database, now, identity)

    def build_panel(self, identity: Any, detail: OrderPage | None) -> PanelContent:
        """Everything about one order."""
        if detail is None:
            return PanelContent("No order", subtitle="This row belongs to no order.")
        return order_panel(
            detail,
            self.desk.formats(self.request.now, detail.time_zone),
            show_exceptions=lambda: self.desk.show("order_exceptions", None, {"search": detail.title}),
            copy=lambda text: QGuiApplication.clipboard().setText(text),
        )


TAB = OrdersTab
