"""Conditions of stock as values: what is wrong with a SKU at a location, over arrays of figures (DOMAIN: stock).

Adding one here adds its chip, its filter, its words and its place in the workbook; each carries the two examples its
test asks for: found, just not found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opsconsole.rules.stock_policy import StockPolicy

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StockFigures:
    """Figures per SKU-location, arrays of one length.

    ``per_day`` is NaN where demand is unknown, ``cover`` in days (infinite without demand), ``position`` available +
    inbound − unallocated backorders, ``late_inbound`` units promised for a day that is over, ``excess`` units above the
    forecast, ``days_since_sale`` and ``days_known`` (since the first sale or count) NaN where there is none,
    ``yearly_cover`` on hand by the mean demand of a year.
    """

    on_hand: Floats
    available: Floats
    per_day: Floats
    cover: Floats
    position: Floats
    reorder_point: Floats
    late_inbound: Floats
    excess: Floats
    days_since_sale: Floats
    days_known: Floats
    yearly_cover: Floats


@dataclass(frozen=True, slots=True)
class StockCondition:
    """A condition: code, label, severity, whether it asks for a decision, and when it fires.

    ``found`` and ``not_found`` are the figures of two examples on either side of its edge.
    """

    code: str
    label: str
    severity: str
    decision: bool
    fires: Callable[[StockFigures, StockPolicy], Flags]
    found: Mapping[str, float] = field(default_factory=dict)
    not_found: Mapping[str, float] = field(default_factory=dict)


def wanted(figures: StockFigures, limits: StockPolicy) -> Flags:
    """Items somebody buys: demand per day, or at least a sale within the time after which stock is dead."""
    return np.asarray((figures.per_day > 0) | (figures.days_since_sale <= limits.dead))


def is_dead(figures: StockFigures, limits: StockPolicy) -> Flags:
    """On hand, known for long enough to tell, and never sold in that time."""
    unsold = np.isnan(figures.days_since_sale) | (figures.days_since_sale > limits.dead)
    return np.asarray((figures.on_hand > 0) & unsold & (figures.days_known > limits.dead))


def is_slow(figures: StockFigures, limits: StockPolicy) -> Flags:
    """On hand for longer than the slow limit at the pace of the last year, with sales in it."""
    return np.asarray(
        (figures.on_hand > 0)
        & (figures.days_since_sale <= limits.dead)
        & (figures.days_known > limits.slow_cover)
        & (figures.yearly_cover > limits.slow_cover)
    )


_TABLE = (
    StockCondition(
        "out_of_stock",
        "Out of stock",
        "S1",
        True,
        lambda f, limits: (f.available <= 0) & wanted(f, limits),
        {"available": 0, "per_day": 2},
        {"available": 1, "per_day": 2},
    ),
    StockCondition(
        "low_stock",
        "Low stock",
        "S1",
        True,
        lambda f, limits: (f.available > 0) & (f.cover < limits.low_cover),
        {"available": 13, "per_day": 2, "cover": 6.5},
        {"available": 14, "per_day": 2, "cover": 7},
    ),
    StockCondition(
        "below_reorder_point",
        "Below reorder",
        "S2",
        True,
        lambda f, limits: (f.per_day > 0) & (f.position <= f.reorder_point),
        {"available": 60, "per_day": 2, "cover": 30, "position": 60, "reorder_point": 60},
        {"available": 61, "per_day": 2, "cover": 30.5, "position": 61, "reorder_point": 60},
    ),
    StockCondition(
        "inbound_late",
        "Inbound late",
        "S2",
        True,
        lambda f, limits: f.late_inbound > 0,
        {"late_inbound": 1},
        {"late_inbound": 0},
    ),
    StockCondition(
        "overstock",
        "Overstock",
        "S3",
        False,
        lambda f, limits: (f.per_day > 0) & (f.excess > 0),
        {"available": 181, "per_day": 2, "cover": 90.5, "excess": 1},
        {"available": 180, "per_day": 2, "cover": 90, "excess": 0},
    ),
    StockCondition(
        "aged",
        "Aged stock",
        "S4",
        False,
        lambda f, limits: is_dead(f, limits) | is_slow(f, limits),
        {"on_hand": 10, "available": 10, "days_since_sale": 366, "days_known": 500},
        {"on_hand": 10, "available": 10, "days_since_sale": 365, "days_known": 500, "yearly_cover": 180},
    ),
)

STOCK_CONDITIONS: dict[str, StockCondition] = {condition.code: condition for condition in _TABLE}
NO_CONDITION = "none"
