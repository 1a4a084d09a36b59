"""What became of each order: cancelled, shipped in one parcel or two, delivered; late where its place and carrier are.

Ordinary orders never break a rule at ``as_of``: what would be late and still open has left, or arrived, just in time.
Planned orders take their moments from their plans.
"""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR, MINUTE, SECOND
from opsconsole.services.demo_company.arrays import NONE, Flags, Floats, Ints, choose, systematic
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import (
    CARRIER,
    CARRIERS,
    CHANNEL,
    CHANNELS,
    DROP_SHIPPERS,
    FBA,
    FIRST_DROP_SHIPPER,
    PLACE_LATE,
    PLACE_ZONES,
    PLACES,
)
from opsconsole.services.demo_company.orders import Orders
from opsconsole.services.demo_company.plan import CALM
from opsconsole.services.demo_company.working_time import WorkingHours

# Which parcel carrier takes an order, per place: northline, swiftpost, meridian, corvid.
_MIX = np.array(
    [
        [0.46, 0.24, 0.22, 0.08],
        [0.44, 0.26, 0.20, 0.10],
        [0.36, 0.42, 0.12, 0.10],
        [1.0, 0.0, 0.0, 0.0],
        [0.30, 0.60, 0.10, 0.0],
        [0.60, 0.10, 0.30, 0.0],
    ]
)
_CANCELLED_BY_SELLER, _CANCELLED_BY_CUSTOMER, _CANCELLED_BY_UNKNOWN = 0.0055, 0.0125, 0.0012
SELLER, CUSTOMER, UNKNOWN = 0, 1, 2
_OUTAGE_LATE_SHIPMENT, _OUTAGE_LATE_DELIVERY = 0.24, 0.40
_SPLIT_SHARE = 0.07
_SLOW_PAYERS = 0.006
_CUT_OFF_HOUR = 14
_LATEST_SECOND = 17 * 3600 + 1800


@dataclass
class Fulfillment:
    """Facts per order as vectors; ``NONE`` = has not happened. ``carrier`` −1: the marketplace's own.

    ``leaves_at`` is when the first parcel left or, as far as anybody knows, will leave.
    """

    paid_at: Ints
    cancelled_at: Ints
    cancelled_by: Ints
    first_shipped_at: Ints
    shipped_at: Ints
    delivered_at: Ints
    carrier: Ints
    split: Flags
    leaves_at: Ints


def _weekly_noise(random: np.random.Generator, clock: Clock, days: Ints, spread: float) -> Floats:
    """A factor per week, the same for all orders of that week, around one."""
    weeks = (days - clock.first_day) // 7
    factors = np.exp(random.normal(0.0, spread, int(weeks.max(initial=0)) + 1) - spread**2 / 2)
    return np.asarray(factors[np.maximum(weeks, 0)])


class _Maker:
    """Steps that share the orders, the clock and the dice."""

    def __init__(self, clock: Clock, random: np.random.Generator, orders: Orders) -> None:
        self.clock, self.random, self.orders = clock, random, orders
        self.size = len(orders)

    def carriers(self) -> Ints:
        """A parcel carrier by place, a freight carrier for trade orders, none for the marketplace's own."""
        carrier = np.zeros(self.size, dtype=np.int64)
        for place in range(len(PLACES)):
            mine = self.orders.place == place
            carrier[mine] = choose(self.random, _MIX[place], int(mine.sum()))
        trade = self.orders.channel == CHANNEL["wholesale"]
        carrier[trade] = CARRIER["bluecrest"] + (self.random.random(int(trade.sum())) < 0.4)
        return np.where(self.orders.place == FBA, -1, carrier)

    def payments(self) -> Ints:
        """Paid within minutes; a few after days, trade customers shortly before their 30 days are over."""
        placed = self.orders.placed_at
        paid = placed + self.random.integers(20, 240, self.size) * SECOND
        slow = (self.random.random(self.size) < _SLOW_PAYERS) & (placed < self.clock.as_of - 5 * 24 * HOUR)
        paid = np.where(slow, placed + self.random.integers(26 * 60, 62 * 60, self.size) * MINUTE, paid)
        trade = self.orders.channel == CHANNEL["wholesale"]
        paid = np.where(trade, placed + self.random.integers(17 * 24, 29 * 24, self.size) * HOUR, paid)
        return np.where(paid > self.clock.as_of, NONE, paid)

    def outage(self, carrier: Ints, days: Ints) -> Flags:
        """Orders that the broken carrier should have moved on these days."""
        start, end = self.clock.outage
        return np.asarray((carrier == CARRIER["swiftpost"]) & (days >= start) & (days <= end))

    def shipping(self, paid: Ints, carrier: Ints) -> tuple[Ints, Ints]:
        """When each order's last parcel leaves, as if nothing were cancelled: known by now, and foreseen."""
        orders, random, clock = self.orders, self.random, self.clock
        promises = orders.promises
        noise = _weekly_noise(random, clock, promises.ship_by_on, 0.30)
        late = systematic(random, np.array(PLACE_LATE)[orders.place] * noise, promises.ship_by, orders.place)
        late |= self.outage(carrier, promises.ship_by_on) & (random.random(self.size) < _OUTAGE_LATE_SHIPMENT)
        # Work begins when the money is there, but what is on terms is not waited for.
        ready = np.where((paid != NONE) & (paid - orders.placed_at < 5 * 24 * HOUR), paid, orders.placed_at)
        shipped = np.zeros(self.size, dtype=np.int64)
        extra = choose(random, np.array([0.82, 0.15, 0.03]), self.size)
        second = random.integers(9 * 3600, _LATEST_SECOND, self.size)
        delay = 1 + np.minimum(random.geometric(0.62, self.size) - 1, 4)
        for place, zone_name in enumerate(PLACE_ZONES):
            mine = orders.place == place
            if not mine.any():
                continue
            zone = clock.zone(zone_name)
            day = zone.day_of(ready[mine])
            after_cut_off = ready[mine] > zone.at(day, np.full(len(day), _CUT_OFF_HOUR * 3600))
            first = clock.workday(np.where(after_cut_off, day + 1, day), 0, "forward")
            day = clock.workday(first, extra[mine])
            usual = np.maximum(zone.at(day, second[mine]), ready[mine] + 50 * MINUTE)
            tardy = zone.at(clock.workday(promises.ship_by_on[mine], delay[mine]), second[mine])
            in_time = np.minimum(usual, promises.ship_by[mine] - random.integers(4, 110, int(mine.sum())) * MINUTE)
            shipped[mine] = np.where(late[mine], tardy, np.maximum(in_time, ready[mine] + 20 * MINUTE))
        return self._nothing_late_and_open(shipped)

    def _nothing_late_and_open(self, shipped: Ints) -> tuple[Ints, Ints]:
        """Past its ship-by or near it, and not gone by now: has gone in time; what is ahead has not happened."""
        promises, now = self.orders.promises, self.clock.as_of
        hours, moment = WorkingHours(self.clock), np.full(self.size, now, dtype=np.int64)
        left = hours.worked(promises.ship_by, self.orders.place) - hours.worked(moment, self.orders.place)
        overdue = (shipped > now) & (left < CALM * HOUR)
        # Where the promise is a day, its last parcels leave in the late afternoon.
        by_day = np.array([spec.cut_off == 0 for spec in CHANNELS])[self.orders.channel]
        early = self.random.integers(6, 90, self.size) * MINUTE + np.where(by_day, 7 * HOUR, 0)
        gone = np.minimum(promises.ship_by, now) - early
        gone = np.maximum(gone, np.minimum(self.orders.placed_at + 30 * MINUTE, now - 3 * MINUTE))
        shipped = np.where(overdue, gone, shipped)
        return np.where(shipped > now, NONE, shipped), shipped

    def splitting(self, shipped: Ints, several: Flags) -> tuple[Ints, Flags]:
        """When the first parcel left: some orders of several lines go in two, up to two days apart."""
        split = several & (self.orders.place < FIRST_DROP_SHIPPER) & (self.random.random(self.size) < _SPLIT_SHARE)
        split &= shipped != NONE
        gap = self.random.integers(3, 50, self.size) * HOUR
        earliest = self.orders.placed_at + 40 * MINUTE
        first = np.where(split, np.maximum(shipped - gap, np.minimum(earliest, shipped - 30 * MINUTE)), shipped)
        return first, split

    def delivering(self, shipped: Ints, carrier: Ints) -> tuple[Ints, Ints]:
        """When each order left and arrives: in transit days of its carrier, late where the carrier is.

        What would be past its delivery day and still under way has left and arrived in time.
        """
        orders, random, clock = self.orders, self.random, self.clock
        promises = orders.promises
        rate = np.array([*(item.late for item in CARRIERS)])[carrier]
        pace = np.array([*(item.days for item in CARRIERS)])[carrier]
        noise = _weekly_noise(random, clock, promises.deliver_by_on, 0.22)
        late = systematic(random, rate * noise, promises.deliver_by, carrier)
        late |= self.outage(carrier, promises.ship_by_on) & (random.random(self.size) < _OUTAGE_LATE_DELIVERY)
        transit = np.maximum(1, np.rint(pace + random.normal(0.0, 0.8, self.size))).astype(np.int64)
        overshoot = np.minimum(random.geometric(0.5, self.size), 9)
        second = random.integers(9 * 3600, 19 * 3600, self.size)
        delivered = np.zeros(self.size, dtype=np.int64)
        safe = np.where(shipped == NONE, promises.ship_by, shipped)
        for number, spec in enumerate(CHANNELS):
            mine = orders.channel == number
            zone = clock.zone(spec.zone)
            left_on = zone.day_of(safe[mine])
            day = left_on + transit[mine]
            day = np.where(clock.weekday(day) == 6, day + 1, day)
            day = np.minimum(day, np.maximum(promises.deliver_by_on[mine], left_on + 1))
            day = np.where(late[mine], np.maximum(promises.deliver_by_on[mine] + overshoot[mine], left_on + 1), day)
            delivered[mine] = zone.at(day, second[mine])
        now = clock.as_of
        delivered = np.maximum(delivered, safe + 3 * HOUR)
        overdue = (delivered > now) & (promises.deliver_by < now) & (shipped != NONE)
        delivered = np.where(
            overdue, promises.deliver_by - random.integers(5 * 60, 12 * 60, self.size) * MINUTE, delivered
        )
        shipped = np.where(overdue, np.minimum(shipped, promises.ship_by - 8 * HOUR), shipped)
        return shipped, np.where((shipped == NONE) | (delivered > now), NONE, delivered)

    def cancelling(self) -> tuple[Ints, Ints]:
        """When and by whom orders are cancelled: mostly within hours, sellers sometimes after the ship-by."""
        random, orders = self.random, self.orders
        seller = np.full(self.size, _CANCELLED_BY_SELLER)
        for shipper in DROP_SHIPPERS.values():
            seller[orders.place == PLACES.index(shipper.key)] = shipper.cancels
        seller[orders.place == FBA] = 0.001
        by_seller = systematic(random, seller, orders.placed_at, orders.place)
        draw = random.random(self.size)
        others = _CANCELLED_BY_CUSTOMER + _CANCELLED_BY_UNKNOWN
        by = np.where(by_seller, SELLER, np.where(draw < _CANCELLED_BY_CUSTOMER, CUSTOMER, UNKNOWN))
        at = (
            orders.placed_at
            + np.where(by == SELLER, random.integers(180, 1500, self.size), random.integers(8, 420, self.size)) * MINUTE
        )
        belated = (by == SELLER) & (random.random(self.size) < 0.12)
        at = np.where(belated, orders.promises.ship_by + random.integers(1, 20, self.size) * HOUR, at)
        cancelled = (by_seller | (draw < others)) & (at < self.clock.as_of)
        for number in range(len(CHANNELS)):  # the first order of a channel went well: it tells what its files tell
            cancelled[np.flatnonzero(orders.ordinary & (orders.channel == number))[:1]] = False
        return np.where(cancelled, at, NONE), np.where(cancelled, by, NONE)


def fulfill(clock: Clock, random: np.random.Generator, orders: Orders, several: Flags) -> Fulfillment:
    """Facts of all orders; ``several`` marks those of more than one line."""
    maker = _Maker(clock, random, orders)
    carrier = maker.carriers()
    paid = maker.payments()
    shipped, leaves = maker.shipping(paid, carrier)
    cancelled_at, cancelled_by = maker.cancelling()
    gone = cancelled_at != NONE
    shipped = np.where(gone, NONE, shipped)
    shipped, delivered = maker.delivering(shipped, carrier)
    first, split = maker.splitting(shipped, several)
    leaves = np.where(first == NONE, leaves, first)
    facts = Fulfillment(paid, cancelled_at, cancelled_by, first, shipped, delivered, carrier, split, leaves)
    _plant(orders, facts)
    return facts


def _plant(orders: Orders, facts: Fulfillment) -> None:
    """Moments of the planned orders, as their plans say."""
    for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True):
        facts.shipped_at[number] = plan.shipped_at
        facts.first_shipped_at[number] = plan.shipped_at if plan.first_shipped_at == NONE else plan.first_shipped_at
        facts.split[number] = plan.first_shipped_at != NONE
        facts.delivered_at[number] = plan.delivered_at
        facts.cancelled_at[number] = plan.cancelled_at
        facts.cancelled_by[number] = NONE if plan.cancelled_at == NONE else CUSTOMER
        if plan.carrier:
            facts.carrier[number] = CARRIER[plan.carrier]
        if plan.first_shipped_at != NONE or plan.shipped_at != NONE:
            facts.leaves_at[number] = facts.first_shipped_at[number]
        facts.paid_at[number] = plan.placed_at + 2 * MINUTE if plan.payment == "paid" else NONE


def slow_payment(orders: Orders, facts: Fulfillment) -> Flags:
    """Orders that were paid more than a day after they were placed, terms aside."""
    trade = orders.channel == CHANNEL["wholesale"]
    return np.asarray((facts.paid_at != NONE) & (facts.paid_at - orders.placed_at > 24 * HOUR) & ~trade)
