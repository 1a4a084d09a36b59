"""Looking at files of a preview once more: only those that something was said of, and never with stale words."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.importing import Looked, look_at
from opsconsole.desktop.tasks import Task

if TYPE_CHECKING:
    from opsconsole.desktop.import_preview import ImportPreview
    from opsconsole.desktop.tab import Tab
    from opsconsole.services.import_report import FileReport

_KIND = "import.preview"


class LookingAgain:
    """``keys`` are the files that are being looked at: what was known of them is not told meanwhile."""

    def __init__(self, tab: "Tab", preview: "ImportPreview") -> None:
        self._tab = tab
        self._preview = preview
        self.keys: set[str] = set()

    def look(self, keys: Collection[str] | None = None, *, on: bool = False, why: str = "") -> None:
        """Look at some files, or at all; ``on`` leads to the next that needs something, with the keyboard.

        ``why`` is told from now on, and still when it is done.
        """
        workspace, looked = self._tab.desk.workspace, self._preview.looked
        if workspace is None:
            return
        files = [] if looked is None else looked.preview.files
        # A request that is under way is replaced by this one, so its files are part of it.
        self.keys |= {file.key for file in files} if keys is None else set(keys)
        again = [file for file in files if file.key in self.keys]
        some = keys is not None and len(again) < len(files) and all(file.path for file in again)
        paths = [Path(file.path) for file in again] if some else list(self._preview.paths)
        answers, bar = dict(self._preview.answers.said), self._preview.bar
        self._preview.show_again(on=False)
        if why:
            bar.show_message("warn", why)
        self._tab.desk.tasks.run(
            lambda progress: look_at(workspace, paths, answers, progress),
            partial(self._done, some=some, on=on, why=why),
            self._failed,
            kind=_KIND,
            text="Looking at the files",
            owner=self._preview,
            on_progress=bar.show_progress,
            on_end=self._ended,
        )

    def stop(self) -> None:
        """Nobody wants to know any more."""
        self.keys.clear()
        self._tab.desk.tasks.cancel(_KIND)

    def _done(self, found: Looked, *, some: bool, on: bool, why: str) -> None:
        before = self._preview.looked
        if some and before is not None:
            kept = {key: one for key, one in before.lists.items() if key[0] not in self.keys}
            found = Looked(before.preview.with_files(found.preview), {**kept, **found.lists})
        self.keys.clear()
        self._preview.looked = found
        if not why:
            self._preview.bar.clear()  # what it said may hold no more
        self._preview.show_again(on=on)

    def _failed(self, error: BaseException) -> None:
        self._not_looked_at()
        self._tab.desk.errors.bar = self._preview.bar
        self._tab.desk.errors.report(error)

    def _ended(self, task: Task) -> None:
        self._preview.bar.end_progress(task)
        if not task.wanted and self.keys and not self._tab.desk.tasks.is_running(_KIND):
            self._not_looked_at()

    def _not_looked_at(self) -> None:
        """What was known of the files holds no more, and nothing new is known."""
        looked = self._preview.looked
        if looked is not None:
            for number, file in enumerate(looked.preview.files):
                if file.key in self.keys:
                    looked.preview.files[number] = replace(file, report=_unknown(file.report))
        self.keys.clear()
        self._preview.show_again(on=False)


def _unknown(report: "FileReport") -> "FileReport":
    """A report without what was found and asked."""
    asked: dict[str, Any] = {"ask_formats": {}, "ask_channels": (), "ask_currencies": (), "ask_readings": ()}
    return replace(
        report, state="cancelled", message="", hint="", counts=[], rejects=type(report.rejects)(), notes=[], **asked
    )
