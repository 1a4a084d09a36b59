"""Importing a large Shopify export (79 columns), against the csv module, plain Python and the driver's executemany.

Both read the same file into an empty SQLite database of the same schema, and must end with the same: every value of
every order, line and payment, every reject and every refused line is compared, both ways. The alternative stands in
``import_orders_plain.py``. Run by name:

    python tests/benchmarks/import_orders.py [--rows 500000] [--postgresql]

Prints seconds, processor seconds, the ratio of these, and the largest memory of each. Target: at least 2 times as fast.
Then the console imports the same file again, and one in which every hundredth order has changed; with ``--postgresql``
the same three on PostgreSQL, whose own processor time is not counted.

Before, the alternative only filled two bare tables without keys, indexes or anything that follows from the file: that
is 4.2 seconds for 100,000 rows and no database that the console could work on.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from opsconsole.domain.instants import from_iso

sys.path.insert(0, str(Path(__file__).parent.parent))
from import_orders_plain import import_plainly

from postgres_server import start_server

NOW = from_iso("2026-11-17T15:42:00Z")
SEED = 20261117
HEADER = Path(__file__).resolve().parents[1] / "data" / "shopify_orders_79.csv"


def make(path: Path, rows: int, *, changed: bool = False) -> None:
    """An export of two lines an order; one order in a thousand has an amount that is none.

    ``changed``: a later one, in which every hundredth order has another note.
    """
    with HEADER.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream))
    place = {name: at for at, name in enumerate(names)}
    dice = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for order in range(rows // 2):
            stamp = f"2026-{1 + order % 10:02d}-{1 + order % 28:02d} {order % 24:02d}:{order % 60:02d}:07 -0800"
            prices = [dice.randrange(500, 9_900) for _ in range(2)]
            total = f"{sum(prices) / 100:.2f}" if order % 1000 else "n/a"
            for line, price in enumerate(prices):
                cells = [""] * len(names)
                given = {
                    "Name": f"#{100_000 + order}",
                    "Email": f"c{order % 40_000}@example.com",
                    "Created at": stamp,
                    "Lineitem quantity": str(1 + order % 3),
                    "Lineitem name": f"Article {dice.randrange(4_000)}, blue",
                    "Lineitem price": f"{price / 100:.2f}",
                    "Lineitem sku": f"SKU-{dice.randrange(4_000):05}",
                    "Lineitem requires shipping": "true",
                    "Lineitem fulfillment status": "fulfilled",
                    "Lineitem discount": "0.00",
                    "Vendor": "House Brand",
                }
                if line == 0:
                    given |= {
                        **dict.fromkeys(("Paid at", "Fulfilled at"), stamp),
                        "Financial Status": "paid",
                        "Fulfillment Status": "fulfilled",
                        "Currency": "USD",
                        "Subtotal": total,
                        "Shipping": "0.00",
                        "Taxes": "0.00",
                        "Total": total,
                        "Discount Amount": "0.00",
                        "Shipping Method": "Standard",
                        "Shipping Name": f"Customer {order % 40_000}",
                        "Shipping Address1": f"{order % 9_000} Alder St",
                        "Shipping City": "Portland",
                        "Shipping Zip": "'97201",
                        "Shipping Province": "OR",
                        "Shipping Country": "US",
                        "Payment Method": "Shopify Payments",
                        "Payment Reference": f"r{order}.1",
                        "Refunded Amount": "0.00",
                        "Notes": "call first" if changed and order % 100 == 7 else "",
                        "Id": str(6_100_000_000_000 + order),
                    }
                for name, text in given.items():
                    cells[place[name]] = text
                writer.writerow(cells)


def report(began: float, spent: float, orders: int, lines: int, rejected: int) -> None:
    """Figures of one run, for the parent."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"s": wall, "cpu": cpu, "mb": memory, "found": [orders, lines, rejected]}), flush=True)


def console(folder: Path, url: str) -> None:
    """The console's own import: the file, the file again, and a later one."""
    from opsconsole.services import databases, imports
    from opsconsole.store import schema

    database = databases.open_database(url, create=True)
    compared = "://" in url
    for name in ("orders.csv", "orders.csv", "changed.csv"):
        began, spent = time.perf_counter(), time.process_time()
        said = imports.import_files(database, [folder / name], channel="shop", who="Benchmark", now=NOW).files[0]
        with database.read() as conn:
            counts = [
                int(conn.execute(select(func.count()).select_from(table)).scalar_one())
                for table in (schema.orders, schema.order_lines)
            ]
        refused = {reject.raw.split(",", 1)[0] for reject in said.rejects}
        report(began, spent, counts[0], counts[1], len(refused))
        if (folder / "plain.db").exists() and name == "orders.csv" and not compared:
            compared = True
            command = [sys.executable, __file__, "--run", "compare", "--folder", str(folder)]
            subprocess.run(command, check=True)
    database.close()


def plain(folder: Path, url: str) -> None:
    """The alternative, in a database with the console's own schema."""
    from opsconsole.services import databases
    from opsconsole.store.database import sqlite_connection

    databases.open_database(url, create=True).close()
    connection = sqlite_connection(Path(url), write=True)
    began, spent = time.perf_counter(), time.process_time()
    found = import_plainly(folder / "orders.csv", connection, 1, NOW)
    report(began, spent, *found)
    connection.close()


def compare(folder: Path) -> None:
    """End with an error where the two databases differ in any value of what both imported."""
    from opsconsole.store.database import sqlite_connection

    connection = sqlite_connection(folder / "plain.db", write=True)
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("ATTACH ? AS other", (str(folder / "console.db"),))
    for table in ("orders", "order_lines", "payments", "rejects", "reject_rows"):
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        wanted = ", ".join(f't."{name}"' for name in names if name not in ("id", "order_fk"))
        of, joined = (", o.order_id", " JOIN {0}.orders o ON o.id = t.order_fk") if "order_fk" in names else ("", "")
        one, two = (f"SELECT {wanted}{of} FROM {db}.{table} t{joined.format(db)}" for db in ("main", "other"))
        counts = [connection.execute(f"SELECT count(*) FROM ({query})").fetchone()[0] for query in (one, two)]
        if not counts[0] == counts[1] > 0:
            raise SystemExit(f"{table}: {counts} rows")
        for query in (f"{one} EXCEPT {two}", f"{two} EXCEPT {one}"):
            different = connection.execute(query).fetchone()
            if different is not None:
                raise SystemExit(f"{table}, in one and not in the other: {different}")
    connection.close()


def run(what: str, folder: str, url: str) -> list[dict[str, Any]]:
    """Figures of a run in a process of its own, printed; one line for each import."""
    command = [sys.executable, __file__, "--run", what, "--folder", folder, "--url", url]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    where = "PostgreSQL" if "://" in url else "SQLite"
    for figures, label in zip(found, ("", ", again", ", 1 % changed"), strict=False):
        print(
            f"{what}, {where}{label}: {figures['s']:.1f} s, {figures['cpu']:.1f} s CPU, {figures['mb']} MB", flush=True
        )
    return found


def main() -> None:
    """Make the files, run both in processes of their own, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--run", choices=["console", "plain", "compare"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    if given.run == "plain":
        plain(given.folder, given.url)
        return
    if given.run == "compare":
        compare(given.folder)
        return
    if given.run == "console":
        console(given.folder, given.url)
        return
    with tempfile.TemporaryDirectory() as name:
        make(Path(name) / "orders.csv", given.rows)
        make(Path(name) / "changed.csv", given.rows, changed=True)
        size = (Path(name) / "orders.csv").stat().st_size >> 20
        print(f"{given.rows:,} rows, {size} MB")
        alternative = run("plain", name, str(Path(name) / "plain.db"))[0]
        ours = run("console", name, str(Path(name) / "console.db"))[0]
        if alternative["found"] != ours["found"]:
            raise SystemExit(f"they differ: {alternative['found']} and {ours['found']}")
        orders, lines, rejected = ours["found"]
        print(f"both: {orders:,} orders, {lines:,} lines, {rejected} orders refused")
        print(f"ratio: {alternative['cpu'] / ours['cpu']:.2f} of processor seconds (target 2)")
        if given.postgresql:
            with start_server() as server:
                run("console", name, server.create_database("import_orders"))


if __name__ == "__main__":
    main()
