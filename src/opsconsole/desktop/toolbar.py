"""The bar over a list: saved view, search and filters on the left; columns, export, moment and reload on the right."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.keycaps import KeyButton, keycap_size, paint_keycap
from opsconsole.desktop.menus import ChoiceButton
from opsconsole.desktop.tab_content import Selector
from opsconsole.desktop.theme import theme

SEARCH_WIDTH, SEARCH_LEAST, SEARCH_NARROW = 300, 150, 84
_MANY_SELECTORS, _WIDE, _NARROW = 3, 1500, 1280


class SearchField(QLineEdit):
    """Search with a glass on the left and the key that leads here on the right; Down leaves for the list."""

    left_for_list = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName("Search")
        self.setMaximumWidth(SEARCH_WIDTH)
        self.setMinimumWidth(SEARCH_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextMargins(24, 0, 20, 0)

    def sizeHint(self) -> QSize:
        """As in the pictures."""
        return QSize(SEARCH_WIDTH, theme.height("control"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Add glass and key cap."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, QRect(9, (self.height() - 15) // 2, 15, 15).toRectF(), "magnifying-glass")
        if not self.text() and not self.hasFocus():
            cap = keycap_size("/")
            x = self.width() - cap.width() - 8
            rect = QRect(x, (self.height() - cap.height()) // 2, cap.width(), cap.height())
            paint_keycap(painter, rect, "/", theme.color("text_muted"))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Enter go on to the list."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_for_list.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select what is there, so that typing begins anew."""
        super().focusInEvent(event)
        self.selectAll()


class Toolbar(QFrame):
    """Signals say what was asked; the tab's frame does it."""

    search_changed = Signal(str)
    selected = Signal(str, str)
    view_chosen = Signal(str)
    save_view_asked = Signal()
    columns_asked = Signal()
    export_asked = Signal()
    moment_asked = Signal()
    reload_asked = Signal()

    def __init__(self, search_hint: str, selectors: Sequence[Selector], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setFixedHeight(theme.height("toolbar"))
        self.view = ChoiceButton("View", strong=True)
        self.view.chosen.connect(self.view_chosen)
        self.save_view = KeyButton("Save view", style="flat")
        self.save_view.clicked.connect(self.save_view_asked)
        self.search = SearchField(search_hint)
        self.search.textChanged.connect(self.search_changed)
        self.search.setVisible(bool(search_hint))
        self.selectors: dict[str, ChoiceButton] = {}
        self._in_menu = {selector.key for selector in selectors if selector.in_menu}
        for selector in selectors:
            self._add_selector(selector)
        self.columns = KeyButton("Columns", icon="columns", style="flat")
        self.columns.clicked.connect(self.columns_asked)
        self.columns.setToolTip("Choose columns")
        self.export = KeyButton("Export", icon="download-simple", style="flat")
        self.export.clicked.connect(self.export_asked)
        self.export.setToolTip("Write the rows shown to a workbook (Ctrl+E)")
        self.moment = KeyButton("As of now", icon="clock", style="flat")
        self.moment.clicked.connect(self.moment_asked)
        self.moment.setToolTip("Look at another moment")
        self._moment, self._own_moment = ("", 0), True
        self.reload = KeyButton(icon="arrow-clockwise", key="F5")
        self.reload.setAccessibleName("Reload")
        self.reload.clicked.connect(self.reload_asked)
        self._lay_out()

    def add_left(self, widget: QWidget) -> None:
        """Put a tab's own control after the selectors."""
        self._left.addWidget(widget)

    def give_moment(self, row: QHBoxLayout) -> None:
        """Move moment and reload into another row: that of a head over this bar."""
        self._separator.hide()
        self._own_moment = False
        self._fit_moment()
        row.addWidget(self.moment)
        row.addWidget(self.reload)

    def set_moment(self, words: str) -> None:
        """``As of Tue 17 Nov, 10:42``."""
        self.moment.set_label(words)
        self._moment = (words, self.moment.sizeHint().width())
        self.moment.setToolTip(f"{words}: look at another moment")
        self._fit_moment()

    def event(self, event: QEvent) -> bool:
        """What grows in this bar, a choice with longer words say, takes the room of the moment's words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_moment()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window buttons keep their icons only, and saving a view is left to the menu of views."""
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        for button, words in ((self.columns, "Columns"), (self.export, "Export")):
            button.set_label("" if narrow else words)
            button.setAccessibleName(words)
        self.search.setMinimumWidth(SEARCH_NARROW if narrow else SEARCH_LEAST)
        if len(self.selectors) - len(self._in_menu) > _MANY_SELECTORS and not self.view.isHidden():
            self.save_view.setVisible(self.width() >= _WIDE)

        self._fit_moment()

    def _fit_moment(self) -> None:
        """Where the words of buttons would be cut, the moment keeps its icon only: the status bar tells it too."""
        words, width = self._moment
        row = self.layout()
        if not words or row is None:
            return
        left = [item.widget() for item in map(self._left.itemAt, range(self._left.count())) if item is not None]
        beside = [*(one for one in left if one is not self.search), self.columns, self.export, self.reload]
        shown = [one.sizeHint().width() for one in beside if one is not None and not one.isHidden()]
        search = 0 if self.search.isHidden() else self.search.minimumWidth()
        margins = row.contentsMargins()
        gaps = (len(shown) + 3) * row.spacing() + margins.left() + margins.right()
        fits = sum(shown) + search + width + gaps <= self.width()
        self.moment.set_label(words if fits or not self._own_moment else "")

    def _add_selector(self, selector: Selector) -> None:
        button = ChoiceButton(selector.label)
        if selector.choices:
            button.set_choices(selector.choices)
        elif selector.field:
            button.set_choices((("", selector.any_words),))
        button.chosen.connect(lambda value, key=selector.key: self.selected.emit(key, value))
        self.selectors[selector.key] = button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(8)
        self._left = QHBoxLayout()
        self._left.setSpacing(8)
        self._left.addWidget(self.view)
        self._left.addWidget(self.save_view)
        self._left.addWidget(self.search, 1)
        for key, button in self.selectors.items():
            if key in self._in_menu:
                button.setParent(self)
                button.hide()
            else:
                self._left.addWidget(button)
        row.addLayout(self._left, 1)
        row.addStretch()
        row.addWidget(self.columns)
        row.addWidget(self.export)
        self._separator = lines.vertical(16)
        row.addWidget(self._separator)
        row.addWidget(self.moment)
        row.addWidget(self.reload)
