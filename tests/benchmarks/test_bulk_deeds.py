"""A deed to 5,000 of 50,000 open exceptions: how long others wait for the writer, against writing row by row.

Medians of milliseconds inside the write transaction are printed per deed (``-s``), by the wall's clock and by this
process's own processor time (on PostgreSQL the server's is not in it). The named alternative is the same assignment as
one statement per row and one per event, in the same process.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from opsconsole.services import changes
from opsconsole.services import order_exceptions as queue
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exception_events, exceptions

OPEN, BULK, ROUNDS = 50_000, 5_000, 3
LIMIT_MS = 1_000.0
DAY = 86_400_000_000


@pytest.fixture
def full(database: Database, now: int) -> Database:
    """50,000 open exceptions, each with the evidence of a late shipment."""
    ids = list(range(1, OPEN + 1))
    columns: dict[str, list[Any]] = {
        name: [value] * OPEN
        for name, value in {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "severity": "S2", "state": "open", "opened_at": now,
            "detected_at": now, "acknowledge_by": now, "due_at": now, "currency": "USD", "value_at_risk": 4_126,
            "evidence_json": '{"ship_by": 1794926520000000, "place": "Reno 1"}', "version": 1, "reopened": 0,
        }.items()
    }  # fmt: skip
    with database.write() as connection:
        dialect.bulk_insert(
            connection, exceptions, {"id": ids, "subject": [f"shop/{number}" for number in ids], **columns}
        )
        if not dialect.is_sqlite(connection):
            connection.exec_driver_sql("ANALYZE exceptions")
    return database


class Held:
    """Seconds that write transactions were held: by the wall's clock, and of this process's processor time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = self.worked = 0.0
        write = Database.write

        @contextmanager
        def timed(database: Database) -> Iterator[Connection]:
            with write(database) as connection:
                wall, worked = time.perf_counter(), time.process_time()
                yield connection
                self.wall += time.perf_counter() - wall
                self.worked += time.process_time() - worked

        monkeypatch.setattr(Database, "write", timed)

    def of(self, work: Callable[[int], Any]) -> tuple[float, float]:
        """Medians over some rounds, in milliseconds; ``work`` gets the number of the round."""
        found = []
        for number in range(ROUNDS):
            self.wall = self.worked = 0.0
            work(number)
            found.append((self.wall * 1000, self.worked * 1000))
        return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def test_a_bulk_deed_holds_the_writer_well_under_a_second(
    full: Database, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, ids = Held(monkeypatch), list(range(1, OPEN + 1, OPEN // BULK))
    by = {"who": "Ann", "now": now}
    seen = dict.fromkeys(ids, 1)
    deeds: dict[str, Callable[[int], Any]] = {
        "assign": lambda n: queue.assign(full, ids, owner=f"Shift {n}", **by),
        "add a note, seen long ago": lambda n: queue.add_note(full, ids, text="Called", versions=seen, **by),
        "tag": lambda n: queue.tag(full, ids, add=[f"t{n}"], **by),
        "snooze": lambda n: queue.snooze(full, ids, until=now + DAY + n, **by),
        "resolve and undo": lambda n: changes.undo_change(
            full, queue.resolve(full, ids, root_cause="other", **by).id or 0, **by
        ),
    }
    figures = {name: held.of(deed) for name, deed in deeds.items()}
    alone = held.of(lambda n: _row_by_row(full, ids, f"Alone {n}", now))
    print(f"\n{full.dialect}: {BULK:,} of {OPEN:,} exceptions, ms inside the write (own processor time)")
    for name, (wall, worked) in {**figures, "assign row by row": alone}.items():
        print(f"  {name:28} {wall:7.0f} ({worked:.0f})")
    print(f"  row by row / at once         {alone[0] / figures['assign'][0]:.1f} x")
    assert max(worked for _, worked in figures.values()) < LIMIT_MS * 2, "two writes: resolve and undo"
    assert figures["assign"][1] < LIMIT_MS / 2
    assert figures["assign"][0] < alone[0]


def _row_by_row(database: Database, ids: list[int], owner: str, now: int) -> None:
    with database.write() as connection:
        for number in ids:
            row = exceptions.c.id == number
            connection.execute(update(exceptions).where(row).values(owner=owner, version=exceptions.c.version + 1))
            event = {"exception_fk": number, "at": now, "who": "Ann", "action": "assigned", "words": owner}
            connection.execute(insert(exception_events).values(event))
