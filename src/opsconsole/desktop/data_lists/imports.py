"""Imports: what came in, what each file did, what was set aside; and where files are imported."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.import_actions import LINKS, ImportActions
from opsconsole.desktop.empty_imports import EmptyImports
from opsconsole.desktop.files import split
from opsconsole.desktop.front_pages import FrontPages
from opsconsole.desktop.importing import Importing, ImportOutcome
from opsconsole.desktop.pages.import_page import import_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.rejected_lines import RejectedLines
from opsconsole.desktop.settings import LAST_FOLDER
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabCommand, TabContent
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.import_preview import ImportPreview
    from opsconsole.desktop.messages import MessageBar
    from opsconsole.services.import_pages import ImportPage


def _bad_if_any(count: Any) -> str:
    return "bad" if count else "text_muted"


def _quiet_if_none(count: Any) -> str:
    return "text" if count else "text_muted"


class ImportsList(DataList):
    """The front of the Data tab."""

    key = "data"
    search_hint = "File, source"
    noun = ("import", "imports")
    subjects = frozenset({"imports", "order_exceptions"})
    selectors = (
        Selector("source", "Source", field="label"),
        Selector("state", "State", field="state"),
        Selector("by", "By", field="imported_by"),
        Selector("day", "Day", field="day"),
    )
    tones = {
        "rejected": _bad_if_any,
        "label": lambda label: "warn" if label is None else "text",
        "fills": lambda fills: "accent" if fills in LINKS else "text_muted",
        "inserted": _quiet_if_none,
        "updated": _quiet_if_none,
    }

    def __init__(self, desk: Desk) -> None:
        self.deeds = ImportActions(self)
        self.fronts = FrontPages(self, lambda: self._splitter)
        super().__init__(desk)
        self.importing = Importing(
            self, self.fronts.show_preview, self._show_outcome, self.fronts.make_preview, self._bars
        )
        self.list.activated.connect(self.deeds.open)
        self.list.grid.clicked.connect(self.deeds.clicked)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every imported file."""
        from opsconsole.services import imports

        listing = imports.list_imports(workspace.database, request.now)
        sources = () if len(listing) else tuple(imports.list_sources().columns["label"])
        return list_content(workspace, request, listing, "import", data=sources)

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "ImportPage | None":
        """Everything about the import that the file came in with."""
        from opsconsole.services import import_pages

        return import_pages.import_page(workspace.database, now, identity)

    def make_place(self, body: QWidget) -> QWidget:
        """The upper half."""
        self.halves = QSplitter(Qt.Orientation.Vertical, body)
        return self.halves

    def make_body(self) -> QWidget:
        """Message bar over the imports, the rejected lines of the current one under them."""
        self.nothing = EmptyImports(self.body)
        self.nothing.dropped.connect(lambda paths: self.importing.start(paths))
        self.nothing.choose_asked.connect(lambda: self.importing.choose())
        self.halves.setHandleWidth(theme.width("splitter_handle"))
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self.list)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.halves, 1)
        column.addWidget(self.nothing, 1)
        self.nothing.hide()
        self.chips.hide()
        return self.body

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Before the first import, where files may be dropped and what is recognized."""
        super().show_content(content, arranger)
        was_nothing = self.nothing.isVisibleTo(self.body)
        self.nothing.setVisible(bool(content.data))
        self.halves.setVisible(not content.data)
        if content.data:
            self.nothing.set_sources(content.data)
        # A list that was hidden could not hold the keyboard.
        if self.body.isVisible() and bool(content.data) != was_nothing:
            (self.nothing.choose if content.data else self.list).setFocus()

    def regions(self) -> list[QWidget]:
        """The rejected lines come after the imports."""
        front = self.fronts.current
        if front is not None:
            return [self.head, *front.regions()]
        *before, panel = super().regions()
        return [*before, self.rejected, panel]

    def commands(self) -> tuple[TabCommand, ...]:
        """What to do with what was rejected; while a page stands in the place of the list, what that does."""
        front = self.fronts.current
        if front is not None:
            return (*super().commands(), *front.commands())
        return (
            *super().commands(),
            TabCommand("Save rejects as .xlsx", lambda: self.rejected.save(), ("Ctrl+S",)),
            TabCommand("Correct rejected lines", lambda: self.rejected.correct(), ("F2",)),
        )

    def build_panel(self, identity: Any, detail: "ImportPage | None") -> PanelContent:
        """An import's page."""
        row = self.row_of(identity)
        if row is None or detail is None:
            return super().build_panel(identity, detail)
        return import_panel(row, detail, self.desk.formats(self.request.now), self.deeds.do_step)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Where to go on."""
        return self.deeds.row_actions()

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """Import files that another part of the window asks for; else as every tab."""
        files = split(options.pop("files", ""))
        asked, check_only = options.pop("import", ""), bool(options.pop("check_only", ""))
        if folder := options.pop("folder", ""):
            self.desk.settings.set(LAST_FOLDER, folder)
        correct = options.pop("correct", "")
        super().reveal(identity, options)
        if correct.isdigit():
            self.fronts.correct(int(correct))
        if files and self.previewing and self.preview is not None:
            self.preview.add(files)
        elif files:
            self.importing.start(files, check_only=check_only)
        elif asked:
            self.importing.choose()

    @cached_property
    def rejected(self) -> RejectedLines:
        """The lower half, made when the first row is chosen."""
        made = RejectedLines(self, self.halves)
        self.halves.addWidget(made)
        self.halves.setSizes([3, 2])
        self.halves.setStretchFactor(0, 3)
        self.halves.setStretchFactor(1, 2)
        return made

    def _load_detail(self, identity: Any) -> None:
        """The panel and the rejected lines of a row: when another is chosen, and when its data are read again."""
        super()._load_detail(identity)
        if identity is None and "rejected" not in self.__dict__:
            return
        steps = (lambda: self.rejected, lambda: self._show_rejected(identity))
        self.desk.tasks.in_turns(steps, kind="imports.rejected", owner=self)

    def _show_rejected(self, identity: Any) -> None:
        row = self.row_of(identity)
        self.rejected.setVisible(row is not None)
        if row is not None:
            self.rejected.show_file(identity if identity > 0 else None, row["file"])

    @property
    def preview(self) -> "ImportPreview | None":
        """The preview of an import, once there was one."""
        return self.fronts.preview

    @property
    def previewing(self) -> bool:
        """Whether the preview of an import stands in the place of the list."""
        return self.preview is not None and self.fronts.current is self.preview

    def escape(self) -> None:
        """Esc: out of the preview or the corrections first."""
        front = self.fronts.current
        if front is not None:
            front.escape()
        else:
            super().escape()

    def focus_search(self) -> None:
        """The preview has a search of its own."""
        if self.previewing and self.preview is not None:
            self.preview.lists.search.setFocus()
        else:
            super().focus_search()

    def status(self) -> tuple[str, ...]:
        """What the preview or the corrections say while they are shown."""
        front = self.fronts.current
        return super().status() if front is None else front.status()

    def _bars(self) -> "list[MessageBar]":
        """Over the list, and over the preview while it is in front."""
        return [self.bar, *([self.preview.bar] if self.previewing and self.preview is not None else [])]

    def _show_outcome(self, outcome: ImportOutcome) -> None:
        kept = [file.batch_id or -(file.unread_id or 0) for file in outcome.files]
        written = [file.batch_id for file in outcome.files if file.batch_id is not None]
        waiting = [file.batch_id for file in outcome.files if file.batch_id is not None and file.rejects]
        if found := (waiting or written or [one for one in kept if one]):
            self.set_panel_open(True)
            self.reveal(found[-1], {})


TAB = ImportsList
