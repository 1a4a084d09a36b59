"""The life of exceptions under runs of the rules. Expected instants and severities are worked out by hand.

Now is Tuesday 17 November 2026, 15:42 UTC; the calendar is Monday to Friday, 9 to 17 UTC, where nothing else is said.
"""

import itertools

import pytest
from sqlalchemy import insert, select, update

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE, from_iso
from opsconsole.services import detection_findings, exception_rules, order_exceptions
from opsconsole.services.detection import detect
from opsconsole.services.settings import change_setting
from opsconsole.store.schema import batches, calendars, exception_events, exceptions, locations, orders, rates

LATE = {
    "channel": "shop",
    "order_id": "1",
    "status": "processing",
    "payment_status": "paid",
    "currency": "USD",
    "total": 9000,
}


class Desk:
    """A shop with one order past its ship-by, and what one asks about its exceptions."""

    def __init__(self, writing, now):
        self.writing, self.database, self.now = writing, writing.database, now

    def write(self, at, **order):
        """Write the order as one file imported at an instant."""
        self.writing.now = at
        self.writing(at=at, orders=[{**LATE, "placed_at": self.now - 3 * DAY, "ship_by": self.now - HOUR, **order}])
        with self.database.write() as connection:
            connection.execute(update(batches).where(batches.c.finished_at.is_(None)).values(finished_at=at))

    def row(self, rule="LATE_SHIPMENT"):
        with self.database.read() as connection:
            return connection.execute(select(exceptions).where(exceptions.c.rule == rule)).one()

    def count(self):
        with self.database.read() as connection:
            return len(connection.execute(select(exceptions)).all())

    def history(self):
        with self.database.read() as connection:
            return [row.words for row in connection.execute(select(exception_events).order_by(exception_events.c.id))]


@pytest.fixture
def desk(writing, now):
    return Desk(writing, now)


@pytest.fixture
def sqlite_desk(sqlite_writing, now):
    return Desk(sqlite_writing, now)


def test_a_late_order_is_found_once(desk, now):
    desk.write(now)
    first = detect(desk.database, now)
    again = detect(desk.database, now + MINUTE)
    whole = detect(desk.database, now + 2 * MINUTE, full=True)
    assert (first.opened, again.opened, whole.opened) == (1, 0, 0)
    assert (first.scope, again.scope, whole.scope) == ("full", "changed", "full")
    assert desk.count() == 1
    assert desk.history() == ["Raised: ship-by passed, no ship confirm"]


def test_what_a_rule_takes_is_told_of_its_last_look_at_everything(sqlite_desk, now, monkeypatch):
    clock = itertools.count(0, 0.25)
    monkeypatch.setattr(detection_findings.time, "perf_counter", lambda: next(clock))
    sqlite_desk.write(now)
    detect(sqlite_desk.database, now)
    clock = itertools.count(0, 0.001)
    sqlite_desk.write(now + HOUR, ship_by=now - 2 * HOUR)
    again = detect(sqlite_desk.database, now + HOUR)
    results = {result.code: result for result in again.rules}
    listed = {row["key"]: row for row in exception_rules.list_rules(sqlite_desk.database, now + HOUR).rows()}
    assert (again.scope, results["LATE_SHIPMENT"].milliseconds) == ("changed", 1)
    assert listed["LATE_SHIPMENT"]["milliseconds"] == 250
    assert listed["OUT_OF_STOCK"]["milliseconds"] is None  # without data it never looked


def test_it_closes_by_itself_with_the_cause(desk, now):
    desk.write(now)
    detect(desk.database, now)
    desk.write(now + HOUR, status="shipped", stated_shipped_at=now + 30 * MINUTE)
    report = detect(desk.database, now + HOUR)
    assert (report.closed, desk.row().state, desk.row().closed_by) == (1, "closed", "System")
    assert desk.row().closed_at == now + HOUR
    assert desk.history()[-1] == "Closed by the data: Shipped Tue 17 Nov, 16:12"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "cancelled"}, "Order cancelled"),
        ({"ship_by": from_iso("2026-11-20T12:00:00Z")}, "The ship-by is no longer past"),
        ({"status": "shipped"}, "Shipped"),
    ],
)
def test_the_cause_is_what_the_data_says(sqlite_desk, now, change, words):
    sqlite_desk.write(now)
    detect(sqlite_desk.database, now)
    sqlite_desk.write(now + HOUR, **change)
    detect(sqlite_desk.database, now + HOUR)
    assert sqlite_desk.history()[-1] == f"Closed by the data: {words}"


def test_what_closed_by_itself_opens_again_in_the_same_row(desk, now):
    desk.write(now)
    detect(desk.database, now)
    desk.write(now + HOUR, status="cancelled")
    detect(desk.database, now + HOUR)
    desk.write(now + 2 * HOUR, status="processing")
    report = detect(desk.database, now + 2 * HOUR)
    assert (report.reopened, report.opened, desk.count(), desk.row().reopened) == (1, 0, 1, 1)
    assert (desk.row().state, desk.row().closed_at) == ("open", None)


def test_a_human_resolved_stays_until_the_next_data_still_shows_it(desk, now):
    desk.write(now)
    detect(desk.database, now)
    order_exceptions.resolve(
        desk.database, [desk.row().id], root_cause="cutoff_missed", who="Ann", now=now + 10 * MINUTE
    )
    for full in (False, True):
        assert detect(desk.database, now + 15 * MINUTE, full=full).reopened == 0
    with desk.database.write() as connection:
        batch = {"file_name": "b.csv", "source": "file", "source_label": "file", "state": "done", "imported_by": "Ann"}
        moments = {"started_at": now + 20 * MINUTE, "finished_at": now + 20 * MINUTE}
        connection.execute(insert(batches).values(**batch, **moments))
    assert detect(desk.database, now + 25 * MINUTE).reopened == 1
    assert desk.row().state == "open"
    assert desk.row().root_cause is None


def test_resolved_and_then_shipped_stays_resolved(desk, now):
    desk.write(now)
    detect(desk.database, now)
    order_exceptions.resolve(desk.database, [desk.row().id], root_cause="other", who="Ann", now=now + 10 * MINUTE)
    desk.write(now + HOUR, status="shipped", stated_shipped_at=now + 5 * MINUTE)
    detect(desk.database, now + HOUR)
    assert (desk.row().state, desk.row().closed_by) == ("resolved", "Ann")


def test_ignored_does_not_come_back_until_it_expires(desk, now):
    desk.write(now)
    detect(desk.database, now)
    until = now + 2 * DAY
    order_exceptions.ignore(desk.database, [desk.row().id], reason="agreed", until=until, who="Ann", now=now)
    desk.write(now + HOUR, status="cancelled")
    detect(desk.database, now + HOUR)
    desk.write(now + 2 * HOUR, status="processing")
    detect(desk.database, now + 2 * HOUR)
    shown = [len(order_exceptions.list_exceptions(desk.database, at)) for at in (now + 3 * HOUR, until + 1)]
    assert shown == [0, 1]


def test_ignored_comes_back_when_it_has_another_cause(desk, now):
    desk.write(now)
    detect(desk.database, now)
    more = {"reason": "agreed", "until": now + 9 * DAY, "who": "Ann", "now": now}
    order_exceptions.ignore(desk.database, [desk.row().id], **more)
    desk.write(now + HOUR, total=9999)  # worth more, but the same promise was missed
    detect(desk.database, now + HOUR)
    assert desk.row().ignored_until == now + 9 * DAY
    desk.write(now + 2 * HOUR, ship_by=now + HOUR)  # another promise, missed too
    detect(desk.database, now + 2 * HOUR)
    assert (desk.row().ignored_until, desk.row().ignored_cause, desk.row().ignored_reason) == (None, None, None)
    assert desk.history()[-1] == "No longer ignored (agreed): it has another cause now. Ship-by passed, no ship confirm"
    assert len(order_exceptions.list_exceptions(desk.database, now + 2 * HOUR)) == 1


def test_the_rules_refuse_a_moment_before_their_last_run(desk, now):
    detect(desk.database, now)
    with pytest.raises(UserError, match="already ran as of Tue 17 Nov, 15:42"):
        detect(desk.database, now - 1)


def test_a_fact_dated_after_now_has_not_happened(desk, now):
    desk.write(now, status="shipped", stated_shipped_at=now + HOUR)
    assert detect(desk.database, now).opened == 1
    assert detect(desk.database, now + HOUR - 1).closed == 0
    assert detect(desk.database, now + HOUR).closed == 1


def test_the_passing_of_time_alone_raises_it(desk, now):
    desk.write(now, ship_by=now + HOUR)
    # The hour that is left is a matter of SHIP_BY_RISK.
    change_setting(desk.database, "rule.SHIP_BY_RISK.on", False, who="Ann", now=now - DAY)
    assert detect(desk.database, now).opened == 0
    assert detect(desk.database, now + HOUR).opened == 0
    assert detect(desk.database, now + HOUR + 1).opened == 1


def test_an_import_that_was_under_way_at_the_last_run_is_not_missed(desk, now):
    detect(desk.database, now)
    detect(desk.database, now + HOUR)
    desk.write(now + 30 * MINUTE)
    assert detect(desk.database, now + 2 * HOUR).opened == 1


def test_older_than_the_horizon_is_counted_and_not_raised(desk, now):
    desk.write(now, placed_at=now - 100 * DAY, ship_by=now - 91 * DAY)
    report = detect(desk.database, now)
    assert report.opened == 0
    assert {result.code: result.older for result in report.rules}["LATE_SHIPMENT"] == 1
    change_setting(desk.database, "detection_horizon_days", 120, who="Ann", now=now + HOUR)
    assert detect(desk.database, now + HOUR).opened == 1


def test_a_raised_one_stays_when_it_grows_older_than_the_horizon(sqlite_desk, now):
    sqlite_desk.write(now, ship_by=now - 89 * DAY, placed_at=now - 92 * DAY)
    detect(sqlite_desk.database, now)
    detect(sqlite_desk.database, now + 3 * DAY)
    assert sqlite_desk.row().state == "open"


def test_a_rule_without_data_says_what_is_missing(desk, now):
    report = detect(desk.database, now)
    states = {result.code: (result.state, result.reason) for result in report.rules}
    assert states["OUT_OF_STOCK"] == ("no_data", "No data for this rule: stock levels")
    assert {state for state, _ in states.values()} == {"no_data"}
    listed = {row["key"]: row for row in exception_rules.list_rules(desk.database, now).rows()}
    assert listed["NO_TRACKING"]["state"] == "no_data"
    assert listed["NO_TRACKING"]["reason"] == "No data for this rule: shipments"


def test_orders_of_a_channel_that_tells_no_deliveries_are_not_late_deliveries(desk, now):
    desk.write(now, status="shipped", stated_shipped_at=now - 2 * DAY, deliver_by=now - HOUR)
    detect(desk.database, now)
    assert desk.count() == 0
    arrived = {"order_id": "2", "status": "delivered", "stated_shipped_at": now - 3 * DAY}
    desk.write(now + HOUR, **arrived, stated_delivered_at=now - DAY, deliver_by=now - HOUR)
    assert detect(desk.database, now + HOUR).opened == 1
    assert desk.row("LATE_DELIVERY").subject == "shop/1"


def test_a_rule_that_is_switched_off_closes_its_exceptions(desk, now):
    desk.write(now)
    detect(desk.database, now)
    change_setting(desk.database, "rule.LATE_SHIPMENT.on", False, who="Ann", now=now + HOUR)
    detect(desk.database, now + HOUR)
    assert desk.row().state == "closed"
    assert desk.history()[-1] == "Closed by the data: the rule was switched off"


def test_a_threshold_is_moved_by_a_setting(desk, now):
    desk.write(now, payment_status="pending", placed_at=now - 30 * HOUR, ship_by=now + DAY)
    change_setting(desk.database, "rule.PAYMENT_PENDING.hours", 36, who="Ann", now=now - DAY)
    assert detect(desk.database, now).opened == 0
    assert detect(desk.database, now + 6 * HOUR + 1).opened == 1


@pytest.mark.parametrize(
    ("ship_by", "due"),
    [
        ("2026-11-17T10:00:00Z", "2026-11-17T12:00:00Z"),
        # One working hour is left on Monday, one follows on Tuesday.
        ("2026-11-16T16:00:00Z", "2026-11-17T10:00:00Z"),
        # Friday evening: the clock begins on Monday morning.
        ("2026-11-13T20:00:00Z", "2026-11-16T11:00:00Z"),
    ],
)
def test_late_shipments_are_due_in_two_working_hours(sqlite_desk, now, ship_by, due):
    sqlite_desk.write(now, ship_by=from_iso(ship_by), placed_at=from_iso("2026-11-10T10:00:00Z"))
    detect(sqlite_desk.database, now)
    assert sqlite_desk.row().due_at == from_iso(due)
    assert sqlite_desk.row().acknowledge_by == from_iso("2026-11-17T16:42:00Z")


def test_the_clock_is_that_of_the_location(sqlite_desk, now):
    with sqlite_desk.database.write() as connection:
        hours = '{"0": [[360, 1320]], "1": [[360, 1320]]}'
        calendar = {"key": "reno", "time_zone": "America/Los_Angeles", "hours_json": hours}
        connection.execute(insert(calendars).values(**calendar, own_days_json="[]"))
        connection.execute(insert(locations).values(key="reno", label="Reno", calendar="reno"))
    # Monday 16 November, 21:00 in Reno: one hour is left that day, the next begins at 6:00 (14:00 UTC).
    sqlite_desk.write(now, location="reno", ship_by=from_iso("2026-11-17T05:00:00Z"))
    detect(sqlite_desk.database, now)
    assert sqlite_desk.row().due_at == from_iso("2026-11-17T15:00:00Z")


def test_payments_are_due_in_a_day_whatever_the_calendar(sqlite_desk, now):
    sqlite_desk.write(now, payment_status="pending", placed_at=now - 30 * HOUR, ship_by=now + DAY)
    detect(sqlite_desk.database, now)
    assert sqlite_desk.row("PAYMENT_PENDING").due_at == now - 30 * HOUR + 48 * HOUR


@pytest.mark.parametrize(
    ("total", "hours_ago", "severity", "reason"),
    [
        (9000, 25, "S3", None),
        (9000, 24 + 17, "S3", None),
        (9000, 24 + 19, "S2", "less than a quarter of the clock is left"),
        (9000, 24 + 25, "S2", "the clock ran out"),
        (2499, 25, "S4", "small order with more than half of the clock left"),
        (2499, 24 + 13, "S3", None),
    ],
)
def test_severity_steps_by_clock_and_small_orders(sqlite_desk, now, total, hours_ago, severity, reason):
    sqlite_desk.write(now, payment_status="pending", placed_at=now - hours_ago * HOUR, ship_by=now + DAY, total=total)
    detect(sqlite_desk.database, now)
    row = sqlite_desk.row("PAYMENT_PENDING")
    assert (row.severity, row.severity_reason) == (severity, reason)


def test_severity_changes_as_the_clock_runs_and_history_says_so(desk, now):
    desk.write(now, payment_status="pending", placed_at=now - 25 * HOUR, ship_by=now + 9 * DAY)
    detect(desk.database, now)
    detect(desk.database, now + 20 * HOUR)
    assert desk.row("PAYMENT_PENDING").severity == "S2"
    assert desk.history()[-1] == "Severity S3 to S2: less than a quarter of the clock is left"


def test_the_top_tenth_by_value_is_one_step_more_severe_whatever_the_currency(sqlite_desk, now):
    with sqlite_desk.database.write() as connection:
        connection.execute(insert(rates).values(currency="EUR", valid_on=0, rate=2.0))
    for number in range(19):
        sqlite_desk.write(
            now,
            order_id=str(number),
            payment_status="pending",
            placed_at=now - 25 * HOUR,
            ship_by=now + DAY,
            total=10_000 + number,
        )
    # 6,000 euros are 12,000 dollars: the largest of twenty, with the next one the top tenth.
    sqlite_desk.write(
        now,
        order_id="euro",
        payment_status="pending",
        placed_at=now - 25 * HOUR,
        ship_by=now + DAY,
        total=6_000,
        currency="EUR",
    )
    detect(sqlite_desk.database, now)
    with sqlite_desk.database.read() as connection:
        raised = connection.execute(select(exceptions.c.subject).where(exceptions.c.severity == "S2")).scalars().all()
    assert set(raised) == {"shop/euro", "shop/18"}


def test_one_client_detects_at_a_time_on_a_shared_database(postgresql_url, open_url, now):
    from opsconsole.store import dialect

    database = open_url(postgresql_url)
    with database.read() as other:
        assert dialect.try_lock(other, "detection")
        assert detect(database, now).scope == "busy"
    assert detect(database, now).scope == "full"


def test_a_run_leaves_one_audit_row_only_when_something_changed(sqlite_desk, now):
    from opsconsole.store.audit import verify
    from opsconsole.store.schema import audit

    sqlite_desk.write(now)
    detect(sqlite_desk.database, now)
    detect(sqlite_desk.database, now + MINUTE)
    with sqlite_desk.database.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "detect")).all()
        assert verify(connection) == []
    assert len(rows) == 1


def test_an_order_row_written_by_hand_ahead_of_its_facts_is_seen_in_time(sqlite_desk, now):
    sqlite_desk.write(now, placed_at=now + HOUR, ship_by=now + 2 * HOUR, payment_status="pending")
    assert detect(sqlite_desk.database, now).opened == 0
    assert detect(sqlite_desk.database, now + 3 * HOUR).opened == 1
    with sqlite_desk.database.read() as connection:
        assert connection.execute(select(orders.c.placed_at)).scalar() == now + HOUR
