"""What the editor works on: the file, the draft with what is open, what it reads, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsconsole.domain.file_mapping import (
    FieldInfo,
    KindInfo,
    MappingDraft,
    Question,
    currency_question,
    lacks_currency,
)
from opsconsole.domain.wording import field_words

if TYPE_CHECKING:
    from opsconsole.services.mapping_editor import FileInHand
    from opsconsole.services.mapping_preview import Preview
    from opsconsole.services.mappings import SavedMapping

_MOST_STEPS = 200


@dataclass(frozen=True)
class Choices:
    """What can be chosen for a whole file: pairs of (value, words); ``currencies`` with why, the likely one first."""

    channels: tuple[tuple[str, str], ...] = ()
    locations: tuple[tuple[str, str], ...] = ()
    time_zone: str = "UTC"
    currencies: tuple[tuple[str, str], ...] = (("USD", "nothing is known yet"),)


@dataclass
class State:
    """One mapping being made. ``path`` is empty while no file is at hand; ``replaces`` what is saved over."""

    path: str = ""
    file: "FileInHand | None" = None
    draft: MappingDraft = field(default_factory=MappingDraft)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    replaces: "SavedMapping | None" = None
    kinds: Mapping[str, KindInfo] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    preview: "Preview | None" = None
    steps: list[tuple[MappingDraft, list[Question]]] = field(default_factory=list)
    changed: bool = False

    def change(self, draft: MappingDraft, questions: list[Question] | None = None) -> None:
        """Take a new draft; the old one can be taken back."""
        if draft == self.draft and questions is None:
            return
        self.steps.append((self.draft, self.questions))
        del self.steps[:-_MOST_STEPS]
        self.draft = draft
        if questions is not None:
            self.questions = questions
        self.settle_questions()
        self.changed = True

    def settle_questions(self) -> None:
        """Drop what is not asked any more; ask for the currency of amounts that have none."""
        self.questions = [one for one in self.questions if self._still_asked(one)]
        asked = currency_question(self.draft, self.kinds, self.choices.currencies)
        if asked is not None and all(one.kind != "currency" for one in self.questions):
            self.questions.insert(0, asked)

    def undo(self) -> bool:
        """Take the last change back; false when there is none."""
        if not self.steps:
            return False
        self.draft, self.questions = self.steps.pop()
        self.changed = True
        return True

    def _still_asked(self, question: Question) -> bool:
        if question.kind == "currency":
            return lacks_currency(self.draft, self.kinds)
        if question.record >= len(self.draft.records):
            return False
        use = self.draft.use(question.record, question.field)
        if question.kind == "const":
            return use is None
        return use is not None and use.column == question.about

    def columns(self) -> list[str]:
        """Columns of the file, else those that the mapping was made for or reads."""
        if self.file is not None:
            return [name for name in self.file.names if name]
        told = [str(name) for name in self.draft.file.get("header", ()) if name]
        return told or list(dict.fromkeys(use.column for use in self.draft.uses if use.column))

    def info(self, record: int, key: str) -> FieldInfo | None:
        """What is known of a field of a record."""
        if record >= len(self.draft.records):
            return None
        kind = self.kinds.get(self.draft.records[record].kind)
        return next((one for one in kind.fields if one.key == key), None) if kind is not None else None

    def label(self, record: int) -> str:
        """Words for a record: ``Orders``; ``Freight charges (2)`` where a kind stands there twice."""
        kind = self.draft.records[record].kind
        label = self.kinds[kind].label if kind in self.kinds else kind
        same = [number for number, one in enumerate(self.draft.records) if one.kind == kind]
        return label if len(same) < 2 else f"{label} ({same.index(record) + 1})"

    def field_words(self, record: int, key: str) -> str:
        """Words for a field: ``Order id``; with the record's where there are several."""
        info = self.info(record, key)
        label = info.label if info is not None else field_words(key)
        return label if len(self.draft.records) < 2 else f"{self.label(record)}: {lowered(label)}"


def lowered(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it is an abbreviation (SKU)."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
