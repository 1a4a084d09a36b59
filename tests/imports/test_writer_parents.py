"""Orders that records name are found with work in proportion to the records."""

import pytest

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_parents import find_orders

COUNT = 1_000
EVERY = 200  # steps of SQLite's machine between two counts


@pytest.mark.parametrize(("channel", "name"), [("shop", "{}"), ("shop", "#{}"), (None, "{}"), (None, "#{}")])
def test_twice_as_many_orders_take_twice_the_work_to_find(sqlite_writing, now, channel, name):
    """By id or number, with the channel or over all: the channel alone is that of every order."""
    work = []
    for count in (COUNT // 2, COUNT):
        told = [{"channel": "shop", "order_id": str(n), "order_number": f"#{n}"} for n in range(count)]
        sqlite_writing(at=now, orders=told)
        named = [(channel, name.format(n)) for n in range(count)]
        taken = []
        with sqlite_writing.database.read() as connection:
            batch = Batch(connection, 1, now, now, "shop", None)
            driver = connection.connection.driver_connection
            driver.set_progress_handler(lambda taken=taken: taken.append(1), EVERY)
            found = find_orders(batch, "shipments", named, range(count))
            driver.set_progress_handler(None, EVERY)
        assert len(set(found)) == count
        work.append(len(taken))
    half, whole = work
    assert 0 < whole <= 3 * half
