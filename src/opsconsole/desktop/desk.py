"""What every part of the window shares: tasks, settings, errors, the open workspace, and who tells whom of changes.

One ``Desk`` is made by ``app`` and handed down; there is no global one.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from opsconsole.desktop.errors import ErrorReporter
from opsconsole.desktop.settings import LANGUAGE, Settings
from opsconsole.desktop.tasks import Tasks

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from opsconsole.desktop.table.formats import Formats
    from opsconsole.desktop.workspace import Workspace


# Folder in the cache with rows of other databases that mappings are made of; gone when the window closes.
SAMPLES = "query_samples"


class Desk(QObject):
    """Shared parts of one window.

    ``workspace_changed``: another database, moment or user; tabs reload. ``data_changed(subjects)``: a write or an
    import touched these subjects (``{"order_exceptions", "orders"}``); tabs whose ``subjects`` meet them reload.
    ``rows_changed(subject, ids)``: a write touched these rows of a subject and nothing else; tabs read those again.
    ``look_asked``: a moment to look whether others changed rows that are shown.
    ``show_asked(tab key, identity, options)``: one tab leads to another; ``identity`` may be ``None``.
    """

    workspace_changed = Signal()
    data_changed = Signal(object)
    rows_changed = Signal(str, object)
    look_asked = Signal()
    show_asked = Signal(str, object, object)

    def __init__(
        self, tasks: Tasks, settings: Settings, errors: ErrorReporter, cache_folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self.settings = settings
        self.errors = errors
        self.cache_folder = cache_folder
        self._workspace: Workspace | None = None
        self._undo: tuple[str, Callable[[], None]] | None = None
        # Answers typed and not sent, by question: for the same question on the same rows of this database.
        self.drafts: dict[str, dict[str, str]] = {}
        # Passwords of other databases typed since the start (services.credentials.Passwords), made when first needed.
        self.passwords: Any = None
        # Where the window's pages stand. They are made there: moving a filled one styles everything in it once more.
        self.stage: QWidget | None = None

    @property
    def workspace(self) -> "Workspace | None":
        """The open workspace; ``None`` while the welcome is shown or a database is being opened."""
        return self._workspace

    def set_workspace(self, workspace: "Workspace | None") -> None:
        """Open another workspace (or none) and tell everybody."""
        before = self._workspace
        if before is not None and (workspace is None or workspace.database is not before.database):
            self.drafts.clear()
        self._workspace = workspace
        self._undo = None
        self.workspace_changed.emit()

    def formats(self, as_of: int = 0, zone: str = "") -> "Formats":
        """Formats of the user's locale at a moment, in a zone (the workspace's unless given)."""
        from opsconsole.desktop.table.formats import Formats, system_locale

        zone = zone or (self._workspace.time_zone if self._workspace else "UTC")
        moment = as_of or (self._workspace.now() if self._workspace else 0)
        return Formats(system_locale(self.settings.get(LANGUAGE)), zone, moment)

    def touched(self, subjects: frozenset[str] | set[str]) -> None:
        """Tell that subjects changed."""
        self.data_changed.emit(frozenset(subjects))

    def touched_rows(self, subject: str, ids: Iterable[Any]) -> None:
        """Tell that some rows of a subject changed and nothing else."""
        self.rows_changed.emit(subject, frozenset(ids))

    def show(self, tab: str, identity: Any = None, options: dict[str, str] | None = None) -> None:
        """Lead to another tab, to a row there, with some of its filters set."""
        self.show_asked.emit(tab, identity, dict(options or {}))

    def remember_undo(self, words: str, undo: Callable[[], None]) -> None:
        """Keep what Ctrl+Z does now."""
        self._undo = (words, undo)

    def undo(self) -> bool:
        """Undo the last change of this window; false when there is none."""
        if self._undo is None:
            return False
        _, undo = self._undo
        self._undo = None
        undo()
        return True
