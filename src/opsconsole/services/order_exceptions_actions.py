"""What people do to exceptions: in bulk, with versions, history and audit, and each can be taken back.

Every action names who acts, the ids, and optionally the version each row had when it was read. A row that changed since
then is not written: it comes back as a conflict that says who did what.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from opsconsole.domain.change import Change, Conflict, Inverse
from opsconsole.domain.errors import UserError
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.statuses import EXCEPTION_STATES, codes_in
from opsconsole.domain.wording import instant, plural
from opsconsole.services.business import setting
from opsconsole.services.history import Event, read_events, write_events
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, runbook_ticks

_ACTIVE = frozenset(codes_in(EXCEPTION_STATES, "active"))
_CHANGED_BY_PEOPLE = (
    *("state", "owner", "acknowledged_at", "closed_at", "closed_by", "root_cause"),
    *("snoozed_until", "ignored_reason", "ignored_until"),
)

Versions = Mapping[int, int] | None


@dataclass(frozen=True)
class _Deed:
    """An action: its code, its words, what it sets on a row (None: nothing to do there), and what history says."""

    code: str
    words: str
    sets: Callable[[Row[Any]], dict[str, Any] | None]
    said: str
    needs_active: bool = True


def acknowledge(database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None) -> Change:
    """Say that somebody has seen them; only open ones change."""

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        return {"state": "acknowledged", "acknowledged_at": now} if row.state == "open" else None

    return _do(
        database, ids, _Deed("acknowledged", "Acknowledged", sets, "State set to Acknowledged"), who, now, versions
    )


def start(database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None) -> Change:
    """Set to in progress."""
    return _do(database, ids, _state_deed("in_progress", now), who, now, versions)


def wait(database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None) -> Change:
    """Set to waiting."""
    return _do(database, ids, _state_deed("waiting", now), who, now, versions)


def _state_deed(state: str, now: int) -> _Deed:
    label = EXCEPTION_STATES[state].label

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        if row.state == state:
            return None
        return {"state": state, "acknowledged_at": row.acknowledged_at or now}

    return _Deed(state, f"Set to {label.lower()}:", sets, f"State set to {label}")


def assign(
    database: Database, ids: Sequence[int], *, owner: str | None, who: str, now: int, versions: Versions = None
) -> Change:
    """Give them to somebody; None or empty takes the owner away."""
    name = (owner or "").strip() or None

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        return None if row.owner == name else {"owner": name}

    said = f"Assigned to {name}" if name else "Owner removed"
    return _do(database, ids, _Deed("assigned", f"{said}:", sets, said), who, now, versions)


def add_note(
    database: Database, ids: Sequence[int], *, text: str, who: str, now: int, versions: Versions = None
) -> Change:
    """Write a note into their history."""
    note = text.strip()
    if not note:
        raise UserError("The note is empty.", "Write something, or leave it.")
    deed = _Deed("noted", "Note added to", lambda row: {}, f"Note: {note}", needs_active=False)
    return _do(database, ids, deed, who, now, versions)


def resolve(
    database: Database,
    ids: Sequence[int],
    *,
    root_cause: str,
    who: str,
    now: int,
    note: str = "",
    versions: Versions = None,
) -> Change:
    """Close them with a root cause; the next data that still shows the condition reopens them."""
    if root_cause not in ROOT_CAUSES:
        raise UserError(f"“{root_cause}” is not a root cause.", f"Choose one of {', '.join(ROOT_CAUSES)}.")
    said = f"Resolved: {ROOT_CAUSES[root_cause].label.lower()}"
    if note.strip():
        said = f"{said}. {note.strip()}"

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        return {
            "state": "resolved",
            "closed_at": now,
            "closed_by": who,
            "root_cause": root_cause,
            "snoozed_until": None,
            "acknowledged_at": row.acknowledged_at or now,
        }

    return _do(database, ids, _Deed("resolved", "Resolved", sets, said), who, now, versions)


def snooze(
    database: Database, ids: Sequence[int], *, until: int, who: str, now: int, versions: Versions = None
) -> Change:
    """Hide them until an instant; the clocks run on."""
    if until <= now:
        raise UserError("Snoozing must end in the future.", "Choose a later moment.")
    zone = _zone(database, now)
    said = f"Snoozed until {instant(until, zone, year_of=now)}"
    deed = _Deed("snoozed", f"{said}:", lambda row: {"snoozed_until": until}, said)
    return _do(database, ids, deed, who, now, versions)


def ignore(
    database: Database,
    ids: Sequence[int],
    *,
    reason: str,
    until: int,
    who: str,
    now: int,
    versions: Versions = None,
) -> Change:
    """Do not show them for the same cause until an instant."""
    why = reason.strip()
    if not why:
        raise UserError("Ignoring needs a reason.", "Write why nobody has to act.")
    if until <= now:
        raise UserError("Ignoring must end in the future.", "Choose a later moment.")
    said = f"Ignored until {instant(until, _zone(database, now), year_of=now)}: {why}"

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        return {"ignored_reason": why, "ignored_until": until, "snoozed_until": None}

    return _do(database, ids, _Deed("ignored", "Ignored", sets, said), who, now, versions)


def reopen(database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None) -> Change:
    """Take them back into the queue: closed, snoozed and ignored ones become open."""

    def sets(row: Row[Any]) -> dict[str, Any] | None:
        back: dict[str, Any] = {"snoozed_until": None, "ignored_until": None, "ignored_reason": None}
        if row.state not in _ACTIVE:
            back |= {"state": "open", "closed_at": None, "closed_by": None, "root_cause": None}
        return None if all(getattr(row, name) == value for name, value in back.items()) else back

    deed = _Deed("reopened", "Reopened", sets, "Reopened", needs_active=False)
    return _do(database, ids, deed, who, now, versions)


def tick_runbook(database: Database, exception_id: int, step: int, *, done: bool, who: str, now: int) -> Change:
    """Tick or untick a step of the runbook (numbered from 1)."""
    _name(who)
    ticks = runbook_ticks.c
    with database.write() as connection:
        _locked(connection, [exception_id])
        here = (ticks.exception_fk == exception_id) & (ticks.step == step)
        before = connection.execute(select(ticks.step).where(here)).first() is not None
        if before == done:
            return Change("Nothing to change")
        if done:
            values = {"exception_fk": exception_id, "step": step, "at": now, "who": who}
            connection.execute(insert(runbook_ticks).values(**values))
        else:
            connection.execute(delete(runbook_ticks).where(here))
        said = f"Runbook step {step} {'done' if done else 'not done'}"
        write_events(connection, [Event(exception_id, "ticked", said, {"step": step})], who=who, at=now)
        detail = {"step": step, "done": done}
        audit.record(connection, who=who, action="runbook", subject=f"exception {exception_id}", detail=detail, at=now)
    return Change(said, (exception_id,), inverse=Inverse(said, ticks=((exception_id, step, before),)))


def undo(database: Database, change: Change, *, who: str, now: int) -> Change:
    """Take a change back; rows that somebody changed since then are left and come back as conflicts."""
    inverse = change.inverse
    if inverse is None:
        raise UserError(f"“{change.words}” cannot be undone.", "")
    for exception_id, step, before in inverse.ticks:
        return tick_runbook(database, exception_id, step, done=before, who=who, now=now)
    values = {row_id: dict(old) for row_id, (_, old) in inverse.rows.items()}
    versions = {row_id: version for row_id, (version, _) in inverse.rows.items()}
    said = f"Undone: {inverse.words[:1].lower()}{inverse.words[1:]}"
    deed = _Deed("undone", "Undone for", lambda row: values[row.id], said, needs_active=False)
    return _do(database, list(values), deed, who, now, versions, withdraws=inverse.events)


# --- the one way to write ---------------------------------------------------------------------------------------------


def _do(
    database: Database,
    ids: Sequence[int],
    deed: _Deed,
    who: str,
    now: int,
    versions: Versions,
    *,
    withdraws: Mapping[int, int] | None = None,
) -> Change:
    """Do a deed to rows in one transaction; rows where there is nothing to do are left as they are.

    ``withdraws`` maps rows to the event of theirs that history no longer shows.
    """
    _name(who)
    with database.write() as connection:
        rows = _locked(connection, ids)
        allowed, conflicts = _split(connection, rows, deed, versions or {}, now)
        planned = [(row, sets) for row in allowed if (sets := deed.sets(row)) is not None]
        if not planned:
            return Change("Nothing to change", conflicts=conflicts)
        _write(connection, planned)
        done = tuple(row.id for row, _ in planned)
        events = [Event(row.id, deed.code, deed.said, _differences(row, sets)) for row, sets in planned]
        events += [
            Event(i, "withdrawn", deed.said, {"event": event}) for i, event in (withdraws or {}).items() if i in done
        ]
        event_ids = write_events(connection, events, who=who, at=now)
        detail = {"ids": list(done), "said": deed.said}
        subject = plural(len(done), "exception")
        audit.record(connection, who=who, action=deed.code, subject=subject, detail=detail, at=now)
    back = {row.id: (row.version + 1, {name: getattr(row, name) for name in sets}) for row, sets in planned}
    notes = dict(zip(done, event_ids, strict=False)) if deed.code == "noted" else {}
    inverse = None if deed.code == "undone" else Inverse(deed.said, back, notes)
    return Change(f"{deed.words} {subject}", done, conflicts, inverse)


def _name(who: str) -> None:
    if not who.strip():
        raise UserError("Nobody is named.", "Say who you are in the settings.")


def _zone(database: Database, now: int) -> str:
    with database.read() as connection:
        return str(setting(connection, "time_zone", now, "UTC"))


def _locked(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows, locked until the end of the transaction; UserError when one of them is not there."""
    with dialect.id_set(connection, ids) as wanted:
        rows = connection.execute(
            select(exceptions)
            .where(exceptions.c.id.in_(select(wanted.c.id)))
            .order_by(exceptions.c.id)
            .with_for_update(of=exceptions)
        ).all()
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise UserError(f"There is no exception {min(missing)}.", "Reload the list.")
    return list(rows)


def _split(
    connection: Connection, rows: Sequence[Row[Any]], deed: _Deed, versions: Mapping[int, int], now: int
) -> tuple[list[Row[Any]], tuple[Conflict, ...]]:
    """Rows that may be written, and those that changed since they were read or are closed."""
    allowed, conflicts = [], []
    for row in rows:
        stale = versions.get(row.id, row.version) != row.version
        if stale or (deed.needs_active and row.state not in _ACTIVE):
            conflicts.append(_conflict(connection, row, now))
        else:
            allowed.append(row)
    return allowed, tuple(conflicts)


def _conflict(connection: Connection, row: Row[Any], now: int) -> Conflict:
    events = read_events(connection, [row.id], now)
    if not events:
        return Conflict(row.id, row.subject)
    return Conflict(row.id, row.subject, events[0].who, events[0].at, events[0].words)


def _write(connection: Connection, planned: Sequence[tuple[Row[Any], Mapping[str, Any]]]) -> None:
    ids = [row.id for row, _ in planned]
    names = sorted({name for _, sets in planned for name in sets})
    columns: dict[str, list[Any]] = {
        name: [sets.get(name, getattr(row, name)) for row, sets in planned] for name in names
    }
    columns["version"] = [row.version + 1 for row, _ in planned]
    dialect.bulk_update(connection, exceptions, ids, columns)


def _differences(row: Row[Any], sets: Mapping[str, Any]) -> dict[str, Any]:
    """What people changed: name to the values before and after."""
    return {
        name: [getattr(row, name), value]
        for name, value in sets.items()
        if name in _CHANGED_BY_PEOPLE and getattr(row, name) != value
    }
