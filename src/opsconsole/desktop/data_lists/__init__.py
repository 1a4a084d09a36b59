"""The lists of the Data tab, in the order of its switch: a list is one file here and its entry in ``DATA_LISTS``.

A list's module has a class ``TAB``, a subclass of ``desktop.data_lists.data_list.DataList`` whose ``key`` is the
module's name; only the imports, the front of the tab, have the key ``data``. Modules are light (services are imported
in workers) and are imported when their list first comes to the front. ``rare`` ones stand in the menu "More".
Others lead to a list by ``desk.show("data", identity, {"list": "feeds"})``.
"""

from importlib.util import find_spec
from typing import NamedTuple

FRONT = "imports"


class DataListName(NamedTuple):
    """What the switch needs of a list: ``name`` is that of its module."""

    name: str
    label: str
    rare: bool = False

    @property
    def key(self) -> str:
        """Key of its page in the window."""
        return key_of(self.name)


DATA_LISTS: tuple[DataListName, ...] = (
    DataListName("imports", "Imports"),
    DataListName("rejects", "Rejected lines"),
    DataListName("feeds", "Feeds"),
    DataListName("sources", "Sources"),
    DataListName("mappings", "Mappings"),
    DataListName("connections", "Connections"),
    DataListName("watching", "Automatic"),
    DataListName("differences", "Differences", rare=True),
    DataListName("settings", "Settings", rare=True),
)


def key_of(name: str) -> str:
    """Key of a list's page in the window: the imports are the front of the tab."""
    return "data" if name == FRONT else name


def known_lists() -> tuple[DataListName, ...]:
    """Those of ``DATA_LISTS`` whose module is there."""
    return tuple(one for one in DATA_LISTS if find_spec(f"{__name__}.{one.name}") is not None)
