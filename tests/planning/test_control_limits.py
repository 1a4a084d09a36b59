import pytest

from opsconsole.planning import control_limits
from opsconsole.planning.control_limits import NEAR_LIMIT, ONE_SIDE, OUTSIDE, Signal

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2 "Individuals Control Charts": flow rate of ten batches.
# The handbook prints mean 50.81, mean moving range 1.8778, limits 45.8159 and 55.8041 (with 3/1.128 = 2.6596).
NIST_FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_limits_of_the_nist_flow_rate_example_are_reproduced():
    (segment,) = control_limits.limits(NIST_FLOW_RATE, baseline=10)
    assert segment.mean == pytest.approx(50.81)
    assert segment.lower == pytest.approx(45.8159, abs=0.001)
    assert segment.upper == pytest.approx(55.8041, abs=0.001)
    assert control_limits.signals(NIST_FLOW_RATE, [segment]) == []


def test_fewer_points_than_the_baseline_have_no_limits_and_no_signals():
    (segment,) = control_limits.limits([0.9] * 10 + [0.1])
    assert segment.mean is None
    assert control_limits.signals([0.9] * 10 + [0.1], [segment]) == []


def test_limits_of_rates_are_clamped_to_0_and_100_percent():
    values = [0.99, 0.95, 1.0, 0.93, 0.99, 0.94, 1.0, 0.95, 0.99, 0.93, 1.0, 0.94]
    (segment,) = control_limits.limits(values, lowest=0.0, highest=1.0)
    assert segment.upper == 1.0
    assert segment.natural_upper is not None
    assert segment.natural_upper > 1.0


def test_limits_start_anew_at_a_rebase():
    values = [10.0, 12.0] * 6 + [50.0, 54.0] * 6
    before, after = control_limits.limits(values, rebases=[12])
    assert (before.start, before.stop, after.start, after.stop) == (0, 12, 12, 24)
    assert (before.mean, after.mean) == (11.0, 52.0)
    # Moving ranges of 2 and of 4, by hand: 11 ± 5.32 and 52 ± 10.64.
    assert before.upper == pytest.approx(16.32)
    assert after.lower == pytest.approx(41.36)


def _signals(values: list[float | None]) -> list[Signal]:
    return control_limits.signals(values, control_limits.limits(values))


def test_a_point_outside_the_limits_is_a_signal():
    # 20 points alternating by 2 around 11, then 30: mean 11.905, mR̄ (19·2 + 18)/20 = 2.8, limits 4.457 and 19.353.
    values = [10.0, 12.0] * 10 + [30.0]
    assert Signal(20, OUTSIDE, 1) in _signals(values)


def test_three_of_four_nearer_the_limit_than_the_mean_are_a_signal():
    base = [10.0, 12.0] * 12
    segment = control_limits.limits(base)[0]
    # Limits 11 ± 5.32, half way 13.66: 14 is nearer the upper limit, 13.6 is not.
    series = [*base, 14.0, 14.0, 11.0, 14.0]
    held = [control_limits.Segment(0, 28, 28, *_bounds(segment))]
    assert control_limits.signals(series, held) == [Signal(27, NEAR_LIMIT, 1)]
    series[27] = 13.6
    assert control_limits.signals(series, held) == []


def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_not():
    base = [10.0, 12.0] * 12
    segment = control_limits.limits(base)[0]
    held = [control_limits.Segment(0, 32, 32, *_bounds(segment))]
    assert control_limits.signals([*base, *[10.5] * 7, 11.5], held) == []
    assert control_limits.signals([*base, *[10.5] * 8], held) == [Signal(31, ONE_SIDE, -1)]


def test_missing_points_are_left_out_of_limits_and_runs():
    values: list[float | None] = [10.0, None, 12.0] * 8
    (segment,) = control_limits.limits(values)
    assert segment.count == 16
    assert segment.mean == 11.0
    assert segment.upper == pytest.approx(16.32)


def _bounds(segment: control_limits.Segment) -> tuple[float | None, ...]:
    return segment.mean, segment.lower, segment.upper, segment.natural_lower, segment.natural_upper
