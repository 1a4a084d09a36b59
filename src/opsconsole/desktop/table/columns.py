"""Columns of a list: which are shown, in what order, how wide; remembered by field key, so that new fields appear."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from opsconsole.desktop.table.delegate import PADDING
from opsconsole.desktop.table.grid import LEFT_EXTRA, Grid
from opsconsole.domain.field import Field, Kind

SAMPLE_ROWS = 60
MAX_TEXT = 280
MAX_STRETCH = 480
MIN_TEXT = 72
STRETCH_MIN = 160
STRETCH_FLOOR = 120
STRETCH_COMFORT = 320
LEGIBLE = 112  # where words are cut further, spare columns give way
# Cut in this order when the columns do not fit; identifiers never, then the list scrolls sideways.
_NEVER_CUT = frozenset({Kind.IDENTIFIER, Kind.QUANTITY, Kind.MONEY, Kind.INSTANT, Kind.DATE, Kind.DURATION})
_CUT_ORDER = ((Kind.TEXT, Kind.STATUS, Kind.PROPOSAL), (Kind.STATE,))


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
        room = self._grid.viewport().width()
        wanted = [field for field in self._fields if self.is_shown(field)]
        shown = self._without_spare(self._without_wide(wanted, room), room)
        widths = {field.key: self._widths.get(field.key, self._natural[field.key]) for field in shown}
        fixed = [field for field in shown if not self._stretches(field)]
        used = sum(widths[field.key] for field in fixed) + LEFT_EXTRA
        stretching = [field for field in shown if self._stretches(field)]
        if stretching and room - used < STRETCH_MIN:
            wide_only = stretching[0].wide_only and not self._shown.get(stretching[0].key)
            if wide_only:
                # Too narrow for the long words: they are in the panel and the tooltip.
                shown = fixed
            else:
                widths[stretching[0].key] = self._least_stretch(shown, widths, room - used)
            stretching = []
        if stretching:
            loose = [field for field in fixed if field.key not in self._widths]
            comfort = max(STRETCH_COMFORT, self._natural[stretching[0].key])
            air = min(max((room - used - comfort) // max(len(loose), 1), 0), 16)
            for field in loose:
                widths[field.key] += air
            widths[stretching[0].key] = max(room - used - air * len(loose), STRETCH_MIN)
        else:
            self._cut(shown, widths, sum(widths[field.key] for field in shown) + LEFT_EXTRA - room)
            self._spread(shown, widths, room)
        visible = {field.key for field in shown}
        first = self._first_visual(visible)
        for number, field in enumerate(self._fields):
            self._header.setSectionHidden(number, field.key not in visible)
            if field.key in visible:
                extra = LEFT_EXTRA if self._header.visualIndex(number) == first else 0
                self._header.resizeSection(number, widths[field.key] + extra)

    def fit_labels(self) -> None:
        """Room for the arrows of a new sort beside the labels."""
        known = (field for field in self._fields if not field.width and field.key in self._natural)
        wider = {field.key: width for field in known if (width := self._label_width(field)) > self._natural[field.key]}
        if wider:
            self._natural.update(wider)
            self.fit()

    def _label_width(self, field: Field) -> int:
        header = self._header
        return header.width_of(field) if hasattr(header, "width_of") else 0

    def _without_wide(self, shown: list[Field], room: int) -> list[Field]:
        """Fields less those for wide windows, the last first, while the words of the others would be cut."""
        kept = list(shown)
        wide = [field for field in shown if field.wide_only and not field.stretch and not self._shown.get(field.key)]
        for field in reversed(wide):
            used = sum(self._widths.get(one.key, self._natural[one.key]) for one in kept) + LEFT_EXTRA
            if used <= room:
                break
            kept.remove(field)
        return kept

    def _without_spare(self, shown: list[Field], room: int) -> list[Field]:
        """Fields less the spare ones, the last first, while the words of the others could not be read."""
        kept = list(shown)
        for field in reversed([field for field in shown if field.spare and not self._shown.get(field.key)]):
            if sum(map(self._legible, kept)) + LEFT_EXTRA <= room:
                break
            kept.remove(field)
        return kept

    def _legible(self, field: Field) -> int:
        """Least width at which a column can be read; none for words that go by themselves."""
        if field.stretch and field.wide_only and not self._shown.get(field.key):
            return 0
        width = self._widths.get(field.key, self._natural[field.key])
        wordy = field.key not in self._widths and any(field.kind in kinds for kinds in _CUT_ORDER)
        return min(width, LEGIBLE) if wordy else width

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

    def _stretches(self, field: Field) -> bool:
        return field.stretch and field.key not in self._widths

    def _first_visual(self, visible: set[str]) -> int:
        visuals = [
            self._header.visualIndex(number) for number, field in enumerate(self._fields) if field.key in visible
        ]
        return min(visuals, default=0)

    def _natural_width(self, number: int, field: Field) -> int:
        if field.width and field.kind not in _NEVER_CUT:
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

    def _least_stretch(self, shown: list[Field], widths: dict[str, int], left: int) -> int:
        """Width of the stretch column where little is left: that of the other words, which are cut as far for it."""
        key = next(field.key for field in shown if self._stretches(field))
        others = [widths[key] for keys in self._wordy(shown) for key in keys]
        if STRETCH_FLOOR - left > sum(max(width - MIN_TEXT, 0) for width in others):
            # It scrolls sideways: nothing needs to be cut.
            return max(STRETCH_FLOOR, min(self._natural[key], STRETCH_COMFORT))
        words = min(self._natural[key], STRETCH_MIN)
        fair = (at for at in range(words, STRETCH_FLOOR, -1) if at - left <= sum(max(one - at, 0) for one in others))
        return max(left, next(fair, STRETCH_FLOOR))

    def _wordy(self, shown: list[Field]) -> list[list[str]]:
        """Columns of words that may be cut, those first that are cut first."""
        loose = [field for field in shown if not field.stretch and field.key not in self._widths]
        return [[field.key for field in loose if field.kind in kinds] for kinds in _CUT_ORDER]

    def _cut(self, shown: list[Field], widths: dict[str, int], excess: int) -> None:
        """Cut the widest columns of words to one width, so that none is cut far more than another."""
        wordy = self._wordy(shown)
        if excess > sum(max(widths[key] - MIN_TEXT, 0) for keys in wordy for key in keys):
            return  # it scrolls sideways anyway: then the words may as well be read
        for keys in wordy:
            taken = min(max(excess, 0), sum(max(widths[key] - MIN_TEXT, 0) for key in keys))
            if not taken:
                continue
            widest = max(widths[key] for key in keys)
            level = next(at for at in range(widest, -1, -1) if sum(max(widths[key] - at, 0) for key in keys) >= taken)
            excess -= taken
            widths |= {key: min(widths[key], level) for key in keys}

    def _spread(self, shown: list[Field], widths: dict[str, int], room: int) -> None:
        """Share what is left among the columns, so that the rows reach the edge without a hole."""
        left = room - LEFT_EXTRA - sum(widths[field.key] for field in shown)
        takers = [field for field in shown if field.key not in self._widths and field.kind != Kind.SEVERITY]
        if left <= 0 or not takers:
            return
        share = min(left // len(takers), 24)
        for field in takers:
            widths[field.key] += share

    def _restore_order(self) -> None:
        wanted = self._order or [field.key for field in self._fields]
        places = {field.key: number for number, field in enumerate(self._fields)}
        for visual, key in enumerate(key for key in wanted if key in places):
            self._header.moveSection(self._header.visualIndex(places[key]), visual)
