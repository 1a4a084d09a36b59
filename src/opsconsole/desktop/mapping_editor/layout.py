"""The editor's parts and where they stand: head, columns over what comes of them, pages at the right, foot."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.mapping_editor import listings
from opsconsole.desktop.mapping_editor.column_page import ColumnPage
from opsconsole.desktop.mapping_editor.file_page import FilePage
from opsconsole.desktop.mapping_editor.parts import Page
from opsconsole.desktop.mapping_editor.question_page import QuestionPage
from opsconsole.desktop.mapping_editor.state import State
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import plural, records

_PAGES = (("questions", "To answer"), ("column", "Column"), ("file", "Whole file"))


class Layout:
    """Makes and fills the parts of one editor."""

    def __init__(self, host: QWidget, desk: Desk) -> None:
        self._desk = desk
        self._host = host
        # Each part is made where it will stand: moving a filled one styles everything in it once more.
        self._sides = QSplitter(Qt.Orientation.Horizontal, host)
        self.halves = QSplitter(Qt.Orientation.Vertical, self._sides)
        self.columns = ListView("mapping_columns", desk.tasks, desk.settings, self.halves)
        self.columns.grid.setAccessibleName("Columns of the file")
        self._below_box = QWidget(self.halves)
        self._below = QStackedWidget(self._below_box)
        self._pages_box = QFrame(self._sides)
        self._pages = QStackedWidget(self._pages_box)
        self.questions, self.column, self.file = (
            QuestionPage(self._pages), ColumnPage(self._pages), FilePage(self._pages)
        )  # fmt: skip
        self.header_chosen: Callable[[int], None] = lambda line: None
        self._lines_of: Any = None
        self._bottom = "lines"
        self._buttons: list[KeyButton] = []
        self._lay_out(host)

    @cached_property
    def lines(self) -> ListView:
        """The first lines of the file; Enter on one makes it the header."""
        made = self._make_list("lines", "First lines of the file")
        made.activated.connect(lambda line: self.header_chosen(int(line)))
        return made

    @cached_property
    def records(self) -> ListView:
        """The records as they would be."""
        made = self._make_list("records", "Records as they would be")
        made.empty_words = lambda: ("No records", "Every row is refused or skipped.")
        return made

    @cached_property
    def refused(self) -> ListView:
        """Why rows would be refused."""
        made = self._make_list("refused", "Why rows would be refused")
        made.empty_words = lambda: ("Nothing is refused", "Every row can be read.")
        return made

    def _make_list(self, name: str, words: str) -> ListView:
        """A list below, made when it is first asked for."""
        made = ListView(f"mapping_{name}", self._desk.tasks, self._desk.settings, self._below)
        made.grid.setAccessibleName(words)
        self._below.addWidget(made)
        return made

    # --- filling ------------------------------------------------------------------------------------------------------

    def show_columns(self, state: State) -> None:
        """Show the columns and what they fill."""
        tones = {"state": lambda code: listings.TONES.get(str(code), "text"),
                 "how": lambda _: "text_muted", "samples": lambda _: "text_muted"}  # fmt: skip
        self._fill(self.columns, listings.columns_listing(state), tones)

    def show_head(self, state: State) -> None:
        """Say what file it is and how it was understood."""
        file = state.file
        if file is None:
            name = state.replaces.name if state.replaces is not None else "A mapping"
            self._title.set_words(name)
            self._about.set_words("No file is at hand. Choose one to see its values and what comes of them.")
        else:
            self.file_button.set_label("Other file")
            self._title.set_words(file.name)
            told = f"{plural(file.count, 'row')}, {file.description}, header on line {file.header.line}"
            self._about.set_words(f"{told}: {file.header.reason}")
            self._about.setToolTip(file.header.reason)
        count = len(state.questions)
        self._page_buttons["questions"].set_label(f"To answer {count}" if count else "To answer")

    def show_lines(self, state: State) -> None:
        """Show the first lines of the file, where it is another one."""
        if state.file is self._lines_of:
            return
        self._lines_of = state.file
        tones = {"what": lambda code: {"header": "accent", "above": "text_muted"}.get(str(code), "text_muted")}
        self._fill(self.lines, listings.lines_listing(state), tones)

    def show_preview(self, state: State) -> None:
        """Show what comes of the draft: counts, records, refusals, or why there are none."""
        seen = state.preview
        self._outcome.setVisible(True)
        if state.file is None:
            self._say("No file is at hand: what comes of it cannot be shown.", "")
        elif seen is None:
            self._say("Reading all rows …", "")
        elif seen.fault:
            self._say(seen.fault, "warn")
        else:
            # The buttons beside it count the records; with several kinds, saying it again would not fit.
            refused = f"**{seen.refused:,}** refused" if seen.refused else "none refused"
            read = [
                f"**{one.read - one.refused:,}** {records(one.label, one.read - one.refused)}" for one in seen.kinds
            ]
            told = f": {read[0]} would be read" if len(read) == 1 else ""
            self._say(f"Of {plural(seen.rows, 'row')}{told}, {refused}", "")
        self._make_buttons(state)
        if seen is not None and not seen.fault:
            self._show_bottom(state, self._bottom if self._bottom != "lines" else "0")
        elif state.file is not None:
            self._show_bottom(state, "lines")
        self._enable(state)

    def show_page(self, key: str) -> None:
        """Bring a page at the right to the front."""
        keys = [name for name, _ in _PAGES]
        self._pages.setCurrentIndex(keys.index(key))
        for name, button in self._page_buttons.items():
            button.setChecked(name == key)

    def go_to_page(self, key: str) -> None:
        """Bring a page to the front, with the keyboard in its first field."""
        self.show_page(key)
        page = self._pages.currentWidget()
        if isinstance(page, Page):
            page.focus_first()

    def again(self, run: Callable[[], None]) -> MessageAction:
        """The way to begin anew."""
        return MessageAction("Start anew", run)

    def may_save(self, state: State) -> bool:
        """Whether the draft can be kept."""
        return not self.why_not(state)

    def why_not(self, state: State) -> str:
        """Why the draft cannot be kept yet; empty when it can."""
        if not state.draft.records:
            return "Say what its rows are, on the page “Whole file”."
        if not self.name.text().strip():
            return "Give the mapping a name."
        empty = [
            number
            for number in range(len(state.draft.records))
            if not any(u.record == number for u in state.draft.uses)
        ]
        return f"{state.label(empty[0])} have no field yet." if empty else ""

    def _enable(self, state: State) -> None:
        why = self.why_not(state)
        self.save_button.setEnabled(not why)
        self.save_button.setToolTip(why)
        fault = why or (state.preview.fault if state.preview is not None else "")
        fault = (
            fault
            or ("" if state.path else "No file is at hand.")
            or ("" if state.preview else "The rows are being read.")
        )
        self.import_button.setEnabled(not fault)
        self.import_button.setToolTip(fault)

    def _fill(self, view: ListView, listing: Listing, tones: Any = None) -> None:
        from opsconsole.desktop.table.arranger import Arranger

        view.set_listing(Arranger(listing), self._desk.formats(), tones=tones)

    def _say(self, words: str, tone: str) -> None:
        self._outcome.set_words(words)
        self._outcome.set_tone(tone)
        self._outcome.setToolTip(self._outcome.plain)

    def _make_buttons(self, state: State) -> None:
        """The switch of what is shown below: first lines, each kind of record, refusals."""
        for button in self._buttons:
            self._switch.removeWidget(button)
            button.hide()
            button.deleteLater()
        seen = state.preview
        told = [("lines", "First lines")] if state.file is not None else []
        if seen is not None and not seen.fault:
            told += [(str(at), f"{one.label} {one.read - one.refused:,}") for at, one in enumerate(seen.kinds)]
            told += [("refused", f"Refused {seen.refused:,}")]
        self._buttons = []
        for key, words in told:
            button = KeyButton(words, style="flat")
            button.setCheckable(True)
            button.setProperty("shows", key)
            button.clicked.connect(lambda checked=False, key=key: self._show_bottom(state, key))
            self._switch.addWidget(button)
            self._buttons.append(button)

    def _show_bottom(self, state: State, key: str) -> None:
        views = ("lines", "refused")
        if key not in views:
            count = len(state.preview.kinds) if state.preview is not None else 0
            at = min(int(key), count - 1)
            if at < 0:
                key = "refused"
            else:
                key = str(at)
                self._fill(self.records, listings.records_listing(state, at))
        if key == "refused":
            self._fill(self.refused, listings.refusals_listing(state), {"found": lambda _: "bad"})
        self._bottom = key
        self._below.setCurrentWidget(getattr(self, key) if key in views else self.records)
        for button in self._buttons:
            button.setChecked(button.property("shows") == key)

    # --- making -------------------------------------------------------------------------------------------------------

    def _lay_out(self, host: QWidget) -> None:
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        self.halves.setHandleWidth(theme.width("splitter_handle"))
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self.columns)
        self.halves.addWidget(self._make_below())
        self.halves.setSizes([320, 240])
        sides = self._sides
        sides.setHandleWidth(theme.width("splitter_handle"))
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.halves)
        sides.addWidget(self._make_pages())
        sides.setStretchFactor(0, 1)
        sides.setSizes([960, theme.width("detail_panel")])
        column.addWidget(sides, 1)
        column.addWidget(self._make_foot())
        for keys, page in (("Alt+1", "questions"), ("Alt+2", "column"), ("Alt+3", "file")):
            shortcut = QShortcut(QKeySequence(keys), host)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda page=page: self.go_to_page(page))

    def _make_head(self) -> QFrame:
        head = QFrame(self._host)
        head.setObjectName("toolbar")
        head.setFixedHeight(theme.height("toolbar"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(12)
        self._title = Words("", role="section")
        self._about = Words("", role="muted")
        self._about.setMinimumWidth(40)
        row.addWidget(self._title)
        row.addWidget(self._about, 1)
        self.file_button = KeyButton("Choose a file", icon="file")
        self.file_button.setToolTip("Try the mapping on a file")
        row.addWidget(self.file_button)
        return head

    def _make_below(self) -> QWidget:
        box = self._below_box
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QFrame(box)
        bar.setObjectName("chips")
        bar.setFixedHeight(36)
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(8)
        self._switch = QHBoxLayout()
        self._switch.setSpacing(4)
        row.addLayout(self._switch)
        row.addWidget(lines.vertical(16))
        self._outcome = Words("", role="small")
        self._outcome.setMinimumWidth(40)
        row.addWidget(self._outcome, 1)
        column.addWidget(bar)
        column.addWidget(self._below, 1)
        return box

    def _make_pages(self) -> QWidget:
        box = self._pages_box
        box.setObjectName("panel")
        box.setMinimumWidth(theme.width("detail_panel_min"))
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(4)
        self._page_buttons: dict[str, KeyButton] = {}
        for number, (key, words) in enumerate(_PAGES, 1):
            button = KeyButton(words, key=f"Alt+{number}", style="flat")
            button.setCheckable(True)
            button.clicked.connect(lambda checked=False, key=key: self.show_page(key))
            self._page_buttons[key] = button
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(lines.horizontal())
        for page in (self.questions, self.column, self.file):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)
        return box

    def _make_foot(self) -> QFrame:
        foot = QFrame(self._host)
        foot.setObjectName("panel_footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.import_button = KeyButton("Save and import", key="Ctrl+Enter", style="primary")
        self.import_button.setShortcut("Ctrl+Return")
        self.save_button = KeyButton("Save", key="Ctrl+S")
        self.save_button.setShortcut("Ctrl+S")
        self.close_button = KeyButton("Close", key="Esc")
        self.close_button.setToolTip("What was done stays as a draft")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the mapping")
        self.name.setPlaceholderText("Name of the mapping")
        self.name.setMaximumWidth(360)
        row.addWidget(Words("Name", role="small"))
        row.addWidget(self.name, 1)
        for button in (self.import_button, self.save_button, self.close_button):
            row.addWidget(button)
        row.addStretch(1)
        return foot
