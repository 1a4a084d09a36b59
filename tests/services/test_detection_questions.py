"""A statement that is kept asks the same as one that is built anew, at whatever moment."""

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.rules.later import Following
from opsconsole.rules.order_exceptions import RULES
from opsconsole.services import detection_questions as questions
from opsconsole.store import dialect


class Answer:
    """Nothing was found."""

    description = ()

    def keys(self):
        return ()

    def all(self):
        return ()

    def fetchall(self):
        return ()

    def close(self):
        pass


class Listener:
    """A connection that keeps what it is asked instead of answering."""

    dialect = sqlite.dialect()

    def __init__(self):
        self.heard = []
        self.connection = self.driver_connection = self

    def in_transaction(self):
        return True

    def cursor(self):
        return Cursor(self.heard)

    def execute(self, statement, given=None):
        expanded = statement.compile(dialect=self.dialect).construct_expanded_state(given or {})
        self.heard.append((expanded.statement, list(expanded.positional_parameters)))
        return Answer()


class Cursor(Answer):
    """What the connection's driver is asked at once."""

    def __init__(self, heard):
        self.heard = heard

    def execute(self, words, bound):
        self.heard.append((words, bound))
        return self


def asked(rule, now, since):
    """Everything a rule asks at a moment."""
    listener = Listener()
    learned = {"remaining": {"reno|ready": 7200.0}}
    questions.rows_of(listener, rule, rule.moment(now), None)
    questions.rows_of(listener, rule, rule.moment(now, settled=True), [1, 2])
    questions.orders_by_clock(listener, rule, rule.moment(now, settled=True, learned=learned), since)
    return listener.heard


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(questions, "_known", {})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_is_kept_asks_what_would_be_built_anew(rule, now):
    asked(rule, now, now - MINUTE)
    moments = [(now + 7, now), (now + 31 * HOUR, now + 8 * HOUR)]
    kept = [asked(rule, *at) for at in moments]
    for at, heard in zip(moments, kept, strict=True):
        questions._known.clear()
        assert heard == asked(rule, *at)


def test_all_statements_are_kept(now):
    for rule in RULES:
        asked(rule, now, now - MINUTE)
    assert [key for key, built in questions._known.items() if built is None] == []


def test_only_so_many_statements_are_kept(now, monkeypatch):
    monkeypatch.setattr(questions, "_MOST", 5)
    for rule in RULES[:3]:
        asked(rule, now, now - MINUTE)
    assert len(questions._known) == 5


def test_what_is_asked_about_many_is_planned_for_them(postgresql_url, open_url, now):
    modes = []
    for many in (range(500), range(501)):
        with open_url(postgresql_url).read() as connection:
            dialect.plan_once(connection)
            questions.rows_of(connection, RULES[0], RULES[0].moment(now, settled=True), many)
            modes.append(connection.execute(text("SHOW plan_cache_mode")).scalar())
    assert modes == ["force_generic_plan", "auto"]


def test_a_number_that_follows_from_now_can_be_told_again():
    following = Following(10 * DAY + 5, 9 * DAY)
    later = (following.now - 3 * DAY) // DAY + 1
    later.__clause_element__()
    assert following.values(10 * DAY + 5, 9 * DAY) == {"later_0": 8}
    assert following.values(12 * DAY, 9 * DAY) == {"later_0": 10}
    assert following.holds(12 * DAY, 9 * DAY)


def test_what_was_looked_at_must_be_the_same():
    following = Following(10 * DAY, 9 * DAY)
    assert max(following.now, following.since) is following.now
    days = list(range(following.since // DAY, following.since // DAY + 2))
    assert days == [9, 10]
    assert following.holds(11 * DAY, 9 * DAY + 5)
    assert not following.holds(8 * DAY, 9 * DAY)
    assert not following.holds(11 * DAY, 10 * DAY)
