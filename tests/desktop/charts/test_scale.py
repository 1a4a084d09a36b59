from hypothesis import given
from hypothesis import strategies as st

from opsconsole.desktop.charts.scale import nice_ticks, spread


def test_ticks_are_round_and_few() -> None:
    # Heckbert, "Nice numbers for graph labels", Graphics Gems (1990): steps of 1, 2 or 5 times a power of ten.
    assert nice_ticks(95.9, 99.1) == [96.0, 97.0, 98.0, 99.0]
    assert nice_ticks(0, 520, 5) == [0.0, 200.0, 400.0]


def test_an_axis_without_a_span_has_no_ticks() -> None:
    assert nice_ticks(5, 5) == []
    assert nice_ticks(float("nan"), 1) == []


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(3, 5))
def test_ticks_never_leave_the_axis_or_crowd_it(low: float, span: float, most: int) -> None:
    ticks = nice_ticks(low, low + span, most)
    assert len(ticks) <= most
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)


def test_labels_that_would_touch_are_moved_apart_in_their_order() -> None:
    assert spread([10, 12, 50], 15, 0, 100) == [10, 25, 50]
    assert spread([90, 95], 15, 0, 100) == [85, 100]
