"""What the rules page shows of one exception rule, and what a trial of a value on history says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain.listing import Listing


@dataclass(frozen=True, slots=True)
class RuleOverride:
    """A value set for a place (``place`` in words, empty: everywhere); ``reason`` and who set it since when."""

    place: str
    channel: str
    service: str
    location: str
    value: Any
    words: str
    since: int
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleValue:
    """One of a rule's values: its default, what is in force everywhere, and what is set where.

    ``kind`` is number (with unit and range), flag or severity.
    """

    key: str
    label: str
    kind: str
    default: Any
    value: Any
    words: str
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    help: str = ""
    overrides: tuple[RuleOverride, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """A change of a rule's value: when, by whom, in words, why, and from when on it holds."""

    at: int
    who: str
    words: str
    reason: str
    valid_from: int


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule as of a moment; ``state`` is ran, no_data (``reason`` names what is missing), off or never.

    ``learned`` are values taken from history, by lesson and case; ``value_at_risk`` is in minor units of ``currency``.
    """

    code: str
    label: str
    about: str
    severity: str
    working: bool
    state: str
    reason: str
    open: int
    value_at_risk: int
    currency: str
    older: int
    last_run_at: int | None
    milliseconds: int | None
    values: tuple[RuleValue, ...]
    history: tuple[RuleEvent, ...]
    learned: Mapping[str, Mapping[str, float]]
    as_of: int
    time_zone: str


OUTCOMES = (
    ("raised", "Raised as well"),
    ("not_raised", "Would not have been raised"),
    ("unknown", "Cannot be told"),
    ("more", "Would have been raised"),
)


@dataclass(frozen=True)
class Trial:
    """What a value would have done to a rule's exceptions of the last ``days`` days.

    ``words`` is the answer in one sentence. ``total`` were raised; of these ``not_raised`` would not have been,
    ``escalated`` of those got worse later; ``unknown`` can no longer be told; ``more`` would have been raised besides.
    ``rows`` holds them all with their ``outcome``; ``part`` those of one.
    """

    words: str
    rule: str
    key: str
    old: Any
    new: Any
    days: int
    total: int
    not_raised: int
    escalated: int
    unknown: int
    more: int
    rows: Listing
    notes: tuple[str, ...] = field(default=())

    def part(self, outcome: str) -> Listing:
        """The rows behind a number: an outcome, ``escalated``, or ``total`` for all that were raised."""
        outcomes, escalated = self.rows.columns["outcome"], self.rows.columns["escalated"]
        if outcome == "escalated":
            kept = [i for i, why in enumerate(escalated) if why and outcomes[i] == "not_raised"]
        elif outcome == "total":
            kept = [i for i, known in enumerate(outcomes) if known != "more"]
        else:
            kept = [i for i, known in enumerate(outcomes) if known == outcome]
        return self.rows.where(kept)
