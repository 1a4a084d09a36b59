import json
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from opsconsole.desktop.theme import THEMES, theme
from opsconsole.domain.resources import resource

DESKTOP = Path(__file__).resolve().parents[2] / "src" / "opsconsole" / "desktop"


def test_both_themes_name_the_same_roles() -> None:
    tokens = json.loads(resource("theme", "tokens.json").read_text("utf-8"))["themes"]
    assert set(tokens) == set(THEMES)
    assert set(tokens["light"]["color"]) == set(tokens["dark"]["color"])
    assert set(tokens["light"]["chart"]) == set(tokens["dark"]["chart"])


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable_on_every_surface(name: str) -> None:
    # WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1.
    theme.use(name)
    for surface in ("window", "panel", "raised", "selected", "hover", "good_bg", "warn_bg", "bad_bg"):
        for role in ("text", "text_muted", "accent"):
            assert _contrast(role, surface) >= 4.5, f"{role} on {surface}"
    for severity in ("S1", "S2", "S3", "S4"):
        assert _contrast(f"{severity}_fg", f"{severity}_bg") >= 4.5


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(role: str) -> float:
    color = theme.color(role)
    parts = []
    for part in (color.redF(), color.greenF(), color.blueF()):
        parts.append(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_switching_the_theme_changes_palette_and_style_sheet_at_once(qapp: QApplication) -> None:
    theme.use("light")
    light = (qapp.palette().color(QPalette.ColorRole.Base), qapp.styleSheet())
    theme.use("dark")
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.color("panel") != light[0]
    assert qapp.styleSheet() != light[1]
    assert "@" not in qapp.styleSheet().replace("@2x", "")


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(ValueError, match="pink"):
        theme.use("pink")


def test_figures_are_tabular_and_inter_is_used() -> None:
    font = theme.font()
    assert QFontInfo(font).family() == "Inter"
    assert font.featureValue(QFont.Tag("tnum")) == 1
    metrics = QFontMetrics(font)
    assert len({metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}) == 1
    assert resource("fonts", "OFL.txt").read_text("utf-8").startswith("Inter: Copyright")


def test_no_color_value_stands_in_the_code() -> None:
    value = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\s*\d")
    found = [path.name for path in DESKTOP.rglob("*.py") if value.search(path.read_text("utf-8"))]
    assert found == []
