"""Composition root of the window: makes application, theme, desk and window, wires them, runs, and ends cleanly.

Before the first paint neither SQLAlchemy, pandas, pyqtgraph, openpyxl nor NumPy is imported; the database is opened in
a worker after it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from opsconsole import __version__
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.errors import ErrorReporter, default_log_path
from opsconsole.desktop.main_window import MainWindow
from opsconsole.desktop.opening import Opening
from opsconsole.desktop.settings import DATABASE_URL, THEME, Settings, default_path
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tabs import tab_classes
from opsconsole.desktop.tasks import Tasks
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Database
from opsconsole.domain.progress import Progress
from opsconsole.domain.resources import resources_folder


@dataclass(frozen=True)
class Options:
    """What the window is started with; ``database`` is a URL or path, ``as_of`` an instant (``None``: live)."""

    database: str | None = None
    demo: bool = False
    as_of: int | None = None
    settings: Path | None = None
    theme: str = ""


class App:
    """The running window with everything it needs; ``start`` shows it, ``stop`` ends it without leftovers."""

    def __init__(self, application: QApplication, options: Options, tabs: Sequence[type[Tab]] | None = None) -> None:
        self.application = application
        self.options = options
        self.settings = Settings(options.settings or default_path())
        theme.install(application, options.theme or self.settings.get(THEME))
        self.errors = ErrorReporter(default_log_path())
        self.tasks = Tasks(self.errors.report)
        cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
        self.desk = Desk(self.tasks, self.settings, self.errors, Path(cache) / "opsconsole")
        self.window = MainWindow(self.desk, tabs if tabs is not None else tab_classes())
        self.errors.window = self.window
        self.opening = Opening(self.desk, self.window, open_database, as_of=options.as_of)
        self._stopped = False

    def start(self) -> None:
        """Show the window; the database is opened after the first paint."""
        geometry = self.settings.geometry()
        if not geometry.isEmpty():
            self.window.restoreGeometry(geometry)
        self.window.show()
        QTimer.singleShot(0, self._open)

    def stop(self) -> None:
        """Stop tasks, close the database, save the settings."""
        if self._stopped:
            return
        self._stopped = True
        self.tasks.stop()
        self.opening.close()
        self.settings.save()
        self.errors.uninstall()
        self.errors.close_log()

    def _open(self) -> None:
        url = self.options.database or ("" if self.options.demo else self.settings.get(DATABASE_URL))
        if url:
            self.opening.open(url)


def open_database(url: str, progress: Progress) -> Database:
    """Open a database through the services; runs in a worker."""
    from opsconsole.services import databases

    opened: Database = databases.open_database(url)
    return opened


def main(options: Options | None = None) -> int:
    """Run the window until it is closed; the exit code."""
    QApplication.setApplicationName("opsconsole")
    QApplication.setApplicationDisplayName("Opsconsole")
    QApplication.setApplicationVersion(__version__)
    application = QApplication(sys.argv[:1])
    icon = resources_folder() / "icons" / "opsconsole.png"
    if icon.exists():
        application.setWindowIcon(QIcon(str(icon)))
    app = App(application, options or Options())
    app.errors.install()
    app.start()
    code = application.exec()
    app.stop()
    return code
