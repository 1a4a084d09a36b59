"""Draw the outlines of the icons used from the Phosphor font that qtawesome carries into resources/icons/paths.json.

Run when an icon is added: ``python packaging/icon_paths.py``. Loading qtawesome itself at start-up costs more than
the whole first paint (every font it knows is opened), and these outlines are sharp at any scale.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QPainterPath, QRawFont
from PySide6.QtWidgets import QApplication

TARGET = Path(__file__).resolve().parent.parent / "resources" / "icons" / "paths.json"
UNITS = 256  # the grid Phosphor is drawn on

NAMES = (
    "list", "columns", "download-simple", "clock", "arrow-clockwise", "magnifying-glass", "caret-down", "caret-up",
    "caret-right", "copy", "arrow-square-out", "x", "question", "database", "warning", "check", "corners-out",
    "dots-three", "file", "play", "tray", "funnel", "sun", "moon", "gear", "info", "user", "plus", "minus",
    "calendar-blank", "floppy-disk", "arrow-counter-clockwise", "export", "trash", "pencil-simple", "bookmark-simple",
    "package", "truck", "chart-line", "warning-circle", "folder-open", "link", "note", "shield-check", "arrow-right",
    "storefront", "stack", "keyboard", "sign-out", "flag", "rows", "squares-four", "lock-simple",
)  # fmt: skip


def outline(path: QPainterPath) -> str:
    """SVG-like path text of an outline on a 256 grid: M, L and C with absolute points, one decimal."""
    parts: list[str] = []
    index = 0
    while index < path.elementCount():
        element = path.elementAt(index)
        point = f"{element.x:.1f} {element.y:.1f}"
        if element.type == QPainterPath.ElementType.MoveToElement:
            parts.append(f"M {point}")
        elif element.type == QPainterPath.ElementType.LineToElement:
            parts.append(f"L {point}")
        else:
            second, third = path.elementAt(index + 1), path.elementAt(index + 2)
            parts.append(f"C {point} {second.x:.1f} {second.y:.1f} {third.x:.1f} {third.y:.1f}")
            index += 2
        index += 1
    return " ".join(parts)


def extract() -> dict[str, str]:
    """Outlines by icon name."""
    import qtawesome

    folder = Path(qtawesome.__file__).parent / "fonts"
    font_file = next(folder.glob("phosphor-[0-9]*.ttf"))
    charmap = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
    font = QRawFont(str(font_file), UNITS)
    outlines = {}
    for name in NAMES:
        character = chr(int(charmap[name], 16))
        (glyph,) = font.glyphIndexesForString(character)
        path = font.pathForGlyph(glyph)
        path.translate(0, font.ascent())
        outlines[name] = outline(path)
    return outlines


def main() -> int:
    """Write the outlines of all icons in use."""
    application = QApplication.instance() or QApplication(sys.argv)
    TARGET.write_text(json.dumps(extract(), indent=0, sort_keys=True) + "\n", "utf-8")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
