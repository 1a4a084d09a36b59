"""Undoing imported files: what the lists, the feeds, the log of changes and the exceptions say then."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY
from opsconsole.domain.progress import Progress
from opsconsole.services import changes, imports
from opsconsole.services.detection import detect
from opsconsole.services.import_undo import preview_undo, undo_import
from opsconsole.services.order_exceptions_actions import add_note
from opsconsole.store import audit
from opsconsole.store.schema import (
    batch_undo,
    batches,
    channels,
    exceptions,
    feeds,
    order_lines,
    orders,
    shipments,
    stock_history,
    stock_levels,
)

DATA = Path(__file__).parents[1] / "data"
OLD, NEW = DATA / "shopify_orders_75.csv", DATA / "shopify_orders_79.csv"


@dataclass
class Undoer:
    """Imports and undoes files as the same person."""

    database: Any
    now: int
    folder: Path

    def take(self, *paths: Path) -> int:
        """Import files of one shop; returns the last one's batch."""
        report = imports.import_files(
            self.database, paths, channel="shop", now=self.now, who="Tester", folder=self.folder
        )
        assert report.files[-1].batch_id is not None
        return report.files[-1].batch_id

    def undo(self, batch: int, now: int | None = None) -> Any:
        return undo_import(self.database, batch, who="Tester", now=now or self.now)

    def count(self, table: Any, *where: Any) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    def column(self, column: Any, *where: Any) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(column).where(*where).order_by(column)).scalars())


@pytest.fixture
def undoer(database: Any, now: int, tmp_path: Path) -> Undoer:
    return Undoer(database, now, tmp_path / "mappings")


@pytest.fixture
def sqlite_undoer(sqlite_database: Any, now: int, tmp_path: Path) -> Undoer:
    return Undoer(sqlite_database, now, tmp_path / "mappings")


def test_undoing_the_only_import_leaves_nothing_of_it_but_its_row_in_the_list(undoer: Undoer, now: int) -> None:
    batch = undoer.take(OLD)
    report = undoer.undo(batch)
    # The file has four orders with seven lines and three payments.
    assert {c.kind: c.removed for c in report.counts} == {"orders": 4, "order_lines": 7, "payments": 3}
    assert [undoer.count(table) for table in (orders, order_lines, channels, feeds)] == [0, 0, 0, 0]
    rows = list(imports.list_imports(undoer.database, now).rows())
    assert [(row["state"], row["label"], row["belongs_to"]) for row in rows] == [
        ("done", "Undo of import 1", "1"), ("undone", "Shopify, orders", None),
    ]  # fmt: skip
    assert rows[1]["fills"] == "Undone"
    assert [row["words"] for row in changes.list_changes(undoer.database, now).rows()] == [
        "Undo import of shopify_orders_75.csv"
    ]
    with undoer.database.read() as conn:
        assert audit.verify(conn) == []
    undoer.take(OLD)
    assert (undoer.count(orders), undoer.column(feeds.c.arrivals)) == (4, [1])


def test_undoing_a_newer_export_brings_the_older_values_back(undoer: Undoer) -> None:
    undoer.take(OLD)
    batch = undoer.take(NEW)
    seen = preview_undo(undoer.database, batch, undoer.now)
    assert undoer.column(orders.c.payment_status, orders.c.order_id == "#2001") == ["partially_refunded"]
    report = undoer.undo(batch)
    assert undoer.column(orders.c.payment_status, orders.c.order_id == "#2001") == ["paid"]
    assert undoer.column(orders.c.order_id) == ["#2001", "#2002", "#2003", "#2004"]
    assert seen.counts == report.counts
    told = {(row["what"], row["subject"], row["field"], row["now"], row["then"]) for row in seen.rows.rows()}
    assert ("restored", "order #2001", "payment status", "partially_refunded", "paid") in told
    assert ("removed", "order #2005", None, None, None) in told
    assert seen.headline().startswith("Import 2 (**shopify_orders_79.csv**) would be undone: **")
    assert f"**{seen.total('removed')}** rows removed" in seen.headline()


def test_undoing_the_older_of_two_exports_leaves_the_newer_one(undoer: Undoer) -> None:
    batch = undoer.take(OLD)
    undoer.take(NEW)
    report = undoer.undo(batch)
    # The newer export has #2001 and #2005: those stay, the others go.
    assert undoer.column(orders.c.order_id) == ["#2001", "#2005"]
    assert undoer.column(orders.c.payment_status, orders.c.order_id == "#2001") == ["partially_refunded"]
    stays = [row for row in report.rows.rows() if row["what"] == "stays"]
    assert stays[0]["subject"] == "order #2001"
    assert stays[0]["why"] == "import 2 (shopify_orders_79.csv) wrote it since"


def test_an_order_on_which_another_files_parcel_hangs_stays_as_a_name(undoer: Undoer) -> None:
    batch = undoer.take(OLD)
    undoer.take(DATA / "shipstation_shipments.csv")
    report = undoer.undo(batch)
    with undoer.database.read() as conn:
        named = conn.execute(select(orders.c.order_id, orders.c.stub, orders.c.total).order_by(orders.c.order_id)).all()
    assert [tuple(row) for row in named] == [("#2001", "keyed", None), ("#2003", "keyed", None)]
    assert undoer.count(shipments) == 3
    assert report.total("emptied") == 2
    undoer.take(OLD)
    assert undoer.column(orders.c.stub, orders.c.stub.is_not(None)) == []
    assert undoer.count(orders) == 4


def test_exceptions_keep_their_notes_and_close_at_the_next_detection(undoer: Undoer, now: int) -> None:
    batch = undoer.take(OLD)
    detect(undoer.database, now)
    ids = undoer.column(exceptions.c.id, exceptions.c.order_fk.is_not(None))
    assert ids
    add_note(undoer.database, ids[:1], text="Rang the customer", who="Tester", now=now)
    undoer.undo(batch)
    assert undoer.column(exceptions.c.id, exceptions.c.order_fk.is_not(None)) == ids
    assert undoer.count(orders, orders.c.stub.is_(None)) == 0
    detect(undoer.database, now + 60_000_000)
    assert set(undoer.column(exceptions.c.state, exceptions.c.id.in_(ids))) == {"closed"}


def test_undoing_a_stock_file_lists_what_the_one_before_listed(undoer: Undoer, tmp_path: Path, now: int) -> None:
    import os

    def state() -> Any:
        with undoer.database.read() as conn:
            columns = (stock_levels.c.sku, stock_levels.c.location, stock_levels.c.on_hand, stock_levels.c.listed)
            levels = sorted(tuple(row) for row in conn.execute(select(*columns)))
            days = sorted(tuple(row) for row in conn.execute(select(stock_history)))
            return levels, days

    states = []
    for name, days in (("shopify_inventory_17.csv", 2), ("shopify_inventory_19.csv", 1)):
        path = tmp_path / name
        shutil.copyfile(DATA / name, path)
        at = (now - days * DAY) / 1_000_000
        os.utime(path, (at, at))
        batch = undoer.take(path)
        states.append(state())
    undoer.undo(batch)
    assert state() == states[0]


def test_what_cannot_be_undone_says_why(sqlite_undoer: Undoer, now: int) -> None:
    batch = sqlite_undoer.take(OLD)
    with pytest.raises(UserError, match="There is no import 99"):
        sqlite_undoer.undo(99)
    with pytest.raises(UserError, match="Nobody is named"):
        undo_import(sqlite_undoer.database, batch, who=" ", now=now)
    report = sqlite_undoer.undo(batch)
    with pytest.raises(UserError, match="was undone already"):
        sqlite_undoer.undo(batch)
    with pytest.raises(UserError, match="is the undoing of import 1"):
        sqlite_undoer.undo(report.undo_batch)


def test_what_was_there_before_is_forgotten_after_thirty_days(sqlite_undoer: Undoer, now: int) -> None:
    batch = sqlite_undoer.take(OLD)
    sqlite_undoer.now = now + 31 * DAY
    newer = sqlite_undoer.take(NEW)
    assert set(sqlite_undoer.column(batch_undo.c.batch_id)) == {newer}
    with pytest.raises(UserError, match="kept for 30 days"):
        sqlite_undoer.undo(batch)
    assert sqlite_undoer.column(batches.c.state, batches.c.id == batch) == ["done"]


def test_a_cancelled_undo_leaves_everything(sqlite_undoer: Undoer, now: int) -> None:
    from opsconsole.domain.errors import Cancelled

    batch = sqlite_undoer.take(OLD)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        undo_import(sqlite_undoer.database, batch, who="Tester", now=now, progress=progress)
    assert (sqlite_undoer.count(orders), sqlite_undoer.column(batches.c.state)) == (4, ["done"])


def test_a_report_of_undoing_is_plain_values_for_scripts(sqlite_undoer: Undoer) -> None:
    report = sqlite_undoer.undo(sqlite_undoer.take(OLD))
    plain = json.loads(json.dumps(report.as_json()))
    assert (plain["batch"], plain["undo_batch"], plain["removed"], plain["stays"]) == (1, 2, 14, 0)
