"""eBay's orders report as its sites write it. Expected values are those of the sample files, worked out by hand."""

import csv

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso
from opsconsole.imports.source import all_sources


def test_an_order_of_several_articles_counts_once_by_its_summary(read, sample_files, rows_of):
    parsed = read(sample_files / "ebay_orders_us.csv")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.notes) == ("ebay_orders", [], (), [])
    orders = rows_of(parsed, "orders")
    assert [(r["order_id"], r["total"], r["shipping"], r["tax"]) for r in orders] == [
        ("01-11111-22222", 3103, 400, 203),
        ("01-11111-22223", 3000, 500, None),
        ("103", 143366, 0, None),
    ]
    # 31.03 + 30.00 + 1,433.66; with the sum of the articles counted again it would be 25.00 more.
    assert sum(row["total"] for row in orders) == 149469
    lines = rows_of(parsed, "order_lines")
    assert [(r["order_id"], r["sku"], r["quantity"], r["unit_price"], r["amount"]) for r in lines] == [
        ("01-11111-22222", "KET-17", 2.0, 1250, 2500),
        ("01-11111-22223", "BOWL", 1.0, 1000, 1000),
        ("01-11111-22223", "MUG-B", 2.0, 750, 1500),
        ("103", "000000", 1.0, 143366, 143366),
    ]
    # 31.03 less 4.00 and 2.03; 30.00 less 5.00.
    assert [sum(r["amount"] for r in lines if r["order_id"] == o["order_id"]) for o in orders] == [2500, 2500, 143366]


def test_an_order_that_nobody_paid_is_known_by_its_sales_record(read, sample_files, rows_of):
    orders = rows_of(read(sample_files / "ebay_orders_us.csv"), "orders")
    assert [(row["status"], row["payment_status"]) for row in orders] == [
        ("shipped", "paid"),
        ("processing", "paid"),  # one of its two articles has not left
        ("pending", "pending"),
    ]
    assert orders[0]["placed_at"] == from_iso("2026-11-10T00:00:00Z")
    assert (orders[1]["ship_name"], orders[1]["postcode"], orders[2]["ship_name"]) == ("Buyer One", "04101", None)


def test_tracking_numbers_are_parcels_and_articles_leave_when_theirs_does(read, sample_files, rows_of):
    parsed = read(sample_files / "ebay_orders_us.csv")
    assert [(r["order_id"], r["tracking_number"], r["shipped_at"]) for r in rows_of(parsed, "shipments")] == [
        ("01-11111-22222", "9400100000000000000001", from_iso("2026-11-11T00:00:00Z")),
        ("01-11111-22223", "9400100000000000000002", from_iso("2026-11-14T00:00:00Z")),
    ]
    assert [row["shipped_at"] is not None for row in rows_of(parsed, "order_lines")] == [True, True, False, False]


def test_articles_sorted_before_their_summary_change_nothing(read, sample_files, rows_of, tmp_path):
    with (sample_files / "ebay_orders_us.csv").open(newline="") as stream:
        blank, header, padding, *rows = csv.reader(stream)
    with (tmp_path / "sorted.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([blank, header, padding, *reversed(rows)])
    ours, theirs = read(tmp_path / "sorted.csv"), read(sample_files / "ebay_orders_us.csv")
    for kind in ("orders", "order_lines", "shipments"):
        assert sorted(map(repr, rows_of(ours, kind))) == sorted(map(repr, rows_of(theirs, kind)))


def test_a_sep_line_a_blank_line_and_british_words(read, sample_files, rows_of):
    parsed = read(sample_files / "ebay_orders_uk.csv", currency="USD")
    assert (parsed.source, parsed.rejects, parsed.notes) == ("ebay_orders", [], [])
    orders = rows_of(parsed, "orders")
    assert [(r["total"], r["currency"], r["status"], r["postcode"]) for r in orders] == [
        (2845, "GBP", "shipped", "YO1 7HH"),
        (1000, "GBP", "processing", "YO1 7HH"),
    ]
    assert orders[0]["placed_at"] == from_iso("2026-05-26T00:00:00Z")
    assert [row["ship_by_on"] for row in orders] == [20601, 20607]  # days from 1970 to 28 May and 3 June 2026


def test_australian_dollars_are_no_american_ones(read, sample_files, rows_of):
    (order,) = rows_of(read(sample_files / "ebay_orders_au.csv", currency="USD"), "orders")
    assert (order["total"], order["shipping"], order["currency"]) == (301200, 1200, "AUD")


def test_german_words_commas_and_months(read, sample_files, rows_of):
    parsed = read(sample_files / "ebay_orders_de.csv")
    assert (parsed.source, parsed.rejects) == ("ebay_orders", [])
    orders = rows_of(parsed, "orders")
    assert [(r["order_id"], r["total"], r["currency"], r["status"]) for r in orders] == [
        ("04-11111-22222", 11699, "EUR", "shipped"),
        ("04-11111-22223", 9000, "EUR", "processing"),
    ]
    assert [row["placed_at"] for row in orders] == [from_iso("2025-12-10T00:00:00Z"), from_iso("2026-03-02T00:00:00Z")]
    assert orders[0]["email"] is None
    assert [(r["title"], r["amount"]) for r in rows_of(parsed, "order_lines")] == [
        ("Wasserkocher", 11200), ("Schüssel", 6000), ("Becher", 3000),
    ]  # fmt: skip
    assert parsed.notes[0].startswith("The layout of eBay, orders report is inferred from three programs")
    assert not any("decimal comma" in note for note in parsed.notes)  # as everybody there writes
    assert "It fills no shipments: it has no column “Tracking Number”." in parsed.notes


def test_french_words_spaces_and_months(read, sample_files, rows_of):
    parsed = read(sample_files / "ebay_orders_fr.csv")
    assert (parsed.source, parsed.rejects) == ("ebay_orders", [])
    lines = rows_of(parsed, "order_lines")
    assert [(r["quantity"], r["unit_price"], r["amount"], r["currency"]) for r in lines] == [
        (1.0, 123450, 123450, "EUR"), (3.0, 550, 1650, "EUR"),
    ]  # fmt: skip
    orders = rows_of(parsed, "orders")
    assert [row["placed_at"] for row in orders] == [from_iso("2026-10-05T00:00:00Z"), from_iso("2026-08-21T00:00:00Z")]
    # The file does not say who has paid.
    assert [(row.get("status"), row.get("payment_status")) for row in orders] == [(None, None)] * 2


def test_what_a_report_lacks_is_told_in_its_own_language(read, text_file):
    path = text_file("Verkaufsprotokollnummer;Anzahl;Verkauft am\n1;2;10-Dez-25\n")
    with pytest.raises(UserError, match="it has no column “Verkauft für”"):
        read(path, all_sources()["ebay_orders"])


@pytest.mark.parametrize(
    "footer",
    [
        "2 record(s) downloaded\nSeller ID : own_shop\n",
        '"2","record(s) downloaded","from 01-May-26 to 16-Jun-26"\n"Seller ID: own_shop"\n',
        f"2,record(s) downloaded{',' * 27}\n{',' * 28}\nSeller ID : own_shop{',' * 28}\n",
        "",
    ],
)
def test_however_the_report_ends_its_end_is_no_order(read, sample_files, rows_of, text_file, footer):
    text = (sample_files / "ebay_orders_uk.csv").read_text(encoding="utf-8")
    parsed = read(text_file(text[: text.index("2,record(s)")] + footer))
    assert parsed.rejects == []
    assert [row["order_id"] for row in rows_of(parsed, "orders")] == ["02-11111-22222", "02-11111-22223"]
