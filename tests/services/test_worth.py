"""Sums of amounts of several currencies are the same wherever they are shown. Expected values are worked by hand."""

import pytest
from sqlalchemy import insert, update

from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.services import handover, order_exceptions
from opsconsole.services.business import business
from opsconsole.services.exception_rules import list_rules
from opsconsole.services.settings import change_setting
from opsconsole.store.schema import exceptions, order_lines, orders, payments, rates

# At half a dollar each, half to even: 0.5 is 0, 2.5 is 2, 3.5 is 4; together 8, and 9 had they been added first.
EUROS, ROUNDED = (1, 5, 5, 7), 0 + 2 + 2 + 4
DOLLARS = 1000


@pytest.fixture
def desk(database, now):
    with database.write() as connection:
        connection.execute(insert(rates).values(currency="EUR", valid_on=day_of(now) - 1, rate=0.5))
        rows = [(amount, "EUR") for amount in EUROS] + [(DOLLARS, "USD"), (250, "XTS"), (None, None)]
        connection.execute(
            insert(exceptions),
            [
                {
                    "rule": "LATE_SHIPMENT", "subject_kind": "order", "subject": f"shop/{number}", "severity": "S2",
                    "state": "open", "opened_at": now - DAY, "detected_at": now - DAY, "acknowledge_by": now,
                    "due_at": now + HOUR, "value_at_risk": amount, "currency": currency, "owner": "Shift A",
                    "evidence_json": "{}",
                }
                for number, (amount, currency) in enumerate(rows)
            ],
        )  # fmt: skip
    change_setting(database, "base_currency", "USD", who="Ann", now=now - DAY)
    return database


def test_queue_rules_page_and_hand_over_sum_to_the_same_cent(desk, now):
    queue = order_exceptions.list_exceptions(desk, now).columns["base_value"]
    (chip,) = order_exceptions.type_counts(desk, now)
    (rule,) = (row for row in list_rules(desk, now).rows() if row["key"] == "LATE_SHIPMENT")
    shift = handover.hand_over(desk, now, since=now - 2 * DAY)
    (owner,) = shift.owners
    (noted,) = (figure.note for figure in shift.figures if figure.key == "open_now")
    assert sum(worth or 0 for worth in queue) == DOLLARS + ROUNDED
    assert (chip.value, rule["value_at_risk"], owner.value_at_risk) == (DOLLARS + ROUNDED,) * 3
    assert noted == "$10.08"


def test_amounts_without_a_rate_stay_in_their_currency(desk, now):
    (chip,) = order_exceptions.type_counts(desk, now)
    assert (chip.count, chip.others) == (7, (("XTS", 250),))


def test_amounts_that_stand_for_nothing_add_nothing(desk, now):
    with desk.write() as connection:
        connection.execute(update(exceptions).where(exceptions.c.currency == "EUR").values(value_at_risk=0))
    (chip,) = order_exceptions.type_counts(desk, now)
    assert chip.value == DOLLARS


def test_a_business_whose_orders_name_no_currency_has_that_of_their_lines_or_payments(database, now):
    given = {"source_time": 0, "batch_id": 1}
    with database.write() as connection:
        placed = {"channel": "shop", "status": "delivered", "order_id": "1", "changed_at": 0, **given}
        (order,) = connection.execute(insert(orders), placed).inserted_primary_key
        connection.execute(insert(payments).values(order_fk=order, payment_id="1", currency="EUR", **given))
        assert business(connection, now).base_currency == "EUR"
        lines = [{"order_fk": order, "line_id": str(number), "currency": "BRL", **given} for number in range(2)]
        connection.execute(insert(order_lines), lines)
        assert business(connection, now).base_currency == "BRL"
        connection.execute(insert(orders), {**placed, "order_id": "2", "currency": "GBP"})
        assert business(connection, now).base_currency == "GBP"
