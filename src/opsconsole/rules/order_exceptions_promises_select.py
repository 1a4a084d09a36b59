"""Which lines wait for goods too long, and which orders have less time left than the site needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, text, union_all
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND, day_start
from opsconsole.domain.statuses import ORDER_STEPS, PURCHASE_ORDER_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import (
    line,
    line_is_open,
    line_subject,
    line_value,
    needs_shipping,
    not_voided,
    o,
    order_columns,
    own_duty,
    placed,
    unshipped,
    widened,
    within,
)
from opsconsole.rules.order_exceptions_routing_select import CASES, HISTORY, STEPS, newest_step, step
from opsconsole.rules.rule import Lesson, Moment, Row
from opsconsole.store.schema import order_events, order_lines, orders, purchase_order_lines, purchase_orders

# In the words of the partial indexes.
_QUARTER = 15 * MINUTE
BACKORDERED = text("order_lines.backordered_quantity > 0")
PEGGED = text("order_lines.pegged_po IS NOT NULL")
_AHEAD = 60 * DAY  # a ship-by further away is not at risk yet


def _arrives_on(moment: Moment) -> ColumnElement[Any]:
    """The first promised day of what the line is pegged to and has not come."""
    p = purchase_order_lines.c
    same = or_(p.line_id == line.pegged_line, and_(line.pegged_line.is_(None), or_(p.sku == line.sku, p.sku.is_(None))))
    return (
        select(func.min(p.promised_on))
        .join_from(purchase_orders, purchase_order_lines, p.purchase_order_fk == purchase_orders.c.id)
        .where(
            purchase_orders.c.po_number == line.pegged_po,
            same,
            or_(p.completed_on.is_(None), p.completed_on > moment.now // DAY),
            coalesce(purchase_orders.c.status, "open").in_(codes_in(PURCHASE_ORDER_STATUSES, "open")),
        )
        .correlate(order_lines)
        .scalar_subquery()
    )


# --- BACKORDER_OVERDUE ------------------------------------------------------------------------------------------------


def backorder_overdue(moment: Moment) -> Select[Any]:
    """Backordered lines without an expected day, or with one that may be over; whose day it is, the check says."""
    expected = coalesce(line.expected_on, _arrives_on(moment))
    worth = line_value() * line.backordered_quantity / func.nullif(line.quantity, 0)
    return (
        select(
            *order_columns(o.placed_at, coalesce(worth, line_value()), subject=line_subject()),
            line.sku.label("sku"),
            line.title.label("title"),
            line.backordered_quantity.label("waiting"),
            expected.label("expected_on"),
            line.pegged_po.label("pegged_po"),
            o.ship_by.label("ship_by"),
        )
        .join_from(order_lines, orders, o.id == line.order_fk)
        .where(
            BACKORDERED,
            or_(expected.is_(None), expected <= moment.now // DAY + 1),
            line_is_open(),
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            own_duty(),
        )
    )


def overdue_days(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Those whose expected day is over where the order is, or who have none."""
    found: list[Row | None] = []
    for row in rows:
        day, zone = row["expected_on"], row["zone"] or "UTC"
        if day is None:
            found.append({})
            continue
        over = day_start(day + 1, zone)
        found.append({"opened_at": max(over, row["opened_at"] or over)} if over <= moment.now else None)
    return found


def backorder_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a backordered line whose expected day passed, or may have where a purchase order tells it.

    A day ends on a quarter of an hour, wherever that is.
    """
    if moment.now // _QUARTER == since // _QUARTER:
        return select(line.order_fk.label("id")).where(false())
    passed = line.expected_on.between(since // DAY - 2, moment.now // DAY + 1)
    pegged = and_(line.expected_on.is_(None), line.pegged_po.is_not(None))
    return select(line.order_fk.label("id")).where(BACKORDERED, or_(passed, pegged))


# --- ALLOCATION_RISK --------------------------------------------------------------------------------------------------


def allocation_risk(moment: Moment) -> Select[Any]:
    """Open lines whose goods arrive after their ship-by."""
    arrives = _arrives_on(moment)
    ship_by_on = coalesce(line.ship_by_on, o.ship_by_on)
    left = line.quantity - coalesce(line.shipped_quantity, 0) - coalesce(line.cancelled_quantity, 0)
    return (
        select(
            *order_columns(o.placed_at, line_value(), subject=line_subject()),
            line.sku.label("sku"),
            line.title.label("title"),
            line.pegged_po.label("pegged_po"),
            arrives.label("arrives_on"),
            ship_by_on.label("ship_by_on"),
            coalesce(line.ship_by, o.ship_by).label("ship_by"),
        )
        .join_from(order_lines, orders, o.id == line.order_fk)
        .where(
            PEGGED,
            arrives > ship_by_on,
            line_is_open(),
            or_(line.quantity.is_(None), left > coalesce(line.allocated_quantity, 0)),
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            own_duty(),
        )
    )


# --- SHIP_BY_RISK -----------------------------------------------------------------------------------------------------


def ship_by_risk(moment: Moment) -> Select[Any]:
    """Orders still to be shipped by a moment to come; whether the time will do is for the check to say."""
    return (
        select(
            *order_columns(o.ship_by),
            o.ship_by.label("ship_by"),
            step.c.code.label("_code"),
            o.placed_at.label("_placed_at"),
            o.carrier_key.label("_carrier"),
            o.service.label("_service"),
        )
        .select_from(orders)
        .outerjoin(step, newest_step(moment))
        .where(
            o.ship_by >= moment.now,
            o.ship_by < moment.now + _AHEAD,
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            own_duty(),
            needs_shipping(),
        )
    )


def too_little_time(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Those with less working time left than the site usually needs from where they are."""
    needed = moment.learned.get("remaining", {})
    return [_pressed(row, needed, moment) for row in rows]


def _pressed(row: Row, needed: Mapping[str, float], moment: Moment) -> Row | None:
    place, channel, limit = row["location"], row["channel"], row["ship_by"]
    known = needed.get(_case(place, row["_code"] or "ready"))
    takes = moment.values["hours"] * HOUR / SECOND if known is None else known
    left = moment.clocks.between(moment.now, limit, place, channel)
    if left >= takes:
        return None
    opened = max(_latest_start(limit, takes, row, moment), row["_placed_at"] or 0)
    due = moment.clocks.cut_off(opened, place, row["_carrier"], row["_service"])
    label = ORDER_STEPS[row["_code"]].label.lower() if row["_code"] in ORDER_STEPS else None
    return {
        "opened_at": opened,
        "due_at": limit if due is None or due > limit else due,
        "cut_off": due if due is not None and due <= limit else None,
        "takes": takes,
        "step": label,
        "learned": None if known is None else "yes",
    }


def _latest_start(limit: int, takes: float, row: Row, moment: Moment) -> int:
    """The last second from which the working time until the limit would have done."""
    low, high = (limit - _AHEAD) // SECOND, limit // SECOND
    while low < high:
        middle = (low + high + 1) // 2
        if moment.clocks.between(middle * SECOND, limit, row["location"], row["channel"]) >= takes:
            low = middle
        else:
            high = middle - 1
    return low * SECOND


def ship_by_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders for which the working time until their ship-by became too little since, at one place or another.

    And those whose ship-by passed: they are late now, no longer at risk.
    """
    unsent = select(o.id).where(unshipped(moment), o.ship_by >= since)
    every = union_all(*(unsent.where(span) for span in within(o.ship_by, moment)))
    return select(every.subquery("every").c.id)


def ship_by_spans(moment: Moment, since: int) -> list[tuple[int, int]]:
    """When the working time that orders still take ends, if it begins since; and the time since."""
    times = {moment.values["hours"] * HOUR / SECOND, *moment.learned.get("remaining", {}).values()}
    ends = [span for takes in times for span in moment.clocks.ends(takes, since, moment.now)]
    return widened([*ends, (since, moment.now)])


def _case(location: str | None, code: str) -> str:
    return f"{location or ''}|{code}"


def remaining(moment: Moment) -> Select[Any]:
    """Of orders shipped in the last 28 days: from being ready, and from each step, until they left."""
    e = order_events.c
    shipped = and_(o.shipped_at <= moment.now, o.shipped_at >= moment.now - HISTORY)
    place = (o.location, o.channel, o.shipped_at.label("ended"))
    steps = (
        select(e.code.label("code"), e.occurred_at.label("began"), *place)
        .join_from(order_events, orders, o.id == e.order_fk)
        .where(e.code.in_(STEPS), e.occurred_at >= moment.now - 2 * HISTORY, shipped, o.shipped_at >= e.occurred_at)
    )
    ready = select(literal("ready").label("code"), o.ready_at.label("began"), *place).where(
        o.placed_at >= moment.now - 3 * HISTORY, shipped, o.ready_at.is_not(None), o.shipped_at >= o.ready_at
    )
    every = steps.union_all(ready).subquery("every")
    return select(*every.c)


def slow_ones(rows: Sequence[Row], moment: Moment) -> dict[str, float]:
    """80th percentile of the working seconds per site and step, of 30 cases at least (nearest rank)."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        lasted = moment.clocks.between(row["began"], row["ended"], row["location"], row["channel"])
        found[_case(row["location"], row["code"])].append(lasted)
    return {
        case_: float(sorted(lasted)[ceil(0.8 * len(lasted)) - 1])
        for case_, lasted in found.items()
        if len(lasted) >= CASES
    }


REMAINING = Lesson("remaining", remaining, slow_ones)
