import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.planning.intervals import wilson


@pytest.mark.parametrize(
    ("part", "whole", "lower", "upper"),
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score, no continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_published_intervals_are_reproduced(part, whole, lower, upper):
    assert wilson(part, whole) == (pytest.approx(lower, abs=5e-5), pytest.approx(upper, abs=5e-5))


def test_there_is_no_interval_without_cases():
    with pytest.raises(ValueError, match="without cases"):
        wilson(0, 0)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_lies_in_0_to_1_and_holds_the_rate(pair):
    lower, upper = wilson(*pair)
    assert 0 <= lower <= pair[0] / pair[1] + 1e-12
    assert pair[0] / pair[1] - 1e-12 <= upper <= 1
