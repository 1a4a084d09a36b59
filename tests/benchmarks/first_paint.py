"""One start of a window, measured from inside: run as a program by ``test_start_up``; prints one JSON line.

``bare``: an empty PySide6 window. ``console``: the program's own window; with kept rows it goes on until they are
painted. Times are milliseconds since the process began, ``_cpu`` those the processor spent on
it; memory is resident kilobytes.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def since_start() -> float:
    """Milliseconds since this process was started, the interpreter's own start included."""
    fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    started = int(fields[19]) / CLOCK_TICKS
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - started) * 1000


def spent() -> float:
    """Milliseconds of processor time this process has used, all threads."""
    return time.process_time() * 1000


def resident() -> int:
    """Resident memory in kilobytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def report(**figures: Any) -> None:
    """Print the figures."""
    print(json.dumps(figures))


def bare() -> None:
    """An empty window with a label, as small as a PySide6 program gets."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

    application = QApplication([])
    seen: dict[str, float] = {}

    class Window(QWidget):
        def paintEvent(self, event: Any) -> None:
            if not seen:
                seen["paint"], seen["paint_cpu"] = since_start(), spent()
                QTimer.singleShot(0, application.quit)

    window = Window()
    layout = QVBoxLayout(window)
    layout.addWidget(QLabel("Hello"))
    window.resize(1366, 768)
    window.show()
    application.exec()
    report(**seen, rows=seen["paint"], rows_cpu=seen["paint_cpu"], memory=resident())


def console(folder: Path, url: str) -> None:
    """The program's window; the database takes long to open, so the kept rows are what is measured."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from opsconsole.app import App, Options
    from opsconsole.desktop.tabs import TABS

    application = QApplication([])
    seen: dict[str, Any] = {}

    def never(url: str, progress: Any) -> Any:
        while True:
            time.sleep(0.01)
            progress.step(0, 0, "")

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                if "paint" not in seen:
                    seen["paint"], seen["paint_cpu"] = since_start(), spent()
                tab = app.window.current
                if tab is not None and watched is tab.list.grid.viewport() and tab.list.model.rowCount():
                    QTimer.singleShot(0, rows_painted)
            return False

    def rows_painted() -> None:
        if "rows" not in seen:
            seen["rows"], seen["rows_cpu"] = since_start(), spent()
            seen["memory"] = resident()
            application.quit()

    options = Options(url, settings=folder / "settings.ini", cache=folder, alone=True)
    app = App(application, options, sample_tabs() if os.environ.get("OPSCONSOLE_SAMPLE_TAB") else TABS, never)
    watch = Watch()
    application.installEventFilter(watch)
    app.start()
    application.exec()
    report(**seen)
    app.stop()


def sample_tabs() -> Any:
    """The tests' own tab."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "desktop"))
    import sample

    from opsconsole.desktop.tabs import TabName

    return (TabName("sample", "Order exceptions", made=sample.SampleTab),)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    else:
        console(Path(sys.argv[2]), sys.argv[3])
