"""Text and small marks for painters of cells: laid-out text is kept, so that a row costs little to paint again."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QStaticText

from opsconsole.desktop.theme import theme

_KEPT = 12_000
_ELLIPSIS_GAP = 0.5


class Texts:
    """Laid-out texts by font and words; dropped on a theme or scale change and when there are too many."""

    def __init__(self, role: str, strong: bool) -> None:
        self.font = theme.font(role, strong=strong)
        self._metrics = QFontMetricsF(self.font)
        self.height = self._metrics.height()
        self._kept: dict[str, tuple[QStaticText, float]] = {}

    def get(self, text: str) -> tuple[QStaticText, float]:
        """The laid-out text and its width."""
        known = self._kept.get(text)
        if known is None:
            if len(self._kept) > _KEPT:
                self._kept.clear()
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.prepare(font=self.font)
            known = (laid_out, laid_out.size().width())
            self._kept[text] = known
        return known

    def fitting(self, text: str, width: float, *, both_ends: bool = False) -> tuple[QStaticText, float]:
        """The text, cut at its end (or in the middle) with an ellipsis when it is wider than ``width``."""
        laid_out = self.get(text)
        if laid_out[1] <= width + _ELLIPSIS_GAP:
            return laid_out
        mode = Qt.TextElideMode.ElideMiddle if both_ends else Qt.TextElideMode.ElideRight
        return self.get(self._metrics.elidedText(text, mode, max(width, 0.0)))


class Brush:
    """A painter with the fonts and colors of cells; one per view, its ``painter`` set for each paint event."""

    def __init__(self) -> None:
        self.painter: QPainter = QPainter()
        self.forget()

    def forget(self) -> None:
        """Drop what was kept, after a theme or font change."""
        self._texts = {
            (role, strong): Texts(role, strong)
            for role, strong in (("body", False), ("body", True), ("small", False), ("small", True), ("caption", False))
        }
        self._font: object = None
        self._tone = ""

    def begin(self, painter: QPainter) -> None:
        """Paint with this painter from now on."""
        self.painter = painter
        self._font = None
        self._tone = ""

    def texts(self, role: str = "body", strong: bool = False) -> Texts:
        """Kept texts of a font."""
        return self._texts[(role, strong)]

    def text(
        self,
        text: str,
        tone: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        strong: bool = False,
        right: bool = False,
        role: str = "body",
        both_ends: bool = False,
    ) -> float:
        """Draw one line, vertically centered, cut to ``width``; returns the width it took."""
        texts = self._texts[(role, strong)]
        laid_out, taken = texts.fitting(text, width, both_ends=both_ends)
        if self._font is not texts:
            self.painter.setFont(texts.font)
            self._font = texts
        if self._tone != tone:
            self.painter.setPen(theme.color(tone))
            self._tone = tone
        left = x + width - taken if right else x
        self.painter.drawStaticText(QPointF(left, y + (height - texts.height) / 2), laid_out)
        return taken

    def fitting(self, text: str, width: float, *, role: str = "body", strong: bool = False) -> str:
        """Of the lines of a text, which say the same in ever fewer words, the first that fits, else the last."""
        lines, texts = text.split("\n"), self._texts[(role, strong)]
        return next((line for line in lines if texts.get(line)[1] <= width), lines[-1])

    def fill(self, x: float, y: float, width: float, height: float, tone: str) -> None:
        """Fill a rectangle in a color role."""
        self.painter.fillRect(QRectF(x, y, width, height), theme.color(tone))

    def rounded(self, x: float, y: float, width: float, height: float, tone: str, radius: float) -> None:
        """Fill a rounded rectangle in a color role."""
        painter = self.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tone))
        painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)
        self._tone = ""

    def pen(self, tone: str, width: float) -> None:
        """Use a pen of a color role for shapes."""
        self.painter.setPen(QPen(theme.color(tone), width))
        self._tone = ""
