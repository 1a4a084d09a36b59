"""Orders, shipments, returns and purchase orders as of a moment: the lists, the page of an order, looking one up."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select, true

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing
from opsconsole.domain.statuses import ORDER_STATUSES, PAYMENT_STATUSES, labels
from opsconsole.rules.order_exceptions_conditions import ACTIVE, ARRIVED, SHIPPED, VOIDED, unsettled
from opsconsole.services.business import business
from opsconsole.services.lists import filtered
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.orders_columns import coded, fetch
from opsconsole.services.orders_others import list_purchase_orders, list_returns, list_shipments
from opsconsole.services.orders_page import order_page, page_of
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, order_lines, orders, shipments

__all__ = [
    "FLAGS",
    "find_order",
    "list_orders",
    "list_purchase_orders",
    "list_returns",
    "list_shipments",
    "order_page",
    "page_of",
]

o = orders.c

# Histories that cannot have happened as told; kept and shown, never mended.
FLAGS: tuple[tuple[int, str, ColumnElement[bool]], ...] = (
    (1, "Delivered before shipped", o.delivered_at < o.shipped_at),
    (2, "Delivered without a date", and_(o.status == "delivered", o.delivered_at.is_(None))),
    (4, "Cancelled yet delivered", and_(o.status.in_(VOIDED), o.delivered_at.is_not(None))),
    (8, "Shipped before placed", o.first_shipped_at < o.placed_at),
    (16, "Shipped before paid", o.first_shipped_at < o.paid_at),
    (32, "Delivered before placed", o.delivered_at < o.placed_at),
    (64, "Delivered, never shipped", and_(o.delivered_at.is_not(None), o.first_shipped_at.is_(None))),
)
_BASES = (
    ("platform", "Platform"),
    ("lines", "Its lines"),
    ("channel", "Channel's promise"),
    ("assumed", "Assumed"),
)


def flag_bits() -> ColumnElement[int]:
    """Sum of the numbers of the flags that an order has."""
    bits = [case((condition, number), else_=0) for number, _, condition in FLAGS]
    total: ColumnElement[int] = bits[0]
    for bit in bits[1:]:
        total = total + bit
    return total


def flag_words(bits: int) -> str | None:
    """Flags in words, None when there are none."""
    return "; ".join(words for number, words, _ in FLAGS if bits & number) or None


def _as_of(column: Any, now: int, plain: bool) -> Any:
    """A fact's instant, NULL when it lies after now."""
    return column if plain else case((column <= now, column), else_=None).label(column.name)


def status_as_of(now: int, plain: bool) -> Any:
    """The order's status less what has not happened yet."""
    if plain:
        return o.status
    before_shipping = case((o.shipped_at <= now, "shipped"), else_="processing")
    return case(
        (and_(o.status.in_(VOIDED), o.cancelled_at > now), "processing"),
        (and_(o.status.in_(ARRIVED), o.delivered_at > now), before_shipping),
        (and_(o.status.in_(SHIPPED), o.shipped_at > now), "processing"),
        else_=o.status,
    ).label("status")


def _fields(names: tuple[Mapping[Any, str], Mapping[Any, str], Mapping[Any, str]]) -> tuple[Field, ...]:
    channels, sites, carriers = (tuple((k, v) for k, v in known.items() if k is not None) for known in names)
    promise = "No promise"
    return (
        Field("order", "Order", Kind.IDENTIFIER, width=96, total=Total.COUNT, total_words="orders"),
        Field("channel", "Channel", Kind.STATUS, labels=channels, width=92, spare=True),
        Field("placed_at", "Placed", Kind.INSTANT, missing="Unknown"),
        Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(ORDER_STATUSES), width=110),
        Field(
            "payment_status",
            "Payment",
            Kind.STATUS,
            missing="Unknown",
            labels=labels(PAYMENT_STATUSES),
            width=100,
            hidden=True,
        ),
        Field("total", "Total", Kind.MONEY, currency="currency", missing="Unknown", width=96, total=Total.SUM),
        Field("customer", "Customer", missing="Unknown", stretch=True, wide_only=True),
        Field("location", "Site", Kind.STATUS, missing="Unknown", labels=sites, width=92, hidden=True),
        Field("ship_by", "Ship by", Kind.INSTANT, missing=promise),
        Field("shipped_at", "Shipped", Kind.INSTANT, missing="Not yet"),
        Field("deliver_by", "Deliver by", Kind.INSTANT, missing=promise, spare=True),
        Field("delivered_at", "Delivered", Kind.INSTANT, missing="Not yet"),
        Field("exceptions", "Exceptions", Kind.QUANTITY, width=96, total=Total.SUM, help="Active ones."),
        Field("flags", "Flags", missing="None", width=120, spare=True, help="Histories that cannot have been as told."),
        Field("order_id", "Order id", Kind.IDENTIFIER, hidden=True),
        Field("ship_by_basis", "Ship-by from", Kind.STATUS, missing=promise, labels=_BASES, hidden=True),
        Field("deliver_by_basis", "Deliver-by from", Kind.STATUS, missing=promise, labels=_BASES, hidden=True),
        Field("carrier", "Carrier", Kind.STATUS, missing="Unknown", labels=carriers, hidden=True),
        Field("lines", "Lines", Kind.QUANTITY, hidden=True, total=Total.SUM),
        Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", hidden=True, total=Total.SUM),
        Field("refunded", "Refunded", Kind.MONEY, currency="currency", missing="None", hidden=True, total=Total.SUM),
        Field("country", "Country", missing="Unknown", hidden=True),
        Field("currency", "Currency", hidden=True),
    )


def list_orders(
    database: Database,
    now: int,
    *,
    filters: Mapping[str, str] | None = None,
    search: str = "",
    order_fks: Sequence[int] | None = None,
) -> Listing:
    """Orders as of ``now``, newest first; ids are what ``order_page`` takes.

    ``search`` finds numbers, ids, customers, SKUs and tracking numbers; ``order_fks`` keeps only these orders (a
    drill-down). Money in minor units of the row's ``currency``.
    """
    with database.read() as connection:
        plain = not connection.execute(unsettled(now)).scalar()
        statement = _order_rows(now, plain)
        if search.strip():
            statement = statement.where(_matches(search.strip()))
        if order_fks is None:
            columns = fetch(connection, statement)
        else:
            with dialect.id_set(connection, order_fks) as ids:
                columns = fetch(connection, statement.where(o.id.in_(select(ids.c.id))))
        counts = _exception_counts(connection, now)
        names = channel_names(connection), location_names(connection), vendor_names(connection)
        zone = business(connection, now).time_zone
    ids_ = columns.pop("id")
    told = {bits: flag_words(bits) for bits in set(columns["flags"])}
    columns["flags"] = [told[bits] for bits in columns["flags"]]
    columns["exceptions"] = [counts.get(order_fk, 0) for order_fk in ids_]
    shown: dict[str, Sequence[Any]] = {name: coded(column) for name, column in columns.items()}
    listing = Listing(_fields(names), shown, ids_, now, title="Orders", time_zone=zone)
    return filtered(listing, tuple((filters or {}).items()))


def _order_rows(now: int, plain: bool) -> Select[Any]:
    here = true() if plain else or_(o.placed_at.is_(None), o.placed_at <= now)
    return (
        select(
            o.id,
            func.coalesce(o.order_number, o.order_id).label("order"),
            o.channel,
            o.placed_at,
            status_as_of(now, plain),
            o.payment_status,
            o.total,
            func.coalesce(o.customer_name, o.customer_id).label("customer"),
            o.location,
            o.ship_by,
            _as_of(o.shipped_at, now, plain),
            o.deliver_by,
            _as_of(o.delivered_at, now, plain),
            flag_bits().label("flags"),
            o.order_id,
            o.ship_by_basis,
            o.deliver_by_basis,
            o.carrier_key.label("carrier"),
            o.line_count.label("lines"),
            o.quantity_ordered.label("quantity"),
            o.refunded,
            o.country,
            o.currency,
        )
        .where(here, o.stub.is_(None))
        .order_by(o.placed_at.desc(), o.id.desc())
    )


def _matches(search: str) -> ColumnElement[bool]:
    part = "%" + search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

    def like(column: Any) -> ColumnElement[bool]:
        return func.lower(column).like(part, escape="\\")

    return or_(
        *[like(column) for column in (o.order_number, o.order_id, o.customer_name, o.customer_id, o.email)],
        exists(select(order_lines.c.id).where(order_lines.c.order_fk == o.id, like(order_lines.c.sku))),
        exists(select(shipments.c.id).where(shipments.c.order_fk == o.id, like(shipments.c.tracking_number))),
    )


def _exception_counts(connection: Connection, now: int) -> dict[int, int]:
    e = exceptions.c
    rows = connection.execute(
        select(e.order_fk, func.count())
        .where(
            ACTIVE,
            e.order_fk.is_not(None),
            e.detected_at <= now,
            or_(e.ignored_until.is_(None), e.ignored_until <= now),
        )
        .group_by(e.order_fk)
    )
    return dict(rows.all())


def find_order(database: Database, text: str, *, limit: int = 50) -> tuple[int, ...]:
    """Orders that a scanned or typed text names, exact matches of number, id or tracking number first.

    Without an exact match: orders whose number, customer, e-mail or SKU contains it, newest first.
    """
    words = text.strip()
    if not words:
        return ()
    numbers = {words, words.lstrip("#"), f"#{words.lstrip('#')}"}
    s = shipments.c
    exact = (
        select(o.id).where(or_(o.order_number.in_(numbers), o.order_id.in_(numbers))).order_by(o.placed_at.desc()),
        select(s.order_fk).where(s.tracking_number.in_((words, words.replace(" ", "")))).order_by(s.id.desc()),
    )
    with database.read() as connection:
        for statement in exact:
            found = connection.execute(statement.limit(limit)).scalars().all()
            if found:
                return tuple(dict.fromkeys(found))
        near = select(o.id).where(_matches(words)).order_by(o.placed_at.desc(), o.id.desc()).limit(limit)
        return tuple(connection.execute(near).scalars())
