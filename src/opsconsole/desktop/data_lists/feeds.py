"""Feeds: how old the data of each is by its own clock, when the next is due, and what never came."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.sourcing_actions import SourcingActions
from opsconsole.desktop.pages.feed_page import TONES, feed_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import IMPORT
from opsconsole.desktop.tab_content import Request, TabAction, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.feeds_board import FeedPage

EVERY_MS = 60_000
_SHAPES = {"late": "S1", "due": "S2", "never": "S3"}


class FeedsList(DataList):
    """One row per source and channel, and one for what rules wait for."""

    key = "feeds"
    search_hint = "Feed, channel, file"
    noun = ("feed", "feeds")
    subjects = frozenset({"imports", "order_exceptions", "sourcing"})
    tones = {
        "state": lambda state: TONES.get(state) or "text_muted",
        "age": lambda age: "text",
    }

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.deeds = SourcingActions(self)
        # Feeds grow old by the clock alone.
        self._clock = QTimer(self)
        self._clock.setInterval(EVERY_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The board, the most pressing first."""
        from opsconsole.services import feeds_board

        listing = feeds_board.list_board(workspace.database, request.now)
        states = list(listing.columns["state"])
        chips = [Chip("", "All feeds", len(states))]
        for code, label in feeds_board.STATES:
            if code in states:
                kept = {"state": frozenset({code})}
                chips.append(Chip(code, label, states.count(code), _SHAPES.get(code, ""), equals=kept))
        came = len(states) - states.count(feeds_board.NEVER)
        status = (f"**{came}** {'feed' if came == 1 else 'feeds'}", f"**{states.count(feeds_board.LATE)}** late")
        return list_content(workspace, request, listing, "feed", status=status)._replace(chips=tuple(chips))

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "FeedPage":
        """Its last files, or what it would give."""
        from opsconsole.services import feeds_board

        return feeds_board.feed_page(workspace.database, now, identity)

    def build_panel(self, identity: Any, detail: "FeedPage") -> PanelContent:
        """Panel of one feed."""
        row, listing = self.row_of(identity), self.list.listing
        if row is None or listing is None:
            return super().build_panel(identity, detail)
        state = listing.field("state").label_of(row["state"])
        return feed_panel(row, detail, self.desk.formats(self.request.now), state)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Bring new data, or see what came."""
        return (
            TabAction("import", "Import now", self._import, "I", primary=True),
            TabAction("imports", "Its imports", self._show_imports, "B", enabled=self._came,
                      why_not="No file of it was imported yet."),
        )  # fmt: skip

    def _import(self, ids: list[Any]) -> None:
        """Run what brought it last, or choose files, beginning in the folder where the last one lay."""
        row = self.row_of(ids[0])
        if row is not None and row["brought_by"]:
            self.deeds.run_now(str(row["brought_by"]))
            return
        folder = Path(row["path"]).parent if row is not None and row["path"] else None
        options = {**IMPORT, "folder": str(folder)} if folder is not None and folder.exists() else dict(IMPORT)
        self.desk.show("data", None, options)

    def _show_imports(self, ids: list[Any]) -> None:
        row = self.row_of(ids[0])
        if row is not None and row["batch"]:
            name = str(row["label"]).rpartition(",")[0] if row["channel"] else row["label"]
            self.desk.show("data", int(row["batch"]), {"search": name or row["label"]})

    def _came(self, ids: list[Any]) -> bool:
        row = self.row_of(ids[0])
        return row is not None and bool(row["batch"])

    def _tick(self) -> None:
        workspace = self.desk.workspace
        if self.isVisible() and workspace is not None and workspace.live:
            self.reload()


TAB = FeedsList
