"""The self-test: window, import, detection, chart, workbook, one line per check."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QWidget

from opsconsole.services import self_test

_TIMEOUT_MS = 60_000
_SETTLED_TURNS = 5
_SIZE = (1366, 768)


class Window(Protocol):
    """The running window, as far as the self-test needs it."""

    window: Any
    tasks: Any

    def start(self) -> None:
        """Show it."""

    def stop(self) -> None:
        """End it."""


Opener = Callable[[str, int, Path], Window]


def run(open_window: Opener, report: Path | None = None, *, as_json: bool = False) -> int:
    """Run all checks; 0 when all are right. ``open_window(database url, as of, own folder)`` makes the window."""
    _draw_somewhere()
    with tempfile.TemporaryDirectory(prefix="opsconsole-self-test-", ignore_cleanup_errors=True) as folder:
        checks = _checks(open_window, Path(folder), echo=not as_json)
    if as_json:
        sys.stdout.write(self_test.as_json(checks))
    else:
        sys.stdout.write(self_test.lines(checks)[-1] + "\n")
    if report is not None:
        self_test.write_report(report, checks)
    return 0 if all(check.passed for check in checks) else 1


def _draw_somewhere() -> None:
    """Without a screen (a server, a build machine) Qt would end the program: draw into memory then, and say so."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _checks(open_window: Opener, folder: Path, *, echo: bool) -> list[self_test.Check]:
    data = self_test.DataChecks(folder)
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("database", data.opened),
        ("import", data.imported),
        ("detection", data.detected),
        ("window", lambda: _window(open_window, data.url, folder)),
        ("chart", _chart),
        ("workbook", data.workbook),
    )
    checks = []
    for name, step in steps:
        check = self_test.timed(name, step)
        checks.append(check)
        if echo:
            sys.stdout.write(check.line + "\n")
            sys.stdout.flush()
    data.close()
    return checks


def _window(open_window: Opener, url: str, folder: Path) -> str:
    """Open the window on the database and wait until its first tab shows rows."""
    faults: list[BaseException] = []
    app = open_window(url, self_test.AS_OF, folder)
    app.window.open_failed.connect(faults.append)
    try:
        app.window.resize(*_SIZE)
        app.start()
        _wait(lambda: bool(faults) or (app.window.settled and not app.tasks.is_running()))
        if faults:
            raise faults[0]
        return f"{QGuiApplication.platformName()}, {_painted(app.window)} colors"
    finally:
        app.window.close()
        app.stop()
        app.window.deleteLater()


def _chart() -> str:
    """Draw a chart and look for its line among the pixels."""
    from opsconsole.desktop.charts.chart import Chart
    from opsconsole.desktop.charts.spec import ChartSpec, Line
    from opsconsole.desktop.theme import theme

    chart = Chart()
    chart.resize(640, 320)
    numbers = [float(number % 7) for number in range(24)]
    chart.show_spec(ChartSpec(lines=(Line("Check", [float(x) for x in range(24)], numbers),)))
    with _shown(chart):
        image = chart.grab().toImage()
    wanted = QColor(theme.color("chart_1")).rgb()
    drawn = sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))
    if not drawn:
        raise AssertionError("the chart's line is not in the picture")
    return f"{drawn:,} pixels of the line"


@contextmanager
def _shown(widget: QWidget) -> Iterator[None]:
    widget.show()
    _wait(lambda: widget.isVisible())
    try:
        yield
    finally:
        widget.close()
        widget.deleteLater()


def _painted(widget: QWidget) -> int:
    """Different colors in the widget's picture; one alone would be an empty window."""
    image = widget.grab().toImage()
    colors = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    if len(colors) < 10:
        raise AssertionError(f"the window shows only {len(colors)} colors")
    return len(colors)


def _wait(done: Callable[[], bool]) -> None:
    """Turn the event loop until ``done`` held for some turns; AssertionError after a minute."""
    loop, deadline, turns = QEventLoop(), QDeadlineTimer(_TIMEOUT_MS), 0
    tick = QTimer()
    tick.timeout.connect(loop.quit)
    tick.start(20)
    while turns < _SETTLED_TURNS:
        if deadline.hasExpired():
            raise AssertionError("not ready within a minute")
        loop.exec()
        turns = turns + 1 if done() else 0
