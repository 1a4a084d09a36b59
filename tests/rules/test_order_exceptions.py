"""Every rule with two examples: found, and just not found. What is expected follows from the definitions, by hand."""

import re

import examples_aftersales
import examples_checkout
import examples_fulfillment
import examples_records
import examples_transit
import pytest
from examples import ADDRESS, ARRIVED, KNOWN, LINE, OPEN, SHIPPED, SHOP, STOCK, TWO_LINES, parcel, twin

from opsconsole.domain import evidence
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.domain.resources import resource
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.rules.rule import COLUMNS
from opsconsole.services.settings import change_setting

# Code -> (files in which it is found, the subject, files in which it is just not found).
PHASES = (examples_checkout, examples_fulfillment, examples_transit, examples_aftersales, examples_records)
EXAMPLES = {code: example for phase in PHASES for code, example in phase.EXAMPLES.items()}


def test_every_rule_has_its_two_examples():
    assert set(EXAMPLES) == {rule.code for rule in RULES}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_rule_finds_its_example(code, found):
    files, subject, _ = EXAMPLES[code]
    assert {s for c, s in found(files) if c == code} == {subject}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_rule_leaves_what_is_just_not_it(code, found):
    _, _, files = EXAMPLES[code]
    assert not {s for c, s in found(files) if c == code}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_rule_that_is_switched_off_finds_nothing(code, found, writing, now):
    files, _, _ = EXAMPLES[code]
    change_setting(writing.database, f"rule.{code}.on", False, who="Tester", now=now - DAY)
    assert not {s for c, s in found(files) if c == code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_complete(rule):
    assert rule.severity in SEVERITIES
    assert rule.resolve_hours > 0
    assert rule.about.endswith(".")
    assert 2 <= len(rule.sentences) <= 4
    assert resource("runbooks", rule.runbook).is_file()
    templates = [template for sentence in (*rule.sentences, rule.short) for template in sentence]
    for template in [*templates, rule.closed_words, *(closing.words for closing in rule.closings)]:
        assert {kind for _, kind in evidence.places(template)} <= evidence.KINDS, template
        assert template.count("**") % 2 == 0, template
    assert all(template.endswith(".") for sentence in rule.sentences for template in sentence)
    assert rule.sentences[-1][0].startswith(("Next: ",))
    labels = {column.name for column in rule.select(rule.moment(0)).selected_columns}
    assert set(COLUMNS) <= labels


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_alternative_of_a_sentence_can_be_reached(rule):
    """An earlier one that needs no more values than a later one would always be taken before it."""
    for sentence in (*rule.sentences, rule.short):
        asked = [evidence.places(template) for template in sentence]
        for place, later in enumerate(asked):
            names = {name for name, _ in later}
            hidden_by = [
                sentence[number]
                for number, earlier in enumerate(asked[:place])
                if {name for name, _ in earlier} <= names and all(kind != "coming" for _, kind in earlier)
            ]
            assert hidden_by == [], sentence[place]


def test_codes_labels_and_ranks_are_unique():
    assert len(BY_CODE) == len(RULES)
    for name in ("label", "rank"):
        values = [getattr(rule, name) for rule in RULES]
        assert len(set(values)) == len(values)
    assert all(re.fullmatch(r"[A-Z_]+", code) for code in BY_CODE)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "cancelled"}, "LATE_SHIPMENT"),
        ({"status": "unavailable"}, "LATE_SHIPMENT"),
        ({"fulfilled_by": "FBA"}, "LATE_SHIPMENT"),
        ({"stated_shipped_at": -HOUR, "status": "shipped"}, "LATE_SHIPMENT"),
        ({"payment_method": "Cash on Delivery"}, "PAYMENT_PENDING"),
        ({"payment_terms": "Net 30"}, "PAYMENT_PENDING"),
        ({"status": "cancelled"}, "PAYMENT_PENDING"),
    ],
)
def test_what_does_not_flood_the_queue(change, code, found):
    order = {**OPEN, "payment_status": "authorized", "placed_at": -30 * HOUR, "ship_by": -HOUR}
    assert (code, "shop/1") in found({"orders": [ARRIVED, order]})
    order = {**order, "order_id": "2", **change}
    assert (code, "shop/2") not in found({"orders": [ARRIVED, order]})


def test_net_terms_are_looked_at_once_they_are_due(found):
    order = {**OPEN, "payment_status": "pending", "payment_terms": "Net 7", "placed_at": -8 * DAY}
    assert ("PAYMENT_PENDING", "shop/1") in found({"orders": [order]})


def test_goods_without_shipping_need_no_address_and_no_ship_confirm(found):
    late = {**OPEN, **ADDRESS, "postcode": "1", "ship_by": -HOUR}
    digital = {**LINE, "requires_shipping": False}
    codes = {code for code, _ in found({"orders": [ARRIVED, late], "order_lines": [digital]})}
    assert not codes & {"LATE_SHIPMENT", "ADDRESS_INVALID"}


def test_an_address_part_that_no_file_has_is_not_missing(found):
    order = {**OPEN, **{key: value for key, value in ADDRESS.items() if key not in ("address1", "province")}}
    assert not found({"orders": [order]})


def test_an_address_part_that_a_file_leaves_empty_is_missing(found):
    assert found({"orders": [{**OPEN, **ADDRESS, "address1": None}]}) == {("ADDRESS_INVALID", "shop/1")}


def test_an_alias_maps_a_sku_in_its_own_channel_only(found, writing):
    from sqlalchemy import insert

    from opsconsole.store.schema import sku_aliases

    with writing.database.write() as connection:
        connection.execute(insert(sku_aliases).values(channel=SHOP, alias="OLD", sku="A"))
    lines = [{**LINE, "sku": "OLD"}, {**LINE, "channel": "market", "sku": "OLD"}]
    orders = [OPEN, {**OPEN, "channel": "market"}]
    assert found({"orders": orders, "order_lines": lines, "products": KNOWN}) == {("UNMAPPED_SKU", "market/1/1")}


def test_what_a_platform_has_committed_covers_the_open_orders(found):
    order = {**OPEN, "location": "reno"}
    committed = {**STOCK, "on_hand": 2.0, "allocated": 2.0, "available": 0.0}
    assert not found({"orders": [order], "order_lines": [LINE], "stock_levels": [committed]})


def test_available_below_zero_is_oversold_even_without_an_open_order(found):
    assert found({"stock_levels": [{**STOCK, "available": -1.0}]}) == {("OUT_OF_STOCK", "A @ reno")}


def test_without_a_location_stock_counts_over_all(found):
    levels = [STOCK, {**STOCK, "location": "columbus", "available": 1.0}]
    enough = {"orders": [OPEN], "order_lines": [{**LINE, "quantity": 3.0}], "stock_levels": levels}
    assert not found(enough)
    more = {**OPEN, "order_id": "2"}
    short = {"orders": [more], "order_lines": [{**LINE, "order_id": "2", "quantity": 1.0}]}
    assert found(short) == {("OUT_OF_STOCK", "A")}


def test_a_file_without_tracking_numbers_tells_nothing_about_them(found):
    silent = {key: value for key, value in parcel().items() if key != "tracking_number"}
    assert not found({"orders": [SHIPPED], "shipments": [silent]})
    assert found({"shipments": [{**silent, "shipment_id": "S2", "tracking_number": None}]}) == {
        ("NO_TRACKING", "shop/1/S2")
    }


def test_a_voided_label_needs_no_tracking_number(found):
    assert not found(
        {"orders": [SHIPPED], "shipments": [parcel(tracking_number="", voided=True), parcel(shipment_id="S2")]}
    )


def test_the_earlier_of_two_equal_orders_is_not_the_duplicate(found):
    lines = [*TWO_LINES, {**LINE, "order_id": "3"}]
    orders = [{**OPEN, **ADDRESS}, twin(), twin(order_id="3", placed_at=-4 * HOUR + 30 * MINUTE)]
    codes = found({"orders": orders, "order_lines": lines})
    assert codes == {("DUPLICATE_ORDER", "shop/2"), ("DUPLICATE_ORDER", "shop/3")}
