"""Small parts of the editor's pages: a scrolling page, fields under their labels, choices that can be searched."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from opsconsole.desktop.choice_box import ChoiceBox
from opsconsole.desktop.words import Words

Pairs = Sequence[tuple[str, str]]


class Page(QScrollArea):
    """A page of fields that scrolls; ``restart`` empties it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.column = self.restart()

    def restart(self) -> QVBoxLayout:
        """An empty page; the old fields go."""
        self._box = box = QWidget()
        box.setProperty("surface", "panel")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(box)
        self.column.setContentsMargins(16, 12, 16, 16)
        self.column.setSpacing(4)
        # The old fields may be those that asked for this: they go once their signals are over.
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.setWidget(box)
        return self.column

    def focus_first(self) -> bool:
        """Put the keyboard on the first field, its words selected; false when there is none."""
        fields = (one for one in self._box.findChildren(QWidget) if isinstance(one, QComboBox | QLineEdit))
        first = next((one for one in fields if one.isEnabled()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
            edit = first.lineEdit() if isinstance(first, QComboBox) else first
            if edit is not None:
                edit.selectAll()
        return first is not None

    def add_title(self, words: str, note: str = "") -> None:
        """A title, with a muted note under it."""
        if self.column.count():
            self.column.addSpacing(12)
        self.column.addWidget(Words(words, role="section", wrap=True))
        if note:
            self.add_note(note)

    def add_note(self, words: str, tone: str = "") -> Words:
        """A small sentence."""
        note = Words(words, role="small", tone=tone, wrap=True)
        self.column.addWidget(note)
        return note

    def add(self, label: str, field: QWidget, tip: str = "") -> QWidget:
        """A field under its label."""
        self.column.addSpacing(4)
        self.column.addWidget(Words(label, role="small"))
        field.setAccessibleName(label)
        if tip:
            field.setToolTip(tip)
        self.column.addWidget(field)
        return field


def choice(pairs: Pairs, current: str, chosen: Callable[[str], None], *, search: bool = False) -> QComboBox:
    """A drop-down of (value, words); ``chosen`` when the user picks another. With ``search`` words can be typed."""
    combo = ChoiceBox()
    for value, words in pairs:
        combo.addItem(words, value)
    if search:
        combo.make_searchable()
    at = combo.findData(current)
    combo.setCurrentIndex(at)
    combo.setMinimumContentsLength(12)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    told = [current]

    def picked(index: int) -> None:
        value = str(combo.itemData(index) or "")
        if value != told[0]:
            told[0] = value
            chosen(value)

    combo.activated.connect(picked)
    return combo


def free_choice(pairs: Pairs, current: str, chosen: Callable[[str], None], hint: str = "") -> QComboBox:
    """A drop-down in which anything may be typed, too; words of a choice stand for its value."""
    combo = ChoiceBox()
    combo.setEditable(True)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    for value, words in pairs:
        combo.addItem(words, value)
    edit = combo.lineEdit()
    assert edit is not None
    edit.setPlaceholderText(hint)
    at = combo.findData(current)
    combo.setCurrentIndex(at)
    combo.setEditText(combo.itemText(at) if at >= 0 else current)
    combo.setMinimumContentsLength(12)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    told = [current]

    def settled() -> None:
        typed = edit.text().strip()
        at = combo.findText(typed, Qt.MatchFlag.MatchFixedString)
        value = str(combo.itemData(at)) if at >= 0 else typed
        if value != told[0]:
            told[0] = value
            chosen(value)

    edit.editingFinished.connect(settled)
    combo.activated.connect(lambda index: settled())
    return combo


def line(current: str, chosen: Callable[[str], None], hint: str = "") -> QLineEdit:
    """A line of text; ``chosen`` when it was changed and left."""
    edit = QLineEdit(current)
    edit.setPlaceholderText(hint)
    told = [current]

    def settled() -> None:
        if edit.text() != told[0]:
            told[0] = edit.text()
            chosen(edit.text())

    edit.editingFinished.connect(settled)
    return edit
