"""``ListView``: the list that every tab shows its rows with.

It keeps the selection by identity over reloads, and remembers columns, widths and sort under its name. Give it an
``Arranger`` made in a worker; everything else is asked by calls that rearrange what it has: ``set_search``,
``set_filters``, ``sort_by``, ``group_by``. Listings over ``LARGE`` rows are arranged in a worker.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from opsconsole.desktop.settings import Settings
from opsconsole.desktop.table.arrangement import Arranged, Arrangement, SortBy, turned
from opsconsole.desktop.table.body import ListBody
from opsconsole.desktop.table.cells import Tones
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.selection import KeptSelection
from opsconsole.desktop.tasks import Tasks
from opsconsole.domain.listing import Listing

if TYPE_CHECKING:
    from opsconsole.desktop.table.arranger import Arranger

LARGE = 5_000


class ListView(ListBody):
    """A listing as a table. Signals carry identities (``Listing.ids``), never row numbers.

    ``current_changed(id or None)``: the row the keyboard stands on; ``activated(id)``: Enter or double click;
    ``counts_changed(shown, total, selected)``; ``arranged``: rows were put in place; ``filters_cleared``: the empty
    state's button was pressed; ``grouped(field key)``: the user grouped by another field in the header's menu.

    ``listing`` is the whole listing, filters not applied (``None`` before the first), ``arranger`` arranges it,
    ``arrangement`` is what is in force, ``formats`` are those of the values shown. ``empty_words`` gives title and
    sentence when no row is shown.
    """

    current_changed = Signal(object)
    activated = Signal(object)
    counts_changed = Signal(int, int, int)
    arranged = Signal()
    filters_cleared = Signal()
    grouped = Signal(str)

    def __init__(self, name: str, tasks: Tasks, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(name, settings, parent)
        self._tasks = tasks
        self.arranger: Arranger | None = None
        self.listing: Listing | None = None
        self.arrangement = Arrangement()
        self.formats = Formats()
        self.empty_words: Callable[[], tuple[str, str]] = lambda: ("Nothing to show", "")
        self.next_step: Callable[[], tuple[str, str, Callable[[], None]]] | None = None
        self._unplaced: Callable[[Arranged], None] | None = None
        self._fresh = False
        self._cold = False
        self._replaced: list[Any] = []
        self._selection = KeptSelection(self.grid)
        self._connect()

    def set_listing(
        self,
        arranger: "Arranger",
        formats: Formats,
        *,
        tones: Tones | None = None,
        group_labels: Mapping[Any, Mapping[str, str]] | None = None,
        sort: Sequence[SortBy] = (),
        measure: bool = False,
    ) -> None:
        """Show a listing; selection, current row, filters and sort stay. ``sort`` is used until the user sorts.

        Widths are those of the first rows that came, unless they are to be measured again.
        """
        fresh = measure or self.listing is None or not len(self.listing)
        fresh = fresh or self.listing is None or self.listing.fields != arranger.listing.fields
        if self.listing is not None and len(self.listing) > LARGE:
            self._replaced += [self.listing, self.arranger]
        self.arranger, self.listing, self.formats = arranger, arranger.listing, formats
        self.grid.group_labels = group_labels or {}
        if fresh:
            self._restore_sort(sort)
        if not self.arrangement.group_by and arranger.listing.group_by:
            self.arrangement = self.arrangement.with_(group_by=arranger.listing.group_by)

        self._unplaced = lambda arranged: self.model.set_listing(arranger.listing, arranged, formats, tones)
        self._cold = True
        self._fresh = fresh
        self._rearrange()

    def show_first_rows(self, listing: Listing, formats: Formats, totals: Mapping[str, tuple[str, str]]) -> None:
        """Show rows kept from last time, in their order, until the real listing comes; needs no NumPy."""
        self.formats = formats
        arranged = Arranged(range(len(listing)), (), listing.total, totals)
        self._place(lambda: self.model.set_listing(listing, arranged, formats), fresh=True)

    def set_search(self, text: str) -> None:
        """Keep rows whose words contain every word of ``text``."""
        self._change(search=text)

    def set_filters(
        self,
        equals: Mapping[str, frozenset[Any]],
        rows: Sequence[int] | None,
        search: str,
        group_by: str | None = None,
    ) -> None:
        """All filters at once: raw values by field key, row numbers of the listing (``None``: all), and words.

        ``group_by`` groups the rows in the same go; ``None`` leaves the groups as they are.
        """
        changes: dict[str, Any] = {"equals": dict(equals), "rows": rows, "search": search}
        if group_by is not None and group_by != self.arrangement.group_by:
            changes |= {"group_by": group_by, "collapsed": frozenset(), "all_collapsed": False}
        self._change(**changes)

    def sort_by(self, key: str, *, descending: bool | None = None, extend: bool = False) -> None:
        """Sort by a field; again: the other direction. ``extend`` adds it after the fields sorted by so far."""
        self.set_sort(turned(self.arrangement.sort, key, descending, extend))

    def set_sort(self, sort: Sequence[SortBy]) -> None:
        """Sort by fields, the first leading; remembered."""
        self.header.set_sort(sort)
        self._change(sort=tuple(sort))
        self.save_layout()

    def group_by(self, key: str) -> None:
        """Group rows by a field; empty: not at all."""
        if key != self.arrangement.group_by:
            self._change(group_by=key, collapsed=frozenset(), all_collapsed=False)

    def fold_all(self, folded: bool) -> None:
        """Hide or show the rows of all groups."""
        self._change(collapsed=frozenset(), all_collapsed=folded)

    def set_asides(self, asides: Mapping[str, str]) -> None:
        """Show words of another column, muted, behind those of a field."""
        self.model.set_asides(asides)
        self.grid.viewport().update()

    def selected_ids(self) -> list[Any]:
        """Identities of the selected rows, in the order shown."""
        return self._selection.ids()

    def current_id(self) -> Any:
        """Identity of the row the keyboard stands on, else ``None``."""
        return self._selection.current_id()

    def select(self, identity: Any) -> bool:
        """Make the row of an identity current; false when it is not shown."""
        return self._selection.select(identity)

    def select_first(self) -> None:
        """Make the first row current."""
        self._selection.select_first()

    def shown_listing(self, limit: int = -1) -> Listing | None:
        """The listing as shown: filtered and sorted, for a workbook; the first ``limit`` rows when given."""
        return None if self.listing is None else self.listing.where(self.model.source_rows(limit))

    def _connect(self) -> None:
        self.header.sort_asked.connect(lambda key, extend: self.sort_by(key, extend=extend))
        self.header.user_resized.connect(self._columns_dragged)
        self.header.sectionMoved.connect(lambda *_: None if self._selection.quiet else self.save_layout())
        self.grid.row_activated.connect(lambda row: self.activated.emit(self.model.id_at(row)))
        self.grid.group_toggled.connect(lambda value: self._change(collapsed=self.arrangement.collapsed ^ {value}))
        self.grid.groups_folded.connect(self.fold_all)
        self.group_asked.connect(self._group_asked)
        self._selection.current_changed.connect(self.current_changed)
        self._selection.changed.connect(self._emit_counts)

    def _group_asked(self, key: str) -> None:
        self.group_by(key)
        self.grouped.emit(key)

    def _change(self, **changes: Any) -> None:
        arrangement = self.arrangement.with_(**changes)
        if arrangement != self.arrangement:
            self.arrangement = arrangement
            if self.arranger is not None:
                self._rearrange()

    def _rearrange(self) -> None:
        """Arrange the listing, in a worker when it is large; the newest request is the one that is shown."""
        arranger, arrangement, formats = self.arranger, self.arrangement, self.formats
        assert arranger is not None
        kind = f"{self.name}.arrange"
        if len(arranger.listing) <= LARGE:
            self._tasks.cancel(kind)
            self._show(arranger.arrange(arrangement, formats))
            return
        if arrangement.search:
            self._tasks.cancel(f"{self.name}.warm")  # what is warmed is waited for now
        self._tasks.run(lambda progress: arranger.arrange(arrangement, formats), self._show, kind=kind, owner=self)

    def _show(self, arranged: Arranged) -> None:
        """Put rows in place; with them a listing that was given meanwhile, whichever request comes first."""
        change, self._unplaced = self._unplaced or self.model.set_arranged, None
        fresh, self._fresh = self._fresh, False
        self._place(lambda: change(arranged), fresh=fresh)
        self.header.spans = bool(self.grid.group_labels)
        cold, self._cold = self._cold, False
        if cold and self.arranger is not None and len(self.arranger.listing) > LARGE:
            # Once its rows stand, what the first letter of a search will look through.
            self._tasks.run(self.arranger.warm, kind=f"{self.name}.warm", owner=self)
        if self._replaced:
            # Freeing millions of values takes longer than a frame: a worker drops the last hold on them.
            replaced, self._replaced = self._replaced, []
            self._tasks.run(lambda progress: replaced.clear(), kind=f"{self.name}.free")

    def _place(self, change_model: Callable[[], None], *, fresh: bool = False) -> None:
        with self._selection.kept():
            change_model()
            self.header.set_sort(self.arrangement.sort)
            if fresh:
                self.columns.set_state(self.kept_layout.get("columns", {}), self.model.fields)
            else:
                self.columns.grow()
            if len(self.model.arranged.rows):
                self.show_rows(self.model.arranged.totals)
            else:
                title, words = self.empty_words()
                self.show_empty(title, words, self._ways_on())
        self._emit_counts()
        self.arranged.emit()

    def _ways_on(self) -> list[tuple[str, str, Callable[[], None]]]:
        """Buttons of an empty list: filters away, else what brings rows."""
        if self.listing is not None and self.listing.total and self.arrangement.filtered:
            return [("Clear filters", "Esc", self.filters_cleared.emit)]
        return [] if self.next_step is None else [self.next_step()]

    def _emit_counts(self) -> None:
        total = 0 if self.listing is None else self.listing.total
        self.counts_changed.emit(self.model.arranged.shown, total, len(self.grid.selected_rows()))

    def _restore_sort(self, sort: Sequence[SortBy]) -> None:
        kept = self.kept_layout.get("sort")
        if isinstance(kept, list) and kept:
            sort = [SortBy(str(entry[0]), bool(entry[1])) for entry in kept if len(entry) == 2]
        self.arrangement = self.arrangement.with_(sort=tuple(sort))

    def _columns_dragged(self) -> None:
        self.columns.remember_widths()
        self.save_layout()
