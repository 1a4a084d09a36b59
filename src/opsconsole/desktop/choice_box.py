"""A drop-down that changes only when somebody chooses in its list: the wheel scrolls the page, keys open the list."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QCompleter, QLineEdit

_THROUGH = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_PLAIN = frozenset({Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier})
_BESIDE = 14  # border and scroll bar of the list


class ChoiceBox(QComboBox):
    """As QComboBox; there a turn of the wheel over it, or one press of an arrow key, already is a choice.

    Clicking into one that takes typing selects what stands there, so that typing replaces it.
    """

    _clicked_into = False
    _completions: QAbstractItemView | None = None  # the choices that hold what is typed, where it searches

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
        popup = completer.popup()
        assert popup is not None
        popup.setObjectName("completions")
        self._completions = popup
        self.setCompleter(completer)
        # After the completer's own filter, so that this one is asked first.
        popup.installEventFilter(self)
        edit = self.lineEdit()
        assert edit is not None

        def settle() -> None:
            if self.findText(edit.text(), Qt.MatchFlag.MatchFixedString) < 0:
                self.setEditText(self.itemText(self.currentIndex()))

        edit.editingFinished.connect(settle)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether a click brings the keyboard; the line has its focus by this widget."""
        self._clicked_into = event.reason() == Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select all at the click that brings the keyboard here; Escape first takes back what was typed."""
        edit = self.lineEdit()
        if edit is None:
            return super().eventFilter(watched, event)
        kind = event.type()
        if watched is edit and kind == QEvent.Type.MouseButtonRelease and self._clicked_into:
            self._clicked_into = False
            if not edit.hasSelectedText():
                edit.selectAll()
                self._show_all_choices()
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self._has_unsettled_words():
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()  # else Escape closes what this stands in
                return True
            if kind == QEvent.Type.KeyPress:
                self._take_back(edit)
                return True
        return super().eventFilter(watched, event)

    def _has_unsettled_words(self) -> bool:
        popup = self._completions
        return popup is not None and (popup.isVisible() or self.currentText() != self.itemText(self.currentIndex()))

    def _take_back(self, edit: QLineEdit) -> None:
        if self._completions is not None:
            self._completions.hide()
        edit.setText(self.itemText(self.currentIndex()))
        edit.selectAll()

    def _show_all_choices(self) -> None:
        completer = self.completer()
        if self._completions is not None and completer is not None:
            completer.setCompletionPrefix("")
            completer.complete()

    def showPopup(self) -> None:
        """As QComboBox, as wide as the longest choice."""
        view = self.view()
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + _BESIDE))
        super().showPopup()

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
