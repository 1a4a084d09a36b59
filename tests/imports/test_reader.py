from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.instants import from_iso
from opsconsole.domain.progress import Progress
from opsconsole.imports.dates import AmbiguousDates
from opsconsole.imports.opened import Reading
from opsconsole.imports.parsed import BASIS_FILE, BASIS_NEWEST, BASIS_RECORDS
from opsconsole.imports.reader import read_file

Read = Callable[..., Any]
Write = Callable[..., Path]


def fields(kind: str, text: str, file: str = "") -> str:
    """A mapping of one record kind."""
    return f'name = "x"\n[file]\n{file}\n[[records]]\nkind = "{kind}"\n[records.fields]\n{text}\n'


LINES = """
name = "Lines"
[[records]]
kind = "order_lines"
[records.fields]
order_id = { from = "Order" }
sku = { from = "SKU" }
quantity = { from = "Qty" }
unit_price = { from = "Price" }
amount = { product = ["Qty", "Price"], round = 2 }
[[records]]
kind = "orders"
one_per = ["Order"]
[records.fields]
order_id = { from = "Order" }
placed_at = { from = "Placed" }
total = { product = ["Qty", "Price"], rows = "sum" }
"""
HEAD = "Order,SKU,Qty,Price,Placed\n"


def test_a_bad_line_rejects_its_whole_order_and_nothing_else(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    path = text_file(
        HEAD + "A,X,1,2.50,2026-05-13\nB,Y,one,1.00,2026-05-14\nA,Z,2,1.25,2026-05-13\nB,Q,1,1.00,2026-05-14\n"
    )
    parsed = read(path, mapping(LINES), currency="USD")
    assert [row["sku"] for row in rows_of(parsed, "order_lines")] == ["X", "Z"]
    assert [(row["order_id"], row["total"]) for row in rows_of(parsed, "orders")] == [("A", 500)]
    assert parsed.records_read == {"orders": 2, "order_lines": 4}
    assert parsed.records_rejected == {"orders": 1, "order_lines": 2}
    told = [(r.line, r.field, r.found, r.expected) for r in parsed.rejects]
    assert told == [
        (3, "quantity", "one", "a number with a decimal point"),
        (5, "", "", "the whole order: its line 3 was refused"),
    ]
    assert parsed.rejects[0].raw == "B,Y,one,1.00,2026-05-14"


def test_a_line_that_ends_early_or_has_too_much_is_refused(mapping: Read, read: Read, text_file: Write) -> None:
    path = text_file(HEAD + "A,X,1,2.50,2026-05-13\nB,Y,1,1.00,2026-05-14,what\nC,Z,1,1.00,2026-05-14,,\nD,Q,1")
    parsed = read(path, mapping(LINES))
    assert [(r.line, r.found, r.expected) for r in parsed.rejects] == [
        (3, "6 fields", "5 fields, as in the header"),
        (4, "7 fields", "5 fields, as in the header"),
        (5, "3 fields", "5 fields, as in the header"),
    ]


def test_a_needed_value_that_is_missing_is_refused(mapping: Read, read: Read, text_file: Write) -> None:
    parsed = read(text_file(HEAD + ",X,1,2.50,2026-05-13\nB,Y,1,1.00,2026-05-14\n"), mapping(LINES))
    assert [(r.line, r.field, r.found) for r in parsed.rejects] == [(2, "order_id", "")]
    assert parsed.records_read == {"orders": 2, "order_lines": 2}


def test_more_decimals_than_the_currency_has_are_refused_not_rounded(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    path = text_file(HEAD + "A,X,1,2.505,2026-05-13\nB,Y,3,1200.00,2026-05-14\n")
    parsed = read(path, mapping(LINES), currency="USD")
    assert {r.expected for r in parsed.rejects} == {"an amount in USD with at most 2 decimals"}
    yen = read(path, mapping(LINES), currency="JPY")
    assert [row["total"] for row in rows_of(yen, "orders")] == [3600]


def test_each_amount_is_in_the_minor_units_of_its_own_currency(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(fields("orders", 'order_id = "Order"\ncurrency = "Cur"\ntotal = "Total"'))
    path = text_file("Order,Cur,Total\n1,usd,12.50\n2,JPY,1250\n3,KWD,1.250\n4,,3.00\n5,US,1.00\n")
    parsed = read(path, spec, currency="EUR")
    found = [(row["currency"], row["total"]) for row in rows_of(parsed, "orders")]
    assert found == [("USD", 1250), ("JPY", 1250), ("KWD", 1250), (None, 300)]
    assert [(r.line, r.found, r.expected) for r in parsed.rejects] == [(6, "US", "a 3-letter currency code")]


def test_nothing_is_guessed_to_be_missing_or_a_number(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(fields("orders", 'order_id = "o"\npostcode = "z"\ncountry = "c"'))
    path = text_file("o,z,c\n000123,01002,NA\n4500001234567890,N/A,null\n0,-,None\n")
    found = [(r["order_id"], r["postcode"], r["country"]) for r in rows_of(read(path, spec), "orders")]
    assert found == [("000123", "01002", "NA"), ("4500001234567890", "N/A", "null"), ("0", "-", "None")]


def test_a_number_that_a_spreadsheet_shortened_is_refused_as_identifier(
    mapping: Read, read: Read, text_file: Write
) -> None:
    spec = mapping(fields("products", 'sku = "sku"\nbarcode = "ean"'))
    parsed = read(text_file("sku,ean\nA,5.01234E+12\nB,5012345678900\n"), spec)
    assert [(r.line, r.found) for r in parsed.rejects] == [(2, "5.01234E+12")]


def test_bytes_that_cannot_be_stored_are_refused(mapping: Read, read: Read, text_file: Write) -> None:
    spec = mapping(fields("products", 'sku = "sku"\ntitle = "title"'))
    content = b"sku,title\nA,nu\x00l\nB,bro\xffken\nC," + "fünf zwölf größer Übermäßig Äpfel Öl".encode() * 3 + b"\n"
    parsed = read(text_file(content), spec)
    assert [r.line for r in parsed.rejects] == [2, 3]


def test_preambles_padding_and_a_repeated_header_are_no_records(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    content = f"Report of orders\nfrom,to\n\n{HEAD}A,X,1,2.50,2026-05-13\n,,,,\n{HEAD}B,Y,1,1.00,2026-05-14\n"
    parsed = read(text_file(content), mapping(LINES))
    assert parsed.header_line == 4
    assert [row["order_id"] for row in rows_of(parsed, "orders")] == ["A", "B"]
    assert parsed.rejects == []


def test_a_repeated_column_name_is_numbered(mapping: Read, read: Read, text_file: Write, rows_of: Read) -> None:
    spec = mapping(fields("orders", 'order_id = "id"\ncity = "City"\nnote = "City (2)"'))
    assert rows_of(read(text_file("id,City,City\n1,Reno,Sparks\n"), spec), "orders")[0]["note"] == "Sparks"


def test_ambiguous_dates_are_asked_about_and_an_answer_is_taken(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    path = text_file(HEAD + "A,X,1,2.50,03/04/2026\nB,Y,1,1.00,05/06/2026\n")
    with pytest.raises(AmbiguousDates) as caught:
        read(path, mapping(LINES))
    assert caught.value.column == "placed"
    parsed = read(path, mapping(LINES), formats={"Placed": "%d/%m/%Y"})
    assert rows_of(parsed, "orders")[0]["placed_at"] == from_iso("2026-04-03T00:00:00Z")


def test_another_column_of_the_file_settles_an_ambiguous_one(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(LINES + 'paid_at = "Paid"\n')
    path = text_file("Order,SKU,Qty,Price,Placed,Paid\nA,X,1,2.50,03/04/2026,13/04/2026\n")
    parsed = read(path, spec)
    assert rows_of(parsed, "orders")[0]["placed_at"] == from_iso("2026-04-03T00:00:00Z")
    assert "as another column of the file proves" in parsed.notes[0]


def test_numbers_that_can_be_read_in_two_ways_are_asked_about(mapping: Read, read: Read, text_file: Write) -> None:
    with pytest.raises(UserError, match=r"“qty” can be read in two ways: 1\.250"):
        read(text_file(HEAD + "A,X,1.250,2,2026-05-13\n"), mapping(LINES))


def test_the_time_of_a_file_is_its_records_own_else_its_newest_fact_else_its_date(
    mapping: Read, read: Read, text_file: Write, now: int
) -> None:
    spec = fields("orders", 'order_id = "id"\nship_by = "due"')
    path = text_file(
        "id,due,at,changed\n1,2026-12-01,2026-11-03,2026-11-05\n2,2026-12-02,2026-11-04,\n3,2026-12-02,2027-01-01,\n"
    )
    by_file = read(path, mapping(spec))
    assert (by_file.basis, by_file.source_time, by_file.newest_data_at) == (BASIS_FILE, now, None)
    by_facts = read(path, mapping(spec + 'placed_at = "at"\n'))
    assert (by_facts.basis, by_facts.source_time) == (BASIS_NEWEST, from_iso("2026-11-04T00:00:00Z"))
    by_record = read(path, mapping(spec + 'updated_at = "changed"\n'))
    assert (by_record.basis, by_record.source_time) == (BASIS_RECORDS, from_iso("2026-11-05T00:00:00Z"))
    assert by_record.records[0].times == [from_iso("2026-11-05T00:00:00Z"), None, None]


def test_a_promise_for_a_day_is_kept_until_its_last_microsecond(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(
        fields("orders", 'order_id = "id"\ndeliver_by = "due"\nship_by_on = "due"', 'time_zone = "America/Sao_Paulo"')
    )
    (row,) = rows_of(read(text_file("id,due\n1,2018-08-15\n"), spec), "orders")
    assert row["deliver_by"] == from_iso("2018-08-16T03:00:00Z") - 1
    assert row["ship_by_on"] == 17758


def test_lines_that_say_the_same_count_once_and_snapshots_that_contradict_themselves_are_refused(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(fields("stock_levels", 'sku = "sku"\nlocation = "loc"\non_hand = "qty"'))
    parsed = read(text_file("sku,loc,qty\nA,M,5\nA,M,5\nB,M,1\nB,M,2\nC,M,3\nc,M,4\n"), spec)
    assert [(row["sku"], row["on_hand"]) for row in rows_of(parsed, "stock_levels")] == [
        ("A", 5.0),
        ("C", 3.0),
        ("c", 4.0),
    ]
    assert [(r.line, r.found) for r in parsed.rejects] == [(4, "B, M"), (5, "B, M")]
    assert (parsed.records_read, parsed.records_rejected) == ({"stock_levels": 5}, {"stock_levels": 2})


def test_values_can_be_joined_chosen_translated_and_numbered(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    spec = mapping(
        """
        name = "x"
        [[records]]
        kind = "order_lines"
        keep_where = [{ column = "Kind", startswith = ["item"] }]
        [records.fields]
        order_id = { from = "Order", within = ["Doc"] }
        line_id = { occurrence_of = ["SKU", "Title"], within = ["Doc"] }
        sku = { first = ["SKU", { join = ["Title", "Size"], separator = "/" }] }
        status = { from = "State", map = { "In Transit" = "sent" }, default = "open" }
        quantity = { from = "Ounces", scale = "28.349523125", round = 1 }
        location = { from = ["Site", "Warehouse"], slug = true, strip_prefix = "WH:" }
        """
    )
    path = text_file(
        "Doc,Order,Kind,SKU,Title,Size,State,Ounces,Warehouse\n"
        "d1,#7,item,MUG,Mug,S,in  transit,2,WH: East Bay\n"
        "d1,,item A,MUG,Mug,S,,1,\n"
        "d1,,fee,,Handling,,,,\n"
        "d1,,item,,Bowl,L,lost,1,\n"
    )
    lines = rows_of(read(path, spec), "order_lines")
    assert [row["order_id"] for row in lines] == ["#7", "#7", "#7"]
    assert [row["line_id"] for row in lines] == ["MUG", "MUG (2)", "Bowl"]
    assert [row["sku"] for row in lines] == ["MUG", "MUG", "Bowl/L"]
    assert [row["status"] for row in lines] == ["sent", "open", "open"]
    assert [row["quantity"] for row in lines] == [56.7, 28.3, 28.3]
    assert [row["location"] for row in lines] == ["east_bay", None, None]


def test_a_word_the_map_does_not_know_and_no_default_is_refused(mapping: Read, read: Read, text_file: Write) -> None:
    spec = mapping(
        fields("orders", 'order_id = "id"\nstatus = { from = "s", map = { Sent = "shipped" } }\npayment_status = "p"')
    )
    parsed = read(text_file("id,s,p\n1,SENT,Paid\n2,lost,paid\n3,sent,borrowed\n"), spec)
    assert [(r.line, r.field, r.found) for r in parsed.rejects] == [
        (3, "status", "lost"),
        (4, "payment_status", "borrowed"),
    ]
    assert parsed.rejects[0].expected == "one of sent"


def test_a_mapping_whose_column_is_missing_is_refused_with_what_is_there(
    mapping: Read, read: Read, text_file: Write
) -> None:
    with pytest.raises(UserError, match="it has no column “placed”") as caught:
        read(text_file("Order,SKU,Qty,Price\n1,A,1,1\n"), mapping(LINES))
    assert "Order, SKU, Qty, Price" in caught.value.hint


def test_reading_stops_when_it_is_cancelled(mapping: Read, text_file: Write) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        read_file(text_file(HEAD + "A,X,1,2.50,2026-05-13\n"), [], Reading(), forced=mapping(LINES), progress=progress)


def test_blanks_around_a_number_do_not_part_the_lines_of_an_order(
    mapping: Read, read: Read, text_file: Write, rows_of: Read
) -> None:
    path = text_file(HEAD + "A,X,1,2.50,2026-05-13\n A,X,1,1.00,2026-05-13\n")
    assert [(r["order_id"], r["total"]) for r in rows_of(read(path, mapping(LINES)), "orders")] == [("A", 350)]


def test_columns_that_nobody_reads_are_told(mapping: Read, read: Read, text_file: Write) -> None:
    path = text_file("Order,SKU,Qty,Price,Placed,Gift,Mood\nA,X,1,2.50,2026-05-13,no,good\n")
    assert read(path, mapping(LINES)).unused == ("Gift", "Mood")


def test_a_delimiter_at_the_end_of_every_line_is_no_fault_but_in_one_line_it_is(
    text_file: Write, mapping: Callable[..., Any], read: Read
) -> None:
    plain = mapping(fields("orders", 'order_id = { from = "Order" }\ncurrency = { from = "Currency" }'))
    ending = text_file("Order,Currency\nA,USD,\nB,EUR,\nC,USD,\n")
    assert not read(ending, plain).rejects
    one = text_file("Order,Currency\nA,USD\nB,EUR\nC,USD,\nD,USD\n")
    assert [(reject.line, reject.found) for reject in read(one, plain).rejects] == [(4, "3 fields")]
