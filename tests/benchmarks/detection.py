"""Looking at what changed against looking at everything, with a million orders and 50,000 open exceptions.

    python tests/benchmarks/detection.py DATABASE [--times 50] [--changed 50] [--rounds 5]

``DATABASE`` is one of the demo company (``opsconsole demo create FILE --orders 20000``) or a PostgreSQL URL; it is
changed. It is multiplied first (20,000 orders 50 times make a million, with every rule's trouble in proportion), then
enough shipped orders are made late to have the open exceptions. Each round half of the changed orders are ones with
open exceptions of as many rules as possible, and are cancelled; half are delivered ones that run into six kinds of
trouble. Then the rules look at what changed. After the rounds they look at everything: nothing may be left to find.

Prints medians of processor time (the server's too, where it runs on this machine; else the wall's clock), the wall's
clock, the number of statements, and the ratio. Target: at least 100 times.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multiplied import multiply
from sqlalchemy import event, func, select, text

from opsconsole.domain.instants import DAY, MINUTE
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.databases import open_database
from opsconsole.services.detection import detect
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import detection_runs, exception_events, exceptions, orders

WANTED = 50_000
_UNSHIPPED = (
    "status = 'processing', shipped_at = NULL, stated_shipped_at = NULL, shipped_on = NULL, first_shipped_at = NULL, "
    "delivered_at = NULL, stated_delivered_at = NULL, delivered_on = NULL, quantity_shipped = 0"
)
_OF_SHIPPED = (
    "SELECT id FROM orders WHERE ship_by < :now AND ship_by > :since AND status IN ('shipped', 'delivered') "
    "AND fulfilled_by <> 'Marketplace' ORDER BY id {turn} LIMIT :count"
)
_LATE = text(f"UPDATE orders SET {_UNSHIPPED} WHERE id IN ({_OF_SHIPPED.format(turn='')})")
_TROUBLE = text(
    f"UPDATE orders SET changed_at = :at, {_UNSHIPPED}, "
    "payment_status = CASE WHEN id % 6 = 0 THEN 'failed' ELSE payment_status END, "
    "risk_level = CASE WHEN id % 6 = 1 THEN 'high' ELSE risk_level END, "
    "postcode = CASE WHEN id % 6 = 2 THEN 'none' ELSE postcode END, "
    "location = CASE WHEN id % 6 = 3 THEN NULL ELSE location END, "
    "hold_until = CASE WHEN id % 6 = 4 THEN placed_at ELSE hold_until END, "
    "status_since = CASE WHEN id % 6 = 5 THEN placed_at ELSE status_since END "
    f"WHERE id IN ({_OF_SHIPPED.format(turn='DESC')})"
)
# Of each rule one after the other, so that as many rules as possible have something to close.
_CANCEL = text(
    "UPDATE orders SET changed_at = :at, status = 'cancelled' WHERE id IN (SELECT order_fk FROM ("
    "SELECT order_fk, row_number() OVER (PARTITION BY rule ORDER BY id) AS turn FROM exceptions "
    "WHERE state IN ('open', 'acknowledged', 'in_progress', 'waiting') AND subject_kind IN ('order', 'line') "
    "AND order_fk IS NOT NULL) AS turns ORDER BY turn LIMIT :count)"
)


@dataclass
class Taken:
    """What a piece of work took: seconds of processors and by the wall's clock, and statements."""

    worked: float
    wall: float
    statements: int


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
            if database.dialect == "postgresql":
                connection.exec_driver_sql("ANALYZE")


def measured(database: Database, work: Callable[[], Any]) -> tuple[Taken, Any]:
    """What work takes, and what it gives."""
    with _counted(database) as statements:
        started, wall = _processors(database), time.perf_counter()
        answer = work()
        return Taken(_processors(database) - started, time.perf_counter() - wall, len(statements)), answer


@contextmanager
def _counted(database: Database) -> Iterator[list[None]]:
    heard: list[None] = []

    def hear(*_: Any) -> None:
        heard.append(None)

    engines = (database._reader, database._writer)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    ask_driver = dialect.ask_driver  # what is compiled once goes past the engines

    def hear_driver(*asked: Any, **more: Any) -> Any:
        heard.append(None)
        return ask_driver(*asked, **more)

    dialect.ask_driver = hear_driver
    try:
        yield heard
    finally:
        dialect.ask_driver = ask_driver
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


def _processors(database: Database) -> float:
    """Seconds of processors of this process, and of the server's where it runs on this machine."""
    if database.dialect == "sqlite":
        return time.process_time()
    with database.read() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    here = Path(f"/proc/{pid}/stat")
    if not here.exists() or "postgres" not in here.read_text():
        return time.perf_counter()
    server = here.read_text().rsplit(")", 1)[1].split()[1]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text().rsplit(")", 1)[1].split() if stat.exists() else []
        if fields and server in (fields[1], stat.parent.name):
            ticks += sum(map(int, fields[11:15]))  # its own and those of children that have ended
    return time.process_time() + ticks / 100


def rules_touched(database: Database, at: int) -> dict[str, set[str]]:
    """Rules of which a run opened or closed something."""
    e = exception_events.c
    found: dict[str, set[str]] = {"raised": set(), "closed": set()}
    with database.read() as connection:
        rows = connection.execute(
            select(e.action, exceptions.c.rule)
            .join_from(exception_events, exceptions, exceptions.c.id == e.exception_fk)
            .where(e.at == at, e.action.in_(("raised", "reopened", "closed")))
        )
        for action, rule in rows:
            found["closed" if action == "closed" else "raised"].add(rule)
    return found


def change(database: Database, at: int, count: int) -> None:
    """Cancel half of so many orders, let the other half run into trouble."""
    with database.write() as connection:
        if count:
            span = {"now": at, "since": at - 80 * DAY, "at": at}
            connection.execute(_CANCEL, {"at": at, "count": count // 2})
            connection.execute(_TROUBLE, {**span, "count": count - count // 2})


def compare(database: Database, changed: int, rounds: int) -> tuple[Taken, Taken]:
    """Medians of looking at everything and at what changed; AssertionError where they do not agree."""
    with database.read() as connection:
        at = int(connection.execute(select(func.max(detection_runs.c.as_of))).scalar() or 0) + MINUTE
    plant(database, at)
    detect(database, at, full=True)
    found: list[Taken] = []
    for number in range(rounds + 1):
        at += MINUTE
        change(database, at, changed)
        taken, report = measured(database, lambda at=at: detect(database, at))  # type: ignore[misc]
        assert report.scope == "changed"
        if changed >= 20:
            touched = rules_touched(database, at)
            assert len(touched["raised"]) >= 5, touched
            assert len(touched["closed"]) >= 5, touched
        found += [taken] if number else []  # the first one builds the statements
    whole = []
    for _ in range(min(rounds, 2)):
        taken, report = measured(database, lambda: detect(database, at, full=True))
        assert (report.opened, report.closed, report.reopened) == (0, 0, 0), "looking at everything found more"
        whole.append(taken)
    return _median(whole), _median(found)


def _median(taken: list[Taken]) -> Taken:
    return Taken(
        statistics.median(one.worked for one in taken),
        statistics.median(one.wall for one in taken),
        round(statistics.median(one.statements for one in taken)),
    )


def rules_without_exceptions(database: Database) -> set[str]:
    """Rules that have nothing open."""
    with database.read() as connection:
        known = set(connection.execute(select(exceptions.c.rule).where(ACTIVE).distinct()).scalars())
    return {rule.code for rule in RULES} - known


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--times", type=int, default=1, help="how many copies of the company make the large one")
    parser.add_argument("--changed", type=int, nargs="*", default=[50])
    parser.add_argument("--rounds", type=int, default=5)
    parsed = parser.parse_args()
    database = open_database(parsed.database)
    if parsed.times > 1:
        multiply(database, parsed.times)
    with database.read() as connection:
        count = connection.execute(select(func.count()).select_from(orders)).scalar()
    for changed in parsed.changed:
        whole, some = compare(database, changed, parsed.rounds)
        print(
            f"{database.dialect:11s} {count:,} orders, {open_exceptions(database):,} open, none of "
            f"{', '.join(sorted(rules_without_exceptions(database))) or 'no rule'}; everything {whole.worked:.2f} s "
            f"({whole.wall:.2f} s by the wall, {whole.statements} statements); {changed} changed orders "
            f"{some.worked * 1000:.0f} ms ({some.wall * 1000:.0f} ms by the wall, {some.statements} statements): "
            f"{whole.worked / some.worked:.1f} times (target 100)",
            flush=True,
        )
    database.close()


if __name__ == "__main__":
    main()
