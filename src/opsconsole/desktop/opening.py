"""Opening databases in a worker, with a page that says so until the tabs can be shown."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.main_window import MainWindow
from opsconsole.desktop.memory import reading_much
from opsconsole.desktop.messages import MessageAction, MessageBar
from opsconsole.desktop.settings import DATABASE_URL, FIRST_ROWS, USER_NAME
from opsconsole.desktop.table.empty import EmptyState
from opsconsole.desktop.workspace import Database, Workspace
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

Opener = Callable[[str, Progress], Database]


class Opening(QObject):
    """Opens a database by URL for a window, and closes it at the end.

    ``open_database(url, progress)`` runs in a worker. ``opened`` is called on the window's thread with each database
    opened (the doorbell listens there).
    """

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        open_database: Opener,
        *,
        as_of: int | None = None,
        opened: Callable[[Database], None] = lambda database: None,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._open_database = open_database
        self._as_of = as_of
        self._opened = opened
        self._bar: MessageBar | None = None

    def open(self, url: str, *, remember: bool = True) -> None:
        """Open a database and show its tabs; a failure is told on the page, with what can be done."""
        text = f"Opening {_short(url)}"
        stage = self._stage(url, text)
        self._run(lambda progress: self._open_database(url, progress), stage, text, remember, lambda: None, url)

    def make_and_open(
        self, make: Callable[[Progress], str], text: str, then: Callable[[], None] = lambda: None
    ) -> None:
        """Run something that makes a database and returns its URL, open that, and go on with ``then``."""

        def work(progress: Progress) -> Database:
            return self._open_database(make(progress), progress)

        self._run(work, self._stage("", text), text, True, then)

    def tell_waiting(self, words: str) -> None:
        """Say over the page, or the rows of last time, what waits for the database; empty: nothing does any more."""
        if self._bar is not None and words:
            self._bar.show_message("warn", words)
        elif self._bar is not None:
            self._bar.clear()

    def close(self) -> None:
        """Keep the first rows of the tabs that were shown for the next time, and close the open database."""
        workspace = self._desk.workspace
        if workspace is None:
            return
        if workspace.live and self._desk.settings.get(FIRST_ROWS):
            for tab in self._window.made_tabs:
                tab.keep_first_rows(str(workspace.database.url))
        workspace.database.close()

    def _stage(self, url: str, text: str) -> MessageBar:
        """Where progress and errors are told: over the rows of last time, else on a page of its own."""
        self._bar = self._make_stage(url, text)
        return self._bar

    def _make_stage(self, url: str, text: str) -> MessageBar:
        window, settings = self._window, self._desk.settings
        if url and self._desk.workspace is None and window.first_key and settings.get(FIRST_ROWS):
            tab = window.tab(window.first_key)
            if tab.show_first_rows(url):
                window.show_tab(window.first_key)
                return tab.bar
        page = OpeningPage(text)
        window.show_page(page)
        return page.bar

    def _run(
        self,
        work: Callable[[Progress], Database],
        bar: MessageBar,
        text: str,
        remember: bool,
        then: Callable[[], None],
        url: str = "",
    ) -> None:
        def opened(database: Database) -> None:
            self._show(database, remember)
            then()

        def importing(progress: Progress) -> Database:
            # Thousands of objects of modules, which stay: looking through them for cycles would hold the window up.
            with reading_much():
                return work(progress)

        self._desk.tasks.run(
            importing,
            opened,
            lambda error: self._failed(error, bar, url),
            kind="open",
            text=text,
            owner=bar,
            on_progress=bar.show_progress,
            on_end=bar.end_progress,
        )

    def _show(self, database: Database, remember: bool) -> None:
        before = self._desk.workspace
        settings = self._desk.settings
        if remember:
            settings.set(DATABASE_URL, str(database.url))
        user = settings.get(USER_NAME) or _login()
        zone = str(getattr(database, "time_zone", "") or "UTC")
        read_only = bool(getattr(database, "read_only", False))
        self._desk.set_workspace(Workspace(database, user, zone, self._as_of, read_only))
        self._window.show_first_tab()
        self._opened(database)
        if before is not None and before.database is not database:
            before.database.close()

    def _failed(self, error: BaseException, bar: MessageBar, url: str) -> None:
        self._window.open_failed.emit(error)
        page = bar.parentWidget()
        if not isinstance(error, UserError):
            self._desk.errors.report(error)
        elif isinstance(page, OpeningPage):
            ways: list[tuple[str, str, Callable[[], None]]] = [("Start page", "", self._window.start_asked.emit)]
            if _is_missing_file(url):
                ways.insert(0, ("Create it", "", lambda: self.create(url)))
            page.show_failure(f"{_short(url) or 'The database'} was not opened", str(error), ways)
        else:
            bar.show_message("bad", str(error), [MessageAction("Start page", self._window.start_asked.emit)])

    def create(self, url: str) -> None:
        """Make an empty database where one was looked for, and open it."""

        def make(progress: Progress) -> str:
            from opsconsole.services import databases

            databases.open_database(url, create=True).close()
            return url

        self.make_and_open(make, f"Making {_short(url)}")


class OpeningPage(QWidget):
    """Says what is being opened, how far it is, and what went wrong."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(text)
        self.bar = MessageBar(self)
        self.text = ""
        self._empty = EmptyState()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._empty, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        # Nothing for 300 ms: most databases are open before anybody could read it.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._empty.fill(text, ""))
        self._timer.start(300)

    def show_failure(self, title: str, words: str, ways: Sequence[tuple[str, str, Callable[[], None]]]) -> None:
        """Say what went wrong, with the ways on as buttons (label, key, what it does)."""
        self._timer.stop()
        self.text = words
        self._empty.fill(title, words, ways)
        self._empty.take_focus()


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except OSError:
        return ""


def _is_missing_file(url: str) -> bool:
    """Whether a database is looked for in a file that is not there, in a folder that is."""
    scheme, sign, path = url.partition("://")
    if sign and not scheme.startswith("sqlite"):
        return False
    file = Path(path.removeprefix("/") if sign else url)
    return bool(url) and not file.exists() and file.parent.is_dir()


def _short(url: Any) -> str:
    """Last part of a URL or path, without user and password."""
    return str(url).rsplit("/", 1)[-1].rsplit("\\", 1)[-1].split("?", 1)[0] or str(url)
