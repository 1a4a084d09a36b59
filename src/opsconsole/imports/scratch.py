"""Pieces of a long file on disk instead of in memory, in a temporary file that nobody else sees."""

import contextlib
import tempfile
import weakref
from typing import IO

from opsconsole.domain.errors import UserError


class Scratch:
    """Keeps pieces of bytes, each known by its number, until it is closed or nobody has it any more."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``close``
        self._finalizer = weakref.finalize(self, _let_go, self._file)
        self._ends = [0]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, content: bytes) -> int:
        """Append a piece and return its number; UserError where there is no room for it."""
        try:
            self._file.seek(self._ends[-1])
            self._file.write(content)
            self._file.flush()
        except OSError as fault:
            raise UserError(
                f"The file cannot be read: there is no room in the folder {tempfile.gettempdir()}.",
                "Free some space there; nothing was changed.",
            ) from fault
        self._ends.append(self._ends[-1] + len(content))
        return len(self) - 1

    def read(self, number: int) -> bytes:
        """A piece."""
        self._file.seek(self._ends[number])
        return self._file.read(self._ends[number + 1] - self._ends[number])

    def close(self) -> None:
        """The file goes."""
        self._finalizer()


def _let_go(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # what could not be written is nobody's loss now
        file.close()
