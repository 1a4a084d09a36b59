"""Look something up from anywhere: an order, a SKU, a parcel or a customer by what somebody has in hand.

What is exactly so, or begins so, is found through indexes, at once in a million orders. What only contains the text is
looked for piece by piece, the newest orders first: whoever waits for it sees how far it is, and may stop. No index is
kept for that: every order imported would pay for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from opsconsole.services.names import channel_names
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import channels, order_lines, orders, products, shipments

_o, _s, _p = orders.c, shipments.c, products.c
_number = func.coalesce(_o.order_number, _o.order_id).label("number")
_customer = func.coalesce(func.nullif(_o.customer_name, ""), _o.email, _o.customer_id).label("customer")
SHORTEST = 2
PIECE = 100_000  # orders, and parcels, looked through in one go
_ROWS_A_CUSTOMER = 25  # orders read to find one customer more


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


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found, of how many orders (the newest) it looked at every part, and the next piece.

    ``searched`` is 0 where the text named something exactly; ``further`` None where there is nothing more to look at.
    """

    found: tuple[Found, ...]
    searched: int = 0
    orders: int = 0
    further: int | None = None


def look_up(database: Database, text: str, now: int, *, piece: int = 0, limit: int = 8) -> Looked:
    """What a text names as of ``now``: exact matches alone where there are any, else what begins with it or has it.

    Piece 0 asks the indexes and the item master; each further ``piece`` looks through orders and parcels, the newest
    first. At most ``limit`` of a kind are found in a piece.
    """
    words = text.strip()
    if len(words) < SHORTEST:
        return Looked(())
    with database.read() as connection:
        look = _Look(connection, words, now, limit)
        if piece == 0 and (exact := look.once(look.exact())):
            return Looked(exact)
        highest = [connection.execute(select(func.max(column))).scalar() or 0 for column in (_o.id, _s.id)]
        tops = [top - (piece - 1) * PIECE for top in highest]
        found = look.once(look.parts(tops) if piece else chain(look.begin(), look.goods()))
    last = max(highest) <= piece * PIECE
    return Looked(found, min(highest[0], piece * PIECE), highest[0], None if last else piece + 1)


def _spellings(words: str) -> list[str]:
    """A text as it may be stored: as typed, in capitals, in small letters, as a name."""
    return list(dict.fromkeys((words, words.upper(), words.lower(), words.title())))


def _numbers(words: str) -> list[str]:
    """An order's number as it may be stored, with and without its sign."""
    plain = words.lstrip("#")
    spelled = [*_spellings(words), *_spellings(plain), *(f"#{spelling}" for spelling in _spellings(plain))]
    return list(dict.fromkeys(spelled)) if plain else [words]


@dataclass(frozen=True)
class _Look:
    """One text looked for; each method yields at most ``limit`` of a question."""

    connection: Connection
    words: str
    now: int
    limit: int

    @cached_property
    def _channels(self) -> dict[str | None, str]:
        return channel_names(self.connection)

    def once(self, found: Iterable[Found]) -> tuple[Found, ...]:
        """Each once, and at most ``limit`` of a kind."""
        kinds: dict[str, dict[Found, None]] = {}
        for one in found:
            kinds.setdefault(one.kind, {})[one] = None
        return tuple(one for of_kind in kinds.values() for one in list(of_kind)[: self.limit])

    # Through indexes.

    def exact(self) -> Iterator[Found]:
        """What the text names: an order, a parcel, a SKU, a customer's address."""
        numbers, spellings = _numbers(self.words), _spellings(self.words)
        yield from self._orders(or_(_o.order_number.in_(numbers), _o.order_id.in_(numbers)))
        yield from self._parcels(_s.tracking_number.in_([*spellings, *_spellings(self.words.replace(" ", ""))]))
        yield from self._skus((self.words, self.words.upper()))
        if "@" in self.words:
            yield from self._customers(_o.email.in_(spellings))

    def begin(self) -> Iterator[Found]:
        """What begins with the text; each column and spelling by itself, so that each stops at the limit."""
        of_channel = _o.channel.in_(select(channels.c.key))
        for spelling in _numbers(self.words):
            for column in (_o.order_number, _o.order_id):
                yield from self._orders(self._begins(column, spelling))
        for spelling in _spellings(self.words):
            yield from self._customers(self._begins(_o.email, spelling))
            yield from self._customers(and_(of_channel, self._begins(_o.customer_id, spelling)))
        for spelling in _spellings(self.words.replace(" ", "")):
            yield from self._parcels(self._begins(_s.tracking_number, spelling))

    def _begins(self, column: Any, spelling: str) -> ColumnElement[bool]:
        return dialect.begins(self.connection, column, spelling)

    def _orders(self, which: ColumnElement[bool]) -> Iterator[Found]:
        asked = select(_o.id, _number, _o.channel, _o.customer_name).where(which, self._placed).limit(self.limit)
        for row in self.connection.execute(asked):
            yield self._order(*row)

    def _order(self, order_fk: int, text: str, channel: str | None, customer: str | None) -> Found:
        about = (self._channels.get(channel, channel), customer)
        return Found("order", text, ", ".join(part for part in about if part), order_fk)

    def _parcels(self, which: ColumnElement[bool]) -> Iterator[Found]:
        rows: Select[Any] = (
            select(_s.tracking_number, _s.order_fk, _number)
            .join(orders, _o.id == _s.order_fk)
            .where(which, or_(_s.shipped_at.is_(None), _s.shipped_at <= self.now))
            .limit(self.limit)
        )
        for number, order_fk, order in self.connection.execute(rows):
            yield Found("tracking", number, f"Order {order}", order_fk)

    def _skus(self, names: Sequence[str]) -> Iterator[Found]:
        asked = select(_p.sku, _p.title).where(_p.sku.in_(names)).limit(self.limit)
        listed = self.connection.execute(asked).all()
        for sku, title in listed:
            yield Found("sku", sku, title or "")
        if not listed:
            sold = select(order_lines.c.sku).where(order_lines.c.sku.in_(names)).limit(1)
            for sku in self.connection.execute(sold).scalars():
                yield Found("sku", sku, "Not in the item master")

    def _customers(self, which: ColumnElement[bool]) -> Iterator[Found]:
        asked = select(_customer, _o.email).where(which, self._placed).limit(self.limit * _ROWS_A_CUSTOMER)
        for text, email in self.connection.execute(asked):
            yield _buyer(text, email)

    @property
    def _placed(self) -> ColumnElement[bool]:
        return or_(_o.placed_at.is_(None), _o.placed_at <= self.now)

    # Piece by piece.

    def _has(self, *columns: Any) -> ColumnElement[bool]:
        return or_(*(dialect.contains(self.connection, column, self.words) for column in columns))

    def goods(self) -> Iterator[Found]:
        """SKUs of the item master that have the text; there are never many."""
        asked = select(_p.sku, _p.title).where(self._has(_p.sku, _p.title)).order_by(_p.sku).limit(self.limit)
        for sku, title in self.connection.execute(asked):
            yield Found("sku", sku, title or "")

    def parts(self, tops: Sequence[int]) -> Iterator[Found]:
        """Orders, customers and parcels that have the text, of the piece below the given ids of orders and parcels."""
        order, parcel = (column.between(top - PIECE + 1, top) for column, top in zip((_o.id, _s.id), tops, strict=True))
        rows = self.connection.execute(
            select(_o.id, _number, _o.channel, _customer, *_NUMBERS, *_NAMES)
            .where(order, self._has(*_NUMBERS, *_NAMES), self._placed)
            .order_by(_o.id.desc())
            .limit(self.limit * _ROWS_A_CUSTOMER)
        )
        part = self.words.lower()
        for row in rows:
            if any(part in (text or "").lower() for text in (row.order_number, row.order_id)):
                yield self._order(row.id, row.number, row.channel, row.customer_name)
            if any(part in (text or "").lower() for text in (row.customer_name, row.email, row.customer_id)):
                yield _buyer(row.customer, row.email)
        yield from self._parcels(and_(parcel, self._has(_s.tracking_number)))


_NUMBERS = (_o.order_number, _o.order_id)
_NAMES = (_o.customer_name, _o.email, _o.customer_id)


def _buyer(text: str, email: str | None) -> Found:
    return Found("customer", text, email if email and email != text else "")
