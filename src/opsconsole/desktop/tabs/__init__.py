"""The tabs, in the order of the tab bar: a tab is one file here and its entry in ``TABS`` or ``MORE_TABS``.

``TABS`` stand in the bar, ``MORE_TABS`` in the menu "More" at its end, the lists of ``data_lists.DATA_LISTS`` under the
tab "Data". A tab's module has a class ``TAB``, a subclass of ``desktop.tab.Tab`` whose ``key`` is the module's name.
Modules are light (services are imported in workers) and are imported when their tab first comes to the front.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from opsconsole.desktop import data_lists

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab


class TabName(NamedTuple):
    """What the tab bar needs of a tab: ``place`` is left, more, right, menu or data (under the tab "Data").

    ``made`` is its class, else it is imported from ``package``.
    """

    key: str
    label: str
    place: str = "left"
    made: Any = None
    package: str = __name__

    def tab_class(self) -> "type[Tab]":
        """Class of the tab."""
        found: type[Tab] = self.made or import_module(f"{self.package}.{self.key}").TAB
        return found

    @property
    def under(self) -> str:
        """Key of the tab in the bar that it belongs to."""
        return "data" if self.place == "data" else self.key


TABS: tuple[TabName, ...] = (
    TabName("order_exceptions", "Order exceptions"),
    TabName("stock_levels", "Stock levels"),
    TabName("vendors", "Vendor SLA"),
    TabName("kpis", "KPI charts"),
    TabName("orders", "Orders", "right"),
    TabName("data", "Data", "right"),
)

MORE_TABS: tuple[TabName, ...] = (
    TabName("rules", "Rules", "more"),
    TabName("incidents", "Incidents", "more"),
    TabName("automation", "Automation", "more"),
    TabName("handover", "Hand-over", "more"),
    TabName("calendars", "Calendars", "more"),
)


def all_tabs() -> tuple[TabName, ...]:
    """``TABS``, those of ``MORE_TABS`` whose module is there, and the lists under "Data"."""
    more = [tab for tab in MORE_TABS if find_spec(f"{__name__}.{tab.key}") is not None]
    lists = [one for one in data_lists.known_lists() if one.name != data_lists.FRONT]
    return (*TABS, *more, *(TabName(one.key, one.label, "data", package=data_lists.__name__) for one in lists))
