"""The preview of an import in the place of the list of imports: nothing is written until it is asked for.

Enter imports what is ready, Esc leaves. Files stand above, what each would do below, why and what is asked at the side.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.import_answers import ImportAnswers
from opsconsole.desktop.import_look_again import LookingAgain
from opsconsole.desktop.import_preview_lists import PreviewLists
from opsconsole.desktop.importing import Looked
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.messages import MessageBar
from opsconsole.desktop.pages.import_preview_page import preview_panel
from opsconsole.desktop.panel import DetailPanel, PanelButton
from opsconsole.desktop.settings import IMPORT_LOOK
from opsconsole.desktop.tab_content import TabCommand
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.domain.import_answers import Answers
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.services.import_preview import FilePreview

_NARROW = 640  # of the files; a sentence in the bar gives way then
_SHOW = "import.preview.show"
_CHECK = "import.preview.check"
_STATE_TONES = {
    "dry_run": "good",
    "empty": "warn",
    "no_records": "warn",
    "looking": "text_muted",
    "asks": "warn",
    "not_recognized": "warn",
    "refused": "bad",
    "cancelled": "warn",
}


class ImportPreview(QWidget):
    """``accepted(paths, answers)`` when the files are to be imported, ``left`` when they are not."""

    accepted = Signal(object, object)
    left = Signal()

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = tab
        self.paths: list[Path] = []
        self.answers = ImportAnswers(self)
        self.again = LookingAgain(tab, self)
        self.looked: Looked | None = None
        self._shown: FilePreview | None = None
        # Each part is made where it will stand: moving a filled one styles everything in it once more.
        self._sides = QSplitter(Qt.Orientation.Horizontal, self)
        self._main = QWidget(self._sides)
        self._head = QFrame(self._main)
        self.bar = MessageBar(self._main)
        self._halves = QSplitter(Qt.Orientation.Vertical, self._main)
        self.files = ListView("preview_files", tab.desk.tasks, tab.desk.settings, self._halves)
        self.lists = PreviewLists(tab, self._halves)
        self.panel = DetailPanel(self._sides)
        self._words = Words(role="section")
        self._words.setMinimumWidth(40)
        self._note = Words("Nothing is written yet.", role="muted")
        self.always = QCheckBox("Import without looking")
        self.always.setToolTip("Clean files of known sources are then imported at once; the others are still shown")
        self.always.toggled.connect(lambda on: tab.desk.settings.set(IMPORT_LOOK, not on))
        self.cancel = KeyButton("Cancel", key="Esc")
        self.cancel.clicked.connect(self.leave)
        self.accept_button = KeyButton("Import", key="Enter", style="primary")
        self.accept_button.clicked.connect(lambda: self.accept())
        self._lay_out()
        self._add_shortcuts()
        self.panel.closed.connect(self.leave)
        self.files.current_changed.connect(lambda identity: self._show_current())
        self.files.activated.connect(lambda identity: self.accept())

    def show_files(self, paths: Sequence[Path], looked: Looked, answers: Mapping[str, Answers] | None = None) -> None:
        """Show files that were looked at."""
        self.paths, self.looked = list(paths), looked
        self.answers.begin(answers or {})
        self.again.stop()
        self.bar.clear()
        self.lists.search.clear()
        self.always.setChecked(not self._tab.desk.settings.get(IMPORT_LOOK))
        self.show_again(on=True)

    def add(self, paths: Sequence[Path]) -> None:
        """More files to look at; those that are there already (a mapping was made for one) are looked at again."""
        there = set(self.paths)
        self.paths += [path for path in paths if path not in there and not there & set(path.parents)]
        self.files.setFocus()  # else Enter would be that of the list behind
        self.again.look(on=True)

    def commands(self) -> tuple[TabCommand, ...]:
        """What its keys do, for the lists of shortcuts and commands."""
        return (
            TabCommand("Import what is ready", self.accept, shown="Enter"),
            TabCommand("Map the columns of the file", self.map_columns, shown="M"),
            TabCommand("Treat the file as a source", self.answers.ask_source, shown="T"),
            TabCommand("Say how its dates are read", self.answers.ask_format, shown="D"),
            TabCommand("Say which currency its amounts are in", self.answers.ask_currency, shown="U"),
            TabCommand("Leave the file out", self.answers.leave_out, shown="X"),
            TabCommand("Say which shop the file is from", self.answers.ask_channel, shown="C"),
            TabCommand("Next list of the preview", lambda: self.lists.step(1), shown="."),
            TabCommand("Previous list of the preview", lambda: self.lists.step(-1), shown=","),
        )

    @property
    def file(self) -> "FilePreview | None":
        """The file that is current."""
        if self.looked is None:
            return None
        key = self.files.current_id()
        return next((file for file in self.looked.preview.files if file.key == key), None)

    def accept(self) -> None:
        """Import what is ready; what is not is kept in the list of imports with the reason."""
        if self.again.keys:
            self.bar.show_message("warn", "The files are being looked at. Import them when that is done.")
            return
        if self.looked is None or not self.looked.preview.ready:
            self.bar.show_message("warn", "None of these files can be imported yet. See at the side what each needs.")
            return
        preview = self.looked.preview

        def changed(progress: Progress) -> "list[FilePreview]":
            from opsconsole.services import import_preview

            return import_preview.changed_since(preview)

        self._tab.desk.tasks.run(changed, self._accept_unchanged, self._tab.report, kind=_CHECK, owner=self)

    def _accept_unchanged(self, changed: "list[FilePreview]") -> None:
        """What is imported is what was looked at: files that changed since are looked at again."""
        if not changed:
            self.accepted.emit(self.paths, self.answers.said)
            return
        first, more = changed[0].report.name, len(changed) - 1
        names = f"{first} and {plural(more, 'other file')}" if more else first
        why = f"{names} changed since you looked. Look at what it would do now, then import."
        self.again.look([file.key for file in changed], why=why)

    def leave(self) -> None:
        """Forget the files."""
        self.again.stop()
        self._tab.desk.tasks.cancel(_SHOW)
        self._tab.desk.tasks.cancel(_CHECK)
        self.left.emit()

    def escape(self) -> None:
        """Esc: stop looking, else clear the search, else leave."""
        if self.bar.cancel_task():
            return
        if self.lists.search.text():
            self.lists.search.clear()
        else:
            self.leave()

    def regions(self) -> list[QWidget]:
        """Parts that F6 leads through."""
        return [self._head, self.files, self.lists, self.panel]

    def status(self) -> tuple[str, ...]:
        """Words for the status bar."""
        count = 0 if self.looked is None else len(self.looked.preview.files)
        return (f"**{count}** {'file' if count == 1 else 'files'} to import", "nothing is written yet")

    def map_columns(self) -> None:
        """Lead to the mapping of a file that is not recognized."""
        file = self.file
        if file is not None and file.path and file.top and not file.ready:
            self._tab.desk.show("data", None, {"list": "mappings", "map_file": file.path})

    @property
    def workspace(self) -> "Workspace | None":
        """The open database."""
        return self._tab.desk.workspace

    def drop(self, key: str) -> None:
        """Show a file no more."""
        if self.looked is not None:
            self.looked.preview.files[:] = [file for file in self.looked.preview.files if file.key != key]
            self.show_again()

    def ask_in(self, make: Callable[["Tab"], QDialog]) -> None:
        """Open a dialog of the tab's."""
        make(self._tab).open()

    def show_again(self, *, on: bool = False) -> None:
        """Show what was looked at: the files, then what is known of the one in front."""
        self._shown = None
        self._tab.desk.tasks.in_turns((partial(self._show_files, on),), kind=_SHOW, owner=self)

    def _show_files(self, on: bool) -> None:
        """The files; ``on`` leads to the next that needs something, with the keyboard."""
        from opsconsole.desktop.table.arranger import Arranger

        assert self.looked is not None
        preview = self.looked.preview
        formats = self._tab.desk.formats(preview.as_of)
        looking = self.again.keys
        self.files.set_listing(Arranger(preview.listing(looking)), formats, tones=_file_tones(), measure=not looking)
        ready, count = sum(file.key not in looking for file in preview.ready), len(preview.files)
        self.accept_button.set_label(f"Import {plural(ready, 'file')}" if ready and count > 1 else "Import")
        self.accept_button.setEnabled(ready > 0 and not looking)
        why = "The files are being looked at" if looking else "None of these files can be imported yet"
        self.accept_button.setToolTip("" if self.accept_button.isEnabled() else why)
        known = "" if ready == count else f", {ready} ready"
        self._words.set_words(f"{plural(count, 'file')}{known}")
        self._tab.status_changed.emit()
        if on and preview.files:
            self.files.select(next((file for file in preview.files if not file.ready), preview.files[0]).key)
            self.files.setFocus()
        elif self.files.current_id() is None:
            self.files.select_first()
        self._show_current()

    def _show_current(self) -> None:
        self._tab.desk.tasks.in_turns((self._show_lists, self._show_panel), kind=_SHOW, owner=self)

    def _show_lists(self) -> None:
        file, looked = self.file, self.looked
        if file is None or looked is None or self._shown is file:
            return
        if file.key in self.again.keys:
            self.lists.show_looking()
        else:
            self.lists.show_file(file, looked, self._tab.desk.formats(looked.preview.as_of))

    def _show_panel(self) -> None:
        file, looked = self.file, self.looked
        if file is None or looked is None or self._shown is file:
            return
        self._shown = file
        formats = self._tab.desk.formats(looked.preview.as_of)
        looking = file.key in self.again.keys
        self.panel.show_content(preview_panel(file, formats, self.answers, looking=looking))
        self.panel.set_buttons([] if looking else self._buttons(file))

    def _buttons(self, file: "FilePreview") -> list[PanelButton]:
        buttons = []
        if file.report.state == "cancelled":
            buttons.append(PanelButton("Look again", self._look_at_left_out, "L", primary=True))
        elif not file.ready and not file.asks:
            no_table = "" if file.top else "It is no table with a header."
            packed = "" if file.path else "Unpack the archive first: a mapping is made from a file."
            buttons += [
                PanelButton("Map its columns", self.map_columns, "M", primary=True,
                            enabled=not (no_table or packed), why_not=no_table or packed),
                PanelButton("Treat as …", self.answers.ask_source, "T", enabled=not no_table, why_not=no_table),
            ]  # fmt: skip
        buttons.append(PanelButton("Leave it out", self.answers.leave_out, "X"))
        return buttons

    def _look_at_left_out(self) -> None:
        """Files that were not looked at to the end are looked at once more."""
        files = [] if self.looked is None else self.looked.preview.files
        left = [file.key for file in files if file.report.state == "cancelled"]
        if left:
            self.again.look(left)

    def _add_shortcuts(self) -> None:
        answers, lists = self.answers, self.lists
        keys: list[tuple[str, Callable[[], None]]] = [
            ("Ctrl+Return", self.accept), ("Enter", self.accept), ("M", self.map_columns), ("X", answers.leave_out),
            ("T", answers.ask_source), ("U", answers.ask_currency), ("D", answers.ask_format),
            ("C", answers.ask_channel), ("L", self._look_at_left_out), (",", lambda: lists.step(-1)),
            (".", lambda: lists.step(1)),
        ]  # fmt: skip
        keys += [(str(number + 1), partial(answers.choose, number)) for number in range(4)]
        for key, run in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The side is as wide as every tab's."""
        super().resizeEvent(event)
        width = theme.panel_width(self.width())
        self._sides.setSizes([self.width() - width - 1, width])
        self._note.setVisible(self.width() - width >= _NARROW)

    def _lay_out(self) -> None:
        self._head.setProperty("surface", "panel")
        self._head.setFixedHeight(theme.height("toolbar"))
        row = QHBoxLayout(self._head)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._note)
        row.addStretch(1)
        row.addWidget(self.always)
        row.addWidget(self.cancel)
        row.addWidget(self.accept_button)
        self._halves.setHandleWidth(theme.width("splitter_handle"))
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self.files)
        self._halves.addWidget(self.lists)
        self._halves.setSizes([200, 400])
        column = QVBoxLayout(self._main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(lines.horizontal())
        column.addWidget(self.bar)
        column.addWidget(self._halves, 1)
        self._sides.setHandleWidth(theme.width("splitter_handle"))
        self._sides.setChildrenCollapsible(False)
        self._sides.addWidget(self._main)
        self._sides.addWidget(self.panel)
        self._sides.setStretchFactor(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._sides)


def _file_tones() -> dict[str, Callable[[Any], str]]:
    return {
        "state": lambda state: _STATE_TONES.get(state, "text"),
        "label": lambda label: "warn" if label is None else "text",
        "rejected": lambda count: "bad" if count else "text_muted",
        "fills": lambda fills: "text_muted",
    }
