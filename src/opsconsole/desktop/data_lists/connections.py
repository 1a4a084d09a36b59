"""Connections: other databases of the business that SQL feeds ask, tried out and kept."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.sourcing_actions import SourcingActions
from opsconsole.desktop.pages.sourcing_page import connection_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, TabAction, TabCommand, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import SqlFeed

if TYPE_CHECKING:
    from opsconsole.services.sourcing_page import ConnectionPage


_NONE = "A connection names another database of the business, of the warehouse say, that SQL feeds may read."


class ConnectionsList(DataList):
    """One row per connection."""

    key = "connections"
    acts_on_page = True
    search_hint = "Connection, server, account"
    noun = ("connection", "connections")
    subjects = frozenset({"sourcing"})

    def __init__(self, desk: Desk) -> None:
        self._page: ConnectionPage | None = None
        super().__init__(desk)
        self.deeds = SourcingActions(self)
        self.add_button("New connection", lambda: self.deeds.edit_connection(), key="N", icon="plus",
                        tip="Name a database of the business that feeds may read")  # fmt: skip
        self.add_button("New SQL feed", self._new_feed, key="F", icon="plus",
                        tip="Import what a query of a connection finds")  # fmt: skip
        self.list.empty_words = lambda: self.empty_or("No connections yet", _NONE)
        self.list.next_step = lambda: ("New connection", "N", lambda: self.deeds.edit_connection())

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """One row per connection."""
        from opsconsole.services import sql_connections

        listing = sql_connections.list_connections(workspace.database, request.now)
        return list_content(workspace, request, listing, "connection")

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "ConnectionPage":
        """The connection and who uses it; whether its password is known is asked of the keyring."""
        from opsconsole.services import sourcing_page
        from opsconsole.services.credentials import Passwords

        return sourcing_page.connection_page(workspace.database, int(identity), Passwords())

    def build_panel(self, identity: Any, detail: "ConnectionPage") -> PanelContent:
        """Where it is, how it is kept from being written, who uses it."""
        typed = self.desk.passwords is not None and self.desk.passwords.has_typed(detail.account)
        self._page = replace(detail, password_known=detail.password_known or typed)
        return connection_panel(self._page, self._edit, kept=detail.password_known)

    def commands(self) -> tuple[TabCommand, ...]:
        """What begins a connection or a feed."""
        return (
            *super().commands(),
            TabCommand("New connection", lambda: self.deeds.edit_connection(), ("N",)),
            TabCommand("New SQL feed", self._new_feed, ("F",)),
        )

    def row_actions(self) -> tuple[TabAction, ...]:
        """Test it, edit it, take it away."""
        return (
            TabAction("test", "Test", lambda ids: self._with(self.deeds.test), "T", primary=True),
            TabAction("edit", "Edit", lambda ids: self._edit(), "E"),
            TabAction("remove", "Remove", lambda ids: self._with(self.deeds.remove_connection), in_menu=True),
        )

    def _new_feed(self) -> None:
        """A feed that asks the current connection."""
        current = self.list.current_id()
        self.deeds.edit_query(SqlFeed("", connection_id=int(current or 0)))

    def _edit(self) -> None:
        page = self._page
        if page is not None and page.connection.id == self.list.current_id():
            self.deeds.edit_connection(page.connection, page.password_known)

    def _with(self, deed: Any) -> None:
        if self._page is not None and self._page.connection.id == self.list.current_id():
            deed(self._page.connection)


TAB = ConnectionsList
