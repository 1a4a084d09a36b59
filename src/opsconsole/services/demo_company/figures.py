"""KPIs and vendor figures counted straight from the invented world, by their definitions and nothing else.

They are the truth the console's own figures are held against: numerators and denominators, never ratios.
"""

from typing import Any

import numpy as np

from opsconsole.domain.instants import MINUTE, day_to_date
from opsconsole.domain.periods import Period, period_of, previous
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, sums_by
from opsconsole.services.demo_company.company import (
    CARRIERS,
    CHANNELS,
    FIRST_DROP_SHIPPER,
    LOCATIONS,
    PLACES,
    SUPPLIERS,
)
from opsconsole.services.demo_company.fulfillment import CUSTOMER, SELLER, UNKNOWN
from opsconsole.services.demo_company.world import World

WEEKS = 12

Part = tuple[Ints, Ints, Ints]  # clock day, part and whole of each row that counts


class Figures:
    """Counts of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        orders, facts, now = world.orders, world.facts, world.clock.as_of
        self._shipped = facts.shipped_at != NONE
        self._delivered = facts.delivered_at != NONE
        self._cancelled = facts.cancelled_at != NONE
        promises = orders.promises
        self._ship_due = (promises.ship_by <= now) & ~(self._cancelled & (facts.cancelled_at <= promises.ship_by))
        self._delivery_due = (promises.deliver_by <= now) & ~self._cancelled
        self._shipped_in_time = self._shipped & (facts.shipped_at <= promises.ship_by)
        self._delivered_in_time = self._delivered & (facts.delivered_at <= promises.deliver_by)
        pieces_missing = sums_by(world.lines.order, world.quantities.cancelled, len(orders))
        self._in_full = self._delivered & (pieces_missing == 0)

    def _local_days(self, instants: Ints, channel: Ints) -> Ints:
        """Days of instants in their channels' zones; 0 for empty ones."""
        days = np.zeros(len(instants), dtype=np.int64)
        for number, spec in enumerate(CHANNELS):
            mine = (channel == number) & (instants != NONE)
            days[mine] = self.world.clock.zone(spec.zone).day_of(instants[mine])
        return days

    @staticmethod
    def _part(day: Ints, counts: Flags, part: Flags) -> Part:
        return day[counts], part[counts].astype(np.int64), np.ones(int(counts.sum()), dtype=np.int64)

    def parts(self) -> dict[str, Part]:
        """Of each KPI that is part by whole: the rows that count."""
        world, facts, orders = self.world, self.world.facts, self.world.orders
        promises = orders.promises
        delivered_on = self._local_days(facts.delivered_at, orders.channel)
        due, every = self._delivery_due, np.ones(len(orders), dtype=np.bool_)
        by = facts.cancelled_by
        late = self._delivered & (facts.delivered_at > promises.deliver_by)
        answers = world.answers
        answered_on = self._local_days(answers.answered_at, orders.channel[answers.order])
        return {
            "on_time_shipment": self._part(promises.ship_by_on, self._ship_due, self._shipped_in_time),
            "on_time_delivery": self._part(promises.deliver_by_on, due, self._delivered_in_time),
            "in_full": self._part(promises.deliver_by_on, due, self._in_full),
            "otif": self._part(promises.deliver_by_on, due, self._in_full & self._delivered_in_time),
            "late_of_delivered": self._part(delivered_on, self._delivered, late),
            "cancellation_rate": self._part(orders.placed_on, every, self._cancelled),
            "cancellation_rate_seller": self._part(orders.placed_on, every, by == SELLER),
            "cancellation_rate_customer": self._part(orders.placed_on, every, by == CUSTOMER),
            "cancellation_rate_unknown": self._part(orders.placed_on, every, by == UNKNOWN),
            "return_rate": self._returned(),
            "csat": self._part(answered_on, answers.score > 0, answers.score >= 4),
        }

    def _returned(self) -> Part:
        world = self.world
        count = len(world.orders)
        shipped = sums_by(world.lines.order, world.quantities.shipped, count)
        back = sums_by(world.lines.order[world.returns.line], world.returns.quantity, count)
        for number, plan in zip(world.orders.of_plans().tolist(), world.orders.plans, strict=True):
            back[number] += sum(kind == "returns" for kind, _ in plan.extra)  # one piece each
        day = self._local_days(world.facts.shipped_at, world.orders.channel)
        rows = self._shipped
        return day[rows], np.minimum(back, shipped)[rows], shipped[rows]

    def kpis(self) -> dict[str, Any]:
        """Per KPI ``all`` and, for the last whole weeks and months, ``[part, whole]``."""
        weeks, months = self.weeks(), self.months()
        result: dict[str, Any] = {}
        for key, (day, part, whole) in self.parts().items():
            result[key] = {"all": [int(part.sum()), int(whole.sum())]}
            grains = {"months": months} if key == "return_rate" else {"weeks": weeks, "months": months}
            for name, periods in grains.items():
                result[key][name] = {_key(period): _sums(day, part, whole, period) for period in periods}
        return {**result, "order_cycle_time": self._cycle_times(weeks), "revenue": self._revenue(weeks)}

    def _cycle_times(self, weeks: list[Period]) -> dict[str, Any]:
        """Cases, and the whole minutes of the two middle ones."""
        facts, orders = self.world.facts, self.world.orders
        day = self._local_days(facts.delivered_at, orders.channel)
        spent = (facts.delivered_at - orders.placed_at) // MINUTE

        def middle(rows: Flags) -> list[int]:
            values = np.sort(spent[rows])
            return (
                [len(values), int(values[(len(values) - 1) // 2]), int(values[len(values) // 2])]
                if len(values)
                else [0]
            )

        inside = {_key(week): middle(self._delivered & (day >= week.start) & (day <= week.end)) for week in weeks}
        return {"all": middle(self._delivered), "weeks": inside}

    def _revenue(self, weeks: list[Period]) -> dict[str, Any]:
        """Minor units and orders, per currency."""
        world = self.world
        amount = world.money.total - world.money.tax
        result: dict[str, Any] = {}
        for currency in sorted({spec.currency for spec in CHANNELS}):
            mine = np.array([spec.currency == currency for spec in CHANNELS])[world.orders.channel] & ~self._cancelled
            day, value = world.orders.placed_on[mine], amount[mine]
            ones = np.ones(len(value), dtype=np.int64)
            inside = {_key(week): _sums(day, value, ones, week) for week in weeks}
            result[currency] = {"all": [int(value.sum()), len(value)], "weeks": inside}
        return result

    # --- vendors ------------------------------------------------------------------------------------------------------

    def vendors(self) -> dict[str, Any]:
        """Per vendor and metric ``[part, whole]`` of the last whole month."""
        month = self.months()[-1]
        result: dict[str, Any] = {"month": _key(month)}
        promises = self.world.orders.promises
        for number, location in enumerate(LOCATIONS):
            if location.vendor:
                rows = self._ship_due & (self.world.orders.place == number)
                sums = _sums(*self._part(promises.ship_by_on, rows, self._shipped_in_time), month)
                result[location.vendor] = {"on_time_ship": sums}
        return {**result, **self._carriers(month), **self._drop_shippers(month), **self._suppliers(month)}

    def _carriers(self, month: Period) -> dict[str, Any]:
        """Parcels handed over by the order's ship-by, promised for the month: delivered by the promised day."""
        parcels, promises = self.world.shipments, self.world.orders.promises
        deliver_by = promises.deliver_by[parcels.order]
        counts = ~parcels.voided & (parcels.shipped_at != NONE) & (deliver_by <= self.world.clock.as_of)
        counts &= parcels.shipped_at <= promises.ship_by[parcels.order]
        kept = (parcels.delivered_at != NONE) & (parcels.delivered_at <= deliver_by)
        day = promises.deliver_by_on[parcels.order]
        return {
            carrier.key: {
                "on_time_delivery": _sums(*self._part(day, counts & (parcels.carrier == number), kept), month)
            }
            for number, carrier in enumerate(CARRIERS)
            if carrier.kind
        }

    def _drop_shippers(self, month: Period) -> dict[str, Any]:
        """Lines due in the month: handed over in time; lines placed in it: cancelled, though not by the customer."""
        orders, order = self.world.orders, self.world.lines.order
        cancelled, by = self._cancelled[order], self.world.facts.cancelled_by[order]
        due = (orders.promises.ship_by <= self.world.clock.as_of)[order] & ~cancelled
        result = {}
        for number, key in enumerate(PLACES[FIRST_DROP_SHIPPER:], FIRST_DROP_SHIPPER):
            mine = orders.place[order] == number
            handed = self._part(orders.promises.ship_by_on[order], due & mine, self._shipped_in_time[order])
            ended = self._part(orders.placed_on[order], mine & (by != CUSTOMER), cancelled)
            result[key] = {"ship_within_sla": _sums(*handed, month), "cancel_rate": _sums(*ended, month)}
        return result

    def _suppliers(self, month: Period) -> dict[str, Any]:
        """Purchase lines promised in the month: on time, in full and not before their window."""
        purchases = self.world.purchases
        promised = (purchases.promised_on >= month.start) & (purchases.promised_on <= month.end)
        done = purchases.completed_on
        good = (done != NONE) & (done <= purchases.promised_on) & (done >= purchases.earliest_on)
        vendor = purchases.vendor[purchases.of]
        return {
            supplier.key: {
                "otif": [int((promised & good & (vendor == number)).sum()), int((promised & (vendor == number)).sum())]
            }
            for number, supplier in enumerate(SUPPLIERS)
        }

    # --- periods ------------------------------------------------------------------------------------------------------

    def weeks(self) -> list[Period]:
        """The last whole ISO weeks, oldest first."""
        return self._whole("week", WEEKS)

    def months(self) -> list[Period]:
        """The last whole calendar months, oldest first."""
        return self._whole("month", 6)

    def _whole(self, grain: str, count: int) -> list[Period]:
        current = period_of(self.world.clock.today, grain)
        return [previous(current, back) for back in range(count, 0, -1)]


def _key(period: Period) -> str:
    """First day in ISO form."""
    return day_to_date(period.start).isoformat()


def _sums(day: Ints, part: Ints, whole: Ints, period: Period) -> list[int]:
    inside = (day >= period.start) & (day <= period.end)
    return [int(part[inside].sum()), int(whole[inside].sum())]
