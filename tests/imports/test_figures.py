"""Sums and products by arrays, against the same by decimals, row by row."""

import math
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.imports.columns import Typed
from opsconsole.imports.figures import worked_out
from opsconsole.imports.mapping import Expression

SOME = (Expression(columns=("x",)),)
decimals = st.decimals(-(10**6), 10**6, places=3) | st.sampled_from([Decimal("1E+3"), Decimal("0.5"), Decimal(0)])
columns = st.lists(st.none() | decimals, min_size=4, max_size=4)


def typed(values):
    codes = np.array([-1 if value is None else place for place, value in enumerate(values)], np.int32)
    return Typed(codes, values)


def by_hand(product, more, less):
    if product:
        return None if None in more else math.prod(more, start=Decimal(1))
    if all(value is None for value in (*more, *less)):
        return None
    return sum(filter(None, more), Decimal(0)) - sum(filter(None, less), Decimal(0))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(product=st.booleans(), more=st.lists(columns, min_size=1, max_size=3), less=st.lists(columns, max_size=2))
def test_arrays_give_what_decimals_give(product, more, less):
    less = [] if product else less
    expression = Expression(product=SOME) if product else Expression(sum=SOME)
    found = worked_out(expression, [typed(c) for c in more], [typed(c) for c in less], np.ones(4, np.bool_))
    expected = [
        by_hand(product, [column[row] for column in more], [column[row] for column in less]) for row in range(4)
    ]
    assert found is None or found.objects(np.arange(4)) == expected
    if sum(map(len, (*more, *less))) <= 8:  # two columns of these figures always fit
        assert found is not None


def test_rows_that_do_not_count_have_no_value():
    found = worked_out(Expression(sum=SOME), [typed([Decimal("0.1"), Decimal("0.2")])], [], np.array([True, False]))
    assert found is not None
    assert found.objects(np.arange(2)) == [Decimal("0.1"), None]


def test_figures_too_long_for_arrays_are_left_to_decimals():
    long = typed([Decimal("12345678901.23")])
    assert worked_out(Expression(product=SOME), [long, long], [], np.ones(1, np.bool_)) is None
