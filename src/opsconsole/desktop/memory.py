"""Python's search for unused cycles, kept from standing in the way.

It stops every thread while it looks at every object: after a listing of 50,000 rows was read that is a quarter of a
second, often in the middle of typing. Listings hold no cycles. While one is read the search is off, and what is there
afterwards is left out of later searches (``gc.freeze``) until nobody looks. So it is after any long work: the first
search would look at all that was made since the last.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TIDY_EVERY_MS = 10 * 60 * 1000
# Objects made and kept since the last search that take longer to look at than the window may wait.
MANY = 10_000

_lock = threading.Lock()
_working = 0


@contextmanager
def at_work() -> Iterator[None]:
    """No search meanwhile; nested and in several threads at once."""
    global _working
    with _lock:
        _working += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _working -= 1
            if not _working:
                if gc.get_count()[0] > MANY:
                    gc.freeze()
                gc.enable()


@contextmanager
def reading_much() -> Iterator[None]:
    """No search while many values are made; what is there afterwards is left out of later ones."""
    with at_work():
        yield
        gc.freeze()


def tidy() -> None:
    """Search everything once; for a moment when nobody looks at the window."""
    with _lock:
        if _working:
            return
        gc.unfreeze()
        gc.collect()
        gc.freeze()
