"""Order exceptions as of a moment: the queue, its chips, the rules, the page behind a row, what people do to them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true

from opsconsole.domain.field import Field, Kind, TimeLeft, Total
from opsconsole.domain.instants import SECOND, day_start
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE, RULES
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import Business, business
from opsconsole.services.calendars import Clocks
from opsconsole.services.exception_rows import short_why, time_left
from opsconsole.services.lists import filtered
from opsconsole.services.names import channel_names, location_names, vendor_names
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
from opsconsole.services.order_exceptions_fields import fields
from opsconsole.services.order_exceptions_page import blocking, exception_page
from opsconsole.services.settings import settings_in_force
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, order_lines, orders, rule_runs, shipments

__all__ = [
    "TypeCount",
    "acknowledge",
    "add_note",
    "assign",
    "exception_page",
    "ignore",
    "list_exceptions",
    "list_rules",
    "owners",
    "reopen",
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
# What is shown of an exception's state: closed ones, and the two overlays.
STATES = ("active", "snoozed", "ignored", "closed", "all")


def is_in(state: str, now: int) -> ColumnElement[bool]:
    """Exceptions shown under a state of ``STATES``; ``active`` ones are neither snoozed nor ignored."""
    snoozed = and_(_e.snoozed_until.is_not(None), _e.snoozed_until > now)
    ignored = and_(_e.ignored_until.is_not(None), _e.ignored_until > now)
    awake = and_(
        or_(_e.snoozed_until.is_(None), _e.snoozed_until <= now),
        or_(_e.ignored_until.is_(None), _e.ignored_until <= now),
    )
    return {
        "active": and_(ACTIVE, awake),
        "snoozed": and_(ACTIVE, snoozed),
        "ignored": and_(ACTIVE, ignored),
        "closed": _e.closed_at.is_not(None),
        "all": true(),
    }[state]


# --- the queue --------------------------------------------------------------------------------------------------------

_COLUMNS = (
    *(_e.id, _e.rule, _e.subject_kind, _e.subject, _e.order_fk, _e.severity, _e.severity_reason, _e.state, _e.owner),
    *(_e.opened_at, _e.detected_at, _e.acknowledge_by, _e.due_at, _e.closed_at, _e.closed_by, _e.root_cause),
    *(_e.snoozed_until, _e.ignored_until, _e.value_at_risk, _e.currency, _e.channel, _e.location, _e.evidence_json),
    *(_e.version, _e.tags, _e.waiting_on, _e.waiting_until),
    func.coalesce(orders.c.order_number, orders.c.order_id).label("order"),
    orders.c.customer_name,
    orders.c.customer_id,
    orders.c.carrier_key,
)


def list_exceptions(
    database: Database, now: int, *, state: str = "active", filters: Mapping[str, str] | None = None
) -> Listing:
    """The queue as of ``now``, the most urgent first; ids are exception ids.

    ``state`` is one of ``STATES``; ``filters`` map a field's key to the value wanted. Money is in minor units of the
    row's ``currency``; ``time_left`` is None for closed ones.
    """
    with database.read() as connection:
        company = business(connection, now)
        rows = _rows(connection, is_in(state, now), now)
        clocks = Clocks(connection, now)
        goods = _texts(connection, rows, order_lines.c.sku, order_lines.c.order_fk)
        parcels = _texts(connection, rows, shipments.c.tracking_number, shipments.c.order_fk)
        names = channel_names(connection), location_names(connection), vendor_names(connection)
    left = {row.id: time_left(row, now, clocks) for row in rows}
    rows = sorted(rows, key=lambda row: (*_urgency(left[row.id]), row.due_at, blocking(row)))
    columns = _columns(rows, goods, parcels, names[1], names[2], company) | _of_orders(rows)
    columns["time_left"] = [left[row.id] for row in rows]
    known = fields(*names, company.base_currency)
    stored = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    for field in known:
        if field.key not in columns:
            columns[field.key] = list(stored.get(field.key, ()))
    listing = Listing(
        known,
        columns,
        [row.id for row in rows],
        now,
        title="Order exceptions",
        time_zone=company.time_zone,
    )
    return filtered(listing, tuple((filters or {}).items()))


def _urgency(left: TimeLeft | None) -> tuple[bool, int]:
    """By the time left on each one's own clock; closed ones last."""
    return left is None, 0 if left is None else left.seconds


def _columns(
    rows: Sequence[Row[Any]],
    goods: Mapping[Any, str],
    parcels: Mapping[Any, str],
    sites: Mapping[Any, str],
    carriers: Mapping[Any, str],
    company: Business,
) -> dict[str, list[Any]]:
    told = [json.loads(row.evidence_json) for row in rows]
    now, zone = company.now, company.time_zone
    return {
        "carrier": [values.get("carrier") or row.carrier_key for row, values in zip(rows, told, strict=True)],
        "tags": [row.tags or None for row in rows],
        "due": _due(rows, company),
        "base_value": [_in_base(row, company) for row in rows],
        "type": [row.rule for row in rows],
        "evidence": [
            short_why(row, values, sites, carriers, now, zone) for row, values in zip(rows, told, strict=True)
        ],
        "order": [row.order for row in rows],
        "customer": [row.customer_name or row.customer_id for row in rows],
        "age": [_age(row, now) for row in rows],
        "sku": [values.get("sku") or goods.get(row.order_fk) for row, values in zip(rows, told, strict=True)],
        "tracking": [
            values.get("tracking") or parcels.get(row.order_fk) for row, values in zip(rows, told, strict=True)
        ],
    }


def _due(rows: Sequence[Row[Any]], company: Business) -> list[str]:
    """When each is due: over, today, within 7 days, later; closed ones are closed."""
    tonight = day_start(company.today + 1, company.time_zone)
    week = day_start(company.today + 7, company.time_zone)
    ends = ((company.now, "over"), (tonight, "today"), (week, "week"))
    return [
        "closed" if row.closed_at is not None else next((key for end, key in ends if row.due_at < end), "later")
        for row in rows
    ]


def _in_base(row: Row[Any], company: Business) -> int | None:
    if row.value_at_risk is None:
        return None
    converted = company.in_base(row.value_at_risk, row.currency or company.base_currency, company.today)
    return None if converted is None else round(converted)


def _of_orders(rows: Sequence[Row[Any]]) -> dict[str, list[Any]]:
    """Which exception leads its order (the blocking one), and how many others of the order it stands for."""
    leading: dict[int, Row[Any]] = {}
    count: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.order_fk is not None:
            count[row.order_fk] += 1
            known = leading.get(row.order_fk)
            if known is None or blocking(row) < blocking(known):
                leading[row.order_fk] = row
    leads = [row.order_fk is None or leading[row.order_fk] is row for row in rows]
    also = [
        f"+{count[row.order_fk] - 1} more" if lead and count.get(row.order_fk, 1) > 1 else None
        for row, lead in zip(rows, leads, strict=True)
    ]
    return {"leads": leads, "also": also}


def _rows(connection: Connection, which: ColumnElement[bool], now: int) -> Sequence[Row[Any]]:
    found: Select[Any] = (
        select(*_COLUMNS)
        .join_from(exceptions, orders, orders.c.id == _e.order_fk, isouter=True)
        .where(which, _e.detected_at <= now)
        .order_by(_e.due_at, _e.id)
    )
    return connection.execute(found).all()


def _texts(connection: Connection, rows: Iterable[Row[Any]], text: Any, order_fk: Any) -> dict[int | None, str]:
    """Per order the distinct texts of its parts, for the search."""
    found: dict[int | None, dict[str, None]] = defaultdict(dict)
    with dialect.id_set(connection, (row.order_fk for row in rows if row.order_fk is not None)) as ids:
        for key, value in connection.execute(
            select(order_fk, text).where(order_fk.in_(select(ids.c.id)), text.is_not(None)).order_by(order_fk, text)
        ):
            found[key][value] = None
    return {key: ", ".join(values) for key, values in found.items()}


def _age(row: Row[Any], now: int) -> int:
    until = now if row.closed_at is None else row.closed_at
    return int(max(0, until - row.opened_at) // SECOND)


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
            select(_e.rule, _e.currency, func.count(), func.sum(_e.value_at_risk))
            .where(is_in("active", now), _e.detected_at <= now)
            .group_by(_e.rule, _e.currency)
        ).all()
    counts: dict[str, int] = defaultdict(int)
    values: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for rule, currency, count, value in rows:
        counts[rule] += count
        if value is not None:
            values[rule].append((currency or company.base_currency, int(value)))
    chips = [_chip(rule, count, values[rule], company) for rule, count in counts.items()]
    return sorted(chips, key=lambda chip: (SEVERITIES.index(chip.severity), -chip.count, chip.label))


def _chip(code: str, count: int, values: Sequence[tuple[str, int]], company: Business) -> TypeCount:
    rule = BY_CODE.get(code)
    total, others = 0.0, []
    for currency, amount in values:
        converted = company.in_base(amount, currency, company.today)
        if converted is None:
            others.append((currency, amount))
        else:
            total += converted
    label = rule.label if rule else code
    severity = rule.severity if rule else SEVERITIES[-1]
    return TypeCount(code, label, severity, count, round(total), company.base_currency, tuple(others))


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
