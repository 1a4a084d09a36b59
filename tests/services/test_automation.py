"""Automation: rules act once on what opens, take nothing from anybody, and are undone as one.

Two late orders of 412.60 and 9.00 at two places; Tuesday 17 November 2026, 15:42 UTC.
"""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from opsconsole.domain import rota
from opsconsole.domain.automation import AutomationRule, Then, When, as_json, problems, then_from, when_from
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services import automation as service
from opsconsole.services import automation_run, changes, clockwork
from opsconsole.services import order_exceptions as queue
from opsconsole.services.automation_run import try_automation
from opsconsole.services.history import read_events
from opsconsole.store.schema import automation_deeds, channels, exceptions, locations

LATE = When(types=("LATE_SHIPMENT",))


@pytest.fixture
def desk(writing, now):
    with writing.database.write() as connection:
        connection.execute(insert(channels).values(key="shop", label="Corner shop"))
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
    return writing


def late_orders(desk, now):
    order = {"channel": "shop", "status": "processing", "payment_status": "paid", "currency": "USD"}
    order |= {"placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    orders = [
        {**order, "order_id": "77", "location": "reno", "total": 41260},
        {**order, "order_id": "78", "location": "lyon", "total": 900},
    ]
    desk(at=now - HOUR, orders=orders)


def rule(desk, now, name="Carriers", when=LATE, **then):
    service.add_rule(desk.database, AutomationRule(name, when, Then(**then)), who="Ann", now=now)
    return service.find_rule(desk.database, name)


def late(desk):
    with desk.database.read() as connection:
        found = connection.execute(select(exceptions).where(exceptions.c.rule == "LATE_SHIPMENT"))
        return {row.location: row for row in found}


def told(desk, row_id, now):
    with desk.database.read() as connection:
        return read_events(connection, [row_id], now)


def test_what_opens_is_acted_on_at_once_and_only_once(desk, now):
    rule(desk, now, assign="Ann", root_cause="cutoff_missed", tags=("night",), snooze_hours=2, note="Ask the dock")
    late_orders(desk, now)
    turn = clockwork.turn(desk.database, now)
    assert len(turn.acted.touched) == 2
    assert "automation acted on 2 exceptions" in turn.words
    row = late(desk)["reno"]
    assert (row.owner, row.root_cause, row.tags, row.snoozed_until, row.state) == (
        "Ann",
        "cutoff_missed",
        "night",
        now + 2 * HOUR,
        "open",
    )
    history = [(event.who, event.words) for event in told(desk, row.id, now)]
    assert ("Automation: Carriers", "Note: Ask the dock") in history
    queue.assign(desk.database, [row.id], owner=None, who="Bo", now=now + MINUTE)
    again = clockwork.turn(desk.database, now + HOUR)
    assert again.acted.touched == frozenset()
    assert late(desk)["reno"].owner is None


def test_it_is_one_change_that_is_undone_as_one_and_not_done_again(desk, now):
    rule(desk, now, assign="Ann", tags=("night",), note="Ask the dock")
    late_orders(desk, now)
    turn = clockwork.turn(desk.database, now)
    (listed,) = changes.list_changes(desk.database, now).rows()
    assert (listed["who"], listed["words"], listed["rows"]) == (
        "Automation: Carriers",
        "“Carriers” acted on 2 exceptions",
        2,
    )
    changes.undo_change(desk.database, turn.acted.changes[0].id, who="Bo", now=now + MINUTE)
    row = late(desk)["reno"]
    assert (row.owner, row.tags) == (None, "")
    words = [event.words for event in told(desk, row.id, now + MINUTE)]
    assert "Note: Ask the dock" not in words
    assert clockwork.turn(desk.database, now + HOUR).acted.touched == frozenset()


def test_an_undo_leaves_an_owner_that_somebody_chose_and_takes_the_rest_back(desk, now):
    rule(desk, now, assign="Ann", tags=("night",))
    late_orders(desk, now)
    turn = clockwork.turn(desk.database, now)
    reno = late(desk)["reno"].id
    queue.assign(desk.database, [reno], owner="Bo", who="Bo", now=now + MINUTE)
    undone = changes.undo_change(desk.database, turn.acted.changes[0].id, who="Cy", now=now + HOUR)
    assert (late(desk)["reno"].owner, late(desk)["reno"].tags, late(desk)["lyon"].owner) == ("Bo", "", None)
    assert [(conflict.id, conflict.differences[0].there) for conflict in undone.conflicts] == [(reno, "Bo")]


def test_it_acts_again_when_one_opens_again(desk, now):
    rule(desk, now, tags=("night",))
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    reno = late(desk)["reno"].id
    queue.tag(desk.database, [reno], remove=["night"], who="Bo", now=now)
    queue.resolve(desk.database, [reno], root_cause="other", who="Bo", now=now + MINUTE)
    desk(at=now + HOUR, orders=[{"channel": "shop", "order_id": "77", "status": "processing", "total": 41261}])
    with desk.database.write() as connection:
        from opsconsole.store.schema import batches

        connection.execute(batches.update().values(started_at=now + HOUR, finished_at=now + HOUR))
    turn = clockwork.turn(desk.database, now + 2 * HOUR)
    assert turn.report.reopened == 1
    assert turn.acted.touched == {reno}
    assert late(desk)["reno"].tags == "night"


def test_what_was_there_before_a_rule_is_left_until_somebody_asks(desk, now):
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    rule(desk, now + HOUR, assign="Ann")
    assert clockwork.turn(desk.database, now + 2 * HOUR).acted.touched == frozenset()
    acted = automation_run.run_automation(desk.database, now + 2 * HOUR, everything=True)
    assert len(acted.touched) == 2
    assert automation_run.run_automation(desk.database, now + 2 * HOUR, everything=True).touched == frozenset()


def test_rules_act_in_their_order_and_take_nothing_from_the_one_before(desk, now):
    rule(desk, now, "Second", assign="Bo", tags=("b",))
    first = rule(desk, now, "First", When(locations=("reno",)), assign="Ann")
    service.move_rule(desk.database, first, -1, who="Ann", now=now)
    assert list(service.list_automation(desk.database, now).columns["name"]) == ["First", "Second"]
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    assert {place: (row.owner, row.tags) for place, row in late(desk).items()} == {
        "reno": ("Ann", "b"),
        "lyon": ("Bo", "b"),
    }


@pytest.mark.parametrize(
    ("when", "places"),
    [
        (When(), {"reno", "lyon"}),
        (When(channels=("market",)), set()),
        (When(locations=("lyon",)), {"lyon"}),
        (When(severities=("S1",)), {"reno", "lyon"}),
        (When(value_from=41260), {"reno"}),
        (When(value_from=41261), set()),
        (When(value_to=900), {"lyon"}),
        (When(types=("ADDRESS_INVALID",)), set()),
    ],
)
def test_all_conditions_must_hold(desk, now, when, places):
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    tried = try_automation(desk.database, now, [AutomationRule("Draft", when, Then(assign="Ann"))])
    by_id = {row.id: place for place, row in late(desk).items()}
    assert {by_id[row["exception"]] for row in tried.rows() if row["exception"] in by_id} == places


def test_a_rota_says_who_gets_it(desk, now):
    rule(desk, now, rota=rota.parse("Ann: Mon-Fri 08:00-15:00; Bo: Tue 15:00-23:00"), assign="Lead")
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    assert {row.owner for row in late(desk).values()} == {"Bo"}
    night = try_automation(desk.database, now + 9 * HOUR)
    assert list(night.rows()) == []  # everybody has an owner now


def test_trying_says_what_would_be_done_and_writes_nothing(desk, now):
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    draft = AutomationRule("Draft", LATE, Then(assign="Ann", note="Call"))
    tried = try_automation(desk.database, now, [draft, replace(draft, name="After", then=Then(assign="Bo"))])
    assert [(row["automation"], row["does"]) for row in tried.rows()] == [("Draft", "Assigned to Ann, note: Call")] * 2
    assert {row.owner for row in late(desk).values()} == {None}
    with desk.database.read() as connection:
        assert connection.execute(select(automation_deeds)).all() == []


def test_rules_are_edited_switched_off_and_not_overwritten(desk, now):
    first = rule(desk, now, assign="Ann")
    service.edit_rule(desk.database, replace(first, name="Docks"), who="Ann", now=now)
    with pytest.raises(UserError, match="Ann changed"):
        service.edit_rule(desk.database, replace(first, name="Mine"), who="Bo", now=now)
    docks = service.find_rule(desk.database, "Docks")
    service.switch_rule(desk.database, docks, on=False, who="Ann", now=now)
    late_orders(desk, now)
    assert clockwork.turn(desk.database, now).acted.touched == frozenset()
    (row,) = service.list_automation(desk.database, now).rows()
    assert (row["name"], row["enabled"], row["when"], row["then"]) == ("Docks", False, "Late shipment", "Assign to Ann")
    with pytest.raises(UserError, match="already"):
        rule(desk, now, "Docks", assign="Bo")


def test_what_is_wrong_stands_under_its_field():
    wrong = AutomationRule(
        " ",
        When(types=("NONE",), severities=("S9",), value_from=5, value_to=4),
        Then(snooze_hours=-1, root_cause="luck"),
    )
    assert set(problems(wrong, {"LATE_SHIPMENT"})) == {
        *("name", "types", "severities", "value_to", "root_cause", "snooze_hours")
    }
    assert set(problems(AutomationRule("Empty"))) == {"assign"}


def test_conditions_and_deeds_survive_being_stored():
    when = When(("LATE_SHIPMENT",), ("S1",), ("shop",), ("reno",), 1, 2)
    then = Then("Ann", rota.parse("Bo: Sat 08:00-12:00; Cy: outside hours"), "other", 1.5, ("a",), "Note")
    assert (when_from(as_json(when)), then_from(as_json(then))) == (when, then)
    assert (when_from({}), then_from({})) == (When(), Then())


def test_a_wait_that_is_over_is_work_again(desk, now):
    late_orders(desk, now)
    clockwork.turn(desk.database, now)
    reno = late(desk)["reno"].id
    queue.wait(desk.database, [reno], on="UPS", until=now + HOUR, who="Ann", now=now)
    assert clockwork.turn(desk.database, now + HOUR - 1).woken == ()
    assert clockwork.turn(desk.database, now + HOUR).woken == (reno,)
    row = late(desk)["reno"]
    assert (row.state, row.waiting_on, row.waiting_until) == ("in_progress", None, None)
    event = told(desk, reno, now + HOUR)[0]
    assert (event.who, event.words) == ("System", "Waited on UPS until Tue 17 Nov, 16:42: back in progress")
