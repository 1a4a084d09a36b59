"""Where money given back does not agree with what was paid, cancelled or returned."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, text
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.statuses import PAYMENT_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import VOIDED, o, order_columns, own_duty, placed
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import claims, orders, payments, refunds, returns, shipments

PAID = codes_in(PAYMENT_STATUSES, "paid")
_UNPAID = (*codes_in(PAYMENT_STATUSES, "unpaid"), *codes_in(PAYMENT_STATUSES, "voided"))
# Money that a marketplace or bank took back over a case; nothing need have come back for it.
_CASES = ("%chargeback%", "%a-to-z%")
# In the words of the partial indexes.
_GIVEN_BACK = text("orders.refunded > 0")
_CANCELLED = text("orders.cancelled_at IS NOT NULL")
_UNDATED = text("orders.cancelled_at IS NULL AND orders.status IN ('cancelled', 'unavailable')")


def refund_mismatch(moment: Moment) -> Select[Any]:
    """Orders with more given back than paid, a refund for nothing that came back, or none where one is owed."""
    sums = _sums(moment)
    given, paid, owed = sums.c.given, sums.c.paid, sums.c.owed_since
    above = and_(given > 0, paid > 0, given > paid)
    unfounded = and_(given > 0, ~sums.c.founded)
    # After a return part of the price may be kept: only nothing at all is too little. What "partly refunded" means in
    # money may be unknown.
    short = or_(and_(sums.c.voided, given < paid), given == 0)
    told = coalesce(o.payment_status, "")
    settled = or_(told == "refunded", and_(told == "partially_refunded", given == 0))
    missing = and_(owed < moment.ago("hours"), paid > 0, short, ~settled)
    began = case((or_(above, unfounded), sums.c.given_at), else_=owed + moment.span("hours"))
    value = case((above, given - paid), (unfounded, given), else_=paid - given)
    return (
        select(
            *order_columns(began, value),
            case((above, "above"), (unfounded, "unfounded"), else_="missing").label("fault"),
            case((or_(above, unfounded), given), else_=None).label("given"),
            case((above, paid), else_=None).label("paid"),
            case((and_(~above, ~unfounded), paid - given), else_=None).label("owed"),
            case((and_(~above, ~unfounded), owed), else_=None).label("owed_since"),
            case((or_(above, unfounded), sums.c.given_at), else_=None).label("given_at"),
            case((and_(~above, ~unfounded, sums.c.voided), "cancelled"), else_=None).label("cancelled"),
            case((and_(~above, unfounded), "unfounded"), else_=None).label("unfounded"),
            sums.c.reason.label("reason"),
        )
        .join_from(sums, orders, o.id == sums.c.id)
        .where(or_(above, unfounded, missing), placed(moment))
    )


def _sums(moment: Moment) -> Any:
    """Per order with a refund, a cancellation or a finished return: given back, paid, and since when money is owed."""
    voided = _voided(moment)
    founded = or_(
        voided,
        # Where a marketplace keeps the goods, it takes them back and gives the money: another report tells of that.
        ~own_duty(),
        _of_cases(moment),
        coalesce(o.quantity_cancelled, 0) > 0,
        coalesce(o.status, "") == "returned",
        _any(returns, returns.c.requested_at, moment),
        _any(claims, claims.c.filed_at, moment),
        exists(select(shipments.c.id).where(shipments.c.order_fk == o.id, shipments.c.status == "returned")).correlate(
            orders
        ),
    )
    cancelled_since = case((voided, coalesce(o.cancelled_at, o.status_since)), else_=None)
    return (
        select(
            o.id,
            _given(moment).label("given"),
            _paid(moment).label("paid"),
            _given_at(moment).label("given_at"),
            coalesce(cancelled_since, _returned_at(moment)).label("owed_since"),
            founded.label("founded"),
            voided.label("voided"),
            _reason(moment).label("reason"),
        )
        .where(o.id.in_(_concerned(moment)))
        .cte("sums")
        .prefix_with("MATERIALIZED")
    )


def _concerned(moment: Moment) -> Any:
    """Ids of the orders to look at: each part begins with rows of which there are few."""
    if moment.among is not None:
        return select(moment.among.c.id)
    r = returns.c
    done = or_(r.dispositioned_at.is_not(None), r.refunded_at.is_not(None), r.stage.in_(("dispositioned", "refunded")))
    parts = (
        select(o.id).where(_GIVEN_BACK),
        select(o.id).where(_CANCELLED),
        select(o.id).where(_UNDATED),
        select(refunds.c.order_fk),
        select(returns.c.order_fk).where(done),
    )
    every = parts[0].union(*parts[1:]).subquery("concerned")
    return select(every.c.id)


def _past(column: Any, moment: Moment) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= moment.now)


def _any(table: Any, at: Any, moment: Moment) -> ColumnElement[bool]:
    return exists(select(table.c.id).where(table.c.order_fk == o.id, _past(at, moment))).correlate(orders)


def _of_cases(moment: Moment) -> ColumnElement[bool]:
    """All that was given back was taken back over a chargeback or a guarantee."""
    r = refunds.c
    told = func.lower(coalesce(r.reason, ""))
    of_order = select(r.id).where(r.order_fk == o.id, _past(r.refunded_at, moment))
    other = exists(of_order.where(*(told.not_like(case_) for case_ in _CASES))).correlate(orders)
    return and_(exists(of_order).correlate(orders), ~other)


def _voided(moment: Moment) -> ColumnElement[bool]:
    said = and_(o.cancelled_at.is_(None), coalesce(o.status, "").in_(VOIDED))
    return or_(and_(o.cancelled_at <= moment.now, or_(o.status.is_(None), o.status.in_(VOIDED))), said)


def _sum_of(table: Any, amount: Any, *conditions: Any) -> ColumnElement[Any]:
    return select(func.sum(amount)).where(table.c.order_fk == o.id, *conditions).correlate(orders).scalar_subquery()


def _given(moment: Moment) -> ColumnElement[Any]:
    """Given back by now: the refunds, else what the order says, else what its returns say."""
    said = case((and_(o.refunded > 0, _past(o.refunded_at, moment)), o.refunded), else_=None)
    listed = _sum_of(refunds, refunds.c.amount, _past(refunds.c.refunded_at, moment))
    r = returns.c
    paid_out = or_(r.refunded_at <= moment.now, and_(r.refunded_at.is_(None), r.stage == "refunded"))
    returned = _sum_of(returns, r.refunded, paid_out)
    return coalesce(listed, said, returned, 0)


def _given_at(moment: Moment) -> ColumnElement[Any]:
    newest = (
        select(func.max(refunds.c.refunded_at))
        .where(refunds.c.order_fk == o.id, refunds.c.refunded_at <= moment.now)
        .correlate(orders)
        .scalar_subquery()
    )
    return coalesce(newest, case((o.refunded_at <= moment.now, o.refunded_at), else_=None))


def _paid(moment: Moment) -> ColumnElement[Any]:
    """Paid by now: the payments, else the total of an order that is said to be paid."""
    p = payments.c
    listed = _sum_of(payments, p.amount, coalesce(p.status, "").not_in(_UNPAID), _past(p.paid_at, moment))
    whole = case((and_(o.payment_status.in_(PAID), _past(o.paid_at, moment)), o.total), else_=0)
    return case((o.payment_status.in_(_UNPAID), 0), else_=coalesce(listed, whole, 0))


def _returned_at(moment: Moment) -> ColumnElement[Any]:
    """When the last return was decided on, all of them without a refund so far."""
    r = returns.c
    decided = case((r.dispositioned_at <= moment.now, r.dispositioned_at), else_=None)
    told = and_(r.dispositioned_at.is_(None), r.stage == "dispositioned")
    return (
        select(func.max(coalesce(decided, r.inspected_at, r.received_at)))
        .where(
            r.order_fk == o.id,
            or_(r.dispositioned_at <= moment.now, told),
            or_(r.refunded_at.is_(None), r.refunded_at > moment.now),
            coalesce(r.stage, "") != "refunded",
        )
        .correlate(orders)
        .scalar_subquery()
    )


def _reason(moment: Moment) -> ColumnElement[Any]:
    r = refunds.c
    return (
        select(func.min(r.reason))
        .where(r.order_fk == o.id, _past(r.refunded_at, moment))
        .correlate(orders)
        .scalar_subquery()
    )


def refund_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders whose cancellation or whose return's end lies as long ago as a refund may take."""
    first, last = since - moment.span("hours"), moment.now - moment.span("hours")
    cancelled = select(o.id).where(_CANCELLED, o.cancelled_at >= first, o.cancelled_at < last)
    undated = select(o.id).where(_UNDATED, o.status_since >= first, o.status_since < last)
    r = returns.c
    # Which of the three counts, the rule itself looks at; each has an index of its own.
    returned = [
        select(r.order_fk.label("id")).where(at >= first, at < last)
        for at in (r.dispositioned_at, r.inspected_at, r.received_at)
    ]
    every = cancelled.union(undated, *returned).subquery("ran_out")
    return select(every.c.id)
