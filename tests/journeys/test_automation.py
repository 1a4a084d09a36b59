"""Automation through the window: a rule is made, tried, acts on what opens, is undone, and switched off."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import settled
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.dialogs.automation_form import AutomationForm
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.settings import NOTICES_QUIET
from opsconsole.desktop.tab import Tab
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services import clockwork

Show = Callable[[str], Tab]


@pytest.fixture
def late(app: App, writing: Any, now: int) -> None:
    """An order that is late and not yet seen by the rules."""
    order = {"channel": "shop", "order_id": "77", "status": "processing", "payment_status": "paid", "currency": "USD"}
    order |= {"total": 41260, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    writing(at=now - HOUR, orders=[order])


def form_of(tab: Any) -> AutomationForm:
    form = tab.deeds.form
    assert isinstance(form, AutomationForm)
    return form


def test_what_is_wrong_stands_under_its_field_and_nothing_is_lost(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("automation")
    tab.deeds.new()
    form = form_of(tab)
    form.fields["rota"].setPlainText("Ann at night")
    form.fields["snooze_hours"].setText("some")
    form.fields["value_from"].setText("much")
    form.save()
    shown = {key for key, words in form._faults.items() if not words.isHidden()}
    assert shown == {"name", "rota", "snooze_hours", "value_from", "assign"}
    assert form.fields["rota"].toPlainText() == "Ann at night"
    assert tab.list.listing.total == 0
    form.close()
    qtbot.waitUntil(lambda: tab.deeds.form is None)


@pytest.mark.usefixtures("late")
def test_a_rule_is_made_tried_acts_and_is_undone(app: App, show: Show, qtbot: QtBot, now: int) -> None:
    tab: Any = show("automation")
    database = app.desk.workspace.database  # type: ignore[union-attr]
    tab.deeds.new()
    form = form_of(tab)
    form.fields["name"].setText("Docks")
    form.fields["types"].tick("LATE_SHIPMENT")
    form.fields["value_from"].setText("400")
    form.fields["rota"].setPlainText("Ann: Mon-Fri 08:00-15:00\nBo: daily")
    form.fields["tags"].setText("dock, night")
    form.save()
    settled(qtbot, app)
    assert tab.deeds.form is None
    assert tab.list.listing.row(0)["then"] == "Assign by rota (Ann, Bo), tag dock, night"
    turn = clockwork.turn(database, now)
    assert len(turn.acted.touched) == 1
    app.desk.touched({"order_exceptions"})
    settled(qtbot, app)
    assert tab.panel.title == "Docks"
    tab.show_trial(tab._page.rule)
    settled(qtbot, app)
    assert tab.shows_rows
    assert tab.rows.list.listing.total == 0  # it has an owner and its tags
    assert tab.rows.list.empty_words() == ("No rows", tab.rows.no_rows)
    tab.escape()
    assert not tab.shows_rows
    tab.deeds.undo(turn.acted.changes[0].id)
    settled(qtbot, app)
    assert "Undone" in tab.bar.text
    tab.deeds.switch(tab._page.rule)
    settled(qtbot, app)
    assert tab.list.listing.row(0)["enabled"] is False


def test_a_name_that_is_taken_is_said_in_the_form(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("automation")
    for _ in range(2):
        tab.deeds.new()
        form = form_of(tab)
        form.fields["name"].setText("Docks")
        form.fields["assign"].setEditText("Ann")
        form.save()
        settled(qtbot, app)
    assert form_of(tab)._faults["name"].plain.startswith("There is an automation “Docks” already.")
    form_of(tab).close()
    tab.deeds.edit(tab._page.rule)
    assert form_of(tab).fields["assign"].currentText() == "Ann"
    form_of(tab).close()


def test_quiet_hours_are_asked_and_kept(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("automation")
    tab.deeds.notices()
    (prompt,) = tab.panel.findChildren(Prompt)
    editor: Any = prompt._editors["quiet"]
    assert isinstance(editor, QLineEdit)
    editor.setText("night")
    prompt._accept()
    assert "22:00-07:00" in prompt._faults["quiet"].plain
    editor.setText("22:00-7:00")
    prompt._accept()
    assert app.settings.get(NOTICES_QUIET) == "22:00-07:00"
