"""Business calendars as the database keeps them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain.calendar import NINE_TO_FIVE, BusinessCalendar, Hours
from opsconsole.domain.instants import day_from_date
from opsconsole.store.schema import calendars, cut_offs

_HOLIDAY_YEARS = range(2010, 2041)


def hours_to_json(hours: Mapping[int, Hours]) -> str:
    """Opening spans per weekday as stored: ``{"0": [[540, 1020]]}``, minutes after midnight."""
    return json.dumps({str(day): [list(span) for span in spans] for day, spans in sorted(hours.items())})


def hours_from_json(words: str) -> dict[int, Hours]:
    """Opening spans per weekday; see ``hours_to_json``."""
    read = json.loads(words)
    return {int(day): tuple((int(opens), int(closes)) for opens, closes in spans) for day, spans in read.items()}


def load_calendars(conn: Connection) -> dict[str, BusinessCalendar]:
    """All calendars by key, with the public holidays of their country and their own closed days (day numbers)."""
    found = {}
    for row in conn.execute(select(calendars)).mappings():
        closed = {int(day) for day in json.loads(row["own_days_json"])}
        if row["country"]:
            closed |= set(public_holidays(row["country"], row["subdivision"]))
        hours = hours_from_json(row["hours_json"]) or NINE_TO_FIVE
        found[row["key"]] = BusinessCalendar(row["time_zone"], hours, frozenset(closed))
    return found


@cache
def public_holidays(country: str, subdivision: str | None = None) -> Sequence[int]:
    """Day numbers of a country's public holidays; none for a country nobody knows."""
    # Loaded only where a calendar names a country.
    import holidays

    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=_HOLIDAY_YEARS)
    except NotImplementedError:
        return ()
    return tuple(day_from_date(day) for day in known)


@cache
def holiday_names(country: str, subdivision: str | None, year: int) -> Mapping[int, str]:
    """Names of a year's public holidays by day number."""
    import holidays

    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        return {}
    return {day_from_date(day): str(name) for day, name in sorted(known.items())}


@cache
def holiday_places() -> Mapping[str, Sequence[str]]:
    """Countries whose public holidays are known, with their subdivisions."""
    import holidays

    return {country: tuple(parts) for country, parts in sorted(holidays.list_supported_countries().items())}


def load_cut_offs(conn: Connection) -> Sequence[Row[Any]]:
    """All rows of the cut-offs, the newest of a location first."""
    c = cut_offs.c
    return conn.execute(select(cut_offs).order_by(c.location, c.valid_from.desc(), c.id.desc())).all()
