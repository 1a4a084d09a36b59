"""What was ordered: products, quantities and the money of each order."""

from dataclasses import dataclass, field

import numpy as np

from opsconsole.services.demo_company.arrays import Floats, Ints, choose, ordinal_in_group, sums_by
from opsconsole.services.demo_company.catalog import MONTHS, Catalog, demand_weights, month_of
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS, PLACES
from opsconsole.services.demo_company.orders import Orders
from opsconsole.services.demo_company.plan import Plan

_LINES = np.array([0.66, 0.23, 0.08, 0.03])
_TRADE_LINES = np.array([0.0, 0.2, 0.3, 0.25, 0.15, 0.1])
_PIECES = np.array([0.85, 0.11, 0.03, 0.01])
_CANADIAN_DOLLARS = 1.36
_TRADE_PRICE = 0.62
_PROMOTION_DISCOUNT = 0.15
# Sales tax the shop collects itself (marketplaces collect and pay their own), flat shipping under the free limit.
_TAX = {"shopify": 0.0725, "shopify-ca": 0.13}
_SHIPPING = {"shopify": (695, 5900), "shopify-ca": (995, 9900), "ebay": (795, 4900), "etsy": (595, 3500)}
_UNKNOWN_SKUS = (
    ("TT-KTL-17", "Kettle 1.7 l, shop bundle"),
    ("MUG350W-OLD", "Mug 350 ml, white"),
    ("B0C7Q-BLNDR", "Hand blender, silver"),
    ("TOWEL-GR-2PK", "Bath towel, gray, pair"),
    ("LAMP BRASS", "Desk lamp, brass"),
    ("WOK-32-NEW", "Wok 32 cm"),
    ("CANDLE_MIX", "Candles, assorted"),
)


@dataclass
class Lines:
    """Order lines as vectors, standing together per order; ``texts`` are SKU and title where not the product's own."""

    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints
    texts: dict[int, tuple[str, str]] = field(default_factory=dict)
    unmapped: list[int] = field(default_factory=list)

    @property
    def amount(self) -> Ints:
        """Price of the whole line in minor units."""
        return self.unit_price * self.quantity

    def first_of(self, orders: int) -> Ints:
        """Index of the first line of every order, and one past the last line."""
        return np.searchsorted(self.order, np.arange(orders + 1)).astype(np.int64)


@dataclass
class Money:
    """Minor units of each order's currency."""

    subtotal: Ints
    discount: Ints
    tax: Ints
    shipping: Ints

    @property
    def total(self) -> Ints:
        """What the customer pays."""
        return self.subtotal - self.discount + self.tax + self.shipping


def _line_counts(random: np.random.Generator, orders: Orders) -> Ints:
    counts = choose(random, _LINES, len(orders)) + 1
    trade = orders.channel == CHANNEL["wholesale"]
    counts[trade] = choose(random, _TRADE_LINES, int(trade.sum())) + 1
    for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True):
        counts[number] = plan.lines
    return counts


def _products(clock: Clock, random: np.random.Generator, catalog: Catalog, place: Ints, day: Ints) -> Ints:
    """Draws a product per line from what sells at its place in its month."""
    weights = demand_weights(catalog, clock)
    group = place * MONTHS + month_of(clock, day)
    product = np.zeros(len(group), dtype=np.int64)
    ranked = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[ranked], np.arange(len(PLACES) * MONTHS + 1))
    for number in range(len(PLACES) * MONTHS):
        rows = ranked[bounds[number] : bounds[number + 1]]
        if len(rows):
            product[rows] = choose(random, weights[number // MONTHS, number % MONTHS], len(rows))
    return product


def _no_product_twice(lines: Lines, place: Ints, catalog: Catalog, weights: Floats) -> None:
    """A product that an order already has becomes another one that its place sells."""
    sold = [np.flatnonzero(weights[number, -1]) for number in range(len(PLACES))]
    for step in range(1, 8):
        key = lines.order * len(catalog.sku) + lines.product
        ranked = np.argsort(key, kind="stable")
        again = ranked[np.r_[False, key[ranked][1:] == key[ranked][:-1]]]
        if not len(again):
            return
        for number in range(len(PLACES)):
            rows = again[place[lines.order[again]] == number]
            at = np.searchsorted(sold[number], lines.product[rows])
            lines.product[rows] = sold[number][(at + step) % len(sold[number])]


def _prices(catalog: Catalog, channel: Ints, product: Ints) -> Ints:
    price = catalog.price[product]
    canadian = channel == CHANNEL["shopify-ca"]
    price = np.where(canadian, np.rint(price * _CANADIAN_DOLLARS / 100).astype(np.int64) * 100 - 1, price)
    trade = channel == CHANNEL["wholesale"]
    return np.where(trade, np.rint(price * _TRADE_PRICE).astype(np.int64), price)


def make_lines(
    clock: Clock, random: np.random.Generator, catalog: Catalog, orders: Orders, short: list[tuple[int, int]]
) -> Lines:
    """Lines of all orders; ``short`` are the (product, place) of the items that planned orders wait for."""
    for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True):
        if plan.short_item >= 0:
            orders.place[number] = short[plan.short_item][1]
    order = np.repeat(np.arange(len(orders)), _line_counts(random, orders))
    product = _products(clock, random, catalog, orders.place[order], orders.placed_on[order])
    quantity = choose(random, _PIECES, len(order)) + 1
    lines = Lines(order, ordinal_in_group(order), product, quantity, quantity)
    _no_product_twice(lines, orders.place, catalog, demand_weights(catalog, clock))
    trade = orders.channel[order] == CHANNEL["wholesale"]
    lines.quantity = np.where(trade, catalog.pack[lines.product] * quantity, quantity)
    first = lines.first_of(len(orders))
    numbers = orders.of_plans().tolist()
    for number, plan in zip(numbers, orders.plans, strict=True):
        twin = int(first[numbers[plan.twin_of]]) if plan.twin_of >= 0 else -1
        _plant(lines, slice(int(first[number]), int(first[number + 1])), plan, twin, short)
    lines.unit_price = _prices(catalog, orders.channel[order], lines.product)
    for number, plan in zip(numbers, orders.plans, strict=True):
        if plan.price != 1.0:
            lines.unit_price[first[number]] = round(int(lines.unit_price[first[number]]) * plan.price)
    _alias(random, lines, orders, catalog)
    return lines


def _plant(lines: Lines, rows: slice, plan: Plan, twin: int, short: list[tuple[int, int]]) -> None:
    """What a plan says about its order's lines; ``twin`` is the first line of the order it repeats, or −1."""
    start, end = rows.start, rows.stop
    if twin >= 0:
        lines.product[rows] = lines.product[twin : twin + end - start]
        lines.quantity[rows] = lines.quantity[twin : twin + end - start]
    if plan.trouble == "more_pieces":
        lines.quantity[start] += 1
    if plan.short_item >= 0:
        lines.product[start] = short[plan.short_item][0]
        lines.quantity[start] = 1
    if plan.trouble.startswith("sku"):
        lines.texts[start] = _UNKNOWN_SKUS[int(plan.trouble[3:]) % len(_UNKNOWN_SKUS)]
        lines.unmapped.append(start)


def _alias(random: np.random.Generator, lines: Lines, orders: Orders, catalog: Catalog) -> None:
    """About half of the lines of an aliased product carry the channel's own name for it."""
    planned = dict(zip(orders.of_plans().tolist(), (plan.trouble for plan in orders.plans), strict=True))
    first = lines.first_of(len(orders))
    for channel, alias, sku in catalog.aliases:
        product = catalog.sku.index(sku)
        rows = np.flatnonzero((lines.product == product) & (orders.channel[lines.order] == CHANNEL.get(channel, -1)))
        for row in rows[random.random(len(rows)) < 0.5].tolist():
            if int(lines.order[row]) not in planned:
                lines.texts[row] = (alias, catalog.title[product])
        for number, trouble in planned.items():
            if trouble == "alias" and channel and orders.channel[number] == CHANNEL[channel]:
                lines.product[first[number]] = product
                lines.unit_price[first[number]] = catalog.price[product]
                lines.texts[int(first[number])] = (alias, catalog.title[product])


def make_money(clock: Clock, orders: Orders, lines: Lines) -> Money:
    """Sums of each order: promotions discount the shop's own channel, tax and shipping by channel."""
    subtotal = sums_by(lines.order, lines.amount, len(orders))
    start, end = clock.promotion
    on_sale = (orders.placed_on >= start) & (orders.placed_on <= end) & (orders.channel == CHANNEL["shopify"])
    discount = np.where(on_sale, np.rint(subtotal * _PROMOTION_DISCOUNT), 0).astype(np.int64)
    numbers = orders.of_plans()
    for index, plan in enumerate(orders.plans):
        if plan.twin_of >= 0:  # a twin costs what the first did, even past the promotion's last midnight
            discount[numbers[index]] = discount[numbers[plan.twin_of]]
    tax, shipping = np.zeros_like(subtotal), np.zeros_like(subtotal)
    for number, spec in enumerate(CHANNELS):
        mine = orders.channel == number
        if spec.key in _SHIPPING:
            fee, free_from = _SHIPPING[spec.key]
            shipping[mine] = np.where(subtotal[mine] < free_from, fee, 0)
        if spec.key in _TAX:
            tax[mine] = np.rint((subtotal - discount)[mine] * _TAX[spec.key]).astype(np.int64)
    return Money(subtotal, discount, tax, shipping)
