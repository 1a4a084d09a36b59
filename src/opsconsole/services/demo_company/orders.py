"""Orders of the two years: who ordered what kind of order where, when, and from where it ships."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, choose
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS, DROP_SHIPPERS, FBA, PLACE
from opsconsole.services.demo_company.people import People
from opsconsole.services.demo_company.plan import Plan
from opsconsole.services.demo_company.promises import Promises, promise
from opsconsole.services.demo_company.volume import place_orders

_FBA_SHARE = 0.62
_DROP_SHIPPED_SHARE = 0.09
_DROP_SHIPPED_ON = ("shopify", "walmart", "ebay")
_SAME_ORDER = 2 * HOUR  # base orders of one customer stand further apart than any duplicate


@dataclass
class Orders:
    """Orders as vectors, oldest first. ``plan`` is the number of the order's plan, −1 for the ordinary ones."""

    plans: list[Plan]
    plan: Ints
    channel: Ints
    placed_at: Ints
    placed_on: Ints
    customer: Ints
    place: Ints
    promises: Promises
    customer_channel: Ints

    def __len__(self) -> int:
        return len(self.channel)

    @property
    def ordinary(self) -> Flags:
        """Orders that nobody planted."""
        return self.plan < 0

    def of_plans(self) -> Ints:
        """Order number of each plan, in the order of the plans."""
        numbers = np.flatnonzero(self.plan >= 0)
        result = np.empty(len(self.plans), dtype=np.int64)
        result[self.plan[numbers]] = numbers
        return result


def _customers(random: np.random.Generator, channel: Ints) -> tuple[Ints, Ints]:
    """Customer number of each order and channel of each customer; some orders come from earlier customers."""
    repeats = np.array([spec.repeats for spec in CHANNELS])[channel]
    new = random.random(len(channel)) >= repeats
    for number in range(len(CHANNELS)):
        first = np.flatnonzero(channel == number)[:1]
        new[first] = True
    customer = np.cumsum(new) - 1
    draws = random.random(len(channel))
    for number in range(len(CHANNELS)):
        mine = channel == number
        known = np.cumsum(new[mine])
        names = customer[mine & new]
        # Later customers are likelier: people come back within months rather than years.
        back = names[np.minimum((draws[mine] ** 0.6 * known).astype(np.int64), len(names) - 1)] if len(names) else names
        chosen = customer[mine]
        chosen[~new[mine]] = back[~new[mine]]
        customer[mine] = chosen
    return customer.astype(np.int64), channel[new]


def _part_quick_repeats(orders: Orders) -> None:
    """A customer's orders that stand closer than two hours go to customers of their own: only planted twins do that."""
    plan_twin = np.array([plan.twin_of >= 0 for plan in orders.plans] + [False])
    ranked = np.lexsort((orders.placed_at, orders.customer))
    customer, placed = orders.customer[ranked], orders.placed_at[ranked]
    near = np.r_[False, (customer[1:] == customer[:-1]) & (placed[1:] - placed[:-1] < _SAME_ORDER)]
    rows = ranked[near]
    rows = np.sort(rows[~plan_twin[orders.plan[rows]]])
    orders.customer[rows] = len(orders.customer_channel) + np.arange(len(rows))
    orders.customer_channel = np.r_[orders.customer_channel, orders.channel[rows]]


def _places(clock: Clock, random: np.random.Generator, orders: Orders, west: Flags) -> Ints:
    """From where ordinary orders ship: by the customer's coast, the marketplace's own share and drop-shipped goods."""
    size = len(orders)
    draw = random.random(size)
    site_open = orders.placed_on >= clock.site_start
    eastern = np.where(site_open & (draw < 0.47), PLACE["harbor"], PLACE["columbus"])
    place = np.where(west ^ (draw > 0.95), PLACE["reno"], eastern)
    trade = orders.channel == CHANNEL["wholesale"]
    place[trade] = np.where(west[trade], PLACE["reno"], PLACE["columbus"])
    other = random.random(size)
    place[(orders.channel == CHANNEL["amazon"]) & (other < _FBA_SHARE)] = FBA
    drop = np.isin(orders.channel, [CHANNEL[key] for key in _DROP_SHIPPED_ON]) & (other < _DROP_SHIPPED_SHARE)
    which = choose(random, np.ones(len(DROP_SHIPPERS)), size) + PLACE[next(iter(DROP_SHIPPERS))]
    return np.where(drop, which, place).astype(np.int64)


def _merge(clock: Clock, random: np.random.Generator, count: int, plans: list[Plan]) -> Orders:
    base = place_orders(clock, random, count - len(plans))
    channel = np.r_[base.channel, np.array([plan.channel for plan in plans], dtype=np.int64)]
    placed_at = np.r_[base.at, np.array([plan.placed_at for plan in plans], dtype=np.int64)]
    plan = np.r_[np.full(len(base.at), -1, dtype=np.int64), np.arange(len(plans))]
    ranked = np.argsort(placed_at, kind="stable")
    channel, placed_at, plan = channel[ranked], placed_at[ranked], plan[ranked]
    placed_on = np.zeros(count, dtype=np.int64)
    for number, spec in enumerate(CHANNELS):
        mine = channel == number
        placed_on[mine] = clock.zone(spec.zone).day_of(placed_at[mine])
    customer, customer_channel = _customers(random, channel)
    promises = promise(clock, channel, _counted_from(clock, placed_on, plan, plans))
    _own_promises(clock, promises, channel, plan, plans)
    return Orders(plans, plan, channel, placed_at, placed_on, customer, channel * 0, promises, customer_channel)


def _counted_from(clock: Clock, placed_on: Ints, plan: Ints, plans: list[Plan]) -> Ints:
    """Days from which promises count: those of orders whose dates are later than usual are moved."""
    later = np.array([made.later for made in plans] + [0], dtype=np.int64)[plan]
    return np.where(later > 0, clock.workday(placed_on, later), placed_on)


def _own_promises(clock: Clock, promises: Promises, channel: Ints, plan: Ints, plans: list[Plan]) -> None:
    """Ship-bys that plans name themselves."""
    for row in np.flatnonzero(plan >= 0).tolist():
        due = plans[int(plan[row])].ship_by
        if due != NONE:
            promises.ship_by[row] = due
            zone = clock.zone(CHANNELS[int(channel[row])].zone)
            promises.ship_by_on[row] = zone.day_of(np.array([due]))[0]


def make_orders(clock: Clock, random: np.random.Generator, count: int, plans: list[Plan]) -> tuple[Orders, People]:
    """``count`` orders, the planned ones among them, and the people who ordered."""
    orders = _merge(clock, random, count, plans)
    numbers = orders.of_plans()
    for index, plan in enumerate(plans):
        if plan.twin_of >= 0:
            orders.customer[numbers[index]] = orders.customer[numbers[plan.twin_of]]
    _part_quick_repeats(orders)
    people = People.invent(random, orders.customer_channel)
    orders.place = _places(clock, random, orders, people.west[orders.customer])
    for index, plan in enumerate(plans):
        orders.place[numbers[index]] = plan.place
    return orders, people
