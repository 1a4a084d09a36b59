"""The rows KPIs are counted from: orders, drop-shipped lines, satisfaction answers, shipped units and their returns."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY
from opsconsole.domain.statuses import ORDER_STATUSES, PAYMENT_STATUSES, codes_in
from opsconsole.rules.measure import NOW, Dimension, Exclusion, Facts
from opsconsole.store.schema import customers, exceptions, locations, order_lines, orders, returns, reviews, vendors

SEVERAL = "(several)"

o = orders.c
line = order_lines.c


def has_happened(instant: ColumnElement[Any]) -> ColumnElement[bool]:
    """A fact that is known and not dated after now."""
    return instant <= NOW


def not_later(instant: ColumnElement[Any]) -> ColumnElement[bool]:
    """A fact that is undated or not dated after now."""
    return or_(instant.is_(None), instant <= NOW)


PLACED = not_later(o.placed_at)
VOID = o.status.in_(codes_in(ORDER_STATUSES, "voided"))
CANCELLED = and_(
    or_(o.status == "cancelled", and_(o.status.is_(None), o.cancelled_at.is_not(None))), not_later(o.cancelled_at)
)
UNAVAILABLE = o.status == "unavailable"
PAYMENT_VOID = o.payment_status.in_(codes_in(PAYMENT_STATUSES, "voided"))

# --- dimensions of orders ---------------------------------------------------------------------------------------------

_vendor_lines = (
    select(
        line.order_fk,
        case((func.min(line.vendor_key) == func.max(line.vendor_key), func.min(line.vendor_key)), else_=SEVERAL).label(
            "vendor_key"
        ),
    )
    .where(line.vendor_key.is_not(None))
    .group_by(line.order_fk)
    .subquery("vendor_lines")
)
_site_vendor = select(locations.c.vendor_key).where(locations.c.key == o.location).scalar_subquery()
_country = coalesce(o.country, customers.c.country)
_province = coalesce(o.province, customers.c.province)

ORDER_DIMENSIONS = {
    dimension.key: dimension
    for dimension in (
        Dimension("channel", "Channel", o.channel),
        Dimension("location", "Location", o.location),
        Dimension("carrier", "Carrier", o.carrier_key),
        Dimension(
            "vendor",
            "Vendor",
            coalesce(_vendor_lines.c.vendor_key, _site_vendor),
            _vendor_lines,
            _vendor_lines.c.order_fk == o.id,
        ),
        Dimension(
            "region",
            "Region",
            case(
                (and_(_country.is_not(None), _province.is_not(None)), _country + "-" + _province),
                else_=coalesce(_province, _country),
            ),
            customers,
            and_(customers.c.channel == o.channel, customers.c.customer_id == o.customer_id),
        ),
    )
}

_ORDER_COLUMNS: dict[str, ColumnElement[Any]] = {
    "order_number": coalesce(o.order_number, o.order_id),
    "channel": o.channel,
    "status": o.status,
    "placed_at": o.placed_at,
    "ship_by": o.ship_by,
    "shipped_at": o.shipped_at,
    "ship_by_basis": o.ship_by_basis,
    "deliver_by": o.deliver_by,
    "deliver_by_basis": o.deliver_by_basis,
    "delivered_at": o.delivered_at,
    "location": o.location,
    "carrier": o.carrier_key,
    "customer": o.customer_name,
    "total": coalesce(o.total, o.lines_total),
    "currency": o.currency,
}

ORDERS = Facts("order", orders, o.id, o.id, _ORDER_COLUMNS, ORDER_DIMENSIONS)

# --- in full ----------------------------------------------------------------------------------------------------------

SHORT_LINES = select(line.order_fk).where(
    or_(line.requires_shipping.is_(None), line.requires_shipping),
    or_(line.shipped_quantity < line.quantity, line.cancelled_quantity > 0),
)
DELIVERED = has_happened(o.delivered_at)
IN_FULL = and_(
    DELIVERED,
    o.id.not_in(SHORT_LINES),
    coalesce(o.quantity_shipped, o.quantity_ordered, 0) >= coalesce(o.quantity_ordered, 0),
)
WITH_EXCEPTION = o.id.in_(
    select(exceptions.c.order_fk).where(exceptions.c.order_fk.is_not(None), exceptions.c.opened_at <= NOW)
)

# --- shipped units and what came back of them -------------------------------------------------------------------------

_came_back = (
    select(returns.c.order_fk, func.sum(coalesce(returns.c.quantity, 1)).label("units"))
    .where(
        coalesce(returns.c.requested_at, returns.c.received_at, returns.c.refunded_at, literal(0, BigInteger)) <= NOW
    )
    .group_by(returns.c.order_fk)
    .subquery("came_back")
)
SHIPPED_UNITS = coalesce(o.quantity_shipped, o.quantity_ordered)
RETURNED_UNITS = case((_came_back.c.units > SHIPPED_UNITS, SHIPPED_UNITS), else_=_came_back.c.units)
SHIPPED_ORDERS = Facts(
    "order",
    orders.outerjoin(_came_back, _came_back.c.order_fk == o.id),
    o.id,
    o.id,
    {**_ORDER_COLUMNS, "units_shipped": SHIPPED_UNITS, "units_returned": _came_back.c.units},
    ORDER_DIMENSIONS,
)

# --- drop-shipped lines -----------------------------------------------------------------------------------------------

HANDED_AT = coalesce(line.shipped_at, o.shipped_at)
# A line's own hand-over carries no local date: its UTC day stands in.
HANDED_ON = case((line.shipped_at.is_not(None), line.shipped_at // literal(DAY, BigInteger)), else_=o.shipped_on)
LINE_SHIP_BY = coalesce(line.ship_by, o.ship_by)
LINE_CANCELLED = or_(CANCELLED, UNAVAILABLE, line.status == "cancelled", line.cancelled_quantity >= line.quantity)
# A vendor that no file described yet sends goods itself: why else would a line name one.
DROP_SHIPPED = and_(
    line.vendor_key.is_not(None),
    line.vendor_key.not_in(select(vendors.c.key).where(vendors.c.kind != "drop_shipper")),
)

LINES = Facts(
    "order line",
    order_lines.join(orders, line.order_fk == o.id),
    line.id,
    line.order_fk,
    {
        **_ORDER_COLUMNS,
        "sku": line.sku,
        "vendor": line.vendor_key,
        "ship_by": LINE_SHIP_BY,
        "shipped_at": HANDED_AT,
        "total": line.amount,
        "currency": coalesce(line.currency, o.currency),
    },
    {**ORDER_DIMENSIONS, "vendor": Dimension("vendor", "Vendor", line.vendor_key)},
)

# --- satisfaction answers ---------------------------------------------------------------------------------------------

# Answers on another scale count as their share of five.
SCORE_OF_FIVE = case(
    (reviews.c.score_max.is_not(None), reviews.c.score * 5.0 / func.nullif(reviews.c.score_max, 0)),
    else_=reviews.c.score,
)
ANSWERS = Facts(
    "answer",
    reviews.join(orders, reviews.c.order_fk == o.id),
    reviews.c.id,
    reviews.c.order_fk,
    {**_ORDER_COLUMNS, "score": reviews.c.score, "answered_at": reviews.c.answered_at, "comment": reviews.c.comment},
    ORDER_DIMENSIONS,
)

# --- reasons ----------------------------------------------------------------------------------------------------------

EX_CANCELLED = Exclusion("cancelled", "Cancelled", CANCELLED)
EX_UNAVAILABLE = Exclusion("unavailable", "Goods unavailable", UNAVAILABLE)
EX_NO_DELIVERY_PROMISE = Exclusion("no_promise", "No delivery date promised", o.deliver_by.is_(None))


def cancelled_before(limit: ColumnElement[Any], words: str) -> Exclusion:
    """Cancelled no later than a promise; a cancellation without a date counts as before it."""
    return Exclusion("cancelled", words, and_(CANCELLED, or_(o.cancelled_at.is_(None), o.cancelled_at <= limit)))


def not_due(limit: ColumnElement[Any], words: str) -> Exclusion:
    """The promise has not come due as of now."""
    return Exclusion("not_due", words, limit > NOW)
