"""Driver errors that are the world's fault, in words that say what to do."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import UserError

# Where PostgreSQL's own library looks for the authorities a user trusts beside the system's.
ROOT_CERTIFICATE = (
    Path(os.environ.get("APPDATA", "~")) / "postgresql" / "root.crt"
    if sys.platform == "win32"
    else Path("~/.postgresql/root.crt")
)
_SQLITE = (
    # (what the driver's text contains, message, hint)
    ("locked", "The database “{label}” is busy: another program is writing to it.", "Try again in a moment."),
    ("disk is full", "There is no room left on the disk of “{label}”.", "Free some space; nothing was changed."),
    (
        "not a database",
        "“{label}” is not a database of opsconsole, or it is encrypted or damaged.",
        "Choose another file, or restore a backup.",
    ),
    ("malformed", "The database “{label}” is damaged.", "Restore the newest backup: opsconsole restore."),
    (
        "readonly database",
        "“{label}” may not be written.",
        "Ask for the right to write the file and its folder, or copy it to a folder of your own.",
    ),
    ("unable to open", "“{label}” cannot be opened.", "Look whether its folder exists and may be written."),
    ("disk i/o error", "The disk of “{label}” reports an error.", "Look at the disk, then check the database."),
)


def translated(error: BaseException, label: str) -> UserError | None:
    """The UserError an error of a driver stands for; None when it is a fault of ours. Never shows a password."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite.Error):
        return _from_sqlite(original, label)
    if isinstance(original, psycopg.Error):
        return _from_postgresql(original, label)
    return None


@contextmanager
def user_errors(label: str) -> Iterator[None]:
    """Raise the world's faults inside the block as UserError."""
    try:
        yield
    except (DBAPIError, sqlite.Error, psycopg.Error) as error:
        known = translated(error, label)
        if known is None:
            raise
        raise known from None


def _from_sqlite(error: Exception, label: str) -> UserError | None:
    if not isinstance(error, sqlite.DatabaseError) or isinstance(
        error, sqlite.IntegrityError | sqlite.ProgrammingError
    ):
        return None
    words = str(error).lower()
    for part, message, hint in _SQLITE:
        if part in words:
            return UserError(message.format(label=label), hint)
    return None


def _from_postgresql(error: psycopg.Error, label: str) -> UserError | None:
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return _not_connected(str(error).lower(), label)
    state = error.sqlstate or ""
    if state.startswith("28"):
        return UserError(f"{label} does not let you in: name or password is wrong.", "Enter them again.")
    if state == "3D000":
        return UserError(f"{label}: there is no database of that name on the server.", "Look at the name.")
    if state == "42501":
        return UserError(f"{label}: your account may not do this.", "Ask whoever runs the database for the right.")
    if state in ("53100", "53200"):
        return UserError(f"{label}: the server has no room left.", "Tell whoever runs it; nothing was changed.")
    if state == "53300":
        return UserError(f"{label}: the server has too many connections.", "Try again in a moment.")
    if state in ("55P03", "40001", "40P01"):
        return UserError(f"{label} is busy: somebody else is writing.", "Try again in a moment.")
    if state == "57014":
        return UserError(f"{label} took too long to answer.", "Narrow the question with a filter, or try again.")
    if state.startswith(("57P", "08")):
        return UserError(f"{label} closed the connection.", "Try again; if it stays so, ask whoever runs it.")
    return None


def _not_connected(words: str, label: str) -> UserError:
    if "password" in words or "authentication" in words or "no pg_hba.conf entry" in words:
        return UserError(f"{label} does not let you in: name or password is wrong.", "Enter them again.")
    if "does not exist" in words and "database" in words:
        return UserError(f"{label}: there is no database of that name on the server.", "Look at the name.")
    if "does not support ssl" in words:
        return UserError(
            f"{label}: the server offers no secured connection.",
            "Have it switched on there, or do not verify the certificate on a network you trust.",
        )
    if "certificate" in words or "ssl" in words:
        return UserError(
            f"{label}: the server's certificate is not one this computer trusts.",
            f"Ask for the certificate of its authority and save it as {ROOT_CERTIFICATE}, or do not verify it on a "
            "network you trust.",
        )
    return UserError(
        f"{label} cannot be reached.", "Look at the network, the server's name and port, or work on a local database."
    )
