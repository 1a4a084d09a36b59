"""Two feeds that tell differently, through the window: from the pair to a difference, its exception, the report."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import settled
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.tab import Tab
from opsconsole.domain.instants import HOUR
from opsconsole.services.detection import detect

Show = Callable[[str], Tab]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def pair(app: App, show: Show, writing: Any, qtbot: QtBot, now: int) -> Tab:
    """The shop counts twelve of A in Reno, the warehouse ten; nine of it in Ohio, where the warehouse has eight."""
    told = {"shopify_inventory": {"reno": 12.0, "ohio": 9.0}, "mapping:Harbor WMS": {"reno": 10.0},
            "mapping:Ohio WMS": {"ohio": 8.0}}  # fmt: skip
    for source, counts in told.items():
        levels = [{"sku": "A", "location": location, "available": count} for location, count in counts.items()]
        writing(at=now - HOUR, stock_levels=levels, source=source)
    detect(writing.database, now)
    tab = show("differences")
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))
    tab.list.grid.setFocus()
    return tab


def test_a_pair_leads_to_its_differences_and_a_difference_to_its_exception(app: App, pair: Any, qtbot: QtBot) -> None:
    assert pair.list.listing.columns["warehouse_feed"][0] == "Harbor WMS"
    qtbot.keyClick(pair.list.grid, Qt.Key.Key_O)
    settled(qtbot, app)
    shown = [pair.list.listing.row(at) for at in pair.list.model.arranged.rows]
    assert [(row["channel_says"], row["warehouse_says"]) for row in shown] == [("12", "10")]
    pair.list.select_first()
    qtbot.keyClick(pair.list.grid, Qt.Key.Key_E)
    settled(qtbot, app)
    current = app.window.current
    assert current is not None
    assert current.key == "order_exceptions"
    assert current.list.listing is not None
    listing = current.list.listing
    found = listing.row(list(listing.ids).index(current.list.current_id()))
    assert (found["type"], found["location"]) == ("CHANNEL_MISMATCH", "reno")


def test_the_report_is_saved_from_the_list(
    app: App, pair: Any, qtbot: QtBot, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feeds.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    pair._export()
    settled(qtbot, app)
    assert load_workbook(path).sheetnames == ["Feeds", "1 Stock", "2 Stock", "About"]
