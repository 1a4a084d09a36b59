"""What two feeds can be held against each other for: what both speak of, and what only one of them knows.

The differences themselves are those of the rule CHANNEL_MISMATCH, asked without tolerance. Every SELECT gives the
batches whose word each side's is; services turn them into feeds.
"""

from typing import Any

from sqlalchemy import Select, and_, case, distinct, exists, func, literal, null, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.rules.order_exceptions_conditions import (
    needs_shipping,
    not_voided,
    o,
    own_duty,
    placed,
    unshipped,
    value_of_order,
)
from opsconsole.rules.order_exceptions_mismatch import ORDER_BATCH, ORDER_TIME, records_of, w
from opsconsole.rules.order_exceptions_mismatch_stock import listed, offered, told_twice
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import listings, orders, warehouse_orders


def compared_orders(moment: Moment) -> Select[Any]:
    """Per channel's batch and warehouse's batch the orders that both speak of."""
    record = records_of(moment)
    return (
        select(
            ORDER_BATCH.label("channel_batch"),
            record.c.batch_id.label("warehouse_batch"),
            func.count().label("compared"),
        )
        .join_from(record, orders, o.id == record.c.order_fk)
        .where(not_voided(moment), placed(moment), own_duty())
        .group_by(ORDER_BATCH, record.c.batch_id)
    )


def compared_listings(moment: Moment) -> Select[Any]:
    """Per channel's batch and warehouse's batch the listings with stock behind them.

    ``compared`` of them are told of at about the same time, ``apart`` are not.
    """
    stock = offered(moment)
    near = func.abs(stock.c.as_of - listed.source_time) <= moment.span("apart")
    return (
        select(
            listed.batch_id.label("channel_batch"),
            stock.c.batch_id.label("warehouse_batch"),
            func.sum(case((near, 1), else_=0)).label("compared"),
            func.sum(case((near, 0), else_=1)).label("apart"),
        )
        .join_from(stock, listings, listed.id == stock.c.id)
        .group_by(listed.batch_id, stock.c.batch_id)
    )


def compared_stock(moment: Moment) -> Select[Any]:
    """Per channel's batch and warehouse's batch the SKUs at locations that both report; as of ``compared_listings``."""
    told = told_twice(moment).c
    near = func.abs(told.warehouse_time - told.channel_time) <= moment.span("apart")
    return select(
        told.channel_batch,
        told.warehouse_batch,
        func.sum(case((near, 1), else_=0)).label("compared"),
        func.sum(case((near, 0), else_=1)).label("apart"),
    ).group_by(told.channel_batch, told.warehouse_batch)


def warehouses(moment: Moment) -> Select[Any]:
    """Per location whose warehouse tells of orders: its newest batch, how new it is, and the channels it serves."""
    return (
        select(
            w.location,
            o.channel,
            func.max(w.batch_id).label("warehouse_batch"),
            func.max(w.source_time).label("warehouse_time"),
            func.count(distinct(w.order_fk)).label("orders"),
        )
        .join_from(warehouse_orders, orders, o.id == w.order_fk)
        .where(w.source_time <= moment.now)
        .group_by(w.location, o.channel)
    )


def only_on_channel(moment: Moment, location: str, channel: str, until: int, *, alone: bool) -> Select[Any]:
    """Orders of a channel that wait for a warehouse which, as of its newest word (``until``), does not know them.

    ``alone``: no other warehouse tells of the channel's orders, so that orders without a location are its own, too.
    """
    here = or_(o.location == location, o.location.is_(None)) if alone else o.location == location
    known = exists(select(w.id).where(w.order_fk == o.id))
    return select(
        o.id.label("order_fk"),
        (o.channel + "/" + o.order_id).label("subject"),
        coalesce(o.order_number, o.order_id).label("order"),
        o.channel,
        literal(location).label("location"),
        coalesce(o.status, "not shipped").label("channel_says"),
        ORDER_TIME.label("channel_time"),
        ORDER_BATCH.label("channel_batch"),
        value_of_order().label("value_at_risk"),
        o.currency,
        o.placed_at.label("since"),
    ).where(
        and_(o.channel == channel, here, ~known, o.placed_at <= until),
        unshipped(moment),
        not_voided(moment),
        placed(moment),
        own_duty(),
        needs_shipping(),
        # What waits for money, for a decision or for its day is not sent to a warehouse yet.
        coalesce(o.payment_status, "paid").in_(("paid", "authorized", "partially_refunded")),
        coalesce(o.status, "processing").not_in(("pending", "on_hold", "partially_shipped")),
        o.held_at.is_(None),
    )


def only_at_warehouse(moment: Moment) -> Select[Any]:
    """Orders of which a warehouse tells and no channel's file does."""
    record = records_of(moment)
    return (
        select(
            o.id.label("order_fk"),
            (o.channel + "/" + o.order_id).label("subject"),
            coalesce(o.order_number, o.order_id).label("order"),
            o.channel,
            record.c.location,
            case(
                (record.c.shipped > 0, "shipped"),
                (record.c.cancelled == record.c.records, "cancelled"),
                else_="not shipped",
            ).label("warehouse_says"),
            record.c.source_time.label("warehouse_time"),
            record.c.batch_id.label("warehouse_batch"),
            null().label("value_at_risk"),
            o.currency,
            coalesce(record.c.shipped_at, record.c.released_at).label("since"),
        )
        .join_from(record, orders, o.id == record.c.order_fk)
        .where(o.stub.is_not(None), record.c.source_time <= moment.now)
    )
