"""What can be done with a file of the list of imports: go on from it, undo it, map it, import it again, dismiss it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex

from opsconsole.desktop.dialogs.dismiss_files import dismiss_files
from opsconsole.desktop.dialogs.undo_import import undo_import
from opsconsole.desktop.tab_content import TabAction

if TYPE_CHECKING:
    from opsconsole.desktop.data_lists.imports import ImportsList
    from opsconsole.services.import_pages import NextStep

MAP_COLUMNS = "Map its columns"
LINKS = (MAP_COLUMNS, "Import it again")
_NO_UNDO = "Undone already, or too old: choose one import whose former values are still kept."


class ImportActions:
    """The deeds of the list of imports."""

    def __init__(self, tab: "ImportsList") -> None:
        self._tab = tab

    def row_actions(self) -> tuple[TabAction, ...]:
        """Where to go on."""
        return (
            TabAction("exceptions", "Show exceptions", lambda ids: self._show_exceptions(), "Enter", primary=True),
            TabAction(
                "undo",
                "Undo import",
                lambda ids: undo_import(self._tab, ids[0]),
                "U",
                enabled=self._can_undo,
                why_not=_NO_UNDO,
            ),
            TabAction("dismiss", "Dismiss the file", lambda ids: dismiss_files(self._tab, ids), "X", in_menu=True,
                      enabled=self._can_dismiss, why_not="Only a file that was not imported can be dismissed."),
            TabAction("again", "Import the file again", self._import_again, in_menu=True),
        )  # fmt: skip

    def do_step(self, step: "NextStep") -> None:
        """Lead to where a step of the panel is done."""
        if step.kind == "map":
            self._tab.desk.show("data", None, {"list": "mappings", "map_file": step.target})
        elif step.kind == "feed":
            self._tab.desk.show("data", step.target, {"list": "feeds"})
        elif step.kind == "correct":
            self._tab.list.select(int(step.target))
            self._tab.fronts.correct(int(step.target))
        elif step.target:
            self._tab.importing.start([Path(step.target)])

    def open(self, identity: Any) -> None:
        """Enter or a double click: map what is not recognized, else show the exceptions."""
        row = self._tab.row_of(identity)
        if row is not None and row["fills"] == MAP_COLUMNS:
            self._tab.desk.show("data", None, {"list": "mappings", "map_file": row["path"] or ""})
        elif row is not None and identity < 0:
            self._import_again([identity])
        else:
            self._show_exceptions()

    def clicked(self, index: QModelIndex) -> None:
        """A link in the column of what a file fills."""
        identity = self._tab.list.current_id()
        row = self._tab.row_of(identity) if identity is not None else None
        if row is not None and row["fills"] in LINKS and self._tab.list.model.fields[index.column()].key == "fills":
            self.open(identity)

    def _show_exceptions(self) -> None:
        self._tab.desk.show("order_exceptions", None, {"search": ""})

    def _import_again(self, ids: list[Any]) -> None:
        rows = [row for row in map(self._tab.row_of, ids) if row is not None]
        paths = [Path(row["path"]) for row in rows if row["path"] and Path(row["path"]).exists()]
        if paths:
            self._tab.importing.start(paths)
        else:
            self._tab.bar.show_message("warn", "The file is no longer where it was. Choose it with Import files.")

    def _can_dismiss(self, ids: list[Any]) -> bool:
        rows = [self._tab.row_of(identity) for identity in ids]
        return all(row is not None and row["batch"] is None and row["state"] != "dismissed" for row in rows)

    def _can_undo(self, ids: list[Any]) -> bool:
        row = self._tab.row_of(ids[0]) if len(ids) == 1 else None
        return row is not None and bool(row["can_undo"])
