"""The start page with a real server behind it: looked at, set up, connected, and never losing what was typed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from opsconsole.app import App, Options
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.welcome import Welcome
from opsconsole.domain.resources import resource


@pytest.fixture
def empty_shared(postgresql_server: Any) -> Iterator[str]:
    yield postgresql_server.create_database("start_page")
    postgresql_server.drop_database("start_page")


@pytest.fixture
def fresh(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[App]:
    app = App(qapp, Options("", settings=tmp_path / "settings.ini", cache=tmp_path / "cache", alone=True))
    app.start()
    _settle(qtbot, app)
    yield app
    app.window.close()
    app.stop()
    app.window.deleteLater()


def _settle(qtbot: QtBot, app: App) -> None:
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=30_000)


def _page(app: App) -> Welcome:
    page = app.window.pages.currentWidget()
    assert isinstance(page, Welcome)
    return page


def _type(page: Welcome, **values: str) -> None:
    for name, text in values.items():
        field = next(one for one in page.findChildren(QLineEdit) if one.accessibleName() == name.capitalize())
        field.setText(text)
        field.textEdited.emit(text)
    verify: Any = page.findChild(QCheckBox)
    verify.setChecked(False)


def _typed(page: Welcome) -> dict[str, str]:
    return {one.accessibleName(): one.text() for one in page.findChildren(QLineEdit)}


def _press(qtbot: QtBot, app: App, text: str) -> None:
    page = _page(app)
    button = next(one for one in page.findChildren(KeyButton) if one.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    _settle(qtbot, app)


def _says(page: Welcome, words: str) -> bool:
    return any(words in one.text() for one in page.findChildren(QLabel))


def _parts(url: str) -> dict[str, str]:
    """What is typed for the tests' server, which listens on a socket or on a port of its own."""
    parsed = urlsplit(url)
    return {
        "server": parsed.netloc.rsplit("@", 1)[-1] or parse_qs(parsed.query)["host"][0],
        "database": parsed.path.lstrip("/"),
        "user": parsed.username or "",
        "password": parsed.password or "",
    }


@pytest.mark.postgresql
def test_an_empty_shared_database_is_set_up_from_the_start_page(fresh: App, qtbot: QtBot, empty_shared: str) -> None:
    _type(_page(fresh), **_parts(empty_shared))
    _press(qtbot, fresh, "Test")
    assert _says(_page(fresh), "answers and is empty")
    _press(qtbot, fresh, "Set up")
    assert fresh.desk.workspace is not None
    assert "start_page" in str(fresh.desk.workspace.database.url)
    assert fresh.window.current is not None


@pytest.mark.postgresql
def test_connecting_to_an_empty_database_asks_before_making_tables(fresh: App, qtbot: QtBot, empty_shared: str) -> None:
    _type(_page(fresh), **_parts(empty_shared))
    _press(qtbot, fresh, "Connect")
    assert _says(_page(fresh), "answers and is empty")
    assert fresh.desk.workspace is None


@pytest.mark.postgresql
def test_a_database_that_is_set_up_is_opened_at_once(fresh: App, qtbot: QtBot, postgresql_url: str) -> None:
    _type(_page(fresh), **_parts(postgresql_url))
    _press(qtbot, fresh, "Test")
    assert _says(_page(fresh), "answers.")
    _press(qtbot, fresh, "Connect")
    assert fresh.desk.workspace is not None


@pytest.mark.postgresql
def test_what_was_typed_is_still_there_when_the_server_refuses(fresh: App, qtbot: QtBot, empty_shared: str) -> None:
    parts = {**_parts(empty_shared), "database": "there_is_none"}
    _type(_page(fresh), **parts)
    _press(qtbot, fresh, "Connect")
    assert _says(_page(fresh), "there is no database of that name")
    assert _typed(_page(fresh))["Database"] == "there_is_none"
    fresh.window.start_asked.emit()
    _settle(qtbot, fresh)
    assert _typed(_page(fresh))["Server"] == parts["server"]
    assert _typed(_page(fresh))["Database"] == "there_is_none"


@pytest.mark.postgresql
def test_another_server_name_takes_the_offer_to_set_up_back(fresh: App, qtbot: QtBot, empty_shared: str) -> None:
    _type(_page(fresh), **_parts(empty_shared))
    _press(qtbot, fresh, "Test")
    _type(_page(fresh), database="another")
    assert not _says(_page(fresh), "is empty")
    assert [one.text() for one in _page(fresh).findChildren(KeyButton) if one.text() in ("Connect", "Set up")] == [
        "Connect"
    ]


def test_the_welcome_fits_the_smallest_window_and_tells_whose_files_are_recognized(fresh: App, qtbot: QtBot) -> None:
    fresh.window.resize(1366, 768 - 38)  # less a title bar
    qtbot.waitUntil(lambda: "kinds of files" in _page(fresh)._sources.text())
    words = _page(fresh)._sources
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))
    assert words.text().startswith("Amazon, BigCommerce, ")
    card = words.parentWidget()
    assert card.height() >= card.sizeHint().height()


def test_a_database_that_is_not_there_is_made_where_it_was_looked_for(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    options = Options(str(tmp_path / "new.db"), settings=tmp_path / "s.ini", cache=tmp_path / "c", alone=True)
    app = App(qapp, options)
    try:
        app.start()
        _settle(qtbot, app)
        page: Any = app.window.pages.currentWidget()
        assert page.text.startswith("There is no database “")
        (create, start) = page.findChildren(KeyButton)[-2:]
        assert (create.text(), start.text()) == ("Create it", "Start page")
        qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: app.desk.workspace is not None, timeout=20_000)
        assert (tmp_path / "new.db").exists()
        _settle(qtbot, app)
    finally:
        app.window.close()
        app.stop()
        app.window.deleteLater()


def test_files_dropped_beside_a_database_that_was_not_opened_wait_for_it(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "ops.db"
    options = Options(str(path), settings=tmp_path / "settings.ini", cache=tmp_path / "cache", alone=True)
    app = App(qapp, options)
    with qtbot.waitSignal(app.window.open_failed, timeout=20_000):
        app.start()
    app.start_page.data_file = tmp_path / "local.db"
    orders = tmp_path / "orders.csv"
    shutil.copyfile(resource("samples", "shopify_orders.csv"), orders)
    app.window.files_dropped.emit([orders])
    page: Any = app.window.pages.currentWidget()
    assert page.bar.text == "1 file to import as soon as the database is open."
    create = next(one for one in page.findChildren(KeyButton) if one.text() == "Create it")
    qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    _settle(qtbot, app)
    desk: Any = app.window.current
    qtbot.waitUntil(lambda: bool(desk.key == "data" and desk.previewing), timeout=20_000)
    assert str(path) in str(app.desk.workspace.database.url)  # type: ignore[union-attr]
    assert not (tmp_path / "local.db").exists()
    app.window.close()
    app.stop()
    app.window.deleteLater()
