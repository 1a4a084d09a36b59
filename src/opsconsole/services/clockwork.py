"""One turn of the clock, whoever asks for it (the window's timer, an import, the command line).

The rules run, who waited long enough is looked at again, and automation acts on what was opened.
"""

from dataclasses import dataclass, field

from opsconsole.domain.detection_report import DetectionReport
from opsconsole.domain.progress import Progress
from opsconsole.services.automation_run import Acted, run_automation
from opsconsole.services.detection import detect
from opsconsole.services.detection_life import SYSTEM
from opsconsole.services.order_exceptions_actions_clock import end_waits
from opsconsole.store.database import Database


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a turn: the rules' report, ids whose wait ended, and what automation did."""

    report: DetectionReport
    woken: tuple[int, ...] = ()
    acted: Acted = field(default_factory=Acted)

    @property
    def changed(self) -> bool:
        """Whether anything on the queue is different now."""
        report = self.report
        return bool(report.opened or report.closed or report.reopened or self.woken or self.acted.touched)

    @property
    def words(self) -> str:
        """``3 opened, 1 closed by the data, automation acted on 2 exceptions``."""
        woken = f"{len(self.woken):,} no longer waiting" if self.woken else ""
        return ", ".join(part for part in (self.report.words, woken, self.acted.words) if part)


def turn(
    database: Database, now: int, *, full: bool = False, who: str = SYSTEM, progress: Progress | None = None
) -> Turn:
    """Run the rules and what belongs to them; see ``detection.detect`` for ``full`` and what it raises.

    Where another client detects, nothing is done here: it does the rest as well.
    """
    report = detect(database, now, full=full, who=who, progress=progress)
    if report.scope == "busy":
        return Turn(report)
    return Turn(report, end_waits(database, now), run_automation(database, now, report.touched))
