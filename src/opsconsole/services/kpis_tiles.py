"""The tiles of a review: each KPI's number for a period, against its target and the period before."""

from dataclasses import dataclass

from opsconsole.domain.field import Kind, NumberState
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.rules.kpis import TILES
from opsconsole.services import kpis_words as words
from opsconsole.services.business import business
from opsconsole.services.kpis_readings import Targets, grain_of, kpi_named, missing_needs
from opsconsole.services.kpis_series import LIMIT_PERIODS, Series, SeriesSignal, load, make_series
from opsconsole.store.database import Database

MINI_POINTS = 13


@dataclass(frozen=True, slots=True)
class KpiTile:
    """What a tile says; raw values as the KPI's ``kind`` says, and the same in words.

    ``text`` is the value, or ``no value yet``; ``provisional`` a maturing period's number. ``delta`` is against the
    period before; ``signal`` tells whether it matters. ``mini`` are the last values, ``mini_limits`` mean, lower and
    upper limit.
    """

    key: str
    label: str
    kind: Kind
    decimals: int
    currency: str
    period: Period
    state: NumberState
    value: float | None
    provisional: float | None
    text: str
    target: float | None
    target_text: str
    met: bool | None
    delta: float | None
    delta_text: str
    signal: SeriesSignal | None
    note: str
    mini: tuple[float | None, ...]
    mini_limits: tuple[float, float, float] | None
    definition: str


def kpi_tiles(
    database: Database,
    now: int,
    grain: str = "week",
    *,
    period: Period | None = None,
    keys: tuple[str, ...] = TILES,
) -> list[KpiTile]:
    """Tiles of a period, the newest one that is over without it; a KPI by month shows the month before a week."""
    kpis = [kpi_named(key) for key in keys]
    with database.read() as connection:
        company = business(connection, now)
        targets = Targets(connection)
        missing = missing_needs(connection, kpis)
        last = period or previous(period_of(company.due_before, grain))
        tiles: dict[str, KpiTile] = {}
        for own in dict.fromkeys(grain_of(kpi, last.grain) for kpi in kpis):
            at = last if own == last.grain else previous(period_of(last.end, own))
            members = [kpi for kpi in kpis if grain_of(kpi, last.grain) == own]
            loaded = load(connection, company, members, at, LIMIT_PERIODS)
            for kpi in members:
                if kpi.key in missing:
                    loaded.table[kpi.key].clear()
                series = make_series(connection, company, kpi, loaded, MINI_POINTS, targets=targets)
                tiles[kpi.key] = _tile(series, missing.get(kpi.key, ""))
    return [tiles[key] for key in keys]


def _tile(series: Series, missing: str) -> KpiTile:
    kpi, now, before = series.kpi, series.readings[-1], series.readings[-2]
    delta = None if now.value is None or before.value is None else now.value - before.value
    last = len(series.periods) - 1
    limits = next((s for s in series.limits if s.start <= last < s.stop), None)
    known = now.value if now.value is not None else now.provisional
    month = f", {series.periods[-1].label.split()[0]} ships" if kpi.grain == "month" else ""
    return KpiTile(
        kpi.key,
        kpi.label + month,
        kpi.kind,
        kpi.decimals,
        series.currency,
        series.periods[-1],
        now.state,
        now.value,
        now.provisional,
        "no value yet" if known is None else words.number(kpi, known, series.currency),
        now.target,
        words.target(kpi, now.target, series.currency),
        now.met,
        delta,
        "" if delta is None else words.difference(kpi, delta, series.currency),
        next((signal for signal in series.signals if signal.index == last), None),
        words.note(now, missing),
        series.values,
        None
        if limits is None or limits.mean is None or limits.lower is None or limits.upper is None
        else (limits.mean, limits.lower, limits.upper),
        kpi.definition,
    )
