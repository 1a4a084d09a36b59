"""What follows for orders that nothing but this file tells of, column by column; the arithmetic of ``writer_orders``.

Only for orders without parcels, stated promises, dated lines or a known customer: of those, the file's own columns say
everything, so that they are inserted whole instead of being read back and changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from opsconsole.imports import writer_facts as facts
from opsconsole.imports.writer_days import Days
from opsconsole.imports.writer_promises import Channel, delivery_promise, load_channels, ship_promise

Column = Sequence[Any]
_NEVER = np.iinfo(np.int64).min
_EXACT = float(1 << 53)  # whole numbers up to here are exact as floats
_ADDRESS = ("city", "province", "postcode", "country")
_EVENTS = (
    *("placed_at", "paid_at", "cancelled_at", "stated_delivered_at", "stated_ready_at", "held_at"),
    *("cancel_requested_at", "refunded_at"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by name, ``size`` rows; a column that is not there has no value in any row."""

    size: int
    by_name: Mapping[str, Column]

    def get(self, name: str) -> Column:
        """Values of a column."""
        return self.by_name.get(name) or [None] * self.size


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows that belong to orders: ``owners[i]`` is the place of row i's order; ascending."""

    owners: npt.NDArray[np.int64]
    columns: Columns


class _Unpromised(NamedTuple):
    """An order about which no file states a promise."""

    stated_ship_by: None = None
    stated_ship_by_on: None = None
    stated_deliver_by: None = None
    stated_deliver_by_on: None = None


class NewFacts:
    """Works out the derived columns of new orders; keeps what all of them share."""

    def __init__(self, conn: Connection) -> None:
        self._days = Days()
        self._channels = load_channels(conn)
        self._default = Channel()
        self._promises: dict[tuple[str, str, int | None], tuple[Any, ...]] = {}
        self._free: dict[tuple[Any, ...], bool] = {}

    def columns(self, orders: Columns, times: Column, lines: Parts, payments: Parts) -> dict[str, Column]:
        """Derived columns of ``orders``; ``times`` are their source times, ``lines`` and ``payments`` their own."""
        zones = self._zones(orders)
        found: dict[str, Column] = {"time_zone": zones}
        found |= {name: orders.get(f"stated_{name}") for name in _ADDRESS}
        found["placed_on"] = self._days.of_all(orders.get("placed_at"), zones)
        found |= self._promised(orders, zones, found["placed_on"])
        ordered, shipped, cancelled = (
            _sums(lines, name, orders.size) for name in ("quantity", "shipped_quantity", "cancelled_quantity")
        )
        whole = _whole(orders, ordered, shipped, cancelled)
        found |= {"first_shipped_at": orders.get("stated_shipped_at"), "shipped_at": whole}
        found["shipped_on"] = self._days.of_all(whole, zones)
        found["delivered_at"] = orders.get("stated_delivered_at")
        found["delivered_on"] = self._days.of_all(found["delivered_at"], zones)
        found["lines_total"] = _lines_total(lines, orders.size)
        found["line_count"] = np.bincount(lines.owners, minlength=orders.size).tolist()
        found |= {"quantity_ordered": ordered, "quantity_cancelled": cancelled}
        found["quantity_shipped"] = [
            said if said is not None or left is None or all_ is None else all_ - (less or 0.0)
            for said, left, all_, less in zip(shipped, whole, ordered, cancelled, strict=True)
        ]
        found["content_hash"] = _content_hashes(orders, lines)
        found["ready_at"] = self._ready(orders)
        found["status_since"] = _status_since(orders, times)
        found["last_event_at"] = _last_events(orders, payments)
        return found

    def _zones(self, orders: Columns) -> Column:
        channels = orders.get("channel")
        usual = {key: self._channels.get(key, self._default).time_zone for key in set(channels)}
        stated = orders.get("stated_time_zone")
        return [zone or usual[channel] for zone, channel in zip(stated, channels, strict=True)]

    def _promised(self, orders: Columns, zones: Column, placed_on: Column) -> dict[str, Column]:
        known = self._promises
        rows = []
        for key in zip(orders.get("channel"), zones, placed_on, strict=True):
            promises = known.get(key)
            if promises is None:
                promises = known[key] = self._promise(*key)
            rows.append(promises)
        names = ("ship_by", "ship_by_on", "ship_by_basis", "deliver_by", "deliver_by_on", "deliver_by_basis")
        return dict(zip(names, zip(*rows, strict=True), strict=True))

    def _promise(self, key: str, zone: str, placed_on: int | None) -> tuple[Any, ...]:
        channel, order = self._channels.get(key, self._default), _Unpromised()
        ship = ship_promise(order, None, placed_on, zone, channel, self._days)
        return (*ship, *delivery_promise(order, ship, zone, channel, self._days))

    def _ready(self, orders: Columns) -> Column:
        names = ("stated_ready_at", "paid_at", "placed_at", "payment_status", "payment_method", "payment_terms")
        ready = []
        for stated, paid, placed, *terms in zip(*map(orders.get, names), strict=True):
            if stated is None and paid is None and placed is not None:
                key = tuple(terms)
                if key not in self._free:
                    self._free[key] = facts.is_free_of_payment(*key)
                ready.append(placed if self._free[key] else None)
            else:
                ready.append(paid if stated is None else stated)
        return ready


def _sums(parts: Parts, name: str, count: int) -> list[float | None]:
    """Sum per order of what its parts say; None where none does."""
    numbers = np.array(parts.columns.get(name), dtype=np.float64)  # None becomes NaN
    known = ~np.isnan(numbers)
    owners = parts.owners[known]
    sums = np.bincount(owners, numbers[known], minlength=count).tolist()
    said = np.bincount(owners, minlength=count).tolist()
    return [total if any_ else None for total, any_ in zip(sums, said, strict=True)]


def _whole(orders: Columns, ordered: Column, shipped: Column, cancelled: Column) -> Column:
    """When orders had wholly left, of which no parcel is known."""
    some, all_, less = (np.array(counted, dtype=np.float64) for counted in (shipped, ordered, cancelled))
    with np.errstate(invalid="ignore"):
        partly = facts.only_a_part(some, np.nan_to_num(all_) - np.nan_to_num(less))
    given = zip(orders.get("stated_shipped_at"), orders.get("status"), partly.tolist(), strict=True)
    return [None if part or status == "partially_shipped" else left for left, status, part in given]


def _lines_total(lines: Parts, count: int) -> list[int | None]:
    columns = lines.columns
    amounts = facts.line_amounts(columns.get("amount"), columns.get("unit_price"), columns.get("quantity"))
    numbers = np.array(amounts, dtype=np.float64)
    if np.nansum(np.abs(numbers)) < _EXACT:
        sums = _sums(Parts(lines.owners, Columns(columns.size, {"": amounts})), "", count)
        return [None if total is None else int(total) for total in sums]
    found: list[int | None] = [None] * count
    for owner, amount in zip(lines.owners.tolist(), amounts, strict=True):
        if amount is not None:
            found[owner] = int((found[owner] or 0) + amount)
    return found


def _content_hashes(orders: Columns, lines: Parts) -> list[str | None]:
    goods = facts.goods(lines.columns.get("sku"), lines.columns.get("title"), lines.columns.get("quantity"))
    bounds = np.searchsorted(lines.owners, np.arange(orders.size + 1)).tolist()
    address = ("address1", "address2", *(f"stated_{name}" for name in _ADDRESS))
    places = zip(*map(orders.get, address), strict=True)
    people = zip(*map(orders.get, ("email", "customer_id", "customer_name")), strict=True)
    customers = [email or number or name for email, number, name in people]
    return facts.hashes_of(customers, places, goods, bounds, orders.get("total"), orders.get("currency"))


def _status_since(orders: Columns, times: Column) -> Column:
    given = zip(orders.get("status"), orders.get("held_at"), times, strict=True)
    return [
        None if status is None else held if status == "on_hold" and held is not None else at
        for status, held, at in given
    ]


def _last_events(orders: Columns, payments: Parts) -> list[int | None]:
    newest = np.full(orders.size, _NEVER)
    for name in (*_EVENTS, "stated_shipped_at"):
        if name in orders.by_name:
            np.maximum(newest, _instants(orders.get(name)), out=newest)
    np.maximum.at(newest, payments.owners, _instants(payments.columns.get("paid_at")))
    return [None if at == _NEVER else at for at in newest.tolist()]


def _instants(values: Column) -> npt.NDArray[np.int64]:
    instants = np.array(values, dtype=np.float64)  # None becomes NaN; exact up to the year 2255
    if np.nanmax(np.abs(instants), initial=0.0) >= _EXACT:
        return np.array([_NEVER if value is None else value for value in values], dtype=np.int64)
    return np.where(np.isnan(instants), _NEVER, np.nan_to_num(instants).astype(np.int64))
