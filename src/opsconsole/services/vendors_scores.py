"""Vendors scored by the clauses in force: per metric, period and vendor; what the list and the page share."""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.field import ClauseValue, NoValue, NumberState
from opsconsole.domain.periods import Period
from opsconsole.domain.vendors import VENDOR_KINDS, clause_score, grade
from opsconsole.domain.wording import percent
from opsconsole.planning.intervals import wilson
from opsconsole.rules.measure import Measure
from opsconsole.rules.vendor_metrics import VENDOR_METRICS, VendorMetric, daily_events, metrics_of
from opsconsole.services.business import Business
from opsconsole.services.incidents_excuses import Excuse, every_excuse
from opsconsole.store import dialect
from opsconsole.store.schema import clauses, vendors

DEFAULT_KIND = {"on_time_delivery": "parcel_carrier", "first_scan": "parcel_carrier", "on_time_pickup": "ltl_carrier"}


@dataclass(frozen=True, slots=True)
class ClauseInForce:
    """A clause as it was at a time; values in the metric's unit (rates are fractions), credit in minor units.

    ``version`` 0 is the default that holds until the business sets its own.
    """

    metric: VendorMetric
    weight: float
    floor: float
    target: float
    stretch: float | None
    minimum: int
    window: str = "month"
    credit: int = 0
    currency: str = ""
    valid_from: int | None = None
    version: int = 0
    note: str = ""

    @property
    def rolling_days(self) -> int | None:
        """Days of a rolling window; None where the period itself is the window."""
        found = re.search(r"\d+", self.window)
        return int(found.group()) if found else None


class ClauseBook:
    """All clauses, found by vendor and day: the vendor's own before its kind's, the newest version in force."""

    def __init__(self, connection: Connection) -> None:
        self._rows: dict[tuple[str, str], list[tuple[str | None, int, int | None, ClauseInForce]]] = defaultdict(list)
        c = clauses.c
        for row in connection.execute(select(clauses).order_by(c.valid_from, c.clause_version, c.id)):
            metric = VENDOR_METRICS.get((row.vendor_kind, row.metric))
            if metric is None:
                continue
            made = ClauseInForce(
                metric, row.weight, row.floor, row.target, row.stretch, row.minimum_sample, row.window,
                row.credit_per_breach or 0, row.currency or "", row.valid_from, row.clause_version, row.note or "",
            )  # fmt: skip
            self._rows[row.vendor_kind, row.metric].append((row.vendor_key, row.valid_from, row.valid_to, made))

    @property
    def empty(self) -> bool:
        """Whether the business has no clauses of its own."""
        return not self._rows

    def of(self, metric: VendorMetric, vendor: str | None, day: int) -> ClauseInForce | None:
        """The clause of a metric in force on a local date; None where the business has ended it."""
        known = self._rows.get((metric.kind, metric.key))
        if not known:
            d = metric.default
            return ClauseInForce(metric, d.weight, d.floor, d.target, d.stretch, d.minimum_sample)
        held = [
            (key, made)
            for key, since, until, made in known
            if since <= day and (until is None or day <= until) and key in (None, vendor)
        ]
        own = [made for key, made in held if key is not None]
        general = [made for key, made in held if key is None]
        held_best = own or general
        return held_best[-1] if held_best else None

    def limits(self, metric: VendorMetric, day: int) -> list[float]:
        """Distinct targets of a metric on a day, over all vendors."""
        keys = {key for key, _, _, _ in self._rows.get((metric.kind, metric.key), ())} | {None}
        found = {clause.target for key in keys if (clause := self.of(metric, key, day)) is not None}
        return sorted(found) or [metric.default.target]


@dataclass(frozen=True, slots=True)
class Events:
    """What was counted for a vendor in some days: the measure, and how many events failed."""

    measure: Measure = field(default_factory=Measure)
    fails: int = 0

    def __add__(self, other: "Events") -> "Events":
        return Events(self.measure + other.measure, self.fails + other.fails)

    def __sub__(self, other: "Events") -> "Events":
        one, less = self.measure, other.measure
        measure = Measure(one.part - less.part, one.whole - less.whole, one.cases - less.cases)
        return Events(measure, self.fails - other.fails)


Daily = dict[str, tuple[list[int], list[Events]]]  # vendor → days (ascending) and running sums up to each


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """A vendor's attainment of one clause in one period; ``value`` in the metric's unit, None without a number."""

    metric: VendorMetric
    clause: ClauseInForce
    events: Events
    state: NumberState
    value: float | None
    score: float | None
    interval: tuple[float, float] | None

    @property
    def credit(self) -> int:
        """Money open for the failing events, minor units of the clause's currency."""
        return self.events.fails * self.clause.credit

    def cell(self) -> ClauseValue | NoValue:
        """Cell of the scorecard; rates in percent."""
        if self.value is None:
            return NoValue(self.state, no_value_words(self))
        size = 100.0 if self.metric.unit == "%" else 1.0
        clause = self.clause
        return ClauseValue(
            self.value * size,
            clause.floor * size,
            clause.target * size,
            None if clause.stretch is None else clause.stretch * size,
            self.metric.higher,
            self.metric.unit,
        )


@dataclass(frozen=True, slots=True)
class VendorScore:
    """A vendor's score in one period: weighted over the clauses with a sufficient sample; None without any."""

    vendor: str
    kind: str
    period: Period
    results: tuple[ClauseResult, ...]
    score: float | None

    @property
    def grade(self) -> str | None:
        """Grade of the score."""
        return None if self.score is None else grade(self.score)

    @property
    def left_out(self) -> tuple[ClauseResult, ...]:
        """Clauses whose weight the others carry, because their sample is insufficient."""
        return tuple(result for result in self.results if result.score is None)

    @property
    def fails(self) -> int:
        """Failing events of all clauses."""
        return sum(result.events.fails for result in self.results)


def no_value_words(result: ClauseResult) -> str:
    """``no data`` or ``n 9 of 30``."""
    if result.state is NumberState.TOO_FEW:
        return f"n {result.events.measure.cases:,} of {result.clause.minimum}"
    return "no data"


def score_note(score: VendorScore) -> str:
    """Which clauses do not count and why; empty where all do."""
    left = score.left_out
    if not left:
        return ""
    named = ", ".join(f"{result.metric.short} ({no_value_words(result)})" for result in left)
    if score.score is None:
        return f"No score: {named}."
    return f"Insufficient: {named}. The other clauses carry the weight."


def value_words(metric: VendorMetric, value: float) -> str:
    """``96.2%`` or ``22.4 h``."""
    return percent(value, 2 if value > 0.995 and value < 1 else 1) if metric.unit == "%" else f"{value:.3g} h"


class Scores:
    """Daily events of every metric over a span of days, scored per vendor and period."""

    def __init__(
        self,
        connection: Connection,
        company: Business,
        first_day: int,
        last_day: int,
        kinds: Sequence[str] = tuple(VENDOR_KINDS),
    ) -> None:
        self.company = company
        self.book = ClauseBook(connection)
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for key, name, kind in connection.execute(select(vendors.c.key, vendors.c.name, vendors.c.kind)):
            self.kinds[key], self.names[key] = kind, name or key
        self._daily: dict[tuple[str, str], Daily] = {}
        self._excused_orders = _by_day(every_excuse(connection, company.now, company.time_zone))
        read: dict[tuple[int, float], Daily] = {}
        for metric in (metric for kind in kinds for metric in metrics_of(kind)):
            merged: Daily = {}
            for limit in self.book.limits(metric, last_day):
                key = (id(metric.counting), limit if metric.unit == "h" else 0.0)
                if key not in read:
                    read[key] = self._read(connection, metric, limit, first_day, last_day)
                for vendor, days in read[key].items():
                    clause = self.book.of(metric, vendor, last_day)
                    if vendor not in merged or (clause is not None and clause.target == limit):
                        merged[vendor] = days
            self._daily[metric.kind, metric.key] = merged
            for vendor in merged:
                self.kinds.setdefault(vendor, DEFAULT_KIND.get(metric.key, metric.kind))

    def _read(self, connection: Connection, metric: VendorMetric, limit: float, first_day: int, last_day: int) -> Daily:
        statement, bound = daily_events(metric), self.bound(first_day, last_day, limit)
        sums = {(row[0], row[1]): _events(row) for row in connection.execute(statement, bound)}
        for row in self._excused(connection, metric, limit, first_day, last_day):
            key = row[0], row[1]
            sums[key] = sums[key] - _events(row)
        found: Daily = {}
        for (day, vendor), events in sorted(sums.items(), key=lambda item: item[0][0]):
            days, running = found.setdefault(vendor, ([], []))
            days.append(day)
            running.append(running[-1] + events if running else events)
        return found

    def bound(self, first_day: int, last_day: int, limit: float) -> dict[str, float]:
        """Values that the statements of events are asked with."""
        company = self.company
        return {
            "now": company.now, "due_before": company.due_before, "first_day": first_day, "last_day": last_day,
            "limit": limit,
        }  # fmt: skip

    def _excused(
        self, connection: Connection, metric: VendorMetric, limit: float, first_day: int, last_day: int
    ) -> Iterator[Any]:
        """Sums of the events that an incident excuses: they count neither for a vendor nor against it."""
        order_fk = metric.counting.facts.order_fk
        if order_fk is None:
            return
        for since, orders in self._excused_orders.items():
            with dialect.id_set(connection, orders) as wanted:
                statement = daily_events(metric).where(order_fk.in_(select(wanted.c.id)))
                yield from connection.execute(statement, self.bound(max(first_day, since), last_day, limit)).all()

    def excused_events(
        self, connection: Connection, metric: VendorMetric, clause: ClauseInForce, vendor: str, first: int, last: int
    ) -> int:
        """How many events of a vendor from one local date to another an incident excuses."""
        limit = clause.target if metric.unit == "h" else 0.0
        rows = self._excused(connection, metric, limit, first, last)
        return sum(int(row[4] or 0) for row in rows if row[1] == vendor)

    def active(self) -> list[str]:
        """Vendors with any event in the span, counted or not, by their own kind."""
        seen = {
            vendor
            for (kind, _), daily in self._daily.items()
            for vendor in daily
            if self.kinds.get(vendor, kind) == kind
        }
        return sorted(seen, key=lambda vendor: ((self.names.get(vendor) or vendor).lower(), vendor))

    def score(self, vendor: str, period: Period) -> VendorScore:
        """The vendor's score in a period, by the clauses in force on its last day."""
        kind = self.kinds[vendor]
        at = min(period.end, self.company.today)
        results = [self._result(metric, vendor, period, at) for metric in metrics_of(kind)]
        known = [result for result in results if result is not None]
        weights = sum(result.clause.weight for result in known if result.score is not None)
        score = None
        if weights > 0:
            total = sum(result.clause.weight * result.score for result in known if result.score is not None)
            # Half a tenth up, as people round; binary fractions would round 84.25 down.
            score = math.floor(total / weights * 10 + 0.5 + 1e-9) / 10
        return VendorScore(vendor, kind, period, tuple(known), score)

    def _result(self, metric: VendorMetric, vendor: str, period: Period, at: int) -> ClauseResult | None:
        clause = self.book.of(metric, vendor, at)
        if clause is None:
            return None
        first = period.start if clause.rolling_days is None else period.end - clause.rolling_days + 1
        events = self.between(metric, vendor, first, period.end)
        measure = events.measure
        state = measure.state(clause.minimum)
        value = measure.part / measure.whole if state is NumberState.VALUE else None
        return ClauseResult(
            metric,
            clause,
            events,
            state,
            value,
            None
            if value is None
            else clause_score(value, clause.floor, clause.target, clause.stretch, higher=metric.higher),
            wilson(measure.part, measure.whole) if value is not None and metric.yes_no else None,
        )

    def between(self, metric: VendorMetric, vendor: str, first: int, last: int) -> Events:
        """Events of a vendor from one local date to another, both included."""
        days, sums = self._daily.get((metric.kind, metric.key), {}).get(vendor, ([], []))
        end, start = bisect_right(days, last), bisect_right(days, first - 1)
        if end == 0 or end == start:
            return Events()
        if start == 0:
            return sums[end - 1]
        return sums[end - 1] - sums[start - 1]


def _events(row: Sequence[Any]) -> Events:
    """A row of daily events: day, vendor, part, whole, cases, fails."""
    return Events(Measure(float(row[2] or 0), float(row[3] or 0), int(row[4] or 0)), int(row[5] or 0))


def _by_day(excused: Mapping[int, Excuse]) -> dict[int, list[int]]:
    """Excused orders by the local date from which they are."""
    found: dict[int, list[int]] = defaultdict(list)
    for order, excuse in excused.items():
        found[excuse.since_day].append(order)
    return found


def money_open(company: Business, results: Iterable[ClauseResult], day: int) -> int:
    """Credits for failing events in the base currency; what has no rate is left out."""
    total = 0.0
    for result in results:
        total += company.in_base(result.credit, result.clause.currency, day) or 0.0
    return round(total)


def short_labels(number: int) -> tuple[tuple[str, str], ...]:
    """Per kind the short label of its clause column ``number`` (0-based), for ``Field.labels``."""
    found: Mapping[str, tuple[VendorMetric, ...]] = {kind: metrics_of(kind) for kind in VENDOR_KINDS}
    return tuple((kind, metrics[number].short) for kind, metrics in found.items() if number < len(metrics))


CLAUSE_COLUMNS = max(len(metrics_of(kind)) for kind in VENDOR_KINDS)
