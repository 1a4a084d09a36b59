"""The real window on a real database."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from opsconsole.app import App, Options
from opsconsole.desktop.settings import IMPORT_LOOK, USER_NAME
from opsconsole.desktop.tab import Tab

sys.path.insert(0, str(Path(__file__).parent))

Show = Callable[[str], Tab]


@pytest.fixture
def app(qtbot: QtBot, qapp: QApplication, database_url: str, now: int, tmp_path: Path) -> Iterator[App]:
    """The window, open on an empty database as of the tests' moment."""
    options = Options(database_url, as_of=now, settings=tmp_path / "settings.ini", cache=tmp_path / "cache", alone=True)
    made = App(qapp, options)
    made.settings.set(USER_NAME, "Shift A")
    # The journeys that are not about importing take the short way.
    made.settings.set(IMPORT_LOOK, False)
    made.start()
    qtbot.waitUntil(lambda: made.desk.workspace is not None and not made.tasks.is_running(), timeout=20_000)
    yield made
    made.window.close()
    made.stop()
    made.window.deleteLater()


@pytest.fixture
def show(app: App, qtbot: QtBot) -> Show:
    """Brings a tab to the front and waits until it is loaded."""

    def bring(key: str) -> Tab:
        app.window.show_tab(key)
        qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=20_000)
        current = app.window.current
        assert current is not None
        return current

    return bring
