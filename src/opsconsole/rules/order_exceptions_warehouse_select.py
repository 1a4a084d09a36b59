"""What goes wrong at the bench: picks, parcels, labels, and cancellations that do not reach the warehouse."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, null, or_, select, text, true
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.statuses import ORDER_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import (
    VOIDED,
    line,
    line_is_open,
    line_value,
    not_voided,
    o,
    order_columns,
    order_subject,
    own_duty,
    placed,
    to_ship_by,
    undelivered,
    unshipped,
)
from opsconsole.rules.rule import Moment, Row
from opsconsole.store.schema import (
    order_events,
    order_lines,
    orders,
    picks,
    ship_methods,
    shipments,
    warehouse_orders,
)

# In the words of the partial indexes.
SHORT = text("picks.picked_quantity < picks.allocated_quantity")
DAMAGED = text("(picks.reason = 'damaged' OR picks.damaged_quantity > 0)")
WEIGHED = text("shipments.expected_weight_grams IS NOT NULL AND shipments.first_scan_at IS NULL")
LABEL_ERROR = text("shipments.label_error IS NOT NULL")
OPEN_AT_WAREHOUSE = text("warehouse_orders.cancelled_at IS NULL AND warehouse_orders.shipped_at IS NULL")
# The warehouse's hands are on it: from picking until it leaves.
HANDS_ON = tuple(
    code for code in codes_in(ORDER_STATUSES, "released") if code not in codes_in(ORDER_STATUSES, "shipped")
)
AT_THE_BENCH = (*HANDS_ON, "labeled")

p = picks.c
s = shipments.c
w = warehouse_orders.c

# --- SHORT_PICK, DAMAGED_IN_WAREHOUSE ---------------------------------------------------------------------------------


def _line_of_pick() -> ColumnElement[bool]:
    return and_(line.order_fk == p.order_fk, line.line_id == p.line_id)


def _still_to_ship(moment: Moment) -> tuple[ColumnElement[bool], ...]:
    return (unshipped(moment), not_voided(moment), placed(moment), own_duty())


def _short(moment: Moment) -> Any:
    """Pick records of which their location found fewer than allocated, with what all found; turn 1 is the newest."""
    again = picks.alias("again")
    same_line = and_(again.c.order_fk == p.order_fk, coalesce(again.c.line_id, "") == coalesce(p.line_id, ""))
    same = and_(same_line, coalesce(again.c.sku, "") == coalesce(p.sku, ""), _seen(again.c.picked_at, moment))
    here = and_(same, coalesce(again.c.location, "") == coalesce(p.location, ""))

    def total(of: Any, where: ColumnElement[bool]) -> Any:
        return select(of).where(where).correlate(picks).scalar_subquery()

    found_here = total(func.sum(again.c.picked_quantity), here)
    wanted_here = total(func.max(again.c.allocated_quantity), here)
    return (
        select(
            p.order_fk,
            p.line_id,
            p.sku,
            p.location,
            p.reason,
            p.picked_at,
            found_here.label("found"),
            wanted_here.label("wanted"),
            total(func.sum(again.c.picked_quantity), same).label("overall"),
            func.row_number()
            .over(
                partition_by=(p.order_fk, p.line_id, p.sku),
                order_by=(coalesce(p.picked_at, 0).desc(), p.pick_id.desc()),
            )
            .label("turn"),
        )
        .where(SHORT, _seen(p.picked_at, moment), found_here < wanted_here, _asked_about(p.order_fk, moment))
        .subquery("short")
    )


def short_pick(moment: Moment) -> Select[Any]:
    """Lines of which a location found fewer than allocated, and which were not picked elsewhere either."""
    short = _short(moment)
    needed = line.quantity - coalesce(line.cancelled_quantity, 0)
    missing = short.c.wanted - short.c.found
    worth = line_value() * missing / func.nullif(line.quantity, 0)
    key = coalesce(short.c.line_id, short.c.sku, "")
    return (
        select(
            *order_columns(coalesce(short.c.picked_at, o.placed_at), worth, subject=order_subject() + "/" + key),
            short.c.location.label("_site"),
            coalesce(short.c.sku, line.sku).label("sku"),
            line.title.label("title"),
            short.c.found.label("picked"),
            short.c.wanted.label("allocated"),
            short.c.reason.label("reason"),
            short.c.picked_at.label("picked_at"),
            o.ship_by.label("ship_by"),
        )
        .join_from(short, orders, o.id == short.c.order_fk)
        .outerjoin(order_lines, and_(line.order_fk == o.id, line.line_id == short.c.line_id))
        .where(
            short.c.turn == 1,
            or_(line.id.is_(None), and_(line_is_open(), or_(needed.is_(None), short.c.overall < needed))),
            *_still_to_ship(moment),
        )
    )


def _asked_about(order_fk: Any, moment: Moment) -> ColumnElement[bool]:
    """Of the orders asked about: what is ranked per order must not be ranked for all when few are asked about."""
    return true() if moment.among is None else order_fk.in_(select(moment.among.c.id))


def _seen(at: Any, moment: Moment) -> ColumnElement[bool]:
    """Undated, or not after now."""
    return or_(at.is_(None), at <= moment.now)


def damaged_in_warehouse(moment: Moment) -> Select[Any]:
    """Lines of which a pick or pack record says that something is damaged."""
    ranked = (
        select(
            p.order_fk,
            p.line_id,
            p.sku,
            p.location,
            p.picked_at,
            func.sum(p.damaged_quantity).over(partition_by=(p.order_fk, p.line_id, p.sku)).label("damaged"),
            func.row_number()
            .over(partition_by=(p.order_fk, p.line_id, p.sku), order_by=(coalesce(p.picked_at, 0), p.pick_id))
            .label("turn"),
        )
        .where(DAMAGED, _seen(p.picked_at, moment), _asked_about(p.order_fk, moment))
        .subquery("damaged_picks")
    )
    worth = line_value() * coalesce(func.nullif(ranked.c.damaged, 0), line.quantity) / func.nullif(line.quantity, 0)
    key = coalesce(ranked.c.line_id, ranked.c.sku, "")
    return (
        select(
            *order_columns(coalesce(ranked.c.picked_at, o.placed_at), worth, subject=order_subject() + "/" + key),
            ranked.c.location.label("_site"),
            coalesce(ranked.c.sku, line.sku).label("sku"),
            line.title.label("title"),
            func.nullif(ranked.c.damaged, 0).label("damaged"),
            ranked.c.picked_at.label("picked_at"),
            o.ship_by.label("ship_by"),
        )
        .join_from(ranked, orders, o.id == ranked.c.order_fk)
        .outerjoin(order_lines, and_(line.order_fk == o.id, line.line_id == ranked.c.line_id))
        .where(ranked.c.turn == 1, or_(line.id.is_(None), line_is_open()), *_still_to_ship(moment))
    )


def at_the_site(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Where it was picked is where it happened."""
    return [{"location": row["_site"] or row["location"]} for row in rows]


# --- WEIGHT_MISMATCH --------------------------------------------------------------------------------------------------


def weight_mismatch(moment: Moment) -> Select[Any]:
    """Parcels still here whose weight is off by more than the limit."""
    off = func.abs(s.weight_grams - s.expected_weight_grams)
    return (
        select(
            *order_columns(coalesce(s.labeled_at, s.shipped_at, o.placed_at), subject=_parcel_subject()),
            s.location.label("_site"),
            s.shipment_id.label("shipment"),
            s.weight_grams.label("weight"),
            s.expected_weight_grams.label("expected"),
            (100.0 * off / func.nullif(s.expected_weight_grams, 0)).label("share"),
            s.carrier_key.label("carrier"),
            s.service.label("service"),
            to_ship_by(moment),
        )
        .join_from(shipments, orders, o.id == s.order_fk)
        .where(
            WEIGHED if moment.settled else s.expected_weight_grams.is_not(None),
            or_(s.first_scan_at.is_(None), s.first_scan_at > moment.now),
            s.weight_grams > 0,
            s.expected_weight_grams > 0,
            off * 100.0 > s.expected_weight_grams * moment.values["share"],
            off > moment.values["grams"],
            _in_use(),
            _seen(s.labeled_at, moment),
            or_(s.delivered_at.is_(None), s.delivered_at > moment.now),
            undelivered(moment),
            not_voided(moment),
            placed(moment),
            own_duty(),
        )
    )


def _parcel_subject() -> ColumnElement[str]:
    return order_subject() + "/" + s.shipment_id


def _in_use() -> ColumnElement[bool]:
    return and_(
        or_(s.voided.is_(None), s.voided.is_(False)),
        coalesce(s.status, "").not_in(("voided", "delivered", "returned")),
    )


def before_pickup(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Due at the first pickup after the parcel was weighed, where pickups are known."""
    found: list[Row | None] = []
    for row in rows:
        site = row["_site"] or row["location"]
        more: dict[str, Any] = {"location": site}
        if row["opened_at"] is not None:
            more["due_at"] = moment.clocks.pickup(row["opened_at"], site, row["carrier"], row["service"])
            more["pickup"] = more["due_at"]
        found.append(more)
    return found


# --- LABEL_FAILED -----------------------------------------------------------------------------------------------------


def label_failed(moment: Moment) -> Select[Any]:
    """Orders whose label could not be made, or whose shipping method nobody has mapped."""
    failure = _failure(moment)
    unmapped = _unmapped(moment)
    began = case((failure.c.order_fk.is_not(None), failure.c.failed_at), else_=coalesce(o.ready_at, o.placed_at))
    failed = failure.c.order_fk.is_not(None)
    return (
        select(
            *order_columns(coalesce(began, o.placed_at)),
            failure.c.label_error.label("error"),
            failure.c.carrier_key.label("carrier"),
            case((failed, failure.c.failed_at), else_=None).label("failed_at"),
            case((failed, None), else_=o.service).label("method"),
            o.ship_by.label("ship_by"),
        )
        .select_from(orders)
        .outerjoin(failure, and_(failure.c.order_fk == o.id, failure.c.turn == 1))
        .where(or_(failed, unmapped), *_still_to_ship(moment))
    )


def _failure(moment: Moment) -> Any:
    """The newest failure per order that no label followed."""
    made = shipments.alias("made")
    followed = exists(
        select(made.c.id).where(
            made.c.order_fk == s.order_fk,
            made.c.labeled_at <= moment.now,
            or_(made.c.voided.is_(None), made.c.voided.is_(False)),
            or_(s.label_failed_at.is_(None), made.c.labeled_at >= s.label_failed_at),
        )
    )
    turn = func.row_number().over(
        partition_by=s.order_fk, order_by=(coalesce(s.label_failed_at, 0).desc(), s.shipment_id)
    )
    return (
        select(s.order_fk, s.label_error, s.carrier_key, s.label_failed_at.label("failed_at"), turn.label("turn"))
        .where(
            LABEL_ERROR,
            s.label_error != "",
            _in_use(),
            _seen(s.label_failed_at, moment),
            ~followed,
            _asked_about(s.order_fk, moment),
        )
        .subquery("failure")
    )


def _unmapped(moment: Moment) -> ColumnElement[bool]:
    """The order's shipping method stands for no carrier's service, and no label was made all the same."""
    m = ship_methods.c
    here = m.channel.in_(("", o.channel))
    known = select(m.id).where(here, or_(m.method == o.service, m.service == o.service))
    labeled = select(s.id).where(s.order_fk == o.id, s.labeled_at <= moment.now, _in_use())
    return and_(
        o.service.is_not(None),
        o.service != "",
        exists(select(m.id).where(here)),
        ~exists(known),
        ~exists(labeled),
    )


# --- CANCEL_AFTER_RELEASE ---------------------------------------------------------------------------------------------


def cancel_after_release(moment: Moment) -> Select[Any]:
    """A cancellation asked for while hands are on the order, or one that the warehouse does not know of."""
    begun, at_site, later = _begun(moment), _at_site(moment), _worked_on(moment)
    asked = and_(o.cancel_requested_at <= moment.now, not_voided(moment), unshipped(moment), begun.is_not(None))
    cancelled_at = case((o.cancelled_at <= moment.now, o.cancelled_at), else_=None)
    gone = and_(_cancelled(moment), or_(at_site.is_not(None), later.is_not(None)), _not_left(moment))
    since = case((o.cancel_requested_at > begun, o.cancel_requested_at), else_=begun)
    return select(
        *order_columns(case((asked, since), else_=coalesce(cancelled_at, o.status_since, o.placed_at))),
        case((asked, o.cancel_requested_at), else_=None).label("asked_at"),
        case((asked, begun), else_=None).label("begun_at"),
        case((asked, None), else_=cancelled_at).label("cancelled_at"),
        case((asked, None), else_=coalesce(at_site, o.location)).label("site"),
        case((asked, None), else_=later).label("worked_at"),
        o.ship_by.label("ship_by"),
    ).where(_may_be(moment), or_(asked, gone), placed(moment), own_duty())


def _may_be(moment: Moment) -> ColumnElement[bool]:
    """Orders with a cancellation, or at a warehouse; among all, each part begins at its own partial index."""
    open_ = OPEN_AT_WAREHOUSE if moment.settled else w.cancelled_at.is_(None)
    if moment.among is not None:
        there = exists(select(w.id).where(w.order_fk == o.id, open_)).correlate(orders)
        return or_(o.cancel_requested_at.is_not(None), o.cancelled_at.is_not(None), there)
    asked = select(o.id).where(o.cancel_requested_at.is_not(None)).correlate(None)
    cancelled = select(o.id).where(o.cancelled_at.is_not(None)).correlate(None)
    at_site = select(w.order_fk).where(open_)
    return o.id.in_(asked.union_all(cancelled, at_site))


def _not_left(moment: Moment) -> ColumnElement[bool]:
    """No date says that it left."""
    return and_(
        or_(o.shipped_at.is_(None), o.shipped_at > moment.now),
        or_(o.delivered_at.is_(None), o.delivered_at > moment.now),
    )


def _cancelled(moment: Moment) -> ColumnElement[bool]:
    """Cancelled on the channel by now."""
    said = or_(coalesce(o.status, "").in_(VOIDED), and_(o.status.is_(None), o.cancelled_at.is_not(None)))
    return and_(said, _seen(o.cancelled_at, moment))


def _begun(moment: Moment) -> ColumnElement[Any]:
    """When the warehouse laid hands on the order: its first such step, its label, or its record's release."""
    e = order_events.c
    stepped = select(func.min(e.occurred_at)).where(
        e.order_fk == o.id, e.code.in_(AT_THE_BENCH), e.occurred_at <= moment.now
    )
    labeled = select(func.min(s.labeled_at)).where(s.order_fk == o.id, s.labeled_at <= moment.now, _in_use())
    by_record = select(func.min(coalesce(w.released_at, w.source_time))).where(
        w.order_fk == o.id, w.status.in_(HANDS_ON), coalesce(w.released_at, w.source_time) <= moment.now
    )
    by_status = case((and_(o.status.in_(HANDS_ON), o.status_since <= moment.now), o.status_since), else_=null())
    found = [each.correlate(orders).scalar_subquery() for each in (stepped, labeled, by_record)]
    return coalesce(*found, by_status)


def _at_site(moment: Moment) -> ColumnElement[Any]:
    """A warehouse that has the order neither cancelled nor shipped."""
    return (
        select(func.min(w.location))
        .where(
            w.order_fk == o.id,
            coalesce(w.status, "").not_in(VOIDED),
            coalesce(w.status, "").not_in(codes_in(ORDER_STATUSES, "shipped")),
            or_(w.cancelled_at.is_(None), w.cancelled_at > moment.now),
            or_(w.shipped_at.is_(None), w.shipped_at > moment.now),
            _seen(w.released_at, moment),
        )
        .correlate(orders)
        .scalar_subquery()
    )


def _worked_on(moment: Moment) -> ColumnElement[Any]:
    """The newest step at the bench after the cancellation."""
    e = order_events.c
    return (
        select(func.max(e.occurred_at))
        .where(
            e.order_fk == o.id,
            e.code.in_(AT_THE_BENCH),
            e.occurred_at > o.cancelled_at,
            e.occurred_at <= moment.now,
        )
        .correlate(orders)
        .scalar_subquery()
    )
