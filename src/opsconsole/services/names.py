"""Names that people know for the keys of channels, locations and vendors."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.errors import UserError
from opsconsole.store.database import Database
from opsconsole.store.schema import channels, locations, orders, vendors


def channel_names(connection: Connection) -> dict[str | None, str]:
    """Labels of channels by key."""
    return dict(connection.execute(select(channels.c.key, channels.c.label)).all())


def location_names(connection: Connection) -> dict[str | None, str]:
    """Labels of locations by key."""
    return dict(connection.execute(select(locations.c.key, locations.c.label)).all())


def vendor_names(connection: Connection) -> dict[str | None, str]:
    """Names of vendors by key, the key where no name is known."""
    rows = connection.execute(select(vendors.c.key, vendors.c.name)).all()
    return {key: name or key for key, name in rows}


def pairs(names: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    """Keys and labels as ``Field.labels`` takes them; what has no key is left out."""
    return tuple((key, label) for key, label in names.items() if key is not None)


def named(who: str) -> str:
    """Who acts; UserError when nobody does."""
    if not who.strip():
        raise UserError("Nobody is named.", "Say who you are in the settings.")
    return who


def group_names(connection: Connection, by: str | None) -> dict[str | None, str]:
    """Names of the groups of a dimension; groups that have none are left out."""
    names = {
        "channel": channel_names,
        "location": location_names,
        "carrier": vendor_names,
        "vendor": vendor_names,
    }.get(by or "")
    return {None: "None", "(several)": "Several vendors", **(names(connection) if names else {})}


def places(database: Database) -> dict[str, tuple[tuple[str, str], ...]]:
    """Channels, services and locations as pairs of key and label, by what they are, for a choice."""
    with database.read() as connection:
        channels_, locations_ = channel_names(connection), location_names(connection)
        services = connection.execute(
            select(orders.c.service).where(orders.c.service.is_not(None)).distinct().order_by(orders.c.service)
        ).scalars()
        found = {"service": tuple((name, name) for name in services)}
    for key, known in (("channel", channels_), ("location", locations_)):
        found[key] = tuple((str(code), label) for code, label in known.items() if code is not None)
    return found
