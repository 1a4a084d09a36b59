"""Values of exception rules in force: thresholds, on or off, severity and resolve clock, by channel, service, location.

The table ``rule_values`` is the only place that changes them. A value holds from an instant on, until a later one of
the same key and place; one that is null ends what was there. Of several places that fit, the one that names most of
channel, service and location wins; among those with equally many, location before service before channel. The service
is the order's.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.rule import Parameter, Rule
from opsconsole.store.schema import rule_values

ON, SEVERITY, RESOLVE_HOURS = "on", "severity", "resolve_hours"
RESOLVE = Parameter(RESOLVE_HOURS, "Resolve within", 24, "hours", 0.25, 8760)


class Place(NamedTuple):
    """Where a value holds; empty: everywhere."""

    channel: str = ""
    service: str = ""
    location: str = ""

    @property
    def particular(self) -> tuple[int, bool, bool, bool]:
        """Sorts the more particular place behind."""
        return (sum(map(bool, self)), bool(self.location), bool(self.service), bool(self.channel))

    def holds(self, other: "Place") -> bool:
        """Whether what is set here holds at the other place."""
        return all(mine in ("", its) for mine, its in zip(self, other, strict=True))

    @property
    def words(self) -> str:
        """``channel web-us, location reno``; empty for everywhere."""
        named = zip(self._fields, self, strict=True)
        return ", ".join(f"{name} {value}" for name, value in named if value)


EVERYWHERE = Place()


@dataclass(frozen=True, slots=True)
class Values:
    """A rule's values at a place; ``asked`` are its parameters in the rule's order."""

    on: bool
    severity: str
    resolve_hours: float
    asked: tuple[float, ...]

    @property
    def resolve_seconds(self) -> int:
        """The resolve-within clock in seconds."""
        return int(self.resolve_hours * 3600)


def default(rule: Rule, key: str) -> Any:
    """The value a rule ships with."""
    standing: dict[str, Any] = {ON: True, SEVERITY: rule.severity, RESOLVE_HOURS: rule.resolve_hours}
    return {**{p.key: p.default for p in rule.parameters}, **standing}[key]


def keys_of(rule: Rule) -> tuple[str, ...]:
    """Keys a rule has values for: its parameters first."""
    return (*(p.key for p in rule.parameters), ON, SEVERITY, RESOLVE_HOURS)


class RuleValues:
    """What is in force as of a moment; built once per question."""

    def __init__(self, rows: Sequence[Row[Any]]) -> None:
        """``rows`` of the table, the ones to come left out, in the order of their beginning."""
        self._rows: dict[str, list[Row[Any]]] = defaultdict(list)
        self._set: dict[str, dict[str, dict[Place, Any]]] = defaultdict(lambda: defaultdict(dict))
        newest = {(row.rule, row.key, Place(row.channel, row.service, row.location)): row for row in rows}
        for (rule, key, place), row in newest.items():
            value = json.loads(row.value_json)
            if value is not None:
                self._set[rule][key][place] = value
                self._rows[rule].append(row)
        self._named = {
            rule: tuple({place[part] for by_place in keys.values() for place in by_place} for part in range(3))
            for rule, keys in self._set.items()
        }
        self._known: dict[tuple[str, Place], Values] = {}
        self._sets: dict[str, list[tuple[float, ...]]] = {}

    def of(self, rule: Rule, place: Place = EVERYWHERE) -> Values:
        """The rule's values at a place."""
        named = self._named.get(rule.code)
        if named is not None:
            place = Place(*(part if part in known else "" for part, known in zip(place, named, strict=True)))
        else:
            place = EVERYWHERE
        key = (rule.code, place)
        if key not in self._known:
            at = {name: self.value(rule, name, place) for name in keys_of(rule)}
            asked = tuple(float(at[p.key]) for p in rule.parameters)
            self._known[key] = Values(bool(at[ON]), at[SEVERITY], float(at[RESOLVE_HOURS]), asked)
        return self._known[key]

    def at(self, rule: Rule, channel: str | None, service: str | None, location: str | None) -> Values:
        """The rule's values where an exception is."""
        if rule.code not in self._named:
            return self.of(rule)
        return self.of(rule, Place(channel or "", service or "", location or ""))

    def value(self, rule: Rule, key: str, place: Place = EVERYWHERE) -> Any:
        """One value at a place: the most particular one that holds there, else the default."""
        fitting = [(at.particular, at) for at in self.set_for(rule.code, key) if at.holds(place)]
        return self._set[rule.code][key][max(fitting)[1]] if fitting else default(rule, key)

    def set_for(self, code: str, key: str) -> Mapping[Place, Any]:
        """The values set for a key, by place."""
        return self._set[code][key] if code in self._set and key in self._set[code] else {}

    def overrides(self, code: str) -> Sequence[Row[Any]]:
        """Rows in force of a rule."""
        return self._rows.get(code, ())

    def sets(self, rule: Rule) -> list[tuple[float, ...]]:
        """Distinct parameters under which the rule is asked: those of all places where it is on."""
        if rule.code not in self._sets:
            self._sets[rule.code] = self._distinct(rule)
        return self._sets[rule.code]

    def _distinct(self, rule: Rule) -> list[tuple[float, ...]]:
        named = self._named.get(rule.code, ({""}, {""}, {""}))
        places = (Place(*parts) for parts in product(*(sorted(known | {""}) for known in named)))
        found = (self.of(rule, place) for place in places)
        return list(dict.fromkeys(values.asked for values in found if values.on))

    def by_service(self, rule: Rule) -> bool:
        """Whether any value of the rule depends on the order's service."""
        return bool(self._named.get(rule.code, (set(), set(), set()))[1] - {""})

    def by_place(self, rule: Rule) -> bool:
        """Whether any value of the rule depends on where an exception is."""
        return any(known - {""} for known in self._named.get(rule.code, ()))

    def fingerprint(self, rule: Rule) -> str:
        """The same for the same values; empty where the rule has its defaults."""
        values = sorted(
            (key, *place, json.dumps(value)) for key, places in self._set.get(rule.code, {}).items()
            for place, value in places.items() if key in keys_of(rule)
        )  # fmt: skip
        return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest() if values else ""


def values_in_force(connection: Connection, now: int) -> RuleValues:
    """All rules' values as of ``now``."""
    table = rule_values.c
    return RuleValues(
        connection.execute(
            select(rule_values).where(table.valid_from <= now).order_by(table.valid_from, table.id)
        ).all()
    )


def as_settings(values: RuleValues) -> dict[str, Any]:
    """The values that hold everywhere under the names ``rule.CODE.key``, for whoever asks for settings."""
    return {
        f"rule.{rule.code}.{key}": values.value(rule, key)
        for rule in BY_CODE.values()
        for key in (*(p.key for p in rule.parameters), ON)
    }


def is_severity(value: Any) -> bool:
    """Whether a value is one of the severities."""
    return value in SEVERITIES
