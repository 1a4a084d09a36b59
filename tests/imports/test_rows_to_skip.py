"""Rows of a file that are no records: sums, notes, descriptions, voids, documents among their lines."""

import pytest
from proposing import Write, proposed_for


def test_a_line_that_describes_the_columns_is_skipped(text_file: Write) -> None:
    rows = "".join(f"A-{n},{n},{n}.99\n" for n in range(12))
    made = proposed_for(text_file("item-sku,quantity,price\nThe unique key of a product,How many,In dollars\n" + rows))
    assert made.draft.records[0].kind == "listings"
    assert made.draft.records[0].skips == ({"column": "item-sku", "equals": ["The unique key of a product"]},)


def test_notes_at_the_end_are_skipped_by_the_column_they_leave_empty(text_file: Write) -> None:
    rows = "".join(f"{n},2026-05-{n % 28 + 1:02d},Ann,{n}.50,shipped\n" for n in range(1, 200))
    text = f"Order number,Order date,Customer name,Total,Order status\n{rows}\n199 record(s) downloaded,,,,\n"
    made = proposed_for(text_file(text))
    assert made.draft.records[0].skips == ({"column": "Order date", "filled": False},)


def test_a_sum_told_in_words_is_skipped_and_a_name_that_begins_alike_is_not(text_file: Write) -> None:
    rows = "".join(f"SO-{at:03},MUG-{at % 4},Mug,{at % 3 + 1},4.50\n" for at in range(30))
    made = proposed_for(text_file(f"Order no,SKU,Title,Qty,Price USD\n{rows}TOTAL LINES,30,,,\n", "picks.csv"))
    assert made.draft.records[0].skips == ({"column": "Order no", "startswith": ["TOTAL "]},)
    assert "Rows that begin with TOTAL: 1, skipped." in made.notes
    rows = "".join(f"Total clean {at},Soap,{at % 3 + 1},4.50,A-{at}\n" for at in range(30))
    made = proposed_for(text_file(f"SKU,Title,Qty on hand,Unit cost,Bin\n{rows}Total clean 31,,,,\n", "stock.csv"))
    assert all("startswith" not in skip for record in made.draft.records for skip in record.skips)


def test_rows_that_a_column_marks_as_void_are_skipped(text_file: Write) -> None:
    rows = "".join(f"{n},2026-05-{n % 28 + 1:02d},Ann,{n}.50,{'Yes' if n % 9 == 0 else 'No'}\n" for n in range(1, 40))
    made = proposed_for(text_file(f"Order number,Order date,Customer name,Total,Voided\n{rows}"))
    assert made.draft.records[0].skips == ({"column": "Voided", "equals": ["Yes"]},)
    assert "Rows marked in Voided: 4, skipped." in made.notes


@pytest.mark.parametrize("column", ["*", "Main Line"])
def test_rows_of_documents_among_those_of_their_lines_are_skipped(text_file: Write, column: str) -> None:
    """A saved search of NetSuite without a main-line filter: amounts would double."""
    mark = "*" if column == "*" else "Yes"
    head = f"Date,Document Number,{column},Item,Quantity,Item Rate,Amount,Status\n"
    rows = "".join(
        f"2026-11-14,SO{n},{mark},,,,{3 * n}.00,Billed\n2026-11-14,SO{n},,KET-{n},1,{n}.00,{n}.00,Billed\n"
        f"2026-11-14,SO{n},,MUG-{n},2,{n}.00,{2 * n}.00,Billed\n"
        for n in range(1, 12)
    )
    made = proposed_for(text_file(head + rows))
    assert {"column": column, "equals": [mark]} in made.draft.records[0].skips
    assert any("documents themselves" in note and ": 11, skipped" in note for note in made.notes)
    only = "".join(f"2026-11-14,SO{n},{mark},KET-{n},1,{n}.00,{n}.00,Billed\n" for n in range(1, 12))
    assert proposed_for(text_file(head + only)).draft.records[0].skips == ()
