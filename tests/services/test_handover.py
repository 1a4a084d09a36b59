"""The hand-over of a shift. Expected figures are counted by hand from the exceptions written here."""

import pytest
from sqlalchemy import insert

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE, from_iso
from opsconsole.services import handover as service
from opsconsole.services.handover_figures import KEYS
from opsconsole.store.schema import (
    automation_deeds,
    automation_rules,
    calendars,
    exceptions,
    incidents,
    locations,
    settings,
)

SPAN = 8 * HOUR


def row(now, number, **more):
    return {
        "rule": "LATE_SHIPMENT",
        "subject_kind": "order",
        "subject": f"shop/{number}",
        "severity": "S2",
        "state": "open",
        "opened_at": now - 3 * DAY,
        "detected_at": now - 2 * DAY,
        "acknowledge_by": now,
        "due_at": now + HOUR,
        "value_at_risk": 1000,
        "currency": "USD",
        "location": "reno",
        "channel": "shop",
        "owner": "Shift A",
        "evidence_json": "{}",
        "closed_at": None,
        "closed_by": None,
        "snoozed_until": None,
        "ignored_until": None,
        "waiting_until": None,
        **more,
    }


@pytest.fixture
def shift(database, now):
    """Ten exceptions, each there for one figure; what it is for stands behind it."""
    closed = {"state": "closed", "closed_at": now - HOUR, "closed_by": "System"}
    rows = [
        row(now, 1),  # open
        row(now, 2, due_at=now - HOUR, severity="S1"),  # open, overdue
        row(now, 3, due_at=now - DAY, owner=None, value_at_risk=500),  # open, overdue, without owner
        row(now, 4, detected_at=now - HOUR, location="cmh"),  # open, opened in the span, elsewhere
        row(now, 5, **{**closed, "state": "resolved", "closed_by": "Ann"}),  # closed by people
        row(now, 6, **closed),  # closed by the data
        row(now, 7, **{**closed, "closed_at": now - SPAN - MINUTE}),  # closed before
        row(now, 8, snoozed_until=now + 2 * HOUR),  # coming back
        row(now, 9, state="waiting", waiting_until=now + 3 * HOUR, owner="Shift B"),  # open, coming back
        row(now, 10, snoozed_until=now + 2 * DAY, due_at=now - DAY),  # asleep for longer
    ]
    with database.write() as connection:
        sites = [{"key": "reno", "label": "Reno 1"}, {"key": "cmh", "label": "Columbus"}]
        connection.execute(insert(locations), sites)
        connection.execute(insert(exceptions), rows)
        rule = {"name": "Late ones to A", "when_json": "{}", "then_json": "{}", "changed_by": "Ann", "changed_at": now}
        made = connection.execute(insert(automation_rules).values(rule)).inserted_primary_key[0]
        deeds = [
            {"automation_fk": made, "exception_fk": 4, "at": now - HOUR, "words": "Assigned to Shift A"},
            {"automation_fk": made, "exception_fk": 1, "at": now - 2 * DAY, "words": "Assigned to Shift A"},
        ]
        connection.execute(insert(automation_deeds), deeds)
        outage = {
            "kind": "warehouse_outage", "title": "Power cut", "location": "reno", "responsible": "vendor",
            "excuses": False, "starts_at": now - HOUR, "opened_by": "Ann", "opened_at": now - HOUR,
        }  # fmt: skip
        connection.execute(insert(incidents).values(outage))
    return database


COUNTED = {
    "open_now": 5,  # 1, 2, 3, 4, 9
    "overdue": 2,  # 2, 3
    "opened": 1,  # 4
    "closed_people": 1,
    "closed_data": 1,
    "coming_back": 2,  # 8, 9
    "unassigned": 1,  # 3
    "automation": 1,
    "incidents": 1,
}


def figures(told):
    return {figure.key: figure.value for figure in told.figures}


def test_what_came_what_went_and_what_is_over_time(shift, now):
    told = service.hand_over(shift, now, hours=8)
    assert figures(told) == COUNTED
    assert told.span.words == "The last 8 hours"
    assert told.figure("open_now").note == "$45.00"
    assert [incident["title"] for incident in told.incidents.rows()] == ["Power cut"]
    assert list(told.automation.columns["words"]) == ["Assigned to Shift A"]


@pytest.mark.parametrize("location", [None, "reno", "cmh"])
def test_every_figure_is_the_number_of_its_rows(shift, now, location):
    told = service.hand_over(shift, now, hours=8, location=location)
    for key in KEYS:
        rows = service.handover_rows(shift, now, key, told.span, location)
        assert len(rows) == told.figure(key).value, key
        assert told.figure(key).definition
        if key not in ("automation", "incidents"):
            assert rows.notes[0] == told.figure(key).definition


def test_one_site_has_its_own_summary(shift, now):
    told = service.hand_over(shift, now, hours=8, location="cmh")
    assert (told.title, figures(told)["open_now"], figures(told)["overdue"]) == ("Hand-over, Columbus", 1, 0)
    with pytest.raises(UserError, match="no site"):
        service.hand_over(shift, now, location="mars")


def test_owners_are_told_apart(shift, now):
    told = service.hand_over(shift, now, hours=8)
    lines = {line.owner: line for line in told.owners}
    assert [line.owner for line in told.owners] == ["Shift A", "", "Shift B"]
    a = lines["Shift A"]
    assert (a.open_now, a.overdue, a.opened, a.closed, a.value_at_risk) == (3, 1, 1, 2, 3000)
    assert (lines[""].open_now, lines[""].overdue, lines[""].value_at_risk) == (1, 1, 500)


def test_the_worst_are_the_most_severe_then_over_time_then_dear(shift, now):
    told = service.hand_over(shift, now, hours=8)
    assert [worst.order for worst in told.worst] == ["shop/2", "shop/3", "shop/1", "shop/4", "shop/9"]
    first = told.worst[0]
    assert (first.severity, first.label, first.owner, first.value_at_risk) == ("S1", "Late shipment", "Shift A", 1000)
    assert first.next_step == "Ask **Reno 1** what it waits for"
    listed = service.handover_rows(shift, now, "worst", told.span)
    assert list(listed.ids) == [worst.id for worst in told.worst]


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2026-11-17T15:42:00Z", "2026-11-17T12:00:00Z"),  # Tuesday, 10:42 in New York: since it opened at 7
        ("2026-11-17T23:00:00Z", "2026-11-17T12:00:00Z"),  # after hours: the shift that ended
        ("2026-11-16T11:00:00Z", "2026-11-13T12:00:00Z"),  # Monday before opening: since Friday
    ],
)
def test_a_shift_begins_with_the_sites_calendar(shift, at, since):
    with shift.write() as connection:
        hours = '{"0": [[420, 1020]], "1": [[420, 1020]], "2": [[420, 1020]], "3": [[420, 1020]], "4": [[420, 1020]]}'
        calendar = {"key": "reno", "time_zone": "America/New_York", "hours_json": hours}
        connection.execute(insert(calendars).values(calendar))
        connection.execute(locations.update().where(locations.c.key == "reno").values(calendar="reno"))
        zone = {"key": "time_zone", "valid_from": 0, "value_json": '"America/New_York"', "changed_by": "Ann"}
        connection.execute(insert(settings).values(changed_at=0, **zone))
    span = service.span_of(shift, from_iso(at), location="reno")
    assert span.since == from_iso(since)
    assert span.words.startswith("Shift of Reno 1 since ")


def test_without_a_calendar_it_is_the_last_8_hours(shift, now):
    assert service.span_of(shift, now).since == now - SPAN


def test_a_span_may_begin_at_any_moment_of_the_past(shift, now):
    told = service.hand_over(shift, now, since=now - 3 * DAY)
    assert figures(told)["closed_data"] == 2
    with pytest.raises(UserError, match="in the future"):
        service.hand_over(shift, now, since=now)
