"""What a write did: the rows it touched, what somebody else had done meanwhile, and how to take it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was not written because it had changed since it was read.

    ``who`` did ``words`` at the instant ``at`` (empty and None where its history does not say).
    """

    id: int
    subject: str
    who: str = ""
    at: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Inverse:
    """How to take a change back: per row the version it must still have and the values to put back."""

    words: str
    rows: Mapping[int, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    events: Mapping[int, int] = field(default_factory=dict)  # row -> its event to withdraw
    ticks: tuple[tuple[int, int, bool], ...] = ()  # (row, step, ticked before)


@dataclass(frozen=True, slots=True)
class Change:
    """A write in words (``Assigned 3 exceptions to Shift A``), the ids it touched, conflicts, and its inverse."""

    words: str
    ids: tuple[int, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    inverse: Inverse | None = None

    @property
    def complete(self) -> bool:
        """Whether every row was written."""
        return not self.conflicts
