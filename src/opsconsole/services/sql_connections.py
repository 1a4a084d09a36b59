"""Connections to other databases of the business: kept, tried out, and opened with their password from the keyring."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import KINDS, OFF, TLS, SqlConnection, connection_problems, raise_first
from opsconsole.services.credentials import Passwords
from opsconsole.services.names import named
from opsconsole.services.sql_drivers import DRIVERS, account_of
from opsconsole.services.sql_read import Question, ask
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import sql_connections, sql_feeds
from opsconsole.store.versioned import update_versioned

_TEST_SECONDS = 20
_FIELDS = (
    Field("name", "Name", width=180),
    Field("kind", "Kind", width=120),
    Field("place", "Server and database", stretch=True),
    Field("username", "Account", width=130),
    Field("tls", "Secured", width=200),
    Field("feeds", "Feeds", Kind.QUANTITY, width=70),
    Field("changed_by", "Changed by", hidden=True),
    Field("changed_at", "Changed", Kind.INSTANT, hidden=True),
)


class PasswordNeeded(UserError):  # noqa: N818 - a question to the user
    """Somebody must say a password: it was not typed since the start, and no keyring has it."""

    def __init__(self, one: SqlConnection) -> None:
        super().__init__(
            f"The password of {one.user} for “{one.name}” is not known on this computer.", "Enter it once."
        )
        self.connection = one


@dataclass(frozen=True, slots=True)
class Answer:
    """What a connection test found: ``good`` in words, and how it is kept from writing."""

    words: str
    read_only_words: str


def list_connections(database: Database, now: int) -> Listing:
    """All connections; ids are theirs."""
    c = sql_connections.c
    feeds = select(func.count()).where(sql_feeds.c.connection_fk == c.id).scalar_subquery()
    with database.read() as connection:
        rows = [
            {**_row_values(row), "id": row.id, "feeds": row.feeds}
            for row in connection.execute(select(sql_connections, feeds.label("feeds")).order_by(c.name))
        ]
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Database connections", time_zone=database.time_zone)


def _row_values(row: Row[Any]) -> dict[str, Any]:
    one = _connection(row)
    return {
        "name": one.name,
        "kind": KINDS[one.kind].label,
        "place": one.place,
        "username": one.user or None,
        "tls": None if KINDS[one.kind].port is None else dict(TLS).get(one.tls, one.tls),
        "changed_by": row.changed_by,
        "changed_at": row.changed_at,
    }


def find_connection(database: Database, which: int | str) -> SqlConnection:
    """A connection by id or name; UserError when there is none."""
    with database.read() as connection:
        return read_connection(connection, which)


def read_connection(conn: Connection, which: int | str) -> SqlConnection:
    """A connection by id or name; UserError when there is none."""
    c = sql_connections.c
    by = c.id == which if isinstance(which, int) else c.name == which
    row = conn.execute(select(sql_connections).where(by)).first()
    if row is None:
        raise UserError(f"There is no connection “{which}”.", "Look at the list of connections.")
    return _connection(row)


def _connection(row: Row[Any]) -> SqlConnection:
    return SqlConnection(
        row.name, row.kind, row.host, row.port, row.database_name, row.username, row.tls, row.ca_file,
        json.loads(row.options_json), row.id, row.version,
    )  # fmt: skip


def _values(one: SqlConnection) -> dict[str, Any]:
    file = KINDS[one.kind].port is None
    return {
        "name": one.name.strip(),
        "kind": one.kind,
        "host": "" if file else one.host.strip(),
        "port": None if file else one.port,
        "database_name": one.database.strip(),
        "username": "" if file else one.user.strip(),
        "tls": OFF if file else one.tls,
        "ca_file": "" if file else one.ca_file.strip(),
        "options_json": json.dumps(dict(one.options), sort_keys=True),
    }


def save_connection(database: Database, one: SqlConnection, *, who: str, now: int) -> Change:
    """Add a connection (``id`` 0) or save it as it should be; UserError when it is wrong or was changed meanwhile."""
    named(who)
    raise_first(connection_problems(one))
    c = sql_connections
    values = _values(one)
    with database.write() as conn:
        other = conn.execute(select(c.c.id).where(c.c.name == values["name"], c.c.id != one.id)).first()
        if other is not None:
            raise UserError(f"There is a connection “{values['name']}” already.", "Choose another name.")
        kept = {**values, "changed_by": who, "changed_at": now}
        if one.id:
            if not update_versioned(conn, c, one.id, one.version, kept):
                raise UserError(f"Somebody changed “{one.name}” meanwhile.", "Look at it again.")
            made = one.id
        else:
            made = int((conn.execute(insert(c).values(**kept)).inserted_primary_key or (0,))[0])
        done = "changed" if one.id else "added"
        audit.record(conn, who=who, action=f"connection {done}", subject=values["name"], detail=values, at=now)
    return Change(f"Connection “{values['name']}” {'saved' if one.id else 'added'}", (made,))


def remove_connection(database: Database, one: SqlConnection, passwords: Passwords, *, who: str, now: int) -> Change:
    """Take a connection away, its password too; UserError while feeds use it."""
    named(who)
    with database.write() as conn:
        using = conn.execute(select(sql_feeds.c.name).where(sql_feeds.c.connection_fk == one.id)).scalars().all()
        if using:
            raise UserError(f"“{one.name}” is used by {', '.join(using)}.", "Remove those feeds first.")
        conn.execute(delete(sql_connections).where(sql_connections.c.id == one.id))
        audit.record(conn, who=who, action="connection removed", subject=one.name, detail=_values(one), at=now)
    if account_of(one):
        passwords.forget(account_of(one))
    return Change(f"Connection “{one.name}” removed", (one.id,))


def password_of(one: SqlConnection, passwords: Passwords) -> str:
    """The password of a connection, empty where it needs none; PasswordNeeded when nobody knows it."""
    account = account_of(one)
    if not account:
        return ""
    known = passwords.get(account)
    if known is None:
        raise PasswordNeeded(one)
    return known


def keep_password(one: SqlConnection, password: str, passwords: Passwords) -> bool:
    """Remember a password; False where no keyring keeps it beyond this start."""
    return passwords.set(account_of(one), password)


def try_connection(one: SqlConnection, password: str, progress: Progress | None = None) -> Answer:
    """Connect as it is typed and ask one thing; UserError says in words what is wrong."""
    raise_first(connection_problems(replace(one, name=one.name or "this connection")))
    query = "SELECT 1 AS answer FROM dual" if one.kind == "oracle" else "SELECT 1 AS answer"
    found: list[Any] = []
    ask(one, password, Question(query, seconds=_TEST_SECONDS), lambda names: found.extend, progress)
    if len(found) != 1:
        raise UserError(f"“{one.name}” answers strangely.", "Look whether it is the database you mean.")
    return Answer(f"{KINDS[one.kind].label} at {one.place} answers.", DRIVERS[one.kind].read_only_words)
