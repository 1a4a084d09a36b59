"""SQL feeds that several people and computers share: taken in hand by one, edited meanwhile, due, removed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sql_feed_desk import QUERY, TABLE, Desk
from sqlalchemy import select, update

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR, MINUTE, to_iso
from opsconsole.domain.sourcing import PAUSES, SqlConnection
from opsconsole.services import feed_runs, sourcing, sourcing_undo, sql_connections, sql_feeds_run
from opsconsole.services.feed_runs import Busy
from opsconsole.services.sql_connections import PasswordNeeded
from opsconsole.store.schema import batches
from opsconsole.store.schema import feed_runs as runs_table
from opsconsole.store.schema import sql_feeds as feeds_table


@pytest.fixture
def local(database: Any, other_sqlite: Any, now: int, tmp_path: Path) -> Desk:
    """Another program's file, read into both kinds of the console's own database."""
    return Desk(database, other_sqlite, now, tmp_path / "mappings")


@pytest.fixture
def quick(sqlite_database: Any, other_sqlite: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, other_sqlite, now, tmp_path / "mappings")


def test_a_failure_is_repeated_later_and_later_and_then_waits_for_a_person(quick: Desk) -> None:
    quick.prepare(schedule="every 10 minutes")
    now = quick.now
    quick.other.execute("DROP TABLE sales")
    for pause in PAUSES:
        quick.run(now=now, by_person=False)
        quick.run(now=now)  # people may try as often as they like: that uses up none of its own tries
        row = quick.row()
        assert row.next_at == now + pause * MINUTE
        assert sourcing.state_of(row, now) == "retrying"
        now = row.next_at
    quick.run(now=now, by_person=False)
    assert (quick.row().next_at, sourcing.state_of(quick.row(), now)) == (None, "waiting")
    assert sourcing.due(quick.database, now + 1000 * HOUR) == []
    runs = feed_runs.list_runs(quick.database, now, feed=quick.feed.id)
    assert runs.total == 2 * len(PAUSES) + 1
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


def test_what_another_client_ran_since_it_was_found_due_is_not_run_again(local: Desk) -> None:
    local.prepare(schedule="every 5 minutes")
    local.sell("1", "2026-11-16 11:00:00")
    now = local.row().next_at
    mine, theirs = sourcing.due(local.database, now), sourcing.due(local.database, now)
    given = {"who": "Clock", "now": now, "mappings": local.folder}
    (first,) = sourcing.run(local.database, theirs, local.other.passwords, **given).ran
    local.sell("2", "2026-11-16 12:00:00")
    (second,) = sourcing.run(local.database, mine, local.other.passwords, **given).ran
    assert (first.outcome, second.outcome) == ("done", "nothing")
    assert "was run by somebody else just now" in second.words
    assert (local.count(), local.count(batches), local.row().next_at) == (1, 1, now + 5 * MINUTE)


def test_a_feed_that_is_edited_while_it_runs_begins_anew_all_the_same(
    local: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that was under way read with the old query: where it ended is no mark of the new one."""
    local.prepare(query=f"{QUERY} WHERE state = 'OPEN'", mark_column="changed")
    local.sell("1", "2026-11-16 09:00:00", state="GONE")
    local.sell("2", "2026-11-16 10:00:00")
    local.run()
    local.sell("3", "2026-11-16 11:00:00")
    read = sql_feeds_run.read_into

    def edited(*given: Any, **more: Any) -> Any:
        made = read(*given, **more)
        local.save(replace(local.feed, query=QUERY))
        return made

    monkeypatch.setattr(sql_feeds_run, "read_into", edited)
    assert local.run().outcome == "done"
    monkeypatch.undo()
    assert local.mark == ""
    assert local.run().report.total("inserted") == 1
    assert local.count() == 3


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


def test_a_removed_feed_is_taken_back_as_it_was_unless_its_place_is_taken(local: Desk) -> None:
    local.prepare(mark_column="changed")
    local.sell("1", "2026-11-16 11:00:00")
    local.run()
    before = local.row()
    one = sourcing.find(local.database, "ERP orders")
    kept = sourcing_undo.remember(local.database, one)
    sourcing.remove(local.database, one, who="Ann", now=local.now)
    sourcing_undo.bring_back(local.database, kept, who="Ann", now=local.now)
    assert local.row() == before
    assert (local.mark[:16], local.count(runs_table)) == ("2026-11-16 11:00", 1)
    with pytest.raises(UserError, match="is there already"):
        sourcing_undo.bring_back(local.database, kept, who="Ann", now=local.now)
    sourcing.remove(local.database, one, who="Ann", now=local.now)
    erp = sql_connections.find_connection(local.database, "ERP")
    sql_connections.remove_connection(local.database, erp, local.other.passwords, who="Ann", now=local.now)
    with pytest.raises(UserError, match="connection of “ERP orders” was removed, too"):
        sourcing_undo.bring_back(local.database, kept, who="Ann", now=local.now)
