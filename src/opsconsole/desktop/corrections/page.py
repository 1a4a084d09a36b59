"""Correcting the refused lines of an import, in the place of the list of imports.

What is typed is kept in the database half a second later, and at once when the page is left: a failure, another tab or
the end of the window lose nothing. Ctrl+Enter reads the lines again and brings in what is right then.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.corrections.grid import CorrectionsGrid
from opsconsole.desktop.dialogs.export import export_with
from opsconsole.desktop.importing import TOUCHED
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.messages import MessageBar
from opsconsole.desktop.tab_content import TabCommand
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural, unmarked

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.services.import_rejects import Correction, RejectGrid

_KEEP_MS = 500
_READ, _KEEP, _TRY = "corrections.read", "corrections.keep", "corrections.try"


class CorrectionsPage(QWidget):
    """``left`` when the list of imports is wanted back."""

    left = Signal()

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = tab
        self.batch_id: int | None = None
        self._unkept: dict[tuple[int, int | str], str] = {}
        self.bar = MessageBar()
        self.grid = CorrectionsGrid()
        self._title = Words(role="section")
        self._file = Words(role="muted")
        self._file.setMinimumWidth(40)
        self._about = Words(role="muted")
        self._about.setMinimumWidth(40)
        self.try_button = KeyButton("Try again", key="Ctrl+Enter", style="primary")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_MS)
        self._timer.timeout.connect(self.keep)
        self.grid.cells.typed.connect(self._note)
        self.grid.told.connect(self._about.set_words)
        self._lay_out()
        self._add_shortcuts()
        theme.changed.connect(self.grid.repaint_theme)

    def show_import(self, batch_id: int, said: str = "") -> None:
        """Read the refused lines of an import; ``said`` stays in the bar."""
        workspace = self._tab.desk.workspace
        if workspace is None:
            return
        self.keep()
        self.batch_id = batch_id

        def read(progress: Progress) -> "RejectGrid":
            from opsconsole.services import import_rejects

            return import_rejects.reject_grid(workspace.database, batch_id)

        self._run(read, partial(self._show, said), _READ, "Reading the refused lines")

    def _show(self, said: str, grid: "RejectGrid") -> None:
        if grid.batch_id != self.batch_id:
            return
        self.grid.cells.set_grid(grid)
        self.grid.arrange()
        entries = sum(row.first for row in grid.rows)
        words = f"{plural(len(grid.rows), 'refused line')} of {plural(entries, 'entry', 'entries')}"
        self._title.set_words(words if grid.rows else "No refused lines any more")
        more = f" {grid.more:,} more were refused and not kept: correct the file itself for those." if grid.more else ""
        self._file.set_words(f"{grid.file}, {grid.label}.{more}")
        self.try_button.setEnabled(bool(grid.rows))
        self._tab.status_changed.emit()
        if not grid.rows and said:
            self.left.emit()
            self._tab.bar.show_message("good", said)
            return
        self.grid.setFocus()

    @property
    def unkept(self) -> bool:
        """Whether something was typed that is not in the database yet."""
        return bool(self._unkept) or self._tab.desk.tasks.is_running(_KEEP)

    def _note(self, texts: dict[tuple[int, int | str], str]) -> None:
        self._unkept.update(texts)
        self._tab.status_changed.emit()
        self._timer.start()

    def keep(self) -> None:
        """Put what was typed into the database; what cannot be kept now stays here and is kept later."""
        self._timer.stop()
        workspace, batch_id, texts = self._tab.desk.workspace, self.batch_id, dict(self._unkept)
        if workspace is None or batch_id is None or not texts or workspace.read_only:
            return
        if self._tab.desk.tasks.is_running(_KEEP):  # the newest of a kind wins: the one under way must not be lost
            self._timer.start()
            return
        self._unkept.clear()

        def write(progress: Progress) -> None:
            from opsconsole.services import import_rejects

            now = workspace.now()
            import_rejects.keep_typed(workspace.database, batch_id, texts, who=workspace.user, now=now)

        def failed(error: BaseException) -> None:
            self._unkept = {**texts, **self._unkept}
            self._failed(error)

        self._tab.desk.tasks.run(write, lambda _: None, failed, kind=_KEEP, owner=self._tab)

    def try_again(self) -> None:
        """Read the lines again with what was typed, and bring in what is right."""
        workspace, batch_id = self._tab.desk.workspace, self.batch_id
        if workspace is None or batch_id is None or not self.try_button.isEnabled():
            return
        self._commit()
        self._timer.stop()
        self._unkept.clear()
        cells = self.grid.cells.typed_cells()
        work = partial(_correct, workspace, batch_id, cells)
        self._run(work, self._tried, _TRY, "Reading the lines again")

    def _tried(self, answer: "tuple[Correction, str]") -> None:
        done, detected = answer
        # What is still refused stands in the grid, cell by cell.
        words = " ".join(unmarked(word) for word in (done.headline(), *done.notes))
        words = f"{words} Exceptions: {detected.lower()}." if detected else words
        self.bar.show_message("good" if not done.still else "warn", words)
        if done.came_in:
            self._tab.desk.touched(TOUCHED)
        self.show_import(done.batch_id, words)

    def save(self) -> None:
        """Write the lines as a workbook that can be corrected and dropped back."""
        batch_id = self.batch_id
        if batch_id is None:
            return
        self._commit()
        self.keep()

        def write(workspace: Workspace, path: Any, progress: Progress) -> Any:
            from opsconsole.services import import_rejects_workbook

            now = workspace.now()
            return import_rejects_workbook.export_rejects(
                workspace.database, batch_id, path, now=now, progress=progress
            )

        export_with(self._tab, "Rejected lines", write)

    def fill_alike(self) -> None:
        """The current cell's text for all rows that have the same there."""
        self._commit()
        filled = self.grid.fill_alike()
        words = f"Filled into {plural(filled, 'more line')}." if filled else "No other line has the same here."
        self.bar.show_message("good" if filled else "warn", words)

    def leave(self) -> None:
        """Back to the list."""
        self._commit()
        self.keep()
        self.left.emit()

    def escape(self) -> None:
        """Esc: stop the running task, else leave."""
        if not self.bar.cancel_task():
            self.leave()

    def regions(self) -> list[QWidget]:
        """Parts that F6 leads through."""
        return [self._head, self.grid]

    def status(self) -> tuple[str, ...]:
        """Words for the status bar."""
        count, mistakes = len(self.grid.cells.rows), len(self.grid.cells.mistakes())
        lines_words = "refused line" if count == 1 else "refused lines"
        return (f"**{count}** {lines_words}", f"{plural(mistakes, 'cell')} to correct")

    def commands(self) -> tuple[TabCommand, ...]:
        """What the keys do, for the list of shortcuts."""
        return (
            TabCommand("Bring in what is right now", self.try_again, shown="Ctrl+Enter"),
            TabCommand("Next mistake", self.grid.go_to_mistake, shown="F8"),
            TabCommand("Fill into all alike", self.fill_alike, shown="Ctrl+D"),
            TabCommand("Save the rejected lines as .xlsx", self.save, shown="Ctrl+S"),
        )

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep what was typed before another tab comes to the front."""
        self.keep()
        super().hideEvent(event)

    def _commit(self) -> None:
        """Take what is being typed into the cell."""
        current = self.grid.currentIndex()
        if self.grid.state() == CorrectionsGrid.State.EditingState:
            self.try_button.setFocus()
            self.grid.setFocus()
            self.grid.setCurrentIndex(current)

    def _unreadable(self, error: BaseException) -> None:
        """Lines that cannot be corrected: the list says why."""
        self.left.emit()
        self._tab.report(error)

    def _run(self, work: Callable[[Progress], Any], then: Callable[[Any], None], kind: str, text: str) -> None:
        self._tab.desk.tasks.run(
            work,
            then,
            self._unreadable if kind == _READ else self._failed,
            kind=kind,
            text=text,
            owner=self._tab,
            on_progress=self.bar.show_progress,
            on_end=self.bar.end_progress,
        )

    def _failed(self, error: BaseException) -> None:
        self._tab.desk.errors.bar = self.bar if self.isVisible() else self._tab.bar
        self._tab.desk.errors.report(error)

    def _add_shortcuts(self) -> None:
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Ctrl+Return", self.try_again), ("Ctrl+Enter", self.try_again), ("Ctrl+D", self.fill_alike),
            ("F8", self.grid.go_to_mistake), ("Ctrl+S", self.save),
        )  # fmt: skip
        for key, run in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def _lay_out(self) -> None:
        self._head = QFrame()
        self._head.setProperty("surface", "panel")
        self._head.setFixedHeight(theme.height("toolbar"))
        row = QHBoxLayout(self._head)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._file, 1)
        for button in self._buttons():
            row.addWidget(button)
        foot = QFrame()
        foot.setProperty("surface", "panel")
        foot.setFixedHeight(theme.height("toolbar"))
        words = QHBoxLayout(foot)
        words.setContentsMargins(12, 0, 12, 0)
        words.addWidget(self._about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._head, lines.horizontal(), self.bar):
            column.addWidget(widget)
        column.addWidget(self.grid, 1)
        column.addWidget(lines.horizontal())
        column.addWidget(foot)

    def _buttons(self) -> list[KeyButton]:
        made = []
        for words, key, tip, run in (
            ("Next mistake", "F8", "The next cell that was refused", self.grid.go_to_mistake),
            ("Fill all alike", "Ctrl+D", "The same for all lines that have the same in this cell", self.fill_alike),
            ("Save as .xlsx", "Ctrl+S", "Correct the lines in a spreadsheet and drop it back", self.save),
        ):
            button = KeyButton(words, key=key)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, run=run: run())
            made.append(button)
        close = KeyButton("Close", key="Esc")
        close.clicked.connect(lambda: self.leave())
        self.try_button.clicked.connect(lambda: self.try_again())
        self.try_button.setToolTip("Read the lines again, and import what is right now")
        return [*made, close, self.try_button]


def _correct(
    workspace: Workspace, batch_id: int, cells: dict[tuple[int, int | str], str], progress: Progress
) -> "tuple[Correction, str]":
    """Correct, then run the rules; runs in a worker."""
    from opsconsole.services import clockwork, import_rejects

    now = workspace.now()
    done = import_rejects.correct_rejects(
        workspace.database, batch_id, cells, who=workspace.user, now=now, progress=progress
    )
    if not done.came_in:
        return done, ""
    progress.step(0, 0, "Running the exception rules")
    return done, clockwork.turn(workspace.database, workspace.now(), who=workspace.user).words
