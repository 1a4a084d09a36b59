from typing import Any

import pytest

from opsconsole.services.look_up import look_up

DAY = 86_400_000_000


@pytest.fixture
def shop(writing: Any, now: int) -> Any:
    """Two orders of one customer, one with a parcel, and a later one that has not happened yet."""
    order = {"channel": "shop", "currency": "USD", "customer_name": "Ines Falk", "email": "ines@example.com"}
    writing(
        channel="shop",
        orders=[
            {**order, "order_id": "9001", "order_number": "#1001", "placed_at": now - DAY},
            {**order, "order_id": "9002", "order_number": "#1002", "placed_at": now - DAY},
            {**order, "order_id": "9003", "order_number": "#1003", "placed_at": now + DAY},
        ],
        shipments=[{"order_id": "9001", "channel": "shop", "shipment_id": "p1",
                    "tracking_number": "1Z999AA10123456784",
                    "carrier_key": "ups", "shipped_at": now - 1}],
        products=[{"sku": "KT-4410-BLK", "title": "Kettle, black"}],
    )  # fmt: skip
    return writing.database


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1001", {("order", "#1001")}),
        ("9002", {("order", "#1002")}),
        ("1z999aa10123456784", {("tracking", "1Z999AA10123456784")}),
        ("kt-4410-blk", {("sku", "KT-4410-BLK")}),
        ("kettle", {("sku", "KT-4410-BLK")}),
        ("ines", {("customer", "Ines Falk")}),
        ("#100", {("order", "#1001"), ("order", "#1002")}),
        ("1Z99", {("tracking", "1Z999AA10123456784")}),
        ("100%", set()),
        ("x", set()),
    ],
)
def test_anything_in_hand_leads_to_what_it_names(shop: Any, now: int, text: str, expected: set[Any]) -> None:
    assert {(found.kind, found.text) for found in look_up(shop, text, now)} == expected


def test_orders_lead_to_their_page_and_the_limit_holds(shop: Any, now: int) -> None:
    found = look_up(shop, "#100", now, limit=1)
    assert len([one for one in found if one.kind == "order"]) == 1
    assert all(one.order_fk for one in found if one.kind == "order")
    assert {one.about for one in look_up(shop, "1001", now)} == {"shop, Ines Falk"}
