"""Which vendors' SLA events an incident excuses: those of the orders it touched, from the day it began."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from opsconsole.domain.instants import day_of
from opsconsole.services.incidents_attach import attached
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions, incident_exceptions, incidents


class Excuse(NamedTuple):
    """Why an order's events are excused: whose fault it was, the incident's title, from which local date on."""

    responsible: str
    title: str
    since_day: int


def any_excuse(connection: Connection, now: int) -> bool:
    """Whether any incident excuses anything."""
    i = incidents.c
    return connection.execute(select(i.id).where(i.excuses.is_(True), i.opened_at <= now).limit(1)).first() is not None


def excuses(connection: Connection, order_fks: Iterable[int | None], now: int, zone: str) -> dict[int, Excuse]:
    """Excuses by order as of ``now``; the earliest incident's where several excuse an order.

    Any vendor's event of a touched order is excused: what an outage holds up is late with the carrier too. Incidents
    that do not excuse (``excuses`` is decided with whose fault it is) leave every event as it is.
    """
    if not any_excuse(connection, now):
        return {}
    with dialect.id_set(connection, (fk for fk in order_fks if fk is not None)) as wanted:
        return _excuses(connection, now, zone, exceptions.c.order_fk.in_(select(wanted.c.id)))


def every_excuse(connection: Connection, now: int, zone: str) -> dict[int, Excuse]:
    """The same of all orders that an incident excuses."""
    if not any_excuse(connection, now):
        return {}
    return _excuses(connection, now, zone, exceptions.c.order_fk.is_not(None))


def _excuses(connection: Connection, now: int, zone: str, wanted: ColumnElement[bool]) -> dict[int, Excuse]:
    i, e = incidents.c, exceptions.c
    rows = connection.execute(
        select(e.order_fk, i.responsible, i.title, i.starts_at)
        .join_from(incident_exceptions, exceptions, e.id == incident_exceptions.c.exception_fk)
        .join(incidents, i.id == incident_exceptions.c.incident_fk)
        .where(wanted, attached(i.id, now), i.excuses.is_(True), i.opened_at <= now)
        .order_by(i.starts_at.desc(), i.id.desc())
    ).all()
    return {row.order_fk: Excuse(row.responsible, row.title, day_of(row.starts_at, zone)) for row in rows}
