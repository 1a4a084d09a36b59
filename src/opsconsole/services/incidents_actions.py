"""What people do to incidents: open, change, attach, detach, tick, close, reopen; each is audited and can be undone.

Every action names who acts and optionally the version that was read. An incident that changed since then is not
written: the change comes back with a conflict that says who did what.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from opsconsole.domain.change import Change, Conflict
from opsconsole.domain.errors import UserError
from opsconsole.domain.wording import plural, undone
from opsconsole.services import runbooks
from opsconsole.services.incidents_attach import attach_matching, attached_ids, put_on, take_off
from opsconsole.services.incidents_history import last_deed, record
from opsconsole.services.incidents_values import SUBJECT_NAMES, Draft, checked_end, mark, mark_values, unmark, values_of
from opsconsole.services.names import named
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import annotations, exceptions, incident_ticks, incidents, orders

__all__ = [
    "Draft",
    "attach",
    "change_incident",
    "close_incident",
    "detach",
    "exceptions_of",
    "open_incident",
    "reopen_incident",
    "take_back",
    "tick_playbook",
]

_Work = Callable[[Connection, Row[Any]], tuple[str, dict[str, Any]]]


def open_incident(database: Database, draft: Draft, *, who: str, now: int) -> Change:
    """Open an incident, attach what its rule takes and mark the charts; ``ids`` of the change is the new incident's.

    UserError for an unknown kind, place, carrier, channel, feed, party or type, and where it is about nothing.
    """
    named(who)
    with database.write() as connection:
        values = {**values_of(connection, draft, now), "opened_by": who, "opened_at": now}
        values["annotation_fk"] = mark(connection, values, now)
        made = connection.execute(insert(incidents).values(values)).inserted_primary_key
        assert made is not None
        row = _locked(connection, made[0])
        count = attach_matching(connection, row, now)
        said = f"Opened the incident “{row.title}”"
        inverse = {"version": row.version, "values": {"state": "withdrawn"}}
        logged = record(connection, row.id, "opened", said, who=who, now=now, inverse=inverse, rows=count)
    return Change(f"{said} with {plural(count, 'exception')}", (row.id,), id=logged)


def change_incident(
    database: Database, incident: int, values: Mapping[str, Any], *, who: str, now: int, version: int | None = None
) -> Change:
    """Set some of title, location, carrier_key, channel, source, types, responsible, excuses, starts_at, ends_at.

    Its rule is asked again: what it takes now is attached; what is attached already stays.
    """

    def work(connection: Connection, row: Row[Any]) -> tuple[str, dict[str, Any]]:
        before = Draft(
            **{name: getattr(row, name) for name in (*SUBJECT_NAMES, "kind", "title", "responsible", "excuses")},
            types=tuple(json.loads(row.rules_json)),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        if "responsible" in values and "excuses" not in values:
            before = replace(before, excuses=None)
        checked = values_of(connection, replace(before, **dict(values)), now)
        sets = {name: value for name, value in checked.items() if getattr(row, name) != value}
        if not sets:
            return "", {}
        names = ", ".join(_SAID.get(name, name) for name in sets)
        return f"Changed {names} of “{checked['title']}”", sets

    return _do(database, incident, "changed", work, who=who, now=now, version=version)


_SAID = {"rules_json": "types", "carrier_key": "carrier", "starts_at": "start", "ends_at": "end", "source": "feed"}


def close_incident(
    database: Database,
    incident: int,
    *,
    summary: str,
    who: str,
    now: int,
    ends_at: int | None = None,
    version: int | None = None,
) -> Change:
    """Close it with a summary; it ends at ``ends_at``, else when it was said to end, else now."""
    told = summary.strip()
    if not told:
        raise UserError("Closing an incident needs a summary.", "Say what happened, what it cost and what changes.")

    def work(connection: Connection, row: Row[Any]) -> tuple[str, dict[str, Any]]:
        if row.state == "closed":
            raise UserError(f"“{row.title}” is closed already.", "Reopen it first.")
        end = checked_end(row.starts_at, ends_at if ends_at is not None else row.ends_at or now, now)
        sets = {"state": "closed", "closed_at": now, "closed_by": who, "summary": told, "ends_at": end}
        return f"Closed “{row.title}”: {told}", sets

    return _do(database, incident, "closed", work, who=who, now=now, version=version)


def reopen_incident(database: Database, incident: int, *, who: str, now: int, version: int | None = None) -> Change:
    """Open it again; it lasts until somebody says when it ended. The summary stays to be rewritten."""

    def work(connection: Connection, row: Row[Any]) -> tuple[str, dict[str, Any]]:
        if row.state != "closed":
            return "", {}
        return f"Reopened “{row.title}”", {"state": "open", "closed_at": None, "closed_by": None, "ends_at": None}

    return _do(database, incident, "reopened", work, who=who, now=now, version=version)


def attach(database: Database, incident: int, ids: Sequence[int], *, who: str, now: int) -> Change:
    """Attach exceptions by hand, whatever the rule says."""
    return _link(database, incident, ids, on=True, who=who, now=now)


def detach(database: Database, incident: int, ids: Sequence[int], *, who: str, now: int) -> Change:
    """Detach exceptions by hand; the rule does not take them again."""
    return _link(database, incident, ids, on=False, who=who, now=now)


def exceptions_of(database: Database, names: Sequence[str], now: int) -> list[int]:
    """Ids of exceptions named by their number (``#12`` or ``12``) or by an order's: then all of the order.

    UserError for a name that is neither.
    """
    e, o = exceptions.c, orders.c
    found: list[int] = []
    with database.read() as connection:
        for name in (name.strip() for name in names if name.strip()):
            bare = name.lstrip("#")
            named = (o.order_number == name) | (o.order_id == name) | (o.order_number == f"#{bare}")
            ids = connection.execute(
                select(e.id).join(orders, o.id == e.order_fk).where(named, e.detected_at <= now).order_by(e.id)
            ).scalars().all()  # fmt: skip
            if not ids and bare.isdigit():
                ids = connection.execute(select(e.id).where(e.id == int(bare), e.detected_at <= now)).scalars().all()
            if not ids:
                raise UserError(f"“{name}” is neither an exception nor an order with one.", "Look at the list.")
            found += ids
    return list(dict.fromkeys(found))


def tick_playbook(database: Database, incident: int, step: int, *, done: bool, who: str, now: int) -> Change:
    """Tick or untick a step of the playbook (numbered from 1)."""
    named(who)
    ticks = incident_ticks.c
    here = (ticks.incident_fk == incident) & (ticks.step == step)
    with database.write() as connection:
        row = _locked(connection, incident)
        if done:
            runbooks.check_number(runbooks.playbook_of(connection, row.kind, now), step)
        before = connection.execute(select(ticks.step).where(here)).first() is not None
        if before == done:
            return Change("Nothing to change")
        _tick(connection, incident, step, done=done, who=who, now=now)
        said = f"Playbook step {step} of “{row.title}” {'done' if done else 'not done'}"
        inverse = {"ticks": [[step, before]]}
        logged = record(connection, incident, "ticked", said, who=who, now=now, inverse=inverse, rows=1)
    return Change(said, (incident,), id=logged)


def take_back(connection: Connection, inverse: Mapping[str, Any], words: str, *, who: str, now: int) -> Conflict | None:
    """Carry out what ``record`` kept of a change; a conflict when the incident changed since then.

    ``words`` are those of the change.
    """
    row = _locked(connection, int(inverse["incident"]))
    if "version" in inverse and row.version != inverse["version"]:
        return _conflict(connection, row, now)
    values = dict(inverse.get("values", {}))
    if values.get("state") == "withdrawn":
        values = _withdrawn(connection, row, who, now)
    if values:
        _write(connection, row, values, now)
    put_on(connection, row.id, row.title, inverse.get("attach", ()), who=who, now=now)
    take_off(connection, row.id, row.title, inverse.get("detach", ()), who=who, now=now)
    for step, before in inverse.get("ticks", ()):
        _tick(connection, row.id, step, done=before, who=who, now=now)
    said = undone(words)
    record(connection, row.id, "undone", said, who=who, now=now, rows=1)
    return None


def _withdrawn(connection: Connection, row: Row[Any], who: str, now: int) -> dict[str, Any]:
    """An incident opened by mistake is closed at its beginning, touches nothing and leaves the charts."""
    take_off(connection, row.id, row.title, attached_ids(connection, row.id, now), who=who, now=now)
    unmark(connection, row)
    return {
        "state": "closed",
        "closed_at": now,
        "closed_by": who,
        "summary": "Withdrawn: opened by mistake",
        "ends_at": row.starts_at,
        "excuses": False,
    }


# --- the one way to write ---------------------------------------------------------------------------------------------


def _do(
    database: Database, incident: int, code: str, work: _Work, *, who: str, now: int, version: int | None
) -> Change:
    """Lock, ask ``work`` what to set and what to say, write, ask the rule again, audit."""
    named(who)
    with database.write() as connection:
        row = _locked(connection, incident)
        if version is not None and row.version != version:
            return Change("Nothing was changed", conflicts=(_conflict(connection, row, now),))
        said, sets = work(connection, row)
        if not sets:
            return Change("Nothing to change")
        before = {name: getattr(row, name) for name in sets}
        after = _write(connection, row, sets, now)
        more = attach_matching(connection, after, now) if after.state == "open" else 0
        inverse = {"version": after.version, "values": before}
        logged = record(connection, incident, code, said, who=who, now=now, inverse=inverse, rows=1)
    added = f", {plural(more, 'exception')} attached" if more else ""
    return Change(f"{said}{added}", (incident,), id=logged)


def _link(database: Database, incident: int, ids: Sequence[int], *, on: bool, who: str, now: int) -> Change:
    named(who)
    with database.write() as connection:
        row = _locked(connection, incident)
        with dialect.id_set(connection, ids) as wanted:
            known = set(
                connection.execute(select(exceptions.c.id).where(exceptions.c.id.in_(select(wanted.c.id)))).scalars()
            )
        missing = sorted(set(ids) - known)
        if missing:
            raise UserError(f"There is no exception {missing[0]}.", "Reload the list.")
        here = set(attached_ids(connection, incident, now))
        changed = [one for one in dict.fromkeys(ids) if (one in here) != on]
        if not changed:
            return Change("Nothing to change")
        (put_on if on else take_off)(connection, incident, row.title, changed, who=who, now=now)
        verb, preposition, back = ("Attached", "to", "detach") if on else ("Detached", "from", "attach")
        said = f"{verb} {plural(len(changed), 'exception')} {preposition} “{row.title}”"
        inverse = {back: changed}
        logged = record(connection, incident, verb.lower(), said, who=who, now=now, inverse=inverse, rows=len(changed))
    return Change(said, (incident,), id=logged)


def _write(connection: Connection, row: Row[Any], sets: Mapping[str, Any], now: int) -> Row[Any]:
    connection.execute(
        update(incidents).where(incidents.c.id == row.id).values(**sets, version=incidents.c.version + 1)
    )
    after = _locked(connection, row.id)
    if after.annotation_fk is not None:
        connection.execute(
            update(annotations)
            .where(annotations.c.id == after.annotation_fk)
            .values(mark_values(connection, dict(after._mapping), now))
        )
    return after


def _tick(connection: Connection, incident: int, step: int, *, done: bool, who: str, now: int) -> None:
    if done:
        row = {"incident_fk": incident, "step": step, "at": now, "who": who}
        dialect.upsert(connection, incident_ticks, [row], ["incident_fk", "step"])
    else:
        ticks = incident_ticks.c
        connection.execute(delete(incident_ticks).where(ticks.incident_fk == incident, ticks.step == step))


def _locked(connection: Connection, incident: int) -> Row[Any]:
    row = connection.execute(select(incidents).where(incidents.c.id == incident).with_for_update()).first()
    if row is None:
        raise UserError(f"There is no incident {incident}.", "Look at the list of incidents.")
    return row


def _conflict(connection: Connection, row: Row[Any], now: int) -> Conflict:
    event = last_deed(connection, row.id, now)
    if event is None:
        return Conflict(row.id, row.title)
    return Conflict(row.id, row.title, event.who, event.at, event.words)
