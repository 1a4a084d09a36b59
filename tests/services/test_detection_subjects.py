"""Exceptions whose subject is no order: one row per key, whatever happens to what they are about."""

import pytest
from sqlalchemy import select

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services.detection import detect
from opsconsole.store.schema import exceptions


@pytest.fixture
def told(writing, now):
    """Writes files and runs the rules an hour later each time; returns what is known by (code, kind, subject)."""
    hours = iter(range(100))

    def run(**files):
        at = now + next(hours) * HOUR
        for kind, rows in files.items():
            # A file is imported at the moment the rules are run.
            writing.now = at
            writing(at=at, **{kind: rows})
        detect(writing.database, at)
        with writing.database.read() as connection:
            rows = connection.execute(select(exceptions)).all()
        return {(row.rule, row.subject_kind, row.subject): (row.state, row.reopened, row.order_fk) for row in rows}

    return run


def bill(now, **more):
    charge = {"vendor_key": "ups", "charge_id": "C1", "tracking_number": "T1", "kind": "freight", "currency": "USD"}
    return [{**charge, "amount": 5000, "expected_amount": 2000, "billed_at": now - DAY, "status": "open", **more}]


KEY = ("BILLING_VARIANCE", "charge", "ups/C1")


def test_a_charge_without_an_order_closes_and_comes_back_as_the_same_exception(told, now):
    assert told(freight_charges=bill(now)) == {KEY: ("open", 0, None)}
    assert told(freight_charges=bill(now, status="credited")) == {KEY: ("closed", 0, None)}
    assert told(freight_charges=bill(now)) == {KEY: ("open", 1, None)}


def test_a_charge_that_finds_its_order_later_stays_the_same_exception(told, now):
    told(freight_charges=bill(now))
    order = {"channel": "shop", "order_id": "1", "status": "delivered", "placed_at": now - 3 * DAY}
    parcel = {
        "channel": "shop",
        "order_id": "1",
        "shipment_id": "S",
        "tracking_number": "T1",
        "shipped_at": now - 2 * DAY,
    }
    found = told(orders=[order], shipments=[parcel])
    state, reopened, order_fk = found[KEY]
    assert (state, reopened) == ("open", 0)
    assert order_fk is not None


def test_an_order_and_a_listing_of_the_same_name_are_two_exceptions(told, now):
    order = {
        "channel": "shop",
        "order_id": "77",
        "status": "processing",
        "placed_at": now - DAY,
        "payment_status": "paid",
    }
    record = {"channel": "shop", "order_id": "77", "location": "reno", "status": "shipped", "shipped_at": now - HOUR}
    level = {"sku": "77", "location": "reno", "on_hand": 3.0, "available": 3.0}
    listing = {"channel": "shop", "sku": "77", "quantity": 9.0}
    found = told(orders=[order], warehouse_orders=[record], stock_levels=[level], listings=[listing])
    of_rule = {kind for code, kind, subject in found if code == "CHANNEL_MISMATCH" and subject == "shop/77"}
    assert of_rule == {"order", "listing"}
