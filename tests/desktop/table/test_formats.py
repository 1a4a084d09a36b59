"""Formats of LOOK §6 in US English, and by locale."""

import pytest
from PySide6.QtCore import QLocale

from opsconsole.desktop.table.formats import Formats, system_locale
from opsconsole.domain.instants import from_iso

NOW = from_iso("2026-11-17T15:42:00Z")
US = Formats(QLocale("en_US"), "America/New_York", NOW)


def test_the_formats_of_the_pictures() -> None:
    assert US.money(4_831_240, "USD") == "$48,312.40"
    assert US.money(4_831_240, "USD", whole=True) == "$48,312"
    assert US.count(1204) == "1,204"
    assert US.percent(0.964) == "96.4%"
    assert US.instant(NOW) == "Tue 17 Nov, 10:42"
    assert US.instant_full(NOW) == "Tue 17 Nov 2026, 10:42 EST"
    assert US.instant_utc(NOW) == "2026-11-17 15:42 UTC"
    assert US.day(US.today + 18) == "5 Dec"
    assert US.day(US.today + 400) == "22 Dec 2027"
    assert US.duration(13_320) == "3h 42m"
    assert US.time_left(-3_060) == "51m over"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (-7, "−7"), (2.5, "2.5"), (-1234.567, "−1,234.57"), (10.0, "10"), (1_000_000, "1,000,000")],
)
def test_counts(number: float, words: str) -> None:
    assert US.count(number) == words


def test_money_keeps_its_currencys_places_and_a_minus_stands_before_the_sign() -> None:
    assert US.money(-50, "USD") == "−$0.50"
    assert US.money(1234, "JPY") == "¥1,234"
    assert US.money(1234, "KWD") == "KWD 1.234"
    assert US.money(100, "EUR") == "€1.00"


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (9_999_900, "USD", "$99,999"),
        (64_850_199, "USD", "$649K"),
        (99_999_999, "USD", "$1.00M"),
        (723_934_600, "USD", "$7.24M"),
        (-1_234_567_800, "USD", "−$12.3M"),
        (210_000_000_000, "EUR", "€2.10B"),
        (1_234_567, "JPY", "¥1.23M"),
        (123_456_789, "CHF", "CHF 1.23M"),
    ],
)
def test_large_amounts_are_rounded_to_three_digits(minor: int, currency: str, words: str) -> None:
    assert US.money_short(minor, currency) == words


def test_a_shortened_amount_keeps_its_sign_where_the_reader_expects_it() -> None:
    german = Formats(QLocale("de_DE"), "Europe/Berlin", NOW)
    assert german.money_short(723_934_600, "EUR").replace("\xa0", " ") == "7,24M €"


def test_another_year_is_named() -> None:
    assert US.instant(from_iso("2025-03-01T12:00:00Z")) == "Sat 1 Mar 2025, 07:00"
    assert US.day(US.today - 400).endswith("2025")


def test_a_german_reader_sees_german_numbers_and_months() -> None:
    german = Formats(QLocale("de_DE"), "Europe/Berlin", NOW)
    assert german.count(1204.5) == "1.204,5"
    assert german.instant(from_iso("2026-12-01T12:00:00Z")).startswith("Di. 1 Dez.")
    assert german.money(123_456, "EUR").replace("\xa0", " ") == "1.234,56 €"


def test_the_c_locale_is_read_as_us_english() -> None:
    assert system_locale("C").name() == "en_US"
