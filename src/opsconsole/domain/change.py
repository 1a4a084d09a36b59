"""What a write did: the rows it touched, what somebody else had done meanwhile, and how to take it back.

For a screen that shows conflicts: ``Conflict.differences`` holds one ``Difference`` per value that two people changed
at once. Its ``field`` is the same kind of value that a list's column is (kind, labels, the word for no value), so
whatever draws a cell draws the three values: ``seen`` when the row was read, ``there`` now, ``wanted`` by the refused
write. ``differences`` is empty where the row was refused for another reason (it is closed); ``words`` then says what
happened to it. What does not collide is merged without a word: a note, a tag or an owner beside somebody else's new
state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain.field import Field


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that two changed: as it was seen, as it is there now, as it was wanted (raw values of ``field``)."""

    field: Field
    seen: Any
    there: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row (or, with ``differences``, those values of it) that was not written because somebody changed it first.

    ``who`` did ``words`` at the instant ``at`` (empty and None where its history does not say). ``order`` is the
    number of the order it belongs to.
    """

    id: int
    subject: str
    who: str = ""
    at: int | None = None
    words: str = ""
    differences: tuple[Difference, ...] = ()
    order: str = ""

    @property
    def name(self) -> str:
        """What people call the row: its order's number, else its subject."""
        return self.order or self.subject


@dataclass(frozen=True, slots=True)
class Inverse:
    """How to take a change back: per row the values before and the values that the change left, by column."""

    words: str
    rows: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict)
    events: Mapping[int, int] = field(default_factory=dict)  # row -> its event to withdraw
    ticks: tuple[tuple[int, int, bool], ...] = ()  # (row, step, ticked before)


@dataclass(frozen=True, slots=True)
class Change:
    """A write in words (``Assigned 3 exceptions to Shift A``), the ids it touched, conflicts, and its inverse.

    ``id`` is its row in the list of changes, by which it can be undone after a restart too; None where nothing was
    written or the write is not listed there.
    """

    words: str
    ids: tuple[int, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    inverse: Inverse | None = None
    id: int | None = None

    @property
    def complete(self) -> bool:
        """Whether every row was written."""
        return not self.conflicts
