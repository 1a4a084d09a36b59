"""The window as a whole: opening, first rows, one window per database, pictures, shortcuts."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QMenu
from pytestqt.qtbot import QtBot

from opsconsole import app as composition
from opsconsole.app import App, Options, render_screenshot
from opsconsole.desktop.actions import WINDOW_ACTIONS
from opsconsole.desktop.commands import Commands
from opsconsole.desktop.first_rows import KEPT_ROWS
from opsconsole.desktop.single import OneWindow
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tabs import TabName, all_tabs
from opsconsole.desktop.theme import theme
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

PAUSE = threading.Event()
Starter = Callable[..., App]


@pytest.fixture
def start(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, sample: ModuleType, fake_database: Any
) -> Iterator[Starter]:
    """Starts windows over the stand-in database, and ends them."""
    started: list[App] = []

    def fake(url: str, progress: Progress) -> Any:
        return fake_database(url)

    class Other(sample.SampleTab):  # type: ignore[misc, name-defined]
        key = "other"

    class Data(sample.SampleTab):  # type: ignore[misc, name-defined]
        key = "data"

    class Further(sample.SampleTab):  # type: ignore[misc, name-defined]
        key = "further"

    names = (
        TabName("sample", "Order exceptions", made=sample.SampleTab),
        TabName("other", "Stock levels", made=Other),
        TabName("data", "Data", "right", Data),
        TabName("further", "Rules", "more", Further),
    )

    def run(database: str | None = "test://ops-main", opener: Any = None, **more: Any) -> App:
        options = Options(database, settings=tmp_path / "s.ini", cache=tmp_path / "cache", **more)
        made = App(qapp, options, names, opener or fake)
        started.append(made)
        made.start()
        return made

    yield run
    for made in started:
        made.window.close()
        made.stop()
        made.window.deleteLater()


def _loaded(qtbot: QtBot, app: App) -> Tab:
    qtbot.waitUntil(lambda: app.window.settled and not app.tasks.is_running() and app.desk.workspace is not None)
    current = app.window.current
    assert current is not None
    return current


def test_a_start_opens_the_database_and_shows_the_first_tab(start: Starter, qtbot: QtBot) -> None:
    app = start(alone=True)
    tab = _loaded(qtbot, app)
    assert tab.key == "sample"
    assert tab.list.model.rowCount() == 214
    assert app.window.tab_bar.buttons["sample"].isChecked()
    assert app.window.tab_bar.buttons["sample"]._badge == "214"


def test_widgets_made_after_the_first_paint_have_the_programs_font(start: Starter, qtbot: QtBot) -> None:
    app = start(alone=True)
    tab = _loaded(qtbot, app)
    for widget in (app.window.status_bar._database, tab.toolbar.search, tab.panel):
        assert widget.fontInfo().family() == "Inter"


def test_tabs_are_made_when_they_are_first_shown(start: Starter, qtbot: QtBot) -> None:
    app = start(alone=True)
    _loaded(qtbot, app)
    assert list(app.window._tabs) == ["sample"]
    app.window.tab_bar.buttons["other"].click()
    assert list(app.window._tabs) == ["sample", "other"]
    assert _loaded(qtbot, app).key == "other"


def test_without_a_database_the_welcome_is_shown(start: Starter, qtbot: QtBot) -> None:
    app = start(None, alone=True)
    qtbot.waitUntil(lambda: app.window.settled)
    assert type(app.window.pages.currentWidget()).__name__ == "Welcome"
    assert app.window.current is None
    assert not app.window.tab_bar.buttons["sample"].isVisible()


def test_a_database_that_does_not_open_is_told_on_the_page(start: Starter, qtbot: QtBot) -> None:
    def fail(url: str, progress: Progress) -> Any:
        raise UserError("The file is not a database.", "Choose another one.")

    failed: list[Any] = []
    app = start(opener=fail, alone=True)
    app.window.open_failed.connect(failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    page: Any = app.window.pages.currentWidget()
    assert page.text == "The file is not a database. Choose another one."
    qtbot.waitUntil(lambda: not page._timer.isActive())
    assert page._empty._title.text() == "ops-main was not opened"


def test_the_next_start_shows_the_last_rows_before_the_database_is_open(
    start: Starter, qtbot: QtBot, fake_database: Any
) -> None:
    first = start(alone=True)
    _loaded(qtbot, first)
    first.window.close()
    first.stop()
    opened: list[int] = []

    def slow(url: str, progress: Progress) -> Any:
        opened.append(1)
        while not progress.cancelled:
            PAUSE.wait(0.01)
        progress.step(0, 0, "")

    second = start(opener=slow, alone=True)
    qtbot.waitUntil(lambda: bool(opened) and second.window.current is not None)
    tab = second.window.current
    assert tab is not None
    assert second.desk.workspace is None
    assert tab.list.model.rowCount() == 60
    assert tab.list.model.index(0, 3).data() == "SO-204817"
    assert tab.status()[0].startswith("**214** open")
    assert "As of Tue 17 Nov 2026" in tab.toolbar.moment.text() or "As of" in tab.toolbar.moment.text()


def test_opening_a_database_again_raises_the_first_window(start: Starter, qtbot: QtBot, tmp_path: Path) -> None:
    first = start()
    _loaded(qtbot, first)
    raised: list[int] = []
    # Offscreen there is nothing to raise, and Qt warns about it.
    first.one_window.rung.disconnect(first.raise_window)
    first.one_window.rung.connect(lambda: raised.append(1))
    later = OneWindow(tmp_path / "cache")
    assert not later.take("test://ops-main")
    assert later.ring("test://ops-main")
    qtbot.waitUntil(lambda: bool(raised))
    assert later.take("test://another")
    later.release()


def test_a_lock_is_free_again_when_its_window_closed(tmp_path: Path, qapp: QApplication) -> None:
    one, other = OneWindow(tmp_path), OneWindow(tmp_path)
    assert one.take("a")
    assert one.take("a")
    assert not other.take("a")
    one.release()
    assert other.take("a")
    assert not one.ring("nobody")
    other.release()


def test_every_declared_shortcut_has_its_method() -> None:
    for action in WINDOW_ACTIONS:
        assert callable(getattr(Commands, action.method))
    keys = [key for action in WINDOW_ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_the_keyboard_reaches_search_tabs_theme_and_the_list_of_shortcuts(start: Starter, qtbot: QtBot) -> None:
    app = start(alone=True)
    tab = _loaded(qtbot, app)
    app.window.activateWindow()
    qtbot.waitUntil(lambda: tab.list.grid.hasFocus())
    qtbot.keyClick(tab.list.grid, "/")
    qtbot.waitUntil(lambda: tab.toolbar.search.hasFocus())
    qtbot.keyClick(app.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert app.window.current is app.window.tab("other")
    app.window.commands.switch_theme()
    assert theme.name == "dark"
    app.window.commands.show_shortcuts()
    dialog = app.window.findChild(QDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()
    for _ in range(6):
        app.window.commands.next_region()
    app.window.commands.previous_region()


def test_files_dropped_on_the_window_are_handed_on(start: Starter, qtbot: QtBot, tmp_path: Path) -> None:
    from PySide6.QtCore import QMimeData, QPointF, QUrl
    from PySide6.QtGui import QDropEvent

    app = start(alone=True)
    _loaded(qtbot, app)
    asked: list[Any] = []
    app.desk.show_asked.connect(lambda *parts: asked.append(parts))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "orders.csv"))])
    event = QDropEvent(
        QPointF(QPoint(5, 5)), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(app.window.files_dropped) as caught:
        app.window.dropEvent(event)
    assert caught.args == [[tmp_path / "orders.csv"]]
    assert asked == [("data", None, {"files": str(tmp_path / "orders.csv"), "check_only": ""})]


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_a_tab_is_rendered_as_a_picture(
    theme_name: str, tmp_path: Path, sample: ModuleType, fake_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtGui import QImage

    tab = TabName("sample", "Order exceptions", made=sample.SampleTab)
    monkeypatch.setattr(App.__init__, "__defaults__", ((tab,), None))
    monkeypatch.setattr(composition, "open_database", lambda url, progress: fake_database(url))
    out = render_screenshot(
        "sample", tmp_path / "a.png", (1366, 768), theme_name, database_url="test://a", as_of=sample.NOW
    )
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1366, 768)
    # The middle of the first row's edge is the accent mark of the selected row.
    assert image.pixelColor(1, 186) == theme.color("accent")
    with pytest.raises(UserError, match="no tab"):
        render_screenshot("nothing", tmp_path / "b.png", database_url="test://a")


def test_every_tab_is_a_module_of_its_name() -> None:
    for name in all_tabs():
        assert name.tab_class().key == name.key
        assert issubclass(name.tab_class(), Tab)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_further_tabs_stand_behind_more_and_are_made_when_first_opened(start: Starter, qtbot: QtBot) -> None:
    app = start(alone=True)
    _loaded(qtbot, app)
    more = app.window.tab_bar.more
    assert more.isVisible()
    assert list(app.window._tabs) == ["sample"]
    app.window.activateWindow()
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Down)
    menu = more.findChild(QMenu)
    assert menu is not None
    assert menu.activeAction().text() == "&Rules"
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert _loaded(qtbot, app).key == "further"
    assert (more.text(), more.isChecked()) == ("Rules", True)
    app.window.show_tab("sample")
    assert (more.text(), more.isChecked()) == ("More", False)


def test_heavy_modules_are_not_imported_before_the_first_paint() -> None:
    program = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import tempfile
from pathlib import Path
from PySide6.QtWidgets import QApplication
from opsconsole.app import App, Options
application = QApplication([])
folder = Path(tempfile.mkdtemp())
app = App(application, Options(settings=folder / "s.ini", cache=folder, alone=True))
app.window.show()
application.processEvents()
heavy = ("sqlalchemy", "pandas", "pyqtgraph", "openpyxl", "numpy", "qtawesome", "PySide6.QtNetwork", "alembic",
         "psycopg", "sqlcipher3", "opsconsole.store", "opsconsole.rules", "opsconsole.imports", "opsconsole.exports")
print(",".join(name for name in heavy if name in sys.modules))
app.window.close()
app.stop()
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == ""


def test_the_next_first_paint_shows_the_window_as_it_was_closed(start: Starter, qtbot: QtBot) -> None:
    first = start(alone=True)
    _loaded(qtbot, first)
    before = first.window.grab().toImage()
    first.window.close()
    first.stop()
    second = start(alone=True)
    # The offscreen display is smaller than the window; a real one has room for what was restored.
    second.window.resize(first.window.size())
    second.window.painted.disconnect()
    qtbot.waitUntil(lambda: second.window.last_view is not None)
    assert not second.window.furnished
    assert second.window.size() == first.window.size()
    after = second.window.grab().toImage()
    samples = [(x, y) for x in range(20, before.width(), 37) for y in range(20, before.height(), 23)]
    same = sum(before.pixelColor(x, y) == after.pixelColor(x, y) for x, y in samples)
    assert same / len(samples) > 0.97


def test_every_tab_that_was_shown_begins_with_its_first_rows_of_last_time(start: Starter, qtbot: QtBot) -> None:
    first = start(alone=True)
    _loaded(qtbot, first)
    first.window.show_tab("further")
    shown = _loaded(qtbot, first).list.model.rowCount()
    first.window.show_tab("sample")
    first.window.close()
    first.stop()
    second = start(alone=True)
    _loaded(qtbot, second)
    second.window.show_tab("further")
    tab = second.window.tab("further")
    assert (tab.list.listing, tab.list.model.rowCount()) == (None, min(shown, KEPT_ROWS))
    assert _loaded(qtbot, second).list.listing is not None


def test_nothing_is_kept_when_the_last_rows_are_not_wanted_or_another_moment_was_looked_at(
    start: Starter, qtbot: QtBot, tmp_path: Path, sample: ModuleType
) -> None:
    app = start(alone=True, as_of=sample.NOW)
    _loaded(qtbot, app)
    app.window.close()
    app.stop()
    assert not (tmp_path / "cache" / "last_view").exists()
    assert not (tmp_path / "cache" / "first_rows").exists()


def test_the_first_window_fits_a_small_screen_with_its_frame(start: Starter) -> None:
    window = start().window
    window.fit_into(QSize(1920, 1040))
    assert (window.width(), window.height()) == (1366, 768)
    window.fit_into(QSize(1366, 728))
    assert 0 <= 1366 - window.width() <= 16
    assert 0 < 728 - window.height() <= 48
    window.fit_into(QSize(683, 364))  # of 1366 × 768 at 200 %
    assert 0 <= 683 - window.width() <= 16
    assert 0 < 364 - window.height() <= 48
