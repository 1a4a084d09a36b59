"""Safety stock, reorder point and order quantity under normal demand and lead time (DOMAIN: stock).

SS = z · √(P·σ² + μ²·σL²) with z = Φ⁻¹(cycle service level); reorder point = μ·P + SS. Formula: Silver, Pyke & Thomas,
Inventory and Production Management in Supply Chains (2017), on demand over a random lead time.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def safety_factor(service_level: float) -> float:
    """Standard normal quantile z of a cycle service level between 0 and 1 (0.95: 1.645)."""
    return NormalDist().inv_cdf(service_level)


def safety_stock(
    per_day: Floats, deviation: Floats, lead_time: Floats, lead_deviation: Floats, service_level: float
) -> Floats:
    """Units kept against demand and lead time that turn out higher; unknown deviations (NaN) count as zero."""
    variance = lead_time * np.nan_to_num(deviation) ** 2 + (per_day * np.nan_to_num(lead_deviation)) ** 2
    return np.asarray(safety_factor(service_level) * np.sqrt(variance))


def reorder_point(per_day: Floats, lead_time: Floats, safety: Floats) -> Floats:
    """Position at or under which to order: demand over the protection time plus safety stock."""
    return per_day * lead_time + safety


def order_quantity(needed: float, minimum: float = 0, pack: float = 1) -> float:
    """Quantity to order: at least the minimum, rounded up to whole packs; 0 when nothing is needed."""
    if needed <= 0:
        return 0.0
    size = pack if pack > 0 else 1.0
    # A sum of fractions may stand a hair above a whole pack without needing another one.
    return float(math.ceil(round(max(needed, minimum) / size, 9)) * size)
