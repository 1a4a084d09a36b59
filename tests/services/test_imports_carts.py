"""Traps of WooCommerce's and Adobe Commerce's exports, from the file into the database; figures worked out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.instants import from_iso
from opsconsole.store.schema import channels

DATA = Path(__file__).parents[1] / "data"
Under = Callable[..., str]

WOO_STATUSES = {
    "pending": ("pending", "pending"), "failed": ("pending", "failed"), "on-hold": ("on_hold", "pending"),
    "processing": ("processing", "paid"), "completed": ("shipped", "paid"), "refunded": ("cancelled", "refunded"),
    "cancelled": ("cancelled", None),
}  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "wc-"])
def test_statuses_of_woocommerce_are_known_and_a_cart_is_no_order(bring: Any, under: Under, prefix: str) -> None:
    def row(number: int, status: str) -> dict[str, str]:
        paid = "" if status == "cancelled" else "2026-11-14 09:13:00"
        return {
            "order_id": str(number), "order_date": "2026-11-14 09:12:44", "paid_date": paid,
            "status": f"{prefix}{status}", "order_total": "10.00", "order_currency": "EUR",
            "Product Item 1 Name": "Mug", "Product Item 1 SKU": "MUG-B", "Product Item 1 Quantity": "1",
            "Product Item 1 Total": "10.00",
        }  # fmt: skip

    words = [*WOO_STATUSES, "checkout-draft"]
    bring(under("woocommerce_orders.csv", *(row(number, word) for number, word in enumerate(words, start=1))))
    found = {number: told for number, *told in bring.rows("orders", "order_id", "status", "payment_status")}
    assert found == {str(number): list(told) for number, told in enumerate(WOO_STATUSES.values(), start=1)}
    assert len(bring.rows("order_lines", "sku")) == len(WOO_STATUSES)


@pytest.mark.parametrize("prefix", ["", "wc-"])
def test_analytics_knows_the_same_statuses(bring: Any, under: Under, prefix: str) -> None:
    rows = [
        {"Date": "2026-11-14 09:12:44", "Order #": str(number), "Status": f"{prefix}{word}", "Net Sales": "10.00",
         "N. Revenue (formatted)": "10,00 €", "Product(s)": "2× Mug, 1× Bowl, blue", "Customer": "Buyer 1"}
        for number, word in enumerate([*WOO_STATUSES, "checkout-draft"], start=1)
    ]  # fmt: skip
    bring(under("woocommerce_analytics.csv", *rows))
    found = {number: told for number, *told in bring.rows("orders", "order_id", "status", "payment_status")}
    assert found == {str(number): list(told) for number, told in enumerate(WOO_STATUSES.values(), start=1)}
    # What is squeezed into one cell has no articles' numbers: no line is made up of it, and no total.
    assert bring.rows("order_lines", "sku") == []
    assert set(bring.rows("orders", "subtotal", "total")) == {(1000, None)}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_the_exporter_put_before_a_sign_is_taken_away(bring: Any, under: Under, sign: str) -> None:
    product = {"ID": "7", "Type": "simple", "SKU": f"'{sign}A-1", "Name": f"'{sign}Mug", "Published": "1",
               "Regular price": "5.00"}  # fmt: skip
    bring(under("woocommerce_products_en.csv", product))
    assert bring.rows("products", "sku", "title") == [(f"{sign}A-1", f"{sign}Mug")]
    order = {"order_id": "1", "order_date": "2026-11-14 09:12:44", "status": "processing", "order_total": "5.00",
             "order_currency": "EUR", "billing_first_name": f"'{sign}Ann", "customer_note": f"'{sign}1",
             "Product Item 1 Name": f"'{sign}Mug", "Product Item 1 SKU": f"'{sign}A-1",
             "Product Item 1 Quantity": "1", "Product Item 1 Total": "5.00"}  # fmt: skip
    bring(under("woocommerce_orders.csv", order), "orders.csv")
    assert bring.rows("orders", "customer_name", "note") == [(f"{sign}Ann", f"{sign}1")]
    assert bring.rows("order_lines", "sku", "title") == [(f"{sign}A-1", f"{sign}Mug")]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("-KET", 900.0, 3000)),
        ("de", ("KET-17", 900.0, 2990)),
        ("fr", ("KET-17", 900.0, 2990)),  # Poids (kg) 0,9
        ("es", ("KET-17", 907.2, 2990)),  # Peso (lbs) 2, of 453.59237 g
    ],
)
def test_a_shop_exports_its_products_in_its_language_and_units(
    bring: Any, language: str, expected: tuple[str, float, int]
) -> None:
    path = DATA / f"woocommerce_products_{language}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    bring(path)
    assert expected in bring.rows("products", "sku", "weight_grams", "list_price")


@pytest.mark.parametrize(("unit", "grams"), [("kg", 2500.0), ("g", 2.5), ("lbs", 1134.0), ("oz", 70.9)])
def test_a_weight_is_in_the_unit_of_its_header(bring: Any, unit: str, grams: float) -> None:
    """2.5 pounds of 453.59237 g and 2.5 ounces of 28.349523125 g, to one place."""
    bring(f"ID,Type,SKU,Name,Published,Regular price,Weight ({unit})\n1,simple,A,Mug,1,5.00,2.5\n")
    assert bring.rows("products", "weight_grams") == [grams]


def test_a_file_as_wide_as_its_widest_order_has_all_lines_of_each(bring: Any) -> None:
    for _ in range(2):
        bring(DATA / "woocommerce_orders.csv")
    # Three lines of the widest order: 40.00 + 10.00 + 9.99; the others have one.
    assert bring.rows("orders", "order_id", "line_count", "lines_total") == [
        ("5001", 3, 5999), ("5002", 1, 333), ("5003", 1, 333), ("5004", 1, 333),
    ]  # fmt: skip


MAGENTO_STATUSES = {
    "Pending": ("pending", "pending"), "Pending Payment": ("pending", "pending"), "Processing": ("processing", "paid"),
    "On Hold": ("on_hold", None), "Complete": ("shipped", "paid"), "Closed": ("cancelled", "refunded"),
    "Canceled": ("cancelled", "voided"), "Suspected Fraud": ("on_hold", None),
    "Payment Review": ("on_hold", "authorized"),
}  # fmt: skip


def grid(number: str, **more: str) -> dict[str, str]:
    return {
        "ID": number, "Purchase Point": "Main Website", "Purchase Date": "Nov 14, 2026 15:04:05 PM",
        "Bill-to Name": "Buyer One", "Grand Total (Base)": "$10.00", "Grand Total (Purchased)": "€9.00",
        "Status": "Processing", **more,
    }  # fmt: skip


@pytest.mark.parametrize("code", [False, True])
def test_statuses_of_adobe_commerce_are_known_by_label_and_by_code(bring: Any, under: Under, code: bool) -> None:
    rows = [
        grid(f"{number:09}", Status=word.lower().replace(" ", "_") if code else word)
        for number, word in enumerate(MAGENTO_STATUSES, start=1)
    ]
    bring(under("magento_orders_8.csv", *rows))
    found = [tuple(told) for _, *told in bring.rows("orders", "order_id", "status", "payment_status")]
    assert found == list(MAGENTO_STATUSES.values())


def test_a_clock_of_24_hours_may_say_am_and_pm_and_is_the_stores(bring: Any, under: Under) -> None:
    rows = {
        "000000101": "Jan 5, 2024 15:04:05 PM", "000000102": "Jan 5, 2024 9:04:05 AM",
        "000000103": "Jan 5, 2024 12:30:00 PM", "000000104": "Jan 5, 2024 0:10:00 AM",
    }  # fmt: skip
    with bring.writing.database.write() as conn:
        conn.execute(channels.insert().values(key="shop", label="Shop", platform="magento", time_zone="Europe/Berlin"))
    bring(under("magento_orders_8.csv", *(grid(number, **{"Purchase Date": when}) for number, when in rows.items())))
    # One hour before Berlin in winter.
    assert bring.rows("orders", "order_id", "placed_at") == [
        (number, from_iso(f"2024-01-{moment}Z"))
        for number, moment in zip(rows, ("05T14:04:05", "05T08:04:05", "05T11:30:00", "04T23:10:00"), strict=True)
    ]  # fmt: skip
    # A whole file before noon proves nothing: it is read alike by either clock.
    bring(under("magento_orders_18.csv", grid("7", **{"Purchase Date": "Jan 5, 2024 3:04:05 AM"})), "more.csv")
    assert ("7", from_iso("2024-01-05T02:04:05Z")) in bring.rows("orders", "order_id", "placed_at")


def test_ids_keep_their_zeros_and_the_grid_has_no_lines(bring: Any, under: Under) -> None:
    bring(under("magento_orders_8.csv", grid("000000101"), grid("2000000007")))
    assert bring.rows("orders", "order_id", "order_number", "total", "currency", "line_count") == [
        ("000000101", "000000101", 900, "EUR", 0), ("2000000007", "2000000007", 900, "EUR", 0),
    ]  # fmt: skip
    assert bring.rows("order_lines", "sku") == []


def test_stock_of_a_source_may_be_a_part_of_a_piece(bring: Any, under: Under) -> None:
    bring(under(
        "magento_stock.csv",
        {"source_code": "default", "sku": "000123", "status": "1", "quantity": "10.1000"},
        {"source_code": "east", "sku": "000123", "status": "0", "quantity": "5.2500"},
    ), channel=None)  # fmt: skip
    assert bring.rows("stock_levels", "sku", "location", "on_hand", "held") == [
        ("000123", "default", 10.1, 0.0), ("000123", "east", 5.25, 5.25),
    ]  # fmt: skip
