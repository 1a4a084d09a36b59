"""A KPI over time: values, last year's, target, control limits, signals and annotations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, or_, select

from opsconsole.domain import wording
from opsconsole.domain.field import Kind, NumberState
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.planning import control_limits
from opsconsole.planning.control_limits import NEAR_LIMIT, ONE_SIDE, OUTSIDE, Segment
from opsconsole.rules.kpis import Kpi
from opsconsole.services import kpis_words as words
from opsconsole.services.business import Business
from opsconsole.services.kpis_readings import (
    Cell,
    Group,
    Reading,
    Table,
    Targets,
    periods_until,
    read_table,
    reading,
)
from opsconsole.store.schema import annotations

# How far a grain is moved to meet the same time of last year.
YEAR = {"day": 364, "week": 52, "month": 12}
# Limits come from at least this many periods, however few the chart shows.
LIMIT_PERIODS = 26


@dataclass(frozen=True, slots=True)
class SeriesSignal:
    """A point that differs from its limits: its index, the rule, the side (+1 above) and one sentence.

    ``good`` says whether that side is the better one.
    """

    index: int
    rule: str
    side: int
    good: bool
    words: str


@dataclass(frozen=True, slots=True)
class SeriesAnnotation:
    """A numbered mark at a period: promotion, outage, new 3PL; one that ``rebases`` restarts the limits."""

    id: int
    number: int
    index: int
    on_day: int
    until_day: int | None
    label: str
    kind: str
    rebases: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A KPI over periods, all sequences of one length, oldest first.

    Values are fractions, minor units of ``currency``, seconds or quantities, as ``kpi.kind`` says; None where the
    state is not ``value``. ``provisional`` holds the numbers of maturing periods. ``previous_year`` is the same time
    a year before. ``limits`` are stretches of indices; a stretch under twelve points has none.
    """

    kpi: Kpi
    grain: str
    group: Group
    currency: str
    periods: tuple[Period, ...]
    readings: tuple[Reading, ...]
    previous_year: tuple[float | None, ...]
    limits: tuple[Segment, ...]
    signals: tuple[SeriesSignal, ...]
    annotations: tuple[SeriesAnnotation, ...]
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[float | None, ...]:
        """Values, None where there is none."""
        return tuple(r.value for r in self.readings)

    @property
    def provisional(self) -> tuple[float | None, ...]:
        """Numbers of periods that are still maturing."""
        return tuple(r.provisional for r in self.readings)

    @property
    def numerators(self) -> tuple[float | None, ...]:
        """Parts."""
        return tuple(r.numerator for r in self.readings)

    @property
    def denominators(self) -> tuple[float | None, ...]:
        """Wholes."""
        return tuple(r.denominator for r in self.readings)

    @property
    def states(self) -> tuple[NumberState, ...]:
        """States of the numbers."""
        return tuple(r.state for r in self.readings)

    @property
    def complete(self) -> tuple[bool, ...]:
        """Whether each period is over (and has matured)."""
        return tuple(r.complete for r in self.readings)

    @property
    def target(self) -> float | None:
        """Target in force in the last period."""
        return self.readings[-1].target

    def tail(self, count: int) -> "Series":
        """The last ``count`` periods, with the limits, signals and annotations that fall into them."""
        drop = max(0, len(self.periods) - count)
        return replace(
            self,
            periods=self.periods[drop:],
            readings=self.readings[drop:],
            previous_year=self.previous_year[drop:],
            limits=tuple(
                replace(s, start=max(0, s.start - drop), stop=s.stop - drop) for s in self.limits if s.stop > drop
            ),
            signals=tuple(replace(s, index=s.index - drop) for s in self.signals if s.index >= drop),
            annotations=tuple(replace(a, index=a.index - drop) for a in self.annotations if a.index >= drop),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Counts of several KPIs of one grain, and the periods they are for (with those of last year, if asked for)."""

    grain: str
    periods: tuple[Period, ...]
    table: Table


def load(
    connection: Connection, company: Business, kpis: Sequence[Kpi], last: Period, count: int, by: str | None = None
) -> Loaded:
    """Counts for ``count`` periods that end with ``last``."""
    periods = periods_until(last, count)
    return Loaded(last.grain, tuple(periods), read_table(connection, company, kpis, periods, by))


def make_series(
    connection: Connection,
    company: Business,
    kpi: Kpi,
    loaded: Loaded,
    count: int,
    *,
    group: Group = None,
    targets: Targets,
    last_year: Loaded | None = None,
) -> Series:
    """The last ``count`` periods of what was loaded; limits are taken from all of it."""
    cells = loaded.table[kpi.key]
    readings = tuple(
        reading(kpi, cells.get((index, group)), period, company, targets.of(kpi, period.end))
        for index, period in enumerate(loaded.periods)
    )
    notes_on = _annotations(connection, kpi, loaded.periods)
    # An incomplete period says nothing about the process yet.
    judged = [r.value if r.complete else None for r in readings]
    rebases = [_rebase_index(loaded.periods, a.on_day) for a in notes_on if a.rebases]
    rate = kpi.kind is Kind.PERCENT
    segments = control_limits.limits(
        judged, rebases, lowest=None if kpi.kind is Kind.QUANTITY else 0.0, highest=1.0 if rate else None
    )
    full = Series(
        kpi,
        loaded.grain,
        group,
        company.base_currency,
        loaded.periods,
        readings,
        _last_year(kpi, company, loaded, last_year, group),
        tuple(segments),
        (),
        tuple(notes_on),
        foreign_notes(cells, group),
    )
    return replace(full, signals=_signals(full, judged)).tail(count)


def _signals(series: Series, judged: Sequence[float | None]) -> tuple[SeriesSignal, ...]:
    return tuple(
        SeriesSignal(s.index, s.rule, s.side, (s.side > 0) == series.kpi.higher, _sentence(series, s))
        for s in control_limits.signals(judged, series.limits)
    )


def _last_year(
    kpi: Kpi, company: Business, loaded: Loaded, last_year: Loaded | None, group: Group
) -> tuple[float | None, ...]:
    if last_year is None:
        return (None,) * len(loaded.periods)
    cells = last_year.table[kpi.key]
    index_of = {period: index for index, period in enumerate(last_year.periods)}
    values = []
    for period in loaded.periods:
        index = index_of.get(a_year_before(period))
        cell = None if index is None else cells.get((index, group))
        values.append(reading(kpi, cell, a_year_before(period), company, None).value)
    return tuple(values)


def a_year_before(period: Period) -> Period:
    """The period at the same time of last year: 52 weeks, 12 months or 364 days earlier."""
    if period.grain == "month":
        return previous(period, YEAR["month"])
    return period_of(period.start - 364, period.grain)


def _annotations(connection: Connection, kpi: Kpi, periods: Sequence[Period]) -> list[SeriesAnnotation]:
    table = annotations.c
    rows = connection.execute(
        select(table.id, table.on_day, table.until_day, table.label, table.kind, table.rebases)
        .where(table.on_day.between(periods[0].start, periods[-1].end))
        .where(or_(table.kpi_key.is_(None), table.kpi_key == kpi.key))
        .order_by(table.on_day, table.id)
    ).all()
    found = []
    for number, row in enumerate(rows, 1):
        index = next(i for i, period in enumerate(periods) if row.on_day in period)
        found.append(
            SeriesAnnotation(row.id, number, index, row.on_day, row.until_day, row.label, row.kind, bool(row.rebases))
        )
    return found


def _rebase_index(periods: Sequence[Period], day: int) -> int:
    # A period in which the change falls midway still shows the old process.
    return next((index for index, period in enumerate(periods) if period.start >= day), len(periods))


def _sentence(series: Series, signal: control_limits.Signal) -> str:
    kpi, value = series.kpi, series.readings[signal.index].value
    segment = next(s for s in series.limits if s.start <= signal.index < s.stop)
    noun = words.period_noun(series.grain, 2)
    side = "upper" if signal.side > 0 else "lower"
    assert value is not None
    if signal.rule == OUTSIDE:
        limit = segment.upper if signal.side > 0 else segment.lower
        above = "above" if signal.side > 0 else "below"
        shown = words.number(kpi, value, series.currency)
        return f"{shown} is {above} the {side} limit {words.number(kpi, limit or 0, series.currency)}."
    if signal.rule == NEAR_LIMIT:
        return f"3 of 4 {noun} are nearer the {side} limit than the mean."
    assert signal.rule == ONE_SIDE
    return f"8 {noun} in a row are {'above' if signal.side > 0 else 'below'} the mean."


def foreign_notes(cells: dict[tuple[int, Group], Cell], group: Group = None) -> tuple[str, ...]:
    """What is left out because a currency has no rate."""
    total = Cell()
    for (_, of_group), cell in cells.items():
        if of_group == group and cell.foreign:
            total.add(cell)
    return tuple(
        f"{wording.plural(measure.cases, 'order')} in {currency} left out: no rate into the base currency."
        for currency, measure in sorted(total.foreign.items())
    )
