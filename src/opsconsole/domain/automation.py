"""Rules that act for people: which exceptions they are about, and what they do with new ones.

A rule acts once per exception and opening. It never takes an exception from somebody: it assigns what has no owner,
sets a root cause where there is none, and snoozes what is awake.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from opsconsole.domain import tags
from opsconsole.domain.errors import UserError
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.rota import ALL_DAYS, Shift
from opsconsole.domain.severity import SEVERITIES

LONGEST_NAME = 60
LONGEST_SNOOZE_HOURS = 24 * 30
AUTOMATION = "Automation: "


@dataclass(frozen=True, slots=True)
class When:
    """Conditions, all of which must hold; an empty one always does. Values in minor units of the base currency."""

    types: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    value_from: int | None = None
    value_to: int | None = None


@dataclass(frozen=True, slots=True)
class Then:
    """What is done: ``rota`` names the owner, ``assign`` when nobody is on duty or there is no rota."""

    assign: str = ""
    rota: tuple[Shift, ...] = ()
    root_cause: str = ""
    snooze_hours: float = 0
    tags: tuple[str, ...] = ()
    note: str = ""

    @property
    def nothing(self) -> bool:
        """Whether no action is chosen."""
        return not (self.assign or self.rota or self.root_cause or self.snooze_hours or self.tags or self.note)


@dataclass(frozen=True, slots=True)
class AutomationRule:
    """A rule of automation; ``id`` 0 is one not saved yet. Rules act in the order of ``position``."""

    name: str
    when: When = field(default_factory=When)
    then: Then = field(default_factory=Then)
    enabled: bool = True
    id: int = 0
    position: int = 0
    version: int = 1
    changed_at: int = 0

    @property
    def who(self) -> str:
        """Name under which it writes into the history."""
        return f"{AUTOMATION}{self.name}"


def problems(rule: AutomationRule, types: Collection[str] = ()) -> dict[str, str]:
    """What is wrong, by the field of the form it stands under; empty when nothing is. ``types``: those that exist."""
    found: dict[str, str] = {}
    when, then = rule.when, rule.then
    if not rule.name.strip():
        found["name"] = "Give it a name: it stands in the history of what it does."
    elif len(rule.name) > LONGEST_NAME:
        found["name"] = f"Write at most {LONGEST_NAME} characters."
    unknown = [code for code in when.types if types and code not in types]
    if unknown:
        found["types"] = f"There is no type {unknown[0]}."
    wrong = [code for code in when.severities if code not in SEVERITIES]
    if wrong:
        found["severities"] = f"{wrong[0]} is no severity: S1, S2, S3, S4."
    low, high = when.value_from, when.value_to
    if (low is not None and low < 0) or (high is not None and high < 0):
        found["value_from"] = "Write an amount above zero."
    elif low is not None and high is not None and high < low:
        found["value_to"] = "The upper limit is below the lower one."
    return {**found, **_problems_of_deeds(then)}


def _problems_of_deeds(then: Then) -> dict[str, str]:
    found: dict[str, str] = {}
    if then.root_cause and then.root_cause not in ROOT_CAUSES:
        found["root_cause"] = f"{then.root_cause} is no root cause."
    if not 0 <= then.snooze_hours <= LONGEST_SNOOZE_HOURS:
        found["snooze_hours"] = f"Write hours from 0 to {LONGEST_SNOOZE_HOURS}."
    if any(len(tag) > tags.LONGEST for tag in then.tags):
        found["tags"] = f"Write at most {tags.LONGEST} characters a tag."
    if then.nothing:
        found["assign"] = "Choose at least one thing to do."
    return found


def check(rule: AutomationRule, types: Collection[str] = ()) -> None:
    """UserError with the first problem."""
    found = problems(rule, types)
    if found:
        raise UserError(next(iter(found.values())), "")


def when_words(when: When, labels: Mapping[str, str], money: str = "") -> str:
    """Conditions in words: ``Late shipment; S1; from $500``; ``money`` is what stands for the limits of the value."""
    parts = [
        ", ".join(labels.get(code, code) for code in codes)
        for codes in (when.types, when.severities, when.channels, when.locations)
        if codes
    ]
    return "; ".join([*parts, *([money] if money else [])]) or "Every new exception"


def then_words(then: Then) -> str:
    """Deeds in words: ``assign to Ann, tag vip``."""
    parts = []
    if then.rota:
        names = list(dict.fromkeys(shift.who for shift in then.rota))
        otherwise = f", else {then.assign}" if then.assign else ""
        parts.append(f"assign by rota ({', '.join(names)}{otherwise})")
    elif then.assign:
        parts.append(f"assign to {then.assign}")
    if then.root_cause:
        parts.append(f"set root cause {ROOT_CAUSES[then.root_cause].label.lower()}")
    if then.snooze_hours:
        parts.append(f"snooze {then.snooze_hours:g} h")
    if then.tags:
        parts.append(f"tag {tags.join(then.tags)}")
    if then.note:
        parts.append("add a note")
    said = ", ".join(parts)
    return said[:1].upper() + said[1:]


def as_json(part: When | Then) -> dict[str, Any]:
    """Conditions or deeds as JSON's types, without what is empty."""
    return {name: value for name, value in asdict(part).items() if value not in (None, "", (), 0, [])}


def when_from(told: Mapping[str, Any]) -> When:
    """Conditions from what ``as_json`` told."""
    lists = {name: tuple(told.get(name, ())) for name in ("types", "severities", "channels", "locations")}
    return When(**lists, value_from=told.get("value_from"), value_to=told.get("value_to"))


def then_from(told: Mapping[str, Any]) -> Then:
    """Deeds from what ``as_json`` told."""
    shifts = tuple(
        Shift(one["who"], tuple(one.get("weekdays", ALL_DAYS)), one.get("hours", "")) for one in told.get("rota", ())
    )
    texts = {name: str(told.get(name, "")) for name in ("assign", "root_cause", "note")}
    return Then(rota=shifts, snooze_hours=told.get("snooze_hours", 0), tags=tuple(told.get("tags", ())), **texts)
