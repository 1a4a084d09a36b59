"""Look something up from anywhere: an order, a SKU, a parcel or a customer by what somebody has in hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from opsconsole.services.names import channel_names
from opsconsole.store.database import Database
from opsconsole.store.schema import order_lines, orders, products, shipments

_o, _s = orders.c, shipments.c
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Something found: ``kind`` is order, tracking, sku or customer.

    ``text`` is what was found, ``about`` says more of it; ``order_fk`` is the order it leads to (None: a list searched
    for ``text``).
    """

    kind: str
    text: str
    about: str
    order_fk: int | None = None


def look_up(database: Database, text: str, now: int, *, limit: int = 8) -> tuple[Found, ...]:
    """What a text names as of ``now``: exact matches alone where there are any, else what contains it.

    Exact matches are read through indexes; the others stop at ``limit`` a kind.
    """
    words = text.strip()
    if len(words) < SHORTEST:
        return ()
    with database.read() as connection:
        found = tuple(_exact(connection, words, now, limit)) or tuple(_near(connection, words, now, limit))
    return tuple({(one.kind, one.text, one.order_fk): one for one in found}.values())


def _exact(connection: Connection, words: str, now: int, limit: int) -> Iterator[Found]:
    numbers = {words, words.lstrip("#"), f"#{words.lstrip('#')}", words.upper()}
    yield from _orders(connection, or_(_o.order_number.in_(numbers), _o.order_id.in_(numbers)), now, limit)
    plain = words.replace(" ", "")
    yield from _parcels(connection, _s.tracking_number.in_({words, plain, plain.upper()}), now, limit)
    yield from _skus(connection, {words, words.upper()}, limit)


def _near(connection: Connection, words: str, now: int, limit: int) -> Iterator[Found]:
    escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    part = f"%{escaped}%"

    def like(column: Any) -> ColumnElement[bool]:
        return func.lower(column).like(part, escape="\\")

    yield from _orders(connection, or_(like(_o.order_number), like(_o.order_id)), now, limit)
    yield from _customers(connection, or_(like(_o.customer_name), like(_o.email), like(_o.customer_id)), now, limit)
    found = connection.execute(
        select(products.c.sku, products.c.title)
        .where(or_(like(products.c.sku), like(products.c.title)))
        .order_by(products.c.sku)
        .limit(limit)
    )
    yield from (Found("sku", sku, title or "") for sku, title in found)
    yield from _parcels(connection, like(_s.tracking_number), now, limit)


def _orders(connection: Connection, which: ColumnElement[bool], now: int, limit: int) -> Iterator[Found]:
    channels = channel_names(connection)
    number = func.coalesce(_o.order_number, _o.order_id)
    rows = connection.execute(
        select(_o.id, number, _o.channel, _o.customer_name)
        .where(which, or_(_o.placed_at.is_(None), _o.placed_at <= now))
        .limit(limit)
    )
    for order_fk, text, channel, customer in rows:
        about = ", ".join(part for part in (channels.get(channel, channel), customer) if part)
        yield Found("order", text, about, order_fk)


def _parcels(connection: Connection, which: ColumnElement[bool], now: int, limit: int) -> Iterator[Found]:
    rows: Select[Any] = (
        select(_s.tracking_number, _s.order_fk, func.coalesce(_o.order_number, _o.order_id))
        .join(orders, _o.id == _s.order_fk)
        .where(which, or_(_s.shipped_at.is_(None), _s.shipped_at <= now))
        .limit(limit)
    )
    for number, order_fk, order in connection.execute(rows):
        yield Found("tracking", number, f"Order {order}", order_fk)


def _skus(connection: Connection, names: set[str], limit: int) -> Iterator[Found]:
    listed = connection.execute(
        select(products.c.sku, products.c.title).where(products.c.sku.in_(names)).limit(limit)
    ).all()
    for sku, title in listed:
        yield Found("sku", sku, title or "")
    if not listed:
        sold = select(order_lines.c.sku).where(order_lines.c.sku.in_(names)).limit(1)
        for sku in connection.execute(sold).scalars():
            yield Found("sku", sku, "Not in the item master")


def _customers(connection: Connection, which: ColumnElement[bool], now: int, limit: int) -> Iterator[Found]:
    name = func.coalesce(_o.customer_name, _o.email, _o.customer_id)
    rows = connection.execute(
        select(name, _o.email).where(which, or_(_o.placed_at.is_(None), _o.placed_at <= now)).distinct().limit(limit)
    )
    for text, email in rows:
        yield Found("customer", text, email if email and email != text else "")
