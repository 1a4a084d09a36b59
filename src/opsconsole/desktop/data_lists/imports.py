"""Imports: what came in, what each file did, what was set aside; and where files are imported."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.importing import Importing, ImportOutcome
from opsconsole.desktop.pages.import_page import import_panel
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.rejected_lines import RejectedLines
from opsconsole.desktop.sections import sentences
from opsconsole.desktop.tab_content import Request, TabCommand, TabContent
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress


def _bad_if_any(count: Any) -> str:
    return "bad" if count else "text_muted"


class ImportsList(DataList):
    """The front of the Data tab."""

    key = "data"
    search_hint = "File, source"
    noun = ("import", "imports")
    subjects = frozenset({"imports", "order_exceptions"})
    tones = {"rejected": _bad_if_any}

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.importing = Importing(self, self._show_outcome)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every imported file."""
        from opsconsole.services import imports

        return list_content(workspace, request, imports.list_imports(workspace.database, request.now), "import")

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> Listing:
        """The lines an import set aside."""
        from opsconsole.services import imports

        return imports.list_rejects(workspace.database, now, identity)

    def make_body(self) -> QWidget:
        """Message bar over the imports, the rejected lines of the current one under them."""
        self.rejected = RejectedLines(self)
        self.list.current_changed.connect(self._show_rejected)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setHandleWidth(theme.width("splitter_handle"))
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self.list)
        self.halves.addWidget(self.rejected)
        self.halves.setSizes([3, 2])
        self.halves.setStretchFactor(0, 3)
        self.halves.setStretchFactor(1, 2)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.halves, 1)
        self.chips.hide()
        return body

    def regions(self) -> list[QWidget]:
        """The rejected lines come after the imports."""
        *before, panel = super().regions()
        return [*before, self.rejected, panel]

    def commands(self) -> tuple[TabCommand, ...]:
        """Saving what was rejected."""
        return (*super().commands(), TabCommand("Save rejects as .xlsx", self.rejected.save, ("Ctrl+S",)))

    def build_panel(self, identity: Any, detail: Listing) -> PanelContent:
        """An import's page."""
        row = self.row_of(identity)
        if row is None:
            return super().build_panel(identity, detail)
        last = self.importing.last
        files = last.files if last is not None else []
        report = next((file for file in files if file.batch_id == identity), None)
        formats = self.desk.formats(self.request.now)
        return import_panel(
            row,
            detail,
            report,
            formats,
            show_rejects=lambda: self.desk.show("data", None, {"list": "rejects", "search": row["file"]}),
        )

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """Import files that another part of the window asks for; else as every tab."""
        files = [Path(line) for line in options.pop("files", "").splitlines() if line]
        asked, check_only = options.pop("import", ""), bool(options.pop("check_only", ""))
        super().reveal(identity, options)
        if files:
            self.importing.start(files, check_only=check_only)
        elif asked:
            self.importing.choose()

    def _show_rejected(self, identity: Any) -> None:
        row = self.row_of(identity)
        self.rejected.setVisible(row is not None)
        if row is not None:
            self.rejected.show_file(identity, row["file"])

    def _show_outcome(self, outcome: ImportOutcome) -> None:
        written = [file.batch_id for file in outcome.files if file.batch_id is not None]
        if written:
            self.reveal(written[-1], {})
        else:
            words = [line for file in outcome.files for line in file.words()]
            title = "Checked, nothing written" if outcome.dry_run else "Nothing was imported"
            self.set_panel_open(True)
            self.panel.show_content(PanelContent(title, sections=(Section("Files", sentences("\n".join(words))),)))


TAB = ImportsList
