"""What is in the cells is read back with openpyxl, an independent reader."""

import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.errors import Cancelled
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Coded, Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.exports.sheet import ListingSheet
from opsconsole.exports.workbook import Workbook

Make = Callable[..., Listing]


def written(listing: Listing, path: Path, **more: Any) -> tuple[Worksheet, ListingSheet]:
    """The listing's first sheet, read back without formulas, and where things stand on it."""
    book = Workbook(listing.title, listing.as_of)
    placed = book.add_listing(listing, **more)[0]
    book.save(path)
    return openpyxl.load_workbook(path)[placed.name], placed


def column(sheet: Worksheet, placed: ListingSheet, key: str) -> list[Any]:
    """Cells of a column of the table."""
    letter = placed.letters[key]
    return [sheet[f"{letter}{number}"] for number in range(placed.first_row, placed.last_row + 1)]


def one(field: Field, values: list[Any], **more: Any) -> Listing:
    """A listing of one column."""
    rows = [{"id": number, field.key: value} for number, value in enumerate(values)]
    return from_rows((field,), rows, id_key="id", as_of=0, title="List", **more)


def test_no_text_becomes_a_formula_and_none_is_lost(make_listing: Make, tmp_path: Path) -> None:
    listing = make_listing(60)
    sheet, placed = written(listing, tmp_path / "a.xlsx")
    cells = column(sheet, placed, "note")
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert cells[1].value == "+1 (555) 010-9999"
    assert cells[1].quotePrefix
    assert cells[11].value == "line one\nline two"
    assert cells[7].value == "bell  and null  inside"
    assert not cells[12].quotePrefix
    formulas = [cell for line in sheet.iter_rows(min_row=placed.header_row) for cell in line if cell.data_type == "f"]
    assert formulas == []


def test_formula_like_titles_notes_and_headers_stay_text(tmp_path: Path) -> None:
    listing = one(Field("a", "=1+1"), ["x"], notes=("=2+2", "@note"))
    listing = Listing(listing.fields, listing.columns, listing.ids, 0, title="=3+3", notes=listing.notes)
    path = tmp_path / "a.xlsx"
    book = Workbook(listing.title, 0)
    placed = book.add_listing(listing)[0]
    book.add_about(listing, placed)
    book.save(path)
    for sheet in openpyxl.load_workbook(path):
        found = [c.value for line in sheet.iter_rows() for c in line if c.data_type == "f"]
        assert [text for text in found if "SUBTOTAL" not in str(text)] == []
    assert openpyxl.load_workbook(path)[placed.name]["A1"].value == "=3+3"


def test_identifiers_keep_their_zeros(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(3), tmp_path / "a.xlsx")
    assert [cell.value for cell in column(sheet, placed, "order")] == ["001000", "001001", "001002"]


def test_instants_are_excel_dates_in_the_listings_zone(tmp_path: Path) -> None:
    # 2026-11-01 is the day New York leaves summer time: 05:59 UTC is 01:59 EDT, 06:01 UTC is 01:01 EST.
    from opsconsole.domain.instants import from_iso

    moments = [from_iso("2026-11-01T05:59:00Z"), from_iso("2026-11-01T06:01:00Z"), from_iso("2026-07-04T12:00:00Z")]
    listing = one(Field("at", "At", Kind.INSTANT), moments, time_zone="America/New_York")
    sheet, placed = written(listing, tmp_path / "a.xlsx")
    cells = column(sheet, placed, "at")
    told = [datetime(2026, 11, 1, 1, 59), datetime(2026, 11, 1, 1, 1), datetime(2026, 7, 4, 8, 0)]  # noqa: DTZ001
    assert [cell.value for cell in cells] == told
    assert cells[0].is_date
    assert "America/New_York" in sheet["A2"].value


def test_dates_are_dates_and_those_excel_cannot_hold_are_words(tmp_path: Path) -> None:
    from datetime import date

    from opsconsole.domain.instants import day_from_date

    days = [day_from_date(date(2026, 12, 1)), day_from_date(date(1899, 12, 31)), None]
    sheet, placed = written(one(Field("on", "On", Kind.DATE, missing="never"), days), tmp_path / "a.xlsx")
    assert [cell.value for cell in column(sheet, placed, "on")] == [datetime(2026, 12, 1), "1899-12-31", "never"]  # noqa: DTZ001


def test_money_is_exact_with_the_format_of_its_currency(tmp_path: Path) -> None:
    fields = (Field("value", "Value", Kind.MONEY, currency="code"), Field("code", "Currency"))
    rows = [
        {"id": 1, "value": 4831240, "code": "USD"},
        {"id": 2, "value": -5, "code": "EUR"},
        {"id": 3, "value": 1250, "code": "JPY"},
        {"id": 4, "value": 1234, "code": "KWD"},
        {"id": 5, "value": None, "code": "CHF"},
    ]
    sheet, placed = written(from_rows(fields, rows, id_key="id", as_of=0), tmp_path / "a.xlsx")
    cells = column(sheet, placed, "value")
    # Minor units: ISO 4217.
    assert [cell.value for cell in cells] == [48312.40, -0.05, 1250, 1.234, None]
    assert cells[0].number_format.startswith('"$"#,##0.00')
    assert cells[2].number_format.startswith('"¥"#,##0;')
    assert cells[3].number_format.startswith('#,##0.000\\ "KWD"')


def test_long_times_are_days_short_ones_hours_and_negative_ones_numbers(tmp_path: Path) -> None:
    def cells(seconds: list[int], name: str) -> list[Any]:
        sheet, placed = written(one(Field("t", "T", Kind.DURATION), seconds), tmp_path / f"{name}.xlsx")
        return column(sheet, placed, "t")

    assert cells([3600, 5400], "hours")[1].value == timedelta(hours=1, minutes=30)
    days = cells([3600, 86_400 * 10], "days")
    assert (days[1].value, days[1].number_format.split(";")[0]) == (10, '#,##0.0" d"')
    assert cells([3600, -1800], "negative")[1].value == -0.5


def test_what_has_no_number_is_its_words(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(7), tmp_path / "a.xlsx")
    assert [cell.value for cell in column(sheet, placed, "share")][:3] == ["n 9 of 30", 0.01, 0.02]
    assert [cell.value for cell in column(sheet, placed, "cover")][:2] == ["No demand", 2.5]
    assert [cell.value for cell in column(sheet, placed, "owner")][:2] == ["Unassigned", "Shift A"]
    assert column(sheet, placed, "clause")[0].value == "n 9 of 30"


def test_a_clause_brings_its_target_in_a_hidden_column(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(7), tmp_path / "a.xlsx")
    assert column(sheet, placed, "clause_target")[1].value == 0.98
    assert sheet.column_dimensions[placed.letters["clause_target"]].hidden


def test_the_table_covers_header_and_rows_and_names_its_columns(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(12), tmp_path / "a.xlsx")
    table = sheet.tables[placed.table]
    last = list(placed.letters.values())[-1]
    assert table.ref == f"A{placed.header_row}:{last}{placed.header_row + 12}"
    assert table.autoFilter.ref == table.ref
    headers = [sheet[f"{letter}{placed.header_row}"].value for letter in placed.letters.values()]
    assert [c.name for c in table.tableColumns] == headers
    assert len(set(headers)) == len(headers)
    assert not table.tableStyleInfo.showRowStripes


def test_two_fields_of_one_name_get_headers_that_differ(tmp_path: Path) -> None:
    fields = (Field("a", "Total"), Field("b", "total"))
    sheet, placed = written(from_rows(fields, [{"id": 1}], id_key="id", as_of=0), tmp_path / "a.xlsx")
    assert [c.name for c in sheet.tables[placed.table].tableColumns] == ["Total", "total (2)"]


def test_the_header_is_frozen_and_repeats_on_paper(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(12), tmp_path / "a.xlsx")
    assert sheet.freeze_panes.endswith(str(placed.first_row))
    assert sheet.print_title_rows == f"${placed.header_row}:${placed.header_row}"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text == "Page &P of &N"


def test_hidden_fields_are_hidden_columns(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(3), tmp_path / "a.xlsx")
    assert sheet.column_dimensions[placed.letters["currency"]].hidden
    assert not sheet.column_dimensions[placed.letters["order"]].hidden


def test_severities_are_colored_by_condition_in_the_themes_colors(make_listing: Make, tmp_path: Path) -> None:
    import json

    from opsconsole.domain.resources import resource

    sheet, placed = written(make_listing(8), tmp_path / "a.xlsx")
    theme = json.loads(resource("theme", "tokens.json").read_text())["themes"]["light"]["color"]
    letter = placed.letters["severity"]
    rules = {
        rule.formula[0]: rule
        for area in sheet.conditional_formatting
        if str(area.sqref) == f"{letter}{placed.first_row}:{letter}{placed.last_row}"
        for rule in area.rules
    }
    for severity in ("S1", "S2", "S3", "S4"):
        rule = rules[f'${letter}{placed.first_row}="{severity}"']
        assert rule.dxf.fill.bgColor.rgb[2:] == theme[f"{severity}_bg"].lstrip("#")
        assert rule.dxf.font.color.rgb[2:] == theme[f"{severity}_fg"].lstrip("#")


def test_a_listing_longer_than_a_sheet_goes_on_on_the_next_one(make_listing: Make, tmp_path: Path) -> None:
    listing = make_listing(25)
    book = Workbook("x", 0)
    placed = book.add_listing(listing, rows_per_sheet=10)
    book.save(tmp_path / "a.xlsx")
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert read.sheetnames == ["Order exceptions", "Order exceptions (2)", "Order exceptions (3)"]
    orders = [cell.value for part in placed for cell in column(read[part.name], part, "units")]
    assert orders == list(range(25))
    assert len({name for sheet in read for name in sheet.tables}) == 3
    assert read["Order exceptions (3)"]["A1"].value == "Order exceptions, part 3 of 3"


def test_an_empty_listing_says_that_it_is_empty(make_listing: Make, tmp_path: Path) -> None:
    sheet, placed = written(make_listing(0), tmp_path / "a.xlsx")
    assert sheet[f"A{placed.first_row}"].value == "No rows"
    assert sheet.tables[placed.table].ref.endswith(str(placed.first_row))


def test_dictionary_encoded_columns_give_the_same_cells(tmp_path: Path) -> None:
    import numpy as np

    fields = (Field("name", "Name", missing="None"), Field("units", "Units", Kind.QUANTITY, total=Total.SUM))
    codes = Coded(np.array([0, 1, -1, 0]), ["Amazon", "=eBay"])
    listing = Listing(fields, {"name": codes, "units": np.array([1.0, np.nan, 3.0, 4.5])}, np.arange(4), 0)
    sheet, placed = written(listing, tmp_path / "a.xlsx")
    assert [cell.value for cell in column(sheet, placed, "name")] == ["Amazon", "=eBay", "None", "Amazon"]
    assert [cell.value for cell in column(sheet, placed, "units")] == [1.0, None, 3.0, 4.5]


def test_numbers_follow_the_unit_in_their_row(tmp_path: Path) -> None:
    fields = (Field("value", "Value", Kind.QUANTITY, unit="unit"), Field("unit", "Unit"))
    rows = [
        {"id": 1, "value": 0.964, "unit": "fraction"},
        {"id": 2, "value": 86400.0, "unit": "seconds"},
        {"id": 3, "value": 12.5, "unit": "EUR"},
        {"id": 4, "value": None, "unit": "score"},
    ]
    sheet, placed = written(from_rows(fields, rows, id_key="id", as_of=0), tmp_path / "a.xlsx")
    cells = column(sheet, placed, "value")
    assert [cell.value for cell in cells] == [0.964, 1, 12.5, None]
    assert [cell.number_format.split(";")[0] for cell in cells[:3]] == ["0.0%", '#,##0.0" d"', '"€"#,##0.00']


def test_the_same_listing_makes_the_same_sheet(make_listing: Make, tmp_path: Path) -> None:
    def sheet_xml(name: str) -> bytes:
        written(make_listing(9), tmp_path / name)
        return zipfile.ZipFile(tmp_path / name).read("xl/worksheets/sheet1.xml")

    assert sheet_xml("a.xlsx") == sheet_xml("b.xlsx")


def test_a_cancelled_export_leaves_nothing_behind(make_listing: Make, tmp_path: Path) -> None:
    progress = Progress()
    book = Workbook("x", 0)
    book.add_listing(make_listing(9))
    progress.cancel()
    with pytest.raises(Cancelled):
        book.save(tmp_path / "a.xlsx", progress)
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_with_all_rows(make_listing: Make, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    book = Workbook("x", 0)
    book.add_listing(make_listing(9))
    book.save(tmp_path / "a.xlsx", Progress(lambda done, total, text: told.append((done, total))))
    assert told[-1] == (9, 9)
