"""A drop-down that changes only when somebody chooses in its list: the wheel scrolls the page, keys open the list."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter

_THROUGH = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_PLAIN = frozenset({Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier})


class ChoiceBox(QComboBox):
    """As QComboBox; there a turn of the wheel over it, or one press of an arrow key, already is a choice.

    Clicking into one that takes typing selects what stands there, so that typing replaces it.
    """

    _clicked_into = False

    def setEditable(self, editable: bool) -> None:
        """As QComboBox, and watch the line that is typed in."""
        super().setEditable(editable)
        if (edit := self.lineEdit()) is not None:
            edit.installEventFilter(self)

    def make_searchable(self) -> None:
        """Let words be typed of which the list then shows the choices that hold them; other words are no choice."""
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setMaxVisibleItems(12)
        completer.popup().setObjectName("completions")
        self.setCompleter(completer)
        edit = self.lineEdit()
        assert edit is not None

        def settle() -> None:
            if self.findText(edit.text(), Qt.MatchFlag.MatchFixedString) < 0:
                self.setEditText(self.itemText(self.currentIndex()))

        edit.editingFinished.connect(settle)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select all at the click that brings the keyboard here; a searchable one shows all of its choices."""
        edit = self.lineEdit()
        if watched is edit and edit is not None:
            if event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
                self._clicked_into = event.reason() == Qt.FocusReason.MouseFocusReason
            elif event.type() == QEvent.Type.MouseButtonRelease and self._clicked_into:
                self._clicked_into = False
                if not edit.hasSelectedText():
                    edit.selectAll()
                    self._show_all_choices()
        return super().eventFilter(watched, event)

    def _show_all_choices(self) -> None:
        completer = self.completer()
        if completer is not None and completer.completionMode() == QCompleter.CompletionMode.PopupCompletion:
            completer.setCompletionPrefix("")
            completer.complete()

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
