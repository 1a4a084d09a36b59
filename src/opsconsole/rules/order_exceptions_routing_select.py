"""Which orders do not move on: not routed, stuck in a status, or held too long; and what is usual for a status."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, exists, func, or_, select, text, union_all
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY, HOUR, SECOND
from opsconsole.domain.statuses import ORDER_STEPS
from opsconsole.rules.order_exceptions_conditions import (
    line,
    needs_shipping,
    not_voided,
    o,
    open_value,
    order_columns,
    own_duty,
    placed,
    unshipped,
    value_of_order,
    widened,
    within,
)
from opsconsole.rules.rule import Lesson, Moment, Row
from opsconsole.store.schema import order_events, orders, vendors
from opsconsole.store.schema.orders import IN_WORK as IN_WORK_WORDS

# In the words of the partial indexes, with the table named.
IN_WORK = text(IN_WORK_WORDS.replace("status", "orders.status", 1))
ON_HOLD = text("(orders.status = 'on_hold' OR (orders.status IS NULL AND orders.hold_until IS NOT NULL))")
STEPS = tuple(code for code in ORDER_STEPS if code != "cancel_requested")
HISTORY = 28 * DAY
CASES = 30

# --- ROUTING_FAILED ---------------------------------------------------------------------------------------------------


def routing_failed(moment: Moment) -> Select[Any]:
    """Ready for longer than the limit without a location, or split over more locations than allowed."""
    waited = and_(o.location.is_(None), o.ready_at < moment.ago("minutes"), _unrouted_lines())
    splits = _splits()
    late = o.ready_at + moment.span("minutes")
    return select(
        *order_columns(case((waited, late), else_=coalesce(o.ready_at, o.placed_at)), _open_worth()),
        o.ready_at.label("ready_at"),
        case((waited, None), else_=splits).label("splits"),
        o.ship_by.label("ship_by"),
    ).where(
        or_(waited, splits > int(moment.values["splits"])),
        unshipped(moment),
        not_voided(moment),
        placed(moment),
        not_held(moment),
        own_duty(),
        needs_shipping(),
        or_(o.ready_at.is_(None), o.ready_at <= moment.now),
    )


def _open_worth() -> ColumnElement[Any]:
    return coalesce(open_value(), value_of_order())


def not_held(moment: Moment) -> ColumnElement[bool]:
    """Neither on hold nor to be kept until later."""
    return and_(coalesce(o.status, "") != "on_hold", or_(o.hold_until.is_(None), o.hold_until <= moment.now))


def _own_line() -> ColumnElement[bool]:
    """To be shipped, and not by a drop-shipper."""
    drop_ship = select(vendors.c.id).where(vendors.c.key == line.vendor_key, vendors.c.kind == "drop_shipper")
    return and_(
        line.order_fk == o.id,
        coalesce(line.status, "").not_in(("cancelled", "unavailable")),
        line.quantity.is_(None) | (line.quantity > coalesce(line.cancelled_quantity, 0)),
        or_(line.requires_shipping.is_(None), line.requires_shipping.is_(True)),
        ~exists(drop_ship),
    )


def _unrouted_lines() -> ColumnElement[bool]:
    """Some line has no location, or there are no lines at all."""
    lines = select(line.id).where(line.order_fk == o.id).correlate(orders)
    unrouted = select(line.id).where(_own_line(), line.location.is_(None)).correlate(orders)
    return or_(~exists(lines), exists(unrouted))


def _splits() -> ColumnElement[Any]:
    """Over how many locations the lines of an order are spread."""
    return (
        select(func.count(coalesce(line.location, o.location).distinct()))
        .where(_own_line())
        .correlate(orders)
        .scalar_subquery()
    )


def routing_clock(moment: Moment, since: int) -> Select[Any]:
    """Unrouted orders whose waiting time ran out, and those whose hold ended since."""
    late = moment.span("minutes")
    ran_out = and_(o.location.is_(None), o.ready_at >= since - late, o.ready_at < moment.now - late)
    released = and_(o.hold_until >= since, o.hold_until <= moment.now)
    # Two questions: each has an index of its own.
    both = select(o.id).where(unshipped(moment), ran_out).union_all(select(o.id).where(released)).subquery("both")
    return select(both.c.id)


# --- STUCK_ORDER ------------------------------------------------------------------------------------------------------

step = order_events.alias("step")
_before = order_events.alias("before")


def newest_step(moment: Moment) -> ColumnElement[Any]:
    """The join that finds the newest step of each order as of the moment."""
    newest = (
        select(_before.c.id)
        .where(_before.c.order_fk == o.id, _before.c.occurred_at <= moment.now, _before.c.code != "cancel_requested")
        .order_by(_before.c.occurred_at.desc(), _before.c.event_id.desc())
        .limit(1)
        .correlate(orders)
        .scalar_subquery()
    )
    return step.c.id == newest


def stuck_order(moment: Moment) -> Select[Any]:
    """Orders in work whose status is older than the shortest limit; whether it is too old is for the check to say."""
    stepped = step.c.occurred_at >= coalesce(o.status_since, 0)
    since = case((stepped, step.c.occurred_at), else_=o.status_since)
    code = case((stepped, step.c.code), else_=o.status)
    return (
        select(*order_columns(since), code.label("_code"), since.label("since"), o.ship_by.label("ship_by"))
        .select_from(orders)
        .outerjoin(step, newest_step(moment))
        .where(
            IN_WORK,
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            not_held(moment),
            not_awaiting_money(moment),
            own_duty(),
            needs_shipping(),
            since < moment.now - int(moment.values["floor"] * HOUR),
        )
    )


def not_awaiting_money(moment: Moment) -> ColumnElement[bool]:
    """Not pending because the money is still to come."""
    unpaid_now = or_(
        coalesce(o.payment_status, "").in_(("pending", "authorized")),
        and_(o.paid_at.is_not(None), o.paid_at > moment.now),
    )
    return or_(o.status != "pending", ~unpaid_now)


def stuck_too_long(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Those whose status lasts longer than twice what is usual, in working time."""
    usual = moment.learned.get("dwell", {})
    return [_stuck(row, usual, moment) for row in rows]


def _stuck(row: Row, usual: Mapping[str, float], moment: Moment) -> Row | None:
    code = row["_code"]
    limit = _limit(code, usual, moment)
    opened = moment.clocks.add(row["since"], limit, row["location"], row["channel"])
    if opened >= moment.now:
        return None
    label = ORDER_STEPS[code].label.lower() if code in ORDER_STEPS else code
    return {"opened_at": opened, "status": label, "usual": usual.get(code), "limit": limit}


def stuck_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders in work whose status or newest step became too old since, at one place or another; and holds that ended.

    Each status has its own limit: a few short spans of beginnings. Whose span it is, the rule itself looks at.
    """
    e = order_events.c
    stepped = union_all(*(select(e.order_fk).where(e.code.in_(STEPS), span) for span in within(e.occurred_at, moment)))
    in_work = select(o.id).where(IN_WORK, unshipped(moment))
    by_status = [in_work.where(span) for span in within(o.status_since, moment)]
    released = in_work.where(o.hold_until >= since, o.hold_until <= moment.now)
    every = released.union_all(in_work.where(o.id.in_(stepped)), *by_status).subquery("every")
    return select(every.c.id)


def stuck_spans(moment: Moment, since: int) -> list[tuple[int, int]]:
    """When what became too old since began, in one status or another."""
    usual = moment.learned.get("dwell", {})
    limits = {_limit(code, usual, moment) for code in STEPS}
    return widened(span for limit in limits for span in moment.clocks.starts(limit, since, moment.now))


def _limit(code: str, usual: Mapping[str, float], moment: Moment) -> float:
    """Working seconds after which an order is stuck in a status."""
    hour = HOUR / SECOND
    if code not in usual:
        return moment.values["unknown"] * hour
    return max(moment.values["floor"] * hour, moment.values["factor"] * usual[code])


def dwells(moment: Moment) -> Select[Any]:
    """Steps of the last 28 days with the instants they began and ended at."""
    e = order_events.c
    following = func.lead(e.occurred_at, type_=BigInteger).over(
        partition_by=e.order_fk, order_by=(e.occurred_at, e.event_id)
    )
    steps = (
        select(e.order_fk, e.code, e.occurred_at.label("began"), following.label("following"))
        .where(e.code.in_(STEPS), e.occurred_at >= moment.now - HISTORY, e.occurred_at <= moment.now)
        .subquery("steps")
    )
    ended = coalesce(steps.c.following, o.shipped_at)
    return (
        select(steps.c.code, steps.c.began, ended.label("ended"), o.location, o.channel)
        .join_from(steps, orders, o.id == steps.c.order_fk)
        .where(ended >= steps.c.began, ended <= moment.now)
    )


def median_dwells(rows: Sequence[Row], moment: Moment) -> dict[str, float]:
    """Median working seconds per status, of 30 cases at least."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row["code"]].append(moment.clocks.between(row["began"], row["ended"], row["location"], row["channel"]))
    return {code: median(lasted) for code, lasted in found.items() if len(lasted) >= CASES}


DWELL = Lesson("dwell", dwells, median_dwells)

# --- HOLD_EXPIRED -----------------------------------------------------------------------------------------------------


def hold_expired(moment: Moment) -> Select[Any]:
    """On hold past its date, or for longer than the limit without one."""
    held_at = coalesce(o.held_at, o.status_since, o.placed_at)
    late = held_at + moment.span("hours")
    return select(
        *order_columns(coalesce(o.hold_until, late)),
        o.hold_until.label("hold_until"),
        held_at.label("held_at"),
        o.hold_reason.label("reason"),
        o.ship_by.label("ship_by"),
    ).where(
        ON_HOLD,
        or_(o.hold_until < moment.now, and_(o.hold_until.is_(None), late < moment.now)),
        unshipped(moment),
        not_voided(moment),
        placed(moment),
        own_duty(),
    )


def hold_clock(moment: Moment, since: int) -> Select[Any]:
    """Held orders whose date passed, or whose waiting time ran out."""
    span = moment.span("hours")
    held_at = coalesce(o.held_at, o.status_since, o.placed_at)
    dated = and_(o.hold_until >= since, o.hold_until < moment.now)
    undated = and_(o.hold_until.is_(None), held_at >= since - span, held_at < moment.now - span)
    return select(o.id).where(ON_HOLD, or_(dated, undated))
