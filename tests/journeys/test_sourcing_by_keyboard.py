"""An SQL feed from the connection to its rows, with the keys alone."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import in_front, settled
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.dialogs.connection_form import ConnectionForm
from opsconsole.desktop.dialogs.folder_form import FolderForm
from opsconsole.desktop.dialogs.query_form import QueryForm
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.opening import OpeningPage
from opsconsole.desktop.tab import Tab
from opsconsole.store.schema import stock_levels

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Show = Callable[[str], Tab]
Key = Qt.Key


class Hands:
    """Types into whatever holds the keyboard, as no mouse is there."""

    def __init__(self, qtbot: QtBot, app: App) -> None:
        self._qtbot, self._app = qtbot, app

    @property
    def at(self) -> QWidget:
        """What holds the keyboard."""
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def form(self, tab: Any, kind: type[Any]) -> Any:
        """The form that was asked for, once it is in front and something in it holds the keyboard."""
        self._qtbot.waitUntil(lambda: isinstance(tab.deeds.form, kind))
        form: Any = tab.deeds.form
        self._qtbot.waitUntil(lambda: form.isActiveWindow() and form.focusWidget() is not None)
        return form

    def press(self, *keys: Any, control: bool = False) -> None:
        modifier = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        for key in keys:
            self._qtbot.keyClick(self.at, key, modifier)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.at, text)

    def tab_to(self, wanted: Callable[[QWidget], bool], most: int = 30) -> None:
        """Tab until what is meant holds the keyboard."""
        for _ in range(most):
            if wanted(self.at):
                return
            self.press(Key.Key_Tab)
        raise AssertionError("Tab leads nowhere near")


@pytest.fixture
def hands(app: App, qtbot: QtBot) -> Hands:
    in_front(qtbot, app)
    return Hands(qtbot, app)


def labeled(words: str) -> Callable[[QWidget], bool]:
    return lambda widget: isinstance(widget, KeyButton) and words in (widget.text(), widget.accessibleName())


def test_a_feed_is_made_mapped_and_run_without_the_mouse(
    app: App, show: Show, hands: Hands, qtbot: QtBot, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "erp.db")) as erp:
        erp.execute("CREATE TABLE stock (article TEXT, site TEXT, on_hand TEXT)")
        rows = [(f"A-{number}", "many" if number == 7 else str(number)) for number in range(20)]
        erp.executemany("INSERT INTO stock VALUES (?, 'Berlin', ?)", rows)
        erp.commit()
    tab: Any = show("connections")
    in_front(qtbot, app)
    hands.press(Key.Key_N)
    form = hands.form(tab, ConnectionForm)
    hands.type("ERP")
    hands.press(Key.Key_Tab)
    form.fields["kind"].setCurrentIndex(form.fields["kind"].findData("sqlite"))  # its list is tested by itself
    hands.press(Key.Key_Tab)
    hands.type(str(tmp_path / "erp.db"))
    hands.press(Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: tab.list.current_id() == 1, timeout=20_000)
    settled(qtbot, app)
    in_front(qtbot, app)
    tab.list.setFocus()
    hands.press(Key.Key_F)
    form = hands.form(tab, QueryForm)
    assert form.rows.empty.isVisible(), "before the first look it is told how to see rows"
    hands.type("ERP stock")
    hands.tab_to(lambda at: at is form.fields["query"])
    hands.type("SELECT * FROM stock")
    hands.tab_to(labeled("First rows"))
    hands.press(Key.Key_Return)
    qtbot.waitUntil(lambda: form.rows.listing is not None and form.rows.listing.total == 20, timeout=20_000)
    hands.press(Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: getattr(app.window.current, "key", "") == "watching", timeout=20_000)
    watching: Any = app.window.current
    qtbot.waitUntil(lambda: watching._page is not None and not app.tasks.is_running(), timeout=20_000)
    in_front(qtbot, app)
    watching.list.setFocus()
    hands.press(Key.Key_M)
    settled(qtbot, app)
    mappings: Any = app.window.current
    qtbot.waitUntil(lambda: mappings.editor is not None and not app.tasks.is_running(), timeout=20_000)
    in_front(qtbot, app)
    hands.press(Key.Key_S, control=True)
    qtbot.waitUntil(lambda: mappings.editor is None, timeout=20_000)
    watching = show("watching")
    in_front(qtbot, app)
    hands.press(Key.Key_R)
    settled(qtbot, app)
    database = app.desk.workspace.database  # type: ignore[union-attr]
    with database.read() as conn:
        assert len(conn.execute(select(stock_levels.c.id)).all()) == 19

    # What is rarer has no key: F6 leads to the message, to the rows and to the panel, Tab on to its foot.
    app.window.commands.next_region()
    assert hands.at in watching.panel.findChildren(QWidget)
    hands.tab_to(labeled("More actions"), most=8)
    watching.list.setFocus()
    app.window.commands.previous_region()
    assert hands.at in watching.bar.findChildren(QWidget)
    assert labeled("Correct lines")(hands.at)


def test_a_folder_is_watched_at_a_key(app: App, show: Show, hands: Hands, qtbot: QtBot) -> None:
    tab: Any = show("watching")
    in_front(qtbot, app)
    hands.press(Key.Key_W)
    hands.form(tab, FolderForm).close()


def test_a_database_that_is_not_there_is_made_at_enter(app: App, hands: Hands, qtbot: QtBot, tmp_path: Path) -> None:
    assert app.opening is not None
    app.opening.open(str(tmp_path / "new.db"))
    qtbot.waitUntil(lambda: any(page.text for page in app.window.findChildren(OpeningPage)))
    assert labeled("Create it")(hands.at)
