"""Files that are brought into a database as people bring them, and other databases of the business for SQL feeds."""

import contextlib
import csv
import io
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from opsconsole.domain.sourcing import SqlConnection
from opsconsole.services.credentials import Passwords
from opsconsole.services.sql_drivers import account_of

sys.path.insert(0, str(Path(__file__).parent))

DATA = Path(__file__).parents[1] / "data"
_numbers = count(1)
PASSWORD = "pä$$ word:@/"


class TypedPasswords(Passwords):
    """Passwords that were typed; no keyring is asked."""

    def get(self, account: str) -> str | None:
        return self._typed.get(account)

    def set(self, account: str, password: str) -> bool:
        self._typed[account] = password
        return False

    def forget(self, account: str) -> None:
        self._typed.pop(account, None)


@dataclass
class Bringing:
    """Imports files into one database, the whole way; ``rows`` reads tables back."""

    writing: Any
    now: int
    folder: Path

    def __call__(
        self, content: Path | str | bytes, name: str = "file.csv", encoding: str = "utf-8", **said: Any
    ) -> Any:
        """The report of a file, or of what is written into one; a file that is not imported whole fails the test."""
        from opsconsole.services.imports import import_files

        path = content if isinstance(content, Path) else self.folder / name
        if not isinstance(content, Path):
            path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        given = {"channel": "shop", "now": self.now, "who": "Tester", "folder": self.folder / "mappings", **said}
        (file,) = import_files(self.writing.database, [path], **given).files
        assert (file.state, file.message, file.rejects) == ("done", "", [])
        return file

    def rows(self, table: str, *names: str) -> list[Any]:
        """Rows of a table, sorted: tuples of some columns, or the values of one."""
        found = [tuple(row[name] for name in names) for row in self.writing.rows(table, *names)]
        return sorted((row[0] for row in found) if len(names) == 1 else found, key=repr)


@pytest.fixture
def bring(writing: Any, now: int, tmp_path: Path) -> Bringing:
    """Imports files into an empty database, once per kind of database."""
    return Bringing(writing, now, tmp_path)


@pytest.fixture
def under() -> Callable[..., str]:
    """Rows of a test's own, told by name, under the genuine header of a sample file; what they leave out is empty."""

    def write(sample: str, *rows: dict[str, str], delimiter: str = ",") -> str:
        with (DATA / sample).open(newline="", encoding="utf-8-sig") as stream:
            header = next(csv.reader(stream, delimiter=delimiter))
        assert {name for row in rows for name in row} <= set(header)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, header, restval="", delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    return write


@dataclass
class OtherDatabase:
    """Somebody else's database: how a feed reaches it, and ``execute`` for what happens there."""

    connection: SqlConnection
    execute: Callable[..., None]
    password: str = ""

    @property
    def passwords(self) -> Passwords:
        known = TypedPasswords()
        if account_of(self.connection):
            known.set(account_of(self.connection), self.password)
        return known


@pytest.fixture
def other_postgresql(postgresql_server: Any) -> Iterator[OtherDatabase]:
    """An empty PostgreSQL database whose account may do everything in it."""
    import psycopg

    name = f"erp_{next(_numbers)}"
    url = postgresql_server.create_database(name).replace("+psycopg", "")
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    one = SqlConnection(
        "ERP", "postgresql", query.get("host", [parts.hostname or ""])[0],
        int(query.get("port", [parts.port or 5432])[0]), parts.path.lstrip("/"), parts.username or "postgres",
    )  # fmt: skip

    def execute(*statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    yield OtherDatabase(one, execute, parts.password or "none")
    postgresql_server.drop_database(name)


@pytest.fixture
def other_mariadb(mariadb_server: Any) -> Iterator[OtherDatabase]:
    """An empty MariaDB database whose account may do everything in it; reached by TCP, with TLS."""
    import pymysql

    name = f"erp_{next(_numbers)}"

    def execute(*statements: str, database: str | None = name) -> None:
        root = pymysql.connect(unix_socket=mariadb_server.socket, user="root", database=database, autocommit=True)
        with contextlib.closing(root) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    execute(
        f"CREATE DATABASE {name}",
        f"CREATE USER {name} IDENTIFIED BY '{PASSWORD}'",
        f"GRANT ALL ON {name}.* TO {name}",
        database=None,
    )
    one = SqlConnection("ERP", "mariadb", "localhost", mariadb_server.port, name, name, "require")
    yield OtherDatabase(one, execute, PASSWORD)
    execute(f"DROP DATABASE {name}", f"DROP USER {name}", database=None)


@pytest.fixture
def other_sqlite(tmp_path: Path) -> OtherDatabase:
    """An empty SQLite file of another program."""
    path = tmp_path / "erp.sqlite"

    def execute(*statements: str) -> None:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    execute("PRAGMA user_version = 1")
    return OtherDatabase(SqlConnection("ERP", "sqlite", database=str(path)), execute)


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
        "sqlite",
    ]
)
def other(request: pytest.FixtureRequest) -> OtherDatabase:
    """Another database of each kind that is tested for real."""
    made: OtherDatabase = request.getfixturevalue(f"other_{request.param}")
    return made
