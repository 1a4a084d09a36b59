"""Files that are dropped on a text field are the window's: the field would take their paths for typed words."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from opsconsole.desktop.files import local_files

_DRAGS = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})
_TEXTS = (QPlainTextEdit, QTextEdit)


class TextFields(QObject):
    """Watches the drags over a window that is on the screen; ``dropped(event)`` takes files off its text fields.

    Qt asks the innermost widget first, so a window cannot refuse for its fields; it can look before Qt asks anybody.
    """

    def __init__(self, window: QWidget, dropped: Callable[[QDropEvent], None]) -> None:
        super().__init__(window)
        self._window = window
        self._dropped = dropped
        if (handle := window.windowHandle()) is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files over a text field away from it."""
        if event.type() not in _DRAGS:
            return False
        dragged = cast("QDropEvent", event)
        if not _is_text(self._window.childAt(dragged.position().toPoint())) or not local_files(dragged):
            return False
        dragged.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self._dropped(dragged)
        return True


def _is_text(widget: QWidget | None) -> bool:
    """Whether a widget, or what it is a part of, takes text that is dropped on it."""
    parent = None if widget is None else widget.parentWidget()
    return isinstance(widget, QLineEdit) or any(isinstance(one, _TEXTS) for one in (widget, parent))
