"""Looking at what changed ends in the same exceptions as looking at everything, over random histories."""

import random
import shutil

import pytest
from plain_rules import meets
from sqlalchemy import select, update
from world import DAY, HOUR, World

from opsconsole.rules.order_exceptions import RULES
from opsconsole.services import order_exceptions
from opsconsole.services.detection import detect
from opsconsole.services.rule_values import Place
from opsconsole.services.rule_values_changes import set_value
from opsconsole.store.database import open_database
from opsconsole.store.schema import exception_events, exceptions, orders

MINUTE = 60_000_000
HIDDEN = frozenset({"id"})
ACTIVE = ("open", "acknowledged", "in_progress", "waiting")


def rows(database):
    """Exceptions and their history by (rule, subject), without numbers that depend on the order of writing."""
    with database.read() as connection:
        found = {row.id: row for row in connection.execute(select(exceptions))}
        events = connection.execute(select(exception_events)).all()
    told = {
        (row.rule, row.subject): {k: v for k, v in row._mapping.items() if k not in HIDDEN} for row in found.values()
    }
    history = sorted(
        (found[e.exception_fk].rule, found[e.exception_fk].subject, e.at, e.who, e.action, e.words) for e in events
    )
    return told, history


def act(database, now, choose):
    """Somebody does something to some exceptions; the same ones in both databases."""
    with database.read() as connection:
        known = sorted(
            (row.rule, row.subject, row.id) for row in connection.execute(select(exceptions)) if row.state in ACTIVE
        )
    picked = [row_id for _, _, row_id in choose.sample(known, min(3, len(known)))]
    what = choose.choice(("resolve", "resolve", "ignore", "snooze", "acknowledge", "assign", "reopen"))
    more = {"who": "Ann", "now": now}
    if what == "resolve":
        order_exceptions.resolve(database, picked, root_cause="other", **more)
    elif what == "ignore":
        order_exceptions.ignore(database, picked, reason="known", until=now + choose.choice((HOUR, 3 * DAY)), **more)
    elif what == "snooze":
        order_exceptions.snooze(database, picked, until=now + HOUR, **more)
    elif what == "assign":
        order_exceptions.assign(database, picked, owner="Bo", **more)
    else:
        getattr(order_exceptions, what)(database, picked, **more)


def set_some_value(database, now, choose):
    """Somebody changes a rule for all or for some: a threshold, its severity, its clock, or switches it off."""
    rule = choose.choice([rule for rule in RULES if rule.parameters])
    place = Place(choose.choice(("", "shop", "market")), choose.choice(("", "", "ground")), "")
    key = choose.choice(("on", "severity", "resolve_hours", *[p.key for p in rule.parameters] * 2))
    known = {p.key: p for p in rule.parameters}
    if key == "on":
        value = choose.random() < 0.5
    elif key == "severity":
        value = choose.choice(("S1", "S4"))
    elif key == "resolve_hours":
        value = choose.choice((1, 100))
    else:
        low, high, usual = known[key].low, known[key].high, known[key].default
        value = min(high, max(low, round(usual * choose.choice((0.25, 0.5, 1.5, 3)))))
    set_value(database, rule.code, key, value, reason="tried", who="Ann", now=now, place=place)


def live_through(first, second, seed, now, steps, overrides=False):
    """The same history in both; the second one always looks at everything."""
    worlds = [World(first, seed), World(second, seed)]
    choose = random.Random(seed)
    now -= 12 * DAY
    for world in worlds:
        world.found(now)
        world.more_orders(now, 60, 110)
        with world.database.write() as connection:
            connection.execute(update(orders).where(orders.c.id % 3 == 0).values(service="ground"))
    for step in range(steps):
        what = choose.choice(("file", "file", "file", "act", "wait", *["rule"] * (3 if overrides else 0)))
        state = choose.getstate()
        for world, full in zip(worlds, (False, True), strict=True):
            choose.setstate(state)
            if what == "file":
                world.next_file(now)
            elif what == "rule":
                set_some_value(world.database, now, choose)
            elif what == "act":
                act(world.database, now, choose)
            detect(world.database, now, full=full)
        (told, history), (told_whole, history_whole) = rows(first), rows(second)
        assert told == told_whole, (seed, step, what)
        assert history == history_whole, (seed, step, what)
        now += choose.choice((0, MINUTE, HOUR, 5 * HOUR, DAY - 1, 2 * DAY))
    return worlds, now


@pytest.fixture
def pair(database, tmp_path, request):
    """Two empty databases of one kind."""
    if database.dialect == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "second.db")
        other = open_database(tmp_path / "second.db")
        yield database, other
        other.close()
        return
    server = request.getfixturevalue("postgresql_server")
    other = open_database(server.create_database("second", template="template"))
    yield database, other
    other.close()
    server.drop_database("second")


@pytest.fixture
def sqlite_pair(sqlite_database, sqlite_template, tmp_path):
    """Two empty SQLite databases, where one kind is enough."""
    shutil.copyfile(sqlite_template, tmp_path / "second.db")
    other = open_database(tmp_path / "second.db")
    yield sqlite_database, other
    other.close()


def test_looking_at_changes_equals_looking_at_everything(pair, now):
    live_through(*pair, 0, now, 12)


@pytest.mark.parametrize("seed", [1, 2])
def test_looking_at_changes_equals_looking_at_everything_again(sqlite_pair, seed, now):
    live_through(*sqlite_pair, seed, now, 25)


def test_what_is_of_no_order_is_reopened_by_newer_data_too(sqlite_pair, now):
    """A listing resolved by somebody, then a file of its channel without listings."""
    live_through(*sqlite_pair, 101, now, 10)


@pytest.mark.parametrize("seed", [3, 4])
def test_with_values_by_place_looking_at_changes_equals_looking_at_everything(sqlite_pair, seed, now):
    live_through(*sqlite_pair, seed, now, 20, overrides=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 220))
def test_with_values_by_place_it_equals_for_long(pair, seed, now):
    live_through(*pair, seed, now, 60, overrides=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_looking_at_changes_equals_looking_at_everything_for_long(pair, seed, now):
    live_through(*pair, seed, now, 60)


def test_after_a_history_everything_raised_is_true_and_nothing_young_is_missing(sqlite_pair, now):
    worlds, then = live_through(*sqlite_pair, 11, now, 30)
    detect(sqlite_pair[0], then)
    expected = meets(worlds[0].tables(), then)
    told, _ = rows(sqlite_pair[0])
    active = {key for key, row in told.items() if row["state"] in ACTIVE}
    assert active <= set(expected)
    by_people = {key for key, row in told.items() if row["state"] == "resolved"}
    missing = set(expected) - active - by_people
    assert all(expected[key] is not None and expected[key] < then - 90 * DAY for key in missing)
    assert len(active) > 20
