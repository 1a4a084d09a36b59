"""A window on a small or much enlarged screen: nothing lies outside, and what is told twice gives way."""

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from opsconsole.desktop.statusbar import StatusBar
from opsconsole.desktop.tab_bar import TabBar
from opsconsole.desktop.tab_content import Selector
from opsconsole.desktop.tabs import TabName
from opsconsole.desktop.toolbar import Toolbar


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[Any, int], Any]:
    def show(widget: Any, width: int) -> Any:
        qtbot.addWidget(widget)
        widget.setFixedWidth(width)
        widget.show()
        return widget

    return show


@pytest.mark.parametrize(("width", "told"), [(900, (True, True)), (560, (True, False)), (430, (False, False))])
def test_the_status_bar_leaves_the_moment_out_first_then_the_database(
    shown: Any, width: int, told: tuple[bool, bool]
) -> None:
    bar = shown(StatusBar(), width)
    bar.set_counts(("**210** imports",))
    bar.set_database("demo.db")
    bar.set_moment("As of Sat 28 Nov 2026, 17:38 PST")
    bar.set_freshness("warn", "13 of 14 feeds fresh: Walmart orders 5 h old")
    assert (bar._database.isVisible(), bar._moment.isVisible()) == told
    assert bar._freshness.isVisible()


def test_the_names_of_tabs_go_before_the_button_for_shortcuts(shown: Any, qtbot: QtBot) -> None:
    names = [TabName("exceptions", "Order exceptions"), TabName("stock", "Stock levels")]
    bar = shown(TabBar(names), 500)
    assert bar._shortcuts.isVisible()
    bar.set_badge("exceptions", 1_234_567)
    bar.setFixedWidth(430)
    assert not bar._shortcuts.isVisible()
    button = bar.buttons["exceptions"]
    qtbot.waitUntil(lambda: bool(button.width() >= button.sizeHint().width()))


def test_where_the_words_of_choices_would_be_cut_the_moment_keeps_its_icon(shown: Any, qtbot: QtBot) -> None:
    bar = shown(Toolbar("Order", [Selector(f"{key}", key, choices=(("", "any"),)) for key in ("Owner", "Site")]), 1000)
    bar.view.set_choices((("", "Morning queue"),))
    bar.set_moment("As of Sun 29 Nov, 10:33")
    assert bar.moment.text() == "As of Sun 29 Nov, 10:33"
    bar.setFixedWidth(840)
    qtbot.waitUntil(lambda: bool(bar.moment.text() == ""))
    assert bar.moment.accessibleName().startswith("As of Sun 29 Nov, 10:33")
    qtbot.waitUntil(lambda: bool(bar.view.width() >= bar.view.sizeHint().width()))
    bar.setFixedWidth(1000)
    qtbot.waitUntil(lambda: bool(bar.moment.text() == "As of Sun 29 Nov, 10:33"))
    bar.selectors["Site"].set_choices((("", "a warehouse that has a very long name and stands in a far-away country"),))
    qtbot.waitUntil(lambda: bool(bar.moment.text() == ""))
