"""Look of the window: colors, sizes and fonts by role, read from resources/theme.

Everything that paints asks ``theme.color("accent")``; no other file holds a color value. The module's ``theme`` is the
one look of the process, as Qt's palette and style sheet are. ``theme.use("dark")`` swaps palette, style sheet and the
caches of the painters without a restart and emits ``changed``.

Qt's enumerations are made when they are first used, and some are large (``Qt`` alone costs a tenth of a bare start), so
what is not needed for the first paint imports them inside functions.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from opsconsole.domain.resources import resource

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPalette

THEMES = ("light", "dark")

_FONT_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf")
_PLACEHOLDER = re.compile(r"@([a-zA-Z0-9_]+)")

# Qt's color roles by name; the enumeration itself is loaded after the first paint.
_PALETTE = {
    "Window": "window",
    "WindowText": "text",
    "Base": "panel",
    "AlternateBase": "raised",
    "Text": "text",
    "Button": "panel",
    "ButtonText": "text",
    "BrightText": "bad",
    "Highlight": "selected",
    "HighlightedText": "text",
    "ToolTipBase": "raised",
    "ToolTipText": "text",
    "PlaceholderText": "text_muted",
    "Link": "accent",
    "LinkVisited": "accent",
    "Light": "raised",
    "Midlight": "line",
    "Mid": "line",
    "Dark": "line_strong",
    "Shadow": "line_strong",
    "Accent": "accent",
}
_DISABLED = ("WindowText", "Text", "ButtonText")
_WIDE = 1600


class Theme(QObject):
    """Colors by role of the theme in use, and the sizes and fonts that all themes share."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tokens: dict[str, Any] = {}
        self._name = "light"
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._families: list[str] = []

    @property
    def name(self) -> str:
        """``light`` or ``dark``."""
        return self._name

    @property
    def tokens(self) -> dict[str, Any]:
        """All tokens as read from resources/theme/tokens.json."""
        if not self._tokens:
            self._tokens = json.loads(resource("theme", "tokens.json").read_text("utf-8"))
        return self._tokens

    def color(self, role: str) -> QColor:
        """Color of a role: ``accent``, ``S1_bg``, ``bad``, ``chart_1`` …; KeyError for an unknown role."""
        if not self._colors:
            self._colors = self._read_colors(self._name)
        return self._colors[role]

    def names(self) -> dict[str, str]:
        """Colors by role as ``#RRGGBB``, for rich text."""
        self.color("text")
        return {role: color.name() for role, color in self._colors.items()}

    def px(self, role: str) -> int:
        """Font size in pixels: caption, small, body, section, title, value, hero."""
        return int(self.tokens["font"]["px"][role])

    def height(self, role: str) -> int:
        """Height in pixels: tab_bar, toolbar, row, control, chip …"""
        return int(self.tokens["heights"][role])

    def width(self, role: str) -> int:
        """Width in pixels: detail_panel, detail_panel_wide, focus_ring …"""
        return int(self.tokens["widths"][role])

    def panel_width(self, window: int) -> int:
        """Width of the panel in a window of this width: more from 1600 px on."""
        return self.width("detail_panel_wide" if window >= _WIDE else "detail_panel")

    def space(self, role: str) -> int:
        """Spacing in pixels: xxs 2, xs 4, s 8, m 12, l 16, xl 24, xxl 32."""
        return int(self.tokens["spacing"][role])

    def radius(self, role: str) -> int:
        """Corner radius in pixels: cell, control, panel, pill."""
        return int(self.tokens["radius"][role])

    def font(self, role: str = "body", *, strong: bool = False) -> "QFont":
        """Font of a size role, weight 400 or 600, with tabular figures."""
        from PySide6.QtGui import QFont

        key = (role, strong)
        if key not in self._fonts:
            tokens = self.tokens["font"]
            font = QFont(self._families or tokens["family"])
            font.setPixelSize(self.px(role))
            font.setWeight(QFont.Weight(tokens["weights"]["strong" if strong else "regular"]))
            for feature in tokens["features"]:
                font.setFeature(QFont.Tag(feature), 1)
            self._fonts[key] = font
        return self._fonts[key]

    def install(self, application: QApplication, name: str) -> None:
        """Give an application fonts and a theme at once."""
        self.begin(name)
        self.dress(application)

    def begin(self, name: str) -> None:
        """Know colors and fonts; enough to paint with, before anything of Qt's style is loaded."""
        from PySide6.QtGui import QFontDatabase

        if name not in THEMES:
            raise ValueError(f"unknown theme {name!r}")
        if not self._families:
            # The font before the first window: widgets take theirs from the window they are put into.
            for file in _FONT_FILES:
                QFontDatabase.addApplicationFont(str(resource("fonts", file)))
            self._families = list(self.tokens["font"]["family"])
            self._fonts.clear()
            QApplication.setFont(self.font())
        if name != self._name:
            self._name = name
            self._colors = self._read_colors(name)

    def dress(self, application: QApplication) -> None:
        """Give the application style, font, palette and style sheet; again only after a change."""
        if application.property("opsconsole_theme") == self._name:
            return
        if application.property("opsconsole_theme") is None:
            application.setStyle("Fusion")
        self.use(self._name, application)

    def use(self, name: str, application: QApplication | None = None) -> None:
        """Switch to a theme now; ValueError for an unknown name."""
        from PySide6.QtCore import Qt

        self.begin(name)
        target = application or QApplication.instance()
        if isinstance(target, QApplication):
            target.styleHints().setColorScheme(Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light)
            target.setPalette(self._palette())
            target.setStyleSheet(self._style_sheet())
            target.setProperty("opsconsole_theme", name)
        self.changed.emit()

    def _read_colors(self, name: str) -> dict[str, QColor]:
        entry = self.tokens["themes"][name]
        colors = {role: QColor(value) for role, value in entry["color"].items()}
        colors.update({f"chart_{index}": QColor(value) for index, value in entry["chart"].items()})
        return colors

    def _palette(self) -> "QPalette":
        from PySide6.QtGui import QPalette

        palette = QPalette()
        for role, color in _PALETTE.items():
            palette.setColor(QPalette.ColorRole[role], self.color(color))
        for role in _DISABLED:
            palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[role], self.color("text_disabled"))
        return palette

    def _style_sheet(self) -> str:
        values = {role: color.name() for role, color in self._read_colors(self._name).items()}
        for group in ("spacing", "radius", "heights", "widths"):
            values.update({f"{group}_{key}": f"{size}px" for key, size in self.tokens[group].items()})
        values.update({f"px_{key}": f"{size}px" for key, size in self.tokens["font"]["px"].items()})
        for picture in ("check", "caret"):
            values[picture] = resource("theme", f"{picture}-{self._name}.png").as_posix()
        text = resource("theme", "style.qss").read_text("utf-8")
        return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


theme = Theme()
