"""What comes after an order and what warehouses and carriers say: identity, counts, age. Expected values by hand."""

import pytest

DAY = 86_400_000_000
ORDER = {"channel": "shop", "order_id": "1", "order_number": "#1001", "status": "processing", "total": 4000}
MINE = {"channel": "shop", "order_id": "1"}

# Per kind: a record, a field of it that a later file changes, and the two values.
KINDS = {
    "order_events": ({**MINE, "event_id": "e", "code": "picked", "occurred_at": 5}, "location", "W1", "W2"),
    "picks": ({**MINE, "pick_id": "p", "sku": "A", "allocated_quantity": 3.0}, "picked_quantity", 1.0, 3.0),
    "warehouse_orders": ({**MINE, "location": "W1"}, "status", "picking", "shipped"),
    "refunds": ({**MINE, "refund_id": "r", "currency": "USD"}, "amount", 100, 200),
    "disputes": ({**MINE, "dispute_id": "d", "kind": "chargeback"}, "status", "needs_response", "won"),
    "tickets": ({"helpdesk": "zendesk", "ticket_id": "7", **MINE}, "status", "open", "solved"),
    "claims": ({**MINE, "claim_id": "c", "reason": "lost"}, "status", "filed", "paid"),
    "fraud_decisions": ({**MINE, "decision_id": "f", "decision": "review"}, "score", 10.0, 90.0),
    "freight_charges": ({"vendor_key": "ups", "charge_id": "x", "tracking_number": "T"}, "amount", 900, 950),
    "ship_methods": ({"channel": "", "method": "Fast", "carrier_key": "ups"}, "service", "ground", "air"),
    "listings": ({"channel": "shop", "sku": "A"}, "quantity", 4.0, 5.0),
}


def counted(result, kind):
    counts = result.counts[kind]
    return counts.inserted, counts.updated, counts.unchanged


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_file_never_beats_a_newer_one_and_again_inserts_nothing(writing, kind):
    record, field, old, new = KINDS[kind]
    assert counted(writing(at=20, orders=[ORDER], **{kind: [{**record, field: new}]}), kind) == (1, 0, 0)
    assert counted(writing(at=10, **{kind: [{**record, field: old}]}), kind) == (0, 0, 1)
    assert counted(writing(at=20, **{kind: [{**record, field: new}]}), kind) == (0, 0, 1)
    assert writing.row(kind)[field] == new
    assert counted(writing(at=30, **{kind: [{**record, field: old}]}), kind) == (0, 1, 0)
    assert writing.row(kind)[field] == old


# Per kind: two equal records without an id of their own (None: equal content is the same thing).
WITHOUT_IDS = {
    "order_events": ({**MINE, "code": "picked", "occurred_at": 5}, 1),
    "picks": ({**MINE, "sku": "A", "picked_at": 5, "picked_quantity": 1.0}, 2),
    "refunds": ({**MINE, "amount": 100, "refunded_at": 5}, 2),
    "claims": ({**MINE, "tracking_number": "T", "reason": "lost", "filed_at": 5}, 2),
    "fraud_decisions": ({**MINE, "decision": "review", "decided_at": 5}, 2),
    "freight_charges": ({"vendor_key": "ups", "invoice_number": "I", "tracking_number": "T", "amount": 900}, 2),
}


@pytest.mark.parametrize("kind", WITHOUT_IDS)
def test_records_without_an_id_are_known_by_content_and_occurrence(writing, kind):
    record, different = WITHOUT_IDS[kind]
    assert counted(writing(**{kind: [record, record]}), kind) == (different, 0, 0)
    assert counted(writing(**{kind: [record, record]}), kind) == (0, 0, different)


def test_parts_of_an_order_that_come_first_hang_on_its_stub_until_it_comes(writing):
    parts = {kind: [record] for kind, (record, *_) in KINDS.items() if "order_id" in record and kind != "tickets"}
    first = {kind: [{**row, "order_id": "#1001"} for row in rows] for kind, rows in parts.items()}
    writing(at=1, **first)
    writing(at=2, orders=[ORDER])
    again = writing(at=3, **parts)
    assert all(counted(again, kind) == (0, 0, 1) for kind in parts)
    for kind in parts:
        assert writing.row(kind)["order_fk"] == "shop/1"
    assert writing.row("orders")["order_id"] == "1"


def test_a_newer_snapshot_of_listings_unlists_what_it_leaves_out_on_its_channel(writing):
    old = [{"channel": "shop", "sku": sku, "quantity": 1.0} for sku in "AB"]
    writing(at=10, channel="shop", listings=[*old, {"channel": "market", "sku": "A", "quantity": 1.0}])
    writing(at=20, channel="shop", listings=old[:1])
    writing(at=5, channel="shop", listings=[{"channel": "shop", "sku": "C", "quantity": 1.0}])
    listed = {(row["channel"], row["sku"]): row["listed"] for row in writing.rows("listings")}
    assert listed == {("shop", "A"): True, ("shop", "B"): False, ("shop", "C"): False, ("market", "A"): True}
