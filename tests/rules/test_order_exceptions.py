"""Every rule with two examples: found, and just not found. What is expected follows from the definitions, by hand."""

import re

import pytest

from opsconsole.domain import evidence
from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND
from opsconsole.domain.resources import resource
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.rules.rule import COLUMNS

SHOP = "shop"
# Beside what an example is about: an order that shipped and arrived, so that its channel is known to tell of both.
ARRIVED = {
    "channel": SHOP,
    "order_id": "arrived",
    "status": "delivered",
    "payment_status": "paid",
    "placed_at": -9 * DAY,
    "stated_shipped_at": -8 * DAY,
    "stated_delivered_at": -6 * DAY,
    "deliver_by": -5 * DAY,
    "ship_by": -7 * DAY,
}
OPEN = {
    "channel": SHOP,
    "order_id": "1",
    "status": "processing",
    "payment_status": "paid",
    "placed_at": -5 * HOUR,
    "currency": "USD",
    "total": 5000,
    "ship_by": 20 * HOUR,
}
TIMES = {
    *("placed_at", "paid_at", "stated_shipped_at", "stated_delivered_at", "cancelled_at"),
    *("ship_by", "deliver_by", "shipped_at", "counted_at"),
}
ADDRESS = {
    "address1": "12 Main Street",
    "city": "Reno",
    "province": "NV",
    "postcode": "89501",
    "country": "US",
    "customer_name": "C. Jones",
    "email": "c@example.com",
}
KNOWN = [{"sku": "A"}, {"sku": "B"}]
LINE = {"channel": SHOP, "order_id": "1", "line_id": "1", "sku": "A", "quantity": 2.0, "amount": 5000}
STOCK = {"sku": "A", "location": "reno", "on_hand": 2.0, "allocated": 0.0, "available": 2.0, "counted_at": -HOUR}
SHIPPED = {**OPEN, "status": "shipped", "placed_at": -3 * DAY, "stated_shipped_at": -25 * HOUR}
PARCEL = {
    "channel": SHOP,
    "order_id": "1",
    "shipment_id": "S1",
    "carrier_key": "ups",
    "tracking_number": "1Z5R89390357567127",
    "stated_shipped_at": None,
}


def parcel(**more):
    made = {key: value for key, value in PARCEL.items() if key != "stated_shipped_at"}
    return {**made, "shipped_at": -25 * HOUR, **more}


def twin(**more):
    return {**OPEN, **ADDRESS, "order_id": "2", "placed_at": -4 * HOUR, **more}


TWO_LINES = [LINE, {**LINE, "order_id": "2"}]

# Code -> (files in which it is found, the subject, files in which it is just not found); times count from now.
EXAMPLES = {
    "PAYMENT_PENDING": (
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR - SECOND}]},
        "shop/1",
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR}]},
    ),
    "ADDRESS_INVALID": (
        {"orders": [{**OPEN, **ADDRESS, "postcode": "8950"}], "order_lines": [LINE]},
        "shop/1",
        {"orders": [{**OPEN, **ADDRESS, "postcode": "89501-1234"}], "order_lines": [LINE]},
    ),
    "UNMAPPED_SKU": (
        {"orders": [OPEN], "order_lines": [{**LINE, "sku": "a"}], "products": KNOWN},
        "shop/1/1",
        {"orders": [OPEN], "order_lines": [LINE], "products": KNOWN},
    ),
    "DUPLICATE_ORDER": (
        {"orders": [{**OPEN, **ADDRESS}, twin(placed_at=-4 * HOUR)], "order_lines": TWO_LINES},
        "shop/2",
        {"orders": [{**OPEN, **ADDRESS}, twin(placed_at=-4 * HOUR + SECOND)], "order_lines": TWO_LINES},
    ),
    "OUT_OF_STOCK": (
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [{**LINE, "quantity": 3.0}], "stock_levels": [STOCK]},
        "A @ reno",
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [LINE], "stock_levels": [STOCK]},
    ),
    "LATE_SHIPMENT": (
        {"orders": [ARRIVED, {**OPEN, "ship_by": -1}]},
        "shop/1",
        {"orders": [ARRIVED, {**OPEN, "ship_by": 0}]},
    ),
    "PARTIAL_SHIPMENT": (
        {
            "orders": [{**OPEN, "status": "partially_shipped", "stated_shipped_at": -24 * HOUR - SECOND}],
            "order_lines": [{**LINE, "quantity": 3.0, "shipped_quantity": 1.0}],
        },
        "shop/1",
        {
            "orders": [{**OPEN, "status": "partially_shipped", "stated_shipped_at": -24 * HOUR}],
            "order_lines": [{**LINE, "quantity": 3.0, "shipped_quantity": 1.0}],
        },
    ),
    "NO_TRACKING": (
        # The last digit of a genuine number is 7.
        {"orders": [SHIPPED], "shipments": [parcel(tracking_number="1Z5R89390357567128")]},
        "shop/1/S1",
        {"orders": [SHIPPED], "shipments": [parcel()]},
    ),
    "LATE_DELIVERY": (
        {"orders": [ARRIVED, {**SHIPPED, "deliver_by": -1}]},
        "shop/1",
        {"orders": [ARRIVED, {**SHIPPED, "deliver_by": 0}]},
    ),
    "SYNC_STALE": (
        {"feed": {"newest_data_at": -2 * HOUR - SECOND}},
        "orders_file/shop",
        {"feed": {"newest_data_at": -2 * HOUR}},
    ),
}


def dated(row, now):
    return {key: now + value if key in TIMES and value is not None else value for key, value in row.items()}


@pytest.fixture
def found(writing, now):
    """Codes and subjects of the active exceptions after the files were written and the rules run."""
    from sqlalchemy import insert, select

    from opsconsole.services.detection import detect
    from opsconsole.store.schema import exceptions, feeds

    def run(files):
        feed = files.get("feed")
        kinds = {kind: [dated(row, now) for row in rows] for kind, rows in files.items() if kind != "feed"}
        for kind, rows in kinds.items():
            writing(at=now - HOUR, **{kind: rows})
        if feed:
            row = {"source": "orders_file", "channel": SHOP, "label": "Orders", "usual_interval_seconds": 3600}
            with writing.database.write() as connection:
                newest = now + feed["newest_data_at"]
                connection.execute(insert(feeds).values(**row, newest_data_at=newest, arrivals=3))
        detect(writing.database, now)
        with writing.database.read() as connection:
            rows = connection.execute(select(exceptions.c.rule, exceptions.c.subject)).all()
        return {(row.rule, row.subject) for row in rows}

    return run


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_complete(rule):
    assert rule.severity in SEVERITIES
    assert rule.resolve_hours > 0
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
