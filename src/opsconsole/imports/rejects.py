"""What was refused of a file, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reject:
    """A line (0 = none in particular) whose ``field`` holds ``found`` instead of ``expected``; ``raw`` is the line."""

    kind: str
    line: int
    field: str
    found: str
    expected: str
    raw: str = ""
