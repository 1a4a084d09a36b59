"""The rules after an import was undone: what hung on it is looked at again, also where no order changed."""

from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services.detection import detect
from opsconsole.services.import_undo import undo_import
from opsconsole.store.schema import exceptions


@pytest.fixture
def found(sqlite_writing: Any) -> Any:
    def run(at: int) -> dict[tuple[str, str], str]:
        detect(sqlite_writing.database, at)
        with sqlite_writing.database.read() as connection:
            rows = connection.execute(select(exceptions.c.rule, exceptions.c.subject, exceptions.c.state)).all()
        return {(row.rule, row.subject): row.state for row in rows}

    sqlite_writing.keeps = True
    return run


def test_a_bill_of_no_order_that_was_undone_is_no_variance(sqlite_writing: Any, found: Any, now: int) -> None:
    charge = {"vendor_key": "ups", "charge_id": "C1", "tracking_number": "T1", "kind": "freight", "currency": "USD",
              "amount": 5000, "expected_amount": 2000, "billed_at": now - DAY, "status": "open"}  # fmt: skip
    sqlite_writing(at=now, freight_charges=[charge])
    assert found(now)["BILLING_VARIANCE", "ups/C1"] == "open"
    undo_import(sqlite_writing.database, sqlite_writing.batch, who="Tester", now=now)
    assert found(now + HOUR)["BILLING_VARIANCE", "ups/C1"] == "closed"


def test_what_a_customers_file_told_is_asked_for_again_once_it_was_undone(
    sqlite_writing: Any, found: Any, now: int
) -> None:
    order = {"channel": "shop", "order_id": "1", "customer_id": "7", "status": "processing", "placed_at": now - DAY,
             "payment_status": "paid", "email": None, "phone": None, "total": 1000, "currency": "USD",
             "country": "US", "customer_name": "B"}  # fmt: skip
    other = {**order, "order_id": "2", "customer_id": None, "email": "c@example.com", "phone": "2"}
    sqlite_writing(at=now, orders=[order, other])
    assert found(now)["MISSING_ORDER_INFO", "shop/1"] == "open"
    sqlite_writing(at=now, customers=[{"channel": "shop", "customer_id": "7", "email": "b@example.com", "phone": "1"}])
    assert found(now + HOUR)["MISSING_ORDER_INFO", "shop/1"] == "closed"
    undo_import(sqlite_writing.database, sqlite_writing.batch, who="Tester", now=now)
    assert found(now + 2 * HOUR)["MISSING_ORDER_INFO", "shop/1"] == "open"
