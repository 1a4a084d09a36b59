"""Running the exception rules: ask each of them, keep the exceptions true to the data, judge their severity.

A run reads one state of the data and then writes in one short transaction. It looks at what changed since the last run
and at what the passing of time made true; once a day, and when asked, at everything, with the same result.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from opsconsole.domain.detection_report import DetectionReport, RuleResult
from opsconsole.domain.progress import Progress
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import business
from opsconsole.services.detection_demand import remember
from opsconsole.services.detection_findings import Finding, ask
from opsconsole.services.detection_known import Known, known_exceptions
from opsconsole.services.detection_life import SYSTEM, Life, close_all, close_gone, live
from opsconsole.services.detection_scope import Scope, check_order, find_scope
from opsconsole.services.detection_severity import judge, newest_event
from opsconsole.services.history import Event, write_events
from opsconsole.services.incidents_attach import attach_found, incidents_mark
from opsconsole.services.market_limits import load_limits
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.interruption import ends_when_cancelled
from opsconsole.store.schema import detection_runs, exceptions, rule_runs

_LEASE = "detection"


def detect(
    database: Database, now: int, *, full: bool = False, who: str = SYSTEM, progress: Progress | None = None
) -> DetectionReport:
    """Run all rules as of ``now``; ``full`` looks at everything.

    Raises UserError when they already ran as of a later moment, Cancelled when the progress was cancelled before what
    was found is committed: nothing of it is written then. On a shared database one client detects at a time: another
    gets a report of scope ``busy``.
    """
    started = time.perf_counter()
    watched = progress or Progress()
    with database.read() as connection, ends_when_cancelled(connection, progress):
        if not dialect.try_lock(connection, _LEASE):
            return DetectionReport(now, "busy")
        scope = find_scope(connection, now, full=full)
        findings = []
        for number, rule in enumerate(RULES):
            watched.step(number, len(RULES) + 1, f"Looking for {rule.label.lower()}")
            findings.append(ask(connection, rule, scope))
        _say_writing(watched)
        with database.write(progress) as writer:
            return _write(writer, scope, findings, who, started, watched)


def _say_writing(watched: Progress) -> None:
    watched.step(len(RULES), len(RULES) + 1, "Writing what was found")


def _each(findings: Sequence[Finding], watched: Progress) -> Iterator[Finding]:
    """What was found, rule by rule; a cancel ends it between two: a hundred thousand findings take seconds."""
    for finding in findings:
        _say_writing(watched)
        yield finding


def _write(
    connection: Connection, scope: Scope, findings: Sequence[Finding], who: str, started: float, watched: Progress
) -> DetectionReport:
    last = connection.execute(select(detection_runs).order_by(detection_runs.c.id.desc()).limit(1)).first()
    check_order(last, scope.now)
    of_business = business(connection, scope.now)
    known = known_exceptions(connection, findings, scope)
    lives = {f.rule.code: _life(connection, f, known, scope, of_business.time_zone) for f in _each(findings, watched)}
    close_gone(connection, [f.rule for f in findings], lives, scope, of_business.time_zone)
    for finding in _each(findings, watched):
        if finding.demand is not None:
            remember(connection, finding.demand)
    touched = _write_lives(connection, lives, scope.now)
    if last is None:
        load_limits(connection)
    counts, valued = _open_counts(connection, scope.now)
    judged = judge(connection, scope, of_business, touched, valued)
    write_events(connection, judged, who=SYSTEM, at=scope.now)
    _attach(connection, scope, touched | {row.id for rows in known.values() for row in rows.values()})
    scope.judged["event"] = newest_event(connection)
    touched.update(event.exception for event in judged)
    results = _write_rules(connection, findings, lives, scope, counts)
    report = DetectionReport(
        scope.now,
        "full" if scope.full else "changed",
        sum(life.opened for life in lives.values()),
        sum(life.closed for life in lives.values()),
        sum(life.reopened for life in lives.values()),
        round((time.perf_counter() - started) * 1000),
        results,
        frozenset(touched),
    )
    _write_run(connection, scope, report, who)
    return report


def _attach(connection: Connection, scope: Scope, asked: Collection[int]) -> None:
    """Attach to incidents: what this run asked about, or all where an incident is another than it was."""
    before = scope.before.get("judged", {}).get("incidents")
    changed = scope.full or before != incidents_mark(connection, scope.now)
    attach_found(connection, scope.now, None if changed else asked)
    scope.judged["incidents"] = incidents_mark(connection, scope.now)


def _life(connection: Connection, finding: Finding, known: Mapping[str, Known], scope: Scope, zone: str) -> Life:
    if finding.state == "ran":
        return live(connection, finding, known[finding.rule.code], scope, zone)
    if finding.state == "off":
        return close_all(connection, finding.rule, scope, "the rule was switched off")
    return Life()


def _write_lives(connection: Connection, lives: Mapping[str, Life], now: int) -> set[int]:
    """Write the rules' inserts, updates and events, all together; returns the ids touched."""
    fresh = [{**row, "rule": code} for code, life in lives.items() for row in life.inserts]
    ids = list(dialect.next_ids(connection, exceptions, len(fresh))) if fresh else []
    if ids:
        columns = {name: [row[name] for row in fresh] for name in fresh[0]}
        dialect.bulk_insert(connection, exceptions, {**columns, "id": ids})
    updates = {row_id: values for life in lives.values() for row_id, values in life.updates.items()}
    # Rows that change the same columns are written together.
    alike: dict[tuple[str, ...], list[int]] = {}
    for row_id, values in updates.items():
        alike.setdefault(tuple(values), []).append(row_id)
    for names, row_ids in alike.items():
        columns = {name: [updates[row_id][name] for row_id in row_ids] for name in names}
        dialect.bulk_update(connection, exceptions, row_ids, columns)
    said = (words for life in lives.values() for words in life.raised)
    raised = [Event(row_id, "raised", words) for row_id, words in zip(ids, said, strict=True)]
    events = [event for life in lives.values() for event in life.events]
    write_events(connection, [*raised, *events], who=SYSTEM, at=now)
    return {*ids, *updates}


def _open_counts(connection: Connection, now: int) -> tuple[dict[str, int], dict[str | None, int]]:
    """Of the active exceptions, how many there are to see by rule, and how many have a value by currency."""
    e = exceptions.c
    shown = func.count().filter(or_(e.ignored_until.is_(None), e.ignored_until <= now))
    rows = connection.execute(
        select(e.rule, e.currency, shown, func.count(e.value_at_risk)).where(ACTIVE).group_by(e.rule, e.currency)
    )
    by_rule: dict[str, int] = defaultdict(int)
    by_currency: dict[str | None, int] = defaultdict(int)
    for rule, currency, seen, valued in rows:
        by_rule[rule] += seen
        if valued:
            by_currency[currency] += valued
    return by_rule, by_currency


def _write_rules(
    connection: Connection,
    findings: Sequence[Finding],
    lives: Mapping[str, Life],
    scope: Scope,
    counts: Mapping[str, int],
) -> tuple[RuleResult, ...]:
    before = {row.rule: row for row in connection.execute(select(rule_runs))}
    results, rows = [], []
    for finding in findings:
        rule = finding.rule
        earlier = before.get(rule.code)
        unchanged = finding.state == "unchanged" and earlier is not None
        about_all = finding.whole and finding.state == "ran"
        older = lives[rule.code].older if about_all else getattr(earlier, "older_count", 0)
        results.append(
            RuleResult(
                rule.code,
                rule.label,
                finding.state,
                finding.reason,
                counts.get(rule.code, 0),
                older,
                finding.milliseconds,
            )
        )
        rows.append(
            {
                "rule": rule.code,
                "state": earlier.state if unchanged and earlier is not None else finding.state,
                "reason": finding.reason or None,
                "last_run_at": scope.now,
                "open_count": counts.get(rule.code, 0),
                "older_count": older,
                # A look at what changed takes nearly none; what the rule costs is told by the last look at all.
                "milliseconds": finding.milliseconds if about_all else getattr(earlier, "milliseconds", None),
            }
        )
    _write_anew(connection, rows)
    return tuple(results)


def _write_anew(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace what was said of the rules, at once: one by one they would be as many questions as there are rules."""
    connection.execute(rule_runs.delete().where(rule_runs.c.rule.in_([row["rule"] for row in rows])))
    dialect.bulk_insert(connection, rule_runs, {name: [row[name] for row in rows] for name in rows[0]})


def _write_run(connection: Connection, scope: Scope, report: DetectionReport, who: str) -> None:
    row: dict[str, Any] = {
        "as_of": scope.now,
        "started_at": scope.now,
        "scope": report.scope,
        "opened": report.opened,
        "closed": report.closed,
        "reopened": report.reopened,
        "milliseconds": report.milliseconds,
        "newest_batch_id": scope.newest_batch,
        "watermarks_json": scope.marks(),
    }
    connection.execute(detection_runs.insert().values(**row))
    if report.opened or report.closed or report.reopened:
        detail = {
            "opened": report.opened,
            "closed": report.closed,
            "reopened": report.reopened,
            "scope": report.scope,
        }
        audit.record(connection, who=who, action="detect", subject="exceptions", detail=detail, at=scope.now)
