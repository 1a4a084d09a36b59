"""Cut-offs and pickups of carriers' services by location: listed, set from a date on, ended."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import day_of, day_to_date
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.services.business import business
from opsconsole.services.calendars import Clocks
from opsconsole.services.calendars_words import WEEKDAYS, clock
from opsconsole.services.names import location_names, vendor_names
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import cut_offs, locations, vendors

_DAY_MINUTES = 24 * 60

_FIELDS = (
    Field("place", "Location"),
    Field("carrier", "Carrier", missing="Every carrier"),
    Field("service", "Service", missing="Every service"),
    Field("weekday", "Day", missing="Every open day"),
    Field("cut_off", "Cut-off"),
    Field("pickup", "Pickup", missing="Not known"),
    Field("next_cut_off_at", "Next cut-off", Kind.INSTANT, missing="None"),
    Field("valid_from", "Since", Kind.DATE),
    Field("valid_to", "Until", Kind.DATE, missing="Further notice"),
    Field("note", "Note", missing="None", hidden=True),
    Field("location", "Location key", Kind.IDENTIFIER, hidden=True),
)


def list_cut_offs(database: Database, now: int, *, ended: bool = False) -> Listing:
    """Cut-offs in force or to come; with ``ended`` those that are over too. ids are their numbers."""
    c = cut_offs.c
    with database.read() as connection:
        company = business(connection, now)
        clocks = Clocks(connection, now)
        sites, carriers = location_names(connection), vendor_names(connection)
        rows = connection.execute(select(cut_offs).order_by(c.location, c.carrier_key, c.service, c.weekday)).all()
    told = [
        {
            "id": row.id,
            "place": sites.get(row.location, row.location),
            "location": row.location,
            "carrier": carriers.get(row.carrier_key, row.carrier_key) if row.carrier_key else None,
            "service": row.service or None,
            "weekday": None if row.weekday is None else WEEKDAYS[row.weekday],
            "cut_off": clock(row.cut_off_minute),
            "pickup": None if row.pickup_minute is None else clock(row.pickup_minute),
            "next_cut_off_at": clocks.cut_off(now, row.location, row.carrier_key or None, row.service or None),
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "note": row.note,
        }
        for row in rows
        if ended or row.valid_to is None or row.valid_to >= company.today
    ]
    return from_rows(_FIELDS, told, id_key="id", as_of=now, title="Cut-offs", time_zone=company.time_zone)


def carriers(database: Database) -> tuple[tuple[str, str], ...]:
    """Carriers by key and name."""
    v = vendors.c
    with database.read() as connection:
        rows = connection.execute(
            select(v.key, v.name).where(v.kind.in_(("parcel_carrier", "ltl_carrier"))).order_by(v.name, v.key)
        )
        return tuple((row.key, row.name or row.key) for row in rows)


def set_cut_off(
    database: Database,
    location: str,
    *,
    cut_off_minute: int,
    pickup_minute: int | None = None,
    carrier: str = "",
    service: str = "",
    weekday: int | None = None,
    valid_from: int | None = None,
    note: str = "",
    who: str,
    now: int,
) -> Change:
    """Set a cut-off from a local date (today) on; the one before it for the same service and day ends the day before.

    Minutes are after midnight of the location's local day. UserError says what cannot be.
    """
    _check(cut_off_minute, pickup_minute, weekday)
    c = cut_offs.c
    with database.write() as connection:
        today = _today(connection, location, now)
        begins = today if valid_from is None else valid_from
        if begins < today:
            raise UserError("A cut-off cannot hold from a day that is over.", "Choose today or a later day.")
        same = (
            (c.location == location) & (c.carrier_key == carrier) & (c.service == service)
            & (c.weekday.is_(None) if weekday is None else c.weekday == weekday)
        )  # fmt: skip
        connection.execute(
            update(cut_offs)
            .where(same, c.valid_from < begins, c.valid_to.is_(None) | (c.valid_to >= begins))
            .values(valid_to=begins - 1)
        )
        connection.execute(cut_offs.delete().where(same, c.valid_from == begins))
        row = {
            "location": location, "carrier_key": carrier, "service": service, "weekday": weekday,
            "cut_off_minute": cut_off_minute, "pickup_minute": pickup_minute, "valid_from": begins,
            "note": note or None,
        }  # fmt: skip
        connection.execute(insert(cut_offs).values(**row))
        audit.record(connection, who=who, action="cut_off", subject=location, detail=row, at=now)
    what = " ".join(part for part in (carrier, service) if part) or "every carrier"
    return Change(f"Cut-off of {what} at {location}: {clock(cut_off_minute)} from {day_to_date(begins):%d %b %Y} on")


def end_cut_off(database: Database, cut_off: int, *, who: str, now: int) -> Change:
    """End a cut-off with yesterday."""
    with database.write() as connection:
        row: Any = connection.execute(select(cut_offs).where(cut_offs.c.id == cut_off)).first()
        if row is None:
            raise UserError("That cut-off is gone.", "Look at the list of cut-offs.")
        yesterday = _today(connection, row.location, now) - 1
        if row.valid_from > yesterday:
            connection.execute(cut_offs.delete().where(cut_offs.c.id == cut_off))
        else:
            connection.execute(update(cut_offs).where(cut_offs.c.id == cut_off).values(valid_to=yesterday))
        detail = {"id": cut_off, "ended": yesterday, "cut_off_minute": row.cut_off_minute}
        audit.record(connection, who=who, action="cut_off", subject=row.location, detail=detail, at=now)
    return Change(f"Cut-off {clock(row.cut_off_minute)} at {row.location} ended")


def _today(connection: Connection, location: str, now: int) -> int:
    known = connection.execute(select(locations.c.key).where(locations.c.key == location)).first()
    if known is None:
        raise UserError(f"There is no location “{location}”.", "Look at the list of locations.")
    return day_of(now, Clocks(connection, now).of(location, None).calendar.time_zone)


def _check(cut_off: int, pickup: int | None, weekday: int | None) -> None:
    for name, minute in (("cut-off", cut_off), ("pickup", pickup)):
        if minute is not None and not 0 <= minute < _DAY_MINUTES:
            raise UserError(f"A {name} lies between 0:00 and 23:59.", "Give it in minutes after midnight.")
    if pickup is not None and pickup < cut_off:
        raise UserError("The carrier cannot come before the cut-off.", "Let the pickup follow the cut-off.")
    if weekday is not None and weekday not in range(7):
        raise UserError(f"There is no weekday {weekday}.", "0 is Monday, 6 is Sunday.")
