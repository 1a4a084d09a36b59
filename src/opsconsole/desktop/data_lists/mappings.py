"""Mappings: what files of other systems mean, saved under names; and the editor that makes them."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.mapping_actions import TOUCHED, MappingActions, offer_draft
from opsconsole.desktop.files import FILE_FILTER
from opsconsole.desktop.mapping_editor import kept
from opsconsole.desktop.mapping_editor.editor import MappingEditor
from opsconsole.desktop.pages.mapping_page import MappingPage, draft_of, mapping_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.settings import LAST_FOLDER, PANEL_OPEN
from opsconsole.desktop.tab_content import Request, TabAction, TabCommand, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


def _state_tone(state: Any) -> str:
    return {"broken": "bad", "ready": "good"}.get(str(state), "text_muted")


class MappingsList(DataList):
    """Every saved mapping; the editor takes the list's place."""

    key = "mappings"
    acts_on_page = True
    search_hint = "Mapping, channel"
    noun = ("mapping", "mappings")
    subjects = frozenset({"mappings", "imports"})
    tones = {"state": _state_tone}

    def __init__(self, desk: Desk) -> None:
        self.editor: MappingEditor | None = None
        self._page: MappingPage | None = None
        self._offered = False
        super().__init__(desk)
        self.deeds = MappingActions(self)
        self.add_button("Map a file", self.choose_file, key="M", icon="plus", tip="Say what the columns of a file mean")
        self.add_button(
            "Take in", self.deeds.choose_to_take_in, key="T", tip="Take in a mapping that somebody shared (.toml)"
        )
        self.list.empty_words = lambda: self.empty_or(
            "No mapping yet",
            "A file that is not recognized is mapped once; others like it are then read by themselves.",
        )
        self.list.next_step = lambda: ("Map a file", "", self.choose_file)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every saved mapping."""
        from opsconsole.services import mappings

        listing = mappings.list_mappings(workspace.database, request.now)
        return list_content(workspace, request, listing, "mapping")

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> MappingPage:
        """A mapping, and the files that were read with it."""
        from opsconsole.services import mapping_editor, mappings

        one = mappings.find_mapping(workspace.database, identity)
        labels = {kind.key: kind.label for kind in mapping_editor.record_kinds()}
        files = mappings.files_read_with(workspace.database, one, now)
        return MappingPage(
            one, one.name, one.text, one.place, one.path, one.fault, one.deleted_at is not None, one.changed_by,
            one.changed_at, draft_of(one.content), labels, files, workspace.time_zone,
        )  # fmt: skip

    def build_panel(self, identity: Any, detail: MappingPage) -> PanelContent:
        """Panel of one mapping."""
        self._page = detail
        return mapping_panel(detail, self.desk.formats(self.request.now), lambda batch: self.desk.show("data", batch))

    def commands(self) -> tuple[TabCommand, ...]:
        """What begins a mapping."""
        return (
            *super().commands(),
            TabCommand("Map a file", self.choose_file, ("M",)),
            TabCommand("Take in a mapping", lambda: self.deeds.choose_to_take_in(), ("T",)),
        )

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Lead back, once, to what was begun and not saved."""
        super().show_content(content, arranger)
        drafts = (
            [] if self._offered else [name for name in kept.read_all(self.desk.cache_folder) if Path(name).is_file()]
        )
        self._offered = True
        if drafts and self.editor is None and not self.bar.text:
            path = Path(drafts[-1])
            offer_draft(self, path.name, lambda: self.map_file(path))

    def make_place(self, body: QWidget) -> QWidget:
        """The list or the editor."""
        self._stack = QStackedWidget(body)
        return self._stack

    def make_body(self) -> QWidget:
        """Message bar over the list, or over the editor."""
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.chips.hide()
        return self.body

    def row_actions(self) -> tuple[TabAction, ...]:
        """Edit first; what is rarer stands behind the three dots."""
        return (
            TabAction("edit", "Edit", lambda ids: self._with(self.edit), "E", primary=True, enabled=self._can_edit,
                      why_not="Only what can be read can be edited here: take it back, or mend its text"),
            TabAction("rename", "Rename", lambda ids: self._with(self.deeds.rename), "R", enabled=self._is_own,
                      why_not="A file on this computer is changed there; make a copy"),
            TabAction("delete", "Delete", lambda ids: self._with(self.deeds.delete), "Del", enabled=self._is_own,
                      why_not="A file on this computer is deleted there"),
            TabAction("copy", "Make a copy", lambda ids: self._with(self.deeds.copy), in_menu=True),
            TabAction("share", "Save as a file", lambda ids: self._with(self.deeds.share), in_menu=True),
            TabAction("restore", "Take back", lambda ids: self._with(self.deeds.restore), in_menu=True,
                      enabled=lambda ids: self._page is not None and self._page.deleted, why_not="It is not deleted"),
        )  # fmt: skip

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """Map a file or take a mapping in that another part of the window hands over; else as every tab."""
        file, shared = options.pop("map_file", ""), options.pop("take_in", "")
        super().reveal(identity, options)
        if file:
            self.map_file(Path(file))
        elif shared:
            if self.editor is not None:
                self.editor.close_with_draft()
            self.deeds.take_in(Path(shared))

    # --- the editor ---------------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Ask for a file, then map it."""
        name = self._ask_file("Choose a file to map")
        if name:
            self.map_file(Path(name))

    def map_file(self, path: Path) -> None:
        """Say what the columns of a file mean."""
        self._open_editor().begin(str(path))

    def edit(self, one: Any, path: str = "") -> None:
        """Change a saved mapping; one that is a file is saved as a copy in the database."""
        self._open_editor().begin(path, content=one.content, replaces=one)

    def escape(self) -> None:
        """Esc: out of the editor first; its draft stays."""
        if self.editor is not None and not self.bar.cancel_task():
            self.editor.close_with_draft()
        elif self.editor is None:
            super().escape()

    def regions(self) -> list[QWidget]:
        """The editor has no list and no panel beside it."""
        return [self.head, self.editor] if self.editor is not None else super().regions()

    def _open_editor(self) -> MappingEditor:
        if self.editor is not None:
            self._drop_editor()
        self.bar.clear()  # what it said was about the list
        editor = MappingEditor(self, self._stack)
        editor.closed.connect(self._closed)
        editor.saved.connect(self._saved)
        editor.parts.file_button.clicked.connect(self._try_on_file)
        self.editor = editor
        self._stack.addWidget(editor)
        self._stack.setCurrentWidget(editor)
        self.panel.hide()
        return editor

    def _try_on_file(self) -> None:
        editor = self.editor
        name = self._ask_file("Try the mapping on a file") if editor is not None else ""
        if editor is not None and name:
            editor.try_on(name)

    def _ask_file(self, title: str) -> str:
        folder = self.desk.settings.get(LAST_FOLDER) or str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, title, folder, FILE_FILTER)
        if name:
            self.desk.settings.set(LAST_FOLDER, str(Path(name).parent))
        return name

    def _closed(self) -> None:
        editor = self.editor
        if editor is None:
            return
        path, replaces, key = editor.state.path, editor.state.replaces, editor.key
        self._drop_editor()
        if key and kept.read(self.desk.cache_folder, key) is not None:
            name = Path(path).name if path else f"“{replaces.name}”" if replaces is not None else "it"
            go_on = (lambda: self.edit(replaces, path)) if replaces is not None else (lambda: self.map_file(Path(path)))
            offer_draft(self, name, go_on)

    def _saved(self, change: Any, path: str) -> None:
        self._drop_editor()
        self.desk.touched(TOUCHED)
        self.reveal(str(change.ids[0]), {})
        if path:
            self.desk.show("data", None, {"files": path})

    def _drop_editor(self) -> None:
        editor, self.editor = self.editor, None
        if editor is not None:
            self.desk.tasks.cancel(f"{self.key}.mapping.look")
            self._stack.setCurrentIndex(0)
            self._stack.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
            self.panel.setVisible(self.desk.settings.get(PANEL_OPEN))
            self.list.grid.setFocus()

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _with(self, deed: Any) -> None:
        if self._page is not None and getattr(self._page.mapping, "key", None) == self.list.current_id():
            deed(self._page.mapping)

    def _can_edit(self, ids: list[Any]) -> bool:
        return self._page is not None and not self._page.deleted and bool(self._page.draft.records)

    def _is_own(self, ids: list[Any]) -> bool:
        return self._page is not None and self._page.place == "database" and not self._page.deleted


TAB = MappingsList
