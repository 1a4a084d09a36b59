import numpy as np
import pytest

from opsconsole.planning import replenishment


def _safety(per_day, deviation, lead, lead_deviation, level):
    arrays = [np.array([float(x)]) for x in (per_day, deviation, lead, lead_deviation)]
    return float(replenishment.safety_stock(*arrays, level)[0])


def test_safety_stock_of_the_carpet_store_is_reproduced():
    # Russell & Taylor, Operations Management, example of the reorder point with variable demand: 30 yards a day,
    # deviation 5, lead time 10 days, 95 %: safety stock 26.1 and reorder point 326.1 (z printed as 1.65).
    safety = _safety(30, 5, 10, 0, 0.95)
    assert safety == pytest.approx(26.1, abs=0.1)
    point = replenishment.reorder_point(np.array([30.0]), np.array([10.0]), np.array([safety]))
    assert point[0] == pytest.approx(326.1, abs=0.1)


def test_safety_stock_with_a_varying_lead_time_is_reproduced():
    # Textbook exercise (Stevenson, Operations Management): 30 gallons a day, deviation 3, lead time 7 days with
    # deviation 4, 90 %: 1.28 · √(7·9 + 30²·16) = 153.9.
    assert _safety(30, 3, 7, 4, 0.90) == pytest.approx(153.94, rel=0.002)


def test_safety_stock_by_hand_with_both_deviations():
    # 1.645 · √(21·6.2² + 18.4²·3.5²) = 1.645 · √(807.24 + 4147.36) = 115.8.
    assert _safety(18.4, 6.2, 21, 3.5, 0.95) == pytest.approx(115.8, abs=0.1)


def test_unknown_deviations_add_nothing():
    assert _safety(10, float("nan"), 5, float("nan"), 0.95) == 0.0


@pytest.mark.parametrize(
    ("needed", "minimum", "pack", "ordered"),
    [(298, 240, 24, 312), (298, 0, 1, 298), (5, 240, 24, 240), (0, 240, 24, 0), (-3, 0, 1, 0), (7.2, 0, 0, 8)],
)
def test_the_quantity_is_at_least_the_minimum_in_whole_packs(needed, minimum, pack, ordered):
    assert replenishment.order_quantity(needed, minimum, pack) == ordered
