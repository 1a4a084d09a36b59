"""Watched folders: what is taken, when, and that nothing is taken twice, half, or away."""

import os
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import MINUTE
from opsconsole.domain.sourcing import PAUSES, WatchedFolder
from opsconsole.services import sourcing, sourcing_page, sourcing_undo, watched_folders, watched_folders_run
from opsconsole.services.credentials import Passwords
from opsconsole.services.imports import import_files
from opsconsole.store.schema import batches, feeds, orders, watched_files
from opsconsole.store.schema import watched_folders as folders_table

MAPPING = """
name = "Orders"
channel = "shop"

[[records]]
kind = "orders"

[records.fields]
order_id = { from = "Order" }
total = { from = "Total" }
currency = { const = "EUR" }
"""


@dataclass
class Desk:
    """A folder watched for one database; the pause between two looks is what a test makes of it."""

    database: Any
    now: int
    place: Path
    mappings: Path
    folder: WatchedFolder = field(default_factory=lambda: WatchedFolder("Drop", schedule="every 5 minutes"))
    paused: list[str] = field(default_factory=list)

    def prepare(self, **more: Any) -> None:
        self.place.mkdir()
        self.mappings.mkdir()
        (self.mappings / "orders.toml").write_text(MAPPING)
        self.save(replace(self.folder, path=str(self.place), **more))

    def save(self, folder: WatchedFolder) -> None:
        change = watched_folders.save_folder(self.database, folder, who="Ann", now=self.now, mappings=self.mappings)
        self.folder = watched_folders.find_folder(self.database, change.ids[0])

    def put(self, name: str, *numbers: str, total: str = "10.00") -> Path:
        path = self.place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Order,Total\n" + "".join(f"{number},{total}\n" for number in numbers))
        return path

    def run(self, wait: Any = None, **more: Any) -> list[tuple[str, str]]:
        given = {"who": "Ann", "now": self.now, "mappings": self.mappings, **more}
        self.paused.append("")
        ran = watched_folders_run.run_folder(
            self.database, self.folder.id, wait=wait or (lambda progress: None), **given
        )
        return [(one.name, one.outcome) for one in ran]

    def count(self, table: Any = orders) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())

    def file(self, name: str) -> Any:
        with self.database.read() as conn:
            return conn.execute(select(watched_files).where(watched_files.c.name == name)).one()

    def row(self) -> Any:
        with self.database.read() as conn:
            return conn.execute(select(folders_table)).one()


@pytest.fixture
def desk(database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(database, now, tmp_path / "drop", tmp_path / "mappings")


@pytest.fixture
def quick(sqlite_database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, now, tmp_path / "drop", tmp_path / "mappings")


def test_new_files_are_taken_once_and_stay_where_they_are(desk: Desk) -> None:
    desk.prepare()
    path = desk.put("a.csv", "1", "2")
    assert desk.run() == [("a.csv", "done")]
    assert desk.run() == [("Drop", "nothing")]
    assert (desk.count(), desk.count(batches), path.exists()) == (2, 1, True)
    known = desk.file("a.csv")
    assert (known.state, known.batch_id) == ("done", 1)
    assert desk.row().last_words == "Nothing new."


def test_a_folder_that_needs_a_currency_says_where_to_say_it_and_takes_the_file_then(desk: Desk) -> None:
    desk.prepare()
    (desk.mappings / "orders.toml").write_text(MAPPING.replace('currency = { const = "EUR" }\n', ""))
    path = desk.put("a.csv", "1", total="10.00")
    assert desk.run() == [("a.csv", "failed")]
    words = desk.file("a.csv").words
    assert "which currency are its amounts in?" in words
    for place in ("Import such a file in the window", "--currency USD on the command line", 'currency = "USD" under'):
        assert place in words
    # Said once, in the window or on the command line, it holds for the mapping: the folder needs no person any more.
    (said,) = import_files(
        desk.database, [path], currency="GBP", who="Ann", now=desk.now, folder=desk.mappings
    ).files  # fmt: skip
    assert said.state == "done"
    desk.put("b.csv", "2", total="7.00")
    assert ("b.csv", "done") in desk.run()
    with desk.database.read() as conn:
        assert set(conn.execute(select(orders.c.order_id, orders.c.total, orders.c.currency)).all()) == {
            ("1", 1000, "GBP"), ("2", 700, "GBP"),
        }  # fmt: skip


def test_the_same_name_with_new_content_is_taken_again_and_the_same_content_is_not(quick: Desk) -> None:
    quick.prepare()
    path = quick.put("a.csv", "1")
    quick.run()
    os.utime(path, (1_900_000_000, 1_900_000_000))
    assert quick.run() == [("Drop", "nothing")]
    quick.put("a.csv", "1", "2")
    assert quick.run() == [("a.csv", "done")]
    assert quick.count() == 2


def test_a_stock_list_written_again_with_the_same_content_is_as_fresh_as_its_new_date(quick: Desk) -> None:
    quick.prepare()
    (quick.mappings / "stock.toml").write_text(
        'name = "Stock"\n[[records]]\nkind = "stock_levels"\n'
        '[records.fields]\nsku = "S"\nlocation = "L"\non_hand = "N"\n'
    )
    path = quick.place / "stock.csv"
    path.write_text("S,L,N\nA,Reno,4\n")

    def newest(hours: int) -> int:
        at = quick.now // 1_000_000 - hours * 3_600
        os.utime(path, (at, at))
        quick.run()
        with quick.database.read() as conn:
            return (quick.now - int(conn.execute(select(feeds.c.newest_data_at)).scalar_one())) // (3_600 * 1_000_000)

    assert newest(30) == 30
    assert newest(1) == 1
    assert quick.count(batches) == 1
    assert newest(9) == 1  # an older date takes nothing back


def test_a_file_that_grows_between_two_looks_is_left_for_the_next(quick: Desk) -> None:
    quick.prepare()
    quick.put("a.csv", "1")
    assert quick.run(wait=lambda progress: quick.put("a.csv", "1", "2")) == [("a.csv", "nothing")]
    assert quick.count() == 0
    assert quick.run() == [("a.csv", "done")]


def test_a_file_that_changes_while_it_is_read_is_not_half_imported(
    quick: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.prepare()
    quick.put("a.csv", "1")
    import opsconsole.services.imports as imports

    real = imports.open_file

    def opened(file: Any, *given: Any, **more: Any) -> Any:
        found = real(file, *given, **more)
        quick.put("a.csv", "1", "2", "3")
        return found

    monkeypatch.setattr(imports, "open_file", opened)
    assert quick.run() == [("a.csv", "failed")]
    assert (quick.count(), quick.count(batches)) == (0, 0)
    monkeypatch.undo()
    assert quick.run(by_person=False) == [("a.csv", "done")]
    assert quick.count() == 3


def test_what_others_still_write_or_hide_is_never_touched(quick: Desk) -> None:
    quick.prepare()
    for name in ("a.csv.part", "b.tmp", "~$c.xlsx", ".d.csv", "e.crdownload", "f.pdf", "sub/g.csv"):
        quick.put(name, "1")
    (quick.place / "empty.csv").touch()
    assert quick.run() == [("Drop", "nothing")]
    quick.save(replace(quick.folder, recursive=True, pattern="*.csv; x.txt"))
    assert quick.run() == [("sub/g.csv", "done")]


def test_a_pattern_chooses_whatever_the_letter_case(quick: Desk) -> None:
    quick.prepare(pattern="orders*.csv")
    quick.put("Orders-1.CSV", "1")
    quick.put("stock.csv", "2")
    assert quick.run() == [("Orders-1.CSV", "done")]


def test_an_archive_is_taken_when_all_of_it_is_in(quick: Desk) -> None:
    quick.prepare()
    with zipfile.ZipFile(quick.place / "both.zip", "w") as archive:
        archive.writestr("a.csv", "Order,Total\n1,1\n")
        archive.writestr("b.csv", "What,Else\n1,1\n")
    assert quick.run() == [("both.zip", "failed")]
    assert quick.file("both.zip").state == "refused"
    with zipfile.ZipFile(quick.place / "both.zip", "w") as archive:
        archive.writestr("a.csv", "Order,Total\n1,1\n")
        archive.writestr("b.csv", "Order,Total\n2,1\n")
    assert quick.run() == [("both.zip", "done")]
    assert quick.count() == 2


def test_a_refused_file_waits_longer_each_time_and_is_tried_at_once_when_it_changes(desk: Desk) -> None:
    desk.prepare()
    desk.put("a.csv", "1")
    (desk.place / "a.csv").write_text("What,Else\n1,2\n")
    now = desk.now
    for pause in PAUSES:
        assert desk.run(now=now, by_person=False) == [("a.csv", "failed")]
        assert desk.run(now=now) == [("a.csv", "failed")], "a person may insist, which uses up none of its own tries"
        assert desk.file("a.csv").next_at == now + pause * MINUTE
        assert desk.run(now=now + MINUTE, by_person=False) == [("Drop", "nothing")]
        now += pause * MINUTE
        assert [one.kind for one in sourcing.due(desk.database, now)] == ["folder"]
    assert desk.run(now=now, by_person=False) == [("a.csv", "failed")]
    assert desk.file("a.csv").next_at is None
    assert sourcing.list_sourcing(desk.database, now).row(0)["state"] == "waiting"
    assert desk.run(now=now, by_person=False) == [("Drop", "nothing")]
    assert sourcing.list_sourcing(desk.database, now).row(0)["words"] == "Nothing new; 1 file still refused."
    assert "is not recognized" in desk.file("a.csv").words
    assert desk.run(now=now) == [("a.csv", "failed")]  # a person may insist
    desk.put("a.csv", "1")
    assert desk.run(now=now, by_person=False) == [("a.csv", "done")]
    assert sourcing.list_sourcing(desk.database, now).row(0)["state"] == "planned"


def test_a_refused_file_that_is_taken_away_waits_for_nobody(quick: Desk) -> None:
    quick.prepare()
    path = quick.put("a.csv", "1")
    path.write_text("What,Else\n1,2\n")
    quick.run()
    path.unlink()
    later = quick.now + PAUSES[0] * MINUTE
    assert quick.run(now=later, by_person=False) == [("Drop", "nothing")]
    assert quick.count(watched_files) == 0
    assert sourcing.list_sourcing(quick.database, later).row(0)["state"] == "planned"
    assert sourcing.due(quick.database, later + MINUTE) == [], "nothing is left to look for before its time"


def test_after_the_entry_is_edited_what_was_refused_is_tried_at_the_next_look(quick: Desk) -> None:
    quick.prepare(source="shopify_orders")
    quick.put("a.csv", "1")
    assert quick.run() == [("a.csv", "failed")]
    quick.save(replace(quick.folder, source="mapping:Orders"))
    assert [one.name for one in sourcing.due(quick.database, quick.now)] == ["Drop"]
    assert quick.run(by_person=False) == [("a.csv", "done")]


def test_one_bad_file_stops_no_other(quick: Desk) -> None:
    quick.prepare()
    (quick.place / "a.csv").write_text("What,Else\n1,2\n")
    quick.put("b.csv", "1")
    assert quick.run() == [("a.csv", "failed"), ("b.csv", "done")]
    assert quick.row().last_outcome == "partly"
    assert quick.row().failures == 0


def test_a_folder_that_cannot_be_reached_is_told_and_tried_again(quick: Desk) -> None:
    quick.prepare()
    (quick.place / "b.csv").write_text("What,Else\n1,2\n")
    quick.run()
    page = sourcing_page.feed_page(quick.database, "folder:1", quick.now, Passwords())
    assert ([name for name, _, _ in page.refused], page.failing) == (["b.csv"], False)
    quick.place.rename(quick.place.with_name("elsewhere"))
    assert quick.run() == [("Drop", "failed")]
    row = quick.row()
    assert "cannot be reached" in row.last_words
    assert (row.failures, row.next_at) == (1, quick.now + 5 * MINUTE)
    assert sourcing_page.feed_page(quick.database, "folder:1", quick.now, Passwords()).failing
    quick.place.with_name("elsewhere").rename(quick.place)
    (quick.place / "b.csv").unlink()
    assert quick.run() == [("Drop", "nothing")]
    assert quick.row().failures == 0


def test_only_its_own_computer_looks_into_a_folder(quick: Desk) -> None:
    quick.prepare()
    quick.put("a.csv", "1")
    quick.save(replace(quick.folder, workstation="dock-2"))
    assert sourcing.due(quick.database, quick.now + 60 * MINUTE) == []
    assert sourcing.list_sourcing(quick.database, quick.now).row(0)["state"] == "elsewhere"
    with pytest.raises(UserError, match="watched by the computer dock-2"):
        quick.run()


def test_two_programs_never_import_a_file_twice(desk: Desk) -> None:
    """Another one takes the folder over while the file is read: this one's import is taken back whole."""
    desk.prepare()
    desk.put("a.csv", "1")

    def overtaken(progress: Any) -> None:
        from opsconsole.services import feed_runs

        later = desk.now + 60 * MINUTE
        feed_runs.take(desk.database, folders_table, desk.folder.id, who="Bo", now=later, minutes=30)

    with pytest.raises(UserError, match="taken it over"):
        desk.run(wait=overtaken)
    assert (desk.count(), desk.count(batches)) == (0, 0)


def test_everything_due_runs_and_tells_what_it_did(quick: Desk) -> None:
    quick.prepare()
    quick.put("a.csv", "1")
    feeds = sourcing.due(quick.database, quick.now)
    report = sourcing.run(
        quick.database, feeds, Passwords(), who="Clock", now=quick.now, wait=lambda progress: None,
        mappings=quick.mappings,
    )  # fmt: skip
    assert (report.exit_code, report.written) == (0, True)
    assert report.words == "a.csv: 1 record: 1 new."
    assert quick.row().next_at == quick.now + 5 * MINUTE
    sourcing.switch(quick.database, feeds[0], on=False, who="Ann", now=quick.now)
    assert sourcing.due(quick.database, quick.now + 60 * MINUTE) == []
    sourcing.remove(quick.database, feeds[0], who="Ann", now=quick.now)
    assert (quick.count(watched_files), quick.count(), (quick.place / "a.csv").exists()) == (0, 1, True)


def test_a_folder_that_is_watched_again_remembers_its_files(quick: Desk) -> None:
    quick.prepare()
    quick.put("a.csv", "1")
    quick.run()
    one = sourcing.find(quick.database, "Drop")
    kept = sourcing_undo.remember(quick.database, one)
    sourcing.remove(quick.database, one, who="Ann", now=quick.now)
    sourcing_undo.bring_back(quick.database, kept, who="Ann", now=quick.now)
    assert quick.run() == [("Drop", "nothing")]
