"""Incidents: what attaches, what it costs, what people do. Expected values follow from the orders written here."""

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services import incidents as service
from opsconsole.services import incidents_actions as actions
from opsconsole.services.annotations import list_annotations, remove_annotation
from opsconsole.services.detection import detect
from opsconsole.services.incidents_actions import Draft
from opsconsole.services.order_exceptions import exception_page
from opsconsole.services.settings import change_setting
from opsconsole.store import audit
from opsconsole.store.schema import channels, claims, exceptions, incidents, locations, refunds, vendors

PLACED = 3 * DAY
PROVENANCE = {"source_time": 0, "batch_id": 1}


def order(now, number, **more):
    return {
        "channel": "shop",
        "order_id": number,
        "order_number": f"SO-{number}",
        "status": "processing",
        "payment_status": "paid",
        "location": "reno",
        "currency": "USD",
        "total": 10000,
        "placed_at": now - PLACED,
        "paid_at": now - PLACED,
        "ship_by": now - 2 * HOUR,
        "deliver_by": now + 2 * DAY,
        **more,
    }


def line(number):
    return {"channel": "shop", "order_id": number, "line_id": "1", "sku": "KT-1", "quantity": 1.0, "amount": 10000}


@pytest.fixture
def late(writing, now):
    """Three late orders: two at Reno (one of which waits longer than the outage), one at Columbus."""
    with writing.database.write() as connection:
        connection.execute(insert(channels).values(key="shop", label="Corner shop"))
        connection.execute(insert(locations), [{"key": "reno", "label": "Reno 1"}, {"key": "cmh", "label": "Columbus"}])
        vendor = {"key": "swift", "name": "Swiftpost", "kind": "parcel_carrier", **PROVENANCE}
        connection.execute(insert(vendors).values(vendor))
    orders = [
        order(now, "1"),
        order(now, "2", ship_by=now - 30 * HOUR, total=25000),
        order(now, "3", location="cmh"),
    ]
    writing(at=now - HOUR, orders=orders, order_lines=[line("1"), line("2"), line("3")])
    detect(writing.database, now)
    return writing


def outage(database, now, **more):
    draft = Draft(**{"kind": "warehouse_outage", "location": "reno", "starts_at": now - 4 * HOUR, **more})
    return actions.open_incident(database, draft, who="Lead", now=now).ids[0]


def attached(database, now, incident):
    listing = service.incident_rows(database, now, incident, "exceptions")
    return {(row["type"], row["order"]) for row in listing.rows()}


def figures(database, now, incident):
    return {figure.key: figure for figure in service.incident_page(database, now, incident).figures}


def late_id(database, number):
    with database.read() as connection:
        statement = select(exceptions.c.id).where(exceptions.c.subject == f"shop/{number}")
        return connection.execute(statement.where(exceptions.c.rule == "LATE_SHIPMENT")).scalar_one()


def test_an_incident_takes_what_began_in_its_time_and_place(late, now):
    incident = outage(late.database, now)
    assert attached(late.database, now, incident) == {("LATE_SHIPMENT", "SO-1")}
    page = service.incident_page(late.database, now, incident)
    assert (page.title, page.kind_label, page.about) == (
        "Warehouse outage, Reno 1",
        "Warehouse outage",
        (("Site", "Reno 1"),),
    )
    assert (page.state, page.responsible, page.excuses) == ("open", "vendor", False)
    assert page.playbook[0].words.startswith("Ask **Reno 1** what stands still")


def test_a_type_that_is_not_chosen_does_not_attach(late, now):
    incident = outage(late.database, now, types=("PAYMENT_PENDING",))
    assert attached(late.database, now, incident) == set()


def test_every_run_of_the_rules_attaches_what_is_new(late, now):
    incident = outage(late.database, now)
    late(at=now, orders=[order(now, "4", ship_by=now + MINUTE)], order_lines=[line("4")])
    later = now + HOUR
    detect(late.database, later)
    assert ("LATE_SHIPMENT", "SO-4") in attached(late.database, later, incident)
    page = exception_page(late.database, later, late_id(late.database, "4"))
    assert "Attached to the incident “Warehouse outage, Reno 1”" in [event.words for event in page.history]


def test_what_began_after_its_end_does_not_attach(late, now):
    incident = outage(late.database, now, ends_at=now - 3 * HOUR)
    assert attached(late.database, now, incident) == set()


def test_what_was_detached_by_hand_stays_away(late, now):
    incident = outage(late.database, now)
    actions.detach(late.database, incident, [late_id(late.database, "1")], who="Lead", now=now)
    detect(late.database, now + MINUTE, full=True)
    assert attached(late.database, now + MINUTE, incident) == set()
    actions.attach(late.database, incident, [late_id(late.database, "1")], who="Lead", now=now + 2 * MINUTE)
    assert attached(late.database, now + 2 * MINUTE, incident) == {("LATE_SHIPMENT", "SO-1")}


def test_orders_are_attached_by_their_number_too(late, now):
    incident = outage(late.database, now)
    wanted = actions.exceptions_of(late.database, ["SO-2"], now)
    assert wanted == [late_id(late.database, "2")]
    assert actions.exceptions_of(late.database, [f"#{wanted[0]}"], now) == wanted
    change = actions.attach(late.database, incident, wanted, who="Lead", now=now)
    assert change.words == "Attached 1 exception to “Warehouse outage, Reno 1”"
    with pytest.raises(UserError, match="neither an exception nor an order"):
        actions.exceptions_of(late.database, ["SO-99"], now)


def test_a_carrier_failure_takes_the_carriers_parcels(late, now):
    late(
        at=now,
        orders=[order(now, "5", status="shipped", ship_by=None, deliver_by=now - HOUR)],
        order_lines=[line("5")],
        shipments=[
            {
                "channel": "shop",
                "order_id": "5",
                "shipment_id": "p",
                "carrier_key": "swift",
                "tracking_number": "X",
                "shipped_at": now - 2 * DAY,
            }
        ],
    )
    later = now + MINUTE
    detect(late.database, later)
    draft = Draft("carrier_failure", carrier_key="swift", starts_at=now - 2 * DAY)
    incident = actions.open_incident(late.database, draft, who="Lead", now=later).ids[0]
    # The parcel has no number that its carrier would give, since a day.
    assert attached(late.database, later, incident) == {("NO_TRACKING", "SO-5")}


def test_a_feed_that_is_down_takes_its_own_exception(writing, now):
    with writing.database.write() as connection:
        connection.execute(insert(channels).values(key="shop", label="Corner shop"))
        row = {
            "rule": "SYNC_STALE", "subject_kind": "feed", "subject": "shopify_orders/shop", "severity": "S2",
            "state": "open", "opened_at": now - HOUR, "detected_at": now - HOUR, "acknowledge_by": now, "due_at": now,
            "channel": "shop", "evidence_json": "{}",
        }  # fmt: skip
        connection.execute(insert(exceptions), [row, {**row, "subject": "shopify_inventory"}])
    writing(source="shopify_orders", orders=[])
    draft = Draft("integration_down", source="shopify_orders", starts_at=now - DAY)
    incident = actions.open_incident(writing.database, draft, who="Lead", now=now).ids[0]
    listing = service.incident_rows(writing.database, now, incident, "exceptions")
    assert list(listing.columns["order"]) == ["shopify_orders/shop"]


def test_cost_and_counts_have_their_rows(late, now):
    with late.database.write() as connection:
        fk = connection.execute(
            select(exceptions.c.order_fk).where(exceptions.c.subject == "shop/1").limit(1)
        ).scalar_one()
        back = {"order_fk": fk, "currency": "USD", **PROVENANCE}
        connection.execute(insert(refunds).values(refund_id="r", amount=500, refunded_at=now - HOUR, **back))
        connection.execute(insert(refunds).values(refund_id="before", amount=900, refunded_at=now - DAY, **back))
        claim = {"claim_id": "c", "amount": 4000, "paid_amount": 3000, "filed_at": now - HOUR, "settled_at": now}
        connection.execute(insert(claims).values(**claim, **back))
    incident = outage(late.database, now)
    actions.attach(late.database, incident, [late_id(late.database, "2")], who="Lead", now=now)
    found = {key: figure.value for key, figure in figures(late.database, now, incident).items()}
    # 100.00 and 250.00 are at risk and were ordered; 5.00 went back since it began, 30.00 of the claim was paid.
    assert found == {
        "exceptions": 2,
        "orders": 2,
        "value_at_risk": 35000,
        "order_value": 35000,
        "refunds": 500,
        "credits": 3000,
    }
    for key, column in (
        ("value_at_risk", "counted"),
        ("order_value", "value"),
        ("refunds", "amount"),
        ("credits", "amount"),
    ):
        rows = service.incident_rows(late.database, now, incident, key)
        assert sum(rows.columns[column]) == found[key], key
    for key in ("exceptions", "orders"):
        assert len(service.incident_rows(late.database, now, incident, key)) == found[key]


def test_an_order_in_trouble_twice_counts_once(late, now):
    late(at=now, orders=[order(now, "1", payment_status="pending", paid_at=None)])
    detect(late.database, now + MINUTE)
    incident = outage(late.database, now)
    both = actions.exceptions_of(late.database, ["SO-1"], now + MINUTE)
    assert len(both) > 1
    actions.attach(late.database, incident, both, who="Lead", now=now + MINUTE)
    found = figures(late.database, now + MINUTE, incident)
    assert (found["orders"].value, found["value_at_risk"].value) == (1, 10000)


def test_without_claims_the_credits_are_not_zero_but_unknown(late, now):
    incident = outage(late.database, now)
    credits = figures(late.database, now, incident)["credits"]
    assert (credits.value, credits.words) == (None, "none known")


def test_the_list_shows_open_ones_first(late, now):
    first = outage(late.database, now)
    second = outage(late.database, now, location="cmh", starts_at=now - 9 * HOUR)
    actions.close_incident(late.database, first, summary="Power is back.", who="Lead", now=now + MINUTE)
    rows = list(service.list_incidents(late.database, now + MINUTE).rows())
    assert [(row["title"], row["state"]) for row in rows] == [
        ("Warehouse outage, Columbus", "open"),
        ("Warehouse outage, Reno 1", "closed"),
    ]
    assert list(service.list_incidents(late.database, now + MINUTE, state="open").ids) == [second]
    assert rows[1]["lasts"] == 4 * 3600 + 60


def test_closing_needs_a_summary_and_reopening_takes_it_back(late, now):
    incident = outage(late.database, now)
    with pytest.raises(UserError, match="summary"):
        actions.close_incident(late.database, incident, summary=" ", who="Lead", now=now)
    actions.close_incident(late.database, incident, summary="Power is back.", who="Lead", now=now)
    page = service.incident_page(late.database, now, incident)
    assert (page.state, page.summary, page.ends_at, page.closed_by) == ("closed", "Power is back.", now, "Lead")
    actions.reopen_incident(late.database, incident, who="Lead", now=now)
    assert service.incident_page(late.database, now, incident).state == "open"


def test_somebody_elses_change_is_a_conflict(late, now):
    incident = outage(late.database, now)
    version = service.incident_page(late.database, now, incident).version
    actions.change_incident(late.database, incident, {"title": "Power cut"}, who="Ann", now=now, version=version)
    change = actions.change_incident(late.database, incident, {"title": "Outage"}, who="Ben", now=now, version=version)
    assert [(conflict.who, conflict.words) for conflict in change.conflicts] == [
        ("Ann", "Changed title of “Power cut”")
    ]
    assert service.incident_page(late.database, now, incident).title == "Power cut"


def test_whose_fault_decides_whether_it_excuses_until_somebody_says_otherwise(late, now):
    incident = outage(late.database, now, responsible="force_majeure")
    assert service.incident_page(late.database, now, incident).excuses
    actions.change_incident(late.database, incident, {"responsible": "vendor"}, who="Lead", now=now)
    assert not service.incident_page(late.database, now, incident).excuses
    actions.change_incident(late.database, incident, {"excuses": True}, who="Lead", now=now)
    assert service.incident_page(late.database, now, incident).excuses


def test_steps_are_ticked_with_name_and_time(late, now):
    incident = outage(late.database, now)
    actions.tick_playbook(late.database, incident, 2, done=True, who="Lead", now=now)
    assert [
        (s.number, s.done_by, s.done_at)
        for s in service.incident_page(late.database, now, incident).playbook
        if s.done_at
    ] == [(2, "Lead", now)]
    actions.tick_playbook(late.database, incident, 2, done=False, who="Lead", now=now)
    for none in (0, 99):
        with pytest.raises(UserError, match=f"no step {none}"):
            actions.tick_playbook(late.database, incident, none, done=True, who="Lead", now=now)
    assert not any(step.done_at for step in service.incident_page(late.database, now, incident).playbook)


def test_it_stands_on_the_charts_with_its_days(late, now):
    incident = outage(late.database, now, starts_at=now - 2 * DAY)
    (mark,) = list_annotations(late.database, now).rows()
    assert (mark["label"], mark["kind"], mark["until_day"]) == ("Warehouse outage, Reno 1", "outage", None)
    actions.close_incident(late.database, incident, summary="Over.", who="Lead", now=now)
    (mark,) = list_annotations(late.database, now).rows()
    assert mark["until_day"] == mark["on_day"] + 2
    remove_annotation(late.database, list_annotations(late.database, now).ids[0], who="Lead", now=now)
    assert service.incident_page(late.database, now, incident).state == "closed"


def test_orders_know_what_touched_them(late, now):
    incident = outage(late.database, now)
    with late.database.read() as connection:
        order_fks = connection.execute(select(exceptions.c.order_fk).order_by(exceptions.c.subject)).scalars().all()
        touches = service.touching(connection, order_fks, now)
        before = service.touching(connection, order_fks, now - MINUTE)
    assert [(touch.incident, touch.title, touch.ends_at) for touch in touches] == [
        (incident, "Warehouse outage, Reno 1", None)
    ]
    assert before == []


def test_what_cannot_be_is_said(late, now):
    for more, words in (
        ({"location": None}, "about nothing"),
        ({"location": "mars"}, "no site “mars”"),
        ({"kind": "flood"}, "no kind of incident"),
        ({"responsible": "weather"}, "nobody's fault"),
        ({"types": ("NOTHING",)}, "no type of exception"),
        ({"starts_at": now + HOUR}, "in the future"),
        ({"ends_at": now - DAY}, "end before it begins"),
    ):
        with pytest.raises(UserError, match=words):
            outage(late.database, now, **more)
    with late.database.read() as connection:
        assert connection.execute(select(incidents)).first() is None


def test_the_trail_tells_all_of_it(late, now):
    incident = outage(late.database, now)
    actions.tick_playbook(late.database, incident, 1, done=True, who="Lead", now=now)
    actions.close_incident(late.database, incident, summary="Over.", who="Lead", now=now)
    said = [event.words for event in service.incident_page(late.database, now, incident).history]
    assert said == [
        "Closed “Warehouse outage, Reno 1”: Over.",
        "Playbook step 1 of “Warehouse outage, Reno 1” done",
        "Opened the incident “Warehouse outage, Reno 1”",
    ]
    with late.database.read() as connection:
        assert audit.verify(connection) == []


def test_the_playbook_is_the_businesss_own_where_it_has_one(late, now):
    incident = outage(late.database, now)
    change_setting(late.database, "playbook.warehouse_outage", ["Call **{location}**", "Wait"], who="Lead", now=now)
    steps = service.incident_page(late.database, now, incident).playbook
    assert [step.words for step in steps] == ["Call **Reno 1**", "Wait"]
