"""What stands around an order on its page: picks, refunds, disputes, tickets, charges, the warehouse's steps."""

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services import orders as orders_service
from opsconsole.services.lists import list_named
from opsconsole.services.orders_page import order_page

MINE = {"channel": "shop", "order_id": "1"}


def written(writing, now):
    writing(
        orders=[
            {**MINE, "order_number": "#1001", "status": "processing", "placed_at": now - 2 * DAY, "currency": "USD"}
        ],
        order_events=[
            {**MINE, "code": code, "occurred_at": at}
            for code, at in (("allocated", now - 9 * HOUR), ("picked", now - HOUR), ("packed", now + HOUR))
        ],
        picks=[{**MINE, "sku": "A", "allocated_quantity": 3.0, "picked_quantity": 2.0, "reason": "short"}],
        warehouse_orders=[{**MINE, "location": "W", "status": "picked", "shipped_at": now + HOUR}],
        refunds=[{**MINE, "amount": 250, "refunded_at": now - HOUR}, {**MINE, "amount": 9, "refunded_at": now + 1}],
        disputes=[{**MINE, "dispute_id": "d", "kind": "chargeback", "evidence_due_at": now + 3 * DAY}],
        tickets=[{"helpdesk": "h", "ticket_id": "7", "order_id": "#1001", "subject": "Where is it?"}],
        claims=[{**MINE, "reason": "lost", "amount": 5400, "filed_at": now - HOUR}],
        fraud_decisions=[{**MINE, "decision": "approve", "decided_at": now - DAY}],
        freight_charges=[{"vendor_key": "ups", "charge_id": "c", "order_id": "#1001", "amount": 875}],
    )


def test_the_page_of_an_order_shows_what_stands_around_it(writing, now):
    written(writing, now)
    (order,) = orders_service.list_orders(writing.database, now).ids
    page = order_page(writing.database, now, order)
    tables = {listing.title: list(listing.rows()) for listing in page.around}
    assert list(tables) == [
        *("Steps", "Picks", "At the warehouse", "Refunds", "Disputes", "Tickets", "Claims", "Charges"),
        "Fraud decisions",
    ]
    assert [row["code"] for row in tables["Steps"]] == ["picked", "allocated"]
    assert tables["At the warehouse"][0]["shipped_at"] is None
    assert [(row["amount"], row["currency"]) for row in tables["Refunds"]] == [(250, "USD")]
    assert tables["Disputes"][0]["evidence_due_at"] == now + 3 * DAY
    assert tables["Charges"][0]["amount"] == 875


def test_the_timeline_has_the_warehouses_steps_where_they_are_told(writing, now):
    written(writing, now)
    (order,) = orders_service.list_orders(writing.database, now).ids
    stops = {stop.key: (stop.state, stop.at) for stop in order_page(writing.database, now, order).stops}
    assert list(stops) == ["placed", "paid", "allocated", "picked", "packed", "shipped", "delivered"]
    assert stops["allocated"] == ("done", now - 9 * HOUR)
    assert stops["picked"] == ("done", now - HOUR)
    assert stops["packed"] == ("ahead", None)


def test_a_table_without_rows_is_left_out(sqlite_writing, now):
    sqlite_writing(orders=[{**MINE, "placed_at": now - DAY}])
    (order,) = orders_service.list_orders(sqlite_writing.database, now).ids
    assert order_page(sqlite_writing.database, now, order).around == ()


def test_what_stands_around_orders_is_listed_and_leads_to_its_order(writing, now):
    written(writing, now)
    writing(at=1, tickets=[{"helpdesk": "h", "ticket_id": "8", "order_id": "#9", "opened_at": now - DAY}])
    for name in ("picks", "refunds", "disputes", "tickets", "claims", "charges"):
        listing = list_named(writing.database, name, now)
        known = [row for row in listing.rows() if row["order"] == "#1001"]
        assert len(known) == 1, name
        identity = listing.ids[list(listing.columns["order"]).index("#1001")]
        assert orders_service.page_of(writing.database, now, identity).title == "#1001"
    tickets = list_named(writing.database, "tickets", now)
    assert [row["order"] for row in tickets.rows()] == ["#9", "#1001"]
    assert orders_service.page_of(writing.database, now, tickets.ids[0]) is None
