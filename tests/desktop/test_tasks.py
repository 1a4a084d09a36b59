import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer
from pytestqt.qtbot import QtBot

from opsconsole.desktop.tasks import Task, Tasks
from opsconsole.domain.errors import Cancelled
from opsconsole.domain.progress import Progress

PAUSE = threading.Event()


def _until_cancelled(progress: Progress, started: threading.Event | None = None) -> None:
    if started is not None:
        started.set()
    while not progress.cancelled:
        PAUSE.wait(0.001)
    progress.step(0, 0, "")


def test_a_result_arrives_on_the_windows_thread(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[Any] = []
    home = QThread.currentThread()
    worker: list[int] = []

    def function(progress: Progress) -> int:
        worker.append(threading.get_ident())
        return 42

    tasks.run(function, lambda value: seen.append((value, QThread.currentThread() is home)), kind="a")
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(42, True)]
    assert worker != [threading.get_ident()]


def test_an_error_arrives_where_it_is_handled_else_with_the_reporter(
    qtbot: QtBot, tasks: Tasks, faults: list[BaseException]
) -> None:
    handled: list[BaseException] = []

    def fail(progress: Progress) -> None:
        raise ValueError("broken")

    tasks.run(fail, None, handled.append, kind="a")
    tasks.run(fail, None, kind="b")
    qtbot.waitUntil(lambda: len(handled) == 1 and len(faults) == 1)
    assert str(handled[0]) == str(faults[0]) == "broken"


def test_the_newest_request_of_a_kind_wins(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[str] = []
    started = threading.Event()

    def slow(progress: Progress) -> str:
        started.set()
        while not progress.cancelled:
            PAUSE.wait(0.001)
        return "old"

    tasks.run(slow, seen.append, kind="load")
    assert started.wait(5)
    tasks.run(lambda progress: "new", seen.append, kind="load")
    qtbot.waitUntil(lambda: not tasks.is_running() and seen == ["new"])
    qtbot.waitSignal(tasks.idle, raising=False, timeout=200).wait()
    assert seen == ["new"]


def test_progress_is_shown_only_after_300_ms_and_can_be_cancelled(
    qtbot: QtBot, tasks: Tasks, faults: list[BaseException]
) -> None:
    shown: list[float] = []
    ended: list[Task] = []
    begin = time.monotonic()

    def function(progress: Progress) -> None:
        progress.step(3, 10, "Reading 10 orders")
        _until_cancelled(progress)

    def show(task: Task) -> None:
        shown.append(time.monotonic() - begin)
        assert (task.done, task.total, task.text) == (3, 10, "Reading 10 orders")
        task.cancel()

    tasks.run(function, kind="a", on_progress=show, on_end=ended.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert len(shown) == 1
    assert shown[0] >= 0.3
    assert faults == []


def test_a_cancelled_task_says_nothing(qtbot: QtBot, tasks: Tasks, faults: list[BaseException]) -> None:
    def function(progress: Progress) -> None:
        raise Cancelled

    with qtbot.waitSignal(tasks.idle):
        tasks.run(function, lambda value: faults.append(AssertionError()), kind="a")
    assert faults == []


def test_nothing_is_delivered_to_a_widget_that_is_gone(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[object] = []
    release = threading.Event()
    owner = QObject()
    tasks.run(lambda progress: release.wait(5), seen.append, kind="a", owner=owner)
    import shiboken6

    shiboken6.delete(owner)
    with qtbot.waitSignal(tasks.idle):
        release.set()
    assert seen == []


def test_stopping_cancels_and_waits(qtbot: QtBot) -> None:
    tasks = Tasks(lambda error: None)
    started = [threading.Event(), threading.Event()]
    for number, event in enumerate(started):
        work: Callable[[Progress], None] = lambda progress, event=event: _until_cancelled(progress, event)  # noqa: E731
        tasks.run(work, kind=str(number))
    assert all(event.wait(5) for event in started)
    assert tasks.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("task ")]


def test_after_stopping_nothing_starts(qtbot: QtBot) -> None:
    tasks = Tasks(lambda error: None)
    tasks.stop()
    ran: list[int] = []
    task = tasks.run(lambda progress: ran.append(1), kind="a")
    assert not task.wanted
    assert ran == []


def test_work_of_the_window_is_done_in_turns_that_let_it_answer(qtbot: QtBot, tasks: Tasks) -> None:
    done: list[str] = []

    def first() -> None:
        done.append("first")
        QTimer.singleShot(0, lambda: done.append("an event"))

    tasks.in_turns((first, lambda: done.append("second"), lambda: done.append("third")), kind="a")
    assert done == []
    assert tasks.is_running("a")
    qtbot.waitUntil(lambda: not tasks.is_running())
    assert done == ["first", "an event", "second", "third"]


def test_the_newest_turns_of_a_kind_win_and_cancelled_ones_are_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    done: list[str] = []
    tasks.in_turns((lambda: done.append("old"),), kind="a")
    tasks.in_turns((lambda: done.append("new"),), kind="a")
    tasks.in_turns((lambda: done.append("b"),), kind="b")
    tasks.cancel("b")
    qtbot.waitUntil(lambda: not tasks.is_running())
    assert done == ["new"]


def test_turns_end_with_the_widget_that_asked(qtbot: QtBot, tasks: Tasks) -> None:
    owner, done = QObject(), list[str]()
    tasks.in_turns((owner.deleteLater, lambda: done.append("too late")), kind="a", owner=owner)
    qtbot.waitUntil(lambda: not tasks.is_running())
    assert done == []
