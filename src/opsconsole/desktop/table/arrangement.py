"""How a list's rows are to be arranged, and the result; plain values that need no NumPy."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# A list, a range or an integer array: arrays are no ``Sequence`` to a type checker.
Places = Any


class SortBy(NamedTuple):
    """A column to sort by."""

    key: str
    descending: bool = False


Sums = Mapping[str, Sequence[tuple[str, float]]]


class Group:
    """A group row: the raw value, its words, how many rows it has, whether they are hidden.

    ``sums`` are the figures of fields that have a total, by key, as pairs of currency (or empty) and amount.
    """

    __slots__ = ("collapsed", "count", "label", "sums", "value")

    def __init__(self, value: Any, label: str, count: int, collapsed: bool = False, sums: Sums | None = None) -> None:
        self.value = value
        self.label = label
        self.count = count
        self.collapsed = collapsed
        self.sums: Sums = sums or {}


class Arrangement(NamedTuple):
    """What is asked: sort (first key leads), words to find, values to keep per field, rows to keep, grouping.

    ``equals`` maps a field's key to the raw values kept (any of them); ``rows`` are row numbers of the listing kept
    (``None``: all); ``collapsed`` are the raw values of groups whose rows are hidden; with ``all_collapsed`` those of
    the groups whose rows are shown.
    """

    sort: tuple[SortBy, ...] = ()
    search: str = ""
    equals: Mapping[str, frozenset[Any]] = {}
    rows: Sequence[int] | None = None
    group_by: str = ""
    collapsed: frozenset[Any] = frozenset()
    all_collapsed: bool = False

    def with_(self, **changes: Any) -> "Arrangement":
        """Copy with some parts changed."""
        return self._replace(**changes)

    @property
    def filtered(self) -> bool:
        """Whether anything hides rows."""
        return bool(self.search or self.equals or self.rows is not None)


class Arranged(NamedTuple):
    """The answer: ``rows[i]`` is the row of the listing shown at place i, or ``-(g + 1)`` for group ``groups[g]``.

    ``shown`` counts rows without group rows, collapsed ones included; ``totals`` maps a field's key to its total's
    (text, tone).
    """

    rows: Places
    groups: tuple[Group, ...] = ()
    shown: int = 0
    totals: Mapping[str, tuple[str, str]] = {}


def turned(sort: Sequence[SortBy], key: str, descending: bool | None, extend: bool) -> list[SortBy]:
    """The sort after a field was asked for: the other direction when it was sorted by already, unless one is given.

    ``extend`` keeps the other fields (the field in its place, else last); without it the field stands alone.
    """
    known = next((entry for entry in sort if entry.key == key), None)
    down = not known.descending if known is not None and descending is None else bool(descending)
    entry = SortBy(key, down)
    if not extend:
        return [entry]
    if known is None:
        return [*sort, entry]
    return [entry if other.key == key else other for other in sort]
