"""Opening databases in a worker, with a page that says so until the tabs can be shown."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.main_window import MainWindow
from opsconsole.desktop.messages import MessageAction, MessageBar
from opsconsole.desktop.settings import DATABASE_URL, USER_NAME
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
        self.page: OpeningPage | None = None

    def open(self, url: str, *, remember: bool = True) -> None:
        """Open a database and show its tabs; a failure is told on the page, with what can be done."""
        page = OpeningPage(f"Opening {_short(url)}")
        self.page = page
        self._window.show_page(page)
        self._run(lambda progress: self._open_database(url, progress), page, f"Opening {_short(url)}", remember)

    def make_and_open(self, make: Callable[[Progress], str], text: str) -> None:
        """Run something that makes a database (the demo, a first import) and returns its URL, then open that."""
        page = OpeningPage(text)
        self.page = page
        self._window.show_page(page)

        def work(progress: Progress) -> Database:
            return self._open_database(make(progress), progress)

        self._run(work, page, text, True)

    def close(self) -> None:
        """Close the open database."""
        workspace = self._desk.workspace
        if workspace is not None:
            workspace.database.close()

    def _run(self, work: Callable[[Progress], Database], page: "OpeningPage", text: str, remember: bool) -> None:
        self._desk.tasks.run(
            work,
            lambda database: self._show(database, remember),
            lambda error: self._failed(error, page),
            kind="open",
            text=text,
            owner=page,
            on_progress=page.bar.show_progress,
            on_end=page.bar.end_progress,
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

    def _failed(self, error: BaseException, page: "OpeningPage") -> None:
        if isinstance(error, UserError):
            page.bar.show_message("bad", str(error), [MessageAction("Start page", self._window.start_asked.emit)])
        else:
            self._desk.errors.report(error)


class OpeningPage(QWidget):
    """Says what is being opened, how far it is, and what went wrong."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = MessageBar()
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


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except OSError:
        return ""


def _short(url: Any) -> str:
    """Last part of a URL or path, without user and password."""
    return str(url).rsplit("/", 1)[-1].rsplit("\\", 1)[-1].split("?", 1)[0] or str(url)
