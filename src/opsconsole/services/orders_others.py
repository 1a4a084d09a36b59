"""Shipments, returns and purchase orders as of a moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing
from opsconsole.domain.statuses import PURCHASE_ORDER_STATUSES, RETURN_STAGES, SHIPMENT_STATUSES, labels
from opsconsole.services.business import Business, business
from opsconsole.services.lists import filtered
from opsconsole.services.names import channel_names, location_names, pairs, vendor_names
from opsconsole.services.orders_columns import coded, fetch
from opsconsole.store.database import Database
from opsconsole.store.schema import (
    orders,
    purchase_order_lines,
    purchase_orders,
    returns,
    ship_notices,
    shipments,
)

Filters = Mapping[str, str] | None
_order = func.coalesce(orders.c.order_number, orders.c.order_id).label("order")


def _upto(column: Any, now: int) -> Any:
    return case((column <= now, column), else_=None).label(column.name)


def _listing(
    database: Database,
    now: int,
    title: str,
    identity: str,
    statement: Select[Any],
    fields: Sequence[Field],
    filters: Filters,
) -> Listing:
    """Listing of a SELECT; the fields named channel, location, carrier and vendor get their names as labels."""
    with database.read() as connection:
        columns = fetch(connection, statement)
        vendors = vendor_names(connection)
        names = {
            "channel": channel_names(connection),
            "location": location_names(connection),
            "carrier": vendors,
            "vendor": vendors,
        }
        company: Business = business(connection, now)
    ids = [f"{identity}:{row_id}" for row_id in columns.pop("id")]
    labeled = tuple(
        Field(
            f.key, f.label, Kind.STATUS, labels=pairs(names[f.key]), missing=f.missing, width=f.width, hidden=f.hidden
        )
        if f.key in names
        else f
        for f in fields
    )
    for field in fields:
        if field.kind is Kind.MONEY:
            columns[field.key] = [None if value is None else round(value) for value in columns[field.key]]
        elif field.kind is Kind.FLAG:
            columns[field.key] = [bool(value) for value in columns[field.key]]
    shown: dict[str, Sequence[Any]] = {name: coded(column) for name, column in columns.items()}
    listing = Listing(labeled, shown, ids, now, title=title, time_zone=company.time_zone)
    return filtered(listing, tuple((filters or {}).items()))


_SHIPMENT_FIELDS = (
    Field("shipment", "Shipment", Kind.IDENTIFIER, width=110, total=Total.COUNT, total_words="shipments"),
    Field("order", "Order", Kind.IDENTIFIER, width=110),
    Field("channel", "Channel", width=92),
    Field("carrier", "Carrier", missing="Unknown", width=110),
    Field("service", "Service", missing="Unknown", width=110),
    Field("tracking", "Tracking", Kind.IDENTIFIER, missing="None", width=160),
    Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(SHIPMENT_STATUSES), width=100),
    Field("shipped_at", "Shipped", Kind.INSTANT, missing="Not yet", width=130),
    Field("first_scan_at", "First scan", Kind.INSTANT, missing="None", width=130),
    Field("last_scan_at", "Last scan", Kind.INSTANT, missing="None", width=130),
    Field("deliver_by", "Deliver by", Kind.INSTANT, missing="No promise", width=130),
    Field("delivered_at", "Delivered", Kind.INSTANT, missing="Not yet", width=130),
    Field("cost", "Cost", Kind.MONEY, currency="currency", missing="Unknown", width=90, total=Total.SUM),
    Field("location", "Site", missing="Unknown", hidden=True),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", hidden=True, total=Total.SUM),
    Field("weight_grams", "Weight", Kind.QUANTITY, unit="g", missing="Unknown", hidden=True, total=Total.SUM),
    Field("labeled_at", "Label made", Kind.INSTANT, missing="Unknown", hidden=True),
    Field("voided", "Voided", Kind.FLAG, hidden=True),
    Field("currency", "Currency", hidden=True),
)


def list_shipments(database: Database, now: int, *, filters: Filters = None) -> Listing:
    """Shipments as of ``now``, newest first; ids are ``shipment:number`` (see ``page_of``)."""
    s = shipments.c
    known = func.coalesce(s.shipped_at, s.labeled_at)
    statement = (
        select(
            s.id,
            s.shipment_id.label("shipment"),
            _order,
            orders.c.channel,
            s.carrier_key.label("carrier"),
            s.service,
            s.tracking_number.label("tracking"),
            s.status,
            _upto(s.shipped_at, now),
            _upto(s.first_scan_at, now),
            _upto(s.last_scan_at, now),
            s.deliver_by,
            _upto(s.delivered_at, now),
            s.cost,
            func.coalesce(s.location, orders.c.location).label("location"),
            s.quantity,
            s.weight_grams,
            _upto(s.labeled_at, now),
            func.coalesce(s.voided, False).label("voided"),
            func.coalesce(s.currency, orders.c.currency).label("currency"),
        )
        .join_from(shipments, orders, orders.c.id == s.order_fk)
        .where(or_(known.is_(None), func.coalesce(s.labeled_at, s.shipped_at) <= now))
        .order_by(known.desc(), s.id.desc())
    )
    return _listing(database, now, "Shipments", "shipment", statement, _SHIPMENT_FIELDS, filters)


_RETURN_FIELDS = (
    Field("return_id", "Return", Kind.IDENTIFIER, width=110, total=Total.COUNT, total_words="returns"),
    Field("order", "Order", Kind.IDENTIFIER, width=110),
    Field("channel", "Channel", width=92),
    Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown", width=120),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", width=70, total=Total.SUM),
    Field("stage", "Stage", Kind.STATUS, missing="Unknown", labels=labels(RETURN_STAGES), width=110),
    Field("reason", "Reason", missing="None", stretch=True, width=140),
    Field("disposition", "Disposition", missing="None", width=110),
    Field("refunded", "Refunded", Kind.MONEY, currency="currency", missing="None", width=96, total=Total.SUM),
    Field("requested_at", "Requested", Kind.INSTANT, missing="Unknown", width=130),
    Field("received_at", "Received", Kind.INSTANT, missing="Not yet", width=130),
    Field("refunded_at", "Refund", Kind.INSTANT, missing="Not yet", width=130),
    Field("currency", "Currency", hidden=True),
)


def list_returns(database: Database, now: int, *, filters: Filters = None) -> Listing:
    """Returns as of ``now``, newest first; ids are ``return:number`` (see ``page_of``)."""
    r = returns.c
    statement = (
        select(
            r.id,
            r.return_id,
            _order,
            orders.c.channel,
            case((r.sku == "", None), else_=r.sku).label("sku"),
            r.quantity,
            r.stage,
            r.reason,
            r.disposition,
            r.refunded,
            _upto(r.requested_at, now),
            _upto(r.received_at, now),
            _upto(r.refunded_at, now),
            func.coalesce(r.currency, orders.c.currency).label("currency"),
        )
        .join_from(returns, orders, orders.c.id == r.order_fk)
        .where(or_(r.requested_at.is_(None), r.requested_at <= now))
        .order_by(r.requested_at.desc(), r.id.desc())
    )
    return _listing(database, now, "Returns", "return", statement, _RETURN_FIELDS, filters)


_PURCHASE_FIELDS = (
    Field("po_number", "Order", Kind.IDENTIFIER, width=110, total=Total.COUNT, total_words="purchase orders"),
    Field("vendor", "Vendor", missing="Unknown", width=150),
    Field("location", "To", missing="Unknown", width=92),
    Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(PURCHASE_ORDER_STATUSES), width=120),
    Field("ordered_at", "Ordered", Kind.INSTANT, missing="Unknown", width=130),
    Field("acknowledged_at", "Acknowledged", Kind.INSTANT, missing="Not yet", width=130),
    Field("promised_on", "Promised", Kind.DATE, missing="No date", width=90, help="Of the last open line."),
    Field("lines", "Lines", Kind.QUANTITY, width=60, total=Total.SUM),
    Field("quantity", "Ordered units", Kind.QUANTITY, missing="Unknown", width=96, total=Total.SUM),
    Field("acknowledged", "Promised units", Kind.QUANTITY, missing="Unknown", hidden=True, total=Total.SUM),
    Field("announced", "Announced units", Kind.QUANTITY, missing="None", hidden=True, total=Total.SUM),
    Field("received", "Received units", Kind.QUANTITY, width=96, total=Total.SUM),
    Field("late", "Late", Kind.FLAG, width=60, help="A line is past its promised day and not complete."),
    Field("value", "Value", Kind.MONEY, currency="currency", missing="Unknown", width=100, total=Total.SUM),
    Field("currency", "Currency", hidden=True),
)


def _line_sums(today: int) -> Any:
    line = purchase_order_lines.c
    open_ = or_(line.completed_on.is_(None), line.completed_on >= today)
    late = func.max(case((open_ & (line.promised_on < today), 1), else_=0))
    return (
        select(
            line.purchase_order_fk,
            func.count().label("lines"),
            func.sum(line.quantity).label("quantity"),
            func.sum(line.acknowledged_quantity).label("acknowledged"),
            func.sum(func.coalesce(line.received_quantity, 0)).label("received"),
            func.max(case((open_, line.promised_on), else_=None)).label("promised_on"),
            late.label("late"),
            func.sum(line.quantity * line.unit_cost).label("value"),
        )
        .group_by(line.purchase_order_fk)
        .subquery("sums")
    )


def list_purchase_orders(database: Database, now: int, *, filters: Filters = None) -> Listing:
    """Purchase orders as of ``now`` with the sums of their lines, newest first; ids are ``purchase_order:number``."""
    p = purchase_orders.c
    with database.read() as connection:
        today = business(connection, now).due_before
    sums = _line_sums(today)
    notice = ship_notices.c
    sent = (
        select(notice.purchase_order_fk, func.sum(notice.quantity).label("quantity"))
        .where(or_(notice.shipped_on.is_(None), notice.shipped_on <= today))
        .group_by(notice.purchase_order_fk)
        .subquery("sent")
    )
    done = p.status.in_(("received", "cancelled"))
    statement = (
        select(
            p.id,
            p.po_number,
            p.vendor_key.label("vendor"),
            p.location,
            p.status,
            p.ordered_at,
            _upto(p.acknowledged_at, now),
            sums.c.promised_on,
            func.coalesce(sums.c.lines, 0).label("lines"),
            sums.c.quantity,
            sums.c.acknowledged,
            sent.c.quantity.label("announced"),
            func.coalesce(sums.c.received, 0).label("received"),
            case((done, False), else_=func.coalesce(sums.c.late, 0) == 1).label("late"),
            sums.c.value,
            p.currency,
        )
        .join_from(purchase_orders, sums, sums.c.purchase_order_fk == p.id, isouter=True)
        .join(sent, sent.c.purchase_order_fk == p.id, isouter=True)
        .where(or_(p.ordered_at.is_(None), p.ordered_at <= now))
        .order_by(p.ordered_at.desc(), p.id.desc())
    )
    return _listing(database, now, "Purchase orders", "purchase_order", statement, _PURCHASE_FIELDS, filters)
