import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.field import NumberState
from opsconsole.rules.measure import Measure

MEASURES = st.builds(Measure, st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))


def test_weeks_add_up_by_part_and_whole_and_not_by_ratio():
    week, other = Measure(9, 10, 10), Measure(1, 90, 90)
    assert (week + other).ratio() == pytest.approx(0.1)


@given(st.lists(MEASURES, max_size=5))
def test_the_order_of_adding_does_not_matter(measures):
    assert sum(measures, Measure()) == sum(reversed(measures), Measure())


@pytest.mark.parametrize(
    ("measure", "minimum", "state"),
    [
        (Measure(0, 0, 0), 1, NumberState.NO_DATA),
        (Measure(0, 0, 0), 30, NumberState.NO_DATA),
        (Measure(9, 29, 29), 30, NumberState.TOO_FEW),
        (Measure(0, 30, 30), 30, NumberState.VALUE),
    ],
)
def test_a_ratio_exists_only_with_a_whole_and_enough_cases(measure, minimum, state):
    assert measure.state(minimum) is state
    assert (measure.ratio(minimum) is not None) == (state is NumberState.VALUE)
