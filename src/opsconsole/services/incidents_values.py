"""What is said of an incident: checked, completed by its kind, and put as a mark on the charts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from opsconsole.domain.errors import UserError
from opsconsole.domain.incidents import EXCUSING, INCIDENT_KINDS, PARTIES, SUBJECTS
from opsconsole.domain.instants import day_of
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.business import setting
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.store.schema import annotations, batches, incidents, orders

SUBJECT_NAMES = tuple(name for name, _ in SUBJECTS)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an incident is opened with; what is None or empty follows from its kind, what it is about, and now."""

    kind: str
    title: str = ""
    location: str | None = None
    carrier_key: str | None = None
    channel: str | None = None
    source: str | None = None
    types: tuple[str, ...] | None = None
    responsible: str = ""
    excuses: bool | None = None
    starts_at: int | None = None
    ends_at: int | None = None


def values_of(connection: Connection, draft: Draft, now: int) -> dict[str, Any]:
    """Columns of an incident from what was said; UserError names what cannot be."""
    kind = INCIDENT_KINDS.get(draft.kind)
    if kind is None:
        raise UserError(f"“{draft.kind}” is no kind of incident.", f"Choose one of {', '.join(INCIDENT_KINDS)}.")
    about = about_words(connection, draft)
    responsible = draft.responsible or kind.responsible
    if responsible not in dict(PARTIES):
        raise UserError(f"“{responsible}” is nobody's fault.", f"Choose one of {', '.join(dict(PARTIES))}.")
    types = kind.types if draft.types is None else tuple(dict.fromkeys(code.strip().upper() for code in draft.types))
    unknown = [code for code in types if draft.types is not None and code not in BY_CODE and code not in kind.types]
    if unknown:
        raise UserError(f"“{unknown[0]}” is no type of exception.", "See “opsconsole list rules”.")
    starts = now if draft.starts_at is None else draft.starts_at
    if starts > now:
        raise UserError("An incident cannot begin in the future.", "Open it when it begins.")
    return {
        "kind": kind.code,
        "title": draft.title.strip() or f"{kind.label}, {', '.join(about.values())}",
        **{name: getattr(draft, name) or None for name in SUBJECT_NAMES},
        "rules_json": json.dumps(types),
        "responsible": responsible,
        "excuses": responsible in EXCUSING if draft.excuses is None else draft.excuses,
        "starts_at": starts,
        "ends_at": None if draft.ends_at is None else checked_end(starts, draft.ends_at, None),
    }


def about_words(connection: Connection, draft: Draft | Row[Any]) -> dict[str, str]:
    """What it is about: column to words."""
    sources = dict(connection.execute(select(batches.c.source, batches.c.source_label)).all())
    known: dict[str, Mapping[Any, str]] = {
        "location": location_names(connection),
        "carrier_key": vendor_names(connection),
        "channel": channel_names(connection),
        "source": sources,
    }
    found = {}
    for name, label in SUBJECTS:
        key = getattr(draft, name)
        if not key:
            continue
        if key not in known[name] and not _in_orders(connection, name, key):
            offered = ", ".join(sorted(str(one) for one in known[name] if one)[:8])
            raise UserError(f"There is no {label.lower()} “{key}”.", f"Known: {offered}." if offered else "")
        found[name] = known[name].get(key) or key
    if not found:
        raise UserError("The incident is about nothing.", "Name the site, carrier, channel or feed it is about.")
    return found


def _in_orders(connection: Connection, name: str, key: str) -> bool:
    column = orders.c.get(name)
    return column is not None and connection.execute(select(column).where(column == key).limit(1)).first() is not None


def checked_end(starts: int, ends: int, now: int | None) -> int:
    """When it ends; UserError where that is before it begins or, with ``now``, in the future."""
    if ends < starts:
        raise UserError("It would end before it begins.", "Exchange the two moments.")
    if now is not None and ends > now:
        raise UserError("A closed incident cannot end in the future.", "Say when it ended, or leave it open.")
    return ends


# --- the mark on the charts -------------------------------------------------------------------------------------------


def mark(connection: Connection, values: Mapping[str, Any], now: int) -> int:
    """Put a mark on the charts; its id."""
    made = connection.execute(insert(annotations).values(mark_values(connection, values, now))).inserted_primary_key
    assert made is not None
    return int(made[0])


def mark_values(connection: Connection, values: Mapping[str, Any], now: int) -> dict[str, Any]:
    """Columns of the mark of an incident: its local days and its title."""
    zone = str(setting(connection, "time_zone", now, "UTC"))
    first = day_of(values["starts_at"], zone)
    last = None if values["ends_at"] is None else day_of(values["ends_at"], zone)
    return {
        "on_day": first,
        "until_day": last if last is not None and last > first else None,
        "label": values["title"],
        "kind": "outage",
        "rebases": False,
        "kpi_key": None,
    }


def unmark(connection: Connection, row: Row[Any]) -> None:
    """Take an incident's mark from the charts."""
    connection.execute(update(incidents).where(incidents.c.id == row.id).values(annotation_fk=None))
    connection.execute(delete(annotations).where(annotations.c.id == row.annotation_fk))
