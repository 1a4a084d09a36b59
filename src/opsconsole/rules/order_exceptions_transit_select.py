"""Which parcels on their way are in trouble: no scan, no movement, an exception, a return to the sender."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, text, union_all
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import SECOND
from opsconsole.domain.scans import scan_label, scans_in
from opsconsole.rules.order_exceptions_conditions import (
    from_known_channels,
    not_voided,
    o,
    order_columns,
    order_subject,
    own_duty,
    placed,
    undelivered,
    widened,
    within,
)
from opsconsole.rules.rule import Moment, Row
from opsconsole.store.schema import orders, shipment_events, shipments
from opsconsole.store.schema.orders import PROBLEM

s = shipments.c
scan = shipment_events.c
STOPPED = scans_in("exception", "failed")
BACK = scans_in("returned")
# Neither before the hand-over nor a word about trouble: the parcel moved. A code that is not known counts.
_STILL = scans_in("before", "problem")
# What ends an exception: a movement, the delivery, the way back.
_NO_END = (*scans_in("before", "customs"), *STOPPED)


# --- parcels ----------------------------------------------------------------------------------------------------------


def parcel_columns(opened_at: Any, value: Any = None, currency: Any = None) -> list[ColumnElement[Any]]:
    """The columns of a rule about shipments; the location is the parcel's, else its order's."""
    plain = order_columns(opened_at, value, subject=order_subject() + "/" + s.shipment_id)
    own = {"location": coalesce(s.location, o.location)} | ({} if currency is None else {"currency": currency})
    return [
        *(own[column.name].label(column.name) if column.name in own else column for column in plain),
        s.shipment_id.label("shipment"),
        s.tracking_number.label("tracking"),
        s.carrier_key.label("carrier"),
        coalesce(s.service, o.service).label("service"),
    ]


def moving(moment: Moment) -> ColumnElement[bool]:
    """A parcel that was not taken back and has not arrived anywhere."""
    there = coalesce(s.status, "")
    plain = and_(s.delivered_at.is_(None), there.not_in(("voided", "returned", "delivered")))
    arrives = plain if moment.settled else or_(plain, and_(s.delivered_at > moment.now, there != "voided"))
    return and_(or_(s.voided.is_(None), s.voided.is_(False)), arrives)


def of_open_orders(moment: Moment) -> ColumnElement[bool]:
    """The order of the parcel is ours to deliver and still waits for it."""
    return and_(undelivered(moment), not_voided(moment), placed(moment), own_duty())


def asked_about(moment: Moment) -> ColumnElement[bool] | None:
    """Parcels of the orders asked about; None when all are."""
    return None if moment.among is None else s.order_fk.in_(select(moment.among.c.id))


def troubled(moment: Moment) -> ColumnElement[bool]:
    """Parcels whose scans tell of trouble, or, among few orders, those orders' parcels: either way few."""
    asked = asked_about(moment)
    return (
        s.tracking_number.in_(select(scan.tracking_number).where(text(f"shipment_events.{PROBLEM}")))
        if (asked is None)
        else asked
    )


def troubled_or(moment: Moment, status: str) -> ColumnElement[bool]:
    """The same, and those that a file says are in trouble."""
    return troubled(moment) if moment.among is not None else or_(troubled(moment), s.status == status)


def first_unanswered(moment: Moment, codes: Sequence[str], no_end: Sequence[str]) -> ColumnElement[Any]:
    """When the carrier first reported one of the codes with nothing after it; codes in ``no_end`` are nothing."""
    said, after = shipment_events.alias("said"), shipment_events.alias("after")
    ended = exists(
        select(after.c.id).where(
            after.c.tracking_number == said.c.tracking_number,
            after.c.occurred_at > said.c.occurred_at,
            after.c.occurred_at <= moment.now,
            coalesce(after.c.code, "").not_in(no_end),
        )
    )
    return (
        select(func.min(said.c.occurred_at))
        .where(
            said.c.tracking_number == s.tracking_number,
            said.c.code.in_(codes),
            said.c.occurred_at <= moment.now,
            ~ended,
        )
        .correlate(shipments)
        .scalar_subquery()
    )


def newest_of(moment: Moment, codes: Sequence[str], name: str) -> ColumnElement[Any]:
    """A column of the newest scan with one of the codes."""
    newest = shipment_events.alias(f"newest_{name}")
    return (
        select(newest.c[name])
        .where(
            newest.c.tracking_number == s.tracking_number,
            newest.c.code.in_(codes),
            newest.c.occurred_at <= moment.now,
        )
        .order_by(newest.c.occurred_at.desc(), newest.c.id.desc())
        .limit(1)
        .correlate(shipments)
        .scalar_subquery()
    )


def with_words(rows: Sequence[Row], _moment: Moment) -> list[Row | None]:
    """What the newest scan says: the carrier's own words, else those of its code."""
    return [{"said": scan_label(row["_code"], row["_words"]) or None} for row in rows]


def with_scans_between(first: int, last: int, codes: Sequence[str]) -> Select[Any]:
    """Orders whose parcels have a scan with one of the codes in a span of time."""
    return (
        select(s.order_fk.label("id"))
        .join_from(shipment_events, shipments, s.tracking_number == scan.tracking_number)
        .where(
            text(f"shipment_events.{PROBLEM}"),
            scan.occurred_at >= first,
            scan.occurred_at <= last,
            scan.code.in_(codes),
        )
    )


# --- NO_CARRIER_SCAN --------------------------------------------------------------------------------------------------


def no_carrier_scan(moment: Moment) -> Select[Any]:
    """Labels that no carrier has scanned, of carriers whose scans come in; working time is for the check to count.

    Without a tracking number nothing can be scanned: that is another rule's.
    """
    made = coalesce(s.labeled_at, s.shipped_at)
    scanned = shipments.alias("scanned")
    tells = exists(
        select(scanned.c.id).where(scanned.c.carrier_key == s.carrier_key, scanned.c.first_scan_at.is_not(None))
    )
    return (
        select(
            *parcel_columns(made),
            made.label("labeled_at"),
            o.ship_by.label("ship_by"),
        )
        .join_from(shipments, orders, o.id == s.order_fk)
        .where(
            unscanned(moment),
            made < moment.ago("hours"),
            coalesce(s.tracking_number, "") != "",
            coalesce(s.status, "").not_in(("in_transit", "exception")),
            moving(moment),
            or_(s.carrier_key.is_(None), tells),
            of_open_orders(moment),
        )
    )


def unscanned(moment: Moment) -> ColumnElement[bool]:
    """Not scanned by the carrier, and not delivered."""
    plain = and_(s.first_scan_at.is_(None), s.delivered_at.is_(None))
    if moment.settled:
        return plain
    return and_(
        or_(s.first_scan_at.is_(None), s.first_scan_at > moment.now),
        or_(s.delivered_at.is_(None), s.delivered_at > moment.now),
    )


def unscanned_for_long(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Only labels whose waiting time has passed while the place was open."""
    seconds = moment.span("hours") / SECOND
    found: list[Row | None] = []
    for row in rows:
        due = moment.clocks.add(row["labeled_at"], seconds, row["location"], row["channel"])
        found.append({"opened_at": due} if due < moment.now else None)
    return found


def no_carrier_scan_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a label whose waiting time ran out, at one place or another."""
    waits = select(s.order_fk.label("id")).where(unscanned(moment))
    labeled = [waits.where(span) for span in within(s.labeled_at, moment)]
    shipped = [waits.where(s.labeled_at.is_(None), span) for span in within(s.shipped_at, moment)]
    every = union_all(*labeled, *shipped).subquery("every")
    return select(every.c.id)


def no_carrier_scan_spans(moment: Moment, since: int) -> list[tuple[int, int]]:
    """When the waiting time that ran out since began."""
    return widened(moment.clocks.starts(moment.span("hours") / SECOND, since, moment.now))


def of_new_carriers(changed: Any) -> Select[Any]:
    """Orders with a label of carriers of whose scans only the changed ones know, or knew: it may be told of now.

    Each carrier is asked about once: after a first large import all of its parcels are changed ones.
    """
    parcels, other = shipments.alias("parcels"), shipments.alias("other")
    mine = select(changed.c.id)
    of_changed = select(parcels.c.carrier_key).where(parcels.c.order_fk.in_(mine)).distinct()
    theirs = of_changed.cte("carriers").prefix_with("MATERIALIZED")
    told = exists(
        select(other.c.id).where(
            other.c.carrier_key == theirs.c.carrier_key,
            other.c.first_scan_at.is_not(None),
            other.c.order_fk.not_in(mine),
        )
    )
    lonely = select(theirs.c.carrier_key).where(~told)
    waits = (s.first_scan_at.is_(None), s.delivered_at.is_(None))
    return select(s.order_fk.label("id")).where(*waits, s.carrier_key.in_(lonely))


# --- STALLED_IN_TRANSIT -----------------------------------------------------------------------------------------------


def stalled_in_transit(moment: Moment) -> Select[Any]:
    """Parcels that the carrier has, and that have not moved for longer than the limit."""
    quiet = _quiet(moment)
    return (
        select(
            *parcel_columns(quiet.c.moved_at + moment.span("hours")),
            quiet.c.moved_at.label("moved_at"),
            s.shipped_at.label("shipped_at"),
            o.deliver_by.label("deliver_by"),
            newest_of(moment, scans_in("movement"), "place").label("place"),
        )
        .join_from(quiet, shipments, s.id == quiet.c.id)
        .join(orders, o.id == s.order_fk)
        .where(quiet.c.moved_at < moment.ago("hours"), from_known_channels(moment), of_open_orders(moment))
    )


def _quiet(moment: Moment) -> Any:
    """Parcels under way with their newest movement; those that plainly moved of late are left out."""
    back = shipment_events.alias("back")
    goes_back = exists(
        select(back.c.id).where(
            back.c.tracking_number == s.tracking_number, back.c.code.in_(BACK), back.c.occurred_at <= moment.now
        )
    )
    conditions = [s.first_scan_at < moment.ago("hours"), moving(moment), ~goes_back]
    asked = asked_about(moment)
    if asked is not None:
        conditions.append(asked)
    elif moment.settled:
        conditions.append(or_(s.last_scan_at < moment.ago("hours"), troubled(moment)))
    return (
        select(s.id, newest_movement(moment).label("moved_at"))
        .where(*conditions)
        .cte("quiet")
        .prefix_with("MATERIALIZED")
    )


def newest_movement(moment: Moment) -> ColumnElement[Any]:
    """When the parcel last moved: by its scans, or by what files say of it where that is later."""
    moved = shipment_events.alias("moved")
    scanned = (
        select(func.max(moved.c.occurred_at))
        .where(
            moved.c.tracking_number == s.tracking_number,
            coalesce(moved.c.code, "").not_in(_STILL),
            moved.c.occurred_at <= moment.now,
        )
        .correlate(shipments)
        .scalar_subquery()
    )
    told = coalesce(_past(s.stated_last_scan_at, moment), _past(s.stated_first_scan_at, moment))
    return case((scanned >= coalesce(told, 0), scanned), else_=told)


def _past(column: Any, moment: Moment) -> ColumnElement[Any]:
    return case((column <= moment.now, column), else_=None)


def stalled_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a parcel whose last scan is as old as the limit, or that moved then and has told of trouble since."""
    late = moment.span("hours")
    first, last = since - late, moment.now - late
    plainly = select(s.order_fk.label("id")).where(moving(moment), s.last_scan_at >= first, s.last_scan_at < last)
    then = shipment_events.alias("then")
    scanned = exists(
        select(then.c.id).where(
            then.c.tracking_number == s.tracking_number, then.c.occurred_at >= first, then.c.occurred_at < last
        )
    )
    told = (and_(at >= first, at < last) for at in (s.first_scan_at, s.stated_first_scan_at, s.stated_last_scan_at))
    troubled_since = with_scans_between(first, moment.now, scans_in("problem"))
    troubled_since = troubled_since.where(moving(moment), s.first_scan_at < last, or_(*told, scanned))
    both = plainly.union(troubled_since).subquery("both")
    return select(both.c.id)


# --- DELIVERY_EXCEPTION -----------------------------------------------------------------------------------------------


def delivery_exception(moment: Moment) -> Select[Any]:
    """Parcels with an exception or a failed attempt that nothing has followed for longer than the limit."""
    stopped = _stopped(moment)
    attempts = shipment_events.alias("attempts")
    failed = (
        select(func.nullif(func.count(), 0))
        .where(
            attempts.c.tracking_number == s.tracking_number,
            attempts.c.code.in_(scans_in("failed")),
            attempts.c.occurred_at <= moment.now,
        )
        .correlate(shipments)
        .scalar_subquery()
    )
    return (
        select(
            *parcel_columns(stopped.c.reported_at + moment.span("hours")),
            stopped.c.reported_at.label("reported_at"),
            o.deliver_by.label("deliver_by"),
            failed.label("attempts"),
            newest_of(moment, STOPPED, "place").label("place"),
            newest_of(moment, STOPPED, "code").label("_code"),
            newest_of(moment, STOPPED, "description").label("_words"),
        )
        .join_from(stopped, shipments, s.id == stopped.c.id)
        .join(orders, o.id == s.order_fk)
        .where(stopped.c.reported_at < moment.ago("hours"), of_open_orders(moment))
    )


def _stopped(moment: Moment) -> Any:
    """Parcels with the instant of their unanswered exception; by their status alone where no scans come."""
    scanned = exists(select(scan.id).where(scan.tracking_number == s.tracking_number)).correlate(shipments)
    told = case((and_(s.status == "exception", ~scanned), coalesce(s.last_scan_at, s.shipped_at)), else_=None)
    reported = coalesce(first_unanswered(moment, STOPPED, _NO_END), _past(told, moment))
    return (
        select(s.id, reported.label("reported_at"))
        .where(moving(moment), troubled_or(moment, "exception"))
        .cte("stopped")
        .prefix_with("MATERIALIZED")
    )


def delivery_exception_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with an exception that is as old as the limit."""
    late = moment.span("hours")
    first, last = since - late, moment.now - late
    said = select(s.order_fk.label("id")).where(s.delivered_at.is_(None), s.status == "exception")
    scanned = said.where(s.last_scan_at >= first, s.last_scan_at <= last)
    unscanned = said.where(coalesce(s.last_scan_at, 0) == 0, s.shipped_at >= first, s.shipped_at <= last)
    every = with_scans_between(first, last, STOPPED).union_all(scanned, unscanned).subquery("every")
    return select(every.c.id)
