"""A listing of which some rows were read again: the others are taken over as they are, and all stand in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from opsconsole.domain.listing import Coded, Later, Listing, TimesLeft, parts

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reread:
    """A listing put together: its row ``i`` is row ``places[i]`` of the old one's rows followed by the fresh ones."""

    listing: Listing
    fresh: Listing
    places: Places


def placed(column: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The values of a column that stand at some places."""
    made: list[Any] = []
    for part in parts(places):
        made += map(column.__getitem__, part)
    return made


Runs = Sequence[tuple[int, int]]


def runs_of(places: Places) -> Runs:
    """Places that follow each other, from and up to: few where a few rows came into a long list."""
    if not len(places):
        return ()
    ends = np.flatnonzero(np.diff(places) != 1) + 1
    firsts, lasts = places[np.concatenate(([0], ends))], places[np.concatenate((ends - 1, [-1]))]
    return list(zip(firsts.tolist(), (lasts + 1).tolist(), strict=True))


def spliced(old: Any, new: Any, places: Places, runs: Runs) -> Any:
    """A column of rows of two columns: ``places`` count on from the rows of the old one into the new one's."""
    if isinstance(old, Coded):
        return _of_codes(old, new, places)
    if isinstance(old, Later):
        return _of_later(old, new, places, runs)
    if isinstance(old, TimesLeft):
        return _of_times(old, new, places)
    if isinstance(old, np.ndarray):
        return np.concatenate((old, new))[places]
    return _of_lists(old, new, runs)


def _of_lists(old: Sequence[Any], new: Sequence[Any], runs: Runs) -> list[Any]:
    both, column = [*old, *new], list[Any]()
    for start, stop in runs:
        column += both[start:stop]
    return column


def _of_codes(old: Coded, new: Coded, places: Places) -> Coded:
    """Values in the order in which they appear, those that no row has left out: as if it was read as a whole."""
    number = {value: code for code, value in enumerate(old.values)}
    known = np.array([*(number.setdefault(value, len(number)) for value in new.values), -1], np.int64)
    codes = np.concatenate((np.asarray(old.codes, np.int64), known[np.asarray(new.codes, np.int64)]))[places]
    present, first = np.unique(codes, return_index=True)
    told = present[np.argsort(first)]
    told = told[told >= 0]
    renumbered = np.full(len(number) + 1, -1, np.int32)
    renumbered[told] = np.arange(len(told), dtype=np.int32)
    values = list(number)
    return Coded(renumbered[codes], [values[code] for code in told.tolist()])


def _of_later(old: Later, new: Later, places: Places, runs: Runs) -> Later:
    count = len(old)

    def one(row: int) -> Any:
        place = int(places[row])
        return old[place] if place < count else new[place - count]

    return Later(len(places), one, lambda: _of_lists(old.tolist(), new.tolist(), runs))


def _of_times(old: TimesLeft, new: TimesLeft, places: Places) -> TimesLeft:
    seconds, shares = (
        np.concatenate((np.asarray(one), np.asarray(other)))[places]
        for one, other in ((old.seconds, new.seconds), (old.shares, new.shares))
    )
    if old.ended is None and new.ended is None:
        return TimesLeft(seconds, shares)
    return TimesLeft(seconds, shares, np.concatenate((ended(old), ended(new)))[places])


def ended(column: TimesLeft) -> npt.NDArray[np.bool_]:
    """Which rows have no time left because they are closed."""
    return np.zeros(len(column), np.bool_) if column.ended is None else np.asarray(column.ended, np.bool_)
