"""Loading rows in bulk, against SQLAlchemy Core's executemany; and writing orders with all that follows from them.

Both insert the same rows into the same empty table, in turn. Run by name:

    python tests/benchmarks/bulk_load.py [--rows 100000] [--orders 20000] [--rounds 3]

Prints rows a second (median), and the ratio. Targets: at least 2.5 times on SQLite, 8 times on PostgreSQL.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert

from opsconsole.domain.instants import DAY, from_iso
from opsconsole.imports.records import Records
from opsconsole.imports.writer import write_records
from opsconsole.store import dialect, schema
from opsconsole.store.database import Database, open_database

sys.path.insert(0, str(Path(__file__).parent.parent))
from postgres_server import start_server

NOW = from_iso("2026-11-17T15:42:00Z")
TABLE = schema.stock_history


def stock(rows: int) -> dict[str, list[Any]]:
    """Daily stock as columns: a table whose only index is its key, so that the way in is what is measured."""
    return {
        "sku": [f"SKU-{number % 4000:05}" for number in range(rows)],
        "location": ["Reno 1"] * rows,
        "on_day": [20_000 + number // 4000 for number in range(rows)],
        "on_hand": [float(number % 90) for number in range(rows)],
        "available": [float(number % 70) for number in range(rows)],
        "source_time": [NOW] * rows,
        "batch_id": [1] * rows,
    }


def files(orders: int, at: int) -> list[Records]:
    """A file of orders with one and a half lines each."""
    ids = [str(number) for number in range(orders)]
    placed = [NOW - number * 60_000_000 for number in range(orders)]
    of_line = [str(number * 2 // 3) for number in range(orders * 3 // 2)]
    order_columns: dict[str, list[Any]] = {
        "channel": ["shop"] * orders,
        "order_id": ids,
        "order_number": [f"#{order}" for order in ids],
        "email": [f"c{number % 5000}@example.org" for number in range(orders)],
        "status": ["shipped"] * orders,
        "payment_status": ["paid"] * orders,
        "currency": ["USD"] * orders,
        "total": [1000 + number % 700 for number in range(orders)],
        "placed_at": placed,
        "stated_shipped_at": [instant + DAY + at for instant in placed],
        "address1": [f"{number % 999} Main Street" for number in range(orders)],
        "city": ["Reno"] * orders,
        "postcode": ["89501"] * orders,
        "country": ["US"] * orders,
    }
    line_columns: dict[str, list[Any]] = {
        "channel": ["shop"] * len(of_line),
        "order_id": of_line,
        "sku": [f"SKU-{number % 4000}" for number in range(len(of_line))],
        "title": ["Lamp"] * len(of_line),
        "quantity": [1.0] * len(of_line),
        "unit_price": [500] * len(of_line),
    }
    return [Records("orders", order_columns), Records("order_lines", line_columns)]


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """An empty database of each kind."""
    with tempfile.TemporaryDirectory() as folder, start_server() as server:
        opened = {
            "SQLite": open_database(Path(folder) / "ops.db", create=True),
            "PostgreSQL": open_database(server.create_database("bulk_load"), create=True),
        }
        yield opened
        for database in opened.values():
            database.close()


def seconds(database: Database, work: Callable[[Any], object], rounds: int) -> float:
    """Median time of a write transaction that starts with an empty table."""
    taken = []
    for _ in range(rounds):
        with database.write() as conn:
            conn.execute(delete(TABLE))
        started = time.perf_counter()
        with database.write() as conn:
            work(conn)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def compare(name: str, database: Database, rows: int, rounds: int, target: float) -> None:
    """Print both ways of inserting, and their ratio."""
    columns = stock(rows)
    dicts = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    core = seconds(database, lambda conn: conn.execute(insert(TABLE), dicts), rounds)
    bulk = seconds(database, lambda conn: dialect.bulk_insert(conn, TABLE, columns), rounds)
    print(
        f"{name:11s} Core {rows / core:10,.0f} rows/s   bulk {rows / bulk:10,.0f} rows/s   "
        f"{core / bulk:5.1f} times (target {target})"
    )


def write_orders(name: str, database: Database, orders: int) -> None:
    """Print how fast orders are written: new, again, and all changed."""
    for number, (words, at) in enumerate((("new", 0), ("the same again", 0), ("all changed", 1)), 1):
        records = files(orders, at)
        started = time.perf_counter()
        with database.write() as conn:
            write_records(conn, records, batch_id=number, source_time=at, now=NOW)
        taken = time.perf_counter() - started
        total = sum(len(group) for group in records)
        print(f"{name:11s} {orders:,} orders with lines, {words:15s} {taken:6.1f} s   {total / taken:9,.0f} records/s")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args()
    with databases() as opened:
        for (name, database), target in zip(opened.items(), (2.5, 8.0), strict=True):
            compare(name, database, parsed.rows, parsed.rounds, target)
            write_orders(name, database, parsed.orders)


if __name__ == "__main__":
    main()
