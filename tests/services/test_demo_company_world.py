"""The invented world by itself: the same dice give the same world, and nothing in it contradicts itself."""

import dataclasses
import hashlib
import re
from typing import Any

import numpy as np
import pytest

from opsconsole.domain.calendar import BusinessCalendar
from opsconsole.domain.instants import DAY, HOUR, MINUTE, day_end, day_of, day_to_date, from_iso
from opsconsole.services.demo_company.arrays import NONE
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CHANNELS, FBA, LOCATIONS, PLACE_ZONES
from opsconsole.services.demo_company.identifiers import order_ids
from opsconsole.services.demo_company.tracking import (
    numbers_1z,
    numbers_express,
    numbers_postal,
    numbers_pro,
    spoiled,
)
from opsconsole.services.demo_company.working_time import HOURS, WorkingHours
from opsconsole.services.demo_company.world import World, make_world

# A Monday at seven after a promotion, midnight, a holiday, both changes of the clocks, a leap day.
MOMENTS = (
    "2026-11-16T15:00:00Z",
    "2026-11-17T07:59:00Z",
    "2026-12-25T08:00:00Z",
    "2027-03-14T11:30:00Z",
    "2026-11-01T09:30:00Z",
    "2028-02-29T23:59:59Z",
)


@pytest.fixture(scope="module")
def world(now) -> World:
    return make_world(Clock(now), 4000, 7)


@pytest.fixture(params=MOMENTS)
def any_world(request) -> World:
    return make_world(Clock(from_iso(request.param)), 700, 11)


def _digest(value: Any) -> str:
    """Hash of everything in a world, arrays by their bytes."""
    digest = hashlib.blake2b()

    def feed(part: Any) -> None:
        if isinstance(part, np.ndarray):
            digest.update(np.ascontiguousarray(part).tobytes())
        elif dataclasses.is_dataclass(part):
            for field in dataclasses.fields(part):
                feed(getattr(part, field.name))
        else:
            digest.update(repr(part).encode())

    feed(value)
    return digest.hexdigest()


def test_the_same_seed_and_moment_make_the_same_world(now):
    once, again = (make_world(Clock(now), 500, 3) for _ in range(2))
    assert _digest(once) == _digest(again)


def test_another_seed_or_moment_makes_another_world(now):
    digests = {_digest(make_world(Clock(moment), 500, seed)) for moment, seed in ((now, 3), (now, 4), (now + HOUR, 3))}
    assert len(digests) == 3


@pytest.mark.parametrize("orders", [500, 501, 1000])
def test_a_world_has_as_many_orders_as_asked_for(now, orders):
    world = make_world(Clock(now), orders, 7)
    assert len(world.orders) == orders
    assert len(set(zip(world.orders.channel.tolist(), order_ids(world.orders.channel), strict=True))) == orders


def test_orders_come_in_two_years_up_to_now_and_oldest_first(any_world):
    placed = any_world.orders.placed_at
    assert (np.diff(placed) >= 0).all()
    assert placed[-1] <= any_world.clock.as_of
    assert placed[0] >= any_world.clock.as_of - 735 * DAY


def test_nothing_has_happened_that_lies_ahead(any_world):
    facts, parcels, scans = any_world.facts, any_world.shipments, any_world.scans
    for values in (
        facts.paid_at, facts.cancelled_at, facts.shipped_at, facts.delivered_at, parcels.labeled_at,
        parcels.first_scan_at, parcels.last_scan_at, scans.at, any_world.returns.requested_at,
        any_world.returns.refunded_at, any_world.answers.answered_at, any_world.purchases.arrived_at,
        any_world.purchases.ordered_at,
    ):  # fmt: skip
        assert (values <= any_world.clock.as_of).all()


def test_orders_are_placed_then_shipped_then_delivered(any_world):
    facts, placed = any_world.facts, any_world.orders.placed_at
    shipped = facts.shipped_at != NONE
    delivered = facts.delivered_at != NONE
    assert (facts.first_shipped_at[shipped] <= facts.shipped_at[shipped]).all()
    assert (facts.first_shipped_at[shipped] > placed[shipped]).all()
    assert (facts.delivered_at[delivered] > facts.shipped_at[delivered]).all()
    assert not (delivered & ~shipped).any()
    assert not (shipped & (facts.cancelled_at != NONE)).any()


def test_no_ordinary_order_is_in_trouble_now(any_world):
    orders, facts, now = any_world.orders, any_world.facts, any_world.clock.as_of
    alive = orders.ordinary & (facts.cancelled_at == NONE)
    unshipped = alive & (facts.shipped_at == NONE)
    assert not (unshipped & (orders.promises.ship_by < now)).any()
    assert not (unshipped & (facts.first_shipped_at != NONE)).any()
    assert not (alive & (facts.delivered_at == NONE) & (orders.promises.deliver_by < now)).any()
    trade = np.array([spec.key == "wholesale" for spec in CHANNELS])[orders.channel]
    unpaid = alive & (facts.paid_at == NONE)
    assert not (unpaid & ~trade & (orders.placed_at < now - DAY)).any()
    assert not (unpaid & trade & (orders.placed_at < now - 30 * DAY)).any()


def test_ordinary_customers_never_order_twice_within_two_hours(world):
    orders = world.orders
    ranked = np.lexsort((orders.placed_at, orders.customer))
    same = np.diff(orders.customer[ranked]) == 0
    gaps = np.diff(orders.placed_at[ranked])[same]
    ordinary = orders.ordinary[ranked][1:][same] & orders.ordinary[ranked][:-1][same]
    assert gaps[ordinary].min() >= 2 * HOUR


def test_planned_orders_are_as_late_as_their_plans_say(any_world):
    orders, facts, now = any_world.orders, any_world.facts, any_world.clock.as_of
    for number, plan in zip(orders.of_plans().tolist(), orders.plans, strict=True):
        own = facts.cancelled_at[number] == NONE and orders.place[number] != FBA
        late = {
            "LATE_SHIPMENT": own and facts.shipped_at[number] == NONE and orders.promises.ship_by[number] < now,
            "LATE_DELIVERY": own and facts.delivered_at[number] == NONE and orders.promises.deliver_by[number] < now,
        }
        for rule, met in late.items():
            assert met == (rule in plan.raises + plan.older), plan


# The catalog of exception types, as the specification numbers them; a stale feed is planted with the feeds.
CATALOG = (
    "PAYMENT_PENDING", "PAYMENT_DECLINED", "FRAUD_REVIEW", "ADDRESS_INVALID", "MISSING_ORDER_INFO", "UNMAPPED_SKU",
    "DUPLICATE_ORDER", "ROUTING_FAILED", "STUCK_ORDER", "HOLD_EXPIRED", "OUT_OF_STOCK", "BACKORDER_OVERDUE",
    "ALLOCATION_RISK", "SHIP_BY_RISK", "LATE_SHIPMENT", "PARTIAL_SHIPMENT", "SHORT_PICK", "DAMAGED_IN_WAREHOUSE",
    "WEIGHT_MISMATCH", "LABEL_FAILED", "NO_TRACKING", "NO_CARRIER_SCAN", "STALLED_IN_TRANSIT", "DELIVERY_EXCEPTION",
    "CUSTOMS_HOLD", "LATE_DELIVERY", "RETURN_TO_SENDER", "CARRIER_CLAIM_DUE", "DELIVERED_NOT_RECEIVED",
    "RETURN_OVERDUE", "REFUND_MISMATCH", "CHARGEBACK_OPEN", "CANCEL_AFTER_RELEASE", "BILLING_VARIANCE",
    "PRICE_ERROR", "SYNC_STALE", "DROPSHIP_NO_ACK", "CHANNEL_MISMATCH", "CUSTOMER_ESCALATION",
)  # fmt: skip


def test_every_kind_of_trouble_is_planted_however_small_the_company(now):
    assert len(CATALOG) == 39
    raised = {rule for plan in make_world(Clock(now), 500, 7).orders.plans for rule in plan.raises}
    assert raised == {*CATALOG} - {"SYNC_STALE"}


def test_promises_are_working_days_of_the_business_calendar(world):
    holidays = frozenset(day for day, _ in world.clock.closed)
    orders = world.orders
    own_dates = np.array([plan.later > 0 or plan.ship_by != NONE for plan in orders.plans] + [False])[orders.plan]
    for number in np.flatnonzero(~own_dates)[::97].tolist():
        spec = CHANNELS[int(orders.channel[number])]
        calendar = BusinessCalendar(spec.zone, holidays=holidays)
        placed_on = day_of(int(orders.placed_at[number]), spec.zone)
        ship_on = calendar.add_business_days(placed_on, spec.ship_days)
        deliver_on = calendar.add_business_days(ship_on, spec.deliver_days)
        assert placed_on == orders.placed_on[number]
        assert ship_on == orders.promises.ship_by_on[number] == day_of(int(orders.promises.ship_by[number]), spec.zone)
        assert day_end(deliver_on, spec.zone) == orders.promises.deliver_by[number]


def test_the_shelves_follow_from_what_came_and_what_left(any_world):
    stock = any_world.stock
    coming = np.zeros_like(stock.level)
    np.add.at(coming, (stock.arrivals.item, stock.arrivals.day - any_world.clock.first_day), stock.arrivals.quantity)
    assert (stock.level >= 0).all()
    assert (stock.level[:, 1:] == stock.level[:, :-1] + coming[:, 1:] - stock.leaving[:, 1:]).all()
    assert (stock.level[:, -1] == stock.on_hand).all()


def test_only_planted_items_are_short(any_world):
    stock = any_world.stock
    short = np.flatnonzero(stock.available < np.maximum(stock.unallocated, 0))
    below_zero = np.flatnonzero(stock.available < 0)
    assert below_zero.tolist() == [stock.oversold]
    # Eight sold-out items with orders waiting, and the one that was oversold.
    assert len(short) == 9


def test_there_are_412_sku_locations_in_four_places(world):
    assert len(world.stock.product) == 412
    assert len(LOCATIONS) == 4


def test_received_lines_explain_every_arrival(world):
    purchases, arrivals = world.purchases, world.stock.arrivals
    received = np.bincount(arrivals.line, weights=arrivals.quantity, minlength=len(purchases.of))
    assert (received == purchases.received).all()
    whole = purchases.completed_on != NONE
    assert (purchases.received[whole] == purchases.quantity[whole]).all()
    assert (purchases.received[~whole] < purchases.quantity[~whole]).all()
    assert (purchases.ordered_at[purchases.of[arrivals.line]] < purchases.arrived_at).all()


def test_order_totals_are_the_sums_of_their_parts(world):
    sums = np.bincount(world.lines.order, weights=world.lines.unit_price * world.lines.quantity)
    assert (sums == world.money.subtotal).all()
    assert (world.money.total > 0).all()


def test_parcels_carry_what_left_of_their_orders(world):
    parcels = world.shipments
    carried = np.bincount(
        parcels.order[~parcels.voided], weights=parcels.quantity[~parcels.voided], minlength=len(world.orders)
    )
    left = np.bincount(world.lines.order, weights=world.quantities.shipped, minlength=len(world.orders))
    assert (carried == left).all()


# --- believable ------------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_a_business_one_could_run():
    world = make_world(Clock(from_iso("2026-11-16T15:00:00Z")), 20_000, 7)
    facts, promises, now = world.facts, world.orders.promises, world.clock.as_of
    due = (promises.ship_by <= now) & (facts.cancelled_at == NONE)
    assert 0.975 < ((facts.shipped_at != NONE) & (facts.shipped_at <= promises.ship_by))[due].mean() < 0.99
    due = (promises.deliver_by <= now) & (facts.cancelled_at == NONE)
    assert 0.93 < ((facts.delivered_at != NONE) & (facts.delivered_at <= promises.deliver_by))[due].mean() < 0.96
    delivered = facts.delivered_at != NONE
    days = np.median((facts.delivered_at - world.orders.placed_at)[delivered]) / DAY
    assert 2.6 < days < 3.5
    assert 0.05 < world.returns.quantity.sum() / world.quantities.shipped.sum() < 0.08
    assert 4.3 < world.answers.score.mean() < 4.5
    assert 0.015 < (facts.cancelled_at != NONE).mean() < 0.025
    first = world.orders.placed_on < world.clock.first_day + 350
    last = world.orders.placed_on >= world.clock.today - 350
    assert 1.1 < world.money.total[last].sum() / world.money.total[first].sum() < 1.5


def test_a_new_site_and_a_broken_carrier_are_to_be_seen():
    world = make_world(Clock(from_iso("2026-11-16T15:00:00Z")), 20_000, 7)
    facts, promises, clock = world.facts, world.orders.promises, world.clock
    kept = (facts.shipped_at != NONE) & (facts.shipped_at <= promises.ship_by)
    due = (promises.ship_by <= clock.as_of) & (facts.cancelled_at == NONE) & world.orders.ordinary
    start, end = clock.outage
    outage = due & (promises.ship_by_on >= start) & (promises.ship_by_on <= end)
    before = due & (promises.ship_by_on < clock.site_start)
    after = due & (promises.ship_by_on >= clock.site_start) & ~outage
    assert kept[before].mean() > kept[after].mean() > kept[outage].mean()
    assert kept[before].mean() - kept[outage].mean() > 0.02
    assert day_to_date(clock.site_start).weekday() == 0


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_parcel_numbers_have_the_check_digits_of_their_formats():
    # Worked by hand from the published rules, digit by digit.
    def modulus_10(body: str, weights: tuple[int, int]) -> int:
        values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in body]
        return -sum(value * weights[place % 2] for place, value in enumerate(values)) % 10

    serials = np.array([0, 7, 123_456, 98_765_432])
    for number in numbers_1z(serials):
        assert re.fullmatch(r"1Z[0-9A-Z]{16}", number)
        assert modulus_10(number[2:-1], (1, 2)) == int(number[-1])
    for number in numbers_postal(serials):
        assert re.fullmatch(r"9400\d{18}", number)
        assert modulus_10(number[-2::-1], (3, 1)) == int(number[-1])
    for number in numbers_express(serials):
        assert re.fullmatch(r"\d{12}", number)
        weighed = (
            sum(int(digit) * weight for digit, weight in zip(number, (3, 1, 7) * 4, strict=False)) - int(number[-1]) * 7
        )
        assert weighed % 11 % 10 == int(number[-1])
    for number in numbers_pro(serials):
        assert int(number[:-1]) % 7 == int(number[-1])


def test_a_spoiled_number_fails_its_check_digit():
    (number,) = numbers_postal(np.array([4711]))
    assert spoiled(number)[:-1] == number[:-1]
    assert spoiled(number) != number


def test_working_hours_agree_with_the_business_calendar(now):
    clock = Clock(now)
    hours = WorkingHours(clock)
    random = np.random.default_rng(5)
    start = now - random.integers(0, 400 * 24 * 60, 60) * MINUTE
    place = random.integers(0, len(LOCATIONS), 60)
    spans = random.integers(1, 30, 60) * HOUR
    found = hours.add(start, spans, place)
    holidays = frozenset(day for day, _ in clock.closed)
    for number in range(60):
        site = int(place[number])
        opens, closes = HOURS[LOCATIONS[site].key]
        week = dict.fromkeys(range(5), ((opens * 60, closes * 60),))
        calendar = BusinessCalendar(PLACE_ZONES[site], week, holidays)
        assert found[number] == calendar.add_working(int(start[number]), int(spans[number]) // 1_000_000)
