"""Columns of a list: which are shown, in what order, how wide; remembered by field key, so that new fields appear."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from opsconsole.desktop.table.delegate import PADDING
from opsconsole.desktop.table.fitting import NEVER_CUT, Fitting
from opsconsole.desktop.table.grid import LEFT_EXTRA, Grid
from opsconsole.domain.field import Field, Kind

SAMPLE_ROWS = 60
MAX_TEXT = 280
MAX_STRETCH = 480


class _Measured(dict[str, int]):
    """Widths by field key, each measured when it is first asked for: most columns stay hidden."""

    def __init__(self, measure: Callable[[str], int]) -> None:
        super().__init__()
        self._measure = measure

    def __missing__(self, key: str) -> int:
        self[key] = self._measure(key)
        return self[key]


class Columns:
    """Widths, order and visibility of a grid's columns."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._header = grid.horizontalHeader()
        self._fields: tuple[Field, ...] = ()
        self._natural = _Measured(lambda key: 0)
        self._shown: dict[str, bool] = {}
        self._widths: dict[str, int] = {}
        self._order: list[str] = []

    def apply(self, fields: tuple[Field, ...]) -> None:
        """Lay the fields out as remembered, else as they ask for."""
        self._fields = fields
        places = {field.key: number for number, field in enumerate(fields)}
        self._natural = _Measured(lambda key: self._natural_width(places[key], fields[places[key]]))
        self._restore_order()
        self.fit()

    def fit(self) -> None:
        """Fill the width there is: the stretch column takes what is left, words are cut when it is too little."""
        if not self._fields:
            return
        wanted = [field for field in self._fields if self.is_shown(field)]
        asked = frozenset(key for key, shown in self._shown.items() if shown)
        room = self._grid.viewport().width() - LEFT_EXTRA
        widths = Fitting(room, self._natural, self._widths, asked).widths(wanted)
        first = self._first_visual(set(widths))
        for number, field in enumerate(self._fields):
            self._header.setSectionHidden(number, field.key not in widths)
            if field.key in widths:
                extra = LEFT_EXTRA if self._header.visualIndex(number) == first else 0
                self._header.resizeSection(number, widths[field.key] + extra)

    def grow(self) -> None:
        """Room for the arrows of a new sort beside the labels, and for numbers and states longer than those before.

        A number that is cut says something else, a state nothing. Nothing gets narrower: columns are not to move with
        every change.
        """
        wider: dict[str, int] = {}
        for number, field in enumerate(self._fields):
            if field.key not in self._natural:
                continue
            measured = field.kind in NEVER_CUT or field.kind is Kind.STATUS
            width = self._natural_width(number, field) if measured else 0 if field.width else self._label_width(field)
            if width > self._natural[field.key]:
                wider[field.key] = width
        if wider:
            self._natural.update(wider)
            self.fit()

    def _label_width(self, field: Field) -> int:
        header = self._header
        return header.width_of(field) if hasattr(header, "width_of") else 0

    def is_shown(self, field: Field) -> bool:
        """Whether a field is wanted on the screen."""
        return self._shown.get(field.key, not field.hidden)

    def show(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        self._shown[key] = shown
        self.fit()

    def remember_widths(self) -> None:
        """Keep the widths as dragged."""
        for number, field in enumerate(self._fields):
            if not self._header.isSectionHidden(number):
                self._widths[field.key] = self._header.sectionSize(number)

    def reset(self) -> None:
        """Back to the fields' own order, widths and visibility."""
        self._shown.clear()
        self._widths.clear()
        self._order.clear()
        self._restore_order()
        self.fit()

    def visible(self) -> list[int]:
        """Column numbers shown, from left to right."""
        visuals = (self._header.logicalIndex(visual) for visual in range(self._header.count()))
        return [number for number in visuals if number < len(self._fields) and not self._header.isSectionHidden(number)]

    def menu(self, parent: QWidget, changed: Callable[[], None]) -> QMenu:
        """Menu of columns: tick to show; ``changed()`` is called after each."""
        menu = QMenu(parent)
        for field in self._fields:
            action = menu.addAction(field.label)
            action.setCheckable(True)
            action.setChecked(self.is_shown(field))
            action.setToolTip(field.help)
            action.toggled.connect(partial(self._toggled, field.key, changed))
        menu.addSeparator()
        menu.addAction("As at first").triggered.connect(partial(self._reset, changed))
        return menu

    def _toggled(self, key: str, changed: Callable[[], None], shown: bool) -> None:
        self.show(key, shown)
        changed()

    def _reset(self, changed: Callable[[], None]) -> None:
        self.reset()
        changed()

    def state(self) -> dict[str, Any]:
        """What is to be remembered."""
        visuals = [self._header.logicalIndex(visual) for visual in range(self._header.count())]
        order = [self._fields[number].key for number in visuals if number < len(self._fields)]
        declared = [field.key for field in self._fields]
        return {"shown": self._shown, "widths": self._widths, "order": order if order != declared else []}

    def set_state(self, state: dict[str, Any], fields: tuple[Field, ...] | None = None) -> None:
        """Take what was remembered, for the fields of a new listing if any; what is not a layout is ignored."""
        shown, widths, order = state.get("shown"), state.get("widths"), state.get("order")
        self._shown = {str(key): bool(on) for key, on in shown.items()} if isinstance(shown, dict) else {}
        sizes = widths.items() if isinstance(widths, dict) else ()
        self._widths = {str(key): int(size) for key, size in sizes if isinstance(size, int)}
        self._order = [str(key) for key in order] if isinstance(order, list) else []
        self.apply(self._fields if fields is None else fields)

    def _first_visual(self, visible: set[str]) -> int:
        visuals = [
            self._header.visualIndex(number) for number, field in enumerate(self._fields) if field.key in visible
        ]
        return min(visuals, default=0)

    def _natural_width(self, number: int, field: Field) -> int:
        if field.width and field.kind not in NEVER_CUT:
            return field.width
        delegate, model = self._grid.delegate, self._grid.listing_model
        widths = [self._label_width(field)]
        for row in range(min(model.rowCount(), SAMPLE_ROWS)):
            if model.group_at(row) is None:
                widths.append(delegate.width_of(model.cells(row)[number]))
        if field.width:
            # A width asked for is the least that numbers get: a cut one says something else.
            return max(field.width, min(max(widths[1:], default=0), MAX_TEXT + 2 * PADDING))
        for labels in self._grid.group_labels.values():
            words = delegate.brush.texts("caption").get(labels.get(field.key, ""))[1]
            widths.append(int(words) + 1 + 2 * PADDING)
        return min(max(widths), (MAX_STRETCH if field.stretch else MAX_TEXT) + 2 * PADDING)

    def _restore_order(self) -> None:
        wanted = self._order or [field.key for field in self._fields]
        places = {field.key: number for number, field in enumerate(self._fields)}
        for visual, key in enumerate(key for key in wanted if key in places):
            self._header.moveSection(self._header.visualIndex(places[key]), visual)
