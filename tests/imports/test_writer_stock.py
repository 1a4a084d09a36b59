"""Snapshots of stock, and purchase orders with their receipts."""

from itertools import permutations

import pytest

from opsconsole.domain.instants import DAY


def level(sku, location="A", **more):
    return {"sku": sku, "location": location, "on_hand": 5.0, **more}


def listed(writing):
    return {(row["sku"], row["location"]): row["listed"] for row in writing.rows("stock_levels")}


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_what_a_newer_snapshot_leaves_out_left_the_list(sqlite_writing, order):
    files = [
        (DAY, [level("x"), level("y"), level("z", "B")]),
        (2 * DAY, [level("x", on_hand=0.0)]),
        (3 * DAY, [level("x"), level("w")]),
    ]
    for number in order:
        sqlite_writing(at=files[number][0], source="shop", stock_levels=files[number][1])
    assert listed(sqlite_writing) == {("x", "A"): True, ("y", "A"): False, ("w", "A"): True, ("z", "B"): True}
    assert {row["on_hand"] for row in sqlite_writing.rows("stock_levels")} == {5.0}


def test_snapshots_of_other_feeds_leave_rows_alone(writing):
    writing(at=1, source="shop", stock_levels=[level("x")])
    writing(at=2, source="warehouse", stock_levels=[level("y")])
    writing(at=3, source="shop", channel="other", stock_levels=[level("z")])
    assert set(listed(writing).values()) == {True}


def test_each_day_keeps_its_last_snapshot(writing):
    writing(at=DAY + 9, stock_levels=[level("x", on_hand=3.0, allocated=1.0)])
    writing(at=DAY + 5, stock_levels=[level("x", on_hand=8.0)])
    writing(at=2 * DAY, stock_levels=[level("x", on_hand=2.0, available=9.0)])
    rows = writing.rows("stock_history", "on_day", "on_hand", "available")
    assert rows == [
        {"on_day": 1, "on_hand": 3.0, "available": 2.0},
        {"on_day": 2, "on_hand": 2.0, "available": 9.0},
    ]


def test_a_line_is_complete_on_the_day_its_receipts_reach_the_order(writing):
    key = {"po_number": "P", "line_id": "1"}
    receipts = [
        {**key, "receipt_id": "b", "quantity": 6.0, "rejected_quantity": 1.0, "arrived_at": 3 * DAY},
        {**key, "receipt_id": "a", "quantity": 4.0, "arrived_at": 2 * DAY},
        {**key, "receipt_id": "c", "quantity": 2.0, "arrived_at": 5 * DAY},
    ]
    writing(receipts=receipts)
    writing(purchase_order_lines=[{**key, "sku": "x", "quantity": 10.0, "received_quantity": 1.0}])
    writing(purchase_orders=[{"po_number": "P", "ordered_at": DAY + 7}])
    row = writing.row("purchase_order_lines")
    assert (row["received_quantity"], row["rejected_quantity"], row["completed_on"]) == (12.0, 1.0, 3)
    assert row["stated_received_quantity"] == 1.0
    assert writing.row("purchase_orders")["ordered_on"] == 1


def test_without_receipts_the_files_word_counts(writing):
    line = {"po_number": "P", "line_id": "1", "quantity": 10.0, "received_quantity": 10.0, "completed_on": 8}
    writing(purchase_order_lines=[line])
    row = writing.row("purchase_order_lines")
    assert (row["received_quantity"], row["completed_on"]) == (10.0, 8)
