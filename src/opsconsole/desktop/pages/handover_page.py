"""The hand-over on the screen: the page to read out, and beside it the figures that lead to their rows."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.figure_rows import figure_rows
from opsconsole.desktop.pages.handover_html import html_of
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.domain.handover import HandOver


class HandoverView(QTextBrowser):
    """The page as rich text; ``exception_asked(id)`` when one of its orders is clicked."""

    exception_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[HandOver, Formats] | None = None
        self.setAccessibleName("Hand-over")
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTextBrowser { border: 0; border-radius: 0; padding: 0; }")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(16)
        self.anchorClicked.connect(self._clicked)
        theme.changed.connect(self._render)

    def show_handover(self, told: HandOver, formats: Formats) -> None:
        """Show a summary."""
        self._shown = (told, formats)
        self._render()

    def _render(self) -> None:
        if self._shown is None:
            return
        place = self.verticalScrollBar().value()
        self.document().setDefaultFont(theme.font())
        self.setHtml(html_of(*self._shown, theme.names(), on_paper=False))
        self.verticalScrollBar().setValue(place)

    def _clicked(self, address: QUrl) -> None:
        kind, _, number = address.toString().partition(":")
        if kind == "exception" and number.isdigit():
            self.exception_asked.emit(int(number))


def handover_panel(told: HandOver, formats: Formats, show: Callable[[str], None]) -> PanelContent:
    """The figures; ``show(key)`` leads to the rows of one."""
    return PanelContent(
        "Figures",
        subtitle=told.span.words,
        sections=(
            Section("What came, went and stays", figure_rows(told.figures, formats, show), "each with its rows"),
            _definitions(told),
        ),
    )


def _definitions(told: HandOver) -> Section:
    words = "\n".join(f"**{figure.label}**: {figure.definition}" for figure in told.figures)
    return Section("What they count", sections.sentences(words))
