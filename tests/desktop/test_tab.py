from collections.abc import Callable
from types import ModuleType
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.messages import SUCCESS_MS
from opsconsole.desktop.tab_content import TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.errors import UserError
from opsconsole.services.saved_views import StoredView

Settled = Callable[[], None]


def test_a_tab_shows_its_listing_chips_panel_and_status(tab: Any) -> None:
    assert tab.list.model.rowCount() == 214
    assert tab.chips.current == ""
    assert tab.panel.title == "Late shipment"
    assert tab.status() == ("**214** open, **1** selected", "**$48,312.40** at risk")
    assert tab.toolbar.moment.text() == "As of Tue 17 Nov, 10:42"


def test_chips_selectors_and_search_filter_together_and_escape_clears_them_one_by_one(tab: Any, qtbot: QtBot) -> None:
    tab.chips._pick("Late shipment")
    late = tab.list.model.arranged.shown
    assert 0 < late < 214
    tab.toolbar.selectors["owner"]._pick("Shift A")
    tab.toolbar.search.setText("amazon")
    assert 0 < tab.list.model.arranged.shown < late
    assert tab.filters.words() == "Late shipment, Owner: Shift A, search: “amazon”"
    tab.escape()
    assert tab.toolbar.search.text() == ""
    tab.escape()
    assert tab.list.model.arranged.shown == 214
    tab.escape()
    assert not tab.panel.isVisible()
    tab.list.activated.emit(tab.list.current_id())
    assert tab.panel.isVisible()


def test_chips_that_do_not_fit_tell_their_count_and_money_in_a_menu(tab: Any, qtbot: QtBot) -> None:
    hidden = tab.chips._hidden
    assert hidden
    told = [action.text() for action in tab.chips._more_menu().actions()]
    assert len(told) == len(hidden)
    assert "Billing variance\t5  $48" in told


def test_a_selector_can_ask_for_missing_values(tab: Any) -> None:
    choices = dict(tab.toolbar.selectors["owner"]._choices)
    missing = next(value for value, words in choices.items() if words == "Unassigned")
    tab.toolbar.selectors["owner"]._pick(missing)
    owners = {tab.list.listing.columns["owner"][row] for row in tab.list.model.source_rows()}
    assert owners == {None}


def test_letters_act_on_the_selected_rows_and_never_in_a_field(tab: Any, qtbot: QtBot) -> None:
    tab.window().activateWindow()
    tab.list.grid.setFocus()
    qtbot.waitUntil(lambda: tab.list.grid.hasFocus())
    tab.list.select(3)
    qtbot.keyClick(tab.list.grid, "r")
    assert tab.done == [("resolve", [3])]
    tab.toolbar.search.setFocus()
    qtbot.keyClick(tab.toolbar.search, "a")
    assert tab.toolbar.search.text() == "a"
    assert len(tab.done) == 1


def test_the_foot_of_the_panel_has_one_primary_button_first(tab: Any) -> None:
    buttons = tab.panel._footer.findChildren(KeyButton)
    shown = sorted((button for button in buttons if button.isVisible()), key=lambda button: button.x())
    assert [button.text() for button in shown] == ["Resolve", "Assign", "Note", "Snooze", ""]
    assert [button._style for button in shown].count("primary") == 1
    shown[1].click()
    assert tab.done == [("assign", [tab.list.current_id()])]


def test_a_write_says_so_reloads_who_is_touched_and_can_be_undone(
    tab: Any, desk: Desk, settled: Settled, qtbot: QtBot
) -> None:
    touched: list[Any] = []
    written: list[str] = []
    desk.data_changed.connect(touched.append)
    tab.change(
        lambda workspace, progress: written.append(f"by {workspace.user}") or {"orders"},
        done="12 exceptions assigned to Carrier desk.",
        undo=lambda workspace, progress: written.append("undone"),
    )
    settled()
    assert written == ["by Shift A"]
    assert touched == [{"sample", "orders"}]
    assert (tab.bar.tone, tab.bar.text) == ("good", "12 exceptions assigned to Carrier desk.")
    assert tab.bar._timer.remainingTime() > SUCCESS_MS / 2
    assert desk.undo()
    settled()
    assert written == ["by Shift A", "undone"]
    assert tab.bar.text == "Undone: 12 exceptions assigned to Carrier desk."
    assert not desk.undo()


def test_a_fault_of_the_world_is_told_in_the_bar_and_old_rows_stay(
    tab: Any, settled: Settled, monkeypatch: Any, qtbot: QtBot
) -> None:
    def fail(*_: Any) -> TabContent:
        raise UserError("The shared database does not answer.", "You see the data of 10:31.")

    load = tab.load
    monkeypatch.setattr(type(tab), "load", staticmethod(fail))
    tab.reload()
    settled()
    assert (tab.bar.tone, tab.bar.text) == ("bad", "The shared database does not answer. You see the data of 10:31.")
    assert tab.list.model.rowCount() == 214
    monkeypatch.setattr(type(tab), "load", staticmethod(load))
    tab.reload()
    settled()
    assert tab.bar.text == ""


def test_a_fault_of_ours_is_logged_and_shown_once(tab: Any, desk: Desk, settled: Settled, monkeypatch: Any) -> None:
    def fail(*_: Any) -> TabContent:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(type(tab), "load", staticmethod(fail))
    for _ in range(2):
        tab.reload()
        settled()
    assert len(desk.errors.crashes) == 1
    assert desk.errors.log_path.read_text("utf-8").count("ZeroDivisionError: ours") == 2
    assert "ZeroDivisionError" in desk.errors.crashes[0].text


def test_a_reload_keeps_the_current_row_and_leads_to_one_that_was_asked_for(tab: Any, settled: Settled) -> None:
    tab.list.select(7)
    tab.reload()
    settled()
    assert tab.list.current_id() == 7
    tab.reveal(9, {"chip": "Ship-by at risk", "search": ""})
    assert tab.chips.current == "Ship-by at risk"


def test_a_row_that_is_led_to_before_its_list_is_read_opens_the_panel_too(
    tab: Any, desk: Desk, sample: ModuleType, qtbot: QtBot, settled: Settled
) -> None:
    tab.set_panel_open(False)
    again = sample.SampleTab(desk)
    qtbot.addWidget(again)
    assert again.panel.isHidden()
    again.reveal(9, {})
    again.reload()
    settled()
    assert again.list.current_id() == 9
    assert not again.panel.isHidden()


def test_filters_and_views_are_remembered_but_not_the_search(
    tab: Any, desk: Desk, sample: ModuleType, qtbot: QtBot, settled: Settled
) -> None:
    tab.toolbar.search.setText("amazon")
    tab.chips._pick("Late shipment")
    kept = StoredView(7, "sample", "My morning queue", "", tab.filters.state())
    tab.filters.set_stored_views((kept,))
    again = sample.SampleTab(desk)
    qtbot.addWidget(again)
    again.reload()
    settled()
    assert again.chips.current == "Late shipment"
    assert again.toolbar.search.text() == ""
    again.filters.clear()
    again.filters.set_stored_views((kept,))
    again.filters.use_view("#7")
    assert again.toolbar.search.text() == "amazon"
    assert again.chips.current == "Late shipment"


def test_the_panel_is_wider_in_a_wide_window(tab: Any, qtbot: QtBot) -> None:
    assert tab.panel.width() == 400
    tab.resize(1920, 1000)
    qtbot.waitUntil(lambda: tab.panel.width() == 480)


def test_another_workspace_reloads_the_tab_in_front_only(
    tab: Any, desk: Desk, workspace: Workspace, sample: ModuleType, settled: Settled, qtbot: QtBot
) -> None:
    hidden = sample.SampleTab(desk)
    qtbot.addWidget(hidden)
    desk.set_workspace(workspace.at(sample.NOW - 60_000_000))
    settled()
    assert tab.request.now == sample.NOW - 60_000_000
    assert hidden.stale
    assert hidden.request.now == 0


def test_a_count_beside_a_tab_follows_the_data_while_another_is_in_front(
    tab: Any, desk: Desk, sample: ModuleType, settled: Settled, qtbot: QtBot
) -> None:
    told: list[Any] = []
    tab.badge_changed.connect(told.append)
    tab.hide()
    never_shown = sample.SampleTab(desk)
    qtbot.addWidget(never_shown)
    desk.touched({"sample"})
    settled()
    assert told == [tab.content.badge]
    assert (tab.stale, never_shown.stale) == (False, True)


def test_arrow_down_leaves_the_search_for_the_list(tab: Any, qtbot: QtBot) -> None:
    tab.window().activateWindow()
    tab.toolbar.search.setFocus()
    qtbot.keyClick(tab.toolbar.search, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: tab.list.grid.hasFocus())
