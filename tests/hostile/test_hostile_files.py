"""Harmed files: each ends as its operator says, within seconds, in bounded memory, and never half in the database."""

import resource
import sys
import time
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from opsconsole.services import imports
from opsconsole.store import schema

DATA = Path(__file__).parents[1] / "data"
SECONDS = 20.0
MEGABYTES = 400
WRITTEN = ("done", "partly")


def _mutations() -> Any:
    spec = util.spec_from_file_location("mutations", Path(__file__).with_name("mutations.py"))
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module


mutations = _mutations()
NAMES = mutations.header(DATA)
Content = dict[str, tuple[Any, ...]]


def contents(database: Any) -> Content:
    """Per order number its own values and those of its lines."""
    o, l = schema.orders.c, schema.order_lines.c  # noqa: E741
    with database.read() as conn:
        found = {
            row.id: (row.order_number, row.total, row.placed_at, row.paid_at, row.postcode, row.ship_name, row.note)
            for row in conn.execute(select(schema.orders).where(o.stub.is_(None)))
        }
        lines: dict[int, list[Any]] = {}
        for row in conn.execute(select(schema.order_lines).order_by(l.order_fk, l.sku, l.line_id)):
            lines.setdefault(row.order_fk, []).append((row.sku, row.title, row.quantity, row.unit_price))
    return {str(values[0]): (*values, tuple(lines.get(key, ()))) for key, values in found.items()}


def counted(database: Any) -> dict[str, int]:
    """Rows of every table an import writes."""
    with database.read() as conn:
        return {
            table.name: int(conn.execute(select(func.count()).select_from(table)).scalar_one())
            for table in (schema.orders, schema.order_lines, schema.payments, schema.batches, schema.rejects)
        }


def emptied(database: Any) -> None:
    """Take out what the file before left."""
    of_batches = [table for table in schema.metadata.sorted_tables if _hangs_on_batches(table)]
    with database.write() as conn:
        for table in (schema.payments, schema.order_lines, schema.orders, *reversed(of_batches), schema.batch_fields):
            conn.execute(delete(table))
        for table in (schema.snapshots, schema.feeds, schema.batches):
            conn.execute(delete(table))


def _hangs_on_batches(table: Any) -> bool:
    return any(key.column.table is schema.batches for key in table.foreign_keys)


class Desk:
    """Imports single files into one database and remembers how the healthy file looks there."""

    def __init__(self, database: Any, now: int, folder: Path) -> None:
        self.database, self.now, self.folder = database, now, folder
        text = mutations.text_of(NAMES, mutations.healthy(NAMES))
        self.clean = folder / "clean.csv"
        self.clean.write_bytes(text.encode())
        assert self.take(self.clean).state == "done"
        self.healthy = contents(database)
        emptied(database)

    def take(self, path: Path) -> Any:
        report = imports.import_files(
            self.database, [path], channel="shop", who="Tester", now=self.now, folder=self.folder / "mappings"
        )
        return report.files[0]

    def judge(self, case: Any) -> None:
        """Import a harmed file and hold what became of it against its operator."""
        path = self.folder / case.name
        path.write_bytes(case.content)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        try:
            report = self.take(path)
        except Exception as fault:
            state, rejects = _state_of(fault), 0
        else:
            state, rejects = report.state, len(report.rejects)
        took = time.perf_counter() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        path.unlink()
        assert took < SECONDS, f"{case.operator}: {took:.1f} s"
        assert grown < MEGABYTES, f"{case.operator}: {grown:.0f} MB more"
        found = contents(self.database)
        self._hold(case, state, rejects, found)
        self._mend(case)

    def _hold(self, case: Any, state: str, rejects: int, found: Content) -> None:
        if case.outcome == "refused" or state not in WRITTEN:
            assert case.outcome in ("refused", "safe"), f"{case.operator}: {state}"
            assert state in ("refused", "not_recognized"), f"{case.operator}: {state}"
            assert not any(counted(self.database).values()), f"{case.operator}: refused, but something is written"
            return
        untouched = {number: values for number, values in self.healthy.items() if f"#{number}" not in case.touched}
        untouched = {n: v for n, v in untouched.items() if n not in case.touched}
        for number, values in untouched.items():
            assert found.get(number) == values, f"{case.operator}: {number} differs"
        if case.outcome == "same":
            assert found == self.healthy, case.operator
        if case.outcome == "without":
            assert found.keys() == untouched.keys(), case.operator
            assert state == "partly"
            assert rejects

    def _mend(self, case: Any) -> None:
        """The healthy file afterwards completes what was missing; then everything is taken out again."""
        if case.outcome != "safe":
            assert self.take(self.clean).state == "done"
            assert contents(self.database) == self.healthy, f"{case.operator}: the healthy file no longer mends it"
        emptied(self.database)


def _state_of(fault: Exception) -> str:
    from opsconsole.domain.errors import UserError

    if isinstance(fault, UserError):
        return "refused"
    raise fault


@pytest.fixture
def desk(database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(database, now, tmp_path)


@pytest.fixture
def sqlite_desk(sqlite_database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, now, tmp_path)


Made = Callable[[], Any]


def test_every_operator_once_on_both_databases(desk: Desk) -> None:
    for made in mutations.cases(NAMES, len(mutations.QUICK), mutations.QUICK):
        desk.judge(made())


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_five_hundred_harmed_files_end_as_they_must(sqlite_desk: Desk, part: int) -> None:
    every = mutations.cases(NAMES, 494, mutations.QUICK)
    for made in every[part::10]:
        sqlite_desk.judge(made())


@pytest.mark.slow
def test_bombs_and_endless_lines_are_refused_in_seconds(sqlite_desk: Desk) -> None:
    for made in mutations.cases(NAMES, 6, mutations.HEAVY):
        sqlite_desk.judge(made())
