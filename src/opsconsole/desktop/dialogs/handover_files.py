"""Hand-over files from the window: pages as a PDF, or a workbook; offered to be opened when they are written."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QFileDialog

from opsconsole.desktop.dialogs.export import export_with, say_written, suggested_name
from opsconsole.desktop.settings import LAST_FOLDER
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.errors import UserError
from opsconsole.domain.handover import HandOver
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

_FILTERS = {"Letter pages (*.pdf)": "letter", "A4 pages (*.pdf)": "a4"}


def print_handover(tab: "Tab", told: HandOver) -> None:
    """Ask where to and on which paper, then write the pages."""
    workspace = tab.desk.workspace
    if workspace is None:
        return
    folder = Path(tab.desk.settings.get(LAST_FOLDER) or Path.home())
    suggested = (folder / suggested_name(told.title, told.as_of, told.time_zone)).with_suffix(".pdf")
    filters = list(_FILTERS)
    if QLocale.system().measurementSystem() == QLocale.MeasurementSystem.MetricSystem:
        filters.reverse()
    name, chosen = QFileDialog.getSaveFileName(tab, "Print the hand-over", str(suggested), ";;".join(filters))
    if not name:
        return
    path = Path(name if name.lower().endswith(".pdf") else f"{name}.pdf")
    tab.desk.settings.set(LAST_FOLDER, str(path.parent))
    write_pages(tab, told, path, _FILTERS.get(chosen, "letter"))


def write_pages(tab: "Tab", told: HandOver, path: Path, paper: str) -> None:
    """Write the pages to a known place, one per turn of the event loop."""
    from opsconsole.desktop.pages.handover_print import steps

    work = steps(told, path, tab.desk.formats(told.as_of, told.time_zone), paper)

    def step() -> None:
        try:
            next(work)
        except StopIteration:
            say_written(tab, path)
        except UserError as fault:
            tab.report(fault)
        else:
            QTimer.singleShot(0, tab, step)

    step()


def export_handover(tab: "Tab", told: HandOver, asked: dict[str, Any]) -> None:
    """Ask where to, then write the workbook of the span that is shown."""

    def write(workspace: Workspace, path: Path, progress: Progress) -> Path:
        from opsconsole.services import handover_listings

        return handover_listings.export_handover(
            workspace.database, path, told.as_of, **asked, since=told.span.since, progress=progress
        )

    export_with(tab, told.title, write)
