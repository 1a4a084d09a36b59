"""Refused lines corrected through the real window, in its grid and in a workbook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hands import settled
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.corrections.model import FIRST
from opsconsole.desktop.tab import Tab
from opsconsole.store.schema import orders

GOOD = (Path(__file__).parents[1] / "data" / "shopify_orders_75.csv").read_text(encoding="utf-8")
BAD = GOOD.replace(",4,Bowl,18.00,", ",four,Bowl,18.00,")
QUANTITY = GOOD.splitlines()[0].split(",").index("Lineitem quantity")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the services write is tested on both kinds of database elsewhere."""
    return sqlite_url


@pytest.fixture
def refused(app: App, qtbot: QtBot, show: Callable[[str], Tab], tmp_path: Path) -> Any:
    """The corrections page of a file with a bad line."""
    path = tmp_path / "orders.csv"
    path.write_text(BAD, encoding="utf-8")
    tab: Any = show("data")
    tab.importing.start([path])
    settled(qtbot, app)
    tab.list.select_first()
    qtbot.waitUntil(lambda: tab.rejected.correct_button.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: tab.rejected.correct_button.isEnabled(), timeout=20_000)
    tab.rejected.correct_button.click()
    settled(qtbot, app)
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))
    tab.fronts.corrections.grid.setFocus()
    return tab.fronts.corrections


def named(app: App) -> list[str]:
    with app.desk.workspace.database.read() as conn:
        return list(conn.execute(select(orders.c.order_id).order_by(orders.c.order_id)).scalars())


def type_in(qtbot: QtBot, page: Any, text: str) -> None:
    """Begin by typing, as in a spreadsheet, and end with Enter."""
    qtbot.keyClicks(page.grid, text[0])
    editor = page.grid.findChild(QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.grid.state() != page.grid.State.EditingState))


def test_a_cell_is_corrected_and_its_order_is_in(app: App, qtbot: QtBot, refused: Any) -> None:
    grid = refused.grid
    # The cell at fault is current and stands in front, with what was expected under the grid.
    assert (grid.currentIndex().row(), grid.currentIndex().column()) == (2, FIRST + QUANTITY)
    assert grid.horizontalHeader().visualIndex(FIRST + QUANTITY) == FIRST
    assert "expected a number with a decimal point" in refused._about.text()
    type_in(qtbot, refused, "4")
    assert grid.cells.text(2, QUANTITY) == "4"
    qtbot.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, app)
    assert "#2003" in named(app)
    tab: Any = app.window.current
    assert tab.fronts.current is None  # nothing is left: the list is back, and says what came in
    assert "1 entry (3 lines) is in" in tab.bar.text
    assert tab.list.isVisible()
    # The refused line under the list is not told as waiting any more, in any place.
    qtbot.waitUntil(lambda: "open" not in set(tab.rejected.list.listing.columns["state"]), timeout=10_000)
    shown = [words.text() for words in tab.panel.findChildren(QLabel) if words.isVisible()]
    assert not [words for words in shown if "wait here" in words]


def test_what_was_typed_survives_a_failure_and_the_end_of_the_page(app: App, qtbot: QtBot, refused: Any) -> None:
    type_in(qtbot, refused, "4 or so")
    refused.try_again()
    settled(qtbot, app)
    assert "#2003" not in named(app)
    assert "1 entry is still refused" in refused.bar.text
    assert refused.grid.cells.fault(2, QUANTITY).found == "4 or so"
    assert refused.grid.cells.text(2, QUANTITY) == "4 or so"
    type_in(qtbot, refused, "four")
    refused.escape()
    settled(qtbot, app)
    tab: Any = app.window.current
    type_before = refused.grid.cells.typed_cells()
    tab.fronts.correct(1)
    settled(qtbot, app)
    assert refused.grid.cells.typed_cells() == type_before == {}


def test_typing_is_taken_back_and_columns_are_pasted_and_filled(app: App, qtbot: QtBot, refused: Any) -> None:
    grid = refused.grid
    QGuiApplication.clipboard().setText("7\n8\n9\n")
    grid.setCurrentIndex(grid.cells.index(0, FIRST + QUANTITY))
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [grid.cells.text(row, QUANTITY) for row in range(3)] == ["7", "8", "9"]
    qtbot.keyClick(grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert grid.cells.text(2, QUANTITY) == "four"
    grid.setCurrentIndex(grid.cells.index(0, FIRST))
    type_in(qtbot, refused, "#2999")
    refused.fill_alike()
    assert {grid.cells.text(row, 0) for row in range(3)} == {"#2999"}
    refused.keep()
    settled(qtbot, app)
    assert not refused.unkept


def test_a_workbook_goes_out_is_corrected_and_dropped_back(
    app: App, qtbot: QtBot, refused: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QFileDialog

    path = tmp_path / "rejects.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.keyClick(refused.grid, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, app)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[5] if cell.value == "Lineitem quantity")
    for row in sheet.iter_rows(min_row=6):
        if row[0].value == "9":
            row[column - 1].value = 4
    book.save(path)
    tab: Any = app.window.current
    refused.escape()
    tab.importing.start([path])
    settled(qtbot, app)
    assert "#2003" in named(app)
    row = tab.list.listing.row(list(tab.list.listing.ids).index(2))
    assert (row["belongs_to"], row["state"]) == ("1", "done")
