"""What is known of an order's fraud risk: each signal with its points, the decisions, and the disputes that came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FraudSignal:
    """A signal: at most ``weight`` points, ``points`` of them added; ``words`` say what was seen (empty: nothing)."""

    key: str
    label: str
    weight: float
    points: float
    words: str


@dataclass(frozen=True, slots=True)
class FraudDecision:
    """A decision of a fraud service or a person; ``score`` is the service's own, 0 … 100."""

    decision: str
    label: str
    provider: str
    reason: str
    score: float | None
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of the order, and what was known of the order when its goods left (``then``: a marked sentence)."""

    dispute_id: str
    label: str
    status: str
    reason: str
    amount: int | None
    currency: str
    opened_at: int | None
    evidence_due_at: int | None
    then: str


@dataclass(frozen=True, slots=True)
class FraudCheck:
    """Everything about one order: ``points`` is the sum of the signals' points, at most 100.

    ``verdict`` says what follows, in words; ``raised`` whether somebody must look at the order.
    """

    order_fk: int
    points: float
    threshold: float
    raised: bool
    verdict: str
    signals: tuple[FraudSignal, ...]
    decisions: tuple[FraudDecision, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def seen(self) -> tuple[FraudSignal, ...]:
        """Signals that added points, the strongest first."""
        return tuple(sorted((one for one in self.signals if one.points), key=lambda one: -one.points))
