"""Business calendars as a settings page lists and edits them: hours, holidays, own days, and which place has which."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Connection, delete, insert, select, update

from opsconsole.domain.calendar import Hours
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import day_of, day_to_date
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.services.business import business
from opsconsole.services.calendars_words import WEEKDAYS, clock, hours_words
from opsconsole.store import audit
from opsconsole.store.calendars import (
    holiday_names,
    holiday_places,
    hours_from_json,
    hours_to_json,
    public_holidays,
)
from opsconsole.store.database import Database
from opsconsole.store.schema import calendars, channels, locations, settings

_DAY_MINUTES = 24 * 60
_DEFAULT = "default_calendar"

_FIELDS = (
    Field("key", "Calendar", Kind.IDENTIFIER, width=96),
    Field("hours", "Open", stretch=True),
    Field("time_zone", "Time zone", width=140),
    Field("country", "Holidays of", missing="None", width=92),
    Field("own_days", "Own days", Kind.QUANTITY, width=80, help="Days to come on which it is closed by choice."),
    Field("next_closed_on", "Next closed", Kind.DATE, missing="None", width=96),
    Field("used_by", "Used by", missing="Nobody", width=190),
)


def list_calendars(database: Database, now: int) -> Listing:
    """All calendars: opening hours in words, holidays, own days to come, and the places that have them."""
    with database.read() as connection:
        company = business(connection, now)
        users = _users(connection)
        rows = connection.execute(select(calendars).order_by(calendars.c.key)).all()
    told = []
    for row in rows:
        today = day_of(now, row.time_zone)
        own = [day for day in json.loads(row.own_days_json) if day >= today]
        public = public_holidays(row.country, row.subdivision) if row.country else ()
        closed = {*own, *(day for day in public if day >= today)}
        told.append(
            {
                "key": row.key,
                "hours": hours_words(hours_from_json(row.hours_json)),
                "time_zone": row.time_zone,
                "country": " ".join(part for part in (row.country, row.subdivision) if part) or None,
                "own_days": len(own),
                "next_closed_on": min(closed, default=None),
                "used_by": ", ".join(users.get(row.key, ())) or None,
            }
        )
    return from_rows(_FIELDS, told, id_key="key", as_of=now, title="Calendars", time_zone=company.time_zone)


def list_closed_days(database: Database, now: int, key: str, year: int) -> Listing:
    """The days of a year on which a calendar is closed beside its weekdays: public holidays and own days."""
    with database.read() as connection:
        row = _row(connection, key)
    named: dict[int, tuple[str, str]] = {}
    if row.country:
        named = {day: (name, "holiday") for day, name in holiday_names(row.country, row.subdivision, year).items()}
    for day in json.loads(row.own_days_json):
        if day_to_date(day).year == year:
            named.setdefault(day, ("Closed by choice", "own"))
    fields = (
        Field("on_day", "Day", Kind.DATE),
        Field("name", "Why", stretch=True),
        Field("kind", "Kind", Kind.STATUS, labels=(("holiday", "Public holiday"), ("own", "Own day"))),
    )
    rows = [{"on_day": day, "name": name, "kind": kind} for day, (name, kind) in sorted(named.items())]
    return from_rows(fields, rows, id_key="on_day", as_of=now, title=f"{key}, {year}", time_zone=row.time_zone)


def list_places(database: Database, now: int) -> Listing:
    """Locations and channels with the calendar and time zone each has."""
    fields = (
        Field("label", "Place", stretch=True),
        Field("kind", "Kind", Kind.STATUS, labels=(("location", "Location"), ("channel", "Channel"))),
        Field("calendar", "Calendar", missing="The business's own"),
        Field("time_zone", "Time zone", missing="The calendar's"),
        Field("key", "Key", Kind.IDENTIFIER, hidden=True),
    )
    with database.read() as connection:
        company = business(connection, now)
        rows = [
            {"id": f"{kind} {row.key}", "kind": kind, "key": row.key, "label": row.label, "calendar": row.calendar,
             "time_zone": row.time_zone}
            for kind, table in _PLACES.items()
            for row in connection.execute(select(table).order_by(table.c.label))
        ]  # fmt: skip
    return from_rows(fields, rows, id_key="id", as_of=now, title="Places", time_zone=company.time_zone)


_PLACES: Mapping[str, Any] = {"location": locations, "channel": channels}


def countries() -> Mapping[str, Sequence[str]]:
    """Countries whose public holidays are known, with their subdivisions."""
    return holiday_places()


# --- editing ----------------------------------------------------------------------------------------------------------


def set_calendar(
    database: Database,
    key: str,
    *,
    time_zone: str,
    hours: Mapping[int, Hours],
    country: str | None = None,
    subdivision: str | None = None,
    who: str,
    now: int,
) -> Change:
    """Make a calendar or change it; ``hours`` per weekday (0 Monday) are spans of minutes after midnight.

    UserError for an unknown time zone, country or subdivision, and for hours that overlap or never open.
    """
    name = key.strip()
    if not name:
        raise UserError("A calendar needs a name.", "Name it after the place it is for.")
    values = {
        "time_zone": _checked_zone(time_zone),
        "hours_json": hours_to_json(_checked_hours(hours)),
        **_checked_country(country, subdivision),
    }
    with database.write() as connection:
        known = connection.execute(select(calendars).where(calendars.c.key == name)).first()
        if known is None:
            connection.execute(insert(calendars).values(key=name, own_days_json="[]", **values))
        else:
            connection.execute(update(calendars).where(calendars.c.key == name).values(**values))
        before = {column: getattr(known, column) for column in values} if known else None
        _record(connection, name, {"before": before, "after": values}, who, now)
    return Change(f"Calendar {name} {'changed' if known else 'made'}: {hours_words(hours)}")


def set_own_days(
    database: Database, key: str, *, close: Sequence[int] = (), open: Sequence[int] = (), who: str, now: int
) -> Change:
    """Close a calendar on local dates, or end what closed it there (public holidays stay closed)."""
    with database.write() as connection:
        row = _row(connection, key)
        before = set(json.loads(row.own_days_json))
        missing = set(open) - before
        if missing:
            day = day_to_date(min(missing))
            raise UserError(f"{key} is not closed by choice on {day:%d %b %Y}.", "Public holidays follow its country.")
        after = sorted((before | set(close)) - set(open))
        connection.execute(update(calendars).where(calendars.c.key == key).values(own_days_json=json.dumps(after)))
        _record(connection, key, {"closed": sorted(close), "opened": sorted(open)}, who, now)
    return Change(f"Calendar {key}: {len(after)} own closed days")


def remove_calendar(database: Database, key: str, *, who: str, now: int) -> Change:
    """Remove a calendar that no place has; UserError names those that do."""
    with database.write() as connection:
        row = _row(connection, key)
        used = _users(connection).get(key)
        if used:
            raise UserError(f"{key} is the calendar of {', '.join(used)}.", "Give them another one first.")
        connection.execute(delete(calendars).where(calendars.c.key == key))
        _record(connection, key, {"before": dict(row._mapping), "after": None}, who, now)
    return Change(f"Calendar {key} removed")


def assign_calendar(database: Database, kind: str, place: str, calendar: str | None, *, who: str, now: int) -> Change:
    """Give a location or a channel a calendar; None: the business's own."""
    table = _PLACES.get(kind)
    if table is None:
        raise UserError(f"“{kind}” has no calendar.", "Choose location or channel.")
    with database.write() as connection:
        row = connection.execute(select(table).where(table.c.key == place)).first()
        if row is None:
            raise UserError(f"There is no {kind} “{place}”.", f"Look at the list of {kind}s.")
        if calendar is not None:
            _row(connection, calendar)
        connection.execute(update(table).where(table.c.key == place).values(calendar=calendar))
        detail = {"place": f"{kind} {place}", "before": row.calendar, "after": calendar}
        _record(connection, calendar or "", detail, who, now)
    return Change(f"{row.label} works by {calendar or 'the calendar of the business'}")


def _record(connection: Connection, key: str, detail: Mapping[str, Any], who: str, now: int) -> None:
    audit.record(connection, who=who, action="calendar", subject=key, detail=detail, at=now)


def _row(connection: Connection, key: str) -> Any:
    row = connection.execute(select(calendars).where(calendars.c.key == key)).first()
    if row is None:
        raise UserError(f"There is no calendar “{key}”.", "Look at the list of calendars.")
    return row


def _users(connection: Connection) -> dict[str, list[str]]:
    used: dict[str, list[str]] = defaultdict(list)
    for table in _PLACES.values():
        for row in connection.execute(
            select(table.c.label, table.c.calendar).where(table.c.calendar.is_not(None)).order_by(table.c.label)
        ):
            used[row.calendar].append(row.label)
    chosen = connection.execute(
        select(settings.c.value_json).where(settings.c.key == _DEFAULT).order_by(settings.c.valid_from.desc()).limit(1)
    ).scalar()
    if chosen and json.loads(chosen):
        used[json.loads(chosen)].append("the business")
    return used


def _checked_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise UserError(f"“{zone}” is not a time zone.", "Write one as in America/New_York.")
    return zone


def _checked_country(country: str | None, subdivision: str | None) -> dict[str, str | None]:
    name, part = (country or "").strip().upper() or None, (subdivision or "").strip().upper() or None
    if name is None:
        if part is not None:
            raise UserError("A subdivision needs its country.", "Name the country too.")
        return {"country": None, "subdivision": None}
    known = holiday_places()
    if name not in known:
        raise UserError(f"The holidays of “{country}” are not known.", "Write a country as in US, or leave it empty.")
    if part is not None and part not in known[name]:
        raise UserError(f"{name} has no subdivision “{subdivision}”.", f"It has {', '.join(known[name]) or 'none'}.")
    return {"country": name, "subdivision": part}


def _checked_hours(hours: Mapping[int, Hours]) -> dict[int, Hours]:
    checked: dict[int, Hours] = {}
    for day, spans in hours.items():
        if day not in range(7):
            raise UserError(f"There is no weekday {day}.", "0 is Monday, 6 is Sunday.")
        end = 0
        for opens, closes in sorted(spans):
            if not 0 <= opens < closes <= _DAY_MINUTES:
                raise UserError(
                    f"{WEEKDAYS[day]} cannot be open {clock(opens)}–{clock(closes)}.",
                    "Hours lie between 0:00 and 24:00 and end after they begin; past midnight they go on the next day.",
                )
            if opens < end:
                raise UserError(f"{WEEKDAYS[day]}: hours overlap at {clock(opens)}.", "Write them one after another.")
            end = closes
        if spans:
            checked[day] = tuple(sorted((int(opens), int(closes)) for opens, closes in spans))
    if not checked:
        raise UserError("A calendar must be open at some time of the week.", "Its clocks would never end.")
    return checked
