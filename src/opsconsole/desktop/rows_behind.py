"""The rows behind a figure, in the place of a tab's list: what they are, what the figure counts, and the way back."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.words import Words

if TYPE_CHECKING:
    from opsconsole.desktop.table.arranger import Arranger


class RowsBehind(QWidget):
    """A list under a line that names it; ``back_asked`` for the way back, ``list`` is the list itself.

    ``no_rows`` says why there are none.
    """

    back_asked = Signal()

    def __init__(self, view: ListView, back: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.no_rows = "At this moment nothing is counted here."
        self.list = view
        self.list.empty_words = lambda: ("No rows", self.no_rows)
        self._title = Words(role="section")
        self._definition = Words(role="small")
        self._definition.setMinimumWidth(40)
        button = KeyButton(back, key="Esc")
        button.clicked.connect(self.back_asked)
        head = QFrame()
        head.setProperty("surface", "panel")
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(button)
        row.addWidget(self._title)
        row.addWidget(self._definition, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(lines.horizontal())
        column.addWidget(self.list, 1)

    def show_rows(self, arranger: "Arranger", formats: Formats) -> None:
        """Show a listing; its first note is the figure's definition."""
        listing = arranger.listing
        self._title.set_words(f"{listing.title} ({len(listing):,})")
        self._definition.set_words(listing.notes[0] if listing.notes else "")
        self._definition.setToolTip(listing.notes[0] if listing.notes else "")
        self.list.set_listing(arranger, formats)
        self.list.select_first()
