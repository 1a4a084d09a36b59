"""Rejected lines: what files were read with and could not be taken, of all imports."""

from typing import Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import sentences
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import field_words


class RejectsList(DataList):
    """Every line that was set aside."""

    key = "rejects"
    search_hint = "File, field, found"
    noun = ("rejected line", "rejected lines")
    selectors = (Selector("file", "File", field="file"), Selector("field", "Field", field="field"))

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Newest import first, in the order of the file."""
        from opsconsole.services import imports

        return list_content(workspace, request, imports.list_rejects(workspace.database, request.now), "rejected line")

    def row_actions(self) -> tuple[TabAction, ...]:
        """Where the lines are corrected."""
        return (
            TabAction(
                "correct", "Correct lines", self._correct, "Enter", primary=True, enabled=self._can_correct,
                why_not="It was corrected, waits with a later import, or was read before refused lines were kept.",
            ),
        )  # fmt: skip

    def _can_correct(self, ids: list[Any]) -> bool:
        row = self.row_of(ids[0]) if ids else None
        return row is not None and row["state"] == "open" and bool(row["kept"])

    def _correct(self, ids: list[Any]) -> None:
        row = self.row_of(ids[0]) if ids else None
        if row is not None and self._can_correct(ids):
            self.desk.show("data", None, {"list": "data", "correct": row["batch"]})

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        """What is wrong with the line in a sentence, over its values."""
        row = self.row_of(identity)
        content = super().build_panel(identity, detail)
        if row is None:
            return content
        where = field_words(row["field"] or "") or "the line"
        found = f"“{row['found']}”" if row["found"] else "nothing"
        told = f"Line **{row['line']}** has **{found}** in {where}, expected {row['expected']}."
        keeps = row["kept"] or row["state"] != "open"
        note = "" if keeps else "It was read before refused lines were kept: correct the file and import it again."
        wrong = Section("What is wrong", sentences(told, note=note))
        return content._replace(title=row["file"], sections=(wrong, *content.sections))


TAB = RejectsList
