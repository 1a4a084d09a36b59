"""Imports in the window while the database, or a file, fails them: nothing is half, nothing is silently lost."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from opsconsole.app import App
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.tab import Tab
from opsconsole.domain.errors import UserError
from opsconsole.domain.resources import resource
from opsconsole.services import clockwork, imports
from opsconsole.store.schema import import_runs, orders

Show = Callable[[str], Tab]
BUSY = UserError("The database is busy.", "Try again in a moment.")


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "orders_export.csv"
    shutil.copyfile(resource("samples", "shopify_orders.csv"), path)
    return path


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
        desk.importing.import_now([sample, later], {})
        settled(qtbot, app)
    assert count(app, orders) == 6
    assert "1 file could not be imported" in desk.bar.text
    assert "The database is busy. Try again in a moment." in desk.bar.text
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
