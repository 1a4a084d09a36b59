"""How stock is planned and judged: the numbers a business sets, declared once with label, unit and range."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PolicyNumber:
    """A number of the policy: its setting is ``stock.`` and its key."""

    key: str
    label: str
    default: float
    unit: str
    low: float
    high: float
    help: str = ""


POLICY = (
    PolicyNumber("service_level", "Cycle service level", 0.95, "share", 0.5, 0.999, "Cycles without a stock-out."),
    PolicyNumber("order_cycle", "Order cycle", 7, "days", 0, 90, "An order also covers the days until the next one."),
    PolicyNumber("lead_time", "Assumed lead time", 14, "days", 0, 365, "Where neither product nor supplier has one."),
    PolicyNumber("low_cover", "Low stock", 7, "days of cover", 0, 90, "Under it stock is low."),
    PolicyNumber("excess", "Overstock", 90, "days of demand", 7, 730, "More than it is overstock."),
    PolicyNumber("slow_cover", "Slow stock", 180, "days of cover", 14, 1460, "At the pace of the last year."),
    PolicyNumber("dead", "Dead stock", 365, "days", 30, 1460, "Without a sale."),
)


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """The numbers in force; shares are fractions, the rest days."""

    service_level: float = 0.95
    order_cycle: float = 7
    lead_time: float = 14
    low_cover: float = 7
    excess: float = 90
    slow_cover: float = 180
    dead: float = 365


def policy_from(read: Callable[[str, Any], Any]) -> StockPolicy:
    """Policy from a reader of settings: ``read(key, default)``."""
    return StockPolicy(**{one.key: float(read(f"stock.{one.key}", one.default)) for one in POLICY})
