"""The KPIs as values: what is counted, by which clock, in which unit and against which target (DOMAIN: KPIs)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, not_, or_, true
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.field import Kind
from opsconsole.domain.instants import DAY, SECOND
from opsconsole.rules import kpis_facts as facts
from opsconsole.rules.kpis_facts import o
from opsconsole.rules.measure import Counting, Exclusion, minutes_between
from opsconsole.store.schema import detection_runs, returns, reviews

_DAY_SECONDS = DAY // SECOND


class Statistic(StrEnum):
    """How a KPI's number comes from its counting."""

    RATIO = "ratio"  # part by whole
    SUM = "sum"  # the part alone
    MEDIAN = "median"  # of an exact histogram in minutes
    P90 = "p90"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI: key, words, unit, direction, clock and counting.

    ``kind`` is the kind of its values: percent (a fraction of one), money (minor units), duration (seconds) or
    quantity. ``minimum`` cases make a value; ``grain`` is the finest period that means something (empty: a day);
    ``window_days`` after its clock a period is complete, until then it is still maturing. ``target`` holds until the
    business sets its own. ``breakdown_of`` names the KPI this one is a split of. ``needs`` is a table that must hold
    rows, and what to call them: no returns known is no data, not a return rate of zero.
    """

    key: str
    label: str
    kind: Kind
    higher: bool
    clock: str
    numerator: str
    denominator: str
    counting: Counting
    target: float | None = None
    statistic: Statistic = Statistic.RATIO
    minimum: int = 1
    grain: str = ""
    window_days: int = 0
    decimals: int = 1
    breakdown_of: str = ""
    subject: str = "orders"
    missed: str = ""
    needs: tuple[Table, str] | None = None

    @property
    def definition(self) -> str:
        """Formula and clock in one sentence."""
        if self.statistic is Statistic.RATIO:
            formula = f"{self.numerator} / {self.denominator}"
        elif self.statistic is Statistic.SUM:
            formula = self.numerator
        else:
            formula = f"{'Median' if self.statistic is Statistic.MEDIAN else '90th percentile'} of {self.numerator}"
        return f"{formula}. Period by {self.clock}."

    @property
    def step(self) -> float:
        """The smallest difference that is shown, in raw values: 0.1 %, a cent, a tenth of a day."""
        if self.kind is Kind.DURATION:
            return _DAY_SECONDS / 10
        return 1.0 if self.kind is Kind.MONEY else 10.0 ** -(self.decimals + (2 if self.kind is Kind.PERCENT else 0))

    @property
    def unit(self) -> str:
        """Unit of raw values in words: fraction, seconds, minor units, or the quantity's own."""
        return {Kind.PERCENT: "fraction", Kind.DURATION: "seconds", Kind.MONEY: "money"}.get(self.kind, "score")


# --- promises ---------------------------------------------------------------------------------------------------------

_ship = Counting(
    facts.ORDERS,
    o.ship_by_on,
    and_(facts.PLACED, o.ship_by.is_not(None)),
    o.shipped_at <= o.ship_by,
    (
        facts.not_due(o.ship_by, "Ship-by date not reached yet"),
        facts.cancelled_before(o.ship_by, "Cancelled before the ship-by date"),
    ),
    basis=o.ship_by_basis,
)
_DELIVERY_EXCLUSIONS = (
    facts.not_due(o.deliver_by, "Delivery date not reached yet"),
    facts.cancelled_before(o.deliver_by, "Cancelled before the delivery date"),
    facts.EX_UNAVAILABLE,
)
_due_delivery = and_(facts.PLACED, o.deliver_by.is_not(None))
_delivered_on_time = o.delivered_at <= o.deliver_by


def _delivery(part: ColumnElement[bool]) -> Counting:
    return Counting(facts.ORDERS, o.deliver_by_on, _due_delivery, part, _DELIVERY_EXCLUSIONS, o.deliver_by_basis)


_delivered_population = and_(
    facts.PLACED, or_(facts.DELIVERED, and_(o.status == "delivered", o.delivered_at.is_(None)))
)
_EX_NO_DELIVERY_DATE = Exclusion("no_date", "Delivered without a date", o.delivered_at.is_(None))
_EX_CANCELLED_DELIVERED = Exclusion("cancelled", "Cancelled, yet delivered", facts.VOID)

_late_of_delivered = Counting(
    facts.ORDERS,
    o.delivered_on,
    _delivered_population,
    o.delivered_at > o.deliver_by,
    (_EX_NO_DELIVERY_DATE, _EX_CANCELLED_DELIVERED, facts.EX_NO_DELIVERY_PROMISE),
    o.deliver_by_basis,
)
_cycle = Counting(
    facts.ORDERS,
    o.delivered_on,
    _delivered_population,
    true(),
    (
        _EX_NO_DELIVERY_DATE,
        _EX_CANCELLED_DELIVERED,
        Exclusion("no_start", "Time of placing unknown", o.placed_at.is_(None)),
        Exclusion("impossible", "Delivered before it was placed", o.delivered_at < o.placed_at),
    ),
    value=minutes_between(o.placed_at, o.delivered_at),
)
_handed_late = Counting(
    facts.LINES,
    facts.HANDED_ON,
    and_(facts.DROP_SHIPPED, facts.has_happened(facts.HANDED_AT)),
    facts.HANDED_AT > facts.LINE_SHIP_BY,
    (Exclusion("no_promise", "No ship-by date", facts.LINE_SHIP_BY.is_(None)),),
)

# --- cancellations, money, exceptions, returns, answers ---------------------------------------------------------------


def _placed(part: ColumnElement[bool]) -> Counting:
    return Counting(facts.ORDERS, o.placed_on, facts.PLACED, part)


_by_seller = o.cancelled_by == "seller"
_by_customer = o.cancelled_by == "customer"
_by_unknown = or_(o.cancelled_by.is_(None), o.cancelled_by.not_in(("seller", "customer")))

_less_tax: ColumnElement[Any] = case(
    (o.total.is_not(None), o.total - coalesce(o.tax, 0)),
    else_=o.lines_total,
)
_REVENUE_EXCLUSIONS = (
    facts.EX_CANCELLED,
    facts.EX_UNAVAILABLE,
    Exclusion("payment_void", "Payment voided, failed or expired", facts.PAYMENT_VOID),
    Exclusion("no_total", "No total known", _less_tax.is_(None)),
)


_CURRENCY = coalesce(o.currency, "")


def _money(amount: ColumnElement[Any]) -> Counting:
    return Counting(
        facts.ORDERS,
        o.placed_on,
        facts.PLACED,
        true(),
        _REVENUE_EXCLUSIONS,
        amount=amount,
        currency=_CURRENCY,
    )


_returned = Counting(
    facts.SHIPPED_ORDERS,
    o.shipped_on,
    and_(facts.PLACED, facts.has_happened(o.shipped_at)),
    facts.RETURNED_UNITS > 0,
    (Exclusion("no_quantity", "Units unknown", coalesce(facts.SHIPPED_UNITS, 0) <= 0),),
    weight=facts.SHIPPED_UNITS,
    amount=facts.RETURNED_UNITS,
)


def _answers(part: ColumnElement[bool], amount: ColumnElement[Any] | None = None) -> Counting:
    return Counting(
        facts.ANSWERS,
        reviews.c.answered_on,
        facts.not_later(reviews.c.answered_at),
        part,
        (Exclusion("no_score", "No score given", facts.SCORE_OF_FIVE.is_(None)),),
        amount=amount,
    )


# --- the table --------------------------------------------------------------------------------------------------------

_DUE_TO_SHIP = "orders whose ship-by date has come, not cancelled before it"
_DUE_TO_DELIVER = "orders whose delivery date has come, not cancelled or unavailable"
_DELIVERED = "delivered orders"

_TABLE = (
    Kpi("on_time_shipment", "On-time shipment", Kind.PERCENT, True, "ship-by date",
        "shipped by their ship-by date", _DUE_TO_SHIP, _ship, 0.98, missed="late or not shipped"),
    Kpi("on_time_delivery", "On-time delivery", Kind.PERCENT, True, "promised delivery date",
        "delivered by the promised date", _DUE_TO_DELIVER, _delivery(_delivered_on_time), 0.95,
        missed="late or not delivered"),
    Kpi("otif", "OTIF", Kind.PERCENT, True, "promised delivery date",
        "delivered on time and every line in the ordered quantity", _DUE_TO_DELIVER,
        _delivery(and_(_delivered_on_time, facts.IN_FULL)), 0.93, missed="late or not in full"),
    Kpi("in_full", "In full", Kind.PERCENT, True, "promised delivery date",
        "every line delivered in the ordered quantity", _DUE_TO_DELIVER, _delivery(facts.IN_FULL), 0.98,
        missed="short or not delivered"),
    Kpi("order_cycle_time", "Order cycle time, median", Kind.DURATION, False, "delivery date",
        "delivered − placed", _DELIVERED, _cycle, 3.0 * _DAY_SECONDS, Statistic.MEDIAN),
    Kpi("order_cycle_time_p90", "Order cycle time, 90th percentile", Kind.DURATION, False, "delivery date",
        "delivered − placed", _DELIVERED, _cycle, 5.0 * _DAY_SECONDS, Statistic.P90, minimum=10,
        breakdown_of="order_cycle_time"),
    Kpi("late_of_delivered", "Late of delivered", Kind.PERCENT, False, "delivery date",
        "delivered after the promised date", "delivered orders with a promised date", _late_of_delivered, 0.05,
        missed="on time"),
    Kpi("late_handover", "Late hand-over by drop-shippers", Kind.PERCENT, False, "hand-over date",
        "handed to the carrier after their ship-by", "drop-shipped lines handed to the carrier", _handed_late, 0.05,
        subject="order lines", missed="on time"),
    Kpi("cancellation_rate", "Cancellation rate", Kind.PERCENT, False, "date placed",
        "cancelled", "orders placed", _placed(facts.CANCELLED), 0.025, missed="not cancelled"),
    Kpi("cancellation_rate_seller", "Cancelled by seller", Kind.PERCENT, False, "date placed",
        "cancelled by the seller", "orders placed", _placed(and_(facts.CANCELLED, _by_seller)),
        breakdown_of="cancellation_rate", missed="not cancelled by the seller"),
    Kpi("cancellation_rate_customer", "Cancelled by customer", Kind.PERCENT, False, "date placed",
        "cancelled by the customer", "orders placed", _placed(and_(facts.CANCELLED, _by_customer)),
        breakdown_of="cancellation_rate", missed="not cancelled by the customer"),
    Kpi("cancellation_rate_unknown", "Cancelled, by whom unknown", Kind.PERCENT, False, "date placed",
        "cancelled, by whom is not known", "orders placed", _placed(and_(facts.CANCELLED, _by_unknown)),
        breakdown_of="cancellation_rate", missed="not cancelled by an unknown party"),
    Kpi("return_rate", "Return rate", Kind.PERCENT, False, "month shipped",
        "units returned", "units shipped", _returned, 0.065, grain="month", window_days=30, subject="orders",
        missed="without a return", needs=(returns, "returns")),
    Kpi("revenue", "Revenue, gross", Kind.MONEY, True, "date placed",
        "order totals less tax, without cancelled and voided orders", "orders", _money(_less_tax),
        statistic=Statistic.SUM, decimals=0),
    Kpi("revenue_net", "Revenue, net of refunds", Kind.MONEY, True, "date placed",
        "order totals less tax and refunds, without cancelled and voided orders", "orders",
        _money(_less_tax - coalesce(o.refunded, 0)), statistic=Statistic.SUM, decimals=0, breakdown_of="revenue"),
    Kpi("aov", "Average order value", Kind.MONEY, True, "date placed",
        "order totals less tax, without cancelled and voided orders", "orders", _money(_less_tax), decimals=2),
    Kpi("exception_rate", "Exception rate", Kind.PERCENT, False, "date placed",
        "orders with at least one exception opened", "orders placed", _placed(facts.WITH_EXCEPTION), 0.05,
        missed="without an exception", needs=(detection_runs, "run of the exception rules")),
    Kpi("csat", "CSAT", Kind.PERCENT, True, "date answered",
        "answers of 4 or 5 of 5", "answers", _answers(facts.SCORE_OF_FIVE >= 4), 0.85, minimum=30, subject="answers",
        missed="answers under 4"),
    Kpi("csat_score", "CSAT, mean score", Kind.QUANTITY, True, "date answered",
        "sum of scores of 5", "answers", _answers(not_(facts.SCORE_OF_FIVE.is_(None)), facts.SCORE_OF_FIVE), 4.5,
        minimum=30, decimals=2, breakdown_of="csat", subject="answers"),
)  # fmt: skip

KPIS: dict[str, Kpi] = {kpi.key: kpi for kpi in _TABLE}

# The eight the week is reviewed by; the others are in the list and one step away.
TILES = (
    "on_time_shipment",
    "on_time_delivery",
    "otif",
    "order_cycle_time",
    "cancellation_rate",
    "aov",
    "return_rate",
    "csat",
)

DIMENSIONS: dict[str, str] = {key: dimension.label for key, dimension in facts.ORDER_DIMENSIONS.items()}
