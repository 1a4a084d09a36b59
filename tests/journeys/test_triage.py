"""A team's work at the queue, through the real window: by keyboard, beside others, and over a restart."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import in_front, settled
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.dialogs.changes import ChangesDialog
from opsconsole.desktop.dialogs.exception_conflict import ConflictDialog
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.palette import Palette
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.words import Words

Show = Callable[[str], Tab]
Another = Callable[[str], App]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def row(tab: Tab, identity: Any) -> dict[str, Any]:
    assert tab.list.listing is not None
    return tab.list.listing.row(list(tab.list.listing.ids).index(identity))


def id_of(tab: Tab, kind: str) -> Any:
    assert tab.list.listing is not None
    return tab.list.listing.ids[list(tab.list.listing.columns["type"]).index(kind)]


def asked(tab: Tab) -> Prompt:
    (found,) = tab.panel.findChildren(Prompt)
    return found


@pytest.mark.qt_log_ignore(r"This plugin does not support (raise\(\)|grabbing the keyboard)")
def test_an_exception_is_worked_off_by_keyboard_alone(app: App, queue: Any, qtbot: QtBot) -> None:
    grid = queue.list.grid
    wanted = id_of(queue, "ADDRESS_INVALID")
    queue.list.select_first()
    while queue.list.current_id() != wanted:
        qtbot.keyClick(grid, Qt.Key.Key_Down)
    settled(qtbot, app)
    qtbot.keyClick(grid, Qt.Key.Key_C)
    settled(qtbot, app)
    assert row(queue, wanted)["state"] == "acknowledged"
    qtbot.keyClick(grid, Qt.Key.Key_A)
    owner = asked(queue).findChildren(QComboBox)[0].lineEdit()
    qtbot.keyClicks(owner, "Night desk 1")
    qtbot.keyClick(owner, Qt.Key.Key_Return)
    settled(qtbot, app)
    assert row(queue, wanted)["owner"] == "Night desk 1"
    assert app.window.focusWidget() is grid
    qtbot.keyClick(grid, Qt.Key.Key_1)
    settled(qtbot, app)
    assert queue._page.runbook[0].done_by == "Shift A"
    qtbot.keyClick(grid, Qt.Key.Key_N)
    text = asked(queue).findChildren(QPlainTextEdit)[0]
    qtbot.keyClicks(text, "Asked for the ZIP code, 1 of 2")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, app)
    assert queue._page.history[0].words == "Note: Asked for the ZIP code, 1 of 2"
    qtbot.keyClick(grid, Qt.Key.Key_Z)
    qtbot.keyClick(app.window.focusWidget(), Qt.Key.Key_Escape)
    assert queue.panel.isVisible()
    assert queue.panel.findChildren(Prompt) == []
    qtbot.keyClick(grid, Qt.Key.Key_W)
    on, until = (combo.lineEdit() for combo in asked(queue).findChildren(QComboBox))
    qtbot.keyClicks(on, "the customer")
    until.selectAll()
    qtbot.keyClicks(until, "3d")
    qtbot.keyClick(until, Qt.Key.Key_Return)
    settled(qtbot, app)
    assert (row(queue, wanted)["state"], row(queue, wanted)["waiting_on"]) == ("waiting", "the customer")
    qtbot.keyClick(grid, Qt.Key.Key_R)
    cause = asked(queue).findChildren(QComboBox)[0]
    qtbot.keyClick(cause, Qt.Key.Key_Down)  # opens its list
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(cause.view(), key)
    qtbot.keyClick(cause, Qt.Key.Key_Return)
    settled(qtbot, app)
    assert wanted not in queue.list.listing.ids
    assert queue.list.current_id() is not None


def test_what_two_people_changed_at_once_is_shown_and_decided(
    app: App, queue: Any, qtbot: QtBot, another: Another
) -> None:
    wanted = id_of(queue, "ADDRESS_INVALID")
    from opsconsole.services import order_exceptions

    database, now = app.desk.workspace.database, app.desk.workspace.now()
    order_exceptions.assign(database, [wanted], owner="Order desk", who="Shift B", now=now)
    queue.list.select(wanted)
    queue.deeds._do("assign", [wanted], {"owner": "Shift A"})
    settled(qtbot, app)
    assert queue.bar.tone == "warn"
    assert queue.bar.text.startswith(f"Shift B changed {row(queue, wanted)['order']} at ")
    assert row(queue, wanted)["owner"] == "Order desk"
    assert wanted in queue.list.grid._changed
    (show_differences,) = (b for b in queue.bar.findChildren(KeyButton) if b.text() == "Show differences")
    show_differences.click()
    (dialog,) = queue.findChildren(ConflictDialog)
    told = {words.plain for words in dialog.findChildren(Words)}
    assert {"Owner", "Unassigned", "Order desk", "Shift A"} <= told
    (mine,) = (button for button in dialog.findChildren(KeyButton) if button.text() == "Write mine")
    mine.click()
    settled(qtbot, app)
    assert row(queue, wanted)["owner"] == "Shift A"
    assert wanted not in queue.list.grid._changed


def test_what_another_changes_while_one_types_is_not_written_over(app: App, queue: Any, qtbot: QtBot) -> None:
    from opsconsole.services import order_exceptions

    wanted = id_of(queue, "ADDRESS_INVALID")
    queue.list.select(wanted)
    queue.deeds.assign([wanted])
    owner = asked(queue).findChildren(QComboBox)[0].lineEdit()
    qtbot.keyClicks(owner, "Shift A")
    database, now = app.desk.workspace.database, app.desk.workspace.now()
    order_exceptions.assign(database, [wanted], owner="Order desk", who="Shift B", now=now)
    queue.reload()
    settled(qtbot, app)
    assert row(queue, wanted)["owner"] == "Order desk"
    qtbot.keyClick(owner, Qt.Key.Key_Return)
    settled(qtbot, app)
    assert queue.bar.tone == "warn"
    assert row(queue, wanted)["owner"] == "Order desk"


def test_a_change_is_undone_after_a_restart(app: App, queue: Any, qtbot: QtBot, another: Another) -> None:
    wanted = [id_of(queue, "ADDRESS_INVALID"), id_of(queue, "PAYMENT_PENDING")]
    queue.deeds._do("assign", wanted, {"owner": "Night desk"})
    settled(qtbot, app)
    again = another("Shift A")
    tab: Any = again.window.current
    assert [row(tab, one)["owner"] for one in wanted] == ["Night desk"] * 2
    again.window.commands.undo()
    settled(qtbot, again)
    assert [row(tab, one)["owner"] for one in wanted] == [None, None]
    assert tab.bar.text == "Undone: assigned to Night desk: 2 exceptions."
    again.window.commands.undo()
    settled(qtbot, again)
    assert tab.bar.text == "There is nothing of yours to undo."
    again.window.commands.show_changes()
    settled(qtbot, again)
    (dialog,) = tab.findChildren(ChangesDialog)
    assert list(dialog.list.listing.columns["state"]) == ["undoable", "undone"]
    assert list(dialog.list.listing.columns["kind"]) == ["undone", "assigned"]
    dialog.close()


def test_the_palette_leads_to_orders_tabs_views_and_actions(app: App, queue: Any, qtbot: QtBot) -> None:
    def ask(text: str, first: str) -> None:
        in_front(qtbot, app)
        qtbot.keyClick(app.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        (palette,) = (one for one in app.window.findChildren(Palette) if one.isVisible())
        qtbot.keyClicks(palette.field, text)
        settled(qtbot, app)
        assert palette.rows.entries[0].label == first
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
        settled(qtbot, app)

    names = {name.label for name in app.window.names.values() if name.place != "data"}
    assert names <= {entry.label for entry in app.window.commands._entries()}
    ask("unassigned", "S1 unassigned")
    assert queue.toolbar.view.current == "S1 unassigned"
    assert all(severity == "S1" for severity in queue.list.shown_listing().columns["severity"])
    ask("one row per", "One row per order")
    assert queue.filters.is_on("rows")
    ask("1003", "#1003" if "#1003" in queue.list.listing.columns["order"] else "1003")
    assert app.window.current.key == "orders"
    orders = app.window.current
    assert "1003" in row(orders, orders.list.current_id())["order"]


def test_a_view_that_is_shared_is_seen_by_everybody(app: App, queue: Any, qtbot: QtBot, another: Another) -> None:
    queue.toolbar.selectors["group"]._pick("owner")
    queue.toolbar.search.setText("late")
    queue.views_menu.save()
    prompt = asked(queue)
    prompt.findChildren(QLineEdit)[0].setText("Late by owner")
    whose = prompt.findChildren(QComboBox)[0]
    whose.setCurrentIndex(whose.findData("all"))
    qtbot.keyClick(prompt.findChildren(QLineEdit)[0], Qt.Key.Key_Return)
    settled(qtbot, app)
    assert queue.filters.view.name == "Late by owner"
    other = another("Shift B")
    tab: Any = other.window.current
    (view,) = (one for one in tab.filters.views.values() if one.name == "Late by owner")
    assert view.kind == "shared"
    tab.filters.use_view(view.key)
    assert (tab.list.arrangement.group_by, tab.toolbar.search.text()) == ("owner", "late")
    tab.views_menu.share()
    settled(qtbot, other)
    queue.reload()
    settled(qtbot, app)
    assert "Late by owner" not in {one.name for one in queue.filters.views.values()}


def test_rows_are_grouped_with_their_money_and_one_row_stands_for_an_order(app: App, queue: Any, qtbot: QtBot) -> None:
    queue.filters.use_view("By type")
    groups = {group.value: group for group in queue.list.model.groups}
    assert groups["LATE_SHIPMENT"].count == 2
    listing = queue.list.listing
    worth = sum(
        amount for kind, amount in zip(listing.columns["type"], listing.columns["base_value"], strict=True)
        if kind == "LATE_SHIPMENT"
    )  # fmt: skip
    assert groups["LATE_SHIPMENT"].sums["value_at_risk"] == (("USD", float(worth)),)
    before = queue.list.model.arranged.shown
    queue.filters.toggle("rows")
    assert queue.list.model.arranged.shown < before
    shown = queue.list.shown_listing()
    orders = [number for number in shown.columns["order"] if number is not None]
    assert len(orders) == len(set(orders))
    several = list(shown.columns["also"]).index("+1 more")
    assert "1003" in shown.columns["order"][several]


def test_views_of_one_s_own_rows_follow_who_looks(app: App, queue: Any, qtbot: QtBot) -> None:
    queue.filters.use_view("Mine")
    assert queue.list.model.arranged.shown == 0
    assert "View: Mine" in queue.filters.words()
    queue.escape()
    wanted = id_of(queue, "ADDRESS_INVALID")
    queue.deeds._do("assign", [wanted], {"owner": "Shift A"})
    settled(qtbot, app)
    queue.filters.use_view("Mine")
    assert list(queue.list.shown_listing().ids) == [wanted]


def test_the_ticket_s_text_is_copied(app: App, queue: Any, qtbot: QtBot) -> None:
    queue.list.select(id_of(queue, "ADDRESS_INVALID"))
    settled(qtbot, app)
    (ticket,) = (link for link in queue._page.links if link.kind == "ticket")
    queue._follow(ticket)
    assert "1004" in QGuiApplication.clipboard().text()
    assert queue._page.title in QGuiApplication.clipboard().text()
