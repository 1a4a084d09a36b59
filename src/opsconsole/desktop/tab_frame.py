"""What every tab is made of, and what it may call: parts laid out, tasks run, writes done, errors told."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from opsconsole.desktop.chips import ChipRow
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.messages import MessageAction, MessageBar
from opsconsole.desktop.panel import DetailPanel
from opsconsole.desktop.saved_views import ViewsMenu
from opsconsole.desktop.settings import PANEL_OPEN
from opsconsole.desktop.tab_content import Request, SavedView, Selector, TabAction, TabCommand, TabContent, TouchedRows
from opsconsole.desktop.tab_filters import Filters
from opsconsole.desktop.table.arrangement import Arrangement, SortBy
from opsconsole.desktop.table.cells import Tones
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.theme import theme
from opsconsole.desktop.toolbar import Toolbar
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import undone

_BODY_LEAST = 280
Wanted = tuple[Arrangement, Any, Sequence[str]]


class TabFrame(QWidget):
    """Toolbar, chips, message bar, list and panel.

    ``status_changed``: what the window's status bar shows of this tab changed; ``badge_changed(count or None)``;
    ``loaded``: content was shown, or ``failed`` was set; ``load_failed(error)``.
    """

    key: ClassVar[str] = ""
    search_hint: ClassVar[str] = ""
    noun: ClassVar[tuple[str, str]] = ("row", "rows")
    subjects: ClassVar[frozenset[str]] = frozenset()
    selectors: ClassVar[tuple[Selector, ...]] = ()
    views: ClassVar[tuple[SavedView, ...]] = ()
    sort: ClassVar[tuple[SortBy, ...]] = ()
    tones: ClassVar[Tones] = {}
    has_list: ClassVar[bool] = True
    has_panel: ClassVar[bool] = True
    acts_on_page: ClassVar[bool] = False  # row actions need what the panel shows of the current row
    panel_stays: ClassVar[bool] = False  # what is nowhere else stands in it: it cannot be closed
    has_toolbar: ClassVar[bool] = True

    status_changed = Signal()
    badge_changed = Signal(object)
    loaded = Signal()
    load_failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent or desk.stage)
        self.desk = desk
        self.content = TabContent()
        self.request = Request(0)
        self.failed = False
        self.stale = True
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.body = QWidget(self._splitter)
        place = self.body if self.has_list else None
        self.toolbar = Toolbar(self.search_hint, self.selectors, self)
        self.chips = ChipRow(place)
        self.bar = MessageBar(self.body)
        self.list = ListView(self.key, desk.tasks, desk.settings, place and self.make_place(place))
        self.panel = DetailPanel(self._splitter if self.has_panel else None)
        self.filters = Filters(self.key, self.toolbar, self.chips, self.list, self.selectors, self.views, desk.settings)
        self.filters.me = lambda: desk.workspace.user if desk.workspace is not None else ""
        self.views_menu = ViewsMenu(self)
        self._lay_out()

    @staticmethod
    def load_views(workspace: Workspace, key: str) -> Sequence[Any]:
        """Stored views of a tab that the user sees; runs in a worker."""
        from opsconsole.services import saved_views

        return saved_views.list_views(workspace.database, key, workspace.user)

    def commands(self) -> tuple[TabCommand, ...]:
        """What can be done on this tab without rows: shortcuts beside those of the rows, and for the palette."""
        return ()

    def row_actions(self) -> tuple[TabAction, ...]:
        """What can be done with the selected rows."""
        return ()

    def regions(self) -> list[QWidget]:
        """Parts that F6 leads through, in their order."""
        return [self.toolbar, self.chips, self.bar, self.list, self.panel]

    def wanted_of_list(self, formats: Any) -> Wanted:
        """What the list will ask of rows that are read: how they are arranged, in which formats, and its choices."""
        arrangement = self.list.arrangement
        if not arrangement.sort:
            arrangement = arrangement.with_(sort=self.sort)
        return arrangement, formats, [one.field for one in self.selectors if one.field and not one.keeps]

    def focus_search(self) -> None:
        """Put the keyboard into the search, where there is one."""
        if self.toolbar.search.isVisible():
            self.toolbar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def make_place(self, body: QWidget) -> QWidget:
        """What the list stands in: parts are made where they stand, moving a filled one styles it once more."""
        return body

    def make_body(self) -> QWidget:
        """Middle of the tab under the toolbar: message bar, chips and list unless overridden."""
        body = self.body
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.chips)
        column.addWidget(self.list, 1)
        self.chips.hide()
        return body

    def change(
        self,
        write: Callable[[Workspace, Progress], Any],
        *,
        done: str | Callable[[Any], str],
        touches: frozenset[str] | set[str] | None = None,
        undo: Callable[[Workspace, Progress], Any] | None = None,
        then: Callable[[Any], None] | None = None,
        text: str = "",
    ) -> None:
        """Write in a worker, then say ``done`` in the bar (with Undo when ``undo`` is given) and reload who is touched.

        ``touches`` are subjects; when the write returns a set of subjects, those are added. When it
        returns ``TouchedRows`` only those rows are read again.
        """
        workspace = self.desk.workspace
        if workspace is None:
            return

        def finished(result: Any) -> None:
            words = done(result) if callable(done) else done
            self.say_done(words, undo)
            touched = set(touches or self.subjects)
            if isinstance(result, TouchedRows):
                self.desk.touched_rows(*result)
            else:
                if isinstance(result, (set, frozenset)):
                    touched |= {str(subject) for subject in result}
                self.desk.touched(touched)
            if then is not None:
                then(result)

        self.run(lambda progress: write(workspace, progress), finished, kind="write", text=text)

    def run(
        self,
        function: Callable[[Progress], Any],
        then: Callable[[Any], None],
        *,
        kind: str,
        text: str = "",
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run a function in a worker with progress and errors in this tab's bar."""
        self.desk.tasks.run(
            function,
            then,
            failed or self.report,
            kind=f"{self.key}.{kind}",
            text=text,
            owner=self,
            on_progress=self.bar.show_progress,
            on_end=self.bar.end_progress,
        )

    def report(self, error: BaseException) -> None:
        """Show an error: the world's in the bar, ours in the crash window."""
        self.desk.errors.bar = self.bar
        self.desk.errors.report(error)

    def say_done(self, words: str, undo: Callable[[Workspace, Progress], Any] | None = None) -> None:
        """Say in the bar that something was done; with Undo for 8 s, and by Ctrl+Z until the next change."""
        actions = []
        if undo is not None:
            self.remember_undo(words, undo)
            actions.append(MessageAction("Undo", self._undo, "Ctrl+Z"))
        self.bar.show_message("good", words, actions)

    def remember_undo(self, words: str, undo: Callable[[Workspace, Progress], Any]) -> None:
        """Let Ctrl+Z take back what was just said to be done, until the next change."""
        self.desk.remember_undo(words, lambda: self.change(undo, done=undone(words)))

    def _undo(self) -> None:
        self.desk.undo()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Panel 400 wide, 480 from 1600 px on."""
        super().resizeEvent(event)
        if self.has_panel and self._splitter.count() > 1:
            width = theme.panel_width(self.width())
            self._splitter.setSizes([self.width() - width - 1, width])

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        self.toolbar.setVisible(self.has_toolbar)
        self._splitter.setHandleWidth(theme.width("splitter_handle"))
        self._splitter.setChildrenCollapsible(False)
        body = self.make_body()
        body.setMinimumWidth(_BODY_LEAST)  # else a foot of many words would push the panel out of a small window
        self._splitter.addWidget(body)
        if self.has_panel:
            self._splitter.addWidget(self.panel)
            self.panel.stays = self.panel_stays
            self.panel.setVisible(self.panel_stays or self.desk.settings.get(PANEL_OPEN))
        self._splitter.setStretchFactor(0, 1)
        column.addWidget(self._splitter, 1)
