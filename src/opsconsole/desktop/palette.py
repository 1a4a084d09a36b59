"""The palette (Ctrl+K): any action, tab, saved view, order, SKU, parcel or customer, by typing some of its name.

What the window knows is found at once; orders and the like are looked up in a worker, one at a time, the newest text
winning: at once what is or begins so, then piece by piece what only has the text, which the line below tells.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import shiboken6
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from opsconsole.desktop.keycaps import keycap_size, paint_keycap
from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.tasks import Task
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.desk import Desk

Index = QModelIndex | QPersistentModelIndex
_NOTHING = QModelIndex()
WIDTH, ROW, MOST_ROWS = 640, 32, 12
MOST_ACTIONS = 10
ENOUGH = 8  # found: what is older is looked through while there are fewer
_KINDS = {"order": "Order", "tracking": "Parcel", "sku": "SKU", "customer": "Customer"}


class Entry(NamedTuple):
    """Something that can be chosen; ``kind`` says what it is, ``about`` more of it, ``keys`` its shortcut."""

    kind: str
    label: str
    run: Callable[[], None]
    about: str = ""
    keys: str = ""


def fitting(entries: Iterable[Entry], text: str) -> list[Entry]:
    """Entries whose name has every word of a text, the nearest first: name begins, a word begins, contained."""
    words = text.casefold().split()
    ranked: list[tuple[int, int, Entry]] = []
    for number, entry in enumerate(entries):
        name = f"{entry.label} {entry.kind}".casefold()
        if all(word in name for word in words):
            starts = [part.startswith(words[0]) for part in name.split()] if words else [True]
            rank = 0 if name.startswith(" ".join(words)) else 1 if any(starts) else 2
            ranked.append((rank, number, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda one: one[:2])]


def _searched(looked: Any, *, looking: bool, enough: bool) -> str:
    """How many orders were looked at every part of the text in."""
    if looked.further is None:
        return f"All {plural(looked.orders, 'order')} looked through" if looked.orders > 1 else ""
    if not looked.searched:
        return "The first found: type more for others" if enough else ""
    far = f"the newest {looked.searched:,} of {looked.orders:,} orders"
    if enough:
        return f"The first found in {far}: type more for others"
    return f"Looked through {far}{', going on' if looking else ''}"


# Why the keyboard leaves the palette for a while.
_STAYS = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()

    def fill(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = _NOTHING) -> int:
        return len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(part for part in (entry.label, entry.about, entry.kind) if part)
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, model: _Model, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._brush = Brush()
        theme.changed.connect(self._brush.forget)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, rect = self._model.entries[index.row()], option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selected"))
            painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height()), theme.color("accent"))
        brush, y, height = self._brush, rect.y(), rect.height()
        brush.begin(painter)
        right = rect.right() - 12
        if entry.keys:
            cap = keycap_size(entry.keys)
            place = QRect(right - cap.width(), y + (height - cap.height()) // 2, cap.width(), cap.height())
            paint_keycap(painter, place, entry.keys, theme.color("text_muted"))
            brush.begin(painter)
            right -= cap.width() + 8
        right -= int(brush.text(entry.kind, "text_muted", 16, y, right - 16, height, right=True, role="small")) + 16
        taken = brush.text(entry.label, "text", 16, y, right - 16, height)
        left = 16 + taken + 10
        if entry.about and right > left:
            brush.text(entry.about, "text_muted", left, y, right - left, height, role="small")
        painter.restore()


class Palette(QFrame):
    """A field over the window with what fits under it; Enter runs the row, Esc or a click elsewhere closes it."""

    def __init__(self, desk: "Desk", entries: Sequence[Entry], host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("card")
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Find anything")
        self._desk = desk
        self._entries = entries
        self._found: dict[tuple[str, str, int | None], Entry] = {}
        self._asked = ""
        self._looked: Any = None
        self._before = QApplication.focusWidget()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Action, tab, view, order, SKU, tracking, customer")
        self.field.setAccessibleName("Find anything")
        self.rows = _Model()
        self.view = QListView()
        self.view.setModel(self.rows)
        self.view.setItemDelegate(_Delegate(self.rows, self.view))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note = Words("", role="small")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.view)
        column.addWidget(self.note)
        self.field.textChanged.connect(self._text_changed)
        self.view.clicked.connect(lambda index: self._run(index.row()))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard goes to the field."""
        super().showEvent(event)
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        """Esc and the arrows are the palette's while it is open, not the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter runs, Esc closes."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.view.currentIndex().row())
        elif key in _STEPS:
            last = self.rows.rowCount() - 1
            row = min(max(self.view.currentIndex().row() + _STEPS[Qt.Key(key)], 0), last)
            self.view.setCurrentIndex(self.rows.index(row, 0))
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """What takes the keyboard elsewhere closes the palette; another window coming to the front does not."""
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason):
                self.leave()
            elif event.reason() not in _STAYS:
                self.leave(back=False)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            self.keyPressEvent(event)
            return True
        return False

    def leave(self, *, back: bool = True) -> None:
        """Close, the keyboard ``back`` where it was, else where it has gone."""
        if self.isHidden():
            return
        self._desk.tasks.cancel("palette")
        self.field.removeEventFilter(self)
        self.hide()
        if back and self._before is not None and shiboken6.isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()

    def _run(self, row: int) -> None:
        if 0 <= row < len(self.rows.entries):
            entry = self.rows.entries[row]
            self.leave()
            entry.run()

    def _text_changed(self) -> None:
        self._found, self._looked = {}, None
        self._show()
        if not self._desk.tasks.is_running("palette"):
            self._look_up()

    def _look_up(self) -> None:
        """Look the text up, unless that was done; a text typed meanwhile is looked up when this one has ended."""
        workspace, text = self._desk.workspace, self.field.text().strip()
        if workspace is None or text == self._asked or self.isHidden():
            return
        self._asked = text
        self._ask(text, 0)

    def _ask(self, text: str, piece: int) -> None:
        """Look through one piece of what there is."""
        workspace = self._desk.workspace
        assert workspace is not None

        def read(progress: Progress) -> Any:
            from opsconsole.services.look_up import look_up

            return look_up(workspace.database, text, workspace.now(), piece=piece)

        def ended(task: Task) -> None:
            # The task that ends still counts as running in this very call.
            if self.field.text().strip() != text:
                self._desk.tasks.idle.connect(self._look_up, Qt.ConnectionType.SingleShotConnection)

        self._desk.tasks.run(
            read, lambda looked: self._show_found(text, looked), kind="palette", owner=self, on_end=ended
        )
        self._show_note()

    def _show_found(self, text: str, looked: Any) -> None:
        if text != self.field.text().strip() or self.isHidden():
            return
        self._looked = looked
        before = len(self._found)
        self._found |= {(one.kind, one.text, one.order_fk): self._entry(one) for one in looked.found}
        if len(self._found) > before or not before:
            self._show(keep=bool(before))
        if looked.further is not None and len(self._found) < ENOUGH:
            self._ask(text, looked.further)
        self._show_note()

    def _entry(self, found: Any) -> Entry:
        def run() -> None:
            if found.order_fk is not None:
                self._desk.show("orders", found.order_fk, {"search": "", "list": "orders"})
            else:
                tab = "stock_levels" if found.kind == "sku" else "orders"
                self._desk.show(tab, None, {"search": found.text})

        return Entry(_KINDS.get(found.kind, found.kind), found.text, run, found.about)

    def _show(self, *, keep: bool = False) -> None:
        """Fill the rows; ``keep`` leaves the row chosen where more are found behind it."""
        row = self.view.currentIndex().row()
        chosen = self.rows.entries[row] if keep and row >= 0 else None
        text = self.field.text().strip()
        known = fitting(self._entries, text)[: MOST_ACTIONS if text else None]
        # Whoever types figures wants an order, not an action.
        figures = any(sign.isdigit() for sign in text)
        found = self._found.values()
        entries = [*found, *known] if figures else [*known, *found]
        self.rows.fill(entries)
        if entries:
            place = entries.index(chosen) if chosen in entries else 0
            self.view.setCurrentIndex(self.rows.index(place, 0))
        self.view.setVisible(bool(entries))
        self.view.setFixedHeight(ROW * min(max(len(entries), 1), MOST_ROWS))
        self._show_note()
        self._place()

    def _show_note(self) -> None:
        looking = self._desk.tasks.is_running("palette")
        words = "Enter runs, Esc closes" if self.rows.rowCount() else "Nothing of this name"
        looked = self._looked
        if looking and (looked is None or not looked.searched):
            words = "Looking it up"
        elif looked is not None and looked.orders:
            more = _searched(looked, looking=looking, enough=len(self._found) >= ENOUGH)
            words = f"{words}. {more}" if more else words
        self.note.set_words(words)

    def _place(self) -> None:
        host = self.parentWidget()
        assert host is not None
        width = min(WIDTH, host.width() - 32)
        self.setGeometry((host.width() - width) // 2, 48, width, self.sizeHint().height())


_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: MOST_ROWS,
    Qt.Key.Key_PageUp: -MOST_ROWS,
}
_OWN_KEYS = frozenset({*_STEPS, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter})
