"""What is said of a file: which field a column fills, answers, kinds of records, constants, what holds for all."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.mapping_editor import listings, work
from opsconsole.domain.file_mapping import FieldUse, Question, answered

if TYPE_CHECKING:
    from opsconsole.desktop.mapping_editor.editor import MappingEditor


class Edits:
    """Changes the draft of an editor; what needs the file is read in a worker."""

    def __init__(self, editor: "MappingEditor") -> None:
        self._editor = editor

    def choose_field(self, row: str, target: str) -> None:
        """Let the column of a row fill another field, or none."""
        column, record, key = listings.parsed_id(row)
        before = (record, key)
        if not target:
            self._editor.change(self._editor.state.draft.without_use(*before))
            return
        number, _, field = target.partition(".")
        if not column:
            old = self._editor.state.draft.use(record, key)
            if old is not None:
                self._use(before, replace(old, record=int(number), field=field), [])
            return
        self._editor.run(
            work.read_as(self._editor.state, int(number), field, column),
            lambda found: self._use(before, *found),
            kind="read",
            text="Reading the column",
        )

    def _use(self, before: tuple[int, str], use: FieldUse, asked: list[Question]) -> None:
        others = [one for one in self._editor.state.questions if (one.record, one.field) != (use.record, use.field)]
        draft = self._editor.state.draft.without_use(*before)
        self._editor.change(draft.with_use(use), [*others, *asked], page=False)
        self._editor.parts.columns.select(listings.row_id(use.column, use))
        self._editor.show_row()
        if asked:
            self._editor.parts.show_page("questions")
            self._editor.parts.questions.focus_first()
        else:
            self._editor.parts.column.focus_first()

    def answer(self, question: Question, value: str) -> None:
        """Take the answer to a question."""
        if value:
            rest = [one for one in self._editor.state.questions if one != question]
            self._editor.change(answered(self._editor.state.draft, question, value), rest)
            parts = self._editor.parts
            if not parts.questions.focus_first():
                parts.columns.grid.setFocus()  # else the keyboard would leave the editor

    def add_kind(self, kind: str) -> None:
        """Say what the rows are, or are besides; what was said so far stays."""
        if not kind:
            return
        if self._editor.state.file is None:
            self._editor.change(self._editor.state.draft.with_record(kind))
            return
        run = work.with_kind(self._editor.state, kind)
        self._editor.run(run, self._add_record, kind="kinds", text="Proposing")

    def _add_record(self, found: Any) -> None:
        """The proposal for one more kind as a further record of the draft."""
        state = self._editor.state
        at = len(state.draft.records)
        new = found.draft
        file = {key: value for key, value in new.file.items() if key not in state.draft.file}
        draft = replace(
            state.draft.with_file(**file),
            records=(*state.draft.records, *new.records),
            uses=(*state.draft.uses, *(replace(use, record=at) for use in new.uses)),
        )
        state.notes = list(dict.fromkeys([*state.notes, *found.notes]))
        self._editor.change(draft, [*state.questions, *(replace(one, record=at) for one in found.questions)])

    def set_value(self, key: str, value: str) -> None:
        """Say what holds for the whole file."""
        own: dict[str, Any] = {key: value}
        draft = self._editor.state.draft
        self._editor.change(replace(draft, **own) if hasattr(draft, key) else draft.with_file(**own), page=False)

    def fill_constant(self, target: str) -> None:
        """Fill a field with the same value in every row; the value is asked on its page."""
        if target:
            number, _, field = target.partition(".")
            info = self._editor.state.info(int(number), field)
            value = info.codes[0][0] if info is not None and info.codes else ""
            use = FieldUse(int(number), field, {"const": value}, "you said so")
            self._editor.change(self._editor.state.draft.with_use(use), page=False)
            self._editor.parts.columns.select(listings.row_id("", use))
            self._editor.parts.show_page("column")
            self._editor.show_row()
