"""A drop-down that changes only when somebody chooses in its list: the wheel scrolls the page, keys open the list."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox

_THROUGH = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_PLAIN = frozenset({Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier})


class ChoiceBox(QComboBox):
    """As QComboBox; there a turn of the wheel over it, or one press of an arrow key, already is a choice."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list with the keys that would choose without it."""
        typed = event.text().isprintable() and bool(event.text().strip()) and not self.isEditable()
        if event.modifiers() in _PLAIN and (typed or event.key() in _THROUGH):
            self.showPopup()
            return
        super().keyPressEvent(event)
