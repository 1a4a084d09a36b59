"""The frame of a tab. A tab file declares what is its own; loading, filters, panel and writes are done here.

A tab with a list, in full::

    class OrderExceptionsTab(Tab):
        key = "order_exceptions"
        search_hint = "Order, SKU, tracking, customer ref"
        noun = ("exception", "exceptions")
        subjects = frozenset({"order_exceptions"})
        selectors = (Selector("owner", "Owner", field="owner"), Selector("site", "Site", "all", field="location"))
        sort = (SortBy("time_left"),)

        @staticmethod
        def load(workspace, request, progress):                 # in a worker: imports services here
            from opsconsole.services import order_exceptions
            listing = order_exceptions.list_open(workspace.database, now=request.now, progress=progress)
            return TabContent(listing, chips=..., badge=len(listing), status=("**214** open",))

        @staticmethod
        def load_detail(workspace, identity, now, progress):    # in a worker; whatever build_panel needs
            ...

        def build_panel(self, identity, detail):                # on the window's thread
            return PanelContent("Late shipment", badge="S1", sections=(Section("Why", sentences(detail.why)),))

        def row_actions(self):
            return (TabAction("resolve", "Resolve", self._resolve, "R", primary=True),)

        def _resolve(self, ids):
            self.change(lambda workspace, progress: resolve(workspace.database, ids), done="3 exceptions resolved.")

A tab with another middle (tiles and a chart) overrides ``make_body`` and ``show_content``. Its entry in ``tabs.TABS``
is all that is needed to appear.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from opsconsole.desktop import first_rows
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.memory import reading_much
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.rows_again import RowsAgain
from opsconsole.desktop.settings import FIRST_ROWS, PANEL_OPEN
from opsconsole.desktop.tab_actions import TabActions
from opsconsole.desktop.tab_content import Request, TabContent
from opsconsole.desktop.tab_frame import TabFrame, Wanted
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

IMPORT = {"import": "choose"}


class Tab(TabFrame):
    """Loads what a subclass declares, and shows it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._wanted: Any = None
        self._shown_of = ""
        self._settling = False
        self.deeds_of_rows = TabActions(self, self._splitter, self.panel)
        self.rows_again = RowsAgain(self)
        self._connect()

    # What a tab declares.

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Read what is shown; runs in a worker and touches no widget."""
        raise NotImplementedError

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> Any:
        """Read what the panel shows of one row; runs in a worker."""
        return None

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        """Panel of one row from what ``load_detail`` returned."""
        return PanelContent(str(identity))

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Show a loader's content; ``arranger`` is ``None`` without a listing. Override for another body."""
        if arranger is None:
            return
        formats = self.desk.formats(self.request.now)
        self.list.set_listing(arranger, formats, tones=self.tones, group_labels=content.group_labels, sort=self.sort)
        self.filters.set_content(content)

    # What a tab may call.

    def reload(self) -> None:
        """Run the loader; old rows stay until it is done."""
        workspace = self.desk.workspace
        if workspace is None:
            return
        self.stale = False
        self.rows_again.forget()
        if self.has_list and workspace.live and not self.list.model.fields and self.desk.settings.get(FIRST_ROWS):
            # The tab's first rows from last time stand there while it is read.
            self.show_first_rows(str(workspace.database.url))
        self.request = Request(workspace.now(), self.filters.options())
        self.toolbar.set_moment(f"As of {self.desk.formats(self.request.now).instant(self.request.now)}")
        request, load, kind = self.request, self.load, f"{self.key}.load"
        views = self.load_views if self.has_toolbar else None
        wanted = self.wanted_of_list(self.desk.formats(self.request.now))
        self.list.show_skeleton()
        self.desk.tasks.run(
            lambda progress: _read(load, views, self.key, workspace, request, progress, wanted),
            lambda result: self.show_loaded(result, str(workspace.database.url)),
            self._load_failed,
            kind=kind,
            text=f"Reading {self.noun[1]}",
            owner=self,
            on_progress=self.bar.show_progress,
            on_end=self.bar.end_progress,
        )

    def show_first_rows(self, url: str) -> bool:
        """Show the rows kept of a database until it is open; false when there are none."""
        kept = first_rows.read(self.desk.cache_folder, url, self.key)
        if kept is None:
            return False
        as_of = kept.listing.as_of
        formats = self.desk.formats(as_of, kept.listing.time_zone)
        self.content = TabContent(chips=kept.chips, badge=kept.badge, status=kept.status)
        self.request = Request(as_of)
        self.toolbar.set_moment(f"As of {formats.instant(as_of)}")
        self.chips.set_chips(kept.chips, formats)
        self.list.show_first_rows(kept.listing, formats, kept.totals)
        self.badge_changed.emit(kept.badge)
        self.status_changed.emit()
        return True

    def keep_first_rows(self, url: str) -> None:
        """Keep the rows at the top for the next start, unless grouped, filtered or of another database."""
        if self._shown_of != url:
            return
        arrangement, shown = self.list.arrangement, self.list.shown_listing(first_rows.KEPT_ROWS)
        if shown is not None and not arrangement.filtered and not arrangement.group_by:
            content, totals = self.content, self.list.model.arranged.totals
            rows = first_rows.FirstRows(shown, totals, content.chips, content.badge, content.status)
            first_rows.keep(self.desk.cache_folder, url, self.key, rows)

    def reload_if_stale(self) -> None:
        """Run the loader when something changed since; called when the tab comes to the front."""
        if self.stale:
            self.reload()

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """Set filters from outside and make a row current once it is loaded."""
        if self.filters.choose(options):
            self.reload()
        self._wanted = identity
        if identity is not None and self.list.select(identity):
            self._wanted = None
            self.set_panel_open(True)

    def set_panel_open(self, is_open: bool) -> None:
        """Open or close the panel; remembered."""
        if self.has_panel and not self.panel_stays:
            self.panel.setVisible(is_open)
            self.desk.settings.set(PANEL_OPEN, is_open)
            if is_open:
                self._load_detail(self.list.current_id())

    def export(self) -> None:
        """Write the rows shown to a workbook."""
        from opsconsole.desktop.dialogs.export import export_shown

        export_shown(self)

    def escape(self) -> None:
        """Esc: cancel the running task, else clear search, filters, and close the panel, one at a time."""
        if not self.bar.cancel_task() and not self.filters.clear_one():
            self.set_panel_open(False)

    def status(self) -> tuple[str, ...]:
        """Marked words for the left of the status bar."""
        segments = list(self.content.status)
        selected = len(self.list.grid.selected_rows()) if self.list.listing is not None else 0
        if segments and selected:
            segments[0] = f"{segments[0]}, **{selected:,}** selected"
        return tuple(segments)

    def _connect(self) -> None:
        self.desk.workspace_changed.connect(self._workspace_changed)
        self.desk.data_changed.connect(self._data_changed)
        self.filters.reload_asked.connect(self.reload)
        self.toolbar.reload_asked.connect(self.reload)
        self.toolbar.export_asked.connect(self.export)
        self.toolbar.columns_asked.connect(self._open_columns_menu)
        self.toolbar.search.left_for_list.connect(self._enter_list)
        self.list.current_changed.connect(self._load_detail)
        self.list.activated.connect(lambda identity: self.set_panel_open(True))
        self.list.counts_changed.connect(lambda *_: self.status_changed.emit())
        self.list.arranged.connect(self._rows_placed)
        self.list.empty_words = self._empty_words
        self.list.next_step = lambda: ("Import files", "Ctrl+I", lambda: self.desk.show("data", None, IMPORT))
        self.panel.closed.connect(lambda: self.set_panel_open(False))

    def show_loaded(self, result: tuple[TabContent, Any], url: str) -> None:
        """Show what was read of a database; rows that were asked for become current."""
        self.content, arranger = result
        self.failed, self._shown_of = False, url
        if self.bar.tone == "bad":
            self.bar.clear()
        self._settling = arranger is not None
        self.show_content(self.content, arranger)
        self.badge_changed.emit(self.content.badge)
        self.status_changed.emit()
        self.loaded.emit()

    def _rows_placed(self) -> None:
        """Once the rows of a load stand: the row that was asked for, else the current one, else the first."""
        if not self._settling:
            return
        self._settling = False
        before = self.list.current_id()
        if self._wanted is not None and self.list.select(self._wanted):
            self._wanted = None
            self.set_panel_open(True)
        elif before is None:
            self.list.select_first()
        if self.list.current_id() == before:
            self._load_detail(before)

    def _load_failed(self, error: BaseException) -> None:
        self.failed = True
        self.load_failed.emit(error)
        if isinstance(error, UserError):
            retry = MessageAction("Retry", self.reload, "F5")
            self.bar.show_message("bad", str(error), [retry])
        else:
            self.report(error)
        self.loaded.emit()

    def _load_detail(self, identity: Any) -> None:
        workspace, kind = self.desk.workspace, f"{self.key}.detail"
        if identity is None or workspace is None or not self.has_panel:
            self.desk.tasks.cancel(kind)
            if identity is None:
                self.deeds_of_rows.detail_shown(None)
                self.panel.show_nothing(*_nothing(self.noun[0], self.list.listing))
            return
        if self.panel.isHidden():
            return
        load, now = self.load_detail, self.request.now
        self.desk.tasks.run(
            lambda progress: load(workspace, identity, now, progress),
            lambda detail: self._show_detail(identity, detail),
            self.report,
            kind=kind,
            owner=self,
        )

    def _show_detail(self, identity: Any, detail: Any) -> None:
        """Fill the panel turn by turn: at once it keeps a busy window waiting; another row's detail goes first."""
        self.desk.tasks.in_turns(_steps_of(self, identity, detail), kind=f"{self.key}.detail", owner=self)

    def _workspace_changed(self) -> None:
        self.stale = True
        if self.isVisible():
            self.reload()

    def _data_changed(self, subjects: frozenset[str]) -> None:
        if self.subjects & subjects:
            self.stale = True
            # A count beside the tab's name is seen whatever is in front.
            if self.isVisible() or self.content.badge is not None:
                self.reload()

    def _enter_list(self) -> None:
        self.list.grid.setFocus()
        if self.list.current_id() is None:
            self.list.select_first()

    def _open_columns_menu(self) -> None:
        menu = self.list.columns_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        button = self.toolbar.columns
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def _empty_words(self) -> tuple[str, str]:
        total = 0 if self.list.listing is None else self.list.listing.total
        filters = self.filters.words()
        if filters and total:
            return f"No {self.noun[0]} matches these filters", f"There are {total:,}. The filter is {filters}."
        none = f"No {self.content.noun or self.noun[1]}"
        told = self.content.freshness
        if told is not None and not told.words:  # no feed has brought anything
            return none, "No file was imported yet."
        return none, self.content.empty or "The files imported so far tell of none at this moment."


def _nothing(noun: str, listing: Any) -> tuple[str, str]:
    """Title and words of the panel while no row is chosen."""
    article = "an" if noun[:1] in "aeiou" else "a"
    if listing is not None and not listing.total:
        return f"No {noun} yet", f"What is behind {article} {noun} is told here."
    return "Nothing selected", f"Choose {article} {noun} to see what is behind it."


def _read(*asked: Any) -> tuple[TabContent, Any]:
    with reading_much():
        return _load_and_arrange(*asked)


def _load_and_arrange(
    load: Callable[[Workspace, Request, Progress], TabContent],
    views: Callable[[Workspace, str], Sequence[Any]] | None,
    key: str,
    workspace: Workspace,
    request: Request,
    progress: Progress,
    wanted: Wanted,
) -> tuple[TabContent, Any]:
    content = load(workspace, request, progress)
    if views is not None:
        content = content._replace(views=views(workspace, key))
    if content.listing is None:
        return content, None
    from opsconsole.desktop.table.arranger import Arranger

    arranger = Arranger(content.listing)
    arranger.prepare(*wanted)
    return content, arranger


def _steps_of(tab: Tab, identity: Any, detail: Any) -> Iterator[Callable[[], object]]:
    made: list[PanelContent] = []
    yield lambda: made.append(tab.build_panel(identity, detail))
    yield from tab.panel.steps(made[0])
    yield tab.deeds_of_rows.show_buttons
    yield partial(tab.deeds_of_rows.detail_shown, identity)
