"""What carrier scans say about the parcels they belong to."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select, update

from opsconsole.imports.writer_days import Days
from opsconsole.imports.writer_promises import stated
from opsconsole.store import dialect, schema

# Events that a carrier reports before it has the parcel in its hands.
_BEFORE_HAND_OVER = ("labeled", "voided")

SHIPMENT_DERIVED = (
    *("first_scan_at", "last_scan_at"),
    *("shipped_at", "shipped_on", "delivered_at", "delivered_on"),
    *("deliver_by", "deliver_by_on"),
)


class ScanTimes(NamedTuple):
    """First and last movement and the delivery that a tracking number's scans report."""

    first: int | None
    last: int | None
    delivered: int | None


def scan_times(conn: Connection, shipments: Sequence[Any]) -> dict[str, ScanTimes]:
    """Scan times by tracking number of the given shipments."""
    numbers = sorted({row.tracking_number for row in shipments if row.tracking_number})
    events = schema.shipment_events
    if not numbers or conn.execute(select(events.c.id).limit(1)).first() is None:
        return {}
    wanted = dialect.key_set(conn, {"number": numbers})
    moved = case((func.coalesce(events.c.code, "").not_in(_BEFORE_HAND_OVER), events.c.occurred_at))
    delivered = case((events.c.code == "delivered", events.c.occurred_at))
    statement = (
        select(events.c.tracking_number, func.min(moved), func.max(moved), func.min(delivered))
        .select_from(wanted.join(events, events.c.tracking_number == wanted.c.number))
        .group_by(events.c.tracking_number)
    )
    return {row[0]: ScanTimes(*row[1:]) for row in conn.execute(statement)}


def derived_shipment(row: Any, scans: ScanTimes | None, zone: str, days: Days) -> tuple[Any, ...]:
    """Values of ``SHIPMENT_DERIVED``, from what files and scans say; a first scan shows that the parcel left."""
    first, last, arrived = scans or ScanTimes(None, None, None)
    first_scan = _either(min, row.stated_first_scan_at, first)
    shipped = row.stated_shipped_at if row.stated_shipped_at is not None else first_scan
    delivered = row.stated_delivered_at if row.stated_delivered_at is not None else arrived
    promise = stated(row.stated_deliver_by, row.stated_deliver_by_on, zone, days)
    return (
        *(first_scan, _either(max, row.stated_last_scan_at, last)),
        *(shipped, days.of(shipped, zone), delivered, days.of(delivered, zone)),
        *(promise.limit, promise.on_day),
    )


def _either(choose: Any, one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None


def link_events(conn: Connection, order_ids: Collection[int], tracking_numbers: Collection[str]) -> set[int]:
    """Point scans at the shipments with their tracking numbers; returns the orders whose scans came or went.

    Looks at the shipments of the given orders and at the given tracking numbers.
    """
    events, shipments = schema.shipment_events, schema.shipments
    any_events = conn.execute(select(events.c.id).limit(1)).first() is not None
    touched: set[int] = set()
    for chunk in dialect.chunks(sorted(tracking_numbers)):
        numbers = dialect.key_set(conn, {"number": chunk})
        statement = select(shipments.c.order_fk).select_from(
            numbers.join(shipments, shipments.c.tracking_number == numbers.c.number)
        )
        touched.update(conn.execute(statement).scalars())
        if any_events:
            _point(conn, select(numbers.c.number))
    for chunk in dialect.chunks(sorted(order_ids)) if any_events else ():
        with dialect.id_set(conn, chunk) as ids:
            theirs = shipments.c.order_fk.in_(select(ids.c.id))
            known = shipments.c.tracking_number.is_not(None)
            _point(conn, select(shipments.c.tracking_number).where(theirs, known))
            # A shipment may have had another tracking number before.
            parcels = select(shipments.c.id).where(theirs)
            before = events.alias("before")
            _point(conn, select(before.c.tracking_number).where(before.c.shipment_fk.in_(parcels)))
    return touched


def _point(conn: Connection, numbers: Any) -> None:
    events, shipments = schema.shipment_events, schema.shipments
    # The least of a computed value: PostgreSQL would look for the least id by walking the key's index row by row.
    first = (
        select(func.min(shipments.c.id + 0)).where(shipments.c.tracking_number == events.c.tracking_number)
    ).scalar_subquery()
    conn.execute(update(events).where(events.c.tracking_number.in_(numbers)).values(shipment_fk=first))
