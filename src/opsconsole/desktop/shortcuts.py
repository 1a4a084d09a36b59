"""The list of shortcuts that ``?`` shows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop.actions import LIST_KEYS, WINDOW_ACTIONS
from opsconsole.desktop.keycaps import KeyButton, KeyCap
from opsconsole.desktop.words import Words


class ShortcutsDialog(QDialog):
    """All shortcuts in columns: window, list, and those of the tab in front."""

    def __init__(
        self, tabs: Sequence[tuple[str, str]], of_tab: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        """``tabs`` and ``of_tab`` are pairs of key and words."""
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        window = [(" ".join(action.keys), action.words) for action in WINDOW_ACTIONS]
        columns = QHBoxLayout()
        columns.setSpacing(32)
        # Three columns: two would be higher than a laptop's screen.
        columns.addLayout(_block((("Tabs", tabs), ("List", LIST_KEYS))))
        columns.addLayout(_block((("Window", window),)))
        columns.addLayout(_block((("This tab", of_tab),)))
        close = KeyButton("Close", key="Esc")
        close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addLayout(columns)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def _block(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    row = 0
    for title, entries in groups:
        if not entries:
            continue
        grid.addWidget(Words(title, role="section"), row, 0, 1, 2)
        row += 1
        for keys, words in entries:
            grid.addWidget(KeyCap(keys), row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(Words(words), row, 1)
            row += 1
        grid.setRowMinimumHeight(row, 8)
        row += 1
    grid.setRowStretch(row, 1)
    grid.setColumnStretch(1, 1)
    return grid
