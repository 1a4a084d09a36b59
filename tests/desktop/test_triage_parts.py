"""Small parts of the triage screen: moments as they are written, conflicts in words, the drawn way, quiet memory."""

import gc
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.desktop import links
from opsconsole.desktop.charts.timeline import Flag, Stop, Timeline
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.exception_conflict import told, values
from opsconsole.desktop.dialogs.exception_moments import far, moment_of, soon
from opsconsole.desktop.dialogs.prompt import Prompt, PromptField
from opsconsole.desktop.memory import at_work, reading_much
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change, Conflict, Difference
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field
from opsconsole.domain.instants import HOUR, from_iso, to_iso

NOW = from_iso("2026-10-31T15:42:00Z")  # the clocks go back in the night: 11:42 in New York
FORMATS = Formats(zone="America/New_York", as_of=NOW)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4h", "2026-10-31T19:42:00Z"),
        ("+3d", "2026-11-03T15:42:00Z"),
        ("14:00", "2026-10-31T18:00:00Z"),
        ("09:00", "2026-11-01T14:00:00Z"),  # tomorrow, by the clock of then
        ("2026-11-20", "2026-11-20T14:00:00Z"),
        ("2026-11-20 16:30", "2026-11-20T21:30:00Z"),
        (str(NOW), "2026-10-31T15:42:00Z"),
    ],
)
def test_moments_are_meant_by_the_local_clock(written: str, meant: str) -> None:
    assert to_iso(moment_of(written, FORMATS)) == to_iso(from_iso(meant))


def test_what_is_no_moment_is_refused_with_an_example() -> None:
    with pytest.raises(UserError, match="no moment"):
        moment_of("next week or so", FORMATS)


def test_moments_offered_lie_ahead_and_tomorrow_is_nine_in_the_morning() -> None:
    offered = {words.split(":")[0]: int(at) for at, words in (*soon(FORMATS), *far(FORMATS))}
    assert all(at > NOW for at in offered.values())
    assert to_iso(offered["Tomorrow"]) == to_iso(from_iso("2026-11-01T14:00:00Z"))
    assert to_iso(offered["Next Monday"]) == to_iso(from_iso("2026-11-02T14:00:00Z"))


def test_a_conflict_says_who_changed_what_when() -> None:
    difference = Difference(Field("owner", "Owner", missing="Unassigned"), None, "Shift B", "Shift A")
    conflict = Conflict(1, "SO-204817", "Shift B", NOW - HOUR, "Assigned to Shift B", (difference,))
    change = Change("Nothing to change", conflicts=(conflict, Conflict(2, "SO-2", "", None, "")))
    assert told(change, FORMATS) == (
        "Shift B changed SO-204817 at Sat 31 Oct, 10:42: Assigned to Shift B, and 1 other changed too. "
        "Yours was not written."
    )
    assert values(difference, FORMATS) == ("Owner", "Unassigned", "Shift B", "Shift A")


def test_a_way_of_eight_stops_and_an_incident_fits_the_panel(qtbot: QtBot) -> None:
    names = ("Placed", "Paid", "Allocated", "Picked", "Packed", "Shipped", "Scan", "Delivered")
    stops = [Stop(name, at=NOW + number * HOUR if number < 5 else None) for number, name in enumerate(names)]
    way = Timeline()
    qtbot.addWidget(way)
    way.resize(368, 84)
    way.show_stops(stops, [Flag(NOW + HOUR * 3 // 2, "Reno outage: Sat 31 Oct, 13:00, not over yet")])
    spots = way._spots()
    assert all(one.x() < other.x() for one, other in pairwise(spots))
    assert spots[-1].x() <= 368
    assert spots[1].x() < way._place(NOW + HOUR * 3 // 2, spots) < spots[2].x()
    assert "Reno outage" in way.accessibleDescription()
    assert way.height() == 84 + 18
    assert not way.grab().isNull()


def test_a_day_is_said_once_where_its_words_would_touch(qtbot: QtBot) -> None:
    names = ("Placed", "Paid", "Allocated", "Picked", "Packed", "Shipped", "Scan", "Delivered")
    whens = ("12 Nov\n12:19", "12 Nov\n12:21", "13 Nov\n09:16", "13 Nov\n10:47", "13 Nov\n11:43", "13 Nov\n12:07")
    stops = [Stop(name, when) for name, when in zip(names, (*whens, "", ""), strict=True)]
    way = Timeline()
    qtbot.addWidget(way)
    way.show_stops(stops)
    way.resize(368, 84)
    assert way._whens(way._spots())[:3] == ["12 Nov\n12:19", "\n12:21", "13 Nov\n09:16"]
    way.resize(900, 84)
    assert way._whens(way._spots()) == [*whens, "", ""]


def test_times_on_the_links_are_shortened_where_they_would_touch(qtbot: QtBot) -> None:
    names = ("Placed", "Paid", "Allocated", "Picked", "Packed", "Shipped", "Scan", "Delivered")
    stops = [Stop(name, elapsed="23d 16h") for name in names]
    way = Timeline()
    qtbot.addWidget(way)
    way.show_stops(stops)
    way.resize(368, 84)
    rooms = [other.x() - one.x() for one, other in pairwise(way._spots())]
    words = [way._elapsed(stops[0], room) for room in rooms]
    metrics = QFontMetricsF(theme.font("caption"))
    for (room, one), (next_room, other) in pairwise(zip(rooms, words, strict=True)):
        assert metrics.horizontalAdvance(one) + metrics.horizontalAdvance(other) < room + next_room
    assert set(words) == {"23d"}
    way.resize(900, 84)
    assert way._elapsed(stops[0], way._spots()[1].x() - way._spots()[0].x()) == "23d 16h"


def test_only_pages_and_mails_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(links.QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    assert links.open_link("https://example.com/a?b=c%20d")
    assert links.open_link("mailto:a@example.com?subject=x")
    for address in ("file:///etc/passwd", "javascript:alert(1)", "https:///nohost", "ssh://example.com", ""):
        assert not links.open_link(address)
    assert len(opened) == 2


def test_the_search_for_cycles_rests_while_much_is_read() -> None:
    with at_work():
        with reading_much():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), reading_much():
        raise ZeroDivisionError
    assert gc.isenabled()
    gc.unfreeze()


def test_what_was_typed_and_not_sent_belongs_to_one_database(
    qtbot: QtBot, desk: Desk, workspace: Workspace, fake_database: Any
) -> None:
    class Window(QWidget):
        pass

    window: Any = Window()
    window.desk = desk
    host = QWidget(window)
    qtbot.addWidget(window)
    desk.set_workspace(workspace)
    field = PromptField("text", "Note")

    def typed() -> str:
        prompt = Prompt(host, "Note", (field,), "Add", draft="note:1")
        found = prompt.answers()["text"]
        prompt.findChildren(QLineEdit)[0].setText("Half a sentence")
        prompt.close_with_draft()
        return found

    assert [typed(), typed()] == ["", "Half a sentence"]
    desk.set_workspace(workspace._replace(database=fake_database("test://another")))
    assert typed() == ""
