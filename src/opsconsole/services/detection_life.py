"""The life of exceptions under a run: opened, kept true, closed by the data, reopened. Decides, then writes in bulk."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain import evidence as words
from opsconsole.domain.instants import SECOND
from opsconsole.domain.severity import ACKNOWLEDGE_WITHIN
from opsconsole.domain.statuses import EXCEPTION_STATES, ORDER_STATUSES, PAYMENT_STATUSES, codes_in
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.order_exceptions_conditions import ACTIVE, ARRIVED, SHIPPED, VOIDED
from opsconsole.rules.rule import Rule
from opsconsole.services.calendars import Clocks
from opsconsole.services.detection_findings import Finding, Found
from opsconsole.services.detection_known import Known
from opsconsole.services.detection_scope import Scope
from opsconsole.services.history import Event
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions, orders

ACTIVE_STATES = frozenset(codes_in(EXCEPTION_STATES, "active"))
SYSTEM = "System"

# What people change too: the events of a run tell it, so that a later conflict can say what somebody had seen.
_PEOPLES = (
    "state",
    "acknowledged_at",
    "closed_at",
    "closed_by",
    "root_cause",
    "snoozed_until",
    "ignored_reason",
    "ignored_until",
)
_FACTS = ("opened_at", "due_at", "value_at_risk", "currency", "channel", "location", "order_fk", "evidence_json")


@dataclass
class Life:
    """What a rule's findings come to: rows to insert and to update, those to close yet, events, and counts."""

    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    gone: Sequence[Row[Any]] = ()
    opened: int = 0
    closed: int = 0
    reopened: int = 0
    older: int = 0


def cause_of(code: str, evidence_json: str) -> str:
    """What an exception is about: kept in ``ignored_cause``, since ignoring it holds for this cause only.

    The evidence its rule names as its cause; where it names none the texts of the evidence (a part of an address, a
    SKU, a carrier's status), since amounts and times move by themselves.
    """
    told: dict[str, Any] = json.loads(evidence_json or "{}")
    rule = BY_CODE.get(code)
    named = rule.cause if rule else ()
    about = {n: v for n, v in told.items() if (n in named if named else isinstance(v, str))}
    return json.dumps({"rule": code, **about}, sort_keys=True, ensure_ascii=False)


def live(connection: Connection, finding: Finding, known: Known, scope: Scope, zone: str) -> Life:
    """Decide what becomes of the rule's exceptions, of which the known ones are those it speaks about."""
    again = _news(connection, known.values(), scope)
    life = Life()
    seen: set[tuple[str, str]] = set()
    for found in finding.found:
        key = (found.kind, found.subject)
        if key in seen:
            continue
        seen.add(key)
        _meet(life, finding.rule, found, known.get(key), scope, zone, again)
    life.gone = [row for key, row in known.items() if row.state in ACTIVE_STATES and key not in seen]
    return life


def close_all(connection: Connection, rule: Rule, scope: Scope, words_: str) -> Life:
    """Close every active exception of a rule that is switched off."""
    rows = connection.execute(select(exceptions).where(ACTIVE, exceptions.c.rule == rule.code)).all()
    life = Life()
    for row in rows:
        _end(life, row, scope.now, "rule_off", words_)
    return life


# --- met again, or for the first time ---------------------------------------------------------------------------------


def _meet(
    life: Life,
    rule: Rule,
    found: Found,
    row: Row[Any] | None,
    scope: Scope,
    zone: str,
    again: set[int],
) -> None:
    if row is not None and row.state in ACTIVE_STATES:
        _keep(life, rule, found, row, scope, zone)
        return
    if row is not None and row.state == "resolved" and row.id not in again:
        return
    if found.opened_at < scope.horizon:
        life.older += 1
        return
    facts = _facts(rule, found, found.opened_at, scope)
    short = _short(rule, found, scope.now, zone)
    if row is None:
        life.inserts.append(
            {**facts, **_fresh(rule, found, scope), "subject": found.subject, "subject_kind": found.kind}
        )
        life.raised.append(f"Raised: {short[:1].lower()}{short[1:]}" if short[1:2].islower() else f"Raised: {short}")
        life.opened += 1
        return
    was = "resolved" if row.state == "resolved" else "closed"
    life.updates[row.id] = {
        **facts,
        **_fresh(rule, found, scope),
        **_unignored(life, rule, found, row, scope, zone),
        "reopened": row.reopened + 1,
        "version": row.version + 1,
    }
    detail = _versioned(row, life.updates[row.id])
    life.events.append(Event(row.id, "reopened", f"Reopened: {was}, but the data still shows it. {short}", detail))
    life.reopened += 1


def _keep(life: Life, rule: Rule, found: Found, row: Row[Any], scope: Scope, zone: str) -> None:
    opened = row.opened_at if rule.keeps_opened or found.seen else found.opened_at
    facts = _facts(rule, found, opened, scope)
    changed = {name: facts[name] for name in _FACTS if facts[name] != getattr(row, name)}
    back = _unignored(life, rule, found, row, scope, zone)
    if back:
        changed |= {**back, "version": row.version + 1}
    if changed:
        life.updates[row.id] = changed


def _unignored(life: Life, rule: Rule, found: Found, row: Row[Any], scope: Scope, zone: str) -> dict[str, Any]:
    """What ends the ignoring of an exception that has another cause now; empty where it has not."""
    if row.ignored_cause is None or (row.ignored_until or 0) <= scope.now:
        return {}
    if cause_of(rule.code, found.evidence) == row.ignored_cause:
        return {}
    said = f"No longer ignored ({row.ignored_reason}): it has another cause now. {_short(rule, found, scope.now, zone)}"
    values = {"ignored_reason": None, "ignored_until": None, "ignored_cause": None}
    life.events.append(Event(row.id, "unignored", said, _versioned(row, values)))
    return values


def _facts(rule: Rule, found: Found, opened_at: int, scope: Scope) -> dict[str, Any]:
    due = found.due_at
    if due is None:
        within = (found.values or scope.values.of(rule)).resolve_seconds
        place = {"location": found.location, "channel": found.channel}
        due = scope.clocks.due(opened_at, within, working=rule.working, **place)
    return {
        "opened_at": opened_at,
        "due_at": due,
        "value_at_risk": found.value_at_risk,
        "currency": found.currency,
        "channel": found.channel,
        "location": found.location,
        "order_fk": found.order_fk,
        "evidence_json": found.evidence,
    }


def _fresh(rule: Rule, found: Found, scope: Scope) -> dict[str, Any]:
    severity = (found.values or scope.values.of(rule)).severity
    return {
        "severity": severity,
        "severity_reason": None,
        "state": "open",
        "detected_at": scope.now,
        "acknowledge_by": acknowledge_by(severity, scope.now, found.location, found.channel, scope.clocks),
        "acknowledged_at": None,
        "closed_at": None,
        "closed_by": None,
        "root_cause": None,
        "snoozed_until": None,
        "rejudge_at": None,
        "waiting_on": None,
        "waiting_until": None,
    }


def acknowledge_by(severity: str, start: int, location: str | None, channel: str | None, clocks: Clocks) -> int:
    """Until when somebody must have seen an exception of a severity."""
    seconds, working = ACKNOWLEDGE_WITHIN[severity]
    if not working:
        return start + seconds * SECOND
    return clocks.due(start, seconds, working=True, location=location, channel=channel)


def _versioned(row: Row[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What an event tells of a write: the version it made, and what people may have changed, before and after."""
    pairs = {name: [getattr(row, name), values[name]] for name in _PEOPLES if name in values}
    return {"version": row.version + 1, **{name: pair for name, pair in pairs.items() if pair[0] != pair[1]}}


def _short(rule: Rule, found: Found, now: int, zone: str) -> str:
    more = {"opened_at": found.opened_at, "location": found.location, "currency": found.currency}
    values = {**json.loads(found.evidence), **more}
    return words.first_that_fits(rule.short, values, now=now, zone=zone) or rule.label


# --- resolved by people, still shown by the next data -----------------------------------------------------------------


def _news(connection: Connection, rows: Iterable[Row[Any]], scope: Scope) -> set[int]:
    """Ids of resolved exceptions with newer data: an import of their channel, or a change of their order."""
    resolved = [row for row in rows if row.state == "resolved"]
    if not resolved:
        return set()
    with dialect.id_set(connection, (row.order_fk for row in resolved if row.order_fk is not None)) as ids:
        changed: dict[int, int] = dict(
            connection.execute(select(orders.c.id, orders.c.changed_at).where(orders.c.id.in_(select(ids.c.id)))).all()
        )
    anywhere = scope.imports.get("", 0)
    newest = max(scope.imports.values(), default=0)

    def news(row: Row[Any]) -> int:
        imported = max(scope.imports.get(row.channel, 0), anywhere) if row.channel else newest
        return int(max(imported, changed.get(row.order_fk, 0)))

    return {row.id for row in resolved if news(row) > (row.closed_at or 0)}


# --- gone -------------------------------------------------------------------------------------------------------------


def close_gone(
    connection: Connection, rules: Iterable[Rule], lives: Mapping[str, Life], scope: Scope, zone: str
) -> None:
    """Close what the data no longer shows, of all rules, with the cause recorded."""
    gone = [(rule, row) for rule in rules for row in lives[rule.code].gone]
    if not gone:
        return
    facts = _order_facts(connection, [row.order_fk for _, row in gone if row.order_fk is not None], scope.now)
    for rule, row in gone:
        known = facts.get(row.order_fk, {})
        if not scope.values.at(rule, row.channel, known.get("_service"), row.location).on:
            cause, said = "rule_off", "the rule was switched off for it"
        else:
            cause, said = _cause(rule, row, known, scope, zone)
        _end(lives[rule.code], row, scope.now, cause, said)


def _end(life: Life, row: Row[Any], now: int, cause: str, said: str) -> None:
    life.updates[row.id] = {
        "state": "closed",
        "closed_at": now,
        "closed_by": SYSTEM,
        "snoozed_until": None,
        "version": row.version + 1,
    }
    detail = {"cause": cause, **_versioned(row, life.updates[row.id])}
    life.events.append(Event(row.id, "closed", f"Closed by the data: {said}", detail))
    life.closed += 1


def _cause(rule: Rule, row: Row[Any], facts: Mapping[str, Any], scope: Scope, zone: str) -> tuple[str, str]:
    now = scope.now
    for closing in rule.closings:
        if facts.get(closing.fact) is not None:
            said = words.fill(closing.words, facts, now=now, zone=zone)
            if said is not None:
                return closing.cause, said
    if scope.before and scope.values_changed(rule):
        return "rule_changed", "the rule’s values were changed"
    values = json.loads(row.evidence_json)
    return "data", words.fill(rule.closed_words, values, now=now, zone=zone) or "the data no longer shows it"


def _order_facts(connection: Connection, order_fks: Sequence[int], now: int) -> dict[int | None, dict[str, Any]]:
    """Per order what has happened by now: instants, and True where only a status says so."""
    o = orders.c
    with dialect.id_set(connection, order_fks) as ids:
        rows = connection.execute(
            select(
                o.id, o.status, o.payment_status, o.shipped_at, o.delivered_at, o.cancelled_at, o.paid_at, o.service
            ).where(o.id.in_(select(ids.c.id)))
        ).all()
    return {row.id: _facts_of(row, now) for row in rows}


def _facts_of(row: Any, now: int) -> dict[str, Any]:
    paid = PAYMENT_STATUSES.get(row.payment_status)
    statuses = {
        "cancelled": row.status in VOIDED,
        "shipped": row.status in SHIPPED,
        "delivered": row.status in ARRIVED,
        "paid": paid is not None and "paid" in paid.groups,
    }
    facts: dict[str, Any] = {"_service": row.service}
    for name, said in statuses.items():
        at = getattr(row, f"{name}_at")
        if said and (at is None or at <= now):
            facts[name] = True
        if at is not None and at <= now:
            facts[f"{name}_at"] = at
    if row.status is not None and row.status not in ORDER_STATUSES:
        facts["status"] = row.status
    return facts
