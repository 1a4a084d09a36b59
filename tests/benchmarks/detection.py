"""Looking at what changed against looking at everything, with a million orders and 50,000 open exceptions.

    python tests/benchmarks/detection.py DATABASE [--changed 50] [--rounds 5]

``DATABASE`` is one of the demo company (``opsconsole demo create FILE --orders 1000000``) or a PostgreSQL URL; it is
changed: at first enough shipped orders are made late to have the open exceptions. Each round some orders are cancelled
and others touched, as an import does; then the rules look at what changed. After the rounds they look at everything:
nothing may be left to find. Prints both medians of processor time (with the database's own on SQLite; wall clock on
PostgreSQL) and the ratio. Target: at least 100 times.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, text

from opsconsole.domain.instants import DAY, MINUTE
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.databases import open_database
from opsconsole.services.detection import detect
from opsconsole.store.database import Database
from opsconsole.store.schema import detection_runs, exceptions

WANTED = 50_000
_LATE = text(
    "UPDATE orders SET status = 'processing', shipped_at = NULL, stated_shipped_at = NULL, shipped_on = NULL, "
    "first_shipped_at = NULL, delivered_at = NULL, stated_delivered_at = NULL, delivered_on = NULL, "
    "quantity_shipped = 0 WHERE id IN (SELECT id FROM orders WHERE ship_by < :now AND ship_by > :since "
    "AND status IN ('shipped', 'delivered') AND fulfilled_by <> 'Marketplace' ORDER BY id LIMIT :count)"
)
_CANCEL = text(
    "UPDATE orders SET changed_at = :at, status = 'cancelled' WHERE id IN (SELECT order_fk FROM exceptions "
    "WHERE rule = 'LATE_SHIPMENT' AND state = 'open' ORDER BY id LIMIT :count)"
)
_TOUCH = text("UPDATE orders SET changed_at = :at WHERE id IN (SELECT id FROM orders ORDER BY id DESC LIMIT :count)")


def open_exceptions(database: Database) -> int:
    """How many exceptions are open."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(exceptions).where(ACTIVE)).scalar() or 0)


def plant(database: Database, now: int) -> None:
    """Make shipped orders late until the open exceptions are there; each is late to ship and to deliver."""
    missing = WANTED - open_exceptions(database)
    if missing > 0:
        with database.write() as connection:
            connection.execute(_LATE, {"now": now, "since": now - 80 * DAY, "count": missing * 2 // 3})


def measured(database: Database, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that work takes, and what it gives."""
    clock = time.process_time if database.dialect == "sqlite" else time.perf_counter
    started = clock()
    answer = work()
    return clock() - started, answer


def compare(database: Database, changed: int, rounds: int) -> tuple[float, float]:
    """Median seconds of looking at everything and at what changed; AssertionError where they do not agree."""
    with database.read() as connection:
        at = int(connection.execute(select(func.max(detection_runs.c.as_of))).scalar() or 0) + MINUTE
    plant(database, at)
    detect(database, at, full=True)
    found, whole = [], []
    for number in range(rounds + 1):
        at += MINUTE
        with database.write() as connection:
            connection.execute(_CANCEL, {"at": at, "count": changed // 2})
            connection.execute(_TOUCH, {"at": at, "count": changed - changed // 2})
        taken, report = measured(database, lambda at=at: detect(database, at))  # type: ignore[misc]
        assert report.scope == "changed"
        assert report.closed >= changed // 2, "what was cancelled must close"
        found += [taken] if number else []  # the first one builds the statements
    for _ in range(min(rounds, 2)):
        taken, report = measured(database, lambda: detect(database, at, full=True))
        assert (report.opened, report.closed, report.reopened) == (0, 0, 0), "looking at everything found more"
        whole.append(taken)
    return statistics.median(whole), statistics.median(found)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--changed", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parsed = parser.parse_args()
    database = open_database(parsed.database)
    whole, changed = compare(database, parsed.changed, parsed.rounds)
    print(
        f"{database.dialect:11s} {open_exceptions(database):,} open   everything {whole:7.2f} s   "
        f"{parsed.changed} changed orders {changed * 1000:7.0f} ms   {whole / changed:5.1f} times (target 100)"
    )
    database.close()


if __name__ == "__main__":
    main()
