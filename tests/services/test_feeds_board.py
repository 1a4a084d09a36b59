"""The board of feeds: states by each feed's own clock, its last file, and what rules wait for."""

from typing import Any

import pytest

from opsconsole.domain.instants import HOUR
from opsconsole.services import feeds_board
from opsconsole.store import schema


def _feed(database: Any, source: str, newest: int, *, arrivals: int = 5) -> None:
    row = {
        "source": source,
        "channel": "shop",
        "label": source.upper(),
        "newest_data_at": newest,
        "last_import_at": newest,
        "usual_interval_seconds": 2 * 3600,
        "arrivals": arrivals,
    }
    with database.write() as conn:
        conn.execute(schema.feeds.insert(), row)


def _file(database: Any, source: str, name: str, at: int, state: str = "done") -> None:
    row = {
        "file_name": name,
        "source": source,
        "source_label": source.upper(),
        "channel": "shop",
        "state": state,
        "imported_by": "Scheduler",
        "started_at": at,
        "path": None if state == "undone" else f"/exports/daily/{name}",
    }
    with database.write() as conn:
        conn.execute(schema.batches.insert(), row)


def test_a_feed_is_fresh_until_its_next_data_is_expected_then_due_then_late(database: Any, now: int) -> None:
    # Every two hours; late is more than two such intervals, the rule's default.
    for source, age in (("a", 2 * HOUR), ("b", 2 * HOUR + 1), ("c", 4 * HOUR + 1)):
        _feed(database, source, now - age)
    _feed(database, "d", now - 9 * HOUR, arrivals=1)
    _file(database, "a", "first.csv", now - 3 * HOUR)
    _file(database, "a", "second.csv", now - 2 * HOUR)
    _file(database, "a", "third.csv", now - HOUR, "undone")
    _file(database, "a", "later.csv", now + HOUR)
    board = list(feeds_board.list_board(database, now).rows())
    assert [(row["label"], row["state"]) for row in board] == [
        ("C", "late"),
        ("B", "due"),
        ("D", "unknown"),
        ("A", "fresh"),
    ]
    fresh = board[-1]
    assert (fresh["file"], fresh["comes_from"], fresh["expected_at"]) == ("second.csv", "Folder daily", now)
    page = feeds_board.feed_page(database, now, "a|shop")
    assert [one.file for one in page.arrivals] == ["third.csv", "second.csv", "first.csv"]


def test_what_a_feed_or_a_watched_folder_brought_comes_from_it(database: Any, now: int) -> None:
    """A query's rows lay in a file of their own for a moment: that one's folder says nothing."""
    for source in ("a", "b", "c"):
        _feed(database, source, now - HOUR)
        _file(database, source, f"{source}.csv", now - HOUR)
    with database.write() as conn:
        by = {"changed_by": "Ann", "changed_at": now}
        erp = {"id": 1, "name": "ERP", "kind": "sqlite", "database_name": "erp.db", **by}
        query = {"id": 7, "name": "ERP orders", "connection_fk": 1, "query": "SELECT 1", **by}
        drop = {"id": 9, "name": "Drop", "workstation": "dock", "path": "/drop", **by}
        conn.execute(schema.sql_connections.insert(), erp)
        conn.execute(schema.sql_feeds.insert(), query)
        conn.execute(schema.watched_folders.insert(), drop)
        ran = {"at": now, "what": "Query", "who": "Ann", "outcome": "done"}
        conn.execute(schema.feed_runs.insert(), [{**ran, "feed_fk": 7, "folder_fk": None, "batch_id": 1},
                                                 {**ran, "feed_fk": None, "folder_fk": 9, "batch_id": 2}])  # fmt: skip
    told = {
        row["label"]: (row["comes_from"], row["brought_by"]) for row in feeds_board.list_board(database, now).rows()
    }
    assert told == {
        "A": ("SQL feed ERP orders", "query:7"),
        "B": ("Watched folder Drop", "folder:9"),
        "C": ("Folder daily", None),
    }


def test_what_rules_wait_for_is_listed_with_the_files_that_would_tell_it(sqlite_database: Any, now: int) -> None:
    rows = [
        {"rule": "OUT_OF_STOCK", "state": "no_data", "reason": "No data for this rule: stock levels"},
        {"rule": "LATE_SHIPMENT", "state": "ran", "reason": None},
    ]
    with sqlite_database.write() as conn:
        conn.execute(schema.rule_runs.insert(), rows)
    listing = feeds_board.list_board(sqlite_database, now)
    assert [(row["label"], row["state"], row["gives"]) for row in listing.rows()] == [
        ("Stock levels", "never", "Out of stock")
    ]
    page = feeds_board.feed_page(sqlite_database, now, listing.ids[0])
    assert page.rules == ("Out of stock",)
    assert "Shopify, inventory" in page.sources


@pytest.mark.parametrize(
    ("words", "tells", "does_not"),
    [
        ("payment statuses of orders", "Shopify, orders", "Shopify, inventory"),
        ("ship-by dates", "Amazon, unshipped orders", "Shopify, orders"),
    ],
)
def test_only_files_with_the_fields_that_a_rule_asks_for_are_named(words: str, tells: str, does_not: str) -> None:
    named = feeds_board.bringing(words)
    assert tells in named
    assert does_not not in named
