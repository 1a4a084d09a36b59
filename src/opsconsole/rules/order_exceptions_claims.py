"""Which parcels a carrier owes for and nobody has claimed yet, while the contract's window is about to close."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.instants import DAY
from opsconsole.domain.scans import scans_in
from opsconsole.rules.order_exceptions_conditions import from_known_channels, o, own_duty, placed, undelivered
from opsconsole.rules.order_exceptions_conditions import value_of_order as order_value
from opsconsole.rules.order_exceptions_transit_select import BACK, asked_about, parcel_columns, s
from opsconsole.rules.rule import Moment
from opsconsole.store.schema import claims, contract_terms, orders, returns, shipment_events, shipments, tickets

TERM = "claim_window_days"
_DAMAGE = ("%damag%", "%broken%")


def carrier_claim_due(moment: Moment) -> Select[Any]:
    """Parcels lost, damaged or late whose claim window closes within the limit, without a claim."""
    due = _closing(moment)
    lost, damaged, late = _lost(moment), _damaged(moment), _late(moment)
    freight = and_(late, ~lost, ~damaged)
    value = case((freight, coalesce(s.cost, o.shipping)), else_=order_value())
    currency = case((and_(freight, s.cost.is_not(None)), coalesce(s.currency, o.currency)), else_=o.currency)
    return (
        select(
            *parcel_columns(due.c.window_end - moment.span("days"), value, currency),
            due.c.window_end.label("due_at"),
            due.c.window_end.label("claim_by"),
            due.c.window_days.label("window_days"),
            s.shipped_at.label("shipped_at"),
            case((lost, o.deliver_by), else_=_promise()).label("promised"),
            case((s.delivered_at <= moment.now, s.delivered_at), else_=None).label("delivered_at"),
            case((lost, "lost"), (damaged, "damaged"), else_="late").label("fault"),
        )
        # The sum keeps SQLite from reading all parcels beside the few windows.
        .join_from(due, shipments, s.id == due.c.id + 0)
        .join(orders, o.id == s.order_fk)
        .where(
            or_(lost, damaged, late),
            or_(s.voided.is_(None), s.voided.is_(False)),
            coalesce(s.status, "") != "voided",
            ~_claimed(moment),
            placed(moment),
            own_duty(),
        )
    )


def _closing(moment: Moment, after: int | None = None) -> Any:
    """Parcels whose claim window is open and closes within the limit (and not before ``after``), with its end.

    The window is that of the carrier's contract in force on the day the parcel left, else the parameter's.
    """
    begin = moment.now if after is None else max(moment.now, after)
    of_contract, by_default = _windows(moment, begin // DAY, by_clock=after is not None)
    if after is not None:
        # Of a few days only what left in a few minutes of them.
        last, days = moment.now + moment.span("days"), cast(contract_terms.c.value * DAY, BigInteger)
        of_contract = of_contract.where(s.shipped_at >= begin - days, s.shipped_at <= last - days)
        window = moment.span("window")
        by_default = by_default.where(s.shipped_at >= begin - window, s.shipped_at <= last - window)
    every: Any = of_contract.union_all(by_default).subquery("windows")
    return (
        select(every)
        .where(every.c.window_end >= begin, every.c.window_end <= moment.now + moment.span("days"))
        .cte("closing")
        .prefix_with("MATERIALIZED")
    )


def _windows(moment: Moment, closing_on: int, *, by_clock: bool) -> tuple[Select[Any], Select[Any]]:
    found = _by_contract(moment, closing_on, by_clock=by_clock), _by_default(moment, closing_on)
    asked = asked_about(moment)
    return found if asked is None else (found[0].where(asked), found[1].where(asked))


def _by_contract(moment: Moment, closing_on: int, *, by_clock: bool) -> Select[Any]:
    """Parcels whose window their carrier's contract sets; ``by_clock``: few, looked up contract by contract."""
    term, newer = contract_terms.c, contract_terms.alias("newer")
    today, left = moment.now // DAY, moment.span("days") // DAY + 2
    days = cast(term.value, Integer)
    superseded = exists(
        select(newer.c.id).where(
            newer.c.vendor_key == term.vendor_key,
            newer.c.term == TERM,
            newer.c.valid_from > term.valid_from,
            newer.c.valid_from <= s.shipped_on,
        )
    ).correlate(contract_terms, shipments)
    return (
        select(
            s.id,
            s.order_fk,
            term.value.label("window_days"),
            (s.shipped_at + cast(term.value * DAY, BigInteger)).label("window_end"),
        )
        .join_from(contract_terms, shipments, s.carrier_key == term.vendor_key)
        .where(
            term.term == TERM,
            # The same as the two that follow, as a list of days that the parcels are looked up by.
            _shipped_on(moment).in_(_days_of_terms(closing_on - 2, today + left, days if by_clock else None)),
            s.shipped_on >= closing_on - days - 2,
            s.shipped_on <= today - days + left,
            _in_force(term),
            ~superseded,
        )
    )


def _by_default(moment: Moment, closing_on: int) -> Select[Any]:
    """Parcels of carriers without such a contract."""
    in_force = contract_terms.alias("in_force")
    today, left = moment.now // DAY, moment.span("days") // DAY + 2
    own = exists(
        select(in_force.c.id).where(
            in_force.c.vendor_key == s.carrier_key, in_force.c.term == TERM, _in_force(in_force.c)
        )
    )
    window = moment.values["window"]
    return select(
        s.id,
        s.order_fk,
        cast(window, Integer).label("window_days"),
        (s.shipped_at + moment.span("window")).label("window_end"),
    ).where(s.shipped_on >= closing_on - int(window) - 2, s.shipped_on <= today - int(window) + left, ~own)


def _shipped_on(moment: Moment) -> ColumnElement[int]:
    """The parcel's day; as a value, which no index is looked up by, where the orders asked about are few."""
    return s.shipped_on if moment.among is None else literal_column("+shipments.shipped_on", Integer)


def _days_of_terms(first: int, last: int, days: Any) -> Any:
    """Days on which parcels left whose window by any contract, or of so many days, closes between two days."""
    if days is not None:
        return [day - days for day in range(first, last + 1)]
    term = contract_terms.alias("any_term")
    every = [select(day - cast(term.c.value, Integer)).where(term.c.term == TERM) for day in range(first, last + 1)]
    return union_all(*every)


def _in_force(term: Any) -> ColumnElement[bool]:
    return and_(term.valid_from <= s.shipped_on, or_(term.valid_to.is_(None), term.valid_to >= s.shipped_on))


def _scanned(moment: Moment, codes: tuple[str, ...], name: str) -> ColumnElement[bool]:
    said = shipment_events.alias(name)
    return exists(
        select(said.c.id).where(
            said.c.tracking_number == s.tracking_number, said.c.code.in_(codes), said.c.occurred_at <= moment.now
        )
    )


def _lost(moment: Moment) -> ColumnElement[bool]:
    """Not delivered though it was promised, and not on its way back."""
    open_ = or_(s.delivered_at.is_(None), s.delivered_at > moment.now)
    overdue = and_(
        or_(o.deliver_by.is_(None), o.deliver_by < moment.now),
        coalesce(s.status, "").not_in(("delivered", "returned")),
        ~_scanned(moment, BACK, "went_back"),
        from_known_channels(moment),
    )
    return and_(open_, undelivered(moment), or_(_scanned(moment, scans_in("lost"), "was_lost"), overdue))


def _damaged(moment: Moment) -> ColumnElement[bool]:
    """By a scan, or by what the customer says in a return or a ticket."""

    def told(*columns: Any) -> ColumnElement[bool]:
        return or_(*(func.lower(column).like(word) for column in columns for word in _DAMAGE))

    back, ticket = returns.c, tickets.c
    return or_(
        _scanned(moment, scans_in("damaged"), "was_damaged"),
        exists(
            select(back.id).where(
                back.order_fk == o.id,
                told(back.reason),
                or_(back.requested_at.is_(None), back.requested_at <= moment.now),
            )
        ),
        exists(
            select(ticket.id).where(
                ticket.order_fk == o.id,
                told(ticket.kind, ticket.tags),
                or_(ticket.opened_at.is_(None), ticket.opened_at <= moment.now),
            )
        ),
    )


def _promise() -> ColumnElement[Any]:
    """What the carrier promised; else the order's promise, where the parcel left in time."""
    in_time = or_(o.ship_by.is_(None), s.shipped_at <= o.ship_by)
    return coalesce(s.deliver_by, case((in_time, o.deliver_by), else_=None))


def _late(moment: Moment) -> ColumnElement[bool]:
    """Delivered after what was promised."""
    return and_(s.delivered_at <= moment.now, s.delivered_at > _promise())


def _claimed(moment: Moment) -> ColumnElement[bool]:
    claim = claims.c
    return exists(
        select(claim.id).where(
            claim.order_fk == s.order_fk,
            or_(coalesce(claim.tracking_number, "") == "", claim.tracking_number == s.tracking_number),
            or_(claim.filed_at.is_(None), claim.filed_at <= moment.now),
        )
    )


def carrier_claim_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders with a parcel whose window began to close, or whose delivery fell due (while it may be closing)."""
    due = _closing(moment, since + moment.span("days"))
    fell_due = select(o.id).where(undelivered(moment), o.deliver_by >= since, o.deliver_by < moment.now)
    both = select(due.c.order_fk.label("id")).union_all(fell_due).subquery("both")
    return select(both.c.id)
