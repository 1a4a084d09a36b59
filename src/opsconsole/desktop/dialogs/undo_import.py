"""Undoing an import: every row that would be put back, and what stays and why, are shown before it is done."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.messages import MessageBar
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.words import Words
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services.import_undo import UndoReport

TOUCHED = frozenset({"imports", "orders", "order_exceptions", "stock_levels", "vendors", "kpis"})
_SIZE = (1200, 600)
_TONES = {"what": lambda what: {"removed": "bad", "restored": "accent", "stays": "warn"}.get(what, "text")}


def undo_import(tab: "Tab", batch_id: int) -> None:
    """Look at what undoing an import does, then show it."""
    workspace = tab.desk.workspace
    if workspace is None:
        return

    def look(progress: Progress) -> Any:
        from opsconsole.desktop.table.arranger import Arranger
        from opsconsole.services import import_undo

        report = import_undo.preview_undo(workspace.database, batch_id, workspace.now(), progress)
        return report, Arranger(report.rows)

    tab.run(look, lambda found: UndoImportDialog(tab, *found).open(), kind="undo", text="Looking at what is undone")


class UndoImportDialog(QDialog):
    """The rows, and the button that does it."""

    def __init__(self, tab: "Tab", report: "UndoReport", arranger: "Arranger") -> None:
        super().__init__(tab)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Undo import")
        self.resize(*_SIZE)
        self._tab = tab
        self._report = report
        self.bar = MessageBar()
        self.list = ListView("undo_import", tab.desk.tasks, tab.desk.settings)
        self.list.empty_words = lambda: ("Nothing is changed by it", "The import had changed nothing that is there.")
        words = Words("\n".join(report.words()), wrap=True)
        words.setContentsMargins(16, 12, 16, 8)
        self.undo = KeyButton("Undo import", key="Enter", style="primary")
        self.undo.clicked.connect(self.accept)
        self.list.activated.connect(lambda identity: self.accept())
        close = KeyButton("Leave it", key="Esc")
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(self.undo)
        row.addWidget(close)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(words)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        formats = tab.desk.formats(report.as_of)
        self.list.set_listing(arranger, formats, tones=_TONES)
        self.list.grid.setFocus()

    def accept(self) -> None:
        """Do it, then run the rules."""
        workspace = self._tab.desk.workspace
        if workspace is None or not self.undo.isEnabled():
            return
        self.undo.setEnabled(False)
        batch_id = self._report.batch_id

        def write(progress: Progress) -> "UndoReport":
            from opsconsole.services import clockwork, import_undo

            now = workspace.now()
            done = import_undo.undo_import(workspace.database, batch_id, who=workspace.user, now=now, progress=progress)
            progress.step(0, 0, "Running the exception rules")
            clockwork.turn(workspace.database, workspace.now(), who=workspace.user)
            return done

        self._tab.desk.tasks.run(
            write,
            self._done,
            self._refused,
            kind="undo_import",
            text="Undoing the import",
            owner=self,
            on_progress=self.bar.show_progress,
            on_end=self.bar.end_progress,
        )

    def _done(self, report: "UndoReport") -> None:
        self._tab.bar.show_message("good", report.headline().replace("**", ""))
        super().accept()
        self._tab.desk.touched(TOUCHED)

    def _refused(self, error: BaseException) -> None:
        self.undo.setEnabled(True)
        if isinstance(error, UserError):
            self.bar.show_message("bad", str(error))
        else:
            self._tab.report(error)
