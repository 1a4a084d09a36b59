"""What other databases refuse, in words: the network, TLS, the account, the query."""

import re
import socket
import ssl
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

from opsconsole.domain.errors import UserError
from opsconsole.domain.sourcing import KINDS, SqlConnection

# What is wrong → (message, hint); the database's own words stand in {said}.
_WORDS = {
    "dns": ("There is no server called {host}.", "Look at its name, and whether this network can see it (VPN?)."),
    "refused": ("{host} refuses connections on port {port}.", "Look at the port, and whether the database is running."),
    "silent": ("{host} does not answer on port {port}.", "Look at the network, a firewall between, or a VPN."),
    "unreachable": ("{name} cannot be reached: {said}.", "Look at the server's name, its port and the network."),
    "no_tls": ("{name}: the server offers no secured connection.", "Have it switched on there, or do not ask for it."),
    "certificate": (
        "{name}: the server's certificate is not one that this computer trusts, or is of another name: {said}.",
        "Ask for the certificate of its authority and name that file, and write the server's name as it stands in it.",
    ),
    "tls": ("{name}: the secured connection failed: {said}.", "Look at the TLS setting of the connection."),
    "auth": ("{name} does not let {user} in: name or password is wrong.", "Enter them again."),
    "no_database": ("{name}: the server has no database {database} for {user}.", "Look at its name."),
    "denied": ("{name}: {user} may not read that: {said}.", "Ask whoever runs the database for the right to read it."),
    "read_only": ("The query writes, and {name} is only read: {said}.", "Write a SELECT that changes nothing."),
    "query": ("{name} does not understand the query: {said}.", "Correct it and try it again."),
    "value": ("{name} cannot work the query out: {said}.", "Look at the values that it compares or converts."),
    "slow": ("{name} took longer than {limit} to answer.", "Narrow the query, or give it more time."),
    "busy": ("{name} has no room for another connection, or its rows are locked: {said}.", "Try again in a moment."),
    "gone": ("{name} closed the connection: {said}.", "Try again; if it stays so, ask whoever runs it."),
}
_POSTGRESQL = {
    "28": "auth", "3D000": "no_database", "42501": "denied", "25006": "read_only", "57014": "slow", "55P03": "busy",
    "53300": "busy", "40": "busy", "42": "query", "22": "value", "57": "gone", "08": "gone",
}  # fmt: skip
_MYSQL = {
    1045: "auth", 1698: "auth", 1251: "auth", 1044: "no_database", 1049: "no_database", 1142: "denied", 1143: "denied",
    1227: "denied", 1370: "denied", 1792: "read_only", 1969: "slow", 3024: "slow", 1317: "slow", 1205: "busy",
    1040: "busy", 1203: "busy", 1226: "busy", 2006: "gone", 2013: "gone", 1053: "gone", 1927: "gone", 2026: "no_tls",
}  # fmt: skip
_PATTERNS = (
    ("auth", r"18456|ORA-01017|ORA-28000|login failed"),
    ("no_database", r"\b4060\b|ORA-12514|ORA-12505|DPY-6001|DPY-6003"),
    ("denied", r"ORA-01031|\b229\b"),
    ("read_only", r"ORA-01456|readonly database|read-only"),
    ("slow", r"DPY-4024|ORA-01013|interrupted"),
    ("gone", r"ORA-03113|ORA-03114|DPY-4011|\b20003\b|\b20006\b"),
    ("refused", r"connection refused|actively refused"),
    ("unreachable", r"DPY-6005|ORA-12541|ORA-12170|\b20009\b|\b20002\b|unable to open"),
    ("certificate", r"certificate|hostname mismatch"),
    ("busy", r"locked|\b1222\b"),
    ("query", r"ORA-00|syntax|no such|\b207\b|\b208\b|\b102\b|incorrect"),
)


def explained(error: BaseException, one: SqlConnection, *, limit: str = "its time limit") -> UserError | None:
    """What an error of a driver means for a connection; None where it is no fault of the world."""
    if isinstance(error, UserError):
        return error
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    kind = _kind(original)
    if kind is None:
        return None
    message, hint = _WORDS[kind]
    values = {
        "name": f"“{one.name}”",
        "host": one.host or "the server",
        "port": one.port or KINDS[one.kind].port or "",
        "user": one.user or "you",
        "database": f"“{one.database}”",
        "limit": limit,
        "said": _said(original),
    }
    return UserError(message.format(**values), hint)


def _kind(error: BaseException) -> str | None:
    import psycopg
    import pymysql
    from sqlcipher3 import dbapi2 as sqlite

    if isinstance(error, psycopg.Error):
        return _of_postgresql(error.sqlstate or "", str(error))
    if isinstance(error, pymysql.err.Error):
        return _of_mysql(error)
    if isinstance(error, OSError):
        return _of_network(error)
    if isinstance(error, sqlite.Error):
        return _by_pattern(str(error)) or "query"
    if type(error).__module__.split(".")[0] in ("pymssql", "oracledb"):
        return _by_pattern(str(error)) or "unreachable"
    return None


def _of_postgresql(state: str, words: str) -> str:
    found: str | None = _first(_POSTGRESQL, state)
    return found or _by_words(words) if state else _by_words(words)


def _first(known: Mapping[str, str], state: str) -> str | None:
    return next((kind for start, kind in known.items() if state.startswith(start)), None)


def _by_words(text: str) -> str:
    words = text.lower()
    for kind, pattern in (
        ("dns", r"resolve host|could not translate host|name or service not known|getaddrinfo|nodename nor"),
        ("auth", r"password|authentication|pg_hba\.conf|role .* does not exist"),
        ("no_database", r"database .* does not exist"),
        ("no_tls", r"does not support ssl"),
        ("certificate", r"certificate|host name"),
        ("tls", r"ssl|tls"),
        ("refused", r"refused"),
        ("silent", r"timeout|timed out|no route"),
        ("gone", r"closed|terminat|lost"),
    ):
        if re.search(pattern, words):
            return kind
    return "unreachable"


def _of_mysql(error: BaseException) -> str:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, OSError):
        return _of_network(cause)
    return _MYSQL.get(number) or ("query" if 1000 <= number < 2000 else _by_words(str(error)))


def _of_network(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "dns"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "silent" if isinstance(error, TimeoutError) else "unreachable"


def _by_pattern(words: str) -> str | None:
    return next((kind for kind, pattern in _PATTERNS if re.search(pattern, words, re.IGNORECASE)), None)


# PostgreSQL points at the place in the query: without its line breaks and its width that points nowhere.
_POINTS = re.compile(r"\^|LINE \d+: ")
# What drivers say of themselves: numbers of their own, where they were written, pages about them.
_NOISE = re.compile(
    r"DB-Lib error message \d+, severity \d+:|\[SSL: [A-Z_]+\]|"
    r"\s*(\(CONNECTION_ID=[^)]*\)|\(_ssl\.c:\d+\)|Help: https?://\S+)"
)


def _said(error: BaseException) -> str:
    """The database's own words, on one line; never a password, for no driver says one."""
    cause = getattr(error, "original_exception", error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message.rstrip(".")
    given = [inner for part in cause.args for inner in (part if isinstance(part, tuple) else (part,))]
    parts = [part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in given]
    texts = [part for part in parts if isinstance(part, str)] or [str(cause)]
    lines = [line.strip() for line in texts[-1].splitlines()]
    lines = [line for line in lines if line and not _POINTS.match(line)]
    # One driver says everything twice.
    text = " ".join(_NOISE.sub("", " ".join(dict.fromkeys(lines))).split())[:300] or type(error).__name__
    return text.rstrip(".")
