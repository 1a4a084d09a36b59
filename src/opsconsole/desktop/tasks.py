"""Work off the window's thread.

``tasks.run(function, on_result, kind="orders.load")`` calls ``function(progress)`` in a worker; ``progress`` is a
``domain.progress.Progress`` whose ``step`` reports and raises when cancelled. The result, or the error, arrives on the
window's thread. The newest request of a kind wins: an older one is cancelled and its result dropped. ``function`` is a
plain function: it touches no widget, and it is where service modules are imported, so that the window opens before
SQLAlchemy is loaded.

Errors: ``Cancelled`` ends the task silently; everything else goes to ``on_error`` or, without one, to the ``on_fault``
given to ``Tasks`` (the window's error reporter).
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from opsconsole.desktop.memory import at_work
from opsconsole.domain.errors import Cancelled
from opsconsole.domain.progress import Progress

T = TypeVar("T")
SHOW_AFTER_MS = 300
_REFRESH_MS = 100


class Task:
    """A running function: how far it is, and the wish to stop it."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.done = 0
        self.total = 0
        self.ended = False
        self.started = time.monotonic()
        self.progress = Progress(self._stepped)
        self._superseded = False

    def cancel(self) -> None:
        """Ask the function to stop at its next step; neither result nor error will be delivered."""
        self._superseded = True
        self.progress.cancel()

    @property
    def wanted(self) -> bool:
        """Whether the result is still to be delivered."""
        return not self._superseded

    def _stepped(self, done: int, total: int, text: str) -> None:
        # Called in the worker; three plain assignments, read by the window's timer.
        self.done, self.total = done, total
        if text:
            self.text = text


class _Run:
    """A task with what is to be called when it ends."""

    def __init__(self, task: Task, function: Callable[[Progress], Any], owner: QObject | None) -> None:
        self.task = task
        self.function = function
        self.owner = owner
        self.on_result: Callable[[Any], None] | None = None
        self.on_error: Callable[[BaseException], None] | None = None
        self.on_progress: Callable[[Task], None] | None = None
        self.on_end: Callable[[Task], None] | None = None
        self.thread: threading.Thread | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.shown = False

    def work(self, ended: Callable[["_Run"], None]) -> None:
        """Body of the worker thread."""
        try:
            with at_work():
                self.value = self.function(self.task.progress)
        except BaseException as error:
            self.error = error
        ended(self)

    def alive(self) -> bool:
        """Whether the widget that asked still exists."""
        return self.owner is None or shiboken6.isValid(self.owner)


class _Starter:
    """Starts threads in a thread of its own.

    Who starts one waits until it runs; beside busy workers that took the window's thread 10 to 30 ms each.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[threading.Thread | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="starts tasks", daemon=True)

    def start(self, thread: threading.Thread) -> None:
        """Have a thread started soon."""
        if self._thread.ident is None:
            self._thread.start()
        self._waiting.put(thread)

    def stop(self) -> None:
        """Wait until all that wait are started, then end."""
        if self._thread.ident is not None:
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (thread := self._waiting.get()) is not None:
            thread.start()


class _Turns:
    """Pieces of the window's own work that are still to be done."""

    def __init__(self, steps: Iterator[Callable[[], object]], owner: QObject | None) -> None:
        self.steps = steps
        self.owner = owner

    def alive(self) -> bool:
        """Whether the widget that asked still exists."""
        return self.owner is None or shiboken6.isValid(self.owner)


class Tasks(QObject):
    """Runs plain functions in worker threads; made on the window's thread, stopped once at quit."""

    _ended = Signal(object)
    idle = Signal()

    def __init__(self, on_fault: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_fault = on_fault
        self._runs: list[_Run] = []
        self._closed = False
        self._turns: dict[str, _Turns] = {}
        self._starter = _Starter()
        self._ended.connect(self._deliver)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._show_progress)

    def run(
        self,
        function: Callable[[Progress], T],
        on_result: Callable[[T], None] | None = None,
        on_error: Callable[[BaseException], None] | None = None,
        *,
        kind: str,
        text: str = "",
        owner: QObject | None = None,
        on_progress: Callable[[Task], None] | None = None,
        on_end: Callable[[Task], None] | None = None,
    ) -> Task:
        """Start ``function`` in a worker; cancels a running task of the same kind.

        ``on_progress`` is called on the window's thread once the task is 300 ms old and then every 100 ms; ``on_end``
        whenever the task ends, even cancelled. Nothing is called when ``owner`` was deleted meanwhile.
        """
        self.cancel(kind)
        task = Task(kind, text)
        run = _Run(task, function, owner)
        run.on_result, run.on_error, run.on_progress, run.on_end = on_result, on_error, on_progress, on_end
        if self._closed:
            task.cancel()
            return task
        run.thread = threading.Thread(target=run.work, args=(self._emit_ended,), name=f"task {kind}", daemon=True)
        self._runs.append(run)
        self._starter.start(run.thread)
        if on_progress is not None and not self._timer.isActive():
            self._timer.start()
        return task

    def in_turns(self, steps: Iterable[Callable[[], object]], *, kind: str, owner: QObject | None = None) -> None:
        """Do the window's own work piece by piece, so that it answers in between; the newest of a kind wins.

        It begins with the next turn of the event loop; until the last piece is done the kind counts as running.
        """
        self.cancel(kind)
        turns = _Turns(iter(steps), owner)
        self._turns[kind] = turns
        self._come_back(kind, turns)

    def _come_back(self, kind: str, turns: _Turns) -> None:
        QTimer.singleShot(0, self, lambda: self._take_turn(kind, turns))

    def _take_turn(self, kind: str, turns: _Turns) -> None:
        if self._turns.get(kind) is not turns:
            return
        step = next(turns.steps, None) if turns.alive() else None
        if step is None:
            del self._turns[kind]
            self._tell_if_idle()
            return
        try:
            step()
        except BaseException:
            self._turns.pop(kind, None)
            raise
        self._come_back(kind, turns)

    def cancel(self, kind: str) -> None:
        """Cancel the running task of a kind, if there is one."""
        self._turns.pop(kind, None)
        for run in self._runs:
            if run.task.kind == kind:
                run.task.cancel()

    def is_running(self, kind: str = "") -> bool:
        """Whether a wanted task (of a kind) is under way."""
        turns = any(one.alive() and (not kind or name == kind) for name, one in self._turns.items())
        return turns or any(run.task.wanted and (not kind or run.task.kind == kind) for run in self._runs)

    def stop(self, timeout: float = 10.0) -> bool:
        """Cancel everything and wait; false when a worker did not end in time (a server that does not answer)."""
        self._closed = True
        self._timer.stop()
        self._turns.clear()
        for run in self._runs:
            run.task.cancel()
        self._starter.stop()
        deadline = time.monotonic() + timeout
        for run in self._runs:
            if run.thread is not None:
                run.thread.join(max(0.0, deadline - time.monotonic()))
        return not any(run.thread is not None and run.thread.is_alive() for run in self._runs)

    def _emit_ended(self, run: _Run) -> None:
        # In the worker. The signal belongs to an object of the window's thread, so the slot runs there.
        try:
            self._ended.emit(run)
        except RuntimeError:
            return  # the window is gone

    def _deliver(self, run: _Run) -> None:
        if run.thread is not None:
            run.thread.join()
        self._runs.remove(run)
        run.task.ended = True
        if not self._runs:
            self._timer.stop()
        if not self._closed and run.alive():
            if run.on_end is not None:
                run.on_end(run.task)
            if run.task.wanted:
                self._hand_over(run)
        self._tell_if_idle()

    def _tell_if_idle(self) -> None:
        if not self._runs and not self._turns:
            self.idle.emit()

    def _hand_over(self, run: _Run) -> None:
        if run.error is None:
            if run.on_result is not None:
                run.on_result(run.value)
        elif not isinstance(run.error, Cancelled):
            (run.on_error or self._on_fault)(run.error)

    def _show_progress(self) -> None:
        now = time.monotonic()
        for run in list(self._runs):
            old_enough = (now - run.task.started) * 1000 >= SHOW_AFTER_MS
            if run.on_progress is not None and run.task.wanted and old_enough and run.alive():
                run.on_progress(run.task)
