"""Purchase orders of two years: what was ordered from whom, how it arrived, and what is still to come."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, sums_by, systematic
from opsconsole.services.demo_company.catalog import Catalog
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import LOCATIONS, PLACE_ZONES, SUPPLIER, SUPPLIERS
from opsconsole.services.demo_company.lines import Lines
from opsconsole.services.demo_company.orders import Orders
from opsconsole.services.demo_company.stock import ENOUGH, Stock, safe_level

_WINDOW_DAYS = 7  # a delivery may be that much earlier than promised
_INBOUND_LATE = 7
STATUSES = ("received", "acknowledged", "open")
RECEIVED, ACKNOWLEDGED, OPEN = range(3)


@dataclass
class Purchases:
    """Purchase orders, their lines (``of``: the order of each) and receipts (``line``: the line of each) as vectors."""

    vendor: Ints
    place: Ints
    ordered_at: Ints
    acknowledged_at: Ints
    status: Ints
    of: Ints
    line_number: Ints
    product: Ints
    quantity: Ints
    received: Ints
    rejected: Ints
    promised_on: Ints
    earliest_on: Ints
    completed_on: Ints
    receipt_line: Ints
    receipt_number: Ints
    receipt_quantity: Ints
    receipt_rejected: Ints
    arrived_on: Ints
    arrived_at: Ints
    stocked_at: Ints
    inbound: Ints
    pegged: dict[int, int]


@dataclass
class _Wanted:
    """Lines before they are put into orders: first and last day of arrival; of open ones both are the day due."""

    vendor: Ints
    place: Ints
    item: Ints
    quantity: Ints
    first_day: Ints
    last_day: Ints
    is_open: Flags


def _vendors(clock: Clock, catalog: Catalog, product: Ints, day: Ints) -> Ints:
    """Supplier of each line; before a new supplier began, its goods came from the kitchenware one."""
    vendor = np.array([SUPPLIER.get(key, 0) for key in catalog.supplier])[product]
    started = np.array([item.starts_days_ago for item in SUPPLIERS])[vendor]
    return np.where((started > 0) & (day < clock.today - started), SUPPLIER["kestrel-kitchenware"], vendor)


def _some(random: np.random.Generator, shares: list[float], wanted: "_Wanted") -> Flags:
    """As many of each supplier's closed lines as its share asks for, spread over its days."""
    chosen = systematic(random, np.array(shares)[wanted.vendor], wanted.last_day, wanted.vendor)
    return chosen & ~wanted.is_open


def _received_lines(clock: Clock, catalog: Catalog, stock: Stock) -> _Wanted:
    arrivals = stock.arrivals
    count = int(arrivals.line.max(initial=-1)) + 1
    first = np.full(count, np.iinfo(np.int64).max)
    last = np.zeros(count, dtype=np.int64)
    quantity = np.zeros(count, dtype=np.int64)
    item = np.zeros(count, dtype=np.int64)
    np.minimum.at(first, arrivals.line, arrivals.day)
    np.maximum.at(last, arrivals.line, arrivals.day)
    np.add.at(quantity, arrivals.line, arrivals.quantity)
    item[arrivals.line] = arrivals.item
    vendor = _vendors(clock, catalog, stock.product[item], first)
    return _Wanted(vendor, stock.place[item], item, quantity, first, last, np.zeros(count, dtype=np.bool_))


def _open_lines(clock: Clock, random: np.random.Generator, catalog: Catalog, stock: Stock) -> _Wanted:
    """What is on its way: for items that run down, most in time, a few already overdue."""
    wanting = np.array([0.20, 0.6, 0.12, 0.0, 0.0])[stock.state]
    missing = np.where(stock.state == ENOUGH, safe_level(stock.reorder) - stock.available, 0.0)
    running_down = (random.random(len(stock.product)) < wanting) | (stock.available <= 0) | (missing > 0)
    item = np.flatnonzero(running_down)
    pack = catalog.pack[stock.product[item]]
    wanted = np.maximum(stock.demand[item] * random.uniform(25, 45, len(item)), np.maximum(pack, missing[item]))
    quantity = np.ceil(wanted / pack).astype(np.int64) * pack
    due = clock.workday(clock.today + random.integers(2, 26, len(item)), 0, "forward")
    overdue = random.permutation(len(item))[:_INBOUND_LATE]
    due[overdue] = clock.workday(clock.today - random.integers(2, 7, len(overdue)), 0)
    vendor = _vendors(clock, catalog, stock.product[item], due - 20)
    return _Wanted(vendor, stock.place[item], item, quantity, due, due, np.ones(len(item), dtype=np.bool_))


def _orders_of(wanted: _Wanted) -> tuple[Ints, int]:
    """Lines of one supplier for one place and week travel together."""
    key = ((wanted.first_day // 7 * 2 + wanted.is_open) * len(SUPPLIERS) + wanted.vendor) * 8 + wanted.place
    _, of = np.unique(key, return_inverse=True)
    return of.astype(np.int64), int(of.max(initial=-1)) + 1


def _both(closed: _Wanted, ahead: _Wanted) -> _Wanted:
    return _Wanted(
        *(
            np.r_[getattr(closed, name), getattr(ahead, name)]
            for name in ("vendor", "place", "item", "quantity", "first_day", "last_day", "is_open")
        )
    )


def _pegged_lines(
    clock: Clock, catalog: Catalog, orders: Orders, lines: Lines, stock: Stock
) -> tuple[_Wanted, list[int]]:
    """What planned orders wait for, due right before or after their ship-by; and those orders."""
    first = lines.first_of(len(orders))
    waiting = [
        (number, plan)
        for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True)
        if plan.trouble.startswith("pegged")
    ]
    numbers = np.array([number for number, _ in waiting], dtype=np.int64)
    late = np.array([plan.trouble == "pegged_late" for _, plan in waiting])
    product = lines.product[first[numbers]]
    keys = stock.place * len(catalog.sku) + stock.product
    wanted_keys = orders.place[numbers] * len(catalog.sku) + product
    item = np.array([int(np.flatnonzero(keys == key)[0]) for key in wanted_keys.tolist()], dtype=np.int64)
    ship_by = orders.promises.ship_by_on[numbers]
    due = np.where(late, clock.workday(ship_by, 2), clock.workday(ship_by - 1, 0))
    vendor = _vendors(clock, catalog, product, due - 20)
    quantity = catalog.pack[product] + lines.quantity[first[numbers]]
    wanted = _Wanted(vendor, orders.place[numbers], item, quantity, due, due, np.ones(len(item), dtype=np.bool_))
    return wanted, numbers.tolist()


def po_numbers(purchases: Purchases) -> list[str]:
    """Number of each purchase order, oldest first."""
    ranked = np.argsort(purchases.ordered_at, kind="stable")
    numbers = [""] * len(ranked)
    for rank, order in enumerate(ranked.tolist()):
        numbers[order] = f"PO-{40_001 + rank}"
    return numbers


def purchase(
    clock: Clock, random: np.random.Generator, catalog: Catalog, orders: Orders, lines: Lines, stock: Stock
) -> Purchases:
    """Purchase orders that explain every arrival, and open ones for what runs down or is waited for."""
    wanted = _both(_received_lines(clock, catalog, stock), _open_lines(clock, random, catalog, stock))
    waited_for, waiting = _pegged_lines(clock, catalog, orders, lines, stock)
    first, wanted = len(wanted.item), _both(wanted, waited_for)
    of, count = _orders_of(wanted)
    vendor, place, is_open = _heads(wanted, of, count)
    promised = _promised(random, wanted)
    ordered_at, answered = _ordered(clock, random, vendor, of, promised)
    short = _some(random, [item.short for item in SUPPLIERS], wanted)
    arrivals = stock.arrivals
    rejects = np.array([item.rejects for item in SUPPLIERS])
    bad = random.binomial(arrivals.quantity, rejects[wanted.vendor[arrivals.line]])
    arrived_at, stocked_at = _docked(clock, random, place[of[arrivals.line]], arrivals.day)
    return Purchases(
        vendor=vendor,
        place=place,
        ordered_at=ordered_at,
        acknowledged_at=answered,
        status=np.where(is_open == 0, RECEIVED, np.where(answered == NONE, OPEN, ACKNOWLEDGED)),
        of=of,
        line_number=_line_numbers(of),
        product=stock.product[wanted.item],
        quantity=wanted.quantity + np.where(short, catalog.pack[stock.product[wanted.item]], 0),
        received=np.where(wanted.is_open, 0, wanted.quantity),
        rejected=sums_by(arrivals.line, bad, len(of)),
        promised_on=promised,
        earliest_on=promised - _WINDOW_DAYS,
        completed_on=np.where(wanted.is_open | short, NONE, wanted.last_day),
        receipt_line=arrivals.line,
        receipt_number=_receipt_numbers(arrivals.line),
        receipt_quantity=arrivals.quantity,
        receipt_rejected=bad,
        arrived_on=arrivals.day,
        arrived_at=arrived_at,
        stocked_at=stocked_at,
        inbound=sums_by(wanted.item[wanted.is_open], wanted.quantity[wanted.is_open], len(stock.product)),
        pegged={number: first + place for place, number in enumerate(waiting)},
    )


def _heads(wanted: _Wanted, of: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Vendor, place and whether it is open, per purchase order."""
    vendor, place, is_open = (np.zeros(count, dtype=np.int64) for _ in range(3))
    vendor[of], place[of], is_open[of] = wanted.vendor, wanted.place, wanted.is_open
    return vendor, place, is_open


def _receipt_numbers(lines: Ints) -> Ints:
    """0 for the first receipt of a line, 1 for its second."""
    numbers = np.zeros(len(lines), dtype=np.int64)
    numbers[1:] = lines[1:] == lines[:-1]
    return numbers


def _promised(random: np.random.Generator, wanted: _Wanted) -> Ints:
    """The day each line was promised for: some days before it came where it was late, else that day or soon after."""
    late = _some(random, [item.late for item in SUPPLIERS], wanted)
    count = len(late)
    promised = np.where(
        late, wanted.last_day - random.integers(2, 9, count), wanted.last_day + random.integers(0, 3, count)
    )
    return np.where(wanted.is_open, wanted.last_day, promised)


def _ordered(clock: Clock, random: np.random.Generator, vendor: Ints, of: Ints, promised: Ints) -> tuple[Ints, Ints]:
    """When orders were placed, a lead time before their first promised day, and acknowledged."""
    first = np.full(len(vendor), np.iinfo(np.int64).max)
    np.minimum.at(first, of, promised)
    spread = np.array([item.spread for item in SUPPLIERS])[vendor]
    lead = np.array([item.lead for item in SUPPLIERS])[vendor] + np.rint(random.normal(0.0, spread)).astype(np.int64)
    day = clock.workday(np.minimum(first - np.maximum(lead, 5), clock.today - 1), 0)
    ordered = clock.zone(PLACE_ZONES[0]).at(day, random.integers(8 * 3600, 16 * 3600, len(vendor)))
    answered = ordered + random.integers(5, 70, len(vendor)) * HOUR
    return ordered, np.where(answered > clock.as_of, NONE, answered)


def _docked(clock: Clock, random: np.random.Generator, place: Ints, day: Ints) -> tuple[Ints, Ints]:
    """When receipts arrived and when they were on the shelf."""
    arrived = np.zeros(len(day), dtype=np.int64)
    second = random.integers(7 * 3600, 15 * 3600, len(day))
    for number, zone_name in enumerate(PLACE_ZONES[: len(LOCATIONS)]):
        mine = place == number
        arrived[mine] = clock.zone(zone_name).at(day[mine], second[mine])
    arrived = np.minimum(arrived, clock.as_of - HOUR)
    hours = np.array([location.dock_hours for location in LOCATIONS])[place]
    stocked = arrived + (random.gamma(5.0, 0.2, len(day)) * hours * HOUR).astype(np.int64)
    return arrived, np.where(stocked > clock.as_of, NONE, stocked)


def _line_numbers(of: Ints) -> Ints:
    """1, 2, 3 … within each purchase order."""
    ranked = np.argsort(of, kind="stable")
    numbers = np.empty(len(of), dtype=np.int64)
    starts = np.searchsorted(of[ranked], of[ranked])
    numbers[ranked] = np.arange(len(of)) - starts + 1
    return numbers
