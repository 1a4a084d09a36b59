"""Movements of stock and the balance after each, worked by hand."""

from typing import Any

import pytest

from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.services.lists import list_named
from opsconsole.services.stock_levels import stock_page
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}


@pytest.fixture
def stock_id(database: Any, now: int) -> int:
    """100 counted ten days ago, 60 two days ago; before and between them goods came and went."""
    counts = ((now - 10 * DAY, 100.0), (now - 2 * DAY, 60.0))
    moves = ((12, "received", 50.0), (9, "received", 24.0), (8, "adjusted", -3.0), (1, "adjusted", -2.0))
    with database.write() as connection:
        for at, on_hand in counts:
            connection.execute(schema.stock_history.insert().values(
                sku="MUG", location="FBA us", on_day=day_of(at), on_hand=on_hand, available=on_hand, source_time=at,
                batch_id=1,
            ))  # fmt: skip
        for number, (days, kind, quantity) in enumerate(moves):
            connection.execute(schema.stock_movements.insert().values(
                location="FBA us", movement_id=str(number), sku="MUG", kind=kind, quantity=quantity, reference="RNO4",
                moved_at=now - days * DAY, **ROW,
            ))  # fmt: skip
        connection.execute(schema.stock_movements.insert().values(
            location="FBA de", movement_id="1", sku="MUG", kind="received", quantity=7.0, moved_at=now - HOUR, **ROW,
        ))  # fmt: skip
        order = connection.execute(schema.orders.insert().values(
            channel="shop", order_id="1", placed_at=now - 3 * DAY, placed_on=day_of(now) - 3, location="FBA us",
            currency="USD", changed_at=0, **ROW,
        )).inserted_primary_key[0]  # fmt: skip
        connection.execute(schema.order_lines.insert().values(
            order_fk=order, line_id="1", sku="MUG", quantity=1.0, currency="USD", **ROW,
        ))  # fmt: skip
        made = connection.execute(schema.stock_levels.insert().values(
            sku="MUG", location="FBA us", on_hand=60.0, available=60.0, counted_at=now - 2 * DAY, **ROW,
        ))  # fmt: skip
    return int(made.inserted_primary_key[0])


def test_a_balance_is_the_count_before_the_movement_and_what_moved_since(database: Any, now: int, stock_id: int):
    movements = stock_page(database, now, stock_id).movements
    # 60 − 2; 100 + 24 − 3; 100 + 24; nothing was counted before the first.
    assert list(zip(movements.columns["quantity"], movements.columns["balance"], strict=True)) == [
        (-2.0, 58.0), (-3.0, 121.0), (24.0, 124.0), (50.0, None),
    ]  # fmt: skip


def test_the_list_of_all_movements_tells_the_same_and_keeps_sites_apart(database: Any, now: int, stock_id: int):
    rows = list(list_named(database, "stock_movements", now).rows())
    assert [(row["location"], row["quantity"], row["balance"]) for row in rows[:2]] == [
        ("FBA de", 7.0, None), ("FBA us", -2.0, 58.0),
    ]  # fmt: skip
    assert len(list_named(database, "stock_movements", now - 8 * DAY)) == 3


def test_days_on_which_goods_moved_are_marked_in_the_past_of_the_projection(database: Any, now: int, stock_id: int):
    projection = stock_page(database, now, stock_id).projection
    assert projection is not None
    today = day_of(now)
    assert projection.moved == ((today - 12, 50.0), (today - 9, 24.0), (today - 8, -3.0), (today - 1, -2.0))
