"""Workbooks: any listing, a tab's list, and the review that a meeting is held with.

All take a path (``.xlsx``) and write it whole or not at all; UserError says when the target is open elsewhere,
read-only or cannot be written, and names another file. The workbook libraries are imported on the first call.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing
from opsconsole.domain.periods import Period
from opsconsole.domain.progress import Progress
from opsconsole.services.lists import list_named
from opsconsole.store.database import Database

if TYPE_CHECKING:
    from opsconsole.exports.kpi_lines import KpiLine
    from opsconsole.exports.pack import TypeCount

# Names of tabs and the list that each one's workbook holds; every list can be exported by its own name too.
TABS = {"exceptions": "exceptions", "stock": "stock", "vendors": "scorecards"}
_KPI_PERIODS = 26
_KPI_PERIODS_OF_A_REVIEW = 6


def export_listing(listing: Listing, path: str | Path, *, progress: Progress | None = None) -> Path:
    """Write a listing: a sheet with a table (several above a sheet's rows), and the sheet “About”."""
    from opsconsole.exports.workbook import Workbook

    listing = by_clause(listing)
    book = Workbook(listing.title, listing.as_of)
    placed = book.add_listing(listing)
    book.add_about(listing, placed[0])
    return book.save(Path(path), progress)


def by_clause(listing: Listing) -> Listing:
    """A scorecard with a column per clause by its name, where the list has "clause 1" of every kind of vendor."""
    numbered = [field for field in listing.fields if field.kind is Kind.CLAUSE and field.labels]
    if not numbered or listing.group_by not in listing.columns:
        return listing
    kinds = list(listing.columns[listing.group_by])
    columns = dict(listing.columns)
    named: dict[str, Field] = {}
    for kind in dict.fromkeys(kinds):
        for field in numbered:
            label = dict(field.labels).get(kind, "")
            if not label:
                continue
            key = f"clause {label}"
            named.setdefault(label, replace(field, key=key, label=label, labels=()))
            cells = columns.setdefault(key, [None] * len(listing))
            values = listing.columns[field.key]
            columns[key] = [values[i] if kinds[i] == kind else cell for i, cell in enumerate(cells)]
    kind_field = replace(listing.field(listing.group_by), hidden=False)
    place = listing.fields.index(numbered[0])
    before = [field for field in listing.fields[:place] if field.key != listing.group_by]
    behind = [f for f in listing.fields[place:] if f not in numbered and f.key != listing.group_by]
    fields = (kind_field, *before, *named.values(), *behind)
    return replace(listing, fields=fields, columns=columns)


def export_tab(
    database: Database, what: str, path: str | Path, now: int, *, period: str = "week", progress: Progress | None = None
) -> Path:
    """Write a tab's list, ``review``, ``reconciliation`` or any list by its name."""
    from opsconsole.exports.target import check_target

    check_target(Path(path))
    if what == "review":
        return export_review(database, path, now, period=period, progress=progress)
    if what == "kpis":
        return _export_kpis(database, path, now, period=period, progress=progress)
    if what == "reconciliation":
        return _export_reconciliation(database, path, now, progress)
    return export_listing(list_named(database, TABS.get(what, what), now), path, progress=progress)


def _export_reconciliation(database: Database, path: str | Path, now: int, progress: Progress | None) -> Path:
    """A sheet with the pairs of feeds, and one per pair with what differs."""
    from opsconsole.exports.workbook import Workbook
    from opsconsole.services.reconciliation import differences_by_pair, list_feed_pairs

    by_pair = differences_by_pair(database, now, progress)
    feed_pairs = list_feed_pairs(database, now)
    book = Workbook("Reconciliation", now)
    placed = book.add_listing(feed_pairs, "Feeds")
    for number, (words, listing) in enumerate(by_pair.items(), 1):
        book.add_listing(listing, f"{number} {words.split(':')[0]}")
    book.add_about(feed_pairs, placed[0])
    return book.save(Path(path), progress)


def export_review(
    database: Database, path: str | Path, now: int, *, period: str = "week", progress: Progress | None = None
) -> Path:
    """Write the review of the newest week or month that is over: cover, a sheet per tab, charts."""
    from opsconsole.exports.pack import ReviewPack
    from opsconsole.exports.review import write_review
    from opsconsole.exports.target import check_target

    check_target(Path(path))
    reviewed, zone, company = _reviewed(database, now, period)
    steps = progress or Progress()
    steps.step(0, 5, "Reading order exceptions")
    exceptions = list_named(database, "exceptions", now)
    types = _type_counts(database, now)
    steps.step(1, 5, "Reading stock levels")
    stock = list_named(database, "stock", now)
    steps.step(2, 5, "Scoring vendors")
    vendors = by_clause(list_named(database, "scorecards", now))
    steps.step(3, 5, "Counting KPIs")
    lines = _kpi_lines(database, now, reviewed)
    kpis = _kpi_listing(database, now, period, _KPI_PERIODS_OF_A_REVIEW)
    steps.step(4, 5, "Writing the workbook")
    pack = ReviewPack(
        company=company,
        period=reviewed,
        as_of=now,
        time_zone=zone,
        database=database.label,
        exceptions=exceptions,
        types=types,
        stock=stock,
        vendors=vendors,
        kpis=kpis,
        lines=lines,
        highlights=_highlights(database, now, reviewed),
        notes=_notes(exceptions, stock, vendors),
    )
    return write_review(pack, Path(path), progress)


def _export_kpis(
    database: Database, path: str | Path, now: int, *, period: str, progress: Progress | None = None
) -> Path:
    from opsconsole.exports.review import write_kpis

    reviewed, zone, _ = _reviewed(database, now, period)
    return write_kpis(
        _kpi_listing(database, now, period, _KPI_PERIODS),
        _kpi_lines(database, now, reviewed),
        Path(path),
        zone,
        progress,
    )


def _reviewed(database: Database, now: int, grain: str) -> tuple[Period, str, str]:
    from opsconsole.services.business import business, setting
    from opsconsole.services.kpis import review_period

    if grain not in ("week", "month"):
        raise UserError(f"A review of one {grain} is not made.", "Choose week or month.")
    with database.read() as connection:
        zone = business(connection, now).time_zone
        company = setting(connection, "company_name", now) or ""
    return review_period(now, grain, zone), zone, company


def _type_counts(database: Database, now: int) -> "list[TypeCount]":
    from opsconsole.exports.pack import TypeCount
    from opsconsole.services.order_exceptions import type_counts

    return [
        TypeCount(found.label, found.severity, found.count, found.value or 0, found.currency or "")
        for found in type_counts(database, now)
        if found.count
    ]


def _kpi_lines(database: Database, now: int, reviewed: Period) -> "list[KpiLine]":
    """The review's KPIs over the periods that end with the reviewed one; a KPI of a coarser grain keeps its own."""
    from opsconsole.exports.kpi_lines import KpiLine
    from opsconsole.rules.kpis import TILES
    from opsconsole.services import kpis_words as words
    from opsconsole.services.kpis import kpi_series

    lines = []
    for key in TILES:
        series = kpi_series(database, now, key, grain=reviewed.grain, count=_KPI_PERIODS, last=reviewed)
        kpi, last = series.kpi, len(series.periods) - 1
        lines.append(
            KpiLine(
                key=key,
                label=kpi.label,
                kind=kpi.kind,
                higher=kpi.higher,
                decimals=kpi.decimals,
                currency=series.currency,
                definition=kpi.definition,
                periods=series.periods,
                values=series.values,
                words=tuple(words.value_or_state(r, series.currency) for r in series.readings),
                provisional=series.provisional,
                last_year=series.previous_year,
                targets=tuple(r.target for r in series.readings),
                sentences=tuple(signal.words for signal in series.signals if signal.index == last),
                annotations=tuple(note.label for note in series.annotations),
            )
        )
    return lines


def _highlights(database: Database, now: int, reviewed: Period) -> tuple[str, ...]:
    from opsconsole.services.kpis import what_changed

    changes = what_changed(database, now, reviewed.grain, period=reviewed)
    return tuple(f"{change.title}. {change.text}".strip() for change in changes)


def _kpi_listing(database: Database, now: int, grain: str, count: int) -> Listing:
    """The list of KPIs with values in cells of their own unit instead of words."""
    from opsconsole.services.kpis import list_kpis

    listing = list_kpis(database, now, period=grain, count=count)
    changed = {
        "value": {"unit": "unit"},  # the column that holds each row's unit
        "target": {"unit": "unit"},
        "unit": {"hidden": True},
        "period_start": {"hidden": False},
        "period_end": {"hidden": False},
    }
    fields = [replace(field, **changed.get(field.key, {})) for field in listing.fields if field.key != "shown"]  # type: ignore[arg-type]
    return replace(listing, fields=tuple(fields), title="KPI table")


def _notes(*listings: Listing) -> tuple[str, ...]:
    """What the lists themselves say, each once."""
    told: Sequence[str] = [note for listing in listings for note in listing.notes]
    return tuple(dict.fromkeys(told))
