from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, NoValue, NumberState
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.services.lists import SOURCES, Options, filtered, list_named
from opsconsole.store.database import Database

FIELDS = (
    Field("order", "Order", Kind.IDENTIFIER),
    Field("status", "Status", Kind.STATUS, labels=(("on_hold", "On hold"), ("open", "Open"))),
    Field("owner", "Owner", missing="Unassigned"),
    Field("value", "Value", Kind.MONEY, currency="currency"),
    Field("currency", "Currency"),
    Field("on", "On", Kind.DATE),
    Field("share", "Share", Kind.PERCENT),
    Field("blocked", "Blocked", Kind.FLAG),
)
ROWS: list[dict[str, Any]] = [
    {"order": "SO-1", "status": "on_hold", "owner": None, "value": 1000, "currency": "USD", "on": 20_774,
     "share": 0.5, "blocked": True},
    {"order": "SO-2", "status": "open", "owner": "Shift A", "value": 1000, "currency": "JPY", "on": None,
     "share": NoValue(NumberState.TOO_FEW, "n 9 of 30"), "blocked": False},
    {"order": "so-3", "status": "open", "owner": "Shift B", "value": None, "currency": "USD", "on": 20_775,
     "share": None, "blocked": False},
]  # fmt: skip


@pytest.fixture
def listing() -> Listing:
    return from_rows(FIELDS, ROWS, id_key="order", as_of=0, title="Orders")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("order", "SO-1")], ["SO-1"]),
        ([("ORDER", "so-*")], ["SO-1", "SO-2", "so-3"]),
        ([("status", "On hold")], ["SO-1"]),
        ([("status", "on_hold")], ["SO-1"]),
        ([("owner", "")], ["SO-1"]),
        ([("owner", "unassigned")], ["SO-1"]),
        ([("owner", "Shift A"), ("owner", "Shift B")], ["SO-2", "so-3"]),
        ([("owner", "Shift*"), ("status", "open"), ("value", "1000")], ["SO-2"]),
        ([("value", "10.00")], ["SO-1"]),
        ([("value", "10")], ["SO-1"]),
        ([("on", "2026-11-17")], ["SO-1"]),
        ([("share", "too_few")], ["SO-2"]),
        ([("blocked", "yes")], ["SO-1"]),
        ([("owner", "nobody")], []),
    ],
)
def test_a_filter_meets_values_as_stored_printed_or_in_words(
    listing: Listing, filters: list[tuple[str, str]], found: list[str]
) -> None:
    assert list(filtered(listing, filters).ids) == found


def test_a_filtered_list_says_so_and_knows_the_whole(listing: Listing) -> None:
    shown = filtered(listing, [("owner", "Shift A")])
    assert (len(shown), shown.total) == (1, 3)
    assert shown.notes[0] == "Filtered: Owner shift a."


def test_an_unknown_field_is_answered_with_those_there_are(listing: Listing) -> None:
    with pytest.raises(UserError, match="no field “ordr”") as refused:
        filtered(listing, [("ordr", "1")])
    assert "order, status" in refused.value.hint


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_list_of_an_empty_database_is_there_and_empty_of_events(database: Database, now: int, name: str) -> None:
    listing = list_named(database, name, now)
    assert listing.fields
    assert listing.as_of == now
    if name not in ("rules", "kpis"):
        assert len(listing) == 0


def test_an_option_that_a_list_does_not_have_is_refused(sqlite_database: Database, now: int) -> None:
    with pytest.raises(UserError, match="has no “--period”"):
        list_named(sqlite_database, "orders", now, Options(period="week"))
    with pytest.raises(UserError, match="There is no list"):
        list_named(sqlite_database, "customers", now)
