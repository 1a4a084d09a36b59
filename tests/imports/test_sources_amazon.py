"""Amazon's reports. Expected values are those of the sample files, worked out by hand."""

import csv

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso

ONE, TWO, THREE, FOUR = (f"111-000000{n}-000000{n}" for n in "1234")


@pytest.mark.parametrize("columns", [29, 32, 33])
def test_all_orders_is_read_by_name_in_each_of_its_layouts(read, sample_files, rows_of, columns):
    parsed = read(sample_files / f"amazon_orders_{columns}.txt")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_orders", [], ())
    orders = rows_of(parsed, "orders")
    assert [(row["order_id"], row["status"], row["payment_status"], row["fulfilled_by"]) for row in orders] == [
        (ONE, "shipped", "paid", None),
        (TWO, "delivered", "paid", "amazon"),
        (THREE, "pending", "pending", None),
        (FOUR, "cancelled", None, None),
    ]
    assert orders[0]["placed_at"] == from_iso("2026-11-14T17:12:44Z")
    assert parsed.records[0].times[0] == from_iso("2026-11-15T19:00:00Z")


def test_the_price_of_an_amazon_item_covers_its_whole_quantity(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_orders_33.txt")
    # 49 + 4 + 6 + 0.48 + 10 + 0.80 less promotions of 5 and 6; what was cancelled costs nothing.
    assert [row["total"] for row in rows_of(parsed, "orders")] == [5928, 1500, None, None]
    lines = rows_of(parsed, "order_lines")[:3]
    assert [(row["sku"], row["quantity"], row["unit_price"], row["amount"]) for row in lines] == [
        ("KET-17", 2.0, 2450, 4400),
        ("mug-b", 1.0, None, None),
        ("MUG-B", 3.0, 333, 1000),
    ]


def test_a_shipped_amazon_order_may_have_a_cancelled_item(read, sample_files, rows_of):
    lines = rows_of(read(sample_files / "amazon_orders_29.txt"), "order_lines")[:3]
    assert [(row["line_id"], row["shipped_quantity"], row["cancelled_quantity"]) for row in lines] == [
        ("KET-17", 2.0, 0.0),
        ("mug-b", 0.0, 1.0),
        ("MUG-B", 3.0, 0.0),
    ]


def test_amazon_zips_countries_and_skus_are_what_they_were(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_orders_33.txt")
    orders = rows_of(parsed, "orders")
    assert (orders[0]["postcode"], orders[1]["country"]) == ("01002", "NA")
    assert rows_of(parsed, "order_lines")[3]["sku"] == "000000"


@pytest.mark.parametrize("columns", [27, 30])
def test_the_promise_of_an_unshipped_order_is_its_ship_by(read, sample_files, rows_of, columns):
    parsed = read(sample_files / f"amazon_unshipped_{columns}.txt")
    assert (parsed.source, parsed.unused) == ("amazon_unshipped", ())
    assert [(row["ship_by"], row["status"]) for row in rows_of(parsed, "orders")] == [
        (from_iso("2026-11-17T07:59:59Z"), "processing"),
        (from_iso("2026-11-16T07:59:59Z"), "partially_shipped"),
    ]
    assert [(row["line_id"], row["shipped_quantity"]) for row in rows_of(parsed, "order_lines")] == [
        ("KET-17", 0.0),
        ("BOWL-1", 0.0),
        ("MUG-B", 1.0),
    ]
    assert rows_of(parsed, "orders")[0]["phone"] == "+1 555 0100"


def test_dates_that_a_spreadsheet_half_converted_are_refused_not_guessed(read, sample_files, tmp_path):
    """Days up to 12 read MM/DD/YY and the others stay MM-DD-YY: reading row by row would shift months."""
    with (sample_files / "amazon_unshipped_30.txt").open(newline="") as stream:
        table = list(csv.DictReader(stream, delimiter="\t"))
    for row, text in zip(table, ("11/05/26", "11-16-26", "11/07/26"), strict=True):
        row["promise-date"] = text
    path = tmp_path / "unshipped.txt"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(table[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows(table)
    with pytest.raises(UserError, match="promise-date"):
        read(path)


def parsed_into(writing, parsed, at):
    kinds = {records.kind: records.rows() for records in parsed.records}
    return writing(at=at, channel="shop", **kinds)


def test_both_reports_fill_the_same_lines_whichever_comes_first(writing, read, text_file, sample_files):
    unshipped = read(sample_files / "amazon_unshipped_27.txt")
    header = (sample_files / "amazon_orders_33.txt").read_text().splitlines()[0].split("\t")
    row = {
        "amazon-order-id": "111-0000006-0000006",
        "purchase-date": "2026-11-15T08:00:00+00:00",
        "last-updated-date": "2026-11-16T08:00:00+00:00",
        "order-status": "Shipped",
        "item-status": "Shipped",
        "sku": "MUG-B",
        "product-name": "Mug",
        "quantity": "4",
        "currency": "USD",
        "item-price": "20.00",
    }
    lines = ["\t".join(header), "\t".join(row.get(name, "") for name in header)]
    every = read(text_file("\n".join(lines) + "\n", "all.txt"))
    for at, parsed in ((20, every), (10, unshipped)):
        parsed_into(writing, parsed, at)
    (line,) = [row for row in writing.rows("order_lines") if row["order_fk"] == "shop/111-0000006-0000006"]
    assert (line["quantity"], line["shipped_quantity"], line["amount"]) == (4.0, 4.0, 2000)
    statuses = {row["order_id"]: row["status"] for row in writing.rows("orders")}
    assert statuses["111-0000006-0000006"] == "shipped"


def test_an_order_that_left_the_unshipped_list_is_not_called_shipped(sqlite_writing, read, sample_files, tmp_path):
    parsed_into(sqlite_writing, read(sample_files / "amazon_unshipped_27.txt"), 10)
    with (sample_files / "amazon_unshipped_27.txt").open() as stream:
        text = stream.read().splitlines()
    path = tmp_path / "later.txt"
    path.write_text("\n".join([text[0], text[3]]) + "\n")
    parsed_into(sqlite_writing, read(path), 20)
    statuses = {row["order_id"]: (row["status"], row["shipped_at"]) for row in sqlite_writing.rows("orders")}
    assert statuses["111-0000005-0000005"] == ("processing", None)


def test_each_returned_unit_is_a_return_of_its_own(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_fba_returns.txt")
    assert parsed.source == "amazon_fba_returns"
    assert [(r["return_id"], r["stage"], r["disposition"], r["reason"]) for r in rows_of(parsed, "returns")] == [
        ("LPNRR000000001", "dispositioned", "resell", "UNWANTED_ITEM"),
        ("LPNRR000000002", "dispositioned", None, "DEFECTIVE"),
        ("111-0000002-0000002 2026-11-16T21:00:00+00:00", "received", None, "DEFECTIVE"),
    ]
