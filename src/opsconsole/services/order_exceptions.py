"""Order exceptions as of a moment: the queue, its chips, the rules, the page behind a row, what people do to them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows, plain_values
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.services.business import business
from opsconsole.services.exception_rows import SUMMED, summed, worth_of
from opsconsole.services.order_exceptions_actions import (
    acknowledge,
    add_note,
    assign,
    ignore,
    reopen,
    resolve,
    snooze,
    start,
    tag,
    tick_runbook,
    wait,
)
from opsconsole.services.order_exceptions_actions_undo import undo
from opsconsole.services.order_exceptions_page import exception_page
from opsconsole.services.order_exceptions_queue import is_in, list_exceptions
from opsconsole.services.order_exceptions_reread import newest_event, reread
from opsconsole.services.settings import settings_in_force
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, rule_runs

__all__ = [
    "TypeCount",
    "acknowledge",
    "add_note",
    "assign",
    "counts_of",
    "exception_page",
    "ignore",
    "list_exceptions",
    "list_rules",
    "newest_event",
    "owners",
    "reopen",
    "reread",
    "resolve",
    "snooze",
    "start",
    "tag",
    "tick_runbook",
    "type_counts",
    "undo",
    "wait",
]

_e = exceptions.c


# --- chips ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A chip: active exceptions of a type and their value at risk in minor units of ``currency``.

    ``severity`` is the type's base. Values in currencies without a rate are in ``others`` as pairs of code and amount.
    """

    rule: str
    label: str
    severity: str
    count: int
    value: int
    currency: str
    others: tuple[tuple[str, int], ...] = ()


def type_counts(database: Database, now: int) -> list[TypeCount]:
    """One chip per type with active exceptions, the most severe and most frequent first."""
    with database.read() as connection:
        company = business(connection, now)
        rows = connection.execute(
            select(_e.rule, *summed(company), func.count(), func.sum(_e.value_at_risk))
            .where(is_in("active", now), _e.detected_at <= now)
            .group_by(_e.rule, *SUMMED)
        ).all()
    counts: dict[str, int] = defaultdict(int)
    values: dict[str, int] = defaultdict(int)
    others: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rule, currency, each, count, total in rows:
        counts[rule] += count
        worth = worth_of(company, currency, each, total)
        if worth is None:
            others[rule][currency] += int(total)
        else:
            values[rule] += worth
    return _chips(counts, values, others, company.base_currency)


def counts_of(listing: Listing) -> list[TypeCount]:
    """The same of a listing of the queue's active ones, without asking the database again."""
    columns = (plain_values(listing.columns[key]) for key in ("type", "base_value", "value_at_risk", "currency"))
    counts: dict[str, int] = defaultdict(int)
    values: dict[str, int] = defaultdict(int)
    others: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rule, worth, amount, currency in zip(*columns, strict=True):
        counts[rule] += 1
        values[rule] += worth or 0
        if worth is None and amount:
            others[rule][currency] += amount
    return _chips(counts, values, others, listing.field("base_value").currency)


def _chips(
    counts: Mapping[str, int], values: Mapping[str, int], others: Mapping[str, Mapping[str, int]], currency: str
) -> list[TypeCount]:
    chips = []
    for code, count in counts.items():
        rule = BY_CODE.get(code)
        label, severity = (rule.label, rule.severity) if rule else (code, SEVERITIES[-1])
        more = tuple(sorted(others[code].items())) if code in others else ()
        chips.append(TypeCount(code, label, severity, count, values.get(code, 0), currency, more))
    return sorted(chips, key=lambda chip: (SEVERITIES.index(chip.severity), -chip.count, chip.label))


def owners(database: Database, now: int) -> list[str]:
    """Everybody who has or had an exception, for the assign dialog."""
    with database.read() as connection:
        found = connection.execute(select(_e.owner).where(_e.owner.is_not(None)).distinct().order_by(_e.owner))
        return list(found.scalars())


# --- rules ------------------------------------------------------------------------------------------------------------

_RULE_STATES = (
    ("ran", "Running"),
    ("no_data", "No data"),
    ("off", "Off"),
    ("never", "Not run yet"),
)
_RULE_FIELDS = (
    Field("key", "Code", Kind.IDENTIFIER),
    Field("label", "Rule"),
    Field("severity", "Severity", Kind.SEVERITY),
    Field("resolve_within", "Resolve within", Kind.DURATION),
    Field("working", "Working time", Kind.FLAG),
    Field("parameters", "Thresholds", missing="None", stretch=True),
    Field("open", "Open", Kind.QUANTITY, total=Total.SUM),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", total=Total.SUM),
    Field("state", "State", Kind.STATUS, labels=_RULE_STATES),
    Field("reason", "Because", missing="Its data is there"),
    Field("older", "Older, not raised", Kind.QUANTITY, help="Beyond the detection horizon, as of the last full run."),
    Field("last_run_at", "Last run", Kind.INSTANT, missing="Never"),
    Field("milliseconds", "Took (ms)", Kind.QUANTITY, hidden=True),
    Field("currency", "Currency", hidden=True),
)


def list_rules(database: Database, now: int) -> Listing:
    """All rules: thresholds in force, what is open, and what the last run said (``no_data`` names what is missing)."""
    chips = {chip.rule: chip for chip in type_counts(database, now)}
    with database.read() as connection:
        runs = {row.rule: row for row in connection.execute(select(rule_runs))}
        values = settings_in_force(connection, now)
        company = business(connection, now)
    rows = []
    for rule in RULES:
        run, chip = runs.get(rule.code), chips.get(rule.code)
        thresholds = (f"{p.label.lower()} {values[f'rule.{rule.code}.{p.key}']:g} {p.unit}" for p in rule.parameters)
        rows.append(
            {
                "key": rule.code,
                "label": rule.label,
                "severity": rule.severity,
                "resolve_within": rule.resolve_seconds,
                "working": rule.working,
                "parameters": "; ".join(thresholds) or None,
                "open": chip.count if chip else 0,
                "value_at_risk": chip.value if chip else 0,
                "currency": company.base_currency,
                "state": run.state if run else "never",
                "reason": run.reason if run else None,
                "older": run.older_count if run else 0,
                "last_run_at": run.last_run_at if run else None,
                "milliseconds": run.milliseconds if run else None,
            }
        )
    return from_rows(_RULE_FIELDS, rows, id_key="key", as_of=now, title="Exception rules", time_zone=company.time_zone)
