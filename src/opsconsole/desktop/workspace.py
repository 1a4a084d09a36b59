"""What a tab works on: the open database, the clock and the person.

A ``Workspace`` is made when a database was opened and replaced as a whole when the as-of moment, the user or the
database changes; tabs never keep one longer than a call.
"""

from typing import Any, NamedTuple, Protocol

from opsconsole.domain import instants


class Database(Protocol):
    """What the window needs of an open database; services know the rest."""

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def label(self) -> str:
        """Words for the status bar: ``ops.db`` or ``Shared database ops-main``."""

    def close(self) -> None:
        """Release files and connections."""


class Workspace(NamedTuple):
    """An open database with the moment it is looked at (``None``: the live clock) and who looks.

    ``database`` is handed to services as it is (it also satisfies ``Database`` here). ``time_zone`` is the IANA zone in
    which instants are shown.
    """

    database: Any
    user: str = ""
    time_zone: str = "UTC"
    as_of: int | None = None
    read_only: bool = False

    def now(self) -> int:
        """The moment everything is true for: the as-of given, else the live clock (microseconds)."""
        return instants.now() if self.as_of is None else self.as_of

    @property
    def live(self) -> bool:
        """Whether the clock runs."""
        return self.as_of is None

    def at(self, as_of: int | None) -> "Workspace":
        """The same database at another moment."""
        return self._replace(as_of=as_of)
