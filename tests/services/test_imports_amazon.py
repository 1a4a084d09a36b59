"""Traps of Amazon's reports, from the file into the database. Expected values are worked out by hand from the rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.instants import from_iso

DATA = Path(__file__).parents[1] / "data"
ONE, TWO, THREE, FOUR = (f"111-000000{n}-000000{n}" for n in "1234")
Under = Callable[..., str]


def test_the_three_layouts_of_all_orders_tell_the_same_orders(bring: Any) -> None:
    """By name: a column more in the middle moves those after it."""
    bring(DATA / "amazon_orders_29.txt")
    figures = ("order_id", "status", "total", "fulfilled_by", "line_count")
    # 49 + 4 + 6 + 0.48 + 10 + 0.80 less 5 and 6; by a merchant, by Amazon, pending and cancelled without a price.
    expected = [
        (ONE, "shipped", 5928, None, 3), (TWO, "delivered", 1500, "amazon", 1),
        (THREE, "pending", None, None, 1), (FOUR, "cancelled", None, None, 1),
    ]  # fmt: skip
    assert bring.rows("orders", *figures) == sorted(expected)
    for columns in (32, 33):
        report = bring(DATA / f"amazon_orders_{columns}.txt")
        assert (report.total("inserted"), report.total("rejected")) == (0, 0)
        assert bring.rows("orders", *figures) == sorted(expected)


def item(number: str, **more: str) -> dict[str, str]:
    return {
        "amazon-order-id": number, "purchase-date": "2026-11-14T17:12:44+00:00",
        "last-updated-date": "2026-11-15T19:00:00+00:00", "order-status": "Shipped", "item-status": "Shipped",
        "fulfillment-channel": "Merchant", "currency": "USD", "quantity": "1", **more,
    }  # fmt: skip


def test_an_item_price_is_of_all_pieces_and_a_cancelled_item_of_none(bring: Any, under: Under) -> None:
    """Three pieces for 30.00 are not 90.00; an order is shipped though one of its items was cancelled."""
    text = under(
        "amazon_orders_33.txt",
        item(ONE, sku="MUG-B", quantity="3", **{"item-price": "30.00"}),
        item(ONE, sku="KET-17", quantity="0", **{"item-status": "Cancelled", "item-price": ""}),
        item(TWO, sku="mug-b", quantity="1", **{"item-price": "7.00", "fulfillment-channel": "Amazon"}),
        delimiter="\t",
    )
    bring(text)
    assert bring.rows("orders", "order_id", "status", "total", "fulfilled_by") == [
        (ONE, "shipped", 3000, None), (TWO, "shipped", 700, "amazon"),
    ]  # fmt: skip
    # Two SKUs that differ by letter case only are two.
    assert bring.rows("order_lines", "sku", "quantity", "unit_price", "amount") == [
        ("KET-17", 0.0, None, None), ("MUG-B", 3.0, 1000, 3000), ("mug-b", 1.0, 700, 700),
    ]  # fmt: skip


@pytest.mark.parametrize("past", ["-3", "0", "4"])
def test_a_promise_is_the_ship_by_and_a_negative_number_of_days_is_time_left(
    bring: Any, under: Under, past: str
) -> None:
    text = under(
        "amazon_unshipped_27.txt",
        {"order-id": ONE, "order-item-id": "1", "purchase-date": "2026-11-13T10:00:00+00:00", "sku": "MUG-B",
         "promise-date": "2026-11-20T07:59:59+00:00", "days-past-promise": past, "quantity-purchased": "2",
         "quantity-shipped": "0", "quantity-to-ship": "2"},
        delimiter="\t",
    )  # fmt: skip
    bring(text)
    assert bring.rows("orders", "ship_by", "ship_by_basis") == [(from_iso("2026-11-20T07:59:59Z"), "platform")]


def test_the_character_set_of_each_marketplace_is_found_in_its_file(bring: Any) -> None:
    text = (DATA / "amazon_unshipped_27.txt").read_text(encoding="utf-8")
    buyers = {"utf-8": ("Zoë Ł", "Łódź"), "cp1252": ("Zoë", "MÜNCHEN"), "utf-16": ("Žofie", "Łódź"),
              "cp932": ("山田 太郎", "つくば市")}  # fmt: skip
    for encoding, (name, city) in buyers.items():
        bring(text.replace("Buyer 1", name).replace("RENO", city), "unshipped.txt", encoding, channel=encoding)
    assert set(bring.rows("orders", "channel", "ship_name", "city")) == {(key, *told) for key, told in buyers.items()}


def test_a_settlement_is_its_payout_and_refunds_take_away(bring: Any) -> None:
    """Of both versions: adding the first row, which is the total, to the others would count the payout twice."""
    for version in (1, 2):
        bring(DATA / f"amazon_settlement_v{version}.txt", channel=f"v{version}")
    for version in ("v1", "v2"):
        entries = [amount for channel, amount in bring.rows("marketplace_entries", "channel", "amount")
                   if channel == version]  # fmt: skip
        assert sum(entries) == 935
        assert -1500 in entries  # what a buyer got back
    assert bring.rows("payouts", "channel", "amount") == [("v1", 935), ("v2", 935)]
    assert bring.rows("refunds", "amount", "currency") == [(1500, "USD")] * 2


def test_a_settlement_of_europe_has_decimal_commas(bring: Any) -> None:
    bring(DATA / "amazon_settlement_v2_eu.txt")
    # 1.452,41 less 217,86.
    assert bring.rows("marketplace_entries", "amount", "currency") == [(-21786, "EUR"), (145241, "EUR")]
    assert bring.rows("payouts", "amount", "currency") == [(123455, "EUR")]


def test_the_first_version_of_a_settlement_of_europe_is_read_alike(bring: Any, under: Under) -> None:
    """1.452,41 given back on a day whose month could as well be a day: the dots say which is which."""
    bring(under("amazon_orders_33.txt", item(ONE, sku="MUG-B", currency="EUR"), delimiter="\t"))
    text = settlement(1, ("09.11.2026", "-1.452,41")).replace("-9.00", "-1.452,41").replace("USD", "EUR")
    bring(text, encoding="cp1252")
    assert bring.rows("payouts", "amount", "currency") == [(-145241, "EUR")]
    assert bring.rows("refunds", "refund_id", "amount", "currency") == [("18/MUG-B/20261109", 145241, "EUR")]


def test_a_date_range_report_begins_below_seven_lines_of_words(bring: Any) -> None:
    lines = (DATA / "amazon_date_range_30.csv").read_text(encoding="utf-8").splitlines()
    row = (
        '"Sep 30, 2026 8:45:12 PM PDT","1","Order","111-1","MUG-B","Mug","1","amazon.com","Amazon","","","","",'
        f'"1,015.00",{",".join(["0"] * 9)},"-152.25","0","0","0","862.75","Released",""'
    )
    bring("\n".join([*lines[:8], row]) + "\n")
    # 8:45:12 PM is 20:45:12, seven hours behind Greenwich in summer: the next day there.
    expected = from_iso("2026-10-01T03:45:12Z")
    assert bring.rows("marketplace_entries", "amount", "posted_at") == [(-15225, expected), (101500, expected)]


def test_returns_stock_and_reimbursements_of_fba_are_told_once(bring: Any) -> None:
    names = ("amazon_orders_33", "amazon_fba_returns", "amazon_fba_inventory_18", "amazon_fba_reimbursements")
    for _ in range(2):
        for name in names:
            bring(DATA / f"{name}.txt")
    assert bring.rows("returns", "return_id", "order_fk") == [
        ("111-0000002-0000002 2026-11-16T21:00:00+00:00", f"shop/{TWO}"), ("LPNRR000000001", f"shop/{ONE}"),
        ("LPNRR000000002", f"shop/{ONE}"),
    ]  # fmt: skip
    stock = bring.rows("stock_levels", "sku", "location", "on_hand", "available", "inbound")
    assert stock == [("000000", "FBA shop", 0.0, 0.0, 0.0), ("KET-17", "FBA shop", 40.0, 31.0, 15.0)]
    # 12.34 + 41.00 - 20.50, and one article given back as stock.
    assert sum(bring.rows("reimbursements", "amount")) == 3284


def test_new_orders_and_unshipped_orders_are_the_orders_of_all_orders(bring: Any, under: Under) -> None:
    """Three reports, one order of one line; the unshipped one alone knows the promise, all orders alone the status."""
    bring(under("amazon_new_orders_30.txt", {
        "order-id": ONE, "order-item-id": "9", "purchase-date": "2026-11-14T17:12:44+00:00", "currency": "USD",
        "payments-date": "2026-11-14T17:20:00+00:00", "sku": "MUG-B", "product-name": "Mug", "item-price": "30.00",
        "quantity-purchased": "3", "item-tax": "2.00", "shipping-price": "4.00", "recipient-name": "Buyer One",
    }, delimiter="\t"))  # fmt: skip
    assert bring.rows("orders", "total", "status", "ship_name") == [(3600, "processing", "Buyer One")]
    bring(under("amazon_unshipped_30.txt", {
        "order-id": ONE, "order-item-id": "9", "sku": "MUG-B", "product-name": "Mug", "quantity-purchased": "3",
        "quantity-shipped": "0", "quantity-to-ship": "3", "promise-date": "2026-11-20T07:59:59+00:00",
        "days-past-promise": "-6", "purchase-date": "2026-11-14T17:12:44+00:00",
    }, delimiter="\t"))  # fmt: skip
    bring(under("amazon_orders_29.txt", item(ONE, sku="MUG-B", quantity="3", **{
        "product-name": "Mug", "item-price": "30.00", "item-tax": "2.00", "shipping-price": "4.00",
    }), delimiter="\t"))  # fmt: skip
    promised = from_iso("2026-11-20T07:59:59Z")
    assert bring.rows("orders", "total", "status", "ship_by", "line_count") == [(3600, "shipped", promised, 1)]
    assert bring.rows("order_lines", "sku", "quantity", "shipped_quantity", "unit_price") == [("MUG-B", 3.0, 3.0, 1000)]


def settlement(version: int, *refunds: tuple[str, str], bare: bool = False) -> str:
    """A statement that gives amounts back for one mug; ``bare``: it knows the days only."""
    with (DATA / f"amazon_settlement_v{version}.txt").open(encoding="utf-8") as stream:
        header = stream.readline().rstrip("\n").split("\t")
    moments = ("posted-date", "posted-date-time") if version == 2 else ("posted-date",)
    amount = (
        {"amount-type": "ItemPrice", "amount-description": "Principal"} if version == 2 else {"price-type": "Principal"}
    )
    rows: list[dict[str, str]] = [{"settlement-id": "18", "total-amount": "-9.00", "currency": "USD"}]
    for moment, given in refunds:
        rows.append({
            "settlement-id": "18", "transaction-type": "Refund", "order-id": ONE, "sku": "MUG-B", **amount,
            **dict.fromkeys(moments, moment[:10] if bare else moment),
            "amount" if version == 2 else "price-amount": given,
        })  # fmt: skip
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


MORNING, NIGHT, LATER = "2026-11-09T07:00:00+00:00", "2026-11-09T23:30:00+00:00", "2026-11-12T10:00:00+00:00"


@pytest.mark.parametrize("first", ["v1", "v2"])
def test_a_statement_that_knows_days_only_tells_the_same_refunds(bring: Any, under: Under, first: str) -> None:
    """7.00 and 2.00 of one day and 4.00 of a later one: 9.00 and 4.00, whichever report says so and how often."""
    bring(under("amazon_orders_33.txt", item(ONE, sku="MUG-B"), delimiter="\t"))
    refunds = ((MORNING, "-7.00"), (NIGHT, "-2.00"), (LATER, "-4.00"))
    files = {"v1": settlement(1, *refunds, bare=True), "v2": settlement(2, *refunds)}
    for name in (first, *(other for other in files if other != first), first):
        bring(files[name], f"{name}.txt")
        assert bring.rows("refunds", "refund_id", "amount", "order_fk") == [
            ("18/MUG-B/20261109", 900, f"shop/{ONE}"), ("18/MUG-B/20261112", 400, f"shop/{ONE}"),
        ]  # fmt: skip
    # The date range report has the marketplace's own clock: half past three in the afternoon in California.
    lines = (DATA / "amazon_date_range_30.csv").read_text(encoding="utf-8").splitlines()
    row = (
        f'"Nov 9, 2026 3:30:00 PM PST","18","Refund","{ONE}","MUG-B","Mug","1","amazon.com","Amazon","","","","",'
        f'"-9.00",{",".join(["0"] * 13)},"-9.00","Released",""'
    )
    bring("\n".join([*lines[:8], row]) + "\n", "range.csv")
    assert bring.rows("refunds", "refund_id", "amount") == [("18/MUG-B/20261109", 900), ("18/MUG-B/20261112", 400)]


AUSTRALIA = (
    "date/time", "settlement ID", "type", "order ID", "sku", "description", "quantity", "marketplace", "fulfilment",
    "order city", "order state", "order postal", "product sales", "shipping credits", "gift wrap credits",
    "promotional rebates", "sales tax collected", "low value goods", "selling fees", "fulfilment by amazon fees",
    "other transaction fees", "other", "total", "Transaction status", "Transaction Release Date",
)  # fmt: skip


def australian(*rows: dict[str, str]) -> str:
    """A report as Amazon writes it in Australia: its header on line 10, months in full, the zone as hours."""
    figures = dict.fromkeys(AUSTRALIA[12:23], "0")
    above = [
        "Includes Amazon Marketplace transactions", "All amounts in AUD, unless specified", *("Definitions:",) * 7
    ]  # fmt: skip
    cells = [[{**figures, **row}.get(name, "") for name in AUSTRALIA] for row in rows]
    lines = [[text] for text in above] + [list(AUSTRALIA), *cells]
    return "\ufeff" + "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def test_in_australia_a_refund_is_that_of_the_settlement_by_the_day_of_its_release(bring: Any, under: Under) -> None:
    """30.00 + 4.00 - 2.00 + 3.20 - 1.00 - 4.50 - 5.00 = 24.70; 30.00 and 3.00 of tax go back, less 4.00 of fees."""
    bring(under("amazon_orders_33.txt", item(ONE, sku="MUG-B", currency="AUD"), delimiter="\t"))
    told = {"settlement ID": "18", "order ID": ONE, "sku": "MUG-B", "marketplace": "amazon.com.au"}
    sale = {
        **told, "date/time": "29 June 2026 5:39:32 pm GMT+9", "type": "Order", "product sales": "30.00",
        "shipping credits": "4.00", "promotional rebates": "-2.00", "sales tax collected": "3.20",
        "low value goods": "-1.00", "selling fees": "-4.50", "fulfilment by amazon fees": "-5.00", "total": "24.70",
        "Transaction status": "Released", "Transaction Release Date": "17 July 2026 4:26:32 pm GMT+9",
    }  # fmt: skip
    back = {
        **told, "date/time": "10 July 2026 9:00:00 am GMT+9", "type": "Refund", "product sales": "-30.00",
        "sales tax collected": "-3.00", "selling fees": "4.00", "total": "-29.00", "Transaction status": "Released",
        "Transaction Release Date": "20 July 2026 8:00:00 am GMT+9",
    }  # fmt: skip
    waits = {**sale, "order ID": TWO, "Transaction status": "Deferred", "Transaction Release Date": ""}
    report = bring(australian(sale, back, waits), "range.csv", currency="USD")
    assert (report.source, report.unused) == ("amazon_date_range", ())
    assert [note for note in report.notes if "inferred" in note or "are not the platform's own" in note] == []
    entries = bring.rows("marketplace_entries", "amount", "currency")
    assert sum(amount for amount, _ in entries) == 2470 - 2900
    assert {currency for _, currency in entries} == {"AUD"}
    # Eight in the morning on 20 July is eleven at night of the 19th in Greenwich, where settlements count.
    expected = [("18/MUG-B/20260719", 3300)]
    assert bring.rows("refunds", "refund_id", "amount") == expected
    principal, tax = (settlement(2, ("19.07.2026 23:00:00 UTC", amount)).splitlines() for amount in ("-30.00", "-3.00"))
    bring("\n".join([*principal, tax[-1].replace("Principal", "Tax")]) + "\n", "v2.txt")
    assert bring.rows("refunds", "refund_id", "amount") == expected


def test_a_status_that_nobody_knows_is_told_since_it_may_be_deferred(bring: Any) -> None:
    text = (DATA / "amazon_date_range_30.csv").read_text(encoding="utf-8").replace('"Deferred"', '"On its way"')
    (note,) = [note for note in bring(text).notes if "On its way" in note]
    assert "“On its way” (1). What has such a status counts as released" in note
