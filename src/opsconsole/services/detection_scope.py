"""What a run of the rules looks at: everything, or what changed since the last run and what the clock made true."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY
from opsconsole.domain.wording import instant
from opsconsole.rules import order_exceptions_conditions as conditions
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.rule import Need, Rule
from opsconsole.services.settings import settings_in_force
from opsconsole.store import dialect
from opsconsole.store.schema import (
    batch_fields,
    batches,
    detection_runs,
    exceptions,
    orders,
    products,
    settings,
    sku_aliases,
    stock_levels,
)

_FULL_AFTER = DAY  # a whole run a day mends what no incremental one can know
# So many candidates, and such a share of all orders, are looked at faster as a whole.
_MANY, _MOST = 5_000, 0.2


@dataclass
class Scope:
    """What to look at; ``marks`` are remembered for the next run.

    ``candidates`` are ids of orders that all rules look at (None: all orders), ``own`` those that one rule looks at
    beside them. ``imports`` is per channel ("" = any) the finish of its newest import: what a human resolved before it
    and the data still shows is reopened.
    """

    now: int
    full: bool
    settings: Mapping[str, Any]
    last: int | None = None
    candidates: list[int] | None = None
    own: Mapping[str, Collection[int]] = field(default_factory=dict)
    moved: bool = True
    settled: bool = False
    newest_batch: int | None = None
    tables: dict[str, str] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)
    said: Mapping[tuple[int, str], frozenset[str]] = field(default_factory=dict)

    @property
    def horizon(self) -> int:
        """Conditions opened before this instant are counted, not raised."""
        return self.now - int(self.settings["detection_horizon_days"] * DAY)

    def among(self, rule: Rule) -> list[int]:
        """Orders that a rule is asked about, when it is not asked about all."""
        return sorted({*(self.candidates or ()), *self.own.get(rule.code, ())})

    def parameters(self, rule: Rule) -> dict[str, float]:
        """The rule's parameters in force."""
        return {p.key: float(self.settings[f"rule.{rule.code}.{p.key}"]) for p in rule.parameters}

    def is_on(self, rule: Rule) -> bool:
        """Whether the rule is switched on."""
        return bool(self.settings[f"rule.{rule.code}.on"])

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
        return json.dumps({"tables": self.tables, "imports": self.imports, "needs": self.needs}, sort_keys=True)


def find_scope(connection: Connection, now: int, *, full: bool) -> Scope:
    """What to look at as of ``now``; UserError when the rules already ran as of a later moment."""
    last = connection.execute(select(detection_runs).order_by(detection_runs.c.id.desc()).limit(1)).first()
    check_order(last, now)
    values = settings_in_force(connection, now)
    scope = Scope(now, full or last is None or _is_due_in_full(connection, last, now), values)
    scope.tables = _table_marks(connection, now)
    scope.imports = _imports(connection)
    scope.newest_batch = connection.execute(select(func.max(batches.c.id))).scalar()
    scope.settled = not connection.execute(conditions.unsettled(now)).scalar()
    scope.said = _said(connection)
    if last is not None:
        scope.last = last.as_of
        scope.before = json.loads(last.watermarks_json or "{}")
    if not scope.full and last is not None:
        _narrow(connection, scope, last)
    return scope


def _narrow(connection: Connection, scope: Scope, last: Row[Any]) -> None:
    """To what changed since the last run, unless that is most of it."""
    candidates = _candidates(connection, scope, last)
    own = {rule.code: _own(connection, scope, rule, last) for rule in RULES if scope.is_on(rule)}
    if len(candidates) > _MANY:
        largest = connection.execute(select(func.max(orders.c.id))).scalar() or 0
        scope.full = len(candidates) > largest * _MOST
    if scope.full:
        return
    scope.candidates = candidates
    scope.own = own
    scope.moved = bool(
        candidates or scope.tables != scope.before.get("tables") or scope.newest_batch != last.newest_batch_id
    )


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
        or_(settings.c.key.like("rule.%"), settings.c.key.in_(("detection_horizon_days", "tracking_formats"))),
    )
    return connection.execute(changed.limit(1)).first() is not None


# --- marks ------------------------------------------------------------------------------------------------------------


def _table_marks(connection: Connection, now: int) -> dict[str, str]:
    """A few numbers per table that change when its content does."""
    as_of = func.coalesce(stock_levels.c.counted_at, stock_levels.c.source_time)
    known = func.count().filter(as_of <= now)
    counts = {
        "products": select(func.count(), func.max(products.c.batch_id)).select_from(products),
        "stock_levels": select(
            func.count(), func.max(stock_levels.c.batch_id), func.max(stock_levels.c.source_time), known
        ).select_from(stock_levels),
    }
    marks = {name: repr(tuple(connection.execute(query).one())) for name, query in counts.items()}
    aliases = connection.execute(select(sku_aliases).order_by(sku_aliases.c.channel, sku_aliases.c.alias)).all()
    marks["sku_aliases"] = hashlib.blake2b(repr(aliases).encode(), digest_size=8).hexdigest()
    return marks


def _imports(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        select(batches.c.channel, func.max(batches.c.finished_at))
        .where(batches.c.finished_at.is_not(None))
        .group_by(batches.c.channel)
    )
    newest: dict[str, int] = {}
    for channel, finished in rows:
        newest[channel or ""] = max(finished, newest.get(channel or "", 0))
    return newest


def _said(connection: Connection) -> dict[tuple[int, str], frozenset[str]]:
    rows = connection.execute(
        select(batch_fields).where(batch_fields.c.record_kind.in_(("orders", "shipments", "customers")))
    )
    return {(row.batch_id, row.record_kind): frozenset(json.loads(row.fields_json)) for row in rows}


# --- candidates -------------------------------------------------------------------------------------------------------


def _candidates(connection: Connection, scope: Scope, last: Row[Any]) -> list[int]:
    """Orders that changed, whose facts came true, or that people resolved before an import; and their neighbors."""
    found = set(_changed_since(connection, scope, last))
    found.update(connection.execute(conditions.ahead(last.as_of)).scalars())
    found.update(_resolved(connection, scope))
    return sorted(found | _neighbors(connection, found))


def _own(connection: Connection, scope: Scope, rule: Rule, last: Row[Any]) -> set[int]:
    """Orders whose clock ran out for a rule, and those of its active exceptions that other tables can end."""
    found: set[int] = set()
    if rule.clock is not None:
        moment = rule.moment(scope.now, scope.parameters(rule), settled=scope.settled)
        found.update(connection.execute(rule.clock(moment, last.as_of)).scalars())
    if rule.recheck:
        of_rule = select(exceptions.c.order_fk).where(
            conditions.ACTIVE, exceptions.c.rule == rule.code, exceptions.c.order_fk.is_not(None)
        )
        found.update(connection.execute(of_rule).scalars())
    return found


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
    return connection.execute(select(orders.c.id).where(orders.c.changed_at >= since)).scalars()


def _resolved(connection: Connection, scope: Scope) -> Iterable[int]:
    """Orders of what people resolved before an import that is new since the last run."""
    known = scope.before.get("imports", {})
    newer = [known.get(channel, 0) for channel, at in scope.imports.items() if at != known.get(channel)]
    if not newer:
        return ()
    resolved = select(exceptions.c.order_fk).where(
        exceptions.c.state == "resolved",
        exceptions.c.closed_at.is_not(None),
        exceptions.c.closed_at >= min(newer),
        exceptions.c.order_fk.is_not(None),
    )
    return connection.execute(resolved).scalars()


def _neighbors(connection: Connection, found: set[int]) -> set[int]:
    if not found:
        return set()
    more: set[int] = set()
    for rule in RULES:
        if rule.neighbors is not None:
            with dialect.id_set(connection, found) as ids:
                more.update(connection.execute(rule.neighbors(ids)).scalars())
    return more


# --- data that is there -----------------------------------------------------------------------------------------------


def channels_that_tell(connection: Connection, scope: Scope, rule: Rule) -> tuple[str, frozenset[str] | None]:
    """What is missing for the rule in words (empty: nothing), and the channels whose files tell what it needs."""
    telling: frozenset[str] | None = None
    for number, need in enumerate(rule.needs):
        known = _telling(connection, scope, rule, need, f"{rule.code}.{number}")
        if not known:
            return need.words, None
        if need.by_channel:
            telling = frozenset(known) if telling is None else telling & frozenset(known)
    return "", telling


def _telling(connection: Connection, scope: Scope, rule: Rule, need: Need, key: str) -> list[str]:
    """Channels that tell (``*``: not by channel); what told once is not asked again."""
    known: list[str] = list(scope.before.get("needs", {}).get(key, ()))
    if scope.full or scope.moved or not rule.scoped:
        asked = [channel for channel in (_channels(connection) if need.by_channel else ["*"]) if channel not in known]
        for channel in asked:
            probe = need.probe().limit(1)
            if need.by_channel:
                probe = probe.where(orders.c.channel == channel)
            if connection.execute(probe).first() is not None:
                known.append(channel)
    scope.needs[key] = sorted(known)
    return known


def _channels(connection: Connection) -> list[str]:
    """Channels of orders, by jumping from one to the next in the index."""
    first = select(func.min(orders.c.channel).label("channel")).cte("known", recursive=True)
    following = select(func.min(orders.c.channel)).where(orders.c.channel > first.c.channel).scalar_subquery()
    known = first.union_all(select(following).where(first.c.channel.is_not(None)))
    return list(connection.execute(select(known.c.channel).where(known.c.channel.is_not(None))).scalars())
