"""A form of fields: a label over each, what is wrong with it under it; nothing typed is lost when something is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from opsconsole.desktop.choice_box import ChoiceBox
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words
from opsconsole.domain.errors import UserError

Pairs = Sequence[tuple[str, str]]


class FieldsForm(QDialog):
    """Fields by key in ``fields``; ``foot`` says what a test found; ``others`` are buttons beside Save, by words."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields: dict[str, Any] = {}
        self._faults: dict[str, Words] = {}
        self.others: dict[str, KeyButton] = {}
        self.foot = Words("", role="small", wrap=True)
        self.foot.hide()
        self._shown: dict[str, Any] = {}
        self._warned = False

    def showEvent(self, event: QShowEvent) -> None:
        """Remember what stands in the fields, to know what was typed since."""
        super().showEvent(event)
        self._shown = self._values()

    @property
    def typed(self) -> bool:
        """Whether anything was typed or chosen since the form was opened."""
        return self.isVisible() and self._values() != self._shown

    def _values(self) -> dict[str, Any]:
        return {
            key: field.isChecked() if isinstance(field, QCheckBox) else self.text(key)
            for key, field in self.fields.items()
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc drops what was typed only when it is pressed again."""
        if event.key() == Qt.Key.Key_Escape and self.typed and not self._warned:
            self._warned = True
            self.say("This is not saved: press Esc again to drop it.", "warn")
            return
        super().keyPressEvent(event)

    def add(self, column: QVBoxLayout, key: str, label: str, field: QWidget) -> Any:
        """Put a field under its label; returns the field."""
        field.setAccessibleName(label)
        fault = Words("", tone="bad", role="small", wrap=True)
        fault.hide()
        self.fields[key], self._faults[key] = field, fault
        if not isinstance(field, QCheckBox):
            column.addWidget(Words(label, role="small"))
        column.addWidget(field)
        column.addWidget(fault)
        return field

    def line(self, column: QVBoxLayout, key: str, label: str, text: str, hint: str = "") -> QLineEdit:
        """A line of text."""
        field = QLineEdit(text)
        field.setPlaceholderText(hint)
        self.add(column, key, label, field)
        return field

    def choice(
        self, column: QVBoxLayout, key: str, label: str, pairs: Pairs, chosen: str, *, free: bool = False
    ) -> Any:
        """One of some pairs of key and words; ``free``: or what is typed. What is unknown now stays as it was."""
        field = ChoiceBox()
        known = dict(pairs)
        for value, words in [*pairs, *([(chosen, chosen)] if chosen and chosen not in known and not free else [])]:
            field.addItem(words, value)
        if free:
            field.setEditable(True)
            field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            field.setEditText(chosen)
            editor = field.lineEdit()
            if editor is not None:
                editor.setPlaceholderText("As its rows say")
        else:
            field.setCurrentIndex(max(0, field.findData(chosen)))
        return self.add(column, key, label, field)

    def text(self, key: str) -> str:
        """What a field says: a choice's key, typed words without blanks around."""
        field = self.fields[key]
        if isinstance(field, QPlainTextEdit):
            return field.toPlainText().strip()
        if isinstance(field, QComboBox):
            typed = field.currentText().strip()
            at = field.findText(typed)
            return str(field.itemData(at) or "") if at >= 0 else typed if field.isEditable() else ""
        return str(field.text()).strip() if isinstance(field, QLineEdit) else ""

    def ticked(self, key: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.fields[key].isChecked())

    def number(self, key: str, found: dict[str, str], empty: int | None) -> int | None:
        """A whole number; what is none is put into ``found``."""
        text = self.text(key)
        if not text:
            return empty
        if not text.lstrip("-").isdigit():
            found[key] = "Write a whole number."
            return empty
        return int(text)

    def show_problems(self, found: Mapping[str, str]) -> None:
        """Say under each field what is wrong with it; what belongs to no field stands under the first one."""
        first_key = next(iter(self._faults))
        told: dict[str, str] = {}
        if found:
            self.say("")  # an answer to what was typed before says nothing of this
        for key, words in found.items():
            told.setdefault(key if key in self._faults else first_key, words)
        for key, fault in self._faults.items():
            fault.set_words(told.get(key, ""))
            fault.setVisible(key in told)
            field = self.fields[key]
            field.setProperty("invalid", key in told)
            field.style().unpolish(field)
            field.style().polish(field)
        self.fit()
        first = next((self.fields[key] for key in self._faults if key in told), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def field_of(self, error: UserError) -> str:
        """The field that what a service refused is about; the first one where it is about none."""
        key = getattr(error, "field", "")
        return key if key in self._faults else next(iter(self._faults))

    def say(self, words: str, tone: str = "") -> None:
        """Say at the foot what was found or is being done."""
        self.foot.set_tone(tone)
        self.foot.set_words(words)
        self.foot.setVisible(bool(words))
        self.fit()

    def fit(self) -> None:
        """As high as the sentences need."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.sizeHint().height(), layout.totalHeightForWidth(self.width())))

    def buttons(self, *others: tuple[str, str, Callable[[], None]]) -> QHBoxLayout:
        """Save, others (words, tooltip, what they do) and Cancel."""
        row = QHBoxLayout()
        row.setSpacing(8)
        save = KeyButton("Save", key="Ctrl+Enter", style="primary")
        save.clicked.connect(lambda: self.save())
        save.setShortcut("Ctrl+Return")
        row.addWidget(save)
        for words, tip, run in others:
            button = self.others[words] = KeyButton(words)
            button.setToolTip(tip)
            button.clicked.connect(lambda checked=False, run=run: run())
            row.addWidget(button)
        cancel = KeyButton("Cancel", key="Esc")
        cancel.clicked.connect(self.reject)
        row.addWidget(cancel)
        row.addStretch(1)
        return row

    def save(self) -> None:
        """Hand over what is typed, if nothing is wrong with it."""
        raise NotImplementedError


def column_of(title: str = "") -> QVBoxLayout:
    """A column of fields under a title."""
    column = QVBoxLayout()
    column.setSpacing(4)
    if title:
        column.addWidget(Words(title, role="section"))
    return column


def side_by_side(*columns: QVBoxLayout) -> QHBoxLayout:
    """Columns beside one another."""
    row = QHBoxLayout()
    row.setSpacing(12)
    for column in columns:
        row.addLayout(column, 1)
        row.setAlignment(column, Qt.AlignmentFlag.AlignTop)  # one may grow by a fault
    return row
