"""Parcels of the orders and the carriers' scans of them."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, sums_by
from opsconsole.services.demo_company.catalog import Catalog
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CARRIERS
from opsconsole.services.demo_company.fulfillment import Fulfillment
from opsconsole.services.demo_company.lines import Lines
from opsconsole.services.demo_company.orders import Orders
from opsconsole.services.demo_company.plan import Plan
from opsconsole.services.demo_company.tracking import STYLES, numbers_tba, spoiled

# Carriers keep their scans about that long.
SCANS_KEPT_DAYS = 120
_VOIDED_SHARE = 0.012
_SCANNED_WITHIN = 16  # hours after leaving, for what is still under way
_SHORT_SHARE = 0.07
LABELED, ACCEPTED, UNDER_WAY, OUT, DELIVERED = range(5)
SCAN_CODES = ("labeled", "accepted", "in_transit", "out_for_delivery", "delivered")
SCAN_WORDS = ("Label created", "Accepted by carrier", "Arrived at facility", "Out for delivery", "Delivered")
HUBS = ("Sparks, NV", "Salt Lake City, UT", "Denver, CO", "Kansas City, MO", "Indianapolis, IN", "Memphis, TN",
        "Columbus, OH", "Savannah, GA", "Harrisburg, PA")  # fmt: skip


@dataclass
class Quantities:
    """Per line: pieces shipped in the first parcel, shipped in all, and cancelled because they were missing."""

    first: Ints
    shipped: Ints
    cancelled: Ints


@dataclass
class Shipments:
    """Parcels as vectors, standing together per order; ``serial`` makes the tracking number."""

    order: Ints
    number: Ints
    carrier: Ints
    quantity: Ints
    grams: Ints
    cost: Ints
    labeled_at: Ints
    shipped_at: Ints
    first_scan_at: Ints
    last_scan_at: Ints
    delivered_at: Ints
    voided: Flags
    tracking: list[str | None]
    untraced: Flags


@dataclass
class Scans:
    """Scans as vectors; ``kind`` numbers SCAN_CODES and SCAN_WORDS, ``hub`` HUBS (−1: at the door or in the office)."""

    shipment: Ints
    kind: Ints
    hub: Ints
    at: Ints


def split_quantities(random: np.random.Generator, lines: Lines, orders: Orders, facts: Fulfillment) -> Quantities:
    """What left of each line. Of some larger lines one piece was missing and cancelled when the order was packed."""
    shipped = (facts.shipped_at != NONE)[lines.order]
    started = (facts.first_shipped_at != NONE)[lines.order]
    in_first = np.where(facts.split[lines.order], lines.number == 0, True)
    missing = (
        shipped & orders.ordinary[lines.order] & (lines.quantity > 1) & (random.random(len(shipped)) < _SHORT_SHARE)
    )
    cancelled = np.where(missing, 1, 0)
    first = np.where(started & in_first, lines.quantity - cancelled, 0)
    return Quantities(first, np.where(shipped, lines.quantity - cancelled, first), cancelled)


def _parcels(orders: Orders, facts: Fulfillment) -> tuple[Ints, Ints]:
    """Order and number (0 first, 1 second) of each parcel that left."""
    count = (facts.first_shipped_at != NONE).astype(np.int64) + (facts.split & (facts.shipped_at != NONE))
    order = np.repeat(np.arange(len(orders)), count)
    number = np.zeros(len(order), dtype=np.int64)
    number[1:] = order[1:] == order[:-1]
    return order, number


def _weights(catalog: Catalog, lines: Lines, quantities: Quantities, count: int) -> tuple[Ints, Ints, Ints, Ints]:
    grams = catalog.grams[lines.product]
    rest = quantities.shipped - quantities.first
    return (
        sums_by(lines.order, quantities.first, count),
        sums_by(lines.order, rest, count),
        sums_by(lines.order, quantities.first * grams, count),
        sums_by(lines.order, rest * grams, count),
    )


def _scan_times(
    clock: Clock, random: np.random.Generator, carrier: Ints, shipped: Ints, delivered: Ints
) -> tuple[Ints, Ints]:
    """First and last scan: first within hours, last at the door or wherever the parcel is by now."""
    hours = np.array([item.scan_hours for item in CARRIERS])[carrier]
    first = shipped + (random.gamma(2.2, 1.0, len(shipped)) * hours / 2.2 * HOUR).astype(np.int64) + 10 * MINUTE
    first = np.where(delivered != NONE, np.minimum(first, delivered - 90 * MINUTE), first)
    # Who has not scanned a parcel within a day does it now; what is under way has moved within two.
    overdue = (first > clock.as_of) & (shipped < clock.as_of - _SCANNED_WITHIN * HOUR)
    first = np.where(overdue, clock.as_of - random.integers(5, 200, len(shipped)) * MINUTE, first)
    moving = clock.as_of - random.integers(70, 44 * 60, len(shipped)) * MINUTE
    last = np.where(delivered != NONE, delivered, np.maximum(moving, first))
    return np.where(first > clock.as_of, NONE, first), np.where(first > clock.as_of, NONE, last)


def make_shipments(
    clock: Clock,
    random: np.random.Generator,
    catalog: Catalog,
    orders: Orders,
    lines: Lines,
    quantities: Quantities,
    facts: Fulfillment,
) -> Shipments:
    """Parcels that left, and a few labels that were made and voided before."""
    order, number = _parcels(orders, facts)
    first_pieces, more_pieces, first_grams, more_grams = _weights(catalog, lines, quantities, len(orders))
    carrier = facts.carrier[order]
    shipped = np.where(number == 0, facts.first_shipped_at[order], facts.shipped_at[order])
    delivered = facts.delivered_at[order]
    gap = facts.shipped_at[order] - shipped
    early = (number == 0) & facts.split[order] & (delivered != NONE)
    delivered = np.where(early, np.maximum(delivered - gap, shipped + 2 * HOUR), delivered)
    first_scan, last_scan = _scan_times(clock, random, carrier, shipped, delivered)
    grams = np.where(number == 0, first_grams[order], more_grams[order]) * 108 // 100 + 140
    result = Shipments(
        order,
        number,
        carrier,
        np.where(number == 0, first_pieces[order], more_pieces[order]),
        grams,
        430 + grams * 21 // 100 + random.integers(0, 160, len(order)),
        np.maximum(shipped - random.integers(30, 300, len(order)) * MINUTE, orders.placed_at[order] + 5 * MINUTE),
        shipped,
        first_scan,
        last_scan,
        delivered,
        np.zeros(len(order), dtype=np.bool_),
        _numbers(carrier, np.arange(len(order), dtype=np.int64) + 1_204_000),
        np.zeros(len(order), dtype=np.bool_),
    )
    _trouble(orders, result)
    return _with_voided(random, orders, result)


def _numbers(carrier: Ints, serials: Ints) -> list[str | None]:
    numbers: list[str | None] = [None] * len(serials)
    for index, spec in enumerate(CARRIERS):
        rows = np.flatnonzero(carrier == index)
        for row, number in zip(rows.tolist(), STYLES[spec.style](serials[rows]), strict=True):
            numbers[row] = number
    rows = np.flatnonzero(carrier < 0)
    for row, number in zip(rows.tolist(), numbers_tba(serials[rows]), strict=True):
        numbers[row] = number
    return numbers


def _wrong_number(plan: Plan, number: str | None) -> str | None:
    wrong = {"none": None, "placeholder": "PENDING", "cut_short": "1Z4R", "check_digit": spoiled(number or "0")}
    return wrong.get(plan.trouble, number)


def _trouble(orders: Orders, shipments: Shipments) -> None:
    """The numbers that planned orders carry instead of true ones."""
    start = np.searchsorted(shipments.order, orders.of_plans())
    for row, number, plan in zip(start.tolist(), orders.of_plans().tolist(), orders.plans, strict=True):
        if row < len(shipments.order) and shipments.order[row] == number:
            true = shipments.tracking[row]
            shipments.tracking[row] = _wrong_number(plan, true)
            if shipments.tracking[row] != true:  # scanned, but nobody knows under which number
                shipments.untraced[row] = True
            _time_parcel(shipments, row, plan)


def _time_parcel(shipments: Shipments, row: int, plan: Plan) -> None:
    """When a planned parcel was labeled and scanned."""
    if plan.labeled_at != NONE:
        shipments.labeled_at[row] = plan.labeled_at
    if plan.trouble == "unscanned":
        shipments.first_scan_at[row] = shipments.last_scan_at[row] = NONE
    elif plan.last_scan_at != NONE:
        shipments.first_scan_at[row] = min(int(shipments.shipped_at[row]) + 5 * HOUR, plan.last_scan_at - HOUR)
        shipments.last_scan_at[row] = plan.last_scan_at


def _with_voided(random: np.random.Generator, orders: Orders, shipments: Shipments) -> Shipments:
    """Adds a voided label before some parcels: made, never used; the planned one without any number."""
    planned = np.array([plan.trouble == "voided" for plan in orders.plans] + [False])[orders.plan[shipments.order]]
    ordinary = orders.ordinary[shipments.order] & (random.random(len(shipments.order)) < _VOIDED_SHARE)
    rows = np.flatnonzero((shipments.number == 0) & (planned | ordinary))
    at = np.r_[np.arange(len(shipments.order)), rows - 0.5]
    ranked = np.argsort(at, kind="stable")
    both = np.r_[np.arange(len(shipments.order)), rows][ranked]
    extra = np.r_[np.zeros(len(shipments.order), dtype=bool), np.ones(len(rows), dtype=bool)][ranked]

    def unless_void(values: Ints, void: int) -> Ints:
        return np.where(extra, void, values[both])

    return Shipments(
        order=shipments.order[both],
        number=unless_void(shipments.number, -1),
        carrier=shipments.carrier[both],
        quantity=shipments.quantity[both],
        grams=shipments.grams[both],
        cost=unless_void(shipments.cost, 0),
        labeled_at=shipments.labeled_at[both] - np.where(extra, 25 * MINUTE, 0),
        shipped_at=unless_void(shipments.shipped_at, NONE),
        first_scan_at=unless_void(shipments.first_scan_at, NONE),
        last_scan_at=unless_void(shipments.last_scan_at, NONE),
        delivered_at=unless_void(shipments.delivered_at, NONE),
        voided=extra,
        tracking=_voided_numbers(shipments, both, extra, planned),
        untraced=shipments.untraced[both] | extra,
    )


def _voided_numbers(shipments: Shipments, both: Ints, extra: Flags, planned: Flags) -> list[str | None]:
    numbers: list[str | None] = []
    serial = 9_000_000
    for row, voided in zip(both.tolist(), extra.tolist(), strict=True):
        if not voided:
            numbers.append(shipments.tracking[row])
        elif planned[row]:
            numbers.append(None)
        else:
            serial += 1
            style = CARRIERS[int(shipments.carrier[row])].style if shipments.carrier[row] >= 0 else "tba"
            numbers.append(STYLES[style](np.array([serial]))[0])
    return numbers


def make_scans(clock: Clock, random: np.random.Generator, shipments: Shipments) -> Scans:
    """Scans of the parcels of the last months: label, acceptance, one to three hubs, the van, the door."""
    kept = (shipments.shipped_at > clock.as_of - SCANS_KEPT_DAYS * DAY) & (shipments.first_scan_at != NONE)
    kept &= ~shipments.untraced
    rows = np.flatnonzero(kept)
    first, last = shipments.first_scan_at[rows], shipments.last_scan_at[rows]
    arrived = shipments.delivered_at[rows] != NONE
    van = np.maximum(last - random.integers(2, 7, len(rows)) * HOUR, first + 20 * MINUTE)
    stops = random.integers(1, 4, len(rows))
    until = np.where(arrived, van - 30 * MINUTE, last)
    parts = [(rows, LABELED, shipments.labeled_at[rows]), (rows, ACCEPTED, first)]
    for stop in range(3):
        some = (stop < stops) & (until > first)
        at = first + (until - first) * (stop + 1) // np.maximum(stops, 1)
        parts.append((rows[some], UNDER_WAY, at[some]))
    parts += [(rows[arrived], OUT, van[arrived]), (rows[arrived], DELIVERED, last[arrived])]
    shipment = np.concatenate([part[0] for part in parts])
    kind = np.concatenate([np.full(len(part[0]), part[1], dtype=np.int64) for part in parts])
    at = np.concatenate([part[2] for part in parts])
    hub = np.where(kind == UNDER_WAY, random.integers(0, len(HUBS), len(kind)), -1)
    ranked = np.lexsort((kind, at, shipment))
    return Scans(shipment[ranked], kind[ranked], hub[ranked], at[ranked])
