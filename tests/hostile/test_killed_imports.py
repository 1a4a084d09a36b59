"""An import that is killed at any moment, its commit included, or meets a full disk, is all there or not at all."""

import random
import subprocess
import sys
import time
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
# Imports one file after it was told to, in a process that has everything loaded by then.
IMPORTER = """
import resource, signal, sys
from pathlib import Path
from opsconsole.services import databases, imports

url, path, mapping, limit = sys.argv[1:5]
database = databases.open_database(url)
imports.recognize(Path(path), folder=Path(mapping).parent)
print("ready", flush=True)
sys.stdin.readline()
if int(limit):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
report = imports.import_files(
    database, [Path(path)], channel="shop", mapping=Path(mapping), who="T", now=1_800_000_000_000_000
)
print(report.files[0].state, report.files[0].message, flush=True)
sys.stdin.readline()
"""


class Files:
    """Numbered files of 300 orders each, which share nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = folder / "mappings" / "plain.toml"
        self.mapping.parent.mkdir()
        self.mapping.write_text(MAPPING)

    def make(self, number: int) -> Path:
        path = self.folder / f"orders-{number}.csv"
        rows = [f"F{number}-{n},2026-11-0{1 + n % 9}T10:00:00Z,{n}.00,SKU-{n % 50}" for n in range(ORDERS)]
        path.write_text("\n".join(["Order,Placed,Total,SKU", *rows]))
        return path

    def start(self, url: str, number: int, limit: int = 0) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", IMPORTER, url, str(self.make(number)), str(self.mapping), str(limit)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


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


def kill_often(url: str, files: Files, count: int) -> list[tuple[int, int, int]]:
    """Kill ``count`` imports at moments spread over their whole run; what each left."""
    dice = random.Random(SEED)
    first = files.start(url, 0)
    began = time.monotonic()
    go(first)
    assert answer(first).startswith("done")
    took = time.monotonic() - began
    first.kill()
    first.communicate()
    database = open_database(url)
    left = []
    for number in range(1, count + 1):
        process = files.start(url, number)
        go(process)
        time.sleep(dice.uniform(0.0, 1.3 * took))
        process.kill()
        process.communicate()
        left.append(there(database, number))
    assert databases.check(database) == []
    assert there(database, 0) == WHOLE
    database.close()
    return left


@pytest.mark.slow
def test_two_hundred_killed_imports_leave_nothing_half_done(database_url: str, files: Files) -> None:
    left = kill_often(database_url, files, KILLS)
    # Both ends must have been met, or the moments were not spread over the import.
    assert set(left) == {WHOLE, NOTHING}


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize("more", [0, 20_000, 120_000])
def test_a_full_disk_leaves_the_database_as_it_was(sqlite_url: str, files: Files, more: int) -> None:
    assert _filled(sqlite_url, files, more) == NOTHING


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_disk_that_fills_at_any_write_leaves_all_or_nothing(sqlite_url: str, files: Files) -> None:
    left = [_filled(sqlite_url, files, more, number) for number, more in enumerate(range(0, 600_000, 6_000), 2)]
    assert set(left) == {WHOLE, NOTHING}


def _filled(url: str, files: Files, more: int, number: int = 1) -> tuple[int, int, int]:
    """Import while the log beside the database may not grow beyond so many bytes; what is there afterwards."""
    process = files.start(url, number, 4_096 + more)
    go(process)
    said = answer(process)
    process.kill()
    process.communicate()
    database = open_database(url)
    left = there(database, number)
    assert databases.check(database) == []
    database.close()
    if left == NOTHING:
        assert said.startswith("refused"), said
        assert "no room" in said or "error" in said, said
    return left
