"""The frame of a list of the Data tab: a tab under the switch between the lists, with its own filters in a second row.

A list declares what every tab does (``desktop.tab``); in full::

    class FeedsList(DataList):
        key = "feeds"
        noun = ("feed", "feeds")
        search_hint = "Feed, channel"

        @staticmethod
        def load(workspace, request, progress):
            from opsconsole.services import freshness
            return list_content(workspace, request, freshness.list_feeds(workspace.database, request.now), "feed")

``add_button`` puts a button of its own beside "Import files".
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.data_lists import DATA_LISTS, DataListName, known_lists
from opsconsole.desktop.data_lists.switch import ListSwitch
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.parts import row_words
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import pairs, sentences
from opsconsole.desktop.tab import IMPORT, Tab
from opsconsole.desktop.tab_content import Request, TabCommand, TabContent, read_freshness
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import plural

LONG_TEXT = 48


class DataList(Tab):
    """A list of the Data tab. The row of filters is shown by ``/`` and while a filter is in force."""

    subjects = frozenset({"imports"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        # Of the whole window: an empty list cannot hold the keyboard.
        for keys, by in (("Alt+Right", 1), ("Alt+Left", -1)):
            QShortcut(QKeySequence(keys), self).activated.connect(partial(self.switch.step, by))
        self._show_filters(self._keeps_filters())
        self.filters.applied.connect(lambda: self._show_filters(self._keeps_filters() or bool(self.filters.words())))

    @property
    def name(self) -> DataListName:
        """Its entry in ``DATA_LISTS``."""
        return next(one for one in DATA_LISTS if one.key == self.key)

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        """The row's values in words, unless a list has more to tell."""
        row = self.row_of(identity)
        listing = self.list.listing
        if row is None or listing is None:
            return PanelContent("Gone", subtitle="This row is no longer there.")
        formats = self.desk.formats(self.request.now)
        # Columns that are not shown at first and say nothing of this row are left out.
        silent = {field.key for field in listing.fields if field.hidden and row[field.key] is None}
        words = row_words(listing, row, formats, without=silent)
        sections = [Section("All values", pairs([pair for pair in words[1:] if len(pair[1]) <= LONG_TEXT]))]
        sections += [Section(label, sentences(text)) for label, text in words[1:] if len(text) > LONG_TEXT]
        return PanelContent(words[0][1], sections=tuple(sections))

    def row_of(self, identity: Any) -> dict[str, Any] | None:
        """Values of a row of the list; none when it is gone."""
        listing = self.list.listing
        if listing is None or identity not in listing.ids:
            return None
        return listing.row(list(listing.ids).index(identity))

    def commands(self) -> tuple[TabCommand, ...]:
        """The lists beside this one."""
        return (
            TabCommand("Next list of the data", lambda: self.switch.step(1), shown="Alt+→"),
            TabCommand("Previous list of the data", lambda: self.switch.step(-1), shown="Alt+←"),
        )

    def empty_or(self, title: str, words: str) -> tuple[str, str]:
        """Words of a tab's own for no rows at all; where a filter hides them, that is told."""
        return self._empty_words() if self.list.listing is not None and self.list.listing.total else (title, words)

    def add_button(self, words: str, run: Callable[[], None], *, key: str = "", icon: str = "", tip: str = "") -> None:
        """Put a button of this list left of "Import files"."""
        button = KeyButton(words, key=key, icon=icon)
        button.setToolTip(tip)
        button.clicked.connect(lambda: run())
        self._buttons.addWidget(button)
        # The keys reach it where it stands: after what is left of it, not last of all because it was made last.
        before = self.filter_button.previousInFocusChain()
        assert before is not None
        self.setTabOrder(before, button)

    def regions(self) -> list[QWidget]:
        """The switch comes before the filters."""
        return [self.head, *super().regions()]

    def focus_search(self) -> None:
        """Show the filters, then lead to the search."""
        self._show_filters(True)
        super().focus_search()

    def _keeps_filters(self) -> bool:
        return bool(self.desk.settings.layout(f"data/{self.key}").get("filters", False))

    def _show_filters(self, shown: bool) -> None:
        self.toolbar.setVisible(shown and self.has_toolbar)
        self.filter_button.setChecked(self.toolbar.isVisibleTo(self))

    def _toggle_filters(self) -> None:
        shown = not self.toolbar.isVisibleTo(self)
        self.desk.settings.set_layout(f"data/{self.key}", {"filters": shown})
        if not shown:
            self.filters.clear()
        self._show_filters(shown)

    def _lay_out(self) -> None:
        super()._lay_out()
        self.head = self._make_head()
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, self.head)

    def _make_head(self) -> QFrame:
        head = QFrame(self)
        head.setObjectName("toolbar")
        head.setFixedHeight(theme.height("toolbar"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(8)
        self.switch = ListSwitch(known_lists(), self.key, head)
        self.switch.chosen.connect(lambda name: self.desk.show("data", None, {"list": name}))
        row.addWidget(self.switch, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row.addLayout(self._buttons)
        self.filter_button = KeyButton(icon="funnel", key="/")
        self.filter_button.setCheckable(True)
        self.filter_button.setToolTip("Search and filter this list")
        self.filter_button.setAccessibleName("Search and filter")
        self.filter_button.setVisible(self.has_toolbar)
        self.filter_button.clicked.connect(lambda: self._toggle_filters())
        row.addWidget(self.filter_button)
        files = KeyButton("Import files", key="Ctrl+I", icon="file")
        files.clicked.connect(lambda: self.desk.show("data", None, IMPORT))
        row.addWidget(files)
        row.addWidget(lines.vertical(16))
        self.toolbar.give_moment(row)
        return head


def names_first(listing: Listing, code: str) -> Listing:
    """A listing whose code, which only scripts need, stands last and hidden: what it is called comes first."""
    own = [field for field in listing.fields if field.key != code]
    return replace(listing, fields=(*own, replace(listing.field(code), label="Code", hidden=True)))


def list_content(
    workspace: Workspace,
    request: Request,
    listing: Listing,
    noun: str,
    *,
    status: tuple[str, ...] = (),
    data: Any = None,
) -> TabContent:
    """What a list's loader returns: the listing, how many rows it has unless told, and how fresh the feeds are."""
    count, _, words = plural(len(listing), noun).partition(" ")
    return TabContent(
        listing,
        status=status or (f"**{count}** {words}",),
        freshness=read_freshness(workspace.database, request.now),
        data=data,
    )
