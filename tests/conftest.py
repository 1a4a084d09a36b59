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

from opsconsole.domain import instants

_numbers = count(1)


@pytest.fixture(scope="session")
def now() -> int:
    """The one moment at which tests happen."""
    return instants.from_iso("2026-11-17T15:42:00Z")


def _server_module() -> ModuleType:
    path = Path(__file__).with_name("postgres_server.py")
    if "postgres_server" not in sys.modules:
        spec = importlib.util.spec_from_file_location("postgres_server", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["postgres_server"] = module
        spec.loader.exec_module(module)
    return sys.modules["postgres_server"]


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
