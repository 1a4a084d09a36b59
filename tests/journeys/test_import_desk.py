"""The import desk through the window: files are looked at, asked about, imported; the others stay in sight."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import drop, press, rows_of, settled
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.tab import Tab

Show = Callable[[str], Tab]


def drop_on(app: App, widget: QWidget, *paths: Path) -> None:
    """Drop files where a widget is, the way the system tells it: the window's surface first."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    spot = widget.mapTo(app.window, widget.rect().center())
    action, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    surface = app.window.windowHandle()
    entering = QDragEnterEvent(spot, action, data, left, none)
    QApplication.sendEvent(surface, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(surface, QDropEvent(spot.toPointF(), action, data, left, none))


def test_dropped_files_are_looked_at_imported_and_lead_to_their_exceptions(
    looking: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    unknown = tmp_path / "ads_spend.csv"
    unknown.write_text("Campaign,Spend\nA,1.50\nB,2.50\n")
    drop(qtbot, app, sample, unknown)
    assert desk.previewing
    assert rows_of(desk.list.listing) == []
    states = {row["file"]: (row["state"], row["inserted"]) for row in rows_of(desk.preview.files.listing)}
    # The sample has 6 orders with 9 lines, by hand.
    assert states == {"orders_export.csv": ("dry_run", 15), "ads_spend.csv": ("not_recognized", None)}
    desk.preview.files.select(str(sample))
    settled(qtbot, app)
    shown = desk.preview.lists
    changes = shown.lists["changes"].shown_listing()
    assert {row["state"] for row in rows_of(changes)} == {"new"}
    assert len(changes) == 15
    shown.kinds._pick("Orders")
    assert len(shown.lists["changes"].shown_listing()) == 6
    shown.step(3)
    columns = {row["column"]: row["fills"] for row in rows_of(shown.lists["columns"].listing)}
    assert "orders: placed at" in columns["Created at"]
    assert columns["Accepts Marketing"] is None
    press(qtbot, app, desk.preview.files.grid, Qt.Key.Key_Return)
    assert not desk.previewing
    imported = {row["file"]: row for row in rows_of(desk.list.listing)}
    assert imported["orders_export.csv"]["inserted"] == 15
    assert imported["ads_spend.csv"]["fills"] == "Map its columns"
    assert imported["ads_spend.csv"]["message"].startswith("2 lines, nothing written")
    press(qtbot, app, desk.list.grid, Qt.Key.Key_Return)
    assert app.window.current is app.window.tab("order_exceptions")


def test_the_keyboard_is_where_the_next_step_is_before_and_after_the_first_import(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    app.window.activateWindow()
    qtbot.waitUntil(lambda: bool(app.window.isActiveWindow()))
    assert app.window.focusWidget() is front.nothing.choose
    sample.write_text(sample.read_text().replace(",1,", ",one,", 1))
    other = sample.with_name("other.csv")
    other.write_text(sample.read_text().splitlines()[0] + "\n")
    drop(qtbot, app, sample, other)
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Return)
    assert app.window.focusWidget() is desk.list.grid
    # Where lines were refused, that file is in front: F2 corrects them.
    row = front.row_of(desk.list.current_id())
    assert (row["file"], row["rejected"] > 0) == ("orders_export.csv", True)


def test_leaving_the_preview_writes_nothing(looking: App, show: Show, sample: Path, qtbot: QtBot) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    assert front.previewing
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Escape)
    assert not front.previewing
    desk.reload()
    settled(qtbot, app)
    assert rows_of(desk.list.listing) == []


def test_clean_known_files_are_imported_at_once_where_that_is_wished(
    app: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    assert [row["inserted"] for row in rows_of(desk.list.listing)] == [15]
    unknown = tmp_path / "ads_spend.csv"
    unknown.write_text("Campaign,Spend\nA,1.50\n")
    drop(qtbot, app, unknown)
    assert front.previewing


def test_a_second_file_shows_old_and_new_of_what_it_changes(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    front.importing.import_now([sample], {})
    settled(qtbot, app)
    text = sample.read_text().replace("customer2@example.com", "new2@example.com")
    sample.write_text(text)
    drop(qtbot, app, sample)
    changes = rows_of(front.preview.lists.lists["changes"].shown_listing())
    told = [(row["subject"], row["field"], row["old"], row["new"]) for row in changes]
    assert told == [("order #1002", "email", "customer2@example.com", "new2@example.com")]
    front.preview.lists.states._pick("unchanged")
    assert len(front.preview.lists.lists["changes"].shown_listing()) == 14


def test_an_empty_file_says_that_it_is_empty_and_long_counts_are_not_cut(
    looking: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    empty = tmp_path / "empty.csv"
    empty.write_text(sample.read_text().splitlines()[0] + "\n")
    drop(qtbot, app, empty)
    preview = front.preview
    assert (preview.file.state, rows_of(preview.files.listing)[0]["state"]) == ("empty", "empty")
    assert preview.lists._empty_words("changes") == (
        "No records",
        "There is nothing under the header: the file is empty.",
    )
    files = preview.files
    before = [files.grid.columnWidth(number) for number in range(files.model.columnCount())]
    lines = sample.read_text().splitlines()
    sample.write_text("\n".join([lines[0], *(lines[1].replace("#1001", f"#{n}", 1) for n in range(2000, 2600))]))
    drop(qtbot, app, sample)
    reads = next(n for n, field in enumerate(files.model.fields) if field.key == "read")
    assert rows_of(files.listing)[-1]["read"] >= 1200
    assert files.grid.columnWidth(reads) > before[reads]


def test_files_that_are_dropped_on_a_text_field_are_imported_and_not_typed_into_it(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    search, other = front.preview.lists.search, sample.with_name("more.csv")
    shutil.copyfile(sample, other)
    drop_on(app, search, other)
    settled(qtbot, app)
    assert search.text() == ""
    assert [file.report.name for file in front.preview.looked.preview.files] == ["orders_export.csv", "more.csv"]
    drop_on(app, search, sample.parent)  # the folder of both
    settled(qtbot, app)
    assert [file.report.name for file in front.preview.looked.preview.files] == ["orders_export.csv", "more.csv"]


def test_files_that_come_while_others_are_looked_at_do_not_take_their_place(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    other = sample.with_name("more.csv")
    shutil.copyfile(sample, other)
    front.importing.start([sample])
    drop(qtbot, app, other)
    assert [file.report.name for file in front.preview.looked.preview.files] == ["orders_export.csv", "more.csv"]
    front.preview.leave()
    drop(qtbot, app, other)
    assert [file.report.name for file in front.preview.looked.preview.files] == ["more.csv"]


def test_another_preview_begins_without_the_search_of_the_last(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    front.preview.lists.search.setText("nothing of it")
    front.preview.leave()
    drop(qtbot, app, sample)
    assert front.preview.lists.search.text() == ""
    assert len(front.preview.lists.lists["changes"].shown_listing()) == 15


def test_files_are_read_whatever_they_are_called(looking: App, show: Show, sample: Path, qtbot: QtBot) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    folder = sample.parent / "odd"
    folder.mkdir()
    names = ["two\nlines.csv", "<b>orders.csv", "100 %s.csv", "a\"b'.csv", "\N{PACKAGE}.csv", f"{'x' * 240}.csv"]
    names.append(os.fsdecode(b"not\xffutf8.csv"))
    try:
        for name in names:
            shutil.copyfile(sample, folder / name)
    except OSError:
        pytest.skip("the file system has rules of its own for names")
    drop(qtbot, app, folder / names[0])
    assert [file.report.name for file in front.preview.looked.preview.files] == ["two lines.csv"]
    drop(qtbot, app, folder)
    assert all(file.ready for file in front.preview.looked.preview.files)
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Return)
    told = {row["file"] for row in rows_of(desk.list.listing)}
    assert {"two lines.csv", "<b>orders.csv", "not\\xffutf8.csv"} <= told
    assert len(told) == len(names)


def test_files_whose_looking_was_cancelled_say_so_and_are_looked_at_when_wished(
    looking: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    front.preview.again.look([str(sample)])
    app.tasks.cancel("import.preview")
    # A worker that nobody waits for any more still ends in its own time.
    qtbot.waitUntil(lambda: [row["state"] for row in rows_of(front.preview.files.listing)] == ["cancelled"])
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_L)
    assert [row["state"] for row in rows_of(front.preview.files.listing)] == ["dry_run"]


def test_in_the_narrowest_window_nothing_of_the_preview_is_cut(
    looking: App, show: Show, sample: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    drop(qtbot, app, sample)
    for width, below in ((960, True), (1366, False)):
        app.window.resize(width, 560)
        lists = front.preview.lists
        qtbot.waitUntil(lambda: bool((lists._filters.y() > lists._switch.y()) is below))  # noqa: B023
        for button in (*lists._segments.values(), lists.states, lists.kinds, front.preview.always):
            assert button.width() >= button.sizeHint().width(), button.text()
