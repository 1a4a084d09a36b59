"""The tray tells each thing once, counts always, and keeps silent when it is quiet; without a real tray."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from opsconsole.desktop import notices as module
from opsconsole.desktop.clockwork import Clockwork
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.settings import NOTICES, NOTICES_QUIET
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.instants import DAY, HOUR, MINUTE

Settled = Callable[[], None]


class FakeTray:
    def __init__(self) -> None:
        self.shown: list[tuple[int, str]] = []
        self.told: list[tuple[str, str, bool]] = []
        self.hidden = 0

    def show(self, count: int, words: str) -> None:
        self.shown.append((count, words))

    def tell(self, title: str, text: str, *, urgent: bool) -> None:
        self.told.append((title, text, urgent))

    def hide(self) -> None:
        self.hidden += 1


class Clock:
    at = 0


@pytest.fixture
def clock(now: int, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    made.at = now
    monkeypatch.setattr("opsconsole.desktop.workspace.instants.now", lambda: made.at)
    return made


@pytest.fixture
def late(sqlite_writing: Any, now: int) -> Any:
    """One order late since 14:42; its exception is due at 16:42."""
    order = {"channel": "shop", "order_id": "77", "status": "processing", "payment_status": "paid", "currency": "USD"}
    order |= {"total": 41260, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    sqlite_writing(at=now - HOUR, orders=[order])
    return sqlite_writing.database


class Scene:
    def __init__(self, desk: Desk, window: QWidget) -> None:
        self.desk, self.window, self.tray = desk, window, FakeTray()
        self.clockwork = Clockwork(desk, window)
        self.raised = 0
        self.notices = module.Notices(desk, window, self.clockwork, self.to_front, self.tray)

    def to_front(self) -> None:
        self.raised += 1


@pytest.fixture
def scene(qtbot: QtBot, desk: Desk, late: Any, clock: Clock, settled: Settled) -> Any:
    window = QWidget()
    qtbot.addWidget(window)
    made = Scene(desk, window)
    yield made
    made.clockwork.stop()


def opened(scene: Any, database: Any, settled: Settled) -> None:
    scene.desk.set_workspace(Workspace(database, "Ann", "UTC"))
    settled()
    settled()


def test_a_turn_of_the_clock_tells_what_it_found_once(scene: Any, late: Any, clock: Clock, settled: Settled) -> None:
    opened(scene, late, settled)
    (told,) = scene.tray.told
    assert "new S1" in told[0]
    assert "Late shipment, 77, $412.60: due in 1h 00m" in told[1]
    assert told[2] is True
    assert scene.tray.shown[-1][0] >= 1
    clock.at += MINUTE
    scene.clockwork.tick()
    settled()
    settled()
    assert len(scene.tray.told) == 1
    clock.at += 40 * MINUTE
    scene.clockwork.tick()
    settled()
    settled()
    assert "due" in scene.tray.told[1][0]


def test_quiet_hours_count_and_tell_afterwards(scene: Any, late: Any, clock: Clock, settled: Settled) -> None:
    scene.desk.settings.set(NOTICES_QUIET, "15:00-16:00")
    opened(scene, late, settled)
    assert scene.tray.told == []
    assert scene.tray.shown[-1][0] >= 1
    clock.at += 20 * MINUTE
    scene.clockwork.tick()
    settled()
    settled()
    assert len(scene.tray.told) == 1


def test_switched_off_there_is_no_icon(scene: Any, late: Any, settled: Settled) -> None:
    scene.desk.settings.set(NOTICES, False)
    opened(scene, late, settled)
    assert (scene.tray.told, scene.tray.shown) == ([], [])
    assert scene.tray.hidden


def test_another_moment_is_not_told(scene: Any, late: Any, now: int, settled: Settled) -> None:
    scene.desk.set_workspace(Workspace(late, "Ann", "UTC", now))
    settled()
    assert scene.tray.shown == []
    assert scene.tray.hidden


def test_a_message_leads_to_what_it_is_about(scene: Any, late: Any, settled: Settled) -> None:
    asked: list[tuple[str, Any]] = []
    scene.desk.show_asked.connect(lambda tab, identity, options: asked.append((tab, identity)))
    opened(scene, late, settled)
    scene.notices.open_told()
    assert asked[0][0] == "order_exceptions"
    assert scene.raised == 1


@pytest.mark.parametrize("count", [0, 7, 42, 200])
def test_the_badge_shows_its_number_in_both_themes(qtbot: QtBot, count: int) -> None:
    plain = module.badge(0).toImage()
    for name in ("light", "dark"):
        theme.use(name)
        drawn = module.badge(count).toImage()
        assert not drawn.isNull()
        assert (drawn != plain) or (count == 0 and name == "light")


def test_the_number_on_the_sign_leaves_the_fonts_of_the_window_as_they_are() -> None:
    assert not module.badge(7).isNull()
    assert not module.badge(120).isNull()
    sizes = {name: (theme.font(name).pixelSize(), theme.font(name).weight()) for name in ("body", "small", "title")}
    assert sizes == {name: (theme.px(name), 400) for name in sizes}
