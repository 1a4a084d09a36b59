"""The window's clock for feeds: often it looks which are due on this computer, and runs them off the thread."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from opsconsole.desktop.messages import MessageAction

if TYPE_CHECKING:
    from opsconsole.desktop.desk import Desk
    from opsconsole.desktop.main_window import MainWindow
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.domain.progress import Progress

# A feed of every minute is due a minute after it ran: a clock of a minute would miss that by a moment.
EVERY_MS = 15 * 1000
_KIND = "feed_clock"


class FeedClock(QObject):
    """Runs what is due; not while another moment is looked at, nor on a database opened for reading only.

    What failed is said once in the tab in front; the list of feeds has it until it is mended.
    """

    def __init__(self, desk: "Desk", window: "MainWindow", every_ms: int = EVERY_MS) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.tick)
        desk.workspace_changed.connect(self._follow)

    def tick(self) -> None:
        """Run what is due now; a run that is still under way is left alone."""
        workspace = self._desk.workspace
        if workspace is None or self._desk.tasks.is_running(_KIND):
            return
        desk = self._desk
        desk.tasks.run(
            lambda progress: _run(desk, workspace, progress), self._done, self._failed, kind=_KIND, owner=self
        )

    def _follow(self) -> None:
        workspace = self._desk.workspace
        self._told = ""
        if workspace is not None and workspace.live and not workspace.read_only:
            self._timer.start()
            self.tick()
        else:
            self._timer.stop()

    def _done(self, report: Any) -> None:
        if report is None:
            return
        from opsconsole.desktop.dialogs.sourcing_actions import TOUCHED
        from opsconsole.desktop.importing import TOUCHED as IMPORTED

        for bug in report.faults:
            self._desk.errors.report(bug)
        self._desk.touched(TOUCHED | IMPORTED if report.written else TOUCHED)
        self._tell(report)

    def _tell(self, report: Any) -> None:
        tab = self._window.current
        words = report.words
        if tab is None or not words or report.exit_code not in (2, 3) or words == self._told:
            return
        self._told = words
        show = MessageAction("Show", lambda: self._desk.show("data", None, {"list": "watching"}))
        tab.bar.show_message("warn", words, [show])

    def _failed(self, error: BaseException) -> None:
        from opsconsole.domain.errors import UserError

        # A server that does not answer is told where rows are loaded.
        if not isinstance(error, UserError):
            self._desk.errors.report(error)


def _run(desk: "Desk", workspace: "Workspace", progress: "Progress") -> Any:
    """What is due, and the rules after it where something came; None when nothing was due."""
    # Forms of every kind of feed: imported here, off the window's thread, and not at the start.
    from opsconsole.desktop.dialogs.sourcing_actions import passwords_of
    from opsconsole.services import clockwork, sourcing

    now = workspace.now()
    feeds = sourcing.due(workspace.database, now)
    if not feeds:
        return None
    who = workspace.user or "Schedule"
    report = sourcing.run(workspace.database, feeds, passwords_of(desk), who=who, now=now, progress=progress)
    if report.written:
        clockwork.turn(workspace.database, workspace.now(), who=who, progress=progress)
    return report
