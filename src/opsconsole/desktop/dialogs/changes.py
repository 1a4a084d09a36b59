"""The list of changes: who changed what when, and taking any of them back, also after a restart."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.words import Words
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

TOUCHED = frozenset({"order_exceptions", "incidents", "rules"})
_SIZE = (940, 480)


class ChangesDialog(QDialog):
    """The changes of everybody, newest first; ``U`` or the button takes back the one that is current."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Changes")
        self.resize(*_SIZE)
        self._tab = tab
        self.list = ListView("changes", tab.desk.tasks, tab.desk.settings)
        self.list.empty_words = lambda: ("No changes yet", "What people do to exceptions and incidents is listed here.")
        self.told = Words("", tone="bad", wrap=True)
        self.told.hide()
        undo = KeyButton("Undo", key="U", style="primary")
        undo.clicked.connect(self.undo)
        close = KeyButton("Close", key="Esc")
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(undo)
        row.addWidget(close)
        row.addWidget(self.told, 1)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        QShortcut(QKeySequence("U"), self).activated.connect(self.undo)
        self.list.activated.connect(lambda identity: self.undo())
        self.reload()

    def reload(self) -> None:
        """Read the changes."""
        workspace = self._tab.desk.workspace
        if workspace is None:
            return
        self.list.show_skeleton()

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import changes

            return Arranger(changes.list_changes(workspace.database, workspace.now()))

        self._tab.desk.tasks.run(read, self._show, self._refuse, kind="changes", owner=self)

    def undo(self) -> None:
        """Take the current change back."""
        workspace, identity = self._tab.desk.workspace, self.list.current_id()
        if workspace is None or identity is None:
            return
        self.told.hide()

        def write(progress: Progress) -> Change:
            return _undone(workspace, identity)

        self._tab.desk.tasks.run(write, self._done, self._refuse, kind="undo", owner=self)

    def _show(self, arranger: Any) -> None:
        self.list.set_listing(arranger, self._tab.desk.formats())
        if self.list.current_id() is None:
            self.list.select_first()
        self.list.grid.setFocus()

    def _done(self, change: Change) -> None:
        self._tab.bar.show_message("good", f"{change.words}.")
        self._tab.desk.touched(TOUCHED)
        self.reload()

    def _refuse(self, error: BaseException) -> None:
        if isinstance(error, UserError):
            self.told.set_words(str(error))
            self.told.show()
        else:
            self._tab.report(error)


def undo_newest(tab: "Tab") -> None:
    """Take back the newest listed change of whoever looks that can be; say so when there is none."""
    workspace = tab.desk.workspace
    if workspace is None:
        return

    def write(progress: Progress) -> Change | None:
        from opsconsole.services import changes

        listing = changes.list_changes(workspace.database, workspace.now(), who=workspace.user)
        for row, identity in enumerate(listing.ids):
            # An undoing is listed too, to be taken back from there; Ctrl+Z goes on to what was done before.
            if listing.columns["state"][row] == "undoable" and listing.columns["kind"][row] != "undone":
                return _undone(workspace, identity)
        return None

    def done(change: Change | None) -> None:
        if change is None:
            tab.bar.show_message("warn", "There is nothing of yours to undo.")
            return
        tab.bar.show_message("good", f"{change.words}.")
        tab.desk.touched(TOUCHED)

    tab.run(write, done, kind="undo")


def _undone(workspace: Workspace, identity: int) -> Change:
    from opsconsole.services import changes

    change = changes.undo_change(workspace.database, identity, who=workspace.user, now=workspace.now())
    if change.conflicts and not change.ids:
        raise UserError(f"{change.conflicts[0].name} was changed since then.", "Look at its history.")
    return change
