"""Figures read as arrays are those that ``decimal.Decimal`` reads one by one."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.imports import numbers, plain_figures
from opsconsole.imports.plain_figures import read

PLAIN = st.from_regex(r"\A-?[0-9]{1,9}(\.[0-9]{1,4})?\Z") | st.just("")
ANY = PLAIN | st.sampled_from(
    ["1.", ".5", "-", "n/a", "1,5", "$5.00", "1.2.3", "٣", "1\x00", "12 ", "--1", "1-2", "1e3"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PLAIN, max_size=20))
def test_plain_figures_are_decimals(texts: list[str]) -> None:
    found = read(texts)
    if found is None:  # nothing to read, or too long to be exact where all have as many places
        places = max((len(text.partition(".")[2]) for text in texts), default=0)
        assert not any(texts) or max(abs(Decimal(text or 0)) for text in texts) * 10**places >= 1 << 53
        return
    assert list(found.figures) == [Decimal(text) if text else None for text in texts]
    assert list(found.odd) == []
    assert found.figures.minor(4) == [int(Decimal(text) * 10_000) if text else None for text in texts]
    assert found.figures.floats() == [float(Decimal(text)) if text else None for text in texts]


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY, max_size=30), st.booleans())
def test_a_column_is_read_as_its_texts_are_read_one_by_one(texts: list[str], money: bool) -> None:
    values, bad = numbers.parse_all(texts, ".", money=money)
    alone = [numbers.parse(text, ".", money=money) if text else None for text in texts]
    assert list(values) == alone
    assert set(bad) == {place for place, text in enumerate(texts) if text and alone[place] is None}


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY | st.sampled_from(["1.234", "2,50", "1.234,50"]), max_size=30))
def test_the_decimal_sign_is_the_same_with_arrays_and_without(texts: list[str]) -> None:
    def chosen() -> Any:
        try:
            return numbers.choose_decimal(texts, "Price")
        except numbers.UserError as fault:
            return fault.message

    with pytest.MonkeyPatch.context() as patch:
        quickly = chosen()
        patch.setattr(plain_figures, "read", lambda _: None)
        assert quickly == chosen()


def test_amounts_with_more_places_than_their_unit_are_left_to_be_told() -> None:
    found = read(["1.00", "2.345"])
    assert found is not None
    assert found.figures.minor(2) is None
    assert read(["12345678901234567"]) is None
