"""What changed in a period: the KPIs with a signal first, then those off their target, in sentences."""

from dataclasses import dataclass

from sqlalchemy import Connection

from opsconsole.domain.field import Kind
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.planning.control_limits import OUTSIDE
from opsconsole.rules.kpis import KPIS, TILES, Kpi, Statistic
from opsconsole.services import kpis_words as words
from opsconsole.services.business import Business, business
from opsconsole.services.kpis_readings import Reading, Targets, grain_of, missing_needs, read_table, reading
from opsconsole.services.kpis_series import LIMIT_PERIODS, Series, SeriesSignal, load, make_series
from opsconsole.services.names import group_names
from opsconsole.store.database import Database

# A group is named when it has at least this share of what was missed.
MAIN_SHARE = 0.4
_LOOKED_AT = (("location", "at"), ("carrier", "with"), ("vendor", "with"), ("channel", "on"))


@dataclass(frozen=True, slots=True)
class KpiChange:
    """One thing to know: the KPI, a title, one or two sentences and the tone (bad, good, neutral)."""

    key: str
    title: str
    text: str
    tone: str


def what_changed(
    database: Database,
    now: int,
    grain: str = "week",
    *,
    period: Period | None = None,
    keys: tuple[str, ...] = TILES,
    most: int = 4,
) -> list[KpiChange]:
    """At most ``most`` changes of a period (by default the newest over): signals first, then missed targets."""
    kpis = [KPIS[key] for key in keys if grain_of(KPIS[key], grain) == grain]
    with database.read() as connection:
        company = business(connection, now)
        last = period or previous(period_of(company.due_before, grain))
        missing = missing_needs(connection, kpis)
        kpis = [kpi for kpi in kpis if kpi.key not in missing]
        loaded = load(connection, company, kpis, last, LIMIT_PERIODS)
        targets = Targets(connection)
        series = [make_series(connection, company, kpi, loaded, LIMIT_PERIODS, targets=targets) for kpi in kpis]
        told = [one for one in series if one.readings[-1].value is not None]
        told.sort(key=_rank)
        return [_change(connection, company, one) for one in told[:most]]


def _signal(series: Series) -> SeriesSignal | None:
    last = len(series.periods) - 1
    return next((signal for signal in series.signals if signal.index == last), None)


def _rank(series: Series) -> int:
    signal = _signal(series)
    if signal is not None:
        return 1 if signal.good else 0
    return 2 if series.readings[-1].met is False else 3


def _change(connection: Connection, company: Business, series: Series) -> KpiChange:
    kpi, now, signal = series.kpi, series.readings[-1], _signal(series)
    assert now.value is not None
    value = words.number(kpi, now.value, series.currency)
    if signal is None:
        limits = "Inside its limits: no signal, no need to react."
        known = any(s.mean is not None and s.start < len(series.periods) <= s.stop for s in series.limits)
        text = limits if known else "Too few periods for control limits."
        return KpiChange(kpi.key, f"{_label(kpi)} is {value}", f"{text} {_target(series, now)}".strip(), "neutral")
    before = series.readings[-2].value
    moved = "is at" if before is None else ("rose to" if now.value > before else "fell to")
    if before == now.value:
        moved = "stays at"
    text = " ".join(
        part for part in (_first_since(series, signal), _missed(connection, company, now), _target(series, now)) if part
    )
    return KpiChange(kpi.key, f"{_label(kpi)} {moved} {value}", text, "good" if signal.good else "bad")


def _label(kpi: Kpi) -> str:
    return kpi.label.split(",", maxsplit=1)[0]


def _first_since(series: Series, signal: SeriesSignal) -> str:
    if signal.rule != OUTSIDE:
        return signal.words
    earlier = [s.index for s in series.signals if s.rule == OUTSIDE and s.index < signal.index]
    if not earlier:
        return f"{signal.words} First time in {len(series.periods)} {words.period_noun(series.grain, 2)}."
    return f"{signal.words} Last outside: {series.periods[earlier[-1]].label}."


def _target(series: Series, now: Reading) -> str:
    if now.target is None:
        return ""
    return f"Target {words.target(series.kpi, now.target, series.currency)} {'met' if now.met else 'missed'}."


def _missed(connection: Connection, company: Business, now: Reading) -> str:
    kpi = now.kpi
    if kpi.statistic is not Statistic.RATIO or kpi.kind is not Kind.PERCENT or not now.denominator:
        return ""
    missed = (now.denominator - (now.numerator or 0)) if kpi.higher else (now.numerator or 0)
    named = (kpi.missed or "missed") if kpi.higher else kpi.numerator
    sentence = f"{missed:,.10g} of {now.denominator:,.10g} {kpi.subject} {named}"
    for by, preposition in _LOOKED_AT:
        cells = read_table(connection, company, [kpi], [now.period], by)[kpi.key]
        groups = {group: cell for (_, group), cell in cells.items() if group is not None}
        if len(groups) < 2 or missed <= 0:
            continue
        shares = {group: reading(kpi, cell, now.period, company, None) for group, cell in groups.items()}
        worst, most = max(
            (
                (g, (r.denominator or 0) - (r.numerator or 0) if kpi.higher else r.numerator or 0)
                for g, r in shares.items()
            ),
            key=lambda pair: pair[1],
        )
        expected = (shares[worst].denominator or 0) / now.denominator
        # Only a group that misses clearly more than its share of the whole explains anything.
        if most / missed >= MAIN_SHARE and most / missed > 1.5 * expected:
            return f"{sentence}; {most:,.10g} of them {preposition} {group_names(connection, by).get(worst, worst)}."
    return f"{sentence}."
