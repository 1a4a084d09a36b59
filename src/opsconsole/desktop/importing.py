"""Importing from the window: look at the files, show what they would do, write, run the rules, say what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from opsconsole.desktop.files import FILE_FILTER
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.settings import IMPORT_LOOK, LAST_FOLDER
from opsconsole.desktop.tasks import Task
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.import_answers import Answers
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.messages import MessageBar
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services.clockwork import Turn
    from opsconsole.services.import_preview import Preview
    from opsconsole.services.import_report import FileReport

WRITING = "import.write"
_LOOKING = "look"
CLOSING = "Files are being imported. Closing takes back what is not in yet; it is listed here the next time."
TOUCHED = frozenset({"imports", "orders", "order_exceptions", "stock_levels", "vendors", "kpis"})
LISTS = ("changes", "rejects", "first_rows", "columns")


@dataclass
class Looked:
    """Files that were looked at, with their lists made ready for the screen: by file key and name of the list."""

    preview: "Preview"
    lists: dict[tuple[str, str], "Arranger"] = field(default_factory=dict)


@dataclass
class ImportOutcome:
    """What an import from the window did: a report per file, and what the rules said afterwards."""

    files: list["FileReport"] = field(default_factory=list)
    headline: str = ""
    detection: "Turn | None" = None
    run_id: int | None = None
    rules_cancelled: bool = False
    rules_fault: str = ""

    @property
    def written(self) -> bool:
        """Whether any file is in."""
        return any(file.written for file in self.files)

    @property
    def lost(self) -> bool:
        """Whether a file is neither in nor kept in the list of imports: the database did not answer any more."""
        return any(not file.batch_id and not file.unread_id for file in self.files)


class Importing(QObject):
    """Imports files for a tab; ``last`` is what the last import did.

    ``looking`` is called before files are looked at to be shown, ``show_preview`` with what was looked at, ``shown``
    with what was imported. ``bars`` are those in which the end of an import is told.
    """

    def __init__(
        self,
        tab: "Tab",
        show_preview: Callable[[Sequence[Path], Looked], None],
        shown: Callable[[ImportOutcome], None],
        looking: Callable[[], object],
        bars: Callable[[], Sequence["MessageBar"]],
    ) -> None:
        super().__init__(tab)
        self._tab = tab
        self._show_preview = show_preview
        self._shown = shown
        self._looking = looking
        self._bars = bars
        self.last: ImportOutcome | None = None
        self._looked_at: list[Path] = []
        self._again = MessageAction("Try again", lambda: None)

    def choose(self, *, check_only: bool = False) -> None:
        """Ask for files, then import them."""
        folder = self._tab.desk.settings.get(LAST_FOLDER) or str(Path.home())
        names, _ = QFileDialog.getOpenFileNames(self._tab, "Choose files to import", folder, FILE_FILTER)
        if names:
            self._tab.desk.settings.set(LAST_FOLDER, str(Path(names[0]).parent))
            self.start([Path(name) for name in names], check_only=check_only)

    def start(self, paths: Sequence[Path], *, check_only: bool = False) -> None:
        """Show what the files would do; import at once where that is wished and there is nothing to ask.

        Files that are being looked at are not forgotten for those that come now: they are looked at together.
        """
        workspace = self._tab.desk.workspace
        if workspace is None or not paths:
            return
        before = self._looked_at if self._tab.desk.tasks.is_running(f"{self._tab.key}.{_LOOKING}") else []
        self._looked_at = paths = list(dict.fromkeys([*before, *paths]))
        if check_only or self._tab.desk.settings.get(IMPORT_LOOK):
            self._preview(workspace, paths)
            return
        self._tab.run(
            lambda progress: _all_known(workspace, paths, progress),
            lambda known: self._go_on(workspace, paths, known=known),
            kind=_LOOKING,
            text="Looking at the files",
        )

    def import_now(self, paths: Sequence[Path], answers: Mapping[str, Answers]) -> bool:
        """Write the files, then run the rules; false while another import is under way, which is not disturbed."""
        tab = self._tab
        workspace = tab.desk.workspace
        if workspace is None or self.is_writing:
            tab.bar.show_message("warn", "An import is under way. Import these files when it is done.")
            return False
        made: list[ImportOutcome] = []
        self._again = MessageAction("Try again", partial(self._retry, paths, answers))

        def ended(task: Task) -> None:
            tab.bar.end_progress(task)
            if made and not task.wanted:  # cancelled: what was done before stays, and is told
                self._tell(made[0])

        def failed(error: BaseException) -> None:
            if isinstance(error, UserError):
                self._say("bad", str(error), [self._again])
            else:
                tab.report(error)

        tab.bar.clear()  # what the last import did
        tab.desk.tasks.run(
            lambda progress: import_and_detect(workspace, paths, answers, progress, made),
            self._tell,
            failed,
            kind=WRITING,
            text="Importing",
            owner=tab,
            on_progress=tab.bar.show_progress,
            on_end=ended,
        )
        return True

    def _retry(self, paths: Sequence[Path], answers: Mapping[str, Answers]) -> None:
        self.import_now(paths, answers)

    @property
    def is_writing(self) -> bool:
        """Whether files are being written now."""
        return self._tab.desk.tasks.is_running(WRITING)

    def _go_on(self, workspace: Workspace, paths: Sequence[Path], *, known: bool) -> None:
        if not known or not self.import_now(paths, {}):
            self._preview(workspace, paths)

    def _preview(self, workspace: Workspace, paths: Sequence[Path]) -> None:
        self._looking()
        self._tab.run(
            lambda progress: look_at(workspace, paths, {}, progress),
            lambda looked: self._show_preview(paths, looked),
            kind=_LOOKING,
            text="Looking at the files",
        )

    def _say(self, tone: str, words: str, actions: Sequence[MessageAction]) -> None:
        """Tell how an import ended, also on a page that stands in the place of the list by then."""
        for bar in self._bars():
            bar.show_message(tone, words, actions)

    def _tell(self, outcome: ImportOutcome) -> None:
        self.last = outcome
        failed = [file for file in outcome.files if file.message]
        words = outcome.headline.replace("**", "")
        if outcome.detection is not None:
            words = f"{words} Exceptions: {outcome.detection.words.lower()}."
        if outcome.rules_cancelled:
            words = f"{words} The exception rules were cancelled: nothing of them was written."
        if outcome.rules_fault:
            words = f"{words} The exception rules did not run; the next run looks at these files."
            if not any(outcome.rules_fault == " ".join(file.words()) for file in failed):
                words = f"{words} {outcome.rules_fault}"
        actions = []
        cancelled = sum(1 for file in outcome.files if file.state == "cancelled")
        if outcome.lost or cancelled:
            actions.append(self._again)
        if outcome.written:
            actions.append(MessageAction("Show exceptions", lambda: self._tab.desk.show("order_exceptions")))
        other = [file for file in failed if file.state != "not_recognized"]
        if other:
            words = f"{words} {' '.join(other[0].words())}"
        if cancelled:
            words = f"{words} Cancelled: {plural(cancelled, 'file')}."
        refused = any(file.rejects for file in outcome.files)
        doubtful = failed or refused or cancelled or outcome.rules_fault
        self._say("warn" if doubtful else "good", words, actions)
        if outcome.lost:  # a database that does not answer gives no lists either: its error would stand here instead
            return
        self._shown(outcome)
        self._tab.desk.touched(TOUCHED)
        if cancelled and outcome.written:
            self._run_rules(outcome)
        self._note_reorders(outcome)

    def _run_rules(self, outcome: ImportOutcome) -> None:
        """Files that are in are looked at, whatever became of the rest; nobody waits for it."""
        workspace, desk = self._tab.desk.workspace, self._tab.desk
        if workspace is None:
            return
        desk.tasks.run(
            lambda progress: _detect(workspace, outcome, progress),
            lambda _: desk.touched(TOUCHED),
            kind="import.rules",
            owner=self._tab,
        )

    def _note_reorders(self, outcome: ImportOutcome) -> None:
        """What is to reorder now takes longer to work out; the panel shows it when it is known."""
        workspace, run_id = self._tab.desk.workspace, outcome.run_id
        if workspace is None or run_id is None or not outcome.written:
            return

        def work(progress: Progress) -> None:
            from opsconsole.services import import_runs

            import_runs.note_reorders(workspace.database, run_id, workspace.now())

        desk = self._tab.desk
        desk.tasks.run(work, lambda _: desk.touched({"imports"}), kind="import.reorders", owner=self._tab)


def _all_known(workspace: Workspace, paths: Sequence[Path], progress: Progress) -> bool:
    """Whether every file is recognized and nobody has to say where it is from."""
    from opsconsole.domain.errors import UserError
    from opsconsole.services import imports

    for number, path in enumerate(paths):
        progress.step(number, len(paths), f"Looking at {path.name}")
        if path.is_dir() or path.suffix.lower() == ".zip":
            continue
        try:
            found = imports.recognize(path, workspace.database, now=workspace.now())
        except UserError:
            return False
        if found.needs_channel or not found.recognized:
            return False
    return True


def look_at(workspace: Workspace, paths: Sequence[Path], answers: Mapping[str, Answers], progress: Progress) -> Looked:
    """Try the files without writing and make their lists ready; runs in a worker."""
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services import import_preview

    database, now = workspace.database, workspace.now()
    preview = import_preview.preview_files(
        database, paths, answers=answers, who=workspace.user, now=now, progress=progress
    )
    looked = Looked(preview)
    for file in preview.files:
        for name in LISTS:
            listing = getattr(file, name)
            if listing is not None:
                looked.lists[file.key, name] = Arranger(listing)
    return looked


def import_and_detect(
    workspace: Workspace,
    paths: Sequence[Path],
    answers: Mapping[str, Answers],
    progress: Progress,
    made: list[ImportOutcome],
) -> ImportOutcome:
    """Import files with what was said of each, then run the rules; runs in a worker.

    What came of it is put into ``made`` too: after a cancel nobody is handed a result.
    """
    from opsconsole.services import imports

    report = imports.import_files(
        workspace.database, paths, answers=answers, who=workspace.user, now=workspace.now(), progress=progress
    )
    outcome = ImportOutcome(report.files, report.headline(), run_id=report.run_id)
    made.append(outcome)
    if outcome.written and not report.cancelled:
        try:
            _detect(workspace, outcome, progress)
        except Cancelled:
            outcome.rules_cancelled = True
        except UserError as fault:  # the files are in all the same, and the next run looks at them
            outcome.rules_fault = str(fault)
    return outcome


def _detect(workspace: Workspace, outcome: ImportOutcome, progress: Progress) -> None:
    """Run the rules after an import and keep what they did; runs in a worker."""
    from opsconsole.services import clockwork, import_runs

    progress.step(0, 0, "Running the exception rules")
    database = workspace.database
    outcome.detection = turn = clockwork.turn(database, workspace.now(), who=workspace.user, progress=progress)
    import_runs.note_effects(database, outcome.run_id, turn.report, workspace.now())
