"""Fields that are alike, told by arrays, against the same told by comparing their texts."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.imports.fields import Block, fields_of

texts = st.sampled_from(["", "a", "b", "paid", "paid ", "12345678", "123456789", "x" * 32, "x" * 31 + "y", '"q""r"'])


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(texts, texts | st.just("z" * 33)), min_size=1, max_size=12))
def test_distinct_fields_are_those_of_the_column_in_order_of_appearance(rows):
    content = "".join(f"{one},{two}\n" for one, two in rows).encode()
    found = fields_of(Block(content, 1), ",", 2)
    assert found is not None
    for index in range(2):
        places, every = found.column(index)
        alike = found.distinct(index)
        if alike is None:
            assert any(len(text) > 32 for text in every)
            continue
        where, distinct, numbers = alike
        assert where.tolist() == places.tolist()
        assert [distinct[number] for number in numbers.tolist()] == every
        assert distinct == list(dict.fromkeys(every))
