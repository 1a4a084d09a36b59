"""Values of rules by channel, service and location, dated; which one wins, what it changes, and who changed it.

Now is Tuesday 17 November 2026, 15:42 UTC. What wins follows from the definition: the place that names most.
"""

import json

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.services import detection_severity, exception_rules
from opsconsole.services.detection import detect
from opsconsole.services.rule_values import Place, values_in_force
from opsconsole.services.rule_values_changes import set_value, switch
from opsconsole.services.settings import change_setting, settings_in_force
from opsconsole.store.schema import audit, exception_events, exceptions, locations, settings

PENDING = BY_CODE["PAYMENT_PENDING"]
WHY = {"reason": "agreed with finance", "who": "Ann"}


@pytest.fixture
def shop(sqlite_writing, now):
    """Unpaid orders of 30 hours ago in two channels, two services and two places."""
    rows = [
        {
            "channel": channel, "order_id": f"{service}-{location}", "status": "processing",
            "payment_status": "pending", "currency": "USD", "total": 9000, "placed_at": now - 30 * HOUR,
            "service": service, "location": location, "ship_by": now + 2 * DAY,
        }
        for channel in ("shop", "market") for service in ("ground", "air") for location in ("reno", "columbus")
    ]  # fmt: skip
    sqlite_writing(at=now, orders=rows)
    with sqlite_writing.database.write() as connection:
        for name in ("reno", "columbus"):
            known = connection.execute(select(locations.c.key).where(locations.c.key == name)).first()
            if known is None:
                connection.execute(insert(locations).values(key=name, label=name))
    return sqlite_writing.database


def raised(database, rule="PAYMENT_PENDING"):
    active = ("open", "acknowledged")
    with database.read() as connection:
        rows = connection.execute(select(exceptions).where(exceptions.c.rule == rule))
        return {row.subject for row in rows if row.state in active}


def severities(database, rule="PAYMENT_PENDING"):
    with database.read() as connection:
        rows = connection.execute(select(exceptions).where(exceptions.c.rule == rule))
        return {row.subject: row.severity for row in rows}


def put(database, key, value, now, **place):
    set_value(database, "PAYMENT_PENDING", key, value, **WHY, now=now, place=Place(**place))


def at(database, now, **place):
    with database.read() as connection:
        return values_in_force(connection, now).of(PENDING, Place(**place))


def test_without_any_change_the_defaults_are_in_force(shop, now):
    values = at(shop, now, channel="shop")
    assert (values.on, values.severity, values.resolve_hours, values.asked) == (True, "S3", 24, (24.0,))


def test_the_place_that_names_most_wins(shop, now):
    for hours, place in (
        (2, {}),
        (3, {"channel": "shop"}),
        (4, {"service": "air"}),
        (5, {"location": "reno"}),
        (6, {"channel": "shop", "service": "air"}),
        (7, {"channel": "shop", "service": "air", "location": "reno"}),
    ):
        put(shop, "hours", hours, now, **place)
    expected = {
        ("market", "ground", "columbus"): 2,
        ("shop", "ground", "columbus"): 3,
        ("market", "air", "columbus"): 4,
        ("market", "air", "reno"): 5,  # of equally particular ones the location goes first
        ("shop", "ground", "reno"): 5,
        ("shop", "air", "columbus"): 6,
        ("shop", "air", "reno"): 7,
    }
    for (channel, service, location), hours in expected.items():
        assert at(shop, now, channel=channel, service=service, location=location).asked == (hours,)


def test_a_value_holds_from_its_date_on(shop, now):
    set_value(shop, "PAYMENT_PENDING", "hours", 48, **WHY, now=now, valid_from=now + DAY)
    assert at(shop, now).asked == (24,)
    assert at(shop, now + DAY).asked == (48,)
    set_value(shop, "PAYMENT_PENDING", "hours", None, **WHY, now=now + 2 * DAY)
    assert at(shop, now + 2 * DAY).asked == (24,)
    assert at(shop, now + DAY).asked == (48,)


def test_detection_asks_with_the_values_of_each_place(shop, now):
    put(shop, "hours", 36, now, channel="market")
    put(shop, "hours", 12, now, channel="market", service="air", location="reno")
    put(shop, "hours", 48, now, location="columbus")
    detect(shop, now)
    assert raised(shop) == {"shop/ground-reno", "shop/air-reno", "market/air-reno"}
    detect(shop, now + 6 * HOUR + 1)  # 36 hours after placing
    assert raised(shop) == {"shop/ground-reno", "shop/air-reno", "market/air-reno", "market/ground-reno"}


def test_a_change_is_seen_at_the_next_run_though_no_order_changed(shop, now):
    detect(shop, now)
    assert len(raised(shop)) == 8
    put(shop, "hours", 40, now + HOUR, channel="shop")
    report = detect(shop, now + HOUR)
    assert (report.scope, report.closed) == ("changed", 4)
    assert raised(shop) == {f"market/{s}-{p}" for s in ("ground", "air") for p in ("reno", "columbus")}
    with shop.read() as connection:
        words = set(
            connection.execute(select(exception_events.c.words).where(exception_events.c.action == "closed")).scalars()
        )
    assert words == {"Closed by the data: the rule’s values were changed"}


def test_a_rule_may_be_off_for_some(shop, now):
    detect(shop, now)
    switch(shop, "PAYMENT_PENDING", False, **WHY, now=now + HOUR, place=Place(service="air"))
    detect(shop, now + HOUR)
    assert {subject.split("/")[1].split("-")[0] for subject in raised(shop)} == {"ground"}
    with shop.read() as connection:
        words = set(
            connection.execute(select(exception_events.c.words).where(exception_events.c.action == "closed")).scalars()
        )
    assert words == {"Closed by the data: the rule was switched off for it"}


def test_severity_and_clock_follow_the_place(shop, now):
    put(shop, "severity", "S1", now, channel="market")
    put(shop, "resolve_hours", 48, now, channel="market")
    detect(shop, now)
    with shop.read() as connection:
        rows = connection.execute(select(exceptions).where(exceptions.c.rule == "PAYMENT_PENDING")).all()
    told = {(row.channel, row.severity, row.due_at - row.opened_at) for row in rows}
    assert told == {("shop", "S3", 24 * HOUR), ("market", "S1", 48 * HOUR)}
    put(shop, "severity", None, now + HOUR, channel="market")
    detect(shop, now + HOUR)
    assert set(severities(shop).values()) == {"S3"}


def test_the_severity_follows_the_service_that_a_newer_file_gives_an_order(writing, now, monkeypatch):
    """The service is none of the exception's own facts: nothing else of it changes, and no event of it is recent."""
    monkeypatch.setattr(detection_severity, "_LATE_EVENTS", 0)
    pending = {"channel": "shop", "status": "processing", "payment_status": "pending", "currency": "USD", "total": 9000}
    pending |= {"placed_at": now - 30 * HOUR, "ship_by": now + 2 * DAY, "service": "air"}
    writing(at=now, orders=[{**pending, "order_id": number} for number in ("1", "2")])
    put(writing.database, "severity", "S1", now, service="air")
    detect(writing.database, now)
    assert severities(writing.database) == {"shop/1": "S1", "shop/2": "S1"}
    for later, service, severity in ((MINUTE, "ground", "S3"), (2 * MINUTE, "air", "S1")):
        writing.now = now + later
        writing(at=now + later, orders=[{**pending, "order_id": "1", "service": service}])
        assert detect(writing.database, now + later).scope == "changed"
        assert severities(writing.database) == {"shop/1": severity, "shop/2": "S1"}


@pytest.mark.parametrize(
    ("code", "key", "value", "words"),
    [
        ("PAYMENT_PENDING", "hours", 0, "cannot be 0 hours"),
        ("PAYMENT_PENDING", "hours", "soon", "not a number"),
        ("PAYMENT_PENDING", "hours", True, "not a number"),
        ("PAYMENT_PENDING", "hours", float("nan"), "not a number"),
        ("PAYMENT_PENDING", "days", 3, "has no value “days”"),
        ("PAYMENT_PENDING", "severity", "S5", "severity “S5”"),
        ("PAYMENT_PENDING", "on", "perhaps", "is on or off"),
        ("PAYMENT_PENDING", "resolve_hours", 100_000, "resolve within cannot be"),
        ("NO_SUCH_RULE", "hours", 3, "no rule “NO_SUCH_RULE”"),
        ("PAYMENT_PENDING", "hours", None, "is not set there"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_can(shop, now, code, key, value, words):
    with pytest.raises(UserError, match=words):
        set_value(shop, code, key, value, **WHY, now=now)


def test_a_change_needs_a_reason_a_known_place_and_a_day_to_come(shop, now):
    with pytest.raises(UserError, match="needs a reason"):
        set_value(shop, "PAYMENT_PENDING", "hours", 36, reason=" ", who="Ann", now=now)
    with pytest.raises(UserError, match="No order has the channel “shpo”"):
        put(shop, "hours", 36, now, channel="shpo")
    with pytest.raises(UserError, match="a moment that is over"):
        set_value(shop, "PAYMENT_PENDING", "hours", 36, **WHY, now=now, valid_from=now - 1)


def test_every_change_is_audited_and_told_with_its_reason(shop, now):
    put(shop, "hours", 36, now, channel="shop")
    switch(shop, "PAYMENT_PENDING", False, reason="double work", who="Bo", now=now + HOUR)
    with shop.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "rule_value").order_by(audit.c.number)).all()
    first = json.loads(rows[0].detail_json)
    assert (first["before"], first["in_force"], first["after"], first["place"]["channel"]) == (None, 24, 36, "shop")
    assert [row.who for row in rows] == ["Ann", "Bo"]
    told = [(row["who"], row["words"], row["place"], row["reason"]) for row in
            exception_rules.list_changes(shop, now + DAY).rows()]  # fmt: skip
    assert told == [
        ("Bo", "Switched off", None, "double work"),
        ("Ann", "Unpaid for longer than set to 36 hours", "channel shop", "agreed with finance"),
    ]


def test_the_rules_page_tells_values_overrides_and_state(shop, now):
    detect(shop, now)
    put(shop, "hours", 36, now + HOUR, channel="shop")
    page = exception_rules.rule_page(shop, now + HOUR, "payment_pending")
    hours = page.values[0]
    assert (hours.default, hours.value, hours.low, hours.high, hours.unit) == (24, 24, 1, 720, "hours")
    assert [(one.place, one.value, one.who, one.reason) for one in hours.overrides] == [
        ("channel shop", 36, "Ann", "agreed with finance")
    ]
    assert (page.state, page.open, page.value_at_risk, page.last_run_at) == ("ran", 8, 72000, now)
    switch(shop, "PAYMENT_PENDING", False, reason="double work", who="Bo", now=now + 2 * HOUR)
    rows = {row["key"]: row for row in exception_rules.list_rules(shop, now + 2 * HOUR).rows()}
    assert (rows["PAYMENT_PENDING"]["state"], rows["PAYMENT_PENDING"]["reason"]) == (
        "off", "Switched off by Bo: double work",
    )  # fmt: skip
    assert rows["OUT_OF_STOCK"]["state"] == "no_data"
    assert "stock levels" in rows["OUT_OF_STOCK"]["reason"]
    assert len(rows) == len(RULES)


def test_settings_answer_for_rules_and_pass_changes_on(shop, now):
    change_setting(shop, "rule.PAYMENT_PENDING.hours", 36, who="Ann", now=now)
    with shop.read() as connection:
        assert settings_in_force(connection, now)["rule.PAYMENT_PENDING.hours"] == 36
        assert settings_in_force(connection, now - 1)["rule.PAYMENT_PENDING.hours"] == 24
        assert not connection.execute(select(settings).where(settings.c.key.like("rule.%"))).all()
    with pytest.raises(UserError, match="cannot be 0 hours"):
        change_setting(shop, "rule.PAYMENT_PENDING.hours", 0, who="Ann", now=now)
