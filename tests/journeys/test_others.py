"""What others do to the same database is seen while one works."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from pytestqt.qtbot import QtBot

from opsconsole.app import App
from opsconsole.desktop.others import Others
from opsconsole.domain.resources import resource

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Another = Callable[[str], App]


@pytest.fixture
def look(app: App, qtbot: QtBot) -> Callable[[], None]:
    """A turn of the timer, until what it brought is shown."""
    others = Others(app.desk, app.window)

    def turn() -> None:
        others.tick()
        settled(qtbot, app)

    return turn


def owner(tab: Any, identity: int) -> Any:
    listing = tab.list.listing
    return listing.columns["owner"][list(listing.ids).index(identity)]


def test_what_another_window_did_to_a_row_is_seen_without_reading_the_list(
    app: App, queue: Any, qtbot: QtBot, another: Another, look: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    other = another("Shift B")
    wanted = queue.list.listing.ids[2]
    other.window.current.deeds._do("assign", [wanted], {"owner": "Shift B"})
    settled(qtbot, other)
    monkeypatch.setattr(queue, "reload", lambda: pytest.fail("the whole list is read"))
    assert owner(queue, wanted) is None
    look()
    assert owner(queue, wanted) == "Shift B"


def test_what_another_window_closed_goes_also_while_another_tab_is_in_front(
    app: App, queue: Any, qtbot: QtBot, another: Another, look: Callable[[], None], show: Callable[[str], Any]
) -> None:
    look()
    show("orders")
    told: list[int] = []
    queue.badge_changed.connect(told.append)
    other = another("Shift B")
    before, wanted = len(queue.list.listing), queue.list.listing.ids[0]
    other.window.current.deeds._do("resolve", [wanted], {"root_cause": "other"})
    settled(qtbot, other)
    look()
    assert told == [before - 1]
    assert wanted not in show("order_exceptions").list.listing.ids


def test_what_one_did_oneself_is_not_read_again(
    app: App, queue: Any, qtbot: QtBot, look: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    wanted = queue.list.listing.ids[0]
    queue.deeds._do("assign", [wanted], {"owner": "Shift A"})
    settled(qtbot, app)
    listing = queue.list.listing
    look()
    assert queue.list.listing is listing
    assert owner(queue, wanted) == "Shift A"


def test_a_file_that_another_window_imported_is_seen(
    app: App, show: Callable[[str], Any], qtbot: QtBot, another: Another, look: Callable[[], None], tmp_path: Path
) -> None:
    tab = show("orders")
    look()
    assert tab.list.listing is None or len(tab.list.listing) == 0
    path = tmp_path / "orders_export.csv"
    shutil.copyfile(resource("samples", "shopify_orders.csv"), path)
    other = another("Shift B")
    other.window.show_tab("data")
    settled(qtbot, other)
    other.desk.show("data", None, {"files": str(path)})
    settled(qtbot, other)
    look()
    assert len(tab.list.listing) > 5
