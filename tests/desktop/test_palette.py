"""The palette over the sample tab: what it finds at once, what it looks up, and where it leads."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.palette import Entry, Palette, fitting
from opsconsole.desktop.workspace import Workspace
from opsconsole.services import look_up
from opsconsole.services.look_up import Found, Looked


def entry(label: str, kind: str = "Action") -> Entry:
    return Entry(kind, label, lambda: None)


def test_the_nearest_names_come_first() -> None:
    known = [entry("Reassign"), entry("Assign"), entry("Snooze"), entry("Due assignments", "View")]
    assert [one.label for one in fitting(known, "assi")] == ["Assign", "Due assignments", "Reassign"]
    assert [one.label for one in fitting(known, "view due")] == ["Due assignments"]
    assert fitting(known, "nothing") == []
    assert len(fitting(known, "")) == 4


@pytest.fixture
def host(qtbot: QtBot, desk: Desk, workspace: Workspace) -> QWidget:
    made = QWidget()
    made.resize(1000, 700)
    qtbot.addWidget(made)
    desk.set_workspace(workspace)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_is_looked_up_comes_from_a_worker_and_the_newest_text_wins(
    host: QWidget, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, settled: Callable[[], None]
) -> None:
    asked: list[str] = []

    def find(database: Any, text: str, now: int, piece: int) -> Looked:
        asked.append(text)
        return Looked((Found("order", f"SO-{text}", "Amazon", 7),))

    monkeypatch.setattr(look_up, "look_up", find)
    led: list[Any] = []
    desk.show_asked.connect(lambda *parts: led.append(parts))
    palette = Palette(desk, [entry("Snooze 204")], host)
    palette.show()
    qtbot.keyClicks(palette.field, "204817")
    qtbot.waitUntil(lambda: not desk.tasks.is_running() and palette.rows.rowCount() > 0)
    assert asked[-1] == "204817"
    assert [one.label for one in palette.rows.entries] == ["SO-204817"]
    assert len(asked) <= 6
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert led == [("orders", 7, {"search": "", "list": "orders"})]
    assert palette.isHidden()


def test_keys_choose_run_and_close(host: QWidget, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_up, "look_up", lambda *_, **__: Looked(()))
    ran: list[str] = []
    known = [Entry("Action", name, lambda name=name: ran.append(name)) for name in ("Assign", "Snooze", "Resolve")]
    palette = Palette(desk, known, host)
    palette.show()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["Snooze"]
    again = Palette(desk, known, host)
    again.show()
    qtbot.keyClicks(again.field, "zzz")
    assert again.rows.rowCount() == 0
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    assert not again.isHidden()
    qtbot.keyClick(again.field, Qt.Key.Key_Escape)
    assert again.isHidden()


def test_what_only_has_the_text_is_looked_for_piece_by_piece_until_enough_is_found(
    host: QWidget, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[int] = []

    def find(database: Any, text: str, now: int, piece: int) -> Looked:
        pieces.append(piece)
        found = tuple(Found("order", f"SO-{piece}{number}", "", piece * 10 + number) for number in range(3))
        return Looked(found, (piece + 1) * 100, 400, piece + 1 if piece < 3 else None)

    monkeypatch.setattr(look_up, "look_up", find)
    palette = Palette(desk, [], host)
    palette.show()
    palette.field.setText("55")
    qtbot.waitUntil(lambda: not desk.tasks.is_running() and palette.rows.rowCount() == 9)
    assert pieces == [0, 1, 2]
    assert "the newest 300 of 400 orders" in palette.note.text()
    palette.leave()


def test_the_row_chosen_stays_chosen_while_more_is_found_and_the_end_is_told(
    host: QWidget, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def find(database: Any, text: str, now: int, piece: int) -> Looked:
        if piece:
            assert go_on.wait(10)
        found = (Found("order", f"SO-{piece}", "", piece),) if piece != 1 else ()
        return Looked(found, (piece + 1) * 100, 300, piece + 1 if piece < 2 else None)

    monkeypatch.setattr(look_up, "look_up", find)
    palette = Palette(desk, [entry("Snooze 55")], host)
    palette.show()
    palette.field.setText("55")
    qtbot.waitUntil(lambda: palette.rows.rowCount() == 2)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    go_on.set()
    qtbot.waitUntil(lambda: not desk.tasks.is_running() and palette.rows.rowCount() == 3)
    assert [one.label for one in palette.rows.entries] == ["SO-0", "SO-2", "Snooze 55"]
    assert palette.rows.entries[palette.view.currentIndex().row()].label == "Snooze 55"
    assert "All 300 orders looked through" in palette.note.text()
    palette.leave()


def test_the_palette_closes_when_a_shortcut_takes_the_keyboard_elsewhere(
    host: QWidget, desk: Desk, qtbot: QtBot
) -> None:
    elsewhere = QLineEdit(host)
    elsewhere.show()
    host.activateWindow()
    qtbot.waitUntil(lambda: host.isActiveWindow())
    palette = Palette(desk, [entry("Snooze")], host)
    palette.show()
    qtbot.waitUntil(lambda: palette.field.hasFocus())
    elsewhere.setFocus()
    assert palette.isHidden()
    assert elsewhere.hasFocus()
