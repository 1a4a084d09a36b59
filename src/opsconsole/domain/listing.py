"""Listing: the one currency between services, screens, command line and workbooks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opsconsole.domain.field import Field


class Coded(Sequence[Any]):
    """A dictionary-encoded column: ``codes[i]`` indexes ``values``; -1 is no value.

    ``codes`` may be any integer sequence (a NumPy array for large listings).
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: Sequence[int], values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = values

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Coded(self.codes[index], self.values)
        code = self.codes[index]
        return None if code < 0 else self.values[code]


def plain_values(column: Sequence[Any]) -> list[Any]:
    """A column as a list of Python values (a NumPy scalar would be written in its own words)."""
    if isinstance(column, Coded):
        table = [*plain_values(column.values), None]
        return [table[code if code >= 0 else -1] for code in plain_values(column.codes)]
    as_list = getattr(column, "tolist", None)
    return list(column) if as_list is None else list(as_list())


@dataclass(frozen=True)
class Listing:
    """Columns of equal length, one per field, with the instant they are true for.

    ``columns[field.key]`` is a sequence (list, NumPy array, Coded). ``ids`` are the rows' stable identities (what a
    view passes back to a service); ``notes`` say what a reader must know (filters, exclusions, definitions).
    """

    fields: tuple[Field, ...]
    columns: Mapping[str, Sequence[Any]]
    ids: Sequence[Any]
    as_of: int
    title: str = ""
    time_zone: str = "UTC"
    notes: tuple[str, ...] = ()
    group_by: str = ""
    total: int = field(default=-1)

    def __post_init__(self) -> None:
        lengths = {key: len(column) for key, column in self.columns.items()}
        if any(length != len(self.ids) for length in lengths.values()):
            raise ValueError(f"columns of unequal length: {lengths}, {len(self.ids)} ids")
        missing = [f.key for f in self.fields if f.key not in self.columns]
        if missing:
            raise ValueError(f"fields without a column: {missing}")
        if self.total < 0:
            object.__setattr__(self, "total", len(self.ids))

    def __len__(self) -> int:
        return len(self.ids)

    def field(self, key: str) -> Field:
        """Field by key; KeyError when the listing has none."""
        for known in self.fields:
            if known.key == key:
                return known
        raise KeyError(key)

    def row(self, index: int) -> dict[str, Any]:
        """Row as a dict of raw values."""
        return {f.key: self.columns[f.key][index] for f in self.fields}

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows as dicts of raw values; for small listings and scripts."""
        return (self.row(index) for index in range(len(self)))

    def where(self, indices: Sequence[int]) -> "Listing":
        """The listing of some rows, in the order of ``indices``; ``total`` stays what it was."""
        columns = {key: [column[i] for i in indices] for key, column in self.columns.items()}
        return replace(self, columns=columns, ids=[self.ids[i] for i in indices])


def from_rows(
    fields: Sequence[Field], rows: Iterable[Mapping[str, Any]], *, id_key: str, as_of: int, **more: Any
) -> Listing:
    """Listing from row mappings; ``id_key`` names the entry that becomes the row's identity."""
    kept = list(rows)
    columns = {f.key: [row.get(f.key) for row in kept] for f in fields}
    return Listing(tuple(fields), columns, [row[id_key] for row in kept], as_of, **more)
