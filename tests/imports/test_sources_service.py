"""Zendesk's tickets and FedEx's bills. Expected values are those of the sample files, worked out by hand."""

from opsconsole.domain.instants import from_iso


def test_a_ticket_names_its_order_in_a_field_or_in_its_subject(read, sample_files, rows_of):
    parsed = read(sample_files / "zendesk_tickets.csv", channel="", time_zone="America/Los_Angeles")
    assert (parsed.source, parsed.rejects) == ("zendesk_tickets", [])
    assert parsed.unused == ("Channel [list]", "VIP [flag]")
    assert [(r["ticket_id"], r["order_id"], r["status"], r["assignee"]) for r in rows_of(parsed, "tickets")] == [
        ("9001", "2001", "open", None),
        ("9002", "2003", "pending", "Agent A"),
        ("9003", None, "solved", "Agent B"),
        ("9004", "111-2223334-5556667", "open", "Agent A"),
    ]


def test_when_a_customer_was_answered_is_known_as_far_as_the_export_says(read, sample_files, rows_of):
    tickets = rows_of(read(sample_files / "zendesk_tickets.csv", channel="", time_zone="UTC"), "tickets")
    assert [row["last_customer_at"] for row in tickets] == [row["opened_at"] for row in tickets]
    # Nobody; when it began to wait; when it was solved; the first reply 30 minutes after it came.
    assert [row["last_reply_at"] for row in tickets] == [
        None,
        from_iso("2026-11-15T10:15:00Z"),
        from_iso("2026-11-13T12:00:00Z"),
        from_iso("2026-11-15T18:30:00Z"),
    ]
    assert [row["solved_at"] for row in tickets] == [None, None, from_iso("2026-11-13T12:00:00Z"), None]


def test_a_tickets_own_last_change_is_how_new_it_is(read, sample_files):
    parsed = read(sample_files / "zendesk_tickets.csv", channel="", time_zone="UTC")
    assert parsed.records[0].times[1] == from_iso("2026-11-15T10:15:00Z")
    assert parsed.basis == "each record's own last update"


def test_the_charges_of_a_parcel_are_its_net_charge(read, sample_files, rows_of):
    parsed = read(sample_files / "fedex_billing.csv", channel="", currency="USD")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("fedex_billing", [], ())
    charges = rows_of(parsed, "freight_charges")
    net = {}
    for row in charges:
        net[row["tracking_number"]] = net.get(row["tracking_number"], 0) + row["amount"]
    # The first parcel is billed twice: 18.67 each time. The second came late and was credited.
    assert net == {"794600000001": 2 * 1867, "794600000002": 0, "612999900000123": 1165}
    # A discount is part of what the freight costs: 16.05 less 4.00.
    assert [row["amount"] for row in charges if row["kind"] == "freight"] == [1205, 2230, 1165, 1205]
    assert {(row["description"], row["kind"]) for row in charges} == {
        ("Transportation charge", "freight"),
        ("Fuel Surcharge", "surcharge"),
        ("Residential Delivery", "surcharge"),
        ("Service Failure Credit", "credit"),
    }


def test_rated_weights_are_grams_whatever_their_unit(read, sample_files, rows_of):
    charges = rows_of(read(sample_files / "fedex_billing.csv", channel=""), "freight_charges")
    weights = {row["tracking_number"]: row["billed_weight_grams"] for row in charges if row["kind"] == "freight"}
    # 3 pounds of 453.59237 g; 2 kg; none.
    assert weights == {"794600000001": 1360.8, "794600000002": 2000.0, "612999900000123": None}


def test_the_proof_of_delivery_is_the_parcels_delivery(read, sample_files, rows_of):
    parsed = read(sample_files / "fedex_billing.csv", channel="", time_zone="America/Los_Angeles")
    assert [(r["tracking_number"], r["occurred_at"], r["code"]) for r in rows_of(parsed, "shipment_events")] == [
        ("794600000001", from_iso("2026-11-16T22:35:00Z"), "delivered"),
        ("612999900000123", from_iso("2026-11-15T08:00:00Z"), "delivered"),
    ]


def test_an_invoice_imported_again_bills_nothing_twice_and_finds_its_parcels(writing, read, sample_files):
    parsed = read(sample_files / "fedex_billing.csv", channel="", currency="USD")
    kinds = {}
    for records in parsed.records:
        kinds.setdefault(records.kind, []).extend(records.rows())
    first = writing(at=1, **kinds)
    assert first.counts["freight_charges"].inserted == 9
    again = writing(at=1, **kinds)
    assert (again.counts["freight_charges"].inserted, again.counts["freight_charges"].unchanged) == (0, 9)
    order = {"channel": "shop", "order_id": "1", "placed_at": from_iso("2026-11-12T08:00:00Z")}
    parcel = {"channel": "shop", "order_id": "1", "shipment_id": "S", "tracking_number": "794600000002"}
    writing(at=2, orders=[order, {**order, "order_id": "2003"}], shipments=[parcel])
    linked = {(row["tracking_number"], row["order_fk"]) for row in writing.rows("freight_charges")}
    assert linked == {
        ("794600000001", "shop/2003"),  # by the reference on the label
        ("794600000002", "shop/1"),
        ("612999900000123", None),
    }
