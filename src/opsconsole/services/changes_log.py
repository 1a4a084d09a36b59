"""The log of named changes: what each did in words, and what takes it back, as one row with JSON.

``inverse_json`` is an object whose ``of`` names the noun it belongs to (``exceptions``); ``changes`` knows who takes
back which noun. Rows that changed alike stand together, so a bulk change of thousands stays a few hundred bytes and
their ids.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from opsconsole.domain.change import Inverse
from opsconsole.domain.errors import UserError
from opsconsole.store.schema import changes

EXCEPTIONS = "exceptions"


def record(
    connection: Connection,
    *,
    who: str,
    kind: str,
    words: str,
    at: int,
    row_count: int,
    inverse: Mapping[str, Any] | None = None,
    automation: int | None = None,
) -> int:
    """Add a change inside the connection's transaction; returns its id. ``inverse`` None: it cannot be undone."""
    values = {"at": at, "who": who, "kind": kind, "words": words, "row_count": row_count, "automation_fk": automation}
    values["inverse_json"] = None if inverse is None else json.dumps(inverse, separators=(",", ":"), ensure_ascii=False)
    made = connection.execute(insert(changes).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def find(connection: Connection, change_id: int) -> Row[Any] | None:
    """The change's row, locked until the end of a writing transaction."""
    return connection.execute(select(changes).where(changes.c.id == change_id).with_for_update()).first()


def find_done(connection: Connection, change_id: int) -> Row[Any]:
    """The row of a change that was not undone yet, locked; UserError when there is none or it was undone."""
    row = find(connection, change_id)
    if row is None:
        raise UserError(f"There is no change {change_id}.", "Look at the list of changes.")
    if row.undone_at is not None:
        raise UserError(f"“{row.words}” was undone already.", f"{row.undone_by} did it.")
    return row


def mark_undone(connection: Connection, change_id: int, *, who: str, at: int) -> None:
    """Say that a change has been taken back."""
    connection.execute(update(changes).where(changes.c.id == change_id).values(undone_at=at, undone_by=who))


# Made once: ``json.dumps`` makes one for each of thousands of rows.
_told = json.JSONEncoder(sort_keys=True).encode


def as_json(inverse: Inverse) -> dict[str, Any]:
    """An inverse of exceptions as JSON's types."""
    alike: dict[str, dict[str, Any]] = {}
    for row_id, (before, after) in inverse.rows.items():
        values = {"before": dict(before), "after": dict(after)}
        alike.setdefault(_told(values), {"ids": [], **values})["ids"].append(row_id)
    told: dict[str, Any] = {"of": EXCEPTIONS, "words": inverse.words, "rows": list(alike.values())}
    if inverse.events:
        told["events"] = [list(pair) for pair in inverse.events.items()]
    if inverse.ticks:
        told["ticks"] = [list(tick) for tick in inverse.ticks]
    return told


def from_json(told: Mapping[str, Any]) -> Inverse:
    """The inverse that ``as_json`` told."""
    rows = {int(i): (group["before"], group["after"]) for group in told.get("rows", ()) for i in group["ids"]}
    events = {int(row): int(event) for row, event in told.get("events", ())}
    ticks = tuple((int(row), int(step), bool(before)) for row, step, before in told.get("ticks", ()))
    return Inverse(str(told.get("words", "")), rows, events, ticks)


def read(row: Row[Any]) -> Inverse | None:
    """What takes a change of exceptions back; None where nothing does."""
    told = json.loads(row.inverse_json) if row.inverse_json else {}
    return from_json(told) if told.get("of") == EXCEPTIONS else None
