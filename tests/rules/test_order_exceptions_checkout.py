"""More of payment, fraud, missing data and prices: what the examples alone do not show."""

import json

import pytest
from examples import ADDRESS, KNOWN, LINE, OPEN, SHIPPED, SHOP
from examples_checkout import METHODS, REACHED, SUSPECT

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.rules import fraud_signals
from opsconsole.services.settings import change_setting

CALM = {
    **dict.fromkeys(("bill_country", "country", "postcode", "email", "customer_id", "risk_level", "risk_score")),
    **dict.fromkeys(("decision", "decision_score", "decision_provider", "total", "currency")),
    **dict.fromkeys(("orders_of_customer", "orders_of_email", "orders_of_address", "ordered_before"), 0),
}
VALUES = {parameter.key: parameter.default for parameter in fraud_signals.PARAMETERS}


def decision(what, at=-HOUR, **more):
    row = {"channel": SHOP, "order_id": "1", "decision_id": f"{what}{at}", "decision": what, "decided_at": at}
    return {**row, "provider": "Watch", **more}


def codes(found, code):
    return {subject for rule, subject in found if rule == code}


def points(**facts):
    score = fraud_signals.score({**CALM, **facts}, VALUES)
    return {one.key: one.points for one in score.contributions if one.points}


# --- payment ----------------------------------------------------------------------------------------------------------


def test_what_shipped_without_money_is_of_the_highest_severity(raised):
    rows = raised(
        {"orders": [{**SHIPPED, "payment_status": "voided"}, {**OPEN, "order_id": "2", "payment_status": "failed"}]}
    )
    severities = {key: row.severity for key, row in rows.items() if key[0] == "PAYMENT_DECLINED"}
    assert severities == {("PAYMENT_DECLINED", "shop/1"): "S1", ("PAYMENT_DECLINED", "shop/2"): "S2"}


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"payment_status": "authorized"}, True),
        ({"payment_status": "paid"}, False),
        ({"payment_method": "COD"}, False),
        ({"payment_terms": "Net 30"}, False),
        ({"payment_terms": "Net 2"}, True),
        ({"status": "cancelled", "stated_shipped_at": None}, False),
    ],
)
def test_what_shipped_unpaid_is_found_unless_it_is_not_due(change, is_found, found):
    order = {**SHIPPED, "payment_status": "pending", **change}
    assert bool(codes(found({"orders": [order]}), "PAYMENT_DECLINED")) == is_found


def test_a_failed_payment_counts_until_another_one_succeeds(found):
    failed = {"channel": SHOP, "order_id": "1", "payment_id": "P1", "status": "failed", "paid_at": -2 * HOUR}
    order = {**OPEN, "payment_status": None}
    assert codes(found({"orders": [order], "payments": [failed]}), "PAYMENT_DECLINED") == {"shop/1"}
    second = {**failed, "order_id": "2"}
    good = {**second, "payment_id": "P2", "status": "paid"}
    both = {"orders": [{**order, "order_id": "2"}], "payments": [second, good]}
    assert codes(found(both), "PAYMENT_DECLINED") == {"shop/1"}


# --- fraud ------------------------------------------------------------------------------------------------------------


def test_a_calm_order_has_no_points():
    assert points() == {}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"bill_country": "GB", "country": "US"}, {"country": 25}),
        ({"bill_country": "United States", "country": "US"}, {}),
        ({"orders_of_email": 2}, {"velocity": 25}),
        ({"orders_of_email": 1}, {}),
        ({"email": "a@example.com", "total": 30_000, "currency": "USD"}, {"first_order": 20}),
        ({"email": "a@example.com", "total": 29_999, "currency": "USD"}, {}),
        ({"email": "a@example.com", "total": 300, "currency": "JPY"}, {"first_order": 20}),
        ({"email": "a@example.com", "total": 90_000, "currency": "USD", "ordered_before": 1}, {}),
        ({"total": 90_000, "currency": "USD"}, {}),
        ({"postcode": "33166-1234", "country": "US"}, {"forwarder": 30}),
        ({"postcode": "33166", "country": "DE"}, {"forwarder": 30}),
        ({"postcode": "33101", "country": "US"}, {}),
        ({"risk_level": "high"}, {"platform": 60}),
        ({"risk_level": "Medium"}, {"platform": 24}),
        ({"risk_level": "low"}, {}),
        ({"risk_score": 90.0}, {"imported": 54}),
        ({"risk_score": 90.0, "decision_score": 10.0}, {"imported": 6}),
    ],
)
def test_each_signal_gives_its_points(facts, expected):
    assert points(**facts) == expected


def test_points_never_exceed_a_hundred():
    facts = {"risk_level": "high", "risk_score": 100.0, "bill_country": "GB", "country": "US"}
    assert fraud_signals.score({**CALM, **facts}, VALUES).points == 100


def test_the_list_of_forwarders_is_a_setting(found, writing, now):
    change_setting(writing.database, "freight_forwarders", ["33101"], who="Tester", now=now - DAY)
    orders = [SUSPECT, {**SUSPECT, "order_id": "2", "postcode": "33101", "email": "d@example.com", "address1": "9 Elm"}]
    assert codes(found({"orders": orders}), "FRAUD_REVIEW") == {"shop/2"}


def test_the_score_is_told_with_what_it_is_made_of(raised):
    row = raised({"orders": [SUSPECT]})["FRAUD_REVIEW", "shop/1"]
    told = json.loads(row.evidence_json)
    assert told["score"] == 55
    assert told["signals"] == "Billing GB, shipping US (25), Freight forwarder at 33166 (30)"


@pytest.mark.parametrize(
    ("decisions", "is_found"),
    [
        ([decision("approve")], False),
        ([decision("approve", -2 * HOUR), decision("review", -HOUR)], True),
        ([decision("decline", -2 * HOUR), decision("approve", -HOUR)], False),
        ([decision("approve", HOUR)], True),
    ],
)
def test_the_newest_decision_stands_above_the_score(decisions, is_found, found):
    assert bool(codes(found({"orders": [SUSPECT], "fraud_decisions": decisions}), "FRAUD_REVIEW")) == is_found


def test_a_decline_raises_an_order_without_any_signal(raised):
    rows = raised({"orders": [{**OPEN, **ADDRESS}], "fraud_decisions": [decision("decline", -3 * HOUR)]})
    row = rows["FRAUD_REVIEW", "shop/1"]
    assert row.opened_at == row.detected_at - 3 * HOUR
    assert json.loads(row.evidence_json)["by"] == "Watch"


def test_the_third_order_of_an_address_within_a_day_points_to_fraud(found, writing, now):
    change_setting(writing.database, "rule.FRAUD_REVIEW.threshold", 24, who="Tester", now=now - DAY)
    base = {**OPEN, **ADDRESS}
    ages = (-29 * HOUR, -20 * HOUR, -5 * HOUR, -4 * HOUR)
    orders = [
        {**base, "order_id": str(at), "email": f"{at}@example.com", "placed_at": age} for at, age in enumerate(ages)
    ]
    assert codes(found({"orders": orders}), "FRAUD_REVIEW") == {"shop/3"}


# --- missing data -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "missing"),
    [
        ({**REACHED, "email": ""}, "an e-mail address"),
        ({**REACHED, "phone": ""}, "a phone number"),
        ({**REACHED, "phone": "", "service": "Ground"}, None),
        ({**REACHED, "country": "CA", "province": "ON", "postcode": "K1A 0B1"}, "customs data for CA"),
        ({**REACHED, "country": "CA", "province": "ON", "postcode": "K1A 0B1", "customs_number": "IM1"}, None),
    ],
)
def test_what_is_missing_is_named(order, missing, raised):
    files = {
        "tables": {"locations": [{"key": "reno", "label": "Reno", "country": "US"}]},
        "products": [{"sku": "A"}, {"sku": "B", "hs_code": "6109.10"}],
        "ship_methods": METHODS,
        "orders": [{**order, "location": "reno"}],
        "order_lines": [LINE],
    }
    row = raised(files).get(("MISSING_ORDER_INFO", "shop/1"))
    assert (row and json.loads(row.evidence_json)["missing"]) == missing


def test_what_no_file_has_is_not_missing(found):
    order = {key: value for key, value in REACHED.items() if key != "email"}
    assert not codes(found({"orders": [order], "ship_methods": METHODS}), "MISSING_ORDER_INFO")


# --- prices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ({"unit_price": 999}, True),
        ({"unit_price": 1000}, False),
        ({"unit_price": 0}, True),
        ({"unit_price": None, "amount": 1998}, True),
        ({"unit_price": 999, "currency": "EUR"}, False),
        ({"unit_price": 999, "cancelled_quantity": 2.0}, False),
    ],
)
def test_a_price_below_half_of_the_list_price_is_an_error(line, is_found, found):
    goods = [{"sku": "A", "unit_cost": 500, "list_price": 2000, "currency": "USD"}, KNOWN[1]]
    files = {"orders": [OPEN], "order_lines": [{**LINE, **line}], "products": goods}
    assert bool(codes(found(files), "PRICE_ERROR")) == is_found


def test_the_money_missing_to_the_usual_price_is_at_risk(raised):
    goods = [{"sku": "A", "unit_cost": 500, "list_price": 2000}]
    files = {"orders": [OPEN], "order_lines": [{**LINE, "unit_price": 400}], "products": goods}
    assert raised(files)["PRICE_ERROR", "shop/1/1"].value_at_risk == 2 * (2000 - 400)
