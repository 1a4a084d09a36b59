"""After a deed only the rows it touched are read again: of a list of 90,000 that takes a fraction of the time."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from opsconsole.desktop.memory import reading_much
from opsconsole.desktop.tab_content import TabContent
from opsconsole.domain.instants import MINUTE

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.tab_frame import Wanted
    from opsconsole.desktop.workspace import Workspace

# All rows are true for one moment; after this long the whole is read, for a new one.
FRESH = 5 * MINUTE
# Each time leaves a little more behind what is searched.
MOST_TIMES = 16


class RowsAgain(QObject):
    """Reads rows of a tab's list again when they were changed; the whole list where that does not do."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self._ids: set[Any] = set()
        self._reading = False
        self._times = 0
        tab.desk.rows_changed.connect(self._rows_changed)
        tab.desk.look_asked.connect(self._look)

    def forget(self) -> None:
        """All rows are being read."""
        self._ids.clear()
        self._reading = False
        self._times = 0

    def _look(self) -> None:
        """Tell everybody of rows that others changed since they were read; while some are being read it can wait."""
        desk, content, workspace = self._tab.desk, self._tab.content, self._tab.desk.workspace
        news, kind = content.news, f"{self._tab.key}.news"
        if workspace is None or news is None or any(map(desk.tasks.is_running, (f"{self._tab.key}.load", kind))):
            return

        def tell(ids: Collection[Any]) -> None:
            # What was read or written meanwhile has its own way of telling.
            if ids and content is self._tab.content and not self._tab.stale:
                desk.touched_rows(self._tab.key, ids)

        desk.tasks.run(lambda progress: news(workspace), tell, lambda error: None, kind=kind, owner=self)

    def _rows_changed(self, subject: str, ids: Collection[Any]) -> None:
        tab = self._tab
        if subject not in tab.subjects:
            return
        tab.stale = True
        # A count beside the tab's name is seen whatever is in front.
        if not tab.isVisible() and tab.content.badge is None:
            return
        self._ids |= set(ids)
        workspace = tab.desk.workspace
        if workspace is not None and self._will_do(workspace):
            self._read(workspace)
        else:
            tab.reload()

    def _will_do(self, workspace: "Workspace") -> bool:
        """Whether the list shown is one of which single rows can be read again, and is not being read as a whole."""
        tab = self._tab
        listing = tab.content.listing
        if tab.content.reread is None or listing is None or listing is not tab.list.listing or tab.failed:
            return False
        if tab.desk.tasks.is_running(f"{tab.key}.load") and not self._reading:
            return False
        old = workspace.now() - tab.request.now > FRESH or tab.request.options != tab.filters.options()
        return not old and self._times < MOST_TIMES and len(self._ids) * 2 <= len(listing)

    def _read(self, workspace: "Workspace") -> None:
        tab, ids = self._tab, frozenset(self._ids)
        content, arranger, wanted = tab.content, tab.list.arranger, tab.wanted_of_list(tab.list.formats)
        self._reading = True
        tab.stale = False

        def show(result: tuple[TabContent, Any] | None) -> None:
            self._reading = False
            if result is None:
                tab.reload()
                return
            self._ids -= ids
            self._times += 1
            tab.show_loaded(result, str(workspace.database.url))

        tab.run(
            lambda progress: _read(workspace, content, arranger, ids, wanted),
            show,
            kind="load",
            text=f"Reading {tab.noun[1]} again",
            failed=lambda error: tab.reload(),
        )


def _read(
    workspace: "Workspace", content: TabContent, arranger: Any, ids: Collection[Any], wanted: "Wanted"
) -> tuple[TabContent, Any] | None:
    assert content.reread is not None
    with reading_much():
        found = content.reread(workspace, content, ids)
        if found is None:
            return None
        after, reread = found
        spliced = arranger.spliced(reread)
        spliced.prepare(*wanted)
        return after, spliced
