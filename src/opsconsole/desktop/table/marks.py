"""Painters by cell kind: pill, ring, bars, grade, trend. Each draws one cell inside its content rectangle."""

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPolygonF

from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.table.cells import Cell
from opsconsole.desktop.theme import theme

BAR_WIDTH = 40
BAR_HEIGHT = 6
CLAUSE_BAR_WIDTH = 28
CLAUSE_VALUE_WIDTH = 40
TREND_WIDTH = 62
PILL_HEIGHT = 20
PILL_WIDTH = 41
GRADE_WIDTH = 22
GLYPH = 12
_ASIDE_GAP = 6

MarkPainter = Callable[[Brush, Cell, float, float, float, float, bool], None]


def paint_text(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Plain words; muted ones behind them where there is room."""
    if not cell.detail or right:
        brush.text(cell.text, cell.tone, x, y, width, height, strong=cell.strong, right=right)
        return
    # Where not all fits, the first word of the others says enough ("+2 more", "+2"); it is the last to be cut.
    small = brush.texts("small")
    short = cell.detail[0].split(" ")[0]
    least = max(width - small.get(short)[1] - _ASIDE_GAP, 0.0)
    taken = brush.text(cell.text, cell.tone, x, y, least, height, strong=cell.strong) + _ASIDE_GAP
    aside = cell.detail[0] if small.get(cell.detail[0])[1] <= width - taken else short
    brush.text(aside, "text_muted", x + taken, y, width - taken, height, role="small")


def paint_ends(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Words of which both ends are seen."""
    brush.text(cell.text, cell.tone, x, y, width, height, strong=cell.strong, right=right, both_ends=True)


def paint_severity(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Pill with shape and letter."""
    top = y + (height - PILL_HEIGHT) / 2
    brush.rounded(x, top, PILL_WIDTH, PILL_HEIGHT, f"{cell.text}_bg", theme.radius("pill"))
    paint_shape(brush, cell.text, x + 10.5, top + PILL_HEIGHT / 2, cell.tone, 4.5)
    brush.text(cell.text, cell.tone, x + 19, top, PILL_WIDTH - 19, PILL_HEIGHT, strong=True, role="small")


def paint_shape(brush: Brush, severity: str, x: float, y: float, tone: str, size: float) -> None:
    """Shape of a severity around a point: diamond, triangle, circle, ring."""
    painter = brush.painter
    if severity == "S4":
        brush.pen(tone, 1.6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), size - 1, size - 1)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(tone))
    if severity == "S3":
        painter.drawEllipse(QPointF(x, y), size - 0.5, size - 0.5)
    elif severity == "S2":
        corners = [
            QPointF(x, y - size),
            QPointF(x + size + 0.5, y + size - 0.5),
            QPointF(x - size - 0.5, y + size - 0.5),
        ]
        painter.drawPolygon(QPolygonF(corners))
    else:
        reach = size + 0.5
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach), QPointF(x - reach, y)])
        )
    brush.pen(tone, 1)


def paint_state(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Ring glyph and word."""
    glyph = str(cell.detail[0])
    paint_ring(brush, glyph, x + GLYPH / 2 + 1, y + height / 2, "accent" if glyph == "half" else "text_muted")
    brush.text(cell.text, cell.tone, x + 20, y, width - 20, height)


def paint_ring(brush: Brush, glyph: str, x: float, y: float, tone: str) -> None:
    """Ring: empty, a quarter or a half filled, with a pause sign, or full (done)."""
    painter = brush.painter
    radius = GLYPH / 2 - 0.75
    brush.pen(tone, 1.4)
    painter.setBrush(theme.color(tone) if glyph == "done" else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    if glyph in ("quarter", "half"):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tone))
        inner = QRectF(x - 3.5, y - 3.5, 7, 7)
        painter.drawPie(inner, *((0, 90 * 16) if glyph == "quarter" else (-90 * 16, 180 * 16)))
        brush.pen(tone, 1)
    elif glyph == "pause":
        painter.drawLine(QPointF(x - 1.5, y - 2), QPointF(x - 1.5, y + 2))
        painter.drawLine(QPointF(x + 1.5, y - 2), QPointF(x + 1.5, y + 2))


def paint_bar(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Words, then a bar of the share that is left."""
    share, tone = cell.detail
    start = x + width - BAR_WIDTH
    top = y + (height - BAR_HEIGHT) / 2
    brush.text(cell.text, cell.tone, x, y, width - BAR_WIDTH - 8, height, strong=cell.strong, right=True)
    _track(brush, start, top, BAR_WIDTH, float(share), str(tone))


def paint_cover(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Days, then a bar on a 60 day scale with a mark at the lead time."""
    share, lead, tone = cell.detail
    start = x + width - BAR_WIDTH
    top = y + (height - BAR_HEIGHT) / 2
    brush.text(cell.text, cell.tone, x, y, width - BAR_WIDTH - 8, height, strong=cell.strong, right=True)
    _track(brush, start, top, BAR_WIDTH, float(share), str(tone))
    if lead >= 0:
        brush.fill(start + round(BAR_WIDTH * lead) - 0.5, top - 2, 1, BAR_HEIGHT + 4, "text")


def paint_clause(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Bar from floor to stretch with a mark at the target, then the value."""
    share, target, tone = cell.detail
    start = x + max(0.0, width - CLAUSE_BAR_WIDTH - 8 - CLAUSE_VALUE_WIDTH)
    top = y + (height - BAR_HEIGHT) / 2
    _track(brush, start, top, CLAUSE_BAR_WIDTH, max(float(share), 0.1), str(tone))
    brush.fill(start + round(CLAUSE_BAR_WIDTH * target) - 0.75, top - 3, 1.5, BAR_HEIGHT + 6, "text")
    left = start + CLAUSE_BAR_WIDTH + 4
    brush.text(cell.text, cell.tone, left, y, x + width - left, height, strong=cell.strong, right=True)


def paint_grade(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Letter on its tint."""
    top = y + (height - PILL_HEIGHT) / 2
    fill = "S4_bg" if cell.tone == "text_muted" else f"{cell.tone}_bg"
    brush.rounded(x, top, GRADE_WIDTH, PILL_HEIGHT, fill, theme.radius("pill"))
    taken = brush.texts("body", True).get(cell.text)[1]
    brush.text(cell.text, cell.tone, x + (GRADE_WIDTH - taken) / 2, top, GRADE_WIDTH, PILL_HEIGHT, strong=True)


def paint_trend(brush: Brush, cell: Cell, x: float, y: float, width: float, height: float, right: bool) -> None:
    """Line without an axis, its last point a dot."""
    reach, rise = min(width - 6, TREND_WIDTH), 14.0
    top = y + (height - rise) / 2
    points = [QPointF(x + 2 + across * reach, top + down * rise) for across, down in cell.detail]
    painter = brush.painter
    brush.pen("text_muted", 1.3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.setBrush(theme.color("text_muted"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(points[-1], 2.0, 2.0)
    brush.pen("text_muted", 1)


def _track(brush: Brush, x: float, y: float, width: float, share: float, tone: str) -> None:
    radius = theme.radius("cell")
    brush.rounded(x, y, width, BAR_HEIGHT, "track", radius)
    filled = min(max(share, 0.0), 1.0) * width
    if filled > 0:
        brush.rounded(x, y, max(math.ceil(filled), 2), BAR_HEIGHT, tone, radius)


PAINTERS: dict[str, MarkPainter] = {
    "text": paint_text,
    "ends": paint_ends,
    "severity": paint_severity,
    "state": paint_state,
    "bar": paint_bar,
    "cover": paint_cover,
    "clause": paint_clause,
    "grade": paint_grade,
    "trend": paint_trend,
}
"""Painter by the cell's mark; a new kind of cell is one function and one line here."""
