"""Days, weeks and months as ranges of local dates (day numbers since 1970-01-01)."""

from dataclasses import dataclass

from opsconsole.domain.instants import day_from_date, day_to_date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days ``start`` to ``end``, both included; ``grain`` is day, week (ISO, Monday first), month or all."""

    start: int
    end: int
    grain: str

    @property
    def label(self) -> str:
        """``17 Nov 2026``, ``Week 46, 9–15 Nov``, ``November 2026``."""
        first, last = day_to_date(self.start), day_to_date(self.end)
        if self.grain == "day":
            return f"{first.day} {first:%b %Y}"
        if self.grain == "week":
            week = first.isocalendar().week
            left = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
            return f"Week {week}, {left}–{last.day} {last:%b}"
        if self.grain == "month":
            return f"{first:%B %Y}"
        return f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}"

    def __contains__(self, day: int) -> bool:
        return self.start <= day <= self.end


def period_of(day: int, grain: str) -> Period:
    """The day, ISO week or month that contains a local date."""
    date = day_to_date(day)
    if grain == "day":
        return Period(day, day, grain)
    if grain == "week":
        start = day - date.weekday()
        return Period(start, start + 6, grain)
    if grain == "month":
        first = date.replace(day=1)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return Period(day_from_date(first), day_from_date(following) - 1, grain)
    raise ValueError(f"unknown grain {grain!r}")


def previous(period: Period, count: int = 1) -> Period:
    """The period ``count`` before this one, same grain."""
    for _ in range(count):
        period = period_of(period.start - 1, period.grain)
    return period


def periods_between(first_day: int, last_day: int, grain: str) -> list[Period]:
    """All periods of a grain that touch the days, oldest first."""
    periods = [period_of(first_day, grain)]
    while periods[-1].end < last_day:
        periods.append(period_of(periods[-1].end + 1, grain))
    return periods
