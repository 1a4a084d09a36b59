"""Vendors as of a moment: scorecards of a month, the breaches behind them, one vendor's page, the directory."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, NoValue, NumberState, Total
from opsconsole.domain.instants import day_from_date
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.periods import Period, period_of, periods_between, previous
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.domain.wording import plural
from opsconsole.rules.vendor_metrics import VENDOR_METRICS
from opsconsole.services.business import Business, business
from opsconsole.services.incidents_excuses import any_excuse
from opsconsole.services.vendors_breaches import breach_rows, breaches_listing
from opsconsole.services.vendors_page import ClauseSection, VendorPage, make_page
from opsconsole.services.vendors_scores import (
    CLAUSE_COLUMNS,
    Scores,
    VendorScore,
    money_open,
    score_note,
    short_labels,
)
from opsconsole.store.database import Database
from opsconsole.store.schema import clauses, vendors

__all__ = [
    "ClauseSection",
    "VendorPage",
    "attention_count",
    "list_breaches",
    "list_scorecards",
    "list_vendors",
    "scorecard_period",
    "scorecard_span",
    "seed_clauses",
    "vendor_page",
]

TREND_PERIODS = 6
_KIND_LABELS = tuple(VENDOR_KINDS.items())


def scorecard_period(company: Business, asked: Period | str | None = None) -> Period:
    """The period asked for: a Period, ``2026-10``, ``week`` or ``month`` (the newest that is over), ``day``, ``all``.

    Without one the newest month that is over. UserError for anything else.
    """
    if isinstance(asked, Period):
        return asked
    if asked is None or asked in ("day", "week", "month"):
        return previous(period_of(company.due_before, asked or "month"))
    if asked == "all":
        return Period(0, company.today, "all")
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", asked):
        return period_of(day_from_date(date.fromisoformat(f"{asked}-01")), "month")
    raise UserError(f"“{asked}” is no period.", "Write a month as 2026-10, or day, week, month or all.")


def scorecard_span(period: Period) -> list[Period]:
    """The period and the five before it, oldest first."""
    if period.grain == "all":
        return [period]
    return periods_between(previous(period, TREND_PERIODS - 1).start, period.end, period.grain)


def _scores(connection: Connection, company: Business, periods: Sequence[Period], vendor: str | None = None) -> Scores:
    kind = connection.execute(select(vendors.c.kind).where(vendors.c.key == vendor)).scalar()
    kinds = tuple(VENDOR_KINDS) if kind is None else (kind,)
    # A rolling window may begin before the oldest period.
    return Scores(connection, company, periods[0].start - 92, periods[-1].end, kinds)


# --- scorecards -------------------------------------------------------------------------------------------------------


def list_scorecards(database: Database, now: int, *, period: Period | str | None = None) -> Listing:
    """One row per vendor with events in the last six periods, grouped by kind; ids are vendor keys.

    ``clause_1`` … hold each kind's clauses (the fields' labels name them per kind). A clause under its minimum sample
    has no score and its weight goes to the others; ``note`` says so. A period without events has no score.
    """
    with database.read() as connection:
        company = business(connection, now)
        chosen = scorecard_period(company, period)
        periods = scorecard_span(chosen)
        scores = _scores(connection, company, periods)
        excused = any_excuse(connection, now)
    rows = []
    for vendor in scores.active():
        trend = [scores.score(vendor, one) for one in periods]
        rows.append(_scorecard(company, scores, trend))
    order = {kind: number for number, kind in enumerate(VENDOR_KINDS)}
    rows.sort(key=lambda row: (order.get(row["kind"], 99), row["name"].lower()))
    return from_rows(
        _fields(company.base_currency, rows, "period" if chosen.grain == "all" else chosen.grain),
        rows,
        id_key="vendor_key",
        as_of=now,
        title=f"Vendor scorecards, {'all time' if chosen.grain == 'all' else chosen.label}",
        time_zone=company.time_zone,
        group_by="kind",
        notes=_notes(scores, rows, excused),
    )


def _scorecard(company: Business, scores: Scores, trend: Sequence[VendorScore]) -> dict[str, Any]:
    now = trend[-1]
    row: dict[str, Any] = {
        "vendor_key": now.vendor,
        "name": scores.names.get(now.vendor, now.vendor),
        "kind": now.kind,
        "grade": now.grade or NoValue(NumberState.NO_DATA, "–"),
        "score": now.score if now.score is not None else NoValue(_state(now), "none"),
        "trend": tuple(one.score for one in trend if one.score is not None),
        "breaches": now.fails,
        "money_open": money_open(company, now.results, now.period.end),
        "note": score_note(now),
        "below_floor": any(
            r.value is not None and (r.value < r.clause.floor if r.metric.higher else r.value > r.clause.floor)
            for r in now.results
        ),
    }
    cells = [result.cell() for result in now.results]
    for number in range(CLAUSE_COLUMNS):
        row[f"clause_{number + 1}"] = cells[number] if number < len(cells) else None
    return row


def _state(score: VendorScore) -> NumberState:
    few = any(result.state is NumberState.TOO_FEW for result in score.results)
    return NumberState.TOO_FEW if few else NumberState.NO_DATA


def _fields(currency: str, rows: Sequence[dict[str, Any]], grain: str) -> tuple[Field, ...]:
    grades = [row["grade"] for row in rows]
    told = [f"{grades.count(letter)} {letter}" for letter in "ABCD" if letter in grades]
    without = sum(isinstance(g, NoValue) for g in grades)
    words = ", ".join([*told, *([f"{without} without a score"] if without else [])])
    return (
        Field("grade", "Grade", Kind.GRADE),
        Field("name", "Vendor", stretch=True, total=Total.COUNT, total_words="vendors"),
        Field("score", "Score", Kind.QUANTITY, decimals=1, missing="none", total_words=words),
        *(
            Field(f"clause_{number + 1}", f"Clause {number + 1}", Kind.CLAUSE, missing="–", labels=short_labels(number))
            for number in range(CLAUSE_COLUMNS)
        ),
        Field("trend", f"6 {grain}s", Kind.TREND, spare=True),
        Field("breaches", "Breaches", Kind.QUANTITY, total=Total.SUM),
        Field("money_open", "Money open", Kind.MONEY, currency=currency, total=Total.SUM),
        Field("kind", "Kind", Kind.STATUS, labels=_KIND_LABELS, hidden=True),
        Field("vendor_key", "Key", Kind.IDENTIFIER, hidden=True),
        Field("below_floor", "Below a floor", Kind.FLAG, hidden=True),
        Field("note", "Note", hidden=True, missing="None"),
    )


def _notes(scores: Scores, rows: Sequence[dict[str, Any]], excused: bool) -> tuple[str, ...]:
    notes = ["Clauses score 0 at their floor, 80 at target, 100 at stretch; grades A from 90, B 80, C 70, D below."]
    thin = sum(bool(row["note"]) for row in rows)
    if thin:
        notes.append(f"{plural(thin, 'vendor')} with clauses under their minimum sample: the others carry the weight.")
    if excused:
        notes.append(
            "Events that an incident excuses count neither for a vendor nor against it; the breaches still tell them."
        )
    if scores.book.empty:
        notes.append("The clauses are defaults: no contract is in the database yet.")
    return tuple(notes)


def attention_count(listing: Listing) -> int:
    """Vendors of a scorecard listing that are below the floor of a clause: the tab's badge."""
    return sum(bool(flag) for flag in listing.columns["below_floor"])


# --- breaches, page, directory ----------------------------------------------------------------------------------------


def list_breaches(
    database: Database, now: int, vendor: str | None = None, period: Period | str | None = None
) -> Listing:
    """Failing events of one vendor or all, newest first, in a period (the newest month that is over)."""
    with database.read() as connection:
        company = business(connection, now)
        chosen = scorecard_period(company, period)
        scores = _scores(connection, company, [chosen], vendor)
        if vendor is not None and vendor not in scores.kinds:
            raise UserError(f"There is no vendor “{vendor}”.", "Look at the list of vendors.")
        rows = breach_rows(connection, company, scores, chosen, vendor)
    return breaches_listing(company, scores, chosen, rows, vendor)


def vendor_page(database: Database, now: int, vendor: str, period: Period | str | None = None) -> VendorPage:
    """One vendor: its clauses in words with value, interval and exclusions, its breaches, and its trend.

    KeyError when nothing knows the vendor.
    """
    with database.read() as connection:
        company = business(connection, now)
        chosen = scorecard_period(company, period)
        periods = scorecard_span(chosen)
        scores = _scores(connection, company, periods, vendor)
        if vendor not in scores.kinds:
            raise KeyError(vendor)
        rows = breach_rows(connection, company, scores, chosen, vendor)
        listing = breaches_listing(company, scores, chosen, rows, vendor)
        return make_page(connection, company, scores, [scores.score(vendor, one) for one in periods], listing)


def list_vendors(database: Database, now: int) -> Listing:
    """The directory: every vendor that a file or a person named."""
    v = vendors.c
    with database.read() as connection:
        rows = connection.execute(select(vendors).order_by(v.kind, func.lower(func.coalesce(v.name, v.key)))).mappings()
        found = [{**row, "name": row["name"] or row["key"]} for row in rows]
    fields = (
        Field("name", "Vendor", stretch=True, total=Total.COUNT, total_words="vendors"),
        Field("kind", "Kind", Kind.STATUS, labels=_KIND_LABELS),
        Field("key", "Key", Kind.IDENTIFIER),
        Field("city", "City", missing="unknown"),
        Field("province", "Province", missing="unknown"),
        Field("country", "Country", missing="unknown"),
        Field("email", "Email", missing="none"),
        Field("lead_time_days", "Lead time", Kind.QUANTITY, unit="d", missing="unknown"),
    )
    return from_rows(fields, found, id_key="key", as_of=now, title="Vendors")


def seed_clauses(connection: Connection, valid_from: int) -> int:
    """Write the default clauses as data, in force from a local date, where there are none; returns how many."""
    if connection.execute(select(clauses.c.id).limit(1)).first() is not None:
        return 0
    rows = [
        {
            "vendor_kind": metric.kind,
            "metric": metric.key,
            "weight": metric.default.weight,
            "floor": metric.default.floor,
            "target": metric.default.target,
            "stretch": metric.default.stretch,
            "window": "month",
            "minimum_sample": metric.default.minimum_sample,
            "valid_from": valid_from,
            "clause_version": 1,
        }
        for metric in VENDOR_METRICS.values()
    ]
    connection.execute(clauses.insert(), rows)
    return len(rows)
