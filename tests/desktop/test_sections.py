"""Bodies of the panel's sections."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from opsconsole.desktop import sections
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words


@pytest.mark.parametrize(("count", "clicks"), [(0, 0), (20, 0), (21, 1), (74, 3)])
def test_a_long_history_shows_its_newest_lines_and_the_earlier_ones_by_clicks(
    qtbot: QtBot, count: int, clicks: int
) -> None:
    box = sections.history([(f"{number}:00", "Ann", f"did {number}") for number in range(count)])
    qtbot.addWidget(box)
    box.show()

    def told() -> list[str]:
        return [words.plain for words in box.findChildren(Words) if words.plain.startswith("did")]

    assert told() == [f"did {number}" for number in range(min(count, 20))]
    for _ in range(clicks):
        (more,) = box.findChildren(KeyButton)
        assert more.text() == f"{count - len(told())} earlier"
        more.click()
    assert told() == [f"did {number}" for number in range(count)]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert box.findChildren(KeyButton) == []
