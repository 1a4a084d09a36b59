"""The rejected lines of one file: what was found and what was expected, by field, and the way into a workbook.

The lower half of the list of imports. Correcting lines belongs here: ``list`` is its grid.
"""

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.dialogs.export import export_listing, export_with
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.menus import ChoiceButton
from opsconsole.desktop.table.cells import Tones
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.table.arranger import Arranger

_NO_LIMIT = 16_777_215  # Qt's own
_OF_FILE = ("file", "batch")  # the same in every row
WHOLE_LINE = "\x00line"
TONES: Tones = {"found": lambda found: "bad"}


class RejectedLines(QWidget):
    """A list under its head: how many lines of which file, the fields they were refused for, and Save."""

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = tab
        self.batch_id: int | None = None
        self._head = QFrame(self)
        self.list = ListView("rejected_lines", tab.desk.tasks, tab.desk.settings, self)
        self.list.empty_words = lambda: ("No rejected lines", "Every line that this file was read with was taken.")
        self._title = Words(role="section")
        self._file = Words(role="muted")
        self._file.setMinimumWidth(40)
        self.fields = ChoiceButton("")
        self.fields.set_choices((("", "All fields"),))
        self.fields.chosen.connect(lambda field: self._keep())
        self.save_button = KeyButton("Save rejects as .xlsx", key="Ctrl+S", icon="download-simple")
        self.save_button.clicked.connect(lambda: self.save())
        self.correct_button = KeyButton("Correct lines", key="F2", icon="pencil-simple")
        self.correct_button.clicked.connect(lambda: self.correct())
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self._lay_out()

    def show_file(self, batch_id: int | None, name: str) -> None:
        """Read and show the lines of an import; ``None`` is a file that was not read."""
        workspace = self._tab.desk.workspace
        self.batch_id = batch_id
        self._file.set_words(name)
        if workspace is None or batch_id is None:
            self._tab.desk.tasks.cancel("rejected_lines")
            self._title.set_words("Nothing was read")
            self._fold(folded=True)
            return
        now = self._tab.request.now or workspace.now()

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import imports

            listing = imports.list_rejects(workspace.database, now, batch_id)
            fields = tuple(replace(field, hidden=field.hidden or field.key in _OF_FILE) for field in listing.fields)
            return Arranger(replace(listing, fields=fields))

        self._tab.desk.tasks.run(read, self._show, self._tab.report, kind="rejected_lines", owner=self)

    def save(self) -> None:
        """Write all lines of the refused orders to a workbook that can be corrected and dropped back."""
        listing, batch_id = self.list.shown_listing(), self.batch_id
        if listing is None or batch_id is None or not len(listing) or not self.save_button.isEnabled():
            self._tab.bar.show_message("warn", "There are no rejected lines to save.")
        elif self.correct_button.isEnabled():
            export_with(self._tab, "Rejected lines", partial(_write_rejects, batch_id))
        else:
            export_listing(self._tab, listing)

    def correct(self) -> None:
        """Put the lines, to be typed in, in the place of the list."""
        if self.batch_id is not None and self.correct_button.isEnabled():
            self._tab.desk.show("data", None, {"correct": str(self.batch_id)})

    def _show(self, arranger: "Arranger") -> None:
        listing = arranger.listing
        self._title.set_words(plural(len(listing), "rejected line") if len(listing) else "No rejected lines")
        self._fold(folded=not len(listing))
        self._allow_corrections(listing)
        self.fields.set_choices((("", "All fields"), *_fields(listing)))
        self.list.set_listing(arranger, self._tab.desk.formats(listing.as_of), tones=TONES)
        self._keep()

    def _fold(self, *, folded: bool) -> None:
        """Without lines only the head stays, and the list above gets the room."""
        self.list.setVisible(not folded)
        self.setMaximumHeight(theme.height("toolbar") + 1 if folded else _NO_LIMIT)
        self.fields.setVisible(not folded)
        self.save_button.setEnabled(not folded)
        self.correct_button.setVisible(not folded)
        self.save_button.setToolTip("No line of this file was rejected" if folded else "")

    def _allow_corrections(self, listing: Listing) -> None:
        """Lines that are refused and were kept can be corrected."""
        open_lines, kept = "open" in listing.columns["state"], any(listing.columns["kept"])
        self.correct_button.setEnabled(bool(open_lines and kept))
        why = "They were read before refused lines were kept" if open_lines else "No line is refused any more"
        settled = zip(listing.columns["state"], listing.columns["corrected_batch"], strict=True)
        again = {str(batch) for state, batch in settled if state == "again"}
        if again and not open_lines:
            why = f"They were refused again: correct them with import {max(again, key=int)}"
        self.correct_button.setToolTip("" if self.correct_button.isEnabled() else why)

    def _keep(self) -> None:
        field = self.fields.current
        wanted = {"field": frozenset({None if field == WHOLE_LINE else field})} if field else {}
        self.list.set_filters(wanted, None, "")

    def _lay_out(self) -> None:
        head = self._head
        head.setProperty("surface", "panel")
        head.setFixedHeight(theme.height("toolbar"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._file, 1)
        row.addLayout(self.buttons)
        self.buttons.addWidget(self.correct_button)
        row.addWidget(self.fields)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(lines.horizontal())
        column.addWidget(self.list, 1)


def _write_rejects(batch_id: int, workspace: Workspace, path: Path, progress: Progress) -> Path:
    from opsconsole.services import import_rejects_workbook

    now = workspace.now()
    return import_rejects_workbook.export_rejects(workspace.database, batch_id, path, now=now, progress=progress)


def _fields(listing: Listing) -> list[tuple[str, str]]:
    """Fields that lines were refused for, the most frequent first, with how many."""
    counts: Counter[Any] = Counter(listing.columns["field"])
    words = listing.field("field").label_of
    return [
        (WHOLE_LINE if name is None else str(name), f"{'Whole line' if name is None else words(name)} ({count:,})")
        for name, count in counts.most_common()
    ]
