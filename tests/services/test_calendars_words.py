"""Hours and days as people write them; expected values by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import day_to_date
from opsconsole.services.calendars_words import days_of, hours_of, hours_words, minute_of

MORNING, AFTERNOON = (540, 720), (780, 900)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("Mon–Fri 9:00–17:00", dict.fromkeys(range(5), ((540, 1020),))),
        ("mon-wed 9-17, saturday 9:00-12:00 and 13:00-15:00",
         {**dict.fromkeys(range(3), ((540, 1020),)), 5: (MORNING, AFTERNOON)}),
        # Over the end of the week: Saturday, Sunday and Monday.
        ("Sat-Mon 13-15", dict.fromkeys((5, 6, 0), (AFTERNOON,))),
        ("Sun 0:00-24:00", {6: ((0, 1440),)}),
    ],
)  # fmt: skip
def test_hours_are_read_as_they_are_told(words, hours):
    assert hours_of(words) == hours


SPANS = st.lists(st.integers(0, 1440), min_size=0, max_size=4, unique=True).map(
    lambda ends: tuple(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@given(st.dictionaries(st.integers(0, 6), SPANS.filter(bool), min_size=1))
def test_what_is_told_of_any_hours_reads_as_the_same_hours(hours):
    assert hours_of(hours_words(hours)) == hours


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("whenever", "“whenever” is not understood"),
        ("Funday 9-17", "“Funday” is not a weekday"),
        ("Mon 9-25", "“25” is not a time of day"),
        ("Mon 9", "“9” is not a span of hours"),
    ],
)
def test_what_is_no_hours_is_refused_with_what_was_found(words, fault):
    with pytest.raises(UserError, match=fault):
        hours_of(words)


def test_days_are_read_one_by_one_and_as_spans():
    told = [day_to_date(day).isoformat() for day in days_of("2026-12-24, 2026-12-30 to 2027-01-01")]
    assert told == ["2026-12-24", "2026-12-30", "2026-12-31", "2027-01-01"]
    assert minute_of("16:30") == 990
    with pytest.raises(UserError, match=r"“24\.12\.” is not a date"):
        days_of("24.12.")
    with pytest.raises(UserError, match="is no span of days"):
        days_of("2026-12-31 to 2026-12-24")
