"""What is done to saved mappings from the window: rename, copy, delete, take back, share as a file, take one in."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from opsconsole.desktop.dialogs.carrying_out import carry_out
from opsconsole.desktop.dialogs.prompt import Prompt, PromptField, ask
from opsconsole.desktop.mapping_editor import work
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.settings import LAST_FOLDER
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

TOUCHED = frozenset({"mappings"})
_FILTER = "Mapping (*.toml)"


class MappingActions(QObject):
    """Runs deeds on mappings for the list of mappings."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab

    def rename(self, one: Any) -> None:
        """Ask for another name."""
        self._ask_name(one, "rename_mapping", f"Rename “{one.name}”", one.name, "Rename")

    def copy(self, one: Any) -> None:
        """Ask for the name of a copy."""
        self._ask_name(one, "copy_mapping", f"Copy “{one.name}”", f"{one.name} (copy)", "Copy")

    def delete(self, one: Any) -> None:
        """Take it out of use."""
        self._run("delete_mapping", one)

    def restore(self, one: Any) -> None:
        """Use it again."""
        self._run("restore_mapping", one)

    def share(self, one: Any) -> None:
        """Write it as a small file."""
        folder = Path(self._tab.desk.settings.get(LAST_FOLDER) or Path.home())
        safe = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in one.name).strip() or "mapping"
        name, _ = QFileDialog.getSaveFileName(
            self._tab, "Save the mapping as a file", str(folder / f"{safe}.toml"), _FILTER
        )
        if name:
            path = Path(name if name.lower().endswith(".toml") else f"{name}.toml")
            self._tab.desk.settings.set(LAST_FOLDER, str(path.parent))
            self.write(one, path)

    def write(self, one: Any, path: Path) -> None:
        """Write it as a small file in a known place."""

        def write(progress: Progress) -> Path:
            from opsconsole.services import mappings_changes

            return mappings_changes.write_mapping_file(one, path)

        self._tab.run(write, lambda written: self._tab.say_done(f"The mapping was written to {written}."), kind="write")

    def choose_to_take_in(self) -> None:
        """Ask for a mapping file."""
        folder = self._tab.desk.settings.get(LAST_FOLDER) or str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self._tab, "Take in a mapping", folder, _FILTER)
        if name:
            self.take_in(Path(name))

    def take_in(self, path: Path) -> None:
        """Read a mapping file, say what it does, and keep it when that is wanted."""

        def read(progress: Progress) -> Any:
            from opsconsole.domain.file_mapping import from_content
            from opsconsole.services import mapping_editor, mappings_changes

            content = mappings_changes.read_mapping_file(path)
            labels = {kind.key: kind.label for kind in mapping_editor.record_kinds()}
            draft = from_content(content)
            fills = ", ".join(labels.get(record.kind, record.kind) for record in draft.records)
            return content, f"It fills {fills.lower()}: {len(draft.uses)} fields of {len(_columns(draft))} columns."

        self._tab.run(read, lambda found: self._ask_to_keep(path, *found), kind="take_in", text=f"Reading {path.name}")

    def _ask_to_keep(self, path: Path, content: Mapping[str, Any], does: str) -> None:
        field = PromptField("name", f"{does} Name", value=str(content["name"]), needed="Give it a name.")

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            told = {**content, "name": answers["name"]}

            def write(workspace: Workspace, progress: Progress) -> Change:
                from opsconsole.services import mappings_changes

                return mappings_changes.save_mapping(workspace.database, told, who=workspace.user, now=workspace.now())

            carry_out(self._tab, write, prompt, self._say)

        self._tab.set_panel_open(True)
        ask(self._tab.panel, f"Take in {path.name}", (field,), "Take in", accepted, draft=f"take in:{path}")

    def _ask_name(self, one: Any, deed: str, title: str, value: str, verb: str) -> None:
        field = PromptField("name", "Name", value=value, needed="Give it a name.")

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            carry_out(self._tab, self._service(deed, one, answers["name"]), prompt, self._say)

        self._tab.set_panel_open(True)
        ask(self._tab.panel, title, (field,), verb, accepted, draft=f"{deed}:{one.key}")

    def _run(self, deed: str, one: Any) -> None:
        carry_out(self._tab, self._service(deed, one), None, self._say)

    @staticmethod
    def _service(deed: str, *given: Any) -> Callable[[Workspace, Progress], Change]:
        def run(workspace: Workspace, progress: Progress) -> Change:
            from opsconsole.services import mappings_changes

            done: Callable[..., Change] = getattr(mappings_changes, deed)
            return done(workspace.database, *given, who=workspace.user, now=workspace.now())

        return run

    def _say(self, change: Change) -> None:
        self._tab.say_done(f"{change.words}.", work.undo(change))
        self._tab.desk.touched(TOUCHED)
        if change.ids:
            self._tab.reveal(str(change.ids[0]), {})


def _columns(draft: Any) -> set[str]:
    return {use.column for use in draft.uses if use.column}


def offer_draft(tab: "Tab", name: str, go_on: Callable[[], None]) -> None:
    """Say that what was begun is kept, with the way back into it."""
    tab.bar.show_message("warn", f"The mapping of {name} is kept as a draft.", [MessageAction("Go on", go_on)])
