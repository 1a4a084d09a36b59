"""Sources: the files that are recognized without being told."""

from opsconsole.desktop.data_lists.data_list import DataList, list_content, names_first
from opsconsole.desktop.tab_content import Request, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


class SourcesList(DataList):
    """The built-in sources."""

    key = "sources"
    search_hint = "Source, fills"
    noun = ("source", "sources")
    subjects = frozenset({"imports"})

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The built-in sources."""
        from opsconsole.services import imports

        return list_content(workspace, request, names_first(imports.list_sources(), "key"), "source")


TAB = SourcesList
