from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.imports.row_ids import RowIds
from opsconsole.imports.writer_occurrences import Occurrences


@given(st.lists(st.lists(st.sampled_from(["a", "b", ("b", 1)]))))
def test_each_record_is_numbered_among_those_of_its_content_over_all_chunks(chunks):
    occurrences, seen = Occurrences(), Counter()
    for chunk in chunks:
        expected = []
        for content in chunk:
            expected.append(seen[content])
            seen[content] += 1
        assert occurrences.numbers("kind", chunk) == expected
    assert occurrences.numbers("another kind", ["a"]) == [0]


@given(st.lists(st.sets(st.integers(0, 9))), st.sets(st.integers(0, 9)), st.sets(st.integers(0, 12)))
def test_row_ids_are_a_set_of_numbers(added, removed, asked):
    ids, expected = RowIds(), set()
    for some in added:
        ids.update(some)
        expected |= some
        assert ids.among(asked) == expected & asked
    ids.remove(removed)
    assert ids.among(asked) == (expected - removed) & asked
    assert [row_id for step in ids.steps() for row_id in step] == sorted(expected - removed)
