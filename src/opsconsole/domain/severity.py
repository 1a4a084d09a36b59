"""Severity of an exception and the clock within which somebody must have seen it."""

from opsconsole.domain.instants import HOUR, SECOND

SEVERITIES = ("S1", "S2", "S3", "S4")

# Acknowledge within: working hours for S1 and S2, elapsed hours for S3 and S4 (DOMAIN: order exceptions).
ACKNOWLEDGE_WITHIN: dict[str, tuple[int, bool]] = {
    "S1": (1 * HOUR // SECOND, True),
    "S2": (4 * HOUR // SECOND, True),
    "S3": (24 * HOUR // SECOND, False),
    "S4": (72 * HOUR // SECOND, False),
}


def stepped(base: str, *, up: bool, down: bool) -> str:
    """Severity after its steps: one up, one down, both cancel; never below S4 nor above S1."""
    index = SEVERITIES.index(base) - int(up) + int(down)
    return SEVERITIES[max(0, min(len(SEVERITIES) - 1, index))]
