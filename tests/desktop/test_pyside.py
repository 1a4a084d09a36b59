"""A probe for the fault of PySide6 6.12: it loses a reference to None in most calls, until the interpreter aborts."""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPointF, QSize, Signal
from PySide6.QtGui import QColor, QStandardItemModel
from PySide6.QtWidgets import QApplication, QWidget

CALLS = 2_000


class _Sender(QObject):
    sent = Signal(object)


def _calls() -> dict[str, Callable[[], object]]:
    widget, sender, model = QWidget(), _Sender(), QStandardItemModel(2, 2)
    sender.sent.connect(lambda value: None)
    return {
        "a call without a result": widget.update,
        "a setter": lambda: widget.setToolTip("words"),
        "a signal that carries None": lambda: sender.sent.emit(None),
        "a value type": lambda: QColor(1, 2, 3).setRed(4),
        "an optional argument": lambda: widget.setParent(None),
        "an item model": lambda: model.data(model.index(0, 0, QModelIndex())),
        "a point": lambda: QPointF(1, 2) + QPointF(3, 4),
        "a size": lambda: widget.resize(QSize(3, 4)),
    }


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_keep_the_references_to_none(qapp: QApplication) -> None:
    lost = {}
    for name, call in _calls().items():
        call()
        before = sys.getrefcount(None)
        for _ in range(CALLS):
            call()
        lost[name] = before - sys.getrefcount(None)
    assert {name: count for name, count in lost.items() if abs(count) > CALLS / 10} == {}
