"""Sessions on other databases: made read-only and limited in time, and stopped from outside when they hang."""

import contextlib
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

STOP_SECONDS = 3
_MYSQL_TIMESTAMP = 7  # type code of a column whose values are instants
# Opens a second connection, with more arguments for the driver.
Again = Callable[..., Any]


def begin_postgresql(connection: Connection, seconds: int) -> None:
    """PostgreSQL refuses every write in such a transaction."""
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {seconds * 1000}")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")


def begin_mysql(connection: Connection, seconds: int) -> None:
    """MariaDB and MySQL refuse every write in such a transaction; both limit it, each by its own name."""
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    limit = f"max_statement_time = {seconds}" if mariadb else f"max_execution_time = {seconds * 1000}"
    # TIMESTAMP columns come in the session's zone and do not say so; DATETIME ones are never moved.
    for words in (f"SET SESSION {limit}", "SET SESSION time_zone = '+00:00'", "SET SESSION net_write_timeout = 600"):
        connection.exec_driver_sql(words)
    connection.exec_driver_sql("START TRANSACTION READ ONLY")


def begin_oracle(connection: Connection, seconds: int) -> None:
    """Oracle refuses every write in such a transaction."""
    raw: Any = connection.connection.dbapi_connection
    raw.call_timeout = seconds * 1000
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def begin_mssql(connection: Connection, seconds: int) -> None:
    """SQL Server has no such transaction: nothing waits long for locks, and all is rolled back in the end."""
    connection.exec_driver_sql("SET LOCK_TIMEOUT 30000")


def begin_nothing(connection: Connection, seconds: int) -> None:
    """A file opened for reading only needs nothing more."""


def stop_postgresql(raw: Any, again: Again) -> None:
    """Ask the server to stop."""
    raw.cancel_safe(timeout=STOP_SECONDS)


def stop_mysql(raw: Any, again: Again) -> None:
    """Ask the server, on a second connection, to stop."""
    second = again(read_timeout=STOP_SECONDS, write_timeout=STOP_SECONDS)
    with contextlib.closing(second):
        second.query(f"KILL QUERY {raw.thread_id()}")


def stop_oracle(raw: Any, again: Again) -> None:
    """Break the call that is under way."""
    raw.cancel()


def stop_sqlite(raw: Any, again: Again) -> None:
    """Interrupt the query."""
    raw.interrupt()


def stop_by_closing(raw: Any, again: Again) -> None:
    """Close the connection under the query."""
    raw.close()


def cut(raw: Any) -> None:
    """Cut the line to a server that does not answer any more, so that whoever waits for it gets an error."""
    with contextlib.suppress(Exception):
        if hasattr(raw, "fileno"):
            line = socket.socket(fileno=raw.fileno())
            try:
                line.shutdown(socket.SHUT_RDWR)
            finally:
                line.detach()  # the driver closes it
        elif getattr(raw, "_sock", None) is not None:
            raw._sock.shutdown(socket.SHUT_RDWR)


def abandon(raw: Any) -> None:
    """Let go of rows that nobody wants any more: PyMySQL would read all of them before it closes."""
    result: Any = getattr(raw, "_result", None)
    if hasattr(result, "unbuffered_active"):
        result.unbuffered_active, result.connection, raw._result = False, None, None
        raw._force_close()


def as_instants(description: Sequence[Sequence[Any]], raw: Any) -> frozenset[int]:
    """Places of columns whose times are UTC without saying so: TIMESTAMP of MariaDB and MySQL."""
    if not hasattr(raw, "server_capabilities"):
        return frozenset()
    return frozenset(place for place, column in enumerate(description) if column[1] == _MYSQL_TIMESTAMP)


def in_utc(row: Sequence[Any], places: frozenset[int]) -> list[Any]:
    """A row with the times at some places said to be UTC."""
    return [
        value.replace(tzinfo=UTC) if place in places and isinstance(value, datetime) else value
        for place, value in enumerate(row)
    ]


def prepare(engine: Engine) -> None:
    """Let the drivers give every value as it is: JSON and endless times of PostgreSQL as their text."""

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, record: Any) -> None:
        if hasattr(raw, "adapters"):
            _load_as_text(raw)


def _load_as_text(raw: Any) -> None:
    from psycopg.errors import DataError
    from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
    from psycopg.types.string import TextLoader

    def lenient(loader: type[Any]) -> type[Any]:
        class Lenient(loader):  # type: ignore[misc]
            """Gives what no calendar of Python has (infinity, years of five digits) as the server writes it."""

            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        return Lenient

    for name in ("json", "jsonb"):
        raw.adapters.register_loader(name, TextLoader)
    for name, loader in (("date", DateLoader), ("timestamp", TimestampLoader), ("timestamptz", TimestamptzLoader)):
        raw.adapters.register_loader(name, lenient(loader))
