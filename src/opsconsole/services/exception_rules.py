"""The rules page: every rule with its values, what it found, how it ran, and the history of its changes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.rule_page import RuleEvent, RuleOverride, RulePage, RuleValue
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.rule import Rule
from opsconsole.services.business import business
from opsconsole.services.order_exceptions import TypeCount, type_counts
from opsconsole.services.rule_values import ON, SEVERITY, Place, RuleValues, default, keys_of, values_in_force
from opsconsole.services.rule_values_changes import (
    label_of,
    parameter_of,
    rule_named,
    set_value,
    switch,
    value_words,
)
from opsconsole.store.database import Database
from opsconsole.store.schema import detection_runs, rule_runs, rule_values

__all__ = ["Place", "list_changes", "list_rules", "rule_page", "set_value", "switch"]

STATES = (
    ("ran", "Running"),
    ("no_data", "No data"),
    ("off", "Off"),
    ("never", "Not run yet"),
)
_FIELDS = (
    Field("key", "Code", Kind.IDENTIFIER),
    Field("label", "Rule"),
    Field("severity", "Severity", Kind.SEVERITY),
    Field("resolve_within", "Resolve within", Kind.DURATION),
    Field("working", "Working time", Kind.FLAG, hidden=True),
    Field("parameters", "Thresholds", missing="None", stretch=True),
    Field("overrides", "Set for some", Kind.QUANTITY, help="Values that hold for a channel, service or location only."),
    Field("open", "Open", Kind.QUANTITY, total=Total.SUM),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", total=Total.SUM),
    Field("state", "State", Kind.STATUS, labels=STATES),
    Field("reason", "Because", missing="Its data is there"),
    Field("older", "Older, not raised", Kind.QUANTITY, help="Beyond the detection horizon, as of the last full run."),
    Field("last_run_at", "Last run", Kind.INSTANT, missing="Never"),
    Field("milliseconds", "Takes (ms)", Kind.QUANTITY, help="The last time that it looked at everything."),
    Field("changed_at", "Last change", Kind.INSTANT, missing="Never", hidden=True),
    Field("about", "What it says", hidden=True),
    Field("currency", "Currency", hidden=True),
)


def list_rules(database: Database, now: int) -> Listing:
    """All rules: values in force, what is open, and what the last run said (``no_data`` names what is missing)."""
    chips = {chip.rule: chip for chip in type_counts(database, now)}
    with database.read() as connection:
        runs = {row.rule: row for row in connection.execute(select(rule_runs))}
        values = values_in_force(connection, now)
        company = business(connection, now)
        changed = {row.rule: row for row in _changes(connection, now)[::-1]}
    rows = [
        {
            **_told(rule, values, runs.get(rule.code), chips.get(rule.code)),
            "currency": company.base_currency,
            "changed_at": changed[rule.code].changed_at if rule.code in changed else None,
        }
        for rule in RULES
    ]
    return from_rows(_FIELDS, rows, id_key="key", as_of=now, title="Exception rules", time_zone=company.time_zone)


def _told(rule: Rule, values: RuleValues, run: Any, chip: TypeCount | None) -> dict[str, Any]:
    mine = values.of(rule)
    thresholds = (f"{p.label.lower()} {value:g} {p.unit}" for p, value in zip(rule.parameters, mine.asked, strict=True))
    state, reason = _state(rule, values, run)
    return {
        "key": rule.code,
        "label": rule.label,
        "severity": mine.severity,
        "resolve_within": mine.resolve_seconds,
        "working": rule.working,
        "parameters": "; ".join(thresholds) or None,
        "overrides": sum(1 for row in values.overrides(rule.code) if row.channel or row.service or row.location),
        "open": chip.count if chip else 0,
        "value_at_risk": chip.value if chip else 0,
        "state": state,
        "reason": reason,
        "older": run.older_count if run else 0,
        "last_run_at": run.last_run_at if run else None,
        "milliseconds": run.milliseconds if run else None,
        "about": rule.about,
    }


def _state(rule: Rule, values: RuleValues, run: Any) -> tuple[str, str | None]:
    """What the last run said; a rule switched off says since when and why."""
    if not values.sets(rule):
        off = next((row for row in values.overrides(rule.code) if row.key == ON and not _place(row).words), None)
        return "off", f"Switched off by {off.changed_by}: {off.reason}" if off else "Switched off"
    if run is None or run.state == "off":
        return "never", None
    return run.state, run.reason


def _place(row: Any) -> Place:
    return Place(row.channel, row.service, row.location)


# --- one rule ---------------------------------------------------------------------------------------------------------


def rule_page(database: Database, now: int, code: str) -> RulePage:
    """One rule with all its values, what is set where and since when, and the history of its changes."""
    rule = rule_named(code)
    chips = {chip.rule: chip for chip in type_counts(database, now)}
    with database.read() as connection:
        run = connection.execute(select(rule_runs).where(rule_runs.c.rule == rule.code)).first()
        values = values_in_force(connection, now)
        company = business(connection, now)
        changes = _changes(connection, now, rule.code)
        learned = _learned(connection, rule.code)
    told = _told(rule, values, run, chips.get(rule.code))
    return RulePage(
        code=rule.code,
        label=rule.label,
        about=rule.about,
        severity=told["severity"],
        working=rule.working,
        state=told["state"],
        reason=told["reason"] or "",
        open=told["open"],
        value_at_risk=told["value_at_risk"],
        currency=company.base_currency,
        older=told["older"],
        last_run_at=told["last_run_at"],
        milliseconds=told["milliseconds"],
        values=tuple(_value(rule, key, values) for key in keys_of(rule)),
        history=tuple(_event(rule, row) for row in changes),
        learned=learned,
        as_of=now,
        time_zone=company.time_zone,
    )


def _value(rule: Rule, key: str, values: RuleValues) -> RuleValue:
    number = parameter_of(rule, key)
    in_force = values.value(rule, key)
    overrides = [
        RuleOverride(
            _place(row).words, row.channel, row.service, row.location, json.loads(row.value_json),
            value_words(rule, key, json.loads(row.value_json)), row.valid_from, row.changed_by, row.reason or "",
        )
        for row in values.overrides(rule.code)
        if row.key == key
    ]  # fmt: skip
    return RuleValue(
        key=key,
        label=label_of(rule, key),
        kind="flag" if key == ON else "severity" if key == SEVERITY else "number",
        default=default(rule, key),
        value=in_force,
        words=value_words(rule, key, in_force),
        unit=number.unit if number else "",
        low=number.low if number else 0.0,
        high=number.high if number else 0.0,
        help=number.help if number else "",
        overrides=tuple(sorted(overrides, key=lambda one: one.place)),
    )


def _learned(connection: Connection, code: str) -> Mapping[str, Mapping[str, float]]:
    last = connection.execute(
        select(detection_runs.c.watermarks_json).order_by(detection_runs.c.id.desc()).limit(1)
    ).scalar()
    known: Mapping[str, Mapping[str, float]] = json.loads(last or "{}").get("learned", {}).get(code, {})
    return known


# --- changes ----------------------------------------------------------------------------------------------------------

_CHANGE_FIELDS = (
    Field("changed_at", "Changed", Kind.INSTANT),
    Field("who", "By"),
    Field("rule", "Rule", Kind.STATUS, labels=tuple((rule.code, rule.label) for rule in RULES)),
    Field("words", "Change", stretch=True),
    Field("place", "Where", missing="Everywhere"),
    Field("reason", "Why", stretch=True),
    Field("valid_from", "Holds from", Kind.INSTANT),
    Field("key", "Value", Kind.IDENTIFIER, hidden=True),
)


def list_changes(database: Database, now: int, code: str = "") -> Listing:
    """Changes of the rules' values up to ``now``, the newest first; of one rule or of all."""
    wanted = rule_named(code).code if code else ""
    with database.read() as connection:
        rows = _changes(connection, now, wanted)
        company = business(connection, now)
    told = [
        {
            "id": row.id,
            "changed_at": row.changed_at,
            "who": row.changed_by,
            "rule": row.rule,
            "words": _words(rule_named(row.rule), row),
            "place": _place(row).words or None,
            "reason": row.reason,
            "valid_from": row.valid_from,
            "key": row.key,
        }
        for row in rows
        if row.rule in _KNOWN
    ]
    return from_rows(_CHANGE_FIELDS, told, id_key="id", as_of=now, title="Changes of rules",
                     time_zone=company.time_zone)  # fmt: skip


_KNOWN = frozenset(rule.code for rule in RULES)


def _changes(connection: Connection, now: int, code: str = "") -> Sequence[Row[Any]]:
    table = rule_values.c
    found = select(rule_values).where(table.changed_at <= now)
    if code:
        found = found.where(table.rule == code)
    return connection.execute(found.order_by(table.changed_at.desc(), table.id.desc())).all()


def _event(rule: Rule, row: Any) -> RuleEvent:
    where = _place(row).words
    words = f"{_words(rule, row)}{f' for {where}' if where else ''}"
    return RuleEvent(row.changed_at, row.changed_by, words, row.reason or "", row.valid_from)


def _words(rule: Rule, row: Any) -> str:
    value = json.loads(row.value_json)
    if row.key not in keys_of(rule):
        return f"{row.key} set to {value}"
    label = label_of(rule, row.key)
    if value is None:
        return f"{label} no longer set"
    if row.key == ON:
        return "Switched on" if value else "Switched off"
    return f"{label} set to {value_words(rule, row.key, value)}"
