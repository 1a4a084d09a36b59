"""Choosing the source that a file is to be read as: all of them with what the header lacks for each, best first."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.toolbar import SearchField
from opsconsole.desktop.words import Words
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

_SIZE = (940, 520)
_TWO_LINES = 40
_TOLD = "Sources whose columns are all there come first. One that lacks columns cannot read the file: map its columns."


class TreatAs(QDialog):
    """Calls ``chosen(key)`` with a source's key, or ``mapped()`` where none is the right one, once, and closes."""

    def __init__(
        self,
        tab: "Tab",
        workspace: Workspace,
        name: str,
        top: Sequence[Sequence[str]],
        chosen: Callable[[str], None],
        mapped: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(tab)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Treat {name} as")
        self.resize(*_SIZE)
        self._tab = tab
        self._chosen = chosen
        self.search = SearchField("Source, fills, column", self)
        self.search.left_for_list.connect(self._enter_list)
        self.list = ListView("treat_as", tab.desk.tasks, tab.desk.settings, self)
        self.list.empty_words = lambda: ("No source matches", f"The search is “{self.search.text()}”.")
        self.list.activated.connect(lambda identity: self.choose())
        self.search.textChanged.connect(lambda text: self.list.set_filters({}, None, text.strip()))
        self.told = Words("", tone="bad", wrap=True)
        self.told.setMinimumHeight(_TWO_LINES)
        self.use_button = KeyButton("Use it", key="Enter", style="primary")
        self.use_button.clicked.connect(self.choose)
        self.map_button = KeyButton("Map its columns")
        self.map_button.setVisible(mapped is not None)
        self.map_button.clicked.connect(lambda: self._map(mapped))
        self._lay_out()

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import import_recognition

            return Arranger(import_recognition.likely_sources(workspace.database, top))

        self.list.show_skeleton()
        tab.desk.tasks.run(read, self._show, tab.report, kind="treat_as", owner=self)

    def choose(self) -> None:
        """Use the current source, unless columns are missing for it."""
        key, listing = self.list.current_id(), self.list.listing
        if key is None or listing is None:
            return
        row = listing.row(list(listing.ids).index(key))
        if row["lacks"]:
            self.told.set_words(f"The header lacks {row['lacks']}: map its columns instead.")
            return
        self._chosen(str(key))
        self.close()

    def _map(self, mapped: Callable[[], None] | None) -> None:
        self.close()
        if mapped is not None:
            mapped()

    def _show(self, arranger: Any) -> None:
        tones = {"lacks": lambda lacks: "warn" if lacks else "good"}
        self.list.set_listing(arranger, self._tab.desk.formats(), tones=tones)
        self.list.current_changed.connect(lambda identity: self.told.set_words(""))
        self.list.select_first()
        self.list.grid.setFocus()

    def _enter_list(self) -> None:
        self.list.grid.setFocus()
        if self.list.current_id() is None:
            self.list.select_first()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 16, 8)
        top.setSpacing(12)
        words = Words(_TOLD, role="muted", wrap=True)
        top.addWidget(self.search)
        top.addWidget(words, 1)
        close = KeyButton("Cancel", key="Esc")
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(8)
        foot.addWidget(self.use_button)
        foot.addWidget(self.map_button)
        foot.addWidget(close)
        foot.addWidget(self.told, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
