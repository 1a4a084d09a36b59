"""The tab bar: menu, tabs with their counts, and on the right the tabs and buttons that are not work lists."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QMenu, QSizePolicy, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.tabs import TabName
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words

_BETWEEN = 15
_PADDING = 4
_BADGE_PADDING = 7
_CARET = 12


class TabButton(QAbstractButton):
    """Name, count in a small box, and a line under the chosen one."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = ""
        self.setText(label)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(label)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_badge(self, count: int | None) -> None:
        """Show a count; ``None`` shows none."""
        words = "" if count is None else f"{count:,}"
        if words != self._badge:
            self._badge = words
            self.setAccessibleName(f"{self.text()}, {words}" if words else self.text())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Name and count; as wide chosen as not, so that nothing moves."""
        return QSize(self._name_width() + self._badge_width() + 2 * _PADDING, theme.height("tab_bar") - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name, count and line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        height = self.height()
        painter.setFont(theme.font(strong=chosen))
        painter.setPen(theme.color("text" if chosen or self.underMouse() else "text_muted"))
        painter.drawText(QRect(_PADDING, 0, self.width(), height), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._badge:
            self._paint_badge(painter, height)
        if chosen:
            painter.fillRect(QRect(0, height - 3, self.width(), 3), theme.color("accent"))
        if self.hasFocus():
            painter.setPen(theme.color("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 5.5, -0.5, -5.5), 3, 3)
        painter.end()

    def _paint_badge(self, painter: QPainter, height: int) -> None:
        width = self._badge_width() - 8
        rect = QRect(self.width() - width - _PADDING, (height - 16) // 2, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("S4_bg"))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setFont(theme.font("caption", strong=True))
        painter.setPen(theme.color("S4_fg"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._badge)

    def _name_width(self) -> int:
        # The chosen tab is written bold: the wider of both keeps its neighbors in place.
        widths = (QFontMetrics(theme.font(strong=strong)).horizontalAdvance(self.text()) for strong in (False, True))
        return max(widths)

    def _badge_width(self) -> int:
        if not self._badge:
            return 0
        metrics = QFontMetrics(theme.font("caption", strong=True))
        return 8 + metrics.horizontalAdvance(self._badge) + 2 * _BADGE_PADDING


class MoreButton(TabButton):
    """``More ⌄`` at the end of the tabs: a menu of further ones; shows the name of the one in front."""

    picked = Signal(str)

    def __init__(self, tabs: Sequence[TabName], parent: QWidget | None = None) -> None:
        super().__init__("More", parent)
        self.setToolTip("Further tabs (Alt+M)")
        self._tabs = list(tabs)
        self._counts: dict[str, int | None] = {}
        self._current = ""
        self.clicked.connect(self.open_menu)

    def knows(self, key: str) -> bool:
        """Whether a tab is in the menu."""
        return any(tab.key == key for tab in self._tabs)

    def set_current(self, key: str) -> None:
        """Underline the button with the name of a tab of the menu; any other key: ``More`` again."""
        self._current = key if self.knows(key) else ""
        label = next((tab.label for tab in self._tabs if tab.key == self._current), "More")
        self.setText(label)
        self.setAccessibleName(f"More tabs, now {label}" if self._current else "More tabs")
        self.setChecked(bool(self._current))
        self.set_badge(self._counts.get(self._current))
        self.updateGeometry()
        self.update()

    def set_count(self, key: str, count: int | None) -> None:
        """Count beside a tab's name in the menu."""
        self._counts[key] = count
        if key == self._current:
            self.set_badge(count)

    def sizeHint(self) -> QSize:
        """Room for the caret."""
        return super().sizeHint() + QSize(_CARET + 4, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down opens the menu, as Space does."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_menu()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, caret, line."""
        super().paintEvent(event)
        painter = QPainter(self)
        x = _PADDING + self._name_width() + 4
        paint_icon(painter, QRectF(x, (self.height() - _CARET) / 2, _CARET, _CARET), "caret-down")
        painter.end()

    def open_menu(self) -> None:
        """Open the menu under the button, its first entry under the keyboard."""
        self.setChecked(bool(self._current))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tab in self._tabs:
            count = self._counts.get(tab.key)
            action = menu.addAction(f"&{tab.label}" + ("" if count is None else f"\t{count:,}"))
            action.setCheckable(True)
            action.setChecked(tab.key == self._current)
            action.triggered.connect(lambda checked=False, key=tab.key: self.picked.emit(key))
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        menu.setActiveAction(menu.actions()[0])


class TabBar(QFrame):
    """``chosen(key)`` when the user picks a tab; ``menu_asked`` and ``shortcuts_asked`` for the two buttons."""

    chosen = Signal(str)
    menu_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, tabs: Sequence[TabName], parent: QWidget | None = None) -> None:
        """Tabs whose place is more stand behind ``More``, those of another place in no part of the bar."""
        super().__init__(parent)
        self.setObjectName("tab_bar")
        self.setFixedHeight(theme.height("tab_bar"))
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, TabButton] = {}
        for tab in tabs:
            button = TabButton(tab.label)
            button.clicked.connect(lambda checked=False, key=tab.key: self.chosen.emit(key))
            self._group.addButton(button)
            self.buttons[tab.key] = button
        self.more = MoreButton([tab for tab in tabs if tab.place == "more"])
        self.more.picked.connect(self.chosen)
        self.menu = _MenuButton()
        self.menu.clicked.connect(self.menu_asked)
        self._shortcuts = KeyButton("Shortcuts", icon="question", key="?", style="flat")
        self._shortcuts.clicked.connect(self.shortcuts_asked)
        self._title = Words("Opsconsole", role="strong")
        self._only_open: list[QWidget] = []
        self._lay_out(tabs)
        self.set_open(True)

    def set_current(self, key: str) -> None:
        """Underline a tab; an unknown key (a tab of the menu) underlines none."""
        button = self.buttons.get(key)
        self._group.setExclusive(False)
        for other in self.buttons.values():
            other.setChecked(other is button)
        self._group.setExclusive(True)
        self.more.set_current(key)

    def set_open(self, is_open: bool) -> None:
        """Show the tabs, or the program's name while no database is open."""
        self._title.setVisible(not is_open)
        for widget in self._only_open:
            widget.setVisible(is_open)

    def set_badge(self, key: str, count: int | None) -> None:
        """Count beside a tab's name."""
        if key in self.buttons:
            self.buttons[key].set_badge(count)
        elif self.more.knows(key):
            self.more.set_count(key, count)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the names of the tabs go before the button for the shortcuts, which ``?`` opens too."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = [widget for widget in (self.menu, *self._only_open) if not widget.isHidden()]
        needed = sum(widget.sizeHint().width() + _BETWEEN for widget in (*shown, self._shortcuts))
        self._shortcuts.setVisible(needed <= self.width())

    def _lay_out(self, tabs: Sequence[TabName]) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(0)
        row.addWidget(self.menu)
        row.addWidget(lines.vertical())
        row.addSpacing(12)
        row.addWidget(self._title)
        row.addSpacing(4)
        for tab in tabs:
            if tab.place == "left":
                row.addWidget(self.buttons[tab.key])
                row.addSpacing(_BETWEEN)
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(self._shortcuts)
        right = [tab.key for tab in tabs if tab.place == "right"]
        if right:
            row.addSpacing(4)
            separator = lines.vertical(16)
            row.addWidget(separator)
            row.addSpacing(12)
            self._only_open.append(separator)
        for key in right:
            row.addWidget(self.buttons[key])
        for tab in tabs:
            if tab.place not in ("left", "right"):
                self.buttons.pop(tab.key).deleteLater()
        self._only_open.extend(self.buttons.values())
        if any(tab.place == "more" for tab in tabs):
            self._only_open.append(self.more)
        else:
            self.more.hide()


class _MenuButton(QAbstractButton):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(39, theme.height("tab_bar") - 1)
        self.setAccessibleName("Menu")
        self.setToolTip("Menu")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), theme.color("hover"))
        paint_icon(painter, QRect(12, (self.height() - 16) // 2, 16, 16).toRectF(), "list", "text")
        painter.end()
