"""Sentences with marked values: ``Ship-by was **Mon 16 Nov, 16:00**`` shown with the values in bold."""

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from opsconsole.desktop.theme import theme

_MARKED = re.compile(r"\*\*(.+?)\*\*")
_LINE_HEIGHT = {"": 20, "small": 16, "caption": 16, "note": 16}


# Hebrew and Arabic with their forms, Syriac, Thaana and others: what runs from right to left.
_LEFTWARD = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_END = r"[^\s*“”\"'‘’«»()\[\],;:.!?]"  # what a name may begin and end with
_WORD = rf"{_END}*{_LEFTWARD}(?:[^\s*“”\"]*{_END})?"
# A name may have several such words, with numbers between them and after.
_NAME = re.compile(rf"{_WORD}(?: (?:{_WORD}|\d(?:[^\s*“”\"]*{_END})?))*")
_ANY = re.compile(_LEFTWARD)
_FIRST = re.compile(r"^(?=[^\w\n]*\u2068)", re.MULTILINE)


def isolated(text: str) -> str:
    """The sentence for the screen: each name that runs from right to left is kept to itself (U+2068 … U+2069).

    Without that a file's name in Arabic or Hebrew turns the words around it over. A line that begins with one would run
    from right to left as a whole; a mark before it (U+200E) says that it does not.
    """
    if not _ANY.search(text):
        return text
    return _FIRST.sub("\u200e", _NAME.sub("\u2068\\g<0>\u2069", text))


# A word that is longer than a panel is wide, as a line of a file or a name may be, and where it may break.
_LONG = re.compile(r"[^\s*]{28,}")
_AFTER = re.compile(r"[,;|/=&?](?=.)|[^,;|/=&?\u200b]{28}(?=.)")


def breakable(text: str) -> str:
    """The sentence with places (U+200B) at which its longest words may go on in the next line."""
    return _LONG.sub(lambda word: _AFTER.sub("\\g<0>\u200b", word[0]), text)


def marked(text: str, color: str = "") -> str:
    """Rich text of a sentence, its values bold (and in a color); everything but the marks is escaped."""
    style = f"font-weight:600;color:{color}" if color else "font-weight:600"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return _MARKED.sub(rf'<span style="{style}">\1</span>', escaped)


def unmarked(text: str) -> str:
    """The sentence without its marks, for screen readers and plain text."""
    return _MARKED.sub(r"\1", text)


class Words(QLabel):
    """Label of a marked sentence; ``role`` and ``tone`` are those of the style sheet.

    In muted roles the values stand out in the color of text. Wrapped sentences have the line height of LOOK: 20 px,
    16 px when small.
    """

    def __init__(
        self, text: str = "", *, role: str = "", tone: str = "", wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._role = role
        self.plain = ""
        self.setWordWrap(wrap)
        if role:
            self.setProperty("role", role)
        if tone:
            self.setProperty("tone", tone)
        self.set_words(text)
        theme.changed.connect(self._show)

    def set_words(self, text: str) -> None:
        """Change the sentence."""
        self._text = text
        self.plain = unmarked(text)
        self.setAccessibleName(self.plain)
        self._show()

    def set_tone(self, tone: str) -> None:
        """Change the color role."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def _show(self) -> None:
        if self.plain == self._text and not self.wordWrap():
            self.setTextFormat(Qt.TextFormat.PlainText)
            self.setText(isolated(self._text))
            return
        color = theme.color("text").name() if self._role in ("small", "muted", "caption") else ""
        # A file's name may break at its underscores.
        rich = marked(isolated(breakable(self._text) if self.wordWrap() else self._text), color)
        rich = rich.replace("_", "_\u200b") if self.wordWrap() else rich
        if self.wordWrap() and self._role in _LINE_HEIGHT:
            rich = f'<p style="line-height:{_LINE_HEIGHT[self._role]}px;margin:0">{rich}</p>'
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(rich)
