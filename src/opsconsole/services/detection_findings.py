"""Asking a rule: its rows as of the moment, with the evidence, or why it cannot be asked."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.rules.rule import COLUMNS, Moment, Rule
from opsconsole.services.detection_demand import Demand, demand_of
from opsconsole.services.detection_marks import channels_that_tell
from opsconsole.services.detection_questions import rows_of
from opsconsole.services.detection_scope import Scope
from opsconsole.services.rule_values import Values
from opsconsole.store import dialect
from opsconsole.store.schema import orders

_NO_EVIDENCE = frozenset({*COLUMNS, "due_at", "subject_kind"})


@dataclass(frozen=True, slots=True)
class Found:
    """A subject that meets a rule."""

    kind: str
    subject: str
    order_fk: int | None
    opened_at: int
    value_at_risk: int | None
    currency: str | None
    channel: str | None
    location: str | None
    evidence: str
    due_at: int | None = None
    values: Values | None = None  # where they differ by place
    seen: bool = False  # no file tells since when: it began when it was first seen


@dataclass(frozen=True)
class Finding:
    """What a rule said: ``state`` ran, no_data, off or unchanged. ``whole``: about everything, not the candidates.

    ``demand`` is what orders ask for, of a rule about SKUs.
    """

    rule: Rule
    state: str
    reason: str = ""
    found: Sequence[Found] = ()
    whole: bool = True
    milliseconds: int = 0
    demand: Demand | None = None


def ask(connection: Connection, rule: Rule, scope: Scope) -> Finding:
    """The rule's subjects among the scope's candidates, or among all.

    The rule is asked once per distinct set of values; of each answer those stay where these values are in force.
    """
    started = time.perf_counter()
    if not scope.is_on(rule):
        return Finding(rule, "off", "Switched off")
    missing, telling = channels_that_tell(connection, scope, rule)
    if missing:
        return Finding(rule, "no_data", f"No data for this rule: {missing}")
    changed = scope.full or scope.tables_changed(rule) or scope.needs_changed(rule) or scope.rule_changed(rule)
    changed = changed or rule.code in scope.resolved
    among = scope.among(rule)
    whole = changed or not (rule.scoped or rule.skus)
    demand = _demand(connection, rule, scope, None if whole else among)
    skus = None if whole or demand is None else demand.skus
    if not changed and not among and not skus and (rule.scoped or rule.watches):
        return Finding(rule, "unchanged")
    asked = None if whole else among if demand is None else demand.asking
    found: list[Found] = []
    for moment in scope.moments(rule, channels=telling):
        answer = found_of(connection, rule, moment, asked, skus)
        found += _in_force(connection, rule, scope, moment, answer)
    return Finding(rule, "ran", "", found, whole, round((time.perf_counter() - started) * 1000), demand)


def found_of(
    connection: Connection,
    rule: Rule,
    moment: Moment,
    among: Iterable[int] | None,
    skus: Iterable[str] | None = None,
) -> list[Found]:
    """What the rule says at a moment, about some orders, some SKUs with who asks for them, or (None) all."""
    return _checked(rule, rows_of(connection, rule, moment, among, skus), moment)


def _demand(connection: Connection, rule: Rule, scope: Scope, among: Sequence[int] | None) -> Demand | None:
    """What the orders that a rule about SKUs is asked about ask for; None for other rules."""
    if rule.skus is None:
        return None
    return demand_of(connection, rule, scope.moments(rule)[0], among, gone=scope.new_batch)


def _in_force(
    connection: Connection, rule: Rule, scope: Scope, moment: Moment, found: Sequence[Found]
) -> Sequence[Found]:
    """Those of an answer at whose place the values asked with are in force."""
    if not scope.values.by_place(rule):
        return found
    services = services_of(connection, [one.order_fk for one in found]) if scope.values.by_service(rule) else {}
    asked = tuple(moment.values[p.key] for p in rule.parameters)
    kept = []
    for one in found:
        values = scope.values.at(rule, one.channel, services.get(one.order_fk), one.location)
        if values.on and values.asked == asked:
            kept.append(replace(one, values=values))
    return kept


def services_of(connection: Connection, order_fks: Iterable[int | None]) -> dict[int | None, str | None]:
    """Per order the service it ships by."""
    with dialect.id_set(connection, (order for order in order_fks if order is not None)) as ids:
        rows = connection.execute(select(orders.c.id, orders.c.service).where(orders.c.id.in_(select(ids.c.id))))
        return {row.id: row.service for row in rows}


def _checked(rule: Rule, rows: list[dict[str, Any]], moment: Moment) -> list[Found]:
    if rule.check is None:
        return [_found(rule, row, {}, moment) for row in rows]
    answers = rule.check(rows, moment)
    return [_found(rule, row, more, moment) for row, more in zip(rows, answers, strict=True) if more is not None]


def _found(rule: Rule, row: Mapping[str, Any], more: Mapping[str, Any], moment: Moment) -> Found:
    values = {**row, **more}
    opened = values["opened_at"]
    worth = values["value_at_risk"]
    evidence = {
        key: _plain(value)
        for key, value in values.items()
        if value is not None and key not in _NO_EVIDENCE and not key.startswith("_")
    }
    return Found(
        values.get("subject_kind") or str(rule.subject),
        values["subject"],
        values["order_fk"],
        # A condition whose beginning no file tells begins when it is seen.
        moment.now if opened is None else min(int(opened), moment.now),
        None if worth is None else round(worth),
        values["currency"],
        values["channel"],
        values["location"],
        json.dumps(evidence, sort_keys=True, ensure_ascii=False),
        None if values.get("due_at") is None else int(values["due_at"]),
        seen=opened is None,
    )


def _plain(value: Any) -> Any:
    """Numbers as the databases agree on them: whole ones as integers."""
    if isinstance(value, bool | int | str):
        return value
    number = float(value)
    return int(number) if number.is_integer() else round(number, 6)
