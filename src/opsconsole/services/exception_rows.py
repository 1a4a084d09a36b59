"""Exceptions as the rows behind a figure: any condition in, a listing with why, who, until when and how much out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Label, Row, Select, case, func, null, or_, select

from opsconsole.domain import evidence as words
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Later, Listing, TimesLeft
from opsconsole.domain.statuses import EXCEPTION_STATES, labels
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.services.business import Business, business
from opsconsole.services.calendars import Clocks
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.times_left import times_left
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions, orders

e = exceptions.c

COLUMNS = (
    *(e.id, e.rule, e.subject_kind, e.subject, e.order_fk, e.severity, e.state, e.owner, e.opened_at, e.detected_at),
    *(e.due_at, e.closed_at, e.closed_by, e.root_cause, e.snoozed_until, e.ignored_until, e.waiting_on),
    *(e.waiting_until, e.value_at_risk, e.currency, e.channel, e.location, e.evidence_json, e.version),
    func.coalesce(orders.c.order_number, orders.c.order_id).label("order"),
)

NO_RANK = 1000  # of a rule that is not known any more
Names = Mapping[Any, str]


def vendors_named(values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Names of the vendors that evidence tells by key."""
    return {key: names.get(values[key], values[key]) for key in ("carrier", "vendor") if values.get(key)}


def awake(now: int) -> ColumnElement[bool]:
    """Neither snoozed nor ignored at ``now``."""
    snoozed = or_(e.snoozed_until.is_(None), e.snoozed_until <= now)
    return snoozed & or_(e.ignored_until.is_(None), e.ignored_until <= now)


def summed(company: Business) -> tuple[Label[Any], Label[Any]]:
    """What sums of values at risk are grouped by, for ``worth_of``: the currency, and the amount in foreign ones.

    Amounts of the base currency add up as they are; others are rounded each by itself, so equal ones stand together.
    """
    own = or_(e.currency.is_(None), e.currency.in_(("", company.base_currency)))
    amount = case((own, null()), else_=e.value_at_risk)
    return case((own, ""), else_=e.currency).label(SUMMED[0]), amount.label(SUMMED[1])


SUMMED = ("in_currency", "each_amount")


def worth_of(company: Business, currency: str, each: int | None, total: int | None) -> int | None:
    """Worth of the amounts of a group of ``summed`` that add up to ``total``; None where there is no rate."""
    if not total or not currency:
        return int(total or 0)
    worth = company.worth(int(each or 0), currency)
    return None if worth is None else worth * (int(total) // int(each or 1))


def read_rows(
    connection: Connection, which: ColumnElement[bool] | Any, now: int, *more: Label[Any], most: int | None = None
) -> Sequence[Row[Any]]:
    """Exceptions seen by ``now`` that meet a condition, the most urgent first, at most ``most``.

    ``more`` are further columns.
    """
    statement: Select[Any] = (
        select(*COLUMNS, *more)
        .join_from(exceptions, orders, orders.c.id == e.order_fk, isouter=True)
        .where(which, e.detected_at <= now)
        .order_by(e.severity, e.due_at, e.id)
        .limit(most)
    )
    return connection.execute(statement).all()


def read_ids(connection: Connection, ids: Sequence[int], now: int) -> Sequence[Row[Any]]:
    """Exceptions by id."""
    with dialect.id_set(connection, ids) as wanted:
        return read_rows(connection, e.id.in_(select(wanted.c.id)), now)


def as_listing(
    connection: Connection,
    rows: Sequence[Row[Any]],
    now: int,
    title: str,
    *,
    more: Sequence[Field] = (),
    values: Mapping[int, Mapping[str, Any]] | None = None,
    notes: tuple[str, ...] = (),
) -> Listing:
    """The rows as a listing whose ids are exception ids; ``more`` fields take their values from ``values`` by id."""
    company = business(connection, now)
    clocks = Clocks(connection, now)
    channels, sites = channel_names(connection), location_names(connection)
    reasons = Reasons(sites, vendor_names(connection), now, company.time_zone)
    stored: dict[str, Sequence[Any]] = {name: [getattr(row, name) for row in rows] for name in _STORED}

    def why(row: int) -> str | None:
        return reasons.of(stored, row, json.loads(stored["evidence_json"][row]))

    columns: dict[str, Sequence[Any]] = {
        **{field.key: stored[field.key] for field in _FIELDS if field.key in stored},
        **{field.key: [(values or {}).get(row.id, {}).get(field.key) for row in rows] for field in more},
        "type": stored["rule"],
        "order": [row.order or row.subject for row in rows],
        "why": Later(len(rows), why, lambda: [why(row) for row in range(len(rows))]),
        "channel": [channels.get(key, key) for key in stored["channel"]],
        "location": [sites.get(key, key) for key in stored["location"]],
        "time_left": left_of(clocks, now, stored),
        "currency": [code or company.base_currency for code in stored["currency"]],
    }
    fields = (*_FIELDS[:3], *more, *_FIELDS[3:])
    return Listing(fields, columns, stored["id"], now, title=title, time_zone=company.time_zone, notes=notes)


_STORED = (
    *("id", "rule", "order_fk", "severity", "state", "owner", "opened_at", "detected_at", "due_at", "closed_at"),
    *("closed_by", "value_at_risk", "currency", "channel", "location", "evidence_json"),
)
_FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY, width=64, total=Total.COUNT, total_words="exceptions"),
    Field("type", "Type", Kind.STATUS, labels=LABELS, width=140),
    Field("order", "Order", Kind.IDENTIFIER, missing="None", width=92, total=Total.DISTINCT, total_words="orders"),
    Field("why", "Why", missing="None", stretch=True, wide_only=True, help="What fired the rule, in short."),
    Field("time_left", "Time left", Kind.TIME_LEFT, missing="Closed", width=156, total=Total.OVER,
          total_words="over time", help="Until it must be resolved."),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", missing="Unknown", width=100,
          total=Total.SUM),
    Field("owner", "Owner", missing="Unassigned", width=110, total=Total.MISSING, total_words="without owner"),
    Field("state", "State", Kind.STATE, labels=labels(EXCEPTION_STATES), width=140),
    Field("channel", "Channel", missing="None", hidden=True),
    Field("location", "Site", missing="Unknown", hidden=True),
    Field("opened_at", "Opened", Kind.INSTANT, hidden=True, help="When the condition became true."),
    Field("detected_at", "Detected", Kind.INSTANT, hidden=True, help="When a run of the rules first saw it."),
    Field("due_at", "Due", Kind.INSTANT, hidden=True),
    Field("closed_at", "Closed", Kind.INSTANT, missing="Open", hidden=True),
    Field("closed_by", "Closed by", missing="Nobody", hidden=True),
    Field("currency", "Currency", hidden=True),
    Field("order_fk", "Order row", Kind.QUANTITY, hidden=True),
)  # fmt: skip


@dataclass(frozen=True)
class Reasons:
    """Why rows are there, in a few words from their evidence."""

    sites: Names
    carriers: Names
    now: int
    zone: str

    def of(self, stored: Mapping[str, Sequence[Any]], row: int, values: Mapping[str, Any]) -> str | None:
        """Of one row of columns; None where its rule is unknown or says nothing."""
        rule = BY_CODE.get(stored["rule"][row])
        if rule is None:
            return None
        location, closed_at = stored["location"][row], stored["closed_at"][row]
        known = {
            **values,
            "location": self.sites.get(location, location),
            "currency": stored["currency"][row],
            "opened_at": stored["opened_at"][row],
        }
        known |= vendors_named(values, self.carriers)
        now = self.now if closed_at is None else closed_at
        return words.first_that_fits(rule.short, known, now=now, zone=self.zone)


def left_of(clocks: Clocks, now: int, stored: Mapping[str, Sequence[Any]]) -> TimesLeft:
    """Seconds until due and the share of the clock that is left, of columns of rows; none for closed ones."""
    working = {code: rule.working for code, rule in BY_CODE.items()}
    clock = (
        (working.get(rule, False), location, channel)
        for rule, location, channel in zip(stored["rule"], stored["location"], stored["channel"], strict=True)
    )
    opened, due = (np.array(stored[name], np.int64) for name in ("opened_at", "due_at"))
    seconds, shares = times_left(clocks, now, opened, due, clock)
    closed = stored["closed_at"]
    if not any(closed):
        return TimesLeft(seconds, shares)
    return TimesLeft(seconds, shares, [at is not None and at <= now for at in closed])
