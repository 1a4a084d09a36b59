"""Which orders and lines meet the rules about payment, fraud, missing data and prices; checks that SQL cannot do."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, text
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.customs import crosses_customs
from opsconsole.domain.instants import DAY
from opsconsole.domain.payments import is_cash_on_delivery, net_days
from opsconsole.domain.postcodes import country_code
from opsconsole.domain.statuses import FRAUD_DECISIONS, PAYMENT_STATUSES, codes_in
from opsconsole.rules import fraud_signals
from opsconsole.rules.order_exceptions_conditions import (
    ORDER_ID,
    UNPAID,
    left,
    line,
    line_is_open,
    line_subject,
    needs_shipping,
    not_voided,
    o,
    order_columns,
    own_duty,
    placed,
    terms_end,
    to_ship_by,
    unpaid,
    unshipped,
)
from opsconsole.rules.rule import COLUMNS, RESTS_ON_OTHERS, Moment, Row
from opsconsole.store.schema import (
    customers,
    fraud_decisions,
    locations,
    order_lines,
    orders,
    payments,
    products,
    ship_methods,
    sku_aliases,
)

FAILED = codes_in(PAYMENT_STATUSES, "voided")
_GOOD = (*codes_in(PAYMENT_STATUSES, "paid"), *codes_in(PAYMENT_STATUSES, "unpaid"), "partially_paid")
# In the words of the partial index.
DECLINED = text("orders.payment_status IN ('failed', 'voided', 'expired')")
FAILED_PAYMENT = text("payments.status IN ('failed', 'voided', 'expired')")

# --- PAYMENT_DECLINED -------------------------------------------------------------------------------------------------


def payment_declined(moment: Moment) -> Select[Any]:
    """A failed or voided payment, or none yet on what has shipped; terms and cash on delivery are for the check."""
    failed_at = (
        select(func.max(payments.c.paid_at))
        .where(payments.c.order_fk == o.id, FAILED_PAYMENT, payments.c.paid_at <= moment.now)
        .correlate(orders)
        .scalar_subquery()
    )
    shipped = case((left(moment), 1), else_=0)
    return select(
        *order_columns(o.placed_at),
        o.payment_status.label("payment"),
        o.placed_at.label("placed_at"),
        case((o.shipped_at <= moment.now, o.shipped_at), else_=None).label("shipped_at"),
        case((o.delivered_at <= moment.now, o.delivered_at), else_=None).label("_delivered_at"),
        shipped.label("_left"),
        failed_at.label("failed_at"),
        o.payment_method.label("method"),
        o.payment_terms.label("terms"),
        to_ship_by(moment),
    ).where(_without_money(moment), not_voided(moment), placed(moment))


def _without_money(moment: Moment) -> ColumnElement[bool]:
    """Orders whose payment failed, and unpaid ones that have left; among all, each begins at its own partial index."""
    good = exists(
        select(payments.c.id).where(payments.c.order_fk == o.id, payments.c.status.in_(_GOOD)).correlate(orders)
    )
    silent = or_(o.payment_status.is_(None), UNPAID)
    if moment.among is not None:
        failed = exists(select(payments.c.id).where(payments.c.order_fk == o.id, FAILED_PAYMENT).correlate(orders))
        return or_(DECLINED, and_(failed, silent, ~good), and_(unpaid(moment), left(moment)))
    of_payment = (
        select(o.id)
        .join_from(payments, orders, o.id == payments.c.order_fk)
        .where(FAILED_PAYMENT, silent, ~good)
        .correlate(None)
    )
    gone = select(o.id).where(unpaid(moment), left(moment)).correlate(None)
    return o.id.in_(select(o.id).where(DECLINED).correlate(None).union_all(of_payment, gone))


def payment_faults(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """Leaves out cash on delivery and net terms until due; what left without money is of the highest severity."""
    return [_payment_fault(row, moment) for row in rows]


def _payment_fault(row: Row, moment: Moment) -> Row | None:
    if is_cash_on_delivery(row["method"]) or is_cash_on_delivery(row["terms"]):
        return None
    failed = row["payment"] in FAILED or row["failed_at"] is not None
    began = row["failed_at"] or row["placed_at"]
    words = "declined" if failed else row["payment"]
    if not row["_left"]:
        return {"opened_at": began, "payment": words}
    gone = row["shipped_at"] or row["_delivered_at"] or row["placed_at"]
    if failed:
        return {"opened_at": _later(began, gone), "payment": words, "severity": "S1", "left": "shipped"}
    days = net_days(row["terms"])
    due = None if days is None or row["placed_at"] is None else row["placed_at"] + days * DAY
    limit = _later(gone, due)
    if limit is not None:
        limit += moment.span("hours")
    if limit is not None and limit >= moment.now:
        return None
    return {"opened_at": limit, "payment": words, "severity": "S1", "left": "shipped"}


def _later(first: int | None, second: int | None) -> int | None:
    return max((one for one in (first, second) if one is not None), default=None)


def payment_declined_clock(moment: Moment, since: int) -> Select[Any]:
    """Unpaid orders that left so long ago, and those with terms of so many days that ended as long ago."""
    late, gone = moment.span("hours"), coalesce(o.shipped_at, o.delivered_at, o.placed_at)
    first, last = since - late, moment.now - late
    waits = select(o.id).where(unpaid(moment))
    both = waits.where(gone >= first, gone < last).union_all(waits.where(terms_end(first, last))).subquery("both")
    return select(both.c.id)


# --- MISSING_ORDER_INFO -----------------------------------------------------------------------------------------------


def missing_order_info(moment: Moment) -> Select[Any]:
    """Unshipped orders with what they need to be sent; whether it is there is for the check to say."""
    c, m, p = customers.c, ship_methods.c, products.c
    known = (c.channel == o.channel, c.customer_id == o.customer_id)
    wants_phone = select(m.id).where(
        m.needs_phone.is_(True), m.channel.in_(("", o.channel)), or_(m.method == o.service, m.service == o.service)
    )
    told = or_(p.hs_code.is_not(None), p.origin_country.is_not(None))
    declared = (
        select(line.id).join_from(order_lines, products, p.sku == line.sku).where(line.order_fk == o.id, told)
    ).correlate(orders)
    origin = select(func.min(locations.c.country)).where(locations.c.key == o.location).scalar_subquery()
    return select(
        *order_columns(o.placed_at),
        coalesce(o.email, select(func.min(c.email)).where(*known).scalar_subquery()).label("_email"),
        coalesce(o.phone, select(func.min(c.phone)).where(*known).scalar_subquery()).label("_phone"),
        case((exists(wants_phone), 1), else_=0).label("_wants_phone"),
        case((needs_shipping(), 1), else_=0).label("_ships"),
        case((exists(declared), 1), else_=0).label("_declared"),
        case((exists(select(p.id).where(told)), 1), else_=0).label("_declares"),
        origin.label("_origin"),
        o.customs_number.label("_customs_number"),
        o.country.label("country"),
        o.service.label("service"),
        o.ship_by.label("ship_by"),
        o.batch_id.label("_batch_id"),
        o.field_sources_json.label("_field_sources"),
    ).where(unshipped(moment), not_voided(moment), placed(moment), own_duty())


def missing_parts(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """What each order lacks in words; a field that no file has is unknown, not missing."""
    found: list[Row | None] = []
    for row in rows:
        lacks = _lacks(row, moment)
        found.append({"missing": ", ".join(lacks)} if lacks else None)
    return found


def _lacks(row: Row, moment: Moment) -> list[str]:
    lacks = []
    if not (row["_email"] or "").strip() and _told(row, moment, "email"):
        lacks.append("an e-mail address")
    if not row["_ships"]:
        return lacks
    if row["_wants_phone"] and not (row["_phone"] or "").strip() and _told(row, moment, "phone"):
        lacks.append("a phone number")
    undeclared = row["_declares"] and not row["_declared"] and not (row["_customs_number"] or "").strip()
    if undeclared and crosses_customs(row["_origin"], row["country"]):
        lacks.append(f"customs data for {country_code(row['country'])}")
    return lacks


def _told(row: Row, moment: Moment, field: str) -> bool:
    """Whether one of the order's files has the field, empty or not."""
    fields = moment.said.get((row["_batch_id"], "orders"))
    return fields is None or field in fields or f'"{field}"' in (row["_field_sources"] or "")


# --- PRICE_ERROR ------------------------------------------------------------------------------------------------------


def price_error(moment: Moment) -> Select[Any]:
    """Open lines sold below the item's cost, or far below its list price; only prices of one currency are compared."""
    here, anywhere, p = sku_aliases.alias("alias_here"), sku_aliases.alias("alias_anywhere"), products.c
    price = _price()
    below_cost = and_(p.unit_cost > 0, price * 100.0 < p.unit_cost * moment.values["cost_share"])
    below_list = and_(p.list_price > 0, price * 100.0 < p.list_price * moment.values["list_share"])
    usual = case((p.list_price.is_(None), p.unit_cost), (p.unit_cost > p.list_price, p.unit_cost), else_=p.list_price)
    currency = coalesce(line.currency, o.currency)
    return (
        select(
            *order_columns(o.placed_at, (usual - price) * coalesce(line.quantity, 1), subject=line_subject()),
            line.sku.label("sku"),
            line.title.label("title"),
            line.quantity.label("quantity"),
            price.label("price"),
            case((below_cost, p.unit_cost), else_=None).label("cost"),
            case((below_list, p.list_price), else_=None).label("list_price"),
            o.ship_by.label("ship_by"),
        )
        .join_from(orders, order_lines, line.order_fk == ORDER_ID)
        .outerjoin(here, and_(here.c.alias == line.sku, here.c.channel == o.channel))
        .outerjoin(anywhere, and_(anywhere.c.alias == line.sku, anywhere.c.channel == ""))
        .join(products, p.sku == coalesce(here.c.sku, anywhere.c.sku, line.sku))
        .where(
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            line_is_open(),
            price >= 0,
            or_(below_cost, below_list),
            or_(p.currency.is_(None), currency.is_(None), p.currency == currency),
        )
    )


def _price() -> ColumnElement[Any]:
    """What the customer pays for a piece, in minor units."""
    return coalesce(line.unit_price, line.amount / func.nullif(line.quantity, 0))


# --- FRAUD_REVIEW -----------------------------------------------------------------------------------------------------


def fraud_review(moment: Moment) -> Select[Any]:
    """Orders not yet shipped with what the fraud signals look at."""
    return fraud_signals.facts(moment).where(unshipped(moment), not_voided(moment), placed(moment), own_duty())


def fraud_scores(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """The score of each order that somebody must look at, with what it is made of."""
    threshold = moment.values["threshold"]
    found: list[Row | None] = []
    for row in rows:
        score = fraud_signals.score(row, moment.values, moment.forwarders)
        rests = fraud_signals.rests_on_others(row, moment.values)
        found.append(_suspicion(row, score, threshold, rests) if score.raises(threshold) else None)
    return found


def _suspicion(row: Row, score: fraud_signals.Score, threshold: float, rests: bool) -> Row:
    """Evidence of an order to look at; facts that do not belong in sentences leave it."""
    hidden = dict.fromkeys(key for key in row if key not in (*COLUMNS, "order", "zone", "ship_by", "placed_at"))
    more = {
        **hidden,
        "score": score.points,
        "threshold": threshold,
        "signals": score.words or None,
        "risk": "high" if score.is_high_risk else None,
        RESTS_ON_OTHERS: True if rests else None,
    }
    if score.decision:
        more |= {
            "decision": FRAUD_DECISIONS[score.decision].label.lower() if score.decision in FRAUD_DECISIONS else "",
            "by": row["decision_provider"] or "The fraud service",
            "decided_at": row["decided_at"],
            "opened_at": row["decided_at"],
        }
    return more


def fraud_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders about which somebody decided."""
    d = fraud_decisions.c
    return select(d.order_fk.label("id")).where(d.decided_at >= since, d.decided_at <= moment.now)
