import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso
from opsconsole.imports.recognize import NotRecognized

Read = Callable[..., Any]


def test_order_money_counts_once_however_many_lines_an_order_has(read: Read, sample_files: Path, rows_of: Read) -> None:
    parsed = read(sample_files / "shopify_orders_75.csv")
    assert (parsed.source, parsed.records_rejected) == (
        "shopify_orders",
        {"orders": 0, "order_lines": 0, "payments": 0},
    )
    orders = rows_of(parsed, "orders")
    assert [(row["order_id"], row["total"]) for row in orders] == [
        ("#2001", 7560), ("#2002", 4490), ("#2003", 9500), ("#2004", 2500),
    ]  # fmt: skip
    assert [(row["status"], row["payment_status"]) for row in orders] == [
        ("shipped", "paid"),
        ("processing", "pending"),
        ("partially_shipped", "paid"),
        ("cancelled", "voided"),
    ]
    # The lines' amounts less their discounts are the subtotals on the orders.
    lines = rows_of(parsed, "order_lines")
    for order in orders:
        assert sum(line["amount"] for line in lines if line["order_id"] == order["order_id"]) == order["subtotal"]


def test_times_zips_and_countries_of_shopify_are_what_they_were(read: Read, sample_files: Path, rows_of: Read) -> None:
    orders = rows_of(read(sample_files / "shopify_orders_75.csv"), "orders")
    assert orders[0]["placed_at"] == from_iso("2026-11-14T17:12:44Z")
    assert orders[0]["stated_shipped_at"] == from_iso("2026-11-15T18:00:00Z")
    assert [row["time_zone"] for row in orders] == ["Etc/GMT+8"] * 4
    assert [row["postcode"] for row in orders] == ["97201", None, "01002", "10115"]
    assert [row["country"] for row in orders] == ["US", "NA", "US", "DE"]
    assert orders[1]["note"] == "Leave at the door,\nnot with the neighbor"
    assert orders[2]["stated_shipped_at"] is None


def test_lines_without_an_id_are_known_by_article_and_how_many_times(
    read: Read, sample_files: Path, rows_of: Read
) -> None:
    lines = rows_of(read(sample_files / "shopify_orders_75.csv"), "order_lines")
    assert [(r["order_id"], r["line_id"], r["sku"], r["quantity"], r["shipped_quantity"]) for r in lines] == [
        ("#2001", "KET-17", "KET-17", 2.0, 2.0),
        ("#2001", "TOW-1", "TOW-1", 1.0, 1.0),
        ("#2002", "000000", "000000", 1.0, 0.0),
        ("#2003", "MUG-B", "MUG-B", 1.0, 1.0),
        ("#2003", "MUG-B (2)", "MUG-B", 1.0, 0.0),
        ("#2003", "Bowl", None, 4.0, 0.0),
        ("#2004", "GIFT", "GIFT", 1.0, 0.0),
    ]


def test_79_columns_and_columns_in_another_order_are_the_same_source(
    read: Read, sample_files: Path, rows_of: Read, tmp_path: Path
) -> None:
    parsed = read(sample_files / "shopify_orders_79.csv")
    assert [row["payment_terms"] for row in rows_of(parsed, "orders")] == [None, "Net 30"]
    with (sample_files / "shopify_orders_79.csv").open(newline="") as stream:
        table = [row[::-1] for row in csv.reader(stream)]
    with (tmp_path / "turned.csv").open("w", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(table)
    turned = read(tmp_path / "turned.csv")
    assert rows_of(turned, "orders") == rows_of(parsed, "orders")


def test_the_same_orders_out_of_a_workbook_are_the_same(
    read: Read, sample_files: Path, rows_of: Read, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    with (sample_files / "shopify_orders_75.csv").open(newline="") as stream:
        for row in csv.reader(stream):
            sheet.append(row)
    book.save(tmp_path / "orders.xlsx")
    for kind in ("orders", "order_lines", "payments"):
        expected = rows_of(read(sample_files / "shopify_orders_75.csv"), kind)
        assert rows_of(read(tmp_path / "orders.xlsx"), kind) == expected


def test_lines_whose_order_is_in_another_file_wait(read: Read, sample_files: Path, tmp_path: Path) -> None:
    with (sample_files / "shopify_orders_75.csv").open(newline="") as stream:
        table = list(csv.reader(stream))
    with (tmp_path / "second_half.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([table[0], *table[2:]])  # begins with a line that continues #2001
    parsed = read(tmp_path / "second_half.csv")
    assert [(r.line, r.field) for r in parsed.rejects] == [(2, "currency")]


def test_a_shopify_file_that_a_spreadsheet_saved_again_is_read_in_the_form_it_has(
    read: Read, sample_files: Path, tmp_path: Path, rows_of: Read
) -> None:
    with (sample_files / "shopify_orders_79.csv").open(newline="") as stream:
        text = stream.read()
    path = tmp_path / "saved_again.csv"
    path.write_text(
        text.replace("2026-11-14 09:12:44 -0800", "11/14/2026 9:12").replace(
            "2026-11-17 06:00:00 -0800", "11/17/2026 6:00"
        )
    )
    parsed = read(path, time_zone="America/Los_Angeles")
    assert rows_of(parsed, "orders")[0]["placed_at"] == from_iso("2026-11-14T17:12:00Z")
    assert "not in the platform's own form" in parsed.notes[0]


def test_stock_without_skus_is_known_by_handle_and_options(read: Read, sample_files: Path, rows_of: Read) -> None:
    parsed = read(sample_files / "shopify_inventory_17.csv")
    stock = rows_of(parsed, "stock_levels")
    assert [
        (r["sku"], r["location"], r["on_hand"], r["available"], r["allocated"], r["held"], r["inbound"]) for r in stock
    ] == [
        ("KET-17", "Portland", 40.0, 37.0, 2.0, 1.0, 0.0),
        ("KET-17", "Reno 3PL", -3.0, -3.0, 0.0, 0.0, 24.0),
        ("bowl/Blue/S", "Portland", 12.0, 8.0, 4.0, 0.0, 0.0),
        ("bowl/Blue/L", "Portland", 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    assert [(r["sku"], r["title"]) for r in rows_of(parsed, "products")] == [
        ("KET-17", "Kettle 1.7 l"),
        ("bowl/Blue/S", "Bowl / Blue / S"),
        ("bowl/Blue/L", "Bowl / Blue / L"),
    ]


def test_the_inventory_layout_of_2024_is_read_by_its_new_names(read: Read, sample_files: Path, rows_of: Read) -> None:
    stock = rows_of(read(sample_files / "shopify_inventory_19.csv"), "stock_levels")
    assert [(r["sku"], r["on_hand"], r["available"], r["bin"]) for r in stock] == [
        ("KET-17", 35.0, 31.0, "A-01"),
        ("MUG-B", 60.0, 59.0, "A-01"),
    ]


def test_voided_labels_are_kept_as_voided_and_return_labels_are_returns(
    read: Read, sample_files: Path, rows_of: Read
) -> None:
    parsed = read(
        sample_files / "shipstation_shipments.csv", channel="", time_zone="America/Los_Angeles", currency="USD"
    )
    shipments = rows_of(parsed, "shipments")
    assert [
        (r["order_id"], r["status"], r["voided"], r["carrier_key"], r["cost"], r["weight_grams"]) for r in shipments
    ] == [
        ("2001", "delivered", False, "ups", 845, 907.2),
        ("2003", "shipped", False, "fedex", 910, 467.8),
        ("2003", "voided", True, "fedex", 910, 467.8),
    ]
    assert shipments[0]["shipped_at"] == from_iso("2026-11-15T18:00:00Z")
    assert shipments[0]["tracking_number"] == "1Z999AA10123456784"
    assert [(r["order_id"], r["return_id"]) for r in rows_of(parsed, "returns")] == [("2001", "RMA-77")]
    assert [(r["key"], r["name"], r["kind"]) for r in rows_of(parsed, "vendors")] == [
        ("ups", "UPS", "parcel_carrier"),
        ("fedex", "FedEx", "parcel_carrier"),
    ]


def test_shipstation_columns_may_be_few_and_in_any_order(read: Read, text_file: Read, rows_of: Read) -> None:
    path = text_file(
        "Shipment - Tracking Number,Date - Shipped Date,Order - Number\n'9400100000000000000001,11/15/2026,77\n"
    )
    (shipment,) = rows_of(read(path, channel=""), "shipments")
    assert shipment["order_id"] == "77"
    assert shipment["tracking_number"] == "9400100000000000000001"
    assert shipment["status"] == "shipped"


def test_a_header_that_fits_nothing_is_told_with_its_columns(read: Read, text_file: Read) -> None:
    with pytest.raises(NotRecognized) as caught:
        read(text_file("Campaign,Day,Spend\nBrand,2026-11-01,12.50\n"))
    assert "“Campaign”, “Day”, “Spend” (line 1)" in caught.value.message


def test_a_saved_mapping_made_for_exactly_this_header_goes_before_a_source(
    read: Read, mapping: Read, sample_files: Path
) -> None:
    from opsconsole.imports.source import all_sources

    path = sample_files / "shopify_inventory_17.csv"
    header = path.read_text().splitlines()[0].split(",")
    spec = mapping(
        f'name = "Mine"\n[file]\nheader = {header}\n[[records]]\nkind = "products"\n[records.fields]\nsku = "Handle"\n'
    )
    assert read(path, candidates=[*all_sources().values(), spec]).source == "mapping:Mine"
    loose = mapping('name = "Loose"\n[[records]]\nkind = "products"\n[records.fields]\nsku = "Handle"\n')
    assert read(path, candidates=[loose, *all_sources().values()]).source == "shopify_inventory"


def test_a_source_named_for_the_wrong_file_says_all_that_is_missing_and_offers_a_mapping(
    read: Read, sample_files: Path
) -> None:
    from opsconsole.imports.source import all_sources

    with pytest.raises(UserError) as caught:
        read(sample_files / "shopify_inventory_17.csv", all_sources()["shopify_orders"])
    missing = "“Name”, “Financial Status”, “Fulfillment Status”, “Currency”, “Total”, “Created at” and 1 more"
    assert caught.value.message.endswith(f" does not fit Shopify, orders: it has no columns {missing}.")
    assert "“Map its columns” in the window, “mappings propose” on the command line" in caught.value.hint


def test_a_source_that_is_named_needs_only_the_columns_that_it_reads(
    read: Read, sample_files: Path, rows_of: Read, tmp_path: Path
) -> None:
    """The report of unshipped orders is told by two columns whose values nobody reads."""
    from opsconsole.imports.source import all_sources

    source = all_sources()["amazon_unshipped"]
    with (sample_files / "amazon_unshipped_27.txt").open(newline="") as stream:
        table = list(csv.DictReader(stream, delimiter="\t"))

    def without(*names: str) -> Path:
        path = tmp_path / "part.txt"
        with path.open("w", newline="") as stream:
            kept = [name for name in table[0] if name not in names]
            writer = csv.DictWriter(stream, kept, delimiter="\t", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(table)
        return path

    path = without("days-past-promise", "quantity-to-ship")
    with pytest.raises(NotRecognized):
        read(path)
    parsed = read(path, source)
    assert rows_of(parsed, "orders") == rows_of(read(sample_files / "amazon_unshipped_27.txt"), "orders")
    assert parsed.why == "you said so, though it has no columns “days-past-promise”, “quantity-to-ship”"
    with pytest.raises(UserError, match="it has no column “order-id”"):
        read(without("order-id", "days-past-promise"), source)


def test_a_layout_that_is_only_inferred_says_so_and_which_columns_were_read(read: Read, sample_files: Path) -> None:
    from dataclasses import replace

    from opsconsole.imports.source import all_sources

    inferred = replace(all_sources()["amazon_fba_returns"], inferred="one program that reads it")
    (note,) = read(sample_files / "amazon_fba_returns.txt", candidates=[inferred]).notes
    assert note.startswith("The layout of Amazon, FBA returns is inferred from one program that reads it; ")
    assert "Read were 8 columns: “return-date”, “order-id”, “sku”, “quantity”" in note
    assert read(sample_files / "amazon_fba_returns.txt").notes == []
