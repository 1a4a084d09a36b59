"""What others do to the open database is seen within seconds: nobody works on a queue that is no longer true.

The numbers that tell of it are asked for on a timer: it holds behind connection poolers, on a file beside which the
command line works, and after a server was away, and costs two look-ups in an index.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from opsconsole.desktop.desk import Desk
    from opsconsole.desktop.workspace import Workspace

EVERY_MS = 5 * 1000
_KIND = "others"
Mark = tuple[int, ...]


class Others(QObject):
    """Has rows read again that others changed, and everything after an import by others; not while another moment is
    looked at.
    """

    def __init__(self, desk: "Desk", parent: QObject | None = None, every_ms: int = EVERY_MS) -> None:
        super().__init__(parent)
        self._desk = desk
        self._imports: Mark | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.tick)
        desk.workspace_changed.connect(self._follow)
        desk.data_changed.connect(self._data_changed)

    def tick(self) -> None:
        """Look now; a look that is still under way, at a server that does not answer, is left alone."""
        desk, workspace = self._desk, self._desk.workspace
        if workspace is None or desk.tasks.is_running(_KIND):
            return
        desk.tasks.run(
            lambda progress: _mark(workspace),
            self._told,
            lambda error: None,  # the lists tell that a database does not answer; the next look comes soon
            kind=_KIND,
            owner=self,
        )
        desk.look_asked.emit()

    def _follow(self) -> None:
        workspace = self._desk.workspace
        self._imports = None
        if workspace is not None and workspace.live:
            self._timer.start()
            self.tick()
        else:
            self._timer.stop()

    def _data_changed(self, subjects: frozenset[str]) -> None:
        # This window's own import, which it has told already.
        if "imports" in subjects:
            self._imports = None

    def _told(self, mark: Mark) -> None:
        before, self._imports = self._imports, mark
        if before is not None and mark != before:
            from opsconsole.desktop.importing import TOUCHED

            self._desk.touched(TOUCHED)
            self._imports = mark


def _mark(workspace: "Workspace") -> Mark:
    from opsconsole.services import import_lists

    return import_lists.mark_of_imports(workspace.database)
