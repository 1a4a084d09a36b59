import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtGui import QIcon

from opsconsole.desktop.icons import icon, outline
from opsconsole.desktop.theme import theme

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "icon_paths.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("icon_paths", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_icon_is_drawn_inside_its_grid(script: ModuleType) -> None:
    for name in script.NAMES:
        box = outline(name).boundingRect()
        assert not box.isEmpty(), name
        assert 0 <= box.left() <= box.right() <= 256, name
        assert 0 <= box.top() <= box.bottom() <= 256, name


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        outline("no-such-icon")


def test_an_icon_follows_the_theme() -> None:
    drawn = icon("check", "good")
    for name in ("light", "dark"):
        theme.use(name)
        image = drawn.pixmap(16, 16).toImage()
        strongest = max((image.pixelColor(x, y) for x in range(16) for y in range(16)), key=lambda color: color.alpha())
        assert abs(strongest.red() - theme.color("good").red()) <= 3
    assert not drawn.pixmap(16, 16, QIcon.Mode.Disabled).isNull()
