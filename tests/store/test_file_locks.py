"""What another program does when it closes the database cannot lose what is written here afterwards.

The hazard is SQLite's own: "How To Corrupt An SQLite Database File", section 2.2 (sqlite.org/howtocorrupt.html).
"""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from opsconsole.store import file_locks, schema
from opsconsole.store.copies import problems
from opsconsole.store.database import Database, connect, open_database

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="locks of open files are Linux's")
fcntl: Any = pytest.importorskip("fcntl")

# As a command that a scheduler runs: it opens the database, writes, and closes it.
ANOTHER = """
import sys
from opsconsole.store.database import open_database
database = open_database(sys.argv[1])
with database.write() as conn:
    conn.exec_driver_sql("UPDATE orders SET version = version + 1")
    print(conn.exec_driver_sql("SELECT count(*) FROM orders").scalar())
database.close()
"""


def seen_by_another(url: str) -> int:
    told = subprocess.run([sys.executable, "-c", ANOTHER, url], check=True, capture_output=True, text=True)
    return int(told.stdout)


def add_order(database: Database, name: str) -> None:
    with database.write() as conn:
        conn.execute(
            insert(schema.orders).values(channel="shop", order_id=name, changed_at=0, source_time=0, batch_id=1)
        )


def order_count(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(schema.orders)).scalar_one())


def looked_into(path: Path) -> None:
    """What a file dialog does with each file of a folder, to tell what kind it is."""
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with name.open("rb") as file:
            file.read(16)


def open_files(path: Path) -> list[str]:
    names = [name for name in Path("/proc/self/fd").iterdir() if name.is_symlink()]
    return [target for name in names if (target := os.path.realpath(name)).startswith(str(path))]


def test_what_is_written_after_a_dialog_looked_into_the_file_and_another_program_closed_it_is_kept(
    sqlite_database: Any, sqlite_url: str
) -> None:
    add_order(sqlite_database, "before")
    looked_into(sqlite_database.path)
    assert seen_by_another(sqlite_url) == 1
    add_order(sqlite_database, "after")
    assert seen_by_another(sqlite_url) == 2
    add_order(sqlite_database, "and after that")
    sqlite_database.close()
    again = open_database(sqlite_url)
    assert order_count(again) == 3
    assert problems(again) == []
    again.close()


def test_on_other_systems_the_locks_are_taken_again_at_the_next_transaction(
    sqlite_database: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_database.close()
    monkeypatch.delattr(fcntl, "F_OFD_SETLK")
    add_order(sqlite_database, "before")
    looked_into(sqlite_database.path)
    assert order_count(sqlite_database) == 1
    assert seen_by_another(sqlite_url) == 1
    add_order(sqlite_database, "after")
    assert seen_by_another(sqlite_url) == 2
    sqlite_database.close()


def test_a_reader_keeps_the_log_from_being_taken_away_too(sqlite_database: Any, sqlite_url: str) -> None:
    add_order(sqlite_database, "one")
    sqlite_database.close()
    reader = connect(sqlite_url, read_only=True)
    assert order_count(reader) == 1
    looked_into(sqlite_database.path)
    assert seen_by_another(sqlite_url) == 1
    assert sqlite_database.path.with_name(f"{sqlite_database.path.name}-wal").exists()
    assert order_count(reader) == 1
    reader.close()


def test_the_last_that_closes_gives_everything_back(sqlite_database: Any, sqlite_url: str) -> None:
    first, second = open_database(sqlite_url), open_database(sqlite_url)
    assert order_count(first) == order_count(second) == 0
    sqlite_database.close()
    first.close()
    add_order(second, "while one is open")
    second.close()
    assert open_files(sqlite_database.path) == []
    assert not sqlite_database.path.with_name(f"{sqlite_database.path.name}-wal").exists()


def test_a_forgotten_database_gives_its_locks_back(sqlite_database: Any, sqlite_url: str) -> None:
    sqlite_database.close()
    forgotten = open_database(sqlite_url)
    path = forgotten.path
    assert order_count(forgotten) == 0
    assert path in file_locks._held
    del forgotten
    gc.collect()
    assert path not in file_locks._held
