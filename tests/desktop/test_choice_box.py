"""A drop-down changes only when somebody chooses in its list."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from opsconsole.desktop.choice_box import ChoiceBox

# Said by the offscreen platform of the pop-up.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (raise\(\)|grabbing the keyboard)")


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[ChoiceBox]:
    made = ChoiceBox()
    qtbot.addWidget(made)
    made.addItems(["Choose", "MM/DD/YYYY", "DD/MM/YYYY"])
    with qtbot.waitActive(made):
        made.show()
    yield made
    made.hidePopup()


def test_the_wheel_over_it_chooses_nothing_and_is_left_to_the_page(box: ChoiceBox) -> None:
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert (box.currentIndex(), turn.isAccepted()) == (0, False)


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_D])
def test_a_key_that_would_choose_opens_the_list_in_which_return_chooses(
    box: ChoiceBox, qtbot: QtBot, key: Qt.Key
) -> None:
    chosen: list[int] = []
    box.activated.connect(chosen.append)
    qtbot.keyClick(box, key)
    assert (chosen, box.currentIndex(), box.view().isVisible()) == ([], 0, True)
    qtbot.keyClick(box.view(), Qt.Key.Key_Down)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    assert chosen == [1]


def test_what_is_typed_into_an_editable_one_is_typed(box: ChoiceBox, qtbot: QtBot) -> None:
    box.setEditable(True)
    box.clearEditText()
    qtbot.keyClicks(box.lineEdit(), "usd")
    assert (box.currentText(), box.view().isVisible()) == ("usd", False)


def test_clicking_into_an_editable_one_selects_all_so_that_typing_replaces_it(box: ChoiceBox, qtbot: QtBot) -> None:
    box.setEditable(True)
    edit = box.lineEdit()
    box.clearFocus()
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(edit, "usd")
    assert box.currentText() == "usd"


def test_clicking_into_a_searchable_one_shows_all_choices_of_which_typing_leaves_those_that_hold_it(
    box: ChoiceBox, qtbot: QtBot
) -> None:
    box.make_searchable()
    edit, completer = box.lineEdit(), box.completer()
    box.clearFocus()
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    assert (completer.popup().isVisible(), completer.completionCount()) == (True, 3)
    qtbot.keyClicks(edit, "dd/mm")
    assert (edit.text(), completer.completionCount()) == ("dd/mm", 1)
    completer.popup().hide()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "Choose"


def test_escape_takes_back_what_was_typed_before_it_closes_anything(box: ChoiceBox, qtbot: QtBot) -> None:
    escaped: list[bool] = []
    QShortcut("Escape", box, lambda: escaped.append(True))
    box.make_searchable()
    edit, popup = box.lineEdit(), box.completer().popup()
    box.clearFocus()
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(edit, "dd/mm")
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert (popup.isVisible(), edit.text(), escaped) == (False, "Choose", [])
    qtbot.keyClicks(edit, "none")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert (edit.text(), escaped) == ("Choose", [])
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert (edit.text(), escaped) == ("Choose", [True])
