"""ShipStation's orders, Fishbowl, UPS; traps of Zendesk and FedEx. Expected values are worked out by hand."""

import csv

from opsconsole.domain.instants import from_iso


def test_what_is_said_of_an_order_on_each_of_its_items_counts_once(read, sample_files, rows_of):
    parsed = read(sample_files / "shipstation_orders.csv", time_zone="America/Los_Angeles")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("shipstation_orders", [], ())
    orders = rows_of(parsed, "orders")
    # Two stores have an order 2001; the last one has no store and belongs to the channel that was told.
    assert [(r["channel"], r["order_id"], r["total"], r["status"], r["payment_status"]) for r in orders] == [
        ("house_brand", "2001", 3103, "shipped", "paid"),
        ("outlet", "2001", 1200, "pending", "pending"),
        ("shop", "77", 500, "on_hold", None),
    ]
    assert sum(row["total"] for row in orders) == 4803  # 31.03 + 12.00 + 5.00
    # 25.00 of goods, 2.03 of tax, 4.00 of shipping; 8.45 is what the label cost.
    assert (orders[0]["subtotal"], orders[0]["tax"], orders[0]["shipping"]) == (2500, 203, 400)
    assert orders[0]["placed_at"] == from_iso("2026-11-14T17:12:44Z")
    assert orders[0]["postcode"] == "04101"
    lines = rows_of(parsed, "order_lines")
    assert [(r["channel"], r["line_id"], r["quantity"], r["amount"]) for r in lines] == [
        ("house_brand", "KET-17", 1.0, 1500),
        ("house_brand", "BOWL", 2.0, 1000),
        ("outlet", "MUG-B", 1.0, 1200),
        ("shop", "MUG-B", 1.0, 500),
    ]


def test_any_columns_of_shipstation_orders_in_any_order(read, sample_files, rows_of, text_file):
    parsed = read(text_file("Ship To - Country,Order - Number,Order - Status\nNA,2001,Awaiting Shipment\n"))
    assert parsed.source == "shipstation_orders"
    (order,) = rows_of(parsed, "orders")
    assert (order["order_id"], order["status"], order["country"]) == ("2001", "processing", "NA")
    assert "It fills no order lines: it has no column “Item - SKU” or “Item - Name”." in parsed.notes
    with (sample_files / "shipstation_orders.csv").open(newline="") as stream:
        table = [row[::-1] for row in csv.reader(stream)]
    turned = text_file("\n".join(";".join(row) for row in table), "turned.csv")
    whole = read(sample_files / "shipstation_orders.csv")
    assert rows_of(read(turned), "orders") == rows_of(whole, "orders")


def test_items_of_fishbowl_belong_to_the_order_above_them(read, sample_files, rows_of):
    parsed = read(sample_files / "fishbowl_orders.csv")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("fishbowl_orders", [], ())
    orders = rows_of(parsed, "orders")
    # The estimate 1002 is no order. 2 × 25.00 + 3 × 3.33 of goods; 4.90 is shipping, 59.99 a subtotal.
    assert [(r["order_id"], r["status"], r["subtotal"], r["shipping"]) for r in orders] == [
        ("1001", "processing", 5999, 490),
        ("1003", "partially_shipped", 2500, None),
    ]
    assert (orders[0]["service"], orders[0]["payment_terms"], orders[0]["postcode"]) == (
        "UPS Ground",
        "NET 30",
        "04101",
    )
    assert [(r["order_id"], r["sku"], r["quantity"], r["amount"]) for r in rows_of(parsed, "order_lines")] == [
        ("1001", "KET-17", 2.0, 5000),
        ("1001", "MUG-B", 3.0, 999),
        ("1003", "KET-17", 1.0, 2500),
    ]
    assert parsed.notes[0].startswith("The layout of Fishbowl, sales orders is inferred from five programs")
    assert "have no totals" in parsed.notes[1]


def test_a_bad_item_of_fishbowl_refuses_its_whole_order(read, sample_files, rows_of, text_file):
    text = (sample_files / "fishbowl_orders.csv").read_text().replace("MUG-B,Mug,3", "MUG-B,Mug,three")
    parsed = read(text_file(text))
    assert [row["order_id"] for row in rows_of(parsed, "orders")] == ["1003"]
    assert [(r.line, r.found) for r in parsed.rejects if r.found] == [(5, "three")]


def test_two_date_formats_in_one_feed_are_each_read_in_their_own(read, sample_files, rows_of):
    parsed = read(sample_files / "ups_quantum_view.csv", channel="", time_zone="America/New_York")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("ups_quantum_view", [], ())
    events = rows_of(parsed, "shipment_events")
    assert [(r["occurred_at"], r["code"]) for r in events] == [
        (from_iso("2026-11-13T21:30:00Z"), "labeled"),  # 163000
        (from_iso("2026-11-14T00:30:00Z"), "accepted"),  # 1930
        (from_iso("2026-11-16T19:05:00Z"), "address_problem"),  # 11/16/2026 2:05 PM
        (from_iso("2026-11-16T19:05:00Z"), "exception"),  # 20261116 140500, for a reason of the carrier's own
        (from_iso("2026-11-17T15:15:00Z"), "delivered"),
        (from_iso("2026-11-13T05:00:00Z"), "voided"),  # no activity, so the day of the pickup
    ]
    assert events[2]["description"] == "EXCEPTION; THE ADDRESS IS INCOMPLETE; DELIVERY RESCHEDULED; 11/17/2026"
    assert (events[1]["place"], events[4]["place"]) == ("RENO, NV", "PORTLAND, ME")
    assert [(r["key"], r["kind"]) for r in rows_of(parsed, "vendors")] == [("ups", "parcel_carrier")]


def test_the_first_49_columns_of_quantum_view_will_do(read, sample_files, rows_of, tmp_path):
    with (sample_files / "ups_quantum_view.csv").open(newline="") as stream:
        table = list(csv.reader(stream))
    width = table[0].index("Tracking Number") + 1
    with (tmp_path / "short.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([row[:width] for row in table])
    parsed = read(tmp_path / "short.csv", channel="", time_zone="America/New_York")
    assert (width, parsed.source, parsed.rejects) == (49, "ups_quantum_view", [])
    events = rows_of(parsed, "shipment_events")
    assert [row["code"] for row in events] == [
        "labeled", "accepted", "exception", "exception", "delivered", "voided",
    ]  # fmt: skip


def test_zendesk_with_semicolons_counters_and_custom_fields(read, sample_files, rows_of, tmp_path):
    with (sample_files / "zendesk_tickets.csv").open(newline="") as stream:
        table = list(csv.reader(stream))
    with (tmp_path / "tickets.csv").open("w", newline="", encoding="cp1252") as stream:
        csv.writer(stream, delimiter=";").writerows(table)
    ours, theirs = read(tmp_path / "tickets.csv", channel=""), read(sample_files / "zendesk_tickets.csv", channel="")
    assert (ours.source, ours.rejects, ours.unused) == ("zendesk_tickets", [], ("Channel [list]", "VIP [flag]"))
    assert rows_of(ours, "tickets") == rows_of(theirs, "tickets")
    # The counter and the words of the satisfaction score are no figures of a ticket.
    assert all(not {"score", "replies", "quantity"} & set(row) for row in rows_of(ours, "tickets"))


def test_a_field_for_the_order_may_be_a_list_or_have_no_type(read, sample_files, rows_of, text_file):
    text = (sample_files / "zendesk_tickets.csv").read_text()
    for name in ("Order number [list]", "Order # [int]", "ORDER ID"):
        tickets = rows_of(read(text_file(text.replace("Order number [txt]", name)), channel=""), "tickets")
        assert [row["order_id"] for row in tickets[:2]] == ["2001", "2003"]


def test_what_a_fedex_invoice_comes_to_is_no_charge_of_a_parcel(read, sample_files, rows_of):
    charges = rows_of(read(sample_files / "fedex_billing.csv", channel="", currency="USD"), "freight_charges")
    # 18.67 twice, 0.00 and 11.65; 41.97 stands on all four rows of the invoice.
    assert sum(row["amount"] for row in charges) == 2 * 1867 + 0 + 1165
