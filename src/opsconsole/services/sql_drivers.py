"""How each kind of other database is reached and kept from being written: its driver, TLS, session and interruption."""

import importlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from opsconsole.domain.errors import UserError
from opsconsole.domain.sourcing import KINDS, OFF, PREFER, REQUIRE, VERIFY, SqlConnection
from opsconsole.services import sql_sessions
from opsconsole.store.database import sqlite_connection

CONNECT_SECONDS = 10
_NAME = "opsconsole"


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver: SQLAlchemy's name, its module, the extra that brings it (empty: always there), and its ways.

    ``arguments`` are what the driver's ``connect`` gets besides the URL. ``begin`` makes the session read-only and
    limits it to seconds. ``interrupt`` stops a running query
    from another thread; it may open a second connection for that. ``read_only_words`` say what keeps
    it from writing.
    """

    name: str
    module: str
    arguments: Callable[[SqlConnection, str], dict[str, Any]]
    begin: Callable[[Connection, int], None]
    interrupt: Callable[[Any, sql_sessions.Again], None]
    read_only_words: str
    extra: str = ""


def driver_of(one: SqlConnection) -> Driver:
    """The driver of a connection's kind; UserError, saying how to add it, where this installation has none."""
    driver = DRIVERS[one.kind]
    try:
        importlib.import_module(driver.module)
    except ImportError:
        raise UserError(
            f"This installation has no driver for {KINDS[one.kind].label} ({driver.module}).",
            f"Add it to the Python that runs opsconsole: pip install “opsconsole[{driver.extra}]”.",
        ) from None
    return driver


def url_of(one: SqlConnection, password: str = "") -> URL:
    """SQLAlchemy's URL of a connection."""
    kind, driver = KINDS[one.kind], DRIVERS[one.kind]
    if kind.port is None:
        return URL.create(driver.name, database=str(Path(one.database).expanduser()))
    # Oracle's addresses name a service; the driver takes all of it in one text, which ``arguments`` make.
    by_dsn = one.kind in _BY_DSN
    return URL.create(
        driver.name,
        username=one.user,
        password=password or None,
        host=None if by_dsn else one.host,
        port=None if by_dsn else one.port or kind.port,
        database=None if by_dsn else one.database,
        query=dict(one.options),
    )


def account_of(one: SqlConnection) -> str:
    """Name under which a keyring has the password; empty where none is needed."""
    kind = KINDS[one.kind]
    return "" if kind.port is None else f"{one.kind}:{one.user}@{one.host}:{one.port or kind.port}/{one.database}"


def _authorities(one: SqlConnection) -> str:
    """Path of the file with the authorities to trust; empty: those of the system."""
    if not one.ca_file:
        return ""
    path = Path(one.ca_file).expanduser()
    if not path.is_file():
        raise UserError(f"There is no file {path} with the certificate of an authority.", "Look at its name.")
    if b"-----BEGIN" not in path.read_bytes():
        raise UserError(f"{one.ca_file} holds no certificate.", "Choose the file of the authority, in PEM.")
    return str(path)


def _postgresql(one: SqlConnection, password: str) -> dict[str, Any]:
    modes = {PREFER: "prefer", REQUIRE: "require", VERIFY: "verify-full", OFF: "disable"}
    arguments: dict[str, Any] = {
        "application_name": _NAME,
        "connect_timeout": CONNECT_SECONDS,
        "options": "-c timezone=UTC",
        "sslmode": modes[one.tls],
        "keepalives_idle": 30,
    }
    if one.tls == VERIFY:
        arguments["sslrootcert"] = _authorities(one) or "system"
    return arguments


def _mysql(one: SqlConnection, password: str) -> dict[str, Any]:
    # As bytes: the driver itself takes passwords for Latin-1.
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "charset": "utf8mb4",
        "program_name": _NAME,
        "password": password.encode(),
        "local_infile": False,
    }
    if one.tls == OFF:
        arguments["ssl_disabled"] = True
    elif one.tls != PREFER:
        arguments["ssl"] = _tls_context(one)
    return arguments


def _tls_context(one: SqlConnection) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=_authorities(one) or None)
    except ssl.SSLError:
        raise UserError(f"{one.ca_file} holds no certificate.", "Choose the file of the authority, in PEM.") from None
    # Certificates that servers make for themselves are not as strict as newer Pythons want them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if one.tls == REQUIRE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _mssql(one: SqlConnection, password: str) -> dict[str, Any]:
    if one.tls == VERIFY:
        raise UserError(
            "The driver for SQL Server does not check certificates by itself.",
            "Choose “Always; the certificate is not checked” on a network you trust.",
        )
    modes = {PREFER: "request", REQUIRE: "require", OFF: "off"}
    return {"login_timeout": CONNECT_SECONDS, "appname": _NAME, "encryption": modes[one.tls], "charset": "UTF-8"}


def _oracle(one: SqlConnection, password: str) -> dict[str, Any]:
    if one.tls == PREFER:
        one = replace(one, tls=OFF)  # Oracle listens for one or the other, on different ports
    protocol = "tcp" if one.tls == OFF else "tcps"
    more = {VERIFY: "&ssl_server_dn_match=on", REQUIRE: "&ssl_server_dn_match=off"}.get(one.tls, "")
    port = one.port or KINDS[one.kind].port
    dsn = f"{protocol}://{one.host}:{port}/{one.database}?transport_connect_timeout={CONNECT_SECONDS}{more}"
    return {"dsn": dsn}


def _sqlite(one: SqlConnection, password: str) -> dict[str, Any]:
    return {}


def open_file(one: SqlConnection) -> Any:
    """A driver connection to a SQLite file, which cannot write; text that is no UTF-8 comes through."""
    path = Path(one.database).expanduser()
    if not path.is_file():
        raise UserError(f"There is no file {path}.", "Look at its name and whether you may read it.")
    opened = sqlite_connection(path, write=False)
    opened.text_factory = _text
    return opened


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


_IN_TRANSACTION = "It runs in a transaction that may only read."
_BY_DSN: Sequence[str] = ("oracle",)
DRIVERS: Mapping[str, Driver] = {
    "postgresql": Driver(
        "postgresql+psycopg", "psycopg", _postgresql, sql_sessions.begin_postgresql, sql_sessions.stop_postgresql,
        _IN_TRANSACTION,
    ),
    "mariadb": Driver(
        "mysql+pymysql", "pymysql", _mysql, sql_sessions.begin_mysql, sql_sessions.stop_mysql, _IN_TRANSACTION
    ),
    "mysql": Driver(
        "mysql+pymysql", "pymysql", _mysql, sql_sessions.begin_mysql, sql_sessions.stop_mysql, _IN_TRANSACTION
    ),
    "mssql": Driver(
        "mssql+pymssql", "pymssql", _mssql, sql_sessions.begin_mssql, sql_sessions.stop_by_closing,
        "SQL Server knows no read-only transaction: what a query does is rolled back. Give it an account that may only "
        "read (db_datareader).",
        "sqlserver",
    ),
    "oracle": Driver(
        "oracle+oracledb", "oracledb", _oracle, sql_sessions.begin_oracle, sql_sessions.stop_oracle, _IN_TRANSACTION,
        "oracle",
    ),
    "sqlite": Driver(
        "sqlite", "sqlcipher3", _sqlite, sql_sessions.begin_nothing, sql_sessions.stop_sqlite,
        "The file is opened for reading only.",
    ),
}  # fmt: skip
