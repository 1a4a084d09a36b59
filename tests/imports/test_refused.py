"""Which refused lines are corrected together."""

from opsconsole.imports.refused import more_parts
from opsconsole.imports.rejects import RefusedRow


def rows(**parts):
    """Refused rows: ``a=[1, 2]`` are the lines of one part."""
    found = [(line, part) for part, lines in enumerate(parts.values(), start=1) for line in lines]
    return [RefusedRow(line, part, (str(line),)) for line, part in sorted(found)]


def parts_of(refused):
    """The lines of each part, in the order of the lines."""
    found = {}
    for row in refused:
        found.setdefault(row.part, []).append(row.line)
    return list(found.values())


def test_a_later_part_with_lines_of_two_makes_them_one():
    found = more_parts(rows(a=[2, 9], b=[5, 7], c=[6]), rows(d=[7, 9, 11], e=[12]))
    assert parts_of(found) == [[2, 5, 7, 9, 11], [6], [12]]
    assert [row.cells for row in found] == [(str(line),) for line in (2, 5, 6, 7, 9, 11, 12)]


def test_parts_that_share_no_line_stay_apart_and_in_the_order_of_their_lines():
    found = more_parts(rows(a=[3], b=[8]), rows(c=[1, 4], d=[9]))
    assert parts_of(found) == [[1, 4], [3], [8], [9]]


def test_an_order_one_line_of_which_is_also_refused_as_an_article_is_one_part(text_file, read, mapping):
    """The order of the first and third line: a quantity in one and a weight in the other are wrong."""
    text = "order,sku,quantity,weight\n1,KET-17,two,1.5\n2,MUG-3,1,0.4\n1,MUG-3,1,light\n"
    said = """
name = "Shop"
[[records]]
kind = "products"
fields = { sku = "sku", weight_grams = "weight" }
[[records]]
kind = "order_lines"
fields = { order_id = "order", sku = "sku", quantity = "quantity" }
"""
    parsed = read(text_file(text), forced=mapping(said))
    assert parts_of(parsed.refused) == [[2, 4]]


def test_lines_that_name_no_order_are_corrected_one_by_one(text_file, read, mapping):
    said = """
name = "Shop"
[[records]]
kind = "order_lines"
fields = { order_id = "order", sku = "sku", quantity = "quantity" }
"""
    parsed = read(text_file("order,sku,quantity\n,KET-17,1\n2,MUG-3,two\n,MUG-3,1\n2,KET-17,1\n"), forced=mapping(said))
    assert parts_of(parsed.refused) == [[2], [3, 5], [4]]


def test_lines_that_name_no_order_are_no_order_together(text_file, read, mapping):
    """Whether blank or a word that means nothing stands there, each line is an order refused by itself."""
    said = """
name = "Shop"
[[records]]
kind = "orders"
one_per = ["order"]
fields = { order_id = { from = "order", null = ["", "none"] }, placed_at = "placed" }
[[records]]
kind = "order_lines"
fields = { order_id = { from = "order", null = ["", "none"] }, sku = "sku", quantity = "quantity" }
"""
    text = (
        "order,placed,sku,quantity\n,2026-11-02,KET-17,1\n2,2026-11-02,MUG-3,two\n"
        ",2026-11-02,MUG-3,1\nnone,,MUG-3,1\nnone,2026-11-02,CUP-1,1\n2,2026-11-02,KET-17,1\n"
    )
    parsed = read(text_file(text), forced=mapping(said))
    assert parts_of(parsed.refused) == [[2], [3, 7], [4], [5], [6]]
    assert parsed.records_read == parsed.records_rejected == {"orders": 5, "order_lines": 6}
    assert [(one.line, one.field) for one in parsed.rejects if one.line in (2, 4, 6)] == [
        (2, "order_id"),
        (4, "order_id"),
        (6, "order_id"),
    ]
