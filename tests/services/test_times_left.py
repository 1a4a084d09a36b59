"""What is left of many clocks at once, against the clocks one by one."""

import random

import numpy as np
import pytest
from sqlalchemy import insert

from opsconsole.domain.instants import DAY, HOUR, SECOND
from opsconsole.services.calendars import Clocks
from opsconsole.services.times_left import times_left
from opsconsole.store.schema import locations

PLACES = (("tokyo", "Asia/Tokyo"), ("york", "America/New_York"), ("none", None))


@pytest.fixture
def clocks(sqlite_database, now):
    rows = [{"key": key, "label": key, "time_zone": zone} for key, zone in PLACES]
    with sqlite_database.write() as connection:
        connection.execute(insert(locations), rows)
    with sqlite_database.read() as connection:
        return Clocks(connection, now)


@pytest.mark.parametrize("reach", [3 * HOUR, 9 * DAY, 100 * DAY])
def test_many_clocks_at_once_say_the_same_as_one_by_one(clocks, now, reach):
    choose = random.Random(reach)
    due = [now, now + 1, now - 1, *(now + choose.randrange(-reach, reach) for _ in range(300))]
    opened = [at - choose.randrange(1, reach) for at in due]
    of_rows = [(choose.random() < 0.7, choose.choice(["tokyo", "york", "none", None]), None) for _ in due]
    seconds, shares = times_left(clocks, now, np.array(opened), np.array(due), of_rows)
    for row, (working, location, channel) in enumerate(of_rows):
        clock = {"working": working, "location": location, "channel": channel}
        assert seconds[row] == clocks.left(due[row], **clock)
        # One by one, what reaches back further than some months is told in whole seconds.
        assert shares[row] == pytest.approx(clocks.share_left(opened[row], due[row], **clock), abs=1e-5)


def test_what_was_due_years_ago_is_over_by_its_working_hours(clocks, now):
    # Tuesday 15:42, the same hour 208 weeks before, no holidays: 208 weeks of 40 hours.
    due = now - 208 * 7 * DAY
    seconds, shares = times_left(clocks, now, np.array([due - HOUR]), np.array([due]), [(True, "none", None)])
    assert (seconds[0], shares[0]) == (-208 * 40 * HOUR // SECOND, 0.0)


def test_no_rows_have_no_clocks(clocks, now):
    none = np.array([], np.int64)
    assert [len(found) for found in times_left(clocks, now, none, none, [])] == [0, 0]
