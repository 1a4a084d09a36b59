"""What a table that grows many times over needs at the end: its indexes on SQLite, its statistics on PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, select

from opsconsole.store import dialect

# New rows from which on building anew is less work than changing; and by how much they must outnumber what is there.
_MANY = 10_000
_TIMES = 1
# A share of the rows that are there by which a table may grow before its statistics say too little.
_STALE = 0.2


@contextmanager
def built_at_the_end(
    conn: Connection, tables: Sequence[tuple[Table, int]], told: Callable[[str], None] = lambda text: None
) -> Iterator[None]:
    """Take away the indexes of the given tables, each with the number of rows expected, and build them at the end.

    Only on SQLite, where other readers keep their view of the file, and only of tables that get more rows than they
    have. Uniqueness is checked all the while. On PostgreSQL the tables that grow much are counted anew: whoever asks
    right after an import would else be led through them as if they were as small as before it. ``told`` hears what is
    built. When the block raises, the transaction that holds it is rolled back.
    """
    if not dialect.is_sqlite(conn):
        grown = [table.name for table, count in tables if _grows(conn, table, count, _STALE)]
        yield
        for name in grown:
            told(f"Counting {name.replace('_', ' ')}")
            conn.exec_driver_sql(f'ANALYZE "{name}"')
        return
    growing = [table.name for table, count in tables if _grows(conn, table, count, _TIMES)]
    statements: list[str] = []
    for name in growing:
        found = conn.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
        ).all()
        for index, sql in found:
            conn.exec_driver_sql(f'DROP INDEX "{index}"')
            statements.append(sql)
    yield
    for number, sql in enumerate(statements, start=1):
        told(f"Building index {number} of {len(statements)}")
        conn.exec_driver_sql(sql)


def _grows(conn: Connection, table: Table, count: int, times: float) -> bool:
    if count < _MANY:
        return False
    there = conn.execute(select(func.max(table.c.id))).scalar() or 0
    return count > times * int(there)
