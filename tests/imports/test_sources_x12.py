"""X12 EDI: orders, answers, notices and invoices of suppliers, reports of carriers. Values are worked out by hand."""

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso


def day(text):
    return from_iso(f"{text}T00:00:00Z") // 86_400_000_000


@pytest.fixture
def parsed(read, sample_files):
    return read(sample_files / "x12_buying.edi", channel="", time_zone="America/Los_Angeles")


def test_one_file_holds_interchanges_of_several_senders_and_kinds(parsed):
    assert (parsed.source, parsed.rejects, parsed.unused) == ("x12", [], ())
    assert parsed.description == "utf-8, X12 214, 810, 850, 855, 856"
    assert parsed.why.startswith("it begins with an interchange (ISA) and has ")
    assert "1 transaction of other kinds not read: 997 (1)." in parsed.notes
    assert not any("fills no" in note for note in parsed.notes)


def test_an_order_and_its_answer_are_one_order(parsed, rows_of):
    orders = rows_of(parsed, "purchase_orders")
    assert [(r["po_number"], r["status"]) for r in orders] == [("PO-7001", "open"), ("PO-7001", "acknowledged")]
    assert (orders[0]["vendor_key"], orders[0]["location"], orders[0]["currency"]) == ("S-77", "RENO", "USD")
    assert rows_of(parsed, "vendors") == [{"key": "S-77", "name": "Millworks", "kind": "supplier"}]
    lines = rows_of(parsed, "purchase_order_lines")
    # Line 2 has a day of its own; line 3 has neither number nor an article of ours.
    assert [(r["line_id"], r["sku"], r["quantity"], r["unit_cost"], r["promised_on"]) for r in lines[:3]] == [
        ("1", "KET-17", 100.0, 425, day("2026-11-16")),
        ("2", "MUG-B", 40.0, 1212, day("2026-11-20")),
        ("3", "MW-902", 10.0, 100, day("2026-11-16")),
    ]
    assert {row["earliest_on"] for row in lines[:3]} == {day("2026-11-12")}
    # 60 now, 40 backordered; all of 40; refused.
    assert [(r["line_id"], r["acknowledged_quantity"], r["promised_on"]) for r in lines[3:]] == [
        ("1", 60.0, day("2026-11-30")),
        ("2", 40.0, day("2026-11-21")),
        ("3", 0.0, None),
    ]


def test_what_is_packed_into_two_cartons_is_announced_twice(parsed, rows_of):
    notices = rows_of(parsed, "ship_notices")
    assert [(r["line_id"], r["sku"], r["quantity"], r["carton_id"]) for r in notices] == [
        ("1", "KET-17", 40.0, "000123450000000017"),
        ("1 (2)", "KET-17", 20.0, "000123450000000024"),
    ]
    told = ("po_number", "notice_id", "carrier_key", "tracking_number", "bill_of_lading", "shipped_on", "expected_on")
    assert {tuple(row[name] for name in told) for row in notices} == {
        ("PO-7001", "SN-5001", "abcf", "PRO-123456", "BOL-88", day("2026-11-10"), day("2026-11-15")),
    }


def test_an_invoice_counts_each_charge_once_and_comes_to_its_total(parsed, rows_of):
    """The freight stands beside the item and again at the end; charges of kind N are told for information."""
    lines = rows_of(parsed, "supplier_invoice_lines")
    assert [(r["line_id"], r["kind"], r["amount"]) for r in lines] == [
        ("1", "goods", 25500), ("D240", "freight", 1500), ("C310", "discount", -500), ("Tax ST", "tax", 450),
    ]  # fmt: skip
    assert sum(row["amount"] for row in lines) == 26950  # TDS01
    assert not any("come to" in note for note in parsed.notes)


def test_an_invoice_that_does_not_add_up_says_so(read, sample_files, text_file):
    text = (sample_files / "x12_buying.edi").read_text().replace("TDS*26950", "TDS*30000")
    parsed = read(text_file(text, "bill.edi"), channel="")
    assert "The lines of invoice INV-900 come to 269.50, it says 300.00." in parsed.notes


def test_a_credit_memo_is_the_other_way_round(read, sample_files, text_file, rows_of):
    text = (sample_files / "x12_buying.edi").read_text().replace("PO-7001***DI~", "PO-7001***CR~")
    lines = rows_of(read(text_file(text, "credit.edi"), channel=""), "supplier_invoice_lines")
    assert [row["amount"] for row in lines] == [-25500, -1500, 500, -450]


@pytest.mark.parametrize("amount", ["fifteen", "1E+400", "Infinity"])
def test_a_charge_that_is_no_amount_is_refused_not_left_out(read, sample_files, text_file, amount):
    text = (sample_files / "x12_buying.edi").read_text().replace("SAC*C*D240***1500~", f"SAC*C*D240***{amount}~")
    rejects = read(text_file(text, "bill.edi"), channel="").rejects
    assert {(r.field, r.found) for r in rejects if r.field} == {("amount (SAC05)", amount)}


def test_what_a_carrier_says_happened_is_a_scan_in_its_own_zone(parsed, rows_of):
    scans = rows_of(parsed, "shipment_events")
    assert [(r["code"], r["occurred_at"], r["place"]) for r in scans] == [
        ("accepted", from_iso("2026-11-10T23:15:00Z"), "AKRON, OH, US"),  # 18:15 in New York
        ("delayed", from_iso("2026-11-12T17:30:00Z"), "OMAHA, NE"),  # local time, of the file's zone
        ("delivered", from_iso("2026-11-15T18:30:15Z"), "RENO, NV, US"),
        ("QQ", from_iso("2026-11-15T19:00:00Z"), None),
    ]
    assert {row["tracking_number"] for row in scans} == {"PRO-123456"}
    assert scans[1]["description"] == "Delayed, reason AF"
    assert any("2 statuses told of estimates or appointments" in note for note in parsed.notes)


def test_a_refused_value_names_its_segment_and_its_element(read, sample_files, text_file, rows_of):
    text = (sample_files / "x12_buying.edi").read_text()
    text = text.replace("PO1*2*40*EA*12.125", "PO1*2*forty*EA*12.125").replace("DTM*002*20261116", "DTM*002*20261316")
    parsed = read(text_file(text, "bad.edi"), channel="")
    told = [(r.line, r.field, r.found, r.raw) for r in parsed.rejects if r.field]
    assert (15, "quantity (PO102)", "forty", "PO1*2*forty*EA*12.125**BP*MUG-B*VN*MW-901") in told
    # The day stands above the items.
    assert (13, "promised_on (DTM02 in segment 6)", "2026-13-16", "DTM*002*20261316") in told
    # The order waits whole; the invoice of it stands for itself.
    assert {row["po_number"] for row in rows_of(parsed, "purchase_order_lines")} == set()
    assert len(rows_of(parsed, "shipment_events")) == 4


def test_a_transaction_that_lost_segments_is_refused_and_the_others_are_read(read, sample_files, text_file, rows_of):
    text = (sample_files / "x12_buying.edi").read_text().replace("PO1**10*EA*1**VN*MW-902~\n", "")
    parsed = read(text_file(text, "cut.edi"), channel="")
    (reject,) = parsed.rejects
    assert (reject.field, reject.found, reject.line) == ("transaction (SE01)", "18", 19)
    assert reject.expected == "17: the number of segments that are there"
    assert (parsed.records_read["purchase_orders"], parsed.records_rejected["purchase_orders"]) == (2, 1)
    assert [row["status"] for row in rows_of(parsed, "purchase_orders")] == ["acknowledged"]


READ_ALL = "It was read all the same."
READ_WHOLE = "What is there and whole was read; ask the sender whether all of it arrived."


@pytest.mark.parametrize(
    ("there", "instead", "notes"),
    [
        ("GE*2*202", "GE*3*202", [
            "Group 202 (segment 38) has 2 transactions, and its end says “3” (GE01, segment 64).", READ_WHOLE]),
        ("GE*2*202", "GE**202", [
            "Group 202 (segment 38) has 2 transactions, and its end says “” (GE01, segment 64).", READ_WHOLE]),
        ("GE*2*202", "GE*02*00202", []),
        ("GE*2*202", "GE*2*999", [
            "Group 202 (segment 38) ends with another control number, “999” (GE02, segment 64): GS06 and GE02 "
            "should be the same.", READ_ALL]),
        ("IEA*3*000000201", "IEA*4*000000201", [
            "Interchange 000000201 (segment 23) has 3 groups, and its end says “4” (IEA01, segment 81).", READ_WHOLE]),
        ("IEA*3*000000201", "IEA*3*000000999", [
            "Interchange 000000201 (segment 23) ends with another control number, “000000999” (IEA02, segment 81): "
            "ISA13 and IEA02 should be the same.", READ_ALL]),
        ("GE*2*202~\n", "", [
            "Group 202 (segment 38) has no end (GE): the file was cut off or lost segments, and more may be missing. 2 "
            "transactions of it were found.", READ_WHOLE]),
        ("GS*SH*MILLWORKS*OURSELVES*20261110*1600*202*X*004010~\n", "", [
            "A group ends in segment 63 (GE) that did not begin: its GS is missing.",
            "Interchange 000000201 (segment 23) has 2 groups, and its end says “3” (IEA01, segment 80).",
            READ_WHOLE]),
        ("IEA*3*000000201~\n", "", [
            "Interchange 000000201 (segment 23) has no end (IEA): the file was cut off or lost segments, and more may "
            "be missing. 3 groups of it were found.", READ_WHOLE]),
    ],
)  # fmt: skip
def test_groups_and_interchanges_that_do_not_agree_are_told_and_read(
    read, sample_files, text_file, parsed, there, instead, notes
):
    text = (sample_files / "x12_buying.edi").read_text()
    assert text.count(there) == 1
    found = read(text_file(text.replace(there, instead), "file.edi"), channel="", time_zone="America/Los_Angeles")
    assert found.notes == [*parsed.notes[:2], *notes, *parsed.notes[2:]]
    assert (found.rejects, found.records_read) == (parsed.rejects, parsed.records_read)


def test_of_a_file_that_was_cut_off_all_is_read_that_is_whole_and_nothing_else(read, sample_files, text_file, parsed):
    """Wherever it ends: each transaction is read, refused or gone, and the report says that something is missing."""
    text = (sample_files / "x12_buying.edi").read_text()
    ends = [place for place in range(len(text)) if text.startswith("~\nSE*", place)]
    for end in range(text.index("SE*18*0001~") + 12, text.index("SE*19*0005"), 37):
        found = read(text_file(text[:end], "file.edi"), channel="", time_zone="America/Los_Angeles")
        inside_a_group = text.rfind("\nGS*", 0, end) > text.rfind("\nIEA*", 0, end)
        assert READ_WHOLE in found.notes or not inside_a_group
        assert len(found.rejects) <= 1
        whole = sum(text.index("~", place + 1) < end for place in ends)
        kept = int(found.why.split(" transaction")[0].rpartition(" ")[2]) - len(found.rejects)
        assert kept == whole - (end > text.index("~\nGE*2*202"))  # the 997 is none that is read


def test_of_many_groups_that_do_not_agree_a_few_are_named(read, text_file):
    group = "GS*PO*A*B*20261102*0915*1*X*004010~ST*850*1~BEG*00*SA*P{}**20261102~SE*3*1~GE*2*1~"
    text = "ISA*00* *00* *ZZ*A *ZZ*B *261102*0915*U*00401*1*0*T*>~" + "".join(map(group.format, range(40)))
    parsed = read(text_file(f"{text}IEA*40*1~", "many.edi"), channel="", currency="USD")
    named = [note.partition(" has ")[0] for note in parsed.notes if note.startswith("Group")]
    assert named == [f"Group 1 (segment {2 + 5 * number})" for number in range(5)]
    assert "35 more faults of groups and interchanges." in parsed.notes


def test_of_many_invoices_that_do_not_add_up_some_are_named(read, text_file):
    bill = "ST*810*1~BIG*20261111*INV-{}**PO-1~IT1*1*1*EA*4~TDS*500~SE*5*1~"
    text = "ISA*00* *00* *ZZ*A *ZZ*B *261102*0915*U*00401*1*0*T*>~GS*IN*A*B*20261102*0915*1*X*004010~"
    text += "".join(map(bill.format, range(50))) + "GE*50*1~IEA*1*1~"
    parsed = read(text_file(text, "many.edi"), channel="", currency="USD")
    assert sum("come to 4.00" in note for note in parsed.notes) == 20
    assert "The lines of 30 more invoices do not come to what they say." in parsed.notes


def test_an_interchange_of_other_transactions_says_which_are_read(read, text_file):
    text = "ISA*00* *00* *ZZ*A *ZZ*B *261102*0915*U*00401*1*0*T*>~GS*FA*A*B*20261102*0915*1*X*004010~"
    text += "ST*997*1~AK1*PO*1~SE*3*1~GE*1*1~IEA*1*1~"
    with pytest.raises(UserError, match="no transaction that is read: 997"):
        read(text_file(text, "answer.edi"), channel="")


def test_a_retailers_order_is_an_order_where_the_seller_says_so(read, sample_files, rows_of):
    from opsconsole.imports.source import all_sources

    seller = all_sources()["x12_as_seller"]
    parsed = read(sample_files / "x12_buying.edi", seller, channel="retail", currency="USD")
    (order,) = rows_of(parsed, "orders")
    # 100 x 4.25 + 40 x 12.125 + 10 x 1.
    assert (order["order_id"], order["total"], order["postcode"]) == ("PO-7001", 92000, "01002")
    assert [(r["line_id"], r["sku"], r["amount"]) for r in rows_of(parsed, "order_lines")] == [
        ("1", "MW-900", 42500), ("2", "MW-901", 48500), ("3", "MW-902", 1000),
    ]  # fmt: skip
    shipped = rows_of(parsed, "shipments")
    assert [(r["order_id"], r["shipment_id"], r["quantity"], r["status"]) for r in shipped] == [
        ("PO-7001", "PRO-123456", 60.0, "shipped"),
    ]


def test_the_answer_of_a_supplier_changes_its_order_and_the_file_again_nothing(writing, parsed):
    kinds = {}
    for records in parsed.records:
        kinds.setdefault(records.kind, []).extend(records.rows())
    first = writing(at=1, **kinds)
    assert first.counts["ship_notices"].inserted == 2
    order = writing.row("purchase_orders", "po_number", "status", "vendor_key", "acknowledged_at")
    assert (order["status"], order["vendor_key"]) == ("acknowledged", "S-77")
    lines = writing.rows("purchase_order_lines", "line_id", "quantity", "acknowledged_quantity")
    assert {r["line_id"]: (r["quantity"], r["acknowledged_quantity"]) for r in lines} == {
        "1": (100.0, 60.0), "2": (40.0, 40.0), "3": (10.0, 0.0),
    }  # fmt: skip
    again = writing(at=1, **kinds)
    assert {name: (c.inserted, c.updated) for name, c in again.counts.items() if c.inserted or c.updated} == {}


@pytest.mark.real_data
def test_every_genuine_interchange_is_read(genuine, read, rows_of):
    edi = genuine / "edi"
    for path in sorted(path for path in edi.iterdir() if path.suffix.lower() == ".edi"):
        parsed = read(path, channel="", currency="USD")
        assert (parsed.source, parsed.rejects) == ("x12", []), path.name
    # What the invoices say they come to: the third is told without its allowance and says so.
    for name, total in (("a", 36596), ("b", 40192), ("c", 37073)):
        parsed = read(edi / f"x12.810{name}.edi", channel="", currency="USD")
        assert sum(row["amount"] for row in rows_of(parsed, "supplier_invoice_lines")) == total
        assert any("come to" in note for note in parsed.notes) == (name == "c")
    (scan,) = rows_of(read(edi / "x12.214.edi", channel=""), "shipment_events")
    assert (scan["code"], scan["place"]) == ("delivered", "BRATTLEBORO, VT")
