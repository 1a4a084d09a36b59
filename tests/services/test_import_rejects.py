"""Refused lines corrected: expected values are those of the same file without its mistakes."""

from pathlib import Path
from typing import Any

import pytest
from rejects_desk import BAD, DATA, GOOD, Desk

from opsconsole.domain.errors import UserError
from opsconsole.services import imports
from opsconsole.services.import_rejects import keep_typed, reject_grid
from opsconsole.services.import_undo import undo_import
from opsconsole.store.schema import batches, order_lines, orders, rejects, sales_history


@pytest.fixture
def desk(database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(database, now, tmp_path)


@pytest.fixture
def sqlite_desk(sqlite_database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, now, tmp_path)


def test_all_lines_of_a_refused_order_are_kept_and_the_bad_cell_is_marked(desk: Desk) -> None:
    batch = desk.take(BAD).batch_id
    grid = reject_grid(desk.database, batch)
    assert (grid.file, grid.label, len(grid.columns), grid.more) == ("orders.csv", "Shopify, orders", 75, 0)
    assert [(row.line, row.first) for row in grid.rows] == [(7, True), (8, False), (9, False)]
    (fault,) = grid.rows[2].faults
    assert grid.columns[fault.column] == "Lineitem quantity"
    assert (fault.found, fault.expected) == ("four", "a number with a decimal point")
    assert grid.rows[2].cells[fault.column] == "four"
    assert grid.rows[0].faults[0].column is None
    assert "its line 9 was refused" in grid.rows[0].faults[0].expected
    assert len({row.part for row in grid.rows}) == 1


def test_a_corrected_cell_brings_its_whole_order_in_as_the_file_would_have(desk: Desk, now: int) -> None:
    first = desk.take(BAD)
    done = desk.correct(first.batch_id, {(9, "Lineitem quantity"): "4"})
    assert (done.came_in, done.orders, done.still) == ((7, 8, 9), 1, ())
    assert done.headline() == "Corrections of import 1 (**orders.csv**): **1** entry (3 lines) is in."
    assert desk.column(order_lines.c.quantity, order_lines.c.title == "Bowl") == [4.0]
    rows = list(imports.list_imports(desk.database, now).rows())
    assert [(row["batch"], row["belongs_to"], row["to_correct"]) for row in rows] == [("2", "1", 0), ("1", None, 0)]
    told = list(imports.list_rejects(desk.database, now, first.batch_id).rows())
    assert {(row["state"], row["corrected_by"], row["corrected_batch"]) for row in told} == {
        ("corrected", "Tester", "2")
    }
    # The same as the good file would have made: importing that completes and doubles nothing.
    again = desk.take(GOOD, "good.csv")
    assert {what: again.total(what) for what in ("inserted", "updated", "rejected")} == {
        "inserted": 0, "updated": 0, "rejected": 0,
    }  # fmt: skip


def test_corrections_of_an_old_file_do_not_undo_a_newer_one(desk: Desk) -> None:
    bad = GOOD.replace("#2001,buyer1@example.com,paid", "#2001,buyer1@example.com,paaid")
    assert bad != GOOD
    old = desk.take(bad)
    desk.take((DATA / "shopify_orders_79.csv").read_text(encoding="utf-8"), "newer.csv")
    done = desk.correct(old.batch_id, {(2, "Financial Status"): "paid"})
    assert done.still == ()
    assert desk.column(orders.c.payment_status, orders.c.order_id == "#2001") == ["partially_refunded"]
    assert set(desk.column(batches.c.source_time, batches.c.id.in_([old.batch_id, done.correction_batch]))) == {
        old.source_time
    }


def test_what_is_still_wrong_stays_refused_for_the_reasons_of_now_and_keeps_what_was_typed(desk: Desk) -> None:
    batch = desk.take(BAD.replace(",25.00,", ",lots,")).batch_id
    before = desk.count(orders)
    done = desk.correct(batch, {(9, "Lineitem quantity"): "5 pieces"})
    assert 9 in {reject.line for reject in done.still}
    assert (9, "5 pieces") in {(reject.line, reject.found) for reject in done.still}
    assert desk.count(orders) == before
    grid = reject_grid(desk.database, batch)
    line = next(row for row in grid.rows if row.line == 9)
    assert list(line.typed.values()) == ["5 pieces"]
    assert "5 pieces" in desk.column(rejects.c.found)
    assert any("“5 pieces” in quantity" in words for words in done.words())


def test_one_order_comes_in_while_another_stays_refused(desk: Desk) -> None:
    batch = desk.take(BAD.replace("#2001,buyer1@example.com,paid", "#2001,buyer1@example.com,paaid")).batch_id
    done = desk.correct(batch, {(9, "Lineitem quantity"): "4"})
    assert (done.orders, done.still_orders, done.came_in) == (1, 1, (7, 8, 9))
    assert desk.column(orders.c.order_id, orders.c.order_id == "#2003") == ["#2003"]
    last = desk.correct(batch, {(2, "Financial Status"): "paid"})
    assert (last.orders, last.still_orders) == (1, 0)
    assert desk.correct(batch, {}).headline().endswith("has no refused lines any more.")


def test_a_trial_of_corrections_writes_nothing(sqlite_desk: Desk) -> None:
    batch = sqlite_desk.take(BAD).batch_id
    tried = sqlite_desk.correct(batch, {(9, "Lineitem quantity"): "4"}, dry_run=True)
    assert (tried.orders, tried.correction_batch) == (1, None)
    assert sqlite_desk.count(batches) == 1
    assert len(reject_grid(sqlite_desk.database, batch).rows) == 3


def test_undone_corrections_are_refused_lines_again(sqlite_desk: Desk, now: int) -> None:
    batch = sqlite_desk.take(BAD).batch_id
    done = sqlite_desk.correct(batch, {(9, "Lineitem quantity"): "4"})
    undo_import(sqlite_desk.database, done.correction_batch, who="Tester", now=now)
    assert "#2003" not in sqlite_desk.column(orders.c.order_id)
    assert len(reject_grid(sqlite_desk.database, batch).rows) == 3
    assert sqlite_desk.correct(batch, {(9, "Lineitem quantity"): "4"}).orders == 1


def test_a_line_of_the_wrong_width_is_put_right_cell_by_cell(sqlite_desk: Desk) -> None:
    mapping = sqlite_desk.folder / "m.toml"
    mapping.write_text('name = "M"\n[[records]]\nkind = "products"\n[records.fields]\nsku = "sku"\ntitle = "title"\n')
    file = sqlite_desk.take("sku,title\nA,Blue, large\nB,ok\nC,ok\n", "p.csv", mapping=mapping)
    (row,) = reject_grid(sqlite_desk.database, file.batch_id).rows
    assert row.cells == ("A", "Blue", " large")
    assert sqlite_desk.correct(file.batch_id, {}).orders == 0
    done = sqlite_desk.correct(file.batch_id, {(2, 1): "Blue, large", (2, 2): ""})
    assert (done.orders, done.report.total("inserted")) == (1, 1)


def test_formats_that_the_whole_file_proved_hold_for_its_corrections(sqlite_desk: Desk) -> None:
    mapping = sqlite_desk.folder / "m.toml"
    mapping.write_text(
        'name = "M"\nchannel = "web"\n[[records]]\nkind = "sales_history"\n[records.fields]\ndocument = "doc"\n'
        'sold_at = "at"\nquantity = "n"\namount = "sum"\ncurrency = { const = "EUR" }\n'
    )
    # Only the second line proves that the day comes first, only the third that the comma is the decimal sign.
    text = "doc;at;n;sum\n1;03/04/2026;x;1.234\n2;25/04/2026;1;7\n3;26/04/2026;1;2,50\n"
    batch = sqlite_desk.take(text, "s.csv", mapping=mapping).batch_id
    mapping.unlink()
    done = sqlite_desk.correct(batch, {(2, "n"): "1"})
    assert done.still == ()
    from opsconsole.domain.instants import from_iso

    assert from_iso("2026-04-03T00:00:00Z") in sqlite_desk.column(sales_history.c.sold_at)
    assert sqlite_desk.column(sales_history.c.amount) == [250, 700, 123_400]


def test_what_cannot_be_corrected_says_why(sqlite_desk: Desk, now: int) -> None:
    good = sqlite_desk.take(GOOD, "good.csv").batch_id
    batch = sqlite_desk.take(BAD).batch_id
    with pytest.raises(UserError, match="There is no import 99"):
        sqlite_desk.correct(99, {})
    with pytest.raises(UserError, match="has no lines to correct"):
        sqlite_desk.correct(good, {})
    with pytest.raises(UserError, match="Line 3 of orders"):
        sqlite_desk.correct(batch, {(3, 0): "x"})
    with pytest.raises(UserError, match="has no column “Size”"):
        sqlite_desk.correct(batch, {(9, "Size"): "x"})
    undo_import(sqlite_desk.database, batch, who="Tester", now=now)
    with pytest.raises(UserError, match="was undone"):
        sqlite_desk.correct(batch, {})


def test_what_was_typed_is_kept_until_it_is_as_in_the_file_again(desk: Desk, now: int) -> None:
    batch = desk.take(BAD).batch_id
    given = {"who": "Tester", "now": now}
    keep_typed(desk.database, batch, {(9, "Lineitem quantity"): "4", (7, "Email"): "x@example.com"}, **given)
    keep_typed(desk.database, batch, {(9, "Lineitem quantity"): "four"}, **given)
    grid = reject_grid(desk.database, batch)
    assert [len(row.typed) for row in grid.rows] == [1, 0, 0]
