"""The lists of the Data tab: one switch leads to all of them, each with its own filters."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.data_lists import known_lists
from opsconsole.desktop.data_lists.data_list import DataList
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tabs.kpis import KpisTab
from opsconsole.domain.resources import resource

Show = Callable[[str], Tab]


def front(app: App, qtbot: QtBot) -> DataList:
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=20_000)
    current = app.window.current
    assert isinstance(current, DataList)
    return current


def activate(app: App, qtbot: QtBot) -> None:
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))


def test_the_switch_leads_to_every_list_under_the_same_tab(app: App, show: Show, qtbot: QtBot) -> None:
    show("data")
    for one in known_lists():
        app.desk.show("data", None, {"list": one.name})
        shown = front(app, qtbot)
        assert shown.key == one.key
        assert not shown.failed
        assert app.window.tab_bar.buttons["data"].isChecked()
        segment = shown.switch._segments[one.name]
        assert segment.isVisible()
        assert segment.isChecked()
        assert shown.switch.childrenRect().right() < shown.switch.width()


def test_the_lists_are_reached_by_keys_and_the_slash_shows_their_filters(app: App, show: Show, qtbot: QtBot) -> None:
    imports = show("data")
    assert isinstance(imports, DataList)
    assert not imports.toolbar.isVisible()
    activate(app, qtbot)
    imports.list.setFocus()
    qtbot.keyClick(imports.list.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    rejects = front(app, qtbot)
    assert rejects.key == "rejects"
    activate(app, qtbot)
    qtbot.keyClick(app.window, "/")
    qtbot.waitUntil(lambda: rejects.toolbar.search.hasFocus())
    qtbot.keyClicks(rejects.toolbar.search, "zip")
    assert rejects.list.arrangement.search == "zip"
    rejects.filter_button.click()
    assert not rejects.toolbar.isVisible()
    assert rejects.list.arrangement.search == ""


def test_what_is_empty_before_the_first_import_says_so(show: Show) -> None:
    assert show("order_exceptions").list.empty_words() == ("No exceptions", "No file was imported yet.")


def test_what_is_empty_after_an_import_of_the_past_says_why(app: App, show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    text = resource("samples", "shopify_orders.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "orders_export.csv"
    path.write_text(text.replace("2026-", "2018-"), encoding="utf-8")
    app.desk.show("data", None, {"files": str(path)})
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=20_000)
    _, words = show("order_exceptions").list.empty_words()
    assert "that began more than 90 days ago" in words
    orders = show("orders")
    orders.toolbar.selectors["list"]._pick("returns")
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=20_000)
    assert orders.list.empty_words()[0] == "No returns"
    assert "tells what is in stock" in show("stock_levels").list.empty_words()[1]
    assert "names a vendor" in show("vendors").list.empty_words()[1]
    kpis = show("kpis")
    assert isinstance(kpis, KpisTab)
    told = kpis.findChildren(QLabel)
    assert any("The newest order is of " in label.text() for label in told)
