"""After the delivery: returns, refunds, disputes, tickets."""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_aftersales_select as of_cases
from opsconsole.rules import order_exceptions_refunds as of_refunds
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import ARRIVED, o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import disputes, refunds, returns, tickets

DELIVERED_NOT_RECEIVED = Rule(
    code="DELIVERED_NOT_RECEIVED",
    label="Delivered, not received",
    about="The carrier says delivered, and a case or ticket says that nothing came.",
    severity="S2",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_cases.delivered_not_received,
    cause=("reference",),
    keeps_opened=True,
    needs=(
        Need("deliveries", lambda: select(o.id).where(or_(o.delivered_at.is_not(None), o.status.in_(ARRIVED)))),
        Need(
            "disputes, cases or tickets",
            lambda: select(o.id).where(
                or_(
                    select(disputes.c.id).exists(), select(tickets.c.id).where(tickets.c.order_fk.is_not(None)).exists()
                )
            ),
        ),
    ),
    short=("Delivered {delivered_at:instant}, {reference} says it never came", "{reference} says it never came"),
    sentences=(
        (
            "Delivery was promised by **{deliver_by:promise}**; the scan says delivered **{delivered_at:instant}**.",
            "The scan says delivered **{delivered_at:instant}**.",
        ),
        (
            "The customer says in **{reference}** of **{case_at:instant}** that nothing came, **{case_at:since}** ago.",
            "The customer says in **{reference}** that nothing came.",
        ),
        words.AT_RISK,
        (
            "Next: get the proof of delivery of **{tracking}** from **{carrier}** and answer the case, {by_when}.",
            "Next: get the proof of delivery from the carrier and answer the case, {by_when}.",
        ),
    ),
    rank=72,
    blocks="delivered",
    closed_words="**{reference}** is closed",
)

RETURN_OVERDUE = Rule(
    code="RETURN_OVERDUE",
    label="Return overdue",
    about="A return stays at a stage for longer than that stage may take.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.RETURN,
    select=of_cases.return_overdue,
    clock=of_cases.return_overdue_clock,
    cause=("stage",),
    parameters=(
        Parameter("authorized", "Authorized for", 14, "days", 1, 90, "Until the goods are sent."),
        Parameter("received", "Received for", 48, "hours", 1, 720, "Until they are inspected."),
        Parameter("inspected", "Inspected for", 48, "hours", 1, 720, "Until their fate and the refund are decided."),
    ),
    needs=(Need("returns", lambda: select(returns.c.id)),),
    short=("Return {stage} since {since:instant}, {sku}", "Return {stage} since {since:instant}"),
    sentences=(
        ("At the stage **{stage}** a return stays **{limit:span}** at most.",),
        (
            "**{return_id}** ({quantity:count} × **{sku}**, {reason}) has been there since **{since:instant}**: "
            "**{since:since}**.",
            "**{return_id}** ({quantity:count} × **{sku}**) has been there since **{since:instant}**: "
            "**{since:since}**.",
            "**{return_id}** has been there since **{since:instant}**: **{since:since}**.",
        ),
        ("The customer waits for **{value_at_risk:money}**.",),
        ("Next: move it on to the next stage, or close it with the customer, {by_when}.",),
    ),
    rank=80,
    closed_words="**{return_id}** has moved on",
)

REFUND_MISMATCH = Rule(
    code="REFUND_MISMATCH",
    label="Refund mismatch",
    about=("Money was given back without a return, more than was paid, or not at all after a cancellation or return."),
    severity="S2",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_refunds.refund_mismatch,
    clock=of_refunds.refund_clock,
    cause=("fault", "given", "paid", "owed"),
    keeps_opened=True,
    parameters=(
        Parameter("hours", "Refund missing for", 24, "hours", 0, 720, "After a cancellation, or a return's end."),
    ),
    needs=(
        Need(
            "refunds, cancellations or returns",
            lambda: select(o.id).where(
                or_(
                    select(refunds.c.id).exists(),
                    select(returns.c.id).exists(),
                    o.refunded.is_not(None),
                    o.cancelled_at.is_not(None),
                )
            ),
        ),
    ),
    short=(
        "{given:money} given back, {paid:money} paid",
        "{given:money} given back, nothing returned",
        "Order {cancelled}, {owed:money} not given back",
        "Returned, {owed:money} not given back",
    ),
    sentences=(
        (
            "The order was paid, and **{cancelled}** on **{owed_since:instant}**.",
            "The return was decided on **{owed_since:instant}**.",
            "**{given:money}** was given back **{given_at:instant}** ({reason}).",
            "**{given:money}** was given back **{given_at:instant}**.",
            "**{given:money}** was given back.",
        ),
        (
            "The customer had paid only **{paid:money}**.",
            "For **{owed_since:since}** the customer has waited for **{owed:money}**.",
            "There is no return, no cancellation and no claim that it belongs to.",
        ),
        words.AT_RISK,
        (
            "Next: refund **{owed:money}**, {by_when}.",
            "Next: find out what it was for, and record the return or ask it back, {by_when}.",
        ),
    ),
    rank=78,
    closed_words="Money paid and given back agree",
)

CHARGEBACK_OPEN = Rule(
    code="CHARGEBACK_OPEN",
    label="Chargeback open",
    about="A dispute is open, nothing was sent, and its evidence is due within so many days or no date is told.",
    severity="S1",
    resolve_hours=120,
    working=False,
    subject=SubjectKind.DISPUTE,
    select=of_cases.chargeback_open,
    clock=of_cases.chargeback_clock,
    check=of_cases.in_plain_words,
    cause=("dispute", "evidence_due_at"),
    keeps_opened=True,
    parameters=(Parameter("days", "Evidence due within", 5, "days", 1, 30),),
    needs=(Need("disputes", lambda: select(disputes.c.id)),),
    short=(
        "Evidence due {evidence_due_at:instant}: {reason}",
        "Evidence due {evidence_due_at:instant}",
        "No date told",
    ),
    sentences=(
        (
            "**{provider}** wants evidence by **{evidence_due_at:instant}**.",
            "Evidence is due by **{evidence_due_at:instant}**.",
            "The provider tells no date.",
        ),
        (
            "**{dispute}** ({kind}, **{reason}**) has been open since **{disputed_at:instant}**, nothing was sent.",
            "**{dispute}** (**{reason}**) has been open since **{disputed_at:instant}**, nothing was sent.",
            "**{dispute}** has been open since **{disputed_at:instant}**, nothing was sent.",
            "**{dispute}** is open, nothing was sent.",
        ),
        words.AT_RISK,
        ("Next: send order, tracking and what the customer wrote, or accept it, {by_when}.",),
    ),
    rank=30,
    closed_words="**{dispute}** was answered or closed",
)

CUSTOMER_ESCALATION = Rule(
    code="CUSTOMER_ESCALATION",
    label="Customer escalation",
    about="A ticket of an order is unanswered past its reply target, or is tagged as a complaint.",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.TICKET,
    select=of_cases.customer_escalation,
    clock=of_cases.escalation_clock,
    cause=("complaint", "asked_at"),
    parameters=(
        Parameter("hours", "Unanswered for", 24, "hours", 1, 240, "Where the helpdesk gives no reply target."),
    ),
    needs=(Need("tickets of orders", lambda: select(tickets.c.id).where(tickets.c.order_fk.is_not(None))),),
    short=(
        "Reply was due {reply_due_at:instant}: {about}",
        "Reply was due {reply_due_at:instant}",
        "Tagged {complaint}: {about}",
        "Tagged {complaint}",
    ),
    sentences=(
        (
            "A reply was due **{reply_due_at:instant}**.",
            "A complaint must not wait for its reply target.",
        ),
        (
            "**{ticket}** ({about}) is a **{complaint}**, unanswered since **{asked_at:instant}**: "
            "**{asked_at:since}**.",
            "**{ticket}** ({about}) has been unanswered since **{asked_at:instant}**: **{asked_at:since}**.",
            "**{ticket}** has been unanswered since **{asked_at:instant}**: **{asked_at:since}**.",
            "**{ticket}** ({about}) is a **{complaint}** of **{ticket_opened_at:instant}**.",
            "**{ticket}** is a **{complaint}**.",
        ),
        words.AT_RISK,
        (
            "Next: **{assignee}** answers in **{helpdesk}** with what this page says, {by_when}.",
            "Next: answer in **{helpdesk}** with what this page says, {by_when}.",
        ),
    ),
    rank=82,
    closed_words="**{ticket}** was answered or solved",
)

RULES: tuple[Rule, ...] = (
    DELIVERED_NOT_RECEIVED,
    RETURN_OVERDUE,
    REFUND_MISMATCH,
    CHARGEBACK_OPEN,
    CUSTOMER_ESCALATION,
)
