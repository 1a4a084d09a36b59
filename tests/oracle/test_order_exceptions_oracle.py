"""The rules against an independent oracle: what they find is what plain loops over the exported rows find."""

import pytest
from plain_rules import meets
from sqlalchemy import select
from world import DAY, HOUR, World

from opsconsole.rules.order_exceptions import RULES
from opsconsole.services.detection import detect
from opsconsole.services.settings import change_setting
from opsconsole.store.schema import exceptions

ACTIVE = ("open", "acknowledged", "in_progress", "waiting")


def raised(database):
    with database.read() as connection:
        rows = connection.execute(select(exceptions)).all()
    return {(row.rule, row.subject): row for row in rows if row.state in ACTIVE}


@pytest.fixture
def shop(database, now):
    """A business of some four hundred orders over 200 days."""
    world = World(database, seed=7)
    world.found(now)
    world.more_orders(now, 380, 200)
    return world


def test_the_rules_find_what_the_oracle_finds(shop, now):
    detect(shop.database, now)
    expected = meets(shop.tables(), now)
    horizon = now - 90 * DAY
    young = {key for key, since in expected.items() if since is None or since >= horizon}
    found = raised(shop.database)
    assert set(found) == young
    assert {rule for rule, _ in young} == {rule.code for rule in RULES}
    told = {key: row.opened_at for key, row in found.items() if expected[key] is not None}
    assert told == {key: expected[key] for key in told}


def test_what_is_older_than_the_horizon_is_counted(shop, now):
    report = detect(shop.database, now)
    horizon = now - 90 * DAY
    older = [rule for (rule, _), since in meets(shop.tables(), now).items() if since is not None and since < horizon]
    assert {result.code: result.older for result in report.rules if result.older} == {
        code: older.count(code) for code in set(older)
    }
    assert len(set(older)) >= 5


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_a_rule_that_is_switched_off_is_missed(code, sqlite_database, now):
    world = World(sqlite_database, seed=7)
    world.found(now)
    world.more_orders(now, 380, 200)
    change_setting(sqlite_database, f"rule.{code}.on", False, who="Tester", now=now)
    detect(sqlite_database, now)
    young = {key for key, since in meets(world.tables(), now).items() if since is None or since >= now - 90 * DAY}
    missed = young - set(raised(sqlite_database))
    assert missed
    assert {rule for rule, _ in missed} == {code}


def test_an_earlier_moment_knows_nothing_of_later_facts(shop, now):
    for days in (40, 20, 3):
        then = now - days * DAY - 5 * HOUR
        detect(shop.database, then)
        expected = meets(shop.tables(), then)
        active = set(raised(shop.database))
        young = {key for key, since in expected.items() if since is None or since >= then - 90 * DAY}
        assert active >= young
        assert active <= set(expected)
