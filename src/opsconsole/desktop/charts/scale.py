"""Ticks of an axis: three to five round values."""

import math


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values (steps of 1, 2, 2.5 or 5 × 10ⁿ) inside [low, high]; at most ``most``."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * power
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(index * step, 12) for index in range(first, last + 1)]
    return []


def spread(positions: list[float], gap: float, low: float, high: float) -> list[float]:
    """Positions moved apart to at least ``gap``, in their order, kept between ``low`` and ``high`` where they fit."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    placed = list(positions)
    for before, index in zip([None, *order], order, strict=False):
        if before is not None:
            placed[index] = max(placed[index], placed[before] + gap)
    overflow = placed[order[-1]] - high if order else 0.0
    if overflow > 0:
        limit = high
        for index in reversed(order):
            placed[index] = min(placed[index], limit)
            limit = placed[index] - gap
    return [max(low, value) for value in placed]
