"""The real window on a real database."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from opsconsole.app import App, Options
from opsconsole.desktop.settings import IMPORT_LOOK, USER_NAME
from opsconsole.desktop.tab import Tab
from opsconsole.domain.resources import resource

sys.path.insert(0, str(Path(__file__).parent))
from hands import in_front, settled

Show = Callable[[str], Tab]
Another = Callable[[str], App]


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


@pytest.fixture
def over_sample_orders(app: App, show: Show, qtbot: QtBot, tmp_path: Path) -> Show:
    """Brings a tab over the sample file's orders to the front, with the keyboard."""
    path = tmp_path / "orders_export.csv"
    shutil.copyfile(resource("samples", "shopify_orders.csv"), path)
    show("data")
    app.desk.show("data", None, {"files": str(path)})
    settled(qtbot, app)

    def bring(key: str) -> Tab:
        tab = show(key)
        in_front(qtbot, app)
        tab.list.grid.setFocus()
        return tab

    return bring


@pytest.fixture
def queue(over_sample_orders: Show) -> Any:
    """The queue of the sample file's orders, in front and with the keyboard."""
    return over_sample_orders("order_exceptions")


@pytest.fixture
def another(qapp: QApplication, qtbot: QtBot, database_url: str, now: int, tmp_path: Path) -> Iterator[Another]:
    """Opens a further window on the same database for somebody; a new folder is another workstation."""
    made: list[App] = []

    def start(who: str) -> App:
        folder = tmp_path / f"ws-{who}"
        options = Options(database_url, as_of=now, settings=folder / "settings.ini", cache=folder / "cache", alone=True)
        app = App(qapp, options)
        app.settings.set(USER_NAME, who)
        app.settings.set(IMPORT_LOOK, False)
        made.append(app)
        app.start()
        qtbot.waitUntil(lambda: app.desk.workspace is not None and not app.tasks.is_running(), timeout=30_000)
        app.window.show_tab("order_exceptions")
        settled(qtbot, app)
        return app

    yield start
    for app in made:
        app.window.close()
        app.stop()
        app.window.deleteLater()


@pytest.fixture
def looking(app: App) -> App:
    """The window as it comes: files are looked at first."""
    app.settings.set(IMPORT_LOOK, True)
    return app


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "orders_export.csv"
    shutil.copyfile(resource("samples", "shopify_orders.csv"), path)
    return path
