"""Imports in the window while the database, or a file, fails them: nothing is half, nothing is silently lost."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from opsconsole.app import App
from opsconsole.desktop.importing import CLOSING
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.settings import IMPORT_LOOK
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tasks import Task
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.services import clockwork, imports
from opsconsole.services.imports import import_files
from opsconsole.store.schema import import_runs, orders

Show = Callable[[str], Tab]
BUSY = UserError("The database is busy.", "Try again in a moment.")


def count(app: App, table: Any) -> int:
    assert app.desk.workspace is not None
    with app.desk.workspace.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def busy(*args: Any, **more: Any) -> Any:
    raise BUSY


def press(qtbot: QtBot, app: App, desk: Any, label: str) -> None:
    """Press a button of the message bar."""
    button = next(one for one in desk.bar.findChildren(KeyButton) if one.text() == label and one.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(qtbot, app)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An import that stands still between reading and writing until it is told to go on."""
    go_on = threading.Event()
    begin = imports.begin_batch

    def waiting(*args: Any, **more: Any) -> Any:
        go_on.wait(20)
        return begin(*args, **more)

    monkeypatch.setattr(imports, "begin_batch", waiting)
    yield go_on
    go_on.set()


def test_closing_while_files_are_imported_first_says_what_would_be_taken_back(
    app: App, show: Show, sample: Path, qtbot: QtBot, held: threading.Event
) -> None:
    desk: Any = show("data")
    desk.importing.import_now([sample], {})
    show_front = app.window.show_tab
    show_front("order_exceptions")
    assert not app.window.close()
    assert app.window.current is desk
    assert desk.bar.text == CLOSING
    held.set()
    settled(qtbot, app)
    assert count(app, orders) == 6
    held.clear()
    desk.importing.import_now([sample], {})
    assert not app.window.close()  # another import is another question
    button = next(one for one in desk.bar.findChildren(KeyButton) if one.text() == "Close now")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not app.window.isVisible()


def test_a_file_that_changed_since_it_was_looked_at_is_looked_at_again_before_it_is_imported(
    app: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    desk: Any = show("data")
    app.settings.set(IMPORT_LOOK, True)
    other = tmp_path / "orders_other.csv"
    other.write_text(sample.read_text().replace("#10", "#20"))
    desk.importing.start([sample, other])
    settled(qtbot, app)
    lines = sample.read_text().splitlines(keepends=True)
    sample.write_text("".join(lines[:4]))
    os.utime(sample, (1, 1))
    desk.preview.accept()
    qtbot.waitUntil(lambda: not app.tasks.is_running(), timeout=20_000)
    assert desk.previewing
    assert count(app, orders) == 0
    words = "orders_export.csv changed since you looked. Look at what it would do now, then import."
    assert (desk.preview.bar.tone, desk.preview.bar.text) == ("warn", words)
    read = {file.report.name: file.report.total("read") for file in desk.preview.looked.preview.files}
    assert read == {"orders_export.csv": 5, "orders_other.csv": 15}
    desk.preview.accept()
    settled(qtbot, app)
    assert count(app, orders) == 8
    desk.importing.start([sample, other])
    settled(qtbot, app)
    other.unlink()
    desk.preview.accept()
    qtbot.waitUntil(lambda: not app.tasks.is_running(), timeout=20_000)
    assert [file.ready for file in desk.preview.looked.preview.files] == [True, False]
    assert f"{other} is not there." in desk.preview.bar.text


def test_progress_tells_which_of_several_files_is_under_way_and_long_names_do_not_widen_the_window(
    app: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    desk: Any = show("data")
    long = tmp_path / f"orders_{'x' * 200}_2026-11-29.csv"
    long.write_text(sample.read_text().replace("#10", "#20"))
    told: list[str] = []
    import_files(
        app.desk.workspace.database,  # type: ignore[union-attr]
        [sample, long],
        dry_run=True,
        now=0,
        progress=Progress(lambda done, total, text: told.append(text)),
    )
    assert all(words.startswith(("1 of 2", "2 of 2")) for words in told)
    assert f"2 of 2: Opening {long.name}" in told
    assert f"1 of 2, {sample.name}: Writing orders" in told
    task = Task("import.write", told[-1])
    before = app.window.minimumSizeHint().width()
    for _ in range(2):
        desk.bar.show_progress(task)
        qtbot.waitUntil(lambda: bool(desk.bar._progress.isVisible()))
        assert app.window.minimumSizeHint().width() <= max(before, 960)
    desk.bar.end_progress(task)


def test_an_import_that_could_not_begin_is_tried_again_without_dropping_the_files_again(
    app: App, show: Show, sample: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Any = show("data")
    with monkeypatch.context() as patch:
        patch.setattr(imports, "begin_run", busy)
        desk.importing.import_now([sample], {})
        settled(qtbot, app)
    assert (desk.bar.tone, desk.bar.text) == ("bad", "The database is busy. Try again in a moment.")
    press(qtbot, app, desk, "Try again")
    assert (count(app, orders), desk.bar.tone) == (6, "good")


def test_files_before_a_database_went_away_are_told_and_the_others_can_be_tried_again(
    app: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Any = show("data")
    later = tmp_path / "orders_later.csv"
    later.write_text(sample.read_text().replace("#10", "#20"))
    import_one = imports._import_one
    with monkeypatch.context() as patch:
        patch.setattr(imports, "_import_one", lambda job, file: busy() if file.path == later else import_one(job, file))
        patch.setattr(imports, "keep_unread", busy)
        patch.setattr(imports, "list_imports", busy)
        patch.setattr(clockwork, "turn", busy)
        desk.importing.import_now([sample, later], {})
        settled(qtbot, app)
    assert count(app, orders) == 6
    assert "1 file could not be imported" in desk.bar.text
    assert desk.bar.text.count("The database is busy. Try again in a moment.") == 1
    press(qtbot, app, desk, "Try again")
    assert count(app, orders) == 12


def test_an_import_whose_rules_could_not_run_says_so_and_that_the_files_are_in(
    app: App, show: Show, sample: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Any = show("data")
    monkeypatch.setattr(clockwork, "turn", busy)
    desk.importing.import_now([sample], {})
    settled(qtbot, app)
    assert (count(app, orders), count(app, import_runs), desk.bar.tone) == (6, 1, "warn")
    assert desk.bar.text.startswith("Read 1 file")
    assert "The exception rules did not run; the next run looks at these files." in desk.bar.text
