"""Composition root of the window: makes application, theme, desk and window, wires them, runs, and ends cleanly.

Before the first paint neither SQLAlchemy, pandas, pyqtgraph, openpyxl nor NumPy is imported; the database is opened in
a worker after it.
"""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from opsconsole import __version__
from opsconsole.desktop.desk import SAMPLES, Desk
from opsconsole.desktop.errors import ErrorReporter, default_log_path
from opsconsole.desktop.main_window import MainWindow
from opsconsole.desktop.memory import TIDY_EVERY_MS, tidy
from opsconsole.desktop.settings import DATABASE_URL, FIRST_ROWS, LAST_TAB, THEME, Settings, default_path
from opsconsole.desktop.single import OneWindow
from opsconsole.desktop.tabs import TabName, all_tabs
from opsconsole.desktop.tasks import Tasks
from opsconsole.desktop.theme import theme
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.resources import resources_folder

if TYPE_CHECKING:
    from PySide6.QtGui import QPicture

    from opsconsole.desktop.opening import Opening
    from opsconsole.desktop.workspace import Database

SCREENSHOT_TIMEOUT_MS = 120_000
_SETTLED_TURNS = 8
_READ_AHEAD_MS = 700
# What the window is made of: imported after the first paint, each in a turn of its own.
_FIRST = (
    "icons",
    "messages",
    "table.delegate",
    "table.columns",
    "table.view",
    "commands",
    "tab",
    "opening",
    "start",
    "notices",
)
# What a tab is made of besides, where that is much, by its key.
_BEFORE = {"data": ("panel", "data_lists.data_list", "dialogs.import_actions", "empty_imports", "front_pages")}
# What is large of tabs that were not shown yet: each in a turn of its own, before their modules.
_AHEAD = ("dialogs.mapping_actions", "mapping_editor.column_page", "mapping_editor.layout")
# How long a worker keeps the interpreter while the window's thread waits for it; Python's own 5 ms add up to stalls.
_SWITCH_S = 0.0005


class Options(NamedTuple):
    """What the window is started with; ``database`` is a URL or path, ``as_of`` an instant (``None``: live).

    ``settings`` is another settings file and ``cache`` another cache folder than the user's; ``theme`` overrides the
    setting; ``alone`` switches "one window per database" off.
    """

    database: str | None = None
    demo: bool = False
    as_of: int | None = None
    settings: Path | None = None
    cache: Path | None = None
    theme: str = ""
    alone: bool = False


class App:
    """The running window with everything it needs; ``start`` shows it, ``stop`` ends it without leftovers."""

    def __init__(
        self,
        application: QApplication,
        options: Options,
        tabs: Sequence[TabName] | None = None,
        opener: "Callable[[str, Progress], Database] | None" = None,
    ) -> None:
        self.options = options
        self.settings = Settings(options.settings or default_path())
        self._application = application
        theme.begin(options.theme or self.settings.get(THEME))
        self.errors = ErrorReporter(default_log_path())
        self.tasks = Tasks(self.errors.report)
        self.desk = Desk(self.tasks, self.settings, self.errors, options.cache or _cache_folder())
        self.one_window = OneWindow(self.desk.cache_folder)
        self.window = MainWindow(self.desk, all_tabs() if tabs is None else tabs)
        self.window.painted.connect(self._furnish)
        self.window.closing.connect(self.keep_view)
        self.errors.window = self.window
        self._open_database = opener or open_database
        self.one_window.rung.connect(self.raise_window)
        self.opening: Opening | None = None
        self._stopped = False
        sys.setswitchinterval(_SWITCH_S)

    def first_url(self) -> str:
        """Database to open at start; empty: the start page."""
        return self.options.database or ("" if self.options.demo else self.settings.get(DATABASE_URL))

    def start(self) -> None:
        """Show the window; the rest is loaded, and the database opened, after the first paint."""
        if QGuiApplication.platformName() != "offscreen":  # its screen is of any size, and nobody looks at it
            self.window.fit_into(self.window.screen().availableSize())
        geometry = self.settings.geometry()
        if not geometry.isEmpty():
            self.window.restoreGeometry(geometry)
        if self._keeps_views:
            self.window.read_last_view = self._read_view
        self.window.show()

    def stop(self) -> None:
        """Stop tasks, close the database, save the settings."""
        if self._stopped:
            return
        self._stopped = True
        if self.window.isVisible():
            self.keep_view()
        self.tasks.stop()
        if self.opening is not None:
            self.opening.close()
            shutil.rmtree(self.desk.cache_folder / SAMPLES, ignore_errors=True)
        self.one_window.release()
        self.settings.save()
        self.errors.uninstall()
        self.errors.close_log()

    def keep_view(self) -> None:
        """Keep how the window looks for the first paint of the next start."""
        from opsconsole.desktop import last_view

        workspace, tab = self.desk.workspace, self.window.current
        if workspace is not None and workspace.live and tab is not None and not tab.stale and self._keeps_views:
            last_view.keep(self.desk.cache_folder, self.first_url(), theme.name, self.window)

    def _read_view(self) -> "QPicture | None":
        from opsconsole.desktop import last_view

        return last_view.read(self.desk.cache_folder, self.first_url(), theme.name, self.window)

    @property
    def _keeps_views(self) -> bool:
        return self.options.as_of is None and not self.options.demo and self.settings.get(FIRST_ROWS)

    def raise_window(self) -> None:
        """Bring the window to the front."""
        from PySide6.QtCore import Qt

        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _furnish(self) -> None:
        """Turn by turn: all at once the window would not answer for half a second."""
        first = self.window.first_key if self.first_url() else ""
        steps: list[Callable[[], object]] = [partial(import_module, f"opsconsole.desktop.{name}") for name in _FIRST]
        if first:
            steps += [partial(import_module, f"opsconsole.desktop.{name}") for name in _BEFORE.get(first, ())]
            steps.append(self.window.names[first].tab_class)
        front: list[Callable[[], object]] = [partial(self.window.tab, first)] if first else []
        self.tasks.in_turns([*steps, self._make_parts, *front, self._begin], kind="furnish", owner=self.window)

    def _make_parts(self) -> None:
        from opsconsole.desktop.clockwork import Clockwork
        from opsconsole.desktop.feed_clock import FeedClock
        from opsconsole.desktop.notices import Notices
        from opsconsole.desktop.opening import Opening
        from opsconsole.desktop.others import Others
        from opsconsole.desktop.start import Start

        options = self.options
        self.window.setUpdatesEnabled(False)
        theme.dress(self._application)
        self.window.furnish()
        self.opening = Opening(self.desk, self.window, self._open_database, as_of=options.as_of, opened=self._opened)
        self.start_page = Start(self.desk, self.window, self.opening)
        if not options.alone:
            self.clockwork = Clockwork(self.desk, self.window)
            self.feed_clock = FeedClock(self.desk, self.window)
            self.others = Others(self.desk, self.window)
            self.notices = Notices(self.desk, self.window, self.clockwork, self.raise_window)

    def _begin(self) -> None:
        self._open_first()
        self.window.setUpdatesEnabled(True)
        self._tidying = QTimer(self.window)
        self._tidying.timeout.connect(self._tidy)
        self._tidying.start(TIDY_EVERY_MS)
        QTimer.singleShot(0, self._show_icon)
        QTimer.singleShot(_READ_AHEAD_MS, self.window, self._read_ahead)

    def _read_ahead(self) -> None:
        """Import the modules of the tabs one by one, so that a first visit only has to make its widgets."""
        if self._stopped:
            return
        if self.tasks.is_running():
            QTimer.singleShot(_READ_AHEAD_MS, self.window, self._read_ahead)
            return
        steps: list[Callable[[], object]] = [
            *(partial(import_module, f"opsconsole.desktop.{name}") for name in _AHEAD),
            *(partial(name.tab_class) for name in self.window.names.values()),
            _import_preview,
        ]
        self.tasks.in_turns(steps, kind="read_ahead", owner=self.window)

    def _tidy(self) -> None:
        if not self.window.isActiveWindow():
            tidy()

    def _open_first(self) -> None:
        url = self.first_url()
        if self.options.demo:
            self.start_page.open_demo()
        elif url:
            assert self.opening is not None
            self.opening.open(url)
        else:
            self.start_page.show()

    def _show_icon(self) -> None:
        # After the first paint: reading it loads Qt's SVG module.
        from PySide6.QtGui import QIcon

        icon = resources_folder() / "icons" / "opsconsole.svg"
        if icon.exists():
            self.window.setWindowIcon(QIcon(str(icon)))

    def _opened(self, database: "Database") -> None:
        url = str(database.url)
        if self.options.alone:
            return
        if self.one_window.take(url):
            self.one_window.listen()


def _import_preview() -> None:
    import opsconsole.desktop.import_preview  # noqa: F401


def open_database(url: str, progress: Progress) -> "Database":
    """Open a database through the services; runs in a worker."""
    from opsconsole.services import credentials, databases

    opened: Database = databases.open_database(credentials.with_password(url))
    return opened


def main(options: Options | None = None) -> int:
    """Run the window until it is closed; the exit code."""
    options = options or Options()
    application = _application()
    app = App(application, options)
    url = app.first_url()
    # Only a window that has the database open holds its lock.
    if url and not options.alone and not app.one_window.take(url) and app.one_window.ring(url):
        app.stop()
        return 0
    app.errors.install()
    app.start()
    code = application.exec()
    app.stop()
    return code


def open_alone(database_url: str, as_of: int, folder: Path) -> App:
    """A window on a database with settings and cache of its own in ``folder``, not shown yet; stop it when done."""
    options = Options(database_url, as_of=as_of, settings=folder / "settings.ini", cache=folder, alone=True)
    return App(_application(), options)


def render_screenshot(
    tab: str,
    out: Path,
    size: tuple[int, int] = (1366, 768),
    theme: str = "light",
    scale: float = 1.0,
    database_url: str = "",
    as_of: int | None = None,
) -> Path:
    """Picture of a tab as the window shows it, rendered offscreen; waits until its content was loaded and painted.

    ``tab`` is a tab's key or ``welcome``. ``scale`` works only in a process without a QApplication. Raises UserError
    for an unknown tab or a database that does not open.
    """
    import tempfile

    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["QT_SCALE_FACTOR"] = str(scale)
    application = _application()
    with tempfile.TemporaryDirectory(prefix="opsconsole-", ignore_cleanup_errors=True) as folder:
        own = Path(folder)
        welcome = tab == "welcome"
        url = "" if welcome else database_url or Settings(default_path()).get(DATABASE_URL)
        app = App(application, Options(url, False, as_of, own / "settings.ini", own, theme, alone=True))
        try:
            return _picture(app, tab, out, size)
        finally:
            app.window.close()
            app.stop()
            app.window.deleteLater()


def _picture(app: App, tab: str, out: Path, size: tuple[int, int]) -> Path:
    from PySide6.QtGui import QCursor

    names = app.window.names
    if tab != "welcome" and tab not in names:
        raise UserError(f"There is no tab “{tab}”.", f"The tabs are {', '.join([*names, 'welcome'])}.")
    if tab != "welcome" and not app.options.database:
        raise UserError("No database is given.", "Name one with --database, or make one with: opsconsole demo create.")
    faults: list[BaseException] = []
    app.window.open_failed.connect(faults.append)
    if tab != "welcome":
        app.settings.set(LAST_TAB, tab)
        app.window.tab(tab).load_failed.connect(faults.append)
    app.window.resize(*size)
    # Offscreen the pointer rests at 0, 0, where it would light up the menu.
    QCursor.setPos(size[0] - 2, 2)
    app.start()
    _wait(lambda: bool(faults) or (app.window.settled and not app.tasks.is_running()))
    if faults:
        raise faults[0]
    out.parent.mkdir(parents=True, exist_ok=True)
    if not app.window.grab().save(str(out)):
        raise UserError(f"The picture could not be written to {out}.", "Choose a folder that can be written, and .png.")
    return out


def _wait(done: Callable[[], bool]) -> None:
    """Turn the event loop until ``done`` held for some turns: what was loaded has then been laid out and painted."""
    from PySide6.QtCore import QEventLoop

    loop, turns = QEventLoop(), 0
    deadline = QTimer()
    deadline.setSingleShot(True)
    deadline.start(SCREENSHOT_TIMEOUT_MS)
    tick = QTimer()
    tick.timeout.connect(loop.quit)
    tick.start(20)
    while turns < _SETTLED_TURNS:
        loop.exec()
        turns = turns + 1 if done() else 0
        if not deadline.isActive():
            raise UserError(
                "The tab was not ready within two minutes.", "Try a smaller database, or as of another day."
            )


def _application() -> QApplication:
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QApplication.setApplicationName("opsconsole")
    QApplication.setApplicationDisplayName("Opsconsole")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("opsconsole")
    return QApplication(sys.argv[:1])


def _cache_folder() -> Path:
    from PySide6.QtCore import QStandardPaths

    location = QStandardPaths.StandardLocation.GenericCacheLocation
    return Path(QStandardPaths.writableLocation(location)) / "opsconsole"
