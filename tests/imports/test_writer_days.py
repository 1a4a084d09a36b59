"""Local dates looked up by the quarter of an hour are those of the calendar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import day_of, from_iso
from opsconsole.imports.writer_days import Days

ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Europe/Lisbon"]
days = Days()


@given(instant=st.integers(from_iso("2005-01-01"), from_iso("2035-01-01")), zone=st.sampled_from(ZONES))
def test_any_instant_falls_on_the_day_the_calendar_says(instant, zone):
    assert days.of(instant, zone) == day_of(instant, zone)


@given(day=st.integers(13_000, 23_000), zone=st.sampled_from([*ZONES[:4], ZONES[5]]))
def test_a_day_ends_with_its_last_microsecond(day, zone):
    end = days.end(day, zone)
    assert (days.of(end, zone), days.of(end + 1, zone)) == (day, day + 1)


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(from_iso("2005-01-01"), from_iso("2035-01-01")),
            st.sampled_from(ZONES),
        ),
        max_size=12,
    )
)
def test_many_instants_fall_on_the_days_that_each_does(given):
    instants, zones = [at for at, _ in given], [zone for _, zone in given]
    assert days.of_all(instants, zones) == [days.of(at, zone) for at, zone in given]


def test_no_instant_has_no_day():
    assert days.of(None, "UTC") is None


def test_a_time_zone_that_does_not_exist_is_said():
    with pytest.raises(UserError, match="not a time zone"):
        days.of(0, "Mars/Olympus")
