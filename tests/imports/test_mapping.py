import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.numbered import for_header
from opsconsole.imports.saved import load_mapping, to_toml
from opsconsole.imports.source import all_sources

# The example of a saved mapping as it is documented.
EXAMPLE = """
name = "Any saved search"

[file]
encoding = "utf-8-sig"
delimiter = ","
header_row = 1

[[records]]
kind = "purchase_order_lines"

[records.fields]
po_number = { from = "PO / SO #" }
line_id = { from = "Line" }
promised_on = { from = "Scheduled Delivery Date", format = "%d-%b-%y" }
quantity = { from = "Qty", decimal = ".", null = ["", "N/A"] }
unit_cost = { from = "Unit Price" }

[[records.skip_where]]
column = "Type"
equals = ["TOTAL"]
"""
FILE = """PO / SO #,Line,Scheduled Delivery Date,Qty,Unit Price,Type
PO-1,1,26-May-26,12,2.50,Line
PO-1,2,02-Jun-26,N/A,0.75,Line
,,,12,,total
"""


def test_the_documented_mapping_reads_what_it_says(
    mapping: Callable[..., Any], read: Callable[..., Any], text_file: Callable[..., Path], rows_of: Callable[..., Any]
) -> None:
    parsed = read(text_file(FILE), mapping(EXAMPLE), currency="USD")
    assert rows_of(parsed, "purchase_order_lines") == [
        {
            "po_number": "PO-1",
            "line_id": "1",
            "promised_on": 20599,
            "quantity": 12.0,
            "unit_cost": 250,
            "currency": "USD",
        },
        {
            "po_number": "PO-1",
            "line_id": "2",
            "promised_on": 20606,
            "quantity": None,
            "unit_cost": 75,
            "currency": "USD",
        },
    ]
    assert parsed.records_read == {"purchase_order_lines": 2}
    assert parsed.rejects == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('kind = "purchase_order_lines"', 'kind = "purchases"'), "no record kind “purchases”"),
        (("po_number =", "po_no ="), "no field “po_no”"),
        (('{ from = "Line" }', '{ form = "Line" }'), "“form” is not known here"),
        (('{ from = "Line" }', '{ from = "Line", const = "1" }'), "from and const"),
        (('{ from = "Line" }', "{ default = '1' }"), "none of them"),
        (('{ from = "Line" }', "7"), "neither a column nor a table"),
        (('"%d-%b-%y"', '"day-month"'), "“day-month” is no date format"),
        (('decimal = "."', 'decimal = ";"'), "decimal = “;”"),
        (('equals = ["TOTAL"]', 'equal = ["TOTAL"]'), "“equal” is not known here"),
        (('equals = ["TOTAL"]', 'matches = "("'), "is no pattern"),
        (('header_row = 1', 'header_row = 1\ntime_zone = "Europe/Nowhere"'), "no time zone “Europe/Nowhere”"),
        (('[[records]]', '[[record]]'), "“record” is not known here"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_is_told_with_its_place(change: tuple[str, str], words: str) -> None:
    with pytest.raises(UserError, match=r"test\.toml") as caught:
        parse_mapping(tomllib.loads(EXAMPLE.replace(*change)), "test.toml")
    assert words in caught.value.message


def test_the_text_of_a_mapping_says_what_it_said() -> None:
    raw = tomllib.loads(EXAMPLE)
    raw["name"] = 'Open "PO" lines\n2026'
    raw["file"]["header"] = ["PO / SO #", "Line"]
    assert tomllib.loads(to_toml(raw)) == raw
    raw["records"][0]["skip_where"] = raw["records"][0]["skip_where"][0]
    assert tomllib.loads(to_toml(raw))["records"][0]["skip_where"] == [raw["records"][0]["skip_where"]]


def test_every_mapping_of_the_real_data_sets_is_valid(sample_files: Path) -> None:
    specs = [load_mapping(path) for path in sorted((sample_files / "mappings").glob("*.toml"))]
    assert len(specs) >= 8


def test_every_source_is_written_in_the_vocabulary_of_mappings() -> None:
    assert set(all_sources()) >= {"shopify_orders", "shopify_inventory", "shipstation_shipments"}
    for source in all_sources().values():
        assert source.spec.records
        known = source.known_columns()
        wanted = {name for names, _ in for_header(source.spec, known).column_groups() for name in names}
        assert wanted <= known, f"{source.key} reads columns that its layouts do not have: {wanted - known}"


def test_numbered_columns_make_a_record_each(read: Any, mapping: Any, text_file: Any, rows_of: Any) -> None:
    spec = mapping(
        'name = "m"\n[[records]]\nkind = "order_lines"\nskip_where = [{ column = "Item {n}", filled = false }]\n'
        '[records.fields]\norder_id = "Order"\nline_id = { const = "{n}" }\nsku = "Item {n}"\nquantity = "Qty ({n})"\n'
    )
    text = "Order,Item 1,Qty,Item 2,Qty,Item 3,Qty\nA,x,1,y,2,,\nB,z,3,,,w,4\n"
    lines = rows_of(read(text_file(text), forced=spec), "order_lines")
    assert sorted((r["order_id"], r["line_id"], r["sku"], r["quantity"]) for r in lines) == [
        ("A", "1", "x", 1.0),
        ("A", "2", "y", 2.0),
        ("B", "1", "z", 3.0),
        ("B", "3", "w", 4.0),
    ]


def test_a_sum_may_take_each_of_the_numbered_columns(read: Any, mapping: Any, text_file: Any, rows_of: Any) -> None:
    spec = mapping(
        'name = "m"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = "Order"\n'
        'total = { sum = [{ from = "Base" }, { from = "Fee ({n})", each = true, '
        'where = { column = "Why ({n})", equals = ["tax"] } }] }\n'
    )
    text = "Order,Base,Why,Fee,Why,Fee\nA,1.00,tax,0.20,gift,5.00\nB,2.00,gift,5.00,tax,0.30\nC,3.00,,,,\n"
    orders = rows_of(read(text_file(text), forced=spec), "orders")
    assert [row["total"] for row in orders] == [120, 230, 300]


def test_a_price_is_the_amount_over_the_quantity_in_the_currencys_places(
    read: Any, mapping: Any, text_file: Any, rows_of: Any
) -> None:
    spec = mapping(
        'name = "m"\n[[records]]\nkind = "order_lines"\n[records.fields]\norder_id = "Order"\nline_id = "Line"\n'
        'currency = "Cur"\nunit_price = { sum = [{ from = "Sum" }], over = [{ from = "Qty" }] }\n'
    )
    text = "Order,Line,Cur,Sum,Qty\n1,a,USD,10.00,3\n1,b,JPY,1000,3\n1,c,USD,10.00,0\n1,d,USD,,3\n"
    lines = rows_of(read(text_file(text), forced=spec), "order_lines")
    assert [row["unit_price"] for row in lines] == [333, 333, None, None]


def test_a_pattern_takes_out_what_counts_and_minutes_add_to_an_instant(
    read: Any, mapping: Any, text_file: Any, rows_of: Any
) -> None:
    spec = mapping(
        'name = "m"\n[[records]]\nkind = "tickets"\n[records.fields]\nhelpdesk = { const = "h" }\nticket_id = "Id"\n'
        "order_id = { from = \"Words\", extract = '#(\\d+)' }\n"
        'last_reply_at = { from = "At", plus_minutes = "Minutes" }\n'
    )
    text = "Id,Words,At,Minutes\n1,about #77 again,1970-01-01 00:00,90\n2,hello,1970-01-01 00:00,\n"
    rows = rows_of(read(text_file(text), forced=spec), "tickets")
    assert [(row["order_id"], row["last_reply_at"]) for row in rows] == [("77", 5_400_000_000), (None, None)]


def test_a_pattern_or_a_division_that_cannot_be_is_refused(mapping: Any) -> None:
    head = 'name = "m"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = '
    with pytest.raises(UserError, match="is no pattern"):
        mapping(head + '{ from = "A", extract = "(" }\n')
    with pytest.raises(UserError, match="over divides"):
        mapping(head + '{ from = "A", over = [{ from = "B" }] }\n')


def test_rows_may_be_one_record_by_what_is_made_of_them(
    mapping: Callable[..., Any], read: Callable[..., Any], text_file: Callable[..., Path], rows_of: Callable[..., Any]
) -> None:
    """One refund per day: 3.00 and 2.00 are given back on the 9th in Greenwich, told by two clocks."""
    fields = 'order_id = "no"\nrefund_id = { join = [{ const = "R" }, { day_of = "at" }], separator = "-" }\n'
    fields += 'amount = { from = "sum", rows = "sum" }\ncurrency = { const = "USD" }\n'
    head = 'name = "R"\n[[records]]\nkind = "refunds"\none_per = ["no"]\none_per_field = "{}"\n[records.fields]\n'
    text = (
        "no,at,sum\n1,2026-11-09T23:30:00Z,3.00\n1,2026-11-08T16:30:00-08:00,2.00\n1,2026-11-09T16:30:00-08:00,4.00\n"
    )
    parsed = read(text_file(text), mapping(head.format("refund_id") + fields))
    found = [(row["refund_id"], row["amount"]) for row in rows_of(parsed, "refunds")]
    assert found == [("R-20261109", 500), ("R-20261110", 400)]
    days = read(text_file("no,at,sum\n1,19.11.2026,5.00\n"), mapping(head.format("refund_id") + fields))
    assert rows_of(days, "refunds")[0]["refund_id"] == "R-20261119"
    with pytest.raises(UserError, match="one_per_field names “sku”, which is not filled"):
        mapping(head.format("sku") + fields)
