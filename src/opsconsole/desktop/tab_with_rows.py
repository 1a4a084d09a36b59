"""A tab whose front gives way to rows: those behind a figure, or those a trial would touch; Esc leads back."""

from typing import Any, ClassVar

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from opsconsole.desktop.dialogs.export import export_listing
from opsconsole.desktop.rows_behind import RowsBehind
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.table.view import ListView


class TabWithRows(Tab):
    """The front is the tab's list unless ``make_front`` gives another; ``rows`` stand behind it.

    ``rows_name`` is the name under which the layout of the rows is remembered, ``back`` the words of the way back.
    """

    rows_name: ClassVar[str]
    back: ClassVar[str] = "Back"

    def make_front(self) -> QWidget:
        """What stands there while no rows are asked for."""
        return self.list

    def make_place(self, body: QWidget) -> QWidget:
        """The front or the rows."""
        self._stack = QStackedWidget(body)
        return self._stack

    def make_body(self) -> QWidget:
        """Message bar over the front, or over the rows."""
        self.front = self.make_front()
        self.rows = RowsBehind(ListView(self.rows_name, self.desk.tasks, self.desk.settings), self.back)
        self.rows.back_asked.connect(self.escape)
        self._stack.addWidget(self.front)
        self._stack.addWidget(self.rows)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.chips.hide()
        return self.body

    @property
    def shows_rows(self) -> bool:
        """Whether rows are shown in the place of the front."""
        return self._stack.currentIndex() == 1

    def show_arranged(self, arranger: Any) -> None:
        """Bring rows to the front."""
        # In front first: a list that is not seen has no width to share out among its columns.
        self._stack.setCurrentIndex(1)
        self.rows.show_rows(arranger, self.desk.formats(self.request.now))
        self.rows.list.setFocus()

    def export_front(self) -> None:
        """Write what the front shows."""
        super().export()

    def export(self) -> None:
        """Write the rows while they are shown, else what the front shows."""
        shown = self.rows.list.shown_listing() if self.shows_rows else None
        if shown is not None:
            export_listing(self, shown)
        else:
            self.export_front()

    def escape(self) -> None:
        """Esc: back from the rows first."""
        if self.shows_rows:
            self._stack.setCurrentIndex(0)
            self.front.setFocus()
        else:
            super().escape()
