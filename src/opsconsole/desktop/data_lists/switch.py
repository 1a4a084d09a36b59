"""The switch between lists: a segment for each, those that are rare or do not fit in the menu "More"."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from opsconsole.desktop.data_lists import DataListName
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.menus import ChoiceButton
from opsconsole.desktop.theme import theme

_GAP = 4


class ListSwitch(QWidget):
    """``chosen(name)`` when another list is wanted; the arrow keys go from segment to segment."""

    chosen = Signal(str)

    def __init__(self, lists: Sequence[DataListName], current: str, parent: QWidget | None = None) -> None:
        """``current`` is the key of the list in front."""
        super().__init__(parent)
        self._lists = list(lists)
        self._current = next((one for one in lists if one.key == current), lists[0])
        self.setAccessibleName("Lists of the data")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._segments = {one.name: self._make_segment(one) for one in self._lists}
        self.more = ChoiceButton("More", self)
        self.more.make_menu = self._menu
        self._behind: list[DataListName] = []

    def step(self, by: int) -> None:
        """Choose the list after (1) or before (-1) the one in front."""
        at = self._lists.index(self._current)
        self.chosen.emit(self._lists[(at + by) % len(self._lists)].name)

    def sizeHint(self) -> QSize:
        """All segments that are not rare, and the menu."""
        shown = [self._segments[one.name] for one in self._lists if not one.rare]
        width = sum(segment.sizeHint().width() + _GAP for segment in shown)
        return QSize(width + self.more.sizeHint().width(), theme.height("control"))

    def minimumSizeHint(self) -> QSize:
        """The list in front and the menu."""
        width = self._segments[self._current.name].sizeHint().width() + _GAP + self.more.sizeHint().width()
        return QSize(width, theme.height("control"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the keyboard along the segments that are shown."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        places: list[QWidget] = [self._segments[one.name] for one in self._lists if one not in self._behind]
        places += [self.more] if self._behind else []
        focused = next((number for number, place in enumerate(places) if place.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        places[(focused + step) % len(places)].setFocus(Qt.FocusReason.TabFocusReason)

    def _make_segment(self, one: DataListName) -> KeyButton:
        segment = KeyButton(one.label, style="secondary" if one is self._current else "flat", parent=self)
        segment.setCheckable(True)
        segment.setChecked(one is self._current)
        segment.clicked.connect(lambda: self._clicked(one))
        return segment

    def _clicked(self, one: DataListName) -> None:
        self._segments[one.name].setChecked(one is self._current)
        self.chosen.emit(one.name)

    def _arrange(self) -> None:
        """Segments in their order as far as they fit; the one in front is always among them."""
        wanted = [one for one in self._lists if not one.rare or one is self._current]
        while len(wanted) > 1 and self._width_of(wanted) > self.width():
            wanted.remove(next(one for one in reversed(wanted) if one is not self._current))
        self._behind = [one for one in self._lists if one not in wanted]
        x, height = 0, theme.height("control")
        for one in self._lists:
            segment = self._segments[one.name]
            segment.setVisible(one in wanted)
            if one in wanted:
                width = segment.sizeHint().width()
                segment.setGeometry(x, (self.height() - height) // 2, width, height)
                x += width + _GAP
        self.more.setVisible(bool(self._behind))
        self.more.setGeometry(x, (self.height() - height) // 2, self.more.sizeHint().width(), height)

    def _width_of(self, shown: Sequence[DataListName]) -> int:
        width = sum(self._segments[one.name].sizeHint().width() + _GAP for one in shown)
        return width + (self.more.sizeHint().width() if len(shown) < len(self._lists) else -_GAP)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for one in self._behind:
            menu.addAction(one.label).triggered.connect(lambda checked=False, name=one.name: self.chosen.emit(name))
        return menu
