"""Which exceptions an incident causes: by its types, what it is about, and its time; people may decide otherwise."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select, update

from opsconsole.services.history import Event, write_events
from opsconsole.store import dialect
from opsconsole.store.schema import batches, exceptions, incident_exceptions, incidents, orders, shipments

SYSTEM = "System"
e, link = exceptions.c, incident_exceptions.c


def attached(incident: Any, now: int) -> ColumnElement[bool]:
    """Rows of ``incident_exceptions`` that hold at ``now`` for an incident's id (a value or a column)."""
    return and_(
        link.incident_fk == incident,
        link.attached_at <= now,
        or_(link.detached_at.is_(None), link.detached_at > now),
    )


def matching(incident: Row[Any], now: int, among: Any = None) -> Select[Any]:
    """Ids of the exceptions that an incident's rule takes and nobody attached or detached yet.

    ``among`` is a table of ids (None: of all).

    The condition became true between the incident's start and its end (while it lasts: now), its type is one of the
    incident's, and its site, channel, carrier and feed are those the incident names. The site is the order's where the
    exception has none; the carrier that of the order or of one of its parcels; the feed that of a feed's own exception
    or of the file that last told of the order.
    """
    until = now if incident.ends_at is None else min(now, incident.ends_at)
    known = exists().where(link.incident_fk == incident.id, link.exception_fk == e.id)
    conditions: list[ColumnElement[bool]] = [
        e.rule.in_(json.loads(incident.rules_json)),
        e.opened_at >= incident.starts_at,
        e.opened_at <= until,
        e.detected_at <= now,
        ~known,
        *_about(incident),
    ]
    if among is not None:
        conditions.append(e.id.in_(select(among.c.id)))
    return (
        select(e.id)
        .join_from(exceptions, orders, orders.c.id == e.order_fk, isouter=True)
        .where(*conditions)
        .order_by(e.id)
    )


def _about(incident: Row[Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if incident.location:
        found.append(func.coalesce(e.location, orders.c.location) == incident.location)
    if incident.channel:
        found.append(e.channel == incident.channel)
    if incident.carrier_key:
        parcel = exists().where(shipments.c.order_fk == e.order_fk, shipments.c.carrier_key == incident.carrier_key)
        charge = and_(e.subject_kind == "charge", e.subject.startswith(f"{incident.carrier_key}/", autoescape=True))
        found.append(or_(orders.c.carrier_key == incident.carrier_key, parcel, charge))
    if incident.source:
        fed = exists().where(batches.c.id == orders.c.batch_id, batches.c.source == incident.source)
        feed = or_(e.subject == incident.source, e.subject.startswith(f"{incident.source}/", autoescape=True))
        found.append(or_(and_(e.subject_kind == "feed", feed), fed))
    return found


def incidents_mark(connection: Connection, now: int) -> list[list[int]]:
    """The same for the same open incidents with as many exceptions decided on."""
    rows = connection.execute(
        select(incidents.c.id, incidents.c.version, func.count(link.exception_fk))
        .join_from(incidents, incident_exceptions, link.incident_fk == incidents.c.id, isouter=True)
        .where(incidents.c.state == "open", incidents.c.opened_at <= now)
        .group_by(incidents.c.id, incidents.c.version)
        .order_by(incidents.c.id)
    )
    return [list(row) for row in rows]


def attach_found(connection: Connection, now: int, touched: Collection[int] | None = None) -> int:
    """Attach what each open incident's rule takes; called at the end of every run of the rules. Returns how many.

    ``touched`` are the exceptions that can have become its own since (None: any).
    """
    open_ones = connection.execute(
        select(incidents).where(incidents.c.state == "open", incidents.c.opened_at <= now).order_by(incidents.c.id)
    ).all()
    if not open_ones or (touched is not None and not touched):
        return 0
    return sum(attach_matching(connection, incident, now, touched) for incident in open_ones)


def attach_matching(
    connection: Connection, incident: Row[Any], now: int, touched: Collection[int] | None = None
) -> int:
    """Attach what one incident's rule takes, of what was touched or (None) of all; returns how many."""
    if touched is None:
        ids = list(connection.execute(matching(incident, now)).scalars())
    else:
        with dialect.id_set(connection, touched) as among:
            ids = list(connection.execute(matching(incident, now, among)).scalars())
    put_on(connection, incident.id, incident.title, ids, who=SYSTEM, now=now)
    return len(ids)


def put_on(connection: Connection, incident: int, title: str, ids: Sequence[int], *, who: str, now: int) -> None:
    """Attach exceptions and say so in their history."""
    if not ids:
        return
    rows = [
        {"incident_fk": incident, "exception_fk": one, "attached_at": now, "attached_by": who, "detached_at": None}
        for one in ids
    ]
    dialect.upsert(connection, incident_exceptions, rows, ["incident_fk", "exception_fk"])
    said = f"Attached to the incident “{title}”"
    write_events(connection, [Event(one, "incident", said, {"incident": incident}) for one in ids], who=who, at=now)


def take_off(connection: Connection, incident: int, title: str, ids: Sequence[int], *, who: str, now: int) -> None:
    """Detach exceptions; the incident's rule does not take them again."""
    if not ids:
        return
    with dialect.id_set(connection, ids) as wanted:
        connection.execute(
            update(incident_exceptions)
            .where(link.incident_fk == incident, link.exception_fk.in_(select(wanted.c.id)))
            .values(detached_at=now)
        )
    said = f"Detached from the incident “{title}”"
    write_events(connection, [Event(one, "incident", said, {"incident": incident}) for one in ids], who=who, at=now)


def attached_ids(connection: Connection, incident: int, now: int) -> list[int]:
    """Ids of the exceptions attached at ``now``."""
    return list(
        connection.execute(
            select(link.exception_fk).where(attached(incident, now)).order_by(link.exception_fk)
        ).scalars()
    )
