"""What stands in the place of the list of imports for a while: the preview of files, correcting refused lines."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop.importing import Looked

if TYPE_CHECKING:
    from opsconsole.desktop.corrections.page import CorrectionsPage
    from opsconsole.desktop.data_lists.imports import ImportsList
    from opsconsole.desktop.import_preview import ImportPreview


class FrontPages:
    """Makes the pages when they are first wanted, shows one of them, and puts the list back."""

    def __init__(self, tab: "ImportsList", body: Callable[[], QWidget]) -> None:
        self._tab = tab
        self._body = body
        self.preview: ImportPreview | None = None
        self.corrections: CorrectionsPage | None = None

    @property
    def current(self) -> "ImportPreview | CorrectionsPage | None":
        """The page that is shown."""
        pages = (self.preview, self.corrections)
        return next((page for page in pages if page is not None and page.isVisibleTo(self._tab)), None)

    def show_preview(self, paths: Sequence[Path], looked: Looked) -> None:
        """Put what files would do in the place of the list; nothing is written yet."""
        preview = self.make_preview()
        self._bring(preview)
        preview.show_files(paths, looked)

    def make_preview(self) -> "ImportPreview":
        """Its page, made when files begin to be looked at: then it only has to be filled."""
        if self.preview is None:
            from opsconsole.desktop.import_preview import ImportPreview

            self.preview = ImportPreview(self._tab)
            self.preview.hide()
            self.preview.accepted.connect(self._accept)
            self.preview.left.connect(self.leave)
        return self.preview

    def correct(self, batch_id: int) -> None:
        """Put the rejected lines of an import, to be typed in, in the place of the list."""
        if self.corrections is None:
            from opsconsole.desktop.corrections.page import CorrectionsPage

            self.corrections = CorrectionsPage(self._tab)
            self.corrections.left.connect(self.leave)
        self._bring(self.corrections)
        self.corrections.show_import(batch_id)

    def leave(self) -> None:
        """The list again."""
        for page in (self.preview, self.corrections):
            if page is not None:
                page.hide()
        self._body().show()
        self._tab.list.setFocus()
        self._tab.status_changed.emit()

    def _bring(self, page: QWidget) -> None:
        column = self._tab.layout()
        assert isinstance(column, QVBoxLayout)
        if column.indexOf(page) < 0:
            column.addWidget(page, 1)
        for other in (self.preview, self.corrections):
            if other is not None and other is not page:
                other.hide()
        self._body().hide()
        self._tab.toolbar.hide()
        page.show()
        self._tab.status_changed.emit()

    def _accept(self, paths: Sequence[Path], answers: Mapping[str, Any]) -> None:
        if self._tab.importing.is_writing and self.preview is not None:
            self.preview.bar.show_message("warn", "An import is under way. Import these files when it is done.")
            return
        self.leave()
        self._tab.importing.import_now(paths, answers)
