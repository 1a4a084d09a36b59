"""Sort, filter, search and group a listing with arrays: a permutation and a mask, never a copy of the rows.

Imports NumPy, so it is imported in workers only. An ``Order`` belongs to one listing; its sort keys, permutations and
search texts are built on first use and kept. Times at 1,000,000 rows are in tests/benchmarks.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from opsconsole.desktop.table import haystack, sortkeys
from opsconsole.desktop.table.arrangement import Arranged, Arrangement, SortBy
from opsconsole.desktop.table.groups import grouped
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing

if TYPE_CHECKING:
    from opsconsole.services.splicing import Reread

Rows = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

KEPT_SORTS = 6
SEARCHED = frozenset({Kind.TEXT, Kind.IDENTIFIER, Kind.STATUS, Kind.STATE, Kind.PROPOSAL})


class Order:
    """Arranges one listing; safe to use from one thread at a time."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._fields = {field.key: field for field in listing.fields}
        self._keys: dict[str, sortkeys.SortKey] = {}
        self._permutations: dict[tuple[SortBy, ...], Rows] = {}
        self._haystacks: dict[str, haystack.Haystack] = {}
        self._taken: Mapping[str, Callable[[], haystack.Haystack]] = {}
        self._found: tuple[str, Mask] | None = None

    def mask(self, arrangement: Arrangement) -> Mask | None:
        """Which rows no filter hides; ``None``: all.

        Unknown fields in the arrangement are ignored: a remembered layout may name columns that are gone.
        """
        mask: Mask | None = None
        if arrangement.rows is not None:
            mask = np.zeros(len(self.listing), dtype=np.bool_)
            mask[np.asarray(arrangement.rows, dtype=np.int64)] = True
        for key, values in arrangement.equals.items():
            if key in self._fields:
                mask = _both(mask, self.key(key).equal_to(values))
        if arrangement.search.strip():
            mask = _both(mask, self._matches(arrangement.search))
        return mask

    def sorted(self, sort: tuple[SortBy, ...], mask: Mask | None = None) -> Rows:
        """Rows of a mask in the order of a sort; the permutation of all rows is kept."""
        known = tuple(entry for entry in sort if entry.key in self._fields)
        if known not in self._permutations:
            while len(self._permutations) >= KEPT_SORTS:
                del self._permutations[next(iter(self._permutations))]
            self._permutations[known] = self._permutation(known)
        rows = self._permutations[known]
        return rows if mask is None else rows[mask[rows]]

    def keep(self, arrangement: Arrangement) -> Rows:
        """Rows that no filter hides, in the order of the sort."""
        return self.sorted(arrangement.sort, self.mask(arrangement))

    def group(self, rows: Rows, arrangement: Arrangement) -> Arranged:
        """Kept rows under their group rows, or as they are when nothing is grouped."""
        if arrangement.group_by in self._fields and len(rows):
            return grouped(self, rows, arrangement)
        return Arranged(rows, (), len(rows))

    def facet(self, key: str) -> list[tuple[Any, int]]:
        """Distinct raw values of a field with their counts, most frequent first; ``None`` counts the missing."""
        codes, values = self.key(key).coded()
        counts: npt.NDArray[np.intp] = np.bincount(codes.astype(np.int32) + 1, minlength=len(values) + 1)
        pairs = [(None if index == 0 else values[index - 1], int(n)) for index, n in enumerate(counts) if n]
        return sorted(pairs, key=lambda pair: -pair[1])

    def knows(self, key: str) -> bool:
        """Whether the listing has a field."""
        return key in self._fields

    def field(self, key: str) -> Field:
        """Field of the listing; KeyError when it has none of this key."""
        return self._fields[key]

    def key(self, key: str) -> sortkeys.SortKey:
        """Sort key of a field, built on first use."""
        if key not in self._keys:
            self._keys[key] = sortkeys.build(self._fields[key], self.listing.columns[key])
        return self._keys[key]

    def searched(self) -> list[str]:
        """Fields whose text a search looks through, and that is not made yet."""
        return [f.key for f in self.listing.fields if f.kind in SEARCHED and f.key not in self._haystacks]

    def make_searchable(self, key: str) -> haystack.Haystack:
        """The text of a field for ``keep_searchable``; touches nothing, so others may arrange meanwhile."""
        taken = self._taken.get(key)
        return haystack.build(self._fields[key], self.listing.columns[key]) if taken is None else taken()

    def keep_searchable(self, key: str, made: haystack.Haystack) -> None:
        """Keep the text of a field for searches."""
        self._haystacks.setdefault(key, made)

    def take_over(self, before: "Order", reread: "Reread") -> None:
        """Take the texts for searches, once they are asked for, from the rows before some of them were read again."""
        known, count = {**before._haystacks}, len(before.listing)

        def take(key: str) -> haystack.Haystack:
            more = haystack.build(self._fields[key], reread.fresh.columns[key])
            return haystack.spliced(known[key], more, count, reread)

        self._taken = {key: partial(take, key) for key in known}

    def _permutation(self, sort: tuple[SortBy, ...]) -> Rows:
        if not sort:
            return np.arange(len(self.listing), dtype=np.int32)
        arrays = [self.key(entry.key).array(descending=entry.descending) for entry in sort]
        if len(arrays) == 1:
            return np.argsort(arrays[0], kind="stable").astype(np.int32)
        return np.lexsort(arrays[::-1]).astype(np.int32)

    def _matches(self, search: str) -> Mask:
        words = search.casefold().split()
        text = " ".join(words)
        if self._found is not None and self._found[0] == text:
            return self._found[1]
        mask = np.ones(len(self.listing), dtype=np.bool_)
        for word in words:
            mask &= self._contains(word)
        self._found = (text, mask)
        return mask

    def _contains(self, word: str) -> Mask:
        mask = np.zeros(len(self.listing), dtype=np.bool_)
        for field in self.listing.fields:
            if field.kind in SEARCHED:
                mask |= self._haystack(field).contains(word)
        return mask

    def _haystack(self, field: Field) -> haystack.Haystack:
        if field.key not in self._haystacks:
            self._haystacks[field.key] = self.make_searchable(field.key)
        return self._haystacks[field.key]


def _both(one: Mask | None, other: Mask) -> Mask:
    return other if one is None else one & other
