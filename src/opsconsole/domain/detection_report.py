"""What a run of the exception rules did."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule of a run. ``state``: ran, no_data, off, unchanged (nothing it depends on changed); ``reason`` in words.

    ``open`` counts active exceptions after the run; ``older`` subjects beyond the detection horizon, counted and not
    raised (as of the last full run).
    """

    code: str
    label: str
    state: str
    reason: str = ""
    open: int = 0
    older: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """Counts of exceptions opened, closed by the data and reopened; ``touched`` their ids.

    ``scope``: full, changed, or busy when another client was detecting and nothing was done.
    """

    as_of: int
    scope: str
    opened: int = 0
    closed: int = 0
    reopened: int = 0
    milliseconds: int = 0
    rules: tuple[RuleResult, ...] = ()
    touched: frozenset[int] = field(default_factory=frozenset)

    @property
    def words(self) -> str:
        """``3 opened, 12 closed by the data, 1 reopened``."""
        if self.scope == "busy":
            return "Another client is detecting; nothing was done here"
        parts = [
            f"{number:,} {words}"
            for number, words in (
                (self.opened, "opened"),
                (self.closed, "closed by the data"),
                (self.reopened, "reopened"),
            )
            if number
        ]
        return ", ".join(parts) or "Nothing new"
