"""Traps of Shopify's exports, from the file into the database. Expected values are worked out by hand from the rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from opsconsole.domain.instants import from_iso
from opsconsole.store.schema import batches

DATA = Path(__file__).parents[1] / "data"
Under = Callable[..., str]


def order(name: str, **more: str) -> dict[str, str]:
    """The first row of an order: its money, and one line of one mug."""
    return {
        "Name": name, "Currency": "USD", "Total": "5.00", "Financial Status": "paid", "Created at": MOMENT,
        "Lineitem quantity": "1", "Lineitem name": "Mug", "Lineitem price": "5.00", "Lineitem sku": "MUG-B",
        "Lineitem discount": "0.00", **more,
    }  # fmt: skip


def line(name: str, sku: str, price: str) -> dict[str, str]:
    """A row that continues an order."""
    return {
        "Name": name, "Created at": MOMENT, "Lineitem quantity": "1", "Lineitem name": sku, "Lineitem price": price,
        "Lineitem sku": sku, "Vendor": "House Brand", "Lineitem discount": "0.00", "Phone": "",
    }  # fmt: skip


MOMENT = "2026-11-14 09:12:44 -0800"


def test_orders_are_called_as_the_shop_calls_them(bring: Any, under: Under, tmp_path: Path) -> None:
    """A name that begins with # is no comment, one of digits alone is no number, from a workbook neither."""
    names = ("#1000", "1234567", "#AA1000", "0042")
    text = under("shopify_orders_79.csv", *map(order, names))
    expected = [("#1000", "1000"), ("#AA1000", "AA1000"), ("0042", "0042"), ("1234567", "1234567")]
    bring(text)
    assert bring.rows("orders", "order_id", "order_number") == expected
    book = openpyxl.Workbook()
    for row in text.splitlines():
        book.active.append([int(cell) if cell == "1234567" else cell for cell in row.split(",")])
    book.save(tmp_path / "orders.xlsx")
    bring(tmp_path / "orders.xlsx", channel="second")
    found = bring.rows("orders", "channel", "order_id", "order_number")
    assert found == [(channel, *names) for channel in ("second", "shop") for names in expected]


def test_every_status_of_money_and_of_parcels_is_known(bring: Any, under: Under) -> None:
    money = ("pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired")
    parcels = {
        "fulfilled": "shipped", "unfulfilled": "processing", "partial": "partially_shipped", "restocked": "returned",
        "": "processing",
    }  # fmt: skip
    rows = [order(f"#{status}", **{"Financial Status": status}) for status in money]
    rows += [order(f"#{word} parcel", **{"Fulfillment Status": word}) for word in parcels]
    bring(under("shopify_orders_75.csv", *rows))
    found = dict(bring.rows("orders", "order_id", "payment_status"))
    assert {status: found[f"#{status}"] for status in money} == {status: status for status in money}
    found = dict(bring.rows("orders", "order_id", "status"))
    assert {word: found[f"#{word} parcel"] for word in parcels} == parcels


def test_what_an_order_costs_and_gives_back_stands_on_its_first_row_alone(bring: Any, under: Under) -> None:
    """Three lines of 20.00, 12.00 and 8.00 with 5.00 of shipping are 45.00, of which 15.00 went back."""
    first = order("#1", Total="45.00", Subtotal="40.00", Shipping="5.00", **{
        "Lineitem price": "20.00", "Refunded Amount": "15.00", "Outstanding Balance": "0.00",
        "Payment Reference": "r1.1", "Source": "580111",
    })  # fmt: skip
    bring(under("shopify_orders_75.csv", first, line("#1", "CUP", "12.00"), line("#1", "CUP-2", "8.00")))
    assert bring.rows("orders", "total", "refunded", "lines_total", "line_count") == [(4500, 1500, 4000, 3)]
    assert bring.rows("payments", "amount") == [4500]
    assert bring.rows("refunds", "amount") == []  # told of the order, not as documents with a day


@pytest.mark.parametrize(
    ("zip_code", "kept"), [("'5836", "5836"), ("'01002", "01002"), ("-", None), ("02134", "02134")]
)
def test_a_zip_is_what_it_was_before_the_exporter_guarded_it(
    bring: Any, under: Under, zip_code: str, kept: str | None
) -> None:
    both = {f"{whose} {what}": text for whose in ("Billing", "Shipping")
            for what, text in (("Zip", zip_code), ("Country", "NA"), ("City", "Windhoek"))}  # fmt: skip
    bring(under("shopify_orders_79.csv", order("#1", **both)))
    assert bring.rows("orders", "postcode", "bill_postcode", "country", "bill_country") == [(kept, kept, "NA", "NA")]


def test_times_are_the_shops_own_and_an_order_counts_on_its_day(bring: Any, under: Under) -> None:
    moments = {"Created at": "2026-01-24 01:28:34 +0500", "Paid at": "2026-01-24 01:28:40 +0500"}
    bring(under("shopify_orders_79.csv", order("#1", **moments)))
    (row,) = bring.rows("orders", "placed_at", "paid_at", "placed_on", "time_zone")
    # 20:28 of the day before in Greenwich; 24 January 2026 is day 20,477 since 1970: 56 years of 365 days, 14 leap
    # days, 23 days of January.
    day = 56 * 365 + 14 + 23
    assert row == (from_iso("2026-01-23T20:28:34Z"), from_iso("2026-01-23T20:28:40Z"), day, "Etc/GMT-5")


def test_line_breaks_of_windows_and_a_byte_order_mark_change_nothing(bring: Any) -> None:
    text = (DATA / "shopify_orders_75.csv").read_text(encoding="utf-8")
    assert 'not with the neighbor"' in text  # cells with line breaks in them: a note and attributes of a note
    assert '"gift: yes\nwrap: red"' in text
    bring(text)
    tables = {table: bring.writing.rows(table) for table in ("orders", "order_lines", "payments")}
    report = bring(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "windows.csv")
    assert (report.total("inserted"), report.total("updated")) == (0, 0)
    assert {table: bring.writing.rows(table) for table in tables} == tables
    assert len(tables["orders"]) == 4


def test_identifiers_that_look_like_figures_or_like_nothing_are_text(bring: Any, under: Under) -> None:
    skus = ["0", "000000", "17850.0", "1e5", "N/A", "NULL", "nan", "None", "TRUE", "-", "2026-01-02", "ab-1", "AB-1"]
    rows = [line("#1", sku, "1.00") for sku in skus]
    bring(under("shopify_orders_79.csv", order("#1"), *rows))
    assert bring.rows("order_lines", "sku") == sorted([*skus, "MUG-B"], key=repr)


def test_a_variant_without_a_sku_is_known_by_its_handle_and_options_at_each_location(bring: Any, under: Under) -> None:
    def stock(size: str, location: str, on_hand: str) -> dict[str, str]:
        return {
            "Handle": "bowl", "Title": "Bowl", "Option1 Name": "Size", "Option1 Value": size, "SKU": "",
            "Location": location, "On hand": on_hand, "Available": on_hand, "Committed": "0", "Unavailable": "0",
            "Incoming": "0",
        }  # fmt: skip

    text = under(
        "shopify_inventory_17.csv",
        stock("S", "Portland", "4"), stock("S", "Reno", "7"), stock("L", "Portland", "1"), stock("L", "Reno", "2"),
    )  # fmt: skip
    bring(text, channel=None)
    expected = [
        ("bowl/L", "Portland", 1.0),
        ("bowl/L", "Reno", 2.0),
        ("bowl/S", "Portland", 4.0),
        ("bowl/S", "Reno", 7.0),
    ]
    assert bring.rows("stock_levels", "sku", "location", "on_hand") == expected
    assert bring.rows("products", "sku", "title") == [("bowl/L", "Bowl / L"), ("bowl/S", "Bowl / S")]
    again = bring(text, channel=None)
    assert (again.total("inserted"), again.total("updated")) == (0, 0)


def test_the_figure_that_a_person_may_overwrite_is_no_stock(bring: Any, under: Under) -> None:
    """Of the layout of 2024: “On hand (new)” is there to be filled in and imported into Shopify."""
    bring(under("shopify_inventory_19.csv", {
        "Handle": "kettle", "Title": "Kettle", "Option1 Value": "Default Title", "SKU": "KET-17",
        "Location": "Portland", "Bin name": "A-01", "Incoming (not editable)": "12",
        "Unavailable (not editable)": "1", "Committed (not editable)": "3", "Available (not editable)": "31",
        "On hand (current)": "35", "On hand (new)": "99",
    }), channel=None)  # fmt: skip
    figures = ("sku", "on_hand", "available", "allocated", "held", "inbound", "bin")
    assert bring.rows("stock_levels", *figures) == [("KET-17", 35.0, 31.0, 3.0, 1.0, 12.0, "A-01")]


def test_a_price_for_one_market_is_not_the_price(bring: Any, under: Under) -> None:
    bring(under(
        "shopify_products_2023.csv",
        {"Handle": "mug", "Title": "Mug", "Option1 Name": "Color", "Option1 Value": "Red", "Variant SKU": "MUG-R",
         "Variant Price": "10.00", "Price / France": "14.00", "Compare At Price / France": "20.00",
         "Price / International": "12.00", "Variant Inventory Qty": "4", "Status": "active"},
        # One more variant and one more image of the same product.
        {"Handle": "mug", "Option1 Value": "Blue", "Variant SKU": "MUG-B", "Variant Price": "11.00",
         "Price / France": "15.00", "Variant Inventory Qty": "6"},
        {"Handle": "mug", "Image Src": "https://cdn.example.com/2.jpg", "Image Position": "2"},
    ))  # fmt: skip
    assert bring.rows("products", "sku", "title", "list_price") == [
        ("MUG-B", "Mug / Blue", 1100), ("MUG-R", "Mug / Red", 1000),
    ]  # fmt: skip
    assert bring.rows("listings", "sku", "price", "quantity", "status") == [
        ("MUG-B", 1100, 6.0, "active"), ("MUG-R", 1000, 4.0, "active"),
    ]  # fmt: skip


def test_the_product_names_since_2024_are_the_same_product(bring: Any, under: Under) -> None:
    mug = {"URL handle": "mug", "Title": "Mug", "Option1 name": "Color", "Option1 value": "Red", "SKU": "MUG-R",
           "Price": "10.00", "Compare-at price": "12.00", "Inventory quantity": "4", "Status": "Active"}  # fmt: skip
    more = {"URL handle": "mug", "Option1 value": "Blue", "Price": "11.00", "Inventory quantity": "6"}
    bring(under("shopify_products_2025.csv", mug, more, {"URL handle": "mug", "Image position": "2"}))
    assert bring.rows("products", "sku", "title", "list_price") == [
        ("MUG-R", "Mug / Red", 1200), ("mug/Blue", "Mug / Blue", 1100),
    ]  # fmt: skip
    assert bring.rows("listings", "sku", "price", "quantity") == [("MUG-R", 1000, 4.0), ("mug/Blue", 1100, 6.0)]


def test_a_column_that_nobody_reads_is_told_and_stands_with_the_import(bring: Any, under: Under) -> None:
    text = under("shopify_orders_79.csv", order("#1"))
    header, row = text.splitlines()
    report = bring(f"{header},Gift message,Own no.\n{row},Cheers,7\n")
    assert report.unused == ("Gift message", "Own no.")
    with bring.writing.database.read() as conn:
        kept = json.loads(conn.execute(select(batches.c.report_json)).scalar_one())
    assert kept["unused"] == ["Gift message", "Own no."]
    assert "2 columns not read: “Gift message”, “Own no.”." in kept["words"]
