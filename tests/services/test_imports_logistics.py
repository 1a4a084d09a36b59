"""Traps of ShipStation, FedEx, UPS, Fishbowl and Zendesk, from the file into the database; values worked by hand."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from opsconsole.domain.instants import from_iso
from opsconsole.imports.source import all_sources
from opsconsole.services.impossible_histories import impossible_histories

Under = Callable[..., str]
SHIPSTATION = {
    "Order - Number": "77", "Date - Order Date": "11/14/2026 9:00:00 AM",
    "Date - Label Create Date": "11/15/2026 9:00:00 AM", "Shipment - Carrier": "UPS", "Shipment - Void Flag": "False",
}  # fmt: skip


def test_the_weight_is_the_total_in_ounces_whatever_else_is_called_so(bring: Any) -> None:
    """Of 2 lb 8 oz, WeightOz has the 8 and TotalOz the 40: 40 x 28.349523125 g."""
    head = "Order - Number,Shipment - Tracking Number,Date - Label Create Date"
    bring(f"{head},Weight - WeightOz,Weight - TotalOz\n77,T1,11/15/2026,8,40\n", channel=None)
    assert bring.rows("shipments", "tracking_number", "weight_grams") == [("T1", 1134.0)]
    report = bring(f"{head},Weight - WeightOz\n78,T2,11/15/2026,8\n", channel=None)
    assert bring.rows("shipments", "tracking_number", "weight_grams") == [("T1", 1134.0), ("T2", None)]
    assert "Weight - WeightOz" in report.unused


@pytest.mark.parametrize(
    "void", [{"Shipment - Void Flag": "True"}, {"Shipment - Void Flag": "", "Shipment - Void Date": "11/15/2026"}]
)
def test_a_voided_label_is_kept_and_ships_nothing(bring: Any, under: Under, void: dict[str, str]) -> None:
    voided = {**SHIPSTATION, "Shipment - Tracking Number": "T1", "Date - Shipped Date": "11/15/2026", **void}
    bring("Order - Number,Order - Status,Date - Order Date\n77,Awaiting Shipment,11/14/2026\n")
    bring(under("shipstation_shipments.csv", voided))
    assert bring.rows("shipments", "tracking_number", "status", "voided") == [("T1", "voided", True)]
    assert bring.rows("orders", "order_id", "first_shipped_at", "shipped_at", "carrier_key") == [
        ("77", None, None, None)
    ]
    good = {**voided, "Shipment - Tracking Number": "T2", "Shipment - Void Flag": "False", "Shipment - Void Date": ""}
    bring(under("shipstation_shipments.csv", voided, good))
    assert bring.rows("orders", "shipped_at", "carrier_key") == [(from_iso("2026-11-15T00:00:00Z"), "ups")]


def test_a_parcel_delivered_before_it_left_is_kept_and_flagged(bring: Any, under: Under, now: int) -> None:
    bring("Order - Number,Order - Status,Date - Order Date\n77,Shipped,11/14/2026\n")
    parcel = {"Shipment - Tracking Number": "T1", "Date - Shipped Date": "11/16/2026", "Delivery - Date": "11/15/2026"}
    bring(under("shipstation_shipments.csv", {**SHIPSTATION, **parcel}))
    assert bring.rows("orders", "shipped_at", "delivered_at") == [
        (from_iso("2026-11-16T00:00:00Z"), from_iso("2026-11-15T00:00:00Z"))
    ]
    found = impossible_histories(bring.writing.database, now)
    assert [(row["order"], row["contradiction"]) for row in found.rows()] == [("77", "Delivered before it was shipped")]


def fedex(*rows: dict[str, Any]) -> str:
    """A bill with every column that is known: 25 pairs whose names repeat; ``pairs`` are charges."""
    (signature,) = all_sources()["fedex_billing"].signatures
    single = [name for name in signature.columns if not name.startswith("Tracking ID Charge")]
    names = ["Tracking ID Charge Description", "Tracking ID Charge Amount"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*single, *(names * 25)])
    for row in rows:
        pairs = [cell for pair in row.pop("pairs", ()) for cell in pair]
        assert set(row) <= set(single)
        writer.writerow([*(row.get(name, "") for name in single), *pairs, *([""] * (50 - len(pairs)))])
    return text.getvalue()


BILLED = {
    "Invoice Date": "20261116", "Invoice Number": "8-123-45678", "Original Amount Due": "9999.99", "Payor": "Shipper",
    "Shipment Date": "20261112", "Service Type": "FedEx Home Delivery",
}  # fmt: skip


def test_all_25_pairs_of_charges_count_though_their_names_repeat(bring: Any) -> None:
    """Read by name alone, one pair of 25 would count: 10.00 + 0.25 instead of 10.00 + 0.01 + 0.02 + ... + 0.25."""
    pairs = [(f"Charge {n}", f"0.{n:02}") for n in range(1, 26)]
    parcel = {"Express or Ground Tracking ID": "794600000001", "Transportation Charge Amount": "10.00"}
    text = fedex({**BILLED, **parcel, "Net Charge Amount": "13.25", "pairs": pairs})
    assert len(next(csv.reader([text.splitlines()[0]]))) > 98
    bring(text, channel=None, currency="USD")
    charges = bring.rows("freight_charges", "description", "amount")
    assert (len(charges), sum(amount for _, amount in charges)) == (26, 1000 + sum(range(1, 26)))


def test_what_a_bill_comes_to_repeats_and_a_failed_service_is_credited(bring: Any) -> None:
    """Two parcels of 10.00, one of them given back: 10.00, not the 9,999.99 that stands on both rows."""
    credit = [("Service Failure Credit", "-10.00")]
    rows = [
        {**BILLED, "Express or Ground Tracking ID": number, "Transportation Charge Amount": "10.00", "pairs": pairs}
        for number, pairs in (("794600000001", []), ("794600000002", credit))
    ]
    bring(fedex(*rows), channel=None, currency="USD")
    charges = bring.rows("freight_charges", "tracking_number", "kind", "amount")
    assert charges == [
        ("794600000001", "freight", 1000), ("794600000002", "credit", -1000), ("794600000002", "freight", 1000),
    ]  # fmt: skip
    assert bring.rows("freight_charges", "billed_at")[0] == from_iso("2026-11-16T00:00:00Z")


def test_the_proof_of_delivery_delivers_the_parcel_of_an_order(bring: Any, under: Under) -> None:
    """Dates are yyyymmdd: 20261112 is 12 November and no number of twenty millions."""
    bring("Order - Number,Order - Status,Date - Order Date\n77,Shipped,11/10/2026\n")
    label = {"Shipment - Tracking Number": "794600000001", "Date - Shipped Date": "11/11/2026"}
    bring(under("shipstation_shipments.csv", {**SHIPSTATION, **label}))
    proof = {"POD Delivery Date": "20261112", "POD Delivery Time": "1435", "Transportation Charge Amount": "10.00"}
    bring(fedex({**BILLED, "Express or Ground Tracking ID": "794600000001", **proof}), channel=None, currency="USD")
    assert bring.rows("orders", "delivered_at") == [from_iso("2026-11-12T14:35:00Z")]


def test_two_date_formats_in_one_feed_of_ups_date_the_parcels_of_two_orders(bring: Any, under: Under) -> None:
    """03/11/2026 is 11 March: the form of the whole column is the month first, though no day proves it here."""
    numbers = {"71": "1Z999AA10123456784", "72": "1Z999AA10123456785"}
    for order, tracking in numbers.items():
        bring(f"Order - Number,Order - Status,Date - Order Date\n{order},Shipped,03/01/2026\n")
        label = {"Order - Number": order, "Shipment - Tracking Number": tracking, "Date - Shipped Date": "03/02/2026"}
        dated = {"Date - Order Date": "03/01/2026", "Date - Label Create Date": "03/02/2026"}
        bring(under("shipstation_shipments.csv", {**SHIPSTATION, **dated, **label}))
    moments = (("20260310", "140500"), ("03/11/2026", "2:05 PM"))
    rows = [
        {"Record Type": "D1", "Tracking Number": tracking, "Package Activity Date": day, "Package Activity Time": time}
        for tracking, (day, time) in zip(numbers.values(), moments, strict=True)
    ]
    report = bring(under("ups_quantum_view.csv", *rows), channel=None)
    assert bring.rows("orders", "order_id", "delivered_at") == [
        ("71", from_iso("2026-03-10T14:05:00Z")),
        ("72", from_iso("2026-03-11T14:05:00Z")),
    ]
    assert any("is inferred from two programs" in note and "Read were" in note for note in report.notes)


def test_orders_and_items_of_fishbowl_have_a_header_each(bring: Any) -> None:
    orders = "Flag,SONum,Status,CustomerName,ShipToZip,Date,CurrencyName\n"
    items = "Flag,SOItemTypeID,ProductNumber,ProductDescription,ProductQuantity,UOM,ProductPrice\n"
    rows = (
        'SO,0042,20,"One, Buyer",01002,11/13/2026,USD\nItem,10,mug-b,Mug,2,ea,5.00\nItem,10,MUG-B,Mug,1,ea,5.00\n'
        "Item,60,Shipping,,1,ea,4.90\nItem,40,Subtotal,,1,,15.00\n"
    )
    report = bring(f"{orders}{items}{rows}")
    assert bring.rows("orders", "order_id", "postcode", "subtotal", "shipping") == [("0042", "01002", 1500, 490)]
    assert bring.rows("order_lines", "sku", "quantity") == [("MUG-B", 1.0), ("mug-b", 2.0)]
    assert any("is inferred from five programs" in note and "Read were" in note for note in report.notes)


def test_what_zendesk_counts_and_asks_is_no_figure_of_a_ticket(bring: Any, under: Under) -> None:
    """The counter is 1 on every row; scores are words; custom fields carry their type behind their name."""
    scores = ("Good", "Bad", "Offered", "Not Offered", "-", "Good with comment")
    rows = [
        {
            "Summation column": "1", "Id": str(9000 + n), "Requester": "Buyer", "Subject": "Parcel", "Status": "Open",
            "Via": "Mail", "Created at": "2026-11-16 09:30", "Satisfaction Score": score,
            "Order number [txt]": f"#{2000 + n}", "Channel [list]": "web", "VIP [flag]": "1",
        }
        for n, score in enumerate(scores)
    ]  # fmt: skip
    report = bring(under("zendesk_tickets.csv", *rows), channel=None)
    assert bring.rows("tickets", "ticket_id", "order_id", "status") == [
        (str(9000 + n), str(2000 + n), "open") for n in range(6)
    ]
    assert {"Channel [list]", "VIP [flag]"} == set(report.unused)
    assert bring.rows("reviews", "score") == []
