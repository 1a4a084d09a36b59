"""Asking another database: a thread of its own reads the rows, whoever asked watches it, and stops it when it hangs."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, Engine, create_engine, text
from sqlalchemy.pool import NullPool
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain import query_text
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import KINDS, SqlConnection
from opsconsole.domain.wording import duration
from opsconsole.services import sql_sessions
from opsconsole.services.sql_drivers import Driver, driver_of, open_file, url_of
from opsconsole.services.sql_faults import explained

CHUNK = 2_000
_WAITING = 4  # chunks that are read ahead
_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 5
Rows = Sequence[Sequence[Any]]


@dataclass
class Question:
    """What is asked: a checked statement with ``:since`` or not, its values, and how long it may take.

    ``most`` rows are read at most; 0 is all.
    """

    statement: str
    values: Mapping[str, Any] = field(default_factory=dict)
    seconds: int = 600
    most: int = 0


def engine_of(one: SqlConnection, password: str, **more: Any) -> tuple[Engine, Driver]:
    """An engine that keeps no connections; ``more`` is for the driver. UserError where that is missing."""
    driver = driver_of(one)
    if KINDS[one.kind].port is None:
        engine = create_engine(url_of(one), module=sqlite, creator=lambda: open_file(one), poolclass=NullPool)
    else:
        arguments = {**driver.arguments(one, password), **more}
        engine = create_engine(url_of(one, password), connect_args=arguments, poolclass=NullPool)
    sql_sessions.prepare(engine)
    return engine, driver


def ask(
    one: SqlConnection,
    password: str,
    question: Question,
    begin: Callable[[list[str]], Callable[[Rows], None]],
    progress: Progress | None = None,
) -> int:
    """Read a query's result: ``begin`` is given the columns' names and returns what takes the rows, chunk by chunk.

    Returns the number of rows. Raises UserError in words, Cancelled when cancelled, also while the server is silent.
    """
    engine, driver = engine_of(one, password)
    reader = _Reader(one, engine, driver, question, lambda **more: engine_of(one, password, **more)[0].raw_connection())
    thread = threading.Thread(target=reader.work, name=f"query {one.name}", daemon=True)
    thread.start()
    try:
        return _take(reader, begin, progress)
    finally:
        reader.stop()
        # One that still hangs in its driver is left behind; it holds nothing but its connection.
        thread.join(_GRACE_SECONDS)
        engine.dispose()


def _take(reader: "_Reader", begin: Callable[[list[str]], Callable[[Rows], None]], progress: Progress | None) -> int:
    count, take = 0, None
    question, name = reader.question, reader.one.name
    deadline = time.monotonic() + question.seconds + _GRACE_SECONDS
    while True:
        if progress is not None:
            said = f"{name}: {count:,} rows read" if take is not None else f"Asking {name}"
            progress.step(count, 0, said)
        if time.monotonic() > deadline:
            raise _too_slow(reader.one, question.seconds)
        try:
            what, given = reader.given.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            continue
        if what == "names":
            take = begin(given)
        elif what == "rows" and take is not None:
            rows = given[: question.most - count] if question.most else given
            take(rows)
            count += len(rows)
            if question.most and count >= question.most:
                return count
        elif what == "end":
            return count
        elif what == "fault":
            raise _as_told(given, reader.one, question.seconds)


def _too_slow(one: SqlConnection, seconds: int) -> UserError:
    return UserError(
        f"“{one.name}” took longer than {duration(seconds)} to answer.", "Narrow the query, or give it more time."
    )


def _as_told(fault: BaseException, one: SqlConnection, seconds: int) -> BaseException:
    return explained(fault, one, limit=duration(seconds)) or fault


class _Reader:
    """Reads rows in a thread of its own into a short queue."""

    def __init__(
        self, one: SqlConnection, engine: Engine, driver: Driver, question: Question, again: Callable[..., Any]
    ) -> None:
        self.one, self.question = one, question
        self._again = again
        self.given: queue.Queue[tuple[str, Any]] = queue.Queue(_WAITING)
        self._engine, self._driver = engine, driver
        self._raw: Any = None
        self._stopped = threading.Event()
        self._over = threading.Event()

    def work(self) -> None:
        """Body of the thread."""
        try:
            self._read()
            self._give("end", None)
        except _Stopped:
            pass
        except BaseException as fault:
            if not self._stopped.is_set():
                self._give_up(fault)
        finally:
            self._over.set()

    def stop(self) -> None:
        """Let the thread end, whatever it waits for; a server that does not answer is left.

        Where it still connects it sees for itself, before it asks anything, that nobody wants to know any more.
        """
        self._stopped.set()
        deadline = time.monotonic() + sql_sessions.STOP_SECONDS
        politely: threading.Thread | None = None
        while not self._over.wait(_LOOK_SECONDS) and (raw := self._raw) is not None:
            if time.monotonic() > deadline:
                sql_sessions.cut(raw)
                break
            # Once more each time: what is stopped may not have begun the moment before.
            if politely is None or not politely.is_alive():
                politely = threading.Thread(target=self._interrupt, args=(raw,), name="stop query", daemon=True)
                politely.start()
        if politely is not None:
            politely.join(_LOOK_SECONDS)

    def _interrupt(self, raw: Any) -> None:
        with contextlib.suppress(Exception):
            self._driver.interrupt(raw, self._again)

    def _read(self) -> None:
        with self._engine.connect() as connection:
            self._raw = connection.connection.dbapi_connection
            if self._stopped.is_set():
                raise _Stopped
            self._driver.begin(connection, self.question.seconds)
            backslashes = KINDS[self.one.kind].backslashes
            statement = text(query_text.marked(self.question.statement, backslashes=backslashes))
            result = connection.execute(
                statement,
                dict(self.question.values),
                execution_options={"stream_results": True, "max_row_buffer": CHUNK},
            )
            try:
                self._hand_on(result)
            except BaseException:
                if KINDS[self.one.kind].port is None:
                    result.close()  # a file's cursor cannot be closed after its connection
                sql_sessions.abandon(self._raw)
                connection.invalidate()
                raise
            finally:
                result.close()
            self._raw = None
            connection.rollback()

    def _hand_on(self, result: CursorResult[Any]) -> None:
        description = result.cursor.description if result.cursor is not None else ()
        instants = sql_sessions.as_instants(description, self._raw)
        self._give("names", list(map(str, result.keys())))
        for rows in result.partitions(CHUNK):
            self._give("rows", [sql_sessions.in_utc(row, instants) for row in rows] if instants else rows)

    def _give(self, what: str, given: Any) -> None:
        while not self._stopped.is_set():
            try:
                self.given.put((what, given), timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return
        raise _Stopped

    def _give_up(self, fault: BaseException) -> None:
        try:
            self._give("fault", fault)
        except _Stopped:
            return


class _Stopped(Exception):  # noqa: N818 - nobody waits for the rows any more
    """Ends the reading thread."""
