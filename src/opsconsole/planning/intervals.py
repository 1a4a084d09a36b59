"""Intervals of yes/no rates."""

import math
from statistics import NormalDist


def wilson(part: float, whole: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of ``part`` of ``whole`` without continuity correction, as fractions.

    Wilson 1927 (JASA 22); method 3 of Newcombe 1998 (Statistics in Medicine 17). Raises ValueError for an empty whole.
    """
    if whole <= 0:
        raise ValueError("no interval without cases")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = part / whole
    center = share + z * z / (2 * whole)
    reach = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return max(0.0, (center - reach) / scale), min(1.0, (center + reach) / scale)
