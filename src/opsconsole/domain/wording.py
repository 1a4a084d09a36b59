"""Values in words, US English: for evidence, the command line and workbooks; the window formats by locale."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from opsconsole.domain.field import Field, Kind, NoValue
from opsconsole.domain.instants import MINUTE, day_to_date, to_datetime
from opsconsole.domain.statuses import EXCEPTION_STATES

_BARS = "▁▂▃▄▅▆▇█"
# Words of the names of fields that are not written small.
_SPELLED = {"sku": "SKU", "po": "PO", "id": "ID"}
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def instant(value: int, zone: str = "UTC", *, year_of: int | None = None) -> str:
    """``Tue 17 Nov, 10:42``; with the year where it differs from that of the instant ``year_of``."""
    return _minute(value // MINUTE, zone, None if year_of is None else _year(year_of // MINUTE, zone))


@lru_cache(32_768)
def _minute(minute: int, zone: str, known_year: int | None) -> str:
    moment = to_datetime(minute * MINUTE, zone)
    year = f" {moment.year}" if known_year not in (None, moment.year) else ""
    return f"{moment:%a} {moment.day} {moment:%b}{year}, {moment:%H:%M}"


@lru_cache(1024)
def _year(minute: int, zone: str) -> int:
    return to_datetime(minute * MINUTE, zone).year


def day(value: int, *, year_of: int | None = None) -> str:
    """``5 Dec``; with the year where it differs from that of the day ``year_of``."""
    date = day_to_date(value)
    year = "" if year_of is None or day_to_date(year_of).year == date.year else f" {date.year}"
    return f"{date.day} {date:%b}{year}"


def duration(seconds: float) -> str:
    """Two units at most: ``2d 23h``, ``3h 42m``, ``51m``, ``30s``; never a sign."""
    total = int(abs(seconds))
    days, rest = divmod(total, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days}d {hours:02d}h"
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}m" if minutes else f"{left}s"


def time_left(seconds: float) -> str:
    """``3h 42m left`` or ``51m over``."""
    return f"{duration(seconds)} {'over' if seconds < 0 else 'left'}"


def undone(words: str) -> str:
    """What taking a change back is called: ``Undone: resolved 3 exceptions``."""
    known = words[:2].isupper()  # an abbreviation, as SQL
    return f"Undone: {words if known else words[:1].lower() + words[1:]}"


def count(number: float) -> str:
    """``1,204``; fractions with at most two places; negative with a minus sign."""
    text = f"{abs(number):,.2f}".rstrip("0").rstrip(".") if number != int(number) else f"{abs(int(number)):,}"
    return f"−{text}" if number < 0 else text


def percent(fraction: float, decimals: int = 1) -> str:
    """``96.4%``."""
    text = f"{abs(fraction) * 100:,.{decimals}f}%"
    return f"−{text}" if fraction < 0 else text


# Labels of record kinds that are no plurals of one word.
_RECORDS = {
    "sales history": ("sale", "sales"),
    "orders at the warehouse": ("order at the warehouse", "orders at the warehouse"),
}


def records(label: str, number: float) -> str:
    """What a number of records of a kind is called in a sentence: ``orders``, ``order line``, ``sales``."""
    words = label.lower()
    one, many = _RECORDS.get(words, (singular(words), words))
    return one if number == 1 else many


def singular(words: str) -> str:
    """``file`` of ``files``, ``breach`` of ``breaches``; words that are no plural stay."""
    return words[:-2] if words.endswith("ches") else words.removesuffix("s")


def plural(number: int, one: str, many: str = "") -> str:
    """``1 order``, ``1,204 orders``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def field_words(key: str) -> str:
    """A field of a record as people say it: ``placed at``, ``unit price``, ``PO number``."""
    return " ".join(_SPELLED.get(word, word) for word in key.removesuffix("_e4").split("_"))


def field_label(key: str) -> str:
    """The same for the beginning of a line: ``Placed at``, ``SKU``."""
    words = field_words(key)
    return f"{words[:1].upper()}{words[1:]}"


def unmarked(text: str) -> str:
    """Text without the ``**`` marks around the values of a sentence."""
    return _BOLD.sub(r"\1", text)


def bars(numbers: Sequence[float | None]) -> str:
    """A trend as block characters from its lowest to its highest value; a gap is a space."""
    known = [n for n in numbers if n is not None and n == n]
    if not known:
        return ""
    low, span, top = min(known), max(known) - min(known), len(_BARS) - 1
    if not span:
        level = _BARS[top // 2] if low else _BARS[0]
        return "".join(" " if n is None or n != n else level for n in numbers)
    return "".join(" " if n is None or n != n else _BARS[round((n - low) / span * top)] for n in numbers)


def code(field: Field, value: Any) -> str:
    """A value without a number (text, flag, state, status, trend) as a person reads it."""
    if value is None:
        return field.missing
    if isinstance(value, NoValue):
        return value.words
    if field.kind is Kind.FLAG:
        return "Yes" if value else "No"
    if field.kind is Kind.STATE and not field.labels:
        return EXCEPTION_STATES[value].label if value in EXCEPTION_STATES else str(value)
    if field.kind in (Kind.STATE, Kind.STATUS):
        return field.label_of(value)
    if field.kind is Kind.TREND:
        return bars(value)
    return unmarked(value) if field.kind is Kind.TEXT and isinstance(value, str) else str(value)
