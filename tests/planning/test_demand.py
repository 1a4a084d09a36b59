import numpy as np
import pytest

from opsconsole.planning import demand


def _days(sold: list[float], available: list[float] | None = None, first_day: int = 0):
    array = np.array([sold], dtype=float)
    stock = np.full_like(array, np.nan) if available is None else np.array([available], dtype=float)
    usable = demand.usable_days(array, stock, np.array([first_day]))
    return demand.recent_demand(array, usable)


def test_demand_is_the_mean_of_the_last_28_days():
    result = _days([0.0] * 28 + [2.0, 4.0] * 14)
    assert result.per_day[0] == 3.0
    assert (result.days[0], result.window[0]) == (28, 28)


def test_days_without_stock_and_without_sales_do_not_lower_demand():
    sold = [4.0] * 42 + [0.0] * 14
    stock = [10.0] * 42 + [0.0] * 14
    assert _days(sold, stock).per_day[0] == 4.0
    assert _days(sold).per_day[0] == 2.0


def test_a_sale_on_a_day_that_ended_without_stock_counts():
    sold = [2.0] * 55 + [9.0]
    stock = [10.0] * 55 + [0.0]
    assert _days(sold, stock).per_day[0] == pytest.approx((27 * 2 + 9) / 28)


def test_with_few_days_in_stock_the_longer_window_decides():
    sold = [6.0] * 28 + [0.0] * 18 + [3.0] * 10
    stock = [10.0] * 28 + [0.0] * 18 + [10.0] * 10
    result = _days(sold, stock)
    assert result.window[0] == 56
    assert result.per_day[0] == pytest.approx((28 * 6 + 10 * 3) / 38)


def test_days_before_the_item_existed_do_not_count():
    result = _days([0.0] * 40 + [5.0] * 16, first_day=40)
    assert (result.per_day[0], result.days[0]) == (5.0, 16)


def test_an_item_that_could_never_be_sold_has_no_demand_figure():
    assert np.isnan(_days([0.0] * 56, [0.0] * 56).per_day[0])


def test_the_deviation_is_that_of_the_errors_per_day():
    # 56 days alternating 2 and 4: errors of 1 around the mean 3, √(56 / 55) by hand.
    assert _days([2.0, 4.0] * 28).deviation[0] == pytest.approx((56 / 55) ** 0.5)


def test_counts_are_carried_forward_to_the_days_between_them():
    counts = np.array([[np.nan, 5.0, np.nan, np.nan, 0.0, np.nan]])
    carried = demand.carried_forward(counts)
    assert np.isnan(carried[0, 0])
    assert carried[0, 1:].tolist() == [5.0, 5.0, 5.0, 0.0, 0.0]
