"""``ListView``: the list that every tab shows its rows with.

It holds the grid, the totals row, the empty state and the skeleton, keeps the selection by identity over reloads, and
remembers columns, widths and sort under its name. Give it an ``Arranger`` made in a worker; everything else is asked
by calls that rearrange what it has: ``set_search``, ``set_equals``, ``set_rows``, ``sort_by``, ``group_by``. Listings
over ``LARGE`` rows are arranged in a worker.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from opsconsole.desktop.settings import COMPACT_ROWS, Settings
from opsconsole.desktop.table.arrangement import Arranged, Arrangement, SortBy
from opsconsole.desktop.table.cells import Tones
from opsconsole.desktop.table.clipboard import copy_rows
from opsconsole.desktop.table.columns import Columns
from opsconsole.desktop.table.empty import EmptyState
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.grid import Grid
from opsconsole.desktop.table.header import ListHeader
from opsconsole.desktop.table.model import ListingModel
from opsconsole.desktop.table.totals import TotalsView
from opsconsole.desktop.tasks import Tasks
from opsconsole.desktop.theme import theme
from opsconsole.domain.listing import Listing

if TYPE_CHECKING:
    from opsconsole.desktop.table.arranger import Arranger

LARGE = 50_000


class ListView(QWidget):
    """A listing as a table. Signals carry identities (``Listing.ids``), never row numbers.

    ``current_changed(id or None)``: the row the keyboard stands on; ``activated(id)``: Enter or double click;
    ``counts_changed(shown, total, selected)``; ``filters_cleared()``: the empty state's button was pressed.
    """

    current_changed = Signal(object)
    activated = Signal(object)
    counts_changed = Signal(int, int, int)
    arranged = Signal()
    filters_cleared = Signal()

    def __init__(self, name: str, tasks: Tasks, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._tasks = tasks
        self._settings = settings
        self._arranger: Arranger | None = None
        self._listing: Listing | None = None
        self._arrangement = Arrangement()
        self._formats = Formats()
        self._current: Any = None
        self._selected: list[Any] = []
        self._quiet = False
        self._kept_state: dict[str, Any] = settings.layout(f"list/{name}")
        self.model = ListingModel(self)
        self.grid = Grid(self.model, self)
        self.totals = TotalsView(self.grid, self)
        self.empty = EmptyState(self)
        self.columns = Columns(self.grid)
        self.empty_words: Callable[[], tuple[str, str]] = lambda: ("Nothing to show", "")
        self._lay_out()
        self._connect()

    @property
    def arrangement(self) -> Arrangement:
        """Sort, filters, search and grouping in force."""
        return self._arrangement

    @property
    def arranger(self) -> "Arranger | None":
        """Arranger of the listing shown; ``None`` before the first listing."""
        return self._arranger

    @property
    def listing(self) -> Listing | None:
        """The whole listing, filters not applied."""
        return self._listing

    @property
    def formats(self) -> Formats:
        """Formats of the values shown."""
        return self._formats

    def set_listing(
        self,
        arranger: "Arranger",
        formats: Formats,
        *,
        tones: Tones | None = None,
        group_labels: Mapping[Any, Mapping[str, str]] | None = None,
        sort: Sequence[SortBy] = (),
    ) -> None:
        """Show a listing; selection, current row, filters and sort stay. ``sort`` is used until the user sorts."""
        fresh = self._listing is None or self._listing.fields != arranger.listing.fields
        self._arranger, self._listing, self._formats = arranger, arranger.listing, formats
        self.grid.skeleton = False
        self.grid.group_labels = group_labels or {}
        if fresh:
            self._restore_sort(sort)
        if not self._arrangement.group_by and arranger.listing.group_by:
            self._arrangement = self._arrangement.with_(group_by=arranger.listing.group_by)
        self._rearrange(lambda arranged: self._show_listing(arranged, tones, fresh))

    def show_first_rows(self, listing: Listing, formats: Formats, totals: Mapping[str, tuple[str, str]]) -> None:
        """Show rows kept from last time, in their order, until the real listing comes; needs no NumPy."""
        self._formats = formats
        self.grid.skeleton = False
        self._remember()
        arranged = Arranged(range(len(listing)), (), listing.total, totals)
        self.model.set_listing(listing, arranged, formats)
        self._after_arranging(fresh=True)

    def show_skeleton(self) -> None:
        """Gray rows while there is nothing else to show yet."""
        if self._listing is None and not self.model.rowCount():
            self.grid.skeleton = True
            self._stack.setCurrentWidget(self._filled)
            self.grid.viewport().update()

    def set_search(self, text: str) -> None:
        """Keep rows whose words contain every word of ``text``."""
        self._change(search=text)

    def set_equals(self, equals: Mapping[str, frozenset[Any]]) -> None:
        """Keep rows whose raw value of each field is one of the given ones."""
        self._change(equals=dict(equals))

    def set_rows(self, rows: Sequence[int] | None) -> None:
        """Keep some rows of the listing (``None``: all)."""
        self._change(rows=rows)

    def set_filters(self, equals: Mapping[str, frozenset[Any]], rows: Sequence[int] | None, search: str) -> None:
        """All filters at once."""
        self._change(equals=dict(equals), rows=rows, search=search)

    def sort_by(self, key: str, *, descending: bool | None = None, extend: bool = False) -> None:
        """Sort by a field; again: the other direction. ``extend`` adds it after the fields sorted by so far."""
        sort = list(self._arrangement.sort)
        known = next((entry for entry in sort if entry.key == key), None)
        turned = not known.descending if known is not None and descending is None else bool(descending)
        entry = SortBy(key, turned)
        if extend:
            sort = [entry if other.key == key else other for other in sort] if known is not None else [*sort, entry]
        else:
            sort = [entry]
        self.set_sort(sort)

    def set_sort(self, sort: Sequence[SortBy]) -> None:
        """Sort by fields, the first leading."""
        self._change(sort=tuple(sort))
        self.save_layout()

    def group_by(self, key: str) -> None:
        """Group rows by a field; empty: not at all."""
        self._change(group_by=key, collapsed=frozenset())

    def selected_ids(self) -> list[Any]:
        """Identities of the selected rows, in the order shown."""
        return [self.model.id_at(row) for row in self.grid.selected_rows()]

    def current_id(self) -> Any:
        """Identity of the row the keyboard stands on, else ``None``."""
        return self.model.id_at(self.grid.currentIndex().row())

    def select(self, identity: Any) -> bool:
        """Make the row of an identity current; false when it is not shown."""
        place = self.model.place_of(identity)
        if place >= 0:
            self.grid.set_current_row(place)
        return place >= 0

    def select_first(self) -> None:
        """Make the first row current that is not a group row."""
        for row in range(min(self.model.rowCount(), 2)):
            if self.model.group_at(row) is None:
                self.grid.set_current_row(row)
                return

    def shown_listing(self) -> Listing | None:
        """The listing as shown: filtered and sorted, for a workbook."""
        return None if self._listing is None else self._listing.where(self.model.source_rows())

    def first_listing(self, count: int) -> Listing | None:
        """The first rows as shown."""
        return None if self._listing is None else self._listing.where(self.model.source_rows(count))

    def mark_changed(self, ids: Iterable[Any]) -> None:
        """Tint rows that somebody else changed for 3 s."""
        self.grid.mark_changed(ids)

    def columns_menu(self) -> QMenu:
        """Menu to choose columns."""
        return self.columns.menu(self, self.save_layout)

    def copy(self) -> None:
        """Put the selected rows on the clipboard as cells with headers."""
        rows = self.grid.selected_rows()
        if rows:
            QGuiApplication.clipboard().setMimeData(copy_rows(self.model, rows, self.columns.visible()))

    def save_layout(self) -> None:
        """Remember columns and sort under the list's name."""
        sort = [[entry.key, entry.descending] for entry in self._arrangement.sort]
        self._kept_state = {"columns": self.columns.state(), "sort": sort}
        self._settings.set_layout(f"list/{self.name}", self._kept_state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self.columns.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+C copies cells, not the current word."""
        if event.type() == QEvent.Type.KeyPress and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            self.copy()
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self._filled = QWidget()
        inner = QVBoxLayout(self._filled)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.grid, 1)
        inner.addWidget(self.totals)
        self.totals.hide()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._filled)
        self._stack.addWidget(self.empty)
        self.setFocusProxy(self.grid)
        compact = self._settings.get(COMPACT_ROWS)
        self.grid.set_row_height(theme.height("row_compact" if compact else "row"))

    def _connect(self) -> None:
        header = self.grid.horizontalHeader()
        assert isinstance(header, ListHeader)
        self.header = header
        header.sort_asked.connect(lambda key, extend: self.sort_by(key, extend=extend))
        header.user_resized.connect(self._columns_dragged)
        header.sectionMoved.connect(lambda *_: None if self._quiet else self.save_layout())
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self.grid.row_activated.connect(lambda row: self.activated.emit(self.model.id_at(row)))
        self.grid.group_toggled.connect(self._toggle_group)
        self.grid.installEventFilter(self)
        selection = self.grid.selectionModel()
        selection.currentRowChanged.connect(self._current_row_changed)
        selection.selectionChanged.connect(lambda *_: None if self._quiet else self._emit_counts())

    def _change(self, **changes: Any) -> None:
        arrangement = self._arrangement.with_(**changes)
        if arrangement != self._arrangement:
            self._arrangement = arrangement
            if self._arranger is not None:
                self._rearrange(self._show_arranged)

    def _rearrange(self, show: Callable[[Arranged], None]) -> None:
        arranger, arrangement, formats = self._arranger, self._arrangement, self._formats
        assert arranger is not None
        if len(arranger.listing) <= LARGE:
            self._tasks.cancel(f"{self.name}.arrange")
            show(arranger.arrange(arrangement, formats))
            return
        kind = f"{self.name}.arrange"
        self._tasks.run(lambda progress: arranger.arrange(arrangement, formats), show, kind=kind, owner=self)

    def _show_listing(self, arranged: Arranged, tones: Tones | None, fresh: bool) -> None:
        assert self._listing is not None
        self._remember()
        self.model.set_listing(self._listing, arranged, self._formats, tones)
        self.header.spans = bool(self.grid.group_labels)
        self._after_arranging(fresh=fresh)

    def _show_arranged(self, arranged: Arranged) -> None:
        self._remember()
        self.model.set_arranged(arranged)
        self._after_arranging(fresh=False)

    def _remember(self) -> None:
        self._quiet = True
        current = self.current_id()
        self._current = self._current if current is None else current
        self._selected = self.selected_ids()

    def _after_arranging(self, *, fresh: bool) -> None:
        self.header.set_sort(self._arrangement.sort)
        if fresh:
            self.columns.set_state(self._kept_state.get("columns", {}))
            self.columns.apply(self.model.fields)
        arranged = self.model.arranged
        self.totals.totals.fill(self.model.fields, arranged.totals)
        self.totals.setVisible(bool(arranged.totals))
        self._restore_selection()
        self._quiet = False
        if len(arranged.rows):
            self._stack.setCurrentWidget(self._filled)
        else:
            self._show_empty()
        self._emit_counts()
        if self.current_id() != self._current:
            self._current = self.current_id()
            self.current_changed.emit(self._current)
        self.arranged.emit()

    def _restore_selection(self) -> None:
        place = self.model.place_of(self._current) if self._current is not None else -1
        if place >= 0:
            self.grid.set_current_row(place)
        for identity in self._selected if len(self._selected) > 1 else ():
            other = self.model.place_of(identity)
            if other >= 0 and other != place:
                selection = self.grid.selectionModel()
                flags = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
                selection.select(self.model.index(other, 0), flags)

    def _show_empty(self) -> None:
        title, words = self.empty_words()
        buttons = [("Clear filters", "Esc", self.filters_cleared.emit)] if self._arrangement.filtered else []
        self.empty.fill(title, words, buttons)
        self._stack.setCurrentWidget(self.empty)

    def _emit_counts(self) -> None:
        total = 0 if self._listing is None else self._listing.total
        self.counts_changed.emit(self.model.arranged.shown, total, len(self.grid.selected_rows()))

    def _current_row_changed(self) -> None:
        if not self._quiet:
            self._current = self.current_id()
            self.current_changed.emit(self._current)

    def _toggle_group(self, value: Any) -> None:
        self._change(collapsed=self._arrangement.collapsed ^ {value})

    def _restore_sort(self, sort: Sequence[SortBy]) -> None:
        kept = self._kept_state.get("sort")
        if isinstance(kept, list) and kept:
            sort = [SortBy(str(entry[0]), bool(entry[1])) for entry in kept if len(entry) == 2]
        self._arrangement = self._arrangement.with_(sort=tuple(sort))

    def _columns_dragged(self) -> None:
        self.columns.remember_widths()
        self.save_layout()

    def _show_columns_menu(self, point: QPoint) -> None:
        menu = self.columns_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.header.mapToGlobal(point))
