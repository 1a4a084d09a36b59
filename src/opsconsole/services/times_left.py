"""What is left of many clocks at once: the same answers as ``Clocks.left`` and ``share_left``, by arrays."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from opsconsole.domain.instants import SECOND
from opsconsole.services.calendars import Clocks, WorkingTime

Instants = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

Clock = tuple[bool, str | None, str | None]  # whether it is working time, location, channel


def times_left(
    clocks: Clocks, now: int, opened: Instants, due: Instants, of_rows: Iterable[Clock]
) -> tuple[Instants, Shares]:
    """Seconds until due (negative: over) and the share of the clock that is left, per row.

    ``opened`` and ``due`` are instants; ``of_rows`` names each row's clock.
    """
    seconds = (due - now) // SECOND
    shares = _share(due - now, due - opened)
    number: dict[Clock, int] = {}
    codes = np.fromiter((number.setdefault(clock, len(number)) for clock in of_rows), np.int64, len(due))
    times = [clocks.of(location, channel) if working else None for working, location, channel in number]
    for time in {id(time): time for time in times if time is not None}.values():
        mine = np.flatnonzero(np.fromiter((time is one for one in times), np.bool_, len(times))[codes])
        seconds[mine], shares[mine] = _working(time, now, opened[mine], due[mine])
    shares[due <= now] = 0.0
    return seconds, shares


def _share(left: Any, whole: Any) -> Shares:
    shares: Shares = np.minimum(1.0, left / np.maximum(1, whole))
    return shares


def _working(time: WorkingTime, now: int, opened: Instants, due: Instants) -> tuple[Instants, Shares]:
    """The same for rows of one calendar, in its working time."""
    first, last = min(now, int(opened.min()), int(due.min())), max(now, int(due.max()), int(opened.max()))
    spans = time.spans_from(first, last)
    opens, closes, sums = (np.asarray(part, dtype=np.int64) for part in spans)

    def worked(instants: Any) -> Instants:
        if not len(opens):
            return np.zeros(np.shape(instants), np.int64)
        place = np.searchsorted(opens, instants, side="right") - 1
        told = sums[place] - np.maximum(0, closes[place] - instants)
        return np.where(place < 0, 0, told)

    at, end = worked(now), worked(due)
    ahead = due >= now
    # Over is over, in the night after it too.
    seconds = np.where(ahead, (end - at) // SECOND, np.minimum(-1, -(at - end) // SECOND))
    whole = np.where(due > opened, end - worked(opened), 0)
    left = np.maximum(0, end - worked(np.maximum(opened, now)))
    # Between closing and opening nothing of either may be left: then the clock on the wall tells.
    shares = np.where(whole > 0, _share(left, whole), _share(due - now, due - opened))
    return seconds, shares
