"""Rules of automation as people keep them: listed, added, edited, put in order, switched off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from opsconsole.domain import money
from opsconsole.domain.automation import (
    AutomationRule,
    When,
    as_json,
    check,
    then_from,
    then_words,
    when_from,
    when_words,
)
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.services.business import business, setting
from opsconsole.services.names import channel_names, location_names, named
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import automation_deeds, automation_rules, exceptions

_FIELDS = (
    Field("position", "Order", Kind.QUANTITY, width=60, help="Rules act in this order."),
    Field("enabled", "On", Kind.FLAG, width=50),
    Field("name", "Name", width=180),
    Field("when", "When", width=240),
    Field("then", "Does", stretch=True),
    Field("acted", "Acted on", Kind.QUANTITY, width=80, help="Exceptions it has done something to."),
    Field("acted_at", "Last acted", Kind.INSTANT, missing="Never", width=140),
    Field("changed_by", "Changed by", hidden=True),
    Field("changed_at", "Changed", Kind.INSTANT, hidden=True, help="It acts on what opens after this."),
    Field("version", "Version", Kind.QUANTITY, hidden=True),
)
NOTHING_DONE = "Nothing to do"


def list_automation(database: Database, now: int) -> Listing:
    """All rules in the order in which they act, and what each has done; ids are those of the rules."""
    with database.read() as connection:
        rules = read_rules(connection)
        known = {row.id: row for row in connection.execute(select(automation_rules))}
        d = automation_deeds.c
        acted: dict[int, tuple[int, int]] = {
            row[0]: (row[1], row[2])
            for row in connection.execute(
                select(d.automation_fk, func.count(d.exception_fk.distinct()), func.max(d.at))
                .where(d.at <= now, d.change_fk.is_not(None))
                .group_by(d.automation_fk)
            )
        }
        labels, currency = names(connection), business(connection, now).base_currency
        zone = str(setting(connection, "time_zone", now, "UTC"))
    rows = [
        {
            "id": rule.id,
            "position": number,
            "name": rule.name,
            "when": when_words(rule.when, labels, value_words(rule.when, currency)),
            "then": then_words(rule.then),
            "enabled": rule.enabled,
            "acted": acted.get(rule.id, (0, None))[0],
            "acted_at": acted.get(rule.id, (0, None))[1],
            "changed_by": known[rule.id].changed_by,
            "changed_at": rule.changed_at,
            "version": rule.version,
        }
        for number, rule in enumerate(rules, 1)
    ]
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Automation", time_zone=zone)


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule can be about, as pairs of key and words; ``currency`` is that of the value's limits."""

    types: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
    locations: tuple[tuple[str, str], ...]
    owners: tuple[str, ...]
    currency: str


def choices(database: Database, now: int) -> Known:
    """What the form of a rule offers."""
    with database.read() as connection:
        places = [
            tuple(
                sorted(((str(key), label or str(key)) for key, label in found.items() if key), key=lambda one: one[1])
            )
            for found in (channel_names(connection), location_names(connection))
        ]
        e = exceptions.c
        owners = connection.execute(select(e.owner).where(e.owner.is_not(None)).distinct().order_by(e.owner)).scalars()
        return Known(
            tuple(sorted(LABELS, key=lambda one: one[1])),
            places[0],
            places[1],
            tuple(str(owner) for owner in owners),
            business(connection, now).base_currency,
        )


def conditions(database: Database, rule: AutomationRule, now: int) -> tuple[tuple[str, str], ...]:
    """The conditions of a rule as pairs of what and words; empty where there are none."""
    with database.read() as connection:
        known, currency = names(connection), business(connection, now).base_currency
    when = rule.when
    lists = (("Type", when.types), ("Severity", when.severities), ("Channel", when.channels), ("Site", when.locations))
    found = [(label, ", ".join(known.get(code, code) for code in codes)) for label, codes in lists if codes]
    value = value_words(when, currency)
    return (*found, *([("Value at risk", value.removeprefix("value "))] if value else ()))


def base_currency(database: Database, now: int) -> str:
    """Currency in which limits of the value at risk are meant."""
    with database.read() as connection:
        return business(connection, now).base_currency


def names(connection: Connection) -> Mapping[str, str]:
    """Words for the codes of conditions: types, channels, locations."""
    places = {**channel_names(connection), **location_names(connection)}
    return {**{str(key): label for key, label in places.items() if label}, **dict(LABELS)}


def value_words(when: When, currency: str) -> str:
    """Limits of the value at risk: ``value from $500``."""
    low, high = when.value_from, when.value_to
    parts = [f"from {money.in_words(low, currency)}"] if low is not None else []
    parts += [f"to {money.in_words(high, currency)}"] if high is not None else []
    return f"value {' '.join(parts)}" if parts else ""


def read_rules(connection: Connection) -> list[AutomationRule]:
    """All rules in the order in which they act."""
    a = automation_rules.c
    return [_rule(row) for row in connection.execute(select(automation_rules).order_by(a.position, a.id))]


def find_rule(database: Database, which: int | str) -> AutomationRule:
    """A rule by id or name; UserError when there is none."""
    with database.read() as connection:
        found = [rule for rule in read_rules(connection) if which in (rule.id, rule.name, str(rule.id))]
    if not found:
        raise UserError(f"There is no automation “{which}”.", "Look at the list of automation.")
    return found[0]


def _rule(row: Row[Any]) -> AutomationRule:
    when, then = when_from(json.loads(row.when_json)), then_from(json.loads(row.then_json))
    return AutomationRule(
        row.name, when, then, bool(row.enabled), row.id, row.position, row.version, int(row.changed_at)
    )


def _values(rule: AutomationRule) -> dict[str, Any]:
    return {
        "name": rule.name.strip(),
        "enabled": rule.enabled,
        "when_json": json.dumps(as_json(rule.when), ensure_ascii=False, sort_keys=True),
        "then_json": json.dumps(as_json(rule.then), ensure_ascii=False, sort_keys=True),
    }


def add_rule(database: Database, rule: AutomationRule, *, who: str, now: int) -> Change:
    """Save a new rule as the last one; it acts on what opens from now on. UserError says what is wrong with it."""
    named(who)
    check(rule, BY_CODE)
    with database.write() as connection:
        _free(connection, rule.name, 0)
        last = connection.execute(select(func.max(automation_rules.c.position))).scalar() or 0
        values = {**_values(rule), "position": last + 1, "changed_by": who, "changed_at": now}
        made = connection.execute(insert(automation_rules).values(**values)).inserted_primary_key
        assert made is not None
        _audit(connection, "automation added", rule.name, values, who, now)
    return Change(f"Automation “{rule.name.strip()}” added", (int(made[0]),))


def edit_rule(database: Database, rule: AutomationRule, *, who: str, now: int) -> Change:
    """Save a rule as it should be; UserError when it is wrong or somebody saved it since it was read."""
    check(rule, BY_CODE)
    with database.write() as connection:
        _free(connection, rule.name, rule.id)
    return _set(database, rule, _values(rule), f"Automation “{rule.name.strip()}” saved", who, now, restarts=True)


def switch_rule(database: Database, rule: AutomationRule, *, on: bool, who: str, now: int) -> Change:
    """Switch a rule on or off; what it did stays. Switched on, it acts on what opens from then on."""
    said = f"Automation “{rule.name}” switched {'on' if on else 'off'}"
    return _set(database, rule, {"enabled": on}, said, who, now, restarts=on)


def move_rule(database: Database, rule: AutomationRule, by: int, *, who: str, now: int) -> Change:
    """Let a rule act earlier (negative) or later."""
    named(who)
    with database.write() as connection:
        order = [known.id for known in read_rules(connection)]
        if rule.id not in order:
            raise UserError(f"There is no automation “{rule.name}”.", "Look at the list of automation.")
        place = order.index(rule.id)
        order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
        for position, rule_id in enumerate(order, 1):
            a = automation_rules
            connection.execute(update(a).where(a.c.id == rule_id).values(position=position))
        _audit(connection, "automation moved", rule.name, {"order": order}, who, now)
    return Change(f"Automation “{rule.name}” moved {'up' if by < 0 else 'down'}", (rule.id,))


def _set(
    database: Database,
    rule: AutomationRule,
    values: Mapping[str, Any],
    said: str,
    who: str,
    now: int,
    *,
    restarts: bool,
) -> Change:
    named(who)
    a = automation_rules
    more = {"changed_by": who, "version": rule.version + 1, **({"changed_at": now} if restarts else {})}
    with database.write() as connection:
        done = connection.execute(
            update(a).where(a.c.id == rule.id, a.c.version == rule.version).values(**values, **more)
        )
        if done.rowcount != 1:
            by = connection.execute(select(a.c.changed_by).where(a.c.id == rule.id)).scalar()
            raise UserError(f"{by or 'Somebody'} changed “{rule.name}” meanwhile.", "Look at it again.")
        _audit(connection, "automation changed", rule.name, dict(values), who, now)
    return Change(said, (rule.id,))


def _free(connection: Connection, name: str, own: int) -> None:
    a = automation_rules.c
    if connection.execute(select(a.id).where(a.name == name.strip(), a.id != own)).first() is not None:
        raise UserError(f"There is an automation “{name.strip()}” already.", "Choose another name.")


def _audit(connection: Connection, action: str, name: str, detail: Mapping[str, Any], who: str, now: int) -> None:
    audit.record(connection, who=who, action=action, subject=name, detail=detail, at=now)
