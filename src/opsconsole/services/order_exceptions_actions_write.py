"""The one way in which people's deeds are written to exceptions: rows, history, audit and the log of changes at once.

Read without a transaction, then one short write. What somebody else changed meanwhile is merged value by value; where
both changed the same value the row is left and comes back as a conflict.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from opsconsole.domain.change import Change, Conflict, Inverse
from opsconsole.domain.errors import UserError
from opsconsole.domain.statuses import EXCEPTION_STATES, codes_in
from opsconsole.domain.wording import plural
from opsconsole.services import changes_log
from opsconsole.services.history import Event, write_events
from opsconsole.services.names import named
from opsconsole.services.order_exceptions_actions_merge import (
    SHOWN,
    Seen,
    as_seen,
    collisions,
    conflicts,
    differences,
    versioned,
    with_companions,
)
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions
from opsconsole.store.versioned import once

ACTIVE_STATES = frozenset(codes_in(EXCEPTION_STATES, "active"))

Versions = Mapping[int, int] | None
Sets = dict[str, Any]


@dataclass(frozen=True)
class By:
    """Who acts and when; the version each row had when it was read; a key under which a repeated request is known.

    ``automation`` is the rule that acts for somebody; ``logged`` says whether the change stands in the list of changes.
    """

    who: str
    now: int
    versions: Versions = None
    request: str = ""
    automation: int | None = None
    logged: bool = True


@dataclass(frozen=True)
class Deed:
    """An action: its code, its words, what it sets on a row (None: nothing to do there), and what history says.

    ``logged_as`` are the words of the log where they are not the deed's and a count of its rows. ``note`` is written
    into the history of each row as a note. ``left`` is what an undo must find on each row, and
    ``withdraws`` the event of each row that history no longer shows.
    """

    code: str
    words: str
    sets: Callable[[Row[Any]], Sets | None]
    said: str | Callable[[Row[Any]], str]
    needs_active: bool = True
    note: Callable[[Row[Any]], str] | None = None
    left: Mapping[int, Mapping[str, Any]] | None = None
    withdraws: Mapping[int, int] = field(default_factory=dict)
    logged_as: str = ""

    def tells(self, row: Row[Any]) -> str:
        """What the row's history says."""
        return self.said if isinstance(self.said, str) else self.said(row)


Planned = list[tuple[Row[Any], Sets]]


def do(database: Database, ids: Sequence[int], deed: Deed, by: By) -> Change:
    """Do a deed to rows in one transaction; rows where there is nothing to do are left as they are."""
    named(by.who)
    with database.write() as connection:
        return do_in(connection, ids, deed, by)


def do_in(connection: Connection, ids: Sequence[int], deed: Deed, by: By) -> Change:
    """Like ``do``, inside a transaction that writes."""
    if by.request:
        return _once(connection, by, lambda: do_in(connection, ids, deed, replace(by, request="")))
    rows = locked(connection, ids)
    planned, refused = _plan(connection, rows, deed, by.versions or {})
    if not planned:
        return Change("Nothing to change", conflicts=refused)
    _write(connection, planned)
    notes = _write_history(connection, planned, deed, by)
    done = tuple(row.id for row, _ in planned)
    subject = plural(len(done), "exception")
    words = deed.logged_as or f"{deed.words} {subject}"
    said = deed.said if isinstance(deed.said, str) else deed.words.rstrip(":")
    rows_back = {row.id: ({name: getattr(row, name) for name in sets}, sets) for row, sets in planned}
    inverse = None if deed.withdraws else Inverse(said, rows_back, notes)
    detail = {"ids": list(done), "said": said}
    audit.record(connection, who=by.who, action=deed.code, subject=subject, detail=detail, at=by.now)
    return Change(words, done, refused, inverse, log(connection, deed.code, words, len(done), inverse, by))


def log(connection: Connection, kind: str, words: str, count: int, inverse: Inverse | None, by: By) -> int | None:
    """Add a deed to the log of changes; returns its id there, None where it is not to be logged."""
    if not by.logged:
        return None
    told = None if inverse is None else changes_log.as_json(inverse)
    return changes_log.record(
        connection,
        who=by.who,
        kind=kind,
        words=words,
        at=by.now,
        row_count=count,
        inverse=told,
        automation=by.automation,
    )


def locked(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
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


def _once(connection: Connection, by: By, act: Callable[[], Change]) -> Change:
    """A request that is sent twice happens once: the second time its answer comes from the log."""
    fresh: list[Change] = []

    def action() -> int | None:
        fresh.append(act())
        return fresh[0].id

    known = {"change": None} | once(connection, f"exceptions:{by.request}", by.now, lambda: {"change": action()})
    if fresh:
        return fresh[0]
    row = None if known["change"] is None else changes_log.find(connection, known["change"])
    if row is None:
        return Change("Nothing to change")
    inverse = changes_log.read(row)
    ids = tuple(inverse.rows) or tuple(inverse.events) if inverse else ()
    return Change(row.words, ids, (), inverse, row.id)


# --- what may be written ----------------------------------------------------------------------------------------------


def _plan(
    connection: Connection, rows: Sequence[Row[Any]], deed: Deed, versions: Mapping[int, int]
) -> tuple[Planned, tuple[Conflict, ...]]:
    """Rows with what is to be set on them, and those that are refused."""
    if deed.left is not None:
        return _plan_back(connection, rows, deed, deed.left)
    seen = as_seen(connection, rows, versions)
    planned: Planned = []
    refused: list[tuple[Row[Any], tuple[Any, ...], Any]] = []
    for row in rows:
        sets, read = deed.sets(row), seen.get(row.id)
        names: set[str] = set()
        wanted = sets or {}
        if read is not None:
            wanted = deed.sets(cast(Any, _AsRead(row, read.values))) or wanted
            names = collisions(row, read.values, wanted, exact=False)
        closed = deed.needs_active and row.state not in ACTIVE_STATES
        if names or closed or (read is not None and not read.whole and not SHOWN.keys().isdisjoint(wanted)):
            refused.append(_refusal(row, read, wanted, names, closed=closed))
        elif sets is not None:
            planned.append((row, sets))
    return planned, conflicts(connection, refused)


def _refusal(
    row: Row[Any], read: Seen | None, wanted: Mapping[str, Any], names: set[str], *, closed: bool
) -> tuple[Row[Any], tuple[Any, ...], Any]:
    """A refused row, the three values of what collides, and the event that changed it where that is known."""
    if read is None:
        return row, (), None
    shown = names | ({"state"} if closed and "state" in read.values else set())
    events = [read.events[name] for name in names or {"state"} if name in read.events]
    told = differences(row, read.values, wanted, shown)
    return row, told, max(events, key=lambda event: event.id, default=None)


def _plan_back(
    connection: Connection, rows: Sequence[Row[Any]], deed: Deed, left: Mapping[int, Mapping[str, Any]]
) -> tuple[Planned, tuple[Conflict, ...]]:
    """An undo: what the change left goes back; what somebody changed since then stays, with what hangs on it."""
    planned: Planned = []
    refused: list[tuple[Row[Any], tuple[Any, ...], Any]] = []
    for row in rows:
        sets = deed.sets(row) or {}
        names = collisions(row, left[row.id], sets, exact=True)
        if names:
            refused.append((row, differences(row, left[row.id], sets, names), None))
            sets = {name: value for name, value in sets.items() if name not in with_companions(names)}
        if not names or any(getattr(row, name) != value for name, value in sets.items()):
            planned.append((row, sets))
    return planned, conflicts(connection, refused)


class _AsRead:
    """A row as it was read: what a deed would have set on it is what its author wanted."""

    def __init__(self, row: Row[Any], values: Mapping[str, Any]) -> None:
        self._row, self._values = row, values

    def __getattr__(self, name: str) -> Any:
        return self._values[name] if name in self._values else getattr(self._row, name)


# --- writing it -------------------------------------------------------------------------------------------------------


def _write(connection: Connection, planned: Planned) -> None:
    changed = [(row, sets) for row, sets in planned if sets]
    if not changed:
        return
    names = sorted({name for _, sets in changed for name in sets})
    columns: dict[str, list[Any]] = {
        name: [sets.get(name, getattr(row, name)) for row, sets in changed] for name in names
    }
    columns["version"] = [row.version + 1 for row, _ in changed]
    dialect.bulk_update(connection, exceptions, [row.id for row, _ in changed], columns)


def _write_history(connection: Connection, planned: Planned, deed: Deed, by: By) -> dict[int, int]:
    """Write the events; returns per row the note that an undo withdraws."""
    events: list[Event] = []
    for row, sets in planned:
        if sets or deed.note is None:
            events.append(Event(row.id, deed.code, deed.tells(row), versioned(row, sets) if sets else {}))
        if deed.withdraws.get(row.id):
            events.append(Event(row.id, "withdrawn", deed.tells(row), {"event": deed.withdraws[row.id]}))
    noted = [(row.id, note) for row, _ in planned if deed.note is not None and (note := deed.note(row))]
    events += [Event(row_id, "noted", f"Note: {note}") for row_id, note in noted]
    written = write_events(connection, events, who=by.who, at=by.now)
    return dict(zip([row_id for row_id, _ in noted], written[len(written) - len(noted) :], strict=True))
