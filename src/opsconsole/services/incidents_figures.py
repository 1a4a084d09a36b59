"""What an incident costs and how much it touched: each figure with its definition and the rows behind it.

Money is in the base currency at the rate of the day; an amount in a currency without a rate is left out of the sum and
the figure says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.figures import Figure
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import EXCEPTION_STATES, ORDER_STATUSES, codes_in, labels
from opsconsole.domain.wording import plural
from opsconsole.services.business import Business, business
from opsconsole.services.exception_rows import as_listing, e, read_ids, read_rows
from opsconsole.services.incidents_attach import attached, attached_ids
from opsconsole.services.names import channel_names, vendor_names
from opsconsole.store.schema import claims, exceptions, incident_exceptions, orders, refunds

_ACTIVE = frozenset(codes_in(EXCEPTION_STATES, "active"))
o, link = orders.c, incident_exceptions.c

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "exceptions": ("Exceptions", "Exceptions attached to the incident by its rule or by hand, open and closed."),
    "orders": ("Orders touched", "Orders with at least one exception attached to the incident, each once."),
    "value_at_risk": (
        "Value at risk now",
        "Of each order touched the largest value at risk of its attached exceptions that are open now; an exception "
        "without an order counts by itself.",
    ),
    "order_value": ("Value of the orders", "Totals of the orders touched, each once, whatever became of them."),
    "refunds": ("Refunded since", "Money given back on the orders touched since the incident began."),
    "credits": (
        "Credits claimed",
        "Amounts of the claims filed on the orders touched since the incident began; what was paid where settled.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Sum:
    """A sum in the base currency, and how many amounts had no rate."""

    value: int
    without_rate: int


def figures(connection: Connection, incident: Row[Any], now: int) -> tuple[Figure, ...]:
    """The figures of an incident as of ``now``, in the order of ``DEFINITIONS``."""
    company = business(connection, now)
    rows = _attached_rows(connection, incident, now)
    open_now = sum(_active(row, now) for row in rows)
    counted = _counted(company, rows, now)
    risk = _sum(company, ((row.value_at_risk, row.currency) for row in rows if row.id in counted))
    order_rows = _order_rows(connection, incident, now)
    worth = _sum(company, ((row.value, row.currency) for row in order_rows))
    back = _sum(company, ((row.amount, row.currency) for row in _refund_rows(connection, incident, now)))
    claim_rows = _claim_rows(connection, incident, now)
    claimed = _sum(company, ((row.value, row.currency) for row in claim_rows))
    paid = sum(row.settled_at is not None for row in claim_rows)
    return (
        _figure("exceptions", len(rows), note=f"{open_now:,} open"),
        _figure("orders", len(order_rows)),
        _money("value_at_risk", risk, company),
        _money("order_value", worth, company),
        _money("refunds", back, company),
        _money("credits", claimed, company, f"{plural(len(claim_rows), 'claim')}, {paid:,} settled", bool(claim_rows)),
    )


def _attached_rows(connection: Connection, incident: Row[Any], now: int) -> Sequence[Row[Any]]:
    """What figures need of the exceptions attached, and no more: an incident can have thousands."""
    statement: Select[Any] = (
        select(e.id, e.order_fk, e.state, e.closed_at, e.value_at_risk, e.currency)
        .join_from(incident_exceptions, exceptions, e.id == link.exception_fk)
        .where(attached(incident.id, now))
    )
    return connection.execute(statement).all()


def _figure(key: str, value: int | None, **more: Any) -> Figure:
    label, definition = DEFINITIONS[key]
    return Figure(key, label, value, definition=definition, **more)


def _money(key: str, found: _Sum, company: Business, note: str = "", known: bool = True) -> Figure:
    if found.without_rate:
        note = f"{note}{', ' if note else ''}{plural(found.without_rate, 'amount')} without a rate left out"
    value = found.value if known else None
    return _figure(
        key, value, kind=Kind.MONEY, currency=company.base_currency, note=note if known else "", missing="none known"
    )


def _sum(company: Business, amounts: Iterable[tuple[int | None, str | None]]) -> _Sum:
    total, without = 0, 0
    for amount, currency in amounts:
        if amount is None:
            continue
        worth = company.worth(amount, currency)
        without += worth is None
        total += worth or 0
    return _Sum(total, without)


def _active(row: Row[Any], now: int) -> bool:
    return row.state in _ACTIVE or (row.closed_at is not None and row.closed_at > now)


def _counted(company: Business, rows: Sequence[Row[Any]], now: int) -> frozenset[int]:
    """Ids of the exceptions whose value at risk counts: open ones, the largest of each order."""
    best: dict[Any, tuple[float, int]] = {}
    for row in rows:
        if not _active(row, now) or row.value_at_risk is None:
            continue
        key = ("order", row.order_fk) if row.order_fk is not None else ("exception", row.id)
        worth = company.in_base(row.value_at_risk, row.currency or "", company.today) or 0.0
        if key not in best or worth > best[key][0]:
            best[key] = (worth, row.id)
    return frozenset(one for _, one in best.values())


# --- the rows behind a figure -----------------------------------------------------------------------------------------


def rows_behind(connection: Connection, incident: Row[Any], key: str, now: int) -> Listing:
    """The rows that a figure counts; UserError for a figure there is not."""
    if key not in DEFINITIONS:
        raise UserError(f"There is no figure “{key}”.", f"Choose one of {', '.join(DEFINITIONS)}.")
    label, definition = DEFINITIONS[key]
    title = f"{incident.title}: {label.lower()}"
    if key in ("exceptions", "value_at_risk"):
        return _exceptions(connection, incident, key, now, title, definition)
    if key in ("orders", "order_value"):
        return _orders(connection, incident, now, title, definition)
    return _payments(connection, incident, key, now, title, definition)


def first_exceptions(connection: Connection, incident: Row[Any], now: int, most: int) -> Listing:
    """The most urgent of the exceptions attached, for a page; ``total`` is how many there are."""
    of_incident = select(link.exception_fk).where(attached(incident.id, now))
    rows = read_rows(connection, e.id.in_(of_incident), now, most=most)
    listing = as_listing(connection, rows, now, incident.title)
    return replace(listing, total=len(attached_ids(connection, incident.id, now)))


def _exceptions(connection: Connection, incident: Row[Any], key: str, now: int, title: str, definition: str) -> Listing:
    rows = read_ids(connection, attached_ids(connection, incident.id, now), now)
    company = business(connection, now)
    counted = _counted(company, rows, now)
    if key == "value_at_risk":
        rows = [row for row in rows if row.id in counted]
    by = dict(connection.execute(select(link.exception_fk, link.attached_by).where(attached(incident.id, now))).all())
    values = {
        row.id: {"attached_by": by.get(row.id), "counted": row.value_at_risk if row.id in counted else None}
        for row in rows
    }
    more = (
        Field("attached_by", "Attached by", hidden=True, help="System: by the incident's rule."),
        Field("counted", "Counted", Kind.MONEY, currency="currency", missing="Not counted", total=Total.SUM,
              hidden=True, help="What counts as value at risk now: of each order the largest."),
    )  # fmt: skip
    return as_listing(connection, rows, now, title, more=more, values=values, notes=(definition,))


def _order_fks(incident: int, now: int) -> Any:
    return (
        select(e.order_fk)
        .join_from(incident_exceptions, exceptions, e.id == link.exception_fk)
        .where(attached(incident, now), e.order_fk.is_not(None))
    )


def _order_rows(connection: Connection, incident: Row[Any], now: int) -> Sequence[Row[Any]]:
    statement: Select[Any] = (
        select(
            *(o.id, o.channel, o.status, o.currency, o.placed_at, o.ship_by, o.shipped_at, o.deliver_by),
            *(o.delivered_at, o.customer_name, o.carrier_key),
            func.coalesce(o.order_number, o.order_id).label("order"),
            func.coalesce(o.total, o.lines_total).label("value"),
        )
        .where(o.id.in_(_order_fks(incident.id, now)))
        .order_by(o.placed_at, o.id)
    )
    return connection.execute(statement).all()


_ORDER_FIELDS = (
    Field("order", "Order", Kind.IDENTIFIER, total=Total.COUNT, total_words="orders"),
    Field("channel", "Channel", missing="None"),
    Field("customer_name", "Customer", missing="Unknown", stretch=True),
    Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(ORDER_STATUSES)),
    Field("value", "Total", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("placed_at", "Placed", Kind.INSTANT, missing="Unknown"),
    Field("ship_by", "Ship by", Kind.INSTANT, missing="None"),
    Field("shipped_at", "Shipped", Kind.INSTANT, missing="Not yet"),
    Field("deliver_by", "Deliver by", Kind.INSTANT, missing="None"),
    Field("delivered_at", "Delivered", Kind.INSTANT, missing="Not yet"),
    Field("carrier_key", "Carrier", missing="Unknown", hidden=True),
    Field("currency", "Currency", hidden=True),
)


def _orders(connection: Connection, incident: Row[Any], now: int, title: str, definition: str) -> Listing:
    company, channels, carriers = business(connection, now), channel_names(connection), vendor_names(connection)
    told = []
    for row in _order_rows(connection, incident, now):
        values = dict(row._mapping)
        for name in ("shipped_at", "delivered_at"):
            if values[name] is not None and values[name] > now:
                values[name] = None
        values["channel"] = channels.get(row.channel, row.channel)
        values["carrier_key"] = carriers.get(row.carrier_key, row.carrier_key)
        values["currency"] = row.currency or company.base_currency
        told.append(values)
    return from_rows(
        _ORDER_FIELDS, told, id_key="id", as_of=now, title=title, time_zone=company.time_zone, notes=(definition,)
    )


def _refund_rows(connection: Connection, incident: Row[Any], now: int) -> Sequence[Row[Any]]:
    r = refunds.c
    statement: Select[Any] = (
        select(r.id, r.order_fk, r.refund_id.label("number"), r.amount, r.currency, r.reason, r.refunded_at.label("at"))
        .where(r.order_fk.in_(_order_fks(incident.id, now)), r.refunded_at >= incident.starts_at, r.refunded_at <= now)
        .order_by(r.refunded_at, r.id)
    )
    return connection.execute(statement).all()


def _claim_rows(connection: Connection, incident: Row[Any], now: int) -> Sequence[Row[Any]]:
    c = claims.c
    settled = and_(c.settled_at.is_not(None), c.settled_at <= now)
    statement: Select[Any] = (
        select(
            *(c.id, c.order_fk, c.claim_id.label("number"), c.vendor_key, c.currency, c.reason, c.filed_at.label("at")),
            *(c.settled_at, c.amount, c.paid_amount),
            func.coalesce(c.paid_amount, c.amount).label("value"),
        )
        .where(
            c.order_fk.in_(_order_fks(incident.id, now)),
            or_(c.filed_at >= incident.starts_at, c.filed_at.is_(None) & settled),
            or_(c.filed_at.is_(None), c.filed_at <= now),
        )
        .order_by(c.filed_at, c.id)
    )
    return connection.execute(statement).all()


def _payments(connection: Connection, incident: Row[Any], key: str, now: int, title: str, definition: str) -> Listing:
    company = business(connection, now)
    found = (_refund_rows if key == "refunds" else _claim_rows)(connection, incident, now)
    numbers = dict(
        connection.execute(
            select(o.id, func.coalesce(o.order_number, o.order_id)).where(o.id.in_(_order_fks(incident.id, now)))
        ).all()
    )
    told = [
        {
            "id": row.id,
            "order": numbers[row.order_fk],
            "number": row.number,
            "amount": row.amount if key == "refunds" else row.value,
            "reason": row.reason,
            "at": row.at,
            "currency": row.currency or company.base_currency,
        }
        for row in found
    ]
    words = ("Refund", "Refunded") if key == "refunds" else ("Claim", "Filed")
    fields = (
        Field("order", "Order", Kind.IDENTIFIER, total=Total.DISTINCT, total_words="orders"),
        Field("number", words[0], Kind.IDENTIFIER),
        Field("reason", "Reason", missing="None", stretch=True),
        Field("amount", "Amount", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
        Field("at", words[1], Kind.INSTANT, missing="Unknown"),
        Field("currency", "Currency", hidden=True),
    )
    return from_rows(
        fields, told, id_key="id", as_of=now, title=title, time_zone=company.time_zone, notes=(definition,)
    )
