"""Faults: the world's go to the bar over the list, ours to a log file and one crash window per fault."""

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole import __version__
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.messages import MessageBar
from opsconsole.domain.errors import Cancelled, UserError

LOG_BYTES = 1_000_000
LOG_FILES = 5


def default_log_path() -> Path:
    """``opsconsole.log`` in the user's data folder."""
    location = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(location)) / "opsconsole" / "opsconsole.log"


class ErrorReporter(QObject):
    """Decides whose fault an exception is, and shows it.

    ``report(error)`` may be called on the window's thread only; exceptions of other threads arrive by a signal.
    ``bar`` is where a UserError goes; set it to the bar of the tab in front.
    """

    _elsewhere = Signal(object)

    def __init__(self, log_path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_path = log_path
        self.bar: MessageBar | None = None
        self.window: QWidget | None = None
        self.crashes: list[CrashWindow] = []
        self._seen: set[str] = set()
        self._elsewhere.connect(self.report)

    def install(self) -> None:
        """Catch what nobody caught, on every thread, until ``uninstall``."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def uninstall(self) -> None:
        """Give the interpreter its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def report(self, error: BaseException) -> None:
        """Show an error where it belongs."""
        if isinstance(error, Cancelled):
            return
        if isinstance(error, UserError) and self.bar is not None:
            self.bar.show_message("bad", str(error))
            return
        self.crashed(error)

    def crashed(self, error: BaseException) -> None:
        """Log a fault of ours with its traceback; show it, once per place in the code."""
        text = "".join(traceback.format_exception(error))
        self._log(text)
        key = _place(error)
        if key in self._seen:
            return
        self._seen.add(key)
        window = CrashWindow(error, text, self.log_path, self.window)
        self.crashes.append(window)
        window.show()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.report(error)

    def _uncaught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._elsewhere.emit(arguments.exc_value)

    def _log(self, text: str) -> None:
        # Opened at the first fault: a program without faults writes no log and spends no start-up time on it.
        import logging.handlers

        log = logging.getLogger("opsconsole")
        if not any(getattr(handler, "baseFilename", "") == str(self.log_path) for handler in log.handlers):
            self.log_path.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.handlers.RotatingFileHandler(
                self.log_path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
            )
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            log.addHandler(handler)
        log.error("version %s\n%s", __version__, text)

    def close_log(self) -> None:
        """Release the log file."""
        import logging

        log = logging.getLogger("opsconsole")
        for handler in list(log.handlers):
            if getattr(handler, "baseFilename", "") == str(self.log_path):
                log.removeHandler(handler)
                handler.close()


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(error).__name__} {last.filename}:{last.lineno}" if last else f"{type(error).__name__} {error}"


class CrashWindow(QDialog):
    """A fault of ours: what happened, that the data is safe, the text to send. Never modal: typed text survives."""

    def __init__(self, error: BaseException, text: str, log_path: Path, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Opsconsole found a fault of its own")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setModal(False)
        self.resize(640, 420)
        self.text = f"Opsconsole {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{text}"
        title = QLabel("This is a fault of the program, not yours")
        title.setProperty("role", "title")
        words = QLabel(
            "Nothing you typed is lost, and the database is as it was before the last action. "
            f"The details are in {log_path}. The same fault is shown once."
        )
        words.setWordWrap(True)
        details = QPlainTextEdit(self.text)
        details.setReadOnly(True)
        details.setAccessibleName("Details of the fault")
        copy = KeyButton("Copy details", icon="copy", style="primary")
        copy.clicked.connect(self._copy)
        close = KeyButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addWidget(close)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (title, words):
            layout.addWidget(widget)
        layout.addWidget(details, 1)
        layout.addLayout(buttons)
        self.setAccessibleDescription(str(error))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text)
