"""A small question at the foot of the panel: who, what note, which cause. Never modal; what was typed is kept.

Esc closes it and keeps the text as a draft for the next time the same question is asked of the same rows. A refused
answer leaves it open with one sentence under the field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from weakref import WeakKeyDictionary

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from opsconsole.desktop.choice_box import ChoiceBox
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words


class Entry(StrEnum):
    """How a field of a question is answered."""

    LINE = "line"
    TEXT = "text"  # several lines; Ctrl+Enter accepts
    CHOICE = "choice"  # one of the choices
    SUGGEST = "suggest"  # free words, choices offered


@dataclass(frozen=True, slots=True)
class PromptField:
    """A field: ``choices`` are (value, words); a required field that is empty is refused with ``needed``."""

    key: str
    label: str
    entry: Entry = Entry.LINE
    choices: Sequence[tuple[str, str]] = ()
    required: bool = True
    needed: str = "This is needed."
    value: str = ""


Drafts = dict[str, dict[str, str]]
# Of questions asked outside of a window of the program.
_of_others: WeakKeyDictionary[QWidget, Drafts] = WeakKeyDictionary()


def drafts_of(host: QWidget) -> Drafts:
    """What was typed and not sent in the host's window; the desk drops it when another database is opened."""
    window = host.window()
    desk = getattr(window, "desk", None)
    return _of_others.setdefault(window, {}) if desk is None else desk.drafts


class Prompt(QFrame):
    """Asks for the fields and hands the answers over; one at a time per host widget."""

    accepted = Signal(dict)
    closed = Signal()

    def __init__(
        self, host: QWidget, title: str, fields: Sequence[PromptField], accept: str, *, draft: str = ""
    ) -> None:
        super().__init__(host)
        self._before = QApplication.focusWidget()
        for older in host.findChildren(Prompt):
            if older is not self:
                older.close_with_draft()
        self.setObjectName("card")
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self._fields = tuple(fields)
        self._draft = draft
        self._drafts = drafts_of(host)
        self._editors: dict[str, QWidget] = {}
        self._faults: dict[str, Words] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(Words(title, role="section"))
        kept = self._drafts.get(draft, {})
        for spec in fields:
            column.addWidget(Words(spec.label, role="small"))
            editor = self._editor(spec, kept.get(spec.key, spec.value))
            self._editors[spec.key] = editor
            column.addWidget(editor)
            fault = Words("", tone="bad", wrap=True)
            fault.hide()
            self._faults[spec.key] = fault
            column.addWidget(fault)
        column.addSpacing(4)
        column.addLayout(self._buttons(accept))
        host.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        first = next(iter(self._editors.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def answers(self) -> dict[str, str]:
        """What is typed now."""
        return {key: _text_of(editor) for key, editor in self._editors.items()}

    def refuse(self, key: str, words: str) -> None:
        """Leave the question open with a sentence under a field (the first one for an unknown key)."""
        shown = key if key in self._faults else next(iter(self._faults))
        self._faults[shown].set_words(words)
        self._faults[shown].show()
        self._mark(self._editors[shown], invalid=True)
        self._editors[shown].setFocus()
        self._place()

    def finish(self) -> None:
        """Close after the answer was carried out; the draft is dropped."""
        self._drafts.pop(self._draft, None)
        self._leave()

    def close_with_draft(self) -> None:
        """Close and keep what was typed for the next time."""
        if self._draft:
            self._drafts[self._draft] = self.answers()
        self._leave()

    def event(self, event: QEvent) -> bool:
        """Esc is the question's while it has the keyboard, not the window's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Enter accepts, with Ctrl inside several lines."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_with_draft()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the host when it is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _editor(self, spec: PromptField, value: str) -> QWidget:
        editor: QWidget
        if spec.entry == Entry.TEXT:
            editor = QPlainTextEdit(value)
            editor.setFixedHeight(84)
            editor.setTabChangesFocus(True)
        elif spec.entry in (Entry.CHOICE, Entry.SUGGEST):
            editor = self._combo(spec, value)
        else:
            editor = QLineEdit(value)
        editor.setAccessibleName(spec.label)
        return editor

    @staticmethod
    def _combo(spec: PromptField, value: str) -> QComboBox:
        combo = ChoiceBox()
        combo.setEditable(spec.entry == Entry.SUGGEST)
        # Enter would add what was typed to the choices, as one without a value.
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for code, words in spec.choices:
            combo.addItem(words, code)
        found = combo.findData(value)
        if found >= 0:
            combo.setCurrentIndex(found)
        elif spec.entry == Entry.SUGGEST:
            combo.setEditText(value)
        return combo

    def _buttons(self, accept: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        several = any(spec.entry == Entry.TEXT for spec in self._fields)
        button = KeyButton(accept, key="Ctrl+Enter" if several else "Enter", style="primary")
        button.clicked.connect(self._accept)
        cancel = KeyButton("Cancel", key="Esc")
        cancel.clicked.connect(self.close_with_draft)
        row.addWidget(button)
        row.addWidget(cancel)
        row.addStretch(1)
        return row

    def _accept(self) -> None:
        answers = self.answers()
        for spec in self._fields:
            self._faults[spec.key].hide()
            self._mark(self._editors[spec.key], invalid=False)
        for spec in self._fields:
            if spec.required and not answers[spec.key].strip():
                self.refuse(spec.key, spec.needed)
                return
        self.accepted.emit(answers)

    def _place(self) -> None:
        host = self.parentWidget()
        layout = self.layout()
        if host is not None and layout is not None:
            width = host.width()
            height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else 0
            height = max(height, self.sizeHint().height())
            self.setGeometry(0, max(0, host.height() - height), width, height)

    @staticmethod
    def _mark(editor: QWidget, *, invalid: bool) -> None:
        editor.setProperty("invalid", invalid)
        editor.style().unpolish(editor)
        editor.style().polish(editor)

    def _leave(self) -> None:
        host = self.parentWidget()
        if host is not None:
            host.removeEventFilter(self)
        # Back to where the question came from, so that the next letter acts there.
        if self._before is not None and shiboken6.isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.setParent(None)
        self.deleteLater()
        self.closed.emit()


def _text_of(editor: QWidget) -> str:
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText().strip()
    if isinstance(editor, QComboBox):
        if editor.isEditable():
            typed = editor.currentText().strip()
            index = editor.findText(typed)
            return str(editor.itemData(index)) if index >= 0 else typed
        return str(editor.currentData() or "")
    return editor.text().strip() if isinstance(editor, QLineEdit) else ""


def ask(
    host: QWidget,
    title: str,
    fields: Sequence[PromptField],
    accept: str,
    on_accept: Callable[[Mapping[str, str], Prompt], None],
    *,
    draft: str = "",
) -> Prompt:
    """Ask at the foot of ``host``; ``on_accept`` gets the answers and the prompt, which it finishes or refuses."""
    prompt = Prompt(host, title, fields, accept, draft=draft)
    prompt.accepted.connect(lambda answers: on_accept(answers, prompt))
    return prompt
