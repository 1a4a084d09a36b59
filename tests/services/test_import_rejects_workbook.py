"""Refused lines as a workbook that is corrected and imported; the truth is the file without its mistakes."""

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from opsconsole.services import imports
from opsconsole.services.import_rejects_workbook import export_rejects
from opsconsole.store.schema import batches, order_lines, orders

GOOD = (Path(__file__).parents[1] / "data" / "shopify_orders_75.csv").read_text(encoding="utf-8")
BAD = GOOD.replace(",4,Bowl,18.00,", ",four,Bowl,18.00,").replace("#2001,buyer1@example.com,paid", "#2001,=1+1,paaid")
HEADER = 5


class Desk:
    """Imports, writes the workbook, edits it, imports it."""

    def __init__(self, database: Any, now: int, folder: Path) -> None:
        self.database, self.now, self.folder = database, now, folder
        self.path = folder / "rejects.xlsx"

    def take(self, path: Path, **more: Any) -> Any:
        given = {"now": self.now, "who": "Tester", "folder": self.folder / "mappings", **more}
        return imports.import_files(self.database, [path], **given).files[0]

    def begin(self, text: str = BAD) -> int:
        source = self.folder / "orders.csv"
        source.write_text(text, encoding="utf-8")
        batch = self.take(source).batch_id
        export_rejects(self.database, batch, self.path, now=self.now)
        return int(batch)

    def edit(self) -> tuple[Any, Any, dict[str, int]]:
        book = openpyxl.load_workbook(self.path)
        sheet = book.worksheets[0]
        columns = {cell.value: cell.column for cell in sheet[HEADER]}
        return book, sheet, columns

    def column(self, column: Any, *where: Any) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(column).where(*where).order_by(column)).scalars())


@pytest.fixture
def desk(sqlite_database: Any, now: int, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, now, tmp_path)


def row_of(sheet: Any, line: int) -> int:
    return next(row[0].row for row in sheet.iter_rows(min_row=HEADER + 1) if row[0].value == str(line))


def test_the_workbook_has_all_cells_as_text_with_the_bad_ones_marked(desk: Desk) -> None:
    desk.begin()
    book, sheet, columns = desk.edit()
    assert sheet.freeze_panes == f"C{HEADER + 1}"
    assert [sheet.cell(row, 1).value for row in range(HEADER + 1, sheet.max_row + 1)] == ["2", "3", "7", "8", "9"]
    cells = [cell for row in sheet.iter_rows(min_row=HEADER) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    bad = sheet.cell(row_of(sheet, 9), columns["Lineitem quantity"])
    plain = sheet.cell(row_of(sheet, 8), columns["Lineitem quantity"])
    assert (bad.value, bad.number_format) == ("four", "@")
    assert bad.fill.fgColor.rgb != plain.fill.fgColor.rgb
    assert "Lineitem quantity: “four”, expected a number with a decimal point" in sheet.cell(bad.row, 2).value
    # What looks like a formula is text and stays text.
    email = sheet.cell(row_of(sheet, 2), columns["Email"])
    assert (email.value, email.quotePrefix) == ("=1+1", True)
    assert book["opsconsole"].sheet_state == "hidden"
    # The columns to correct lead; the others are in the file's order.
    names = [cell.value for cell in sheet[HEADER]]
    wrong = {cell.column for row in sheet.iter_rows(min_row=HEADER + 1, min_col=3) for cell in row if cell.font.b}
    assert wrong == set(range(3, 3 + len(wrong)))
    header = next(csv.reader([BAD.splitlines()[0]]))
    assert names[2 + len(wrong) :] == [name for name in header if name not in names[: 2 + len(wrong)]]


def test_a_corrected_workbook_brings_in_what_is_right(desk: Desk) -> None:
    first = desk.begin()
    book, sheet, columns = desk.edit()
    sheet.cell(row_of(sheet, 9), columns["Lineitem quantity"]).value = 4  # a number, as a person types it
    book.save(desk.path)
    found = imports.recognize(desk.path, desk.database, now=desk.now)
    assert (found.recognized, found.label) == (True, f"Corrections of import {first}")
    tried = desk.take(desk.path, dry_run=True)
    assert (tried.state, tried.batch_id) == ("dry_run", None)
    done = desk.take(desk.path)
    assert (done.state, done.total("inserted")) == ("partly", 5)
    assert desk.column(order_lines.c.quantity, order_lines.c.title == "Bowl") == [4.0]
    assert desk.column(batches.c.belongs_to, batches.c.id == done.batch_id) == [first]
    sheet.cell(row_of(sheet, 2), columns["Financial Status"]).value = "paid"
    book.save(desk.path)
    done = desk.take(desk.path)
    assert (done.state, done.rejects) == ("done", [])
    assert "3 lines of it had come in before." in done.notes
    assert desk.column(orders.c.order_id) == ["#2001", "#2002", "#2003", "#2004"]


def test_rows_may_be_sorted_and_deleted(desk: Desk) -> None:
    desk.begin()
    book, sheet, columns = desk.edit()
    sheet.cell(row_of(sheet, 9), columns["Lineitem quantity"]).value = "4"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1)]
    kept = [row for row in reversed(rows) if row[0] not in ("2", "3")]
    sheet.delete_rows(HEADER + 1, len(rows))
    for number, row in enumerate(kept, HEADER + 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    sheet.delete_rows(1, 3)  # and the instructions
    book.save(desk.path)
    done = desk.take(desk.path)
    assert (done.state, "#2003" in desk.column(orders.c.order_id)) == ("partly", True)
    assert "2 refused lines of the import are not in it." in done.notes


def test_a_workbook_with_nothing_corrected_is_refused_with_its_reasons(desk: Desk) -> None:
    desk.begin()
    done = desk.take(desk.path)
    assert (done.state, done.batch_id) == ("refused", None)
    assert "2 entries are still refused" in done.message
    assert "expected" in done.hint


def test_a_workbook_of_another_database_or_without_its_columns_is_refused(desk: Desk) -> None:
    desk.begin()
    book, sheet, columns = desk.edit()
    sheet.delete_cols(columns["Lineitem quantity"])
    book.save(desk.path)
    assert "has no column “Lineitem quantity” any more" in desk.take(desk.path).message
    book, sheet, _ = desk.edit()
    sheet.cell(row_of(sheet, 9), 1).value = "nine"
    sheet.cell(HEADER, 3).value = "Name"
    book["opsconsole"]["B3"] = "1:2:3"
    book.save(desk.path)
    assert "into another database" in desk.take(desk.path).message


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_again_by_libreoffice_still_comes_back(desk: Desk, tmp_path: Path) -> None:
    desk.begin()
    book, sheet, columns = desk.edit()
    sheet.cell(row_of(sheet, 9), columns["Lineitem quantity"]).value = "4"
    book.save(desk.path)
    folder = tmp_path / "again"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(folder), str(desk.path)], check=True, capture_output=True)
    done = desk.take(folder / "rejects.xlsx")
    assert (done.state, done.total("inserted")) == ("partly", 5)
    assert desk.column(order_lines.c.quantity, order_lines.c.title == "Bowl") == [4.0]


def test_lines_that_were_refused_again_meanwhile_are_corrected_where_they_wait(desk: Desk) -> None:
    desk.begin()
    again = desk.folder / "again.csv"
    again.write_text(BAD.replace("#2001,=1+1,paaid", "#2001,=1+1,pending again"), encoding="utf-8")
    desk.take(again)
    desk.take(again)
    book, sheet, columns = desk.edit()
    sheet.cell(row_of(sheet, 9), columns["Lineitem quantity"]).value = "4"
    sheet.cell(row_of(sheet, 2), columns["Financial Status"]).value = "paid"
    book.save(desk.path)
    done = desk.take(desk.path)
    assert done.state == "partly"  # the other status of #2001 waits with import 3, too, and is in no workbook
    assert [note.split(":")[0] for note in done.notes] == [
        "Corrections of import 1 (**orders.csv**)",
        "Corrections of import 3 (**again.csv**)",
    ]
    assert desk.column(orders.c.order_id, orders.c.order_id.in_(["#2001", "#2003"])) == ["#2001", "#2003"]
    waiting = {row["batch"]: row["to_correct"] for row in imports.list_imports(desk.database, desk.now).rows()}
    assert {batch: count for batch, count in waiting.items() if count} == {"3": 2}
