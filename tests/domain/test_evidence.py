"""Evidence in words; the moment and the words are those of the pictures of the queue."""

from datetime import date

import pytest

from opsconsole.domain import evidence
from opsconsole.domain.instants import day_end, day_from_date, from_iso
from opsconsole.domain.payments import is_cash_on_delivery, net_days

NOW = from_iso("2026-11-17T15:42:00Z")
ZONE = "America/New_York"
VALUES = {
    "ship_by": from_iso("2026-11-16T21:00:00Z"),
    "deliver_by": from_iso("2026-11-20T01:00:00Z"),
    "value_at_risk": 41260,
    "currency": "USD",
    "sku": "KT-4410-BLK",
    "picked": 1.0,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("Ship-by was **{ship_by:promise}**.", "Ship-by was **Mon 16 Nov, 16:00**."),
        ("**{ship_by:since} late**", "**18h 42m late**"),
        ("{value_at_risk:money}", "$412.60"),
        ("{sku}: picked {picked:count}", "KT-4410-BLK: picked 1"),
        ("{nothing} is unknown", None),
        ("{absent:instant}", None),
        ("It must ship by {ship_by:coming}", None),
        ("It must arrive by {deliver_by:coming}", "It must arrive by Thu 19 Nov, 20:00"),
    ],
)
def test_places_are_filled_by_kind(template, words):
    assert evidence.fill(template, VALUES, now=NOW, zone=ZONE) == words


def test_a_promise_for_a_date_shows_the_date_alone():
    promise = day_end(day_from_date(date(2026, 11, 16)), "America/Los_Angeles")
    values = {"ship_by": promise, "zone": "America/Los_Angeles"}
    assert evidence.fill("{ship_by:promise}", values, now=NOW, zone=ZONE) == "Mon 16 Nov"


def test_the_first_alternative_that_fits_is_taken_and_others_are_left_out():
    sentences = (("{nothing}.", "{sku}."), ("{nothing} at all.",))
    assert evidence.in_sentences(sentences, VALUES, now=NOW) == ("KT-4410-BLK.",)


@pytest.mark.parametrize(
    ("terms", "days"), [("Net 30", 30), ("net7", 7), ("Within 14 days", 14), ("Due on receipt", None)]
)
def test_terms_tell_their_days(terms, days):
    assert net_days(terms) == days


@pytest.mark.parametrize(
    ("method", "is_cod"),
    [("Cash on Delivery (COD)", True), ("cash_on_delivery", True), ("COD", True), ("card", False), ("codes", False)],
)
def test_cash_on_delivery_is_known_by_its_names(method, is_cod):
    assert is_cash_on_delivery(method) is is_cod
