"""The page of one exception: why, what else is wrong with the order, its way, the runbook, the history."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from opsconsole.domain import evidence as words
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import TimeLeft
from opsconsole.domain.pages import ExceptionPage, HistoryEvent, OtherException, RunbookStep
from opsconsole.domain.severity import SEVERITIES
from opsconsole.domain.tags import split
from opsconsole.domain.wording import instant, plural
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.rules.rule import Rule
from opsconsole.services import runbooks
from opsconsole.services.business import business
from opsconsole.services.calendars import Clocks
from opsconsole.services.exception_rows import NO_RANK, vendors_named
from opsconsole.services.fraud import concerning
from opsconsole.services.history import read_events
from opsconsole.services.incidents import marks
from opsconsole.services.links import links
from opsconsole.services.links_subject import subject_of
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.orders_timeline import read_way, stops
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, order_lines, orders, runbook_ticks

_e = exceptions.c


def exception_page(database: Database, now: int, exception_id: int) -> ExceptionPage:
    """Everything about one exception as of ``now``; UserError when there is none with this id."""
    with database.read() as connection:
        row = connection.execute(select(exceptions).where(_e.id == exception_id, _e.detected_at <= now)).first()
        if row is None:
            raise UserError(f"There is no exception {exception_id}.", "Look at the list of exceptions.")
        return _page(connection, row, now)


_AS_STORED = (
    *("id", "version", "rule", "severity", "state", "subject_kind", "subject", "order_fk", "opened_at", "detected_at"),
    *("acknowledge_by", "due_at", "value_at_risk", "snoozed_until", "ignored_until"),
)


def _page(connection: Connection, row: Row[Any], now: int) -> ExceptionPage:
    rule = BY_CODE[row.rule]
    zone = business(connection, now).time_zone
    channels, sites = channel_names(connection), location_names(connection)
    channel, site = channels.get(row.channel, row.channel or ""), sites.get(row.location, row.location or "")
    way = None if row.order_fk is None else read_way(connection, row.order_fk, now, zone)
    order = "" if way is None else way.order["order_number"] or way.order["order_id"]
    until = now if row.closed_at is None else row.closed_at
    values = _values(connection, row, site, channel, until, zone)
    why = words.in_sentences(rule.sentences, values, now=until, zone=zone)
    return ExceptionPage(
        **{name: getattr(row, name) for name in _AS_STORED},
        title=rule.label,
        severity_reason=_severity_reason(rule, row),
        order=order or values.get("order") or "",
        channel=channel,
        location=site,
        about=_about(row, channel, site, None if way is None else way.order["line_count"]),
        owner=row.owner or "",
        time_left=_time_left(connection, rule, row, now),
        currency=row.currency or "",
        why=why,
        others=_others(connection, row, now),
        stops=() if way is None else stops(way, rule.blocks if row.closed_at is None else ""),
        runbook=_runbook(connection, row, values, now, zone),
        history=_history(connection, row, now),
        root_cause=row.root_cause or "",
        ignored_reason=row.ignored_reason or "",
        as_of=now,
        time_zone=zone,
        waiting_on=row.waiting_on or "",
        waiting_until=row.waiting_until,
        tags=split(row.tags),
        links=links(connection, subject_of(connection, row, way, rule.label, why, values), now),
        incidents=() if row.order_fk is None else marks(connection, row.order_fk, now),
        severity_words=_severity_words(rule, row, now, zone),
        fraud=None if row.order_fk is None else concerning(connection, row.order_fk, now),
    )


def _severity_words(rule: Rule, row: Row[Any], now: int, zone: str) -> tuple[str, ...]:
    """Why it has this severity, and its two clocks."""
    told = [_severity_reason(rule, row) or f"{row.severity}, as every {rule.label.lower()} begins"]
    if row.closed_at is None and row.acknowledged_at is None:
        verb = "acknowledge by" if row.acknowledge_by >= now else "was to be acknowledged by"
        told.append(f"{verb} **{instant(row.acknowledge_by, zone, year_of=now)}**")
    if row.closed_at is None:
        verb = "resolve by" if row.due_at >= now else "was to be resolved by"
        told.append(f"{verb} **{instant(row.due_at, zone, year_of=now)}**")
    return tuple(told)


def _values(connection: Connection, row: Row[Any], site: str, channel: str, now: int, zone: str) -> dict[str, Any]:
    """What the sentences may name."""
    values: dict[str, Any] = {
        **json.loads(row.evidence_json),
        "value_at_risk": row.value_at_risk,
        "currency": row.currency,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "by_when": f"{'by' if row.due_at >= now else 'overdue since'} **{instant(row.due_at, zone, year_of=now)}**",
        "location": site or None,
        "channel": channel or None,
    }
    values |= vendors_named(values, vendor_names(connection))
    return values


def _severity_reason(rule: Rule, row: Row[Any]) -> str:
    if not row.severity_reason:
        return ""
    return f"{row.severity} instead of {rule.severity}: {row.severity_reason}"


def _about(row: Row[Any], channel: str, site: str, lines: int | None) -> str:
    parts = [part for part in (channel, site) if part]
    if lines:
        parts.append(plural(lines, "line"))
    return ", ".join(parts)


def _time_left(connection: Connection, rule: Rule, row: Row[Any], now: int) -> TimeLeft | None:
    if row.closed_at is not None:
        return None
    clocks = Clocks(connection, now)
    clock: dict[str, Any] = {"working": rule.working, "location": row.location, "channel": row.channel}
    share = clocks.share_left(row.opened_at, row.due_at, **clock)
    return TimeLeft(clocks.left(row.due_at, **clock), share)


# --- what else --------------------------------------------------------------------------------------------------------


def of_order(connection: Connection, order_fk: int, now: int) -> list[Row[Any]]:
    """Active exceptions of an order, the blocking one first: its own, and those of the SKUs its lines wait for."""
    line = order_lines.c
    done = func.coalesce(line.shipped_quantity, 0) + func.coalesce(line.cancelled_quantity, 0)
    skus = select(line.sku).where(
        line.order_fk == order_fk,
        line.sku.is_not(None),
        line.quantity > done,
        line.order_fk.in_(select(orders.c.id).where(orders.c.shipped_at.is_(None), orders.c.delivered_at.is_(None))),
    )
    mine = list(connection.execute(skus.distinct()).scalars())
    rows = connection.execute(
        select(exceptions).where(
            ACTIVE,
            _e.detected_at <= now,
            or_(_e.ignored_until.is_(None), _e.ignored_until <= now),
            or_(
                _e.order_fk == order_fk,
                and_(_e.subject_kind == "sku", or_(*[_e.subject.like(_pattern(sku), escape="\\") for sku in mine]))
                if mine
                else _e.order_fk == order_fk,
            ),
        )
    ).all()
    kept = [row for row in rows if row.order_fk == order_fk or json.loads(row.evidence_json).get("sku") in mine]
    return sorted(kept, key=blocking)


def _pattern(sku: str) -> str:
    escaped = sku.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def blocking(row: Row[Any]) -> tuple[int, int, int]:
    """Sort key of the exceptions of one order: the one that blocks what comes first on an order's way leads."""
    rule = BY_CODE.get(row.rule)
    return (rule.rank if rule else NO_RANK, SEVERITIES.index(row.severity), row.id)


def _others(connection: Connection, row: Row[Any], now: int) -> tuple[OtherException, ...]:
    if row.order_fk is None:
        return ()
    return tuple(
        OtherException(other.id, other.rule, BY_CODE[other.rule].label, other.severity, other.state)
        for other in of_order(connection, row.order_fk, now)
        if other.id != row.id and other.rule in BY_CODE
    )


# --- what to do, what was done ----------------------------------------------------------------------------------------


def _runbook(
    connection: Connection, row: Row[Any], values: Mapping[str, Any], now: int, zone: str
) -> tuple[RunbookStep, ...]:
    ticks = connection.execute(
        select(runbook_ticks).where(runbook_ticks.c.exception_fk == row.id, runbook_ticks.c.at <= now)
    )
    return runbooks.in_words(runbooks.runbook_of(connection, row.rule, now), ticks, values, now, zone)


def _history(connection: Connection, row: Row[Any], now: int) -> tuple[HistoryEvent, ...]:
    """What people and the rules did, and the clocks that ran out meanwhile."""
    events = read_events(connection, [row.id], now)
    end = now if row.closed_at is None else min(now, row.closed_at)
    if row.detected_at <= row.due_at < end:
        events.append(HistoryEvent(row.due_at, "System", "Resolution clock ran out", "clock"))
    seen = end if row.acknowledged_at is None else min(end, row.acknowledged_at)
    if row.detected_at <= row.acknowledge_by < seen:
        events.append(HistoryEvent(row.acknowledge_by, "System", "Nobody acknowledged it in time", "clock"))
    return tuple(sorted(events, key=lambda event: (event.at, event.id), reverse=True))
