"""Exception rules: the values they are checked with."""

from opsconsole.desktop.data_lists.data_list import DataList, list_content, names_first
from opsconsole.desktop.tab_content import Request, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress


class ExceptionRulesList(DataList):
    """Every rule with what it found."""

    key = "exception_rules"
    search_hint = "Rule"
    noun = ("exception rule", "exception rules")
    subjects = frozenset({"order_exceptions"})

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every rule with what it found."""
        from opsconsole.services import order_exceptions

        listing = order_exceptions.list_rules(workspace.database, request.now)
        return list_content(workspace, request, names_first(listing, listing.fields[0].key), "exception rule")


TAB = ExceptionRulesList
