"""Merging a record into the row it belongs to, value by value: older never beats newer.

A value is known from a (source time, batch). A value given later or at the same source time replaces it; an older one
fills only what is unknown. An empty value erases a known one only where the same source wrote that and says so at a
later time. Known values that are confirmed take the newer source time, so that any order of files ends in the same row.
(One thing is not kept: a value that one source overwrote and then erased does not come back from another source.)
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

Origin = tuple[int, int]  # source time, batch id
# ``field_sources_json`` of rows that were only made for others to point at: nobody has said anything about them.
NOTHING_SAID = "{}"
# Source time of an empty value that nobody has said, though other records of its batch speak of the column.
_UNSAID = 0


@dataclass(slots=True)
class Known:
    """A row as it is: values in the order of ``Merger.columns``, and where they came from."""

    values: tuple[Any, ...]
    source_time: int
    batch_id: int
    field_sources_json: str | None


@dataclass(slots=True)
class Merged:
    """What a row becomes. ``values`` are those of ``Merger.names``; None where only the origins change."""

    values: Sequence[Any] | None
    source_time: int
    batch_id: int
    field_sources_json: str | None


class Merger:
    """Merges records that have the columns ``names`` into rows that have the columns ``columns``."""

    def __init__(
        self,
        columns: Sequence[str],
        names: Sequence[str],
        source_of: Callable[[int], str],
        fields_of: Callable[[int], frozenset[str]],
    ) -> None:
        self.columns = tuple(columns)
        self.names = tuple(names)
        self._positions = [self.columns.index(name) for name in names]
        self._outside = frozenset(columns) - frozenset(names)
        self._pick = _picker(self._positions)
        self._source_of = source_of
        self._fields_of = fields_of
        self._covered: dict[int, bool] = {}

    def merge(self, known: Known, new: Sequence[Any], at: int, batch_id: int) -> Merged | None:
        """The row after a record; None where nothing changes at all."""
        if known.field_sources_json is None and at >= known.source_time and self.covers(known.batch_id):
            old = self._pick(known.values)
            if old == new:
                return None if at == known.source_time else Merged(None, at, batch_id, None)
            erases = any(mine is None and theirs is not None for mine, theirs in zip(new, old, strict=True))
            if not erases and self.covers(batch_id):
                return Merged(new, at, batch_id, None)
        return self._by_field(known, new, at, batch_id)

    def repeats(self, known: Known, new: Sequence[Any], at: int) -> bool:
        """Whether a record says what is known word for word, and from the same time."""
        if known.field_sources_json is not None or at != known.source_time or not self.covers(known.batch_id):
            return False
        return self._pick(known.values) == new

    def covers(self, batch_id: int) -> bool:
        """Whether this record has every column that a batch's records had."""
        if batch_id not in self._covered:
            self._covered[batch_id] = not self._fields_of(batch_id) & self._outside
        return self._covered[batch_id]

    def _by_field(self, known: Known, new: Sequence[Any], at: int, batch_id: int) -> Merged | None:
        origins = self.origins(known)
        values = list(known.values)
        for position, name, value in zip(self._positions, self.names, new, strict=True):
            if self._accepts(values[position], origins.get(name), value, at, batch_id):
                values[position] = value
                origins[name] = (at, batch_id)
        default = (at, batch_id) if at >= known.source_time else (known.source_time, known.batch_id)
        if default[1] == batch_id != known.batch_id:
            origins = dict.fromkeys(self._left_out(batch_id), (_UNSAID, batch_id)) | origins
        different = {name: list(origin) for name, origin in origins.items() if origin != default}
        sources = json.dumps(different, sort_keys=True, separators=(",", ":")) if different else None
        changed = any(mine is not theirs and mine != theirs for mine, theirs in zip(values, known.values, strict=True))
        same_origins = default == (known.source_time, known.batch_id) and sources == known.field_sources_json
        if not changed and (same_origins or self._only_batch_differs(known, default, origins, at)):
            return None
        return Merged(self._pick(values) if changed else None, default[0], default[1], sources)

    def _left_out(self, batch_id: int) -> frozenset[str]:
        """Columns that other records of a batch speak of: this one leaves them as unknown as they were."""
        return self._outside & self._fields_of(batch_id)

    def _only_batch_differs(self, known: Known, default: Origin, origins: dict[str, Origin], at: int) -> bool:
        """The same file again is another batch: nothing is newer, so nothing is written."""
        before = self.origins(known)
        return (
            default[0] == known.source_time
            and before.keys() == origins.keys()
            and all(before[name][0] == origin[0] for name, origin in origins.items())
        )

    def origins(self, known: Known) -> dict[str, Origin]:
        """Origin of every value that is known, or known to be empty."""
        special = json.loads(known.field_sources_json) if known.field_sources_json else {}
        said = self._fields_of(known.batch_id)
        default = (known.source_time, known.batch_id)
        origins: dict[str, Origin] = {}
        for name, value in zip(self.columns, known.values, strict=True):
            if name in special:
                origins[name] = (special[name][0], special[name][1])
            elif value is not None or name in said:
                origins[name] = default
        return origins

    def _accepts(self, old: Any, origin: Origin | None, value: Any, at: int, batch_id: int) -> bool:
        if origin is None:
            return True
        newer = at >= origin[0]
        same_source = self._source_of(origin[1]) == self._source_of(batch_id)
        if value is None:
            return newer if old is None else same_source and at > origin[0]
        if old is None:
            return newer or not same_source
        return newer


def _picker(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if not positions:
        return lambda values: ()
    if len(positions) == 1:
        only = positions[0]
        return lambda values: (values[only],)
    return itemgetter(*positions)


def fold(rows: Sequence[tuple[Any, ...]], times: Sequence[int]) -> tuple[tuple[Any, ...], int]:
    """Records of one file with the same key as one: later and non-empty values win; the newest time."""
    values, newest = list(rows[0]), times[0]
    for row, at in zip(rows[1:], times[1:], strict=True):
        for position, value in enumerate(row):
            if value is not None and (at >= newest or values[position] is None):
                values[position] = value
        newest = max(newest, at)
    return tuple(values), newest
