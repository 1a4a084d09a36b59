from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.imports.numbers import choose_decimal, parse


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("1,433.66", ".", "1433.66"),
        ("$1,433.66", ".", "1433.66"),
        ("AU $3,000.00", ".", "3000.00"),
        ("EUR 90,00", ",", "90.00"),
        ("1 234,50 €", ",", "1234.50"),
        ("1.249,00", ",", "1249.00"),
        ("1'234.50", ".", "1234.50"),
        ("(5.00)", ".", "-5.00"),
        ("5.00-", ".", "-5.00"),
        ("−3.5", ".", "-3.5"),
        (".5", ".", "0.5"),
    ],
)
def test_amounts_as_marketplaces_write_them_are_read(text: str, sign: str, value: str) -> None:
    assert parse(text, sign, money=True) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "sign"), [("1.249,00", "."), ("1,2,3", "."), ("12,50", "."), ("--5", "."), ("N/A", ".")]
)
def test_what_is_not_a_number_in_the_columns_form_is_none(text: str, sign: str) -> None:
    assert parse(text, sign, money=True) is None


def test_a_unit_beside_a_number_makes_it_no_number() -> None:
    assert parse("12 oz", ".") is None
    assert parse("1e-05", ".") == Decimal("0.00001")


def test_one_text_proves_the_decimal_sign_of_a_column() -> None:
    assert choose_decimal(["1,234", "2.55"], "Price").sign == "."
    assert choose_decimal(["1.234", "12,5"], "Price").sign == ","
    assert choose_decimal(["1.234.567", "3"], "Price").sign == ","


def test_a_column_that_proves_nothing_is_doubtful_only_where_it_could_be_read_both_ways() -> None:
    assert choose_decimal(["12", "7"], "Qty").doubtful == ""
    assert choose_decimal(["12", "1.234"], "Qty").doubtful == "1.234"


def test_half_points_and_half_commas_are_refused_and_a_few_are_left_to_be_rejected() -> None:
    with pytest.raises(UserError, match="mixes decimal points and commas"):
        choose_decimal(["1.5", "2.5", "3,5", "4,5"], "Price")
    assert choose_decimal([*(f"{n}.50" for n in range(100)), "2.010,50"], "Price").sign == "."


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_any_amount_written_with_thousands_is_read_back(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert parse(english, ".") == parse(german, ",") == amount
