"""An import that is killed at any moment, its commit included, or meets a full disk, is all there or not at all."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opsconsole.services import databases
from opsconsole.store import schema
from opsconsole.store.database import open_database

ORDERS = 300
KILLS = 200
SEED = 20261117
MAPPING = """name = "Plain orders"
[file]
currency = "EUR"
[[records]]
kind = "orders"
[records.fields]
order_id = { from = "Order" }
placed_at = { from = "Placed", format = "iso" }
total = { from = "Total" }
[[records]]
kind = "order_lines"
[records.fields]
order_id = { from = "Order" }
line_id = { const = "1" }
sku = { from = "SKU" }
quantity = { const = "1" }
"""
# Has everything loaded, then imports each file it is told of in a process of its own: its number, what it said, "over".
IMPORTER = """
import os, resource, signal, sys
from pathlib import Path
from opsconsole.domain.errors import UserError
from opsconsole.services import databases, imports

url, first, mapping = sys.argv[1:]
imports.recognize(Path(first), folder=Path(mapping).parent)
print("ready", flush=True)
for line in sys.stdin:
    path, limit = line.rstrip("\\n").rsplit(" ", 1)
    child = os.fork()
    if child == 0:
        database = databases.open_database(url)
        if int(limit):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        try:
            (file,) = imports.import_files(
                database, [Path(path)], channel="shop", mapping=Path(mapping), who="T", now=1_800_000_000_000_000
            ).files
            print(file.state, file.message, flush=True)
        except UserError as fault:
            print("refused", fault, flush=True)
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("over", flush=True)
"""


class Importer:
    """Imports numbered files of 300 orders each, which share nothing, each in a process that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = folder / "mappings" / "plain.toml"
        self.mapping.parent.mkdir()
        self.mapping.write_text(MAPPING)
        self._process: subprocess.Popen[str] | None = None

    def make(self, number: int) -> Path:
        path = self.folder / f"orders-{number}.csv"
        rows = [f"F{number}-{n},2026-11-0{1 + n % 9}T10:00:00Z,{n}.00,SKU-{n % 50}" for n in range(ORDERS)]
        path.write_text("\n".join(["Order,Placed,Total,SKU", *rows]))
        return path

    def open(self, url: str) -> None:
        command = [sys.executable, "-c", IMPORTER, url, str(self.make(0)), str(self.mapping)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def take(self, number: int, *, limit: int = 0, killed_after: float | None = None) -> str:
        """Import a file, killing it after so many seconds if told to; what it said, empty when it came to nothing."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.make(number)} {limit}\n")
        self._process.stdin.flush()
        child = int(self._line())
        if killed_after is not None:
            time.sleep(killed_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        said = ""
        while (line := self._line()) != "over":
            said = line
        return said

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[Importer]:
    made = Importer(tmp_path)
    yield made
    made.close()


def there(database: Any, number: int) -> tuple[int, int, int]:
    """Orders, lines and batches that a file left."""
    o, b = schema.orders.c, schema.batches.c
    mine = o.order_id.like(f"F{number}-%")
    with database.read() as conn:
        orders = conn.execute(select(func.count()).where(mine)).scalar_one()
        lines = conn.execute(
            select(func.count()).select_from(schema.order_lines.join(schema.orders)).where(mine)
        ).scalar_one()
        batches = conn.execute(select(func.count()).where(b.file_name == f"orders-{number}.csv")).scalar_one()
    return int(orders), int(lines), int(batches)


WHOLE, NOTHING = (ORDERS, ORDERS, 1), (0, 0, 0)


def kill_often(url: str, importer: Importer, count: int) -> list[tuple[int, int, int]]:
    """Kill ``count`` imports at moments spread over their whole run; what each left."""
    dice = random.Random(SEED)
    importer.open(url)
    began = time.monotonic()
    assert importer.take(0).startswith("done")
    took = time.monotonic() - began
    database = open_database(url)
    left = []
    for number in range(1, count + 1):
        importer.take(number, killed_after=dice.uniform(0.0, 1.3 * took))
        left.append(there(database, number))
    assert databases.check(database) == []
    assert there(database, 0) == WHOLE
    database.close()
    return left


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="starts each import by a fork")
def test_two_hundred_killed_imports_leave_nothing_half_done(database_url: str, importer: Importer) -> None:
    left = kill_often(database_url, importer, KILLS)
    # Both ends must have been met, or the moments were not spread over the import.
    assert set(left) == {WHOLE, NOTHING}


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize("more", [0, 20_000, 120_000])
def test_a_full_disk_leaves_the_database_as_it_was(sqlite_url: str, importer: Importer, more: int) -> None:
    importer.open(sqlite_url)
    assert _filled(sqlite_url, importer, more) == NOTHING


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_disk_that_fills_at_any_write_leaves_all_or_nothing(sqlite_url: str, importer: Importer) -> None:
    importer.open(sqlite_url)
    left = [_filled(sqlite_url, importer, more, number) for number, more in enumerate(range(0, 4_000_000, 40_000), 2)]
    assert set(left) == {WHOLE, NOTHING}


def _filled(url: str, importer: Importer, more: int, number: int = 1) -> tuple[int, int, int]:
    """Import while the log beside the database may not grow beyond so many bytes; what is there afterwards."""
    said = importer.take(number, limit=4_096 + more)
    database = open_database(url)
    left = there(database, number)
    assert databases.check(database) == []
    database.close()
    if left == NOTHING:
        assert said.startswith("refused"), said
        assert "no room" in said or "error" in said, said
    return left
