"""The business calendar: when a location works, and how long working time takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from opsconsole.domain.instants import MINUTE, SECOND, day_of, day_to_date, from_datetime, to_datetime

Hours = tuple[tuple[int, int], ...]  # opening spans of a day in minutes after midnight, local time

NINE_TO_FIVE: Mapping[int, Hours] = dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
_LONGEST_CLOSURE_DAYS = 400


@dataclass(frozen=True)
class BusinessCalendar:
    """Opening hours per weekday (0 = Monday) in a time zone, less holidays (day numbers).

    Spans are wall-clock minutes; on the days the clocks change an opening span keeps its wall-clock ends. ``holidays``
    are days on which nothing opens.
    """

    time_zone: str = "UTC"
    hours: Mapping[int, Hours] = field(default_factory=lambda: NINE_TO_FIVE)
    holidays: frozenset[int] = frozenset()

    def spans(self, day: int) -> list[tuple[int, int]]:
        """Opening spans of a local date as pairs of instants; empty on closed days."""
        if day in self.holidays:
            return []
        of_weekday = self.hours.get(day_to_date(day).weekday(), ())
        spans = [(self._at(day, start), self._at(day, end)) for start, end in of_weekday]
        # An opening that falls into the hour the clocks leave out takes no time.
        return [(opens, closes) for opens, closes in spans if opens < closes]

    def _at(self, day: int, minutes: int) -> int:
        return wall_clock(day, minutes, self.time_zone)

    def add_working(self, start: int, seconds: int) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed.

        Raises ValueError when the calendar has no working time within a year.
        """
        left = seconds * SECOND
        for day in self._open_days(day_of(start, self.time_zone)):
            for opens, closes in self.spans(day):
                begin = max(opens, start)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
        raise ValueError("the calendar has no working time within a year")

    def _open_days(self, day: int) -> Iterator[int]:
        """Days that open, from a local date on; ends where nothing opens for longer than any closure."""
        closed = 0
        while closed < _LONGEST_CLOSURE_DAYS:
            if self.spans(day):
                closed = 0
                yield day
            else:
                closed += 1
            day += 1

    def working_between(self, start: int, end: int) -> int:
        """Seconds of working time between two instants; negative when ``end`` is before ``start``."""
        if end < start:
            return -self.working_between(end, start)
        first, last = day_of(start, self.time_zone), day_of(end, self.time_zone)
        total = 0
        for day in range(first, last + 1):
            for opens, closes in self.spans(day):
                total += max(0, min(closes, end) - max(opens, start))
        return total // SECOND

    def add_business_days(self, day: int, count: int) -> int:
        """The local date ``count`` (not negative) open days after a local date; ValueError where nothing opens."""
        if count < 0:
            raise ValueError("business days are counted forward")
        if count == 0:
            return day
        for number, found in enumerate(self._open_days(day + 1), start=1):
            if number == count:
                return found
        raise ValueError("the calendar has no working day within a year")


def wall_clock(day: int, minutes: int, zone: str) -> int:
    """Instant at which clocks in a time zone show ``minutes`` after midnight of a local date (1440: the next midnight).

    A time that the clocks leave out is the moment at which they leap; one that they show twice is the first.
    """
    from zoneinfo import ZoneInfo  # loads the system's time zone data; the window paints before it

    place = ZoneInfo(zone)
    days, rest = divmod(minutes, 24 * 60)
    shown = datetime.combine(day_to_date(day + days), time(rest // 60, rest % 60))
    first = from_datetime(shown.replace(tzinfo=place))
    if to_datetime(first, zone).replace(tzinfo=None) == shown:
        return first
    # Neither offset gives this time: the clocks leap between what the one and the other would make of it.
    before, after = sorted((first, from_datetime(shown.replace(tzinfo=place, fold=1))))
    offset = to_datetime(after, zone).utcoffset()
    while after - before > MINUTE:
        middle = (before + after) // 2 // MINUTE * MINUTE
        before, after = (before, middle) if to_datetime(middle, zone).utcoffset() == offset else (middle, after)
    return after
