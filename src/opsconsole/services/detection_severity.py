"""How severe each active exception is now: its type's base, one step up, one step down (both cancel)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain import money
from opsconsole.domain.severity import stepped
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.rules.rule import Rule
from opsconsole.services.business import Business
from opsconsole.services.calendars import Clocks
from opsconsole.services.detection_life import acknowledge_by
from opsconsole.services.history import Event
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions

_QUARTER, _HALF, _TENTH = 0.25, 0.5, 10


@dataclass(frozen=True, slots=True)
class Worth:
    """A value at risk to compare: in the base currency, or in its own where no rate is known."""

    amount: float
    currency: str


def judge(connection: Connection, now: int, business: Business, clocks: Clocks, small_limit: float) -> list[Event]:
    """Set severity, its reason and the acknowledge-by of all active exceptions; returns what changed on known ones."""
    rows = connection.execute(select(*_COLUMNS).where(ACTIVE)).all()
    worths = [_worth(row, business) for row in rows]
    top = _top_tenth(worths)
    changed: dict[int, tuple[str, str | None, int]] = {}
    events: list[Event] = []
    for row, worth, is_top in zip(rows, worths, top, strict=True):
        rule = BY_CODE.get(row.rule)
        if rule is None:
            continue
        severity, reason = _severity(rule, row, worth, is_top, clocks, small_limit)
        by = row.acknowledge_by
        if row.acknowledged_at is None and severity != row.severity:
            by = acknowledge_by(severity, row.detected_at, row.location, row.channel, clocks)
        if (severity, reason, by) != (row.severity, row.severity_reason, row.acknowledge_by):
            changed[row.id] = (severity, reason, by)
        if severity != row.severity and row.detected_at != now:
            because = f": {reason}" if reason else ""
            events.append(Event(row.id, "severity", f"Severity {row.severity} to {severity}{because}"))
    if changed:
        severities, reasons, bys = zip(*changed.values(), strict=True)
        dialect.bulk_update(
            connection,
            exceptions,
            list(changed),
            {"severity": severities, "severity_reason": reasons, "acknowledge_by": bys},
        )
    return events


_e = exceptions.c
_COLUMNS = (
    _e.id,
    _e.rule,
    _e.severity,
    _e.severity_reason,
    _e.value_at_risk,
    _e.currency,
    _e.opened_at,
    _e.detected_at,
    _e.due_at,
    _e.acknowledge_by,
    _e.acknowledged_at,
    _e.channel,
    _e.location,
)


def _worth(row: Any, business: Business) -> Worth | None:
    if row.value_at_risk is None:
        return None
    currency = row.currency or business.base_currency
    converted = business.in_base(row.value_at_risk, currency, business.today)
    if converted is None:
        return Worth(row.value_at_risk, currency)
    return Worth(converted, business.base_currency)


def _top_tenth(worths: Sequence[Worth | None]) -> list[bool]:
    """Whether each is among the tenth of its currency with the largest values; ties at the edge are not."""
    by_currency: dict[str, list[float]] = defaultdict(list)
    for worth in worths:
        if worth is not None:
            by_currency[worth.currency].append(worth.amount)
    for amounts in by_currency.values():
        amounts.sort()

    def is_top(worth: Worth | None) -> bool:
        if worth is None or worth.amount <= 0:
            return False
        amounts = by_currency[worth.currency]
        return (len(amounts) - bisect_left(amounts, worth.amount)) * _TENTH <= len(amounts)

    return [is_top(worth) for worth in worths]


def _severity(
    rule: Rule, row: Any, worth: Worth | None, is_top: bool, clocks: Clocks, small_limit: float
) -> tuple[str, str | None]:
    share = clocks.share_left(
        row.opened_at, row.due_at, working=rule.working, location=row.location, channel=row.channel
    )
    late = share < _QUARTER
    small = worth is not None and worth.amount < small_limit * 10 ** money.digits(worth.currency)
    reasons = []
    if is_top:
        reasons.append("value at risk is in the top tenth of open ones")
    if late:
        reasons.append("less than a quarter of the clock is left" if share else "the clock ran out")
    down = small and share > _HALF
    if down:
        reasons.append("small order with more than half of the clock left")
    severity = stepped(rule.severity, up=bool(is_top or late), down=down)
    return severity, "; ".join(reasons) if severity != rule.severity else None
