"""How long stock lasts: days of cover, the dated projection, stock-out and replenish-by dates (DOMAIN: stock)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Units expected on a day, as days from today (0 = today)."""

    in_days: int
    quantity: float


def days_of_cover(available: Floats, per_day: Floats) -> Floats:
    """Available by demand per day: 0 with nothing available, infinite without demand, NaN where demand is unknown."""
    stock = np.maximum(available, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = stock / per_day
    cover = np.where(per_day == 0, np.inf, cover)
    return np.where(stock <= 0, 0.0, cover)


def stockout_in(available: float, per_day: float, receipts: Sequence[Receipt] = ()) -> int | None:
    """Days from today until the dated projection first reaches zero; 0 = now, None = never.

    Stock falls by ``per_day`` from today on; a receipt of a day is there before that day's demand. What arrives after
    stock has run out does not undo that it ran out.
    """
    if available <= 0:
        return 0
    if not per_day > 0:
        return None
    stock, day = available, 0
    for receipt in sorted(receipts, key=lambda r: r.in_days):
        if receipt.in_days < day:
            continue
        if stock < per_day * (receipt.in_days - day):
            break
        stock += receipt.quantity - per_day * (receipt.in_days - day)
        day = receipt.in_days
    return day + int(stock / per_day)


def projection(available: float, per_day: float, receipts: Sequence[Receipt], days: int) -> list[float]:
    """Projected units at the start of each of the next ``days`` days (index 0 = now), never below zero.

    The receipt of a day is in that day's figure.
    """
    arriving: dict[int, float] = {}
    for receipt in receipts:
        arriving[receipt.in_days] = arriving.get(receipt.in_days, 0.0) + receipt.quantity
    stock = max(0.0, available) + arriving.get(0, 0.0)
    path = [stock]
    for day in range(1, days):
        stock = max(0.0, stock - per_day) + arriving.get(day, 0.0)
        path.append(stock)
    return path


def gap_days(stockout: int | None, receipts: Sequence[Receipt], lead_time: float) -> float:
    """Days without stock: from the stock-out until the first receipt after it, at the latest an order placed today."""
    if stockout is None:
        return 0.0
    arrivals = [float(r.in_days) for r in receipts if r.in_days >= stockout and r.quantity > 0]
    return max(0.0, min([*arrivals, lead_time]) - stockout)


def excess(available: Floats, per_day: Floats, days: float = 90) -> Floats:
    """Units above the forecast of the next ``days`` days; 0 where demand is unknown."""
    return np.where(np.isnan(per_day), 0.0, np.maximum(0.0, available - np.nan_to_num(per_day) * days))
