"""What follows for orders. Instants are written as ISO text; working days are counted on a calendar of 2026."""

from datetime import date

import pytest
from sqlalchemy import insert, update

from opsconsole.domain.instants import day_from_date, from_iso
from opsconsole.imports.writer import derive_orders
from opsconsole.store import schema

ORDER = {"channel": "shop", "order_id": "1", "placed_at": from_iso("2026-11-13T23:30:00Z")}  # a Friday
PARCEL = {"channel": "shop", "order_id": "1"}


def day(words):
    return day_from_date(date.fromisoformat(words))


def set_channel(writing, **values):
    with writing.database.write() as conn:
        conn.execute(insert(schema.channels).values(key="shop", label="Shop", **values))


def test_without_a_promise_two_and_five_business_days_are_assumed(writing):
    writing(orders=[ORDER])
    row = writing.row("orders")
    assert (row["ship_by_on"], row["ship_by_basis"]) == (day("2026-11-17"), "assumed")
    assert row["ship_by"] == from_iso("2026-11-17")
    assert (row["deliver_by_on"], row["deliver_by_basis"]) == (day("2026-11-24"), "assumed")


def test_a_channel_promises_in_business_days_of_its_time_zone(writing):
    set_channel(writing, time_zone="Asia/Tokyo", ship_within_days=1, deliver_within_days=2)
    writing(orders=[ORDER])
    row = writing.row("orders")
    # Saturday morning in Tokyo: Monday, then Wednesday.
    assert row["placed_on"] == day("2026-11-14")
    assert (row["ship_by_on"], row["deliver_by_on"]) == (day("2026-11-16"), day("2026-11-18"))
    assert row["ship_by"] == from_iso("2026-11-16T14:59:59.999999Z")
    assert (row["ship_by_basis"], row["deliver_by_basis"]) == ("channel", "channel")


def test_a_promise_given_as_a_day_lasts_until_its_end_where_the_order_is(writing):
    writing(orders=[{**ORDER, "time_zone": "America/New_York", "ship_by_on": day("2026-11-16")}])
    row = writing.row("orders")
    assert row["ship_by"] == from_iso("2026-11-17T04:59:59.999999Z")
    assert (row["ship_by_basis"], row["placed_on"]) == ("platform", day("2026-11-13"))


def test_an_assumed_promise_never_blocks_the_platforms(writing):
    promised = from_iso("2026-11-14T12:00:00Z")
    writing(at=9, orders=[ORDER])
    writing(at=1, orders=[{**ORDER, "ship_by": promised}])
    row = writing.row("orders")
    assert (row["ship_by"], row["ship_by_basis"], row["ship_by_on"]) == (promised, "platform", day("2026-11-14"))


def test_the_earliest_line_is_the_orders_ship_by(writing):
    early, late = from_iso("2026-11-14T12:00:00Z"), from_iso("2026-11-19T12:00:00Z")
    lines = [{**PARCEL, "line_id": "a", "ship_by": late}, {**PARCEL, "line_id": "b", "ship_by": early}]
    writing(orders=[ORDER], order_lines=lines)
    assert writing.row("orders", "ship_by", "ship_by_basis") == {"ship_by": early, "ship_by_basis": "lines"}


def test_an_order_is_shipped_with_its_last_parcel_and_delivered_when_all_are(writing):
    parcels = [
        {**PARCEL, "shipment_id": "a", "shipped_at": 10, "delivered_at": 30},
        {**PARCEL, "shipment_id": "b", "shipped_at": 20, "delivered_at": None},
        {**PARCEL, "shipment_id": "c", "shipped_at": 99, "voided": True},
    ]
    writing(at=1, orders=[ORDER], shipments=parcels)
    row = writing.row("orders")
    assert (row["first_shipped_at"], row["shipped_at"], row["delivered_at"]) == (10, 20, None)
    writing(at=2, shipments=[{**PARCEL, "shipment_id": "b", "delivered_at": 40}])
    row = writing.row("orders")
    assert (row["shipped_at"], row["delivered_at"], row["last_event_at"]) == (20, 40, ORDER["placed_at"])


@pytest.mark.parametrize(
    ("order", "shipped", "whole"),
    [
        ({}, [2.0, 3.0], 10),
        ({}, [2.0, 0.0], None),
        ({}, [None, None], 10),
        ({}, [0.0, 0.0], 10),
        ({"status": "partially_shipped"}, [None, None], None),
        ({"stated_shipped_at": 7}, [None, None], 7),
        ({"stated_shipped_at": 7}, [1.0, None], None),
    ],
)
def test_part_of_an_order_is_not_the_order(sqlite_writing, order, shipped, whole):
    lines = [
        {**PARCEL, "line_id": str(number), "quantity": quantity, "shipped_quantity": part}
        for number, (quantity, part) in enumerate(zip([2.0, 3.0], shipped, strict=True))
    ]
    parcel = {**PARCEL, "shipment_id": "a", "shipped_at": 10}
    sqlite_writing(orders=[{**ORDER, **order}], order_lines=lines, shipments=[parcel])
    row = sqlite_writing.row("orders")
    assert row["shipped_at"] == whole
    assert row["first_shipped_at"] == min(10, order.get("stated_shipped_at", 10))
    assert row["quantity_ordered"] == 5.0


def test_cancelled_units_need_not_be_shipped(sqlite_writing):
    line = {**PARCEL, "line_id": "a", "quantity": 3.0, "shipped_quantity": 2.0, "cancelled_quantity": 1.0}
    sqlite_writing(orders=[{**ORDER, "stated_shipped_at": 7}], order_lines=[line])
    row = sqlite_writing.row("orders")
    assert (row["shipped_at"], row["quantity_shipped"], row["quantity_cancelled"]) == (7, 2.0, 1.0)


def test_the_same_customer_address_goods_and_total_hash_alike(writing):
    order = {"email": "Ann@x.org", "address1": "1, Main St.", "city": "Town", "total": 900, "currency": "USD"}
    same = {**order, "email": "ann@X.org", "address1": "1 main st"}
    other = {**order, "total": 901}
    orders = [{**ORDER, **content, "order_id": key} for key, content in zip("abc", (order, same, other), strict=True)]
    lines = [{"channel": "shop", "order_id": key, "sku": sku, "quantity": 1.0} for key in "abc" for sku in ("x", "y")]
    writing(orders=orders, order_lines=[*lines[:2], lines[3], lines[2], *lines[4:]])
    hashes = {row["order_id"]: row["content_hash"] for row in writing.rows("orders")}
    assert hashes["a"] == hashes["b"] != hashes["c"]
    assert None not in hashes.values()


def test_an_order_without_an_address_takes_its_customers(writing):
    customer = {"channel": "shop", "customer_id": "c", "city": "Lyon", "country": "FR", "person_id": "p"}
    writing(at=2, orders=[{**ORDER, "customer_id": "c", "city": None}])
    result = writing(at=1, customers=[customer])
    assert writing.row("orders", "city", "country", "address_from") == {
        "city": "Lyon",
        "country": "FR",
        "address_from": "customer",
    }
    assert len(result.touched_orders) == 1
    writing(at=3, orders=[{**ORDER, "city": "Nice"}])
    assert writing.row("orders", "city", "country", "address_from") == {
        "city": "Nice",
        "country": None,
        "address_from": None,
    }


def test_changing_a_channels_promise_moves_its_orders(writing):
    set_channel(writing, ship_within_days=1)
    (order_id,) = writing(orders=[ORDER]).touched_orders
    with writing.database.write() as conn:
        conn.execute(update(schema.channels).values(ship_within_days=3))
        derive_orders(conn, [order_id], now=77)
    row = writing.row("orders", "ship_by_on", "changed_at")
    assert row == {"ship_by_on": day("2026-11-18"), "changed_at": 77}


def test_answers_fall_on_the_orders_local_day(writing):
    review = {**PARCEL, "review_id": "r", "score": 4.0, "answered_at": from_iso("2026-11-17T03:00:00Z")}
    writing(reviews=[review])
    writing(orders=[{**ORDER, "time_zone": "America/New_York"}])
    assert writing.row("reviews")["answered_on"] == day("2026-11-16")


def test_line_amounts_add_up(writing):
    lines = [
        {**PARCEL, "line_id": "a", "quantity": 2.0, "unit_price": 150},
        {**PARCEL, "line_id": "b", "amount": 99, "quantity": 1.0, "unit_price": 500},
    ]
    writing(order_lines=lines)
    assert writing.row("orders", "lines_total", "line_count") == {"lines_total": 399, "line_count": 2}


def test_the_carrier_of_the_last_parcel_is_the_orders(writing):
    parcels = [
        {**PARCEL, "shipment_id": "a", "carrier_key": "ups", "shipped_at": 20},
        {**PARCEL, "shipment_id": "b", "carrier_key": "dhl", "shipped_at": 10},
        {**PARCEL, "shipment_id": "c", "carrier_key": None, "shipped_at": 30},
    ]
    writing(shipments=parcels)
    assert writing.row("orders")["carrier_key"] == "ups"
