"""Quantities of X12 in pieces, parts with days of their own, and orders told anew; worked out by hand."""

import pytest

from opsconsole.domain.instants import from_iso

HEAD = "ISA*00* *00* *ZZ*US *ZZ*THEM *261102*0915*U*00401*1*0*T*>~"


def interchange(*bodies, kinds=("850",), sent="20261102"):
    """Transactions of the kinds, each with the segments of its body."""
    text = HEAD
    for number, (kind, body) in enumerate(zip(kinds, bodies, strict=True), start=1):
        text += f"GS*PO*US*THEM*{sent}*09{number:02}*{number}*X*004010~ST*{kind}*{number:04}~{body}"
        text += f"SE*{body.count('~') + 2}*{number:04}~GE*1*{number}~"
    return f"{text}IEA*1*1~"


ORDER = "BEG*00*SA*PO-1**20261102~CUR*BY*USD~N1*SU*Mill*92*S-1~"


@pytest.fixture
def lines(read, text_file, rows_of):
    def of(*bodies, kind="purchase_order_lines", **more):
        return rows_of(read(text_file(interchange(*bodies, **more), "order.edi"), channel=""), kind)

    return of


@pytest.mark.parametrize(
    ("item", "quantity", "each"),
    [
        ("PO1*1*10*EA*4.25**BP*A~", 10, 425),
        ("PO1*1*3*DZ*12**BP*A~", 36, 100),
        ("PO1*1*10*CA*24**BP*A~PO4*12~", 120, 200),
        # 4 inner packs of 6 in a case.
        ("PO1*1*2*CA*48**BP*A~PO4*4**************6~".replace("*" * 14, "*" * 13), 48, 200),
        ("PO1*1*5*PK*9*PE*BP*A~PO4*20~", 100, 900),
        ("PO1*1*200*EA*350*HP*BP*A~", 200, 350),
        # Carpet is sold by the square foot, whatever fits into a pallet.
        ("PO1*1*13200*SF*1.5**BP*A~PO4**6055.05*PC~", 13200, 150),
    ],
)
def test_quantities_count_pieces_and_costs_are_of_one_piece(lines, item, quantity, each):
    (line,) = lines(ORDER + item)
    assert (line["quantity"], line["unit_cost"]) == (quantity, each)


def test_a_pack_of_unknown_content_is_refused_with_its_order(read, text_file):
    parsed = read(text_file(interchange(f"{ORDER}PO1*1*10*CA*24**BP*A~PO1*2*5*EA*1**BP*B~"), "order.edi"), channel="")
    assert not any(records.kind == "purchase_order_lines" and len(records) for records in parsed.records)
    reject = next(reject for reject in parsed.rejects if reject.field)
    assert (reject.field, reject.found) == ("quantity (PO102)", "10 CA")
    assert reject.expected == "a number of pieces: what one case (CA) holds is told nowhere in the file (PO4)"


def test_answers_notices_and_invoices_take_the_pack_from_the_order_in_the_file(lines):
    bodies = (
        f"{ORDER}PO1*1*10*CA*24**BP*A~PO4*12~",
        "BAK*00*AD*PO-1*20261102*****20261103~N1*SU*Mill*92*S-1~PO1*1*10*CA*24**BP*A~ACK*IA*4*CA*067*20261116~",
        "BSN*00*SN-1*20261110*1600*0001~HL*1**S~HL*2*1*O~PRF*PO-1~HL*3*2*I~LIN*1*BP*A~SN1**4*CA~",
        "BIG*20261111*INV-1*20261102*PO-1***DI~CUR*SE*USD~N1*SU*Mill*92*S-1~IT1*1*4*CA*24**BP*A~TDS*9600~",
    )
    kinds = ("850", "855", "856", "810")
    order, answer = lines(*bodies, kinds=kinds)
    assert (order["quantity"], answer["acknowledged_quantity"]) == (120, 48)
    assert [row["quantity"] for row in lines(*bodies, kinds=kinds, kind="ship_notices")] == [48]
    (bill,) = lines(*bodies, kinds=kinds, kind="supplier_invoice_lines")
    assert (bill["quantity"], bill["amount"]) == (48, 9600)


def test_parts_of_an_item_make_it_whole_on_the_last_day(read, text_file, rows_of):
    parts = "SCH*60*EA***002*20261116~SCH*40*EA***002*20261130~"
    parsed = read(
        text_file(interchange(f"{ORDER}PO1*1**EA*4**BP*A~{parts}PO1*2*50*EA*4**BP*B~{parts}"), "o.edi"), channel=""
    )
    first, second = rows_of(parsed, "purchase_order_lines")
    day = {text: from_iso(f"{text}T00:00:00Z") // 86_400_000_000 for text in ("2026-11-16", "2026-11-30")}
    assert (first["quantity"], first["earliest_on"], first["promised_on"]) == (100, *day.values())
    assert second["quantity"] == 50
    assert "The parts of line 2 of order PO-1 come to 100, it orders 50." in parsed.notes
    assert any("2 lines of orders come in parts" in note for note in parsed.notes)


def test_what_an_order_told_anew_lacks_is_known_with_what_the_file_told_before(read, text_file):
    anew = ORDER.replace("BEG*00", "BEG*05")
    text = interchange(
        f"{ORDER}PO1*1*10*EA*4**BP*A~PO1*2*5*EA*1**BP*B~", f"{anew}PO1*1*8*EA*4**BP*A~", kinds=("850", "850")
    )
    (replaced,) = read(text_file(text, "orders.edi"), channel="").replaced
    assert (replaced.kind, replaced.owner, replaced.lines) == ("purchase_order_lines", ("PO-1",), {"1"})
    # The order that it replaces brings nothing back, also where it stands behind it.
    text = interchange(f"{anew}PO1*1*8*EA*4**BP*A~", f"{ORDER}PO1*2*5*EA*1**BP*B~", kinds=("850", "850"))
    (replaced,) = read(text_file(text, "orders.edi"), channel="").replaced
    assert (replaced.owner, replaced.lines) == (("PO-1",), {"1"})
