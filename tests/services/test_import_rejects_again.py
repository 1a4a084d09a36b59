"""Lines that files refuse again: each waits once, with the newest import that refused it."""

from pathlib import Path
from typing import Any

import pytest
from rejects_desk import BAD, GOOD, Desk

from opsconsole.services import imports
from opsconsole.services.import_rejects import keep_typed, reject_grid
from opsconsole.services.import_undo import undo_import

# Besides, a status that there is not in line 2 (order #2001).
WORSE = BAD.replace("#2001,buyer1@example.com,paid", "#2001,buyer1@example.com,paaid")


@pytest.fixture
def desk(database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(database, now, tmp_path)


@pytest.fixture
def sqlite_desk(sqlite_database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, now, tmp_path)


def waiting(desk: Desk) -> dict[str, int]:
    """Lines to correct by import, those that have some."""
    rows = imports.list_imports(desk.database, desk.now).rows()
    return {row["batch"]: row["to_correct"] for row in rows if row["to_correct"]}


def told(desk: Desk, batch: int) -> set[tuple[str, str | None]]:
    """What is told of the refused lines of an import: state, and the batch they are with or came in with."""
    rows = imports.list_rejects(desk.database, desk.now, batch).rows()
    return {(row["state"], row["corrected_batch"]) for row in rows}


def undo(desk: Desk, batch: int) -> None:
    undo_import(desk.database, batch, who="Tester", now=desk.now)


def test_a_line_that_is_refused_again_waits_once_with_the_newest_import(desk: Desk) -> None:
    desk.take(BAD)
    again = desk.take(BAD)
    desk.take(BAD, "the same by another name.csv")
    assert waiting(desk) == {"3": 3}
    assert (told(desk, 1), told(desk, 2), told(desk, 3)) == ({("again", "2")}, {("again", "3")}, {("open", None)})
    assert reject_grid(desk.database, 1).rows == ()
    assert "**3** of its refused lines were refused before (import 1): they wait once, with this import." in again.notes
    assert desk.correct(3, {(9, "Lineitem quantity"): "4"}).orders == 1
    assert waiting(desk) == {}


def test_undoing_the_later_import_makes_the_older_lines_wait_again(desk: Desk) -> None:
    for _ in range(3):
        desk.take(BAD)
    undo(desk, 2)
    assert waiting(desk) == {"3": 3}
    assert told(desk, 1) == {("again", "3")}
    undo(desk, 3)
    assert waiting(desk) == {"1": 3}
    assert told(desk, 1) == {("open", None)}
    assert desk.correct(1, {(9, "Lineitem quantity"): "4"}).orders == 1


def test_an_entry_with_another_line_than_before_is_another_one(sqlite_desk: Desk) -> None:
    sqlite_desk.take(BAD)
    other = BAD.replace(",Bowl,18.00,", ",Bowl,19.00,")
    sqlite_desk.take(other)
    assert waiting(sqlite_desk) == {"1": 3, "2": 3}


def test_what_is_refused_again_moves_and_what_came_in_is_done(sqlite_desk: Desk) -> None:
    sqlite_desk.take(WORSE)
    before = waiting(sqlite_desk)["1"]
    sqlite_desk.take(BAD)
    assert before > 3
    assert waiting(sqlite_desk) == {"2": 3}
    assert told(sqlite_desk, 1) == {("again", "2"), ("since", "2")}


def test_the_same_line_of_another_channel_waits_by_itself(sqlite_desk: Desk) -> None:
    sqlite_desk.take(BAD, channel="one")
    sqlite_desk.take(BAD, channel="two")
    assert waiting(sqlite_desk) == {"1": 3, "2": 3}


def test_what_was_typed_goes_along_with_the_line(desk: Desk, now: int) -> None:
    desk.take(BAD)
    keep_typed(desk.database, 1, {(9, "Lineitem quantity"): "4"}, who="Tester", now=now)
    desk.take(BAD)
    assert [list(row.typed.values()) for row in reject_grid(desk.database, 2).rows] == [[], [], ["4"]]
    assert desk.correct(2, {}).orders == 1
    undo(desk, 2)


def test_a_line_that_was_corrected_before_is_not_asked_for_again(desk: Desk) -> None:
    desk.take(BAD)
    done = desk.correct(1, {(9, "Lineitem quantity"): "4"})
    again = desk.take(BAD)
    assert waiting(desk) == {}
    assert told(desk, 3) == {("corrected", "2")}
    assert "**3** of its refused lines were corrected before (import 1)." in again.notes
    undo(desk, done.correction_batch)
    assert waiting(desk) == {"3": 3}


def test_lines_of_which_too_many_were_refused_to_keep_all_wait_once(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsconsole.imports.refused.MOST_ROWS", 1)
    sqlite_desk.take(BAD)
    sqlite_desk.take(BAD)
    assert waiting(sqlite_desk) == {"2": 3}
    undo(sqlite_desk, 2)
    assert waiting(sqlite_desk) == {"1": 3}


def test_trying_a_file_out_moves_nothing(sqlite_desk: Desk) -> None:
    sqlite_desk.take(BAD)
    sqlite_desk.take(BAD, dry_run=True)
    assert waiting(sqlite_desk) == {"1": 3}


def test_a_line_whose_order_a_later_file_brings_whole_no_longer_waits(desk: Desk) -> None:
    desk.take(BAD)
    later = desk.take(GOOD, "good.csv")
    assert waiting(desk) == {}
    assert told(desk, 1) == {("since", "2")}
    assert "**3 lines** that import 1 refused are in with this one." in later.notes
    undo(desk, 2)
    assert waiting(desk) == {"1": 3}
    assert desk.correct(1, {(9, "Lineitem quantity"): "4"}).orders == 1


def test_only_the_orders_that_came_in_no_longer_wait(desk: Desk) -> None:
    desk.take(WORSE)
    before = waiting(desk)["1"]
    desk.take(GOOD.replace("#2003", "#9003"), "another.csv")
    assert waiting(desk) == {"1": 3}
    assert before > 3
    undo(desk, 2)
    assert waiting(desk) == {"1": before}


STOCK = """
name = "Stock"

[[records]]
kind = "stock_levels"

[records.fields]
sku = { from = "article" }
location = { from = "site" }
on_hand = { from = "count" }
"""


def test_a_stock_row_that_is_right_at_the_next_report_no_longer_waits(desk: Desk) -> None:
    (desk.folder / "stock.toml").write_text(STOCK)
    first = "article,site,count\nA,Berlin,many\nB,Berlin,some\nC,Berlin,3\n"
    desk.take(first, "stock.csv", mapping=desk.folder / "stock.toml")
    desk.take(
        first.replace("many", "7").replace("C,Berlin", "B,Paris"), "stock.csv", mapping=desk.folder / "stock.toml"
    )
    assert waiting(desk) == {"2": 1}
    assert told(desk, 1) == {("since", "2"), ("again", "2")}


def test_a_record_that_nothing_identifies_waits_on(sqlite_desk: Desk) -> None:
    mapping = sqlite_desk.folder / "m.toml"
    mapping.write_text(STOCK.replace('{ from = "article" }', '{ from = "article", lower = true }'))
    text = "article,site,count\nA,Berlin,many\nC,Berlin,3\n"
    sqlite_desk.take(text, "stock.csv", mapping=mapping)
    sqlite_desk.take(text.replace("many", "7"), "stock.csv", mapping=mapping)
    assert waiting(sqlite_desk) == {"1": 1}
