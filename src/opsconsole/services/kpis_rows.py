"""The rows behind a KPI's number, and the number explained: what counts, what does not, and why."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.domain.statuses import ORDER_STATUSES, labels
from opsconsole.rules.kpis import Kpi
from opsconsole.rules.measure import assumed_count, exclusion_counts, rows, within
from opsconsole.services import kpis_words as words
from opsconsole.services.business import business
from opsconsole.services.kpis_readings import (
    Group,
    Reading,
    Targets,
    first_day,
    grain_of,
    kpi_named,
    missing_needs,
    parameters,
    read_table,
    reading,
)
from opsconsole.services.names import group_names
from opsconsole.store.database import Database

PARTS = {
    "numerator": "Numerator",
    "denominator": "Denominator",
    "missed": "Not in the numerator",
    "excluded": "Excluded",
}

_BASES = (
    ("platform", "from the platform"),
    ("lines", "from the lines"),
    ("channel", "from the channel"),
    ("assumed", "assumed"),
)
_FIELDS = {
    field.key: field
    for field in (
        Field("order_number", "Order", Kind.IDENTIFIER, total=Total.COUNT),
        Field("sku", "SKU", Kind.IDENTIFIER),
        Field("channel", "Channel"),
        Field("location", "Location", missing="Unknown"),
        Field("carrier", "Carrier", missing="None"),
        Field("vendor", "Vendor", missing="None"),
        Field("customer", "Customer", missing="Unknown"),
        Field("status", "Status", Kind.STATUS, labels=labels(ORDER_STATUSES)),
        Field("placed_at", "Placed", Kind.INSTANT, missing="unknown"),
        Field("ship_by", "Ship by", Kind.INSTANT, missing="none"),
        Field("ship_by_basis", "Ship-by is", Kind.STATUS, labels=_BASES, hidden=True, missing="none"),
        Field("shipped_at", "Shipped", Kind.INSTANT, missing="not yet"),
        Field("deliver_by", "Deliver by", Kind.INSTANT, missing="none"),
        Field("deliver_by_basis", "Deliver-by is", Kind.STATUS, labels=_BASES, hidden=True, missing="none"),
        Field("delivered_at", "Delivered", Kind.INSTANT, missing="not yet"),
        Field("units_shipped", "Units shipped", Kind.QUANTITY, total=Total.SUM, missing="unknown"),
        Field("units_returned", "Units returned", Kind.QUANTITY, total=Total.SUM, missing="none"),
        Field("score", "Score", Kind.QUANTITY),
        Field("answered_at", "Answered", Kind.INSTANT),
        Field("comment", "Comment", missing="None", stretch=True),
        Field("total", "Total", Kind.MONEY, currency="currency", total=Total.SUM, missing="unknown"),
        Field("currency", "Currency", hidden=True),
    )
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A KPI's number taken apart.

    ``excluded`` lists reason and number of rows; ``parts`` and ``text`` are the same in words. ``missing`` names what
    the database lacks, where that is why there is no number.
    """

    kpi: Kpi
    period: Period
    reading: Reading
    currency: str
    text: str
    target_text: str
    definition: str
    numerator_words: str
    denominator_words: str
    clock_words: str
    excluded: tuple[tuple[str, int], ...]
    missing: str
    sentences: tuple[str, ...]


def kpi_rows(
    database: Database,
    now: int,
    key: str,
    period: Period,
    part: str = "denominator",
    *,
    by: str | None = None,
    group: Group = None,
) -> Listing:
    """Rows behind a number: numerator, denominator, missed or excluded; ids are the orders' (what a page opens by).

    With ``by``, only the rows of ``group`` (None: of no channel, location …). Excluded rows carry their reason; over
    the whole time also those whose clock is unknown.
    """
    kpi = kpi_named(key)
    if part not in PARTS:
        raise UserError(f"“{part}” is no part of a KPI.", f"Choose one of {', '.join(PARTS)}.")
    with database.read() as connection:
        company = business(connection, now)
        found = connection.execute(_statement(kpi, period, part, by, group), parameters(company, [period])).all()
        names = {name: group_names(connection, name) for name in ("channel", "location", "carrier", "vendor")}
        scope = group_names(connection, by).get(group, group) if by else ""
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in found] for name in kpi.counting.facts.columns}
    for name, known in names.items():
        if name in columns:
            columns[name] = [None if value is None else known.get(value, value) for value in columns[name]]
    fields = [field for name, field in _FIELDS.items() if name in columns]
    if part == "excluded":
        reasons = {rule.key: rule.words for rule in kpi.counting.exclusions}
        columns["reason"] = [reasons[row.reason] for row in found]
        fields.append(Field("reason", "Why not counted", stretch=True))
    if part == "denominator":
        columns["counted"] = [bool(row.in_part) for row in found]
        fields.append(Field("counted", "In the numerator", Kind.FLAG))
    when = "all time" if period.grain == "all" else period.label
    title = f"{kpi.label}: {PARTS[part].lower()}, {when}{f', {scope}' if scope else ''}"
    ids = [row.order_fk for row in found]
    return Listing(tuple(fields), columns, ids, now, title=title, time_zone=company.time_zone, notes=(kpi.definition,))


def _statement(kpi: Kpi, period: Period, part: str, by: str | None, group: Group) -> Select[Any]:
    counting = kpi.counting
    limits = within(counting.day)
    if part == "excluded" and period.grain == "all":
        limits = or_(limits, counting.day.is_(None))
    statement = rows(counting, part, by).where(limits)
    if by:
        dimension = counting.facts.dimensions[by].value
        statement = statement.where(dimension.is_(None) if group is None else dimension == group)
    return statement.order_by(counting.day.desc(), counting.facts.id)


def explain(database: Database, now: int, key: str, period: Period | None = None, *, grain: str = "all") -> Explanation:
    """Numerator, denominator and exclusions of a period; without one the newest of ``grain`` that is over, or all."""
    kpi = kpi_named(key)
    with database.read() as connection:
        company = business(connection, now)
        if period is None:
            own = grain_of(kpi, grain)
            period = (
                Period(first_day(connection, company), company.today + 1, "all")
                if own == "all"
                else previous(period_of(company.due_before, own))
            )
        missing = missing_needs(connection, [kpi]).get(kpi.key, "")
        cells = {} if missing else read_table(connection, company, [kpi], [period])[kpi.key]
        found = reading(kpi, cells.get((0, None)), period, company, Targets(connection).of(kpi, period.end))
        inside = within(kpi.counting.day)
        if period.grain == "all":
            inside = or_(inside, kpi.counting.day.is_(None))
        assumed = connection.execute(assumed_count(kpi.counting).where(inside), parameters(company, [period])).scalar()
        counted = connection.execute(exclusion_counts(kpi.counting).where(inside), parameters(company, [period])).all()
    by_reason = {row.reason_key: int(row.cases) for row in counted}
    excluded = tuple((rule.words, by_reason[rule.key]) for rule in kpi.counting.exclusions if rule.key in by_reason)
    return Explanation(
        kpi,
        period,
        found,
        company.base_currency,
        words.value_or_state(found, company.base_currency, missing),
        words.target(kpi, found.target, company.base_currency),
        kpi.definition,
        kpi.numerator,
        kpi.denominator,
        kpi.clock,
        excluded,
        missing,
        _sentences(found, excluded, int(assumed or 0), company.base_currency, missing),
    )


def _sentences(
    found: Reading, excluded: tuple[tuple[str, int], ...], assumed: int, currency: str, missing: str
) -> tuple[str, ...]:
    kpi = found.kpi
    value = words.value_or_state(found, currency, missing)
    when = "all time" if found.period.grain == "all" else found.period.label
    lines = [f"{kpi.label}, {when}: **{value}**."]
    if found.numerator is not None and found.denominator and kpi.kind is not Kind.MONEY:
        lines.append(f"**{found.numerator:,.10g}** {kpi.numerator} of **{found.denominator:,.10g}** {kpi.denominator}.")
    elif found.cases:
        lines.append(f"From **{found.cases:,}** {kpi.subject}: {kpi.numerator}.")
    if assumed:
        lines.append(f"**{assumed:,}** of these promises are assumed: neither platform nor channel gave one.")
    if excluded:
        listed = ", ".join(f"{reason.lower()} **{cases:,}**" for reason, cases in excluded)
        lines.append(f"Not counted: {listed}.")
    if found.target is not None:
        verdict = {True: ", met", False: ", missed", None: ""}[found.met]
        lines.append(f"Target **{words.target(kpi, found.target, currency)}**{verdict}.")
    return tuple(lines)
