"""The rules page through the real window: a value is tried on history, saved with a reason, and holds."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import settled
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.words import Words
from opsconsole.rules.order_exceptions import RULES

Show = Callable[[str], Tab]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def answer(tab: Tab, qtbot: QtBot, app: App, reason: str) -> None:
    (prompt,) = tab.panel.findChildren(Prompt)
    field = prompt.findChildren(QLineEdit)[0]
    qtbot.keyClicks(field, reason)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled(qtbot, app)


@pytest.fixture
def rules(app: App, over_sample_orders: Show, qtbot: QtBot) -> Any:
    """The rules page over the sample file's orders, the rule of pending payments current."""
    tab = over_sample_orders("rules")
    assert tab.list.select("PAYMENT_PENDING")
    settled(qtbot, app)
    return tab


def test_a_value_is_tried_saved_with_a_reason_and_forgotten_elsewhere(app: App, rules: Any, qtbot: QtBot) -> None:
    assert list(rules.list.listing.ids) == [rule.code for rule in RULES]
    (number,) = (value for value in rules._page.values if value.kind == "number" and value.key != "resolve_hours")
    field = rules.panel.findChild(QLineEdit, f"value-{number.key}")
    field.selectAll()
    qtbot.keyClicks(field, "500")
    rules.list.grid.setFocus()
    qtbot.keyClick(rules.list.grid, Qt.Key.Key_T)
    settled(qtbot, app)
    assert rules._trial is not None
    assert (rules._trial.total, rules._trial.not_raised) == (1, 1)
    assert any(words.plain == rules._trial.words.replace("**", "") for words in rules.panel.findChildren(Words))
    assert rules.panel.findChild(QLineEdit, f"value-{number.key}").text() == "500"
    qtbot.keyClick(rules.list.grid, Qt.Key.Key_S)
    answer(rules, qtbot, app, "Bank transfers take three weeks")
    assert rules._page.history[0].reason == "Bank transfers take three weeks"
    (now,) = (value.value for value in rules._page.values if value.key == number.key)
    assert now == 500


def test_a_rule_is_switched_off_with_a_reason_and_on_again(app: App, rules: Any, qtbot: QtBot) -> None:
    qtbot.keyClick(rules.list.grid, Qt.Key.Key_O)
    answer(rules, qtbot, app, "The shop checks it")
    assert rules._page.state == "off"
    assert "The shop checks it" in rules._page.reason
    qtbot.keyClick(rules.list.grid, Qt.Key.Key_O)
    answer(rules, qtbot, app, "We check it again")
    assert rules._page.state != "off"


def test_what_is_no_value_is_refused_in_words(app: App, rules: Any, qtbot: QtBot) -> None:
    (number,) = (value for value in rules._page.values if value.kind == "number" and value.key != "resolve_hours")
    field = rules.panel.findChild(QLineEdit, f"value-{number.key}")
    field.setText("9999999")
    assert field.property("invalid")
    rules.save()
    assert rules.bar.text.endswith(f"Write a number from {number.low:g} to {number.high:g}.")
    assert rules.panel.findChildren(Prompt) == []
