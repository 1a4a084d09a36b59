"""One clock: calendars of locations and channels, cut-offs and pickups, and time that runs in working hours."""

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain.calendar import BusinessCalendar, Hours, wall_clock
from opsconsole.domain.instants import DAY, SECOND, day_of, day_to_date
from opsconsole.services.business import setting
from opsconsole.store.calendars import load_calendars, load_cut_offs
from opsconsole.store.prepared import asked
from opsconsole.store.schema import channels, locations

_PLACES = {table.name: select(table.c.key, table.c.calendar, table.c.time_zone) for table in (locations, channels)}

_DAYS_BACK = 120
_DAYS_AHEAD = 60
_LONGEST_WAIT_DAYS = 60
_QUARTER = 92


Spans = tuple[list[int], list[int], list[int]]


@lru_cache(64)
def _spans_of(
    first: int, last: int, zone: str, hours: tuple[tuple[int, Hours], ...], holidays: frozenset[int]
) -> Spans:
    """Openings, closings and the running sum of working time of a calendar's days; each run asks for the same."""
    calendar = BusinessCalendar(zone, dict(hours), holidays)
    spans = [span for day in range(first, last) for span in calendar.spans(day)]
    worked, sums = 0, []
    for opens, closes in spans:
        worked += closes - opens
        sums.append(worked)
    return [opens for opens, _ in spans], [closes for _, closes in spans], sums


class WorkingTime:
    """A calendar's opening spans around a moment as a running sum, so that clocks are two look-ups."""

    def __init__(self, calendar: BusinessCalendar, now: int) -> None:
        self.calendar = calendar
        self._now = now

    @cached_property
    def _spans(self) -> Spans:
        today = day_of(self._now, self.calendar.time_zone)
        return self._spans_between(today - _DAYS_BACK, today + _DAYS_AHEAD)

    def spans_from(self, first: int, last: int) -> Spans:
        """Openings, closings and the running sum of working time that cover all from one instant to another."""
        zone = self.calendar.time_zone
        today = day_of(self._now, zone)
        # By whole quarters of a year, so that the next question finds them made.
        back = -(-max(0, today - day_of(first, zone) + 1) // _QUARTER) * _QUARTER
        ahead = -(-max(0, day_of(last, zone) + 2 - today) // _QUARTER) * _QUARTER
        return self._spans_between(today - back, today + ahead)

    def _spans_between(self, first: int, last: int) -> Spans:
        known = self.calendar
        return _spans_of(first, last, known.time_zone, tuple(sorted(known.hours.items())), known.holidays)

    def _worked(self, instant: int) -> int | None:
        opens, closes, sums = self._spans
        place = bisect_right(opens, instant) - 1
        if place < 0 or (place == len(opens) - 1 and instant > closes[place]):
            return None
        return sums[place] - max(0, closes[place] - instant)

    def add(self, start: int, seconds: float) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed."""
        opens, _, sums = self._spans
        begun = self._worked(start)
        if begun is None or not sums:
            return self.calendar.add_working(start, int(seconds))
        wanted = begun + int(seconds * SECOND)
        # Nothing to wait for still ends in opening hours.
        place = bisect_right(sums, begun) if wanted == begun else bisect_left(sums, wanted)
        if place >= len(sums):
            return self.calendar.add_working(start, int(seconds))
        return opens[place] + wanted - (sums[place - 1] if place else 0)

    def between(self, start: int, end: int) -> int:
        """Microseconds of working time from ``start`` to ``end``; 0 when it is not after."""
        if end <= start:
            return 0
        first, last = self._worked(start), self._worked(end)
        if first is None or last is None:
            return self.calendar.working_between(start, end) * SECOND
        return last - first

    def start(self, end: int, seconds: float) -> int:
        """The earliest instant from which ``seconds`` of working time do not end before ``end``."""
        opens, _, sums = self._spans
        over, wait = self._worked(end - 1), int(seconds * SECOND)
        if over is not None and 0 < over - wait + 1 <= (sums[-1] if sums else 0) and wait > 0:
            # What began when one microsecond less was left of it ended before.
            wanted = over - wait + 1
            place = bisect_left(sums, wanted)
            return opens[place] + wanted - (sums[place - 1] if place else 0)
        return self._start_sought(end, seconds)

    def _start_sought(self, end: int, seconds: float) -> int:
        high = end - int(seconds * SECOND)
        reach = max(1, int(seconds * SECOND))
        while self.add(high - reach, seconds) >= end and reach < _LONGEST_WAIT_DAYS * DAY * 8:
            reach *= 2
        low, high = high - reach, end
        while low < high:
            middle = (low + high) // 2
            if self.add(middle, seconds) >= end:
                high = middle
            else:
                low = middle + 1
        return low


class Departures:
    """Cut-offs and pickups of a location for a carrier's service, as instants in order."""

    def __init__(self, calendar: BusinessCalendar, rows: Sequence[Row[Any]]) -> None:
        """``rows`` fit the carrier and service; the most particular and newest of a day decides."""
        self._calendar = calendar
        self._rows = sorted(
            rows, key=lambda row: (bool(row.service), bool(row.carrier_key), row.weekday is not None, row.valid_from)
        )[::-1]
        self._days: dict[int, Row[Any] | None] = {}

    def _on(self, day: int) -> Row[Any] | None:
        if day not in self._days:
            self._days[day] = self._decide(day)
        return self._days[day]

    def _decide(self, day: int) -> Row[Any] | None:
        if day in self._calendar.holidays:
            return None
        weekday = day_to_date(day).weekday()
        opens = bool(self._calendar.spans(day))
        for row in self._rows:
            in_force = row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
            if in_force and (row.weekday == weekday or (row.weekday is None and opens)):
                return row
        return None

    def next(self, after: int, column: str) -> int | None:
        """The first instant not before ``after``; None where none comes within two months."""
        zone = self._calendar.time_zone
        day = day_of(after, zone)
        for offset in range(_LONGEST_WAIT_DAYS):
            row = self._on(day + offset)
            minute = None if row is None else getattr(row, column)
            if minute is not None:
                at = wall_clock(day + offset, minute, zone)
                if at >= after:
                    return at
        return None


class Clocks:
    """Calendars by location and channel as of a moment: the location's, else its channel's, else the default one.

    It is what rules know as a ``WorkingClock``.
    """

    def __init__(self, connection: Connection, now: int) -> None:
        self._now = now
        self._zone = setting(connection, "time_zone", now, "UTC")
        self._default = setting(connection, "default_calendar", now)
        self._calendars = load_calendars(connection)
        self._locations = _keys(connection, locations)
        self._channels = _keys(connection, channels)
        self._known: dict[tuple[str | None, str], WorkingTime] = {}
        self._cut_offs: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in load_cut_offs(connection):
            self._cut_offs[row.location].append(row)
        self._departures: dict[tuple[str, str, str], Departures] = {}

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

    def mark(self) -> str:
        """The same for the same calendars, places and cut-offs."""
        placed = [
            sorted((key, *of) for key, of in keys.items() if any(of)) for keys in (self._locations, self._channels)
        ]
        calendars = sorted(
            (key, c.time_zone, sorted(c.hours.items()), sorted(c.holidays)) for key, c in self._calendars.items()
        )
        departures = [tuple(row) for rows in self._cut_offs.values() for row in rows]
        told = repr((self._zone, self._default, placed, calendars, departures))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    # --- working time

    def add(self, start: int, seconds: float, location: str | None, channel: str | None) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed."""
        return self.of(location, channel).add(start, seconds)

    def between(self, start: int, end: int, location: str | None, channel: str | None) -> int:
        """Seconds of working time from ``start`` to ``end``; 0 when it is not after."""
        return self.of(location, channel).between(start, end) // SECOND

    def ends(self, seconds: float, first: int, last: int) -> list[tuple[int, int]]:
        """Per calendar in use, from when to when so much working time ends that begins from ``first`` to ``last``."""
        return [(time.add(first, seconds), time.add(last, seconds)) for time in self._in_use]

    def starts(self, seconds: float, first: int, last: int) -> list[tuple[int, int]]:
        """Per calendar in use, from when to when so much working time begins that ends from ``first`` to ``last``."""
        return [(time.start(first, seconds), time.start(last, seconds)) for time in self._in_use]

    @cached_property
    def _in_use(self) -> list[WorkingTime]:
        """Every calendar that some place works by."""
        places = ((location, channel) for location in (*self._locations, None) for channel in (*self._channels, None))
        return list({id(time): time for time in (self.of(*place) for place in places)}.values())

    def due(self, start: int, seconds: float, *, working: bool, location: str | None, channel: str | None) -> int:
        """When a clock that began at ``start`` runs out."""
        return self.add(start, seconds, location, channel) if working else start + int(seconds * SECOND)

    def left(self, due: int, *, working: bool, location: str | None, channel: str | None) -> int:
        """Seconds until ``due``, in working time where the clock is working; negative: over."""
        if not working:
            return (due - self._now) // SECOND
        time = self.of(location, channel)
        if due >= self._now:
            return time.between(self._now, due) // SECOND
        # Over is over, in the night after it too.
        return min(-1, -time.between(due, self._now) // SECOND)

    def share_left(self, start: int, due: int, *, working: bool, location: str | None, channel: str | None) -> float:
        """Share of a clock that is left now, 0.0 … 1.0."""
        if self._now >= due:
            return 0.0
        if not working:
            return min(1.0, (due - self._now) / max(1, due - start))
        time = self.of(location, channel)
        whole = time.between(start, due)
        # Between closing and opening nothing of either may be left: then the clock on the wall tells.
        if not whole:
            return min(1.0, (due - self._now) / max(1, due - start))
        return min(1.0, time.between(max(start, self._now), due) / whole)

    def reaches(
        self, share: float, start: int, due: int, *, working: bool, location: str | None, channel: str | None
    ) -> int:
        """Instant at which no more than ``share`` of a clock is left."""
        time = self.of(location, channel) if working else None
        whole = time.between(start, due) if time else 0
        if time is None or not whole:
            return due - int((due - start) * share)
        return min(due, time.add(start, whole * (1 - share) / SECOND))

    # --- departures

    def cut_off(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """The first cut-off of a carrier's service not before ``after``; None where none is known."""
        return self._next(after, location, carrier, service, "cut_off_minute")

    def pickup(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """The first pickup of a carrier's service not before ``after``; None where none is known."""
        return self._next(after, location, carrier, service, "pickup_minute")

    def _next(
        self, after: int, location: str | None, carrier: str | None, service: str | None, column: str
    ) -> int | None:
        rows = self._cut_offs.get(location or "")
        if not rows:
            return None
        key = (location or "", carrier or "", service or "")
        if key not in self._departures:
            fitting = [row for row in rows if row.carrier_key in ("", key[1]) and row.service in ("", key[2])]
            self._departures[key] = Departures(self.of(location, None).calendar, fitting)
        return self._departures[key].next(after, column)


def _keys(connection: Connection, table: Any) -> dict[str | None, tuple[str | None, str | None]]:
    return {key: (calendar, zone) for key, calendar, zone in asked(connection, _PLACES[table.name]).rows}
