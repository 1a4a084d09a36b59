"""Local dates of many instants, by time zone; an offset is looked up once per quarter of an hour."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, MINUTE, day_end, to_datetime

# Clocks have only ever changed on a quarter of an hour (UTC) since zones are whole quarters.
_QUARTER = 15 * MINUTE


class Days:
    """Local dates and their ends; remembers what it has looked up."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}

    def of(self, instant: int | None, zone: str) -> int | None:
        """Local date of an instant; None for None. UserError for a time zone that does not exist."""
        if instant is None:
            return None
        return (instant + self._offset_at(instant // _QUARTER, zone)) // DAY

    def of_all(self, instants: Sequence[int | None], zones: Sequence[str]) -> list[int | None]:
        """Local dates of many instants, each in its own zone."""
        days: list[int | None] = [None] * len(instants)
        places: dict[str, list[int]] = {}
        if len(set(zones)) == 1:
            places[zones[0]] = [place for place, at in enumerate(instants) if at is not None]
        else:
            for place, (at, zone) in enumerate(zip(instants, zones, strict=True)):
                if at is not None:
                    places.setdefault(zone, []).append(place)
        for zone, wanted in places.items():
            numbers = np.array([instants[place] for place in wanted], dtype=np.int64)
            quarters, which = np.unique(numbers // _QUARTER, return_inverse=True)
            offsets = np.array([self._offset_at(quarter, zone) for quarter in quarters.tolist()], dtype=np.int64)
            for place, day in zip(wanted, ((numbers + offsets[which]) // DAY).tolist(), strict=True):
                days[place] = day
        return days

    def _offset_at(self, quarter: int, zone: str) -> int:
        offset = self._offsets.get((zone, quarter))
        if offset is None:
            offset = self._offsets[zone, quarter] = _offset(quarter * _QUARTER, zone)
        return offset

    def end(self, day: int, zone: str) -> int:
        """Last microsecond of a local date."""
        found = self._ends.get((zone, day))
        if found is None:
            found = self._ends[zone, day] = day_end(day, zone)
        return found


def _offset(instant: int, zone: str) -> int:
    try:
        offset = to_datetime(instant, zone).utcoffset() or timedelta(0)
    except (KeyError, ValueError, OSError):
        raise UserError(f"“{zone}” is not a time zone.", "Write it as Europe/Berlin or America/New_York.") from None
    return offset // timedelta(microseconds=1)
