"""How far a long task is, and whether anybody still wants it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opsconsole.domain.errors import Cancelled

Listener = Callable[[int, int, str], None]


class Progress:
    """Passed down into long work: ``step`` reports ``done`` of ``total`` (0 = unknown) and raises when cancelled."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()
        self._part = ("", "")

    def cancel(self) -> None:
        """Ask the work to stop at its next step (any thread)."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._cancelled.is_set()

    def begin_part(self, place: str, name: str) -> None:
        """What is reported from now on is of one part, ``2 of 9`` with a name; both empty: of the whole."""
        self._part = (place, name)

    def step(self, done: int, total: int, text: str) -> None:
        """Report progress in words; raises Cancelled when the work should stop."""
        if self._cancelled.is_set():
            raise Cancelled
        if self._listener is not None:
            self._listener(done, total, self._words(text))

    def _words(self, text: str) -> str:
        place, name = self._part
        if not place or not text:
            return text
        return f"{place}: {text}" if name in text else f"{place}, {name}: {text}"


_aside: ContextVar[Progress | None] = ContextVar("aside", default=None)


@contextmanager
def aside(progress: Progress) -> Iterator[None]:
    """What is done inside nobody waits for yet: it rests as long as it works, until ``progress`` is cancelled.

    Two threads of Python share one interpreter evenly, so that a busy worker doubles what the window takes to answer.
    """
    token = _aside.set(progress)
    try:
        yield
    finally:
        _aside.reset(token)


def is_aside() -> bool:
    """Whether nobody waits for what is done here."""
    return _aside.get() is not None


def rest(seconds: float) -> None:
    """Called between parts of long work: if it is aside others have their turn for so many seconds."""
    progress = _aside.get()
    if progress is not None and not progress.cancelled:
        time.sleep(seconds)
