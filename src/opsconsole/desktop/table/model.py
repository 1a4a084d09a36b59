"""Rows of a listing as cells for Qt: an arrangement over columns, nothing copied, nothing read from a database."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from opsconsole.desktop.table.arrangement import Arranged, Group, Places
from opsconsole.desktop.table.cells import Cell, Tones, aligned_right, make_cell, tooltip
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing

Index = QModelIndex | QPersistentModelIndex

CELL_ROLE = Qt.ItemDataRole.UserRole + 1
RAW_ROLE = Qt.ItemDataRole.UserRole + 2
ID_ROLE = Qt.ItemDataRole.UserRole + 3

_CACHED_ROWS = 4_000
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_NOTHING = QModelIndex()


class Cells(Sequence[Cell]):
    """Cells of a row, each made when it is first looked at: most columns stay hidden."""

    __slots__ = ("_count", "_made", "_make", "_source")

    def __init__(self, make: Callable[[int, int], Cell], source: int, count: int) -> None:
        self._make = make
        self._source = source
        self._count = count
        self._made: dict[int, Cell] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        made = self._made.get(index)
        if made is None:
            made = self._made[index] = self._make(self._source, index)
        return made


class ListingModel(QAbstractTableModel):
    """Table model over one listing; rows are places of an ``Arranged``, columns are the listing's fields."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fields: tuple[Field, ...] = ()
        self.formats = Formats()
        self._columns: list[Sequence[Any]] = []
        self._currencies: list[Sequence[Any] | str] = []
        self._tones: list[Any] = []
        self._ids: Sequence[Any] = ()
        self._arranged = Arranged(())
        self._rows: Places = ()
        self._cache: dict[int, Cells] = {}
        self._numbers: dict[str, int] = {}
        self._asides: dict[str, str] = {}

    @property
    def groups(self) -> tuple[Group, ...]:
        """Group rows of the arrangement, in order."""
        return self._arranged.groups

    @property
    def arranged(self) -> Arranged:
        """The arrangement shown."""
        return self._arranged

    def set_listing(self, listing: Listing, arranged: Arranged, formats: Formats, tones: Tones | None = None) -> None:
        """Show a listing; fields with the same keys in the same order keep the view's columns as they are."""
        self.beginResetModel()
        self.fields = listing.fields
        self.formats = formats
        self._ids = listing.ids
        self._numbers = {field.key: number for number, field in enumerate(listing.fields)}
        self._columns = [listing.columns[field.key] for field in listing.fields]
        self._currencies = [listing.columns.get(field.currency, field.currency) for field in listing.fields]
        self._tones = [(tones or {}).get(field.key) for field in listing.fields]
        self._arrange(arranged)
        self._cache.clear()
        self.endResetModel()

    def set_arranged(self, arranged: Arranged) -> None:
        """Show the same listing in another arrangement; cells formatted before are kept."""
        self.beginResetModel()
        self._arrange(arranged)
        self.endResetModel()

    def clear(self) -> None:
        """Show nothing, keeping the columns."""
        self.set_arranged(Arranged(()))

    def group_at(self, row: int) -> Group | None:
        """Group of a group row, else ``None``."""
        source = self._rows[row]
        return self._arranged.groups[-source - 1] if source < 0 else None

    def group_row_of(self, row: int) -> int:
        """Place of the group row over a place (the place itself when it is one); -1 without groups."""
        while row >= 0 and self.group_at(row) is None:
            row -= 1
        return row

    def place_of_group(self, value: Any) -> int:
        """Place of the group row of a raw value, -1 when there is none."""
        number = next((number for number, group in enumerate(self._arranged.groups) if group.value == value), -1)
        return -1 if number < 0 else _find(self._rows, -(number + 1))

    def figures(self, group: Group, field: Field) -> str:
        """Sum of a field over a group's rows, in words, shorter ones on further lines; empty where it has none."""
        pairs = group.sums.get(field.key)
        if not pairs:
            return ""
        if field.kind == Kind.MONEY:
            moneys = [self.formats.moneys(round(amount), code) for code, amount in pairs]
            return "\n".join(" + ".join(parts) for parts in zip(*moneys, strict=True))
        amount = pairs[0][1]
        if field.total == Total.OVER:
            return f"{amount:,.0f} {field.total_words}".strip()
        return self.formats.duration(amount) if field.kind == Kind.DURATION else self.formats.count(amount)

    def set_asides(self, asides: Mapping[str, str]) -> None:
        """Show words of another column, muted, behind those of a field: field key to the other's key."""
        self._asides = dict(asides)
        self._cache.clear()

    def places_of(self, identities: Sequence[Any]) -> list[int]:
        """Places of identities that are shown, in order; for many at once."""
        wanted = set(identities)
        sources = {number for number, identity in enumerate(_listed(self._ids)) if identity in wanted}
        return [place for place, source in enumerate(_listed(self._rows)) if source in sources]

    def ids_at(self, rows: Sequence[int]) -> list[Any]:
        """Identities of places that exist, group rows left out; for many at once."""
        ids, places = self._ids, self._rows
        sources = [places[row] for row in rows]
        return [_plain(ids[source]) for source in sources if source >= 0]

    def id_at(self, row: int) -> Any:
        """Identity of a row; ``None`` for group rows and places that do not exist."""
        if not 0 <= row < len(self._rows):
            return None
        source = self._rows[row]
        return None if source < 0 else _plain(self._ids[source])

    def place_of(self, identity: Any) -> int:
        """Place of an identity in the arrangement, -1 when it is not shown."""
        source = _find(self._ids, identity)
        return -1 if source < 0 else _find(self._rows, source)

    def source_rows(self, limit: int = -1) -> list[int]:
        """Rows of the listing as shown, without group rows; the first ``limit`` places when given."""
        rows = self._rows if limit < 0 else self._rows[:limit]
        return [int(source) for source in rows if source >= 0]

    def cells(self, row: int) -> Cells:
        """Cells of a row for all fields; each formatted once and kept."""
        source = int(self._rows[row])
        cells = self._cache.get(source)
        if cells is None:
            if len(self._cache) >= _CACHED_ROWS:
                self._cache.clear()
            cells = self._cache[source] = Cells(self._cell, source, len(self.fields))
        return cells

    def raw(self, row: int, column: int) -> Any:
        """Raw value; ``None`` in group rows."""
        source = self._rows[row]
        return None if source < 0 else _plain(self._columns[column][source])

    def rowCount(self, parent: Index = _NOTHING) -> int:
        """Rows shown, group rows included."""
        return len(self._rows)

    def columnCount(self, parent: Index = _NOTHING) -> int:
        """Fields of the listing."""
        return len(self.fields)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell and what else is asked for; computed for the asked role only."""
        row, column = index.row(), index.column()
        if not 0 <= row < len(self._rows) or not 0 <= column < len(self.fields):
            return None
        group = self.group_at(row)
        if group is not None:
            return f"{group.label} {group.count}" if role == Qt.ItemDataRole.DisplayRole and column == 0 else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cells(row)[column].text
        if role == CELL_ROLE:
            return self.cells(row)[column]
        if role == RAW_ROLE:
            return self.raw(row, column)
        if role == ID_ROLE:
            return self.id_at(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self.fields[column], self.raw(row, column), self.cells(row)[column], self.formats)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if aligned_right(self.fields[column]) else _LEFT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Label, help and alignment of a field."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.fields):
            return None
        field = self.fields[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return field.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return field.help or field.label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if aligned_right(field) else _LEFT
        return None

    def _arrange(self, arranged: Arranged) -> None:
        self._arranged = arranged
        self._rows = arranged.rows

    def _cell(self, source: int, number: int) -> Cell:
        field, currency = self.fields[number], self._currencies[number]
        raw = self._columns[number][source]
        if field.kind == Kind.MONEY and not isinstance(currency, str):
            currency = currency[source] or ""
        code = currency if isinstance(currency, str) else ""
        cell = make_cell(field, _plain(raw), code, self.formats, self._tones[number])
        other = self._numbers.get(self._asides.get(field.key, ""))
        if other is not None and self._columns[other][source]:
            return cell._replace(detail=(str(self._columns[other][source]),))
        return cell


def _plain(value: Any) -> Any:
    """NumPy scalars as Python's own: they format, hash and travel like any other value."""
    return value.item() if hasattr(value, "item") else value.decode() if isinstance(value, bytes) else value


def _listed(values: Any) -> list[Any]:
    """An array or a list as Python's own values."""
    if not hasattr(values, "tolist"):
        return list(values)
    plain: list[Any] = values.tolist()
    return [_plain(value) for value in plain] if plain and isinstance(plain[0], bytes) else plain


def _find(values: Any, wanted: Any) -> int:
    if hasattr(values, "nonzero"):
        hits = (values == wanted).nonzero()[0]
        return int(hits[0]) if len(hits) else -1
    try:
        return int(values.index(wanted))
    except ValueError:
        return -1
