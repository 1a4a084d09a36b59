"""An order's way as stops: what happened when, what was promised, and where it stands still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, func, select

from opsconsole.domain.evidence import promise_words
from opsconsole.domain.instants import SECOND
from opsconsole.domain.pages import Promise, TimelineStop
from opsconsole.domain.statuses import ORDER_STATUSES, PAYMENT_STATUSES
from opsconsole.store.schema import order_events, order_lines, orders, shipment_events, shipments

# The warehouse's steps in their order.
_STEPS = ("allocated", "released", "picking", "picked", "packed")
_PROMISES = {
    "ship_by": ("Ship by", "Ship-by kept", "Ship-by missed"),
    "deliver_by": ("Deliver by", "Deliver-by kept", "Deliver-by missed"),
}


@dataclass(frozen=True)
class Way:
    """Facts of an order as of a moment, None where they have not happened; ``parcels`` and ``scans`` are counts.

    ``steps`` are the instants at which the warehouse did its steps, the newest of each.
    """

    order: Mapping[str, Any]
    now: int
    zone: str
    parcels: int = 0
    scans: int = 0
    first_scan_at: int | None = None
    allocated: bool | None = None
    steps: Mapping[str, int] = field(default_factory=dict)

    def happened(self, name: str) -> int | None:
        """Instant of a fact, when it lies not after now."""
        at = self.order[name]
        return at if at is not None and at <= self.now else None

    def status_in(self, *groups: str) -> bool:
        """Whether the order's status belongs to one of the groups."""
        status = ORDER_STATUSES.get(self.order["status"] or "")
        return status is not None and any(group in status.groups for group in groups)

    def reached(self, step: str) -> bool:
        """Whether the warehouse has done a step, or one that comes after it."""
        if self.status_in("shipped") or self.happened("shipped_at") is not None:
            return True
        done = {*self.steps, self.order["status"]}
        return any(later in done for later in _STEPS[_STEPS.index(step) :])


def read_way(connection: Connection, order_fk: int, now: int, zone: str) -> Way | None:
    """The facts of an order; None when there is none."""
    order = connection.execute(select(orders).where(orders.c.id == order_fk)).mappings().first()
    if order is None:
        return None
    s, line = shipments.c, order_lines.c
    parcels, first_scan = connection.execute(
        select(func.count(), func.min(s.first_scan_at)).where(s.order_fk == order_fk, s.shipped_at <= now)
    ).one()
    scans = connection.execute(
        select(func.count())
        .select_from(shipment_events.join(shipments, shipment_events.c.shipment_fk == s.id))
        .where(s.order_fk == order_fk, shipment_events.c.occurred_at <= now)
    ).scalar_one()
    open_, covered, said = connection.execute(
        select(func.sum(line.quantity), func.sum(line.allocated_quantity), func.count(line.allocated_quantity)).where(
            line.order_fk == order_fk
        )
    ).one()
    return Way(
        dict(order),
        now,
        zone,
        parcels,
        scans,
        first_scan if first_scan is not None and first_scan <= now else None,
        None if not said else (covered or 0) >= (open_ or 0),
        _steps(connection, order_fk, now),
    )


def _steps(connection: Connection, order_fk: int, now: int) -> dict[str, int]:
    e = order_events.c
    statement = (
        select(e.code, func.max(e.occurred_at)).where(e.order_fk == order_fk, e.occurred_at <= now).group_by(e.code)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def promises(way: Way) -> dict[str, Promise]:
    """Ship-by and deliver-by with what became of them."""
    made = {}
    for key, fact, done in (("ship_by", "shipped_at", "shipped"), ("deliver_by", "delivered_at", "")):
        at = way.order[key]
        if at is None:
            continue
        happened = way.happened(fact)
        said = happened is None and (way.status_in(done) if done else way.order["status"] in ("delivered", "returned"))
        if happened is not None:
            state = "kept" if happened <= at else "missed"
        else:
            state = "to_come" if said or at >= way.now or way.status_in("voided") else "missed"
        words = dict(zip(("to_come", "kept", "missed"), _PROMISES[key], strict=True))[state]
        when = promise_words(at, way.order["time_zone"] or way.zone, now=way.now, shown_in=way.zone)
        made[key] = Promise(key, words, at, when, state, way.order[f"{key}_basis"] or "")
    return made


def stops(way: Way, blocked: str = "") -> tuple[TimelineStop, ...]:
    """Placed, paid, the warehouse's steps (where they are known), shipped, first scan (where scans come), delivered.

    ``blocked`` is the stop that an exception says does not happen; without one it is the first missed promise's.
    """
    made = promises(way)
    plain = _plain_stops(way, made, blocked)
    if not blocked:
        missed = [
            stop.key for stop in plain if stop.state == "ahead" and stop.promise and stop.promise.state == "missed"
        ]
        blocked = missed[0] if missed else ""
    keys = [stop.key for stop in plain]
    if blocked not in keys:
        blocked = next((stop.key for stop in plain if stop.state == "ahead"), "") if blocked else ""
    return tuple(_with_times(plain, blocked, way.now))


def _plain_stops(way: Way, made: Mapping[str, Promise], blocked: str) -> list[TimelineStop]:
    paid_status = PAYMENT_STATUSES.get(way.order["payment_status"] or "")
    paid = paid_status is not None and "paid" in paid_status.groups
    delivered = way.order["status"] in ("delivered", "returned")
    shipped = way.status_in("shipped")
    found = [_stop("placed", "Placed", way.happened("placed_at"), True)]
    if way.status_in("voided"):
        found.append(_stop("cancelled", "Cancelled", way.happened("cancelled_at"), True))
        return found
    found.append(_stop("paid", "Paid", way.happened("paid_at"), paid))
    found += _warehouse_stops(way, blocked)
    part = _part_shipped(way)
    found.append(
        replace(_stop("shipped", "Shipped", way.happened("shipped_at"), shipped, made.get("ship_by")), note=part)
    )
    if way.first_scan_at is not None or way.scans or blocked == "first_scan":
        scans = f"{way.scans} scans" if way.scans > 1 else ""
        found.append(replace(_stop("first_scan", "Scan", way.first_scan_at, False), note=scans))
    found.append(_stop("delivered", "Delivered", way.happened("delivered_at"), delivered, made.get("deliver_by")))
    return found


def _warehouse_stops(way: Way, blocked: str) -> list[TimelineStop]:
    """Allocated where lines or steps tell it; picked and packed where the warehouse tells its steps."""
    told = any(step in way.steps or step == way.order["status"] for step in _STEPS)
    found = []
    if way.allocated is not None or told or blocked == "allocated":
        # What has left the house was allocated, whatever its lines say.
        done = way.allocated or way.reached("allocated")
        found.append(_stop("allocated", "Allocated", way.steps.get("allocated"), done))
    for step, label in (("picked", "Picked"), ("packed", "Packed")):
        if told or blocked == step:
            found.append(_stop(step, label, way.steps.get(step), way.reached(step)))
    return found


def _stop(key: str, label: str, at: int | None, said: bool, promise: Promise | None = None) -> TimelineStop:
    return TimelineStop(key, label, at, "done" if at is not None or said else "ahead", promise=promise)


def _part_shipped(way: Way) -> str:
    shipped, ordered = way.order["quantity_shipped"], way.order["quantity_ordered"]
    if way.happened("shipped_at") is not None or not shipped or not ordered or shipped >= ordered:
        return ""
    return f"{shipped:g} of {ordered:g}"


def _with_times(plain: Sequence[TimelineStop], blocked: str, now: int) -> list[TimelineStop]:
    """Elapsed times on the links; the blocked stop counts until now."""
    timed, last = [], None
    for stop in plain:
        state, elapsed, late = stop.state, None, False
        if stop.key == blocked and state != "done":
            state, late = "blocked", True
            elapsed = None if last is None else (now - last) // SECOND
        elif stop.at is not None and last is not None and stop.at >= last:
            elapsed = (stop.at - last) // SECOND
            late = bool(stop.promise and stop.promise.state == "missed")
        if stop.at is not None:
            last = stop.at if last is None else max(last, stop.at)
        timed.append(replace(stop, state=state, elapsed=elapsed, late=late))
    return timed
