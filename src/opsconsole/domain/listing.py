"""Listing: the one currency between services, screens, command line and workbooks."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from typing import Any

from opsconsole.domain.field import Field, TimeLeft
from opsconsole.domain.progress import is_aside, rest

# A list or an array of numbers: arrays are no ``Sequence`` to a type checker.
Numbers = Any


class Coded(Sequence[Any]):
    """A dictionary-encoded column: ``codes[i]`` indexes ``values``; -1 is no value.

    ``codes`` may be any integer sequence (a NumPy array for large listings).
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: Numbers, values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = values

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Coded(self.codes[index], self.values)
        code = self.codes[index]
        return None if code < 0 else self.values[code]


# Values taken in one go: nobody else's Python runs meanwhile, the window's neither.
_PART = 2_000
# Seconds between two parts of what nobody waits for yet, at most; longer rests only make it longer.
_REST = 0.02


def parts(values: Sequence[Any], size: int = _PART) -> Iterator[Sequence[Any]]:
    """A long sequence in parts that take a worker no longer than the window's thread may wait."""
    timed = is_aside()
    for start in range(0, len(values), size):
        began = time.perf_counter() if timed else 0.0
        yield values[start : start + size]
        if timed:
            rest(min(time.perf_counter() - began, _REST))


def let_go(values: list[Any]) -> None:
    """Empty a long list in parts: nobody else's Python runs while all that only it held is given back at once."""
    while values:
        del values[-_PART:]


def in_order(values: Sequence[Any]) -> Iterator[Any]:
    """A long sequence as ``sorted`` gives it, sorted in parts: in one go nobody else's Python runs meanwhile."""
    return merge(*[sorted(part) for part in parts(values)])


def coded(values: Sequence[Any], codes_as: Callable[[list[int]], Numbers] = list) -> Coded:
    """A column as a dictionary-encoded one; None and empty text are no value."""
    place: dict[Any, int] = {None: -1, "": -1}
    codes: list[int] = []
    for part in parts(values):
        for value in dict.fromkeys(part):
            place.setdefault(value, len(place) - 2)
        codes += map(place.__getitem__, part)
    return Coded(codes_as(codes), list(place)[2:])


class Later(Sequence[Any]):
    """A column made when somebody looks: ``one(i)`` makes the value of a row, ``every()`` all of them, which are kept.

    A list of 80,000 rows shows thirty; sentences and the like for the others are made by whoever searches, sorts or
    exports them. Neither function may read what changes.
    """

    __slots__ = ("_count", "_every", "_made", "_one")

    def __init__(self, count: int, one: Callable[[int], Any], every: Callable[[], list[Any]]) -> None:
        self._count = count
        self._one = one
        self._every = every
        self._made: list[Any] | None = None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if self._made is not None:
            return self._made[index]
        if isinstance(index, slice):
            return [self._one(row) for row in range(*index.indices(self._count))]
        return self._one(index if index >= 0 else index + self._count)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def tolist(self) -> list[Any]:
        """All values."""
        if self._made is None:
            self._made = self._every()
        return self._made


class TimesLeft(Sequence[TimeLeft | None]):
    """A column of ``TimeLeft`` as two columns of numbers; ``ended[i]`` (where given) marks rows without one."""

    __slots__ = ("ended", "seconds", "shares")

    def __init__(self, seconds: Numbers, shares: Numbers, ended: Numbers = None) -> None:
        self.seconds = seconds
        self.shares = shares
        self.ended = ended

    def __len__(self) -> int:
        return len(self.seconds)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.tolist()[index]
        if self.ended is not None and self.ended[index]:
            return None
        return TimeLeft(int(self.seconds[index]), float(self.shares[index]))

    def tolist(self) -> list[TimeLeft | None]:
        """All values."""
        pairs = map(TimeLeft, plain_values(self.seconds), plain_values(self.shares))
        if self.ended is None:
            return list(pairs)
        return [None if ended else left for left, ended in zip(pairs, self.ended, strict=True)]


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
        columns = {key: _some(column, indices) for key, column in self.columns.items()}
        return replace(self, columns=columns, ids=[self.ids[i] for i in indices])


def _some(column: Sequence[Any], indices: Sequence[int]) -> list[Any]:
    values = column.tolist() if isinstance(column, Later) and len(indices) * 2 > len(column) else column
    return [values[i] for i in indices]


def from_rows(
    fields: Sequence[Field], rows: Iterable[Mapping[str, Any]], *, id_key: str, as_of: int, **more: Any
) -> Listing:
    """Listing from row mappings; ``id_key`` names the entry that becomes the row's identity."""
    kept = list(rows)
    columns = {f.key: [row.get(f.key) for row in kept] for f in fields}
    return Listing(tuple(fields), columns, [row[id_key] for row in kept], as_of, **more)
