"""The editor on one screen: the file's columns left, what is said of them right, what comes of it below."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from opsconsole.desktop.mapping_editor import kept, listings, work
from opsconsole.desktop.mapping_editor.edits import Edits
from opsconsole.desktop.mapping_editor.layout import Layout
from opsconsole.desktop.mapping_editor.state import State
from opsconsole.domain.file_mapping import Question, as_content

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

_LOOK_AFTER_MS = 350
KIND = "mapping"


class MappingEditor(QWidget):
    """Makes one mapping. ``closed``; ``saved(change, path)``: it is kept, and ``path``, if any, is to be imported."""

    closed = Signal()
    saved = Signal(object, str)

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = tab
        self.state = State()
        self.edits = Edits(self)
        self.parts = Layout(self, tab.desk)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)
        self._connect()

    # --- beginning and ending -----------------------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """Under which the draft is kept: the file, or the mapping that is edited."""
        replaced = self.state.replaces
        return self.state.path or (f"mapping:{replaced.id or replaced.key}" if replaced is not None else "")

    def begin(self, path: str, *, content: Any = None, replaces: Any = None, fresh: bool = False) -> None:
        """Make a mapping for a file, or edit one (``content``, ``replaces``), going on where it was left."""
        workspace = self._tab.desk.workspace
        if workspace is None:
            return
        name = path or (f"mapping:{replaces.id or replaces.key}" if replaces is not None else "")
        draft = None if fresh else kept.read(self._tab.desk.cache_folder, name)
        options = dict(draft.get("options", {})) if draft is not None else {}
        told = draft["content"] if draft is not None else content
        self._tab.run(
            lambda progress: work.begin(workspace, path, options, told, replaces, progress),
            lambda state: self._begun(state, gone_on=draft is not None),
            kind=KIND,
            text=f"Reading {Path(path).name}" if path else "Reading the mapping",
            failed=self._not_begun,
        )

    def _begun(self, state: State, *, gone_on: bool) -> None:
        self.state = state
        if gone_on:
            self._tab.bar.show_message(
                "warn", "This goes on where the mapping was left.", [self.parts.again(self._start_anew)]
            )
        self.parts.name.setText(state.draft.name)
        self._tab.desk.tasks.in_turns((*self._parts_shown(), self._enter), kind=f"{KIND}.show", owner=self)

    def _enter(self) -> None:
        page = "questions" if self.state.questions else "column"
        self.parts.show_page(page if self.state.draft.records else "file")
        self.parts.columns.select_first()
        self.parts.columns.grid.setFocus()

    def _not_begun(self, error: BaseException) -> None:
        self._tab.report(error)
        self.closed.emit()

    def _start_anew(self) -> None:
        kept.forget(self._tab.desk.cache_folder, self.key)
        content = self.state.replaces.content if self.state.replaces is not None else None
        self.begin(self.state.path, content=content, replaces=self.state.replaces, fresh=True)

    def close_with_draft(self) -> None:
        """Leave; what was done stays as a draft."""
        self._keep()
        self.closed.emit()

    def read_otherwise(self, options: dict[str, Any]) -> None:
        """Read the file with another sheet, header line, encoding or delimiter; propose anew for other columns."""
        if options != self.state.options:
            self._read_again(self.state.path, options)

    def try_on(self, path: str) -> None:
        """Hold the mapping against another file."""
        kept.forget(self._tab.desk.cache_folder, self.key)
        self._read_again(path, {})

    def _read_again(self, path: str, options: dict[str, Any]) -> None:
        workspace, replaces, draft = self._tab.desk.workspace, self.state.replaces, self.state.draft
        if workspace is None:
            return
        again = path == self.state.path
        self._tab.run(
            lambda progress: work.begin(
                workspace, path, options, as_content(draft), replaces, progress, or_propose=again
            ),
            lambda state: self._read_otherwise(state, draft.name),
            kind=KIND,
            text=f"Reading {Path(path).name}",
        )

    def _read_otherwise(self, state: State, name: str) -> None:
        steps = self.state.steps
        self.state = state
        self.state.draft = replace(state.draft, name=name)
        self.state.steps, self.state.changed = steps, True
        self._keep()
        self._show_all()

    # --- what is said -------------------------------------------------------------------------------------------------

    def change(self, draft: Any, questions: list[Question] | None = None, *, page: bool = True) -> None:
        """Take a changed draft; ``page`` False leaves the page as it is, with the keyboard in it."""
        self.state.change(draft, questions)
        self._tab.desk.remember_undo("mapping", self.undo)
        self._keep()
        self._show_all(page=page)

    def undo(self) -> None:
        """Take the last change of the draft back."""
        if self.state.undo():
            if self.state.steps:
                self._tab.desk.remember_undo("mapping", self.undo)
            self.parts.name.setText(self.state.draft.name)
            self._keep()
            self._show_all()

    def run(self, function: Any, then: Any, *, kind: str, text: str) -> None:
        """Run a function in a worker, with its progress over the editor."""
        self._tab.run(function, then, kind=f"{KIND}.{kind}", text=text)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_all(self, *, page: bool = True) -> None:
        for show in self._parts_shown(page=page):
            show()

    def _parts_shown(self, *, page: bool = True) -> list[Callable[[], None]]:
        """What shows the state, part by part."""
        parts, state = self.parts, self.state
        pages = [self.show_row, lambda: parts.file.set_state(state)] if page else []
        return [
            lambda: parts.show_columns(state),
            lambda: parts.show_head(state),
            *pages,
            lambda: parts.questions.show_questions(state.questions, state.choices, state.notes),
            self._show_outcome,
        ]

    def _show_outcome(self) -> None:
        if self.state.file is not None:
            if self.state.preview is None:
                self.parts.show_preview(self.state)
            self.parts.show_lines(self.state)
            self._timer.start()
        else:
            self.parts.show_preview(self.state)

    def show_row(self) -> None:
        """Show the page of the current row."""
        self.parts.column.show_row(self.state, self.parts.columns.current_id())

    def _look(self) -> None:
        def looked(found: Any) -> None:
            self.state.preview = found
            self.parts.show_preview(self.state)

        workspace = self._tab.desk.workspace
        if workspace is not None and self.state.file is not None:
            self._tab.run(work.look(workspace, self.state), looked, kind=f"{KIND}.look", text="Reading all rows")

    def _keep(self) -> None:
        if self.state.changed and self.key:
            told = {"content": as_content(self.state.draft), "options": self.state.options}
            kept.keep(self._tab.desk.cache_folder, self.key, told)

    # --- saving -------------------------------------------------------------------------------------------------------

    def save(self, *, and_import: bool = False) -> None:
        """Keep the mapping; then import the file, where that is wanted."""
        self.state.draft = replace(self.state.draft, name=self.parts.name.text())
        if not self.parts.may_save(self.state):
            self._tab.bar.show_message("warn", self.parts.why_not(self.state))
            return

        def done(change: Any) -> None:
            kept.forget(self._tab.desk.cache_folder, self.key)
            self.state.changed = False
            self._tab.say_done(f"{change.words}.", work.undo(change))
            self.saved.emit(change, self.state.path if and_import else "")

        run = work.save(self.state.draft, self.state.replaces)
        workspace = self._tab.desk.workspace
        if workspace is not None:
            self._tab.run(lambda progress: run(workspace, progress), done, kind="write", text="Saving")

    def _connect(self) -> None:
        parts = self.parts
        parts.columns.current_changed.connect(lambda row: None if row == parts.column.row else self.show_row())
        parts.columns.grid.clicked.connect(lambda _: parts.show_page("column"))
        parts.columns.activated.connect(lambda _: self._to_field())
        parts.header_chosen = lambda line: self.read_otherwise({**self.state.options, "header_row": line})
        parts.column.field_chosen.connect(self.edits.choose_field)
        parts.column.use_changed.connect(lambda use: self.change(self.state.draft.with_use(use), page=False))
        parts.column.also_asked.connect(
            lambda column: parts.column.show_row(self.state, listings.row_id(column), also=True)
        )
        parts.questions.answered.connect(self.edits.answer)
        parts.file.options_changed.connect(self.read_otherwise)
        parts.file.kind_added.connect(self.edits.add_kind)
        parts.file.kind_removed.connect(lambda number: self.change(self.state.draft.without_record(number)))
        parts.file.value_changed.connect(self.edits.set_value)
        parts.file.rest_changed.connect(lambda number, rest: self.change(self.state.draft.with_rest(number, rest)))
        parts.file.constant_asked.connect(self.edits.fill_constant)
        parts.name.editingFinished.connect(self._named)
        parts.save_button.clicked.connect(lambda: self.save())
        parts.import_button.clicked.connect(lambda: self.save(and_import=True))
        parts.close_button.clicked.connect(self.close_with_draft)

    def _to_field(self) -> None:
        self.parts.show_page("column")
        self.parts.column.focus_first()

    def _named(self) -> None:
        if self.parts.name.text() != self.state.draft.name:
            self.edits.set_value("name", self.parts.name.text())
