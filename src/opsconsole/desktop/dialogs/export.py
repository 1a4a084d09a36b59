"""Writing workbooks from the window: asks for a name, writes in a worker, offers to open what was written."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.settings import LAST_FOLDER
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.instants import to_datetime
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

Write = Callable[[Workspace, Path, Progress], Path]


def suggested_name(title: str, now: int, zone: str) -> str:
    """``order-exceptions 2026-11-17 1042.xlsx``."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "export"
    return f"{words} {to_datetime(now, zone):%Y-%m-%d %H%M}.xlsx"


def export_with(tab: "Tab", title: str, write: Write) -> None:
    """Ask where to, then write; the bar says when it is done and opens the file or its folder."""
    workspace = tab.desk.workspace
    if workspace is None:
        return
    folder = Path(tab.desk.settings.get(LAST_FOLDER) or Path.home())
    suggested = folder / suggested_name(title, workspace.now(), workspace.time_zone)
    name, _ = QFileDialog.getSaveFileName(tab, f"Export {title}", str(suggested), "Excel workbook (*.xlsx)")
    if not name:
        return
    path = Path(name if name.lower().endswith(".xlsx") else f"{name}.xlsx")
    tab.desk.settings.set(LAST_FOLDER, str(path.parent))
    write_to(tab, path, write)


def write_to(tab: "Tab", path: Path, write: Write) -> None:
    """Write a workbook to a known place in a worker."""
    workspace = tab.desk.workspace
    if workspace is None:
        return
    tab.run(
        lambda progress: write(workspace, path, progress),
        lambda written: say_written(tab, written),
        kind="export",
        text=f"Writing {path.name}",
    )


def export_shown(tab: "Tab") -> None:
    """Export the rows a tab's list shows, as filtered and sorted."""
    listing = tab.list.shown_listing()
    if listing is None:
        tab.bar.show_message("warn", "There is no list here to export yet.")
        return
    export_listing(tab, listing)


def export_listing(tab: "Tab", listing: Listing) -> None:
    """Export the rows of any listing a tab shows."""

    def write(workspace: Workspace, path: Path, progress: Progress) -> Path:
        from opsconsole.services import exports

        return exports.export_listing(listing, path, progress=progress)

    export_with(tab, listing.title or tab.noun[1].capitalize(), write)


def export_kpis(tab: "Tab", grain: str) -> None:
    """Write all KPIs by day, week or month."""

    def write(workspace: Workspace, path: Path, progress: Progress) -> Path:
        from opsconsole.services import exports

        return exports.export_tab(workspace.database, "kpis", path, workspace.now(), period=grain, progress=progress)

    export_with(tab, "KPIs", write)


def export_review(tab: "Tab") -> None:
    """Write the weekly review of the newest complete week."""

    def write(workspace: Workspace, path: Path, progress: Progress) -> Path:
        from opsconsole.services import exports

        return exports.export_review(workspace.database, path, workspace.now(), progress=progress)

    export_with(tab, "weekly review", write)


def say_written(tab: "Tab", path: Path) -> None:
    """Say in the bar that a file was written, and offer to open it or its folder."""

    def show(place: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))

    actions = [MessageAction("Open", lambda: show(path)), MessageAction("Show folder", lambda: show(path.parent))]
    tab.bar.show_message("good", f"{path.name} was written.", actions)
