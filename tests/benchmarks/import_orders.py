"""Importing a large Shopify export (79 columns), against the csv module, plain Python and the driver's executemany.

Both read the same file into an empty SQLite database, refuse the same broken orders, and must agree on what they found.
The alternative keeps the same 30 columns of orders, lines and payments in tables without identities, versions, promises
or derived facts; the console writes all of that besides. Run by name:

    python tests/benchmarks/import_orders.py [--rows 500000] [--postgresql]

Prints seconds, processor seconds, the ratio of these, and the largest memory of each. Target: at least 2 times as fast.
Then the console imports the same file again, and one in which every hundredth order has changed; with ``--postgresql``
the same three on PostgreSQL, whose own processor time is not counted.
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
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from opsconsole.domain.instants import from_iso

sys.path.insert(0, str(Path(__file__).parent.parent))
from postgres_server import start_server

NOW = from_iso("2026-11-17T15:42:00Z")
SEED = 20261117
HEADER = Path(__file__).resolve().parents[1] / "data" / "shopify_orders_79.csv"
MONEY = ("Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount")
DATES = ("Created at", "Paid at", "Fulfilled at", "Cancelled at")
TEXTS = (
    *("Name", "Email", "Financial Status", "Fulfillment Status", "Currency", "Shipping Method", "Shipping Name"),
    *("Shipping Address1", "Shipping Address2", "Shipping City", "Shipping Zip", "Shipping Province"),
    *("Shipping Country", "Phone", "Notes", "Tags", "Risk Level", "Payment Method", "Id"),
)
LINE_TEXTS = ("Lineitem name", "Lineitem sku", "Lineitem fulfillment status")


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
    database.close()


def plain(path: Path, folder: Path) -> None:
    """The csv module, a loop, and one executemany per table in one transaction."""
    from sqlcipher3 import dbapi2 as sqlite

    connection = sqlite.connect(str(folder / "plain.db"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    columns = (*TEXTS, *MONEY, *DATES)
    marks = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"CREATE TABLE orders (row INTEGER PRIMARY KEY, {marks})")
    fields = "name, title, sku, status, quantity, price, discount"
    connection.execute(f"CREATE TABLE lines (row INTEGER PRIMARY KEY, {fields})")
    began, spent = time.perf_counter(), time.process_time()
    orders: dict[str, list[Any]] = {}
    lines: dict[str, list[list[Any]]] = {}
    refused: dict[str, tuple[int, str]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        place = {name: at for at, name in enumerate(next(reader))}
        for row in reader:
            name = row[place["Name"]]
            try:
                if name not in orders:
                    orders[name] = [
                        *(row[place[key]].lstrip("'") or None for key in TEXTS),
                        *(_cents(row[place[key]]) for key in MONEY),
                        *(_instant(row[place[key]]) for key in DATES),
                    ]
                line = [name, *(row[place[key]] or None for key in LINE_TEXTS), float(row[place["Lineitem quantity"]])]
                line += [_cents(row[place["Lineitem price"]]), _cents(row[place["Lineitem discount"]])]
                lines.setdefault(name, []).append(line)
            except (ValueError, InvalidOperation):
                refused.setdefault(name, (reader.line_num, ",".join(row)))
    for name in refused:
        orders.pop(name, None)
        lines.pop(name, None)
    every = [line for group in lines.values() for line in group]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        f"INSERT INTO orders ({marks}) VALUES ({', '.join('?' * len(columns))})",
        list(orders.values()),
    )
    connection.executemany(f"INSERT INTO lines ({fields}) VALUES (?, ?, ?, ?, ?, ?, ?)", every)
    connection.execute("COMMIT")
    report(began, spent, len(orders), len(every), len(refused))
    connection.close()


def _cents(text: str) -> int | None:
    return int(Decimal(text) * 100) if text else None


def _instant(text: str) -> int | None:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp() * 1_000_000) if text else None


def run(what: str, folder: str, url: str) -> list[dict[str, Any]]:
    """Figures of a run in a process of its own, printed; one line for each import."""
    command = [sys.executable, __file__, "--run", what, "--folder", folder, "--url", url]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
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
    parser.add_argument("--run", choices=["console", "plain"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    if given.run == "plain":
        plain(given.folder / "orders.csv", given.folder)
        return
    if given.run == "console":
        console(given.folder, given.url)
        return
    with tempfile.TemporaryDirectory() as name:
        make(Path(name) / "orders.csv", given.rows)
        make(Path(name) / "changed.csv", given.rows, changed=True)
        size = (Path(name) / "orders.csv").stat().st_size >> 20
        print(f"{given.rows:,} rows, {size} MB")
        alternative = run("plain", name, "")[0]
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
