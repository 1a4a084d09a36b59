"""What follows for orders from the records around them, whichever file comes first. Expected values by hand."""

from itertools import permutations

import pytest

from opsconsole.imports import writer_stubs
from opsconsole.imports.records import KINDS
from opsconsole.store import schema

ORDER = {"channel": "shop", "order_id": "1", "order_number": "1001", "status": "processing", "placed_at": 100}
MINE = {"channel": "shop", "order_id": "1"}
TICKET = {"helpdesk": "zendesk", "ticket_id": "7", "order_id": "1001"}
CHARGE = {"vendor_key": "ups", "charge_id": "x", "tracking_number": "T", "amount": 900}
PARCEL = {**MINE, "shipment_id": "S", "tracking_number": "T"}


@pytest.mark.parametrize("turn", list(permutations(range(4))))
def test_tickets_and_charges_find_their_order_whichever_comes_first(sqlite_writing, turn):
    files = [{"orders": [ORDER]}, {"shipments": [PARCEL]}, {"tickets": [TICKET]}, {"freight_charges": [CHARGE]}]
    for number in turn:
        sqlite_writing(at=number, **files[number])
    assert sqlite_writing.row("tickets")["order_fk"] == "shop/1"
    assert sqlite_writing.row("freight_charges")["order_fk"] == "shop/1"
    (parcel,) = sqlite_writing.rows("shipments", "id")
    assert sqlite_writing.row("freight_charges")["shipment_fk"] == parcel["id"]


def test_a_ticket_that_fits_two_orders_belongs_to_none_until_it_says_which(writing):
    writing(at=1, orders=[ORDER, {**ORDER, "channel": "market"}])
    writing(at=2, tickets=[TICKET])
    assert writing.row("tickets")["order_fk"] is None
    writing(at=3, tickets=[{**TICKET, "channel": "market"}])
    assert writing.row("tickets")["order_fk"] == "market/1"


def test_a_charge_for_a_number_that_two_orders_share_goes_to_the_order_it_names(writing):
    writing(at=1, orders=[ORDER, {**ORDER, "order_id": "2", "order_number": "1002"}])
    writing(at=2, shipments=[PARCEL, {**PARCEL, "order_id": "2"}])
    writing(at=3, freight_charges=[CHARGE])
    assert writing.row("freight_charges", "order_fk", "shipment_fk") == {"order_fk": None, "shipment_fk": None}
    writing(at=4, freight_charges=[{**CHARGE, "order_id": "1002"}])
    assert writing.row("freight_charges")["order_fk"] == "shop/2"


def test_a_corrected_tracking_number_takes_its_charge_along(writing):
    other = {**ORDER, "order_id": "2", "order_number": "1002"}
    writing(at=1, orders=[ORDER, other], shipments=[PARCEL], freight_charges=[CHARGE])
    result = writing(at=2, shipments=[{**PARCEL, "tracking_number": "U"}, {**PARCEL, "order_id": "2"}])
    assert writing.row("freight_charges")["order_fk"] == "shop/2"
    assert len(result.touched_orders) == 2


AROUND = {
    "order_events": {**MINE, "code": "picked", "occurred_at": 500},
    "picks": {**MINE, "sku": "A", "picked_at": 500},
    "warehouse_orders": {**MINE, "location": "W", "released_at": 500},
    "returns": {**MINE, "return_id": "r", "authorized_at": 500},
    "refunds": {**MINE, "amount": 5, "refunded_at": 500},
    "disputes": {**MINE, "dispute_id": "d", "opened_at": 500},
    "tickets": {**TICKET, "last_customer_at": 500},
    "claims": {**MINE, "filed_at": 500},
    "fraud_decisions": {**MINE, "decision": "review", "decided_at": 500},
    "freight_charges": {**CHARGE, "billed_at": 500},
}


@pytest.mark.parametrize("kind", AROUND)
def test_whatever_changes_around_an_order_moves_its_changed_at(writing, kind):
    writing(at=1, orders=[ORDER], shipments=[PARCEL])
    writing.now += 1
    result = writing(at=2, **{kind: [AROUND[kind]]})
    assert len(result.touched_orders) == 1
    assert writing.row("orders", "changed_at", "last_event_at") == {"changed_at": writing.now, "last_event_at": 500}
    again = writing(at=2, **{kind: [AROUND[kind]]})
    assert again.touched_orders == []


@pytest.mark.parametrize(
    ("order", "ready"),
    [
        ({"ready_at": 7, "paid_at": 5}, 7),
        ({"paid_at": 5}, 5),
        ({"payment_status": "pending"}, None),
        ({}, None),
        ({"payment_status": "paid"}, 100),
        ({"payment_method": "Cash on Delivery", "payment_status": "pending"}, 100),
        ({"payment_terms": "Net 30"}, 100),
    ],
)
def test_an_order_is_ready_when_paid_or_placed_where_no_payment_is_due(sqlite_writing, order, ready):
    sqlite_writing(orders=[{**ORDER, **order}])
    assert sqlite_writing.row("orders")["ready_at"] == ready


SAID = [(10, "processing"), (20, "processing"), (30, "on_hold"), (40, "processing"), (50, "processing")]


@pytest.mark.parametrize("turn", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1), (1, 0, 4, 2, 3)])
def test_a_status_began_when_files_first_said_it_after_another(sqlite_writing, turn):
    for number in turn:
        at, status = SAID[number]
        sqlite_writing(at=at, orders=[{**ORDER, "status": status}])
    # It was on hold at 30; no file says when after that it went on.
    assert sqlite_writing.row("orders", "status", "status_since") == {"status": "processing", "status_since": 30}


def test_a_status_that_stays_began_with_the_first_file(writing):
    for at in (20, 30, 10):
        writing(at=at, orders=[ORDER])
    assert writing.row("orders")["status_since"] == 10


def test_the_newest_step_says_when_a_status_began(writing):
    steps = [{**MINE, "code": code, "occurred_at": at} for code, at in (("picked", 3), ("picked", 5), ("packed", 9))]
    writing(at=20, orders=[{**ORDER, "status": "picked"}])
    writing(at=30, order_events=steps)
    assert writing.row("orders")["status_since"] == 5


def test_a_hold_began_when_the_order_says(sqlite_writing):
    sqlite_writing(at=20, orders=[{**ORDER, "status": "on_hold", "held_at": 8}])
    assert sqlite_writing.row("orders")["status_since"] == 8


def test_every_table_of_an_order_moves_with_it_when_its_stub_is_adopted():
    theirs = {
        table.name
        for table in schema.metadata.sorted_tables
        if "order_fk" in table.c and not table.c.order_fk.nullable and table.name in KINDS
    }
    assert theirs == set(writer_stubs._CHILDREN)
