"""An order that waits: stuck in a status, or held for too long."""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_routing_select as of_routing
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind

STUCK_ORDER = Rule(
    code="STUCK_ORDER",
    label="Order stuck",
    about="An order keeps its status for longer than is usual for that status, in working time.",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_routing.stuck_order,
    check=of_routing.stuck_too_long,
    clock=of_routing.stuck_clock,
    spans=of_routing.stuck_spans,
    learn=(of_routing.DWELL,),
    parameters=(
        Parameter("factor", "Longer than the usual time by", 2, "times", 1, 20, "The median of the last 28 days."),
        Parameter("floor", "But never shorter than", 4, "working hours", 1, 80),
        Parameter("unknown", "Where fewer than 30 cases tell", 24, "working hours", 1, 400),
    ),
    needs=(Need("order statuses with their dates", lambda: select(o.id).where(o.status_since.is_not(None))),),
    short=("Still {status} after {since:since}, usually {usual:span}", "Still {status} after {since:since}"),
    sentences=(
        words.LEAVES_BY,
        (
            "It has been **{status}** since **{since:instant}**; usually that takes **{usual:span}** of working time.",
            "It has been **{status}** since **{since:instant}**, longer than **{limit:span}** of working time.",
        ),
        words.AT_RISK,
        (
            "Next: ask **{location}** what it waits for and move it on, {by_when}.",
            "Next: find out what it waits for and move it on, {by_when}.",
        ),
    ),
    rank=56,
    blocks="shipped",
    cause=("status",),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="It moved on from **{status}**",
)

HOLD_EXPIRED = Rule(
    code="HOLD_EXPIRED",
    label="Hold expired",
    about="An order is still on hold after the hold's date, or for too long without a date.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_routing.hold_expired,
    clock=of_routing.hold_clock,
    parameters=(Parameter("hours", "On hold without a date for longer than", 48, "hours", 1, 2160),),
    needs=(
        Need(
            "orders on hold",
            lambda: select(o.id).where(or_(o.status == "on_hold", o.hold_until.is_not(None), o.held_at.is_not(None))),
        ),
    ),
    short=(
        "Hold ended {hold_until:instant}: {reason}",
        "Hold ended {hold_until:instant}",
        "On hold for {held_at:since}: {reason}",
        "On hold for {held_at:since}",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "The hold ({reason}) was to end **{hold_until:instant}**; the order is still held.",
            "The hold was to end **{hold_until:instant}**; the order is still held.",
            "On hold ({reason}) since **{held_at:instant}**, **{held_at:since}**, without an end.",
            "On hold since **{held_at:instant}**, **{held_at:since}**, without an end.",
        ),
        words.AT_RISK,
        ("Next: release it, cancel it or agree on a new date, {by_when}.",),
    ),
    rank=18,
    blocks="allocated",
    cause=("hold_until",),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="It is no longer held, or has a new date",
)

RULES: tuple[Rule, ...] = (
    STUCK_ORDER,
    HOLD_EXPIRED,
)
