"""What follows for an order from itself, its lines and its parcels; plain arithmetic."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from opsconsole.domain.payments import is_cash_on_delivery, net_days
from opsconsole.domain.statuses import PAYMENT_STATUSES, codes_in
from opsconsole.imports import writer_statuses

Row = Any  # named tuples of the columns that ``writer_orders`` reads

Good = tuple[str, float, str]  # name in plain letters, quantity, and both as they are written in ``hash_of``

_ENOUGH = 1e-9
_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_PAID = frozenset(codes_in(PAYMENT_STATUSES, "paid"))


class Quantities(NamedTuple):
    """Sums over the lines; None where no line says."""

    ordered: float | None
    shipped: float | None
    cancelled: float | None

    @property
    def needed(self) -> float:
        """What has to be shipped."""
        return (self.ordered or 0.0) - (self.cancelled or 0.0)


class Shipping(NamedTuple):
    """Instants of the first hand-over, the last one (when the order is wholly shipped), and of full delivery."""

    first: int | None
    whole: int | None
    delivered: int | None


_NO_LINES = Quantities(None, None, None)


def total_of(values: Sequence[float | None]) -> float | None:
    """Sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def quantities(lines: Sequence[Row]) -> Quantities:
    """Sums of the lines' quantities."""
    if not lines:
        return _NO_LINES
    return Quantities(
        total_of([line.quantity for line in lines]),
        total_of([line.shipped_quantity for line in lines]),
        total_of([line.cancelled_quantity for line in lines]),
    )


def shipping(order: Row, lines: Sequence[Row], parcels: Sequence[Row], counted: Quantities) -> Shipping:
    """When an order left, wholly left, and wholly arrived.

    Part of it left where its lines or its status say so: then it has a first hand-over but is not shipped, unless its
    parcels together carry all of it. Parcels are the shipments that were not voided.
    """
    left = [parcel.shipped_at for parcel in parcels if parcel.shipped_at is not None]
    lines_left = [line.shipped_at for line in lines if line.shipped_at is not None]
    stated = order.stated_shipped_at
    first = min([*left, *lines_left, *([] if stated is None else [stated])], default=None)
    whole = None
    if not _partly(order, lines, lines_left, counted) or _carried(parcels) >= max(counted.needed, _ENOUGH):
        whole = stated if stated is not None else max([*left, *lines_left], default=None)
    delivered = order.stated_delivered_at
    if delivered is None and whole is not None:
        arrived = [parcel.delivered_at for parcel in parcels if parcel.shipped_at is not None]
        if arrived and None not in arrived:
            delivered = max(arrived)
    return Shipping(first, whole, delivered)


def partly_shipped(status: str | None, counted: Quantities) -> bool:
    """Whether an order's status or its lines' quantities say that only a part of it has left."""
    if status == "partially_shipped":
        return True
    return counted.shipped is not None and bool(only_a_part(counted.shipped, counted.needed))


def only_a_part(shipped: Any, needed: Any) -> Any:
    """Whether some of what is needed was shipped, but not all of it; of numbers or of arrays."""
    return (shipped > 0) & (shipped < needed - _ENOUGH)


def _partly(order: Row, lines: Sequence[Row], lines_left: Sequence[int], counted: Quantities) -> bool:
    if partly_shipped(order.status, counted):
        return True
    return order.stated_shipped_at is None and 0 < len(lines_left) < len(lines)


def _carried(parcels: Sequence[Row]) -> float:
    """Units in the parcels that left; 0 where one of them does not say."""
    units = [parcel.quantity for parcel in parcels if parcel.shipped_at is not None]
    return 0.0 if None in units else float(sum(units))


def shipped_quantity(counted: Quantities, shipped: Shipping) -> float | None:
    """Units shipped: what the lines say, else all that were needed once the order is wholly shipped."""
    if counted.shipped is not None or shipped.whole is None or counted.ordered is None:
        return counted.shipped
    return counted.needed


def lines_total(lines: Sequence[Row]) -> int | None:
    """Sum of the line amounts in minor units."""
    found = total_of(line_amounts(*([getattr(line, name) for line in lines] for name in _AMOUNT)))
    return None if found is None else int(found)


_AMOUNT = ("amount", "unit_price", "quantity")


def line_amounts(
    amounts: Sequence[int | None], prices: Sequence[int | None], quantities: Sequence[float | None]
) -> list[int | None]:
    """Amounts of lines in minor units; price times quantity where a line has no amount."""
    return [
        round(price * quantity) if amount is None and price is not None and quantity is not None else amount
        for amount, price, quantity in zip(amounts, prices, quantities, strict=True)
    ]


def content_hash(order: Row, person: str | None, address: Sequence[str | None], lines: Sequence[Row]) -> str | None:
    """Equal for orders of the same customer to the same address with the same SKUs, quantities and total."""
    customer = person or order.email or order.customer_id or order.customer_name
    of_lines = ([getattr(line, name) for line in lines] for name in ("sku", "title", "quantity"))
    return hash_of(customer, tuple(address), goods(*of_lines), order.total, order.currency)


@lru_cache(maxsize=65_536)
def _good(sku: str | None, quantity: float | None) -> Good:
    name, amount = _plain(sku), float(quantity or 0.0)
    return name, amount, repr((name, amount))


def goods(skus: Sequence[str | None], titles: Sequence[str | None], quantities: Sequence[float | None]) -> list[Good]:
    """What lines are of, in plain letters, how much of it, and both as they are written in ``hash_of``."""
    names = [sku or title for sku, title in zip(skus, titles, strict=True)]
    return list(map(_good, names, quantities))


@lru_cache(maxsize=65_536)
def _place(address: tuple[str | None, ...]) -> str:
    plain = list(map(_plain, address))
    return repr(plain) if any(plain) else ""


def hash_of(
    customer: str | None,
    address: tuple[str | None, ...],
    goods: Sequence[Good],
    total: int | None,
    currency: str | None,
) -> str | None:
    """See ``content_hash``; None where the customer, the address or the goods are unknown.

    Nothing can then be said to be the same. What is hashed is the text of a tuple: customer, address, goods, total,
    currency.
    """
    place = _place(address)
    if not customer or not place or not goods:
        return None
    return _hash(repr(_plain(customer)), place, goods, total, repr(currency))


def _hash(customer: str, place: str, goods: Sequence[Good], total: int | None, currency: str) -> str | None:
    ordered = sorted(goods) if len(goods) > 1 else goods
    if not ordered[0][0]:  # one without a name
        return None
    written = ", ".join([good[2] for good in ordered])
    content = f"({customer}, {place}, [{written}], {total}, {currency})"
    return blake2b(content.encode(), digest_size=16).hexdigest()


def hashes_of(
    customers: Sequence[str | None],
    addresses: Iterable[tuple[str | None, ...]],
    goods: Sequence[Good],
    bounds: Sequence[int],
    totals: Sequence[int | None],
    currencies: Sequence[str | None],
) -> list[str | None]:
    """As ``hash_of``, of many orders: the goods of order i are those from ``bounds[i]`` to ``bounds[i + 1]``."""
    written = {name: repr(_plain(name)) for name in set(customers) if name}
    codes = {code: repr(code) for code in set(currencies)}
    people = [written.get(name or "") for name in customers]
    ends = itertools.pairwise(bounds)
    given = zip(people, map(_place, addresses), ends, totals, map(codes.__getitem__, currencies), strict=False)
    return [
        _hash(person, place, goods[first:last], total, code) if person and place and first < last else None
        for person, place, (first, last), total, code in given
    ]


@lru_cache(maxsize=65_536)
def _plain(words: str | None) -> str:
    """Letters and digits only, case folded."""
    if not words:
        return ""
    return words.lower().translate(_SIGNS) if words.isascii() else re.sub(r"[\W_]+", "", words.casefold())


def last_event(
    order: Row, shipped: Shipping, shipments: Sequence[Row], around: Sequence[int | None] = ()
) -> int | None:
    """Newest instant at which something happened to an order; ``around`` are those of other records."""
    events = [order.placed_at, order.paid_at, order.cancelled_at, *shipped, *around]
    events += [order.stated_ready_at, order.held_at, order.cancel_requested_at, order.refunded_at]
    for row in shipments:
        events += [row.labeled_at, row.shipped_at, row.last_scan_at, row.delivered_at, row.label_failed_at]
    return max((event for event in events if event is not None), default=None)


def ready_at(order: Row) -> int | None:
    """When an order could be worked on: as stated, else when paid, else when placed where no payment is due first."""
    if order.stated_ready_at is not None:
        return int(order.stated_ready_at)
    if order.paid_at is not None:
        return int(order.paid_at)
    free = is_free_of_payment(order.payment_status, order.payment_method, order.payment_terms)
    return int(order.placed_at) if free and order.placed_at is not None else None


def is_free_of_payment(status: str | None, method: str | None, terms: str | None) -> bool:
    """Whether no payment is due before an order is worked on, or it is paid."""
    return status in _PAID or is_cash_on_delivery(method) or net_days(terms) is not None


def status_since(order: Row, steps: Mapping[str, int]) -> int | None:
    """When the present status began: its newest step, else what files said; a hold may say it itself."""
    if order.status in steps:
        return steps[order.status]
    if order.status == "on_hold" and order.held_at is not None:
        return int(order.held_at)
    return writer_statuses.status_since(order)


def carrier(parcels: Sequence[Row]) -> str | None:
    """Carrier of the parcel that left last, else of any."""
    known = [parcel for parcel in parcels if parcel.carrier_key]
    latest = max(known, key=lambda parcel: (parcel.shipped_at or 0, parcel.shipment_id), default=None)
    return None if latest is None else latest.carrier_key
