"""Calendars as stored. The holidays are those the US Office of Personnel Management lists for 2026."""

from datetime import date

from sqlalchemy import insert

from opsconsole.domain.calendar import NINE_TO_FIVE
from opsconsole.domain.instants import day_from_date, from_iso
from opsconsole.store import schema
from opsconsole.store.calendars import hours_from_json, hours_to_json, load_calendars, public_holidays


def day(words):
    return day_from_date(date.fromisoformat(words))


def test_opening_hours_are_stored_and_read_back():
    hours = {**NINE_TO_FIVE, 5: ((540, 720), (780, 900))}
    assert hours_from_json(hours_to_json(hours)) == hours


def test_a_calendar_is_closed_on_public_holidays_and_its_own_days(database):
    values = {"key": "reno", "time_zone": "America/Los_Angeles", "hours_json": hours_to_json(NINE_TO_FIVE)}
    values |= {"country": "US", "subdivision": "NV", "own_days_json": f"[{day('2026-11-25')}]"}
    with database.write() as conn:
        conn.execute(insert(schema.calendars).values(values))
        calendar = load_calendars(conn)["reno"]
    # Wednesday closed by choice, Thursday is Thanksgiving, Friday is Nevada's Family Day.
    assert calendar.add_business_days(day("2026-11-24"), 1) == day("2026-11-30")
    opens = from_iso("2026-11-24T17:00:00Z")
    assert calendar.add_working(opens - 1, 0) == opens


def test_a_holiday_on_a_saturday_is_kept_on_friday():
    assert day("2026-07-03") in public_holidays("US")


def test_a_country_nobody_knows_has_no_holidays():
    assert public_holidays("XX") == ()
