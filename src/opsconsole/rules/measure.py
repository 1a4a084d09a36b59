"""What a measure is: part and whole, never a ratio, so that days, channels and vendors add up.

A ``Counting`` says which rows are looked at (population), which of them do not count and why (exclusions; what is left
is the whole), and which of those are the part. The same declaration makes the sums and the rows behind them, so a
number and its drill-down cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.field import NumberState
from opsconsole.domain.instants import MINUTE

NOW: ColumnElement[int] = bindparam("now", type_=BigInteger)
# The first local date that is not over yet: a promise for a day before it has come due.
DUE_BEFORE: ColumnElement[int] = bindparam("due_before", type_=Integer)


@dataclass(frozen=True, slots=True)
class Measure:
    """``part`` of ``whole``, made from ``cases`` rows; parts, wholes and cases of disjoint rows add."""

    part: float = 0
    whole: float = 0
    cases: int = 0

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.part + other.part, self.whole + other.whole, self.cases + other.cases)

    def state(self, minimum: int = 1) -> NumberState:
        """Whether the ratio exists: no data without a whole, too few below the minimum number of cases."""
        if not self.whole:
            return NumberState.NO_DATA
        return NumberState.TOO_FEW if self.cases < minimum else NumberState.VALUE

    def ratio(self, minimum: int = 1) -> float | None:
        """Part by whole; None in any state but ``value``."""
        return self.part / self.whole if self.state(minimum) is NumberState.VALUE else None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows of the population that do not count, and the reason a reader is told."""

    key: str
    words: str
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to break a measure down: an expression over the facts, and what it needs joined to them."""

    key: str
    label: str
    value: ColumnElement[str]
    join: FromClause | None = None
    on: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows that can be counted: their source, what one row is, and by what it can be broken down.

    ``order_fk`` is the order a row belongs to (None where it belongs to none). ``columns`` are what the drill-down
    shows, by the keys of its fields.
    """

    subject: str
    source: FromClause
    id: ColumnElement[int]
    order_fk: ColumnElement[int] | None
    columns: Mapping[str, ColumnElement[Any]]
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)

    def joined(self, by: str | None) -> FromClause:
        """The source with what a dimension needs."""
        dimension = self.dimensions[by] if by else None
        if dimension is None or dimension.join is None:
            return self.source
        return self.source.outerjoin(dimension.join, dimension.on)


@dataclass(frozen=True, slots=True)
class Counting:
    """Which rows are looked at, which count, and which of them are the part.

    ``day`` is the clock: the local date that puts a row into a period. ``weight`` is what a row adds to the whole
    (None: one), ``amount`` what it adds to the part when ``part`` holds (None: its weight). ``basis`` says
    on whose word the promise of a row stands (``assumed`` is told to the reader). ``value`` makes it a distribution:
    whole minutes per row. ``currency`` marks sums of money, kept apart per currency.
    """

    facts: Facts
    day: ColumnElement[int]
    population: ColumnElement[bool]
    part: ColumnElement[bool]
    exclusions: tuple[Exclusion, ...] = ()
    basis: ColumnElement[str] | None = None
    weight: ColumnElement[float] | None = None
    amount: ColumnElement[float] | None = None
    value: ColumnElement[int] | None = None
    currency: ColumnElement[str] | None = None

    @property
    def excluded(self) -> ColumnElement[Any]:
        """Key of the first exclusion that holds, NULL for rows that count."""
        if not self.exclusions:
            return cast(null(), String)
        return case(*((rule.condition, literal(rule.key, String)) for rule in self.exclusions), else_=null())

    @property
    def counts(self) -> ColumnElement[bool]:
        """Rows of the whole."""
        return and_(self.population, self.excluded.is_(None)) if self.exclusions else self.population

    @property
    def is_part(self) -> ColumnElement[bool]:
        """Rows of the part."""
        return and_(self.counts, self.part)


def minutes_between(start: ColumnElement[int], end: ColumnElement[int]) -> ColumnElement[int]:
    """Whole minutes from one instant column to another (both are integers, so no dialect differs)."""
    return (end - start) // literal(MINUTE, BigInteger)


def within(day: ColumnElement[int]) -> ColumnElement[bool]:
    """The clock falls on the days ``:first_day`` to ``:last_day``."""
    return day.between(bindparam("first_day", type_=Integer), bindparam("last_day", type_=Integer))


def _sums(counting: Counting, prefix: str) -> list[ColumnElement[Any]]:
    one: ColumnElement[Any] = literal(1, Integer) if counting.weight is None else coalesce(counting.weight, 0)
    amount = one if counting.amount is None else coalesce(counting.amount, 0)
    return [
        func.sum(case((counting.is_part, amount), else_=0)).label(f"{prefix}_part"),
        func.sum(case((counting.counts, one), else_=0)).label(f"{prefix}_whole"),
        func.sum(case((counting.counts, 1), else_=0)).label(f"{prefix}_cases"),
    ]


def _keys(counting: Counting, by: str | None) -> tuple[list[ColumnElement[Any]], list[str]]:
    # Grouped by label: an expression with bound values written twice is two different expressions to PostgreSQL.
    columns: list[ColumnElement[Any]] = [counting.day.label("clock_day")]
    if by:
        columns.append(counting.facts.dimensions[by].value.label("dimension_key"))
    if counting.currency is not None:
        columns.append(counting.currency.label("currency_code"))
    return columns, [str(column.key) for column in columns]


def daily_sums(countings: Sequence[Counting], by: str | None = None) -> Select[Any]:
    """Part, whole and cases (``m0_part``, ``m0_whole``, ``m0_cases``, ``m1_part`` …) of each counting per day.

    Rows begin with clock_day, then dimension_key where broken down, then currency_code where sums are money. All
    countings must share facts, clock and currency: then one pass over the rows serves them all.
    """
    first = countings[0]
    columns, labels = _keys(first, by)
    sums = [column for number, counting in enumerate(countings) for column in _sums(counting, f"m{number}")]
    source = first.facts.joined(by)
    return select(*columns, *sums).select_from(source).where(within(first.day)).group_by(*labels)


def daily_values(counting: Counting, by: str | None = None) -> Select[Any]:
    """Exact histogram per day: clock_day, dimension_key where broken down, value_minutes, cases."""
    if counting.value is None:
        raise ValueError("the counting is no distribution")
    columns, labels = _keys(counting, by)
    return (
        select(*columns, counting.value.label("value_minutes"), func.count().label("cases"))
        .select_from(counting.facts.joined(by))
        .where(within(counting.day), counting.counts)
        .group_by(*labels, "value_minutes")
    )


def rows(counting: Counting, part: str, by: str | None = None) -> Select[Any]:
    """The rows behind a number: row_id, order_fk, clock_day, reason (of exclusion), in_part, then the facts' columns.

    ``part`` is numerator, denominator, missed (in the denominator, not in the numerator) or excluded. The days are not
    limited here: the caller adds ``within(counting.day)``, or leaves it out to see rows whose clock is unknown.
    """
    chosen = {
        "numerator": counting.is_part,
        "denominator": counting.counts,
        "missed": and_(counting.counts, case((counting.part, 0), else_=1) == 1),
        "excluded": and_(counting.population, counting.excluded.is_not(None)),
    }[part]
    facts = counting.facts
    return (
        select(
            facts.id.label("row_id"),
            (facts.id if facts.order_fk is None else facts.order_fk).label("order_fk"),
            counting.day.label("clock_day"),
            counting.excluded.label("reason"),
            case((counting.is_part, 1), else_=0).label("in_part"),
            *(column.label(key) for key, column in facts.columns.items()),
        )
        .select_from(facts.joined(by))
        .where(chosen)
    )


def assumed_count(counting: Counting) -> Select[Any]:
    """How many rows of the whole stand on an assumed promise; the caller limits the days."""
    assumed = counting.basis == "assumed" if counting.basis is not None else false()
    return select(func.count()).select_from(counting.facts.source).where(counting.counts, assumed)


def exclusion_counts(counting: Counting) -> Select[Any]:
    """Rows of (reason_key, cases) of the excluded rows; the caller limits the days."""
    return (
        select(counting.excluded.label("reason_key"), func.count().label("cases"))
        .select_from(counting.facts.source)
        .where(counting.population, counting.excluded.is_not(None))
        .group_by("reason_key")
    )
