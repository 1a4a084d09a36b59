"""SQL feeds: a query's rows become orders; the mark moves with them, and only with them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sql_feed_desk import QUERY, Desk
from sqlalchemy import select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.services import sql_feeds, sql_feeds_run
from opsconsole.store import audit
from opsconsole.store.schema import batches, orders


@pytest.fixture
def desk(sqlite_database: Any, other: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, other, now, tmp_path / "mappings")


@pytest.fixture
def local(database: Any, other_sqlite: Any, now: int, tmp_path: Path) -> Desk:
    """Another program's file, read into both kinds of the console's own database."""
    return Desk(database, other_sqlite, now, tmp_path / "mappings")


@pytest.fixture
def quick(sqlite_database: Any, other_sqlite: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, other_sqlite, now, tmp_path / "mappings")


def test_a_feed_reads_on_from_its_mark_and_loses_no_tie(desk: Desk) -> None:
    desk.prepare(mark_column="changed")
    desk.sell("1", "2026-11-16 10:00:00")
    desk.sell("2", "2026-11-16 11:00:00")
    first = desk.run()
    assert (first.outcome, first.report.total("inserted")) == ("done", 2)
    assert desk.mark.startswith("2026-11-16 11:00:00")
    # The same moment as the mark, but written after it was read.
    desk.sell("3", "2026-11-16 11:00:00")
    desk.sell("0", "2026-11-15 09:00:00")
    second = desk.run()
    assert [second.report.total(what) for what in ("inserted", "unchanged")] == [1, 1]
    assert desk.count() == 3
    again = desk.run(from_beginning=True)
    assert again.report.total("inserted") == 1
    assert desk.count() == 4


def test_a_feed_that_asks_for_something_else_begins_anew(local: Desk) -> None:
    """What its new query finds may lie before the mark: it would never be read."""
    local.prepare(query=f"{QUERY} WHERE state = 'OPEN'", mark_column="changed")
    local.sell("1", "2026-11-16 09:00:00", state="GONE")
    local.sell("2", "2026-11-16 10:00:00")
    assert local.run().report.total("inserted") == 1
    kept = local.save(replace(local.feed, name="ERP sales", query=f"  {local.feed.query}\n", schedule="every 2 hours"))
    assert (local.mark[:10], kept.words) == ("2026-11-16", "SQL feed “ERP sales” saved")
    said = local.save(replace(local.feed, query=QUERY)).words
    assert (local.mark, "begins anew" in said) == ("", True)
    assert local.run().report.total("inserted") == 1
    assert local.count() == 2


def test_times_and_amounts_arrive_as_they_were(quick: Desk) -> None:
    quick.prepare(mark_column="changed")
    quick.sell("1", "2026-11-16 10:00:00", total="1234567.89")
    quick.run()
    with quick.database.read() as conn:
        row = conn.execute(select(orders.c.total, orders.c.currency, orders.c.placed_at, orders.c.status)).one()
    assert (row.total, row.currency, row.status) == (123_456_789, "EUR", "processing")
    assert to_iso(row.placed_at) == "2026-11-10T08:00:00Z"


def test_a_query_with_since_is_sent_as_it_stands(desk: Desk) -> None:
    desk.prepare(query=f"{QUERY} WHERE changed > :since", mark_column="changed", begin_with="2026-11-16 10:30:00")
    desk.sell("1", "2026-11-16 10:00:00")
    desk.sell("2", "2026-11-16 11:00:00")
    assert desk.run().report.total("inserted") == 1
    desk.sell("3", "2026-11-16 12:00:00")
    found = desk.run()
    assert (found.report.total("inserted"), found.report.total("unchanged")) == (1, 0)


def test_an_overlap_reads_again_what_may_have_come_late(quick: Desk) -> None:
    quick.prepare(mark_column="changed", overlap=30)
    quick.sell("1", "2026-11-16 11:00:00")
    quick.run()
    quick.sell("late", "2026-11-16 10:40:00")
    quick.sell("too late", "2026-11-16 10:20:00")
    quick.run()
    with quick.database.read() as conn:
        assert set(conn.execute(select(orders.c.order_id)).scalars()) == {"1", "late"}


def test_rows_without_a_value_are_read_and_told(quick: Desk) -> None:
    quick.prepare(mark_column="changed")
    quick.sell("1", "2026-11-16 11:00:00")
    quick.run()
    quick.sell("2", None)
    found = quick.run()
    assert found.report.total("inserted") == 1
    assert "1 row without changed" in found.words
    assert quick.mark.startswith("2026-11-16 11:00:00")


def test_the_first_rows_are_shown_and_nothing_is_written(desk: Desk) -> None:
    desk.prepare(mark_column="changed")
    desk.sell("1", "2026-11-16 11:00:00")
    listing = sql_feeds.preview(desk.database, desk.feed, desk.other.passwords, desk.now)
    assert [f.label for f in listing.fields] == ["order_no", "state", "total", "placed", "changed"]
    assert listing.row(0)["c2"] in ("12.50", "12.5")
    assert (desk.count(), desk.count(batches), desk.mark) == (0, 0, "")
    with pytest.raises(UserError, match="no column “modified”"):
        sql_feeds.preview(desk.database, replace(desk.feed, mark_column="modified"), desk.other.passwords, desk.now)


def test_the_mark_moves_only_with_the_batch(local: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    local.prepare(mark_column="changed")
    local.sell("1", "2026-11-16 11:00:00")
    local.run()
    before = local.row()
    local.sell("2", "2026-11-16 12:00:00")
    genuine = audit.record

    def broken(*given: Any, **more: Any) -> Any:
        if more["action"] == "import":
            raise UserError("The disk is full.")
        return genuine(*given, **more)

    monkeypatch.setattr(audit, "record", broken)
    failed = local.run()
    assert failed.outcome == "failed"
    assert "disk is full" in failed.words
    after = local.row()
    assert (after.mark_json, after.last_hash, local.count()) == (before.mark_json, before.last_hash, 1)
    assert (after.failures, after.last_outcome, after.lease_by) == (1, "failed", None)
    monkeypatch.undo()
    assert local.run().report.total("inserted") == 1
    assert local.row().failures == 0


def test_rows_of_a_query_lie_in_no_folder(quick: Desk) -> None:
    quick.prepare()
    quick.sell("1", "2026-11-16 11:00:00")
    quick.run()
    with quick.database.read() as conn:
        assert conn.execute(select(batches.c.path)).scalar_one() is None


def test_more_rows_than_one_import_may_have_are_read_in_parts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 3 by the minute: 1 to 3, then 3 to 5, then 5 to 6 at most, since the last moment is read again."""
    monkeypatch.setattr(sql_feeds_run, "PART", 3)
    desk.prepare(mark_column="changed")
    for number in range(1, 7):
        desk.sell(str(number), f"2026-11-16 10:0{number}:00")
    found = desk.run()
    assert (found.outcome, desk.count()) == ("done", 6)
    assert found.words.startswith("In 3 parts: 3 records: 3 new.")
    assert desk.mark.startswith("2026-11-16 10:06:00")
    assert (desk.row().lease_by, desk.row().last_outcome, desk.count(batches)) == (None, "done", 3)
    # What fails in the middle has lost nothing: the parts before it stay, and the next run goes on behind them.
    again = desk.run()
    assert (again.report.total("unchanged"), again.report.total("inserted")) == (1, 0)


def test_rows_of_one_moment_that_fill_a_part_are_refused_not_read_for_ever(
    quick: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_feeds_run, "PART", 2)
    quick.prepare(mark_column="changed")
    quick.sell("0", "2026-11-16 09:00:00")
    for number in range(1, 5):
        quick.sell(str(number), "2026-11-16 10:00:00")
    found = quick.run()
    assert found.outcome == "failed"
    assert "more than 2 rows have the same changed" in found.words
    assert (quick.mark, quick.row().lease_by) == ("2026-11-16 10:00:00", None)


def test_a_dry_run_changes_nothing(quick: Desk) -> None:
    quick.prepare(mark_column="changed")
    quick.sell("1", "2026-11-16 11:00:00")
    tried = quick.run(dry_run=True)
    assert tried.report.total("inserted") == 1
    assert (quick.count(), quick.mark, quick.row().last_at) == (0, "", None)


def test_the_same_rows_on_a_schedule_make_no_batch_but_a_person_may_insist(quick: Desk) -> None:
    quick.prepare(schedule="every 10 minutes")
    quick.sell("1", "2026-11-16 11:00:00")
    quick.run(by_person=False)
    assert quick.run(by_person=False).outcome == "nothing"
    assert quick.count(batches) == 1
    assert quick.run().report.total("unchanged") == 1


def test_a_time_far_ahead_does_not_carry_the_mark_away(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from opsconsole.services.sql_marks import MarkWatch

    watch = MarkWatch("changed", now)
    watch.begin(["No", "CHANGED"], "Feed")
    watch.take([(1, datetime(2026, 11, 16, tzinfo=UTC)), (2, datetime(2062, 1, 1, tzinfo=UTC)), (3, None)])
    assert watch.highest == datetime(2026, 11, 16, tzinfo=UTC)
    assert watch.notes()[0].startswith("1 row without changed")
    assert watch.notes()[1].startswith("1 row with changed more than a day ahead")


def test_a_refused_line_is_told_with_its_row(quick: Desk) -> None:
    quick.prepare()
    quick.sell("1", "2026-11-16 11:00:00")
    quick.other.execute("INSERT INTO sales VALUES ('2', 'OPEN', 'a lot', '2026-11-10', NULL)")
    found = quick.run()
    assert found.outcome == "partly"
    (reject,) = found.report.rejects
    assert (reject.line, reject.field, reject.found) == (3, "total", "a lot")
    assert reject.raw.startswith("2,OPEN,a lot,2026-11-10")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"query": "DELETE FROM sales"}, "DELETE is no question"),
        ({"query": f"{QUERY} WHERE changed > :since"}, "name the column"),
        ({"query": f"{QUERY} WHERE changed > :since", "mark_column": "changed"}, "in the first run"),
        ({"schedule": "often"}, "no schedule"),
        ({"source": "mapping:none"}, "There is no source"),
        ({"name": " "}, "Give it a name"),
    ],
)
def test_what_is_wrong_with_a_feed_is_said_when_it_is_saved(quick: Desk, more: dict[str, Any], reason: str) -> None:
    quick.prepare()
    with pytest.raises(UserError, match=reason):
        quick.save(replace(quick.feed, **more))
