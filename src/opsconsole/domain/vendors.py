"""Kinds of vendors and the grades of their scores."""

VENDOR_KINDS: dict[str, str] = {
    "3pl": "3PL",
    "parcel_carrier": "Parcel carrier",
    "ltl_carrier": "LTL carrier",
    "supplier": "Supplier",
    "drop_shipper": "Drop-shipper",
}


def clause_score(value: float, floor: float, target: float, stretch: float | None, *, higher: bool) -> float:
    """Score of one clause, 0.0 … 100.0, rounded to 0.1 (DOMAIN: vendors).

    Piecewise linear: floor = 0, target = 80, stretch = 100; without a stretch the target is 100. Mirrored where lower
    is better, clamped at both ends. Equal floor and target make a step: at least the target earns the target's points.
    """
    if not higher:
        value, floor, target = -value, -floor, -target
        stretch = None if stretch is None else -stretch
    top = 100.0 if stretch is None else 80.0
    if value >= target:
        if stretch is None:
            return 100.0
        if stretch <= target:
            return 100.0 if value >= stretch else 80.0
        return round(min(100.0, 80.0 + 20.0 * (value - target) / (stretch - target)), 1)
    if value <= floor or target <= floor:
        return 0.0
    return round(max(0.0, top * (value - floor) / (target - floor)), 1)


def grade(score: float) -> str:
    """Grade of a score: A from 90, B from 80, C from 70, D below; every score in [0, 100] has exactly one."""
    if score >= 90:
        return "A"
    if score >= 80:
        return "B"
    if score >= 70:
        return "C"
    return "D"
