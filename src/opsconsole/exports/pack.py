"""What a review is made of: plain values, filled by the services."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsconsole.domain.listing import Listing
from opsconsole.domain.periods import Period
from opsconsole.exports.kpi_lines import KpiLine


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Active exceptions of one type, for the Pareto: words, severity of the type, count, value in minor units."""

    label: str
    severity: str
    count: int
    value: int
    currency: str


@dataclass(frozen=True)
class ReviewPack:
    """What the review shows: one listing per tab, KPI lines, and what a reader must know about them."""

    company: str
    period: Period
    as_of: int
    time_zone: str
    database: str
    exceptions: Listing
    types: Sequence[TypeCount]
    stock: Listing
    vendors: Listing
    kpis: Listing
    lines: Sequence[KpiLine]
    highlights: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """``Weekly review, Week 46, 9–15 Nov``."""
        grain = {"week": "Weekly", "month": "Monthly", "day": "Daily"}.get(self.period.grain, "Operations")
        return f"{grain} review, {self.period.label}"
