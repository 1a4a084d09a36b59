"""The database and the moment that a command is about."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opsconsole.domain import instants
from opsconsole.domain.progress import Progress
from opsconsole.services import databases
from opsconsole.store.database import Database


def url_of(parsed: argparse.Namespace) -> str:
    """The database asked for, else this user's own."""
    return str(parsed.database or databases.default_database_url())


@contextmanager
def opened(parsed: argparse.Namespace, *, create: bool = False, read_only: bool = False) -> Iterator[Database]:
    """The open database, closed at the end."""
    database = databases.open_database(url_of(parsed), create=create, read_only=read_only)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_if_any(parsed: argparse.Namespace) -> Iterator[Database | None]:
    """The database for reading; None where none was named and this user has none yet."""
    if not parsed.database and not Path(databases.default_database_url()).exists():
        yield None
        return
    with opened(parsed, read_only=True) as database:
        yield database


def moment(parsed: argparse.Namespace) -> int:
    """``--as-of``, else the clock."""
    return instants.now() if parsed.as_of is None else int(parsed.as_of)


def who() -> str:
    """Name under which a command writes into the history."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"


def progress(parsed: argparse.Namespace) -> Progress:
    """Progress on one line of a terminal; silent for scripts."""
    if parsed.json or sys.stderr is None or not sys.stderr.isatty():
        return Progress()
    return Progress(_show)


def _show(done: int, total: int, text: str) -> None:
    share = f" {done / total:.0%}" if total else ""
    end = "\r" if not total or done < total else "\r\x1b[K"
    sys.stderr.write(f"\x1b[K{text}{share}{end}")
    sys.stderr.flush()
