"""Instants and local dates as integers.

An instant is whole microseconds since 1970-01-01T00:00:00Z; a local date is whole days since 1970-01-01. Both sort,
subtract and bind alike on every database; words and time zones come in only where a person reads them.
"""

import re
from datetime import UTC, date, datetime, timedelta

from opsconsole.domain.errors import UserError

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def now() -> int:
    """The current instant; the only place that reads the machine's clock."""
    return from_datetime(datetime.now(UTC))


def from_datetime(moment: datetime) -> int:
    """Instant of an aware datetime; a naive one is a fault of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone is not an instant")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int, zone: str = "UTC") -> datetime:
    """Aware datetime of an instant in an IANA time zone."""
    from zoneinfo import ZoneInfo  # loads the system's time zone data; the window paints before it

    return (_EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def from_iso(text: str) -> int:
    """Instant of ISO 8601 text; a date alone means its last microsecond in UTC ("as of the 30th" includes the 30th).

    Text without an offset is taken as UTC. Raises UserError when it is not ISO 8601.
    """
    cleaned = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cleaned):
            day = datetime.fromisoformat(cleaned).replace(tzinfo=UTC)
            return from_datetime(day) + DAY - 1
        moment = datetime.fromisoformat(cleaned)
    except ValueError:
        raise UserError(f"“{text}” is not a date or time.", "Write it as 2026-11-17 or 2026-11-17T10:42:00Z.") from None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def to_iso(instant: int) -> str:
    """ISO 8601 in UTC, seconds, with microseconds only where they are not zero: ``2026-11-17T10:42:00Z``."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def day_of(instant: int, zone: str = "UTC") -> int:
    """Local date (days since 1970-01-01) on which an instant falls in a time zone."""
    return to_datetime(instant, zone).date().toordinal() - _EPOCH_DAY


def day_from_date(day: date) -> int:
    """Day number of a date."""
    return day.toordinal() - _EPOCH_DAY


def day_to_date(day: int) -> date:
    """Date of a day number."""
    return date.fromordinal(day + _EPOCH_DAY)


def day_start(day: int, zone: str = "UTC") -> int:
    """Instant at which a local date begins in a time zone."""
    from zoneinfo import ZoneInfo

    return from_datetime(datetime.combine(day_to_date(day), datetime.min.time(), ZoneInfo(zone)))


def day_end(day: int, zone: str = "UTC") -> int:
    """Last microsecond of a local date in a time zone: a promise for that day is kept up to and including it."""
    return day_start(day + 1, zone) - 1
