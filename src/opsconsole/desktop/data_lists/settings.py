"""Settings of the business: values that hold for everybody."""

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.tab_content import Request, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


class SettingsList(DataList):
    """Every setting in force."""

    key = "settings"
    search_hint = "Setting"
    noun = ("setting", "settings")
    subjects = frozenset({"settings"})

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every setting in force."""
        from opsconsole.services import settings

        return list_content(workspace, request, settings.list_settings(workspace.database, request.now), "setting")


TAB = SettingsList
