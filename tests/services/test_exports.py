"""Workbooks of a database that holds the sample files; what must be in them was read in the files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.field import ClauseValue, Field, Kind
from opsconsole.domain.listing import from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.resources import resource
from opsconsole.services.detection import detect
from opsconsole.services.exports import by_clause, export_listing, export_review, export_tab
from opsconsole.services.imports import import_files
from opsconsole.services.lists import SOURCES, list_named
from opsconsole.services.self_test import AS_OF, SAMPLES
from opsconsole.store.database import Database, open_database

SHEETS = [
    "Cover",
    "Order exceptions",
    "Exception types",
    "Stock levels",
    "Vendor SLA",
    "KPI charts",
    "KPI table",
    "KPI data",
]


def fill(database: Database) -> Database:
    paths = [resource("samples", name) for name in SAMPLES]
    import_files(database, paths, channel="sample-shop", who="test", now=AS_OF)
    detect(database, AS_OF, who="test")
    return database


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The sample files in a database that the tests here only read."""
    path = tmp_path_factory.mktemp("filled") / "ops.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(path)
    yield fill(database)
    database.close()


def test_the_review_has_a_sheet_per_tab_and_charts_over_cells(database: Database, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export_review(fill(database), tmp_path / "review.xlsx", AS_OF))
    assert book.sheetnames == SHEETS
    assert len(book["Exception types"]._charts) == 1
    assert len(book["KPI charts"]._charts) >= 3
    for chart in book["KPI charts"]._charts:
        for series in chart.series:
            assert series.val.numRef.f.startswith("'KPI data'!$")
    assert all(sheet.tables for sheet in book if sheet.title in SHEETS[1:5])


def test_the_cover_says_when_for_what_and_links_to_every_sheet(filled: Database, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export_review(filled, tmp_path / "review.xlsx", AS_OF))
    cover = book["Cover"]
    words = [str(cell.value) for row in cover.iter_rows() for cell in row if cell.value is not None]
    # 2026-11-17 is a Tuesday; the newest week that is over is ISO week 46.
    assert words[0] == "Weekly review, Week 46, 9–15 Nov"
    assert any(text.startswith("As of Tue 17 Nov 2026, 15:42 (UTC), 2026-11-17T15:42:00Z") for text in words)
    for heading in ("Contents", "Filters", "Definitions", "On-time shipment"):
        assert heading in words
    targets = {cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert targets == {f"'{name}'!A1" for name in SHEETS[1:]}


def test_the_month_can_be_reviewed_and_a_day_cannot(filled: Database, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export_review(filled, tmp_path / "review.xlsx", AS_OF, period="month"))
    assert book["Cover"]["B2"].value == "Monthly review, October 2026"
    with pytest.raises(UserError, match="is not made"):
        export_review(filled, tmp_path / "day.xlsx", AS_OF, period="day")


@pytest.mark.parametrize("what", sorted({"vendors", *SOURCES}))
def test_every_list_can_be_a_workbook(filled: Database, tmp_path: Path, what: str) -> None:
    book = openpyxl.load_workbook(export_tab(filled, what, tmp_path / "a.xlsx", AS_OF))
    assert sum(len(sheet.tables) for sheet in book) == 1
    assert "About" in book.sheetnames


def test_the_workbook_of_orders_holds_the_orders_of_the_file(filled: Database, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export_tab(filled, "orders", tmp_path / "a.xlsx", AS_OF), data_only=True)
    sheet = book.worksheets[0]
    table = next(iter(sheet.tables.values()))
    names = [column.name for column in table.tableColumns]
    rows = [[cell.value for cell in row] for row in sheet[table.ref]][1:]
    found = {row[names.index("Order")]: row[names.index("Total")] for row in rows}
    # Totals as they stand in the file, money in units of its currency.
    assert found == {"1001": 98, "1002": 95, "1003": 54, "1004": 63, "1005": 84, "1006": 84}


def test_a_listing_is_exported_as_it_is_shown(filled: Database, tmp_path: Path) -> None:
    listing = list_named(filled, "exceptions", AS_OF)
    path = export_listing(listing.where([0]), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert f"1 of {len(listing)} rows" in sheet["A2"].value


def test_a_target_that_cannot_be_is_refused_before_anything_is_read(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / ".~lock.review.xlsx#").touch()
    told: list[str] = []
    with pytest.raises(UserError, match="open in another program"):
        export_review(
            sqlite_database, tmp_path / "review.xlsx", AS_OF, progress=Progress(lambda *step: told.append(step[2]))
        )
    assert told == []


def test_a_cancelled_review_leaves_nothing_behind(sqlite_database: Database, tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        export_review(sqlite_database, tmp_path / "review.xlsx", AS_OF, progress=progress)
    assert not list(tmp_path.glob("*review*"))


def test_a_scorecard_gets_a_column_per_clause() -> None:
    clause = ClauseValue(96.0, 95.0, 98.0, None, True, "%")
    labels = (("3pl", "On-time ship"), ("supplier", "OTIF"))
    fields = (
        Field("name", "Vendor"),
        Field("clause_1", "Clause 1", Kind.CLAUSE, labels=labels),
        Field("kind", "Kind", hidden=True),
    )
    rows = [
        {"name": "Harbor", "clause_1": clause, "kind": "3pl"},
        {"name": "Alder", "clause_1": None, "kind": "supplier"},
    ]
    shown = by_clause(from_rows(fields, rows, id_key="name", as_of=0, group_by="kind"))
    assert [(field.label, field.hidden) for field in shown.fields] == [
        ("Kind", False),
        ("Vendor", False),
        ("On-time ship", False),
        ("OTIF", False),
    ]
    assert shown.columns[shown.fields[2].key] == [clause, None]
