"""Calendars, cut-offs and settings through the real window: written as people write them, refused with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import fill, prompt_of, settled
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from opsconsole.app import App
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.tab import Tab
from opsconsole.store.schema import locations

Show = Callable[[str], Tab]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def asked(tab: Tab) -> list[Prompt]:
    found: list[Prompt] = tab.panel.findChildren(Prompt)
    return found


@pytest.fixture
def calendars(app: App, show: Show, qtbot: QtBot) -> Any:
    with app.desk.workspace.database.write() as connection:  # type: ignore[union-attr]
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
    return show("calendars")


def test_a_calendar_is_made_given_to_a_site_and_closed_for_a_day(app: App, calendars: Any, qtbot: QtBot) -> None:
    calendars.deeds.edit(None)
    fill(prompt_of(calendars), key="reno", hours="Mon-Fri 6-22, Sat 9", time_zone="America/Los_Angeles")
    settled(qtbot, app)
    # Refused: the question stays with what was typed.
    assert asked(calendars)[0].answers()["key"] == "reno"
    fill(prompt_of(calendars), hours="Mon-Fri 6-22, Sat 9-12", country="us")
    settled(qtbot, app)
    assert not asked(calendars)
    assert list(calendars.list.listing.columns["hours"]) == ["Mon–Fri 6:00–22:00, Sat 9:00–12:00"]
    calendars.list.select("reno")
    calendars.deeds.own_days("reno")
    fill(prompt_of(calendars), close="2026-12-24 to 2026-12-26")
    settled(qtbot, app)
    assert list(calendars.list.listing.columns["own_days"]) == [3]
    calendars.reveal(None, {"list": "places"})
    settled(qtbot, app)
    calendars.list.select("location reno")
    settled(qtbot, app)
    calendars.list.grid.setFocus()
    calendars.deeds.assign(calendars._current())
    fill(prompt_of(calendars), calendar="reno")
    settled(qtbot, app)
    assert list(calendars.list.listing.columns["calendar"]) == ["reno"]


def test_a_cut_off_is_set_and_ended(app: App, calendars: Any, qtbot: QtBot) -> None:
    calendars.reveal(None, {"list": "cut_offs"})
    settled(qtbot, app)
    calendars.deeds.cut_off()
    fill(prompt_of(calendars), location="reno", cut_off="17:00", pickup="16:00")
    settled(qtbot, app)
    assert asked(calendars), "a carrier that comes before the cut-off is refused"
    fill(prompt_of(calendars), pickup="17:30")
    settled(qtbot, app)
    assert list(calendars.list.listing.columns["cut_off"]) == ["17:00"]
    calendars.list.select_first()
    settled(qtbot, app)
    shown = [words.text() for words in calendars.panel.findChildren(QLabel)]
    assert "Location" in shown
    assert "Location key" not in shown
    calendars.deeds.end_cut_off(calendars.list.listing.ids[0])
    settled(qtbot, app)
    assert len(calendars.list.listing) == 0


def test_a_setting_is_changed_and_taken_back(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("settings")
    tab.list.select("detection_horizon_days")
    tab.set_panel_open(True)
    settled(qtbot, app)
    tab._change()
    fill(prompt_of(tab), value="a while")
    settled(qtbot, app)
    assert asked(tab), "what is no number is refused"
    fill(prompt_of(tab), value="60")
    settled(qtbot, app)
    shown = dict(zip(tab.list.listing.ids, tab.list.listing.columns["value"], strict=True))
    assert shown["detection_horizon_days"] == "60"
    qtbot.keyClick(tab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    app.desk.undo()
    settled(qtbot, app)
    shown = dict(zip(tab.list.listing.ids, tab.list.listing.columns["value"], strict=True))
    assert shown["detection_horizon_days"] == "90"
