"""The figures of a hand-over: what each counts, as a condition that both the count and its rows are read by."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, case, cast, func, or_, select

from opsconsole.domain import money
from opsconsole.domain.figures import Figure
from opsconsole.domain.handover import OwnerLine, Span
from opsconsole.domain.instants import DAY
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import Business
from opsconsole.services.detection_life import SYSTEM
from opsconsole.services.exception_rows import SUMMED, awake, e, summed, worth_of

BACK_WITHIN = DAY

_DEFINED: Mapping[str, tuple[str, str]] = {
    "open_now": ("Open now", "Open, neither snoozed nor ignored, at the end of the span."),
    "overdue": ("Overdue", "Of what is open now: past the moment until which it must be resolved."),
    "opened": ("Opened", "Raised by the rules in the span, for the first time or again."),
    "closed_people": ("Closed by people", "Resolved by a person in the span and not open again since."),
    "closed_data": ("Closed by the data", "Closed in the span because the data no longer showed the condition."),
    "coming_back": ("Coming back", "Snoozed or waiting, with an end within the next 24 hours."),
    "unassigned": ("Without owner", "Of what is open now: nobody has it."),
    "automation": ("Automation did", "What the rules of automation did in the span, deed by deed."),
    "incidents": ("Open incidents", "Incidents that nobody has closed, of all sites."),
}
KEYS = tuple(_DEFINED)
_COUNTED = tuple(key for key in KEYS if key not in ("automation", "incidents"))


def label_of(key: str) -> str:
    """Name of a figure."""
    return _DEFINED[key][0]


def definition(key: str) -> str:
    """One sentence that says which rows a figure counts."""
    return _DEFINED[key][1]


def condition(key: str, span: Span, location: str | None) -> ColumnElement[bool]:
    """Which exceptions a figure counts."""
    found = _conditions(span)[key]
    return and_(found, e.location == location) if location else found


def _conditions(span: Span) -> dict[str, ColumnElement[bool]]:
    now = span.until
    here = and_(ACTIVE, awake(now))
    closed = and_(e.closed_at > span.since, e.closed_at <= now)
    asleep = and_(e.snoozed_until > now, e.snoozed_until <= now + BACK_WITHIN)
    waiting = and_(e.state == "waiting", e.waiting_until > now, e.waiting_until <= now + BACK_WITHIN)
    return {
        "open_now": here,
        "overdue": and_(here, e.due_at < now),
        "opened": and_(e.detected_at > span.since, e.detected_at <= now),
        "closed_people": and_(closed, e.closed_by != SYSTEM),
        "closed_data": and_(closed, e.closed_by == SYSTEM),
        "coming_back": and_(ACTIVE, or_(asleep, waiting)),
        "unassigned": and_(here, e.owner.is_(None)),
    }


@dataclass
class _Part:
    """Count and money of one figure."""

    count: int = 0
    worth: int = 0


@dataclass(frozen=True)
class Found:
    """What was read: parts of every figure by owner."""

    company: Business
    by_owner: Mapping[str, Mapping[str, _Part]] = field(default_factory=dict)

    def figures(self, automation: int, incidents: int) -> tuple[Figure, ...]:
        """All figures in the order they are shown."""
        parts = {key: _Part() for key in _COUNTED}
        for owned in self.by_owner.values():
            for key, part in owned.items():
                parts[key].count += part.count
                parts[key].worth += part.worth
        others = {"automation": automation, "incidents": incidents}
        return tuple(
            Figure(key, label_of(key), others[key], definition=definition(key))
            if key in others
            else Figure(key, label_of(key), parts[key].count, definition=definition(key), note=self._money(parts[key]))
            for key in KEYS
        )

    def _money(self, part: _Part) -> str:
        return money.in_words(part.worth, self.company.base_currency) if part.count else ""

    @property
    def owners(self) -> tuple[OwnerLine, ...]:
        """One line per owner who has or had something in the span: most overdue, then most open first."""
        lines = [
            OwnerLine(
                owner,
                parts["open_now"].count,
                parts["overdue"].count,
                parts["opened"].count,
                parts["closed_people"].count + parts["closed_data"].count,
                parts["open_now"].worth,
            )
            for owner, parts in self.by_owner.items()
        ]
        lines = [line for line in lines if line.open_now or line.opened or line.closed]
        return tuple(sorted(lines, key=lambda line: (-line.overdue, -line.open_now, line.owner)))


def read_figures(connection: Connection, company: Business, span: Span, location: str | None) -> Found:
    """Count everything in one pass over what is open or moved in the span.

    Money is in the base currency; amounts without a rate are left out.
    """
    conditions = _conditions(span)
    columns = [
        column
        for key in _COUNTED
        for column in (
            func.sum(case((conditions[key], 1), else_=0)).label(key),
            cast(func.sum(case((conditions[key], e.value_at_risk), else_=0)), BigInteger).label(f"{key}_worth"),
        )
    ]
    moved = or_(ACTIVE, conditions["opened"], conditions["closed_people"], conditions["closed_data"])
    statement: Select[Any] = (
        select(e.owner, *summed(company), *columns).where(moved, e.detected_at <= span.until).group_by(e.owner, *SUMMED)
    )
    if location:
        statement = statement.where(e.location == location)
    by_owner: dict[str, dict[str, _Part]] = defaultdict(lambda: {key: _Part() for key in _COUNTED})
    for owner, currency, each, *found in connection.execute(statement):
        parts = by_owner[owner or ""]
        for key, count, total in zip(_COUNTED, found[::2], found[1::2], strict=True):
            parts[key].count += int(count or 0)
            parts[key].worth += worth_of(company, currency, each, total) or 0
    return Found(company, dict(by_owner))
