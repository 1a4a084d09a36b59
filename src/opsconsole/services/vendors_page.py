"""One vendor: what was promised, what was kept, how sure that is, what failed, and how it has been going."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from opsconsole.domain import money
from opsconsole.domain.field import NumberState
from opsconsole.domain.listing import Listing
from opsconsole.domain.periods import Period
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.domain.wording import day, plural
from opsconsole.rules.measure import exclusion_counts, within
from opsconsole.services.business import Business
from opsconsole.services.vendors_scores import (
    ClauseResult,
    Scores,
    VendorScore,
    money_open,
    no_value_words,
    score_note,
    value_words,
)


@dataclass(frozen=True, slots=True)
class ClauseSection:
    """One clause on the page: raw values in the metric's unit (rates are fractions) and the same in words.

    ``words`` say what was promised, ``counts`` what was counted (``8,092 of 8,412 orders, interval 95.8–96.6%``),
    ``excluded`` what was not, with the reason.
    """

    key: str
    label: str
    weight: float
    unit: str
    higher: bool
    floor: float
    target: float
    stretch: float | None
    value: float | None
    value_text: str
    score: float | None
    state: NumberState
    interval: tuple[float, float] | None
    words: str
    counts: str
    excluded: tuple[tuple[str, int], ...]
    breaches: int
    trend: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class VendorPage:
    """What the panel shows of a vendor; ``breaches`` is the ledger of the period, newest first."""

    key: str
    name: str
    kind: str
    kind_label: str
    period: Period
    score: float | None
    grade: str | None
    subtitle: str
    note: str
    clauses: tuple[ClauseSection, ...]
    breaches: Listing
    money_open: int
    currency: str
    trend: tuple[tuple[Period, float | None], ...]
    as_of: int


def make_page(
    connection: Connection, company: Business, scores: Scores, trend: Sequence[VendorScore], breaches: Listing
) -> VendorPage:
    """The page of the last of ``trend``'s periods."""
    now = trend[-1]
    return VendorPage(
        now.vendor,
        scores.names.get(now.vendor, now.vendor),
        now.kind,
        VENDOR_KINDS.get(now.kind, now.kind),
        now.period,
        now.score,
        now.grade,
        _subtitle(trend),
        score_note(now),
        tuple(_section(connection, company, scores, now, result, trend) for result in now.results),
        breaches,
        money_open(company, now.results, now.period.end),
        company.base_currency,
        tuple((one.period, one.score) for one in trend),
        company.now,
    )


def _subtitle(trend: Sequence[VendorScore]) -> str:
    now = trend[-1]
    kind = VENDOR_KINDS.get(now.kind, now.kind)
    if now.score is None:
        return f"{kind}, no score"
    before = next((one for one in reversed(trend[:-1]) if one.score is not None), None)
    was = f", was {before.score:.1f} in {before.period.label}" if before is not None else ""
    return f"{kind}, score {now.score:.1f}{was}"


def _section(
    connection: Connection,
    company: Business,
    scores: Scores,
    now: VendorScore,
    result: ClauseResult,
    trend: Sequence[VendorScore],
) -> ClauseSection:
    metric, clause = result.metric, result.clause
    excluded = _excluded(connection, company, scores, now, result)
    return ClauseSection(
        metric.key,
        metric.label,
        clause.weight,
        metric.unit,
        metric.higher,
        clause.floor,
        clause.target,
        clause.stretch,
        result.value,
        no_value_words(result) if result.value is None else value_words(metric, result.value),
        result.score,
        result.state,
        result.interval,
        _clause_words(result),
        _count_words(result, excluded),
        excluded,
        result.events.fails,
        tuple(next((r.value for r in one.results if r.metric is metric), None) for one in trend),
    )


def _clause_words(result: ClauseResult) -> str:
    metric, clause = result.metric, result.clause
    floor, target = value_words(metric, clause.floor), value_words(metric, clause.target)
    window = "calendar month" if clause.rolling_days is None else f"{clause.rolling_days} days up to the period's end"
    # A contract's own words say better what was promised.
    lines = [clause.note or f"{metric.promise}, counted per {window}."]
    lines.append(f"Target **{target}**, floor **{floor}**.")
    if clause.credit:
        lines.append(f"Credit: **{money.in_words(clause.credit, clause.currency or 'USD')}** per breach.")
    if clause.version and clause.valid_from is not None:
        lines.append(f"Version {clause.version}, since {day(clause.valid_from, year_of=0)}.")
    else:
        lines.append("Default: no contract in the database.")
    return " ".join(lines)


def _count_words(result: ClauseResult, excluded: Sequence[tuple[str, int]]) -> str:
    metric, measure = result.metric, result.events.measure
    if not measure.whole:
        text = f"No {metric.event}."
    elif metric.unit == "h":
        text = f"Mean of {measure.cases:,} {metric.event}."
    else:
        text = f"{measure.part:,.10g} of {measure.whole:,.10g} {metric.event}"
        if result.interval is not None:
            low, high = (f"{limit * 100:.1f}" for limit in result.interval)
            text += f", interval {low}–{high}%"
        text += "."
    if result.state is NumberState.TOO_FEW:
        text += f" Insufficient: at least {result.clause.minimum} are needed for a score."
    if result.events.fails:
        text += f" {plural(result.events.fails, 'breach', 'breaches')}: {metric.failed}."
    if excluded:
        listed = ", ".join(f"{reason.lower()} {cases:,}" for reason, cases in excluded)
        text += f" {sum(cases for _, cases in excluded):,} excluded: {listed}."
    return text


def _excluded(
    connection: Connection, company: Business, scores: Scores, now: VendorScore, result: ClauseResult
) -> tuple[tuple[str, int], ...]:
    counting = result.metric.counting
    days = result.clause.rolling_days
    first = now.period.start if days is None else now.period.end - days + 1
    excused = scores.excused_events(connection, result.metric, result.clause, now.vendor, first, now.period.end)
    by_incident = (("Excused by an incident", excused),) if excused else ()
    if not counting.exclusions:
        return by_incident
    dimension = counting.facts.dimensions["vendor"].value
    rows = connection.execute(
        exclusion_counts(counting).where(within(counting.day), dimension == now.vendor),
        {
            "now": company.now,
            "due_before": company.due_before,
            "first_day": first,
            "last_day": now.period.end,
        },
    ).all()
    by_reason = {row.reason_key: int(row.cases) for row in rows}
    told = tuple((rule.words, by_reason[rule.key]) for rule in counting.exclusions if rule.key in by_reason)
    return (*told, *by_incident)
