"""What the vendors have promised: SLA clauses by kind, dated, in versions; a few vendors have their own."""

from dataclasses import dataclass
from typing import Any

from opsconsole.domain.instants import day_from_date, day_to_date
from opsconsole.services.demo_company.clock import Clock

_FIRST_VERSION, _NEWER_VERSION = 1, 2


@dataclass(frozen=True, slots=True)
class Clause:
    """Values in the metric's unit (rates are fractions, dock-to-stock hours); credit in cents per failing event.

    ``before`` is the target that held until the last January, where the contracts were tightened then.
    """

    kind: str
    metric: str
    weight: float
    floor: float
    target: float
    stretch: float
    sample: int
    credit: int
    note: str
    before: float | None = None
    vendor: str | None = None


CLAUSES = (
    Clause("3pl", "on_time_ship", 25, 0.90, 0.97, 0.99, 30, 610,
           "Orders released by the cut-off leave the same day, counted per calendar month.", 0.965),
    Clause("3pl", "dock_to_stock", 10, 48, 22, 14, 5, 0, "Receipts are on the shelf within hours of their arrival."),
    Clause("parcel_carrier", "on_time_delivery", 35, 0.78, 0.94, 0.98, 30, 250,
           "Parcels handed over in time arrive by the promised day.", 0.935),
    Clause("parcel_carrier", "first_scan", 10, 0.80, 0.95, 0.99, 30, 0, "First scan within 24 hours of hand-over."),
    Clause("ltl_carrier", "on_time_delivery", 35, 0.70, 0.90, 0.98, 8, 4500, "Freight arrives by the promised day."),
    Clause("ltl_carrier", "on_time_pickup", 20, 0.70, 0.90, 0.98, 8, 0, "Freight is picked up within 24 hours."),
    Clause("supplier", "otif", 40, 0.70, 0.92, 0.98, 5, 4000,
           "Lines arrive in full and not before their delivery window.", 0.90),
    Clause("supplier", "reject_rate", 25, 0.025, 0.008, 0.001, 5, 0, "Units pass the incoming inspection."),
    Clause("drop_shipper", "ship_within_sla", 30, 0.85, 0.95, 0.99, 12, 500, "Lines are handed over by their ship-by."),
    Clause("drop_shipper", "cancel_rate", 25, 0.06, 0.025, 0.005, 12, 0, "Lines are not cancelled for want of stock."),
)  # fmt: skip
# A ramp-up clause of the new site, in place of its kind's, from the day it began.
RAMP_UP = Clause("3pl", "on_time_ship", 25, 0.88, 0.96, 0.985, 30, 610,
                 "Ramp-up terms until the year's end, then those of the other sites.",
                 vendor="harbor-fulfillment")  # fmt: skip


def _row(clause: Clause, target: float, since: int, until: int | None, version: int) -> dict[str, Any]:
    return {
        "vendor_kind": clause.kind,
        "vendor_key": clause.vendor,
        "metric": clause.metric,
        "weight": float(clause.weight),
        "floor": float(clause.floor),
        "target": float(target),
        "stretch": float(clause.stretch),
        "window": "month",
        "minimum_sample": clause.sample,
        "credit_per_breach": clause.credit,
        "currency": "USD",
        "valid_from": since,
        "valid_to": until,
        "clause_version": version,
        "note": clause.note,
    }


def january(clock: Clock) -> int:
    """The first of January of this year."""
    return day_from_date(day_to_date(clock.today).replace(month=1, day=1))


def clause_rows(clock: Clock) -> list[dict[str, Any]]:
    """All clauses and their versions."""
    changed = january(clock)
    rows = []
    for clause in CLAUSES:
        if clause.before is None:
            rows.append(_row(clause, clause.target, clock.first_day, None, _FIRST_VERSION))
        else:
            rows.append(_row(clause, clause.before, clock.first_day, changed - 1, _FIRST_VERSION))
            rows.append(_row(clause, clause.target, changed, None, _NEWER_VERSION))
    rows.append(_row(RAMP_UP, RAMP_UP.target, clock.site_start, None, _FIRST_VERSION))
    return rows
