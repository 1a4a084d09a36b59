"""Which orders, lines and shipments meet each rule: one SELECT per rule, and the checks that SQL cannot do."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.addresses import PARTS, address_fault
from opsconsole.domain.instants import DAY, SECOND
from opsconsole.domain.payments import is_cash_on_delivery, net_days
from opsconsole.domain.tracking import carrier_family, tracking_fault
from opsconsole.rules.order_exceptions_conditions import (
    ORDER_ID,
    assumed,
    from_known_channels,
    line,
    line_is_open,
    needs_shipping,
    not_voided,
    o,
    open_value,
    order_columns,
    order_subject,
    own_duty,
    placed,
    terms_end,
    to_ship_by,
    undelivered,
    unpaid,
    unshipped,
)
from opsconsole.rules.rule import Moment, Row
from opsconsole.store.schema import order_lines, orders, products, shipments, sku_aliases

# --- PAYMENT_PENDING --------------------------------------------------------------------------------------------------


def payment_pending(moment: Moment) -> Select[Any]:
    """Unpaid for longer than the limit; terms and cash on delivery are looked at by the check."""
    return select(
        *order_columns(o.placed_at + moment.span("hours")),
        o.payment_status.label("payment"),
        o.placed_at.label("placed_at"),
        o.payment_method.label("method"),
        o.payment_terms.label("terms"),
    ).where(unpaid(moment), o.placed_at < moment.ago("hours"), not_voided(moment), placed(moment))


def payment_due(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Leaves out cash on delivery, and net terms until they are due."""
    return [_payment_due(row, moment) for row in rows]


def _payment_due(row: Row, moment: Moment) -> Row | None:
    if is_cash_on_delivery(row["method"]) or is_cash_on_delivery(row["terms"]):
        return None
    days = net_days(row["terms"])
    if days is None:
        return {}
    due = row["placed_at"] + days * DAY
    return {"opened_at": max(due, row["opened_at"]), "payment_due": due} if due < moment.now else None


def payment_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders whose waiting time ran out, and unpaid ones with terms of so many days that ended."""
    late = moment.span("hours")
    waits = select(o.id).where(unpaid(moment))
    ran_out = waits.where(o.placed_at >= since - late, o.placed_at < moment.now - late)
    both = ran_out.union_all(waits.where(terms_end(since, moment.now))).subquery("both")
    return select(both.c.id)


# --- ADDRESS_INVALID --------------------------------------------------------------------------------------------------


def address_invalid(moment: Moment) -> Select[Any]:
    """Unshipped orders with an address; whether it is good is for the check to say."""
    parts = [o[part].label(f"_{part}") for part in PARTS]
    known = or_(o.address1.is_not(None), o.city.is_not(None), o.postcode.is_not(None))
    return select(
        *order_columns(o.placed_at),
        *parts,
        o.carrier_key.label("_carrier_key"),
        o.service.label("_service"),
        o.address_from.label("_address_from"),
        o.batch_id.label("_batch_id"),
        o.field_sources_json.label("_field_sources"),
        o.ship_by.label("ship_by"),
    ).where(unshipped(moment), known, not_voided(moment), placed(moment), own_duty(), needs_shipping())


def address_faults(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """The fault of each address in words."""
    limit = int(moment.values["line_length"])
    found: list[Row | None] = []
    for row in rows:
        parts = {part: row[f"_{part}"] for part in (*PARTS, "carrier_key", "service")}
        fault = address_fault(parts, _said(row, moment), limit)
        found.append(None if fault is None else {"fault": fault, "address": _address_words(parts)})
    return found


def _said(row: Row, moment: Moment) -> frozenset[str]:
    """Parts of the address that a file gave, empty or not; a customer's own address only tells what it holds."""
    held = frozenset(part for part in PARTS if row[f"_{part}"])
    if row["_address_from"] == "customer":
        return held
    fields = moment.said.get((row["_batch_id"], "orders"))
    if fields is None:
        return frozenset(PARTS)
    sources = row["_field_sources"] or ""
    told = (
        part
        for part in PARTS
        if {part, f"stated_{part}"} & fields or f'"{part}"' in sources or f'"stated_{part}"' in sources
    )
    return held | frozenset(told)


def _address_words(parts: Row) -> str:
    shown = (parts["address1"], parts["city"], parts["province"], parts["postcode"], parts["country"])
    return ", ".join(str(part) for part in shown if part)


# --- UNMAPPED_SKU -----------------------------------------------------------------------------------------------------


def unmapped_sku(moment: Moment) -> Select[Any]:
    """Open lines whose SKU is neither in the item master nor an alias."""
    known = select(products.c.id).where(products.c.sku == line.sku)
    alias = select(sku_aliases.c.sku).where(
        sku_aliases.c.alias == line.sku, or_(sku_aliases.c.channel == "", sku_aliases.c.channel == o.channel)
    )
    amount = coalesce(line.amount, line.unit_price * line.quantity)
    return (
        select(
            *order_columns(o.placed_at, amount, subject=order_subject() + "/" + line.line_id),
            line.sku.label("sku"),
            line.title.label("title"),
            line.quantity.label("quantity"),
            o.ship_by.label("ship_by"),
        )
        .join_from(orders, order_lines, line.order_fk == ORDER_ID)
        .where(
            line.sku.is_not(None),
            line.sku != "",
            line_is_open(),
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            ~exists(known),
            ~exists(alias),
        )
    )


# --- DUPLICATE_ORDER --------------------------------------------------------------------------------------------------

_other = orders.alias("other")


def duplicate_order(moment: Moment) -> Select[Any]:
    """The later of two orders with equal customer, address, SKU set and total, placed within the limit.

    One pass in the order of placing finds each order's nearest earlier twin.
    """
    alike = (
        select(o.content_hash).where(o.content_hash.is_not(None)).group_by(o.content_hash).having(func.count() > 1)
        if moment.among is None
        else select(o.content_hash).where(o.id.in_(select(moment.among.c.id)), o.content_hash.is_not(None))
    )
    turn: dict[str, Any] = {"partition_by": o.content_hash, "order_by": (o.placed_at, o.id)}
    paired = (
        select(
            o.id,
            func.lag(o.id).over(**turn).label("twin_fk"),
            func.lag(coalesce(o.order_number, o.order_id)).over(**turn).label("twin"),
            func.lag(o.placed_at, type_=BigInteger).over(**turn).label("twin_placed_at"),
        )
        .where(
            o.content_hash.in_(alike.scalar_subquery()), o.placed_at.is_not(None), not_voided(moment), placed(moment)
        )
        .subquery("paired")
    )
    apart = o.placed_at - paired.c.twin_placed_at
    return (
        select(
            *order_columns(o.placed_at),
            paired.c.twin.label("twin"),
            paired.c.twin_fk.label("twin_fk"),
            (apart // SECOND).label("apart"),
            to_ship_by(moment),
        )
        .join_from(paired, orders, o.id == paired.c.id)
        .where(apart <= moment.span("minutes"), undelivered(moment))
    )


def twins(changed: Any) -> Select[Any]:
    """Orders with the content of a changed one."""
    of_changed = select(o.content_hash).where(o.id.in_(select(changed.c.id)), o.content_hash.is_not(None))
    return select(_other.c.id).where(_other.c.content_hash.in_(of_changed))


# --- LATE_SHIPMENT, PARTIAL_SHIPMENT ----------------------------------------------------------------------------------


def late_shipment(moment: Moment) -> Select[Any]:
    """Past ship-by without ship confirm."""
    return select(
        *order_columns(o.ship_by),
        o.ship_by.label("ship_by"),
        assumed(o.ship_by_basis).label("assumed"),
        o.quantity_shipped.label("shipped"),
        o.quantity_ordered.label("ordered"),
        o.service.label("service"),
    ).where(
        o.ship_by < moment.now,
        unshipped(moment),
        not_voided(moment),
        placed(moment),
        from_known_channels(moment),
        own_duty(),
        needs_shipping(),
    )


def late_shipment_clock(moment: Moment, since: int) -> Select[Any]:
    """Unshipped orders whose ship-by passed."""
    return select(o.id).where(unshipped(moment), o.ship_by >= since, o.ship_by < moment.now)


def partial_shipment(moment: Moment) -> Select[Any]:
    """Shipped in part, the first parcel longer ago than the limit."""
    return select(
        *order_columns(o.first_shipped_at + moment.span("hours"), coalesce(open_value(), o.total, o.lines_total)),
        o.first_shipped_at.label("first_shipped_at"),
        o.quantity_shipped.label("shipped"),
        o.quantity_ordered.label("ordered"),
        o.ship_by.label("ship_by"),
    ).where(
        o.first_shipped_at < moment.ago("hours"),
        unshipped(moment),
        not_voided(moment),
        placed(moment),
        own_duty(),
    )


def partial_shipment_clock(moment: Moment, since: int) -> Select[Any]:
    """Partly shipped orders whose waiting time ran out."""
    late = moment.span("hours")
    return select(o.id).where(
        unshipped(moment), o.first_shipped_at >= since - late, o.first_shipped_at < moment.now - late
    )


# --- NO_TRACKING ------------------------------------------------------------------------------------------------------


def no_tracking(moment: Moment) -> Select[Any]:
    """Parcels under way longer than the limit; whether their number is good is for the check to say."""
    s = shipments.c
    moving: ColumnElement[bool] = s.delivered_at.is_(None)
    if not moment.settled:
        moving = or_(moving, s.delivered_at > moment.now)
    return (
        select(
            *order_columns(s.shipped_at + moment.span("hours"), subject=order_subject() + "/" + s.shipment_id),
            s.tracking_number.label("tracking"),
            s.carrier_key.label("carrier"),
            s.service.label("service"),
            s.shipped_at.label("shipped_at"),
            s.shipment_id.label("shipment"),
            s.location.label("_site"),
            s.batch_id.label("_batch_id"),
            s.field_sources_json.label("_field_sources"),
        )
        .join_from(orders, shipments, s.order_fk == o.id)
        .where(
            s.shipped_at < moment.ago("hours"),
            or_(s.voided.is_(None), s.voided.is_(False)),
            coalesce(s.status, "").not_in(("voided", "delivered", "returned")),
            moving,
            undelivered(moment),
            not_voided(moment),
            own_duty(),
        )
    )


def tracking_faults(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """The fault of each parcel's number in words; a file without numbers tells nothing about them."""
    return [_tracking_fault(row, moment) for row in rows]


def _tracking_fault(row: Row, moment: Moment) -> Row | None:
    if row["tracking"] is None:
        fields = moment.said.get((row["_batch_id"], "shipments"))
        if fields is not None and "tracking_number" not in fields | set(_sources(row)):
            return None
    carrier = moment.formats.get(row["carrier"] or "", row["carrier"])
    if not carrier_family(carrier) and carrier_family(row["service"]):
        carrier = row["service"]
    fault = tracking_fault(carrier, row["tracking"])
    return None if fault is None else {"fault": fault, "location": row["_site"] or row["location"]}


def _sources(row: Row) -> tuple[str, ...]:
    return ("tracking_number",) if '"tracking_number"' in (row["_field_sources"] or "") else ()


def no_tracking_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a parcel whose waiting time ran out; the day leads because it is indexed."""
    s = shipments.c
    late = moment.span("hours")
    first, last = (since - late) // DAY - 1, (moment.now - late) // DAY + 1
    return select(s.order_fk.label("id")).where(
        s.shipped_on >= first, s.shipped_on <= last, s.shipped_at >= since - late, s.shipped_at < moment.now - late
    )


# --- LATE_DELIVERY ----------------------------------------------------------------------------------------------------


def late_delivery(moment: Moment) -> Select[Any]:
    """Past the promised delivery, not delivered."""
    last_scan = select(func.max(shipments.c.last_scan_at)).where(
        shipments.c.order_fk == o.id, shipments.c.last_scan_at <= moment.now
    )
    return select(
        *order_columns(o.deliver_by),
        o.deliver_by.label("deliver_by"),
        assumed(o.deliver_by_basis).label("assumed"),
        case((o.shipped_at <= moment.now, o.shipped_at), else_=None).label("shipped_at"),
        last_scan.correlate(orders).scalar_subquery().label("last_scan_at"),
        o.carrier_key.label("carrier"),
    ).where(
        o.deliver_by < moment.now,
        undelivered(moment),
        not_voided(moment),
        placed(moment),
        from_known_channels(moment),
        own_duty(),
        needs_shipping(),
    )


def late_delivery_clock(moment: Moment, since: int) -> Select[Any]:
    """Undelivered orders whose promised delivery passed."""
    return select(o.id).where(undelivered(moment), o.deliver_by >= since, o.deliver_by < moment.now)
