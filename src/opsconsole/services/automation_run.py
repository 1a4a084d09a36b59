"""Automation at work: what each rule does to which exceptions, tried on today's queue or done and recorded.

A rule acts on what opened since it was saved and nobody has begun, within a day, as soon as its conditions hold; once
per exception and opening. All that a rule does in one run is one change, undone as one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from opsconsole.domain import rota, tags
from opsconsole.domain.automation import AutomationRule, check
from opsconsole.domain.change import Change
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.wording import instant, plural
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.automation import NOTHING_DONE, read_rules
from opsconsole.services.business import Business, business
from opsconsole.services.calendars import Clocks
from opsconsole.services.order_exceptions_actions_write import By, Deed, Sets, do_in
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import automation_deeds, exceptions, orders

_FRESH = DAY
_e = exceptions.c


@dataclass(frozen=True, slots=True)
class Acted:
    """What automation did in a run: per rule its change; ``touched`` the exceptions."""

    changes: tuple[Change, ...] = ()
    touched: frozenset[int] = frozenset()

    @property
    def words(self) -> str:
        """``automation acted on 12 exceptions``; empty when it did nothing."""
        return f"automation acted on {plural(len(self.touched), 'exception')}" if self.touched else ""


class Office:
    """The world in which rules decide: who is on duty where, values in the base currency, times in words."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.now = now
        self.business: Business = business(connection, now)
        self._clocks = Clocks(connection, now)
        self._known: dict[tuple[str | None, str | None], tuple[str, bool]] = {}

    def place(self, location: str | None, channel: str | None) -> tuple[str, bool]:
        """Time zone of a location, and whether it works now."""
        key = (location, channel)
        if key not in self._known:
            calendar = self._clocks.of(location, channel).calendar
            spans = calendar.spans(day_of(self.now, calendar.time_zone))
            self._known[key] = calendar.time_zone, any(opens <= self.now < closes for opens, closes in spans)
        return self._known[key]

    def worth(self, row: Any) -> float | None:
        """Value at risk in minor units of the base currency; None where it or its rate is not known."""
        if row.value_at_risk is None:
            return None
        return self.business.in_base(row.value_at_risk, row.currency or "", self.business.today)


def matches(rule: AutomationRule, row: Any, office: Office) -> bool:
    """Whether all conditions of a rule hold for an exception."""
    when = rule.when
    pairs = ((when.types, row.rule), (when.severities, row.severity), (when.channels, row.channel))
    if any(codes and value not in codes for codes, value in (*pairs, (when.locations, row.location))):
        return False
    if when.value_from is None and when.value_to is None:
        return True
    worth = office.worth(row)
    if worth is None:
        return False
    return (when.value_from is None or worth >= when.value_from) and (when.value_to is None or worth <= when.value_to)


def effects(rule: AutomationRule, row: Any, office: Office) -> tuple[Sets, list[str]]:
    """What a rule sets on an exception, and what that is in words; nothing is taken from anybody."""
    then, said = rule.then, []
    sets: Sets = {}
    owner = rota.on_duty(then.rota, office.now, *office.place(row.location, row.channel)) or then.assign
    if owner and row.owner is None:
        sets["owner"] = owner
        said.append(f"assigned to {owner}")
    if then.root_cause and row.root_cause is None:
        sets["root_cause"] = then.root_cause
        said.append(f"root cause {ROOT_CAUSES[then.root_cause].label.lower()}")
    if then.snooze_hours and (row.snoozed_until is None or row.snoozed_until <= office.now):
        until = office.now + round(then.snooze_hours * HOUR)
        sets["snoozed_until"] = until
        said.append(f"snoozed until {instant(until, office.business.time_zone, year_of=office.now)}")
    tagged = tags.changed(row.tags, then.tags, ())
    if then.tags and tagged != row.tags:
        sets["tags"] = tagged
        said.append(f"tagged {tags.join(then.tags)}")
    return sets, said


# --- doing it ---------------------------------------------------------------------------------------------------------


def run_automation(
    database: Database, now: int, touched: Collection[int] | None = None, *, everything: bool = False
) -> Acted:
    """Let all rules that are on act; each writes one change. ``touched`` empty: nothing new, so nothing is looked at.

    ``everything`` acts on the whole queue, also on what opened before a rule was saved, but still once per opening.
    """
    if touched is not None and not touched:
        return Acted()
    with database.read() as connection:
        rules = [rule for rule in read_rules(connection) if rule.enabled]
        due = bool(rules) and _any(connection, rules, now, everything=everything)
    if not due:
        return Acted()
    done: list[Change] = []
    with database.write() as connection:
        # Two clients of a shared database would both find the same ones undecided.
        dialect.hold_lock(connection, "automation")
        office = Office(connection, now)
        for rule in rules:
            rows = connection.execute(select(exceptions).where(*_candidates(rule, now, everything=everything))).all()
            ids = [row.id for row in rows if matches(rule, row, office)]
            if ids:
                done.append(_act(connection, rule, ids, office))
    changed = tuple(change for change in done if change.ids)
    return Acted(changed, frozenset(i for change in changed for i in change.ids))


def _any(connection: Connection, rules: Sequence[AutomationRule], now: int, *, everything: bool) -> bool:
    """Whether there is anything to decide, before the one writer is asked for."""
    office = Office(connection, now)
    return any(
        matches(rule, row, office)
        for rule in rules
        for row in connection.execute(select(exceptions).where(*_candidates(rule, now, everything=everything)))
    )


def _candidates(rule: AutomationRule, now: int, *, everything: bool) -> list[Any]:
    """Conditions in SQL: active ones that the rule has not decided on since they opened."""
    d = automation_deeds.c
    decided = exists(select(1).where(d.exception_fk == _e.id, d.automation_fk == rule.id, d.at >= _e.detected_at))
    found: list[Any] = [ACTIVE, ~decided]
    if rule.when.types:
        found.append(_e.rule.in_(rule.when.types))
    if not everything:
        since = max(rule.changed_at, now - _FRESH)
        found += [_e.state == "open", _e.detected_at >= since, _e.detected_at <= now]
    return found


def _act(connection: Connection, rule: AutomationRule, ids: Sequence[int], office: Office) -> Change:
    note = rule.then.note.strip()
    said: dict[int, str] = {}

    def sets(row: Row[Any]) -> Sets | None:
        values, words = effects(rule, row, office)
        if not values and not note:
            return None
        told = ", ".join(words) or "noted"
        said[row.id] = told[:1].upper() + told[1:]
        return values

    deed = Deed(
        "automation",
        f"“{rule.name}” acted on",
        sets,
        lambda row: said[row.id],
        note=(lambda row: note) if note else None,
    )
    change = do_in(connection, ids, deed, By(rule.who, office.now, automation=rule.id))
    done = set(change.ids)
    columns: dict[str, Sequence[Any]] = {
        "automation_fk": [rule.id] * len(ids),
        "exception_fk": list(ids),
        "at": [office.now] * len(ids),
        "words": [said[i] if i in done else NOTHING_DONE for i in ids],
        "change_fk": [change.id if i in done else None for i in ids],
    }
    columns["id"] = list(dialect.next_ids(connection, automation_deeds, len(ids)))
    dialect.bulk_insert(connection, automation_deeds, columns)
    return change


# --- trying it --------------------------------------------------------------------------------------------------------

_TRIAL_FIELDS = (
    Field("automation", "Automation", width=130),
    Field("does", "Would do", stretch=True, total=Total.COUNT, total_words="deeds"),
    Field("severity", "Severity", Kind.SEVERITY, width=64),
    Field("type", "Type", Kind.STATUS, labels=LABELS, width=128),
    Field("order", "Order", Kind.IDENTIFIER, missing="None", width=92),
    Field("owner", "Owner", missing="Unassigned", width=96),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("currency", "Currency", hidden=True),
    Field("exception", "Exception", Kind.QUANTITY, hidden=True),
)


class _Trial:
    """An exception as it would be after the rules before."""

    def __init__(self, row: Any) -> None:
        self._row = row
        self.changed: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return self.changed[name] if name in self.changed else getattr(self._row, name)


def try_automation(database: Database, now: int, drafts: Sequence[AutomationRule] | None = None) -> Listing:
    """What the rules that are on would do if all of today's queue had opened just now; nothing is written.

    ``drafts`` are tried instead of those saved. A row per exception and rule that does something to it.
    """
    for draft in drafts or ():
        check(draft, BY_CODE)
    with database.read() as connection:
        rules = [rule for rule in read_rules(connection) if rule.enabled] if drafts is None else list(drafts)
        office = Office(connection, now)
        statement = select(exceptions, orders.c.order_number, orders.c.order_id).join_from(
            exceptions, orders, orders.c.id == _e.order_fk, isouter=True
        )
        found = connection.execute(statement.where(ACTIVE, _e.detected_at <= now).order_by(_e.due_at, _e.id)).all()
    rows = [told for row in found for told in _tried(rules, _Trial(row), office)]
    return from_rows(
        _TRIAL_FIELDS,
        rows,
        id_key="id",
        as_of=now,
        title="What automation would do",
        time_zone=office.business.time_zone,
        notes=(f"Of {plural(len(found), 'open exception')}, as if all had opened just now.",),
    )


def _tried(rules: Sequence[AutomationRule], row: _Trial, office: Office) -> list[Mapping[str, Any]]:
    told: list[Mapping[str, Any]] = []
    for rule in rules:
        if not matches(rule, row, office):
            continue
        sets, said = effects(rule, row, office)
        said += [f"note: {rule.then.note}"] * bool(rule.then.note)
        if not said:
            continue
        words = ", ".join(said)
        told.append(
            {
                "id": f"{row.id}/{rule.id or rule.name}",
                "automation": rule.name,
                "does": words[:1].upper() + words[1:],
                "severity": row.severity,
                "type": row.rule,
                "order": row.order_number or row.order_id,
                "owner": row.owner,
                "value_at_risk": row.value_at_risk,
                "currency": row.currency,
                "exception": row.id,
            }
        )
        row.changed |= sets
    return told


def record_of(database: Database, rule: AutomationRule, now: int, limit: int = 20) -> list[tuple[int, int, str, str]]:
    """The newest deeds of a rule: when, exception, its type in words, what was done."""
    d = automation_deeds.c
    with database.read() as connection:
        rows = connection.execute(
            select(d.at, d.exception_fk, _e.rule, d.words)
            .join_from(automation_deeds, exceptions, _e.id == d.exception_fk)
            .where(d.automation_fk == rule.id, d.at <= now, d.change_fk.is_not(None))
            .order_by(d.id.desc())
            .limit(limit)
        ).all()
    labels = dict(LABELS)
    return [(row.at, row.exception_fk, labels.get(row.rule, row.rule), row.words) for row in rows]
