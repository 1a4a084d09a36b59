"""Changing the values of exception rules: checked, dated, with a reason, audited."""

import json
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.rule import Parameter, Rule
from opsconsole.services.rule_values import (
    EVERYWHERE,
    ON,
    RESOLVE,
    RESOLVE_HOURS,
    SEVERITY,
    Place,
    is_severity,
    keys_of,
    values_in_force,
)
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import channels, locations, orders, rule_values

_WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def rule_named(code: str) -> Rule:
    """The rule of a code; UserError when there is none."""
    rule = BY_CODE.get(code.upper())
    if rule is None:
        raise UserError(f"There is no rule “{code}”.", "Look at the list of rules.")
    return rule


def set_value(
    database: Database,
    code: str,
    key: str,
    value: Any,
    *,
    reason: str,
    who: str,
    now: int,
    place: Place = EVERYWHERE,
    valid_from: int | None = None,
) -> Change:
    """Set a rule's value at a place from ``valid_from`` (now) on; None ends what is set there.

    ``key`` is one of the rule's parameters, ``on``, ``severity`` or ``resolve_hours``. UserError says why it cannot be.
    """
    rule = rule_named(code)
    checked = None if value is None else checked_value(rule, key, value)
    label = label_of(rule, key)
    said = reason.strip()
    if not said:
        raise UserError(f"{rule.label}: a change needs a reason.", "Say why, for whoever asks later.")
    begins = now if valid_from is None else valid_from
    if begins < now:
        raise UserError("A value cannot hold from a moment that is over.", "Choose now or a later moment.")
    with database.write() as connection:
        _check_place(connection, place)
        before = values_in_force(connection, begins)
        if value is None and place not in before.set_for(rule.code, key):
            raise UserError(f"{rule.label}: {label.lower()} is not set there.", "Look at the rule's values.")
        set_to = {"value_json": json.dumps(checked), "reason": said, "changed_by": who, "changed_at": now}
        row = {"rule": rule.code, "key": key, **place._asdict(), "valid_from": begins, **set_to}
        dialect.upsert(connection, rule_values, [row], ["rule", "key", *Place._fields, "valid_from"])
        known = {"before": before.set_for(rule.code, key).get(place), "in_force": before.value(rule, key, place)}
        detail = {"key": key, **known, "after": checked, "place": place._asdict(), "valid_from": begins, "reason": said}
        audit.record(connection, who=who, action="rule_value", subject=rule.code, detail=detail, at=now)
    return Change(_words(rule, key, checked, place))


def switch(
    database: Database, code: str, on: bool, *, reason: str, who: str, now: int, place: Place = EVERYWHERE
) -> Change:
    """Switch a rule on or off; see ``set_value``."""
    return set_value(database, code, ON, on, reason=reason, who=who, now=now, place=place)


def _words(rule: Rule, key: str, value: Any, place: Place) -> str:
    where = f" for {place.words}" if place.words else ""
    if key == ON and value is not None:
        return f"{rule.label} switched {'on' if value else 'off'}{where}"
    label = label_of(rule, key).lower()
    if value is None:
        return f"{rule.label}: {label} no longer set{where}"
    return f"{rule.label}: {label} set to {value_words(rule, key, value)}{where}"


def label_of(rule: Rule, key: str) -> str:
    """Label of one of the rule's values; UserError when it has none of that key."""
    if key not in keys_of(rule):
        raise UserError(f"{rule.label} has no value “{key}”.", f"It has {', '.join(keys_of(rule))}.")
    known = {p.key: p.label for p in rule.parameters}
    return known.get(key) or {ON: "On", SEVERITY: "Severity", RESOLVE_HOURS: RESOLVE.label}[key]


def parameter_of(rule: Rule, key: str) -> Parameter | None:
    """The number behind a key; None for what is no number."""
    return next((p for p in (*rule.parameters, RESOLVE) if p.key == key), None)


def value_words(rule: Rule, key: str, value: Any) -> str:
    """``36 hours``, ``10%``, ``on``, ``S2``."""
    if key == ON:
        return "on" if value else "off"
    parameter = parameter_of(rule, key)
    if parameter is None:
        return str(value)
    return f"{value:g}%" if parameter.unit == "%" else f"{value:g} {parameter.unit}".strip()


def checked_value(rule: Rule, key: str, value: Any) -> Any:
    """The value as it is stored; UserError says what it must be."""
    label = label_of(rule, key)
    if key == ON:
        given = _WORDS.get(value.strip().lower()) if isinstance(value, str) else value
        if not isinstance(given, bool):
            raise UserError(f"{rule.label} is on or off, not “{value}”.", "Write on or off.")
        return given
    if key == SEVERITY:
        if not is_severity(str(value).upper()):
            raise UserError(f"{rule.label} cannot have the severity “{value}”.", f"Choose of {', '.join(SEVERITIES)}.")
        return str(value).upper()
    parameter = parameter_of(rule, key)
    assert parameter is not None
    try:
        number = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if number != number:
        raise UserError(f"“{value}” is not a number.", f"{label} is in {parameter.unit}.")
    if not parameter.low <= number <= parameter.high:
        raise UserError(
            f"{rule.label}: {label.lower()} cannot be {number:g} {parameter.unit}.",
            f"Choose between {parameter.low:g} and {parameter.high:g}.",
        )
    return int(number) if number.is_integer() else number


def _check_place(connection: Connection, place: Place) -> None:
    """A misspelled place would silently hold nowhere."""
    known = {
        "channel": (channels.c.key, orders.c.channel),
        "service": (orders.c.service,),
        "location": (locations.c.key, orders.c.location),
    }
    for name, value in place._asdict().items():
        columns = known[name]
        if value and not any(
            connection.execute(select(column).where(column == value).limit(1)).first() is not None for column in columns
        ):
            raise UserError(f"No order has the {name} “{value}”.", f"Write the {name} as the orders' list has it.")
