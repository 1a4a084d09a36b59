"""Incidents as of a moment: the list, the page of one, the rows behind its figures, and the orders it touched."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.incidents import INCIDENT_KINDS, INCIDENT_STATES, PARTIES, SUBJECTS, IncidentPage, Touch
from opsconsole.domain.instants import SECOND
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.pages import IncidentMark, RunbookStep
from opsconsole.domain.statuses import labels
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.services import runbooks
from opsconsole.services.business import business
from opsconsole.services.incidents_attach import attached
from opsconsole.services.incidents_figures import figures, first_exceptions, rows_behind
from opsconsole.services.incidents_history import history
from opsconsole.services.incidents_values import SUBJECT_NAMES, about_words
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, exceptions, incident_exceptions, incident_ticks, incidents, vendors

i, link, e = incidents.c, incident_exceptions.c, exceptions.c

# Exceptions that the page of an incident names; the others are behind its figures.
_SHOWN = 8
_KIND_LABELS = tuple((kind.code, kind.label) for kind in INCIDENT_KINDS.values())
_FIELDS = (
    Field("state", "State", Kind.STATUS, labels=labels(dict(INCIDENT_STATES)), width=64),
    Field("number", "No.", Kind.IDENTIFIER, width=44, help="What to name on the command line."),
    Field("title", "Incident", stretch=True, total=Total.COUNT, total_words="incidents"),
    Field("kind", "Kind", Kind.STATUS, labels=_KIND_LABELS, width=132, hidden=True),
    Field("started", "Started", Kind.INSTANT, width=146),
    Field("lasts", "Lasts", Kind.DURATION, width=80, help="Until its end; while it has none: until now."),
    Field("exceptions", "Exceptions", Kind.QUANTITY, width=90, total=Total.SUM, help="Attached, open and closed."),
    Field("orders", "Orders", Kind.QUANTITY, width=70, help="Touched, each once per incident."),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", width=104, total=Total.SUM,
          help="Of each order touched the largest value at risk of its attached exceptions that are open now."),
    Field("responsible", "Fault", Kind.STATUS, labels=PARTIES, width=104),
    Field("excuses", "Excuses SLA", Kind.FLAG, hidden=True, help="Whether it excuses the vendor's SLA events."),
    Field("location", "Site", missing="Any", hidden=True),
    Field("carrier_key", "Carrier", missing="Any", hidden=True),
    Field("channel", "Channel", missing="Any", hidden=True),
    Field("source", "Feed", missing="Any", hidden=True),
    Field("order_value", "Value of the orders", Kind.MONEY, currency="currency", hidden=True, total=Total.SUM),
    Field("ends_at", "Ended", Kind.INSTANT, missing="Lasts", hidden=True),
    Field("opened_by", "Opened by", hidden=True),
    Field("opened_at", "Opened", Kind.INSTANT, hidden=True),
    Field("closed_by", "Closed by", missing="Nobody", hidden=True),
    Field("closed_at", "Closed", Kind.INSTANT, missing="Open", hidden=True),
    Field("summary", "Summary", missing="None", hidden=True),
    Field("currency", "Currency", hidden=True),
    Field("version", "Version", Kind.QUANTITY, hidden=True, help="What a change must name to be written."),
)  # fmt: skip


def list_incidents(database: Database, now: int, *, state: str = "all") -> Listing:
    """Incidents opened by ``now``, open ones first, then the newest; ``state`` is open, closed or all.

    Money is in minor units of the base currency.
    """
    if state not in ("open", "closed", "all"):
        raise UserError(f"“{state}” is no state of an incident.", "Choose open, closed or all.")
    with database.read() as connection:
        company = business(connection, now)
        rows = connection.execute(select(incidents).where(i.opened_at <= now).order_by(i.starts_at.desc(), i.id)).all()
        told = [_row(connection, row, now, company.base_currency) for row in rows]
    if state != "all":
        told = [row for row in told if row["state"] == state]
    told.sort(key=lambda row: row["state"] != "open")
    return from_rows(_FIELDS, told, id_key="id", as_of=now, title="Incidents", time_zone=company.time_zone)


def _row(connection: Connection, row: Row[Any], now: int, currency: str) -> dict[str, Any]:
    found = {figure.key: figure.value for figure in figures(connection, row, now)}
    names = _names(connection)
    until = now if row.ends_at is None else min(now, row.ends_at)
    return {
        **row._mapping,
        "number": str(row.id),
        "state": _state(row, now),
        "started": row.starts_at,
        "lasts": max(0, until - row.starts_at) // SECOND,
        "excuses": bool(row.excuses),
        **{name: names[name].get(getattr(row, name), getattr(row, name)) for name in SUBJECT_NAMES},
        **found,
        "currency": currency,
    }


def _names(connection: Connection) -> dict[str, Mapping[Any, str]]:
    return {
        "location": location_names(connection),
        "carrier_key": vendor_names(connection),
        "channel": channel_names(connection),
        "source": dict(connection.execute(select(batches.c.source, batches.c.source_label)).all()),
    }


def _state(row: Any, now: int) -> str:
    return "closed" if row.closed_at is not None and row.closed_at <= now else "open"


def open_count(connection: Connection, now: int) -> int:
    """How many incidents are open."""
    open_then = (i.closed_at.is_(None)) | (i.closed_at > now)
    return int(
        connection.execute(
            select(func.count()).select_from(incidents).where(i.opened_at <= now, open_then)
        ).scalar_one()
    )


# --- one incident -----------------------------------------------------------------------------------------------------


def incident_page(database: Database, now: int, incident: int) -> IncidentPage:
    """Everything about one incident as of ``now``; UserError when there is none with this number."""
    with database.read() as connection:
        row = _found(connection, incident, now)
        zone = business(connection, now).time_zone
        about = about_words(connection, row)
        labels_of = dict(SUBJECTS)
        return IncidentPage(
            id=row.id,
            version=row.version,
            kind=row.kind,
            kind_label=INCIDENT_KINDS[row.kind].label if row.kind in INCIDENT_KINDS else row.kind,
            title=row.title,
            state=_state(row, now),
            about=tuple((labels_of[name], said) for name, said in about.items()),
            responsible=row.responsible,
            excuses=bool(row.excuses),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            closed_by=row.closed_by or "",
            closed_at=row.closed_at,
            summary=row.summary or "",
            types=tuple((code, BY_CODE[code].label) for code in json.loads(row.rules_json) if code in BY_CODE),
            figures=figures(connection, row, now),
            playbook=_playbook(connection, row, about, now, zone),
            history=history(connection, row.id, now),
            exceptions=first_exceptions(connection, row, now, _SHOWN),
            as_of=now,
            time_zone=zone,
        )


def incident_rows(database: Database, now: int, incident: int, figure: str) -> Listing:
    """The rows behind a figure of an incident (a key of ``incidents_figures.DEFINITIONS``)."""
    with database.read() as connection:
        return rows_behind(connection, _found(connection, incident, now), figure, now)


def _found(connection: Connection, incident: int, now: int) -> Row[Any]:
    row = connection.execute(select(incidents).where(i.id == incident, i.opened_at <= now)).first()
    if row is None:
        raise UserError(f"There is no incident {incident}.", "Look at the list of incidents.")
    return row


def _playbook(
    connection: Connection, row: Row[Any], about: Mapping[str, str], now: int, zone: str
) -> tuple[RunbookStep, ...]:
    values = {"carrier" if name == "carrier_key" else name: said for name, said in about.items()}
    ticks = connection.execute(
        select(incident_ticks).where(incident_ticks.c.incident_fk == row.id, incident_ticks.c.at <= now)
    )
    return runbooks.in_words(runbooks.playbook_of(connection, row.kind, now), ticks, values, now, zone)


# --- what others ask --------------------------------------------------------------------------------------------------


def touching(connection: Connection, order_fks: Iterable[int], now: int | None = None) -> list[Touch]:
    """Incidents that orders were touched by, oldest first: those with an exception of the order attached.

    ``now`` leaves out what was opened or attached later.
    """
    moment = now if now is not None else 2**62
    with dialect.id_set(connection, order_fks) as wanted:
        rows = connection.execute(
            select(e.order_fk, i.id, i.kind, i.title, i.starts_at, i.ends_at, i.closed_at)
            .join_from(incident_exceptions, exceptions, e.id == link.exception_fk)
            .join(incidents, i.id == link.incident_fk)
            .where(e.order_fk.in_(select(wanted.c.id)), attached(i.id, moment), i.opened_at <= moment)
            .distinct()
            .order_by(e.order_fk, i.starts_at, i.id)
        ).all()
    return [
        Touch(row.order_fk, row.id, row.kind, row.title, _state(row, moment), row.starts_at, row.ends_at)
        for row in rows
    ]


def marks(connection: Connection, order_fk: int, now: int) -> tuple[IncidentMark, ...]:
    """Incidents that touched an order, for its timeline."""
    return tuple(
        IncidentMark(touch.incident, touch.title, touch.starts_at, touch.ends_at)
        for touch in touching(connection, [order_fk], now)
    )


def choices(database: Database) -> dict[str, tuple[tuple[str, str], ...]]:
    """What an incident can be about, for a question: pairs of key and words per column of ``SUBJECTS``, and types."""
    with database.read() as connection:
        names = _names(connection)
        carriers = connection.execute(
            select(vendors.c.key).where(vendors.c.kind.in_(("parcel_carrier", "parcel", "ltl_carrier", "ltl")))
        ).scalars().all()  # fmt: skip
    names["carrier_key"] = {key: names["carrier_key"][key] for key in carriers} or names["carrier_key"]
    found = {
        name: tuple(sorted(((str(key), said) for key, said in of.items() if key), key=lambda pair: pair[1].lower()))
        for name, of in names.items()
    }
    found["types"] = tuple((rule.code, rule.label) for rule in RULES)
    return found
