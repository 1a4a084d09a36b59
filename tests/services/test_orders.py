"""The lists of orders and what hangs on them, as of a moment. Expected values are the ones written here."""

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.services import orders as service
from opsconsole.services.detection import detect
from opsconsole.services.order_exceptions import list_exceptions

ORDER = {
    "channel": "shop",
    "order_id": "1",
    "order_number": "#1001",
    "customer_name": "C. Jones",
    "email": "c@example.com",
    "status": "shipped",
    "payment_status": "paid",
    "currency": "USD",
    "total": 5400,
    "tax": 400,
    "address1": "12 Main Street",
    "city": "Reno",
    "province": "NV",
    "postcode": "89501",
    "country": "US",
}
LINE = {"channel": "shop", "order_id": "1", "line_id": "1", "sku": "KT-1", "quantity": 2.0, "unit_price": 2500}
PARCEL = {
    "channel": "shop",
    "order_id": "1",
    "shipment_id": "S1",
    "carrier_key": "ups",
    "tracking_number": "1Z5R89390357567127",
}


@pytest.fixture
def desk(writing, now):
    """A shipped order with a parcel, scans, a return and an answer; another one that is only placed."""
    placed = {"placed_at": now - 5 * DAY, "paid_at": now - 5 * DAY + HOUR, "ship_by": now - 3 * DAY}
    writing(
        at=now,
        orders=[
            {**ORDER, **placed, "stated_shipped_at": now - 4 * DAY, "deliver_by": now + DAY},
            {**ORDER, "order_id": "2", "order_number": "#1002", "status": "processing", "placed_at": now - DAY},
        ],
        order_lines=[LINE, {**LINE, "order_id": "2", "sku": "KT-2"}],
        shipments=[{**PARCEL, "shipped_at": now - 4 * DAY, "cost": 750, "currency": "USD"}],
        shipment_events=[
            {"tracking_number": PARCEL["tracking_number"], "code": "in_transit", "occurred_at": now - 4 * DAY + HOUR},
            {"tracking_number": PARCEL["tracking_number"], "code": "in_transit", "occurred_at": now - 2 * DAY},
            {"tracking_number": PARCEL["tracking_number"], "code": "delivered", "occurred_at": now + HOUR},
        ],
        returns=[
            {
                "channel": "shop",
                "order_id": "1",
                "return_id": "R1",
                "sku": "KT-1",
                "quantity": 1.0,
                "stage": "requested",
                "requested_at": now - HOUR,
                "refunded": 100,
                "currency": "USD",
            }
        ],
        reviews=[
            {"channel": "shop", "order_id": "1", "review_id": "V1", "score": 4.0, "answered_at": now - HOUR},
            {"channel": "shop", "order_id": "1", "review_id": "V2", "score": 1.0, "answered_at": now + HOUR},
        ],
    )
    writing(
        at=now,
        purchase_orders=[
            {"po_number": "P1", "vendor_key": "acme", "status": "open", "currency": "USD", "ordered_at": now - 9 * DAY}
        ],
        purchase_order_lines=[
            {
                "po_number": "P1",
                "line_id": "1",
                "sku": "KT-1",
                "quantity": 10.0,
                "unit_cost": 120,
                "promised_on": day_of(now) - 1,
            },
            {
                "po_number": "P1",
                "line_id": "2",
                "sku": "KT-2",
                "quantity": 5.0,
                "unit_cost": 200,
                "promised_on": day_of(now) + 5,
            },
        ],
    )
    return writing.database


def numbers(listing):
    return [row["order"] for row in listing.rows()]


def test_orders_come_newest_first_with_what_is_known(desk, now):
    listing = service.list_orders(desk, now)
    assert numbers(listing) == ["#1002", "#1001"]
    row = listing.row(1)
    assert (row["status"], row["total"], row["currency"], row["customer"]) == ("shipped", 5400, "USD", "C. Jones")
    assert (row["shipped_at"], row["ship_by_basis"], row["lines"], row["quantity"]) == (
        now - 4 * DAY,
        "platform",
        1,
        2.0,
    )
    assert listing.row(0)["ship_by_basis"] == "assumed"


def test_as_of_an_earlier_moment_later_facts_have_not_happened(desk, now):
    listing = service.list_orders(desk, now - 4 * DAY - HOUR)
    assert numbers(listing) == ["#1001"]
    assert (listing.row(0)["status"], listing.row(0)["shipped_at"]) == ("processing", None)
    assert len(service.list_shipments(desk, now - 4 * DAY - HOUR)) == 0
    assert len(service.list_returns(desk, now - 2 * HOUR)) == 0
    page = service.order_page(desk, now, service.list_orders(desk, now).ids[1])
    assert (len(page.scans), len(page.reviews)) == (2, 1)


@pytest.mark.parametrize("search", ["1001", "#1001", "KT-1", "1z5r8939", "jones", "C@EXAMPLE"])
def test_a_search_finds_number_goods_parcel_and_customer(desk, now, search):
    assert "#1001" in numbers(service.list_orders(desk, now, search=search))


def test_a_search_takes_percent_signs_as_they_are(desk, now):
    assert numbers(service.list_orders(desk, now, search="%")) == []


def test_filters_keep_rows_with_the_value(desk, now):
    assert numbers(service.list_orders(desk, now, filters={"status": "shipped"})) == ["#1001"]
    with pytest.raises(UserError, match="no field"):
        service.list_orders(desk, now, filters={"colour": "red"})


def test_a_drill_down_keeps_only_its_orders(desk, now):
    first = service.list_orders(desk, now).ids[0]
    assert numbers(service.list_orders(desk, now, order_fks=[first])) == ["#1002"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#1001", ["#1001"]),
        ("1001", ["#1001"]),
        ("2", ["#1002"]),
        ("1Z5R89390357567127", ["#1001"]),
        ("kt-2", ["#1002"]),
        ("", []),
    ],
)
def test_an_order_is_found_by_what_is_scanned_or_typed(desk, now, text, found):
    listing = service.list_orders(desk, now)
    known = dict(zip(listing.ids, numbers(listing), strict=True))
    assert [known[order_fk] for order_fk in service.find_order(desk, text)] == found


IMPOSSIBLE = {
    "Delivered before shipped": {"status": "delivered", "stated_shipped_at": 3, "stated_delivered_at": 2},
    "Delivered without a date": {"status": "delivered", "stated_shipped_at": 3},
    "Cancelled yet delivered": {"status": "cancelled", "stated_shipped_at": 3, "stated_delivered_at": 4},
    "Shipped before placed": {"stated_shipped_at": 0},
    "Shipped before paid": {"stated_shipped_at": 3, "paid_at": 4},
    "Delivered before placed; Delivered, never shipped": {"status": "delivered", "stated_delivered_at": 0},
    None: {"status": "delivered", "stated_shipped_at": 3, "stated_delivered_at": 4, "paid_at": 2},
}


@pytest.mark.parametrize("words", IMPOSSIBLE)
def test_impossible_histories_are_kept_and_flagged(sqlite_writing, now, words):
    def at(value):
        return now - 9 * DAY + value * HOUR

    change = {key: at(value) if key.endswith("_at") else value for key, value in IMPOSSIBLE[words].items()}
    sqlite_writing(at=now, orders=[{**ORDER, "placed_at": at(1), **change}])
    listing = service.list_orders(sqlite_writing.database, now)
    assert listing.row(0)["flags"] == words
    page = service.order_page(sqlite_writing.database, now, listing.ids[0])
    assert "; ".join(page.flags) == (words or "")


def test_shipments_returns_and_purchase_orders_are_listed(desk, now):
    parcel = service.list_shipments(desk, now).row(0)
    assert (parcel["order"], parcel["tracking"], parcel["cost"], parcel["voided"]) == (
        "#1001",
        "1Z5R89390357567127",
        750,
        False,
    )
    back = service.list_returns(desk, now).row(0)
    assert (back["order"], back["sku"], back["stage"], back["refunded"]) == ("#1001", "KT-1", "requested", 100)
    purchase = service.list_purchase_orders(desk, now).row(0)
    assert (purchase["lines"], purchase["quantity"], purchase["value"]) == (2, 15.0, 2200)
    assert purchase["promised_on"] == day_of(now) + 5
    assert purchase["late"] is True


def test_the_page_of_an_order_has_all_its_parts(desk, now):
    detect(desk, now)
    order_fk = service.list_orders(desk, now).ids[1]
    page = service.order_page(desk, now, order_fk)
    assert (page.title, page.status_label, page.currency) == ("#1001", "Shipped", "USD")
    assert page.address == ("12 Main Street", "Reno NV 89501", "US")
    assert [fact.words for fact in page.money if fact.label == "Total"] == ["$54.00"]
    assert [(promise.words, promise.state) for promise in page.promises] == [
        ("Ship-by kept", "kept"),
        ("Deliver by", "to_come"),
    ]
    assert [stop.key for stop in page.stops] == ["placed", "paid", "shipped", "first_scan", "delivered"]
    assert [stop.note for stop in page.stops if stop.key == "first_scan"] == ["2 scans"]
    assert page.lines.row(0)["sku"] == "KT-1"
    assert page.shipments.row(0)["fault"] is None
    assert page.returns.row(0)["return_id"] == "R1"
    assert [event.action for event in page.history] == ["import"]


def test_rows_of_every_list_lead_to_their_order(desk, now):
    parcel, back, purchase = (
        listing.ids[0]
        for listing in (
            service.list_shipments(desk, now),
            service.list_returns(desk, now),
            service.list_purchase_orders(desk, now),
        )
    )
    assert service.page_of(desk, now, parcel).title == "#1001"
    assert service.page_of(desk, now, back).title == "#1001"
    assert service.page_of(desk, now, purchase) is None
    with pytest.raises(UserError, match="There is no order 999"):
        service.order_page(desk, now, 999)


def test_an_order_counts_its_active_exceptions(desk, now):
    detect(desk, now + 4 * DAY)
    found = list_exceptions(desk, now + 4 * DAY, filters={"order": "#1002"})
    # Its assumed ship-by is over, and nothing has happened to it for longer than 24 working hours.
    assert sorted(found.columns["type"]) == ["LATE_SHIPMENT", "STUCK_ORDER"]
    counts = {row["order"]: row["exceptions"] for row in service.list_orders(desk, now + 4 * DAY).rows()}
    assert counts["#1002"] == 2
