"""More of routing, waiting, promises and the bench: what the examples alone do not show.

Now is Tuesday 2026-11-17, 15:42 UTC; without a calendar work is done on weekdays from 9 to 17.
"""

import json

import pytest
from examples import ARRIVED, LINE, OPEN, SHOP
from examples_fulfillment import BOUGHT, PICK, READY, ROUTED, UNSENT, WAITING, WEIGHED, bought, step

from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND
from opsconsole.domain.statuses import ORDER_STATUSES, codes_in
from opsconsole.services.settings import change_setting
from opsconsole.store.schema.orders import IN_WORK

LATE = {**READY, "ready_at": -HOUR}
LONG_STUCK = {**OPEN, "status": "picking", "placed_at": -7 * DAY, "ship_by": 9 * DAY}
HELD = {**OPEN, "status": "on_hold", "placed_at": -9 * DAY, "ship_by": 9 * DAY}
CUT_OFF = {"location": "reno", "carrier_key": "", "service": "", "cut_off_minute": 16 * 60, "valid_from": 0}
RENO = [{"key": "reno", "label": "Reno"}]


def codes(found, code):
    return {subject for rule, subject in found if rule == code}


def told(row):
    return json.loads(row.evidence_json)


def test_the_statuses_in_work_are_the_open_ones_that_are_not_on_hold():
    named = {word for word in IN_WORK.split("'") if word.islower() and " " not in word and word != ", "}
    assert named - {","} == set(codes_in(ORDER_STATUSES, "open")) - {"on_hold"}


# --- routing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"ready_at": None, "payment_status": "pending"}, False),
        ({"status": "on_hold"}, False),
        ({"hold_until": HOUR}, False),
        ({"fulfilled_by": "FBA"}, False),
        ({"status": "cancelled"}, False),
        ({"location": "reno"}, False),
    ],
)
def test_an_order_nobody_has_is_found_unless_it_may_wait(change, is_found, found):
    assert bool(codes(found({"orders": [ROUTED, {**LATE, **change}]}), "ROUTING_FAILED")) == is_found


def test_lines_that_have_a_location_are_routed(found):
    lines = [{**LINE, "location": "reno"}, {**LINE, "line_id": "2", "location": "columbus"}]
    assert not codes(found({"orders": [ROUTED, LATE], "order_lines": lines}), "ROUTING_FAILED")


def test_an_order_over_three_locations_is_split_too_often(raised):
    places = ("reno", "columbus", "harbor")
    lines = [{**LINE, "line_id": place, "location": place} for place in places]
    row = raised({"orders": [{**OPEN, "location": "reno"}], "order_lines": lines})["ROUTING_FAILED", "shop/1"]
    assert told(row)["splits"] == 3


def test_without_any_location_there_is_no_data_for_routing(found):
    assert not codes(found({"orders": [LATE]}), "ROUTING_FAILED")


# --- stuck, held ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"status": "on_hold"}, False),
        ({"status": "pending", "payment_status": "pending"}, False),
        ({"hold_until": HOUR}, False),
        ({"fulfilled_by": "WFS"}, False),
        ({"status": "shipped", "stated_shipped_at": -HOUR}, False),
    ],
)
def test_an_order_that_may_wait_is_not_stuck(change, is_found, found):
    files = {"orders": [{**LONG_STUCK, **change}], "order_events": [step("picking", -6 * DAY)]}
    assert bool(codes(found(files), "STUCK_ORDER")) == is_found


def history(code, lasted, count):
    """Orders that were in a status for so long, yesterday from 9:00 on, and then packed."""
    begun = -DAY - 6 * HOUR - 42 * MINUTE
    orders, steps = [], []
    for number in range(count):
        key = f"h{number}"
        orders.append({**ARRIVED, "order_id": key, "location": "reno"})
        steps += [step(code, begun, key), step("packed", begun + lasted, key)]
    return orders, steps


@pytest.mark.parametrize(("count", "is_found"), [(30, True), (29, False)])
def test_what_is_usual_is_learned_from_thirty_cases(count, is_found, raised):
    """Three hours are usual, so six are too many; with fewer cases it is twenty-four."""
    orders, steps = history("picking", 3 * HOUR, count)
    late = {**LONG_STUCK, "placed_at": -2 * DAY}
    begun = -DAY - SECOND  # eight working hours and a second ago
    rows = raised({"orders": [*orders, late], "order_events": [*steps, step("picking", begun)]})
    assert (("STUCK_ORDER", "shop/1") in rows) == is_found
    if is_found:
        row = rows["STUCK_ORDER", "shop/1"]
        assert told(row)["usual"] == 3 * HOUR // SECOND
        # 1 h 18 min were worked on that Monday, and the rest of the six hours from 9:00 on.
        assert row.opened_at == row.detected_at - 2 * HOUR - SECOND


def test_a_short_usual_time_never_makes_less_than_four_working_hours(found):
    orders, steps = history("picking", MINUTE, 30)
    late = {**LONG_STUCK, "placed_at": -2 * DAY}
    files = {"orders": [*orders, late], "order_events": [*steps, step("picking", -3 * HOUR - 59 * MINUTE)]}
    assert not codes(found(files), "STUCK_ORDER")


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({"held_at": -48 * HOUR - SECOND}, True),
        ({"held_at": -48 * HOUR}, False),
        ({"held_at": -99 * HOUR, "hold_until": HOUR}, False),
        ({"held_at": -99 * HOUR, "status": "processing"}, False),
    ],
)
def test_a_hold_without_a_date_ends_after_two_days(change, is_found, found):
    assert bool(codes(found({"orders": [{**HELD, **change}]}), "HOLD_EXPIRED")) == is_found


# --- waiting for goods ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ({"expected_on": None}, True),
        ({"expected_on": None, "pegged_po": "PO1"}, False),
        ({"expected_on": 5}, False),
        ({"expected_on": -1, "backordered_quantity": 0.0}, False),
        ({"expected_on": -1, "cancelled_quantity": 2.0}, False),
    ],
)
def test_a_backorder_without_a_day_is_overdue_unless_a_purchase_order_tells_it(line, is_found, found):
    files = {"orders": [OPEN], "purchase_orders": BOUGHT, "purchase_order_lines": bought(3)}
    assert bool(codes(found({**files, "order_lines": [{**WAITING, **line}]}), "BACKORDER_OVERDUE")) == is_found


def test_the_expected_day_is_over_where_the_order_is(found):
    """15:42 UTC is the next day in Auckland, and still today in Honolulu."""
    orders = [{**OPEN, "time_zone": "Pacific/Auckland"}, {**OPEN, "order_id": "2", "time_zone": "Pacific/Honolulu"}]
    lines = [{**WAITING, "expected_on": 0}, {**WAITING, "order_id": "2", "expected_on": 0}]
    assert codes(found({"orders": orders, "order_lines": lines}), "BACKORDER_OVERDUE") == {"shop/1/1"}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ({}, True),
        ({"allocated_quantity": 2.0}, False),
        ({"pegged_line": "9"}, False),
        ({"pegged_po": "PO9"}, False),
    ],
)
def test_goods_that_come_too_late_are_a_risk_while_the_line_needs_them(line, is_found, found):
    files = {"orders": [OPEN], "purchase_orders": BOUGHT, "purchase_order_lines": bought(2)}
    waits = {**LINE, "pegged_po": "PO1", **line}
    assert bool(codes(found({**files, "order_lines": [waits]}), "ALLOCATION_RISK")) == is_found


# --- ship-by ----------------------------------------------------------------------------------------------------------


def test_once_the_ship_by_is_past_it_is_late_and_no_longer_at_risk(found):
    rules = {rule for rule, _ in found({"orders": [ARRIVED, {**OPEN, "ship_by": -1}]})}
    assert "LATE_SHIPMENT" in rules
    assert "SHIP_BY_RISK" not in rules


def test_an_order_at_risk_is_due_at_the_next_cut_off(raised):
    """Placed at 10:42; the carrier's cut-off is at 16:00, before the ship-by."""
    order = {**OPEN, "location": "reno", "ship_by": HOUR}
    files = {"tables": {"locations": RENO, "cut_offs": [CUT_OFF]}, "orders": [order]}
    row = raised(files)["SHIP_BY_RISK", "shop/1"]
    assert row.due_at == row.detected_at + 18 * MINUTE
    assert told(row)["takes"] == 4 * HOUR // SECOND


def test_without_a_cut_off_an_order_at_risk_is_due_at_its_ship_by(raised):
    row = raised({"orders": [{**OPEN, "ship_by": HOUR}]})["SHIP_BY_RISK", "shop/1"]
    assert row.due_at == row.detected_at + HOUR


@pytest.mark.parametrize(("count", "is_found"), [(30, False), (29, True)])
def test_the_time_a_site_needs_is_learned_from_thirty_orders(count, is_found, found):
    """From being packed it takes an hour at most in four of five cases: an order with two hours left is not at risk."""
    orders, steps = [], []
    for number in range(count):
        key, begun = f"h{number}", -DAY - 5 * HOUR
        took = 5 * HOUR if number % 5 == 0 else HOUR
        orders.append({**ARRIVED, "order_id": key, "location": "reno", "stated_shipped_at": begun + took})
        orders[-1] |= {"stated_delivered_at": begun + 7 * HOUR, "placed_at": -2 * DAY}
        steps.append(step("packed", begun, key))
    pressed = {**OPEN, "location": "reno", "status": "packed", "ship_by": 18 * HOUR}  # 1 h 18 min and 42 min
    files = {"orders": [*orders, pressed], "order_events": [*steps, step("packed", -HOUR)]}
    assert bool(codes(found(files), "SHIP_BY_RISK")) == is_found


# --- the bench --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "is_found"),
    [
        ([{"picked_quantity": 1.0}], True),
        ([{"picked_quantity": None}], False),
        ([{"picked_quantity": 1.0}, {"pick_id": "P2", "allocated_quantity": 1.0, "picked_quantity": 1.0}], False),
        ([{"picked_quantity": 1.0}, {"pick_id": "P2", "location": "columbus", "picked_quantity": 1.0}], False),
        ([{"picked_quantity": 1.0, "picked_at": HOUR}], False),
    ],
)
def test_what_was_picked_after_all_is_not_short(records, is_found, found):
    picks = [{**PICK, **record} for record in records]
    assert bool(codes(found({"orders": [OPEN], "order_lines": [LINE], "picks": picks}), "SHORT_PICK")) == is_found


def test_a_short_pick_says_what_is_missing_and_what_it_is_worth(raised):
    files = {"orders": [OPEN], "order_lines": [LINE], "picks": [{**PICK, "picked_quantity": 1.0, "reason": "short"}]}
    row = raised(files)["SHORT_PICK", "shop/1/1"]
    assert (row.value_at_risk, row.location) == (2500, "reno")
    assert (told(row)["picked"], told(row)["allocated"], told(row)["reason"]) == (1, 2, "short")


def test_damaged_pieces_are_found_by_their_number_too(raised):
    files = {"orders": [OPEN], "order_lines": [LINE], "picks": [{**PICK, "damaged_quantity": 1.0}]}
    assert raised(files)["DAMAGED_IN_WAREHOUSE", "shop/1/1"].value_at_risk == 2500


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({"weight_grams": 899.0}, True),
        ({"weight_grams": 900.0}, False),
        ({"weight_grams": None}, False),
        ({"weight_grams": 700.0, "expected_weight_grams": None}, False),
        ({"weight_grams": 700.0, "voided": True}, False),
        ({"weight_grams": 700.0, "first_scan_at": -HOUR}, False),
    ],
)
def test_a_parcel_of_another_weight_is_found_until_the_carrier_has_it(change, is_found, found):
    files = {"orders": [OPEN], "shipments": [WEIGHED, {**WEIGHED, **change, "shipment_id": "S2"}]}
    files["shipments"][0] = {**WEIGHED, "weight_grams": 1000.0}
    assert bool(codes(found(files), "WEIGHT_MISMATCH")) == is_found


def test_a_parcel_of_another_weight_is_due_at_the_pickup(raised):
    """Weighed at 13:42; the carrier comes at 17:30."""
    files = {
        "tables": {"locations": RENO, "cut_offs": [{**CUT_OFF, "pickup_minute": 17 * 60 + 30}]},
        "orders": [{**OPEN, "location": "reno"}],
        "shipments": [{**WEIGHED, "weight_grams": 700.0, "location": "reno"}],
    }
    row = raised(files)["WEIGHT_MISMATCH", "shop/1/S1"]
    assert row.due_at == row.detected_at + HOUR + 48 * MINUTE


@pytest.mark.parametrize(
    ("order", "parcels", "is_found"),
    [
        ({"service": "Pigeon"}, [], True),
        ({"service": "Air"}, [], False),
        ({"service": "express"}, [], False),
        ({"service": "Pigeon"}, [{**UNSENT, "labeled_at": -HOUR}], False),
        ({}, [{**UNSENT, "label_error": "Closed", "label_failed_at": -HOUR, "voided": True}], False),
        ({}, [{**UNSENT, "label_error": ""}], False),
        ({"status": "cancelled"}, [{**UNSENT, "label_error": "Closed", "label_failed_at": -HOUR}], False),
    ],
)
def test_an_unknown_method_or_a_failed_label_is_found_until_there_is_a_label(order, parcels, is_found, found):
    methods = [{"channel": "", "method": "Air", "carrier_key": "dhl", "service": "express", "needs_phone": False}]
    files = {"ship_methods": methods, "orders": [{**OPEN, **order}], "shipments": parcels}
    assert bool(codes(found({k: rows for k, rows in files.items() if rows}), "LABEL_FAILED")) == is_found


def record(**more):
    row = {"channel": SHOP, "order_id": "1", "location": "reno", "status": "picking", "released_at": -5 * HOUR}
    return {**row, **more}


@pytest.mark.parametrize(
    ("order", "records", "is_found"),
    [
        ({"status": "cancelled", "cancelled_at": -HOUR}, [record()], True),
        ({"status": "cancelled", "cancelled_at": -HOUR}, [record(cancelled_at=-HOUR)], False),
        ({"status": "cancelled", "cancelled_at": -HOUR}, [record(status="cancelled")], False),
        ({"status": "cancelled", "cancelled_at": -HOUR}, [record(shipped_at=-2 * HOUR)], False),
        ({"status": "cancelled"}, [record(status="released")], True),
        ({"cancel_requested_at": -HOUR}, [record()], True),
        ({"cancel_requested_at": -HOUR}, [record(status="released")], False),
        ({"cancel_requested_at": HOUR}, [record()], False),
        ({}, [record()], False),
    ],
)
def test_a_cancellation_the_warehouse_does_not_follow_is_found(order, records, is_found, found):
    files = {"orders": [{**OPEN, **order}], "warehouse_orders": records}
    assert bool(codes(found(files), "CANCEL_AFTER_RELEASE")) == is_found


def test_a_step_after_the_cancellation_shows_that_the_warehouse_goes_on(raised):
    order = {**OPEN, "status": "cancelled", "cancelled_at": -2 * HOUR}
    files = {"orders": [order], "order_events": [step("picked", -3 * HOUR)]}
    assert ("CANCEL_AFTER_RELEASE", "shop/1") not in raised(files)


def test_a_step_after_the_cancellation_is_found(raised):
    order = {**OPEN, "status": "cancelled", "cancelled_at": -2 * HOUR}
    row = raised({"orders": [order], "order_events": [step("packed", -HOUR)]})["CANCEL_AFTER_RELEASE", "shop/1"]
    assert row.opened_at == row.detected_at - 2 * HOUR
    assert row.severity == "S1"


def test_a_limit_on_splits_can_be_moved(found, writing, now):
    change_setting(writing.database, "rule.ROUTING_FAILED.splits", 1, who="Tester", now=now - DAY)
    lines = [{**LINE, "line_id": place, "location": place} for place in ("reno", "columbus")]
    files = {"orders": [{**OPEN, "location": "reno"}], "order_lines": lines}
    assert codes(found(files), "ROUTING_FAILED") == {"shop/1"}
