"""Exceptions as the rows behind a figure: any condition in, a listing with why, who, until when and how much out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Row, Select, func, or_, select

from opsconsole.domain import evidence as words
from opsconsole.domain.field import Field, Kind, TimeLeft, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import EXCEPTION_STATES, labels
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.services.business import business
from opsconsole.services.calendars import Clocks
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions, orders

e = exceptions.c

COLUMNS = (
    *(e.id, e.rule, e.subject_kind, e.subject, e.order_fk, e.severity, e.state, e.owner, e.opened_at, e.detected_at),
    *(e.due_at, e.closed_at, e.closed_by, e.root_cause, e.snoozed_until, e.ignored_until, e.waiting_on),
    *(e.waiting_until, e.value_at_risk, e.currency, e.channel, e.location, e.evidence_json, e.version),
    func.coalesce(orders.c.order_number, orders.c.order_id).label("order"),
)


Names = Mapping[Any, str]


def awake(now: int) -> ColumnElement[bool]:
    """Neither snoozed nor ignored at ``now``."""
    snoozed = or_(e.snoozed_until.is_(None), e.snoozed_until <= now)
    return snoozed & or_(e.ignored_until.is_(None), e.ignored_until <= now)


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
    carriers = vendor_names(connection)
    told = [
        {
            "id": row.id,
            "severity": row.severity,
            "type": row.rule,
            "order": row.order or row.subject,
            "why": short_why(row, json.loads(row.evidence_json), sites, carriers, now, company.time_zone),
            "channel": channels.get(row.channel, row.channel),
            "location": sites.get(row.location, row.location),
            "time_left": time_left(row, now, clocks),
            "value_at_risk": row.value_at_risk,
            "currency": row.currency or company.base_currency,
            "owner": row.owner,
            "state": row.state,
            "opened_at": row.opened_at,
            "detected_at": row.detected_at,
            "due_at": row.due_at,
            "closed_at": row.closed_at,
            "closed_by": row.closed_by,
            "order_fk": row.order_fk,
            **((values or {}).get(row.id, {})),
        }
        for row in rows
    ]
    fields = (*_FIELDS[:3], *more, *_FIELDS[3:])
    return from_rows(fields, told, id_key="id", as_of=now, title=title, time_zone=company.time_zone, notes=notes)


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


def short_why(
    row: Row[Any], values: Mapping[str, Any], sites: Names, carriers: Names, now: int, zone: str
) -> str | None:
    """Why a row is there, in a few words from its evidence; None where its rule is unknown or says nothing."""
    rule = BY_CODE.get(row.rule)
    if rule is None:
        return None
    carrier = values.get("carrier")
    known = {
        **values,
        "location": sites.get(row.location, row.location),
        "currency": row.currency,
        "opened_at": row.opened_at,
    }
    if carrier is not None:
        known["carrier"] = carriers.get(carrier, carrier)
    return words.first_that_fits(rule.short, known, now=now if row.closed_at is None else row.closed_at, zone=zone)


def time_left(row: Row[Any], now: int, clocks: Clocks) -> TimeLeft | None:
    """Seconds until due and the share of the clock that is left; None for closed ones."""
    if row.closed_at is not None and row.closed_at <= now:
        return None
    rule = BY_CODE.get(row.rule)
    clock: dict[str, Any] = {
        "working": bool(rule and rule.working), "location": row.location, "channel": row.channel
    }  # fmt: skip
    share = clocks.share_left(row.opened_at, row.due_at, **clock)
    return TimeLeft(clocks.left(row.due_at, **clock), share)
