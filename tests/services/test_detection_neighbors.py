"""Orders whose condition depends on changed ones are found with work in proportion to these."""

import pytest

from opsconsole.rules.order_exceptions import RULES
from opsconsole.services.detection_questions import neighbors_of

COUNT = 1_000
EVERY = 200  # steps of SQLite's machine between two counts


def work_of(database, rule, changed):
    """How many hundred steps SQLite takes, which no busy machine changes."""
    taken = []
    with database.read() as connection:
        driver = connection.connection.driver_connection
        driver.set_progress_handler(lambda: taken.append(1), EVERY)
        neighbors_of(connection, rule, changed)
        driver.set_progress_handler(None, EVERY)
    return len(taken)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.neighbors], ids=lambda rule: rule.code)
def test_twice_as_many_orders_that_all_changed_take_twice_the_work(sqlite_writing, rule, now):
    """After a large import every order is a changed one; what is asked of each about all the others is the square."""
    work = []
    for ids in (range(1, COUNT // 2 + 1), range(COUNT // 2 + 1, COUNT + 1)):
        ours = [{"channel": "shop", "order_id": f"O{n}"} for n in ids]
        parcels = [
            {**order, "shipment_id": "1", "tracking_number": f"T{n}", "carrier_key": f"carrier-{n % 3}"}
            for n, order in zip(ids, ours, strict=True)
        ]
        told = [
            {**order, "placed_at": now - n, "total": n, "currency": "USD"} for n, order in zip(ids, ours, strict=True)
        ]
        scans = [{"tracking_number": f"T{n}", "code": "in_transit", "occurred_at": now - n} for n in ids]
        sqlite_writing(at=now, orders=told, shipments=parcels, shipment_events=scans)
        work.append(work_of(sqlite_writing.database, rule, range(1, ids[-1] + 1)))
    half, whole = work
    assert half > 0
    assert whole <= 3 * half
