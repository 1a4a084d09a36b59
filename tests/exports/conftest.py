"""A listing with every kind of value, and the hostile texts that a platform's file may hold."""

from collections.abc import Callable
from datetime import date

import pytest

from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, NumberState, TimeLeft, Total
from opsconsole.domain.instants import day_from_date, from_iso
from opsconsole.domain.listing import Listing, from_rows

HOSTILE = (
    '=HYPERLINK("http://example.com","x")',
    "+1 (555) 010-9999",
    "-12",
    "@SUM(A1)",
    "\tTab first",
    "\r\nreturn first",
    "<b>&amp; \"quotes\" 'too'",
    "bell \x07 and null \x00 inside",
    "lone \ud800 surrogate",
    "_x0041_ is no letter",
    "  spaces at both ends  ",
    "line one\nline two",
    "表示 🚚 עברית",
)

FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY),
    Field("note", "Note", stretch=True, missing="None", help="What a customer wrote."),
    Field("order", "Order", Kind.IDENTIFIER, total=Total.DISTINCT, total_words="orders"),
    Field("opened_at", "Opened", Kind.INSTANT),
    Field("due_on", "Due", Kind.DATE, missing="never"),
    Field("age", "Age", Kind.DURATION, total=Total.MEDIAN),
    Field("time_left", "Time left", Kind.TIME_LEFT, total=Total.OVER, total_words="over time"),
    Field("value", "Value at risk", Kind.MONEY, currency="currency", total=Total.SUM),
    Field("currency", "Currency", hidden=True),
    Field("units", "Units", Kind.QUANTITY, total=Total.SUM),
    Field("share", "Share", Kind.PERCENT, missing="no data"),
    Field("cover", "Days of cover", Kind.COVER, total=Total.MEDIAN),
    Field("clause", "On-time ship", Kind.CLAUSE, missing="no data"),
    Field("grade", "Grade", Kind.GRADE, missing="–"),
    Field("trend", "Trend", Kind.TREND),
    Field("owner", "Owner", missing="Unassigned", total=Total.MISSING, total_words="without owner"),
    Field("state", "State", Kind.STATE),
    Field("blocked", "Blocked", Kind.FLAG),
    Field("proposal", "Proposal", Kind.PROPOSAL, missing="None"),
)


def row(index: int) -> dict[str, object]:
    """Row ``index``: values that differ and repeat in ways a reader can work out."""
    few = NoValue(NumberState.TOO_FEW, "n 9 of 30")
    return {
        "id": index,
        "severity": f"S{index % 4 + 1}",
        "note": HOSTILE[index % len(HOSTILE)] if index % 5 else None,
        "order": f"{1000 + index % 7:06d}",
        "opened_at": from_iso("2026-11-01T12:00:00Z") + index * 3_600_000_000,
        "due_on": None if index % 6 == 0 else day_from_date(date(2026, 12, 1)) + index,
        "age": 3600 * (index + 1),
        "time_left": TimeLeft(1800 * (index - 5), 0.5),
        "value": 1000 * index + 5,
        "currency": "USD",
        "units": index,
        "share": few if index % 3 == 0 else index / 100,
        "cover": Cover(None if index % 4 == 0 else 2.5 * index, 21.0),
        "clause": few if index % 4 == 0 else ClauseValue(90 + index / 3, 95, 98, 99.5, True, "%"),
        "grade": "ABCD"[index % 4],
        "trend": (1.0, 3.0, 2.0),
        "owner": None if index % 3 == 0 else "Shift A",
        "state": "in_progress",
        "blocked": index % 2 == 0,
        "proposal": "Buy 312" if index % 2 else None,
    }


@pytest.fixture
def make_listing() -> Callable[..., Listing]:
    """Makes the listing with ``count`` rows; more keywords go to the Listing."""

    def make(count: int = 25, **more: object) -> Listing:
        told = {"title": "Order exceptions", "time_zone": "America/New_York", "notes": ("All channels.",)} | more
        return from_rows(
            FIELDS, [row(i) for i in range(count)], id_key="id", as_of=from_iso("2026-11-17T15:42:00Z"), **told
        )

    return make
