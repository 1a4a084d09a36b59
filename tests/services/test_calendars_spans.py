"""Working time backwards: from when on so much of it does not end before an instant."""

import random

import pytest

from opsconsole.domain.calendar import BusinessCalendar
from opsconsole.domain.instants import DAY, HOUR, SECOND
from opsconsole.services.calendars import Clocks, WorkingTime

TUESDAY_NINE = -6 * HOUR - 42 * 60 * SECOND  # from 15:42 on


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        (0, 1, -HOUR),
        # Eight hours that end on Tuesday at 15:42 began on Monday at 15:42.
        (0, 8, -DAY),
        # An hour that ends at Tuesday, 9:30, began at Monday, 16:30.
        (TUESDAY_NINE + HOUR // 2, 1, TUESDAY_NINE - DAY + 7 * HOUR + HOUR // 2),
        # Until Tuesday, 9:00, nothing was done since Monday, 17:00, when an hour that began at 16:00 ended.
        (TUESDAY_NINE, 1, TUESDAY_NINE - DAY + 7 * HOUR + 1),
    ],
)
def test_working_time_begins_where_it_must_to_end_then(end, hours, start, now):
    time = WorkingTime(BusinessCalendar("UTC"), now)
    assert time.start(now + end, hours * 3600) == now + start


@pytest.mark.parametrize("seed", range(5))
def test_the_start_is_the_first_instant_that_does_not_end_before(seed, now):
    choose = random.Random(seed)
    time = WorkingTime(BusinessCalendar("America/New_York"), now)
    for _ in range(50):
        end, seconds = now + choose.randrange(-9 * DAY, 9 * DAY), choose.randrange(100 * 3600)
        start = time.start(end, seconds)
        assert time.add(start, seconds) >= end
        assert time.add(start - 1, seconds) < end


def test_every_calendar_in_use_has_its_own_span(sqlite_database, now):
    from sqlalchemy import insert

    from opsconsole.store.schema import locations

    with sqlite_database.write() as connection:
        rows = [{"key": "a", "label": "A", "time_zone": "Asia/Tokyo"}, {"key": "b", "label": "B", "time_zone": "UTC"}]
        connection.execute(insert(locations), rows)
    with sqlite_database.read() as connection:
        clocks = Clocks(connection, now)
    spans = clocks.ends(3600, now - HOUR, now)
    expected = {(clocks.add(now - HOUR, 3600, key, None), clocks.add(now, 3600, key, None)) for key in ("a", "b")}
    assert set(spans) == expected
    assert len(clocks.starts(3600, now - HOUR, now)) == 2
