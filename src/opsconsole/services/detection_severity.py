"""How severe each active exception is now: its type's base, one step up, one step down (both cancel).

A whole run judges all of them. Another judges only those that can have changed: what the run or people touched, what
crossed half, a quarter or the end of its clock (``rejudge_at``), what the edge of the top tenth passed over, and what
a marketplace limit, a value of the rule or another amount of money in force changed for.
"""

import json
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from opsconsole.domain import money
from opsconsole.domain.instants import DAY, SECOND
from opsconsole.domain.severity import stepped
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.rules.rule import Rule
from opsconsole.services import market_limits
from opsconsole.services.business import Business
from opsconsole.services.detection_life import acknowledge_by
from opsconsole.services.detection_scope import Scope
from opsconsole.services.detection_worth import Worth
from opsconsole.services.history import Event
from opsconsole.store import dialect
from opsconsole.store.schema import exception_events, exceptions, orders

_QUARTER, _HALF, _TENTH = 0.25, 0.5, 10
_EARLY = SECOND  # a crossing is looked for a little before it, since shares are rounded
_LATE_EVENTS = 100  # numbers of events are given before they are written: look back so far

Earlier = Mapping[str, float]
Near = Mapping[str, Mapping[str, str]]
_e = exceptions.c


@dataclass(frozen=True)
class Edges:
    """What a value at risk must exceed to be in the top tenth: per group of currencies (the base, or one alone)."""

    company: Business
    amounts: Mapping[str, float]

    def worth(self, row: Any) -> tuple[str, float] | None:
        """Group and amount of a row; in the base currency where a rate is known."""
        if row.value_at_risk is None:
            return None
        currency = row.currency or self.company.base_currency
        converted = self.company.in_base(row.value_at_risk, currency, self.company.today)
        return (currency, row.value_at_risk) if converted is None else (self.company.base_currency, converted)

    def is_top(self, worth: tuple[str, float] | None) -> bool:
        """Whether a worth is among the largest tenth of its group; ties at the edge are not."""
        return worth is not None and worth[1] > max(0.0, self.amounts.get(worth[0], math.inf))


def judge(
    connection: Connection,
    scope: Scope,
    company: Business,
    touched: Collection[int],
    counts: Mapping[str | None, int],
) -> list[Event]:
    """Set severity, its reason and the acknowledge-by; returns what changed on known ones.

    ``counts`` are the active exceptions with a value by currency.
    """
    edges = find_edges(connection, company, counts, _earlier(scope, company))
    nearby = _near(connection, scope, company)
    which = _to_judge(connection, scope, edges, touched)
    changed: dict[int, tuple[Any, ...]] = {}
    events: list[Event] = []
    small = float(scope.settings["small_order_limit"])
    for row in _rows(connection, scope, which):
        rule = BY_CODE.get(row.rule)
        if rule is None:
            continue
        of_rule = scope.values.at(rule, row.channel, row.service, row.location).severity
        base = _begins_at(of_rule, row.evidence_json)
        severity, reason, again = _severity(rule, base, row, edges, nearby, scope, small)
        by = row.acknowledge_by
        if row.acknowledged_at is None and severity != row.severity:
            by = acknowledge_by(severity, row.detected_at, row.location, row.channel, scope.clocks)
        now_is = (severity, reason, by, again)
        if now_is != (row.severity, row.severity_reason, row.acknowledge_by, row.rejudge_at):
            changed[row.id] = now_is
        if severity != row.severity and row.detected_at != scope.now:
            because = f": {reason}" if reason else ""
            events.append(Event(row.id, "severity", f"Severity {row.severity} to {severity}{because}"))
    if changed:
        columns = zip(*changed.values(), strict=True)
        names = ("severity", "severity_reason", "acknowledge_by", "rejudge_at")
        dialect.bulk_update(connection, exceptions, list(changed), dict(zip(names, columns, strict=True)))
    return events


def _begins_at(of_rule: str, evidence: str) -> str:
    """The severity to begin at: the rule's, or a higher one that the rule gives the row itself."""
    if '"severity"' not in evidence:
        return of_rule
    return min(of_rule, json.loads(evidence).get("severity") or of_rule)


def _severity(
    rule: Rule, base: str, row: Any, edges: Edges, nearby: Near, scope: Scope, small_limit: float
) -> tuple[str, str | None, int | None]:
    """Severity, the reason where it is not the base, and when the clock can next change it."""
    clock = {"working": rule.working, "location": row.location, "channel": row.channel}
    share = scope.clocks.share_left(row.opened_at, row.due_at, **clock)
    worth = edges.worth(row)
    limit = nearby.get(row.channel or "", {}).get(row.rule)
    small = worth is not None and worth[1] < small_limit * 10 ** money.digits(worth[0])
    up = []
    if edges.is_top(worth):
        up.append("value at risk is in the top tenth of open ones")
    if limit is not None:
        up.append(limit)
    if share < _QUARTER:
        up.append("less than a quarter of the clock is left" if share else "the clock ran out")
    down = ["small order with more than half of the clock left"] if small and share > _HALF else []
    severity = stepped(base, up=bool(up), down=bool(down))
    reason = "; ".join([*up, *down]) if severity != base else None
    return severity, reason, _crossing(row, share, clock, scope)


def _crossing(row: Any, share: float, clock: Mapping[str, Any], scope: Scope) -> int | None:
    """When the clock next crosses half, a quarter or its end; None after it."""
    if share <= 0:
        return None
    if share < _QUARTER:
        return int(row.due_at)
    mark = _HALF if share > _HALF else _QUARTER
    return max(scope.now + 1, scope.clocks.reaches(mark, row.opened_at, row.due_at, **clock) - _EARLY)


# --- the top tenth ----------------------------------------------------------------------------------------------------


def find_edges(connection: Connection, company: Business, counts: Mapping[str | None, int], earlier: Earlier) -> Edges:
    """The largest value of each group that is not in its top tenth, looked for around the ``earlier`` one.

    ``counts`` are the active exceptions with a value by currency.
    """
    groups: dict[str, list[Worth]] = {}
    totals: dict[str, int] = defaultdict(int)
    for currency, count in counts.items():
        known = company.in_base(1.0, currency or company.base_currency, company.today) is not None
        group = company.base_currency if known else currency or ""
        groups.setdefault(group, []).append(Worth(connection, currency, partial(_in_group, company, group, currency)))
        totals[group] += count
    return Edges(
        company, {group: _edge(parts, totals[group] // _TENTH, earlier.get(group)) for group, parts in groups.items()}
    )


def _edge(parts: Sequence[Worth], place: int, near: float | None) -> float:
    """The value after the tenth: ``place`` of all are within, so the one after it is the first that is not.

    Those above the earlier edge are counted, then so many steps up or down are taken.
    """
    if near is None or not 0 < near < math.inf:
        return sorted((worth for part in parts for worth in part.largest(place + 1)), reverse=True)[place]
    above = sum(part.count_above(near) for part in parts)
    if above > place:
        return sorted(worth for part in parts for worth in part.above(near, above - place))[above - place - 1]
    steps = place + 1 - above
    return sorted((worth for part in parts for worth in part.not_above(near, steps)), reverse=True)[steps - 1]


def _earlier(scope: Scope, company: Business) -> Earlier:
    """The edges of the last run, where amounts are still worth the same."""
    before = scope.before.get("judged", {})
    same = before.get("base", [])[1:3] == [company.base_currency, _rates(company)]
    return before.get("edges", {}) if same else {}


def _rates(company: Business) -> dict[str, float | None]:
    return {currency: company.in_base(1e9, currency, company.today) for currency in company.rates}


def _in_group(company: Business, group: str, currency: str | None, amount: int) -> float:
    if group != company.base_currency or currency == group:
        return amount
    converted = company.in_base(amount, currency or company.base_currency, company.today)
    return amount if converted is None else converted


# --- marketplace limits -----------------------------------------------------------------------------------------------


def _near(connection: Connection, scope: Scope, company: Business) -> Near:
    """Limits that are near, looked at once a day as of its beginning (UTC), and when a limit changed."""
    percent = float(scope.settings["market_limit_near"])
    marks = [scope.now // DAY, percent, market_limits.mark(connection, company.today)]
    before = scope.before.get("judged", {})
    known: Near = before.get("near", {})
    if before.get("limits") != marks or not known:
        known = market_limits.near(connection, scope.now // DAY * DAY, percent)
    scope.judged |= {"limits": marks, "near": known}
    return known


# --- which ones -------------------------------------------------------------------------------------------------------


def _to_judge(connection: Connection, scope: Scope, edges: Edges, touched: Collection[int]) -> set[int] | None:
    """Ids that can have changed; None: all."""
    company = edges.company
    small = float(scope.settings["small_order_limit"])
    marks = [small, company.base_currency, _rates(company), scope.judged["near"]]
    before = scope.before.get("judged", {})
    earlier = before.get("edges", {})
    scope.judged |= {"base": marks, "edges": dict(edges.amounts)}
    if scope.full or before.get("base") != marks:
        return None
    found = set(touched)
    changed = [rule.code for rule in RULES if scope.values_changed(rule)]
    moved = [_passed(edges, group, earlier.get(group)) for group in {*edges.amounts, *earlier}]
    some = [condition for condition in moved if condition is not None]
    conditions = [_e.rejudge_at <= scope.now, *([_e.rule.in_(changed)] if changed else []), *some]
    for condition in conditions:
        found.update(connection.execute(select(_e.id).where(ACTIVE, condition)).scalars())
    since = before.get("event", 0) - _LATE_EVENTS
    of_people = select(exception_events.c.exception_fk).where(exception_events.c.id > since)
    found.update(connection.execute(of_people).scalars())
    found.update(_of_services(connection, scope))
    return found


def _of_services(connection: Connection, scope: Scope) -> Sequence[int]:
    """Those of changed orders whose rule has values by service: an order's service is no fact of its exceptions."""
    rules = [rule.code for rule in RULES if scope.values.by_service(rule)]
    if not rules or not scope.candidates:
        return ()
    with dialect.id_set(connection, scope.candidates) as ids:
        # Found by their order: there are more of a rule than of what changed.
        of_orders = select(_e.id).where(ACTIVE, _e.order_fk.in_(select(ids.c.id)), (_e.rule + "").in_(rules))
        return connection.execute(of_orders).scalars().all()


def _passed(edges: Edges, group: str, earlier: float | None) -> ColumnElement[bool] | None:
    """Amounts that the edge of a group passed over; a little more where rates are rounded."""
    edge = edges.amounts.get(group)
    if edge == earlier:
        return None
    low, high = sorted((max(0.0, edge or 0.0), max(0.0, earlier or 0.0)))
    if edge is None or earlier is None:
        low, high = 0.0, math.inf
    company = edges.company
    found = []
    for currency in {group, *company.rates} if group == company.base_currency else {group}:
        rate = company.in_base(1e9, currency, company.today) if group == company.base_currency else 1e9
        if rate:
            of_currency = _e.currency == currency
            if currency == company.base_currency:
                of_currency = or_(of_currency, _e.currency.is_(None))
            within = _e.value_at_risk >= int(low / (rate / 1e9)) - 1
            if high < math.inf:
                within = and_(within, _e.value_at_risk <= int(high / (rate / 1e9)) + 1)
            found.append(and_(of_currency, within))
    return or_(*found) if found else None


_COLUMNS = (
    _e.id, _e.rule, _e.severity, _e.severity_reason, _e.value_at_risk, _e.currency, _e.opened_at, _e.detected_at,
    _e.due_at, _e.acknowledge_by, _e.acknowledged_at, _e.channel, _e.location, _e.rejudge_at, _e.evidence_json,
)  # fmt: skip


def _rows(connection: Connection, scope: Scope, which: Collection[int] | None) -> Sequence[Any]:
    by_service = any(scope.values.by_service(rule) for rule in RULES)
    service = select(orders.c.service).where(orders.c.id == _e.order_fk).scalar_subquery() if by_service else _e.rule
    statement = select(*_COLUMNS, service.label("service")).where(ACTIVE)
    if which is None:
        return connection.execute(statement).all()
    if not which:
        return []
    with dialect.id_set(connection, which) as ids:
        return connection.execute(statement.where(_e.id.in_(select(ids.c.id)))).all()


def newest_event(connection: Connection) -> int:
    """Number of the newest event."""
    return connection.execute(select(func.max(exception_events.c.id))).scalar() or 0
