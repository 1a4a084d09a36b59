"""From daily parts to the number of a period, with its state: what the lists, tiles and charts share."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import NumberState
from opsconsole.domain.periods import Period, period_of
from opsconsole.rules.kpis import KPIS, Kpi, Statistic
from opsconsole.rules.measure import Counting, Measure, daily_sums, daily_values
from opsconsole.services.business import Business
from opsconsole.store.schema import orders, reviews, targets

Group = str | None


@dataclass(slots=True)
class Cell:
    """What was counted for one KPI, period and group; ``foreign`` are sums without a rate, per currency."""

    measure: Measure = field(default_factory=Measure)
    minutes: Counter[int] = field(default_factory=Counter)
    foreign: dict[str, Measure] = field(default_factory=dict)
    matured: float = 0

    def add(self, other: "Cell") -> None:
        """Add another cell's counts to this one."""
        self.measure = self.measure + other.measure
        self.minutes.update(other.minutes)
        self.matured += other.matured
        for currency, measure in other.foreign.items():
            self.foreign[currency] = self.foreign.get(currency, Measure()) + measure


Table = dict[str, dict[tuple[int, Group], Cell]]  # KPI key → (index of the period, group) → cell


@dataclass(frozen=True, slots=True)
class Reading:
    """A KPI's number for one period.

    ``value`` exists only in state ``value``: a fraction, minor units, seconds or a quantity as the KPI's kind says.
    ``provisional`` is the number of a period that is still maturing, ``maturity`` how much of its whole has matured.
    """

    kpi: Kpi
    period: Period
    state: NumberState
    value: float | None
    numerator: float | None
    denominator: float | None
    cases: int
    complete: bool
    target: float | None = None
    provisional: float | None = None
    maturity: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met as both are shown (3.04 days meet 3.0 days); None without a value or target."""
        if self.value is None or self.target is None:
            return None
        step = self.kpi.step
        value, target = round(self.value / step), round(self.target / step)
        return value >= target if self.kpi.higher else value <= target


def kpi_named(key: str) -> Kpi:
    """KPI by key; UserError names the known ones."""
    if key not in KPIS:
        raise UserError(f"There is no KPI “{key}”.", f"Known are {', '.join(KPIS)}.")
    return KPIS[key]


def percentile(minutes: Mapping[int, int], share: float) -> float | None:
    """Percentile of an exact histogram, interpolated between neighbors as spreadsheets' PERCENTILE.INC does."""
    total = sum(minutes.values())
    if not total:
        return None
    position = share * (total - 1)
    low, fraction = int(position), position - int(position)
    seen, lower = 0, None
    for value in sorted(minutes):
        seen += minutes[value]
        if lower is None and seen > low:
            lower = value
        if seen > low + (1 if fraction else 0):
            assert lower is not None
            return lower + (value - lower) * fraction
    return float(lower or 0)


def read_table(
    connection: Connection, company: Business, kpis: Iterable[Kpi], periods: Sequence[Period], by: str | None = None
) -> Table:
    """Counts of KPIs per period and group; one pass over the rows per clock serves all KPIs that share it."""
    table: Table = {}
    distributions: dict[int, list[Kpi]] = defaultdict(list)
    batches: dict[tuple[int, int, int], list[Kpi]] = defaultdict(list)
    for kpi in kpis:
        table[kpi.key] = {}
        counting = kpi.counting
        if counting.value is not None:
            distributions[id(counting)].append(kpi)
        else:
            batches[id(counting.facts), id(counting.day), id(counting.currency)].append(kpi)
    for sharing in distributions.values():
        cells = _read_values(connection, company, sharing[0].counting, periods, by)
        table.update({kpi.key: dict(cells) for kpi in sharing})
    for batch in batches.values():
        _read_sums(connection, company, batch, periods, by, table)
    return table


def parameters(company: Business, periods: Sequence[Period]) -> dict[str, int]:
    """Bound values of a measure's statements over periods, oldest first."""
    return {
        "now": company.now,
        "due_before": company.due_before,
        "first_day": periods[0].start,
        "last_day": periods[-1].end,
    }


def _read_sums(
    connection: Connection, company: Business, batch: list[Kpi], periods: Sequence[Period], by: str | None, table: Table
) -> None:
    starts = [period.start for period in periods]
    countings = [kpi.counting for kpi in batch]
    statement = daily_sums(countings, by)
    for row in connection.execute(statement, parameters(company, periods)).all():
        day, position = row[0], 1
        group: Group = None
        if by:
            group, position = row[position], position + 1
        currency = ""
        if countings[0].currency is not None:
            currency, position = row[position], position + 1
        index = bisect_right(starts, day) - 1
        for number, kpi in enumerate(batch):
            part, whole, cases = (row[position + number * 3 + k] for k in range(3))
            if not cases:
                continue
            cell = table[kpi.key].setdefault((index, group), Cell())
            _count(cell, company, kpi.counting, Measure(_number(part), _number(whole), int(cases)), currency, day)
            if kpi.window_days and day + kpi.window_days < company.due_before:
                cell.matured += _number(whole)


def _count(cell: Cell, company: Business, counting: Counting, measure: Measure, currency: str, day: int) -> None:
    if counting.currency is None:
        cell.measure = cell.measure + measure
        return
    converted = company.in_base(measure.part, currency, day)
    if converted is None:
        cell.foreign[currency] = cell.foreign.get(currency, Measure()) + measure
    else:
        cell.measure = cell.measure + Measure(converted, measure.whole, measure.cases)


def _read_values(
    connection: Connection, company: Business, counting: Counting, periods: Sequence[Period], by: str | None
) -> dict[tuple[int, Group], Cell]:
    starts = [period.start for period in periods]
    cells: dict[tuple[int, Group], Cell] = {}
    for row in connection.execute(daily_values(counting, by), parameters(company, periods)).all():
        day, group = row[0], row[1] if by else None
        minutes, cases = row[-2], row[-1]
        cell = cells.setdefault((bisect_right(starts, day) - 1, group), Cell())
        cell.minutes[int(minutes)] += int(cases)
        cell.measure = cell.measure + Measure(0, int(cases), int(cases))
    return cells


def _number(value: object) -> float:
    # PostgreSQL sums integers as decimals.
    number = float(value or 0)  # type: ignore[arg-type]
    return int(number) if number.is_integer() else number


def reading(kpi: Kpi, cell: Cell | None, period: Period, company: Business, target: float | None) -> Reading:
    """The number of one cell with its state; no cell is no data."""
    cell = cell or Cell()
    measure = cell.measure
    value = _value(kpi, cell)
    state = measure.state(kpi.minimum) if kpi.statistic is Statistic.RATIO else _counted(measure, kpi.minimum)
    complete = period.end < company.due_before
    maturity = None
    provisional = None
    if kpi.window_days and measure.whole:
        maturity = cell.matured / measure.whole
        complete = period.end + kpi.window_days < company.due_before
        if state is NumberState.VALUE and not complete:
            state, provisional = NumberState.MATURING, value
    distribution = kpi.counting.value is not None
    return Reading(
        kpi,
        period,
        state,
        value if state is NumberState.VALUE else None,
        None if distribution else measure.part,
        None if kpi.statistic is Statistic.SUM else measure.whole,
        measure.cases,
        complete,
        target,
        provisional,
        maturity,
    )


def _counted(measure: Measure, minimum: int) -> NumberState:
    if not measure.cases:
        return NumberState.NO_DATA
    return NumberState.TOO_FEW if measure.cases < minimum else NumberState.VALUE


def _value(kpi: Kpi, cell: Cell) -> float | None:
    if kpi.statistic is Statistic.SUM:
        return cell.measure.part
    if kpi.statistic is Statistic.RATIO:
        return cell.measure.ratio()
    minutes = percentile(cell.minutes, 0.5 if kpi.statistic is Statistic.MEDIAN else 0.9)
    return None if minutes is None else round(minutes * 60)


class Targets:
    """Targets in force per local date: the business's own, else the KPI's default."""

    def __init__(self, connection: Connection) -> None:
        self._dated: dict[str, tuple[list[int], list[float]]] = {}
        for key, day, target in connection.execute(
            select(targets.c.kpi_key, targets.c.valid_from, targets.c.target).order_by(
                targets.c.kpi_key, targets.c.valid_from
            )
        ):
            days, values = self._dated.setdefault(key, ([], []))
            days.append(day)
            values.append(target)

    def of(self, kpi: Kpi, day: int) -> float | None:
        """Target of a KPI on a local date."""
        days, values = self._dated.get(kpi.key, ([], []))
        position = bisect_right(days, day) - 1
        return kpi.target if position < 0 else values[position]


def missing_needs(connection: Connection, kpis: Iterable[Kpi]) -> dict[str, str]:
    """KPIs whose needed rows are not in the database, with what is missing: ``no returns``."""
    missing = {}
    for kpi in kpis:
        if kpi.needs is not None and connection.execute(select(kpi.needs[0]).limit(1)).first() is None:
            missing[kpi.key] = f"no {kpi.needs[1]}"
    return missing


def first_day(connection: Connection, company: Business) -> int:
    """Local date of the oldest fact a KPI can count; today without any."""
    columns = (
        orders.c.placed_on,
        orders.c.ship_by_on,
        orders.c.deliver_by_on,
        orders.c.delivered_on,
        reviews.c.answered_on,
    )
    days = [connection.execute(select(func.min(column))).scalar() for column in columns]
    return min([day for day in days if day is not None], default=company.today)


def grain_of(kpi: Kpi, grain: str) -> str:
    """The grain a KPI is read in: a month where a finer one means nothing."""
    return kpi.grain if kpi.grain and grain in ("day", "week") else grain


def periods_until(last: Period, count: int) -> list[Period]:
    """The ``count`` periods that end with one, oldest first."""
    periods = [last]
    while len(periods) < count:
        periods.append(period_of(periods[-1].start - 1, last.grain))
    return periods[::-1]
