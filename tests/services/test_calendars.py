"""The one clock: working time of places, cut-offs, pickups, and editing them. Expected instants are worked out by hand.

Now is Tuesday 17 November 2026, 15:42 UTC: 7:42 in Reno (Los Angeles time), 10:42 in Columbus (New York time).
"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from opsconsole.domain.calendar import NINE_TO_FIVE, BusinessCalendar
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND, day_from_date, from_iso
from opsconsole.services import calendars_changes as edit
from opsconsole.services import cut_offs as departures
from opsconsole.services.calendars import Clocks, WorkingTime
from opsconsole.store import schema

BY = {"who": "Ann"}


def day(words):
    return day_from_date(date.fromisoformat(words))


@pytest.fixture
def company(sqlite_database, now):
    """Reno ships Monday to Friday 6:00 to 22:00, Columbus 8:00 to 18:00 and Saturday morning."""
    database = sqlite_database
    with database.write() as connection:
        for key in ("reno", "columbus"):
            connection.execute(insert(schema.locations).values(key=key, label=key.title()))
        connection.execute(insert(schema.channels).values(key="shop", label="Shop", time_zone="America/New_York"))
    week = dict.fromkeys(range(5), ((6 * 60, 22 * 60),))
    edit.set_calendar(database, "reno", time_zone="America/Los_Angeles", hours=week, country="us", **BY, now=now)
    hours = {**dict.fromkeys(range(5), ((8 * 60, 18 * 60),)), 5: ((9 * 60, 12 * 60),)}
    edit.set_calendar(database, "columbus", time_zone="America/New_York", hours=hours, **BY, now=now)
    for key in ("reno", "columbus"):
        edit.assign_calendar(database, "location", key, key, **BY, now=now)
    return database


def clocks(database, now):
    with database.read() as connection:
        return Clocks(connection, now)


def test_the_clock_is_that_of_the_place(company, now):
    known = clocks(company, now)
    # 16 hours from 7:42 in Reno: 14 h 18 min are left today, 1 h 42 min follow from 6:00.
    assert known.add(now, 16 * 3600, "reno", "shop") == from_iso("2026-11-18T15:42:00Z")
    # In Columbus 7 h 18 min are left of the day, 8 h 42 min follow from 8:00.
    assert known.add(now, 16 * 3600, "columbus", None) == from_iso("2026-11-18T21:42:00Z")
    # The channel's time zone where the place has no calendar: nine to five in New York.
    assert known.add(now, 7 * 3600, None, "shop") == from_iso("2026-11-18T14:42:00Z")
    assert known.between(now, from_iso("2026-11-18T15:42:00Z"), "reno", None) == 16 * 3600


def test_thanksgiving_is_closed_in_reno_and_open_in_columbus(company, now):
    start = from_iso("2026-11-26T05:00:00Z")  # Wednesday 21:00 in Reno
    known = clocks(company, now)
    assert known.add(start, 2 * 3600, "reno", None) == from_iso("2026-11-27T15:00:00Z")
    assert known.add(from_iso("2026-11-25T22:00:00Z"), 2 * 3600, "columbus", None) == from_iso("2026-11-26T14:00:00Z")


def test_time_left_is_working_time(company, now):
    known = clocks(company, now)
    due = from_iso("2026-11-18T15:42:00Z")
    assert known.left(due, working=True, location="reno", channel=None) == 16 * 3600
    assert known.left(due, working=False, location="reno", channel=None) == 24 * 3600
    over = from_iso("2026-11-16T15:42:00Z")
    assert known.left(over, working=True, location="reno", channel=None) == -16 * 3600
    assert known.share_left(over, due, working=True, location="reno", channel=None) == 0.5


def test_a_due_date_outside_opening_hours_still_has_time_left(company, now):
    night = from_iso("2026-11-18T07:00:00Z")  # 23:00 in Reno
    known = clocks(company, night)
    share = known.share_left(night - HOUR // 2, night + HOUR, working=True, location="reno", channel=None)
    assert 0.6 < share < 0.7


# --- cut-offs and pickups ---------------------------------------------------------------------------------------------


@pytest.fixture
def leaving(company, now):
    """Reno: parcels at 15:00, express at 17:00; the carrier comes at 16:00 and 17:30; Friday parcels at 13:00."""
    at = {"who": "Ann", "now": now}
    departures.set_cut_off(company, "reno", cut_off_minute=15 * 60, pickup_minute=16 * 60, **at)
    departures.set_cut_off(
        company, "reno", carrier="ups", service="express", cut_off_minute=17 * 60, pickup_minute=17 * 60 + 30, **at
    )
    departures.set_cut_off(company, "reno", weekday=4, cut_off_minute=13 * 60, **at)
    departures.set_cut_off(company, "columbus", weekday=5, cut_off_minute=11 * 60, **at)
    return company


@pytest.mark.parametrize(
    ("after", "carrier", "service", "cut_off"),
    [
        ("2026-11-17T15:42:00Z", "usps", "ground", "2026-11-17T23:00:00Z"),
        ("2026-11-17T23:00:00Z", "usps", "ground", "2026-11-17T23:00:00Z"),
        ("2026-11-17T23:00:01Z", "usps", "ground", "2026-11-18T23:00:00Z"),
        ("2026-11-17T23:00:01Z", "ups", "express", "2026-11-18T01:00:00Z"),
        # Friday has its own; Friday afternoon is Monday's.
        ("2026-11-20T15:00:00Z", "usps", "ground", "2026-11-20T21:00:00Z"),
        ("2026-11-20T22:00:00Z", "usps", "ground", "2026-11-23T23:00:00Z"),
        # The service's own goes before the weekday's.
        ("2026-11-20T22:00:00Z", "ups", "express", "2026-11-21T01:00:00Z"),
        # Thursday 26 November is Thanksgiving; Friday's cut-off is 13:00.
        ("2026-11-26T00:00:00Z", "usps", None, "2026-11-27T21:00:00Z"),
    ],
)
def test_the_next_cut_off_of_a_service(leaving, now, after, carrier, service, cut_off):
    assert clocks(leaving, now).cut_off(from_iso(after), "reno", carrier, service) == from_iso(cut_off)


def test_the_cut_off_keeps_its_wall_clock_over_the_clock_change(leaving):
    spring = from_iso("2027-03-12T23:30:00Z")  # Friday 15:30 in winter time; the clocks go forward on Sunday
    assert clocks(leaving, spring).cut_off(spring, "reno", None, None) == from_iso("2027-03-15T22:00:00Z")


def test_pickups_and_places_without_any(leaving, now):
    known = clocks(leaving, now)
    assert known.pickup(now, "reno", "usps", None) == from_iso("2026-11-18T00:00:00Z")
    assert known.pickup(from_iso("2026-11-20T15:00:00Z"), "reno", "usps", None) == from_iso("2026-11-24T00:00:00Z")
    assert known.cut_off(now, "columbus", "usps", None) == from_iso("2026-11-21T16:00:00Z")
    assert known.cut_off(now, "elsewhere", "usps", None) is None
    assert known.cut_off(now, None, None, None) is None


def test_a_new_cut_off_ends_the_one_before_it(leaving, now):
    later = day("2026-11-19")
    departures.set_cut_off(leaving, "reno", cut_off_minute=14 * 60, valid_from=later, who="Ann", now=now)
    known = clocks(leaving, now)
    assert known.cut_off(now, "reno", None, None) == from_iso("2026-11-17T23:00:00Z")
    assert known.cut_off(from_iso("2026-11-19T12:00:00Z"), "reno", None, None) == from_iso("2026-11-19T22:00:00Z")
    listed = list(departures.list_cut_offs(leaving, now).rows())
    assert sorted((row["cut_off"], row["valid_to"]) for row in listed if row["weekday"] is None) == [
        ("14:00", None), ("15:00", later - 1), ("17:00", None),
    ]  # fmt: skip
    number = next(row for row in departures.list_cut_offs(leaving, now).rows() if row["cut_off"] == "17:00")
    assert number["service"] == "express"


def test_a_cut_off_that_ended_is_gone(leaving, now):
    listing = departures.list_cut_offs(leaving, now)
    departures.end_cut_off(leaving, listing.ids[0], who="Ann", now=now)
    assert listing.ids[0] not in departures.list_cut_offs(leaving, now).ids


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"cut_off_minute": 1440}, "between 0:00 and 23:59"),
        ({"cut_off_minute": 900, "pickup_minute": 800}, "before the cut-off"),
        ({"cut_off_minute": 900, "weekday": 7}, "no weekday 7"),
        ({"cut_off_minute": 900, "valid_from": 0}, "a day that is over"),
        ({"cut_off_minute": 900, "location": "rno"}, "no location “rno”"),
    ],
)
def test_a_cut_off_that_cannot_be_is_refused(company, now, given_, words):
    location = given_.pop("location", "reno")
    with pytest.raises(UserError, match=words):
        departures.set_cut_off(company, location, **given_, who="Ann", now=now)


# --- editing ----------------------------------------------------------------------------------------------------------


def test_calendars_are_listed_in_words(company, now):
    rows = {row["key"]: row for row in edit.list_calendars(company, now).rows()}
    assert rows["columbus"]["hours"] == "Mon–Fri 8:00–18:00, Sat 9:00–12:00"
    assert rows["columbus"]["used_by"] == "Columbus"
    assert rows["reno"]["country"] == "US"
    assert rows["reno"]["next_closed_on"] == day("2026-11-26")
    assert {row["kind"] for row in edit.list_places(company, now).rows()} == {"location", "channel"}


def test_own_days_are_closed_and_opened_again(company, now):
    extra = day("2026-11-18")
    edit.set_own_days(company, "reno", close=[extra], **BY, now=now)
    start = from_iso("2026-11-18T05:00:00Z")  # Tuesday 21:00
    assert clocks(company, now).add(start, 2 * 3600, "reno", None) == from_iso("2026-11-19T15:00:00Z")
    named = {row["on_day"]: row["kind"] for row in edit.list_closed_days(company, now, "reno", 2026).rows()}
    assert named[extra] == "own"
    assert named[day("2026-11-26")] == "holiday"
    edit.set_own_days(company, "reno", open=[extra], **BY, now=now)
    assert clocks(company, now).add(start, 2 * 3600, "reno", None) == from_iso("2026-11-18T15:00:00Z")
    with pytest.raises(UserError, match="not closed by choice on 26 Nov 2026"):
        edit.set_own_days(company, "reno", open=[day("2026-11-26")], **BY, now=now)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time_zone": "Nevada"}, "not a time zone"),
        ({"country": "XX"}, "holidays of “XX” are not known"),
        ({"country": "US", "subdivision": "Q"}, "US has no subdivision “Q”"),
        ({"subdivision": "NV"}, "needs its country"),
        ({"hours": {}}, "open at some time of the week"),
        ({"hours": {0: ((600, 500),)}}, "cannot be open 10:00–8:20"),
        ({"hours": {0: ((500, 700), (600, 800))}}, "hours overlap at 10:00"),
        ({"hours": {7: ((500, 700),)}}, "no weekday 7"),
        ({"hours": {0: ((500, 1500),)}}, "cannot be open 8:20–25:00"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(sqlite_database, now, change, words):
    given_ = {"time_zone": "UTC", "hours": NINE_TO_FIVE, **change}
    with pytest.raises(UserError, match=words):
        edit.set_calendar(sqlite_database, "site", **given_, **BY, now=now)


def test_a_calendar_in_use_is_not_removed(company, now):
    with pytest.raises(UserError, match="the calendar of Reno"):
        edit.remove_calendar(company, "reno", **BY, now=now)
    edit.assign_calendar(company, "location", "reno", None, **BY, now=now)
    edit.remove_calendar(company, "reno", **BY, now=now)
    assert edit.list_calendars(company, now).ids == ["columbus"]


def test_every_change_is_audited(company, now):
    with company.read() as connection:
        rows = connection.execute(select(schema.audit.c.action, schema.audit.c.who)).all()
    assert {tuple(row) for row in rows} == {("calendar", "Ann")}
    assert len(rows) == 4


# --- look-ups equal the calendar --------------------------------------------------------------------------------------

hours_ = st.dictionaries(
    st.integers(0, 6),
    st.lists(st.integers(0, 48), min_size=2, max_size=4, unique=True)
    .map(sorted)
    .map(lambda e: tuple((e[i] * 30, e[i + 1] * 30) for i in range(0, len(e) - 1, 2))),
    min_size=1,
)
NOW = from_iso("2026-11-17T15:42:00Z")


@settings(max_examples=150)
@given(
    hours_,
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    st.integers(-200 * 24 * 60, 120 * 24 * 60),
    st.integers(0, 90 * 24 * 60),
    st.integers(0, 300_000),
)
def test_the_running_sum_tells_what_the_calendar_tells(hours, zone, offset, length, seconds):
    calendar = BusinessCalendar(zone, hours)
    time = WorkingTime(calendar, NOW)
    start = NOW + offset * MINUTE
    end = start + length * MINUTE
    assert time.between(start, end) == calendar.working_between(start, end) * SECOND
    assert time.add(start, seconds) == calendar.add_working(start, seconds)
    assert time.between(start, time.add(start, seconds)) == seconds * SECOND
    assert time.between(start, end + DAY) >= time.between(start, end)
