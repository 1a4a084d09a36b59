"""Ending a statement that runs in a worker when nobody wants its answer any more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import Cancelled
from opsconsole.domain.progress import Progress
from opsconsole.store import dialect

_LOOK_SECONDS = 0.1


@contextmanager
def ends_when_cancelled(conn: Connection, progress: Progress | None) -> Iterator[None]:
    """Inside the block a cancel ends the connection's running statement; then Cancelled is raised.

    The transaction around the block is rolled back by that. A statement that begins after the cancel is ended as well.
    """
    if progress is None:
        yield
        return
    over = threading.Event()
    stop = dialect.interruption(conn)

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if progress.cancelled:
                stop()

    watcher = threading.Thread(target=watch, name="cancel statement", daemon=True)
    watcher.start()
    try:
        yield
    except (DBAPIError, sqlite.Error, psycopg.Error):
        if progress.cancelled:
            raise Cancelled from None
        raise
    finally:
        over.set()
        watcher.join()
