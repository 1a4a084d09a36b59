"""Buttons that show their key: a cap painted beside the words, so that the keyboard is learned by looking."""

from itertools import pairwise

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.theme import theme

STYLES = ("secondary", "primary", "flat", "link")
_ICON = 16
_GAP = 8
_CAP_HEIGHT = 15


def keycap_size(text: str) -> QSize:
    """Size of a key's cap."""
    advance = QFontMetrics(theme.font("caption")).horizontalAdvance(text)
    return QSize(max(advance + 8, _CAP_HEIGHT), _CAP_HEIGHT)


def paint_keycap(painter: QPainter, rect: QRect, text: str, color: QColor) -> None:
    """A cap: one line around the key's name, in one color."""
    painter.setFont(theme.font("caption"))
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


class KeyButton(QAbstractButton):
    """Button with optional icon, words, value in bold, caret and key cap.

    ``style``: primary (filled, one per region), secondary (line around), flat (toolbar, no line), link (accent words).
    ``value`` is painted bold after the words (``View: My morning queue``); ``menu_caret`` adds a small caret.
    """

    def __init__(
        self,
        text: str = "",
        *,
        key: str = "",
        icon: str = "",
        style: str = "secondary",
        value: str = "",
        menu_caret: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if style not in STYLES:
            raise ValueError(f"unknown button style {style!r}")
        self._style = style
        self._key = key
        self._icon = icon
        self._value = value
        self._menu_caret = menu_caret
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor if style == "link" else Qt.CursorShape.ArrowCursor)
        self._describe()

    @property
    def key(self) -> str:
        """Name of the key painted on the button, empty for none."""
        return self._key

    def set_value(self, value: str) -> None:
        """Change the bold part of the words."""
        if value != self._value:
            self._value = value
            self._describe()
            self.updateGeometry()
            self.update()

    def set_label(self, text: str) -> None:
        """Change the words (and the width)."""
        if text != self.text():
            self.setText(text)
            self._describe()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for icon, words, value, caret and cap."""
        return QSize(self._content_width() + 2 * self._padding(), theme.height("control"))

    def minimumSizeHint(self) -> QSize:
        """Never smaller than what is painted."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Keep Enter from the shortcuts of the list around: what has the focus ring is meant."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_enter(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it, as Space does."""
        if _is_enter(event):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the control in its state."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_box(painter)
        self._paint_content(painter)
        painter.end()

    def _describe(self) -> None:
        words = f"{self.text()} {self._value}".strip()
        self.setAccessibleName(words or self.toolTip())
        if self._key:
            self.setAccessibleDescription(f"Key {self._key}")

    def _padding(self) -> int:
        return 2 if self._style == "link" else 8

    def _parts(self) -> list[tuple[str, int]]:
        """What is painted from left to right, with widths."""
        parts: list[tuple[str, int]] = []
        strong = self._style in ("primary", "link")
        if self._icon:
            parts.append(("icon", _ICON))
        if self.text():
            parts.append(("text", QFontMetrics(theme.font(strong=strong)).horizontalAdvance(self.text())))
        if self._value:
            parts.append(("value", QFontMetrics(theme.font(strong=True)).horizontalAdvance(self._value)))
        if self._menu_caret:
            parts.append(("caret", 12))
        if self._key:
            parts.append(("key", keycap_size(self._key).width()))
        return parts

    def _gap(self, before: str, after: str) -> int:
        return 4 if (before, after) == ("text", "value") else 6 if after == "key" else _GAP

    def _content_width(self) -> int:
        parts = self._parts()
        gaps = sum(self._gap(a[0], b[0]) for a, b in pairwise(parts))
        return sum(width for _, width in parts) + gaps

    def _paint_box(self, painter: QPainter) -> None:
        hovered = self.underMouse() and self.isEnabled()
        checked = self.isChecked() or self.isDown()
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.radius("control")
        if self._style == "primary":
            fill = "raised" if not self.isEnabled() else "accent_hover" if hovered or checked else "accent"
            painter.setPen(QPen(theme.color("line" if not self.isEnabled() else fill), 1))
            painter.setBrush(theme.color(fill))
            painter.drawRoundedRect(rect, radius, radius)
        elif self._style == "secondary":
            painter.setPen(QPen(theme.color("accent" if checked else "line_strong" if self.isEnabled() else "line"), 1))
            painter.setBrush(theme.color("selected" if checked else "hover" if hovered else "panel"))
            painter.drawRoundedRect(rect, radius, radius)
        elif self._style == "flat" and (hovered or self.isChecked()):
            painter.setPen(QPen(theme.color("accent"), 1) if self.isChecked() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected" if self.isChecked() else "hover"))
            painter.drawRoundedRect(rect, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("on_accent" if self._style == "primary" else "focus"), 1))
            if self._style == "primary":
                painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), radius - 1, radius - 1)
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _role(self) -> str:
        if not self.isEnabled():
            return "text_disabled"
        if self._style == "flat" and self.isChecked():
            return "text"
        return {"primary": "on_accent", "flat": "text_muted", "link": "accent"}.get(self._style, "text")

    def _paint_content(self, painter: QPainter) -> None:
        role = self._role()
        color = theme.color(role)
        height = self.height()
        x = (self.width() - self._content_width()) // 2
        before = ""
        for part, width in self._parts():
            x += self._gap(before, part) if before else 0
            rect = QRect(x, 0, width, height)
            if part in ("icon", "caret"):
                name = self._icon if part == "icon" else "caret-down"
                paint_icon(painter, QRectF(x, (height - width) / 2, width, width), name, role)
            elif part == "key":
                cap = keycap_size(self._key)
                quiet = theme.color("text_muted") if role == "text" else color
                paint_keycap(painter, QRect(x, (height - cap.height()) // 2, width, cap.height()), self._key, quiet)
            else:
                strong = part == "value" or self._style in ("primary", "link")
                painter.setFont(theme.font(strong=strong))
                painter.setPen(color)
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text_of(part))
            x += width
            before = part

    def _text_of(self, part: str) -> str:
        return self._value if part == "value" else self.text()


class KeyCap(QWidget):
    """Caps of one or more keys, separated by spaces."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys.split(" ")
        self.setAccessibleName(keys)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """As wide as its caps."""
        return QSize(sum(keycap_size(key).width() + 4 for key in self._keys), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the caps side by side."""
        painter = QPainter(self)
        x = 0
        for key in self._keys:
            size = keycap_size(key)
            paint_keycap(painter, QRect(x, 1, size.width(), size.height()), key, theme.color("text_muted"))
            x += size.width() + 4
        painter.end()


def _is_enter(event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
