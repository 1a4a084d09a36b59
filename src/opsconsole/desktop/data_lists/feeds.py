"""Feeds: how old the data of each is, and when the next is due."""

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.tab_content import Request, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


class FeedsList(DataList):
    """One row per source and channel."""

    key = "feeds"
    search_hint = "Feed, channel"
    noun = ("feed", "feeds")
    subjects = frozenset({"imports"})

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """One row per source and channel."""
        from opsconsole.services import freshness

        return list_content(workspace, request, freshness.list_feeds(workspace.database, request.now), "feed")


TAB = FeedsList
