"""KPI numbers in words: for the command line, workbooks, tooltips and the sentences of the review."""

from opsconsole.domain import money, wording
from opsconsole.domain.field import Kind, NumberState
from opsconsole.rules.kpis import Kpi
from opsconsole.services.kpis_readings import Reading


def number(kpi: Kpi, value: float, currency: str, *, decimals: int | None = None) -> str:
    """A value in the KPI's unit: ``96.4%``, ``$48,312.40``, ``2.9 d``, ``4.52``."""
    places = kpi.decimals if decimals is None else decimals
    if kpi.kind is Kind.PERCENT:
        return wording.percent(value, places)
    if kpi.kind is Kind.MONEY:
        return money.in_words(round(value), currency, whole=places == 0)
    if kpi.kind is Kind.DURATION:
        return days(value)
    return f"{value:,.{places}f}"


def days(seconds: float) -> str:
    """``2.9 d``, under a day ``7.5 h``, under an hour ``40 min``."""
    size = abs(seconds)
    if size >= 86_400:
        return f"{seconds / 86_400:.1f} d"
    return f"{seconds / 3_600:.1f} h" if size >= 3_600 else f"{seconds / 60:.0f} min"


def difference(kpi: Kpi, delta: float, currency: str) -> str:
    """Size of a change, without a sign: ``1.2 pts``, ``$0.22``, ``0.1 d``, ``0.10``."""
    if kpi.kind is Kind.PERCENT:
        return f"{abs(delta) * 100:.{kpi.decimals}f} pts"
    return number(kpi, abs(delta), currency)


def value_or_state(reading: Reading, currency: str, missing: str = "") -> str:
    """The value, or why there is none: ``no data``, ``n 9 of 30``, ``maturing, 61%``."""
    if reading.value is not None:
        return number(reading.kpi, reading.value, currency)
    if reading.state is NumberState.TOO_FEW:
        return f"n {reading.cases:,} of {reading.kpi.minimum}"
    if reading.state is NumberState.MATURING:
        return f"maturing, {wording.percent(reading.maturity or 0, 0)}"
    return f"no data: {missing}" if missing else "no data"


def note(reading: Reading, missing: str = "") -> str:
    """What a tile says instead of a change: ``Still maturing: 61%``, ``Too few: n 9 of 30``, ``No returns``."""
    if reading.state is NumberState.MATURING:
        return f"Still maturing: {wording.percent(reading.maturity or 0, 0)}"
    if reading.state is NumberState.TOO_FEW:
        return f"Too few: n {reading.cases:,} of {reading.kpi.minimum}"
    if reading.state is NumberState.NO_DATA:
        return missing.capitalize() or "No data"
    return ""


def target(kpi: Kpi, value: float | None, currency: str) -> str:
    """``98.0%``, empty without a target."""
    return "" if value is None else number(kpi, value, currency)


def period_noun(grain: str, count: int = 1) -> str:
    """``week``, ``weeks``."""
    return grain if count == 1 else f"{grain}s"
