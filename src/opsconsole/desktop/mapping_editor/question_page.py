"""The page of what only a person knows: ambiguous dates, words of status, units, constants; each with its choices."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from opsconsole.desktop.mapping_editor import parts
from opsconsole.desktop.mapping_editor.state import Choices
from opsconsole.domain.file_mapping import Question

_TITLES = {
    "date": "Dates that can be read in several ways",
    "decimal": "Numbers that can be read in two ways",
    "unit": "A weight without a unit",
    "currency": "Amounts without a currency",
    "status": "Words that are not known",
    "const": "The same in every row",
}


class QuestionPage(parts.Page):
    """``answered(question, value)`` when a choice was made."""

    answered = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("To answer", parent)
        self.editors: list[QComboBox] = []

    def show_questions(self, questions: Sequence[Question], choices: Choices, notes: Sequence[str]) -> None:
        """All that is open, and what should be known besides."""
        self.restart()
        self.editors = []
        if not questions:
            self.add_title("Nothing is open", "Everything that the file does not prove by itself has been said.")
        before = ""
        for question in questions:
            if question.kind != before:
                self.add_title(_TITLES.get(question.kind, "To answer"))
            before = question.kind
            self._add_question(question, choices)
        if notes:
            self.add_title("Noted")
            for note in notes:
                self.add_note(note)
        self.column.addStretch(1)

    def _add_question(self, question: Question, choices: Choices) -> None:
        def chosen(value: str) -> None:
            self.answered.emit(question, value)

        options = question.options
        if question.kind == "const":
            if question.field == "location":
                options = choices.locations
            editor = parts.free_choice(options, "", chosen, "Choose or write")
        elif question.kind == "currency":
            editor = parts.free_choice(options, "", chosen, "Choose, or write a code of three letters")
        else:
            editor = parts.choice([("", "Choose"), *options], "", chosen)
        self.add(question.words, editor)
        label = self.column.itemAt(self.column.count() - 2)
        words = label.widget() if label is not None else None
        if words is not None and hasattr(words, "setWordWrap"):
            words.setWordWrap(True)
        self.editors.append(editor)
