"""Taking back the removal of a feed or watched folder: its row, what it remembers and its runs are as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.services.names import named
from opsconsole.services.sourcing import QUERY, Known
from opsconsole.services.sql_feeds import free_name
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import feed_runs, sql_connections, watched_files

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Remembered:
    """A feed with everything that goes with it: rows by table, in the order in which they are written."""

    known: Known
    rows: tuple[tuple[Table, tuple[Mapping[str, Any], ...]], ...]


def remember(database: Database, one: Known) -> Remembered:
    """What ``bring_back`` needs, read before a feed is removed; UserError when it is gone."""
    with database.read() as conn:
        own = _rows(conn, one.table, one.table.c.id == one.id)
        if not own:
            raise UserError(f"“{one.name}” is no longer there.", "Load the list again.")
        key = feed_runs.c.feed_fk if one.kind == QUERY else feed_runs.c.folder_fk
        rows = [(one.table, own), (feed_runs, _rows(conn, feed_runs, key == one.id))]
        if one.kind != QUERY:
            rows.append((watched_files, _rows(conn, watched_files, watched_files.c.folder_fk == one.id)))
    return Remembered(one, tuple(rows))


def bring_back(database: Database, before: Remembered, *, who: str, now: int) -> Change:
    """A removed feed is as it was, with its mark, its files and its runs; UserError when its place is taken."""
    named(who)
    one = before.known
    (row,) = before.rows[0][1]
    with database.write() as conn:
        free_name(conn, row["name"], "", 0)
        if conn.execute(select(one.table.c.id).where(one.table.c.id == one.id)).first() is not None:
            raise UserError(f"Another feed was made since “{one.name}” was removed.", "Make it anew.")
        connection = row.get("connection_fk")
        known = select(sql_connections.c.id).where(sql_connections.c.id == connection)
        if connection is not None and conn.execute(known).first() is None:
            raise UserError(f"The connection of “{one.name}” was removed, too.", "Make both anew.")
        for table, rows in before.rows:
            _write(conn, table, [{**kept, **_free(table)} for kept in rows])
        audit.record(conn, who=who, action="feed taken back", subject=row["name"], detail={"feed": one.key}, at=now)
    return Change(f"“{row['name']}” is there again", (one.id,))


def _rows(conn: Connection, table: Table, where: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(dict(row) for row in conn.execute(select(table).where(where).order_by(table.c.id)).mappings())


def _free(table: Table) -> dict[str, None]:
    """Nobody has it in hand any more."""
    return {"lease_by": None, "lease_until": None} if "lease_by" in table.c else {}


def _write(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _TOGETHER):
        conn.execute(insert(table), list(rows[start : start + _TOGETHER]))
