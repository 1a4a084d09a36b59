"""Writing rows that several people edit: by version, value by value, and each request once.

Read without a transaction, then one short write: ``update_versioned`` where any other change is a conflict,
``merge_versioned`` where only changes of the same value are. ``once`` makes a request that is sent twice happen once.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from opsconsole.domain.errors import UserError
from opsconsole.store import dialect
from opsconsole.store.schema import idempotency

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that somebody else changed meanwhile: as it was read, as it is now, as it should have become."""

    column: str
    before: Any
    theirs: Any
    mine: Any


def update_versioned(
    conn: Connection, table: Table, row_id: int, expected_version: int, values: Mapping[str, Any]
) -> bool:
    """Set columns of a row and count its version up; False when the row is gone or has another version."""
    done = conn.execute(
        update(table)
        .where(table.c.id == row_id, table.c.version == expected_version)
        .values(**values, version=table.c.version + 1)
    )
    return done.rowcount == 1


def merge_versioned(
    conn: Connection, table: Table, row_id: int, before: Mapping[str, Any], mine: Mapping[str, Any]
) -> list[Conflict]:
    """Set those columns of a row that nobody else has changed since ``before`` was read; the others come back.

    ``before`` has the values of ``mine``'s columns as they were read. A value that somebody else has set to the same is
    no conflict. UserError when the row is gone, or is changed again and again while this tries.
    """
    columns = [table.c[name] for name in mine]
    for _ in range(_TRIES):
        row = conn.execute(select(table.c.version, *columns).where(table.c.id == row_id)).first()
        if row is None:
            raise UserError("It is no longer there: somebody has removed it.", "Load the list again.")
        now = dict(zip(mine, row[1:], strict=True))
        conflicts = [
            Conflict(name, before[name], now[name], value)
            for name, value in mine.items()
            if now[name] not in (before[name], value)
        ]
        in_conflict = {conflict.column for conflict in conflicts}
        wanted = {name: value for name, value in mine.items() if name not in in_conflict and now[name] != value}
        if not wanted or update_versioned(conn, table, row_id, row[0], wanted):
            return conflicts
    raise UserError("Others keep changing it.", "Load it again and try once more.")


def once(conn: Connection, key: str, at: int, action: Callable[[], Any]) -> Any:
    """Result of ``action``, done at most once per ``key``: a repeated request gets the first one's result.

    The result must be of JSON's types; it is kept in the same transaction as what the action wrote.
    """
    dialect.hold_lock(conn, f"request:{key}")
    found = conn.execute(select(idempotency.c.result_json).where(idempotency.c.key == key)).scalar()
    if found is not None:
        return json.loads(found)
    result = action()
    conn.execute(insert(idempotency).values(key=key, at=at, result_json=json.dumps(result)))
    return result
