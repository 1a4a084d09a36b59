"""Array types of the generator, empty values in integer columns, and small vector tools."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Stands for "empty" in integer columns: no instant, day or amount is that far from 1970.
NONE = int(np.iinfo(np.int64).min)


def empty(count: int) -> Ints:
    """A column of empty values."""
    return np.full(count, NONE, dtype=np.int64)


def optional(values: Ints) -> list[Any]:
    """Python values of a column, ``None`` where it is empty."""
    if not (values == NONE).any():
        return list(values.tolist())
    boxed = values.astype(object)
    boxed[values == NONE] = None
    return list(boxed.tolist())


def words(labels: Sequence[str | None], codes: Ints) -> list[str | None]:
    """Labels by code, one per row; code −1 is an empty value."""
    table: list[str | None] = [*labels, None]
    return [table[code] for code in codes.tolist()]


def choose(random: np.random.Generator, weights: Floats, count: int) -> Ints:
    """Draw ``count`` indexes in proportion to weights."""
    cumulated = np.cumsum(weights)
    drawn = np.searchsorted(cumulated, random.random(count) * cumulated[-1], side="right")
    return np.asarray(np.minimum(drawn, len(weights) - 1), dtype=np.int64)


def choose_by_row(random: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column index per row of a (rows × choices) table of weights."""
    cumulated = np.cumsum(weights, axis=1)
    drawn = (random.random(len(weights)) * cumulated[:, -1])[:, None] >= cumulated
    return np.asarray(np.minimum(drawn.sum(axis=1), weights.shape[1] - 1), dtype=np.int64)


def systematic(random: np.random.Generator, shares: Floats, *keys: Ints) -> Flags:
    """Chosen rows: as many as their shares (under one) ask for, spread evenly over the rows sorted by ``keys``.

    ``keys`` as for ``numpy.lexsort``, the last one first. In any stretch of rows the number chosen differs from what
    the shares add up to by less than two: months look alike where independent draws would not.
    """
    ranked = np.lexsort(keys)
    passed = np.cumsum(shares[ranked]) + random.random()
    chosen = np.zeros(len(shares), dtype=np.bool_)
    chosen[ranked] = np.floor(passed) > np.floor(passed - shares[ranked])
    return chosen


def ordinal_in_group(groups: Ints) -> Ints:
    """0, 1, 2 … within each run of equal values (equal values stand together)."""
    count = len(groups)
    if not count:
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    lengths = np.diff(np.r_[starts, count])
    return (np.arange(count) - np.repeat(starts, lengths)).astype(np.int64)


def sums_by(groups: Ints, values: NDArray[Any], count: int) -> Ints:
    """Integer sums of values per group number 0 … count − 1."""
    return np.rint(np.bincount(groups, weights=values, minlength=count)).astype(np.int64)
