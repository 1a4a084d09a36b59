"""The lower half of the preview of an import: a file's changes, rejected lines, first rows and columns, to filter."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.importing import LISTS, Looked
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.menus import ChoiceButton
from opsconsole.desktop.table.cells import Tones
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.theme import theme
from opsconsole.desktop.toolbar import SearchField

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services.import_preview import FilePreview

_LABELS = {"changes": "Changes", "rejects": "Rejected lines", "first_rows": "First rows", "columns": "Columns"}
_WRITTEN = frozenset({"new", "changed"})
_STATES = (
    ("written", "New and changed"),
    ("new", "New"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("", "All"),
)
_TONES: dict[str, Tones] = {
    "changes": {
        "state": lambda state: {"new": "good", "changed": "accent"}.get(state, "text_muted"),
        "old": lambda old: "text_muted",
    },
    "rejects": {"found": lambda found: "bad"},
    "columns": {"fills": lambda fills: "text_muted" if fills is None else "text"},
}
_EMPTY = {
    "changes": ("Nothing would change", "Every record of the file is known already."),
    "rejects": ("No rejected lines", "Every line could be read."),
    "first_rows": ("No rows", "There is nothing under the header."),
    "columns": ("No columns", "The file is no table."),
}
_NOTHING_BELOW = "There is nothing under the header: the file is empty."
_ALL_SKIPPED = (
    "None of its lines is a record that is read: totals, products that are only groups of others and texts of a store "
    "view, for example, are skipped. “First rows” shows them."
)


class _Lists(dict[str, ListView]):
    """The lists by name, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], ListView]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> ListView:
        self[name] = made = self._make(name)
        return made


class PreviewLists(QWidget):
    """One list in front of four, chosen by segments or by the keys , and . one after the other."""

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = QFrame(self)
        self._stack = QStackedWidget(self)
        self._desk = tab.desk
        self.lists = _Lists(self._make_list)
        self._segments: dict[str, KeyButton] = {}
        self._there: dict[str, bool] = dict.fromkeys(LISTS, False)
        self._waiting: dict[str, Arranger | None] = {}
        self._formats = Formats()
        self.current = "changes"
        self._picked = self._all_rejected = self._some_rejected = self._ready = False
        self._no_records = ""  # else the file's state
        for name in LISTS:
            segment = KeyButton(_LABELS[name], style="secondary")
            segment.setCheckable(True)
            segment.clicked.connect(lambda checked=False, name=name: self._pick(name))
            self._segments[name] = segment
        self.states = ChoiceButton("")
        self.states.set_choices(_STATES)
        self.states.choose("written")
        self.states.chosen.connect(lambda state: self._keep())
        self.kinds = ChoiceButton("")
        self.kinds.chosen.connect(lambda kind: self._keep())
        self.search = SearchField("Order, SKU, field")
        self.search.textChanged.connect(lambda text: self._keep())
        self.search.left_for_list.connect(lambda: self.lists[self.current].grid.setFocus(Qt.FocusReason.TabFocusReason))
        self._lay_out()

    def show_file(self, file: "FilePreview", looked: Looked, formats: Formats) -> None:
        """Show the lists of a file, at first the one that tells most of it."""
        self._formats = formats
        for name in LISTS:
            arranger = looked.lists.get((file.key, name))
            self._there[name] = arranger is not None
            count = 0 if arranger is None else len(arranger.listing)
            words = _LABELS[name]
            if name == "changes" and file.ready:
                words = f"{words} {file.report.total('inserted') + file.report.total('updated'):,}"
            elif name in ("rejects", "columns"):
                words = f"{words} {count:,}"
            self._segments[name].set_label(words)
            # Laid out when it comes to the front: a list that is not seen has no width to share out.
            self._waiting[name] = arranger
        kinds = looked.lists.get((file.key, "changes"))
        counts: Counter[Any] = Counter(() if kinds is None else kinds.listing.columns["kind"])
        self.kinds.set_choices(
            (("", "All records"), *((kind, f"{kind} ({count:,})") for kind, count in counts.items()))
        )
        self._all_rejected = file.ready and 0 < file.report.total("read") == file.report.total("rejected")
        self._ready = file.ready
        self._some_rejected = bool(file.report.total("rejected"))
        self._no_records = file.state if file.ready and not file.report.total("read") else ""
        first = "columns" if not file.ready else "rejects" if self._all_rejected else "changes"
        self._show(first if not self._picked or not self._there[self.current] else self.current)
        self._keep()

    def show_looking(self) -> None:
        """Tell nothing of a file that is being looked at again."""
        self._there = dict.fromkeys(LISTS, False)
        for name, segment in self._segments.items():
            segment.set_label(_LABELS[name])
        self._waiting = {}
        self.lists[self.current].show_empty("Looking again", "What the file would do is told in a moment.", ())

    def _make_list(self, name: str) -> ListView:
        made = ListView(f"preview_{name}", self._desk.tasks, self._desk.settings, self._stack)
        made.empty_words = partial(self._empty_words, name)
        self._stack.addWidget(made)
        return made

    def step(self, by: int) -> None:
        """Show the list after (1) or before (-1) the one in front."""
        self._pick(LISTS[(LISTS.index(self.current) + by) % len(LISTS)])

    def _pick(self, name: str) -> None:
        self._picked = True
        self._show(name)
        self._keep()

    def _show(self, name: str) -> None:
        self.current = name
        for other, segment in self._segments.items():
            segment.setChecked(other == name)
        self._stack.setCurrentWidget(self.lists[name])
        if name in self._waiting:
            arranger = self._waiting.pop(name)
            if arranger is None:
                self.lists[name].show_empty(*self._empty_words(name), ())
            else:
                self.lists[name].set_listing(arranger, self._formats, tones=_TONES.get(name))
        self.states.setVisible(name == "changes")
        self.kinds.setVisible(name == "changes")

    def _keep(self) -> None:
        """Put the filters into force on the list in front."""
        one, wanted = self.lists[self.current], {}
        if self.current == "changes":
            state, kind = self.states.current, self.kinds.current
            if state:
                wanted["state"] = _WRITTEN if state == "written" else frozenset({state})
            if kind:
                wanted["kind"] = frozenset({kind})
        if self._there[self.current]:
            one.set_filters(wanted, None, self.search.text().strip())

    def _empty_words(self, name: str) -> tuple[str, str]:
        one = self.lists[name]
        if self._there[name] and one.listing is not None and len(one.listing) and one.arrangement.search:
            return "Nothing matches", f"The search is “{one.arrangement.search}”."
        if name == "changes" and not self._there[name] and self._ready:
            return "Changes are not listed", "The corrected lines come in like those of their file; see the counts."
        if name == "changes" and not self._there[name]:
            return "Nothing is known yet", "What the file would change is told once it can be read."
        if name == "changes" and self._no_records:
            return "No records", _ALL_SKIPPED if self._no_records == "no_records" else _NOTHING_BELOW
        if name == "changes" and self._all_rejected:
            return "Nothing would change", "Every record of the file is rejected: see its rejected lines."
        if name == "changes" and self._some_rejected:
            return "Nothing would change", "What could be read is known already; the rest is among the rejected lines."
        return _EMPTY[name]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the filters stand under the switch."""
        super().resizeEvent(event)
        self._place_filters()

    def _place_filters(self) -> None:
        needed = self._switch.sizeHint().width() + self._filters.minimumSizeHint().width() + 2 * 12 + 12
        below = self.width() < needed
        height = theme.height("toolbar")
        self._head.setFixedHeight(2 * height - 8 if below else height)
        for widget, row, column in ((self._switch, 0, 0), (self._filters, 1 if below else 0, 0 if below else 1)):
            self._places.addWidget(widget, row, column)

    def _lay_out(self) -> None:
        head = self._head
        head.setProperty("surface", "panel")
        self._places = QGridLayout(head)
        self._places.setContentsMargins(12, 0, 12, 0)
        self._places.setHorizontalSpacing(12)
        self._places.setVerticalSpacing(0)
        self._switch, self._filters = QWidget(head), QWidget(head)
        switch, filters = QHBoxLayout(self._switch), QHBoxLayout(self._filters)
        for row in (switch, filters):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
        for segment in self._segments.values():
            switch.addWidget(segment)
        switch.addStretch(1)
        for widget in (self.search, self.kinds, self.states):
            filters.addWidget(widget)
        filters.insertStretch(0, 1)
        self._places.setColumnStretch(0, 1)
        self._place_filters()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(lines.horizontal())
        column.addWidget(self._stack, 1)
