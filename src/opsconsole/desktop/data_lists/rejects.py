"""Rejected lines: what files were read with and could not be taken, of all imports."""

from typing import Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, Selector, TabContent
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

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        """The line's values, under its place in the file."""
        row = self.row_of(identity)
        content = super().build_panel(identity, detail)
        return content if row is None else content._replace(title=f"{row['file']}, line {row['line']}")


TAB = RejectsList
