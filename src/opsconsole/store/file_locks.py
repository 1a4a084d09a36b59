"""Locks on an open SQLite file that nothing else in this process can drop by accident.

POSIX drops every lock a process has on a file as soon as the process closes any descriptor of that file (fcntl(2);
"How To Corrupt An SQLite Database File", 2.2). A file dialog that looks into the files of a folder does that. Another
program that closes the database then takes itself for the last one using it and removes the write-ahead log that this
one goes on writing to: what is written after that is lost. Linux has locks that belong to the open file instead (open
file description locks); such are held beside SQLite's own. Elsewhere SQLite's own are taken again at every transaction;
Windows does not know the hazard.
"""

import os
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

# What SQLite locks while a database in WAL mode is open: bytes of the file (SHARED) and of its index (DMS). os_unix.c.
_SHARED = (0x4000_0002, 510)
_DEAD_MAN_SWITCH = (128, 1)
_PLACES = (_DEAD_MAN_SWITCH, _SHARED)


@dataclass
class _Held:
    owners: set[int] = field(default_factory=set)
    descriptors: list[int] = field(default_factory=list)


_held: dict[Path, _Held] = {}
_guard = threading.RLock()  # the collector may let one go while another is taken


class FileLocks:
    """Shared locks on one database file for one owner; the process holds them while any owner does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held = False

    @property
    def needed(self) -> bool:
        """Whether ``hold`` has something to do."""
        return not self.held and sys.platform != "win32"

    def hold(self) -> None:
        """Take the locks once the write-ahead log's index is there; without it none are taken.

        They are additional: where they cannot be had, SQLite's own still are.
        """
        with _guard:
            held = _held.get(self.path)
            if held is None:
                descriptors = _open(self.path)
                if not descriptors:
                    return
                held = _held[self.path] = _Held(descriptors=descriptors)
            held.owners.add(id(self))
            locked = [_lock(one, place) for one, place in zip(held.descriptors, _PLACES, strict=False)]
            self.held = all(locked)

    def release(self) -> Callable[[], None]:
        """Give the locks back, before the connections are closed, so that the last one can fold the log into the file.

        What is returned closes the files, after the connections: closing drops SQLite's own locks too.
        """
        with _guard:
            held = _held.get(self.path)
            self.held = False
            if held is None:
                return _nothing
            held.owners.discard(id(self))
            if held.owners:
                return _nothing
            del _held[self.path]
        for descriptor in held.descriptors:
            _unlock(descriptor)
        return lambda: _close(held.descriptors)


def let_go(locks: FileLocks) -> None:
    """Give the locks of a forgotten database back."""
    locks.release()()


def _nothing() -> None:
    return None


def _close(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())


def _open(path: Path) -> list[int]:
    """Descriptors of a database's index and of itself; none where there is no index."""
    descriptors: list[int] = []
    # Nothing that was opened is closed again here: that would drop the locks that this is to keep.
    with suppress(OSError):
        for name in (path.with_name(f"{path.name}-shm"), path):
            descriptors.append(os.open(name, os.O_RDONLY | os.O_CLOEXEC))
    return descriptors


def _lock(descriptor: int, place: tuple[int, int]) -> bool:
    """Lock a place for reading; whether the lock is the open file's, and so need not be taken again."""
    import fcntl

    start, length = place
    with suppress(OSError):
        if command := getattr(fcntl, "F_OFD_SETLK", None):
            fcntl.fcntl(descriptor, command, _flock(fcntl.F_RDLCK, start, length))
            return True
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, length, start)
    return False


def _unlock(descriptor: int) -> None:
    """Give a lock of the open file back; one of the process is SQLite's too, which gives it back itself."""
    import fcntl

    if command := getattr(fcntl, "F_OFD_SETLK", None):
        fcntl.fcntl(descriptor, command, _flock(fcntl.F_UNLCK, 0, 0))


def _flock(kind: int, start: int, length: int) -> bytes:
    """Linux's struct flock: type, whence, start, length (0: to the end), process (0 for locks of open files)."""
    return struct.pack("hhqqi", kind, os.SEEK_SET, start, length, 0)
