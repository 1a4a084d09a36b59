"""What somebody is told, once each. One order late since 14:42 (S1, due 16:42), one address wrong; it is 15:42 UTC."""

import pytest
from sqlalchemy import select

from opsconsole.domain import quiet_hours
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE, from_iso
from opsconsole.services import calendars_changes
from opsconsole.services import order_exceptions as queue
from opsconsole.services.detection import detect
from opsconsole.services.notices import listing, look
from opsconsole.store.schema import exceptions


@pytest.fixture
def desk(writing, now):
    order = {"channel": "shop", "order_id": "77", "status": "processing", "payment_status": "paid"}
    order |= {"currency": "USD", "total": 41260, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    writing(at=now - HOUR, orders=[order])
    detect(writing.database, now)
    return writing.database


def late(database):
    with database.read() as connection:
        return connection.execute(select(exceptions).where(exceptions.c.rule == "LATE_SHIPMENT")).one()


def told(notices, kind):
    return [one.type for one in notices.told if one.kind == kind]


def test_a_new_s1_is_told_once(desk, now):
    first = look(desk, now, since=now - MINUTE)
    assert "LATE_SHIPMENT" in told(first, "new")
    (notice,) = [one for one in first.new if one.type == "LATE_SHIPMENT"]
    assert (notice.order, notice.words) == ("77", "Late shipment, 77, $412.60: due in 1h 00m")
    assert told(look(desk, now + 5 * MINUTE, since=now), "new") == []


def test_the_time_left_is_working_time_as_in_the_queue(writing, now):
    """Late since 14:42, open until 16:00 and from 8:00: the two hours end at 8:42, an hour of work from now."""
    week = dict.fromkeys(range(7), ((8 * 60, 16 * 60),))
    calendars_changes.set_calendar(writing.database, "reno", time_zone="UTC", hours=week, who="Ann", now=now - DAY)
    order = {"channel": "shop", "order_id": "78", "status": "processing", "payment_status": "paid"}
    order |= {"location": "reno", "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    writing(at=now - HOUR, orders=[order])
    calendars_changes.assign_calendar(writing.database, "location", "reno", "reno", who="Ann", now=now - DAY)
    detect(writing.database, now)
    (notice,) = [one for one in look(writing.database, now).new if one.type == "LATE_SHIPMENT"]
    assert notice.due_at == now + 17 * HOUR
    assert notice.words == "Late shipment, 78: due in 1h 00m"


def test_what_falls_due_is_told_when_it_comes_near(desk, now):
    due = late(desk).due_at
    assert due == now + HOUR
    assert told(look(desk, now + 25 * MINUTE, since=now + 20 * MINUTE), "due") == []
    near = look(desk, now + 30 * MINUTE, since=now + 25 * MINUTE)
    assert told(near, "due") == ["LATE_SHIPMENT"]
    assert near.headline == "1 falls due"
    assert told(look(desk, now + 35 * MINUTE, since=now + 30 * MINUTE), "due") == []
    after_a_night = look(desk, now + 10 * HOUR, since=now)
    assert "LATE_SHIPMENT" in told(after_a_night, "due")


def test_what_sleeps_or_is_closed_is_not_told(desk, now):
    queue.snooze(desk, [late(desk).id], until=now + HOUR, who="Ann", now=now)
    assert "LATE_SHIPMENT" not in told(look(desk, now, since=now - MINUTE), "new")
    queue.reopen(desk, [late(desk).id], who="Ann", now=now)
    queue.resolve(desk, [late(desk).id], root_cause="other", who="Ann", now=now)
    assert "LATE_SHIPMENT" not in told(look(desk, now, since=now - MINUTE), "new")


def test_the_badge_counts_s1_and_overdue(desk, now):
    before = look(desk, now)
    after = look(desk, now + 3 * HOUR)
    assert before.s1 >= 1
    assert after.overdue >= 1
    assert after.urgent <= after.s1 + after.overdue
    assert after.standing == f"{after.s1} S1 open, {after.overdue} overdue"


def test_quiet_hours_keep_silent_and_lose_nothing(desk, now):
    quiet = look(desk, now, since=now - MINUTE, quiet="15:00-16:00")
    assert (quiet.told, quiet.quiet) == ((), True)
    assert quiet.s1 >= 1
    later = look(desk, now + 20 * MINUTE, since=now - MINUTE, quiet="15:00-16:00")
    assert "LATE_SHIPMENT" in told(later, "new")


def test_notices_are_a_listing_too(desk, now):
    rows = [row for row in listing(look(desk, now, since=now - MINUTE)).rows() if row["type"] == "LATE_SHIPMENT"]
    assert [(row["kind"], row["severity"], row["order"]) for row in rows] == [("new", "S1", "77")]


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        ("22:00-07:00", "2026-11-17T21:59:00Z", False),
        ("22:00-07:00", "2026-11-17T22:00:00Z", True),
        ("22:00-07:00", "2026-11-18T06:59:00Z", True),
        ("22:00-07:00", "2026-11-18T07:00:00Z", False),
        ("12:00-13:00", "2026-11-17T12:30:00Z", True),
        ("", "2026-11-17T12:30:00Z", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours, moment, quiet):
    at = from_iso(moment)
    assert quiet_hours.is_quiet(hours, at, "UTC") is quiet
    assert quiet_hours.is_quiet(hours, quiet_hours.ends_at(hours, at, "UTC"), "UTC") is False


def test_quiet_hours_that_are_none_are_refused():
    assert quiet_hours.check(" 9:00 – 17:30") == "09:00-17:30"
    for wrong in ("night", "25:00-07:00", "22:00"):
        with pytest.raises(UserError, match="22:00-07:00"):
            quiet_hours.check(wrong)
