"""Databases for the tests: every test that asks for ``database`` runs on SQLite and on PostgreSQL.

A template is migrated once per test process and copied for each test. Without a PostgreSQL server the tests on it are
skipped; with OPSCONSOLE_REQUIRE_PG=1 they fail instead.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from opsconsole.domain import instants

# Whether an example takes long says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
_numbers = count(1)


@pytest.fixture(scope="session")
def now() -> int:
    """The one moment at which tests happen."""
    return instants.from_iso("2026-11-17T15:42:00Z")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data sets: OPSCONSOLE_DATA, else ``../shared/data`` beside the checkout.

    Skips where they are absent; where OPSCONSOLE_DATA promises them, that is a failure.
    """
    told = os.environ.get("OPSCONSOLE_DATA")
    folder = Path(told) if told else Path(__file__).parents[2] / "shared" / "data"
    if not (folder / "olist").is_dir():
        (pytest.fail if told else pytest.skip)(f"the real data sets are not in {folder}")
    return folder


@pytest.fixture(scope="session")
def genuine() -> Path:
    """Folder of genuine sample files of other systems, ``formats/samples`` beside the real data sets; skips without."""
    told = os.environ.get("OPSCONSOLE_DATA")
    data = Path(told) if told else Path(__file__).parents[2] / "shared" / "data"
    folder = data.parent / "formats" / "samples"
    if not folder.is_dir():
        pytest.skip(f"the genuine samples are not in {folder}")
    return folder


def _server_module(name: str = "postgres_server") -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A running PostgreSQL server with a migrated database called ``template``."""
    module = _server_module()
    try:
        server = module.start_server()
    except module.ServerUnavailableError as error:
        if os.environ.get("OPSCONSOLE_REQUIRE_PG") == "1":
            pytest.fail(f"no PostgreSQL: {error}")
        pytest.skip(f"no PostgreSQL: {error}")
    with server:
        _make(server.create_database("template"))
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Any]:
    """A running MariaDB server, for what reads other databases; OPSCONSOLE_REQUIRE_MARIADB=1 forbids to skip."""
    module = _server_module("mariadb_server")
    try:
        with module.running() as server:
            yield server
    except module.ServerUnavailableError as error:
        (pytest.fail if os.environ.get("OPSCONSOLE_REQUIRE_MARIADB") == "1" else pytest.skip)(f"no MariaDB: {error}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _make(str(path))
    return path


def _make(url: str) -> None:
    from opsconsole.store.database import open_database

    open_database(url, create=True).close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a migrated, empty SQLite database of this test's own."""
    path = tmp_path / "ops.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> Iterator[str]:
    """URL of a migrated, empty PostgreSQL database of this test's own."""
    name = f"ops_{next(_numbers)}"
    yield postgresql_server.create_database(name, template="template")
    postgresql_server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a migrated, empty database, once per kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def open_url() -> Iterator[Callable[[str], Any]]:
    """Opens databases by URL and closes them after the test."""
    from opsconsole.store.database import open_database

    opened: list[Any] = []

    def open_one(url: str) -> Any:
        opened.append(open_database(url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(database_url: str, open_url: Callable[[str], Any]) -> Any:
    """A migrated, empty database, once per kind of database."""
    return open_url(database_url)


@pytest.fixture
def sqlite_database(sqlite_url: str, open_url: Callable[[str], Any]) -> Any:
    """A migrated, empty SQLite database, where one kind is enough."""
    return open_url(sqlite_url)


class Writing:
    """Writes records into a database as one file each, and reads tables back without their numbers and origins."""

    hidden = frozenset({"id", "batch_id", "field_sources_json", "version", "changed_at"})

    def __init__(self, database: Any, now: int) -> None:
        self.database = database
        self.now = now
        self.keeps = False  # what undoing the files needs
        self.batch = 0  # of the newest file

    def __call__(self, *, at: int = 0, source: str = "file", channel: str | None = None, **kinds: Any) -> Any:
        """Write one file: ``orders=[{...}, ...]``; ``at`` is its source time, ``channel`` that of the file."""
        from sqlalchemy import insert

        from opsconsole.imports.records import Records
        from opsconsole.imports.writer import write_records
        from opsconsole.imports.writer_kept import Kept
        from opsconsole.store import schema

        records = []
        for kind, rows in kinds.items():
            names = dict.fromkeys(name for row in rows for name in row)
            columns = {name: [row.get(name) for row in rows] for name in names}
            records.append(Records(kind, columns, list(range(2, len(rows) + 2))))
        with self.database.write() as conn:
            values = {"file_name": "a.csv", "source": source, "source_label": source, "channel": channel}
            values |= {"state": "done", "imported_by": "Tester", "started_at": self.now, "undo_kept": self.keeps}
            batch = conn.execute(insert(schema.batches).values(values)).inserted_primary_key[0]
            self.batch = batch
            kept = Kept(conn, batch) if self.keeps else None
            return write_records(conn, records, batch_id=batch, source_time=at, now=self.now, kept=kept)

    def wipe(self) -> None:
        """Empty the database but for its audit trail and its steps."""
        from opsconsole.store import schema

        with self.database.write() as conn:
            for table in reversed(schema.metadata.sorted_tables):
                if table.name not in ("audit", "schema_steps"):
                    conn.execute(table.delete())

    def rows(self, table: str, *names: str, hide: frozenset[str] = hidden) -> list[dict[str, Any]]:
        """Rows of a table as dicts, in the order of what identifies them; order numbers in place of foreign keys."""
        from sqlalchemy import select

        from opsconsole.store import schema

        known = schema.metadata.tables[table]
        with self.database.read() as conn:
            orders = {row[0]: f"{row[1]}/{row[2]}" for row in conn.execute(select(*list(schema.orders.c)[:3]))}
            found = [dict(row) for row in conn.execute(select(known)).mappings()]
        for row in found:
            if "order_fk" in row:
                row["order_fk"] = orders.get(row["order_fk"])
        kept = [{key: row[key] for key in (names or row) if names or key not in hide} for row in found]
        return sorted(kept, key=lambda row: repr(sorted(row.items(), key=lambda item: item[0])))

    def row(self, table: str, *names: str) -> dict[str, Any]:
        """The only row of a table."""
        (found,) = self.rows(table, *names)
        return found


@pytest.fixture
def writing(database: Any, now: int) -> Writing:
    """Writes records into an empty database, once per kind of database."""
    return Writing(database, now)


@pytest.fixture
def sqlite_writing(sqlite_database: Any, now: int) -> Writing:
    """Writes records into an empty SQLite database."""
    return Writing(sqlite_database, now)
