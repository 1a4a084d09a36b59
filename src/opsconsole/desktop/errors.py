"""Faults: the world's go to the bar over the list, ours to a log file and one crash window per fault."""

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QApplication, QWidget

from opsconsole import __version__
from opsconsole.domain.errors import Cancelled, UserError

if TYPE_CHECKING:
    from types import TracebackType

    from opsconsole.desktop.messages import MessageBar

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
        self.crashes: list[Any] = []
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
        import traceback

        text = "".join(traceback.format_exception(error))
        self._log(text)
        key = _place(error)
        if key in self._seen:
            return
        self._seen.add(key)
        from opsconsole.desktop.crash import CrashWindow

        window = CrashWindow(error, text, self.log_path, self.window)
        self.crashes.append(window)
        window.show()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
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
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(error).__name__} {last.filename}:{last.lineno}" if last else f"{type(error).__name__} {error}"
