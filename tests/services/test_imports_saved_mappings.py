"""What no source reads is read by saved mappings: any table, mapped once, known again by its header."""

import gzip
import itertools
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from opsconsole.domain.instants import from_iso

STOCK = """
name = "Counted stock"

[file]
header = ["Article", "Hall", "Pieces", "Counted"]

[[records]]
kind = "stock_levels"

[records.fields]
sku = { from = "Article" }
location = { from = "Hall" }
on_hand = { from = "Pieces" }
counted_at = { from = "Counted", format = "%d.%m.%Y" }
"""
ROWS = [["Article", "Hall", "Pieces", "Counted"], ["000123", "EAST", "12", "03.11.2026"],
        ["mug-b", "EAST", "7", "13.11.2026"], ["MUG-B", "WEST", "4500", "13.11.2026"]]  # fmt: skip


@pytest.fixture
def save(tmp_path: Path) -> Any:
    """Keeps a mapping as the small text file that it is."""

    def write(text: str) -> None:
        folder = tmp_path / "mappings"
        folder.mkdir(exist_ok=True)
        (folder / f"{len(list(folder.iterdir()))}.toml").write_text(text, encoding="utf-8")

    return write


def delimited(sign: str) -> bytes:
    return "\n".join(sign.join(row) for row in ROWS).encode()


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([int(cell) if cell in ("12", "7", "4500") else cell for cell in row])
    book.save(path)
    return path


def ods(path: Path) -> Path:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in ROWS)
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    return path


def test_a_table_of_any_kind_is_known_by_its_header(bring: Any, save: Any, tmp_path: Path) -> None:
    save(STOCK)
    files = {
        "a.csv": delimited(","), "b.tsv": delimited("\t"), "c.txt": delimited(";"),
        "d.csv.gz": gzip.compress(delimited(",")),
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in files]
    paths += [workbook(tmp_path / "e.xlsx"), ods(tmp_path / "f.ods")]
    for path in paths:
        bring.writing.wipe()
        report = bring(path, channel=None)
        assert (report.source, report.why) == (
            "mapping:Counted stock",
            "its header is the one the mapping was made for",
        )
        assert bring.rows("stock_levels", "sku", "location", "on_hand", "counted_at") == [
            ("000123", "EAST", 12.0, from_iso("2026-11-03T00:00:00Z")),
            ("MUG-B", "WEST", 4500.0, from_iso("2026-11-13T00:00:00Z")),
            ("mug-b", "EAST", 7.0, from_iso("2026-11-13T00:00:00Z")),
        ], path.name
        again = bring(path, channel=None)
        assert (again.total("inserted"), again.total("updated")) == (0, 0), path.name


NETSUITE = """Date,Document Number,*,Item,Quantity,Item Rate,Amount,Status
14/11/2026,SO1001,*,,,,50.00,Pending Fulfillment
14/11/2026,SO1001,,KET-17,1,24.50,24.50,Pending Fulfillment
14/11/2026,SO1001,,000000,2,12.75,25.50,Pending Fulfillment
"""
LINES = """
[[records]]
kind = "order_lines"
{skip}
[records.fields]
order_id = "Document Number"
line_id = {{ occurrence_of = ["Item"], within = ["Document Number"] }}
sku = "Item"
quantity = "Quantity"
amount = "Amount"
"""
ORDERS = """
[[records]]
kind = "orders"
one_per = ["Document Number"]

[records.fields]
order_id = "Document Number"
placed_at = { from = "Date", format = "%d/%m/%Y" }
status = { from = "Status", map = { "Pending Fulfillment" = "processing" } }
total = { from = "Amount", rows = "sum", where = { column = "*", equals = ["*"] } }
"""
MAIN_LINE = 'skip_where = [{ column = "*", equals = ["*"] }]'


def test_the_row_before_the_lines_of_a_saved_search_counts_once(bring: Any, save: Any) -> None:
    """Without a main-line filter NetSuite writes the order and then its lines: a plain sum has 100.00 for 50.00."""
    save(f'name = "Saved search"\n[file]\ncurrency = "EUR"\n{ORDERS}{LINES.format(skip=MAIN_LINE)}')
    bring(NETSUITE)
    assert bring.rows("orders", "order_id", "total", "lines_total", "line_count") == [("SO1001", 5000, 5000, 2)]
    assert bring.rows("order_lines", "sku", "quantity", "amount") == [("000000", 2.0, 2550), ("KET-17", 1.0, 2450)]
    # The columns are the account's own choice: in another order, beside others, it is the same search.
    turned = "\n".join(",".join([*line.split(",")[::-1], "x"]) for line in NETSUITE.splitlines())
    again = bring(turned)
    assert (again.total("inserted"), again.total("updated")) == (0, 0)


# What systems without a fixed export layout have, as an account may have called it: kind, rows, fields, what is there.
SYSTEMS = {
    "Shippo": (
        "shipments", "Order,Track #,Carrier,Sent\n77,T1,USPS,2026-11-14\n",
        'order_id = "Order"\nshipment_id = "Track #"\ntracking_number = "Track #"\n'
        'carrier_key = { from = "Carrier", slug = true }\nshipped_at = "Sent"',
        {"tracking_number": "T1", "carrier_key": "usps", "shipped_at": from_iso("2026-11-14T00:00:00Z")},
    ),
    "Shippit": (
        "shipment_events", "Parcel;Status;When\nT1;Delivered;2026-11-15 10:00\n",
        'tracking_number = "Parcel"\ncode = "Status"\noccurred_at = "When"',
        {"tracking_number": "T1", "code": "delivered", "occurred_at": from_iso("2026-11-15T10:00:00Z")},
    ),
    "ShipBob": (
        "stock_levels", "SKU,FC,Fulfillable\n000123,Cicero,12\n",
        'sku = "SKU"\nlocation = "FC"\non_hand = "Fulfillable"',
        {"sku": "000123", "location": "Cicero", "on_hand": 12.0},
    ),
    "Gorgias": (
        "tickets", "id,Customer,Created,State\n5,a@example.com,2026-11-14T10:00:00Z,open\n",
        'helpdesk = { const = "gorgias" }\nticket_id = "id"\nrequester = "Customer"\nopened_at = "Created"\n'
        'status = "State"',
        {"helpdesk": "gorgias", "ticket_id": "5", "status": "open"},
    ),
    "SAP": (
        "purchase_order_lines",
        "Purch.Doc.\tItem\tMaterial\tPO Quantity\tDeliv. Date\n4500001234\t00010\tMUG-B\t1.250\t"
        "26.11.2026\n",
        'po_number = "Purch.Doc."\nline_id = "Item"\nsku = "Material"\n'
        'quantity = { from = "PO Quantity", decimal = "," }\n'
        'promised_on = { from = "Deliv. Date", format = "%d.%m.%Y" }',
        {"line_id": "00010", "sku": "MUG-B", "quantity": 1250.0, "promised_on": 20783},
    ),
    "Oracle": (
        "purchase_orders", "PO NUM,SUPPLIER NUM,CREATION DATE\n7001,S-1,14-NOV-26\n",
        'po_number = "PO NUM"\nvendor_key = "SUPPLIER NUM"\n'
        'ordered_at = { from = "CREATION DATE", format = "%d-%b-%y" }',
        {"po_number": "7001", "vendor_key": "S-1", "ordered_at": from_iso("2026-11-14T00:00:00Z")},
    ),
    "Manhattan": (
        "picks", "Order,Item,Picked,Time\n77,MUG-B,2,2026-11-14 10:00\n",
        'order_id = "Order"\nsku = "Item"\npicked_quantity = "Picked"\npicked_at = "Time"',
        {"sku": "MUG-B", "picked_quantity": 2.0},
    ),
    "Riskified": (
        "fraud_decisions", "Order,Decision,Score\n77,declined,91\n",
        'order_id = "Order"\ndecision = { from = "Decision", map = { declined = "decline" } }\nscore = "Score"',
        {"decision": "decline", "score": 91.0},
    ),
    "Signifyd": (
        "fraud_decisions", "Order,Guarantee\n77,APPROVED\n",
        'order_id = "Order"\ndecision = { from = "Guarantee", map = { APPROVED = "approve" } }',
        {"decision": "approve"},
    ),
    "Square": (
        "payments", "Sale,Payment,Gross,Status\n77,P1,12.50,Captured\n",
        'order_id = "Sale"\npayment_id = "Payment"\namount = "Gross"\ncurrency = { const = "USD" }\n'
        'status = { from = "Status", map = { Captured = "paid" } }',
        {"payment_id": "P1", "amount": 1250, "currency": "USD"},
    ),
    "Katana": (
        "products", "Variant code,Name,Price\nMUG-B,Mug,5.00\n",
        'sku = "Variant code"\ntitle = "Name"\nlist_price = "Price"\ncurrency = { const = "USD" }',
        {"sku": "MUG-B", "title": "Mug", "list_price": 500},
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_has_no_layout_of_its_own_is_mapped_once(bring: Any, save: Any, system: str) -> None:
    kind, content, fields, expected = SYSTEMS[system]
    save(f'name = "{system}"\n[[records]]\nkind = "{kind}"\n[records.fields]\n{fields}\n')
    report = bring(content)
    assert report.source == f"mapping:{system}"
    assert bring.rows(kind, *expected) in ([tuple(expected.values())], list(expected.values()))
    again = bring(content)
    assert (again.total("inserted"), again.total("updated")) == (0, 0)


def _kind(name: str, kind: str, *columns: str) -> str:
    fields = "\n".join(f'{column} = "{column}"' for column in columns)
    header = ", ".join(f'"{column}"' for column in columns)
    return f'name = "{name}"\n[file]\nheader = [{header}]\n[[records]]\nkind = "{kind}"\n[records.fields]\n{fields}\n'


SHOP = {
    "customers": (_kind("Buyers", "customers", "customer_id", "city"), "customer_id,city\nC1,Lyon\n"),
    "lines": (_kind("Items", "order_lines", "order_id", "line_id", "sku"), "order_id,line_id,sku\nA1,1,MUG\n"),
    "orders": (
        _kind("Sales", "orders", "order_id", "customer_id", "status"), "order_id,customer_id,status\nA1,C1,shipped\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("turns", list(itertools.permutations(SHOP)), ids="-".join)
def test_files_of_one_shop_are_of_one_channel_in_whichever_order_they_come(
    bring: Any, save: Any, turns: tuple[str, ...]
) -> None:
    for mapping, _ in SHOP.values():
        save(mapping)
    for name in (*turns, *turns):  # next week's files find it again
        bring(SHOP[name][1], f"{name}.csv", channel=None)
    (order,) = bring.rows("orders", "channel", "order_id", "status", "line_count", "city")
    assert order[1:] == ("A1", "shipped", 1, "Lyon")
    assert bring.rows("customers", "channel") == [order[0]]


def test_orders_of_another_shop_are_of_a_channel_of_their_own(bring: Any, save: Any) -> None:
    for mapping, _ in SHOP.values():
        save(mapping)
    save(_kind("Market", "orders", "order_id", "status", "currency"))
    for name in ("lines", "orders"):
        bring(SHOP[name][1], f"{name}.csv", channel=None)
    bring("order_id,status,currency\nA1,pending,EUR\n", "market.csv", channel=None)
    told = bring.rows("orders", "channel", "status")
    assert sorted(told) == [("items", "shipped"), ("market", "pending")]
