"""Filters of a tab: chip, selectors, search and saved views, applied to its list and remembered under its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog

from opsconsole.desktop.chips import ChipRow
from opsconsole.desktop.settings import Settings
from opsconsole.desktop.tab_content import SavedView, Selector, TabContent
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.toolbar import Toolbar

_MISSING = "\x00missing"


class Filters(QObject):
    """Joins toolbar and chips to a list; ``reload_asked`` when a selector of the loader changed."""

    reload_asked = Signal()

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
        self._views = {saved.name: saved for saved in (*views, *self._own_views())}
        self._values: dict[str, dict[str, Any]] = {}
        self._first_view = views[0].name if views else "All"
        self._views.setdefault(self._first_view, SavedView(self._first_view))
        self._restored = False
        toolbar.view.set_choices([(name, name) for name in self._views])
        toolbar.search_changed.connect(lambda text: self.apply())
        toolbar.selected.connect(self._selected)
        toolbar.view_chosen.connect(self.use_view)
        toolbar.save_view_asked.connect(self._save_view)
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
        self._chips.set_chips(content.chips, self._list.formats)
        for key, selector in self._selectors.items():
            button = self._toolbar.selectors[key]
            if key in content.choices:
                button.set_choices(content.choices[key])
            elif selector.field:
                self._fill(selector)
        if not self._restored:
            self._restored = True
            self._restore(self._kept or self._first_state())
        self.apply(remember=False)

    def apply(self, *, remember: bool = True) -> None:
        """Apply what is chosen to the list."""
        equals: dict[str, frozenset[Any]] = {}
        group_by: str | None = None
        for key, selector in self._selectors.items():
            current = self._toolbar.selectors[key].current
            if selector.group_by:
                group_by = current
            elif selector.field and current:
                equals[selector.field] = frozenset({self._values.get(key, {}).get(current)})
        chip = self._chips.chip(self._chips.current)
        if chip is not None:
            equals.update(chip.equals)
        if group_by is not None:
            self._list.group_by(group_by)
        self._list.set_filters(equals, chip.rows if chip else None, self._toolbar.search.text().strip())
        if remember and self._restored:
            self._settings.set_layout(f"filters/{self._name}", self._state())

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
            if selector.field and button.current:
                parts.append(button.text())
        if self._list.arrangement.search:
            parts.append(f"search: “{self._list.arrangement.search}”")
        return ", ".join(parts)

    def use_view(self, name: str) -> None:
        """Set the filters of a saved view."""
        saved = self._views.get(name)
        if saved is None:
            return
        state = {"chip": saved.chip, "selected": dict(saved.selected), "search": saved.search, "view": name}
        reload = self._loader_values(saved.selected) != self.options()
        self._restore(state)
        if saved.sort:
            self._list.set_sort(saved.sort)
        self.apply()
        if reload:
            self.reload_asked.emit()

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
        chosen = any(s.field and self._toolbar.selectors[key].current for key, s in self._selectors.items())
        return chosen or (chip is not None and bool(chip.equals or chip.rows is not None))

    def _clear_filters(self) -> None:
        self._chips.choose("")
        for key, selector in self._selectors.items():
            if selector.field:
                self._toolbar.selectors[key].choose("")

    def _selected(self, key: str, value: str) -> None:
        selector = self._selectors[key]
        self.apply()
        if not selector.field and not selector.group_by:
            self.reload_asked.emit()

    def _state(self) -> dict[str, Any]:
        selected = {key: button.current for key, button in self._toolbar.selectors.items()}
        # The search is not remembered: a list that opens nearly empty in the morning is a trap.
        return {"chip": self._chips.current, "selected": selected, "view": self._toolbar.view.current}

    def _restore(self, state: Mapping[str, Any]) -> None:
        selected = state.get("selected", {})
        for key, button in self._toolbar.selectors.items():
            button.choose(str(selected[key])) if key in selected else button.choose_first()
        self._chips.choose(str(state.get("chip", "")))
        self._toolbar.view.choose(str(state.get("view", "")))
        if "search" in state:
            self._toolbar.search.setText(str(state["search"]))

    def _first_state(self) -> dict[str, Any]:
        saved = self._views[self._first_view]
        return {"view": saved.name, "chip": saved.chip, "selected": self._loader_values(saved.selected)}

    def _loader_values(self, selected: Mapping[str, str]) -> dict[str, str]:
        return {key: selected.get(key, value) for key, value in self.options().items()}

    def _own_views(self) -> list[SavedView]:
        views = []
        for name, state in self._settings.layout(f"views/{self._name}").items():
            if isinstance(state, dict):
                sort = tuple(SortBy(str(key), bool(down)) for key, down in state.get("sort", ()))
                chosen = {str(key): str(value) for key, value in state.get("selected", {}).items()}
                views.append(SavedView(name, str(state.get("chip", "")), chosen, str(state.get("search", "")), sort))
        return views

    def _save_view(self) -> None:
        name, wanted = QInputDialog.getText(self._toolbar, "Save view", "Name of the view")
        if wanted and name.strip():
            self.save_view(name.strip())

    def save_view(self, name: str) -> None:
        """Keep the filters and the sort in force under a name."""
        search = self._toolbar.search.text()
        sort = self._list.arrangement.sort
        state = {**self._state(), "search": search, "sort": [[entry.key, entry.descending] for entry in sort]}
        self._settings.set_layout(f"views/{self._name}", {**self._settings.layout(f"views/{self._name}"), name: state})
        self._views[name] = SavedView(name, state["chip"], state["selected"], search, sort)
        self._toolbar.view.set_choices([(known, known) for known in self._views])
        self._toolbar.view.choose(name)
