"""Which parcels come back to the sender, with nothing sent or paid back since."""

from typing import Any

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.order_exceptions_transit_select import (
    BACK,
    newest_of,
    of_open_orders,
    parcel_columns,
    s,
    troubled_or,
)
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import orders, shipment_events, shipments


def return_to_sender(moment: Moment) -> Select[Any]:
    """Parcels on their way back, or back, with nothing sent or paid back since."""
    back = _going_back(moment)
    again = shipments.alias("again")
    sent_again = exists(
        select(again.c.id).where(
            again.c.order_fk == s.order_fk,
            again.c.id != s.id,
            or_(again.c.voided.is_(None), again.c.voided.is_(False)),
            coalesce(again.c.labeled_at, again.c.shipped_at) > back.c.returned_at,
            coalesce(again.c.labeled_at, again.c.shipped_at) <= moment.now,
        )
    ).correlate(shipments, back)
    return (
        select(
            *parcel_columns(back.c.returned_at),
            back.c.returned_at.label("returned_at"),
            o.deliver_by.label("deliver_by"),
            newest_of(moment, BACK, "place").label("place"),
            newest_of(moment, BACK, "code").label("_code"),
            newest_of(moment, BACK, "description").label("_words"),
        )
        .join_from(back, shipments, s.id == back.c.id)
        .join(orders, o.id == s.order_fk)
        .where(
            back.c.returned_at <= moment.now,
            of_open_orders(moment),
            or_(o.payment_status.is_(None), o.payment_status != "refunded"),
            ~sent_again,
        )
    )


def _going_back(moment: Moment) -> Any:
    """Parcels with their first return scan; by their status alone where no such scan comes."""
    turned = shipment_events.alias("turned")
    scanned = (
        select(func.min(turned.c.occurred_at))
        .where(turned.c.tracking_number == s.tracking_number, turned.c.code.in_(BACK))
        .correlate(shipments)
        .scalar_subquery()
    )
    told = case((s.status == "returned", coalesce(s.last_scan_at, s.shipped_at)), else_=None)
    returned_at = coalesce(scanned, told)
    open_ = s.delivered_at.is_(None) if moment.settled else or_(s.delivered_at.is_(None), s.delivered_at > moment.now)
    return (
        select(s.id, returned_at.label("returned_at"))
        .where(
            or_(s.voided.is_(None), s.voided.is_(False)),
            open_,
            troubled_or(moment, "returned"),
        )
        .cte("going_back")
        .prefix_with("MATERIALIZED")
    )
