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


@pytest.mark.parametrize("columns", [29, 30])
def test_new_orders_fill_the_lines_that_the_other_reports_know(read, sample_files, rows_of, columns):
    parsed = read(sample_files / f"amazon_new_orders_{columns}.txt")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_new_orders", [], ())
    # 20.00 + 1.60 + 4.00 + 0.32 and 24.50; 49.00 + 4.00 + 6.00 + 0.48.
    assert [(r["order_id"], r["total"], r["country"], r["phone"]) for r in rows_of(parsed, "orders")] == [
        ("111-0000006-0000006", 5042, "US", "+1 555 0199"),
        ("111-0000008-0000008", 5948, "NA", "+1 555 0100"),
    ]
    assert [(r["line_id"], r["quantity"], r["unit_price"], r["amount"]) for r in rows_of(parsed, "order_lines")] == [
        ("MUG-B", 4.0, 500, 2000),
        ("KET-17", 1.0, 2450, 2450),
        ("KET-17", 2.0, 2450, 4900),
    ]
    known = rows_of(read(sample_files / "amazon_unshipped_27.txt"), "order_lines")
    assert ("111-0000006-0000006", "MUG-B") in {(row["order_id"], row["line_id"]) for row in known}


def test_a_new_orders_report_imported_late_does_not_reopen_what_was_shipped(sqlite_writing, read, sample_files):
    parsed = read(sample_files / "amazon_new_orders_30.txt")
    paid_at = from_iso("2026-11-15T08:05:00Z")
    assert {tuple(records.times) for records in parsed.records} == {(paid_at,) * 2, (paid_at,) * 3}


@pytest.mark.parametrize("columns", [27, 30])
def test_days_past_the_promise_are_not_read_whatever_their_sign(read, sample_files, rows_of, text_file, columns):
    """Negative is time left, and it was true when the report was made: the promise itself stays true."""
    text = (sample_files / f"amazon_unshipped_{columns}.txt").read_text()
    assert "\t-1\t" in text
    turned = read(text_file(text.replace("\t-1\t", "\t1\t")))
    assert rows_of(turned, "orders") == rows_of(read(sample_files / f"amazon_unshipped_{columns}.txt"), "orders")


@pytest.mark.parametrize(
    ("encoding", "name", "city"),
    [
        ("utf-8", "Zoë Ł", "Łódź"),
        ("cp1252", "Zoë", "MÜNCHEN"),
        ("utf-16", "Zoë", "Łódź"),
        ("cp932", "山田 太郎", "つくば市"),
    ],
)
def test_each_marketplace_has_its_character_set(read, sample_files, rows_of, text_file, encoding, name, city):
    text = (sample_files / "amazon_unshipped_27.txt").read_text().replace("Buyer 1", name).replace("RENO", city)
    parsed = read(text_file(text, "unshipped.txt", encoding))
    assert parsed.rejects == []
    assert [(r["ship_name"], r["city"]) for r in rows_of(parsed, "orders")] == [(name, city)] * 2


def test_a_quote_in_a_flat_file_is_a_quote(read, sample_files, rows_of, text_file):
    """Amazon does not quote: a quote that nothing closes would swallow the rows after it."""
    text = (sample_files / "amazon_unshipped_27.txt").read_text()
    parsed = read(text_file(text.replace("Kettle 1.7 l", '"Classic kettle').replace("Bowl", '6" bowl "deep"')))
    assert parsed.rejects == []
    assert [row["title"] for row in rows_of(parsed, "order_lines")] == ['"Classic kettle', '6" bowl "deep"', "Mug"]
    # A spreadsheet that saves it again puts quotes around such cells, or commas between all of them.
    saved = read(text_file(text.replace("Kettle 1.7 l", '"Kettle, ""1.7"" l"'), "saved.txt"))
    assert rows_of(saved, "order_lines")[0]["title"] == 'Kettle, "1.7" l'
    commas = text.replace("Kettle 1.7 l", '"Kettle, 1.7 l"').replace("\t", ",")
    assert rows_of(read(text_file(commas)), "order_lines")[0]["title"] == "Kettle, 1.7 l"


@pytest.mark.parametrize("columns", [18, 20])
def test_stock_at_amazon_is_a_location_of_the_account(read, sample_files, rows_of, columns):
    parsed = read(sample_files / f"amazon_fba_inventory_{columns}.txt", channel="amazon_us")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_fba_inventory", [], ())
    stock = rows_of(parsed, "stock_levels")
    # 31 to sell + 7 reserved + 2 unsellable are the 40 in the warehouse; of 25 announced 15 are on the way.
    assert [(r["sku"], *(r[n] for n in ("on_hand", "allocated", "held", "available", "inbound"))) for r in stock] == [
        ("KET-17", 40.0, 7.0, 2.0, 31.0, 15.0),
        ("000000", 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    assert {row["location"] for row in stock} == {"FBA amazon_us"}
    told = read(sample_files / f"amazon_fba_inventory_{columns}.txt", location="Reno FC")
    assert {row["location"] for row in rows_of(told, "stock_levels")} == {"Reno FC"}


def test_goods_that_change_their_condition_move_twice(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_fba_adjustments.txt")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_fba_adjustments", [], ())
    moved = rows_of(parsed, "stock_movements")
    assert [(r["movement_id"], r["quantity"], r["disposition"], r["moved_at"]) for r in moved] == [
        ("5000000001 SELLABLE", -1.0, "SELLABLE", from_iso("2026-11-10T08:00:00Z")),
        ("5000000001 WAREHOUSE_DAMAGED", 1.0, "WAREHOUSE_DAMAGED", from_iso("2026-11-10T08:00:00Z")),
        ("5000000002 SELLABLE", -2.0, "SELLABLE", from_iso("2026-11-12T17:30:00Z")),
    ]


def test_two_equal_receipts_are_two_and_stay_two(sqlite_writing, read, sample_files):
    for expected in (3, 0):
        written = parsed_into(sqlite_writing, read(sample_files / "amazon_fba_received.txt"), 1)
        assert written.counts["stock_movements"].inserted == expected
    quantities = [row["quantity"] for row in sqlite_writing.rows("stock_movements")]
    assert sorted(quantities) == [6.0, 12.0, 12.0]


def test_an_empty_quantity_of_a_listing_is_amazons_stock_not_none(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_listings.txt")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.description) == (
        *("amazon_listings", [], ()),
        "cp1252, tab",
    )
    assert [
        (r["sku"], r["quantity"], r["price"], r["fulfilled_by"], r["status"]) for r in rows_of(parsed, "listings")
    ] == [
        ("KET-17", None, 2450, "amazon", "active"),
        ("mug-b", 9.0, 500, None, "active"),
        ("000000", 0.0, 1500, None, "inactive"),
        ("BOWL-1", None, None, None, "draft"),
    ]
    assert rows_of(parsed, "listings")[0]["title"] == 'Kettle – 1.7 l, "crème"'
