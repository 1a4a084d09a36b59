"""What people do to exceptions: in bulk, merged with what others did, with history and audit, each named and undoable.

Every action names who acts, the ids, and optionally the version each row had when it was read. Where somebody else has
changed the same value since then the row is not written: it comes back as a conflict with the values seen, there and
wanted. ``request`` is a key of the caller's own: a request sent twice under one key happens once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select

from opsconsole.domain import tags as words_of_tags
from opsconsole.domain.change import Change, Inverse
from opsconsole.domain.errors import UserError
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.statuses import EXCEPTION_STATES
from opsconsole.domain.wording import instant
from opsconsole.services import runbooks
from opsconsole.services.business import setting
from opsconsole.services.detection_life import cause_of
from opsconsole.services.history import Event, write_events
from opsconsole.services.names import named
from opsconsole.services.order_exceptions_actions_write import ACTIVE_STATES, By, Deed, Sets, Versions, do, locked, log
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import runbook_ticks

NOT_WAITING: Mapping[str, Any] = {"waiting_on": None, "waiting_until": None}
NOT_IGNORED: Mapping[str, Any] = {"ignored_until": None, "ignored_reason": None, "ignored_cause": None}


def acknowledge(
    database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None, request: str = ""
) -> Change:
    """Say that somebody has seen them; only open ones change."""

    def sets(row: Row[Any]) -> Sets | None:
        return {"state": "acknowledged", "acknowledged_at": now} if row.state == "open" else None

    deed = Deed("acknowledged", "Acknowledged", sets, "State set to Acknowledged")
    return do(database, ids, deed, By(who, now, versions, request))


def start(
    database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None, request: str = ""
) -> Change:
    """Set to in progress."""
    label = EXCEPTION_STATES["in_progress"].label

    def sets(row: Row[Any]) -> Sets | None:
        if row.state == "in_progress":
            return None
        return {"state": "in_progress", "acknowledged_at": row.acknowledged_at or now, **NOT_WAITING}

    deed = Deed("in_progress", f"Set to {label.lower()}:", sets, f"State set to {label}")
    return do(database, ids, deed, By(who, now, versions, request))


def wait(
    database: Database,
    ids: Sequence[int],
    *,
    who: str,
    now: int,
    on: str = "",
    until: int | None = None,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Set to waiting on somebody, until an instant: then a run of the clock sets them back to in progress."""
    if until is not None and until <= now:
        raise UserError("Waiting must end in the future.", "Choose a later moment, or leave it open.")
    on = on.strip()
    said = f"Waiting on {on}" if on else "State set to Waiting"
    if until is not None:
        said = f"{said} until {instant(until, _zone(database, now), year_of=now)}"
    wanted = {"state": "waiting", "waiting_on": on or None, "waiting_until": until}

    def sets(row: Row[Any]) -> Sets | None:
        if all(getattr(row, name) == value for name, value in wanted.items()):
            return None
        return {**wanted, "acknowledged_at": row.acknowledged_at or now}

    return do(database, ids, Deed("waiting", "Set to waiting:", sets, said), By(who, now, versions, request))


def assign(
    database: Database,
    ids: Sequence[int],
    *,
    owner: str | None,
    who: str,
    now: int,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Give them to somebody; None or empty takes the owner away."""
    name = (owner or "").strip() or None

    def sets(row: Row[Any]) -> Sets | None:
        return None if row.owner == name else {"owner": name}

    said = f"Assigned to {name}" if name else "Owner removed"
    return do(database, ids, Deed("assigned", f"{said}:", sets, said), By(who, now, versions, request))


def add_note(
    database: Database,
    ids: Sequence[int],
    *,
    text: str,
    who: str,
    now: int,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Write a note into their history, whatever others do to them meanwhile."""
    note = text.strip()
    if not note:
        raise UserError("The note is empty.", "Write something, or leave it.")
    deed = Deed("noted", "Note added to", lambda row: {}, f"Note: {note}", needs_active=False, note=lambda row: note)
    return do(database, ids, deed, By(who, now, versions, request))


def tag(
    database: Database,
    ids: Sequence[int],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    who: str,
    now: int,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Add tags and take others away; tags that somebody else set meanwhile stay."""
    more, fewer = words_of_tags.checked(add), words_of_tags.checked(remove)
    if not more and not fewer:
        raise UserError("No tag is named.", "Name one to add or to take away.")

    def sets(row: Row[Any]) -> Sets | None:
        tags = words_of_tags.changed(row.tags, more, fewer)
        return None if tags == row.tags else {"tags": tags}

    parts = [f"tagged {words_of_tags.join(more)}"] * bool(more) + [f"tag {words_of_tags.join(fewer)} removed"] * bool(
        fewer
    )
    said = ", ".join(parts)
    said = said[:1].upper() + said[1:]
    return do(
        database, ids, Deed("tagged", f"{said}:", sets, said, needs_active=False), By(who, now, versions, request)
    )


def resolve(
    database: Database,
    ids: Sequence[int],
    *,
    root_cause: str,
    who: str,
    now: int,
    note: str = "",
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Close them with a root cause; the next data that still shows the condition reopens them."""
    said = f"Resolved: {cause_label(root_cause).lower()}"
    if note.strip():
        said = f"{said}. {note.strip()}"

    def sets(row: Row[Any]) -> Sets | None:
        return {
            "state": "resolved",
            "closed_at": now,
            "closed_by": who,
            "root_cause": root_cause,
            "snoozed_until": None,
            "acknowledged_at": row.acknowledged_at or now,
            **NOT_WAITING,
        }

    return do(database, ids, Deed("resolved", "Resolved", sets, said), By(who, now, versions, request))


def cause_label(root_cause: str) -> str:
    """Words of a root cause; UserError when there is none of that key."""
    if root_cause not in ROOT_CAUSES:
        raise UserError(f"“{root_cause}” is not a root cause.", f"Choose one of {', '.join(ROOT_CAUSES)}.")
    return ROOT_CAUSES[root_cause].label


def snooze(
    database: Database,
    ids: Sequence[int],
    *,
    until: int,
    who: str,
    now: int,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Hide them until an instant; the clocks run on."""
    if until <= now:
        raise UserError("Snoozing must end in the future.", "Choose a later moment.")
    said = f"Snoozed until {instant(until, _zone(database, now), year_of=now)}"
    deed = Deed("snoozed", f"{said}:", lambda row: {"snoozed_until": until}, said)
    return do(database, ids, deed, By(who, now, versions, request))


def ignore(
    database: Database,
    ids: Sequence[int],
    *,
    reason: str,
    until: int,
    who: str,
    now: int,
    versions: Versions = None,
    request: str = "",
) -> Change:
    """Do not show them for the same cause until an instant."""
    why = reason.strip()
    if not why:
        raise UserError("Ignoring needs a reason.", "Write why nobody has to act.")
    if until <= now:
        raise UserError("Ignoring must end in the future.", "Choose a later moment.")
    said = f"Ignored until {instant(until, _zone(database, now), year_of=now)}: {why}"

    def sets(row: Row[Any]) -> Sets | None:
        cause = cause_of(row.rule, row.evidence_json)
        return {"ignored_reason": why, "ignored_until": until, "ignored_cause": cause, "snoozed_until": None}

    return do(database, ids, Deed("ignored", "Ignored", sets, said), By(who, now, versions, request))


def reopen(
    database: Database, ids: Sequence[int], *, who: str, now: int, versions: Versions = None, request: str = ""
) -> Change:
    """Take them back into the queue: closed, snoozed and ignored ones become open."""

    def sets(row: Row[Any]) -> Sets | None:
        back: Sets = {"snoozed_until": None, **NOT_IGNORED}
        if row.state not in ACTIVE_STATES:
            back |= {"state": "open", "closed_at": None, "closed_by": None, "root_cause": None}
        return None if all(getattr(row, name) == value for name, value in back.items()) else back

    deed = Deed("reopened", "Reopened", sets, "Reopened", needs_active=False)
    return do(database, ids, deed, By(who, now, versions, request))


def tick_runbook(database: Database, exception_id: int, step: int, *, done: bool, who: str, now: int) -> Change:
    """Tick or untick a step of the runbook (numbered from 1)."""
    named(who)
    ticks = runbook_ticks.c
    with database.write() as connection:
        (row,) = locked(connection, [exception_id])
        if done:
            runbooks.check_number(runbooks.runbook_of(connection, row.rule, now), step)
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
        inverse = Inverse(said, ticks=((exception_id, step, before),))
        change_id = log(connection, "ticked", said, 1, inverse, By(who, now))
    return Change(said, (exception_id,), inverse=inverse, id=change_id)


def _zone(database: Database, now: int) -> str:
    with database.read() as connection:
        return str(setting(connection, "time_zone", now, "UTC"))
