"""Filters of a tab: chip, selectors, search and saved views, applied to its list and remembered under its name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.desktop.chips import ChipRow
from opsconsole.desktop.saved_views import View, built_in, stored
from opsconsole.desktop.settings import Settings
from opsconsole.desktop.tab_content import ME, SavedView, Selector, TabContent
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.toolbar import Toolbar

_MISSING = "\x00missing"


class Filters(QObject):
    """Joins toolbar and chips to a list; ``reload_asked`` when a selector of the loader changed.

    ``applied``: the filters in force changed. ``me`` names who looks, for views of one's own rows.
    """

    reload_asked = Signal()
    applied = Signal()

    def __init__(
        self,
        name: str,
        toolbar: Toolbar,
        chips: ChipRow,
        view: ListView,
        selectors: Sequence[Selector],
        views: Sequence[SavedView],
        settings: Settings,
    ) -> None:
        super().__init__(view)
        self._name = name
        self._toolbar = toolbar
        self._chips = chips
        self._list = view
        self._selectors = {selector.key: selector for selector in selectors}
        self._settings = settings
        self._kept = settings.layout(f"filters/{name}")
        self.me: Callable[[], str] = lambda: ""
        self._built_in = [built_in(saved) for saved in views or (SavedView("All"),)]
        self.views: dict[str, View] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._equals: dict[str, tuple[Any, ...]] = {}
        self._group: str | None = None
        self._restored = False
        self.set_stored_views(())
        toolbar.search_changed.connect(lambda text: self.apply())
        toolbar.selected.connect(self._selected)
        toolbar.view_chosen.connect(self.use_view)
        view.grouped.connect(self._grouped)
        chips.chosen.connect(lambda key: self.apply())
        view.filters_cleared.connect(self.clear)

    def options(self) -> dict[str, str]:
        """Chosen values of the loader's selectors."""
        chosen = {}
        for key, selector in self._selectors.items():
            if not selector.field and not selector.group_by:
                kept = self._kept.get("selected", {}).get(key, "") if not self._restored else ""
                chosen[key] = kept or self._toolbar.selectors[key].current
        return chosen

    def set_content(self, content: TabContent) -> None:
        """Take a loader's chips and choices; on the first, go back to the filters of last time."""
        if content.views is not None:
            self.set_stored_views(content.views)
        self._chips.set_chips(content.chips, self._list.formats)
        for key, selector in self._selectors.items():
            button = self._toolbar.selectors[key]
            if key in content.choices:
                button.set_choices(content.choices[key])
            elif selector.field and not selector.keeps:
                self._fill(selector)
        if not self._restored:
            self._restored = True
            self._restore(self._kept or self._first_state())
        self.apply(remember=False)

    def apply(self, *, remember: bool = True) -> None:
        """Apply what is chosen to the list."""
        me = self.me()
        equals: dict[str, frozenset[Any]] = {
            key: frozenset(me if value == ME else value for value in values) for key, values in self._equals.items()
        }
        for key, selector in self._selectors.items():
            current = self._toolbar.selectors[key].current
            if selector.keeps and current in selector.keeps:
                equals[selector.field] = selector.keeps[current]
            elif selector.field and not selector.keeps and current:
                equals[selector.field] = frozenset({self._values.get(key, {}).get(current)})
            elif selector.group_by and not self._restored:
                self._group = current
        chip = self._chips.chip(self._chips.current)
        if chip is not None:
            equals.update(chip.equals)
        rows = chip.rows if chip else None
        self._list.set_filters(equals, rows, self._toolbar.search.text().strip(), self._group)
        if remember and self._restored:
            self._settings.set_layout(f"filters/{self._name}", self._state())
        self.applied.emit()

    def clear(self) -> None:
        """No filter at all."""
        self._toolbar.search.clear()
        self._clear_filters()
        self.apply()

    def clear_one(self) -> bool:
        """Clear the search, else chip and selectors; false when nothing was set (Esc)."""
        if self._toolbar.search.text():
            self._toolbar.search.clear()
            return True
        if self._filtered():
            self._clear_filters()
            self.apply()
            return True
        return False

    def words(self) -> str:
        """Filters in words, for the empty state and workbooks: ``Owner: Risk desk, Site: Columbus``."""
        parts = []
        chip = self._chips.chip(self._chips.current)
        if chip is not None and (chip.equals or chip.rows is not None):
            parts.append(chip.label)
        for key, selector in self._selectors.items():
            button = self._toolbar.selectors[key]
            if selector.field and not selector.keeps and button.current:
                parts.append(button.text())
        if self._equals:
            view = self.views.get(self._toolbar.view.current)
            parts.append(f"View: {view.name if view else 'a saved one'}")
        if self._list.arrangement.search:
            parts.append(f"search: “{self._list.arrangement.search}”")
        return ", ".join(parts)

    @property
    def view(self) -> View | None:
        """The view chosen last; filters may have moved on from it."""
        return self.views.get(self._toolbar.view.current)

    def set_stored_views(self, found: Sequence[Any]) -> None:
        """Offer the views that ship with the tab, those shared with everybody, and one's own."""
        known = [*self._built_in, *(stored(view) for view in found)]
        self.views = {view.key: view for view in sorted(known, key=lambda view: view.place)}
        current = self._toolbar.view.current
        self._toolbar.view.set_choices([(view.key, view.name) for view in self.views.values()])
        self._toolbar.view.choose(current)

    def use_view(self, key: str) -> None:
        """Set the filters of a view; an unknown one is ignored."""
        view = self.views.get(key)
        if view is None:
            return
        state = {**view.state, "view": key}
        reload = self._loader_values(state.get("selected", {})) != self.options()
        self._restore(state)
        sort = [SortBy(str(name), bool(down)) for name, down in state.get("sort", ())]
        if sort:
            self._list.set_sort(sort)
        self.apply()
        if reload:
            self.reload_asked.emit()

    def toggle(self, key: str) -> None:
        """Switch a selector between its two choices."""
        values = [value for value, _ in self._selectors[key].choices]
        button = self._toolbar.selectors[key]
        button.choose(values[1] if button.current == values[0] else values[0])
        self._selected(key, button.current)

    def is_on(self, key: str) -> bool:
        """Whether the second choice of a switch is chosen."""
        return self._toolbar.selectors[key].current != self._selectors[key].choices[0][0]

    def _grouped(self, key: str) -> None:
        """Grouped by a column's menu: the selector follows where it knows the column."""
        self._group = key
        for name, selector in self._selectors.items():
            if selector.group_by:
                self._toolbar.selectors[name].choose(key)
        self._settings.set_layout(f"filters/{self._name}", self._state())

    def choose(self, options: Mapping[str, str]) -> bool:
        """Set chip (key ``chip``), ``search`` and selectors from outside; true when the loader must run again."""
        if "search" in options:
            self._toolbar.search.setText(options["search"])
        if "chip" in options:
            self._chips.choose(options["chip"])
        before = self.options()
        for key in self._selectors:
            if key in options:
                self._toolbar.selectors[key].choose(options[key])
        self.apply()
        return self.options() != before

    def _fill(self, selector: Selector) -> None:
        """Offer the values of a field, most frequent first."""
        arranger, listing = self._list.arranger, self._list.listing
        if arranger is None or listing is None or all(field.key != selector.field for field in listing.fields):
            return
        field = listing.field(selector.field)
        choices = [("", selector.any_words)]
        values: dict[str, Any] = {}
        for value, _ in arranger.facet(selector.field):
            key = _MISSING if value is None else str(value)
            values[key] = value
            words = field.missing or "none" if value is None else field.label_of(value) if field.labels else str(value)
            choices.append((key, words))
        self._values[selector.key] = values
        self._toolbar.selectors[selector.key].set_choices(choices)

    def _filtered(self) -> bool:
        chip = self._chips.chip(self._chips.current)
        chosen = any(
            s.field and not s.keeps and self._toolbar.selectors[key].current for key, s in self._selectors.items()
        )
        return chosen or bool(self._equals) or (chip is not None and bool(chip.equals or chip.rows is not None))

    def _clear_filters(self) -> None:
        self._chips.choose("")
        if self._equals:
            # A view that is a filter and nothing else is left with it.
            self._equals = {}
            self._toolbar.view.choose(self._built_in[0].key)
        for key, selector in self._selectors.items():
            if selector.field and not selector.keeps:
                self._toolbar.selectors[key].choose("")

    def _selected(self, key: str, value: str) -> None:
        selector = self._selectors[key]
        if selector.group_by:
            self._group = value
        self.apply()
        if not selector.field and not selector.group_by:
            self.reload_asked.emit()

    def _state(self) -> dict[str, Any]:
        selected = {key: button.current for key, button in self._toolbar.selectors.items()}
        # The search is not remembered: a list that opens nearly empty in the morning is a trap.
        state = {"chip": self._chips.current, "selected": selected, "view": self._toolbar.view.current}
        return {**state, "group": self._group, "equals": {key: list(values) for key, values in self._equals.items()}}

    def state(self) -> dict[str, Any]:
        """What a view keeps: filters, search, grouping and sort in force."""
        kept = {name: value for name, value in self._state().items() if name != "view"}
        sort = [[entry.key, entry.descending] for entry in self._list.arrangement.sort]
        return {**kept, "search": self._toolbar.search.text(), "sort": sort}

    def _restore(self, state: Mapping[str, Any]) -> None:
        selected = state.get("selected", {})
        for key, button in self._toolbar.selectors.items():
            button.choose(str(selected[key])) if key in selected else button.choose_first()
        self._group = state.get("group") if isinstance(state.get("group"), str) else None
        for key, selector in self._selectors.items():
            if selector.group_by:
                self._group = self._toolbar.selectors[key].current
        equals = state.get("equals")
        self._equals = {str(key): tuple(values) for key, values in equals.items()} if isinstance(equals, dict) else {}
        self._chips.choose(str(state.get("chip", "")))
        self._toolbar.view.choose(str(state.get("view", "")))
        if "search" in state:
            self._toolbar.search.setText(str(state["search"]))

    def _first_state(self) -> dict[str, Any]:
        first = self._built_in[0]
        selected = self._loader_values(first.state.get("selected", {}))
        return {**first.state, "view": first.key, "selected": selected}

    def _loader_values(self, selected: Mapping[str, str]) -> dict[str, str]:
        return {key: selected.get(key, value) for key, value in self.options().items()}
