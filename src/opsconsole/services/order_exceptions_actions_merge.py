"""Two people at one exception: what each row looked like when it was read, and which of its values two changed at once.

The values seen at an older version follow from the row's history: each event that changed it names the version it made
and the values before and after.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from opsconsole.domain.change import Conflict, Difference
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.statuses import EXCEPTION_STATES, labels
from opsconsole.store import dialect
from opsconsole.store.schema import exception_events, orders

# What a person sees of a row and can change; two who set the same value do not collide.
SHOWN: Mapping[str, Field] = {
    known.key: known
    for known in (
        Field("state", "State", Kind.STATE, labels=labels(EXCEPTION_STATES)),
        Field("owner", "Owner", missing="Unassigned"),
        Field("root_cause", "Root cause", Kind.STATUS, missing="None", labels=labels(ROOT_CAUSES)),
        Field("waiting_on", "Waiting on", missing="Nobody"),
        Field("waiting_until", "Waiting until", Kind.INSTANT, missing="No date"),
        Field("snoozed_until", "Snoozed until", Kind.INSTANT, missing="Awake"),
        Field("ignored_until", "Ignored until", Kind.INSTANT, missing="Not ignored"),
        Field("ignored_reason", "Ignored because", missing="Not ignored"),
    )
}
# What only the program writes, beside one of the above; looked at where an undo must find its own work again.
_BESIDE = {
    "acknowledged_at": "state",
    "closed_at": "state",
    "closed_by": "state",
    "waiting_on": "state",
    "waiting_until": "state",
    "ignored_reason": "ignored_until",
    "ignored_cause": "ignored_until",
}
_BYSTANDERS = frozenset({"noted", "ticked", "severity", "withdrawn"})
_TRACKED = frozenset({*SHOWN, *_BESIDE, "tags"})


@dataclass
class Seen:
    """A row as somebody saw it: values that changed since, as they were, and the events that did it (by column)."""

    values: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Any] = field(default_factory=dict)
    whole: bool = True  # every version since is told by the history


def versioned(row: Row[Any], sets: Mapping[str, Any]) -> dict[str, Any]:
    """Detail of the event that says what a write changed: the version it made, and values before and after."""
    told: dict[str, Any] = {"version": row.version + 1}
    for name, value in sets.items():
        before = getattr(row, name)
        if before != value and name in _TRACKED:
            told[name] = [before, value]
    return told


def as_seen(connection: Connection, rows: Iterable[Row[Any]], versions: Mapping[int, int]) -> dict[int, Seen]:
    """Rows that have another version than the one somebody saw, as they were then."""
    stale = [row for row in rows if versions.get(row.id, row.version) != row.version]
    if not stale:
        return {}
    told = _events(connection, [row.id for row in stale])
    return {row.id: _back(row, versions[row.id], told[row.id]) for row in stale}


def _back(row: Row[Any], version: int, events: Sequence[Any]) -> Seen:
    seen = Seen()
    counted = 0
    for event in events:
        detail = json.loads(event.detail_json) if event.detail_json else {}
        if "version" not in detail:
            continue
        if detail["version"] <= version:
            break
        counted += 1
        for name in _TRACKED.intersection(detail):
            seen.values[name] = detail[name][0]
            seen.events.setdefault(name, event)
    seen.whole = row.version - version == counted
    return seen


def _events(connection: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Events of rows, newest first."""
    e = exception_events.c
    found: dict[int, list[Any]] = defaultdict(list)
    with dialect.id_set(connection, ids) as wanted:
        statement = select(e.exception_fk, e.id, e.at, e.who, e.words, e.action, e.detail_json)
        for event in connection.execute(statement.where(e.exception_fk.in_(select(wanted.c.id))).order_by(e.id.desc())):
            found[event.exception_fk].append(event)
    return found


def collisions(row: Row[Any], seen: Mapping[str, Any], wanted: Mapping[str, Any], *, exact: bool) -> set[str]:
    """Columns that somebody else changed since they were seen, to something else than what is wanted.

    ``exact`` also looks at what only the program writes: an undo must find what its change left.
    """
    names = [name for name in seen if name in wanted and (name in SHOWN or (exact and name in _BESIDE))]
    return {name for name in names if getattr(row, name) not in (seen[name], wanted[name])}


def with_companions(names: Iterable[str]) -> set[str]:
    """Columns that are only written together with these: an undo leaves all of them or none."""
    leaders = {_BESIDE.get(name, name) for name in names}
    return leaders | {name for name, leader in _BESIDE.items() if leader in leaders}


def differences(row: Row[Any], seen: Mapping[str, Any], wanted: Mapping[str, Any], names: set[str]) -> tuple[Any, ...]:
    """The three values of each column in conflict that people know."""
    shown = {_BESIDE.get(name, name) if name not in SHOWN else name for name in names}
    return tuple(
        Difference(known, seen.get(name, getattr(row, name)), getattr(row, name), wanted.get(name, seen.get(name)))
        for name, known in SHOWN.items()
        if name in shown
    )


def conflicts(connection: Connection, refused: Sequence[tuple[Row[Any], tuple[Any, ...], Any]]) -> tuple[Conflict, ...]:
    """Conflicts of refused rows: each with its differences and, where it is known, the event that changed it.

    Where the event is not known the row's newest one stands in for it.
    """
    unknown = [row.id for row, _, event in refused if event is None]
    newest = {row_id: _telling(events) for row_id, events in _events(connection, unknown).items()} if unknown else {}
    numbers = _numbers(connection, [row.order_fk for row, _, _ in refused if row.order_fk is not None])
    made = []
    for row, told, known in refused:
        event = known if known is not None else newest.get(row.id)
        conflict = Conflict(row.id, row.subject, differences=told, order=numbers.get(row.order_fk, ""))
        if event is not None:
            conflict = replace(conflict, who=event.who, at=event.at, words=event.words)
        made.append(conflict)
    return tuple(made)


def _numbers(connection: Connection, order_fks: Sequence[int]) -> dict[int, str]:
    """Numbers of orders, as people know them, by key."""
    if not order_fks:
        return {}
    number = func.coalesce(orders.c.order_number, orders.c.order_id)
    with dialect.id_set(connection, order_fks) as wanted:
        found = select(orders.c.id, number).where(orders.c.id.in_(select(wanted.c.id)))
        return {row[0]: row[1] for row in connection.execute(found)}


def _telling(events: Sequence[Any]) -> Any:
    """The newest event that changed the row, else the newest one."""
    return next((event for event in events if event.action not in _BYSTANDERS), events[0])
