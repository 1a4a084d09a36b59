"""The tabs, in the order of the tab bar: a tab is one file here and its entry in ``TABS``.

A tab's module has a class ``TAB``, a subclass of ``desktop.tab.Tab`` whose ``key`` is the module's name. Modules are
light (services are imported in workers) and are imported when their tab first comes to the front.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab


class TabName(NamedTuple):
    """What the tab bar needs of a tab; ``place`` is left, right or menu. ``made`` is its class, else it is imported."""

    key: str
    label: str
    place: str = "left"
    made: Any = None

    def tab_class(self) -> "type[Tab]":
        """Class of the tab."""
        found: type[Tab] = self.made or import_module(f"{__name__}.{self.key}").TAB
        return found


TABS: tuple[TabName, ...] = (
    TabName("order_exceptions", "Order exceptions"),
    TabName("stock_levels", "Stock levels"),
    TabName("vendors", "Vendor SLA"),
    TabName("kpis", "KPI charts"),
    TabName("orders", "Orders", "right"),
    TabName("data", "Data", "right"),
)
