"""What was refused of a file: of a long one, in a temporary file that nobody else sees, so that memory does not grow.

Memory: some thousands of rejects, and while they are put in order a few hundred of each run of them.
"""

import heapq
import itertools
import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from opsconsole.imports.rejects import Rank, Reject, worth_telling
from opsconsole.imports.scratch import Scratch

_MEMORY = 10_000  # rejects that are kept in memory before they go to the disk
_PIECE = 500  # rejects that are read from it at once
_RUN = 20_000  # rejects that are sorted at once

Key = Callable[[Reject], Any]


class RejectStore(Sequence[Reject]):
    """Rejects in the order in which they were added; equal to any sequence of the same ones."""

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __init__(self, some: Iterable[Reject] = (), pieces: Scratch | None = None) -> None:
        self._pieces = pieces
        self._numbers: list[int] = []  # of the pieces
        self._last: list[Reject] = []  # those that are not on disk
        self._place = (-1, "")
        self._lines = 0
        self.ordered = True  # by line and field
        self.example: Reject | None = None  # the first with a field, by lines
        self.extend(some)

    def append(self, reject: Reject) -> None:
        """Add one; UserError where there is no room for it."""
        place = (reject.line, reject.field)
        self._lines += place[0] != self._place[0]
        self.ordered = self.ordered and place >= self._place
        self._place = place
        if reject.field and (self.example is None or reject.line < self.example.line):
            self.example = reject
        self._last.append(reject)
        if len(self._last) >= _MEMORY:
            self._put_away()

    def extend(self, some: Iterable[Reject]) -> None:
        """Add some; UserError where there is no room for them."""
        for reject in some:
            self.append(reject)

    def _put_away(self) -> None:
        self._pieces = self._pieces or Scratch()
        whole = len(self._last) // _PIECE * _PIECE
        for start in range(0, whole, _PIECE):
            some = [_plain(reject) for reject in self._last[start : start + _PIECE]]
            self._numbers.append(self._pieces.add(marshal.dumps(some)))
        self._last = self._last[whole:]

    def count_lines(self) -> int:
        """How many lines they are about."""
        if self.ordered:
            return self._lines
        return len(np.unique(np.fromiter((reject.line for reject in self), np.int64, len(self))))

    def __len__(self) -> int:
        return len(self._numbers) * _PIECE + len(self._last)

    def __iter__(self) -> Iterator[Reject]:
        for number in self._numbers:
            yield from self._piece(number)
        yield from self._last

    def _piece(self, number: int) -> list[Reject]:
        assert self._pieces is not None
        return [_reject(*plain) for plain in marshal.loads(self._pieces.read(number))]

    @overload
    def __getitem__(self, place: int) -> Reject: ...
    @overload
    def __getitem__(self, place: slice) -> list[Reject]: ...
    def __getitem__(self, place: int | slice) -> Reject | list[Reject]:
        places = range(len(self))[place]
        if isinstance(places, range):
            found = list(itertools.islice(self, min(places), max(places) + 1)) if places else []
            return found[:: places.step]
        piece, within = divmod(places, _PIECE)
        if piece < len(self._numbers):
            return self._piece(self._numbers[piece])[within]
        return self._last[places - len(self._numbers) * _PIECE]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"RejectStore({self[:5]}{', …' if len(self) > 5 else ''})"


def _plain(reject: Reject) -> tuple[Any, ...]:
    r = reject
    return r.kind, r.line, r.field, r.found, r.expected, r.raw, r.columns, int(r.rank)


def _reject(
    kind: str, line: int, field: str, found: str, expected: str, raw: str, columns: tuple[str, ...], rank: int
) -> Reject:
    return Reject(kind, line, field, found, expected, raw, columns, Rank(rank))


def in_order(apart: Sequence[Iterable[Reject]], key: Key) -> Iterator[tuple[int, Reject]]:
    """All rejects by a key, each with the number of the sequence that it is from; equals stay in their order."""
    pieces = Scratch()
    runs: list[tuple[int, RejectStore]] = []
    for number, rejects in enumerate(apart):
        every = iter(rejects)
        while some := sorted(itertools.islice(every, _RUN), key=key):
            runs.append((number, RejectStore(some, pieces)))
    return _merged(runs, key)


def _merged(runs: Sequence[tuple[int, RejectStore]], key: Key) -> Iterator[tuple[int, Reject]]:
    """Runs that are in order, as one; each is read from where it is the next on."""
    heap = [(key(rejects[0]), place) for place, (_, rejects) in enumerate(runs)]
    heapq.heapify(heap)
    begun: dict[int, Iterator[Reject]] = {}
    following: dict[int, Reject] = {}
    while heap:
        place = heap[0][1]
        number, rejects = runs[place]
        if place not in begun:
            begun[place] = iter(rejects)
            following[place] = next(begun[place])
        yield number, following[place]
        after = next(begun[place], None)
        if after is None:
            heapq.heappop(heap)
            del begun[place], following[place]
        else:
            following[place] = after
            heapq.heapreplace(heap, (key(after), place))


def told_once(apart: Sequence[Iterable[Reject]], kinds: Sequence[str]) -> RejectStore:
    """What was found at fault by itself in several readings of a file, as one reading of it tells it, by lines.

    ``kinds`` is the order in which record kinds are read.
    """
    place = {kind: number for number, kind in enumerate(kinds)}
    found = RejectStore()
    for _, group in itertools.groupby(in_order(apart, key=_line), key=lambda one: one[1].line):
        its = list(group)
        told: Iterable[Reject] = [reject for _, reject in its]
        if len({number for number, _ in its}) > 1:
            told = sorted(told, key=lambda one: place.get(one.kind, len(place)))
            told = sorted(worth_telling(told), key=lambda one: one.field)
        found.extend(told)
    return found


def _line(reject: Reject) -> int:
    return reject.line
