"""Working time over clock changes, holidays and weekends. Cases are worked out by hand on the wall clock.

In New York the clocks went forward on Sunday 8 March 2026 at 2:00 and back on Sunday 1 November 2026 at 2:00; in Berlin
back on Sunday 25 October 2026 at 3:00; in Beirut forward on Sunday 29 March 2026 at 0:00.
"""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsconsole.domain.calendar import NINE_TO_FIVE, BusinessCalendar, wall_clock
from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND, day_from_date, from_iso, to_datetime

NEW_YORK = BusinessCalendar("America/New_York", NINE_TO_FIVE)
ALWAYS = dict.fromkeys(range(7), ((0, 1440),))


def day(words):
    return day_from_date(date.fromisoformat(words))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Friday 16:00 in summer time to Monday in winter time: one hour, then three from 9:00 EST.
        ("2026-10-30T20:00:00Z", 4, "2026-11-02T17:00:00Z"),
        # And in spring: 16:00 EST on Friday, three hours from 9:00 EDT on Monday.
        ("2026-03-06T21:00:00Z", 4, "2026-03-09T16:00:00Z"),
        # Saturday: the clock begins on Monday at 9:00.
        ("2026-11-14T15:00:00Z", 2, "2026-11-16T16:00:00Z"),
        # Exactly at closing time: all of it the next morning.
        ("2026-11-16T22:00:00Z", 1, "2026-11-17T15:00:00Z"),
        # Two and a half days of eight hours.
        ("2026-11-16T14:00:00Z", 20, "2026-11-18T18:00:00Z"),
    ],
)
def test_working_hours_end_where_the_wall_clock_says(start, hours, end):
    assert NEW_YORK.add_working(from_iso(start), hours * 3600) == from_iso(end)


def test_an_open_night_of_the_clock_change_has_one_hour_more_or_less():
    night = BusinessCalendar("America/New_York", ALWAYS)
    for on, hours in (("2026-11-01", 25), ("2026-03-08", 23), ("2026-07-01", 24)):
        ((opens, closes),) = night.spans(day(on))
        assert closes - opens == hours * HOUR


def test_a_shift_over_the_clock_change_is_as_long_as_it_really_is():
    berlin = BusinessCalendar("Europe/Berlin", {6: ((1 * 60, 5 * 60),)})
    ((opens, closes),) = berlin.spans(day("2026-10-25"))
    assert (opens, closes) == (from_iso("2026-10-24T23:00:00Z"), from_iso("2026-10-25T04:00:00Z"))


def test_an_opening_in_the_hour_that_is_left_out_begins_when_the_clocks_leap():
    assert wall_clock(day("2026-03-08"), 2 * 60 + 30, "America/New_York") == from_iso("2026-03-08T07:00:00Z")
    # Beirut has no midnight that day: it begins at 1:00 summer time.
    assert wall_clock(day("2026-03-29"), 0, "Asia/Beirut") == from_iso("2026-03-28T22:00:00Z")
    calendar = BusinessCalendar("America/New_York", {6: ((2 * 60, 3 * 60),)})
    assert calendar.spans(day("2026-03-08")) == []


def test_a_time_that_comes_twice_is_the_first():
    assert wall_clock(day("2026-11-01"), 90, "America/New_York") == from_iso("2026-11-01T05:30:00Z")


def test_holidays_take_no_working_time():
    closed = BusinessCalendar("America/New_York", NINE_TO_FIVE, frozenset({day("2026-11-26")}))
    # Wednesday 16:00; Thursday is Thanksgiving; Friday 9:00 to 12:00.
    assert closed.add_working(from_iso("2026-11-25T21:00:00Z"), 4 * 3600) == from_iso("2026-11-27T17:00:00Z")
    assert closed.working_between(from_iso("2026-11-25T21:00:00Z"), from_iso("2026-11-27T17:00:00Z")) == 4 * 3600


# --- properties -------------------------------------------------------------------------------------------------------

zones = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Asia/Beirut",
        "Africa/Casablanca",
    ]
)
instants_ = st.integers(from_iso("2025-12-01T00:00:00Z") // MINUTE, from_iso("2027-01-31T00:00:00Z") // MINUTE).map(
    lambda minute: minute * MINUTE
)
edges = st.lists(st.integers(0, 96), min_size=2, max_size=4, unique=True).map(sorted)
spans = edges.map(lambda e: tuple((e[i] * 15, e[i + 1] * 15) for i in range(0, len(e) - 1, 2)))
hours = st.dictionaries(st.integers(0, 6), spans, min_size=1, max_size=7)
closed_days = st.frozensets(st.integers(day("2026-01-01"), day("2026-12-31")), max_size=20)
calendars = st.builds(BusinessCalendar, zones, hours, closed_days)


def test_a_quarter_of_an_hour_a_week_adds_up_to_more_than_a_year():
    # 58 Mondays of 15 minutes and one second more: the 59th Monday after the first, 1 December 2025.
    mondays = BusinessCalendar("UTC", {0: ((0, 15),)})
    start = from_iso("2025-12-01T00:00:00Z")
    assert mondays.add_working(start, 58 * 900 + 1) == from_iso("2027-01-11T00:00:01Z")
    assert mondays.add_business_days(day("2025-12-01"), 60) == day("2027-01-25")


def test_a_calendar_that_never_opens_is_told():
    with pytest.raises(ValueError, match="no working time"):
        BusinessCalendar("UTC", {}).add_working(from_iso("2025-12-01T00:00:00Z"), 1)
    with pytest.raises(ValueError, match="no working day"):
        BusinessCalendar("UTC", {}).add_business_days(day("2025-12-01"), 1)


@settings(max_examples=150, deadline=None)
@given(calendars, instants_, st.integers(0, 200_000), st.integers(0, 200_000))
def test_working_time_adds_up(calendar, start, one, other):
    between = calendar.add_working(start, one)
    assert between >= start
    assert calendar.working_between(start, between) == one
    # Where the first part ends at closing time, the second may begin the next morning: only lengths compare.
    assert calendar.working_between(start, calendar.add_working(between, other)) == one + other


@settings(max_examples=150, deadline=None)
@given(calendars, st.integers(day("2025-12-01"), day("2027-01-31")))
def test_spans_lie_in_order_within_their_local_day(calendar, on):
    found = calendar.spans(on)
    flat = [instant for span in found for instant in span]
    assert flat == sorted(flat)
    for opens, closes in found:
        assert to_datetime(opens, calendar.time_zone).date() == date.fromordinal(on + date(1970, 1, 1).toordinal())
        assert 0 < closes - opens <= 26 * HOUR
    if on in calendar.holidays:
        assert found == []


@settings(max_examples=200, deadline=None)
@given(zones, st.integers(day("2025-12-01"), day("2027-01-31")), st.integers(0, 1440), st.integers(0, 1440))
@example("America/New_York", day("2025-12-01"), 1261, 1261)
def test_later_on_the_wall_clock_is_never_earlier(zone, on, one, other):
    first, last = sorted((one, other))
    assert wall_clock(on, first, zone) <= wall_clock(on, last, zone)
    # No zone is further from UTC than 14 hours, and clocks leap by one at most.
    assert abs(wall_clock(on, first, zone) - on * DAY - first * MINUTE) <= 15 * HOUR
    assert wall_clock(on, first, zone) % SECOND == 0
