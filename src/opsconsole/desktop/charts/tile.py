"""A KPI's tile: its value, its small control chart, its target and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QWidget

from opsconsole.desktop.charts.mini import MiniChart
from opsconsole.desktop.theme import theme


@dataclass(frozen=True, slots=True)
class TileContent:
    """Words of a tile; ``met`` is None without a target or value; ``delta_tone`` is good, bad or muted."""

    key: str
    title: str
    value: str
    has_value: bool
    target: str = ""
    met: bool | None = None
    delta: str = ""
    delta_tone: str = "muted"
    note: str = ""
    values: Sequence[float | None] = ()
    limits: tuple[float, float, float] | None = None
    signal: bool = False
    tooltip: str = ""


class Tile(QFrame):
    """One tile; click, Enter or Space chooses it."""

    chosen = Signal(str)

    def __init__(self, content: TileContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self._selected = False
        self.setObjectName("tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title, self._value, self._note = QLabel(), QLabel(), QLabel()
        self._target, self._verdict, self._delta = QLabel(), QLabel(), QLabel()
        self._mini = MiniChart()
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._title, 0, 0, 1, 2)
        grid.addWidget(self._value, 1, 0)
        grid.addWidget(self._mini, 1, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for label in (self._target, self._verdict):
            foot.addWidget(label)
        foot.addStretch(1)
        foot.addWidget(self._note)
        foot.addWidget(self._delta)
        grid.addLayout(foot, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        theme.changed.connect(self._paint_words)
        self.show_content(content)

    def show_content(self, content: TileContent) -> None:
        """Show other content in the same tile."""
        self.content = content
        self._title.setText(content.title)
        self._value.setText(content.value)
        self._target.setText(content.target)
        verdicts = {True: "✓ met", False: "✕ missed", None: ""}
        self._verdict.setText(verdicts[content.met])
        self._delta.setText(content.delta)
        self._note.setText(content.note)
        for label in (self._target, self._verdict, self._delta, self._note):
            label.setVisible(bool(label.text()))
        self._mini.show_values(content.values, content.limits, signal=content.signal)
        self.setToolTip(content.tooltip)
        words = (content.title, content.value, content.target, verdicts[content.met], content.delta, content.note)
        self.setAccessibleName(", ".join(text for text in words if text))
        self._paint_words()

    def set_selected(self, selected: bool) -> None:
        """Mark the tile whose chart is shown."""
        self._selected = selected
        self._paint_words()

    def _paint_words(self) -> None:
        content = self.content
        verdict = {True: "good", False: "bad", None: "text_muted"}[content.met]
        tone = content.delta_tone if content.delta_tone in ("good", "bad") else "text_muted"
        big = ("value", "text") if content.has_value else ("title", "text_muted")
        looks = (
            (self._title, "section", "text", 600),
            (self._value, *big, 600),
            (self._target, "small", "text_muted", 400),
            (self._verdict, "small", verdict, 400),
            (self._delta, "small", tone, 400),
            (self._note, "small", "text_muted", 400),
        )
        for label, size, role, weight in looks:
            label.setStyleSheet(
                f"color: {theme.color(role).name()}; font-size: {theme.px(size)}px; font-weight: {weight};"
                " background: transparent; border: none;"
            )
        edge, width = ("accent", 2) if self._selected or self.hasFocus() else ("line", 1)
        fill = "hover" if self.underMouse() else "panel"
        margin = 12 - width
        self.setStyleSheet(
            f"#tile {{ background: {theme.color(fill).name()}; border: {width}px solid {theme.color(edge).name()};"
            f" border-radius: {theme.radius('control')}px; }}"
        )
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(margin, margin - 4, margin, margin - 4)

    def event(self, event: QEvent) -> bool:
        """Hover and focus repaint the frame."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Leave):
            self._paint_words()
        return handled

    def enterEvent(self, event: QEnterEvent) -> None:
        """Hover fill."""
        super().enterEvent(event)
        self._paint_words()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses the tile."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.content.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space choose the tile."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.content.key)
        else:
            super().keyPressEvent(event)
