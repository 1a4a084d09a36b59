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


def test_a_table_with_long_words_is_no_wider_than_the_panel_has_room(qtbot: QtBot) -> None:
    headers = ["Kind", "Reason", "Status", "Amount", "Evidence due"]
    row = ["Chargeback", "Fraudulent", "Needs an answer", "$1,231.61", "Mon 30 Nov, 23:47"]
    box = sections.table(headers, [row], right=[3])
    qtbot.addWidget(box)
    assert box.minimumSizeHint().width() <= 352
    narrow = sections.table(headers[:2], [row[:2]])
    qtbot.addWidget(narrow)
    assert not any(words.wordWrap() for words in narrow.findChildren(Words))


def test_a_file_s_name_breaks_at_its_underscores(qtbot: QtBot) -> None:
    words = Words("Read from orders_export_of_the_whole_year_2026-11-28.csv", role="note", wrap=True)
    qtbot.addWidget(words)
    assert words.minimumSizeHint().width() < words.fontMetrics().horizontalAdvance(words.plain.split()[-1])
    assert words.accessibleName() == words.plain


@pytest.mark.parametrize("word", [f"#1,paid{',' * 300}USD", "x" * 300, f"https://example.com/?{'a=1&' * 80}"])
def test_a_line_of_a_file_without_a_blank_is_no_wider_than_the_panel_has_room(qtbot: QtBot, word: str) -> None:
    words = Words(f"Line as read: {word}", wrap=True)
    qtbot.addWidget(words)
    assert words.minimumSizeHint().width() <= 320
    assert words.plain == f"Line as read: {word}"
