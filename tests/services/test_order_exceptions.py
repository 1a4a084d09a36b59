"""The queue, the page behind a row, and what people do. Expected values follow from the one order written here."""

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import TimeLeft
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services import exception_rules
from opsconsole.services import order_exceptions as service
from opsconsole.services.detection import detect
from opsconsole.services.exception_rows import vendors_named
from opsconsole.services.settings import change_setting
from opsconsole.store.schema import channels, exception_events, exceptions, locations

PLACED = 3 * DAY


@pytest.fixture
def desk(writing, now):
    """A late order with a bad address and a lost number, seen by the rules."""
    with writing.database.write() as connection:
        connection.execute(insert(channels).values(key="shop", label="Corner shop"))
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
    order = {
        "channel": "shop",
        "order_id": "77",
        "order_number": "SO-77",
        "customer_name": "C. Jones",
        "status": "processing",
        "payment_status": "pending",
        "location": "reno",
        "currency": "USD",
        "total": 41260,
        "placed_at": now - PLACED,
        "ship_by": now - HOUR,
        "deliver_by": now + 2 * DAY,
    }
    line = {"channel": "shop", "order_id": "77", "line_id": "1", "sku": "KT-1", "quantity": 2.0, "amount": 41260}
    writing(at=now - HOUR, orders=[order], order_lines=[line, {**line, "line_id": "2", "sku": "KT-2"}])
    detect(writing.database, now)
    return writing.database


def ids(database):
    with database.read() as connection:
        return {row.rule: row.id for row in connection.execute(select(exceptions))}


def rows(database, now, **more):
    return {row["type"]: row for row in service.list_exceptions(database, now, **more).rows()}


def test_the_queue_shows_what_a_desk_needs(desk, now):
    row = rows(desk, now)["LATE_SHIPMENT"]
    assert {key: row[key] for key in ("severity", "order", "channel", "location", "customer", "state", "owner")} == {
        "severity": "S1",
        "order": "SO-77",
        "channel": "shop",
        "location": "reno",
        "customer": "C. Jones",
        "state": "open",
        "owner": None,
    }
    assert row["evidence"] == "Ship-by passed, no ship confirm"
    assert row["age"] == 3600
    # Two working hours from 14:42 UTC; the day ends at 17:00.
    assert row["time_left"] == TimeLeft(3600, 0.5)
    assert (row["value_at_risk"], row["currency"], row["sku"]) == (41260, "USD", "KT-1, KT-2")


def test_the_queue_is_in_the_order_of_the_time_left_on_each_clock(desk, writing, now):
    # Unpaid since Monday 13:42, so due on Wednesday 13:42 by the wall clock: 18 hours over on Thursday at 07:42. The
    # ship confirm was due before that, on Tuesday at 16:42; its clock ran 18 minutes of Tuesday and 8 h of Wednesday.
    order = {"channel": "shop", "order_id": "88", "order_number": "SO-88", "status": "processing"}
    later = {"payment_status": "pending", "placed_at": now - 26 * HOUR, "ship_by": now + 9 * DAY}
    writing(at=now, orders=[order | later])
    detect(desk, now + HOUR)
    queue = service.list_exceptions(desk, now + 40 * HOUR)
    left = [value.seconds for value in queue.columns["time_left"]]
    found = list(zip(queue.columns["order"], queue.columns["type"], left, strict=True))
    assert left == sorted(left)
    assert found.index(("SO-88", "PAYMENT_PENDING", -18 * 3600)) < found.index(
        ("SO-77", "LATE_SHIPMENT", -(8 * 3600 + 18 * 60))
    )
    assert queue.columns["due_at"] != sorted(queue.columns["due_at"])


def test_the_queue_keeps_the_column_keys_that_scripts_read(desk, now):
    keys = {field.key for field in service.list_exceptions(desk, now).fields}
    assert keys >= {
        *("type", "severity", "state", "subject_kind", "subject", "order", "channel", "opened_at", "due_at"),
        *("value_at_risk", "currency", "owner", "evidence"),
    }


def test_chips_count_and_sum_by_type(desk, now):
    chips = service.type_counts(desk, now)
    assert [(chip.rule, chip.severity, chip.count, chip.value, chip.currency) for chip in chips] == [
        ("LATE_SHIPMENT", "S1", 1, 41260, "USD"),
        ("PAYMENT_PENDING", "S3", 1, 41260, "USD"),
    ]


def test_the_page_says_why_and_what_is_next(desk, now):
    page = service.exception_page(desk, now, ids(desk)["LATE_SHIPMENT"])
    assert (page.title, page.order, page.about) == ("Late shipment", "SO-77", "Corner shop, Reno 1, 2 lines")
    assert page.why == (
        "Ship-by was **Tue 17 Nov, 14:42**.",
        "No ship confirm by now: **1h 00m late**.",
        "Value at risk: **$412.60**.",
        "Next: **Reno 1** ships it, or the customer gets a new date, by **Tue 17 Nov, 16:42**.",
    )
    assert [(other.rule, other.severity) for other in page.others] == [("PAYMENT_PENDING", "S2")]
    assert page.runbook[0].words == "Ask **Reno 1** what it waits for"
    assert [event.words for event in page.history] == ["Raised: ship-by passed, no ship confirm"]


def test_the_page_shows_the_way_of_the_order_and_where_it_stops(desk, now):
    page = service.exception_page(desk, now, ids(desk)["LATE_SHIPMENT"])
    stops = {stop.key: stop for stop in page.stops}
    assert list(stops) == ["placed", "paid", "shipped", "delivered"]
    assert [stop.state for stop in page.stops] == ["done", "ahead", "blocked", "ahead"]
    assert stops["shipped"].elapsed == 3 * 86_400
    assert (stops["shipped"].promise.words, stops["shipped"].promise.state) == ("Ship-by missed", "missed")
    assert (stops["delivered"].promise.words, stops["delivered"].promise.state) == ("Deliver by", "to_come")
    payment = service.exception_page(desk, now, ids(desk)["PAYMENT_PENDING"])
    assert [stop.key for stop in payment.stops if stop.state == "blocked"] == ["paid"]


def test_history_tells_that_the_clock_ran_out(desk, now):
    page = service.exception_page(desk, now + 2 * HOUR, ids(desk)["LATE_SHIPMENT"])
    assert [(event.words, event.at - now) for event in page.history][:2] == [
        ("Resolution clock ran out", HOUR),
        ("Nobody acknowledged it in time", HOUR),
    ]


def test_acknowledging_starting_and_waiting_set_the_state_once(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    for act, state in (
        (service.acknowledge, "acknowledged"),
        (service.start, "in_progress"),
        (service.wait, "waiting"),
    ):
        change = act(desk, [late], who="Ann", now=now + MINUTE)
        assert change.ids == (late,)
        assert rows(desk, now)["LATE_SHIPMENT"]["state"] == state
    assert service.acknowledge(desk, [late], who="Ann", now=now + MINUTE).ids == ()
    with desk.read() as connection:
        seen = connection.execute(select(exceptions.c.acknowledged_at).where(exceptions.c.id == late)).scalar()
    assert seen == now + MINUTE


def test_many_are_assigned_at_once_with_one_audit_row(desk, now):
    from opsconsole.store.schema import audit

    both = list(ids(desk).values())
    change = service.assign(desk, both, owner="Shift A", who="Ann", now=now)
    assert (change.words, set(change.ids)) == ("Assigned to Shift A: 2 exceptions", set(both))
    assert {row["owner"] for row in rows(desk, now).values()} == {"Shift A"}
    assert service.owners(desk, now) == ["Shift A"]
    with desk.read() as connection:
        assert len(connection.execute(select(audit).where(audit.c.action == "assigned")).all()) == 1


def test_a_row_that_changed_meanwhile_comes_back_as_a_conflict(desk, now):
    known = ids(desk)
    read = {row["type"]: row["version"] for row in service.list_exceptions(desk, now).rows()}
    versions = {known[code]: version for code, version in read.items()}
    service.assign(desk, [known["LATE_SHIPMENT"]], owner="Bo", who="Bo", now=now + MINUTE, versions=versions)
    change = service.assign(desk, list(versions), owner="Ann", who="Ann", now=now + 2 * MINUTE, versions=versions)
    assert change.ids == (known["PAYMENT_PENDING"],)
    (conflict,) = change.conflicts
    assert (conflict.id, conflict.who, conflict.at, conflict.words) == (
        known["LATE_SHIPMENT"],
        "Bo",
        now + MINUTE,
        "Assigned to Bo",
    )
    assert rows(desk, now)["LATE_SHIPMENT"]["owner"] == "Bo"


def test_resolving_needs_a_known_root_cause_and_leaves_the_queue(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    with pytest.raises(UserError, match="not a root cause"):
        service.resolve(desk, [late], root_cause="bad luck", who="Ann", now=now)
    service.resolve(desk, [late], root_cause="cutoff_missed", note="Truck was early", who="Ann", now=now)
    assert "LATE_SHIPMENT" not in rows(desk, now)
    closed = rows(desk, now, state="closed")["LATE_SHIPMENT"]
    assert (closed["state"], closed["root_cause"], closed["closed_by"], closed["time_left"]) == (
        "resolved",
        "cutoff_missed",
        "Ann",
        None,
    )
    page = service.exception_page(desk, now, late)
    assert page.history[0].words == "Resolved: carrier cut-off missed. Truck was early"


def test_what_is_closed_cannot_be_acknowledged(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    service.resolve(desk, [late], root_cause="other", who="Ann", now=now)
    change = service.acknowledge(desk, [late], who="Bo", now=now)
    assert change.ids == ()
    assert [conflict.who for conflict in change.conflicts] == ["Ann"]


def test_snoozed_ones_sleep_until_their_moment(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    service.snooze(desk, [late], until=now + HOUR, who="Ann", now=now)
    assert "LATE_SHIPMENT" not in rows(desk, now)
    assert "LATE_SHIPMENT" in rows(desk, now, state="snoozed")
    assert "LATE_SHIPMENT" in rows(desk, now + HOUR)
    with pytest.raises(UserError, match="future"):
        service.snooze(desk, [late], until=now, who="Ann", now=now)


def test_ignored_ones_need_a_reason_and_come_back_when_it_expires(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    with pytest.raises(UserError, match="reason"):
        service.ignore(desk, [late], reason=" ", until=now + DAY, who="Ann", now=now)
    service.ignore(desk, [late], reason="Agreed with the customer", until=now + DAY, who="Ann", now=now)
    assert "LATE_SHIPMENT" in rows(desk, now, state="ignored")
    assert "LATE_SHIPMENT" not in rows(desk, now + DAY - 1)
    assert "LATE_SHIPMENT" in rows(desk, now + DAY)
    service.reopen(desk, [late], who="Ann", now=now + MINUTE)
    assert "LATE_SHIPMENT" in rows(desk, now + MINUTE)


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("acknowledge", {}),
        ("start", {}),
        ("assign", {"owner": "Bo"}),
        ("resolve", {"root_cause": "other"}),
        ("snooze", {"until": 2**61}),
        ("ignore", {"reason": "known", "until": 2**61}),
        ("add_note", {"text": "Called"}),
    ],
)
def test_every_action_can_be_taken_back(desk, now, act, more):
    if "until" in more:
        more = {**more, "until": now + DAY}
    late = ids(desk)["LATE_SHIPMENT"]
    before = _state(desk, late)
    change = getattr(service, act)(desk, [late], who="Ann", now=now, **more)
    taken_back = service.undo(desk, change, who="Ann", now=now + MINUTE)
    assert taken_back.ids == (late,)
    assert _state(desk, late) == before


def _state(database, exception_id):
    with database.read() as connection:
        row = connection.execute(select(exceptions).where(exceptions.c.id == exception_id)).one()
    return {name: value for name, value in row._mapping.items() if name != "version"}


def test_undo_leaves_what_somebody_else_changed_since(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    change = service.assign(desk, [late], owner="Ann", who="Ann", now=now)
    service.assign(desk, [late], owner="Bo", who="Bo", now=now + MINUTE)
    taken_back = service.undo(desk, change, who="Ann", now=now + 2 * MINUTE)
    assert taken_back.ids == ()
    assert [conflict.who for conflict in taken_back.conflicts] == ["Bo"]
    assert rows(desk, now)["LATE_SHIPMENT"]["owner"] == "Bo"


def test_a_note_that_is_taken_back_leaves_the_history(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    change = service.add_note(desk, [late], text="Wrong order", who="Ann", now=now)
    assert service.exception_page(desk, now, late).history[0].words == "Note: Wrong order"
    service.undo(desk, change, who="Ann", now=now)
    assert "Note: Wrong order" not in [event.words for event in service.exception_page(desk, now, late).history]
    with desk.read() as connection:
        kept = connection.execute(select(exception_events.c.words)).scalars().all()
    assert "Note: Wrong order" in kept


def test_runbook_steps_are_ticked_with_who_and_when(desk, now):
    late = ids(desk)["LATE_SHIPMENT"]
    change = service.tick_runbook(desk, late, 2, done=True, who="Ann", now=now)
    step = service.exception_page(desk, now, late).runbook[1]
    assert (step.number, step.done_at, step.done_by) == (2, now, "Ann")
    service.undo(desk, change, who="Ann", now=now)
    assert service.exception_page(desk, now, late).runbook[1].done_at is None
    for none in (0, 99):
        with pytest.raises(UserError, match=f"no step {none}"):
            service.tick_runbook(desk, late, none, done=True, who="Ann", now=now)


def test_a_business_writes_its_own_runbook(desk, now):
    change_setting(desk, "runbook.LATE_SHIPMENT", ["Call {location}", "Go home"], who="Ann", now=now)
    page = service.exception_page(desk, now, ids(desk)["LATE_SHIPMENT"])
    assert [step.words for step in page.runbook] == ["Call Reno 1", "Go home"]


def test_nobody_acts_without_a_name(desk, now):
    with pytest.raises(UserError, match="Nobody is named"):
        service.acknowledge(desk, list(ids(desk).values()), who=" ", now=now)


def test_an_exception_that_is_not_there_is_named(desk, now):
    for ask in (
        lambda: service.exception_page(desk, now, 999),
        lambda: service.acknowledge(desk, [999], who="Ann", now=now),
    ):
        with pytest.raises(UserError, match="There is no exception 999"):
            ask()


def test_a_list_of_rules_says_what_each_does(desk, now):
    rules = {row["key"]: row for row in exception_rules.list_rules(desk, now).rows()}
    assert len(rules) == 39
    payment = rules["PAYMENT_PENDING"]
    assert (payment["open"], payment["value_at_risk"], payment["state"]) == (1, 41260, "ran")
    assert payment["parameters"] == "unpaid for longer than 24 hours"


def test_vendors_are_told_by_their_names_where_they_have_one():
    told = {"vendor": "meridian", "carrier": "corvid", "sku": "meridian", "absent": None}
    assert vendors_named(told, {"meridian": "Meridian Express"}) == {"vendor": "Meridian Express", "carrier": "corvid"}
