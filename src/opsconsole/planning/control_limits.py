"""XmR charts: limits of individual values from their moving ranges, and the signals that mean something.

Limits are mean ± 2.66 × mean moving range (Wheeler, Understanding Variation, 1993; 2.66 = 3 / 1.128, the bias
correction d2 of ranges of two). They restart at each rebase, need ``BASELINE`` values, and rates are clamped to 0–1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FACTOR = 2.66
BASELINE = 12

Values = NDArray[np.float64]

OUTSIDE = "outside"
NEAR_LIMIT = "near_limit"
ONE_SIDE = "one_side"


@dataclass(frozen=True, slots=True)
class Segment:
    """Limits that hold for the points ``start`` to ``stop`` (stop excluded); None where the baseline is too short."""

    start: int
    stop: int
    count: int
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    natural_lower: float | None = None
    natural_upper: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A point that differs from its baseline: rule (outside, near_limit, one_side) and side (+1 above, −1 below)."""

    index: int
    rule: str
    side: int


def segment_limits(
    values: Values, start: int, stop: int, lowest: float | None, highest: float | None, baseline: int = BASELINE
) -> Segment:
    """Limits of one stretch; missing values (NaN) are left out, neighbors around a gap form a moving range.

    ``lowest`` and ``highest`` clamp the limits (rates: 0 and 1), not the zones the signals are judged by.
    """
    known = values[start:stop]
    known = known[~np.isnan(known)]
    if len(known) < baseline:
        return Segment(start, stop, len(known))
    mean = float(known.mean())
    reach = FACTOR * float(np.abs(np.diff(known)).mean())
    lower, upper = mean - reach, mean + reach
    return Segment(
        start,
        stop,
        len(known),
        mean,
        lower if lowest is None else max(lower, lowest),
        upper if highest is None else min(upper, highest),
        lower,
        upper,
    )


def limits(
    values: Sequence[float | None],
    rebases: Sequence[int] = (),
    *,
    lowest: float | None = None,
    highest: float | None = None,
    baseline: int = BASELINE,
) -> list[Segment]:
    """Segments of limits over a series; ``rebases`` are the indices of the first point after a change."""
    array = _array(values)
    edges = sorted({0, len(array), *(index for index in rebases if 0 < index < len(array))})
    return [segment_limits(array, start, stop, lowest, highest, baseline) for start, stop in pairwise(edges)]


def signals(values: Sequence[float | None], segments: Sequence[Segment]) -> list[Signal]:
    """At most one signal per point, the strongest: outside, then 3 of 4 near a limit, then 8 on one side.

    A run is reported at the point that completes it and at each further point that keeps it.
    """
    array = _array(values)
    found: list[Signal] = []
    for segment in segments:
        if segment.mean is None or segment.natural_upper is None:
            continue
        indices = [i for i in range(segment.start, segment.stop) if not np.isnan(array[i])]
        reach = segment.natural_upper - segment.mean
        deviations = [float(array[i]) - segment.mean for i in indices]
        for position, index in enumerate(indices):
            rule = _rule_at(deviations, position, reach)
            if rule is not None:
                found.append(Signal(index, rule, 1 if deviations[position] > 0 else -1))
    return found


def _rule_at(deviations: Sequence[float], position: int, reach: float) -> str | None:
    here = deviations[position]
    side = np.sign(here)
    if abs(here) > reach:
        return OUTSIDE
    # "Nearer the limit than the mean" is more than half of the way there.
    last_four = deviations[max(0, position - 3) : position + 1]
    near = [d for d in last_four if np.sign(d) == side and abs(d) > reach / 2]
    if len(last_four) == 4 and len(near) >= 3 and abs(here) > reach / 2:
        return NEAR_LIMIT
    last_eight = deviations[max(0, position - 7) : position + 1]
    if len(last_eight) == 8 and side and all(np.sign(d) == side for d in last_eight):
        return ONE_SIDE
    return None


def _array(values: Sequence[float | None]) -> Values:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
