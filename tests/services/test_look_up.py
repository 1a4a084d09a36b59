from typing import Any

import pytest

from opsconsole.services import look_up as look_up_module
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


def everything(shop: Any, text: str, now: int) -> tuple[Any, ...]:
    first = look_up(shop, text, now)
    if first.further is None:
        return first.found
    last = look_up(shop, text, now, piece=first.further)
    assert last.further is None
    return first.found + last.found


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
        ("003", set()),
        ("002", {("order", "#1002")}),
        ("A1012", {("tracking", "1Z999AA10123456784")}),
        ("FALK", {("customer", "Ines Falk")}),
        ("ines@EXAMPLE.com", {("customer", "Ines Falk")}),
        ("100%", set()),
        ("x", set()),
    ],
)
def test_anything_in_hand_leads_to_what_it_names(shop: Any, now: int, text: str, expected: set[Any]) -> None:
    assert {(found.kind, found.text) for found in everything(shop, text, now)} == expected


def test_orders_lead_to_their_page_and_the_limit_holds(shop: Any, now: int) -> None:
    found = look_up(shop, "#100", now, limit=1).found
    assert len([one for one in found if one.kind == "order"]) == 1
    assert all(one.order_fk for one in found if one.kind == "order")
    assert {one.about for one in look_up(shop, "1001", now).found} == {"shop, Ines Falk"}


def test_what_is_or_begins_so_is_found_by_the_indexes_alone(shop: Any, now: int) -> None:
    for text, expected in (("9001", "#1001"), ("#100", "#1002"), ("1z999", "1Z999AA10123456784"), ("ine", "Ines Falk")):
        assert expected in {one.text for one in look_up(shop, text, now).found}
    assert look_up(shop, "falk", now).found == ()


def test_older_orders_are_looked_through_piece_by_piece(shop: Any, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_up_module, "PIECE", 2)
    told = [look_up(shop, "00", now, piece=piece) for piece in range(3)]
    # The third order is still to come; the first is the only one of the second piece.
    assert [sorted(one.text for one in each.found if one.kind == "order") for each in told[1:]] == [
        ["#1002"],
        ["#1001"],
    ]
    assert [(each.searched, each.orders, each.further) for each in told] == [(0, 3, 1), (2, 3, 2), (3, 3, None)]
