"""The window: tab bar, the tab in front, status bar. Thin: tabs know their business, the desk is shared.

While no database is open a page stands in place of the tabs (``show_page``): the welcome, or "Opening ops.db". Until
its second paint the window has no widgets: it paints its bare bars, then the view it was closed with (``last_view``).
``painted`` says when the rest may be loaded, which ``furnish`` does.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from opsconsole import __version__
from opsconsole.desktop.data_lists import FRONT, key_of
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.settings import LAST_TAB
from opsconsole.desktop.tabs import TabName
from opsconsole.desktop.theme import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QPicture

    from opsconsole.desktop.saved_views import View
    from opsconsole.desktop.tab import Tab

SIZE = (1366, 768)
# What a desktop's own title bar and borders take, at the most; only known once the window stands.
_LEAST = 960, 560
_FRAME = QSize(16, 48)


class MainWindow(QWidget):
    """Main window over some tabs, each made when it is first shown.

    ``painted`` once after the first paint; ``closing`` before the window closes; ``files_dropped(paths)`` when files
    were dropped on it; ``menu_shown(menu)`` lets others add to the menu; ``start_asked`` when the start page is wanted;
    ``open_failed(error)`` when a database did not open.
    """

    painted = Signal()
    closing = Signal()
    files_dropped = Signal(object)
    menu_shown = Signal(object)
    start_asked = Signal()
    open_failed = Signal(object)

    def __init__(self, desk: Desk, tabs: Sequence[TabName], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.names = {tab.key: tab for tab in tabs}
        self.furnished = False
        self._tabs: dict[str, Tab] = {}
        self._painted = False
        self._told_closing = False
        self.setWindowTitle("Opsconsole")
        self.setMinimumSize(*_LEAST)
        self.resize(*SIZE)
        self.last_view: QPicture | None = None
        self.read_last_view: Callable[[], QPicture | None] = lambda: None

    def fit_into(self, screen: QSize) -> None:
        """On a small screen be so large that the frame fits too: no part of the window may lie outside."""
        room = screen - _FRAME
        self.setMinimumSize(QSize(*_LEAST).boundedTo(room))
        self.resize(QSize(*SIZE).boundedTo(room))

    @property
    def current(self) -> "Tab | None":
        """The tab in front; ``None`` while a page is shown."""
        widget = self.pages.currentWidget() if self.furnished else None
        return next((tab for tab in self._tabs.values() if tab is widget), None)

    @property
    def settled(self) -> bool:
        """Whether what is in front is complete: a loaded tab, or a page while nothing is being opened."""
        tab = self.current
        if tab is None:
            return self.furnished and self.pages.count() > 0
        return self.desk.workspace is not None and not tab.stale

    def tab(self, key: str) -> "Tab":
        """A tab by key, made now if it was never shown; KeyError for an unknown key."""
        self.furnish()
        if key not in self._tabs:
            tab = self.names[key].tab_class()(self.desk)
            tab.badge_changed.connect(lambda count, key=key: self.tab_bar.set_badge(key, count))
            tab.status_changed.connect(self._show_status)
            tab.toolbar.moment_asked.connect(self.commands.ask_moment)
            self._tabs[key] = tab
            self.pages.addWidget(tab)
        return self._tabs[key]

    @property
    def made_tabs(self) -> "tuple[Tab, ...]":
        """Tabs that were shown."""
        return tuple(self._tabs.values())

    def views(self) -> "Iterator[tuple[str, str, View]]":
        """Views of the tabs made so far, each with its tab's key and label; those of the tab in front first."""
        front = self.current
        for key, tab in sorted(self._tabs.items(), key=lambda pair: pair[1] is not front):
            if tab.has_toolbar:
                yield from ((key, self.names[key].label, view) for view in tab.filters.views.values())

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front and load it if it is stale."""
        tab = self.tab(key)
        self._drop_page(self.pages.currentWidget())
        self.pages.setCurrentWidget(tab)
        self.tab_bar.set_current(self.names[key].under)
        self.desk.settings.set(LAST_TAB, key)
        self.desk.errors.bar = tab.bar
        tab.reload_if_stale()
        tab.list.setFocus()
        self._show_status()

    def show_page(self, page: QWidget) -> None:
        """Put a page in place of the tabs; the page before is dropped."""
        before = self.pages.currentWidget()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self.tab_bar.set_current("")
        self._drop_page(before)
        self._show_status()

    @property
    def first_key(self) -> str:
        """Key of the tab of last time, else of the first; empty without tabs."""
        last = self.desk.settings.get(LAST_TAB)
        return last if last in self.names else next(iter(self.names), "")

    def show_first_tab(self) -> None:
        """Bring the tab of last time to the front, else the first."""
        if self.first_key:
            self.show_tab(self.first_key)

    def furnish(self) -> None:
        """Make the widgets and shortcuts that the first paint did without; once."""
        if self.furnished:
            return
        from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

        from opsconsole.desktop.commands import Commands
        from opsconsole.desktop.file_drops import TextFields
        from opsconsole.desktop.statusbar import StatusBar
        from opsconsole.desktop.tab_bar import TabBar

        self.furnished = True
        self.setObjectName("window")
        self.setAcceptDrops(True)
        TextFields(self, self.dropEvent)
        self.tab_bar = TabBar(list(self.names.values()))
        self.status_bar = StatusBar()
        self.pages = self.desk.stage = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tab_bar)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status_bar)
        self.commands = Commands(self)
        self.commands.add_shortcuts()
        self._connect()
        self.last_view = None

    def paintEvent(self, event: "QPaintEvent") -> None:
        """Until there are widgets: first the bars, then the view of last time. Tells once that both were painted."""
        if not self.furnished:
            painter = QPainter(self)
            if self.last_view is not None:
                painter.drawPicture(0, 0, self.last_view)
            else:
                self._paint_bars(painter)
            painter.end()
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def _after_first_paint(self) -> None:
        if not self.furnished:
            self.last_view = self.read_last_view()
            if self.last_view is not None:
                self.repaint()
        self.painted.emit()

    def _paint_bars(self, painter: QPainter) -> None:
        width, height = self.width(), self.height()
        top, bottom = theme.height("tab_bar"), theme.height("status_bar")
        for y, size, role in (
            (0, height, "window"),
            (0, top, "panel"),
            (top - 1, 1, "line"),
            (height - bottom, bottom, "raised"),
            (height - bottom, 1, "line"),
        ):
            # Filling a pixmap needs none of Qt's enumerations; QPainter.fillRect makes a hundred of them.
            ground = QPixmap(width, size)
            ground.fill(theme.color(role))
            painter.drawPixmap(0, y, ground)

    def closeEvent(self, event: "QCloseEvent") -> None:
        """Remember the window's place before it goes; the first time say what closing would take back."""
        if not self._told_closing and self._tell_what_is_taken_back():
            event.ignore()
            return
        self.desk.settings.set_geometry(self.saveGeometry())
        self.closing.emit()
        super().closeEvent(event)

    def _tell_what_is_taken_back(self) -> bool:
        """Whether files are being imported, which is said over their list; whoever closes again means it."""
        if not self.furnished or "data" not in self._tabs:
            return False
        from opsconsole.desktop.importing import CLOSING, WRITING
        from opsconsole.desktop.messages import MessageAction

        bar = self._tabs["data"].bar
        if bar.text == CLOSING or not self.desk.tasks.is_running(WRITING):
            return False
        self.show_tab("data")
        bar.show_message("warn", CLOSING, [MessageAction("Close now", self._close_now)])
        return True

    def _close_now(self) -> None:
        self._told_closing = True
        self.close()

    def dragEnterEvent(self, event: "QDragEnterEvent") -> None:
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: "QDropEvent") -> None:
        """Hand the files on."""
        from opsconsole.desktop.files import local_files

        paths = local_files(event)
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def _drop_page(self, page: QWidget | None) -> None:
        if page is not None and page not in self._tabs.values():
            self.pages.removeWidget(page)
            page.deleteLater()

    def _connect(self) -> None:
        self.tab_bar.chosen.connect(self.show_tab)
        self.tab_bar.menu_asked.connect(self.commands.open_menu)
        self.tab_bar.shortcuts_asked.connect(self.commands.show_shortcuts)
        self.status_bar.freshness_clicked.connect(lambda: self.desk.show("data", None, {"list": "feeds"}))
        self.desk.show_asked.connect(self._show_asked)
        self.desk.workspace_changed.connect(self._show_status)

    def _show_asked(self, key: str, identity: Any, options: dict[str, str]) -> None:
        if key == "data":
            key = key_of(options.pop("list", FRONT))
        if key in self.names and self.desk.workspace is not None:
            self.show_tab(key)
            self._tabs[key].reveal(identity, options)

    def _show_status(self) -> None:
        workspace, tab = self.desk.workspace, self.current
        self.status_bar.set_counts(tab.status() if tab is not None else ())
        if workspace is None:
            self._show_status_closed(tab)
            return
        self.tab_bar.set_open(True)
        now = tab.request.now if tab is not None and tab.request.now else workspace.now()
        self.status_bar.set_database(workspace.database.label)
        self.setWindowTitle(workspace.database.label)  # Qt adds the program's name
        self.status_bar.set_moment(f"As of {self.desk.formats(now).instant_full(now)}")
        if tab is not None and tab.content.freshness is not None:
            self.status_bar.set_freshness(tab.content.freshness.tone, tab.content.freshness.words)

    def _show_status_closed(self, tab: "Tab | None") -> None:
        self.tab_bar.set_open(tab is not None)
        self.setWindowTitle("Opsconsole")
        if tab is None:
            self.status_bar.set_counts(("No database open yet",))
        self.status_bar.set_database("" if tab is None else "Opening the database")
        self.status_bar.set_moment(f"Version {__version__}" if tab is None else tab.toolbar.moment.text())
        self.status_bar.set_freshness("", "")
