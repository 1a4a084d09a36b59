"""Portions of a long table in which rows that belong together stand together, however far apart they are in the file.

The rows are numbered by their links while the file is read; what is linked, over however many steps, goes into one
portion. Memory: some numbers per row of the file, and a portion.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from opsconsole.imports.columns import Mask, Rows, TextTable, joined
from opsconsole.imports.mapping import Key
from opsconsole.imports.text_store import TextStore
from opsconsole.imports.together import UNLINKED, Evaluate, Hashes, Link, Section, Told, distinct, kept_rows, within

# Groups of rows up to which what they tell is put beside every portion, so that they need not stand together.
_FEW_GROUPS = 1_000


class Links:
    """How the rows of a table are linked in each section; filled chunk by chunk."""

    def __init__(self, sections: Sequence[Section], evaluate: Evaluate) -> None:
        self._sections = sections
        self._evaluate = evaluate
        links = [link for one in sections for link in (*one.links, *([one.first] if one.first else ()))]
        links += [within(keys) for one in sections for keys in one.told]
        self._numbers: dict[Link, list[Hashes]] = {link: [] for link in links}
        told = [some for one in sections for some in one.told.values() if some is not None]
        self._filled: dict[Told, list[Mask]] = {one: [] for some in told for one in some}
        self._kept: list[list[Mask]] = [[] for _ in sections]

    def add(self, table: TextTable) -> None:
        """Take note of a chunk."""
        for link, numbers in self._numbers.items():
            numbers.append(link.numbers(table, self._evaluate))
        for told, filled in self._filled.items():
            filled.append(told.filled(table))
        for one, masks in zip(self._sections, self._kept, strict=True):
            masks.append(np.logical_or.reduce([kept_rows(table, spec) for spec in one.specs]))

    def numbers(self, link: Link) -> Hashes:
        """The number of every row."""
        return np.concatenate(self._numbers[link])

    def portions(self, place: int, store: TextStore, rows_each: int) -> Iterator[TextTable]:
        """The portions of a section of about so many rows, in the order in which their first rows stand."""
        one = self._sections[place]
        names = one.columns()
        beside, apart = self._told(one)
        links = [*one.links, *(within(keys) for keys in apart)]
        first = one.first
        if first is not None and apart:
            links.append(first)
            first = None
        if apart:
            rows = np.arange(store.starts[-1])
        elif first is not None:
            rows = distinct(self.numbers(first))
        else:
            rows = np.flatnonzero(np.concatenate(self._kept[place]))
        context = joined([table for _, table in _taken(store, names, beside)]) if len(beside) else None
        portion_of = self._portions(links, rows, rows_each)
        for table in _one_by_one(store, names, rows) if portion_of is None else _sorted(store, names, rows, portion_of):
            yield table if context is None else _beside(context, table)

    def _told(self, one: Section) -> tuple[Rows, list[tuple[Key, ...]]]:
        """Rows that tell values for few large groups, and the keys of groups that must stand together."""
        rows: list[Rows] = []
        apart: list[tuple[Key, ...]] = []
        for keys, told in one.told.items():
            numbers = self.numbers(within(keys))
            if told is None or len(distinct(numbers)) > _FEW_GROUPS:
                apart.append(keys)
                continue
            for column in told:
                filled = np.flatnonzero(np.concatenate(self._filled[column]))
                _, first = np.unique(numbers[filled], return_index=True)
                rows.append(filled[first])
        return np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.int64), apart

    def _portions(self, links: Sequence[Link], rows: Rows, rows_each: int) -> Rows | None:
        """The portion of each of some rows; None where no two of them belong together."""
        spaces: dict[object, list[Hashes]] = {}
        for link in links:
            spaces.setdefault(link.space, []).append(self.numbers(link)[rows])
        if not spaces or not len(rows):
            return None
        labels = together(len(rows), list(spaces.values()))
        sizes = np.bincount(labels, minlength=len(rows))
        before: Rows = np.cumsum(sizes) - sizes
        portions: Rows = before[labels] // rows_each
        return portions


def together(count: int, spaces: Sequence[Sequence[Hashes]]) -> Rows:
    """For each row the first of those that it belongs together with: numbers are compared within a space."""
    groups = []
    for arrays in spaces:
        rows = np.concatenate([np.flatnonzero(array != UNLINKED) for array in arrays])
        found = np.concatenate([array[array != UNLINKED] for array in arrays])
        known, number = np.unique(found, return_inverse=True)
        groups.append((rows, number, len(known)))
    labels = np.arange(count)
    while True:
        before = labels.copy()
        for rows, number, size in groups:
            least = np.full(size, count)
            np.minimum.at(least, number, labels[rows])
            np.minimum.at(labels, rows, least[number])
        labels = np.minimum(labels, labels[labels])
        if np.array_equal(labels, before):
            return labels


def _taken(store: TextStore, names: set[str], rows: Rows) -> Iterator[tuple[Rows, TextTable]]:
    """Some rows of a table, chunk by chunk: places among the rows, and the rows."""
    bounds = np.searchsorted(rows, store.starts)
    for place, start in enumerate(store.starts[:-1]):
        places = np.arange(bounds[place], bounds[place + 1])
        if len(places):
            chunk = store.chunk(place, names)
            yield places, chunk if len(places) == len(chunk) else chunk.take(rows[places] - start)


def _one_by_one(store: TextStore, names: set[str], rows: Rows) -> Iterator[TextTable]:
    return (table for _, table in _taken(store, names, rows))


def _sorted(store: TextStore, names: set[str], rows: Rows, portion_of: Rows) -> Iterator[TextTable]:
    """The rows portion by portion: each chunk is first cut into what goes into each of them."""
    cut = TextStore()
    pieces: dict[int, list[int]] = {}
    try:
        for places, table in _taken(store, names, rows):
            portions = portion_of[places]
            for portion in np.unique(portions).tolist():
                pieces.setdefault(portion, []).append(len(cut))
                cut.add(table.take(np.flatnonzero(portions == portion)))
        for _, numbers in sorted(pieces.items()):
            yield joined([cut.chunk(number, names) for number in numbers])
    finally:
        cut.close()


def _beside(context: TextTable, table: TextTable) -> TextTable:
    """A portion with rows that are no records of it at its head."""
    both = joined([TextTable(context.columns, context.lines), table])
    both.beside = len(context)
    return both
