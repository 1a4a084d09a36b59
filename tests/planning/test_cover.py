import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.planning import cover
from opsconsole.planning.cover import Receipt


def test_days_of_cover_is_available_by_demand_per_day():
    days = cover.days_of_cover(np.array([214.0, 0.0, -3.0, 50.0, 50.0]), np.array([18.4, 5.0, 5.0, 0.0, np.nan]))
    assert days[0] == pytest.approx(11.63, abs=0.01)
    assert days[1] == days[2] == 0.0
    assert math.isinf(days[3])
    assert math.isnan(days[4])


def test_stock_out_is_the_day_the_dated_projection_reaches_zero():
    assert cover.stockout_in(11, 4.78) == 2
    assert cover.stockout_in(0, 5.0) == 0
    assert cover.stockout_in(50, 0.0) is None


def test_a_receipt_before_the_stock_is_gone_moves_the_stock_out():
    # 214 at 18.4 a day last 11.6 days; 120 more on day 7 make 334 / 18.4 = 18.15 days.
    assert cover.stockout_in(214, 18.4, [Receipt(7, 120)]) == 18


def test_a_receipt_after_the_stock_is_gone_does_not():
    assert cover.stockout_in(214, 18.4, [Receipt(12, 120)]) == 11
    assert cover.stockout_in(214, 18.4, [Receipt(13, 120), Receipt(3, 18.4)]) == 12


def test_the_gap_lasts_until_the_first_receipt_or_an_order_placed_today():
    assert cover.gap_days(18, [], 21) == 3
    assert cover.gap_days(0, [Receipt(5, 240)], 21) == 5
    assert cover.gap_days(30, [], 21) == 0
    assert cover.gap_days(None, [], 21) == 0


def test_excess_is_what_90_days_of_demand_leave():
    assert cover.excess(np.array([1000.0, 100.0, 10.0]), np.array([2.0, 2.0, np.nan])).tolist() == [820.0, 0.0, 0.0]


@given(
    available=st.integers(1, 500),
    per_day=st.integers(1, 50),
    receipts=st.lists(st.builds(Receipt, st.integers(0, 60), st.integers(1, 300).map(float)), max_size=4),
)
def test_the_stock_out_day_is_where_a_day_by_day_simulation_cannot_serve_a_day_in_full(available, per_day, receipts):
    stock, day = float(available), 0
    while True:
        stock += sum(r.quantity for r in receipts if r.in_days == day)
        if stock < per_day:
            break
        stock -= per_day
        day += 1
    assert cover.stockout_in(float(available), float(per_day), receipts) == day
