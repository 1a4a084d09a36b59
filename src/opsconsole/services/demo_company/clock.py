"""Time of the demo company: local days and instants as vectors, and the days on which it works."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND, day_from_date, day_of, day_start, day_to_date
from opsconsole.services.demo_company.arrays import Ints

HOME_ZONE = "America/Los_Angeles"
YEARS_DAYS = 730
_BEFORE, _AFTER = 120, 150  # days of the tables before the first and after the last day of trade


@dataclass(frozen=True)
class Zone:
    """A time zone as a table of the instants at which its local days begin."""

    name: str
    first_day: int
    starts: Ints

    def day_of(self, instants: Ints) -> Ints:
        """Local days of instants."""
        return np.searchsorted(self.starts, instants, side="right").astype(np.int64) - 1 + self.first_day

    def at(self, days: Ints, seconds: Ints) -> Ints:
        """Instants of wall-clock seconds after midnight; on days the clocks change the wall clock is kept."""
        index = days - self.first_day
        midnight = self.starts[index]
        shift = self.starts[index + 1] - midnight - DAY
        return np.where(seconds > 3 * HOUR // SECOND, shift, 0) + midnight + seconds * SECOND

    def day_end(self, days: Ints) -> Ints:
        """Last microseconds of local days."""
        return self.starts[days - self.first_day + 1] - 1


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def closed_days(year: int) -> list[tuple[date, str]]:
    """The six days of a year on which the warehouses rest."""
    last_of_may = _nth_weekday(year, 6, 0, 1) - timedelta(days=7)
    return [
        (date(year, 1, 1), "New Year's Day"),
        (last_of_may, "Memorial Day"),
        (date(year, 7, 4), "Independence Day"),
        (_nth_weekday(year, 9, 0, 1), "Labor Day"),
        (_nth_weekday(year, 11, 3, 4), "Thanksgiving Day"),
        (date(year, 12, 25), "Christmas Day"),
    ]


@dataclass(frozen=True)
class Clock:
    """``as_of`` and everything counted from it; two years of trade end at it."""

    as_of: int

    @cached_property
    def today(self) -> int:
        """Local day of ``as_of`` at home."""
        return day_of(self.as_of, HOME_ZONE)

    @property
    def first_day(self) -> int:
        """First day of trade."""
        return self.today - YEARS_DAYS

    @cached_property
    def _zones(self) -> dict[str, Zone]:
        return {}

    def zone(self, name: str) -> Zone:
        """The table of a time zone, made once."""
        if name not in self._zones:
            first, last = self.first_day - _BEFORE, self.today + _AFTER
            starts = np.array([day_start(day, name) for day in range(first, last + 2)], dtype=np.int64)
            self._zones[name] = Zone(name, first, starts)
        return self._zones[name]

    @cached_property
    def closed(self) -> list[tuple[int, str]]:
        """Closed days of all the years the tables cover, with their names."""
        years = range(day_to_date(self.first_day).year, day_to_date(self.today + _AFTER).year + 1)
        return [(day_from_date(day), name) for year in years for day, name in closed_days(year)]

    @cached_property
    def _holidays(self) -> NDArray[np.datetime64]:
        return np.array([day for day, _ in self.closed], dtype="datetime64[D]")

    def workday(self, days: Ints, after: Ints | int, roll: str = "backward") -> Ints:
        """The day ``after`` working days later (earlier when negative); closed days roll back, or forward, first."""
        moved = np.busday_offset(
            days.astype("datetime64[D]"),
            after,
            roll=roll,  # type: ignore[call-overload]
            holidays=self._holidays,
        )
        return np.asarray(moved.astype("datetime64[D]").astype(np.int64))

    def is_workday(self, days: Ints) -> NDArray[np.bool_]:
        """Whether the warehouses work on these days."""
        return np.asarray(np.is_busday(days.astype("datetime64[D]"), holidays=self._holidays))

    def weekday(self, days: Ints) -> Ints:
        """0 = Monday (1970-01-01 was a Thursday)."""
        return (days + 3) % 7

    @cached_property
    def promotion(self) -> tuple[int, int]:
        """The last whole Friday to Sunday before today: the newest promotion."""
        last_sunday = self.today - 1 - (self.today - 1 + 4) % 7
        return last_sunday - 2, last_sunday

    @cached_property
    def site_start(self) -> int:
        """The Monday on which the newest 3PL site began, twelve whole weeks before the promotion's week."""
        return self.promotion[1] - 6 - 12 * 7

    @cached_property
    def outage(self) -> tuple[int, int]:
        """Three days of a carrier's outage, Monday to Wednesday, four whole weeks before the promotion's week."""
        monday = self.promotion[1] - 6 - 4 * 7
        return monday, monday + 2


def minutes(values: Ints) -> Ints:
    """Microseconds of whole minutes."""
    return values * MINUTE
