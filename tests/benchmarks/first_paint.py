"""One start of a window, measured from inside: run as a program by ``test_start_up``; prints one JSON line.

``bare``: an empty PySide6 window. ``console``: the program's own window over a database that takes for ever to open:
its first paint, then the rows it was closed with (the first page), then the list itself with the rows kept. Times are
milliseconds since the process began, ``_cpu`` those the processor spent on it; memory is resident kilobytes.
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

    def painted() -> None:
        seen["paint"], seen["paint_cpu"] = since_start(), spent()
        application.quit()

    class Window(QWidget):
        def paintEvent(self, event: Any) -> None:
            if not seen:
                seen["paint"] = 0.0
                QTimer.singleShot(0, painted)

    window = Window()
    layout = QVBoxLayout(window)
    layout.addWidget(QLabel("Hello"))
    window.resize(1366, 768)
    window.show()
    application.exec()
    report(**seen, memory=resident())


def console(folder: Path, url: str) -> None:
    """The program's window; the database takes long to open, so the kept rows are what is measured."""
    from PySide6.QtCore import QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from opsconsole.app import App, Options

    application = QApplication([])
    seen: dict[str, Any] = {}

    def never(url: str, progress: Any) -> Any:
        while True:
            time.sleep(0.01)
            progress.step(0, 0, "")

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: Any) -> bool:
            if type(event).__name__ == "QPaintEvent":
                tab = app.window.current
                if tab is not None and watched is tab.list.grid.viewport() and tab.list.model.rowCount():
                    QTimer.singleShot(0, list_painted)
            return False

    def painted() -> None:
        seen["rows"], seen["rows_cpu"], seen["memory"] = since_start(), spent(), resident()
        assert app.window.last_view is not None, "no view was kept"
        application.installEventFilter(watch)

    def list_painted() -> None:
        if "list" not in seen:
            seen["list"], seen["list_cpu"], seen["list_memory"] = since_start(), spent(), resident()
            application.quit()

    options = Options(url, settings=folder / "settings.ini", cache=folder, alone=True)
    app = App(application, options, sample_tabs(), never)
    # First the figures, then what the program does after its first paint.
    read_view = app._read_view

    def bars_painted() -> Any:
        seen["paint"], seen["paint_cpu"] = since_start(), spent()
        return read_view()

    app._read_view = bars_painted  # type: ignore[method-assign]
    app.window.painted.disconnect()
    app.window.painted.connect(painted)
    app.window.painted.connect(app._furnish)
    watch = Watch()
    app.start()
    application.exec()
    report(**seen)
    app.stop()


def prepare(folder: Path, url: str) -> None:
    """Run the program once over the tests' own rows and close it, so that it has something to show at its start."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from opsconsole.app import App, Options

    class Database:
        label = "ops-main"
        time_zone = "America/New_York"

        def __init__(self) -> None:
            self.url = url

        def close(self) -> None:
            pass

    application = QApplication([])
    options = Options(url, settings=folder / "settings.ini", cache=folder, alone=True)
    app = App(application, options, sample_tabs(), lambda url, progress: Database())
    app.start()
    while not (app.window.settled and app.desk.workspace is not None and not app.tasks.is_running()):
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
    app.window.close()
    app.stop()


def sample_tabs() -> Any:
    """The tests' own tab, imported when it is first shown, as the program's are."""
    from opsconsole.desktop.tabs import TabName

    class Sample(TabName):
        def tab_class(self) -> Any:
            sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "desktop"))
            import sample

            return sample.SampleTab

    return (Sample("sample", "Order exceptions"),)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    elif sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]), sys.argv[3])
    else:
        console(Path(sys.argv[2]), sys.argv[3])
