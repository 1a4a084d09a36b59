"""Buttons that open a menu of choices under themselves."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from opsconsole.desktop.keycaps import KeyButton


class ChoiceButton(KeyButton):
    """``Owner: any ⌄``: shows the chosen words, ``chosen(value)`` when another is picked.

    ``make_menu`` may give another menu than that of the choices.
    """

    chosen = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None, *, strong: bool = False) -> None:
        super().__init__(label, menu_caret=True, parent=parent)
        self._label = label
        self._strong = strong
        self._choices: list[tuple[str, str]] = []
        self._current = ""
        self.make_menu: Callable[[], QMenu] = self._choices_menu
        self.clicked.connect(self.open_menu)

    @property
    def current(self) -> str:
        """Chosen value."""
        return self._current

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer pairs of value and words; a chosen value that is gone gives way to the first."""
        self._choices = list(choices)
        if self._choices and not any(value == self._current for value, _ in self._choices):
            self._current = self._choices[0][0]
        self._show_words()

    def choose(self, value: str) -> None:
        """Choose without a signal; an unknown value is ignored."""
        if any(value == known for known, _ in self._choices):
            self._current = value
            self._show_words()

    def choose_first(self) -> None:
        """Choose the default without a signal."""
        if self._choices:
            self.choose(self._choices[0][0])

    def open_menu(self) -> None:
        """Open the menu under the button, its chosen entry under the keyboard."""
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
        usable = [action for action in menu.actions() if not action.isSeparator()]
        if usable:
            menu.setActiveAction(next((action for action in usable if action.isChecked()), usable[0]))

    def _choices_menu(self) -> QMenu:
        menu = QMenu(self)
        for value, words in self._choices:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value == self._current)
            action.triggered.connect(lambda checked=False, value=value: self._pick(value))
        return menu

    def _pick(self, value: str) -> None:
        if value != self._current:
            self.choose(value)
            self.chosen.emit(value)

    def _show_words(self) -> None:
        words = next((words for value, words in self._choices if value == self._current), "")
        if self._strong:
            self.set_label(f"{self._label}:" if self._label else "")
            self.set_value(words)
        else:
            self.set_label(f"{self._label}: {words}" if self._label else words)
