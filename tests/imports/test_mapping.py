import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.saved import load_folder, load_mapping, save_mapping, to_toml
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


def test_a_mapping_is_saved_with_its_header_and_written_as_it_was(tmp_path: Path) -> None:
    raw = tomllib.loads(EXAMPLE)
    raw["name"] = 'Open "PO" lines\n2026'
    path = save_mapping(tmp_path / "new", raw, ["PO / SO #", "Line"])
    saved = tomllib.loads(path.read_text(encoding="utf-8"))
    assert saved == {**raw, "file": {**raw["file"], "header": ["PO / SO #", "Line"]}}
    assert path.name == "open_po_lines_2026.toml"
    assert load_mapping(path).header == ("PO / SO #", "Line")
    assert [spec.name for spec in load_folder(tmp_path / "new")[0]] == [raw["name"]]
    assert tomllib.loads(to_toml(saved)) == saved


def test_a_mapping_that_is_not_valid_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no record kind"):
        save_mapping(tmp_path, {"name": "x", "records": [{"kind": "nothing", "fields": {"a": "b"}}]}, [])
    assert list(tmp_path.iterdir()) == []


def test_a_broken_mapping_in_the_folder_is_told_and_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("name = ")
    (tmp_path / "b.toml").write_text(EXAMPLE)
    specs, faults = load_folder(tmp_path)
    assert [spec.name for spec in specs] == ["Any saved search"]
    assert len(faults) == 1
    assert faults[0].startswith("a.toml is not a valid mapping")


def test_every_mapping_of_the_real_data_sets_is_valid(sample_files: Path) -> None:
    specs, faults = load_folder(sample_files / "mappings")
    assert faults == []
    assert len(specs) == 8


def test_every_source_is_written_in_the_vocabulary_of_mappings() -> None:
    assert set(all_sources()) >= {"shopify_orders", "shopify_inventory", "shipstation_shipments"}
    for source in all_sources().values():
        assert source.spec.records
        known = source.known_columns()
        wanted = {name for names, _ in source.spec.column_groups() for name in names}
        assert wanted <= known, f"{source.key} reads columns that its layouts do not have: {wanted - known}"
