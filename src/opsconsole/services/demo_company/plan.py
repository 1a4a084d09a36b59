"""The orders that are planted: what is wrong with each, which exceptions follow from it, and which must not.

Every plan fixes the moments of its order so that its consequences are known before anything is detected: ``raises`` are
the rules that must be met now, ``older`` those met so long ago that they are counted and not raised. Nothing here knows
how the rules are written; it follows their definitions.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.services.demo_company.arrays import NONE
from opsconsole.services.demo_company.clock import Clock, Zone
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS, FBA, PLACE
from opsconsole.services.demo_company.promises import promise
from opsconsole.services.demo_company.volume import STALE_FEED_HOURS
from opsconsole.services.demo_company.working_time import WorkingHours

_USUAL = 20_000
# From that many orders on every site has shipped enough of late to tell how long it takes.
_KNOWN_FROM = 8_000
SHORT_ITEMS = 8  # SKU-locations that are sold out; orders wait for each of them
TIGHT_ITEM = SHORT_ITEMS  # one that has exactly what its open orders need
# Working hours that an order has left which is wrong in another way than by its promise to ship.
CALM = 17
# Share of what is planted whose time to be resolved has run out; of what runs in working time less, for it is graver.
_OVER, _OVER_WORKING = 0.17, 0.07


@dataclass(frozen=True, slots=True)
class Of:
    """A value of the planted order itself, known once the world is made: ``value`` (times ``times``) plus ``plus``."""

    value: str
    times: float = 1.0
    plus: int = 0


Values = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """One planted order. Instants are microseconds, ``NONE`` = has not happened; ``trouble`` says how it is wrong.

    ``order``, ``line`` and ``parcel`` replace what the records of the order, of its first line and of its first parcel
    would say; ``extra`` are further records of it, as pairs of kind and values. ``{n}`` in a text is the plan's own
    number. ``price`` is the unit price of the first line as a share of the usual one, ``ship_by`` a promise of its own,
    ``later`` the working days by which the promises are later than usual.
    """

    code: str
    channel: int
    placed_at: int
    raises: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    place: int = PLACE["reno"]
    lines: int = 1
    payment: str = "paid"
    method: str = ""
    terms: str = ""
    shipped_at: int = NONE
    first_shipped_at: int = NONE
    delivered_at: int = NONE
    cancelled_at: int = NONE
    trouble: str = ""
    twin_of: int = -1
    short_item: int = -1
    price: float = 1.0
    carrier: str = ""
    ship_by: int = NONE
    later: int = 0
    labeled_at: int = NONE
    last_scan_at: int = NONE
    order: Values = field(default_factory=dict)
    line: Values = field(default_factory=dict)
    parcel: Values = field(default_factory=dict)
    extra: tuple[tuple[str, Values], ...] = ()


def plan_number(place: int) -> int:
    """The number that a plan's own records carry in their ids, by its place among the plans."""
    return place + 101


class Planner:
    """Makes the moments of plans for a size and a seed."""

    def __init__(self, clock: Clock, orders: int, random: np.random.Generator) -> None:
        self._clock, self._orders, self._random = clock, orders, random
        self._hours = WorkingHours(clock)

    def several(self, usual: int) -> range:
        """How many orders of a kind are planted: ``usual`` at 20,000 orders, by the square root elsewhere."""
        return range(max(1, round(usual * math.sqrt(self._orders / _USUAL))))

    @property
    def now(self) -> int:
        """The moment at which the company ends."""
        return self._clock.as_of

    def pick(self, *keys: str) -> int:
        """One of these channels."""
        return CHANNEL[keys[int(self._random.integers(len(keys)))]]

    def site(self) -> int:
        """A place of one's own or of a 3PL."""
        return PLACE[("reno", "columbus", "harbor", "harbor")[int(self._random.integers(4))]]

    def uniform(self, least: float, most: float) -> float:
        """A number between two."""
        return float(self._random.uniform(least, most))

    # --- moments ------------------------------------------------------------------------------------------------------

    def _zone(self, channel: int) -> Zone:
        return self._clock.zone(CHANNELS[channel].zone)

    def today(self, channel: int) -> int:
        """Today in the channel's zone."""
        return int(self._zone(channel).day_of(np.array([self._clock.as_of]))[0])

    def workday(self, day: int, after: int, roll: str = "backward") -> int:
        """The day ``after`` working days later."""
        return int(self._clock.workday(np.array([day]), after, roll)[0])

    def past_workday(self, channel: int, ago: int) -> int:
        """The working day ``ago`` working days before the last one that is over."""
        return self.workday(self.today(channel) - 1, -ago)

    def at(self, channel: int, day: int, first_hour: float, last_hour: float) -> int:
        """A moment of a local day between two hours."""
        second = np.array([int(self._random.uniform(first_hour, last_hour) * 3600)])
        return int(self._zone(channel).at(np.array([day]), second)[0])

    def hours_ago(self, least: float, most: float) -> int:
        """A moment that many hours before now."""
        return self._clock.as_of - int(self._random.uniform(least, most) * HOUR)

    def is_calm(self, channel: int, placed_at: int, place: int, later: int = 0) -> bool:
        """Whether an order placed then has time left to ship, its dates being so many working days later than usual."""
        placed_on = self._zone(channel).day_of(np.array([placed_at]))
        ship_by = promise(self._clock, np.array([channel]), self._clock.workday(placed_on, later)).ship_by
        begin, end = self._hours.worked(np.array([self._clock.as_of, int(ship_by[0])]), np.array([place, place]))
        return int(end - begin) >= CALM * HOUR

    def begun(self, hours: float, place: int = -1, over: float = -1.0) -> int:
        """When a clock of ``hours`` began, mostly with some of it left; in working time where a place is given."""
        limit, most = (_OVER, 0.9) if place < 0 else (_OVER_WORKING, 0.74)
        is_over = self.uniform(0.0, 1.0) < (limit if over < 0 else over)
        return self._back(hours * (self.uniform(1.05, 1.9) if is_over else self.uniform(0.06, most)), place)

    def _back(self, hours: float, place: int) -> int:
        if place < 0:
            return self._clock.as_of - int(hours * HOUR)
        return self._hours.back(self._clock.as_of, int(hours * HOUR), place)

    def before(self, end: int, hours: float, place: int) -> int:
        """The moment from which so many working hours of a place have passed at ``end``."""
        return self._hours.back(end, int(hours * HOUR), place)

    def placed(self, channel: int, hours: float, place: int = -1, after: float = 0.0) -> int:
        """When an order was placed whose clock of ``hours`` began ``after`` hours later and that ships in good time."""
        least = STALE_FEED_HOURS + 0.3 if _is_stale(channel) else 0.3
        for _ in range(12):
            found = min(self.begun(hours, place) - int(after * HOUR), self.hours_ago(least, least + 0.2))
            if self.is_calm(channel, found, max(place, 0)):
                return found
        return self.hours_ago(max(least, after) + 0.2, max(least, after) + 1.0)

    def recent(self, channel: int, least: float = 1.2, most: float = 1000.0) -> int:
        """When an order was placed that ships in good time, at least ``least`` hours ago."""
        if _is_stale(channel):
            least = max(least, STALE_FEED_HOURS + 0.3)
        most = max(least + 0.2, min(most, 24.0 * CHANNELS[channel].ship_days))
        for _ in range(12):
            found = self.hours_ago(least, most)
            if self.is_calm(channel, found, PLACE["reno"]):
                return found
            most = max(least + 0.2, most * 0.8)
        return self.hours_ago(least, least + 0.2)

    def by(self, channel: int, moment: int) -> int:
        """When an order was placed of which more is known at a moment."""
        return min(moment, self._clock.as_of - int((STALE_FEED_HOURS + 0.4) * HOUR)) if _is_stale(channel) else moment

    def pressed(self, place: int) -> tuple[int, int, int]:
        """Channel and moment of an order, and its ship-by: less working time from now than its place usually takes.

        That is about a day; a small company has too few cases to know it, and only the last hours are too few.
        """
        least, most = (6.2, 7.6) if self._orders >= _KNOWN_FROM else (0.4, 2.8)
        channel = self.pick("amazon", "walmart", "walmart")
        span = int(self.uniform(least, most) * HOUR) // MINUTE * MINUTE
        now, where = np.array([self._clock.as_of]), np.array([place])
        return channel, self.hours_ago(26.0, 34.0), int(self._hours.add(now, np.array([span]), where)[0])

    def placed_for_ship_by(self, channel: int, ship_by_on: int) -> int:
        """When an order was placed whose ship-by falls on a working day."""
        return self.at(channel, self.workday(ship_by_on, -CHANNELS[channel].ship_days), 8, 20)

    def placed_for_deliver_by(self, channel: int, deliver_by_on: int) -> tuple[int, int]:
        """When an order due for delivery on a working day was placed, and when it was shipped in time."""
        spec = CHANNELS[channel]
        placed_on = self.workday(deliver_by_on, -spec.ship_days - spec.deliver_days)
        return self.at(channel, placed_on, 7, 12), self.at(channel, self.workday(placed_on, 1), 10, 14)

    def shipped_days_ago(self, channel: int, days: int) -> tuple[int, int]:
        """When an order was placed, and when it was shipped in time, on a working day about ``days`` days ago."""
        day = self.workday(self.today(channel) - days, 0)
        return self.at(channel, self.workday(day, -1), 8, 16), self.at(channel, day, 10, 15)


def _is_stale(channel: int) -> bool:
    return CHANNELS[channel].key == "walmart"


_OWN_DATES = ("etsy", "ebay")
_ABOUT_SHIPPING = {"SHIP_BY_RISK", "LATE_SHIPMENT"}


def with_twins(plans: list[Plan]) -> list[Plan]:
    """Tells each twin which plan it repeats: the one right before it."""
    for index, plan in enumerate(plans):
        if plan.code.endswith(("duplicate_order", "_twin")):
            plan.twin_of = index - 1
    return plans


def with_time(planner: Planner, plans: list[Plan]) -> list[Plan]:
    """Gives every open order that is wrong in another way enough time to ship, on a channel with dates of its own."""
    for plan in plans:
        if plan.twin_of >= 0:
            plan.channel, plan.later = plans[plan.twin_of].channel, plans[plan.twin_of].later
        is_open = plan.shipped_at == NONE and plan.cancelled_at == NONE and plan.place != FBA
        if not is_open or plan.older or _ABOUT_SHIPPING & set(plan.raises):
            continue
        if planner.is_calm(plan.channel, plan.placed_at, plan.place, plan.later):
            continue
        if CHANNELS[plan.channel].key not in _OWN_DATES:
            plan.channel = CHANNEL[_OWN_DATES[0]]
        while not planner.is_calm(plan.channel, plan.placed_at, plan.place, plan.later):
            plan.later += 1
    return plans
