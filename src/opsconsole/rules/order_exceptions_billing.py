"""Which charges of carriers and sites are more than agreed, or billed twice; which drop-shippers have not answered."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY
from opsconsole.domain.money import currencies_with
from opsconsole.rules.order_exceptions_conditions import o, value_of_order
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import (
    contract_terms,
    freight_charges,
    order_lines,
    orders,
    purchase_order_lines,
    purchase_orders,
    shipments,
    vendors,
)

f = freight_charges.c
po = purchase_orders.c
TERM = "dispute_window_days"
# In the words of the partial indexes: what is plainly above, and what has to be held against the label's cost.
_ABOVE = text("freight_charges.amount > freight_charges.expected_amount")
_UNKNOWN = text("freight_charges.expected_amount IS NULL")


# --- BILLING_VARIANCE -------------------------------------------------------------------------------------------------


def billing_variance(moment: Moment) -> Select[Any]:
    """Open charges above what was expected by more than both limits, and the later ones of two for the same."""
    charges = _charges(moment)
    s = shipments.c
    billed, expected, twin = charges.c.billed_at, charges.c.expected, charges.c.twin
    over = f.amount - expected
    too_much = and_(
        over > _minor(charges.c.currency) * moment.values["amount"],
        over * 100.0 > expected * moment.values["percent"],
    )
    dispute_by = coalesce(f.dispute_by, billed + _window(moment, billed))
    return (
        select(
            (f.vendor_key + "/" + f.charge_id).label("subject"),
            coalesce(f.order_fk, s.order_fk).label("order_fk"),
            billed.label("opened_at"),
            case((twin.is_not(None), f.amount), else_=over).label("value_at_risk"),
            charges.c.currency.label("currency"),
            coalesce(o.channel, f.channel).label("channel"),
            coalesce(s.location, o.location).label("location"),
            coalesce(o.order_number, o.order_id).label("order"),
            o.time_zone.label("zone"),
            dispute_by.label("due_at"),
            dispute_by.label("dispute_by"),
            f.vendor_key.label("vendor"),
            f.charge_id.label("charge"),
            f.invoice_number.label("invoice"),
            f.tracking_number.label("tracking"),
            coalesce(f.description, f.kind).label("what"),
            f.amount.label("billed"),
            case((twin.is_(None), expected), else_=None).label("expected"),
            case((twin.is_(None), func.round(over * 100.0 / func.nullif(expected, 0))), else_=None).label("percent"),
            twin.label("twin"),
            billed.label("billed_at"),
        )
        .join_from(charges, freight_charges, f.id == charges.c.id)
        .outerjoin(shipments, s.id == f.shipment_fk)
        .outerjoin(orders, o.id == coalesce(f.order_fk, s.order_fk))
        .where(or_(twin.is_not(None), too_much))
    )


def _billed_at(charge: Any) -> ColumnElement[Any]:
    return coalesce(charge.billed_at, cast(charge.billed_on, BigInteger) * DAY)


def _charges(moment: Moment) -> Any:
    """Charges that may be wrong, with what was expected and the earlier charge for the same."""
    s = shipments.c
    billed = _billed_at(f)
    label_cost = case((and_(f.kind == "freight", coalesce(f.currency, "") == coalesce(s.currency, "")), s.cost))
    found = (
        select(
            f.id,
            billed.label("billed_at"),
            coalesce(f.expected_amount, label_cost).label("expected"),
            coalesce(f.currency, s.currency).label("currency"),
            _twin(moment).label("twin"),
        )
        .join_from(freight_charges, shipments, s.id == f.shipment_fk, isouter=True)
        .where(
            f.amount > 0,
            coalesce(f.status, "open") == "open",
            or_(billed.is_(None), billed <= moment.now),
            f.id.in_(_suspects(moment)),
        )
    )
    return found.cte("charges").prefix_with("MATERIALIZED")


def _suspects(moment: Moment) -> Any:
    if moment.among is not None:
        return select(f.id).where(f.order_fk.in_(select(moment.among.c.id)))
    twice = (
        select(f.tracking_number)
        .where(f.tracking_number.is_not(None))
        .group_by(f.tracking_number)
        .having(func.count() > 1)
    )
    above = select(f.id).where(_ABOVE)
    every = above.union(select(f.id).where(_UNKNOWN), select(f.id).where(f.tracking_number.in_(twice)))
    return select(every.subquery("suspects").c.id)


def _twin(moment: Moment) -> ColumnElement[Any]:
    """An earlier charge of the same vendor for the same parcel and the same service to it, that stands."""
    first = freight_charges.alias("first")
    before, mine = coalesce(_billed_at(first.c), 0), coalesce(_billed_at(f), 0)
    named = or_(f.kind.is_not(None), f.description.is_not(None), first.c.amount == f.amount)
    return (
        select(func.min(first.c.charge_id))
        .where(
            first.c.tracking_number == f.tracking_number,
            f.tracking_number != "",
            # As a value: of a vendor there are many charges, of a parcel few.
            (first.c.vendor_key + "") == f.vendor_key,
            coalesce(first.c.kind, "") == coalesce(f.kind, ""),
            coalesce(first.c.description, "") == coalesce(f.description, ""),
            first.c.amount > 0,
            coalesce(first.c.status, "open") != "credited",
            or_(before < mine, and_(before == mine, first.c.charge_id < f.charge_id)),
            before <= moment.now,
            named,
        )
        .correlate(freight_charges)
        .scalar_subquery()
    )


def _minor(currency: Any) -> ColumnElement[Any]:
    """Minor units of one unit of a currency."""
    return case((currency.in_(currencies_with(0)), 1), (currency.in_(currencies_with(3)), 1000), else_=100)


def _window(moment: Moment, billed: Any) -> ColumnElement[Any]:
    """How long a vendor takes disputes: its contract's window in force when it billed, else the parameter's."""
    term = contract_terms.c
    day = billed // DAY
    days = (
        select(cast(term.value * DAY, BigInteger))
        .where(
            term.vendor_key == f.vendor_key,
            term.term == TERM,
            term.valid_from <= day,
            or_(term.valid_to.is_(None), term.valid_to >= day),
        )
        .order_by(term.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return coalesce(days, moment.span("window"))


# --- DROPSHIP_NO_ACK --------------------------------------------------------------------------------------------------


def dropship_no_ack(moment: Moment) -> Select[Any]:
    """Purchase orders that a drop-shipper has had for longer than the limit without a word."""
    drop_shippers = select(vendors.c.key).where(vendors.c.kind == "drop_shipper")
    lines, pegged = purchase_order_lines.c, order_lines.c
    cost = _of_this(func.sum(lines.quantity * lines.unit_cost), lines.purchase_order_fk == po.id)
    first = _of_this(func.min(pegged.order_fk), pegged.pegged_po == po.po_number)
    return (
        select(
            po.po_number.label("subject"),
            o.id.label("order_fk"),
            (po.ordered_at + moment.span("hours")).label("opened_at"),
            coalesce(cost, value_of_order()).label("value_at_risk"),
            case((cost.is_not(None), coalesce(po.currency, o.currency)), else_=o.currency).label("currency"),
            o.channel.label("channel"),
            po.location.label("location"),
            coalesce(o.order_number, o.order_id).label("order"),
            o.time_zone.label("zone"),
            po.po_number.label("po_number"),
            coalesce(vendors.c.name, po.vendor_key).label("vendor"),
            po.ordered_at.label("ordered_at"),
            o.ship_by.label("ship_by"),
        )
        .select_from(purchase_orders)
        .join(vendors, vendors.c.key == po.vendor_key)
        .outerjoin(orders, o.id == first)
        .where(
            po.vendor_key.in_(drop_shippers),
            po.ordered_at < moment.ago("hours"),
            or_(po.acknowledged_at.is_(None), po.acknowledged_at > moment.now),
            coalesce(po.status, "open") == "open",
        )
    )


def _of_this(what: Any, where: ColumnElement[bool]) -> Any:
    """A figure over what belongs to the purchase order of the row."""
    return select(what).where(where).correlate(purchase_orders).scalar_subquery()
