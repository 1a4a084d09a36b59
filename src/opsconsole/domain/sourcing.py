"""Where data comes from by itself: connections to other databases, queries against them, and watched folders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain import query_text, schedule
from opsconsole.domain.errors import UserError

# Minutes after which a failed attempt is repeated, each time; after the last one it waits for a person.
PAUSES = (5, 15, 60, 240, 720)
DONE, PARTLY, NOTHING, FAILED, CANCELLED = "done", "partly", "nothing", "failed", "cancelled"
OUTCOMES = (
    (DONE, "Done"),
    (PARTLY, "Done in part"),
    (NOTHING, "Nothing new"),
    (FAILED, "Failed"),
    (CANCELLED, "Cancelled"),
)
PREFER, REQUIRE, VERIFY, OFF = "prefer", "require", "verify-full", "off"
TLS = (
    (PREFER, "If the server offers it"),
    (REQUIRE, "Always; the certificate is not checked"),
    (VERIFY, "Always; certificate and name are checked"),
    (OFF, "Never"),
)
SKIPPED_ENDINGS = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download", ".swp", "~")
SKIPPED_BEGINNINGS = ("~$", ".")
LONGEST_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class DatabaseKind:
    """A kind of database: ``port`` it usually has (None: it is a file); ``backslashes`` escape inside its quotes."""

    key: str
    label: str
    port: int | None
    backslashes: bool = False
    database_words: str = "Database"


KINDS: Mapping[str, DatabaseKind] = {
    kind.key: kind
    for kind in (
        DatabaseKind("postgresql", "PostgreSQL", 5432),
        DatabaseKind("mariadb", "MariaDB", 3306, backslashes=True),
        DatabaseKind("mysql", "MySQL", 3306, backslashes=True),
        DatabaseKind("mssql", "SQL Server", 1433),
        DatabaseKind("oracle", "Oracle", 1521, database_words="Service name"),
        DatabaseKind("sqlite", "SQLite file", None, database_words="File"),
    )
}


@dataclass(frozen=True, slots=True)
class SqlConnection:
    """Another database of the business; its password is in the keyring of each computer and nowhere else."""

    name: str
    kind: str = "postgresql"
    host: str = ""
    port: int | None = None
    database: str = ""
    user: str = ""
    tls: str = PREFER
    ca_file: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    version: int = 1

    @property
    def place(self) -> str:
        """``erp.example:5432/sales`` or the file."""
        if KINDS[self.kind].port is None:
            return self.database
        return f"{self.host or 'this computer'}:{self.port or KINDS[self.kind].port}/{self.database}"


@dataclass(frozen=True, slots=True)
class SqlFeed:
    """A query whose result is imported. ``source`` is a key, ``mapping:NAME``, or empty: recognized by its columns.

    ``mark_column`` is the high-water column; each run reads from its highest value so far less ``overlap`` (minutes of
    times, else whole numbers) on; ``begin_with`` is the value of the first run.
    """

    name: str
    connection_id: int = 0
    query: str = ""
    source: str = ""
    channel: str = ""
    location: str = ""
    mark_column: str = ""
    begin_with: str = ""
    overlap: int = 0
    time_limit_seconds: int = 600
    schedule: str = ""
    enabled: bool = True
    id: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose files are imported by the computer called ``workstation``.

    ``pattern`` holds names such as ``orders*.csv; *.xlsx``; empty: every table and archive.
    """

    name: str
    workstation: str = ""
    path: str = ""
    pattern: str = ""
    recursive: bool = False
    source: str = ""
    channel: str = ""
    location: str = ""
    schedule: str = "every 5 minutes"
    enabled: bool = True
    id: int = 0
    version: int = 1

    @property
    def patterns(self) -> tuple[str, ...]:
        """The single patterns."""
        return tuple(part.strip() for part in self.pattern.replace(";", ",").split(",") if part.strip())


def connection_problems(one: SqlConnection) -> dict[str, str]:
    """What is wrong with a connection, by field."""
    found = {} if one.name.strip() else {"name": "Give it a name."}
    kind = KINDS.get(one.kind)
    if kind is None:
        return {**found, "kind": f"Choose one of {', '.join(KINDS)}."}
    if not one.database.strip():
        found["database"] = f"Name the {kind.database_words.lower()}."
    if kind.port is None:
        return found
    if not one.host.strip():
        found["host"] = "Name the server, or localhost."
    if not one.user.strip():
        found["user"] = "Name an account, best one that may only read."
    if one.port is not None and not 0 < one.port < 65_536:
        found["port"] = "A port is a number from 1 to 65535."
    if one.tls not in dict(TLS):
        found["tls"] = f"Choose one of {', '.join(key for key, _ in TLS)}."
    return found


def feed_problems(feed: SqlFeed, kind: str) -> dict[str, str]:
    """What is wrong with a feed of a database of a kind, by field."""
    found = _said(name=lambda: _name(feed.name), schedule=lambda: schedule.parse(feed.schedule))
    if not feed.connection_id:
        found["connection_id"] = "Choose the database it asks."
    backslashes = KINDS[kind].backslashes if kind in KINDS else False
    found |= _said(query=lambda: query_text.check(feed.query, backslashes=backslashes))
    if "query" not in found and query_text.uses_since(feed.query, backslashes=backslashes):
        if not feed.mark_column.strip():
            found["mark_column"] = "The query asks for :since: name the column whose highest value that is."
        if not feed.begin_with.strip():
            found["begin_with"] = "Say what :since is in the first run, as in 2026-01-01 or 0."
    if feed.overlap < 0:
        found["overlap"] = "It cannot be less than nothing."
    if not 0 < feed.time_limit_seconds <= LONGEST_SECONDS:
        found["time_limit_seconds"] = "Choose from 1 second to 6 hours."
    return found


def folder_problems(folder: WatchedFolder) -> dict[str, str]:
    """What is wrong with a watched folder, by field."""
    found = _said(name=lambda: _name(folder.name), schedule=lambda: schedule.parse(folder.schedule))
    if not folder.path.strip():
        found["path"] = "Name the folder."
    if not folder.workstation.strip():
        found["workstation"] = "Name the computer that looks into it."
    return found


def raise_first(found: Mapping[str, str]) -> None:
    """UserError with the first problem, if there is one."""
    for key, words in found.items():
        raise UserError(words, "" if key in ("query", "schedule") else f"({key})")


def skipped(name: str) -> bool:
    """Whether a file is one that another program is still writing, or hides."""
    lowered = name.lower()
    return lowered.startswith(SKIPPED_BEGINNINGS) or lowered.endswith(SKIPPED_ENDINGS)


def pause_after(failures: int) -> int | None:
    """Minutes until the next attempt after so many failed ones; None: it waits for a person."""
    return PAUSES[failures - 1] if 0 < failures <= len(PAUSES) else None


def _name(name: str) -> None:
    if not name.strip():
        raise UserError("Give it a name.")


def _said(**checks: Any) -> dict[str, str]:
    found = {}
    for key, one in checks.items():
        try:
            one()
        except UserError as fault:
            found[key] = str(fault)
    return found
