"""How far a long task is, and whether anybody still wants it."""

import threading
from collections.abc import Callable

from opsconsole.domain.errors import Cancelled

Listener = Callable[[int, int, str], None]


class Progress:
    """Passed down into long work: ``step`` reports ``done`` of ``total`` (0 = unknown) and raises when cancelled."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next step (any thread)."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._cancelled.is_set()

    def step(self, done: int, total: int, text: str) -> None:
        """Report progress in words; raises Cancelled when the work should stop."""
        if self._cancelled.is_set():
            raise Cancelled
        if self._listener is not None:
            self._listener(done, total, text)
