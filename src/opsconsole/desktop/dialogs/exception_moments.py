"""Moments to choose from, or to write: until when something sleeps, waits or is ignored."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, from_datetime, to_datetime

MORNING = time(9)
_EXAMPLE = "Write it as 2026-11-20 14:00, as 14:00, or as 3d or 4h."
_AFTER = re.compile(r"\+?(\d{1,4})\s*(h|d|w)", re.IGNORECASE)
_SIZES = {"h": HOUR, "d": DAY, "w": 7 * DAY}


def soon(formats: Formats) -> Sequence[tuple[str, str]]:
    """Hours to a week ahead, for waiting and snoozing, as pairs of instant and words."""
    now = formats.as_of
    monday = (7 - to_datetime(now, formats.zone).weekday()) or 7
    moments = (
        (now + HOUR, "1 hour"),
        (now + 4 * HOUR, "4 hours"),
        (_morning(formats, 1), "Tomorrow"),
        (_morning(formats, monday), "Next Monday"),
        (_morning(formats, 7), "1 week"),
    )
    return [(str(at), f"{words}: {formats.instant(at)}") for at, words in moments]


def far(formats: Formats) -> Sequence[tuple[str, str]]:
    """A week to a year ahead, for what nobody has to act on."""
    days = ((7, "1 week"), (30, "30 days"), (90, "90 days"), (365, "1 year"))
    return [(str(at := _morning(formats, ahead)), f"{words}: {formats.instant(at)}") for ahead, words in days]


def moment_of(text: str, formats: Formats) -> int:
    """Instant of a chosen or written moment in the window's zone; UserError for anything else."""
    words = text.strip()
    if words.isdigit() and len(words) > 10:
        return int(words)
    after = _AFTER.fullmatch(words)
    if after is not None:
        return formats.as_of + int(after.group(1)) * _SIZES[after.group(2).lower()]
    zone = ZoneInfo(formats.zone)
    today = to_datetime(formats.as_of, formats.zone)
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M"):
        try:
            read = datetime.strptime(words, pattern)  # noqa: DTZ007 - its zone is the window's, set below
        except ValueError:
            continue
        if pattern == "%H:%M":
            at = datetime.combine(today.date(), read.time(), zone)
            return from_datetime(at if at > today else at + timedelta(days=1))
        clock = read.time() if ":" in pattern else MORNING
        return from_datetime(datetime.combine(read.date(), clock, zone))
    raise UserError(f"“{words}” is no moment.", _EXAMPLE)


def _morning(formats: Formats, days: int) -> int:
    """Nine in the morning some days ahead, by the local clock."""
    day = to_datetime(formats.as_of, formats.zone).date() + timedelta(days=days)
    return from_datetime(datetime.combine(day, MORNING, ZoneInfo(formats.zone)))
