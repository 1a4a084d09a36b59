"""Changes by name: listed, undone after a restart, merged and refused. Expected values follow from the order below."""

import pytest
from sqlalchemy import select, update

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services import changes as service
from opsconsole.services import order_exceptions as queue
from opsconsole.services.detection import detect
from opsconsole.services.history import read_events
from opsconsole.store.database import open_database
from opsconsole.store.schema import exception_events, exceptions, runbook_ticks


@pytest.fixture
def desk(writing, now):
    """One order that is late and unpaid, seen by the rules."""
    order = {"channel": "shop", "order_id": "77", "status": "processing", "payment_status": "pending"}
    order |= {"currency": "USD", "total": 41260, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    writing(at=now - HOUR, orders=[order])
    detect(writing.database, now)
    return writing.database


@pytest.fixture
def late(desk):
    return find(desk, exceptions.c.rule == "LATE_SHIPMENT").id


def find(database, where):
    with database.read() as connection:
        return connection.execute(select(exceptions).where(where)).one()


def row(database, row_id):
    return find(database, exceptions.c.id == row_id)


def listed(database, now):
    return list(service.list_changes(database, now).rows())


ACTS = {
    "acknowledge": {},
    "start": {},
    "wait": {"on": "Carrier", "until": DAY},
    "assign": {"owner": "Bo"},
    "resolve": {"root_cause": "other", "note": "Sent"},
    "snooze": {"until": DAY},
    "ignore": {"reason": "known", "until": DAY},
    "add_note": {"text": "Called"},
    "tag": {"add": ["vip"]},
}


@pytest.mark.parametrize("act", ACTS)
def test_every_action_is_listed_and_undone_after_a_restart(desk, late, now, act, database_url):
    more = {key: now + value if key == "until" else value for key, value in ACTS[act].items()}
    before = row(desk, late)._asdict()
    change = getattr(queue, act)(desk, [late], who="Ann", now=now + MINUTE, **more)
    assert [(one["who"], one["words"], one["rows"], one["state"]) for one in listed(desk, now + MINUTE)] == [
        ("Ann", change.words, 1, "undoable")
    ]
    again = open_database(database_url)
    undone = service.undo_change(again, change.id, who="Bo", now=now + HOUR)
    again.close()
    assert undone.ids == (late,)
    after = row(desk, late)._asdict()
    assert {**after, "version": 0} == {**before, "version": 0}
    newest, first = listed(desk, now + HOUR)
    assert (first["state"], first["undone_by"], first["undone_at"]) == ("undone", "Bo", now + HOUR)
    assert newest["words"] == f"Undone: {change.words[:1].lower()}{change.words[1:]}"
    with pytest.raises(UserError, match="Bo did it"):
        service.undo_change(desk, change.id, who="Ann", now=now + HOUR)


def test_an_undo_can_be_undone(desk, late, now):
    change = queue.assign(desk, [late], owner="Ann", who="Ann", now=now)
    undone = service.undo_change(desk, change.id, who="Ann", now=now)
    service.undo_change(desk, undone.id, who="Ann", now=now)
    assert row(desk, late).owner == "Ann"


def test_a_reopened_one_is_closed_again_as_it_was(desk, late, now):
    queue.resolve(desk, [late], root_cause="weather", who="Ann", now=now)
    closed = row(desk, late)
    change = queue.reopen(desk, [late], who="Bo", now=now + MINUTE)
    assert row(desk, late).state == "open"
    service.undo_change(desk, change.id, who="Bo", now=now + 2 * MINUTE)
    after = row(desk, late)
    assert (after.state, after.closed_at, after.closed_by, after.root_cause) == (
        "resolved",
        closed.closed_at,
        "Ann",
        "weather",
    )


def test_ticks_are_undone_by_their_number_too(desk, late, now):
    change = queue.tick_runbook(desk, late, 1, done=True, who="Ann", now=now)
    service.undo_change(desk, change.id, who="Ann", now=now)
    with desk.read() as connection:
        assert connection.execute(select(runbook_ticks)).all() == []


def test_a_note_and_an_owner_do_not_collide_with_a_new_state(desk, late, now):
    seen = {late: row(desk, late).version}
    queue.start(desk, [late], who="Bo", now=now, versions=seen)
    noted = queue.add_note(desk, [late], text="Called", who="Ann", now=now, versions=seen)
    owned = queue.assign(desk, [late], owner="Ann", who="Ann", now=now, versions=seen)
    tagged = queue.tag(desk, [late], add=["vip"], who="Ann", now=now, versions=seen)
    assert noted.complete
    assert owned.complete
    assert tagged.complete
    found = row(desk, late)
    assert (found.state, found.owner, found.tags) == ("in_progress", "Ann", "vip")


def test_two_who_wanted_the_same_do_not_collide(desk, late, now):
    seen = {late: row(desk, late).version}
    queue.assign(desk, [late], owner="Ann", who="Bo", now=now, versions=seen)
    change = queue.assign(desk, [late], owner="Ann", who="Ann", now=now, versions=seen)
    assert change.complete
    assert change.ids == ()


def test_a_refused_row_tells_who_when_and_the_three_values(desk, late, now):
    queue.assign(desk, [late], owner="Cy", who="Cy", now=now)
    seen = {late: row(desk, late).version}
    queue.assign(desk, [late], owner="Bo", who="Bo", now=now + MINUTE, versions=seen)
    queue.start(desk, [late], who="Dee", now=now + 2 * MINUTE)
    change = queue.assign(desk, [late], owner="Ann", who="Ann", now=now + HOUR, versions=seen)
    (conflict,) = change.conflicts
    assert (conflict.who, conflict.at, conflict.words) == ("Bo", now + MINUTE, "Assigned to Bo")
    assert [(d.field.label, d.seen, d.there, d.wanted) for d in conflict.differences] == [("Owner", "Cy", "Bo", "Ann")]
    assert row(desk, late).owner == "Bo"


def test_what_the_data_closed_meanwhile_is_refused_with_its_state(desk, late, writing, now):
    seen = {late: row(desk, late).version}
    gone = {"channel": "shop", "order_id": "77", "status": "cancelled"}
    writing(at=now + MINUTE, orders=[gone])
    detect(desk, now + HOUR)
    change = queue.acknowledge(desk, [late], who="Ann", now=now + HOUR, versions=seen)
    (conflict,) = change.conflicts
    assert (conflict.who, conflict.at) == ("System", now + HOUR)
    assert [(d.field.key, d.seen, d.there, d.wanted) for d in conflict.differences] == [
        ("state", "open", "closed", "acknowledged")
    ]


def test_an_undo_leaves_what_somebody_changed_since_and_says_what(desk, late, now):
    change = queue.assign(desk, [late], owner="Ann", who="Ann", now=now)
    queue.assign(desk, [late], owner="Bo", who="Bo", now=now + MINUTE)
    undone = service.undo_change(desk, change.id, who="Ann", now=now + HOUR)
    assert undone.ids == ()
    (conflict,) = undone.conflicts
    assert [(d.seen, d.there, d.wanted) for d in conflict.differences] == [("Ann", "Bo", None)]
    assert [one["state"] for one in listed(desk, now + HOUR)] == ["undoable", "undoable"]


def test_an_undo_takes_back_only_its_own_tags(desk, late, now):
    change = queue.tag(desk, [late], add=["vip", "Gift"], who="Ann", now=now)
    queue.tag(desk, [late], add=["fragile"], remove=["gift"], who="Bo", now=now)
    service.undo_change(desk, change.id, who="Ann", now=now)
    assert row(desk, late).tags == "fragile"


def test_a_change_that_the_history_does_not_tell_is_refused(desk, late, now):
    seen = {late: row(desk, late).version}
    with desk.write() as connection:
        connection.execute(update(exceptions).values(owner="Import", version=exceptions.c.version + 1))
    change = queue.assign(desk, [late], owner="Ann", who="Ann", now=now, versions=seen)
    assert [conflict.id for conflict in change.conflicts] == [late]
    assert queue.add_note(desk, [late], text="Still", who="Ann", now=now, versions=seen).complete


def test_a_request_that_is_sent_twice_happens_once(desk, late, now):
    first = queue.add_note(desk, [late], text="Called", who="Ann", now=now, request="r-1")
    second = queue.add_note(desk, [late], text="Called", who="Ann", now=now + 1, request="r-1")
    assert (second.id, second.words, second.ids) == (first.id, first.words, first.ids)
    with desk.read() as connection:
        notes = connection.execute(select(exception_events).where(exception_events.c.action == "noted")).all()
    assert len(notes) == 1


def test_what_waits_says_on_whom_and_until_when(desk, late, now):
    change = queue.wait(desk, [late], on="UPS", until=now + DAY, who="Ann", now=now)
    found = row(desk, late)
    assert (found.state, found.waiting_on, found.waiting_until) == ("waiting", "UPS", now + DAY)
    assert change.words == "Set to waiting: 1 exception"
    with desk.read() as connection:
        assert read_events(connection, [late], now)[0].words == "Waiting on UPS until Wed 18 Nov, 15:42"
    queue.start(desk, [late], who="Ann", now=now)
    assert (row(desk, late).waiting_on, row(desk, late).waiting_until) == (None, None)
    with pytest.raises(UserError, match="future"):
        queue.wait(desk, [late], until=now, who="Ann", now=now)


def test_a_change_that_is_not_there_is_named(desk, now):
    with pytest.raises(UserError, match="There is no change 99"):
        service.undo_change(desk, 99, who="Ann", now=now)
