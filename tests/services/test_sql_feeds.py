"""SQL feeds: a query's rows become orders; the mark moves with them, and only with them."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR, MINUTE, to_iso
from opsconsole.domain.sourcing import PAUSES, SqlConnection, SqlFeed
from opsconsole.services import feed_runs, sourcing, sql_connections, sql_feeds, sql_feeds_run
from opsconsole.services.feed_runs import Busy
from opsconsole.services.sql_connections import PasswordNeeded
from opsconsole.services.sql_marks import words_of
from opsconsole.store import audit
from opsconsole.store.schema import batches, orders
from opsconsole.store.schema import feed_runs as runs_table
from opsconsole.store.schema import sql_feeds as feeds_table

MAPPING = """
name = "ERP orders"
channel = "erp"

[file]
time_zone = "UTC"

[[records]]
kind = "orders"

[records.fields]
order_id = { from = "order_no" }
status = { from = "state", map = { OPEN = "processing", GONE = "shipped" } }
total = { from = "total" }
currency = { const = "EUR" }
placed_at = { from = "placed" }
updated_at = { from = "changed" }
"""
TABLE = "CREATE TABLE sales (order_no VARCHAR(20), state VARCHAR(10), total DECIMAL(12,2), placed {at}, changed {at})"
QUERY = "SELECT order_no, state, total, placed, changed FROM sales"


@dataclass
class Desk:
    """A feed of another database into the console's, with what a test wants to know of it."""

    database: Any
    other: Any
    now: int
    folder: Path
    feed: SqlFeed = field(default_factory=lambda: SqlFeed("ERP orders", query=QUERY, source="mapping:ERP orders"))

    def prepare(self, **more: Any) -> None:
        at = {"sqlite": "TEXT"}.get(self.other.connection.kind, "TIMESTAMP(3)")
        self.other.execute(TABLE.format(at=f"{at} NULL"))
        self.folder.mkdir()
        (self.folder / "erp.toml").write_text(MAPPING)
        made = sql_connections.save_connection(self.database, self.other.connection, who="Ann", now=self.now)
        self.save(replace(self.feed, connection_id=made.ids[0], **more))

    def save(self, feed: SqlFeed) -> Change:
        change = sql_feeds.save_feed(self.database, feed, who="Ann", now=self.now, folder=self.folder)
        self.feed = sql_feeds.find_feed(self.database, change.ids[0])
        return change

    def sell(self, number: str, changed: str | None, state: str = "OPEN", total: str = "12.50") -> None:
        said = "NULL" if changed is None else f"'{changed}'"
        self.other.execute(f"INSERT INTO sales VALUES ('{number}', '{state}', {total}, '2026-11-10 08:00:00', {said})")

    def run(self, **more: Any) -> Any:
        given = {"who": "Ann", "now": self.now, "mappings": self.folder, **more}
        return sql_feeds_run.run_feed(self.database, self.feed.id, self.other.passwords, **given)

    @property
    def mark(self) -> str:
        return words_of(sql_feeds.stored_mark(self.database, self.feed.id))

    def row(self) -> Any:
        with self.database.read() as conn:
            return conn.execute(select(feeds_table).where(feeds_table.c.id == self.feed.id)).one()

    def count(self, table: Any = orders) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


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


def test_a_failure_is_repeated_later_and_later_and_then_waits_for_a_person(quick: Desk) -> None:
    quick.prepare(schedule="every 10 minutes")
    now = quick.now
    quick.other.execute("DROP TABLE sales")
    for pause in PAUSES:
        quick.run(now=now)
        row = quick.row()
        assert row.next_at == now + pause * MINUTE
        assert sourcing.state_of(row, now) == "retrying"
        now = row.next_at
    quick.run(now=now)
    assert (quick.row().next_at, sourcing.state_of(quick.row(), now)) == (None, "waiting")
    assert sourcing.due(quick.database, now + 1000 * HOUR) == []
    runs = feed_runs.list_runs(quick.database, now, feed=quick.feed.id)
    assert runs.total == len(PAUSES) + 1
    assert "does not understand the query" in runs.row(0)["words"]
    quick.other.execute(TABLE.format(at="TEXT"))
    assert quick.run(now=now).outcome == "nothing"
    assert (quick.row().failures, quick.row().next_at) == (0, now + 10 * MINUTE)


def test_two_clients_never_run_a_feed_at_once(local: Desk) -> None:
    local.prepare()
    hold = feed_runs.take(local.database, feeds_table, local.feed.id, who="Bo", now=local.now, minutes=30)
    with pytest.raises(Busy, match="is being read by"):
        local.run()
    # Bo's computer died; after its time another one takes over, and Bo's late import is refused whole.
    local.sell("1", "2026-11-16 11:00:00")
    later = local.now + 31 * MINUTE
    other = feed_runs.take(local.database, feeds_table, local.feed.id, who="Ann", now=later, minutes=30)
    with pytest.raises(Busy), local.database.write() as conn:
        feed_runs.settle(conn, hold, feed_runs.Attempt("done", "Late", "Query"))
    with local.database.write() as conn:
        feed_runs.settle(conn, other, feed_runs.Attempt("done", "In time", "Query"))
    assert local.row().last_words == "In time"


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


def test_a_feed_that_somebody_saved_meanwhile_is_not_overwritten(quick: Desk) -> None:
    quick.prepare()
    old = quick.feed
    quick.save(replace(old, schedule="06:30"))
    with pytest.raises(UserError, match="changed “ERP orders” meanwhile"):
        quick.save(replace(old, schedule="07:30"))


def test_a_password_that_nobody_knows_is_asked_for(quick: Desk, other_sqlite: Any) -> None:
    quick.prepare()
    one = SqlConnection("Far", "mariadb", "erp.invalid", None, "erp", "reader")
    made = sql_connections.save_connection(quick.database, one, who="Ann", now=quick.now)
    quick.save(replace(quick.feed, connection_id=made.ids[0], schedule="every 5 minutes"))
    with pytest.raises(PasswordNeeded, match="password of reader for “Far”"):
        quick.run()
    known = sourcing.find(quick.database, "erp orders")
    report = sourcing.run(quick.database, [known], quick.other.passwords, who="Ann", now=quick.now)
    assert report.exit_code == 2
    assert report.not_ready[0][0] == "ERP orders"
    assert quick.row().failures == 0  # another computer may know it


def test_a_connection_in_use_stays_and_changes_are_in_the_audit_trail(quick: Desk) -> None:
    quick.prepare()
    one = sql_connections.find_connection(quick.database, "ERP")
    with pytest.raises(UserError, match="is used by ERP orders"):
        sql_connections.remove_connection(quick.database, one, quick.other.passwords, who="Ann", now=quick.now)
    sourcing.remove(quick.database, sourcing.find(quick.database, "ERP orders"), who="Ann", now=quick.now)
    sql_connections.remove_connection(quick.database, one, quick.other.passwords, who="Ann", now=quick.now)
    from opsconsole.store.schema import audit as trail

    with quick.database.read() as conn:
        done = conn.execute(select(trail.c.action).order_by(trail.c.number)).scalars().all()
    assert done == ["connection added", "SQL feed added", "SQL feed removed", "connection removed"]


def test_history_is_kept_short(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_runs, "KEPT", 3)
    quick.prepare()
    quick.sell("1", "2026-11-16 11:00:00")
    for _ in range(5):
        quick.run()
    assert quick.count(runs_table) == 3


def test_due_means_its_time_has_come_and_nobody_has_it(quick: Desk) -> None:
    quick.prepare(schedule="Mon-Fri 06:30")
    due_at = quick.row().next_at
    assert to_iso(due_at) == "2026-11-18T06:30:00Z"
    assert sourcing.due(quick.database, due_at - 1) == []
    assert [one.name for one in sourcing.due(quick.database, due_at + 30 * HOUR)] == ["ERP orders"]
    with quick.database.write() as conn:
        conn.execute(update(feeds_table).values(lease_by="x/1/a", lease_until=due_at + 31 * HOUR))
    assert sourcing.due(quick.database, due_at + 30 * HOUR) == []
