"""The tabs, in the order of the tab bar: a tab is one file here and its name in ``TABS``.

A tab's module has a class ``TAB``, a subclass of ``desktop.tab.Tab``. Modules are light (services are imported in
workers), so the tab bar can read their labels; the widget of a tab is made when it first comes to the front.
"""

from importlib import import_module

from opsconsole.desktop.tab import Tab

TABS: tuple[str, ...] = ("order_exceptions", "stock_levels", "vendors", "kpis", "orders", "data")


def tab_classes(names: tuple[str, ...] = TABS) -> tuple[type[Tab], ...]:
    """Classes of the tabs by module name."""
    return tuple(import_module(f"{__name__}.{name}").TAB for name in names)
