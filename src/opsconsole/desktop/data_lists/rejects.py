"""Rejected lines: what files were read with and could not be taken, of all imports."""

from typing import Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


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
                why_not="This line was corrected, or was read before refused lines were kept.",
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
        """The line's values, under its place in the file."""
        row = self.row_of(identity)
        content = super().build_panel(identity, detail)
        return content if row is None else content._replace(title=f"{row['file']}, line {row['line']}")


TAB = RejectsList
