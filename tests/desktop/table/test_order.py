"""Sorting, filtering and grouping against plain Python over the same rows."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.desktop.table.arrangement import Arrangement, SortBy
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.order import Order
from opsconsole.domain.errors import Cancelled
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, NumberState, TimeLeft, Total
from opsconsole.domain.listing import Coded, Later, Listing, TimesLeft, coded
from opsconsole.domain.progress import Progress

NONE = NoValue(NumberState.NO_DATA, "no data")


def _listing(kind: Kind, column: Any, **more: Any) -> Listing:
    return Listing((Field("a", "A", kind, **more),), {"a": column}, list(range(len(column))), 0)


def _sorted(listing: Listing, *sort: SortBy) -> list[int]:
    order = Order(listing)
    return [int(row) for row in order.keep(Arrangement(sort=sort))]


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50))))
@settings(max_examples=60)
def test_numbers_sort_like_python_sorts_them_and_missing_ones_come_last(values: list[int | None]) -> None:
    listing = _listing(Kind.QUANTITY, values)
    rows = range(len(values))
    up = sorted(rows, key=lambda row: (values[row] is None, values[row] or 0))
    down = sorted(rows, key=lambda row: (values[row] is None, -(values[row] or 0)))
    assert _sorted(listing, SortBy("a")) == up
    assert _sorted(listing, SortBy("a", True)) == down


@given(st.lists(st.one_of(st.none(), st.sampled_from(["b", "B", "a", "Ä", "zz", "z", "10", "9"]))))
@settings(max_examples=60)
def test_words_sort_without_regard_to_case_and_keep_their_order_where_equal(values: list[str | None]) -> None:
    up = sorted(range(len(values)), key=lambda row: (values[row] is None, (values[row] or "").casefold()))
    ranks = list(dict.fromkeys(value for value in values if value))
    ties = len({value.casefold() for value in ranks}) < len(ranks)
    found = _sorted(_listing(Kind.TEXT, values), SortBy("a"))
    folded = [(values[row] or "").casefold() for row in found if values[row] is not None]
    assert folded == sorted(folded)
    if not ties:
        assert found == up


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        (Kind.TIME_LEFT, [TimeLeft(60, 0.1), TimeLeft(-60, 0.0), None, TimeLeft(0, 0.0)], [1, 3, 0, 2]),
        (Kind.COVER, [Cover(5, 3), Cover(None, 3), Cover(1, None), NONE], [2, 0, 1, 3]),
        (Kind.CLAUSE, [ClauseValue(2, 0, 1, 2, True, "%"), NONE, ClauseValue(1, 0, 1, 2, True, "%")], [2, 0, 1]),
        (Kind.GRADE, ["C", NONE, "A", "B"], [2, 3, 0, 1]),
        (Kind.SEVERITY, ["S3", "S1", "S2"], [1, 2, 0]),
        (Kind.TREND, [(1.0, 5.0), (), (9.0, 1.0)], [2, 0, 1]),
        (Kind.FLAG, [True, False, None], [1, 0, 2]),
        (Kind.QUANTITY, np.array([3, 1, 2], dtype=np.int64), [1, 2, 0]),
        (Kind.PERCENT, np.array([0.3, np.nan, 0.2]), [2, 0, 1]),
        (Kind.TEXT, Coded([1, -1, 0, 1], ["b", "a"]), [0, 3, 2, 1]),
        (Kind.IDENTIFIER, np.array([b"SO-2", b"SO-1"]), [1, 0]),
    ],
)
def test_every_kind_sorts_by_its_value(kind: Kind, column: Any, expected: list[int]) -> None:
    assert _sorted(_listing(kind, column), SortBy("a")) == expected


def test_statuses_sort_in_the_order_of_their_life() -> None:
    labels = (("open", "Open"), ("waiting", "Waiting"), ("closed", "Closed"))
    listing = _listing(Kind.STATUS, ["closed", "open", "waiting", "open"], labels=labels)
    assert _sorted(listing, SortBy("a")) == [1, 3, 2, 0]


def test_several_columns_sort_one_after_another() -> None:
    chance = random.Random(7)
    rows = [(chance.choice("xyz"), chance.randint(0, 3)) for _ in range(200)]
    listing = Listing(
        (Field("word", "Word"), Field("number", "Number", Kind.QUANTITY)),
        {"word": [word for word, _ in rows], "number": [number for _, number in rows]},
        list(range(200)),
        0,
    )
    found = _sorted(listing, SortBy("word", True), SortBy("number"))
    assert found == sorted(range(200), key=lambda row: (-ord(rows[row][0]), rows[row][1]))


WORDS = ["Late shipment", "Ändern", "SO-20481", "straße", "", None, "a b c", "so-2"]


@pytest.mark.parametrize("search", ["late", "SO-2", "änd", "STRASSE", "b", "ship late", "nothing", "-", "c a"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_search_finds_the_rows_whose_words_contain_every_word(search: str, packed: bool) -> None:
    # Many different texts are searched in one buffer, few in a dictionary: both must find the same.
    filler = [f"row {number}" for number in range(60)] if packed else ["row 0"] * 60
    column = [*WORDS, *filler]
    wanted = [
        row
        for row, text in enumerate(column)
        if all(word in (text or "").casefold() for word in search.casefold().split())
    ]
    found = Order(_listing(Kind.TEXT, column)).keep(Arrangement(search=search))
    assert found.tolist() == wanted


def test_a_search_looks_at_labels_of_codes_and_at_every_column_of_words() -> None:
    listing = Listing(
        (
            Field("state", "State", Kind.STATUS, labels=(("w", "Waiting"), ("o", "Open"))),
            Field("owner", "Owner", missing="Unassigned"),
            Field("value", "Value", Kind.QUANTITY),
        ),
        {"state": ["w", "o", "o"], "owner": ["Ann", "Bob", None], "value": [7, 7, 7]},
        [0, 1, 2],
        0,
    )
    order = Order(listing)
    assert order.keep(Arrangement(search="wait ann")).tolist() == [0]
    assert order.keep(Arrangement(search="unassigned")).tolist() == [2]
    assert order.keep(Arrangement(search="7")).tolist() == []


def test_filters_keep_values_rows_and_missing_ones() -> None:
    listing = _listing(Kind.TEXT, ["a", None, "b", "a"])
    order = Order(listing)
    assert order.keep(Arrangement(equals={"a": frozenset({"a"})})).tolist() == [0, 3]
    assert order.keep(Arrangement(equals={"a": frozenset({None, "b"})})).tolist() == [1, 2]
    assert order.keep(Arrangement(rows=[3, 1], sort=(SortBy("a"),))).tolist() == [3, 1]
    assert order.keep(Arrangement(rows=[])).tolist() == []
    assert order.keep(Arrangement(equals={"gone": frozenset({"a"})}, sort=(SortBy("gone"),))).tolist() == [0, 1, 2, 3]


def test_groups_hold_their_rows_in_the_order_of_the_sort_and_fold() -> None:
    listing = Listing(
        (Field("kind", "Kind"), Field("score", "Score", Kind.QUANTITY)),
        {"kind": ["3PL", "Carrier", "3PL", None], "score": [2, 5, 1, 0]},
        ["a", "b", "c", "d"],
        0,
    )
    order = Order(listing)
    asked = Arrangement(sort=(SortBy("score"),), group_by="kind", collapsed=frozenset({"Carrier"}))
    arranged = order.group(order.keep(asked), asked)
    named = [(group.label, group.count, group.collapsed) for group in arranged.groups]
    assert named == [("3PL", 2, False), ("Carrier", 1, True), ("–", 1, False)]
    assert arranged.rows.tolist() == [-1, 2, 0, -2, -3, 3]
    assert arranged.shown == 4


def test_group_rows_sum_what_the_totals_row_sums_in_the_currency_there_is_a_rate_for() -> None:
    money = Field("at_risk", "At risk", Kind.MONEY, currency="code", total=Total.SUM, total_of="in_usd")
    listing = Listing(
        (
            Field("kind", "Kind"),
            money,
            Field("in_usd", "In USD", Kind.MONEY, currency="USD"),
            Field("code", "Code"),
            Field("left", "Left", Kind.TIME_LEFT, total=Total.OVER),
        ),
        {
            "kind": ["a", "b", "a", "a", "b"],
            "at_risk": [100, 200, 300, None, 700],
            "in_usd": [100, None, 330, None, 700],
            "code": ["USD", "JPY", "EUR", None, "USD"],
            "left": [TimeLeft(-1, 0.0), TimeLeft(5, 0.5), TimeLeft(-2, 0.0), None, TimeLeft(9, 0.9)],
        },
        [1, 2, 3, 4, 5],
        0,
    )
    order = Order(listing)
    asked = Arrangement(group_by="kind", search="a", all_collapsed=True, collapsed=frozenset({"b"}))
    first, second = order.group(order.keep(asked._replace(search="")), asked).groups
    assert (dict(first.sums), first.collapsed) == ({"at_risk": (("USD", 430.0),), "left": (("", 2),)}, True)
    assert (dict(second.sums), second.collapsed) == ({"at_risk": (("USD", 700.0), ("JPY", 200.0))}, False)


def test_a_facet_counts_the_values_of_a_column() -> None:
    assert Order(_listing(Kind.TEXT, ["a", None, "b", "a"])).facet("a") == [("a", 2), (None, 1), ("b", 1)]


def test_an_empty_listing_can_be_arranged_in_every_way() -> None:
    order = Order(_listing(Kind.TEXT, []))
    asked = Arrangement(sort=(SortBy("a"),), search="x", equals={"a": frozenset({"y"})}, group_by="a")
    assert len(order.group(order.keep(asked), asked).rows) == 0


def test_what_is_made_later_or_kept_as_numbers_is_sorted_and_found_like_a_list() -> None:
    words = ["b", None, "a", "b c"]
    later = Later(len(words), words.__getitem__, lambda: words)
    lefts = [TimeLeft(60, 0.1), TimeLeft(-60, 0.0), None, TimeLeft(0, 0.0)]
    times = TimesLeft([60, -60, 0, 0], [0.1, 0.0, 0.0, 0.0], [False, False, True, False])
    assert _sorted(_listing(Kind.TEXT, later), SortBy("a")) == [2, 0, 3, 1]
    assert _sorted(_listing(Kind.TIME_LEFT, times), SortBy("a", True)) == [0, 3, 1, 2]
    assert (list(later), list(times), [times[row] for row in range(4)]) == (words, lefts, lefts)
    found = Order(_listing(Kind.TEXT, later, missing="Nobody")).keep(Arrangement(search="B"))
    assert [int(row) for row in found] == [0, 1, 3]


def test_the_words_of_a_missing_value_are_found_in_codes_as_in_a_list() -> None:
    names = ["Ann", None, "Ben", ""]
    for column in ([name or None for name in names], coded(names)):
        found = Order(_listing(Kind.TEXT, column, missing="Unassigned")).keep(Arrangement(search="unass"))
        assert [int(row) for row in found] == [1, 3]


def test_only_the_values_looked_at_are_made() -> None:
    made: list[int] = []

    def one(row: int) -> str:
        made.append(row)
        return str(row)

    listing = _listing(Kind.TEXT, Later(100, one, lambda: [one(row) for row in range(100)]))
    assert listing.where([7, 3]).columns["a"] == ["7", "3"]
    assert made == [7, 3]
    assert listing.columns["a"][-1] == "99"
    assert [listing.columns["a"][2:4], len(list(listing.columns["a"]))] == [["2", "3"], 100]


def test_a_list_made_ready_for_searches_finds_the_same_and_stops_when_it_is_not_wanted() -> None:
    words = [f"Word {number % 7}" for number in range(60)]
    arranger = Arranger(_listing(Kind.TEXT, Later(60, words.__getitem__, lambda: words)))
    unwanted = Progress()
    unwanted.cancel()
    with pytest.raises(Cancelled):
        arranger.warm(unwanted)
    arranger.warm(Progress())
    found = arranger.arrange(Arrangement(search="word 3"), Formats())
    assert [int(row) for row in found.rows] == list(range(3, 60, 7))
