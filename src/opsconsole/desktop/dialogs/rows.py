"""Rows behind a number, in a window of their own."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.words import Words
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

_SIZE = (1180, 520)


class RowsDialog(QDialog):
    """A listing under a sentence."""

    def __init__(self, tab: "Tab", title: str, listing: Listing) -> None:
        super().__init__(tab)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Rows")
        self.resize(*_SIZE)
        self.list = ListView("rows", tab.desk.tasks, tab.desk.settings)
        close = KeyButton("Close", key="Esc")
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(close)
        row.addStretch(1)
        words = Words(title, wrap=True)
        words.setContentsMargins(16, 12, 16, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(words)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        formats = tab.desk.formats(listing.as_of, listing.time_zone)

        def arrange(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger

            return Arranger(listing)

        tab.desk.tasks.run(arrange, lambda made: self.list.set_listing(made, formats), kind="rows", owner=self)
