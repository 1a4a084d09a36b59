"""What one shift hands to the next: figures, the worst, who has what; all plain values."""

from dataclasses import dataclass

from opsconsole.domain.field import TimeLeft
from opsconsole.domain.figures import Figure
from opsconsole.domain.listing import Listing


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, in microseconds UTC; ``words`` say what it is: ``Shift of Reno 1 since 07:00``."""

    since: int
    until: int
    words: str


@dataclass(frozen=True, slots=True)
class Worst:
    """One of the worst open exceptions: why it is there (marked words) and what is to be done next."""

    id: int
    severity: str
    label: str
    order: str
    why: str
    next_step: str
    owner: str
    time_left: TimeLeft | None
    value_at_risk: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """What one owner has: counts as in the figures of the same name, money in the base currency."""

    owner: str
    open_now: int
    overdue: int
    opened: int
    closed: int
    value_at_risk: int


@dataclass(frozen=True)
class HandOver:
    """The summary of a span. ``site`` is empty where it is about all sites; money is in ``currency``."""

    span: Span
    site: str
    company: str
    currency: str
    figures: tuple[Figure, ...]
    worst: tuple[Worst, ...]
    owners: tuple[OwnerLine, ...]
    incidents: Listing
    automation: Listing
    as_of: int
    time_zone: str = "UTC"

    @property
    def title(self) -> str:
        """``Hand-over, Reno 1``."""
        return f"Hand-over, {self.site}" if self.site else "Hand-over"

    def figure(self, key: str) -> Figure:
        """A figure by key; KeyError when there is none."""
        return {figure.key: figure for figure in self.figures}[key]
