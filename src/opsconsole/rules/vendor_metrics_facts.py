"""Rows that vendors are measured by: orders and receipts at their sites, parcels, purchase orders, sent lines."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, and_, case, cast, func, literal, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.fulfillment import MARKETPLACE
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.rules.kpis_facts import LINES, line, o
from opsconsole.rules.measure import NOW, Dimension, Facts
from opsconsole.store.schema import (
    locations,
    order_lines,
    orders,
    purchase_order_lines,
    purchase_orders,
    receipts,
    shipments,
)

s, p, po, r = shipments.c, purchase_order_lines.c, purchase_orders.c, receipts.c

SCAN_WITHIN = literal(24 * HOUR, BigInteger)
# A receipt without a time of stocking for this long was stocked without anybody recording it.
FORGOTTEN = literal(14 * DAY, BigInteger)


# What a marketplace fulfills is its own duty, not that of a vendor of ours.
OURS = func.lower(coalesce(o.fulfilled_by, "")).not_in(sorted(MARKETPLACE))


def late(done: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[Any]:
    """Microseconds past a limit; NULL while it is not done as of now."""
    return case((done <= NOW, done - limit), else_=None)


def days_late(done: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[Any]:
    """Microseconds between local dates."""
    return (done - limit) * literal(DAY, BigInteger)


def _vendor(value: ColumnElement[Any]) -> dict[str, Dimension]:
    return {"vendor": Dimension("vendor", "Vendor", value)}


# --- 3PL sites --------------------------------------------------------------------------------------------------------

_shipped_from = (
    select(func.min(s.location)).where(s.order_fk == o.id, s.location.is_not(None)).correlate(orders).scalar_subquery()
)
SITE_ORDERS = Facts(
    "order",
    orders.join(
        locations, and_(locations.c.key == coalesce(o.location, _shipped_from), locations.c.vendor_key.is_not(None))
    ),
    o.id,
    o.id,
    {
        "promised_at": o.ship_by,
        "done_at": o.shipped_at,
        "place": locations.c.label,
        "what": o.channel,
    },
    _vendor(locations.c.vendor_key),
)

_stocked = case((r.stocked_at <= NOW, r.stocked_at), else_=NOW)
DOCK_TIME = _stocked - r.arrived_at
DOCK_HOURS: ColumnElement[Any] = cast(DOCK_TIME, Float) / float(HOUR)
_RECEIVED = receipts.join(purchase_order_lines, r.purchase_order_line_fk == p.id).join(
    purchase_orders, p.purchase_order_fk == po.id
)
SITE_RECEIPTS = Facts(
    "receipt",
    _RECEIVED.join(locations, and_(locations.c.key == po.location, locations.c.vendor_key.is_not(None))),
    r.id,
    None,
    {
        "promised_at": r.arrived_at,
        "done_at": r.stocked_at,
        "place": locations.c.label,
        "what": p.sku,
    },
    _vendor(locations.c.vendor_key),
)

# --- carriers ---------------------------------------------------------------------------------------------------------

DELIVER_BY = coalesce(s.deliver_by, o.deliver_by)
SCANNED = s.first_scan_at
LABELED_ON = s.labeled_at // literal(DAY, BigInteger)
PICKED_UP = coalesce(s.first_scan_at, s.shipped_at)
SCANNING_CARRIERS = select(s.carrier_key).where(s.first_scan_at.is_not(None), s.carrier_key.is_not(None)).distinct()


SHIPMENTS = Facts(
    "parcel",
    shipments.join(orders, s.order_fk == o.id),
    s.id,
    s.order_fk,
    {
        "promised_at": DELIVER_BY,
        "done_at": s.delivered_at,
        "place": coalesce(s.location, o.location),
        "what": s.tracking_number,
    },
    _vendor(s.carrier_key),
)

# --- suppliers and drop-shippers --------------------------------------------------------------------------------------

PURCHASE_LINES = Facts(
    "purchase order line",
    purchase_order_lines.join(purchase_orders, p.purchase_order_fk == po.id),
    p.id,
    None,
    {
        "promised_at": p.promised_on * literal(DAY, BigInteger),
        "done_at": p.completed_on * literal(DAY, BigInteger),
        "place": po.location,
        "what": p.sku,
    },
    _vendor(po.vendor_key),
)
DROP_LINES = Facts(
    "order line",
    order_lines.join(orders, line.order_fk == o.id),
    line.id,
    line.order_fk,
    {
        "promised_at": coalesce(line.ship_by, o.ship_by),
        "done_at": coalesce(line.shipped_at, o.shipped_at),
        "place": o.channel,
        "what": line.sku,
    },
    LINES.dimensions,
)
