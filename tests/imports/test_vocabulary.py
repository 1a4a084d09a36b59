"""What mappings say beyond plain columns: other names, currencies in amounts, two kinds of rows."""

import tomllib

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import as_content, from_content
from opsconsole.domain.instants import from_iso
from opsconsole.imports.currencies import currency_in
from opsconsole.imports.dates import choose, parse
from opsconsole.imports.saved import to_toml
from opsconsole.imports.source import Signature, all_sources

MONEY = """
name = "Shop"
aliases = { "Order Number" = ["Bestellnummer", "Numéro de commande"], "Total" = ["Gesamtbetrag", "Total de l’achat"] }

[[records]]
kind = "orders"
one_per = ["Order Number"]

[records.fields]
channel = { const = "shop" }
order_id = "Order Number"
total = { from = "Total", within = ["Order Number"] }
currency = { currency_of = "Total", within = ["Order Number"] }
"""


@pytest.mark.parametrize(
    ("text", "usual", "code"),
    [
        ("$1,433.66", "USD", "USD"),
        ("$1,433.66", "AUD", "AUD"),
        ("AU $3,000.00", "USD", "AUD"),
        ("C $12.00", "", "CAD"),
        ("EUR 90,00", "", "EUR"),
        ("1 234,50 €", "", "EUR"),
        ("£5.00", "", "GBP"),
        ("12,00 zł", "", "PLN"),
        ("৳2,999", "", "BDT"),
        ("120 kr", "", None),
        ("120 kr", "SEK", "SEK"),
        ("12.00", "USD", None),
        ("--", "USD", None),
    ],
)
def test_an_amount_carries_its_currency(text, usual, code):
    assert currency_in(text, usual) == code


@pytest.mark.parametrize(
    "content",
    [
        "Order Number,Total\n7,\n7,$12.50\n",
        "Gesamtbetrag;Bestellnummer\n;7\n12,50 €;7\n",
        "Numéro de commande;Total de l'achat\n7;12,50 €\n",
    ],
)
def test_columns_with_other_names_are_the_same_columns(mapping, read, text_file, rows_of, content):
    (order,) = rows_of(read(text_file(content), candidates=[mapping(MONEY)]), "orders")
    assert (order["order_id"], order["total"]) == ("7", 1250)
    assert order["currency"] == ("USD" if "$" in content else "EUR")


def test_what_is_told_of_a_column_is_told_by_the_name_it_has_in_the_file(mapping, read, text_file):
    parsed = read(text_file("Bestellnummer;Gesamtbetrag\n7;viel €\n"), mapping(MONEY))
    assert parsed.names == ("Bestellnummer", "Gesamtbetrag")
    assert [(r.line, r.field, r.found) for r in parsed.rejects] == [(2, "total", "viel €")]
    with pytest.raises(UserError, match="mixes decimal points and commas"):
        read(text_file("Bestellnummer;Gesamtbetrag\n7;12,50\n8;12.50\n"), mapping(MONEY))


def test_notes_name_columns_as_the_file_spells_them(read, sample_files, text_file):
    text = (sample_files / "walmart_orders.csv").read_text().replace("2026-11-14", "14.11.2026")
    notes = read(text_file(text)).notes
    assert notes == ["“Order Date” is not in the platform's own form; it was read as DD.MM.YYYY."]


def test_a_clock_of_24_hours_may_say_pm_all_the_same():
    texts = ["Jan 5, 2024 15:04:05 PM", "Jan 5, 2024 09:04:05 AM", "Jan 5, 2024 00:10:00 AM", "Jan 5, 2024 12:30:00 PM"]
    choice = choose(texts, "Purchase Date")
    assert choice is not None
    assert choice.format == "%b %d, %Y %H:%M:%S %p"
    found = parse(texts, choice.format, "UTC")
    assert found.instants.tolist() == [
        from_iso(f"2024-01-05T{time}Z") for time in ("15:04:05", "09:04:05", "00:10:00", "12:30:00")
    ]
    # Half past three in the afternoon is no time of that clock; a clock of 12 hours reads it.
    assert not parse(["Jan 5, 2024 03:30:00 PM"], choice.format, "UTC").good[0]
    twelve = choose(["Jan 5, 2024 03:30:00 PM", "Jan 5, 2024 12:10:00 AM"], "Purchase Date")
    assert twelve is not None
    assert twelve.format == "%b %d, %Y %I:%M:%S %p"


def test_pm_may_stand_after_a_narrow_space():
    choice = choose(["Jan 5, 2024, 3:04:05\u202fPM"], "Purchase Date")
    assert choice is not None
    assert choice.format == "%b %d, %Y, %I:%M:%S %p"
    found = parse(["Jan 5, 2024, 3:04:05\u202fPM", "Jan 5, 2024, 3:04:05 PM"], choice.format, "UTC")
    assert found.instants.tolist() == [from_iso("2024-01-05T15:04:05Z")] * 2


SALES_ORDERS = """
name = "Sales orders"

[file]
row_types = ["SO", "Item"]

[[records]]
kind = "orders"
keep_where = [{ column = "Flag", equals = ["SO"] }, { column = "Flag (2)", filled = true }]
one_per = ["SONum"]

[records.fields]
channel = { const = "shop" }
order_id = "SONum"
subtotal = { product = ["Quantity", "Price"], rows = "sum" }
currency = { const = "USD" }

[[records]]
kind = "order_lines"
keep_where = [{ column = "Flag (2)", equals = ["Item"] }]

[records.fields]
channel = { const = "shop" }
order_id = "SONum"
sku = "Product"
quantity = "Quantity"
"""
TWO_KINDS = """Flag,SONum,Note
Flag,Product,Quantity,Price,Note
SO,1001,Ring
Item,MUG,2,5.00
Item,CUP,1,3.50
SO,1002
Item,MUG,1,5.00,fragile
"""


def test_two_kinds_of_rows_may_have_one_header_and_no_rows(read, text_file):
    """A file of orders alone, or one that holds nothing yet, keeps its header."""
    header = "Flag,SONum,Status,CustomerName"
    for text in (f"{header}\n", f"\n{header}\n,,,\n"):
        parsed = read(text_file(text))
        assert (parsed.source, parsed.names, parsed.rejects) == ("fishbowl_orders", tuple(header.split(",")), [])
        assert parsed.records_read["orders"] == 0
    parsed = read(text_file(f"{header}\n\nSO,1001,20,Buyer One\n"))
    assert (parsed.header_line, parsed.records_read["orders"]) == (1, 1)


def test_rows_of_the_second_kind_belong_to_the_last_of_the_first(mapping, read, text_file, rows_of):
    parsed = read(text_file(TWO_KINDS), mapping(SALES_ORDERS))
    assert parsed.rejects == []
    assert [(row["order_id"], row["sku"], row["quantity"]) for row in rows_of(parsed, "order_lines")] == [
        ("1001", "MUG", 2.0),
        ("1001", "CUP", 1.0),
        ("1002", "MUG", 1.0),
    ]
    # 2 × 5.00 + 3.50 and 5.00.
    assert [(row["order_id"], row["subtotal"]) for row in rows_of(parsed, "orders")] == [("1001", 1350), ("1002", 500)]
    # The two headers joined before, say by the grid of rejected lines, are the same file.
    joined = "Flag,SONum,Note,Flag,Product,Quantity,Price,Note\nSO,1001,Ring,Item,MUG,2,5.00,\n"
    (line,) = rows_of(read(text_file(joined), mapping(SALES_ORDERS)), "order_lines")
    assert (line["order_id"], line["sku"]) == ("1001", "MUG")


def test_a_row_wider_than_the_header_of_its_kind_is_refused(mapping, read, text_file):
    parsed = read(text_file(TWO_KINDS.replace("SO,1002", "SO,1002,,oops")), mapping(SALES_ORDERS))
    assert {reject.line for reject in parsed.rejects} == {6, 7}


def test_a_number_that_spreadsheets_were_made_to_keep_is_that_number(mapping, read, text_file, rows_of):
    text = '[[records]]\nkind = "products"\n[records.fields]\nsku = "SKU"\n'
    parsed = read(text_file('SKU,Name\n"=""00123""",Mug\n2E+14,Cup\n'), mapping(text))
    assert [row["sku"] for row in rows_of(parsed, "products")] == ["00123"]
    assert "a spreadsheet has shortened this number" in parsed.rejects[0].expected


def test_records_that_need_columns_are_left_out_of_files_without_them(mapping, read, text_file, rows_of):
    text = (
        '[[records]]\nkind = "orders"\n[records.fields]\nchannel = { const = "shop" }\norder_id = "Order"\n'
        '[[records]]\nkind = "order_lines"\nneeds = ["SKU", "Item"]\n[records.fields]\nchannel = { const = "shop" }\n'
        'order_id = "Order"\nsku = { from = "SKU", optional = true }\nquantity = "Quantity"\n'
    )
    parsed = read(text_file("Order,City\n7,Bonn\n"), candidates=[mapping(text)])
    assert parsed.notes == ["It fills no order lines: it has no column “SKU” or “Item”."]
    assert len(rows_of(read(text_file("Order,Item,Quantity\n7,Mug,1\n"), mapping(text)), "order_lines")) == 1


ARTICLES = """
name = "Lists"
aliases = { "Articles" = ["Artikel"] }
split = { column = "Articles", by = "|" }

[[records]]
kind = "orders"
one_per = ["Order"]
[records.fields]
channel = { const = "shop" }
order_id = "Order"
total = "Total"

[[records]]
kind = "order_lines"
keep_where = { column = "Articles", filled = true }
[records.fields]
channel = { const = "shop" }
order_id = "Order"
line_id = { from = "Articles", extract = "SKU: ([A-Z]+)" }
sku = { from = "Articles", extract = "SKU: ([A-Z]+)" }
quantity = { from = "Articles", extract = "Qty: ([a-z0-9]+)" }
"""


def test_a_list_in_one_cell_is_a_row_per_part(mapping, read, text_file, rows_of):
    content = "Order,Total,Artikel\n7,12.50,SKU: MUG Qty: 2| SKU: CUP Qty: 1|\n8,3.00,\n9,1.00,SKU: CUP Qty: two\n"
    parsed = read(text_file(content), mapping(ARTICLES), currency="USD")
    assert [(row["order_id"], row["sku"], row["quantity"]) for row in rows_of(parsed, "order_lines")] == [
        ("7", "MUG", 2.0), ("7", "CUP", 1.0),
    ]  # fmt: skip
    assert [(row["order_id"], row["total"]) for row in rows_of(parsed, "orders")] == [("7", 1250), ("8", 300)]
    assert {reject.line for reject in parsed.rejects} == {4}


def test_what_an_editor_does_not_show_of_a_mapping_stays(mapping):
    content = tomllib.loads(ARTICLES)
    assert as_content(from_content(content)) == content
    assert mapping(to_toml(as_content(from_content(content)))).split == ("Articles", "|")


def test_a_split_needs_a_column_and_what_separates(mapping):
    with pytest.raises(UserError, match="split needs a column"):
        mapping(ARTICLES.replace(', by = "|"', ""))


def test_a_layout_can_be_told_by_columns_it_must_not_have():
    orders = Signature("orders", ("Order", "City"), all_of=("Order",), no_prefix="Shipment - ", inferred="a parser")
    assert orders.score({"order", "city"}).points == 1.0
    assert orders.score({"order"}).inferred == "a parser"
    assert orders.score({"order", "shipment - carrier"}).points == 0.0


def test_a_source_tells_which_of_its_layouts_are_inferred():
    told = all_sources()["ebay_orders"].inferred_layouts
    assert "(Germany): three programs" in told
    assert "United States" not in told
    assert all_sources()["walmart_orders"].inferred_layouts == ""


@pytest.mark.parametrize(
    ("how", "amount"),
    [
        ('{ sum = ["A", { from = "B", optional = true }] }', 100),
        ('{ sum = ["A"], less = [{ from = "B", optional = true }] }', 100),
        ('{ sum = [{ from = "B", optional = true }], optional = true }', None),
        ('{ product = ["A", { from = "B", optional = true }] }', None),
        ('{ sum = ["A"], over = [{ from = "B", optional = true }] }', None),
    ],
)
def test_an_optional_part_that_the_file_lacks_adds_nothing_but_is_no_factor(
    mapping, read, text_file, rows_of, how, amount
):
    text = (
        '[[records]]\nkind = "orders"\n[records.fields]\nchannel = { const = "shop" }\norder_id = "Order"\n'
        f"total = {how}\n"
    )
    (order,) = rows_of(read(text_file("Order,A\n7,1.00\n"), mapping(text), currency="USD"), "orders")
    assert order.get("total") == amount
