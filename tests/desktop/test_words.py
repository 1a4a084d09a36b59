"""Sentences on the screen: names in scripts that run from right to left do not scramble what stands around them."""

from pytestqt.qtbot import QtBot

from opsconsole.desktop.messages import MessageBar
from opsconsole.desktop.table.empty import EmptyState
from opsconsole.desktop.words import Words, isolated

FSI, PDI, LRM = "\u2068", "\u2069", "\u200e"
ARABIC, HEBREW = "طلبات مارس 2026.csv", "הזמנות.csv"


def test_a_name_that_runs_from_right_to_left_is_isolated_whole() -> None:
    assert isolated(f"{HEBREW} is empty.") == f"{LRM}{FSI}{HEBREW}{PDI} is empty."
    assert isolated(f"{ARABIC} is empty.") == f"{LRM}{FSI}{ARABIC}{PDI} is empty."
    assert isolated(f"Look at “{HEBREW}”, line 3.") == f"Look at “{FSI}{HEBREW}{PDI}”, line 3."
    assert isolated(f"{HEBREW}: which of a, b?") == f"{LRM}{FSI}{HEBREW}{PDI}: which of a, b?"
    assert isolated(f"**{HEBREW}**: 3 lines") == f"{LRM}**{FSI}{HEBREW}{PDI}**: 3 lines"
    assert isolated(f"{HEBREW}\n{HEBREW}") == f"{LRM}{FSI}{HEBREW}{PDI}\n{LRM}{FSI}{HEBREW}{PDI}"


def test_two_names_are_isolated_each_by_itself() -> None:
    assert isolated(f"“{HEBREW}” and “{ARABIC}”") == f"{LRM}“{FSI}{HEBREW}{PDI}” and “{FSI}{ARABIC}{PDI}”"


def test_a_sentence_without_such_names_stays_as_it_is() -> None:
    told = "Größe.csv, 注文.csv and “orders_export.csv” are imported."
    assert isolated(told) is told


def test_what_is_shown_is_isolated_and_what_is_told_is_not(qtbot: QtBot) -> None:
    told = f"{HEBREW} is empty."
    words, bar, empty = Words(told, wrap=True), MessageBar(), EmptyState()
    for widget in (words, bar, empty):
        qtbot.addWidget(widget)
    bar.show_message("bad", told)
    empty.fill("No records", told)
    assert FSI in words.text()
    assert words.plain == words.accessibleName() == told
    assert FSI in bar._message.words.text()
    assert bar.text == told
    assert FSI in empty._words.text()
