"""Walmart, Rithum and Etsy. Expected values are those of the sample files, worked out by hand."""

import csv

import pytest

from opsconsole.domain.instants import from_iso


def test_a_walmart_order_is_the_sum_of_its_lines_that_were_not_cancelled(read, sample_files, rows_of):
    parsed = read(sample_files / "walmart_orders.csv")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.notes) == ("walmart_orders", [], (), [])
    orders = rows_of(parsed, "orders")
    assert [(r["order_id"], r["order_number"], r["status"], r["total"]) for r in orders] == [
        # 24.50 + 2.03, and 2 × 5.00 + 1.00 + 0.80; the bowl of 15.00 was cancelled.
        ("108912345678901", "200012345678901", "processing", 3833),
        ("1089123456789", "2000123456789", "delivered", 2653),
        ("1089123456790", "2000123456790", "cancelled", None),
    ]
    assert (orders[0]["subtotal"], orders[0]["shipping"], orders[0]["tax"]) == (3450, 100, 283)
    assert [row["fulfilled_by"] for row in orders] == [None, "walmart", None]
    lines = rows_of(parsed, "order_lines")
    assert [(r["line_id"], r["sku"], r["quantity"], r["shipped_quantity"], r["cancelled_quantity"]) for r in lines] == [
        ("1", "KET-17", 1.0, 1.0, 0.0),
        ("2", "000000", 2.0, 0.0, 0.0),
        ("3", "BOWL", 1.0, 0.0, 1.0),
        ("1", "KET-17", 1.0, 1.0, 0.0),
        ("1", "KET-17", 1.0, 0.0, 1.0),
    ]
    assert [(r["order_id"], r["carrier_key"], r["status"]) for r in rows_of(parsed, "shipments")] == [
        ("108912345678901", "fedex", "shipped"),
        ("1089123456789", "ups", "delivered"),
    ]


def test_numbers_of_a_walmart_workbook_are_no_floats(read, sample_files, rows_of, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    with (sample_files / "walmart_orders.csv").open(newline="") as stream:
        header, *rows = csv.reader(stream)
    sheet.append(header)
    numeric = {header.index(name) for name in ("PO#", "Line#", "Qty", "Item Cost", "Shipping Cost", "Tax")}
    for row in rows:
        cells = [float(cell) if at in numeric else cell for at, cell in enumerate(row)]
        cells[header.index("Order#")] = int(row[header.index("Order#")])
        sheet.append(cells)
    book.save(tmp_path / "PO_Data.xlsx")
    ours, theirs = read(tmp_path / "PO_Data.xlsx"), read(sample_files / "walmart_orders.csv")
    assert (ours.source, ours.rejects) == ("walmart_orders", [])
    for kind in ("orders", "order_lines", "shipments"):
        assert rows_of(ours, kind) == rows_of(theirs, kind)


def test_a_walmart_number_that_a_spreadsheet_has_shortened_is_refused(read, sample_files, text_file):
    text = (sample_files / "walmart_orders.csv").read_text()
    parsed = read(
        text_file(text.replace("1089123456790,", "1.08912E+12,").replace("108912345678901", "108912345678901.0"))
    )
    assert [(r.line, r.field, r.found) for r in parsed.rejects] == [(6, "order_id", "1.08912E+12")]
    assert parsed.records_read["orders"] - parsed.records_rejected["orders"] == 2


def test_an_order_of_rithum_is_the_marketplaces_own(read, sample_files, rows_of):
    parsed = read(sample_files / "channeladvisor_orders.csv", channel="", time_zone="America/New_York")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("channeladvisor_orders", [], ())
    orders = rows_of(parsed, "orders")
    # 31.03 stands on both rows of the first order.
    assert [(r["channel"], r["order_id"], r["total"], r["status"], r["payment_status"]) for r in orders] == [
        ("amazon", "111-2223334-5556667", 3103, "shipped", "paid"),
        ("ebay", "01-11111-22222", 1000, "processing", "pending"),
    ]
    assert orders[1]["ship_by"] == from_iso("2026-11-17T05:00:00Z")
    lines = rows_of(parsed, "order_lines")
    assert [sum(r["amount"] for r in lines if r["channel"] == name) for name in ("amazon", "ebay")] == [2500, 1000]
    assert len(rows_of(parsed, "shipments")) == 1
    assert "is inferred from three programs" in parsed.notes[0]


def test_the_fields_of_rithums_interface_are_the_same_columns(read, text_file, rows_of):
    path = text_file(
        "SiteName,SiteOrderID,ShippingStatus,CreatedDateUtc,TotalPrice,Currency,SKU,Quantity,UnitPrice\n"
        "Walmart,108912345678901,PartiallyShipped,2026-11-14T09:12:44Z,10.00,USD,MUG,2,5.00\n"
    )
    parsed = read(path, channel="")
    (order,) = rows_of(parsed, "orders")
    assert (order["channel"], order["order_id"], order["status"]) == ("walmart", "108912345678901", "partially_shipped")
    assert order["placed_at"] == from_iso("2026-11-14T09:12:44Z")
    assert rows_of(parsed, "order_lines")[0]["amount"] == 1000


def test_what_buyers_paid_on_etsy_includes_the_tax_that_etsy_keeps(read, sample_files, rows_of):
    orders = rows_of(read(sample_files / "etsy_orders.csv"), "orders")
    # 40.00 less 4.00, 5.00 of shipping and 2.05 of tax; 43.05 + 20.00 + 15.00.
    assert orders[0]["subtotal"] + orders[0]["shipping"] + orders[0]["tax"] == orders[0]["total"] == 4305
    assert sum(row["total"] for row in orders) == 7805


def test_an_etsy_file_that_a_spreadsheet_saved_with_tabs_is_the_same(read, sample_files, rows_of, tmp_path):
    with (sample_files / "etsy_orders.csv").open(newline="") as stream:
        table = list(csv.reader(stream))
    with (tmp_path / "etsy.tsv").open("w", newline="", encoding="utf-16") as stream:
        csv.writer(stream, delimiter="\t").writerows(table)
    parsed = read(tmp_path / "etsy.tsv")
    assert parsed.source == "etsy_orders"
    assert rows_of(parsed, "orders") == rows_of(read(sample_files / "etsy_orders.csv"), "orders")


@pytest.mark.parametrize(
    "dates", [("13/11/2026", "15/11/2026", "16/11/2026"), ("2026-11-13", "2026-11-15", "2026-11-16")]
)
def test_etsy_days_that_a_spreadsheet_turned_are_read_as_a_whole(read, sample_files, rows_of, text_file, dates):
    text = (sample_files / "etsy_orders.csv").read_text()
    for ours, theirs in zip(("11/13/26", "11/15/26", "11/16/26"), dates, strict=True):
        text = text.replace(ours, theirs)
    text = text.replace("11/14/26", dates[0].replace("13", "14"))
    orders = rows_of(read(text_file(text)), "orders")
    assert [row["placed_at"] for row in orders] == [from_iso(f"2026-11-{day}T00:00:00Z") for day in (13, 15, 16)]


def test_one_item_of_an_etsy_order_says_what_was_charged_for_all(read, sample_files, rows_of):
    parsed = read(sample_files / "etsy_order_items.csv")
    lines = rows_of(parsed, "order_lines")
    (order,) = rows_of(parsed, "orders")
    # 25.00 + 15.00 for the items; 5.00 of shipping stand on both rows and are charged once.
    assert (sum(row["amount"] for row in lines), order["shipping"]) == (4000, 500)
