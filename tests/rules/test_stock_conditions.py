import numpy as np
import pytest

from opsconsole.rules.stock_conditions import STOCK_CONDITIONS, StockCondition, StockFigures
from opsconsole.rules.stock_policy import POLICY, StockPolicy, policy_from

# An item nothing is wrong with: 40 days of cover, over its reorder point, sold yesterday.
CALM = {
    "on_hand": 80.0, "available": 80.0, "per_day": 2.0, "cover": 40.0, "position": 80.0, "reorder_point": 60.0,
    "late_inbound": 0.0, "excess": 0.0, "days_since_sale": 1.0, "days_known": 400.0, "yearly_cover": 40.0,
}  # fmt: skip


def _figures(**changed: float) -> StockFigures:
    return StockFigures(**{key: np.array([float(value)]) for key, value in {**CALM, **changed}.items()})


def _codes(**changed: float) -> set[str]:
    figures = _figures(**changed)
    return {code for code, c in STOCK_CONDITIONS.items() if c.fires(figures, StockPolicy())[0]}


@pytest.mark.parametrize("condition", STOCK_CONDITIONS.values(), ids=lambda c: c.code)
def test_every_condition_finds_its_example_and_just_not_the_other(condition: StockCondition):
    assert condition.found
    assert condition.not_found
    assert condition.code in _codes(**condition.found)
    assert condition.code not in _codes(**condition.not_found)


def test_a_calm_item_meets_no_condition():
    assert _codes() == set()


def test_stock_that_nobody_wants_is_not_out_of_stock():
    assert "out_of_stock" not in _codes(available=0, on_hand=0, per_day=0, days_since_sale=float("nan"))
    assert "out_of_stock" in _codes(available=-2, on_hand=0, per_day=float("nan"), days_since_sale=30)


def test_an_item_known_for_less_than_a_year_is_not_dead_yet():
    assert "aged" not in _codes(days_since_sale=float("nan"), days_known=364, per_day=0, cover=float("inf"))
    assert "aged" in _codes(days_since_sale=float("nan"), days_known=366, per_day=0, cover=float("inf"))


def test_a_year_of_slow_sales_is_aged_stock():
    assert "aged" in _codes(yearly_cover=181)


def test_thresholds_are_the_business_own():
    figures = _figures(available=16, cover=8)
    low = STOCK_CONDITIONS["low_stock"]
    assert not low.fires(figures, StockPolicy())[0]
    assert low.fires(figures, StockPolicy(low_cover=10))[0]


def test_the_policy_has_the_declared_defaults_and_takes_the_business_own():
    assert policy_from(lambda key, default: default) == StockPolicy()
    assert all(one.low <= one.default <= one.high for one in POLICY)
    assert policy_from(lambda key, default: 0.99 if key == "stock.service_level" else default).service_level == 0.99
