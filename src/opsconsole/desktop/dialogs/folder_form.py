"""The form of a watched folder: where, which files, what they are, and how often somebody looks."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QVBoxLayout, QWidget

from opsconsole.desktop.dialogs.fields_form import FieldsForm, column_of, side_by_side
from opsconsole.desktop.dialogs.query_form import SCHEDULE_HINT
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words
from opsconsole.domain.sourcing import WatchedFolder, folder_problems

if TYPE_CHECKING:
    from opsconsole.services.sourcing_page import Choices


class FolderForm(FieldsForm):
    """``saved`` carries an entry without problems; the computer it belongs to is the one it was made on."""

    saved = Signal(object)

    def __init__(self, folder: WatchedFolder, choices: "Choices", parent: QWidget | None = None) -> None:
        super().__init__("Watch a folder" if not folder.id else f"Watched folder: {folder.name}", parent)
        self._folder = folder
        left, right = column_of("Folder"), column_of("What its files are")
        self.line(left, "name", "Name", folder.name, "Exports of the shop")
        self.line(left, "path", "Folder", folder.path)
        choose = KeyButton("Choose a folder")
        choose.clicked.connect(self._choose)
        left.addWidget(choose)
        self.line(left, "pattern", "Files (empty: every table and archive)", folder.pattern, "orders*.csv; *.xlsx")
        inside = QCheckBox("Folders inside too")
        inside.setChecked(folder.recursive)
        self.add(left, "recursive", "Folders inside too", inside)
        self.choice(right, "source", "Source or mapping", choices.sources, folder.source)
        self.choice(right, "channel", "Channel", [("", ""), *choices.channels], folder.channel, free=True)
        self.choice(right, "location", "Site", [("", ""), *choices.locations], folder.location, free=True)
        self.line(right, "schedule", "Look (empty: by hand)", folder.schedule, SCHEDULE_HINT)
        for column in (left, right):
            column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addLayout(side_by_side(left, right))
        computer = folder.workstation or "this computer"
        note = f"Only {computer} looks into it. Files are read and remembered, never moved, renamed or deleted."
        whole.addWidget(Words(note, role="small", wrap=True))
        whole.addWidget(self.foot)
        whole.addLayout(self.buttons())
        self.setMinimumWidth(720)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder to watch", self.text("path"))
        if name:
            self.fields["path"].setText(name)

    def draft(self) -> WatchedFolder | None:
        """The entry as it is typed; None where something is wrong, which then stands under its field."""
        folder = replace(
            self._folder, name=self.text("name"), path=self.text("path"), pattern=self.text("pattern"),
            recursive=self.ticked("recursive"), source=self.text("source"), channel=self.text("channel"),
            location=self.text("location"), schedule=self.text("schedule"),
        )  # fmt: skip
        known = replace(folder, workstation=folder.workstation or "this computer")
        found = folder_problems(known)
        self.show_problems(found)
        return None if found else folder

    def save(self) -> None:
        """Hand the entry over, if nothing is wrong."""
        folder = self.draft()
        if folder is not None:
            self.saved.emit(folder)
