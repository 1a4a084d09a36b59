"""An import that is cancelled in the window: what is in stays, what was under way is gone, and the desk says which."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from opsconsole.app import App
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tasks import Task
from opsconsole.services.detection import detect
from opsconsole.store.schema import detection_runs, exceptions, import_runs, orders

Show = Callable[[str], Tab]


@pytest.fixture
def cancel_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Cancels an import as soon as it tells these words."""

    def at(words: str) -> None:
        stepped = Task._stepped

        def told(task: Task, done: int, total: int, text: str) -> None:
            stepped(task, done, total, text)
            if task.kind == "import.write" and words in text:
                task.cancel()

        monkeypatch.setattr(Task, "_stepped", told)

    return at


def count(app: App, table: Any) -> int:
    assert app.desk.workspace is not None
    with app.desk.workspace.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def imported(qtbot: QtBot, app: App, desk: Any, *paths: Path) -> None:
    """Import files; a worker that nobody waits for any more still ends in its own time."""
    desk.importing.import_now(paths, {})
    qtbot.waitUntil(lambda: desk.importing.last is not None, timeout=20_000)
    settled(qtbot, app)


@pytest.mark.parametrize("words", ["Running the exception rules", "Looking for", "Writing what was found"])
def test_the_rules_after_an_import_can_be_cancelled_and_the_import_stays(
    app: App, show: Show, sample: Path, qtbot: QtBot, cancel_at: Callable[[str], None], words: str
) -> None:
    desk: Any = show("data")
    runs = count(app, detection_runs)
    cancel_at(words)
    imported(qtbot, app, desk, sample)
    assert (count(app, orders), count(app, exceptions), count(app, detection_runs)) == (6, 0, runs)
    assert desk.bar.text.startswith("Read 1 file")
    assert "The exception rules were cancelled: nothing of them was written." in desk.bar.text
    # The next run looks at all that this one would have.
    assert app.desk.workspace is not None
    detect(app.desk.workspace.database, app.desk.workspace.now())
    assert count(app, exceptions) > 0


def test_a_cancel_at_the_end_of_a_file_leaves_nothing_of_it(
    app: App, show: Show, sample: Path, qtbot: QtBot, cancel_at: Callable[[str], None]
) -> None:
    desk: Any = show("data")
    cancel_at("Pointing scans")
    imported(qtbot, app, desk, sample)
    assert count(app, orders) == 0
    assert desk.bar.text == "Nothing was imported. Cancelled: 1 file."


def test_what_was_imported_before_a_cancel_is_told_at_once_and_looked_at_behind(
    app: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot, cancel_at: Callable[[str], None]
) -> None:
    desk: Any = show("data")
    more = tmp_path / "orders_more.csv"
    shutil.copyfile(sample, more)
    cancel_at(f"Opening {more.name}")
    told: list[int] = []
    tell = desk.importing._tell

    def watched(outcome: Any) -> None:
        told.append(count(app, exceptions))
        tell(outcome)

    desk.importing._tell = watched
    imported(qtbot, app, desk, sample, more)
    assert told == [0]
    assert "Cancelled: 1 file." in desk.bar.text
    assert count(app, orders) == 6
    assert count(app, exceptions) > 0
    assert app.desk.workspace is not None
    with app.desk.workspace.database.read() as conn:
        assert conn.execute(select(import_runs.c.opened)).scalar_one() == count(app, exceptions)
