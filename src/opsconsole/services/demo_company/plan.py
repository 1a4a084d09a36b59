"""The orders that are planted: what is wrong with each, which exceptions follow from it, and which must not.

Every plan fixes the moments of its order so that its consequences are known before anything is detected: ``raises`` are
the rules that must be met now, ``older`` those met so long ago that they are counted and not raised. Nothing here knows
how the rules are written; it follows their definitions.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.services.demo_company.arrays import NONE
from opsconsole.services.demo_company.clock import Clock, Zone
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS, PLACE
from opsconsole.services.demo_company.volume import STALE_FEED_HOURS

# Planned at 20,000 orders; other sizes follow by the square root, and nothing is left out.
COUNTS = {
    "payment_pending": 26,
    "payment_overdue": 2,
    "address_invalid": 17,
    "unmapped_sku": 14,
    "duplicate_order": 9,
    "late_shipment": 13,
    "very_late_shipment": 2,
    "partial_in_time": 11,
    "partial_late": 5,
    "no_tracking": 20,
    "no_tracking_late": 3,
    "late_delivery": 38,
}
SHORT_ITEMS = 8  # SKU-locations that are sold out; orders wait for each of them
TIGHT_ITEM = SHORT_ITEMS  # one that has exactly what its open orders need
_ORDERS_PER_SHORT_ITEM = 2
_USUAL = 20_000


@dataclass(slots=True)
class Plan:
    """One planted order. Instants are microseconds, ``NONE`` = has not happened; ``trouble`` says how it is wrong."""

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


def planned_count(code: str, orders: int) -> int:
    """How many orders of a kind are planted among ``orders``."""
    return max(1, round(COUNTS[code] * math.sqrt(orders / _USUAL)))


class Planner:
    """Makes the plans for a size and a seed."""

    def __init__(self, clock: Clock, orders: int, random: np.random.Generator) -> None:
        self._clock, self._orders, self._random = clock, orders, random

    # --- moments ------------------------------------------------------------------------------------------------------

    def pick(self, *keys: str) -> int:
        """One of these channels."""
        return CHANNEL[keys[int(self._random.integers(len(keys)))]]

    def site(self) -> int:
        """A place of one's own or of a 3PL."""
        return PLACE[("reno", "columbus", "harbor", "harbor")[int(self._random.integers(4))]]

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

    def recent(self, channel: int, least: float = 1.2, most: float = 1000.0) -> int:
        """When an order was placed whose ship-by has certainly not passed, at least ``least`` hours ago."""
        spec = CHANNELS[channel]
        days = spec.ship_days - (1 if spec.cut_off else 0)
        if spec.key == "walmart":
            least = max(least, STALE_FEED_HOURS + 0.3)
        return self.hours_ago(least, max(least + 0.2, min(most, 24 * days - 1)))

    def placed_for_ship_by(self, channel: int, ship_by_on: int) -> int:
        """When an order was placed whose ship-by falls on a working day."""
        return self.at(channel, self.workday(ship_by_on, -CHANNELS[channel].ship_days), 8, 20)

    def placed_for_deliver_by(self, channel: int, deliver_by_on: int) -> tuple[int, int]:
        """When an order due for delivery on a working day was placed, and when it was shipped in time."""
        spec = CHANNELS[channel]
        placed_on = self.workday(deliver_by_on, -spec.ship_days - spec.deliver_days)
        return self.at(channel, placed_on, 7, 12), self.at(channel, self.workday(placed_on, 1), 10, 14)

    # --- what is wrong now --------------------------------------------------------------------------------------------

    def _several(self, code: str) -> range:
        return range(planned_count(code, self._orders))

    def payments(self) -> Iterator[Plan]:
        """Unpaid for more than a day."""
        for number in self._several("payment_pending"):
            channel = self.pick("shopify", "shopify", "ebay", "etsy", "shopify-ca")
            placed = self.recent(channel, 25.0, 70.0)
            state = "authorized" if number % 3 == 0 else "pending"
            yield Plan("payment_pending", channel, placed, ("PAYMENT_PENDING",), payment=state, place=self.site())
        for _ in self._several("payment_overdue"):
            channel = CHANNEL["wholesale"]
            placed, shipped = self.placed_for_deliver_by(channel, self.past_workday(channel, 18))
            yield Plan(
                "payment_overdue",
                channel,
                placed,
                ("PAYMENT_PENDING",),
                payment="pending",
                method="Invoice",
                terms="Net 30",
                lines=3,
                shipped_at=shipped,
                delivered_at=shipped + 3 * 24 * HOUR,
            )

    def addresses(self) -> Iterator[Plan]:
        """Cannot be delivered to as written."""
        troubles = ("postcode_short", "no_street", "postcode_letters", "no_city", "street_long", "canada_postcode")
        for number in self._several("address_invalid"):
            trouble = troubles[number % len(troubles)]
            keys = ("shopify-ca",) if trouble.startswith("canada") else ("shopify", "ebay", "walmart", "etsy")
            channel = self.pick(*keys)
            yield Plan(
                "address_invalid",
                channel,
                self.recent(channel, 1.2, 30.0),
                ("ADDRESS_INVALID",),
                trouble=trouble,
                place=self.site(),
            )

    def unmapped(self) -> Iterator[Plan]:
        """A SKU that no product and no alias has."""
        for number in self._several("unmapped_sku"):
            channel = self.pick("walmart", "ebay", "etsy", "shopify")
            placed = self.recent(channel, 1.5, 22.0)
            yield Plan("unmapped_sku", channel, placed, ("UNMAPPED_SKU",), trouble=f"sku{number}", lines=1 + number % 2)

    def duplicates(self) -> Iterator[Plan]:
        """The same order twice within the hour; the later one is the duplicate."""
        for number in self._several("duplicate_order"):
            channel = self.pick("shopify", "etsy", "ebay")
            later = self.recent(channel, 1.2, 20.0)
            earlier = later - int(self._random.uniform(1.5, 56.0) * MINUTE)
            place, lines = self.site(), 1 + number % 2
            yield Plan("duplicate_first", channel, earlier, place=place, lines=lines)
            yield Plan("duplicate_order", channel, later, ("DUPLICATE_ORDER",), place=place, lines=lines)

    def out_of_stock(self) -> Iterator[Plan]:
        """Orders that wait for goods that are not there."""
        waiting = max(1, round(_ORDERS_PER_SHORT_ITEM * math.sqrt(self._orders / _USUAL)))
        for item in range(SHORT_ITEMS):
            for _ in range(waiting):
                channel = self.pick("shopify", "amazon", "ebay", "walmart", "etsy")
                placed = self.recent(channel, 2.0, 40.0)
                yield Plan("out_of_stock", channel, placed, ("OUT_OF_STOCK",), short_item=item)

    def late_shipments(self) -> Iterator[Plan]:
        """Past the ship-by; the very late ones past the delivery date too."""
        keys = ("shopify", "amazon", "walmart", "ebay", "etsy", "shopify-ca")
        for number in self._several("late_shipment"):
            channel = self.pick(*keys)
            placed = self.placed_for_ship_by(channel, self.past_workday(channel, (0, 0, 1, 0, 2)[number % 5]))
            place = PLACE["harbor"] if number % 3 else self.site()
            yield Plan("late_shipment", channel, placed, ("LATE_SHIPMENT",), place=place, lines=1 + number % 3)
        for _ in self._several("very_late_shipment"):
            channel = self.pick(*keys)
            ago = int(self._random.integers(8, 13))
            placed = self.placed_for_ship_by(channel, self.past_workday(channel, ago))
            yield Plan("very_late_shipment", channel, placed, ("LATE_SHIPMENT", "LATE_DELIVERY"), place=PLACE["harbor"])

    def partial_shipments(self) -> Iterator[Plan]:
        """One parcel left more than a day ago, the rest did not."""
        for _ in self._several("partial_in_time"):
            channel = self.pick("ebay", "etsy", "shopify-ca", "wholesale")
            day = self.past_workday(channel, 1)
            yield Plan(
                "partial_in_time",
                channel,
                self.at(channel, day, 6, 8),
                ("PARTIAL_SHIPMENT",),
                first_shipped_at=self.at(channel, day, 11, 15),
                place=self.site(),
                lines=2,
            )
        for _ in self._several("partial_late"):
            channel = self.pick("shopify", "amazon", "walmart", "ebay")
            day = self.past_workday(channel, int(self._random.integers(1, 3)))
            yield Plan(
                "partial_late",
                channel,
                self.placed_for_ship_by(channel, day),
                ("PARTIAL_SHIPMENT", "LATE_SHIPMENT"),
                first_shipped_at=self.at(channel, day, 10, 14),
                place=self.site(),
                lines=3,
            )

    def tracking(self) -> Iterator[Plan]:
        """Shipped more than a day ago under no number, or one that cannot be right."""
        troubles = ("none", "check_digit", "placeholder", "none", "cut_short")
        for number in self._several("no_tracking"):
            channel = self.pick("shopify", "amazon", "walmart", "ebay")
            day = self.past_workday(channel, 1 + number % 2)
            yield Plan(
                "no_tracking",
                channel,
                self.at(channel, self.workday(day, -1), 8, 18),
                ("NO_TRACKING",),
                shipped_at=self.at(channel, day, 10, 15),
                place=self.site(),
                trouble=troubles[number % len(troubles)],
            )
        for number in self._several("no_tracking_late"):
            channel = self.pick("shopify", "walmart", "ebay")
            day = self.past_workday(channel, 9 + number % 6)
            yield Plan(
                "no_tracking_late",
                channel,
                self.at(channel, self.workday(day, -1), 8, 18),
                ("NO_TRACKING", "LATE_DELIVERY"),
                shipped_at=self.at(channel, day, 10, 15),
                place=self.site(),
                trouble="none",
            )

    def late_deliveries(self) -> Iterator[Plan]:
        """Shipped in time, promised by a day that is over, not delivered."""
        for _ in self._several("late_delivery"):
            channel = self.pick("shopify", "shopify", "amazon", "walmart", "ebay", "etsy", "shopify-ca")
            due = self.past_workday(channel, min(int(self._random.exponential(8.0)), 30))
            placed, shipped = self.placed_for_deliver_by(channel, due)
            yield Plan("late_delivery", channel, placed, ("LATE_DELIVERY",), shipped_at=shipped, place=self.site())

    def troubles(self) -> Iterator[Plan]:
        """Everything that must be found."""
        for make in (
            self.payments,
            self.addresses,
            self.unmapped,
            self.duplicates,
            self.out_of_stock,
            self.late_shipments,
            self.partial_shipments,
            self.tracking,
            self.late_deliveries,
        ):
            yield from make()


def with_twins(plans: list[Plan]) -> list[Plan]:
    """Tells each twin which plan it repeats: the one right before it."""
    for index, plan in enumerate(plans):
        if plan.code.endswith(("duplicate_order", "_twin")):
            plan.twin_of = index - 1
    return plans
