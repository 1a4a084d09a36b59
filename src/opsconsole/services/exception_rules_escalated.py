"""Which exceptions got worse later: more severe, over time, or the customer complained."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.severity import SEVERITIES
from opsconsole.store import dialect
from opsconsole.store.schema import disputes, exception_events, tickets


def escalations(connection: Connection, rows: Sequence[Any], now: int) -> dict[int, str]:
    """Per exception why it counts as escalated, in words; those that are not are left out."""
    severer = _severer(connection, [row.id for row in rows], now)
    orders = [row.order_fk for row in rows if row.order_fk is not None]
    asked = _opened(connection, tickets, orders, now)
    disputed = _opened(connection, disputes, orders, now)
    told = {}
    for row in rows:
        why = []
        if severer.get(row.id, 0) >= row.detected_at:
            why.append("severity raised")
        if max(asked.get(row.order_fk, ()), default=0) >= row.detected_at:
            why.append("ticket")
        if max(disputed.get(row.order_fk, ()), default=0) >= row.detected_at:
            why.append("dispute")
        end = now if row.closed_at is None else min(now, row.closed_at)
        if end > row.due_at:
            why.append("over time")
        if why:
            told[row.id] = ", ".join(why)
    return told


def _severer(connection: Connection, exceptions: Sequence[int], now: int) -> dict[int, int]:
    """When each was last made more severe."""
    event = exception_events.c
    with dialect.id_set(connection, exceptions) as ids:
        rows = connection.execute(
            select(event.exception_fk, event.at, event.words).where(
                event.exception_fk.in_(select(ids.c.id)), event.action == "severity", event.at <= now
            )
        ).all()
    found: dict[int, int] = {}
    for row in rows:
        steps = [word.rstrip(":") for word in row.words.split() if word.rstrip(":") in SEVERITIES]
        if len(steps) >= 2 and SEVERITIES.index(steps[1]) < SEVERITIES.index(steps[0]):
            found[row.exception_fk] = max(row.at, found.get(row.exception_fk, 0))
    return found


def _opened(connection: Connection, table: Any, orders: Sequence[int], now: int) -> dict[int | None, list[int]]:
    """Per order when each of its tickets or disputes was opened."""
    found: dict[int | None, list[int]] = {}
    with dialect.id_set(connection, orders) as ids:
        rows = connection.execute(
            select(table.c.order_fk, table.c.opened_at).where(
                table.c.order_fk.in_(select(ids.c.id)), table.c.opened_at.is_not(None), table.c.opened_at <= now
            )
        )
        for order, at in rows:
            found.setdefault(order, []).append(at)
    return found
