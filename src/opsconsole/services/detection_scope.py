"""What a run of the rules looks at: everything, or what changed since the last run and what the clock made true."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY
from opsconsole.domain.wording import instant
from opsconsole.rules import order_exceptions_conditions as conditions
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.rule import RESTS_ON_OTHERS, Moment, Rule
from opsconsole.services.calendars import Clocks
from opsconsole.services.detection_lessons import take_lessons
from opsconsole.services.detection_marks import fields_said, newest_imports, places_mark, table_marks
from opsconsole.services.detection_questions import neighbors_of, orders_by_clock
from opsconsole.services.rule_values import RuleValues, values_in_force
from opsconsole.services.settings import settings_in_force
from opsconsole.store import dialect
from opsconsole.store.prepared import asked
from opsconsole.store.schema import batches, detection_runs, exceptions, orders, settings, warehouse_orders

EVIDENCE = 2  # counts up when rules begin to tell more in their evidence that runs rely on
_SINCE: Any = bindparam("since", 0, BigInteger())
_NEWEST_BATCH = select(func.max(batches.c.id))
_CHANGED = select(orders.c.id).where(orders.c.changed_at >= _SINCE)
_AHEAD = conditions.ahead(_SINCE)
_UNSETTLED = conditions.unsettled(_SINCE)
_TWIN = re.compile(r'"twin_fk": (\d+)')
_FULL_AFTER = DAY  # a whole run a day mends what no incremental one can know
# So many candidates, and such a share of all orders, are looked at faster as a whole.
_MANY, _MOST = 5_000, 0.2


@dataclass
class Scope:
    """What to look at; ``marks`` are remembered for the next run.

    ``candidates`` are ids of orders that all rules look at (None: all orders), ``own`` those that one rule looks at
    beside them; ``resolved`` are rules to ask as a whole, since people resolved something of no order and new data
    came. ``values`` are the rules' values in force, ``learned`` what rules learned, by code and lesson;
    ``judged`` is what the severities were judged by. ``imports`` is per channel ("" = any) the finish of its newest
    import: what a human resolved before it and the data still shows is reopened.
    """

    now: int
    full: bool
    settings: Mapping[str, Any]
    values: RuleValues
    clocks: Clocks
    last: int | None = None
    candidates: list[int] | None = None
    own: Mapping[str, Collection[int]] = field(default_factory=dict)
    moved: bool = True
    settled: bool = False
    new_batch: bool = True
    newest_batch: int | None = None
    tables: dict[str, str] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)
    said: Mapping[tuple[int, str], frozenset[str]] = field(default_factory=dict)
    learned: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    judged: dict[str, Any] = field(default_factory=dict)
    clock_mark: str = ""
    channels: Sequence[str] | None = None
    resolved: frozenset[str] = frozenset()

    @property
    def horizon(self) -> int:
        """Conditions opened before this instant are counted, not raised."""
        return self.now - int(self.settings["detection_horizon_days"] * DAY)

    def among(self, rule: Rule) -> list[int]:
        """Orders that a rule is asked about, when it is not asked about all."""
        return sorted({*(self.candidates or ()), *self.own.get(rule.code, ())})

    @property
    def forwarders(self) -> frozenset[str] | None:
        """Postcodes of freight forwarders, where the business has its own list."""
        listed = self.settings["freight_forwarders"]
        return frozenset(listed) if listed else None

    def moments(self, rule: Rule, **more: Any) -> list[Moment]:
        """What the rule is asked at: once per distinct set of values among the places where it is on."""
        keys = [p.key for p in rule.parameters]
        return [
            rule.moment(
                self.now,
                dict(zip(keys, asked, strict=True)),
                settled=self.settled,
                said=self.said,
                formats=self.settings["tracking_formats"] or {},
                learned=self.learned.get(rule.code, {}),
                clocks=self.clocks,
                forwarders=self.forwarders,
                **more,
            )
            for asked in self.values.sets(rule)
        ]

    def is_on(self, rule: Rule) -> bool:
        """Whether the rule is switched on anywhere."""
        return bool(self.values.sets(rule))

    def rule_changed(self, rule: Rule) -> bool:
        """Whether the rule's values, or what it learned, changed since the last run: it must then run as a whole."""
        learned: Mapping[str, Any] = self.before.get("learned", {})
        return self.values_changed(rule) or self.learned.get(rule.code, {}) != learned.get(rule.code, {})

    def values_changed(self, rule: Rule) -> bool:
        """Whether the rule's values are others than in the last run."""
        known = self.before.get("values", {})
        return bool(self.values.fingerprint(rule) != known.get(rule.code, ""))

    def tables_changed(self, rule: Rule) -> bool:
        """Whether a table beside the orders that the rule depends on changed since the last run."""
        known = self.before.get("tables", {})
        return any(self.tables[name] != known.get(name) for name in rule.watches)

    def needs_changed(self, rule: Rule) -> bool:
        """Whether data that the rule cannot do without is there since this run."""
        known = self.before.get("needs", {})
        keys = [f"{rule.code}.{number}" for number in range(len(rule.needs))]
        return any(self.needs.get(key) != known.get(key) for key in keys)

    def marks(self) -> str:
        """What the next run must know of this one."""
        values = {rule.code: self.values.fingerprint(rule) for rule in RULES}
        told = {
            "tables": self.tables,
            "imports": self.imports,
            "needs": self.needs,
            "values": {code: mark for code, mark in values.items() if mark},
            "learned": self.learned,
            "clocks": self.clock_mark,
            "evidence": EVIDENCE,
            "judged": self.judged,
        }
        return json.dumps(told, sort_keys=True)


def find_scope(connection: Connection, now: int, *, full: bool) -> Scope:
    """What to look at as of ``now``; UserError when the rules already ran as of a later moment."""
    last = connection.execute(select(detection_runs).order_by(detection_runs.c.id.desc()).limit(1)).first()
    check_order(last, now)
    whole = full or last is None or _is_due_in_full(connection, last, now)
    clocks = Clocks(connection, now)
    scope = Scope(now, whole, settings_in_force(connection, now), values_in_force(connection, now), clocks)
    scope.clock_mark = f"{clocks.mark()} {places_mark(connection)}"
    scope.tables = table_marks(connection, now)
    scope.imports = newest_imports(connection)
    scope.newest_batch = asked(connection, _NEWEST_BATCH).rows[0][0]
    scope.settled = not asked(connection, _UNSETTLED, planned=False, since=now).rows[0][0]
    scope.said = fields_said(connection)
    if last is not None:
        scope.last = last.as_of
        scope.before = json.loads(last.watermarks_json or "{}")
        # Other calendars give other due dates to all, other kinds of places other duties.
        scope.full = scope.full or scope.before.get("clocks") != scope.clock_mark
        scope.full = scope.full or scope.before.get("evidence") != EVIDENCE
    take_lessons(connection, scope)
    if not scope.full and last is not None:
        _narrow(connection, scope, last)
    return scope


def _narrow(connection: Connection, scope: Scope, last: Row[Any]) -> None:
    """To what changed since the last run, unless that is most of it."""
    candidates = _candidates(connection, scope, last)
    own = {rule.code: _by_clock(connection, scope, rule, last) for rule in RULES if scope.is_on(rule)}
    for code, found in _rechecked(connection, scope, candidates, last).items():
        own[code] = own.get(code, set()) | found
    if len(candidates) > _MANY:
        largest = connection.execute(select(func.max(orders.c.id))).scalar() or 0
        scope.full = len(candidates) > largest * _MOST
    if scope.full:
        dialect.plan_each_time(connection)
        return
    scope.candidates = candidates
    scope.own = own
    scope.new_batch = scope.newest_batch != last.newest_batch_id
    scope.moved = bool(candidates or scope.tables != scope.before.get("tables") or scope.new_batch)


def check_order(last: Row[Any] | None, now: int) -> None:
    """UserError when a run as of a later moment has been."""
    if last is not None and now < last.as_of:
        raise UserError(
            f"The rules already ran as of {instant(last.as_of, year_of=None)} UTC; exceptions cannot be rewound.",
            "Choose that moment or a later one.",
        )


def _is_due_in_full(connection: Connection, last: Row[Any], now: int) -> bool:
    whole = connection.execute(
        select(func.max(detection_runs.c.as_of)).where(detection_runs.c.scope == "full")
    ).scalar()
    if whole is None or now - whole >= _FULL_AFTER:
        return True
    changed = select(settings.c.key).where(
        or_(
            settings.c.changed_at >= last.as_of,
            (settings.c.valid_from >= last.as_of) & (settings.c.valid_from <= now),
        ),
        settings.c.key.in_(("detection_horizon_days", "tracking_formats", "freight_forwarders")),
    )
    return connection.execute(changed.limit(1)).first() is not None


# --- candidates -------------------------------------------------------------------------------------------------------


def _candidates(connection: Connection, scope: Scope, last: Row[Any]) -> list[int]:
    """Orders that changed, whose facts came true, or that people resolved before an import; and their neighbors."""
    found = set(_changed_since(connection, scope, last))
    found.update(asked(connection, _AHEAD, planned=False, since=last.as_of).scalars())
    of_orders, scope.resolved = _resolved(connection, scope)
    found |= of_orders
    dialect.plan_once(connection)
    return sorted(found | _neighbors(connection, found))


def _by_clock(connection: Connection, scope: Scope, rule: Rule, last: Row[Any]) -> set[int]:
    """Orders whose clock ran out for a rule."""
    found: set[int] = set()
    for moment in scope.moments(rule) if rule.clock is not None else ():
        found |= orders_by_clock(connection, rule, moment, last.as_of)
    return found


def _rechecked(
    connection: Connection, scope: Scope, candidates: Collection[int], last: Row[Any]
) -> dict[str, set[int]]:
    """Per rule the orders of active exceptions that something else than their own change can end."""
    e = exceptions.c
    known = scope.before.get("tables", {})
    moved = bool(candidates) or scope.newest_batch != last.newest_batch_id
    holds = {"day": scope.now // DAY != last.as_of // DAY}
    holds |= {name: mark != known.get(name) for name, mark in scope.tables.items()}
    whole = [rule.code for rule in RULES if any(holds.get(what) for what in rule.recheck)]
    due = [rule.code for rule in RULES if "due" in rule.recheck]
    named = [rule.code for rule in RULES if "twin_fk" in rule.recheck and moved]
    resting = [rule.code for rule in RULES if RESTS_ON_OTHERS in rule.recheck and moved]
    again = [rule.code for rule in RULES if "files" in rule.recheck and scope.newest_batch != last.newest_batch_id]
    asked = or_(
        e.rule.in_([*whole, *named]),
        and_(e.rule.in_(resting), e.evidence_json.contains(f'"{RESTS_ON_OTHERS}": true', autoescape=True)),
        and_(e.rule.in_(due), e.due_at >= last.as_of, e.due_at <= scope.now),
        and_(e.rule.in_(again), _told_again(last.newest_batch_id or 0)),
    )
    rows = connection.execute(
        select(e.rule, e.order_fk, e.evidence_json).where(conditions.ACTIVE, asked, e.order_fk.is_not(None))
    ).all()
    twins = {row.order_fk: _twin(row.evidence_json) for row in rows if row.rule in named}
    gone = (
        set(twins.values()) - _there(connection, twins.values()) if scope.newest_batch != last.newest_batch_id else ()
    )
    other = {None, *candidates, *gone}
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.rule not in named or twins[row.order_fk] in other:
            found[row.rule].add(row.order_fk)
    return found


def _twin(evidence: str) -> int | None:
    """The order that the evidence names by its number."""
    named = _TWIN.search(evidence)
    return int(named[1]) if named else None


def _told_again(batch: int) -> ColumnElement[bool]:
    """Exceptions whose order, or its warehouse's record, stood in a newer file, though with nothing new."""
    e, w = exceptions.c, warehouse_orders.c
    return or_(
        exists(select(orders.c.id).where(orders.c.id == e.order_fk, orders.c.batch_id > batch)),
        exists(select(w.id).where(w.order_fk == e.order_fk, w.batch_id > batch)),
    )


def _there(connection: Connection, wanted: Iterable[int | None]) -> set[int | None]:
    """Of some orders those that are there."""
    with dialect.id_set(connection, (order for order in wanted if order is not None)) as ids:
        return set(connection.execute(select(orders.c.id).where(orders.c.id.in_(select(ids.c.id)))).scalars())


def _changed_since(connection: Connection, scope: Scope, last: Row[Any]) -> Iterable[int]:
    """Orders written after the last run looked; an import that was under way then began earlier."""
    began = connection.execute(
        select(func.min(batches.c.started_at)).where(
            or_(
                batches.c.id > (last.newest_batch_id or 0),
                batches.c.finished_at.is_(None),
                batches.c.finished_at >= last.as_of,
            )
        )
    ).scalar()
    since = min(last.as_of, began) if began is not None else last.as_of
    return asked(connection, _CHANGED, planned=False, since=since).scalars()


def _resolved(connection: Connection, scope: Scope) -> tuple[set[int], frozenset[str]]:
    """Orders of what people resolved before an import that is new since the last run; rules of what is of no order."""
    known = scope.before.get("imports", {})
    newer = [known.get(channel, 0) for channel, at in scope.imports.items() if at != known.get(channel)]
    if not newer:
        return set(), frozenset()
    rows = connection.execute(
        select(exceptions.c.order_fk, exceptions.c.rule).where(
            exceptions.c.state == "resolved",
            exceptions.c.closed_at.is_not(None),
            exceptions.c.closed_at >= min(newer),
        )
    ).all()
    of_orders = {row.order_fk for row in rows if row.order_fk is not None}
    return of_orders, frozenset(row.rule for row in rows if row.order_fk is None)


def _neighbors(connection: Connection, found: set[int]) -> set[int]:
    if not found:
        return set()
    changed = sorted(found)
    return {order for rule in RULES for order in neighbors_of(connection, rule, changed)}
