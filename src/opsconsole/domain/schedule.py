"""When something runs by itself: ``every 15 minutes``, ``06:30``, ``Mon-Fri 06:30, 14:00``, or only when asked.

Times of day are local times of the business. One that the clocks skip is taken as long after midnight as it would be
without the change; one that occurs twice is its first. A time that nobody was there for is caught up once.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from opsconsole.domain import rota
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import MINUTE, from_datetime, to_datetime

SHORTEST, LONGEST = 1, 7 * 24 * 60
_EVERY = re.compile(r"(?:every\s+)?(\d+)\s*(m|min|minutes?|h|hours?)", re.IGNORECASE)
_TIME = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_HINT = "Write it as in “every 15 minutes”, “06:30” or “Mon-Fri 06:30, 14:00”; leave it empty to run it by hand."


@dataclass(frozen=True, slots=True)
class Schedule:
    """``minutes`` between two runs, or ``times`` of day (minutes after midnight) on ``weekdays``; neither: by hand."""

    minutes: int = 0
    times: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = rota.ALL_DAYS

    @property
    def by_hand(self) -> bool:
        """Whether nothing runs by itself."""
        return not self.minutes and not self.times

    @property
    def text(self) -> str:
        """What ``parse`` reads."""
        if self.minutes:
            return f"every {self.minutes} minute{'' if self.minutes == 1 else 's'}"
        clock = ", ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in self.times)
        return f"{rota.days_in_words(self.weekdays)} {clock}".strip()

    @property
    def words(self) -> str:
        """``Every 15 minutes``, ``Daily at 06:30``, ``Mon-Fri at 06:30, 14:00`` or ``By hand``."""
        if self.by_hand:
            return "By hand"
        if self.minutes:
            whole = self.minutes % 60 == 0
            number, unit = (self.minutes // 60, "hour") if whole else (self.minutes, "minute")
            return f"Every {unit}" if number == 1 else f"Every {number} {unit}s"
        clock = ", ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in self.times)
        return f"{rota.days_in_words(self.weekdays) or 'Daily'} at {clock}"

    def next_after(self, moment: int, zone: str) -> int | None:
        """The first instant after ``moment`` at which it is due; None by hand."""
        if self.by_hand:
            return None
        if self.minutes:
            return moment + self.minutes * MINUTE
        today = to_datetime(moment, zone).date()
        found = (
            _instant(today + timedelta(days=ahead), minute, zone)
            for ahead in range(-1, 9)
            if (today + timedelta(days=ahead)).weekday() in self.weekdays
            for minute in self.times
        )
        return min((at for at in found if at > moment), default=None)


def parse(text: str) -> Schedule:
    """A schedule of its text; UserError where it is none."""
    words = " ".join(text.split())
    if not words or words.lower() == "by hand":
        return Schedule()
    every = _EVERY.fullmatch(words)
    if every is not None:
        minutes = int(every[1]) * (60 if every[2].lower().startswith("h") else 1)
        if not SHORTEST <= minutes <= LONGEST:
            raise UserError(f"“{words}” is no distance between two runs.", "Choose from 1 minute to 7 days.")
        return Schedule(minutes)
    times = [(int(hour), int(minute)) for hour, minute in _TIME.findall(words)]
    if not times or any(hour > 23 or minute > 59 for hour, minute in times):
        raise UserError(f"“{words}” is no schedule.", _HINT)
    days = re.sub(r"\bat\b", "", _TIME.sub("", words), flags=re.IGNORECASE).strip(" ,")
    try:
        weekdays = rota.weekdays(re.sub(r"(\s*,)+", ",", days), words)
    except UserError as fault:
        raise UserError(fault.message, _HINT) from None
    return Schedule(0, tuple(sorted({hour * 60 + minute for hour, minute in times})), weekdays)


def _instant(day: date, minute: int, zone: str) -> int:
    from zoneinfo import ZoneInfo

    return from_datetime(datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone)))
