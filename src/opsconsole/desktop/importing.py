"""Importing from the window: recognize, ask which shop a file is from, write, run the rules, say what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.files import FILE_FILTER
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.settings import LAST_FOLDER
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.services.clockwork import Turn
    from opsconsole.services.import_recognition import Recognition
    from opsconsole.services.import_report import FileReport

TOUCHED = frozenset({"imports", "orders", "order_exceptions", "stock_levels", "vendors", "kpis"})


@dataclass
class ImportOutcome:
    """What an import from the window did: a report per file, and what the rules said afterwards."""

    files: list["FileReport"] = field(default_factory=list)
    headline: str = ""
    detection: "Turn | None" = None
    dry_run: bool = False


class Importing(QObject):
    """Imports files for a tab; ``last`` is what the last import did, ``shown`` is called with it."""

    def __init__(self, tab: "Tab", shown: Callable[[ImportOutcome], None]) -> None:
        super().__init__(tab)
        self._tab = tab
        self._shown = shown
        self.last: ImportOutcome | None = None

    def choose(self, *, check_only: bool = False) -> None:
        """Ask for files, then import them."""
        folder = self._tab.desk.settings.get(LAST_FOLDER) or str(Path.home())
        names, _ = QFileDialog.getOpenFileNames(self._tab, "Choose files to import", folder, FILE_FILTER)
        if names:
            self._tab.desk.settings.set(LAST_FOLDER, str(Path(names[0]).parent))
            self.start([Path(name) for name in names], check_only=check_only)

    def start(self, paths: Sequence[Path], *, check_only: bool = False) -> None:
        """Look at the files; ask for the channel of those that nobody named yet; then import."""
        workspace = self._tab.desk.workspace
        if workspace is None or not paths:
            return
        self._tab.run(
            lambda progress: _look_at(workspace, paths, progress),
            lambda unknown: self._ask_or_import(paths, unknown, {}, check_only),
            kind="import",
            text="Looking at the files",
        )

    def _ask_or_import(
        self, paths: Sequence[Path], unknown: list[tuple[Path, "Recognition"]], known: dict[Path, str], check_only: bool
    ) -> None:
        if not unknown:
            self._import(paths, known, check_only)
            return
        path, found = unknown[0]

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            prompt.finish()
            # Files of the same source are usually of the same shop: one answer serves them all.
            same = {other: answers["channel"] for other, one in unknown if one.source == found.source}
            rest = [(other, one) for other, one in unknown if other not in same]
            self._ask_or_import(paths, rest, {**known, **same}, check_only)

        field = PromptField(
            "channel",
            f"{found.label}. Two shops both have an order #1001, so the name of the shop is part of every order.",
            Entry.SUGGEST,
            found.channels,
            needed="Name the shop, for example shopify-us.",
        )
        self._tab.set_panel_open(True)
        ask(self._tab.panel, f"Which shop is {path.name} from?", (field,), "Import", accepted, draft=f"channel:{path}")

    def _import(self, paths: Sequence[Path], channels: Mapping[Path, str], check_only: bool) -> None:
        workspace = self._tab.desk.workspace
        if workspace is None:
            return
        self._tab.run(
            lambda progress: import_and_detect(workspace, paths, channels, check_only, progress),
            self._tell,
            kind="import",
            text="Checking files" if check_only else "Importing",
        )

    def _tell(self, outcome: ImportOutcome) -> None:
        self.last = outcome
        failed = [file for file in outcome.files if file.message]
        words = outcome.headline.replace("**", "")
        if outcome.detection is not None:
            words = f"{words} Exceptions: {outcome.detection.words.lower()}."
        actions = []
        if not outcome.dry_run and len(failed) < len(outcome.files):
            actions.append(MessageAction("Show exceptions", lambda: self._tab.desk.show("order_exceptions")))
        if failed:
            words = f"{words} {' '.join(failed[0].words())}"
        refused = any(file.rejects for file in outcome.files)
        self._tab.bar.show_message("warn" if failed or refused or outcome.dry_run else "good", words, actions)
        self._shown(outcome)
        if not outcome.dry_run:
            self._tab.desk.touched(TOUCHED)


def _look_at(workspace: Workspace, paths: Sequence[Path], progress: Progress) -> list[tuple[Path, Any]]:
    from opsconsole.domain.errors import UserError
    from opsconsole.services import imports

    unknown = []
    for number, path in enumerate(paths):
        progress.step(number, len(paths), f"Looking at {path.name}")
        if path.is_dir() or path.suffix.lower() == ".zip":
            continue
        try:
            found = imports.recognize(path, workspace.database, now=workspace.now())
        except UserError:
            continue  # the import tells what is wrong with it
        if found.needs_channel:
            unknown.append((path, found))
    return unknown


def import_and_detect(
    workspace: Workspace, paths: Sequence[Path], channels: Mapping[Path, str], check_only: bool, progress: Progress
) -> ImportOutcome:
    """Import files, each with the channel it was given, then run the rules; runs in a worker."""
    from opsconsole.services import clockwork, imports

    now = workspace.now()
    groups: dict[str | None, list[Path]] = {}
    for path in paths:
        groups.setdefault(channels.get(path), []).append(path)
    merged = imports.ImportReport(now, dry_run=check_only)
    for channel, members in groups.items():
        report = imports.import_files(
            workspace.database,
            members,
            channel=channel,
            dry_run=check_only,
            who=workspace.user,
            now=now,
            progress=progress,
        )
        merged.files += report.files
    outcome = ImportOutcome(merged.files, merged.headline(), dry_run=check_only)
    if any(file.written for file in merged.files):
        progress.step(0, 0, "Running the exception rules")
        outcome.detection = clockwork.turn(workspace.database, workspace.now(), who=workspace.user)
    return outcome
