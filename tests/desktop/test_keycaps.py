"""Buttons with a key: what has the focus ring is what Enter presses."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.desktop.keycaps import KeyButton


def test_enter_presses_the_button_that_has_the_keyboard_and_not_a_shortcut_around_it(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    row = QHBoxLayout(around)
    first, second = KeyButton("Watch a folder", style="primary"), KeyButton("Cancel", key="Esc")
    row.addWidget(first)
    row.addWidget(second)
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence("Return"), around)
    shortcut.activated.connect(lambda: pressed.append("shortcut"))
    first.clicked.connect(lambda: pressed.append("first"))
    second.clicked.connect(lambda: pressed.append("second"))
    with qtbot.waitExposed(around):
        around.show()
    around.activateWindow()
    second.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        qtbot.keyClick(second, key)
    assert pressed == ["second"] * 3
