"""History of exceptions: written in bulk, read newest first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.pages import HistoryEvent
from opsconsole.store import dialect
from opsconsole.store.schema import exception_events


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an exception: action code, words, and what a program may want to know of it."""

    exception: int
    action: str
    words: str
    detail: Mapping[str, Any] = field(default_factory=dict)


# Made once: ``json.dumps`` makes one for each of thousands of events.
_told = json.JSONEncoder(sort_keys=True).encode


def write_events(connection: Connection, events: Sequence[Event], *, who: str, at: int) -> list[int]:
    """Append events; returns their ids in order."""
    if not events:
        return []
    ids = list(dialect.next_ids(connection, exception_events, len(events)))
    columns: dict[str, Sequence[Any]] = {
        "id": ids,
        "exception_fk": [event.exception for event in events],
        "at": [at] * len(events),
        "who": [who] * len(events),
        "action": [event.action for event in events],
        "words": [event.words for event in events],
        "detail_json": [_told(event.detail) if event.detail else None for event in events],
    }
    dialect.bulk_insert(connection, exception_events, columns)
    return ids


def read_events(connection: Connection, exceptions: Sequence[int], now: int) -> list[HistoryEvent]:
    """Events of exceptions up to ``now``, newest first; withdrawn ones and their withdrawals are left out."""
    table = exception_events.c
    with dialect.id_set(connection, exceptions) as ids:
        rows = connection.execute(
            select(table.id, table.at, table.who, table.words, table.action, table.detail_json)
            .where(table.exception_fk.in_(select(ids.c.id)), table.at <= now)
            .order_by(table.at.desc(), table.id.desc())
        ).all()
    withdrawn = {json.loads(row.detail_json)["event"] for row in rows if row.action == "withdrawn"}
    return [
        HistoryEvent(row.at, row.who, row.words, row.action, row.id)
        for row in rows
        if row.action != "withdrawn" and row.id not in withdrawn
    ]
