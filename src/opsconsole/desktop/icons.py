"""Icons by name, drawn from the outlines in resources/icons in a color role of the theme.

The outlines are Phosphor's, taken from the font in the qtawesome package (packaging/icon_paths.py); drawing them here
keeps that package, and the ten fonts it opens, out of start-up. An icon follows a theme change by itself, because its
color is looked up when it is painted.
"""

import json
from collections.abc import Iterator
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPainterPath, QPixmap

from opsconsole.desktop.theme import theme
from opsconsole.domain.resources import resource

_GRID = 256.0


@cache
def _outlines() -> dict[str, str]:
    known: dict[str, str] = json.loads(resource("icons", "paths.json").read_text("utf-8"))
    return known


@cache
def outline(name: str) -> QPainterPath:
    """Outline of an icon on a 256 grid; KeyError when there is none of that name."""
    path = QPainterPath()
    words = iter(_outlines()[name].split())
    for word in words:
        if word == "M":
            path.moveTo(_point(words))
        elif word == "L":
            path.lineTo(_point(words))
        else:
            path.cubicTo(_point(words), _point(words), _point(words))
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


def _point(words: Iterator[str]) -> QPointF:
    return QPointF(float(next(words)), float(next(words)))


def paint_icon(painter: QPainter, rect: QRectF, name: str, role: str = "text_muted") -> None:
    """Fill an icon into a rectangle in the color of a role."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / _GRID, rect.height() / _GRID)
    painter.fillPath(outline(name), theme.color(role))
    painter.restore()


class _Engine(QIconEngine):
    """Paints one named icon; disabled in the color of disabled text."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into a rectangle."""
        role = "text_disabled" if mode == QIcon.Mode.Disabled else self._role
        paint_icon(painter, QRectF(rect), self._name, role)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Draw into a transparent pixmap."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Copy with the same name and role."""
        return _Engine(self._name, self._role)


def icon(name: str, role: str = "text_muted") -> QIcon:
    """Icon of a name in a color role; shown at 16 px unless the widget says otherwise."""
    return QIcon(_Engine(name, role))
