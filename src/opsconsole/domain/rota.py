"""Who is on duty when: lines such as ``Ann: Mon-Fri 08:00-16:00``, ``Night desk: outside hours``, ``Bo: Sat, Sun``.

The first line whose time it is names who is on duty. Times are those of the exception's location; ``working hours``
and ``outside hours`` are its calendar's. A span over midnight belongs to the weekday on which it begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_datetime

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALL_DAYS = tuple(range(7))
ALWAYS, WORKING, OUTSIDE = "", "working", "outside"
_DAY = 24 * 60
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAYS = re.compile(r"([A-Za-z]{3})[a-z]*\s*(?:[-–]\s*([A-Za-z]{3})[a-z]*)?")
_HINT = "Write it as in “Ann: Mon-Fri 08:00-16:00”, “Bo: Sat, Sun” or “Night desk: outside hours”."


@dataclass(frozen=True, slots=True)
class Shift:
    """A name, its weekdays (0 = Monday), and its ``hours``: working, outside, empty for all day, or ``08:00-16:00``."""

    who: str
    weekdays: tuple[int, ...] = ALL_DAYS
    hours: str = ALWAYS

    def on_duty(self, now: int, zone: str, is_open: bool) -> bool:
        """Whether it is this shift's time at ``now`` in a time zone; ``is_open``: the location works now."""
        local = to_datetime(now, zone)
        today, minute = local.weekday(), local.hour * 60 + local.minute
        if self.hours in (WORKING, OUTSIDE):
            return today in self.weekdays and is_open == (self.hours == WORKING)
        if not self.hours:
            return today in self.weekdays
        start, end = _minutes(self.hours)
        if start < end:
            return today in self.weekdays and start <= minute < end
        return (today in self.weekdays and minute >= start) or ((today - 1) % 7 in self.weekdays and minute < end)

    @property
    def words(self) -> str:
        """The line that ``parse`` reads."""
        when = {WORKING: "working hours", OUTSIDE: "outside hours"}.get(self.hours, self.hours)
        days = days_in_words(self.weekdays)
        return f"{self.who}: {' '.join(part for part in (days, when) if part) or 'daily'}"


def parse(text: str) -> tuple[Shift, ...]:
    """Shifts of lines of text (a ``;`` parts lines too); UserError names the line that is none."""
    lines = (line.strip() for line in re.split(r"[\n;]", text))
    return tuple(_shift(line) for line in lines if line)


def in_words(shifts: Sequence[Shift]) -> str:
    """The lines of shifts."""
    return "\n".join(shift.words for shift in shifts)


def on_duty(shifts: Sequence[Shift], now: int, zone: str, is_open: bool) -> str:
    """Who is on duty; empty when nobody is."""
    return next((shift.who for shift in shifts if shift.on_duty(now, zone, is_open)), "")


def _shift(line: str) -> Shift:
    who, colon, when = (part.strip() for part in line.partition(":"))
    if not colon or not who or not when:
        raise UserError(f"“{line}” is not a line of a rota.", _HINT)
    rest, hours = when, ALWAYS
    for words, code in (("working hours", WORKING), ("outside hours", OUTSIDE)):
        if words in rest.lower():
            hours, rest = code, re.sub(words, "", rest, flags=re.IGNORECASE)
    span = _SPAN.search(rest)
    if span is not None and not hours:
        hours = f"{int(span[1]):02}:{span[2]}-{int(span[3]):02}:{span[4]}"
        rest = rest.replace(span[0], "")
        _check(hours, line)
    return Shift(who, weekdays(rest, line), hours)


def weekdays(text: str, line: str) -> tuple[int, ...]:
    """Weekdays of ``Mon-Fri`` or ``Sat, Sun``, all for nothing; UserError names the ``line`` they stand in."""
    cleaned = text.strip(" ,")
    if cleaned.lower() in ("", "daily", "every day"):
        return ALL_DAYS
    found: set[int] = set()
    for part in (part.strip() for part in cleaned.split(",")):
        match = _DAYS.fullmatch(part)
        names = [name.capitalize() for name in match.groups() if name] if match else []
        if not names or any(name not in WEEKDAYS for name in names):
            raise UserError(f"“{part}” in “{line}” is no weekday.", _HINT)
        first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
        found |= {day % 7 for day in range(first, (last if last >= first else last + 7) + 1)}
    return tuple(sorted(found))


def _check(hours: str, line: str) -> None:
    start, end = _minutes(hours)
    if start == end or max(start, end) > _DAY or any(int(part[-2:]) > 59 for part in hours.split("-")):
        raise UserError(f"“{hours}” in “{line}” is no span of a day.", _HINT)


def _minutes(hours: str) -> tuple[int, int]:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in hours.split("-"))
    return start, end


def days_in_words(days: tuple[int, ...]) -> str:
    """``Mon-Fri`` or ``Mon, Sat``; empty for all."""
    if days == ALL_DAYS:
        return ""
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in days)
