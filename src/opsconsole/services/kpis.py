"""KPIs as of a moment: the list, the tiles, one KPI over time, its breakdown, its rows and what changed.

``database`` is an open Database, ``now`` the as-of instant. Values are fractions (percent), minor units (money),
seconds (durations) or quantities, as each KPI's kind says, except in ``list_kpis``, whose ``unit`` column names them.
"""

from dataclasses import dataclass
from typing import Any

from opsconsole.domain import money
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, NumberState
from opsconsole.domain.listing import Listing
from opsconsole.domain.periods import Period, period_of, periods_between, previous
from opsconsole.rules.kpis import DIMENSIONS, KPIS, Kpi
from opsconsole.services import kpis_words as words
from opsconsole.services.business import Business, business
from opsconsole.services.kpis_changes import KpiChange, what_changed
from opsconsole.services.kpis_readings import (
    Cell,
    Group,
    Reading,
    Targets,
    first_day,
    grain_of,
    kpi_named,
    missing_needs,
    periods_until,
    read_table,
    reading,
)
from opsconsole.services.kpis_rows import Explanation, explain, kpi_rows
from opsconsole.services.kpis_series import (
    LIMIT_PERIODS,
    Series,
    a_year_before,
    load,
    make_series,
)
from opsconsole.services.kpis_tiles import KpiTile, kpi_tiles
from opsconsole.services.names import group_names
from opsconsole.store.database import Database

__all__ = [
    "DIMENSIONS",
    "KPIS",
    "Explanation",
    "GroupReading",
    "KpiChange",
    "KpiTile",
    "Period",
    "Series",
    "explain",
    "kpi_breakdown",
    "kpi_rows",
    "kpi_series",
    "kpi_tiles",
    "list_kpis",
    "review_period",
    "what_changed",
]

GRAINS = ("day", "week", "month", "all")

_STATES = (
    (NumberState.VALUE.value, "Value"),
    (NumberState.NO_DATA.value, "No data"),
    (NumberState.TOO_FEW.value, "Too few"),
    (NumberState.MATURING.value, "Maturing"),
)


def _checked(grain: str, by: str | None) -> None:
    if grain not in GRAINS:
        raise UserError(f"“{grain}” is no period.", f"Choose one of {', '.join(GRAINS)}.")
    if by is not None and by not in DIMENSIONS:
        raise UserError(f"KPIs cannot be broken down by “{by}”.", f"Choose one of {', '.join(DIMENSIONS)}.")


def review_period(now: int, grain: str = "week", time_zone: str = "UTC") -> Period:
    """The newest period that is over: what a review looks at."""
    due_before = Business(now, time_zone, "").due_before
    return previous(period_of(due_before, grain))


# --- the list ---------------------------------------------------------------------------------------------------------


def list_kpis(
    database: Database,
    now: int,
    *,
    period: str = "week",
    by: str | None = None,
    key: str | None = None,
    count: int | None = None,
) -> Listing:
    """One row per KPI, period and group; the newest ``count`` periods, all since the first fact without it.

    ``value`` is in ``unit``: fraction, seconds, score or a currency (whole units of it); it exists only in state
    ``value``. Sums without a rate into the base currency come as rows of their own currency.
    """
    _checked(period, by)
    kpis = [kpi_named(key)] if key else list(KPIS.values())
    with database.read() as connection:
        company = business(connection, now)
        targets = Targets(connection)
        missing = missing_needs(connection, kpis)
        oldest = first_day(connection, company)
        rows: list[dict[str, Any]] = []
        for grain in dict.fromkeys(grain_of(kpi, period) for kpi in kpis):
            members = [kpi for kpi in kpis if grain_of(kpi, period) == grain]
            periods = _periods(grain, oldest, company, count)
            table = read_table(connection, company, members, periods, by)
            for kpi in members:
                cells = {} if kpi.key in missing else table[kpi.key]
                rows += _list_rows(kpi, cells, periods, company, targets, by, missing.get(kpi.key, ""))
        names = group_names(connection, by)
    order = {kpi.key: number for number, kpi in enumerate(kpis)}
    rows.sort(key=lambda row: (order[row["key"]], row["period_start"], row["group"] or ""))
    for row in rows:
        row["group_label"] = names.get(row["group"], row["group"])
    return _listing(rows, company, by)


def _periods(grain: str, oldest: int, company: Business, count: int | None) -> list[Period]:
    if grain == "all":
        # Local dates of receivers may be a day ahead of the business's own.
        return [Period(oldest, company.today + 1, "all")]
    periods = periods_between(oldest, company.today, grain)
    return periods if count is None else periods_until(periods[-1], max(1, count))


def _list_rows(
    kpi: Kpi,
    cells: dict[tuple[int, Group], Cell],
    periods: list[Period],
    company: Business,
    targets: Targets,
    by: str | None,
    missing: str,
) -> list[dict[str, Any]]:
    rows = []
    wanted = sorted(cells, key=lambda at: (at[0], at[1] or "")) if by else [(i, None) for i in range(len(periods))]
    for index, group in wanted:
        period, cell = periods[index], cells.get((index, group))
        found = reading(kpi, cell, period, company, targets.of(kpi, period.end))
        rows.append(_list_row(found, group, company.base_currency, missing))
        for currency, measure in sorted((cell or Cell()).foreign.items()):
            apart = reading(kpi, Cell(measure), period, company, None)
            rows.append(_list_row(apart, group, currency, missing))
    return rows


def _list_row(found: Reading, group: Group, currency: str, missing: str) -> dict[str, Any]:
    kpi, period = found.kpi, found.period
    in_units = kpi.kind is Kind.MONEY

    def plain(minor: float | None) -> float | None:
        return float(money.to_decimal(round(minor), currency)) if in_units and minor is not None else minor

    end = period.end - 1 if period.grain == "all" else period.end
    unit = currency if in_units else kpi.unit
    return {
        "id": f"{kpi.key}|{period.grain}|{period.start}|{group or ''}|{currency if in_units else ''}",
        "key": kpi.key,
        "label": kpi.label,
        "group": group,
        "period": period.label if period.grain != "all" else "All",
        "period_start": period.start,
        "period_end": end,
        "state": found.state.value,
        "value": plain(found.value),
        "unit": unit,
        "numerator": plain(found.numerator),
        "denominator": found.denominator,
        "target": plain(found.target),
        "met": found.met,
        "complete": found.complete,
        "shown": words.value_or_state(found, currency, missing),
        "definition": kpi.definition,
    }


def _listing(rows: list[dict[str, Any]], company: Business, by: str | None) -> Listing:
    fields = (
        Field("key", "Key", Kind.IDENTIFIER, hidden=True),
        Field("label", "KPI", Kind.TEXT, stretch=True),
        *(
            (Field("group_label", DIMENSIONS[by], missing="None"), Field("group", "Group key", hidden=True))
            if by
            else ()
        ),
        Field("period", "Period"),
        Field("period_start", "From", Kind.DATE, hidden=True),
        Field("period_end", "To", Kind.DATE, hidden=True),
        Field("state", "State", Kind.STATUS, labels=_STATES),
        Field("shown", "Shown", missing="no data"),
        Field("value", "Value", Kind.QUANTITY, missing="no data"),
        Field("unit", "Unit"),
        Field("numerator", "Numerator", Kind.QUANTITY, missing="none"),
        Field("denominator", "Denominator", Kind.QUANTITY, missing="none"),
        Field("target", "Target", Kind.QUANTITY, missing="none"),
        Field("met", "Met", Kind.FLAG, missing="–"),
        Field("complete", "Complete", Kind.FLAG),
        Field("definition", "Definition", hidden=True),
    )
    columns = {field.key: [row.get(field.key) for row in rows] for field in fields}
    return Listing(fields, columns, [row["id"] for row in rows], company.now, title="KPIs", time_zone=company.time_zone)


# --- one KPI over time ------------------------------------------------------------------------------------------------


def kpi_series(
    database: Database,
    now: int,
    key: str,
    *,
    grain: str = "week",
    count: int = LIMIT_PERIODS,
    by: str | None = None,
    group: Group = None,
    last: Period | None = None,
) -> Series:
    """A KPI over the ``count`` periods that end with ``last`` (the current, incomplete one without it).

    With ``by`` and ``group`` only that channel, location, region, carrier or vendor is counted.
    """
    kpi = kpi_named(key)
    _checked(grain, by)
    grain = grain_of(kpi, grain)
    with database.read() as connection:
        company = business(connection, now)
        if last is None or last.grain != grain:
            last = period_of(company.today if last is None else last.end, grain)
        span = max(count, LIMIT_PERIODS)
        loaded = load(connection, company, [kpi], last, span, by)
        last_year = load(connection, company, [kpi], a_year_before(last), span, by)
        missing = kpi.key in missing_needs(connection, [kpi])
        for counted in (loaded, last_year) if missing else ():
            counted.table[kpi.key].clear()
        return make_series(
            connection, company, kpi, loaded, count, group=group, targets=Targets(connection), last_year=last_year
        )


@dataclass(frozen=True, slots=True)
class GroupReading:
    """One group of a breakdown: its key, name, number, and its share of the missed (0 … 1)."""

    group: Group
    label: str
    reading: Reading
    text: str
    missed: float
    share_of_missed: float


def kpi_breakdown(database: Database, now: int, key: str, period: Period, by: str) -> list[GroupReading]:
    """A period's number per channel, location, region, carrier or vendor, most cases first."""
    kpi = kpi_named(key)
    _checked("week", by)
    with database.read() as connection:
        company = business(connection, now)
        targets = Targets(connection)
        cells = read_table(connection, company, [kpi], [period], by)[kpi.key]
        names = group_names(connection, by)
    readings = [
        (group, reading(kpi, cell, period, company, targets.of(kpi, period.end))) for (_, group), cell in cells.items()
    ]
    missed = {group: (r.denominator or 0) - (r.numerator or 0) for group, r in readings}
    if not kpi.higher:
        missed = {group: r.numerator or 0 for group, r in readings}
    total = sum(missed.values())
    found = [
        GroupReading(
            group,
            names.get(group, group or "None"),
            r,
            words.value_or_state(r, company.base_currency),
            missed[group],
            missed[group] / total if total > 0 else 0.0,
        )
        for group, r in readings
    ]
    return sorted(found, key=lambda g: (-g.reading.cases, g.label))
