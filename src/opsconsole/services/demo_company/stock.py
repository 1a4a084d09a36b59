"""Stock of the 412 SKU-locations, day by day, in step with what was shipped from them.

The present is designed (sold out, low, usual, too much, forgotten), and the past follows backward from it: going back a
day adds what left on it; whenever the shelf would have been fuller than it is ever filled, a receipt explains it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsconsole.domain.instants import MINUTE
from opsconsole.services.demo_company.arrays import NONE, Flags, Floats, Ints, sums_by
from opsconsole.services.demo_company.catalog import Catalog
from opsconsole.services.demo_company.clock import YEARS_DAYS, Clock
from opsconsole.services.demo_company.company import FIRST_DROP_SHIPPER, PLACE, PLACE_ZONES, STOCKED
from opsconsole.services.demo_company.fulfillment import Fulfillment
from opsconsole.services.demo_company.lines import Lines
from opsconsole.services.demo_company.orders import Orders
from opsconsole.services.demo_company.plan import SHORT_ITEMS, TIGHT_ITEM
from opsconsole.services.demo_company.shipments import Quantities

HISTORY_DAYS = 180
OVERSOLD = ("BT-0750-GRN", "reno")  # the channels sold three more than there are
OVERSOLD_BY = 3
_DEMAND_DAYS, _RECENT_DAYS = 56, 28
_LEAD_DEVIATION = 3.0
_FORGOTTEN_FOR = 470  # days since anything came of what is no longer made
_NEWEST_MINUTES = 45  # orders that young are not allocated yet
_LOW, _UNDER_REORDER, _TOO_MUCH = 7, 14, 14  # SKU-locations put into those states
ENOUGH, LOW, UNDER, MUCH, FORGOTTEN = range(5)
_SPLIT_SHARE = 0.10


@dataclass
class Arrivals:
    """Receipts as vectors: of which purchase line, where, when, how many; a line may arrive in two parts."""

    line: Ints
    item: Ints
    day: Ints
    quantity: Ints


@dataclass
class Stock:
    """SKU-locations as vectors, ``level`` their on hand at the end of each day (items × days)."""

    product: Ints
    place: Ints
    demand: Floats
    on_hand: Ints
    allocated: Ints
    held: Ints
    level: NDArray[np.int64]
    leaving: NDArray[np.int64]
    arrivals: Arrivals
    line_allocated: Ints
    unallocated: Ints
    state: Ints
    reorder: Floats
    oversold: int

    @property
    def available(self) -> Ints:
        """On hand less allocated and held; negative when more was sold than there is."""
        return self.on_hand - self.allocated - self.held


def _items(catalog: Catalog) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """Product and place of every SKU-location, and the item number of each (place, product), −1 where none is kept."""
    product = np.concatenate([catalog.stocked[place] for place in STOCKED])
    place = np.repeat(np.arange(len(STOCKED)), [len(catalog.stocked[place]) for place in STOCKED])
    table = np.full((len(STOCKED), len(catalog.sku)), -1, dtype=np.int64)
    table[place, product] = np.arange(len(product))
    return product, place, table


def _line_items(orders: Orders, lines: Lines, table: NDArray[np.int64]) -> Ints:
    """Item of each line; −1 for drop-shipped and unmapped ones."""
    place = orders.place[lines.order]
    stocked = place < FIRST_DROP_SHIPPER
    item = np.where(stocked, table[np.where(stocked, place, 0), lines.product], -1)
    item[lines.unmapped] = -1
    return item


def _leaving(
    clock: Clock, orders: Orders, lines: Lines, quantities: Quantities, facts: Fulfillment, item: Ints, items: int
) -> NDArray[np.int64]:
    """Pieces that left each item on each day (items × days, last day today)."""
    days = YEARS_DAYS + 1
    total = np.zeros(items * days, dtype=np.int64)
    for moment, pieces in (
        (facts.first_shipped_at, quantities.first),
        (facts.shipped_at, quantities.shipped - quantities.first),
    ):
        at = moment[lines.order]
        rows = (at != NONE) & (item >= 0) & (pieces > 0)
        day = np.zeros(len(at), dtype=np.int64)
        for place, zone_name in enumerate(PLACE_ZONES[:FIRST_DROP_SHIPPER]):
            mine = rows & (orders.place[lines.order] == place)
            day[mine] = np.clip(clock.zone(zone_name).day_of(at[mine]) - clock.first_day, 0, days - 1)
        total += sums_by(item[rows] * days + day[rows], pieces[rows], items * days)
    return total.reshape(items, days)


def _allocate(
    clock: Clock, orders: Orders, lines: Lines, quantities: Quantities, facts: Fulfillment, waiting: Flags
) -> tuple[Ints, Ints]:
    """Open and allocated pieces per line: all but the newest orders and those that wait for sold-out goods."""
    is_open = ((facts.shipped_at == NONE) & (facts.cancelled_at == NONE))[lines.order]
    pieces = np.where(is_open, lines.quantity - quantities.shipped - quantities.cancelled, 0)
    young = (orders.placed_at > clock.as_of - _NEWEST_MINUTES * MINUTE)[lines.order] & orders.ordinary[lines.order]
    allocated = np.where(young | waiting, 0, pieces)
    allocated[lines.unmapped] = 0
    return pieces, allocated


def _sold(clock: Clock, orders: Orders, lines: Lines, facts: Fulfillment, item: Ints, items: int) -> NDArray[np.int64]:
    """Pieces ordered of each item on each day of the last weeks, cancelled orders left out (items × days)."""
    first = clock.today - _DEMAND_DAYS + 1
    day = orders.placed_on[lines.order] - first
    rows = (item >= 0) & (day >= 0) & (day < _DEMAND_DAYS) & (facts.cancelled_at == NONE)[lines.order]
    flat = sums_by(item[rows] * _DEMAND_DAYS + day[rows], lines.quantity[rows], items * _DEMAND_DAYS)
    return flat.reshape(items, _DEMAND_DAYS)


def _reorder_points(sold: NDArray[np.int64], lead: Floats) -> tuple[Floats, Floats]:
    """Demand per day of the last four weeks, and about where a buyer would order again."""
    demand = sold[:, -_RECENT_DAYS:].mean(axis=1)
    variance = ((sold - demand[:, None]) ** 2).sum(axis=1) / (_DEMAND_DAYS - 1)
    safety = 1.645 * np.sqrt(lead * variance + demand**2 * _LEAD_DEVIATION**2)
    return demand, demand * lead + safety


def safe_level(reorder: Floats) -> Floats:
    """Pieces that are certainly above a reorder point: lead times are learned a little longer than quoted."""
    return reorder * 1.12 + 2.6


def _states(random: np.random.Generator, demand: Floats, spared: Ints) -> Ints:
    """State of each item: a few quick ones low, some under their reorder point, some with far too much."""
    state = np.full(len(demand), ENOUGH, dtype=np.int64)
    ranked = np.argsort(-demand, kind="stable")
    ranked = ranked[~np.isin(ranked, spared)]
    quick = random.permutation(ranked[: len(demand) // 5])
    others = random.permutation(ranked[len(demand) // 5 : len(demand) // 2])
    state[quick[:_LOW]] = LOW
    state[quick[_LOW : _LOW + _UNDER_REORDER]] = UNDER
    state[others[:_TOO_MUCH]] = MUCH
    return state


def _present(
    random: np.random.Generator,
    state: Ints,
    demand: Floats,
    reorder: Floats,
    yearly: Floats,
    unallocated: Ints,
) -> Ints:
    """Available pieces of each item now; never less than what is still to be allocated."""
    draw = random.random(len(state))
    least = safe_level(reorder)
    most = np.minimum(demand * 86, yearly * 165)
    # Where a rarely sold item needs more than three months of sales to be safe, the rest is on its way.
    enough = np.minimum(least + draw * np.maximum(most - least, 0), np.maximum(demand * 88, 1))
    slow = np.maximum(1.0, yearly * (50 + 80 * draw))
    available = np.where(demand > 0, enough, slow)
    available = np.where(state == LOW, demand * (2 + 4.5 * draw), available)
    available = np.where(state == UNDER, np.maximum(reorder * (0.45 + 0.5 * draw), demand * 7.5), available)
    available = np.where(state == MUCH, demand * (130 + 260 * draw), available)
    available = np.where(state == FORGOTTEN, 60 + 160 * draw, available)
    return np.maximum(np.floor(available).astype(np.int64), unallocated + 1)


def _backward(
    clock: Clock,
    random: np.random.Generator,
    pack: Ints,
    place: Ints,
    now: Ints,
    leaving: NDArray[np.int64],
    quiet: Ints,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """End-of-day levels and arrivals (items × days), from the levels now; ``quiet`` days ago nothing came since."""
    items, days = leaving.shape
    level = np.zeros_like(leaving)
    coming = np.zeros_like(leaving)
    cumulated = np.concatenate([np.zeros((items, 1), dtype=np.int64), np.cumsum(leaving, axis=1)], axis=1)
    calendar = np.arange(clock.first_day, clock.today + 1)
    working = clock.is_workday(calendar)
    opened = int(clock.workday(np.array([clock.site_start - 3]), 0)[0]) - clock.first_day
    new_site = place == PLACE["harbor"]
    fill, reserve = random.uniform(38.0, 60.0, items), random.uniform(5.0, 13.0, items)
    current = now.copy()
    for day in range(days - 1, -1, -1):
        level[:, day] = current
        left, right = max(0, day - 45), min(days, day + 46)
        mean = (cumulated[:, right] - cumulated[:, left]) / (right - left)
        before = current + leaving[:, day]
        due = working[day] & (current >= np.maximum(mean * fill, 1.6 * pack)) & (days - 1 - day >= quiet)
        arrived = np.where(due, (before - np.ceil(mean * reserve).astype(np.int64)) // pack * pack, 0)
        arrived = np.where(new_site, np.where(day == opened, before, np.where(day < opened, 0, arrived)), arrived)
        coming[:, day] = np.maximum(arrived, 0)
        current = before - coming[:, day]
    return level, coming


def _arrivals(
    clock: Clock, random: np.random.Generator, level: NDArray[np.int64], coming: NDArray[np.int64]
) -> Arrivals:
    """Receipts, oldest first; a tenth comes in two parts, where the shelf could wait for the second."""
    day, item = np.nonzero(coming.T)
    rows: list[tuple[int, int, int, int]] = []
    draws = random.random(len(day))
    for line, (at, which, draw) in enumerate(zip(day.tolist(), item.tolist(), draws.tolist(), strict=True)):
        pieces = int(coming[which, at])
        later = int(clock.workday(np.array([at + clock.first_day]), 1 + line % 2)[0]) - clock.first_day
        second = pieces * 2 // 5
        split = draw < _SPLIT_SHARE and second > 0 and later < coming.shape[1] - 1
        if split and int(level[which, at:later].min()) >= second:
            level[which, at:later] -= second
            rows += [(line, which, at, pieces - second), (line, which, later, second)]
        else:
            rows.append((line, which, at, pieces))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Arrivals(table[:, 0], table[:, 1], table[:, 2] + clock.first_day, table[:, 3])


def _commit(
    clock: Clock,
    orders: Orders,
    lines: Lines,
    quantities: Quantities,
    facts: Fulfillment,
    item: Ints,
    scarce: list[int],
) -> tuple[Ints, NDArray[np.int64]]:
    """Allocated pieces per line; and (items × 2) what is allocated and what is open beside it."""
    waits = np.zeros(len(item), dtype=np.bool_)
    first = lines.first_of(len(orders))
    for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True):
        waits[first[number]] = plan.short_item >= 0 or plan.trouble.startswith("pegged")
    pieces, allocated = _allocate(clock, orders, lines, quantities, facts, waits)
    # Of what is scarce nothing is left over for orders that came by chance: theirs is put aside already.
    allocated = np.where(np.isin(item, scarce) & ~waits, pieces, allocated)
    kept, count = item >= 0, int(item.max(initial=0)) + 1
    sums = [sums_by(item[kept], values[kept], count) for values in (allocated, pieces - allocated)]
    return allocated, np.stack(sums, axis=1)


def _quiet_days(random: np.random.Generator, state: Ints) -> Ints:
    """For how many days nothing has come: a week at most, longer where there is too much."""
    quiet = np.where(state == MUCH, random.integers(25, 80, len(state)), random.integers(1, 8, len(state)))
    return np.where(state == FORGOTTEN, _FORGOTTEN_FOR, quiet)


def _named_items(catalog: Catalog, table: Ints, short: list[tuple[int, int]]) -> tuple[list[int], int]:
    oversold = int(table[PLACE[OVERSOLD[1]], catalog.sku.index(OVERSOLD[0])])
    return [int(table[where, what]) for what, where in short], oversold


def _whole(sums: Ints, count: int) -> tuple[Ints, Ints]:
    allocated, unallocated = np.zeros((2, count), dtype=np.int64)
    allocated[: len(sums)], unallocated[: len(sums)] = sums[:, 0], sums[:, 1]
    return allocated, unallocated


def _held(random: np.random.Generator, count: int) -> Ints:
    return np.where(random.random(count) < 0.08, random.integers(1, 4, count), 0)


def _empty(available: Ints, allocated: Ints, unallocated: Ints, waited_for: list[int], oversold: int) -> None:
    """Shelves as the planned orders need them: sold out, just enough, and one oversold."""
    available[waited_for[:SHORT_ITEMS]] = 0
    available[waited_for[TIGHT_ITEM]] = unallocated[waited_for[TIGHT_ITEM]]
    available[oversold] = -OVERSOLD_BY
    allocated[oversold] += OVERSOLD_BY + 2


def make_stock(
    clock: Clock,
    random: np.random.Generator,
    catalog: Catalog,
    orders: Orders,
    lines: Lines,
    quantities: Quantities,
    facts: Fulfillment,
    short: list[tuple[int, int]],
) -> Stock:
    """The shelves now and for two years back; ``short`` are the (product, place) of what planned orders wait for."""
    product, place, table = _items(catalog)
    count = len(product)
    item = _line_items(orders, lines, table)
    waited_for, oversold = _named_items(catalog, table, short)
    line_allocated, sums = _commit(clock, orders, lines, quantities, facts, item, [*waited_for, oversold])
    allocated, unallocated = _whole(sums, count)
    leaving = _leaving(clock, orders, lines, quantities, facts, item, count)
    demand, reorder = _reorder_points(_sold(clock, orders, lines, facts, item, count), catalog.lead[product])
    state = _states(random, demand, np.array([*waited_for, oversold]))
    state[np.isin(product, catalog.discontinued)] = FORGOTTEN
    available = _present(random, state, demand, reorder, leaving[:, -365:].mean(axis=1), unallocated)
    _empty(available, allocated, unallocated, waited_for, oversold)
    on_hand = available + allocated + (held := _held(random, count))
    level, coming = _backward(clock, random, catalog.pack[product], place, on_hand, leaving, _quiet_days(random, state))
    return Stock(
        product=product,
        place=place,
        demand=demand,
        on_hand=on_hand,
        allocated=allocated,
        held=held,
        level=level,
        leaving=leaving,
        arrivals=_arrivals(clock, random, level, coming),
        line_allocated=line_allocated,
        unallocated=unallocated,
        state=state,
        reorder=reorder,
        oversold=oversold,
    )
