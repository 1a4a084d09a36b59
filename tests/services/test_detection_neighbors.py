"""Orders whose condition depends on changed ones are found with work in proportion to these."""

import pytest

from opsconsole.rules.fraud_signals import COUNTED, facts
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.order_exceptions_checkout import FRAUD_REVIEW
from opsconsole.services.detection_questions import neighbors_of

COUNT = 1_000
EVERY = 200  # steps of SQLite's machine between two counts


# Sales over the counter are all of one customer: each order is like all the others.
TILL = {
    "customer_id": "till",
    "email": "till@example.com",
    "address1": "1 Main St",
    "postcode": "97201",
    "currency": "USD",
}


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
        told = [{**order, **TILL, "placed_at": now - n, "total": n} for n, order in zip(ids, ours, strict=True)]
        scans = [{"tracking_number": f"T{n}", "code": "in_transit", "occurred_at": now - n} for n in ids]
        sqlite_writing(at=now, orders=told, shipments=parcels, shipment_events=scans)
        work.append(work_of(sqlite_writing.database, rule, range(1, ids[-1] + 1)))
    half, whole = work
    assert half > 0
    assert whole <= 3 * half


def test_twice_as_many_orders_of_one_customer_take_about_twice_the_work_to_score(sqlite_writing, now):
    work = []
    for ids in (range(1, COUNT + 1), range(COUNT + 1, 2 * COUNT + 1)):
        told = [{**TILL, "channel": "shop", "order_id": f"O{n}", "placed_at": now - 1_000_000 * n} for n in ids]
        sqlite_writing(at=now, orders=told)
        taken = []
        with sqlite_writing.database.read() as connection:
            driver = connection.connection.driver_connection
            driver.set_progress_handler(lambda taken=taken: taken.append(1), EVERY)
            rows = connection.execute(facts(FRAUD_REVIEW.moment(now))).all()
            driver.set_progress_handler(None, EVERY)
        assert max(row.orders_of_email for row in rows) == COUNTED
        work.append(len(taken))
    half, whole = work
    assert 0 < whole <= 2.6 * half
