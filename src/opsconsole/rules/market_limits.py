"""What marketplaces demand of a seller: limits as data per market, and how many of a seller's orders fail them.

The limits below come with the program and are loaded into the table ``market_limits``, where the business edits them;
marketplaces change theirs, so each has a date and a note of its source. Shares are fractions of one (DOMAIN: KPIs,
marketplace health).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY
from opsconsole.rules.order_exceptions_conditions import SHIPPED, VOIDED, o, own_duty
from opsconsole.store.schema import orders, shipments

_KNOWN_SINCE = 19723  # 2024-01-01


@dataclass(frozen=True, slots=True)
class MarketLimit:
    """A limit: the share over ``window_days`` (0: since ever) must be ``<``, ``<=`` or ``>=`` ``limit``.

    Fewer failing cases than ``fewer_than`` keep it whatever their share; below ``minimum_sample`` cases it says
    nothing. ``valid_from`` and ``valid_to`` are local dates.
    """

    market: str
    metric: str
    window_days: int
    comparison: str
    limit: float
    valid_from: int = _KNOWN_SINCE
    valid_to: int | None = None
    fewer_than: int | None = None
    minimum_sample: int = 30
    source_note: str = ""
    own: bool = False

    def keeps(self, failing: int, total: int) -> bool:
        """Whether so many failing ones of so many keep the limit; all do where there are none."""
        if not total or (self.fewer_than is not None and failing < self.fewer_than):
            return True
        wanted = Fraction(str(self.limit))
        share = Fraction(failing, total)
        if self.comparison == ">=":
            return 1 - share >= wanted
        return share < wanted if self.comparison == "<" else share <= wanted

    def allowed(self, total: int) -> int:
        """The most failing ones of so many that keep the limit; -1 where even none would not."""
        low, high = -1, total
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.keeps(middle, total) else (low, middle - 1)
        return low


@dataclass(frozen=True)
class Metric:
    """What a limit measures. ``one`` and ``many`` name failing cases; ``rules`` are the exceptions that add to them.

    ``count`` selects channel, failing and total of the window between two instants, ``rows`` what a check in Python
    needs for the same; neither: the data cannot tell.
    """

    key: str
    label: str
    one: str
    many: str
    rules: tuple[str, ...] = ()
    count: Callable[[int, int], Select[Any]] | None = None
    rows: Callable[[int, int], Select[Any]] | None = None


def _counted(failing: ColumnElement[bool], *where: Any) -> Select[Any]:
    return (
        select(o.channel, func.sum(case((failing, 1), else_=0)).label("failing"), func.count().label("total"))
        .where(own_duty(), o.stub.is_(None), *where)
        .group_by(o.channel)
    )


def _between(at: Any, on: Any, begin: int, end: int) -> list[ColumnElement[bool]]:
    """In the window; the local day beside it is indexed."""
    return [on >= begin // DAY - 1, on <= end // DAY + 1, at > begin, at <= end]


def _late_shipments(begin: int, end: int) -> Select[Any]:
    """Of orders whose ship-by came, those not shipped by then; shipped without a date is not known."""
    undated = and_(o.shipped_at.is_(None), coalesce(o.status, "").in_(SHIPPED))
    late = or_(o.shipped_at.is_(None), o.shipped_at > o.ship_by)
    void = and_(coalesce(o.status, "").in_(VOIDED), coalesce(o.cancelled_at, 0) <= o.ship_by)
    return _counted(late, ~undated, ~void, *_between(o.ship_by, o.ship_by_on, begin, end))


def _cancelled(begin: int, end: int) -> Select[Any]:
    """Of orders placed, those the seller cancelled before shipping."""
    by_seller = and_(
        o.cancelled_by == "seller",
        coalesce(o.cancelled_at, 0) <= end,
        or_(o.shipped_at.is_(None), o.shipped_at > o.cancelled_at),
    )
    return _counted(by_seller, *_between(o.placed_at, o.placed_on, begin, end))


def _late_deliveries(begin: int, end: int) -> Select[Any]:
    """Of orders whose delivery date came, those not delivered by then; channels that tell no delivery are left out."""
    late = or_(o.delivered_at.is_(None), o.delivered_at > o.deliver_by)
    void = coalesce(o.status, "").in_(VOIDED)
    found = _counted(late, ~void, *_between(o.deliver_by, o.deliver_by_on, begin, end))
    return found.having(func.count(o.delivered_at) > 0)


def _parcels(begin: int, end: int) -> Select[Any]:
    """Parcels shipped, with what tells whether their number is good."""
    s = shipments.c
    return (
        select(o.channel, s.carrier_key, s.service, s.tracking_number)
        .join_from(shipments, orders, s.order_fk == o.id)
        .where(own_duty(), or_(s.voided.is_(None), s.voided.is_(False)))
        .where(*_between(s.shipped_at, s.shipped_on, begin, end))
    )


METRICS: Mapping[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric("order_defects", "Order defect rate", "defect", "defects"),
        Metric(
            "late_shipment", "Late shipment", "late shipment", "late shipments",
            ("SHIP_BY_RISK", "LATE_SHIPMENT", "ALLOCATION_RISK", "PARTIAL_SHIPMENT"), _late_shipments,
        ),
        Metric(
            "cancellation", "Cancellation before fulfillment", "cancellation", "cancellations",
            ("BACKORDER_OVERDUE", "ROUTING_FAILED", "UNMAPPED_SKU", "PRICE_ERROR"), _cancelled,
        ),
        Metric(
            "valid_tracking", "Valid tracking", "parcel without a valid number", "parcels without a valid number",
            ("NO_TRACKING", "NO_CARRIER_SCAN"), rows=_parcels,
        ),
        Metric(
            "on_time_delivery", "On-time delivery", "late delivery", "late deliveries",
            ("LATE_DELIVERY", "STALLED_IN_TRANSIT", "DELIVERY_EXCEPTION"), _late_deliveries,
        ),
        Metric("refund", "Refunds", "refund", "refunds"),
        Metric("response", "Answers in time", "late answer", "late answers"),
        Metric("return", "Returns", "return", "returns"),
        Metric("item_not_received", "Item not received", "case", "cases"),
        Metric("negative_feedback", "Negative feedback", "negative feedback", "negative feedbacks"),
        Metric("unresolved_cases", "Cases closed without resolution", "case", "cases"),
    )
}  # fmt: skip

_AMAZON = "Amazon's seller performance targets as known in 2025; check them in Account Health"
_WALMART = "Walmart's seller performance standards as known in 2025; check them in Seller Center"
# A seller is below standard only with more than 2% and defects of five buyers or more (eBay's help, "Defects"): either
# condition alone keeps the limit.
_EBAY = (
    "eBay's seller standards as known in 2025: below standard with more than 2% and defects of 5 or more buyers; check "
    "them in Seller Hub"
)


def _limits(market: str, note: str, *rows: tuple[Any, ...]) -> tuple[MarketLimit, ...]:
    return tuple(
        MarketLimit(market, metric, days, comparison, limit, fewer_than=rest[0] if rest else None, source_note=note)
        for metric, days, comparison, limit, *rest in rows
    )


LIMITS: tuple[MarketLimit, ...] = (
    *_limits(
        "amazon", _AMAZON,
        ("order_defects", 60, "<", 0.01),
        ("late_shipment", 10, "<", 0.04),
        ("late_shipment", 30, "<", 0.04),
        ("cancellation", 7, "<", 0.025),
        ("valid_tracking", 30, ">=", 0.95),
        ("on_time_delivery", 14, ">=", 0.90),
    ),
    *_limits(
        "walmart", _WALMART,
        ("cancellation", 30, "<=", 0.02),
        ("on_time_delivery", 30, ">=", 0.90),
        ("valid_tracking", 30, ">=", 0.99),
        ("refund", 30, "<=", 0.06),
        ("response", 30, ">=", 0.95),
        ("return", 60, "<=", 0.06),
        ("item_not_received", 60, "<=", 0.02),
        ("negative_feedback", 60, "<=", 0.02),
    ),
    *_limits(
        "ebay", _EBAY,
        ("order_defects", 0, "<=", 0.02, 5),
        ("unresolved_cases", 0, "<=", 0.003),
        ("late_shipment", 0, "<=", 0.07),
    ),
)  # fmt: skip
MARKETS: Mapping[str, str] = {"amazon": "Amazon", "walmart": "Walmart", "ebay": "eBay"}


def market_of(platform: str | None) -> str | None:
    """The market whose limits hold for a channel's platform (``amazon_us`` is Amazon); None for own shops."""
    name = (platform or "").lower()
    return next((market for market in MARKETS if name.startswith(market)), None)
