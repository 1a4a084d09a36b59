"""A shift hands over through the window: the page, the rows behind a figure, pages and workbook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hands import settled
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from opsconsole.app import App
from opsconsole.desktop.dialogs import export
from opsconsole.desktop.dialogs.handover_files import write_pages
from opsconsole.desktop.figure_rows import FigureRow
from opsconsole.desktop.tab import Tab
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.store.schema import exceptions, locations

Show = Callable[[str], Tab]


@pytest.fixture
def shift(app: App, now: int) -> None:
    """Two late shipments: one at Reno since an hour, one at Columbus since yesterday and over time."""
    database = app.desk.workspace.database  # type: ignore[union-attr]
    with database.write() as connection:
        connection.execute(insert(locations), [{"key": "reno", "label": "Reno 1"}, {"key": "cmh", "label": "Columbus"}])
        row = {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "subject": "shop/1", "severity": "S1", "state": "open",
            "opened_at": now - HOUR, "detected_at": now - HOUR, "acknowledge_by": now, "due_at": now + HOUR,
            "currency": "USD", "value_at_risk": 1000, "location": "reno", "evidence_json": "{}",
        }  # fmt: skip
        other = {**row, "subject": "shop/2", "location": "cmh", "detected_at": now - DAY, "due_at": now - HOUR}
        connection.execute(insert(exceptions), [row, other])


@pytest.mark.usefixtures("shift")
def test_a_shift_hands_over(app: App, show: Show, qtbot: QtBot, tmp_path: Path, monkeypatch: Any) -> None:
    tab: Any = show("handover")
    text = tab.view.toPlainText()
    assert "The last 8 hours" in text
    assert text.index("shop/2") < text.index("shop/1")
    rows = {row.text(): row for row in tab.panel.findChildren(FigureRow)}
    rows["Opened"].click()
    settled(qtbot, app)
    assert list(tab.rows.list.listing.columns["order"]) == ["shop/1"]
    tab.escape()
    assert not tab.shows_rows
    tab.escape()
    assert tab.panel.isVisible()  # the figures and the way to paper are nowhere else
    assert "Print or PDF" in [command.words for command in tab.commands()]

    tab.toolbar.selectors["site"].choose("cmh")
    tab.reload()
    settled(qtbot, app)
    assert "shop/1" not in tab.view.toPlainText()
    assert "Hand-over, Columbus" in tab.view.toPlainText()

    pages = tmp_path / "shift.pdf"
    write_pages(tab, tab._told.summary, pages, "a4")
    qtbot.waitUntil(pages.exists, timeout=30_000)
    assert pages.read_bytes().startswith(b"%PDF-")
    book = tmp_path / "shift.xlsx"
    monkeypatch.setattr(export.QFileDialog, "getSaveFileName", lambda *given: (str(book), ""))
    tab.export()
    settled(qtbot, app)
    assert "The worst" in openpyxl.load_workbook(book).sheetnames


@pytest.mark.usefixtures("shift")
def test_an_order_on_the_page_leads_to_its_exception(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("handover")
    worst = tab._told.summary.worst[0]
    tab.view.anchorClicked.emit(QUrl(f"exception:{worst.id}"))
    settled(qtbot, app)
    queue = app.window.current
    assert queue is not None
    assert (queue.key, queue.list.current_id()) == ("order_exceptions", worst.id)
