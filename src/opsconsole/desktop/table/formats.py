"""Values in words by locale, one place per kind: what cells, chips, status bar and panels show."""

from functools import cached_property

from PySide6.QtCore import QLocale

from opsconsole.domain import money as currencies
from opsconsole.domain import wording
from opsconsole.domain.instants import day_of, day_to_date, to_datetime

MINUS = "−"
YEAR_DAYS = 365
_LARGE = 100_000
_LETTERS = ((1e9, "B"), (1e6, "M"), (1e3, "K"))


def system_locale(name: str = "") -> QLocale:
    """Locale of a name, else the system's; the C locale, which groups no digits, is read as US English."""
    locale = QLocale(name) if name else QLocale.system()
    return QLocale("en_US") if locale.language() == QLocale.Language.C else locale


class Formats:
    """Formats of one locale and time zone at one moment (``as_of`` decides when a year is shown)."""

    def __init__(self, locale: QLocale | None = None, zone: str = "UTC", as_of: int = 0) -> None:
        self.locale = locale or system_locale()
        self.zone = zone
        self.as_of = as_of
        self._months = [self.locale.monthName(month, QLocale.FormatType.ShortFormat) for month in range(1, 13)]
        self._days = [self.locale.dayName(day, QLocale.FormatType.ShortFormat) for day in range(1, 8)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formats) and self._told_by == other._told_by

    def __hash__(self) -> int:
        return hash(self._told_by)

    @property
    def _told_by(self) -> tuple[str, str, int]:
        return self.locale.name(), self.zone, self.as_of

    @cached_property
    def today(self) -> int:
        """Local date of the moment."""
        return day_of(self.as_of, self.zone)

    def count(self, number: float, decimals: int | None = None) -> str:
        """``1,204``; fractions with at most two places unless ``decimals`` says how many."""
        size = abs(number)
        if decimals is not None:
            text = self.locale.toString(float(size), "f", decimals)
        elif size == int(size):
            text = self.locale.toString(int(size))
        else:
            point = self.locale.decimalPoint()
            text = self.locale.toString(float(size), "f", 2).rstrip("0").rstrip(point)
        return MINUS + text if number < 0 else text

    def money(self, minor: int, currency: str, *, whole: bool = False) -> str:
        """``$48,312.40``; ``whole`` without the minor units; an unknown currency as its code."""
        places = currencies.digits(currency)
        size = abs(minor) / 10**places
        text = self.locale.toCurrencyString(size, self._symbol(currency), 0 if whole else places)
        return MINUS + text if minor < 0 else text

    def money_short(self, minor: int, currency: str) -> str:
        """Three digits of a large amount, for places too narrow for all: ``$7.24M``, ``$648K``; small ones whole."""
        units = abs(minor) / 10 ** currencies.digits(currency)
        if units < _LARGE:
            return self.money(minor, currency, whole=True)
        units = float(f"{units:.3g}")
        size, letter = next(pair for pair in _LETTERS if units >= pair[0])
        places = max(0, 3 - len(str(int(units / size))))
        text = self.locale.toCurrencyString(units / size, self._symbol(currency), places)
        last = max(place for place, sign in enumerate(text) if sign.isdigit()) + 1
        return f"{MINUS if minor < 0 else ''}{text[:last]}{letter}{text[last:]}"

    def moneys(self, minor: int, currency: str) -> tuple[str, str, str]:
        """An amount in ever fewer signs, of which the first that fits is shown."""
        return (
            self.money(minor, currency), self.money(minor, currency, whole=True), self.money_short(minor, currency)
        )  # fmt: skip

    @staticmethod
    def _symbol(currency: str) -> str:
        symbol = currencies.in_words(0, currency, whole=True).replace("0", "").strip()
        return symbol if symbol != currency else f"{currency} "

    def percent(self, fraction: float, decimals: int = 1) -> str:
        """``96.4%``."""
        text = f"{self.locale.toString(abs(fraction) * 100, 'f', decimals)}{self.locale.percent()}"
        return MINUS + text if fraction < 0 else text

    def duration(self, seconds: float) -> str:
        """``3h 42m``, ``2d 23h``, ``51m``."""
        return wording.duration(seconds)

    def time_left(self, seconds: float) -> str:
        """``3h 42m left`` or ``51m over``."""
        return wording.time_left(seconds)

    def instant(self, value: int) -> str:
        """``Tue 17 Nov, 10:42``; with the year where it is another one."""
        moment = to_datetime(value, self.zone)
        year = "" if moment.year == to_datetime(self.as_of, self.zone).year else f" {moment.year}"
        day = f"{self._days[moment.weekday()]} {moment.day} {self._months[moment.month - 1]}{year}"
        return f"{day}, {moment:%H:%M}"

    def instant_full(self, value: int) -> str:
        """``Tue 17 Nov 2026, 10:42 EST``: for the status bar."""
        moment = to_datetime(value, self.zone)
        day = f"{self._days[moment.weekday()]} {moment.day} {self._months[moment.month - 1]} {moment.year}"
        return f"{day}, {moment:%H:%M} {moment.tzname()}"

    def instant_utc(self, value: int) -> str:
        """``2026-11-17 15:42 UTC``: for tooltips."""
        return f"{to_datetime(value):%Y-%m-%d %H:%M} UTC"

    def clock(self, value: int) -> str:
        """``10:42``."""
        return f"{to_datetime(value, self.zone):%H:%M}"

    def is_far(self, value: int) -> bool:
        """Whether a day is more than a year ahead: too far for an estimate."""
        return value - self.today > YEAR_DAYS

    def day(self, value: int) -> str:
        """``5 Dec``; with the year where it is another one."""
        date = day_to_date(value)
        year = "" if date.year == day_to_date(self.today).year else f" {date.year}"
        return f"{date.day} {self._months[date.month - 1]}{year}"

    def span(self, low: str, high: str) -> str:
        """A range with an en dash: ``95.8–96.6%``."""
        return f"{low}–{high}"
