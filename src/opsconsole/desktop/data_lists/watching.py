"""What brings data by itself: SQL feeds and watched folders with their schedule, last and next run, and what failed."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.sourcing_actions import SourcingActions
from opsconsole.desktop.pages.sourcing_page import feed_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, TabAction, TabCommand, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.sourcing_page import FeedPage

_TONES = {"waiting": "bad", "retrying": "warn", "running": "accent", "planned": "good"}
_OUTCOMES = {"failed": "bad", "partly": "warn", "done": "good"}


_NONE = "Watch a folder, or let a query of another database be asked on a schedule; what fails is told here."


class WatchingList(DataList):
    """One row per SQL feed and watched folder; those that wait for somebody come first."""

    key = "watching"
    acts_on_page = True
    search_hint = "Name, folder, reason"
    noun = ("feed", "feeds")
    subjects = frozenset({"sourcing", "imports"})
    tones = {"state": lambda state: _TONES.get(state, "text_muted"),
             "outcome": lambda outcome: _OUTCOMES.get(outcome, "text_muted")}  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self._page: FeedPage | None = None
        super().__init__(desk)
        self.deeds = SourcingActions(self)
        self.add_button("Watch a folder", lambda: self.deeds.edit_folder(), key="W", icon="plus",
                        tip="Import the files of a folder by themselves")  # fmt: skip
        self.add_button("New SQL feed", lambda: self.deeds.edit_query(), key="F", icon="plus",
                        tip="Import what a query of a connection finds")  # fmt: skip
        self.list.empty_words = lambda: self.empty_or("Nothing comes in by itself yet", _NONE)
        self.list.next_step = lambda: ("Watch a folder", "W", lambda: self.deeds.edit_folder())

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The feeds, and how many of them wait for somebody."""
        from opsconsole.services import sourcing

        listing = sourcing.list_sourcing(workspace.database, request.now)
        states = list(listing.columns["state"])
        waiting, again = states.count("waiting"), states.count("retrying")
        status = [f"**{len(listing)}** {'feed' if len(listing) == 1 else 'feeds'}"]
        status += [f"**{waiting}** {'waits' if waiting == 1 else 'wait'} for you"] if waiting else []
        status += [f"**{again}** {'tries' if again == 1 else 'try'} again"] if again else []
        return list_content(workspace, request, listing, "feed", status=(", ".join(status),))

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "FeedPage":
        """The feed with its runs."""
        from opsconsole.services import sourcing_page
        from opsconsole.services.credentials import Passwords

        return sourcing_page.feed_page(workspace.database, str(identity), now, Passwords())

    def build_panel(self, identity: Any, detail: "FeedPage") -> PanelContent:
        """What it is, how it stands, what its runs did."""
        if self.desk.passwords is not None and self.desk.passwords.has_typed(detail.account):
            detail = replace(detail, not_ready="")
        self._page = detail
        formats = self.desk.formats(self.request.now)
        return feed_panel(detail, formats, lambda: self.deeds.run_now(str(identity)), self._open_connection)

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """A feed that was saved, from here or beside its connection, with what to say of it; else as every tab."""
        said = options.pop("said", "")
        super().reveal(identity, options)
        if said:
            self.say_done(said)

    def commands(self) -> tuple[TabCommand, ...]:
        """What begins a feed."""
        return (
            *super().commands(),
            TabCommand("Watch a folder", lambda: self.deeds.edit_folder(), ("W",)),
            TabCommand("New SQL feed", lambda: self.deeds.edit_query(), ("F",)),
        )

    def row_actions(self) -> tuple[TabAction, ...]:
        """Run it, try it, edit it; what is rarer stands behind the three dots."""
        return (
            TabAction("run", "Run now", lambda ids: self._with(self.deeds.run_now), "R", primary=True),
            TabAction("try", "Try", lambda ids: self._with(lambda key: self.deeds.run_now(key, dry_run=True)), "T"),
            TabAction("edit", "Edit", lambda ids: self._edit(), "E"),
            TabAction("switch", "On / off", lambda ids: self._switch(), "X"),
            TabAction(
                "map",
                "Map its columns",
                lambda ids: self._map(),
                "M",
                in_menu=True,
                enabled=self._can_map,
                why_not="No file of it was refused",
            ),
            TabAction(
                "beginning",
                "Run from the beginning",
                lambda ids: self._with(lambda key: self.deeds.run_now(key, from_beginning=True)),
                in_menu=True,
            ),
            TabAction("remove", "Remove", lambda ids: self._with(self.deeds.remove), in_menu=True),
        )

    def _with(self, deed: Callable[[str], None]) -> None:
        key = self.list.current_id()
        if key is not None:
            deed(str(key))

    def _shown(self) -> "FeedPage | None":
        page = self._page
        return page if page is not None and page.known.key == self.list.current_id() else None

    def _open_connection(self) -> None:
        page = self._shown()
        if page is not None and page.connection is not None:
            self.deeds.edit_connection(page.connection)

    def _can_map(self, ids: list[Any]) -> bool:
        page = self._shown()
        return page is not None and (page.feed is not None or bool(page.refused))

    def _map(self) -> None:
        page = self._shown()
        if page is not None:
            self.deeds.map_columns(page.known.key, page.refused[0][0] if page.refused else "")

    def _edit(self) -> None:
        page = self._shown()
        if page is not None and page.feed is not None:
            self.deeds.edit_query(page.feed, page.mark)
        elif page is not None:
            self.deeds.edit_folder(page.folder)

    def _switch(self) -> None:
        page = self._shown()
        if page is not None:
            one = page.feed or page.folder
            self.deeds.switch(page.known.key, not (one is not None and one.enabled))


TAB = WatchingList
