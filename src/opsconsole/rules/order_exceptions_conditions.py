"""As of an instant, what is true of an order: facts dated after it have not happened yet."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    TextClause,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.fulfillment import MARKETPLACE, MARKETPLACE_LOCATIONS
from opsconsole.domain.instants import DAY, SECOND
from opsconsole.domain.statuses import ORDER_STATUSES, codes_in
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import locations, order_lines, orders
from opsconsole.store.schema.orders import AHEAD

o = orders.c
line = order_lines.c

VOIDED = codes_in(ORDER_STATUSES, "voided")
SHIPPED = codes_in(ORDER_STATUSES, "shipped")
ARRIVED = ("delivered", "returned")
# In the words of the partial indexes: SQLite does not see through bound values.
UNPAID = text("orders.payment_status IN ('pending', 'authorized')")
ACTIVE = text("exceptions.state IN ('open', 'acknowledged', 'in_progress', 'waiting')")
# The order's number as a value: a join on it begins with the orders, of which few are open, never with their lines.
ORDER_ID: ColumnElement[int] = literal_column("+orders.id", BigInteger)


def placed(moment: Moment) -> ColumnElement[bool]:
    """Described by a file, and not placed after now."""
    if moment.settled:
        return o.stub.is_(None)
    return and_(o.stub.is_(None), or_(o.placed_at.is_(None), o.placed_at <= moment.now))


def not_voided(moment: Moment) -> ColumnElement[bool]:
    """Neither cancelled nor unavailable."""
    known = coalesce(o.status, "").not_in(VOIDED)
    undated = and_(o.status.is_(None), o.cancelled_at.is_not(None))
    if moment.settled:
        return and_(known, ~undated)
    return or_(o.cancelled_at > moment.now, and_(known, ~undated))


def undelivered(moment: Moment) -> ColumnElement[bool]:
    """Not delivered, by date or by status."""
    open_ = and_(o.delivered_at.is_(None), coalesce(o.status, "").not_in(ARRIVED))
    return open_ if moment.settled else or_(o.delivered_at > moment.now, open_)


def unshipped(moment: Moment) -> ColumnElement[bool]:
    """Not, or not wholly, confirmed as shipped, by date or by status; what is delivered has been shipped."""
    open_ = and_(o.shipped_at.is_(None), coalesce(o.status, "").not_in(SHIPPED))
    if moment.settled:
        return and_(open_, o.delivered_at.is_(None))
    return and_(
        or_(o.shipped_at > moment.now, open_),
        or_(o.delivered_at.is_(None), o.delivered_at > moment.now),
    )


def left(moment: Moment) -> ColumnElement[bool]:
    """Wholly shipped by now, by date or by status."""
    return or_(
        o.shipped_at <= moment.now,
        o.delivered_at <= moment.now,
        and_(o.shipped_at.is_(None), coalesce(o.status, "").in_(SHIPPED)),
    )


def to_ship_by(moment: Moment) -> ColumnElement[Any]:
    """The promise to ship of what has not left yet."""
    return case((left(moment), null()), else_=o.ship_by).label("ship_by")


def line_is_open() -> ColumnElement[bool]:
    """Something of the line is still to be shipped."""
    done = coalesce(line.shipped_quantity, 0) + coalesce(line.cancelled_quantity, 0)
    return and_(
        or_(line.quantity.is_(None), line.quantity > done),
        coalesce(line.status, "").not_in(("cancelled", "unavailable")),
    )


def line_subject() -> ColumnElement[str]:
    """``channel/order_id/line_id``."""
    return order_subject() + "/" + line.line_id


def line_value() -> ColumnElement[Any]:
    """What the line is worth."""
    return coalesce(line.amount, line.unit_price * line.quantity)


def unpaid(moment: Moment) -> ColumnElement[bool] | TextClause:
    """Payment pending or only authorized."""
    if moment.settled:
        return UNPAID
    return or_(UNPAID, o.paid_at > moment.now)


def terms_end(since: Any, now: Any) -> ColumnElement[bool]:
    """An order with terms of its own was placed a whole number of days before an instant of a span."""
    days_before, days_now = (since - 1 - o.placed_at) // DAY, (now - 1 - o.placed_at) // DAY
    return and_(o.payment_terms.is_not(None), days_now > days_before)


def own_duty() -> ColumnElement[bool]:
    """Not shipped by a marketplace from its own warehouse."""
    elsewhere = select(locations.c.key).where(locations.c.kind.in_(sorted(MARKETPLACE_LOCATIONS)))
    return and_(
        func.lower(coalesce(o.fulfilled_by, "")).not_in(sorted(MARKETPLACE)),
        coalesce(o.location, "").not_in(elsewhere),
    )


def needs_shipping() -> ColumnElement[bool]:
    """Not an order of digital goods alone."""
    of_order = order_lines.c.order_fk == o.id
    return or_(
        ~exists(select(line.id).where(of_order, line.requires_shipping.is_(False))),
        exists(select(line.id).where(of_order, coalesce(line.requires_shipping, true()) != false())),
    )


def from_known_channels(moment: Moment) -> ColumnElement[bool]:
    """From a channel whose files tell what the rule needs."""
    # Not by the channel's index: few orders meet the rule's own.
    return true() if moment.channels is None else coalesce(o.channel, "").in_(sorted(moment.channels))


def order_subject() -> ColumnElement[str]:
    """``channel/order_id``."""
    return o.channel + "/" + o.order_id


def value_of_order() -> ColumnElement[int]:
    """The order's total, else the sum of its lines."""
    return coalesce(o.total, o.lines_total)


def open_value() -> ColumnElement[Any]:
    """What the lines still to be shipped are worth; NULL where no line says."""
    left = line.quantity - coalesce(line.shipped_quantity, 0) - coalesce(line.cancelled_quantity, 0)
    amount = coalesce(line.amount, line.unit_price * line.quantity)
    share = case((left <= 0, 0.0), else_=left / func.nullif(line.quantity, 0))
    return (
        select(func.sum(amount * share))
        .where(line.order_fk == o.id, line.quantity.is_not(None))
        .correlate(orders)
        .scalar_subquery()
    )


def order_columns(
    opened_at: Any, value: Any = None, *, subject: ColumnElement[str] | None = None
) -> list[ColumnElement[Any]]:
    """The standard columns of a rule about orders, and the evidence every such rule can name."""
    return [
        (order_subject() if subject is None else subject).label("subject"),
        o.id.label("order_fk"),
        opened_at.label("opened_at"),
        (value_of_order() if value is None else value).label("value_at_risk"),
        o.currency.label("currency"),
        o.channel.label("channel"),
        o.location.label("location"),
        coalesce(o.order_number, o.order_id).label("order"),
        o.time_zone.label("zone"),
    ]


def assumed(basis: ColumnElement[Any]) -> ColumnElement[Any]:
    """Words where a promise is only assumed, else NULL."""
    return case((basis == "assumed", "assumed, since no file gives one"), else_=None)


def ahead(after: Any) -> Select[Any]:
    """Orders with a fact that was dated ahead of its import and was still to come at an instant."""
    return select(o.id).where(text(AHEAD), o.last_event_at > after)


def unsettled(now: Any) -> Select[Any]:
    """Whether any order has a fact dated after now."""
    dated_ahead = select(o.id).where(text(AHEAD), o.last_event_at > now, o.changed_at <= now).limit(1)
    # The newest first: a server that keeps its plan takes "later than" for a third of all, and would read them all.
    later = select(o.id).where(o.changed_at > now, o.last_event_at > now)
    imported_later = later.order_by(o.changed_at.desc()).limit(1)
    return select(or_(exists(dated_ahead), exists(imported_later)))


def within(at: ColumnElement[Any], moment: Moment) -> list[ColumnElement[bool]]:
    """An instant lies in one of the moment's spans, span by span, since a partial index serves one at a time."""
    return [at.between(first, last) for first, last in moment.spans]


def widened(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans joined where they meet, and a little widened: what is counted in seconds is rounded."""
    joined: list[list[int]] = []
    for first, last in sorted((first - 2 * SECOND, last + 2 * SECOND) for first, last in spans):
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return [(first, last) for first, last in joined]
