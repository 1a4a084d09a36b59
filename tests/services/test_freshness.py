from typing import Any

import pytest

from opsconsole.domain.instants import HOUR
from opsconsole.services import freshness
from opsconsole.store import schema


def _feed(database: Any, source: str, label: str, newest: int | None, arrivals: int = 5) -> None:
    with database.write() as connection:
        connection.execute(
            schema.feeds.insert(),
            {
                "source": source,
                "channel": "",
                "label": label,
                "newest_data_at": newest,
                "last_import_at": newest,
                "usual_interval_seconds": 2 * 3600,
                "arrivals": arrivals,
            },
        )


def test_a_feed_is_stale_when_its_newest_data_is_older_than_two_usual_intervals(database: Any, now: int):
    _feed(database, "a", "Shopify orders", now - 4 * HOUR)
    _feed(database, "b", "Walmart orders", now - 4 * HOUR - 1)
    states = {row["label"]: row["state"] for row in freshness.list_feeds(database, now).rows()}
    assert states == {"Shopify orders": "fresh", "Walmart orders": "stale"}


def test_the_summary_names_the_oldest_stale_feed(database: Any, now: int):
    _feed(database, "a", "Shopify orders", now - HOUR)
    _feed(database, "b", "Walmart orders", now - 5 * HOUR)
    _feed(database, "c", "Of one file only", now - 50 * HOUR, arrivals=1)  # would look late among them
    summary = freshness.summary(database, now)
    assert (summary.words, summary.tone) == ("1 of 2 feeds fresh: Walmart orders 5 h old", "warn")


def test_a_feed_of_few_files_has_no_usual_interval_yet(sqlite_database: Any, now: int):
    _feed(sqlite_database, "a", "Etsy orders", now - 100 * HOUR, arrivals=2)
    assert freshness.list_feeds(sqlite_database, now).row(0)["state"] == "unknown"
    assert freshness.summary(sqlite_database, now).tone == ""


def test_without_feeds_there_is_nothing_to_say(sqlite_database: Any, now: int):
    assert freshness.summary(sqlite_database, now).words == ""


@pytest.mark.parametrize(("seconds", "words"), [(59 * 60, "59 min"), (5 * 3600, "5 h"), (3 * 86_400, "3 d")])
def test_ages_are_told_in_one_unit(seconds: int, words: str):
    assert freshness.age_words(seconds) == words


def test_a_feed_whose_interval_is_not_known_is_not_called_fresh(sqlite_database: Any, now: int):
    _feed(sqlite_database, "a", "Etsy orders", now - 2000 * HOUR, arrivals=1)
    told = freshness.summary(sqlite_database, now)
    assert (told.words, told.fresh) == ("1 feed, usual interval not known yet", 0)
