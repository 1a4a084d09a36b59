"""What a person's hands and patience do in every journey."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.tab import Tab


def settled(qtbot: QtBot, app: App) -> None:
    """Wait until what is in front is complete and nothing is under way."""
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running(), timeout=30_000)


def prompt_of(tab: Tab) -> Prompt:
    """The one prompt that is open."""
    (found,) = tab.panel.findChildren(Prompt)
    assert isinstance(found, Prompt)
    return found


def fill(prompt: Prompt, **answers: str) -> None:
    """Answer a prompt by the names of its fields, and accept."""
    for name, value in answers.items():
        editor: Any = prompt._editors[name]
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(value)
        else:
            assert isinstance(editor, QLineEdit)
            editor.setText(value)
    prompt._accept()


def in_front(qtbot: QtBot, app: App) -> None:
    """Bring the window to the front and wait until it is."""
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))


def press(qtbot: QtBot, app: App, widget: Any, key: Any) -> None:
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))
    widget.setFocus()
    qtbot.keyClick(widget, key)
    settled(qtbot, app)


def drop(qtbot: QtBot, app: App, *paths: Path) -> None:
    """Drop files on the window as a file manager does, and wait until they were looked at."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    modifiers, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    app.window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, buttons, modifiers))
    app.window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, modifiers))
    settled(qtbot, app)


def rows_of(listing: Any) -> list[dict[str, Any]]:
    assert listing is not None
    return list(listing.rows())
