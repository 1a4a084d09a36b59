"""What two people changed at once: said in the bar over the list, shown value by value, decided by who comes second."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.cells import make_cell
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words
from opsconsole.domain.change import Change, Conflict, Difference
from opsconsole.domain.wording import plural

MOST_SHOWN = 12
_HEADERS = ("What", "When you read it", "There now", "You wanted")


def told(change: Change, formats: Formats) -> str:
    """A refused change in one sentence: who changed what when, how many more, and what was written all the same."""
    first = change.conflicts[0]
    more = len(change.conflicts) - 1
    also = f", and {plural(more, 'other')} changed too" if more else ""
    written = f" {change.words}." if change.ids else " Yours was not written."
    return f"{_who_did(first, formats)}{also}.{written}"


def _who_did(conflict: Conflict, formats: Formats) -> str:
    when = f" at {formats.instant(conflict.at)}" if conflict.at is not None else ""
    return f"{conflict.who or 'Somebody else'} changed {conflict.name}{when}: {conflict.words or 'see its history'}"


def values(difference: Difference, formats: Formats) -> tuple[str, str, str, str]:
    """The name of a value, and the three values in words: as read, as it is there, as it was wanted."""
    field = difference.field
    seen, there, wanted = (
        make_cell(field, raw, field.currency, formats).text
        for raw in (difference.seen, difference.there, difference.wanted)
    )
    return field.label, seen, there, wanted


class ConflictDialog(QDialog):
    """The differences in a table; ``write_mine`` writes over them, closing keeps theirs."""

    def __init__(
        self,
        conflicts: Sequence[Conflict],
        formats: Formats,
        write_mine: Callable[[], None] | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Changed meanwhile")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        for conflict in conflicts[:MOST_SHOWN]:
            column.addWidget(Words(_who_did(conflict, formats), role="section", wrap=True))
            if conflict.differences:
                column.addLayout(_table(conflict.differences, formats))
        if len(conflicts) > MOST_SHOWN:
            column.addWidget(Words(f"and {plural(len(conflicts) - MOST_SHOWN, 'other')}", role="small"))
        column.addLayout(self._buttons(write_mine))
        self.setMinimumWidth(520)

    def _buttons(self, write_mine: Callable[[], None] | None) -> QHBoxLayout:
        row = QHBoxLayout()
        keep = KeyButton("Keep theirs", key="Esc", style="primary")
        keep.clicked.connect(self.reject)
        row.addWidget(keep)
        if write_mine is not None:
            mine = KeyButton("Write mine")

            def chosen() -> None:
                self.accept()
                write_mine()

            mine.clicked.connect(chosen)
            row.addWidget(mine)
        row.addStretch(1)
        return row


def _table(differences: Sequence[Difference], formats: Formats) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    for column, header in enumerate(_HEADERS):
        grid.addWidget(Words(header, role="small"), 0, column)
    for row, difference in enumerate(differences, 1):
        for column, text in enumerate(values(difference, formats)):
            grid.addWidget(Words(f"**{text}**" if column == 2 else text), row, column)
    grid.setColumnStretch(len(_HEADERS) - 1, 1)
    return grid
