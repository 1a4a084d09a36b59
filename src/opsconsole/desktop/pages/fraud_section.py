"""The section "Fraud" of a page: the score as bars signal by signal, the verdict, decisions, disputes."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.panel import Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.domain.fraud import Dispute, FraudCheck, FraudDecision, FraudSignal

_BAR = (72, 6)


def fraud_section(check: FraudCheck, formats: Formats) -> Section:
    """What is known of an order's fraud risk."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(Words(check.verdict, wrap=True))
    column.addWidget(_signals(check, formats))
    if check.decisions:
        column.addWidget(sections.history([_decision(one, formats) for one in check.decisions]))
    for dispute in check.disputes:
        column.addWidget(Words(_dispute(dispute, formats), wrap=True))
    return Section("Fraud", box, f"score {formats.count(check.points)} of 100")


def _signals(check: FraudCheck, formats: Formats) -> QWidget:
    """Every signal with its points of its weight; what was not seen is muted, and its tooltip says so."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    ordered = [*check.seen, *(one for one in check.signals if not one.points)]
    for row, one in enumerate(ordered):
        name = Words(one.words or one.label, role="" if one.points else "muted", wrap=True)
        name.setToolTip(one.label if one.points else f"{one.label}: not seen")
        grid.addWidget(name, row, 0)
        grid.addWidget(PointsBar(one), row, 1)
        of = f"**{formats.count(one.points)}** of {formats.count(one.weight)}" if one.points else f"0 of {one.weight:g}"
        grid.addWidget(Words(of, role="small"), row, 2)
    grid.setColumnStretch(0, 1)
    return box


def _decision(one: FraudDecision, formats: Formats) -> tuple[str, str, str]:
    when = "" if one.decided_at is None else formats.instant(one.decided_at)
    score = "" if one.score is None else f", score {formats.count(one.score)}"
    reason = f": {one.reason}" if one.reason else ""
    return when, one.provider or "Somebody", f"{one.label}{score}{reason}"


def _dispute(one: Dispute, formats: Formats) -> str:
    money = "" if one.amount is None else f" over **{formats.money(one.amount, one.currency)}**"
    opened = "" if one.opened_at is None else f", opened {formats.instant(one.opened_at)}"
    reason = f", {one.reason.lower()}" if one.reason else ""
    return f"{one.label} **{one.dispute_id}**{money}{opened}{reason}: {one.status.lower()}. {one.then}"


class PointsBar(QWidget):
    """Points of a signal on the scale of its weight."""

    def __init__(self, signal: FraudSignal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0 if not signal.weight else min(1.0, signal.points / signal.weight)
        self.setAccessibleName(f"{signal.label}: {signal.points:g} of {signal.weight:g} points")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """A bar in a line."""
        return QSize(_BAR[0], 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track and points."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _BAR[1]) // 2
        for role, width in (("track", self.width()), ("text_muted", round(self.width() * self._share))):
            if width:
                painter.setPen(theme.color(role))
                painter.setBrush(theme.color(role))
                painter.drawRoundedRect(QRect(0, top, width - 1, _BAR[1] - 1), 2, 2)
        painter.end()
