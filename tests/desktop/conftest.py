"""A desk of the test's own: settings in a temporary folder, tasks that end with the test, the theme installed once."""

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.errors import ErrorReporter
from opsconsole.desktop.settings import Settings
from opsconsole.desktop.tasks import Tasks
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace


class FakeDatabase:
    """Stands for an open database where no row is read from one."""

    time_zone = "America/New_York"

    def __init__(self, url: str = "test://ops-main") -> None:
        self.url = url
        self.label = "Shared database ops-main, connected"
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def clipboard(qapp: QApplication) -> Iterator[None]:
    """What a test copied goes with it: left behind, it makes the offscreen platform crash when the process ends."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The sample tab's module."""
    path = Path(__file__).with_name("sample.py")
    spec = importlib.util.spec_from_file_location("opsconsole_sample_tab", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    """The light theme for every test of the window."""
    theme.install(qapp, "light")
    yield
    if theme.name != "light":
        theme.use("light")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a file of the test's own."""
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def faults() -> list[BaseException]:
    """What went wrong in tasks without a handler of their own."""
    return []


@pytest.fixture
def tasks(qtbot: QtBot, faults: list[BaseException]) -> Iterator[Tasks]:
    """Tasks that are stopped at the end; a thread left over fails the test."""
    running = Tasks(faults.append)
    yield running
    assert running.stop(), "a task did not end"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("task ")]


@pytest.fixture
def desk(tasks: Tasks, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """A desk without a workspace."""
    reporter = ErrorReporter(tmp_path / "log" / "opsconsole.log")
    made = Desk(tasks, settings, reporter, tmp_path / "cache")
    yield made
    for window in reporter.crashes:
        window.close()
    reporter.close_log()


@pytest.fixture
def workspace(sample: ModuleType) -> Workspace:
    """A workspace over a database that only has a name."""
    return Workspace(FakeDatabase(), "Shift A", "America/New_York", sample.NOW)


@pytest.fixture
def fake_database() -> type[FakeDatabase]:
    """Class of the stand-in database."""
    return FakeDatabase


@pytest.fixture
def settled(qtbot: QtBot, tasks: Tasks) -> Callable[[], None]:
    """Wait until no task is under way and its results were delivered."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not tasks.is_running(), timeout=10_000)

    return wait


@pytest.fixture
def tab(qtbot: QtBot, desk: Desk, workspace: Workspace, sample: ModuleType, settled: Callable[[], None]) -> Any:
    """The sample tab, shown and loaded."""
    made = sample.SampleTab(desk)
    qtbot.addWidget(made)
    made.resize(1366, 704)
    with qtbot.waitExposed(made):
        made.show()
    desk.set_workspace(workspace)
    settled()
    return made
