"""Business calendars of locations and channels, and clocks that run in working time."""

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.calendar import BusinessCalendar
from opsconsole.domain.instants import SECOND, day_of
from opsconsole.services.business import setting
from opsconsole.store.calendars import load_calendars
from opsconsole.store.schema import channels, locations

_DAYS_BACK = 120
_DAYS_AHEAD = 60


class WorkingTime:
    """A calendar's opening spans around a moment as a running sum, so that clocks are two look-ups."""

    def __init__(self, calendar: BusinessCalendar, now: int) -> None:
        self.calendar = calendar
        self._now = now

    @cached_property
    def _spans(self) -> tuple[list[int], list[int], list[int]]:
        today = day_of(self._now, self.calendar.time_zone)
        spans = [
            span
            for day in range(today - _DAYS_BACK, today + _DAYS_AHEAD)
            for span in self.calendar.spans(day)
            if span[0] < span[1]
        ]
        worked, sums = 0, []
        for opens, closes in spans:
            worked += closes - opens
            sums.append(worked)
        return [opens for opens, _ in spans], [closes for _, closes in spans], sums

    def _worked(self, instant: int) -> int | None:
        opens, closes, sums = self._spans
        place = bisect_right(opens, instant) - 1
        if place < 0:
            return None
        return sums[place] - max(0, closes[place] - instant)

    def add(self, start: int, seconds: int) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed."""
        opens, _, sums = self._spans
        begun = self._worked(start)
        if begun is None or not sums:
            return self.calendar.add_working(start, seconds)
        wanted = begun + seconds * SECOND
        place = bisect_left(sums, wanted)
        if place >= len(sums):
            return self.calendar.add_working(start, seconds)
        return opens[place] + wanted - (sums[place - 1] if place else 0)

    def between(self, start: int, end: int) -> int:
        """Microseconds of working time from ``start`` to ``end``; 0 when it is not after."""
        if end <= start:
            return 0
        first, last = self._worked(start), self._worked(end)
        if first is None or last is None:
            return self.calendar.working_between(start, end) * SECOND
        return last - first


class Clocks:
    """Calendars by location and channel as of a moment: the location's, else its channel's, else the default one."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._now = now
        self._zone = setting(connection, "time_zone", now, "UTC")
        self._default = setting(connection, "default_calendar", now)
        self._calendars = load_calendars(connection)
        self._locations = _keys(connection, locations)
        self._channels = _keys(connection, channels)
        self._known: dict[tuple[str | None, str], WorkingTime] = {}

    def of(self, location: str | None, channel: str | None) -> WorkingTime:
        """Working time of a location, or of a channel where the location has no calendar."""
        calendar, zone = self._locations.get(location, (None, None))
        if calendar is None:
            calendar, channel_zone = self._channels.get(channel, (None, None))
            zone = zone or channel_zone
        key = (calendar or self._default, zone or self._zone)
        if key not in self._known:
            made = self._calendars.get(key[0] or "") or BusinessCalendar(key[1])
            self._known[key] = WorkingTime(made, self._now)
        return self._known[key]

    def due(self, start: int, seconds: int, *, working: bool, location: str | None, channel: str | None) -> int:
        """When a clock that began at ``start`` runs out."""
        return self.of(location, channel).add(start, seconds) if working else start + seconds * SECOND

    def share_left(self, start: int, due: int, *, working: bool, location: str | None, channel: str | None) -> float:
        """Share of a clock that is left now, 0.0 … 1.0."""
        if self._now >= due:
            return 0.0
        if not working:
            return min(1.0, (due - self._now) / max(1, due - start))
        time = self.of(location, channel)
        return min(1.0, time.between(max(start, self._now), due) / max(1, time.between(start, due)))


def _keys(connection: Connection, table: Any) -> dict[str | None, tuple[str | None, str | None]]:
    rows = connection.execute(select(table.c.key, table.c.calendar, table.c.time_zone))
    return {row.key: (row.calendar, row.time_zone) for row in rows}
