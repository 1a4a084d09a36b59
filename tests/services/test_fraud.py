"""The fraud screen: signals, decisions, and the way back from a chargeback.

Points follow by hand from the weights that the rule FRAUD_REVIEW ships with: 25 for a bill to another country, 30 for a
freight forwarder, 20 for a high first order, 60 for an imported score in full, threshold 50.
"""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.instants import DAY, HOUR, from_iso
from opsconsole.services import fraud as service
from opsconsole.services.imports import import_files
from opsconsole.store.schema import channels, disputes, fraud_decisions, orders

DATA = Path(__file__).parent.parent / "data"
PROVENANCE = {"source_time": 0, "batch_id": 1}


def order(now, number, **more):
    return {
        "channel": "shop",
        "order_id": number,
        "order_number": f"SO-{number}",
        "status": "processing",
        "payment_status": "paid",
        "currency": "USD",
        "total": 5000,
        "placed_at": now - 2 * DAY,
        "paid_at": now - 2 * DAY,
        "country": "US",
        "bill_country": "US",
        "postcode": "10001",
        "address1": f"{number} Elm St",
        "email": f"{number}@example.com",
        **more,
    }


@pytest.fixture
def shop(writing, now):
    """Order 1: billed in Nigeria, to a forwarder, a first order of $900. Order 2 only looks ordinary. 3 is cheap."""
    with writing.database.write() as connection:
        connection.execute(insert(channels).values(key="shop", label="Corner shop"))
    rows = [
        order(now, "1", bill_country="NG", postcode="19720", total=90000),
        order(now, "2", status="shipped"),
        order(now, "3"),
    ]
    parcel = {"channel": "shop", "order_id": "2", "shipment_id": "p", "shipped_at": now - 30 * HOUR}
    writing(at=now - HOUR, orders=rows, shipments=[parcel])
    return writing.database


def fk(database, number):
    with database.read() as connection:
        return connection.execute(select(orders.c.id).where(orders.c.order_id == number)).scalar_one()


def decide(database, number, decision, at, **more):
    row = {"order_fk": fk(database, number), "decision_id": str(at), "decision": decision, "decided_at": at}
    with database.write() as connection:
        connection.execute(insert(fraud_decisions).values(**row, **PROVENANCE, **more))


def dispute(database, number, at, **more):
    row = {"order_fk": fk(database, number), "dispute_id": "D-1", "kind": "chargeback", "reason": "fraudulent"}
    row |= {"status": "needs_response", "currency": "USD", "amount": 5000, "opened_at": at}
    with database.write() as connection:
        connection.execute(insert(disputes).values(**{**row, **more}, **PROVENANCE))


def test_each_signal_shows_its_points_and_their_sum(shop, now):
    check = service.fraud_check(shop, now, fk(shop, "1"))
    assert {one.key: (one.points, one.words) for one in check.seen} == {
        "forwarder": (30, "Freight forwarder at 19720"),
        "country": (25, "Billing NG, shipping US"),
        "first_order": (20, "First order, $900.00"),
    }
    assert check.points == sum(one.points for one in check.signals) == 75
    assert [one.key for one in check.seen] == ["forwarder", "country", "first_order"]
    assert (check.raised, check.threshold) == (True, 50)
    assert check.verdict == "**75** points are above the threshold of **50**."


def test_signals_that_saw_nothing_are_shown_with_no_points(shop, now):
    check = service.fraud_check(shop, now, fk(shop, "3"))
    assert (check.points, check.raised, check.seen) == (0, False, ())
    assert {one.key for one in check.signals} >= {"country", "velocity", "forwarder", "imported"}
    assert check.verdict == "**0** points are not above the threshold of **50**."


def test_the_newest_decision_stands_above_the_score(shop, now):
    decide(shop, "1", "review", now - 3 * HOUR, provider="Sentry desk")
    decide(shop, "1", "approve", now - HOUR, provider="Ann", reason="Called back")
    decide(shop, "1", "decline", now + HOUR)
    check = service.fraud_check(shop, now, fk(shop, "1"))
    assert (check.raised, check.verdict) == (False, "**Approved**: the decision stands above the score.")
    assert [(one.label, one.provider) for one in check.decisions] == [
        ("Approved", "Ann"),
        ("To be reviewed", "Sentry desk"),
    ]
    assert service.fraud_check(shop, now - 2 * HOUR, fk(shop, "1")).raised


def test_a_chargeback_leads_back_to_what_was_known_when_the_goods_left(shop, now):
    decide(shop, "2", "approve", now - 40 * HOUR, provider="Ann")
    decide(shop, "2", "decline", now - 20 * HOUR, score=96.0)
    dispute(shop, "2", now - HOUR)
    (row,) = service.list_chargebacks(shop, now).rows()
    assert (row["dispute_id"], row["order"], row["amount"]) == ("D-1", "SO-2", 5000)
    # It left 30 hours ago: the score of 96 and the decline came after that.
    assert (row["points"], row["decision"], row["held"], row["signals"]) == (0, "approve", False, None)
    (found,) = service.fraud_check(shop, now, fk(shop, "2")).disputes
    assert found.then.endswith("it had **0** points, approved: it was let through.")
    assert found.then.startswith("When it left on ")


def test_without_goods_that_left_the_disputes_opening_counts(shop, now):
    decide(shop, "1", "decline", now - 20 * HOUR, score=90.0)
    dispute(shop, "1", now - HOUR)
    (row,) = service.list_chargebacks(shop, now).rows()
    # 75 and 0.9 × 60 are more than the most there can be.
    assert (row["points"], row["decision"], row["held"]) == (100, "decline", True)
    assert len(service.list_chargebacks(shop, now - 2 * HOUR)) == 0


def test_a_marketplace_case_is_no_chargeback_but_stands_on_its_order(shop, now):
    dispute(shop, "2", now - HOUR, kind="case", reason="not_received")
    assert len(service.list_chargebacks(shop, now)) == 0
    assert [one.label for one in service.fraud_check(shop, now, fk(shop, "2")).disputes] == ["Marketplace case"]


def test_only_orders_with_something_to_say_concern_it(shop, now):
    with shop.read() as connection:
        assert not service.concerns(connection, fk(shop, "3"))
    decide(shop, "3", "review", now)
    with shop.read() as connection:
        assert service.concerns(connection, fk(shop, "3"))
    assert service.fraud_check(shop, now, 999) is None


def test_decisions_of_a_fraud_service_come_in_by_a_mapping(shop, now):
    report = import_files(
        shop,
        [str(DATA / "fraud_decisions.csv")],
        mapping=str(DATA / "mappings" / "fraud_decisions.toml"),
        who="Ann",
        now=now,
    )
    assert report.exit_code == 0
    check = service.fraud_check(shop, now, fk(shop, "1"))
    assert [(one.label, one.provider, one.score, one.reason) for one in check.decisions] == [
        ("Approved", "Sentry desk", 72, "Customer answered the phone"),
        ("To be reviewed", "Sentry desk", 72, "Bill from abroad, look at it"),
    ]
    assert check.decisions[0].decided_at == from_iso("2026-11-16T14:30:00Z")
    assert not check.raised
    assert service.fraud_check(shop, now, fk(shop, "2")).raised
