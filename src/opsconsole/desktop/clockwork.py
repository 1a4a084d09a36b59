"""The window's clock: while a live database is open the exception rules run every few minutes, since time alone makes
orders late, and the tabs are told when something came of it.
"""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from opsconsole.desktop.desk import Desk
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.domain.progress import Progress

EVERY_MS = 5 * 60 * 1000
TOUCHED = frozenset({"order_exceptions"})


class Clockwork(QObject):
    """Runs the rules on a timer; not while another moment is looked at, nor on a database opened for reading only.

    ``turned`` tells that a turn is over, ``stopped`` that the clock stands still.
    """

    turned = Signal()
    stopped = Signal()

    def __init__(self, desk: "Desk", parent: QObject | None = None, every_ms: int = EVERY_MS) -> None:
        super().__init__(parent)
        self._desk = desk
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.tick)
        desk.workspace_changed.connect(self._follow)

    def stop(self) -> None:
        """No more ticks."""
        self._timer.stop()
        self.stopped.emit()

    def tick(self) -> None:
        """Run the rules now, off the window's thread; a run that is still under way is left alone."""
        workspace = self._desk.workspace
        if workspace is None or self._desk.tasks.is_running("clockwork"):
            return
        self._desk.tasks.run(
            lambda progress: _turn(workspace, progress), self._done, self._failed, kind="clockwork", owner=self
        )

    def _follow(self) -> None:
        workspace = self._desk.workspace
        if workspace is not None and workspace.live and not workspace.read_only:
            self._timer.start()
            self.tick()
        else:
            self.stop()

    def _done(self, turn: Any) -> None:
        if turn.changed:
            self._desk.touched(TOUCHED)
        self.turned.emit()

    def _failed(self, error: BaseException) -> None:
        from opsconsole.domain.errors import UserError

        # A server that does not answer is told where rows are loaded; a timer does not say it again every few minutes.
        if not isinstance(error, UserError):
            self._desk.errors.report(error)


def _turn(workspace: "Workspace", progress: "Progress") -> Any:
    from opsconsole.services import clockwork

    return clockwork.turn(workspace.database, workspace.now(), progress=progress)
