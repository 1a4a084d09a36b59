"""Traps of Etsy, Walmart, Rithum and BigCommerce, from the file into the database. Values are worked out by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from opsconsole.domain.instants import from_iso
from opsconsole.services.impossible_histories import impossible_histories

Under = Callable[..., str]


def sold(number: str, **more: str) -> dict[str, str]:
    """An order of Etsy's: 40.00 of goods, 5.00 of shipping, 2.05 of tax that Etsy keeps."""
    return {
        "Sale Date": "11/03/26", "Order ID": number, "Order Value": "40.00", "Shipping": "5.00", "Sales Tax": "2.05",
        "Order Total": "47.05", "Currency": "USD", "Number of Items": "2", "Ship Zipcode": "04101",
        "Adjusted Order Total": "0", **more,
    }  # fmt: skip


def test_an_adjusted_amount_of_zero_is_no_refund_on_etsy(bring: Any, under: Under) -> None:
    """Taken for what was left, 0, 0.0 and 0.00 would have refunded three of four orders whole."""
    adjusted = ("0", "0.0", "0.00", "40.00", "")
    rows = [sold(str(n), **{"Adjusted Order Total": text}) for n, text in enumerate(adjusted, start=1)]
    bring(under("etsy_orders.csv", *rows))
    assert bring.rows("orders", "order_id", "total", "refunded", "payment_status") == [
        ("1", 4705, None, "paid"),
        ("2", 4705, None, "paid"),
        ("3", 4705, None, "paid"),
        ("4", 4705, 705, "partially_refunded"),
        ("5", 4705, None, "paid"),
    ]


@pytest.mark.parametrize("other", [13, 5])
def test_etsys_days_have_the_month_first_on_every_row(bring: Any, under: Under, other: int) -> None:
    """Read one by one 11/03 could be 11 March beside 11/13; that all days are below 13 changes nothing either."""
    bring(under("etsy_orders.csv", sold("1"), sold("2", **{"Sale Date": f"11/{other:02}/26"})))
    assert bring.rows("orders", "order_id", "placed_at") == [
        ("1", from_iso("2026-11-03T00:00:00Z")),
        ("2", from_iso(f"2026-11-{other:02}T00:00:00Z")),
    ]


def test_two_files_of_one_etsy_order_are_one_order_whose_shipping_counts_once(bring: Any, under: Under) -> None:
    item = {
        "Sale Date": "11/03/26", "Order ID": "1", "Item Name": "Mug", "Order Shipping": "5.00", "Currency": "USD",
    }  # fmt: skip
    items = under(
        "etsy_order_items.csv",
        {**item, "Transaction ID": "71", "SKU": "MUG-B", "Quantity": "2", "Price": "10.00", "Item Total": "20.00"},
        {**item, "Transaction ID": "72", "SKU": "", "Quantity": "1", "Price": "20.00", "Item Total": "20.00"},
    )
    for order, files in ((0, (sold("1"), items)), (1, (items, sold("1")))):
        bring.writing.wipe()
        for file in files:
            bring(file if isinstance(file, str) else under("etsy_orders.csv", file))
        (told,) = bring.rows("orders", "order_id", "total", "subtotal", "shipping", "tax", "lines_total", "line_count")
        assert told == ("1", 4705, 4000, 500, 205, 4000, 2), f"order of files {order}"
        # A blank SKU is none; the transaction tells the lines apart.
        assert bring.rows("order_lines", "line_id", "sku") == [("71", "MUG-B"), ("72", None)]


def line(status: str, number: str = "1", po: str = "108912345678901", **more: str) -> dict[str, str]:
    """A line of a Walmart order: one kettle of 24.50, 2.03 of tax."""
    return {
        "PO#": po, "Order#": "200012345678901", "Order Date": "2026-11-14", "Ship By": "2026-11-16", "Zip": "01002",
        "Line#": number, "Status": status, "Qty": "1", "SKU": "KET-17", "Item Cost": "24.50", "Shipping Cost": "0",
        "Tax": "2.03", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("statuses", "expected", "total"),
    [
        (("Created",), "processing", 2653),
        (("Acknowledged",), "processing", 2653),
        (("Shipped",), "shipped", 2653),
        (("Delivered",), "delivered", 2653),
        (("Cancelled",), "cancelled", None),
        (("Created", "Cancelled"), "processing", 2653),
        (("Shipped", "Delivered", "Cancelled"), "shipped", 2 * 2653),
        (("Acknowledged", "Shipped"), "processing", 2 * 2653),
        (("Delivered", "Cancelled"), "delivered", 2653),
    ],
)
def test_walmarts_status_is_that_of_each_line(
    bring: Any, under: Under, statuses: tuple[str, ...], expected: str, total: int | None
) -> None:
    """A cancelled line takes its money out of the order; only when all are, the order is."""
    bring(under("walmart_orders.csv", *(line(status, str(n)) for n, status in enumerate(statuses, start=1))))
    assert bring.rows("orders", "status", "total") == [(expected, total)]
    told = bring.rows("order_lines", "line_id", "shipped_quantity", "cancelled_quantity")
    assert told == [
        (str(n), float(status in ("Shipped", "Delivered")), float(status == "Cancelled"))
        for n, status in enumerate(statuses, start=1)
    ]


def test_walmarts_numbers_of_13_to_15_digits_stay_what_they_are(bring: Any, under: Under) -> None:
    numbers = ("1089123456789", "10891234567890", "108912345678901", "000123456789012")
    bring(under("walmart_orders.csv", *(line("Created", po=po, **{"Order#": f"9{po[1:]}"}) for po in numbers)))
    assert bring.rows("orders", "order_id", "order_number", "postcode") == sorted(
        (po, f"9{po[1:]}", "01002") for po in numbers
    )


def test_an_order_that_is_delivered_without_a_day_is_kept_and_flagged(bring: Any, under: Under, now: int) -> None:
    """Walmart's file has no day of delivery: the status is kept, and the list of what cannot be has it."""
    bring(under("walmart_orders.csv", line("Delivered"), line("Created", po="1089123456790")))
    assert bring.rows("orders", "order_id", "status", "delivered_at") == [
        ("108912345678901", "delivered", None),
        ("1089123456790", "processing", None),
    ]
    found = impossible_histories(bring.writing.database, now)
    assert [(row["order"], row["contradiction"]) for row in found.rows()] == [
        ("108912345678901", "Delivered without a date")
    ]


def test_an_etsy_order_that_was_cancelled_after_it_left_keeps_both(bring: Any, under: Under) -> None:
    bring(under("etsy_orders.csv", sold("1", Status="Cancelled", **{"Date Shipped": "11/05/26"})))
    (told,) = bring.rows("orders", "status", "shipped_at")
    assert told == ("cancelled", from_iso("2026-11-05T00:00:00Z"))


def test_what_only_some_columns_of_rithum_say_counts_once_per_order(bring: Any) -> None:
    """The order's money stands on each of its rows, SKUs that differ by case are two, a blank one is no article."""
    head = "Site Name,Site Order ID,Created Date UTC,Currency,Total Price,Refunded Amount,SKU,Quantity,Unit Price\n"
    row = "Amazon,111-2223334-5556667,2026-11-14T09:12:44Z,USD,17.00,2.00"
    report = bring(f"{head}{row},mug-b,1,5.00\n{row},MUG-B,2,5.00\n{row},,,\n", channel=None)
    assert bring.rows("orders", "channel", "order_id", "total", "refunded") == [
        ("amazon", "111-2223334-5556667", 1700, 200)
    ]
    assert bring.rows("order_lines", "sku", "quantity", "amount") == [("MUG-B", 2.0, 1000), ("mug-b", 1.0, 500)]
    (note,) = [note for note in report.notes if "inferred" in note]
    assert "Read were" in note
    assert "“Site Order ID”" in note


def test_what_is_refunded_at_bigcommerce_is_said_of_the_order(bring: Any, under: Under) -> None:
    article = (
        "Product ID: {n}, Product Qty: {n}, Product SKU: {sku}, Product Name: Mug, Product Weight: 0.5000, Product "
        "Variation Details: , Product Unit Price: 5.00, Product Total Price: {total}"
    )
    cell = "|".join(article.format(n=n, sku=sku, total=f"{5 * n}.00") for n, sku in ((1, "mug-b"), (2, "MUG-B")))
    order = {
        "Order Date": "14/11/2026", "Order Currency Code": "USD", "Order Total (inc tax)": "15.00",
        "Product Details": cell,
    }  # fmt: skip
    refunded = {"Order Status": "Refunded", "Refund Amount": "15.00", "Date Shipped": "15/11/2026"}
    report = bring(
        under(
            "bigcommerce_orders.csv",
            {**order, "Order ID": "7", **refunded},
            {**order, "Order ID": "8", "Order Status": "Partially Refunded", "Refund Amount": "5.00"},
            {**order, "Order ID": "9", "Order Status": "Cancelled"},
        )
    )
    told = bring.rows("orders", "order_id", "status", "payment_status", "total", "refunded", "lines_total")
    assert told == [
        ("7", "shipped", "refunded", 1500, 1500, 1500),
        ("8", "processing", "partially_refunded", 1500, 500, 1500),
        ("9", "cancelled", "voided", 1500, None, 1500),
    ]
    assert sorted(set(bring.rows("order_lines", "sku"))) == ["MUG-B", "mug-b"]
    assert any("is inferred from several programs" in note and "Read were" in note for note in report.notes)
