"""Hours, times and days of calendars as people write them, and back again."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from opsconsole.domain.calendar import Hours
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import day_from_date

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EXAMPLE = "Mon–Fri 9:00–17:00, Sat 9:00–12:00 and 13:00–15:00"
_NEVER = "Never"
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?$")
_PART = re.compile(r"(?P<first>[A-Za-z]+)\s*(?:-\s*(?P<last>[A-Za-z]+))?\s+(?P<spans>\d.*)$")
_MOST_DAYS = 400


def hours_words(hours: Mapping[int, Hours]) -> str:
    """``Mon–Fri 9:00–17:00, Sat 9:00–12:00``; neighboring days with equal hours are told together."""
    parts: list[tuple[int, int, Hours]] = []
    for day in range(7):
        spans = tuple(hours.get(day, ()))
        if not spans:
            continue
        if parts and parts[-1][1] == day - 1 and parts[-1][2] == spans:
            parts[-1] = (parts[-1][0], day, spans)
        else:
            parts.append((day, day, spans))
    told = []
    for first, last, spans in parts:
        days = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}–{WEEKDAYS[last]}"
        told.append(f"{days} {' and '.join(f'{clock(a)}–{clock(b)}' for a, b in spans)}")
    return ", ".join(told) or _NEVER


def hours_of(words: str) -> dict[int, Hours]:
    """Hours per weekday out of what ``hours_words`` makes of them, a little loosely written; UserError where not."""
    hours: dict[int, Hours] = {}
    for part in _plain(words).split(","):
        if not part.strip():
            continue
        found = _PART.match(part.strip())
        if found is None:
            raise UserError(f"“{part.strip()}” is not understood.", f"Write hours as in {EXAMPLE}.")
        first = _weekday(found["first"])
        last = _weekday(found["last"]) if found["last"] else first
        spans = tuple(_span(span) for span in re.split(r"\s+and\s+|\s*&\s*", found["spans"]))
        for day in _from_to(first, last):
            hours[day] = tuple(sorted((*hours.get(day, ()), *spans)))
    return hours


def clock(minutes: int) -> str:
    """``9:05`` for minutes after midnight; 1440 is 24:00."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def minute_of(text: str) -> int:
    """Minutes after midnight of ``16:30``; UserError for anything else."""
    found = _TIME.match(text.strip())
    if found is None or int(found[1]) > 24 or int(found[2] or 0) > 59:
        raise UserError(f"“{text.strip()}” is not a time of day.", "Write it as 16:30.")
    return int(found[1]) * 60 + int(found[2] or 0)


def day_of_iso(text: str) -> int:
    """Day number of ``2026-12-24``; UserError for anything else."""
    try:
        return day_from_date(date.fromisoformat(text.strip()))
    except ValueError:
        raise UserError(f"“{text.strip()}” is not a date.", "Write it as 2026-12-24.") from None


def days_of(text: str) -> Sequence[int]:
    """Day numbers of ``2026-12-24, 2026-12-28 to 2026-12-31``; UserError says what is no date."""
    days: list[int] = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        first, _, last = part.partition(" to ")
        begin = day_of_iso(first)
        end = day_of_iso(last) if last else begin
        if not begin <= end < begin + _MOST_DAYS:
            raise UserError(f"“{part.strip()}” is no span of days.", "Let it end after it begins, within a year.")
        days += range(begin, end + 1)
    return days


def _plain(words: str) -> str:
    return words.replace("–", "-").replace("—", "-")


def _weekday(name: str) -> int:
    for number, known in enumerate(WEEKDAYS):
        if name[:3].casefold() == known.casefold():
            return number
    raise UserError(f"“{name}” is not a weekday.", f"Write {', '.join(WEEKDAYS)}.")


def _from_to(first: int, last: int) -> list[int]:
    """Weekdays from one to another, over the end of the week too."""
    return [(first + more) % 7 for more in range((last - first) % 7 + 1)]


def _span(text: str) -> tuple[int, int]:
    begins, sign, ends = text.partition("-")
    if not sign:
        raise UserError(f"“{text.strip()}” is not a span of hours.", f"Write hours as in {EXAMPLE}.")
    return minute_of(begins), minute_of(ends)
