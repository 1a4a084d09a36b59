"""What stands where rows would be: what is true, why nothing is shown, the one next step as a button."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import isolated

_WIDEST = 560


class EmptyState(QWidget):
    """Title, one sentence and up to two buttons in the middle of the list; never a bare "No data"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel()
        self._title.setProperty("role", "section")
        self._words = QLabel()
        self._words.setProperty("role", "muted")
        self._words.setWordWrap(True)
        self._words.setMaximumWidth(_WIDEST)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._words, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(row)
        layout.addStretch(3)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def take_focus(self) -> None:
        """Put the keyboard on the first button."""
        item = self._buttons.itemAt(0)
        button = item.widget() if item is not None else None
        if button is not None:
            button.show()  # else a layout shows it in the next turn, and it cannot hold the keyboard before
            button.setFocus()

    def fill(self, title: str, words: str, buttons: Sequence[tuple[str, str, Callable[[], None]]] = ()) -> None:
        """Show title, words and buttons of (label, key, what it does); the first is primary."""
        self._title.setText(isolated(title))
        self._words.setText(isolated(words))
        width = min(_WIDEST, self._words.fontMetrics().horizontalAdvance(words) + 8)
        self._words.setMinimumWidth(width)
        # Told to be in the middle, a label that wraps gets the height of one line.
        self._words.setMinimumHeight(self._words.heightForWidth(width) if words else 0)
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, (label, key, run) in enumerate(buttons):
            button = KeyButton(label, key=key, style="secondary" if number else "primary")
            button.clicked.connect(lambda checked=False, run=run: run())
            self._buttons.addWidget(button)
