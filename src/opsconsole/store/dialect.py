"""What SQLite and PostgreSQL do differently, behind one name each."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from opsconsole.domain.listing import parts
from opsconsole.store.bound import bound, is_empty, same
from opsconsole.store.copy_text import copy_blocks

_STEP = 50_000
_TAKEN = 500
_FEW = 5_000  # rows that are bound faster than a table is made for them


def is_sqlite(conn: Connection) -> bool:
    """Whether a connection speaks to SQLite."""
    return conn.dialect.name == "sqlite"


# --- writing many rows ------------------------------------------------------------------------------------------------


def bulk_insert(conn: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> int:
    """Insert rows given as columns of equal length, by the driver's fastest way; returns their number.

    Values must already have the columns' types: integers for instants, days and money, ``str``, ``float``, ``bool``.
    Columns left out take their server defaults.
    """
    needed = {name: values for name, values in columns.items() if _needed(table, name, values)}
    return _insert(conn, table.name, needed or columns)


def copy_rows(conn: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Insert rows given as tuples; see ``bulk_insert``."""
    return bulk_insert(conn, table, dict(zip(names, zip(*rows, strict=True), strict=True))) if rows else 0


def _needed(table: Table, name: str, values: Sequence[Any]) -> bool:
    """Whether a column must be named: not one without any value that is NULL by itself."""
    column = table.c[name]
    return not column.nullable or column.server_default is not None or not is_empty(values)


def _insert(conn: Connection, table: str, columns: Mapping[str, Sequence[Any]]) -> int:
    listed = ", ".join(f'"{name}"' for name in columns)
    cursor: Any = conn.connection.cursor()
    try:
        if is_sqlite(conn):
            marks, values = _marked(columns)
            rows = zip(*values, strict=True)
            cursor.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join(marks)})', rows)
        else:
            with cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
                for block in copy_blocks(list(columns.values())):
                    copy.write(block)
        return max(0, int(cursor.rowcount))
    finally:
        cursor.close()


def _marked(columns: Mapping[str, Sequence[Any]]) -> tuple[list[str], list[Sequence[Any]]]:
    """What stands for each column in a statement, and the values to bind; at least one column has some."""
    marks: list[str] = []
    bind: list[Sequence[Any]] = []
    for number, column_values in enumerate(columns.values()):
        known = same(column_values) if number and len(column_values) > 1 else None
        if known is None:
            known, values = bound(column_values)
            bind.append(values)
        marks.append(known)
    return marks, bind


def next_ids(conn: Connection, table: Table, count: int) -> Sequence[int]:
    """Numbers for new rows, to be inserted explicitly in this transaction."""
    if is_sqlite(conn):
        last = conn.execute(select(func.max(table.c.id))).scalar() or 0
        return range(last + 1, last + 1 + count)
    drawn = "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    return conn.execute(text(drawn), {"name": table.name, "count": count}).scalars().all()


def bulk_update(conn: Connection, table: Table, ids: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> int:
    """Set columns of the rows with these ids (``columns[name][i]`` belongs to ``ids[i]``); returns their number."""
    if not ids or not columns:
        return 0
    names = list(columns)
    if is_sqlite(conn):
        marks, values = zip(*map(bound, columns.values()), strict=True)
        settings = ", ".join(f'"{name}" = {mark}' for name, mark in zip(names, marks, strict=True))
        cursor: Any = conn.connection.cursor()
        try:
            rows = zip(*values, ids, strict=True)
            cursor.executemany(f'UPDATE "{table.name}" SET {settings} WHERE id = ?', rows)
            return len(ids)
        finally:
            cursor.close()
    settings = ", ".join(f'"{name}" = b."{name}"' for name in names)
    listed = ", ".join(f'"{name}"' for name in ("id", *names))
    if len(ids) <= _FEW:
        given = {"id": ids, **columns}
        arrays = ", ".join(f"CAST(%s AS {table.c[name].type.compile(conn.dialect)}[])" for name in given)
        few = f'UPDATE "{table.name}" AS t SET {settings} FROM unnest({arrays}) AS b({listed}) WHERE b.id = t.id'
        conn.exec_driver_sql(few, tuple(list(values) for values in given.values()))
        return len(ids)
    conn.exec_driver_sql(
        f'CREATE TEMP TABLE bulk_update ON COMMIT DROP AS SELECT {listed} FROM "{table.name}" WITH NO DATA'
    )
    _insert(conn, "bulk_update", {"id": ids, **columns})
    conn.exec_driver_sql("ANALYZE bulk_update")
    conn.exec_driver_sql(f'UPDATE "{table.name}" AS t SET {settings} FROM bulk_update b WHERE b.id = t.id')
    conn.exec_driver_sql("DROP TABLE bulk_update")
    return len(ids)


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Insert a few rows or, where one with the same key exists, set its other columns."""
    if not rows:
        return
    insert = (sqlite if is_sqlite(conn) else postgresql).insert(table)
    others = [name for name in rows[0] if name not in key]
    statement = (
        insert.on_conflict_do_update(index_elements=list(key), set_={name: insert.excluded[name] for name in others})
        if others
        else insert.on_conflict_do_nothing(index_elements=list(key))
    )
    conn.execute(statement, [dict(row) for row in rows])


def upsert_newer(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str], time: str
) -> None:
    """Like ``upsert``, but a row stays as it is where its ``time`` column is newer."""
    if not rows:
        return
    insert = (sqlite if is_sqlite(conn) else postgresql).insert(table)
    others = {name: insert.excluded[name] for name in rows[0] if name not in key}
    newer = insert.excluded[time] >= table.c[time]
    statement = insert.on_conflict_do_update(index_elements=list(key), set_=others, where=newer)
    conn.execute(statement, [dict(row) for row in rows])


def insert_missing(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        insert = (sqlite if is_sqlite(conn) else postgresql).insert(table)
        conn.execute(insert.on_conflict_do_nothing(index_elements=list(key)), [dict(row) for row in rows])


# --- reading many rows ------------------------------------------------------------------------------------------------


def read_columns(conn: Connection, statement: Select[Any]) -> list[list[Any]]:
    """Columns of all rows as the driver gives them: of a statement whose types are integers, floats and text.

    Rows are taken a few at a time: nobody else's Python runs while the driver hands them over, the window's neither.
    """
    result = conn.execute(statement)
    cursor: Any = result.cursor
    columns: list[list[Any]] = [[] for _ in cursor.description]
    while rows := cursor.fetchmany(_TAKEN):
        for known, values in zip(columns, zip(*rows, strict=True), strict=True):
            known += values
    result.close()
    return columns


def plan_once(conn: Connection) -> None:
    """Until the end of this transaction a server keeps the plans of what it is asked again, whatever the parameters.

    For questions about little: planning them anew costs more than answering them.
    """
    if not is_sqlite(conn):
        conn.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        conn.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))


def plan_each_time(conn: Connection) -> None:
    """As it was before ``plan_once``."""
    if not is_sqlite(conn):
        conn.execute(text("SET LOCAL plan_cache_mode TO DEFAULT"))
        conn.execute(text("SET LOCAL max_parallel_workers_per_gather TO DEFAULT"))


def untranslated(conn: Connection) -> Any:
    """The dialect whose words a database takes as they are: its driver would translate the others each time."""
    if is_sqlite(conn):
        return conn.dialect
    made: Any = type(conn.dialect)
    return made(paramstyle="numeric_dollar")


def ask_driver(conn: Connection, words: str, bound: Sequence[Any], *, planned: bool) -> Any:
    """The driver's cursor with the answer to untranslated words.

    ``planned``: a server keeps its plan from now on; else it makes one for the very values.
    """
    if is_sqlite(conn):
        return conn.connection.cursor().execute(words, bound)
    driver: Any = conn.connection.driver_connection
    return psycopg.RawCursor(driver).execute(words, bound, prepare=planned)


# --- many keys in one question ----------------------------------------------------------------------------------------


@contextmanager
def id_set(conn: Connection, ids: Iterable[int]) -> Iterator[CTE]:
    """A table with one column ``id`` of distinct integers, for JOIN and IN, of any length.

    It is bound to the statement as one value, so it also works where nothing may be written.
    """
    yield _keys(conn, bindparam(None, keys_value(conn, ids), Text()), "id", BigInteger())


@contextmanager
def sku_set(conn: Connection, skus: Iterable[str]) -> Iterator[CTE]:
    """The same with one column ``sku`` of texts."""
    yield _keys(conn, bindparam(None, keys_value(conn, skus), Text()), "sku", Text())


def keys_given(conn: Connection, parameter: str, name: str, kind: Any) -> CTE:
    """A table of one column, for a statement that is asked again with others: its parameter is a ``keys_value``."""
    return _keys(conn, bindparam(parameter, None, Text()), name, kind)


def keys_value(conn: Connection, keys: Iterable[Any]) -> Any:
    """Keys as the one value that stands for a table of them."""
    distinct = list(dict.fromkeys(keys))
    if is_sqlite(conn):
        return _as_json(distinct)
    # As a server writes it: its driver binds a long list slowly.
    return f"{{{','.join(map(_element, distinct))}}}"


def _as_json(values: Sequence[Any]) -> str:
    """Values as SQLite reads a list of them; written in parts, since a worker that writes one text holds the window."""
    told = (json.dumps(part, separators=(",", ":"), ensure_ascii=False)[1:-1] for part in parts(values))
    return f"[{','.join(told)}]"


def _element(key: Any) -> str:
    """A key as an element of an array: texts in quotes, with what ends or hides one marked."""
    if not isinstance(key, str):
        return "NULL" if key is None else str(key)
    marked = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{marked}"'


def _keys(conn: Connection, given: BindParameter[Any], name: str, kind: Any) -> CTE:
    if is_sqlite(conn):
        statement = select(func.json_each(given).table_valued(column("value", kind)).c.value.label(name))
    else:
        unnested = func.unnest(cast(given, ARRAY(kind))).table_valued(column(name, kind)).render_derived()
        statement = select(unnested.c[name])
    # Materialized: SQLite then builds an index over it instead of reading it once per row.
    return statement.cte().prefix_with("MATERIALIZED")


def key_set(conn: Connection, columns: Mapping[str, Sequence[Any]], types: Mapping[str, Any] | None = None) -> CTE:
    """A table of the given columns (text unless ``types`` says otherwise) to join with, bound as one value each."""
    kinds = {name: (types or {}).get(name, Text()) for name in columns}
    if is_sqlite(conn):
        rows = _as_json(list(zip(*columns.values(), strict=True)))
        source = func.json_each(bindparam(None, rows, Text())).table_valued("value")
        cells: list[ColumnElement[Any]] = [
            func.json_extract(source.c.value, f"$[{index}]", type_=kinds[name]).label(name)
            for index, name in enumerate(columns)
        ]
        statement = select(*cells).select_from(source)
    else:
        arrays = [bindparam(None, list(values), ARRAY(kinds[name])) for name, values in columns.items()]
        typed = [cast(array, ARRAY(kinds[name])) for array, name in zip(arrays, columns, strict=True)]
        unnested = func.unnest(*typed).table_valued(*[column(name, kinds[name]) for name in columns]).render_derived()
        statement = select(*[unnested.c[name] for name in columns])
    # Materialized: SQLite then builds an index over it instead of reading it once per row.
    return statement.cte().prefix_with("MATERIALIZED")


def chunks(values: Sequence[Any], size: int = _STEP) -> Iterator[Sequence[Any]]:
    """Slices of at most ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


# --- expressions ------------------------------------------------------------------------------------------------------


def seconds_between(earlier: ColumnElement[int] | Column[int], later: ColumnElement[int] | Column[int]) -> Any:
    """Whole seconds from one instant column to another, rounded toward zero."""
    return cast((later - earlier).op("/")(1_000_000), BigInteger)


def share(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    """``part / whole`` as a float; NULL where whole is zero."""
    return cast(part, Float) / func.nullif(cast(whole, Float), 0.0)


def begins(conn: Connection, column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Whether a column's text begins with some words, in capitals and small letters as they stand; by its index.

    On PostgreSQL that takes an index made with ``text_pattern_ops``, which knows nothing of a language's own order.
    """
    end = f"{words[:-1]}{chr(ord(words[-1]) + 1)}"
    if is_sqlite(conn):
        return and_(column >= words, column < end)
    return and_(column.op("~>=~", is_comparison=True)(words), column.op("~<~", is_comparison=True)(end))


def contains(conn: Connection, column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Whether a column's text has some words in it, in capitals or small letters (SQLite: of the Latin alphabet)."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = column.like if is_sqlite(conn) else column.ilike
    return like(f"%{escaped}%", escape="\\")


class value_origin(GenericFunction[int]):  # noqa: N801 - a function's name in SQL
    """Of ``field_sources_json`` the source time (part 0) or batch (part 1) of one value; NULL: those of the row.

    ``value_origin(column, name, part)``
    """

    type = BigInteger()
    inherit_cache = True


@compiles(value_origin, "sqlite")
def _value_origin_in_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    sources, name, part = (compiler.process(clause, **more) for clause in element.clauses)
    return f"json_extract({sources}, '$.' || {name} || '[' || {part} || ']')"


@compiles(value_origin, "postgresql")
def _value_origin_in_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    sources, name, part = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(CAST({sources} AS json) -> {name} ->> {part} AS BIGINT)"


# --- one client at a time ---------------------------------------------------------------------------------------------


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"opsconsole:{name}".encode(), digest_size=8).digest(), "big", signed=True)


def hold_lock(conn: Connection, name: str) -> None:
    """Wait until this transaction alone holds the named lock (SQLite: a write transaction already is alone)."""
    if not is_sqlite(conn):
        conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _lock_number(name)})


def interruption(conn: Connection) -> Callable[[], None]:
    """What ends the connection's running statement, if one runs, from any thread."""
    driver: Any = conn.connection.driver_connection
    return driver.interrupt if is_sqlite(conn) else driver.cancel_safe  # type: ignore[no-any-return]


def try_lock(conn: Connection, name: str) -> bool:
    """Take the named lock until the end of this transaction; False when another client holds it."""
    if is_sqlite(conn):
        return True
    return bool(
        conn.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": _lock_number(name)}).scalar()
    )
