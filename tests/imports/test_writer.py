"""Identity, counts, stubs and rejects. Expected values follow from the records written here, by hand."""

import weakref

import pytest

from opsconsole.domain.errors import Cancelled
from opsconsole.domain.progress import Progress
from opsconsole.imports.records import Records
from opsconsole.imports.writer import write_portions, write_records
from opsconsole.imports.writer_batch import Batch

ORDER = {"channel": "shop", "order_id": "1", "order_number": "#1001", "status": "processing", "total": 4000}


def counted(result, kind):
    counts = result.counts[kind]
    return counts.inserted, counts.updated, counts.unchanged


def test_the_same_file_again_inserts_nothing_and_touches_nothing(writing):
    lines = [{"channel": "shop", "order_id": "1", "sku": "A", "quantity": 1.0, "unit_price": 500}] * 2
    file = {"orders": [ORDER], "order_lines": lines}
    first = writing(at=10, **file)
    again = writing(at=10, **file)
    assert counted(first, "orders") == (1, 0, 0)
    assert counted(first, "order_lines") == (2, 0, 0)
    assert counted(again, "orders") == (0, 0, 1)
    assert counted(again, "order_lines") == (0, 0, 2)
    assert len(first.touched_orders) == 1
    assert again.touched_orders == []


def test_an_older_file_does_not_undo_a_newer_status(writing):
    writing(at=20, orders=[{**ORDER, "status": "shipped"}])
    result = writing(at=10, orders=[{**ORDER, "note": "gift"}])
    row = writing.row("orders")
    assert (row["status"], row["note"]) == ("shipped", "gift")
    assert counted(result, "orders") == (0, 1, 0)


def test_a_corrected_file_of_the_same_time_wins(writing):
    writing(at=10, orders=[ORDER])
    writing(at=10, orders=[{**ORDER, "total": 4100}])
    assert writing.row("orders")["total"] == 4100


def test_two_channels_may_use_the_same_order_id(writing):
    writing(orders=[ORDER, {**ORDER, "channel": "market"}])
    assert [row["channel"] for row in writing.rows("orders", "channel")] == ["market", "shop"]
    assert [row["key"] for row in writing.rows("channels", "key")] == ["market", "shop"]


def test_a_parcel_without_a_channel_finds_its_order_by_number(writing):
    writing(orders=[ORDER])
    writing(shipments=[{"order_id": "#1001", "shipment_id": "S1", "shipped_at": 5}])
    assert writing.row("shipments")["order_fk"] == "shop/1"


def test_a_parcel_that_fits_two_orders_is_rejected(writing):
    writing(orders=[ORDER, {**ORDER, "channel": "market"}])
    result = writing(shipments=[{"order_id": "#1001", "shipment_id": "S1"}, {"order_id": "x", "shipment_id": "S2"}])
    (reject,) = result.rejects
    assert (reject.kind, reject.line, reject.field, reject.found) == ("shipments", 2, "order_id", "#1001")
    assert [row["shipment_id"] for row in writing.rows("shipments")] == ["S2"]


def test_a_parcel_that_comes_first_joins_its_order_later(writing):
    writing(at=1, shipments=[{"order_id": "#1001", "shipment_id": "S1", "shipped_at": 5}])
    assert writing.row("orders", "channel", "order_id", "stub") == {
        "channel": "unknown",
        "order_id": "#1001",
        "stub": "guessed",
    }
    result = writing(at=2, orders=[ORDER])
    row = writing.row("orders")
    assert (row["channel"], row["order_id"], row["stub"], row["shipped_at"]) == ("shop", "1", None, 5)
    assert writing.row("shipments")["order_fk"] == "shop/1"
    assert len(result.touched_orders) == 1


def test_a_stub_under_its_own_key_is_filled_by_its_file(writing):
    writing(at=5, order_lines=[{"channel": "shop", "order_id": "1", "line_id": "a", "sku": "A"}])
    result = writing(at=1, orders=[ORDER])
    row = writing.row("orders")
    assert (row["stub"], row["status"], row["source_time"], row["line_count"]) == (None, "processing", 1, 1)
    assert counted(result, "orders") == (1, 0, 0)


def test_a_record_without_its_key_is_rejected(writing):
    result = writing(orders=[{**ORDER, "order_id": ""}, ORDER])
    (reject,) = result.rejects
    assert (reject.line, reject.field, reject.expected) == (2, "order_id", "a value")
    assert len(writing.rows("orders")) == 1


def test_several_lines_of_one_order_make_one_order(writing):
    rows = [{**ORDER, "note": None}, {**ORDER, "note": "gift"}, {**ORDER, "note": None}]
    result = writing(orders=rows)
    assert counted(result, "orders") == (1, 0, 0)
    assert writing.row("orders")["note"] == "gift"


def test_equal_sales_lines_are_told_apart_by_their_number(writing):
    line = {"channel": "shop", "document": "d", "sku": "A", "quantity": 1.0, "sold_at": 86_400_000_000}
    assert counted(writing(sales_history=[line, line]), "sales_history") == (2, 0, 0)
    assert counted(writing(sales_history=[line, line, line]), "sales_history") == (1, 0, 2)
    assert {row["sold_on"] for row in writing.rows("sales_history")} == {1}


def test_scans_find_their_parcel_whichever_comes_first(writing):
    scans = [
        {"tracking_number": "T", "code": "labeled", "occurred_at": 1},
        {"tracking_number": "T", "code": "in_transit", "occurred_at": 7},
        {"tracking_number": "T", "code": "delivered", "occurred_at": 9},
    ]
    parcel = {"channel": "shop", "order_id": "1", "shipment_id": "S", "tracking_number": "T"}
    writing(shipment_events=scans)
    writing(shipments=[parcel])
    result = writing(shipment_events=[*scans, {"tracking_number": "T", "code": "returned", "occurred_at": 12}])
    row = writing.row("shipments")
    assert (row["first_scan_at"], row["last_scan_at"], row["shipped_at"], row["delivered_at"]) == (7, 12, 7, 9)
    assert writing.row("orders", "shipped_at", "delivered_at") == {"shipped_at": 7, "delivered_at": 9}
    assert counted(result, "shipment_events") == (1, 0, 3)
    assert len(result.touched_orders) == 1


def test_a_scan_leaves_a_parcel_whose_number_was_corrected(writing):
    parcel = {"channel": "shop", "order_id": "1", "shipment_id": "S"}
    scan = {"code": "in_transit", "occurred_at": 7}
    writing(at=1, shipments=[{**parcel, "tracking_number": "T"}], shipment_events=[{**scan, "tracking_number": "T"}])
    assert writing.row("shipments")["first_scan_at"] == 7
    writing(at=2, shipments=[{**parcel, "tracking_number": "U"}])
    assert writing.row("shipments")["first_scan_at"] is None
    assert writing.row("shipment_events")["shipment_fk"] is None


def test_a_field_nobody_knows_is_a_fault_of_the_source(sqlite_writing):
    with pytest.raises(KeyError, match="colour"):
        sqlite_writing(orders=[{**ORDER, "colour": "red"}])


def test_what_a_portion_leaves_behind_is_gone_when_the_next_one_comes(sqlite_writing):
    """Statements and results hold themselves: they go only when they are looked for."""
    sqlite_writing()
    left = []

    def portions():
        for number in range(3):
            assert [one for one in left if one() is not None] == []
            itself = Progress()
            itself.itself = itself
            left.append(weakref.ref(itself))
            del itself
            yield [Records("orders", {"channel": ["shop"], "order_id": [str(number)]}, [number + 2])]

    with sqlite_writing.database.write() as conn:
        batch = Batch(conn, sqlite_writing.batch, 0, sqlite_writing.now, "shop", None)
        write_portions(batch, portions(), {"orders": 3})
    assert len(sqlite_writing.rows("orders")) == 3


def test_a_cancelled_write_leaves_nothing(writing):
    progress = Progress()
    progress.cancel()
    records = [Records("orders", {"channel": ["shop"], "order_id": ["1"]})]

    def write():
        with writing.database.write() as conn:
            write_records(conn, records, batch_id=1, source_time=0, now=0, progress=progress)

    with pytest.raises(Cancelled):
        write()
    assert writing.rows("orders") == []
