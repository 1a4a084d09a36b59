"""Trying a value of a rule on history before it is saved.

Every exception of the rule that was raised in the window is asked again: would it have been raised with the other
value? It would when the last run of the rules that still showed it would show it with the new value too. The rule is
asked as of that run, by the facts as they are dated. Where the data has changed since without a date (an address was
mended), so that not even the old value shows it any more, a time that must pass is moved instead; anything else
cannot be told. For what would have been raised besides, the rule is asked as of each run of the window.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND
from opsconsole.domain.listing import from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.rule_page import OUTCOMES, Trial
from opsconsole.domain.wording import plural
from opsconsole.rules.rule import Moment, Parameter, Rule
from opsconsole.services.business import Business, business
from opsconsole.services.detection_findings import Found, found_of, services_of
from opsconsole.services.detection_marks import channels_that_tell
from opsconsole.services.detection_questions import orders_by_clock
from opsconsole.services.detection_scope import Scope, find_scope
from opsconsole.services.exception_rules_escalated import escalations
from opsconsole.services.names import channel_names, location_names, pairs
from opsconsole.services.rule_values import EVERYWHERE, Place
from opsconsole.services.rule_values_changes import checked_value, rule_named, value_words
from opsconsole.store.database import Database
from opsconsole.store.schema import detection_runs, exceptions

DAYS = 90
# So many runs of the window are replayed: by what the clock made true between them, or each as a whole.
_MOST_STEPS, _MOST_WHOLE = 400, 40
_UNITS = {"minutes": MINUTE, "hours": HOUR, "days": DAY}


@dataclass(frozen=True)
class Question:
    """What is tried: a rule's values at a place, as they are and as they would be."""

    rule: Rule
    parameter: Parameter
    place: Place
    old: float
    new: float
    scope: Scope
    telling: frozenset[str] | None

    def moment(self, at: int, value: float) -> Moment:
        """The rule's moment as of an instant with a value of the parameter."""
        asked = self.scope.values.of(self.rule, self.place).asked
        values = dict(zip((p.key for p in self.rule.parameters), asked, strict=True)) | {self.parameter.key: value}
        scope = self.scope
        return self.rule.moment(
            at,
            values,
            said=scope.said,
            formats=scope.settings["tracking_formats"] or {},
            learned=scope.learned.get(self.rule.code, {}),
            clocks=scope.clocks,
            forwarders=scope.forwarders,
            channels=self.telling,
        )


@dataclass(frozen=True, slots=True)
class Case:
    """An exception of the window and the last run that showed it."""

    row: Row[Any]
    last: int


def try_value(
    database: Database,
    now: int,
    code: str,
    key: str,
    value: Any,
    *,
    place: Place = EVERYWHERE,
    days: int = DAYS,
    progress: Progress | None = None,
) -> Trial:
    """What another value of a parameter would have done to the rule's exceptions of the last ``days`` days.

    UserError where the rule has no such number or the value is out of its range; Cancelled through ``progress``.
    """
    rule = rule_named(code)
    parameter = next((p for p in rule.parameters if p.key == key), None)
    if parameter is None:
        named = ", ".join(p.key for p in rule.parameters) or "none"
        raise UserError(f"{rule.label} has no threshold “{key}”.", f"Its thresholds: {named}.")
    new = float(checked_value(rule, key, value))
    if not 1 <= days <= 3650:
        raise UserError(f"{days} days cannot be looked back.", "Choose between 1 and 3650.")
    watched = progress or Progress()
    with database.read() as connection:
        question = _question(connection, now, rule, parameter, new, place)
        runs = _runs(connection, now)
        cases = _cases(connection, question, runs, now - days * DAY)
        outcomes = _outcomes(connection, question, cases, watched)
        more = _more(connection, question, [at for at in runs if at >= now - days * DAY], watched)
        known = {case.row.subject for case in cases} | _raised_before(connection, rule, now - days * DAY)
        rows = _case_rows(connection, cases, outcomes, now)
        rows += [_more_row(one, at) for at, one in more if one.subject not in known]
        company, fields = business(connection, now), _fields(connection)
    return _told(question, rows, days, company, len(runs), fields)


def _question(connection: Connection, now: int, rule: Rule, parameter: Parameter, new: float, place: Place) -> Question:
    scope = find_scope(connection, now, full=True)
    asked = scope.values.of(rule, place).asked
    old = dict(zip((p.key for p in rule.parameters), asked, strict=True))[parameter.key]
    missing, telling = channels_that_tell(connection, scope, rule)
    if missing:
        raise UserError(f"No data for this rule: {missing}.", "It raised nothing that a value could be tried on.")
    return Question(rule, parameter, place, old, new, scope, telling)


def _runs(connection: Connection, now: int) -> list[int]:
    """Moments at which the rules ran, in order."""
    at = detection_runs.c.as_of
    return list(connection.execute(select(at).where(at <= now).distinct().order_by(at)).scalars())


def _cases(connection: Connection, question: Question, runs: Sequence[int], since: int) -> list[Case]:
    e = exceptions.c
    now = question.scope.now
    rows = connection.execute(
        select(exceptions)
        .where(e.rule == question.rule.code, e.detected_at >= since, e.detected_at <= now)
        .order_by(e.detected_at, e.id)
    ).all()
    services = services_of(connection, [row.order_fk for row in rows]) if question.place.service else {}
    cases = []
    for row in rows:
        there = Place(row.channel or "", services.get(row.order_fk) or "", row.location or "")
        if question.place.holds(there):
            end = now + 1 if row.closed_at is None or row.closed_at > now else row.closed_at
            cases.append(Case(row, _last_run(runs, row.detected_at, end)))
    return cases


def _last_run(runs: Sequence[int], first: int, end: int) -> int:
    """The last run before the end; where the run that raised it is not known, all others of then are not either."""
    before = bisect_left(runs, end) - 1
    at = bisect_left(runs, first)
    known = at < len(runs) and runs[at] == first
    return max(first, runs[before]) if known and before >= 0 else max(first, end - 1)


def _raised_before(connection: Connection, rule: Rule, since: int) -> set[str]:
    """Subjects with an exception from before the window that reaches into it, which are no new ones."""
    e = exceptions.c
    found = select(e.subject).where(
        e.rule == rule.code, e.detected_at < since, (e.closed_at.is_(None)) | (e.closed_at >= since)
    )
    return set(connection.execute(found).scalars())


# --- would it have been raised ----------------------------------------------------------------------------------------


def _outcomes(connection: Connection, question: Question, cases: Sequence[Case], watched: Progress) -> list[str]:
    """Per case: raised, not_raised, unknown."""
    by_run: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        by_run[case.last].append(case)
    answers: dict[int, str] = {}
    for number, (at, together) in enumerate(sorted(by_run.items())):
        watched.step(number, len(by_run), "Asking again what was raised")
        among = None if not question.rule.scoped else [c.row.order_fk for c in together if c.row.order_fk is not None]
        before = {one.subject for one in _ask(connection, question, at, question.old, among)}
        after = {one.subject for one in _ask(connection, question, at, question.new, among)}
        for case in together:
            subject = case.row.subject
            if subject in before:
                answers[case.row.id] = "raised" if subject in after else "not_raised"
            else:
                answers[case.row.id] = _moved(question, case)
    return [answers[case.row.id] for case in cases]


def _moved(question: Question, case: Case) -> str:
    """By the clock alone, where the facts no longer show what was raised."""
    parameter = question.parameter
    if not parameter.delays:
        return "unknown"
    later = question.new - question.old
    opened = case.row.opened_at
    if parameter.working:
        seconds = later * _UNITS[parameter.unit] / SECOND
        at = question.scope.clocks.add(opened, seconds, case.row.location, case.row.channel) if later > 0 else opened
    else:
        at = opened + int(later * _UNITS[parameter.unit])
    return "raised" if at < case.last else "not_raised"


def _ask(connection: Connection, question: Question, at: int, value: float, among: Sequence[int] | None) -> list[Found]:
    """What the rule says as of an instant, at the place asked about."""
    found = found_of(connection, question.rule, question.moment(at, value), among)
    if not any(question.place):
        return found
    services = services_of(connection, [one.order_fk for one in found]) if question.place.service else {}
    return [
        one
        for one in found
        if question.place.holds(Place(one.channel or "", services.get(one.order_fk) or "", one.location or ""))
    ]


# --- what would have been raised besides ------------------------------------------------------------------------------


def _more(
    connection: Connection, question: Question, runs: Sequence[int], watched: Progress
) -> Iterable[tuple[int, Found]]:
    """Subjects the new value shows at a run of the window, each with the first such run."""
    rule = question.rule
    by_clock = rule.scoped and rule.clock is not None and question.parameter.delays
    steps = _thinned(runs, _MOST_STEPS if by_clock else _MOST_WHOLE)
    horizon = question.scope.now - question.scope.horizon
    seen: dict[str, tuple[int, Found]] = {}
    for number, at in enumerate(steps):
        watched.step(number, len(steps), "Looking for what would have been raised besides")
        among = None
        if by_clock and number:
            among = sorted(orders_by_clock(connection, rule, question.moment(at, question.new), steps[number - 1]))
        for one in _ask(connection, question, at, question.new, among):
            if one.opened_at >= at - horizon:
                seen.setdefault(one.subject, (at, one))
    return seen.values()


def _thinned(runs: Sequence[int], most: int) -> list[int]:
    """At most so many of the runs, evenly, the last one among them."""
    if len(runs) <= most:
        return list(runs)
    return [runs[(number + 1) * len(runs) // most - 1] for number in range(most)]


# --- the answer -------------------------------------------------------------------------------------------------------

_FIELDS = (
    Field("subject", "Subject", Kind.IDENTIFIER, stretch=True),
    Field("outcome", "With the new value", Kind.STATUS, labels=OUTCOMES, width=150),
    Field("escalated", "Escalated later", missing="No", width=110),
    Field("opened_at", "Since", Kind.INSTANT),
    Field("detected_at", "Raised", Kind.INSTANT),
    Field("closed_at", "Closed", Kind.INSTANT, missing="Open", hidden=True),
    Field("state", "State", Kind.STATE, missing="Never raised"),
    Field("severity", "Severity", Kind.SEVERITY),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency"),
    Field("channel", "Channel", Kind.STATUS, missing="None"),
    Field("location", "Site", Kind.STATUS, missing="Unknown"),
    Field("order_fk", "Order", hidden=True),
    Field("currency", "Currency", hidden=True),
)


def _fields(connection: Connection) -> tuple[Field, ...]:
    """The columns, with the names that people know for channels and sites."""
    names = {"channel": pairs(channel_names(connection)), "location": pairs(location_names(connection))}
    return tuple(replace(field, labels=names.get(field.key, field.labels)) for field in _FIELDS)


def _case_rows(
    connection: Connection, cases: Sequence[Case], outcomes: Sequence[str], now: int
) -> list[dict[str, Any]]:
    worse = escalations(connection, [case.row for case in cases], now)
    return [
        {
            **{field.key: getattr(case.row, field.key, None) for field in _FIELDS},
            "id": case.row.id,
            "outcome": outcome,
            "escalated": worse.get(case.row.id),
        }
        for case, outcome in zip(cases, outcomes, strict=True)
    ]


def _more_row(one: Found, at: int) -> dict[str, Any]:
    return {
        **{field.key: getattr(one, field.key, None) for field in _FIELDS},
        "id": f"more {one.subject}",
        "outcome": "more",
        "detected_at": at,
    }


def _told(
    question: Question,
    rows: Sequence[Mapping[str, Any]],
    days: int,
    company: Business,
    runs: int,
    fields: Sequence[Field],
) -> Trial:
    rule, key = question.rule, question.parameter.key
    counts = {outcome: sum(1 for row in rows if row["outcome"] == outcome) for outcome, _ in OUTCOMES}
    total = len(rows) - counts["more"]
    escalated = sum(1 for row in rows if row["outcome"] == "not_raised" and row["escalated"])
    old, new = question.old, question.new
    said = f"{_short(rule, key, new)} instead of {_short(rule, key, old)}: "
    said += f"{counts['not_raised']:,} of {total:,} would not have been raised"
    if counts["not_raised"]:
        said += f"; {escalated:,} of those {'was' if escalated == 1 else 'were'} escalated later"
    if counts["more"]:
        said += f"; {counts['more']:,} more would have been raised"
    notes = [f"Exceptions raised in the last {plural(days, 'day')}{_where(question.place)}, by the runs of the rules."]
    if new < old:
        notes.append("What ended without a date in the files is not found among those that would have been raised.")
    if counts["unknown"]:
        notes.append(f"{counts['unknown']:,} cannot be told any more: the data changed since without a date.")
    if runs > _MOST_STEPS:
        notes.append("What would have been raised besides is looked for at some of the runs only.")
    listing = from_rows(
        fields, rows, id_key="id", as_of=company.now, title=said, time_zone=company.time_zone, notes=tuple(notes)
    )
    return Trial(
        said, rule.code, key, old, new, days, total, counts["not_raised"], escalated, counts["unknown"],
        counts["more"], listing, tuple(notes),
    )  # fmt: skip


def _short(rule: Rule, key: str, value: float) -> str:
    """``36 h``, ``15%``."""
    words = value_words(rule, key, value)
    return words.replace(" hours", " h").replace(" minutes", " min")


def _where(place: Place) -> str:
    return f" for {place.words}" if place.words else ""
