from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from columns_of import column_of
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.settings import Settings
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.tasks import Tasks
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing

_MARK = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


def test_cells_answer_their_words_for_screen_readers(view: ListView) -> None:
    index = view.model.index(0, column_of(view, "time_left"))
    assert index.data() == "3h 42m over"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "3h 42m over"
    assert view.model.headerData(0, Qt.Orientation.Horizontal) == "Severity"


def test_keys_move_mark_and_open(view: ListView, qtbot: QtBot) -> None:
    opened: list[Any] = []
    view.activated.connect(opened.append)
    view.select_first()
    for key in ("j", "j", "k"):
        qtbot.keyClick(view.grid, key)
    assert view.grid.currentIndex().row() == 1
    qtbot.keyClick(view.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(view.selected_ids()) == 2
    qtbot.keyClick(view.grid, Qt.Key.Key_Space)
    assert len(view.selected_ids()) == 1
    qtbot.keyClick(view.grid, Qt.Key.Key_Return)
    assert opened == [view.current_id()]


def test_the_selection_stays_with_its_rows_when_the_order_changes(view: ListView) -> None:
    view.select(5)
    changes: list[Any] = []
    view.current_changed.connect(changes.append)
    view.sort_by("value", descending=True)
    assert view.current_id() == 5
    assert view.selected_ids() == [5]
    assert changes == []


def test_the_current_row_moves_on_when_its_row_is_filtered_away(view: ListView) -> None:
    view.select(5)
    changes: list[Any] = []
    view.current_changed.connect(changes.append)
    view.set_search("billing")
    assert view.current_id() == view.model.id_at(0) != 5
    assert changes == [view.current_id()]


def test_the_keyboard_goes_on_to_the_next_row_when_the_marked_ones_leave_the_listing(
    view: ListView, sample: ModuleType, formats: Formats
) -> None:
    listing = sample.listing()
    shown = [view.model.id_at(row) for row in range(view.model.rowCount())]
    gone, following, before = shown[3:6], shown[6], shown[:4]
    view.select(gone[0])
    for place in (4, 5):
        view.grid.selectionModel().select(view.model.index(place, 0), _MARK)
    changes: list[Any] = []
    view.current_changed.connect(changes.append)
    left = [row for row, identity in enumerate(listing.ids) if identity not in gone]
    view.set_listing(Arranger(listing.where(left)), formats)
    assert (view.current_id(), view.selected_ids(), changes) == (following, [following], [following])
    view.select(before[2])
    last = [row for row, identity in enumerate(listing.ids) if identity in before[:2]]
    view.set_listing(Arranger(listing.where(last)), formats)
    assert view.current_id() == before[1]


def test_search_counts_and_empty_state(view: ListView, qtbot: QtBot) -> None:
    counts: list[tuple[int, int, int]] = []
    view.counts_changed.connect(lambda *parts: counts.append(parts))
    view.set_search("late shipment amazon")
    assert counts[-1][:2] == (view.model.arranged.shown, 214)
    assert 0 < counts[-1][0] < 214
    view.set_search("no such thing")
    assert view.empty.isVisible()
    with qtbot.waitSignal(view.filters_cleared):
        view.empty.findChild(KeyButton).click()


def test_an_empty_list_offers_the_step_that_brings_rows(view: ListView, sample: ModuleType, formats: Formats) -> None:
    taken: list[str] = []
    view.next_step = lambda: ("Import files", "Ctrl+I", lambda: taken.append("import"))
    view.set_listing(Arranger(sample.listing().where([])), formats)
    button = view.empty.findChild(KeyButton)
    assert button.text() == "Import files"
    button.click()
    assert taken == ["import"]


def test_the_keyboard_stays_in_a_list_that_becomes_empty_and_is_filled_again(
    view: ListView, sample: ModuleType, formats: Formats, qtbot: QtBot
) -> None:
    view.next_step = lambda: ("Import files", "", lambda: None)
    view.activateWindow()
    qtbot.waitUntil(lambda: view.isActiveWindow())
    view.grid.setFocus()
    nothing = sample.listing().where([])
    view.set_listing(Arranger(nothing), formats)
    first: Any = view.window().focusWidget()
    assert (first.text(), view.empty.isAncestorOf(first)) == ("Import files", True)
    view.set_listing(Arranger(nothing), formats)
    second: Any = view.window().focusWidget()
    assert (second.text(), second is first, first.isVisible()) == ("Import files", False, False)
    view.set_listing(Arranger(sample.listing()), formats)
    assert view.window().focusWidget() is view.grid


def test_what_an_empty_list_says_is_not_cut(view: ListView, sample: ModuleType, formats: Formats) -> None:
    view.empty_words = lambda: ("Nothing", "Words that take more than one line of the middle of a list. " * 3)
    view.set_listing(Arranger(sample.listing().where([])), formats)
    words = view.empty._words
    assert words.minimumHeight() >= 2 * words.fontMetrics().height()


def test_headers_sort_and_shift_adds_a_column(view: ListView) -> None:
    view.header.sort_asked.emit("value", False)
    view.header.sort_asked.emit("value", False)
    assert view.arrangement.sort == (SortBy("value", True),)
    view.header.sort_asked.emit("owner", True)
    assert view.arrangement.sort == (SortBy("value", True), SortBy("owner"))
    view.header.sort_asked.emit("owner", True)
    assert view.arrangement.sort == (SortBy("value", True), SortBy("owner", True))


def test_columns_sort_and_order_are_remembered(
    view: ListView, qtbot: QtBot, tasks: Tasks, settings: Settings, sample: ModuleType, formats: Formats
) -> None:
    view.columns.show("site", True)
    view.columns.show("age", False)
    view.header.moveSection(1, 3)
    view.sort_by("owner")
    again = ListView("orders", tasks, settings)
    qtbot.addWidget(again)
    again.resize(966, 560)
    again.set_listing(Arranger(sample.listing()), formats, sort=(SortBy("time_left"),))
    with qtbot.waitExposed(again):
        again.show()
    assert again.arrangement.sort == (SortBy("owner"),)
    assert again.columns.visible() == view.columns.visible()
    again.columns.reset()
    assert again.columns.visible()[1] == 1
    assert column_of(again, "site") not in again.columns.visible()


def test_groups_are_folded_walked_and_marked_by_keyboard(view: ListView, qtbot: QtBot) -> None:
    view.select_first()
    view.group_by("channel")
    groups = view.model.groups
    assert view.model.figures(groups[0], view.model.fields[column_of(view, "value")]).startswith("$")
    qtbot.keyClick(view.grid, Qt.Key.Key_Left)
    first = view.grid.currentIndex().row()
    folded = view.model.group_at(first)
    assert folded is not None
    qtbot.keyClick(view.grid, Qt.Key.Key_Left)
    assert view.model.rowCount() == 214 + len(groups) - folded.count
    assert view.model.group_at(view.grid.currentIndex().row()).value == folded.value
    qtbot.keyClick(view.grid, Qt.Key.Key_Right)
    qtbot.keyClick(view.grid, Qt.Key.Key_Space)
    assert len(view.selected_ids()) == folded.count
    qtbot.keyClick(view.grid, Qt.Key.Key_Space)
    assert view.selected_ids() == []
    qtbot.keyClick(view.grid, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.model.rowCount() == len(groups)
    qtbot.keyClick(view.grid, Qt.Key.Key_Down)
    qtbot.keyClick(view.grid, Qt.Key.Key_Return)
    assert view.model.rowCount() == len(groups) + groups[1].count
    qtbot.keyClick(view.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.model.rowCount() == 214 + len(groups)


def test_many_marked_rows_stay_marked_when_the_rows_move(view: ListView) -> None:
    view.grid.selectAll()
    view.sort_by("value")
    assert len(view.selected_ids()) == 214
    view.set_search("late shipment")
    assert len(view.selected_ids()) == view.model.arranged.shown


def test_a_column_can_be_grouped_by_from_its_header(view: ListView) -> None:
    asked: list[str] = []
    view.grouped.connect(asked.append)
    menu = view.columns_menu()
    view._offer_grouping(menu, column_of(view, "owner"))
    menu.actions()[0].trigger()
    assert (view.arrangement.group_by, asked) == ("owner", ["owner"])
    assert {group.label for group in view.model.groups} >= {"Unassigned"}


def test_words_of_another_column_stand_behind_a_cell(view: ListView) -> None:
    view.set_asides({"type": "site"})
    assert view.model.cells(0)[column_of(view, "type")].detail == ("Reno 1",)
    view.set_asides({})
    assert view.model.cells(0)[column_of(view, "type")].detail == ()


def test_groups_name_their_count_and_fold(view: ListView, qtbot: QtBot) -> None:
    view.group_by("channel")
    groups = view.model.groups
    assert sum(group.count for group in groups) == 214
    assert view.model.index(0, 0).data() == f"{groups[0].label} {groups[0].count}"
    before = view.model.rowCount()
    center = QPoint(60, view.grid.rowViewportPosition(0) + 10)
    qtbot.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=center)
    assert view.model.rowCount() == before - groups[0].count
    assert view.model.id_at(0) is None
    qtbot.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=center)
    assert view.model.rowCount() == before


def test_rows_are_copied_as_cells_with_headers(view: ListView, qtbot: QtBot) -> None:
    view.select_first()
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    header, row = data.text().splitlines()
    assert header.split("\t")[:4] == ["Severity", "Type", "Order", "Channel"]
    assert row.split("\t")[:4] == ["S1", "Late shipment", "SO-204817", "Amazon"]
    assert "412.6" in row.split("\t")
    assert "<th" in data.html()


def test_a_copied_text_is_never_a_formula(qtbot: QtBot, tasks: Tasks, settings: Settings, formats: Formats) -> None:
    listing = Listing((Field("a", "A"), Field("n", "N", Kind.QUANTITY)), {"a": ["=1+1"], "n": [-5]}, [0], 0)
    view = ListView("x", tasks, settings)
    qtbot.addWidget(view)
    view.set_listing(Arranger(listing), formats)
    view.select_first()
    view.copy()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "'=1+1\t-5"


def test_a_large_listing_is_arranged_off_the_windows_thread(
    qtbot: QtBot, tasks: Tasks, settings: Settings, formats: Formats, settled: Callable[[], None]
) -> None:
    import numpy as np

    count = 60_000
    fields = (Field("n", "N", Kind.QUANTITY), Field("a", "A"))
    columns = {"n": np.arange(count)[::-1], "a": [f"row {number}" for number in range(count)]}
    view = ListView("big", tasks, settings)
    qtbot.addWidget(view)
    view.set_listing(Arranger(Listing(fields, columns, np.arange(count), 0)), formats)
    assert tasks.is_running("big.arrange")
    settled()
    qtbot.waitUntil(lambda: view.model.rowCount() == count)
    view.sort_by("n")
    qtbot.waitUntil(lambda: view.model.id_at(0) == count - 1)
    view.set_search("row 5999")
    qtbot.waitUntil(lambda: view.model.arranged.shown == sum("5999" in str(n) for n in range(count)))
    assert view.select(59_991)
    assert view.current_id() == 59_991


def test_first_rows_need_no_arranger(
    qtbot: QtBot, tasks: Tasks, settings: Settings, formats: Formats, sample: ModuleType
) -> None:
    view = ListView("first", tasks, settings)
    qtbot.addWidget(view)
    view.show_skeleton()
    assert view.grid.skeleton
    view.show_first_rows(sample.listing(20), formats, {"value": ("$1.00", "")})
    assert view.model.rowCount() == 20
    assert view.totals.isVisibleTo(view)
    view.set_listing(Arranger(sample.listing(30)), formats)
    assert view.model.rowCount() == 30


def test_painting_every_state_of_a_row_raises_nothing(view: ListView, qtbot: QtBot) -> None:
    view.select(3)
    view.grid.mark_changed([4])
    qtbot.mouseMove(view.grid.viewport(), QPoint(100, 100))
    qtbot.keyClick(view.grid, "j")
    picture = view.grab()
    view.group_by("type")
    assert view.grab().toImage() != picture.toImage()


def test_a_large_listing_is_placed_whatever_is_asked_of_it_meanwhile(
    view: ListView, qtbot: QtBot, sample: ModuleType, formats: Formats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsconsole.desktop.table.view.LARGE", 10)
    view.set_listing(Arranger(sample.listing(300)), formats)
    view.set_filters({"owner": frozenset({"Shift A"})}, None, "", "channel")
    view.sort_by("value")
    qtbot.waitUntil(lambda: not view._tasks.is_running())
    assert view.model.arranged.shown == sum(owner == "Shift A" for owner in view.listing.columns["owner"])
    assert sum(group.count for group in view.model.groups) == view.model.arranged.shown


@pytest.mark.parametrize("hidden_first", [True, False])
def test_the_arrows_move_also_where_the_current_column_is_hidden(
    view: ListView, qtbot: QtBot, hidden_first: bool
) -> None:
    if not hidden_first:
        view.select_first()
    view.columns.show("severity", False)
    if hidden_first:
        view.select_first()
    for key, row in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1)):
        qtbot.keyClick(view.grid, key)
        assert view.grid.currentIndex().row() == row
        assert view.grid.selected_rows() == [row]
