"""The row of filter chips: one per kind of trouble, with count and money; what does not fit goes into "n more"."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.marks import paint_shape
from opsconsole.desktop.theme import theme

MIN_WIDTH = 126
MAX_WIDTH = 148
ROW_HEIGHT = 60
_GAP = 6
_SHAPE_TONE = {"S1": "bad", "S2": "warn", "S3": "S3_fg", "S4": "text_muted"}


class Chip:
    """A filter of one click.

    ``shape`` is a severity whose shape is drawn; ``amount`` is money in minor units of ``currency`` (``None``: no
    money). The rows it keeps: ``equals`` (raw values by field key) or ``rows`` (row numbers of the listing); neither:
    all rows.
    """

    __slots__ = ("amount", "count", "currency", "equals", "help", "key", "label", "rows", "shape")

    def __init__(
        self,
        key: str,
        label: str,
        count: int,
        shape: str = "",
        amount: int | None = None,
        currency: str = "",
        equals: Mapping[str, frozenset[Any]] | None = None,
        rows: Sequence[int] | None = None,
        help: str = "",
    ) -> None:
        self.key = key
        self.label = label
        self.count = count
        self.shape = shape
        self.amount = amount
        self.currency = currency
        self.equals: Mapping[str, frozenset[Any]] = equals or {}
        self.rows = rows
        self.help = help


def _money(chip: Chip, formats: Formats) -> str:
    """In whole units; empty where it is not known."""
    return "" if chip.amount is None else formats.money(chip.amount, chip.currency, whole=True)


class ChipRow(QFrame):
    """Chips of equal width, one of them chosen; ``chosen(key)`` when the user picks another."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self.setFixedHeight(ROW_HEIGHT)
        self.setAccessibleName("Filters")
        self._chips: tuple[Chip, ...] = ()
        self._buttons: list[ChipButton] = []
        self._current = ""
        self._formats = Formats()
        self._more = ChipButton(self)
        self._more.clicked.connect(self._show_more)
        self._more.hide()
        self._hidden: list[Chip] = []

    @property
    def current(self) -> str:
        """Key of the chosen chip."""
        return self._current

    def chip(self, key: str) -> Chip | None:
        """Chip by key."""
        return next((chip for chip in self._chips if chip.key == key), None)

    def set_chips(self, chips: Sequence[Chip], formats: Formats) -> None:
        """Show chips; the chosen one stays chosen while it is there, else the first is."""
        self._chips = tuple(chips)
        self._formats = formats
        if self.chip(self._current) is None:
            self._current = chips[0].key if chips else ""
        while len(self._buttons) < len(self._chips):
            button = ChipButton(self)
            button.clicked.connect(lambda checked=False, button=button: self._clicked(button))
            self._buttons.append(button)
        self.setVisible(bool(chips))
        self._arrange()

    def choose(self, key: str) -> None:
        """Choose a chip without a signal."""
        if self.chip(key) is not None:
            self._current = key
            self._arrange()

    def sizeHint(self) -> QSize:
        """Room for three chips at least."""
        return QSize(3 * (MIN_WIDTH + 8) + 16, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As little as two chips."""
        return QSize(2 * (MIN_WIDTH + 8) + 16, ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the chips to the new width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        margin, gap, top = theme.space("m"), theme.space("s"), (ROW_HEIGHT - theme.height("chip")) // 2
        room = self.width() - 2 * margin + gap
        places = max(room // (MIN_WIDTH + gap), 1)
        fits = len(self._chips) <= places
        shown = list(self._chips) if fits else self._leading(places - 1)
        self._hidden = [chip for chip in self._chips if chip not in shown]
        count = len(shown) + (0 if fits else 1)
        width = min(room // max(count, 1) - gap, MAX_WIDTH) if count else MIN_WIDTH
        x = margin
        for button, chip in zip(self._buttons, shown, strict=False):
            button.show_chip(chip, self._formats, chip.key == self._current)
            button.setGeometry(x, top, width, theme.height("chip"))
            button.show()
            x += width + gap
        for button in self._buttons[len(shown) :]:
            button.hide()
        self._more.setVisible(not fits)
        if not fits:
            self._more.show_chip(self._rest(), self._formats, False, caret=True)
            self._more.setGeometry(x, top, width, theme.height("chip"))

    def _leading(self, places: int) -> list[Chip]:
        """The first chips that fit, the chosen one always among them."""
        shown = list(self._chips[:places])
        current = self.chip(self._current)
        if current is not None and current not in shown and shown:
            shown[-1] = current
        return shown

    def _rest(self) -> Chip:
        currencies = {chip.currency for chip in self._hidden if chip.amount}
        amounts = [chip.amount for chip in self._hidden if chip.amount is not None]
        one = len(currencies) <= 1 and bool(amounts)
        return Chip(
            "",
            f"{len(self._hidden)} more",
            sum(chip.count for chip in self._hidden),
            amount=sum(amounts) if one else None,
            currency=next(iter(currencies), "") if one else "",
        )

    def _clicked(self, button: "ChipButton") -> None:
        self._pick(button.chip_key)

    def _pick(self, key: str) -> None:
        if key != self._current:
            self._current = key
            self._arrange()
            self.chosen.emit(key)

    def _show_more(self) -> None:
        self._more_menu().popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))

    def _more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for chip in self._hidden:
            # A tab puts what follows to the right, as far as the menu is wide.
            told = f"{self._formats.count(chip.count)}  {_money(chip, self._formats)}".rstrip()
            action = menu.addAction(f"{chip.label}\t{told}")
            action.setToolTip(chip.help)
            action.triggered.connect(lambda checked=False, key=chip.key: self._pick(key))
        return menu


class ChipButton(QToolButton):
    """Two painted lines: shape and label, count and money."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip_key = ""
        self._chip = Chip("", "", 0)
        self._lines = ("", "", "")
        self._caret = False
        self._brush = Brush()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self._brush.forget)

    def show_chip(self, chip: Chip, formats: Formats, checked: bool, *, caret: bool = False) -> None:
        """Show a chip."""
        self._chip = chip
        self.chip_key = chip.key
        money = _money(chip, formats)
        short = "" if chip.amount is None else formats.money_short(chip.amount, chip.currency)
        self._lines = (formats.count(chip.count), money, short)
        self._caret = caret
        self.setChecked(checked)
        self.setAccessibleName(f"{chip.label}: {self._lines[0]} {money}".strip())
        self.setToolTip("\n".join(part for part in (chip.help or chip.label, f"{self._lines[0]}  {money}") if part))
        self.update()

    def nextCheckState(self) -> None:
        """The row decides which chip is chosen."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, label, count and money."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._brush.begin(painter)
        checked = self.isChecked()
        focused = self.hasFocus()
        line = 2.0 if focused else 1.0
        painter.setPen(QPen(theme.color("focus" if focused else "accent" if checked else "line"), line))
        painter.setBrush(theme.color("selected" if checked else "hover" if self.underMouse() else "panel"))
        inset = line / 2
        radius = theme.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)
        self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        brush, chip, width = self._brush, self._chip, self.width() - 18
        left = 9.0
        if chip.shape:
            paint_shape(brush, chip.shape, 13, 13, _SHAPE_TONE.get(chip.shape, "text_muted"), 4)
            left = 24.0
        brush.begin(painter)
        taken = brush.text(chip.label, "text", left, 3, self.width() - left - 9, 20, strong=self.isChecked())
        if self._caret:
            paint_icon(painter, QRectF(left + taken + 8, 7, 12, 12), "caret-down")
            brush.begin(painter)
        count, money, short = self._lines
        taken = brush.text(count, "text", 9, 22, width, 18, strong=True) + _GAP
        if money:
            money = brush.fitting(f"{money}\n{short}", width - taken)
            brush.text(money, "text_muted", 9, 22, width, 18, right=True)
