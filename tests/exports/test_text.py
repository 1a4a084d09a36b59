import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.exports import text

# ECMA-376 part 1, 22.9.2.19: what a reader makes of _xHHHH_.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read(element: str) -> str:
    """A ``<t>`` element as a spreadsheet reads it."""
    found = ElementTree.fromstring(element).text or ""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), found)


@given(st.text())
def test_every_text_is_well_formed_and_reads_back_without_what_xml_forbids(value: str) -> None:
    element, _ = text.element(value)
    kept = "".join(
        c for c in value if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
    assert read(element) == kept


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_looks_like_a_formula_is_marked_as_text(start: str) -> None:
    element, marked = text.element(f"{start}1+1")
    assert marked
    assert read(element) == f"{start}1+1"


def test_harmless_text_is_not_marked() -> None:
    assert text.element("SO-204817") == ("<t>SO-204817</t>", False)


def test_a_control_character_cannot_hide_a_formula() -> None:
    element, marked = text.element("\x00=1+1")
    assert (read(element), marked) == ("=1+1", True)


def test_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    cut = text.cleaned("x" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("… (cut, 40,000 characters in all)")


def test_a_cut_does_not_split_a_character_of_two_units() -> None:
    cut = text.cleaned("🚚" * 20_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.rstrip(")").rsplit(" …", 1)[0] == "🚚" * (len(cut.rsplit(" …", 1)[0]))


def test_text_that_fits_is_not_cut() -> None:
    assert text.cleaned("é" * 32_767) == "é" * 32_767


@given(st.text(), st.sets(st.text()))
def test_sheet_names_are_legal_and_unique(wanted: str, taken: set[str]) -> None:
    known = {name.lower() for name in taken}
    name = text.sheet_name(wanted, known)
    assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
    assert not set(name) & set("[]:*?/\\")
    assert not name.startswith("'")
    assert not name.endswith("'")
    assert name.lower() not in known
    assert name.lower() != "history"


@given(st.text(), st.sets(st.text()))
def test_table_names_are_legal_and_unique(wanted: str, taken: set[str]) -> None:
    known = {name.lower() for name in taken}
    name = text.table_name(wanted, known)
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
    assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[rcRC]\d*", name)
    assert name.lower() not in known


def test_a_second_sheet_of_the_same_name_is_numbered() -> None:
    assert text.sheet_name("Order exceptions of all channels 2026", {"order exceptions of all channel"}) == (
        "Order exceptions of all cha (2)"
    )


def test_a_quote_in_a_sheet_name_is_doubled_in_references() -> None:
    assert text.quoted_sheet("Shift A's list") == "'Shift A''s list'"
