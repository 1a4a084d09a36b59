"""Sentences with marked values: ``Ship-by was **Mon 16 Nov, 16:00**`` shown with the values in bold."""

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

_MARKED = re.compile(r"\*\*(.+?)\*\*")


def marked(text: str) -> str:
    """Rich text of a sentence; everything but the marks is escaped."""
    return _MARKED.sub(r"<b>\1</b>", html.escape(text, quote=False)).replace("\n", "<br>")


def unmarked(text: str) -> str:
    """The sentence without its marks, for screen readers and plain text."""
    return _MARKED.sub(r"\1", text)


class Words(QLabel):
    """Label of a marked sentence; ``role`` and ``tone`` are those of the style sheet."""

    def __init__(
        self, text: str = "", *, role: str = "", tone: str = "", wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(wrap)
        self.plain = ""
        if role:
            self.setProperty("role", role)
        if tone:
            self.setProperty("tone", tone)
        self.set_words(text)

    def set_words(self, text: str) -> None:
        """Change the sentence."""
        self.plain = unmarked(text)
        simple = self.plain == text
        self.setTextFormat(Qt.TextFormat.PlainText if simple else Qt.TextFormat.RichText)
        self.setText(text if simple else marked(text))
        self.setAccessibleName(self.plain)

    def set_tone(self, tone: str) -> None:
        """Change the color role."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
