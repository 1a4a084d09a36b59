"""Demand per day from what was sold, without the days on which nothing could be sold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RECENT_DAYS = 28
LONGER_DAYS = 56
# With fewer days in stock than this among the recent ones, the longer window decides.
ENOUGH_DAYS = 14


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand per SKU-location (arrays of one length).

    ``per_day`` is μ, ``deviation`` σ of the error per day of the forecast μ (NaN under two days), ``days`` the
    number of days behind μ, ``window`` the window they come from. μ is NaN where no day could be used at all.
    """

    per_day: Floats
    deviation: Floats
    days: NDArray[np.int64]
    window: NDArray[np.int64]


def usable_days(sold: Floats, available: Floats, first_day: NDArray[np.int64]) -> Flags:
    """Days that say something about demand, shape (items, days), oldest first.

    ``sold`` units per day; ``available`` units at the last count on or before each day (NaN: never counted);
    ``first_day`` the column at which an item's history begins. A day counts when something was sold, or when stock was
    there to be sold, or when the stock is not known; days before the item existed do not count.
    """
    began = np.arange(sold.shape[1])[None, :] >= first_day[:, None]
    out_of_stock = ~np.isnan(available) & (available <= 0) & (sold <= 0)
    return np.asarray(began & ~out_of_stock)


def carried_forward(counts: Floats) -> Floats:
    """Each row's last known value up to each column; NaN before the first (shape kept)."""
    known = ~np.isnan(counts)
    last = np.maximum.accumulate(np.where(known, np.arange(counts.shape[1])[None, :], -1), axis=1)
    carried = np.take_along_axis(counts, np.maximum(last, 0), axis=1)
    return np.where(last < 0, np.nan, carried)


def recent_demand(sold: Floats, usable: Flags, recent: int = RECENT_DAYS, longer: int = LONGER_DAYS) -> Demand:
    """μ and σ per day over the usable days of the last ``recent`` days, or of the last ``longer`` ones.

    ``sold`` and ``usable`` have the shape (items, days ≥ longer), oldest first. Returned goods do not lower demand:
    negative days count as zero.
    """
    positive = np.maximum(sold, 0.0)
    short, short_days = _mean(positive[:, -recent:], usable[:, -recent:])
    long, long_days = _mean(positive[:, -longer:], usable[:, -longer:])
    use_short = short_days >= ENOUGH_DAYS
    per_day = np.where(use_short, short, long)
    return Demand(
        per_day,
        _deviation(positive[:, -longer:], usable[:, -longer:], per_day),
        np.where(use_short, short_days, long_days),
        np.where(use_short, recent, longer),
    )


def _mean(sold: Floats, usable: Flags) -> tuple[Floats, NDArray[np.int64]]:
    days = usable.sum(axis=1)
    total = np.where(usable, sold, 0.0).sum(axis=1)
    return np.divide(total, days, out=np.full(len(days), np.nan), where=days > 0), days


def _deviation(sold: Floats, usable: Flags, per_day: Floats) -> Floats:
    days = usable.sum(axis=1)
    errors = np.where(usable, sold - np.nan_to_num(per_day)[:, None], 0.0)
    squares = (errors**2).sum(axis=1)
    return np.asarray(np.sqrt(np.divide(squares, days - 1, out=np.full(len(days), np.nan), where=days > 1)))
