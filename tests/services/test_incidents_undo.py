"""Every change of an incident can be taken back by its number, as after a restart."""

import pytest
from sqlalchemy import insert, select

from opsconsole.services import changes, incidents_actions
from opsconsole.services import incidents as service
from opsconsole.services.annotations import list_annotations
from opsconsole.services.incidents_actions import Draft
from opsconsole.store.schema import exceptions, locations

OPENED = "Opened the incident “Warehouse outage, Reno 1”"


@pytest.fixture
def outage(database, now):
    """An incident with one exception that its rule took."""
    with database.write() as connection:
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
        row = {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "subject": "shop/1", "severity": "S1", "state": "open",
            "opened_at": now, "detected_at": now, "acknowledge_by": now, "due_at": now, "location": "reno",
            "evidence_json": "{}",
        }  # fmt: skip
        connection.execute(insert(exceptions), [row, {**row, "subject": "shop/2", "location": "cmh"}])
    draft = Draft("warehouse_outage", location="reno", starts_at=now)
    return incidents_actions.open_incident(database, draft, who="Lead", now=now)


def ids(database):
    with database.read() as connection:
        return list(connection.execute(select(exceptions.c.id).order_by(exceptions.c.subject)).scalars())


def attached(database, now, incident):
    return list(service.incident_rows(database, now, incident, "exceptions").ids)


def test_opening_by_mistake_leaves_nothing_behind_but_the_trail(database, now, outage):
    incident = outage.ids[0]
    undone = changes.undo_change(database, outage.id, who="Lead", now=now + 1)
    assert undone.complete
    page = service.incident_page(database, now + 1, incident)
    assert (page.state, page.summary, len(page.exceptions)) == ("closed", "Withdrawn: opened by mistake", 0)
    assert len(list_annotations(database, now + 1)) == 0
    assert [event.words for event in page.history] == [f"Undone: {OPENED[:1].lower()}{OPENED[1:]}", OPENED]


def test_attaching_detaching_ticking_and_closing_are_taken_back(database, now, outage):
    incident, (first, second) = outage.ids[0], ids(database)
    act = {"who": "Lead", "now": now + 1}
    done = [
        incidents_actions.attach(database, incident, [second], **act),
        incidents_actions.detach(database, incident, [first], **act),
        incidents_actions.tick_playbook(database, incident, 1, done=True, **act),
        incidents_actions.close_incident(database, incident, summary="Over.", **act),
    ]
    for change in reversed(done):
        assert changes.undo_change(database, change.id, who="Lead", now=now + 2).complete
    page = service.incident_page(database, now + 2, incident)
    assert (page.state, attached(database, now + 2, incident)) == ("open", [first])
    assert not any(step.done_at for step in page.playbook)


def test_what_changed_since_then_is_not_taken_back(database, now, outage):
    incident = outage.ids[0]
    mine = incidents_actions.change_incident(database, incident, {"title": "Fire"}, who="Ann", now=now + 1)
    incidents_actions.change_incident(database, incident, {"title": "Small fire"}, who="Ben", now=now + 2)
    undone = changes.undo_change(database, mine.id, who="Ann", now=now + 3)
    assert [conflict.who for conflict in undone.conflicts] == ["Ben"]
    assert service.incident_page(database, now + 3, incident).title == "Small fire"


def test_the_list_of_changes_names_them(database, now, outage):
    rows = list(changes.list_changes(database, now).rows())
    assert [(row["words"], row["who"], row["state"]) for row in rows] == [(OPENED, "Lead", "undoable")]
