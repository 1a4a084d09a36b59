"""The business calendar: when a location works, and how long working time takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsconsole.domain.instants import MINUTE, SECOND, day_of, day_start, day_to_date

Hours = tuple[tuple[int, int], ...]  # opening spans of a day in minutes after midnight, local time

NINE_TO_FIVE: Mapping[int, Hours] = dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
_LONGEST_CLOSURE_DAYS = 400


@dataclass(frozen=True)
class BusinessCalendar:
    """Opening hours per weekday (0 = Monday) in a time zone, less holidays (day numbers).

    Spans are wall-clock minutes; on the days the clocks change an opening span keeps its wall-clock ends.
    """

    time_zone: str = "UTC"
    hours: Mapping[int, Hours] = field(default_factory=lambda: NINE_TO_FIVE)
    holidays: frozenset[int] = frozenset()

    def spans(self, day: int) -> list[tuple[int, int]]:
        """Opening spans of a local date as pairs of instants; empty on closed days."""
        if day in self.holidays:
            return []
        return [
            (self._at(day, start), self._at(day, end)) for start, end in self.hours.get(day_to_date(day).weekday(), ())
        ]

    def _at(self, day: int, minutes: int) -> int:
        # Midnight plus elapsed minutes is wrong on days the clocks change; compare with noon's offset instead.
        midnight = day_start(day, self.time_zone)
        shift = day_start(day + 1, self.time_zone) - midnight - 24 * 60 * MINUTE
        return midnight + minutes * MINUTE + (shift if minutes > 3 * 60 else 0)

    def add_working(self, start: int, seconds: int) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed.

        Raises ValueError when the calendar has no working time within a year.
        """
        left = seconds * SECOND
        day = day_of(start, self.time_zone)
        for offset in range(_LONGEST_CLOSURE_DAYS):
            for opens, closes in self.spans(day + offset):
                begin = max(opens, start)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
        raise ValueError("the calendar has no working time within a year")

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
        """The local date ``count`` open days after a local date."""
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if count == 0:
                return day
            day += 1
            if self.spans(day):
                count -= 1
        raise ValueError("the calendar has no working day within a year")
