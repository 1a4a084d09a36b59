"""Which disputes, cases, tickets and returns wait for us."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.cases import COMPLAINT, NOT_RECEIVED
from opsconsole.domain.statuses import DISPUTE_KINDS, DISPUTE_REASONS, DISPUTE_STATUSES, TICKET_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import (
    ARRIVED,
    line,
    o,
    order_columns,
    order_subject,
    own_duty,
    value_of_order,
)
from opsconsole.rules.rule import Moment, Row
from opsconsole.store.schema import disputes, orders, refunds, returns, shipments, tickets

d = disputes.c
t = tickets.c
back = returns.c
# In the words of the partial indexes.
UNSOLVED = text("tickets.solved_at IS NULL")
UNCLOSED = text("disputes.closed_at IS NULL")
OPEN_RETURN = text("returns.refunded_at IS NULL AND returns.dispositioned_at IS NULL")
_OVER = tuple(code for code in DISPUTE_STATUSES if code not in codes_in(DISPUTE_STATUSES, "open"))
_SOLVED = tuple(code for code in TICKET_STATUSES if code not in codes_in(TICKET_STATUSES, "open"))


def _past(column: Any, moment: Moment) -> ColumnElement[bool]:
    """It has happened, or a file says it has without saying when."""
    return or_(column.is_(None), column <= moment.now)


def _plain(column: Any) -> ColumnElement[str]:
    return func.replace(func.replace(func.lower(coalesce(column, "")), " ", "_"), "-", "_")


def _tagged(words: tuple[str, ...]) -> ColumnElement[bool]:
    """Tags are separated by blanks; the kind is a word of its own."""
    tags = " " + func.replace(func.replace(func.lower(coalesce(t.tags, "")), "-", "_"), ",", " ") + " "
    return or_(_plain(t.kind).in_(words), *(tags.contains(f" {word} ", autoescape=True) for word in words))


def _dispute_is_open(moment: Moment) -> ColumnElement[bool]:
    over = and_(d.closed_at.is_(None), coalesce(d.status, "").not_in(_OVER))
    return and_(_past(d.opened_at, moment), or_(d.closed_at > moment.now, over))


def _ticket_is_open(moment: Moment) -> ColumnElement[bool]:
    unsolved = and_(t.solved_at.is_(None), coalesce(t.status, "").not_in(_SOLVED))
    return and_(_past(t.opened_at, moment), or_(t.solved_at > moment.now, unsolved))


# --- CHARGEBACK_OPEN --------------------------------------------------------------------------------------------------


def chargeback_open(moment: Moment) -> Select[Any]:
    """Open disputes without our evidence whose date is near, past, or not told."""
    near = d.evidence_due_at - moment.span("days")
    began = case((near > d.opened_at, near), (d.opened_at.is_not(None), d.opened_at), else_=near)
    return (
        select(
            *_of_dispute(began),
            d.evidence_due_at.label("due_at"),
            d.evidence_due_at.label("evidence_due_at"),
            d.opened_at.label("disputed_at"),
            d.kind.label("kind"),
            d.reason.label("reason"),
            d.provider.label("provider"),
            d.dispute_id.label("dispute"),
        )
        .join_from(disputes, orders, o.id == d.order_fk)
        .where(
            _dispute_is_open(moment),
            or_(d.submitted_at > moment.now, and_(d.submitted_at.is_(None), coalesce(d.status, "") != "under_review")),
            or_(d.evidence_due_at.is_(None), d.evidence_due_at < moment.now + moment.span("days")),
        )
    )


def _of_dispute(began: Any) -> list[ColumnElement[Any]]:
    plain = order_columns(began, coalesce(d.amount, value_of_order()), subject=order_subject() + "/" + d.dispute_id)
    currency = case((d.amount.is_not(None), coalesce(d.currency, o.currency)), else_=o.currency)
    return [currency.label("currency") if column.name == "currency" else column for column in plain]


def in_plain_words(rows: Sequence[Row], _moment: Moment) -> list[Row | None]:
    """Kind and reason as people say them; a provider's own words stay."""
    tables = {"kind": DISPUTE_KINDS, "reason": DISPUTE_REASONS}
    return [
        {name: table[row[name]].label.lower() for name, table in tables.items() if row[name] in table} for row in rows
    ]


def chargeback_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a dispute whose date came near."""
    ahead = moment.span("days")
    open_ = UNCLOSED if moment.settled else true()
    return select(d.order_fk.label("id")).where(
        open_, d.evidence_due_at >= since + ahead, d.evidence_due_at <= moment.now + ahead
    )


# --- DELIVERED_NOT_RECEIVED -------------------------------------------------------------------------------------------


def delivered_not_received(moment: Moment) -> Select[Any]:
    """Delivered, as the carrier says, and since then an open case or ticket that says it never came."""
    cases = _not_received(moment)
    s = shipments.c
    parcel = (
        select(func.min(s.delivered_at))
        .where(s.order_fk == o.id, s.delivered_at <= moment.now)
        .correlate(orders)
        .scalar_subquery()
    )
    delivered_at = coalesce(case((o.delivered_at <= moment.now, o.delivered_at), else_=None), parcel)
    arrived = or_(delivered_at.is_not(None), and_(o.delivered_at.is_(None), o.status.in_(ARRIVED)))
    tracking = (
        select(func.min(s.tracking_number))
        .where(s.order_fk == o.id, s.delivered_at <= moment.now)
        .correlate(orders)
        .scalar_subquery()
    )
    return (
        select(
            *order_columns(cases.c.case_at),
            cases.c.case_at.label("case_at"),
            cases.c.reference.label("reference"),
            delivered_at.label("delivered_at"),
            tracking.label("tracking"),
            o.carrier_key.label("carrier"),
            o.deliver_by.label("deliver_by"),
        )
        .join_from(cases, orders, o.id == cases.c.order_fk)
        .where(
            arrived,
            or_(cases.c.newest_at.is_(None), delivered_at.is_(None), cases.c.newest_at >= delivered_at),
            own_duty(),
        )
    )


def _not_received(moment: Moment) -> Any:
    """Per order since when there is a case, when the newest one was opened, and one's name."""
    by_dispute = select(d.order_fk, d.opened_at.label("at"), ("case " + d.dispute_id).label("name")).where(
        _plain(d.reason).in_(NOT_RECEIVED), _dispute_is_open(moment)
    )
    by_ticket = select(t.order_fk, t.opened_at.label("at"), ("ticket " + t.ticket_id).label("name")).where(
        t.order_fk.is_not(None), _tagged(NOT_RECEIVED), _ticket_is_open(moment)
    )
    if moment.among is not None:
        asked = select(moment.among.c.id)
        by_dispute, by_ticket = by_dispute.where(d.order_fk.in_(asked)), by_ticket.where(t.order_fk.in_(asked))
    every = union_all(by_dispute, by_ticket).subquery("every_case")
    return (
        select(
            every.c.order_fk,
            func.min(every.c.at).label("case_at"),
            case((func.count() == func.count(every.c.at), func.max(every.c.at)), else_=None).label("newest_at"),
            func.min(every.c.name).label("reference"),
        )
        .group_by(every.c.order_fk)
        .cte("not_received")
        .prefix_with("MATERIALIZED")
    )


# --- CUSTOMER_ESCALATION ----------------------------------------------------------------------------------------------


def _answer_due(moment: Moment) -> ColumnElement[Any]:
    """Until when an unanswered customer should have had a reply: the helpdesk's target, else the parameter's."""
    return coalesce(t.reply_due_at, coalesce(t.last_customer_at, t.opened_at) + moment.span("hours"))


def customer_escalation(moment: Moment) -> Select[Any]:
    """Open tickets on an order past their reply target, or tagged as a complaint."""
    asked_at = coalesce(t.last_customer_at, t.opened_at)
    unanswered = or_(t.last_reply_at.is_(None), t.last_reply_at > moment.now, t.last_reply_at < asked_at)
    due = _answer_due(moment)
    late = and_(unanswered, asked_at <= moment.now, due < moment.now)
    complaint = _tagged(COMPLAINT)
    began = case((and_(complaint, or_(~late, t.opened_at < due)), t.opened_at), else_=due)
    return (
        select(
            *order_columns(began, subject=t.helpdesk + "/" + t.ticket_id),
            t.ticket_id.label("ticket"),
            t.helpdesk.label("helpdesk"),
            t.subject.label("about"),
            t.assignee.label("assignee"),
            case((late, due), else_=None).label("reply_due_at"),
            case((late, asked_at), else_=None).label("asked_at"),
            t.opened_at.label("ticket_opened_at"),
            case((complaint, "complaint"), else_=None).label("complaint"),
            o.deliver_by.label("deliver_by"),
        )
        .join_from(tickets, orders, o.id == t.order_fk)
        .where(_ticket_is_open(moment), or_(late, complaint))
    )


def escalation_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a ticket whose reply fell due."""
    due = _answer_due(moment)
    open_ = UNSOLVED if moment.settled else or_(UNSOLVED, t.solved_at > since)
    return select(t.order_fk.label("id")).where(t.order_fk.is_not(None), open_, due >= since, due < moment.now)


# --- RETURN_OVERDUE ---------------------------------------------------------------------------------------------------


def return_overdue(moment: Moment) -> Select[Any]:
    """Returns that stand at a stage longer than its clock."""
    stage, since = _stage(moment), _stage_since()
    limits = {name: moment.span(name) for name in ("authorized", "received", "inspected")}
    at = select(returns.c.id, stage.label("stage")).where(_unfinished(moment))
    if moment.among is not None:
        at = at.where(back.order_fk.in_(select(moment.among.c.id)))
    elif moment.settled:
        at = at.where(OPEN_RETURN)
    now_at = at.cte("stages").prefix_with("MATERIALIZED")
    began = case(*((now_at.c.stage == name, since[name]) for name in limits), else_=null())
    limit = case(*((now_at.c.stage == name, literal(span, BigInteger)) for name, span in limits.items()), else_=null())
    return (
        select(
            *_of_return(began + limit, _share_of_order()),
            now_at.c.stage.label("stage"),
            began.label("since"),
            (limit // 1_000_000).label("limit"),
            back.return_id.label("return_id"),
            case((back.sku != "", back.sku), else_=None).label("sku"),
            back.quantity.label("quantity"),
            back.reason.label("reason"),
        )
        .join_from(now_at, returns, back.id == now_at.c.id)
        .join(orders, o.id == back.order_fk)
        .where(now_at.c.stage.in_(tuple(limits)), began + limit < moment.now)
    )


def _of_return(began: Any, value: Any) -> list[ColumnElement[Any]]:
    sku = case((back.sku != "", "/" + back.sku), else_="")
    return order_columns(began, value, subject=order_subject() + "/" + back.return_id + sku)


def _share_of_order() -> ColumnElement[Any]:
    """What the returned goods were sold for: the line's amount by its quantity; else the order's total."""
    price = coalesce(line.unit_price, line.amount / func.nullif(line.quantity, 0))
    sold = (
        select(func.max(price * coalesce(back.quantity, line.quantity, 1)))
        # As a value: of a SKU there are many lines, of an order few.
        .where(line.order_fk == o.id, (line.sku + "") == back.sku, back.sku != "")
        .correlate(orders, returns)
        .scalar_subquery()
    )
    return coalesce(sold, value_of_order())


def _unfinished(moment: Moment) -> ColumnElement[bool]:
    """Neither decided nor refunded."""
    dated = or_(back.dispositioned_at <= moment.now, back.refunded_at <= moment.now)
    said = and_(
        coalesce(back.stage, "").in_(("dispositioned", "refunded")),
        back.dispositioned_at.is_(None),
        back.refunded_at.is_(None),
    )
    paid = exists(
        select(refunds.c.id).where(
            refunds.c.order_fk == back.order_fk,
            refunds.c.return_id == back.return_id,
            or_(refunds.c.sku.is_(None), refunds.c.sku == "", back.sku == "", refunds.c.sku == back.sku),
            _past(refunds.c.refunded_at, moment),
        )
    )
    return and_(~coalesce(dated, False), ~said, ~paid)


def _reached(name: str, moment: Moment) -> ColumnElement[bool]:
    at = back[f"{name}_at"]
    return or_(at <= moment.now, and_(at.is_(None), back.stage == name))


def _stage(moment: Moment) -> ColumnElement[Any]:
    """The furthest stage reached; a date in the future has not happened."""
    moved = or_(back.shipped_at <= moment.now, and_(back.shipped_at.is_(None), back.stage == "in_transit"))
    return case(
        (_reached("inspected", moment), "inspected"),
        (_reached("received", moment), "received"),
        (moved, "in_transit"),
        (_reached("authorized", moment), "authorized"),
        else_="requested",
    )


def _stage_since() -> dict[str, ColumnElement[Any]]:
    """Since when a return stands at a stage; where no file says, since the stage before."""
    authorized = coalesce(back.authorized_at, back.requested_at)
    received = coalesce(back.received_at, back.shipped_at, authorized)
    return {
        "authorized": authorized,
        "received": received,
        "inspected": coalesce(back.inspected_at, received),
    }


def return_overdue_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a return whose stage reached its limit."""
    ran_out = [
        and_(began >= since - moment.span(name), began < moment.now - moment.span(name))
        for name, began in _stage_since().items()
    ]
    return select(back.order_fk.label("id")).where(OPEN_RETURN, or_(*ran_out))
