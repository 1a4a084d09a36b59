"""From what was read to the figures of a SKU at a location: demand, cover, reorder point, conditions, proposal."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from opsconsole.domain.wording import count
from opsconsole.planning import cover, demand, replenishment
from opsconsole.planning.cover import Receipt
from opsconsole.planning.demand import LONGER_DAYS, RECENT_DAYS
from opsconsole.rules.stock_conditions import STOCK_CONDITIONS, StockFigures
from opsconsole.rules.stock_policy import StockPolicy
from opsconsole.services.stock_levels_read import Inbound, Sales, StockData

Floats = NDArray[np.float64]

# Days of stock history read before the demand window, so that it begins with a known stock.
BEFORE = 28
# Received lines from which a lead time is learned instead of taken from the master data.
ENOUGH_RECEIPTS = 3


@dataclass(slots=True)
class StockItem:
    """A SKU at a location with its figures; amounts in minor units of the base currency, days as local dates."""

    id: int
    sku: str
    location: str
    title: str
    on_hand: float
    allocated: float
    held: float
    available: float
    inbound: float
    late_inbound: float
    backordered: float
    counted_at: int | None
    receipts: tuple[Inbound, ...]
    trend: tuple[float, ...]
    per_day: float | None = None
    deviation: float = 0.0
    demand_days: int = 0
    demand_window: int = 0
    lead_time: float = 0.0
    lead_deviation: float = 0.0
    lead_basis: str = ""
    supplier: str = ""
    cover: float | None = None
    cover_with_inbound: float | None = None
    position: float = 0.0
    safety: int = 0
    reorder_point: int | None = None
    order_up_to: int | None = None
    stockout_in: int | None = None
    gap: float = 0.0
    price: float | None = None
    unit_cost: float | None = None
    excess: float = 0.0
    days_since_sale: float | None = None
    minimum: float = 0.0
    pack: float = 1.0
    quantity: float = 0.0
    proposal: str = "None"
    conditions: tuple[str, ...] = ()
    amounts: dict[str, int] = field(default_factory=dict)

    @property
    def condition(self) -> str:
        """The leading condition, ``none`` where nothing is wrong."""
        return self.conditions[0] if self.conditions else "none"

    @property
    def at_risk(self) -> int:
        """Sales lost until stock can be there again."""
        return round(self.gap * (self.per_day or 0) * (self.price or 0))

    def dated(self, today: int) -> list[Receipt]:
        """Ordered units that have a date to come; late ones are not counted on until they have a new one."""
        return [
            Receipt(r.promised_on - today, r.quantity)
            for r in self.receipts
            if r.promised_on is not None and r.promised_on >= today
        ]


def make_items(data: StockData, policy: StockPolicy) -> list[StockItem]:
    """Figures of every listed SKU-location, in the order they were read."""
    levels = _levels_as_of(data)
    if not levels:
        return []
    items = [_item(data, row, on_hand, available) for row, on_hand, available in levels]
    _share_inbound(data, items)
    sold = _sold(data, items)
    _set_demand(data, items, sold)
    _set_lead_times(data, items, policy)
    _set_money(data, items)
    _set_plan(data, items, policy)
    _set_conditions(data, items, policy)
    for item in items:
        item.proposal = _proposal(item, policy)
    return items


# --- levels and inbound -----------------------------------------------------------------------------------------------


def _levels_as_of(data: StockData) -> list[tuple[Row[Any], float, float]]:
    """Levels as of now: one counted later is replaced by the last count on or before now, or left out."""
    found = []
    for row in data.levels:
        on_hand, available = row.on_hand, row.available
        if (row.counted_at or row.source_time) > data.company.now:
            before = data.history.get((row.sku, row.location), [])
            if not before:
                continue
            _, on_hand, available = before[-1]
        if on_hand is None and available is None:
            continue
        if available is None:
            available = (on_hand or 0) - (row.allocated or 0) - (row.held or 0)
        found.append((row, float(available if on_hand is None else on_hand), float(available)))
    return found


def _item(data: StockData, row: Row[Any], on_hand: float, available: float) -> StockItem:
    product = data.products.get(row.sku)
    title = row.title or (product.title if product is not None else None) or ""
    allocated = row.allocated if row.allocated is not None else max(0.0, on_hand - available - (row.held or 0))
    counted_at = row.counted_at or row.source_time
    return StockItem(
        row.id, row.sku, row.location, title, on_hand, float(allocated), float(row.held or 0), available,
        float(row.inbound or 0), 0.0, 0.0, counted_at if counted_at <= data.company.now else None, (), (),
    )  # fmt: skip


def _share_inbound(data: StockData, items: Sequence[StockItem]) -> None:
    """Purchase orders count where they go; one without a location at the SKU's only location.

    A platform's own figure of inbound stands where no purchase order is known.
    """
    places: dict[str, int] = defaultdict(int)
    for item in items:
        places[item.sku] += 1
    for item in items:
        lines = list(data.inbound.get((item.sku, item.location), ()))
        only = places[item.sku] == 1
        if only:
            lines += data.inbound.get((item.sku, None), ())
        item.backordered = data.backordered.get((item.sku, item.location), 0.0) + (
            data.backordered.get((item.sku, None), 0.0) if only else 0.0
        )
        if not lines:
            continue
        item.receipts = tuple(sorted(lines, key=lambda r: (r.promised_on is None, r.promised_on)))
        item.inbound = sum(r.quantity for r in lines)
        item.late_inbound = sum(
            r.quantity for r in lines if r.promised_on is not None and r.promised_on < data.company.due_before
        )


# --- demand -----------------------------------------------------------------------------------------------------------


def _window_end(data: StockData) -> int:
    """The last day demand is read to: yesterday, or the newest sale where the sales data are a little older."""
    end = data.company.due_before - 1
    return min(end, data.last_sale_on) if data.last_sale_on is not None and sales_are_known(data) else end


def sales_are_known(data: StockData) -> bool:
    """Whether the sales data reach close enough to now to say anything about demand."""
    return data.last_sale_on is not None and data.last_sale_on >= data.company.due_before - 1 - RECENT_DAYS


def _sold(data: StockData, items: Sequence[StockItem]) -> Floats:
    """Units per day, shape (items, 56), oldest first; sales without a location are shared among the SKU's own."""
    first = _window_end(data) - LONGER_DAYS + 1
    sold = np.zeros((len(items), LONGER_DAYS))
    rows: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        rows[item.sku].append(index)
        for day, units in data.daily.get((item.sku, item.location), {}).items():
            if 0 <= day - first < LONGER_DAYS:
                sold[index, day - first] += units
    for sku, indices in rows.items():
        unplaced = data.daily.get((sku, None))
        if not unplaced:
            continue
        weights = sold[indices].sum(axis=1)
        if weights.sum() <= 0:
            weights = np.array([max(0.0, items[i].on_hand) for i in indices])
        shares = weights / weights.sum() if weights.sum() > 0 else np.full(len(indices), 1 / len(indices))
        for day, units in unplaced.items():
            if 0 <= day - first < LONGER_DAYS:
                sold[indices, day - first] += units * shares
    return sold


def _set_demand(data: StockData, items: Sequence[StockItem], sold: Floats) -> None:
    first = _window_end(data) - LONGER_DAYS + 1
    counts = np.full((len(items), LONGER_DAYS + BEFORE), np.nan)
    began = np.zeros(len(items), dtype=np.int64)
    for index, item in enumerate(items):
        for day, _, available in data.history.get((item.sku, item.location), ()):
            if available is not None and 0 <= day - first + BEFORE < counts.shape[1]:
                counts[index, day - first + BEFORE] = available
        began[index] = max(_began(data, item, sold[index]), (data.first_sale_on or first)) - first
        if not sales_are_known(data):
            began[index] = LONGER_DAYS
    carried = demand.carried_forward(counts)[:, BEFORE:]
    found = demand.recent_demand(sold, demand.usable_days(sold, carried, began))
    moving, still = np.any(sold[:, -RECENT_DAYS:], axis=1), (0.0,) * RECENT_DAYS
    for index, item in enumerate(items):
        per_day, deviation = float(found.per_day[index]), float(found.deviation[index])
        item.per_day = None if math.isnan(per_day) else per_day
        item.deviation = 0.0 if math.isnan(deviation) else deviation
        item.demand_days, item.demand_window = int(found.days[index]), int(found.window[index])
        item.trend = tuple(sold[index, -RECENT_DAYS:].tolist()) if moving[index] else still


def _began(data: StockData, item: StockItem, sold: Floats) -> int:
    """The day an item's history begins: its first count, unless it was sold before."""
    first = _window_end(data) - LONGER_DAYS + 1
    counted = data.known_since.get((item.sku, item.location))
    sales = _sales(data, item)
    if counted is None or (sales is not None and sales.first_on < first):
        return first
    sold_days = np.flatnonzero(sold)
    return min(counted, first + int(sold_days[0])) if len(sold_days) else counted


def _sales(data: StockData, item: StockItem) -> Sales | None:
    # Sales without a location stand for each of the SKU's locations: stock is called aged only when all of it is.
    return data.yearly.get((item.sku, item.location)) or data.yearly.get((item.sku, None))


# --- lead times and money ---------------------------------------------------------------------------------------------


def _set_lead_times(data: StockData, items: Sequence[StockItem], policy: StockPolicy) -> None:
    for item in items:
        product = data.products.get(item.sku)
        supplier = product.supplier_key if product is not None else None
        vendor = supplier or next((r.vendor_key for r in item.receipts if r.vendor_key), None)
        item.supplier = data.vendor_names.get(vendor or "", vendor or "")
        own, theirs = data.lead_times.get(item.sku, []), data.vendor_lead_times.get(vendor or "", [])
        stated = product.lead_time_days if product is not None else None
        if len(own) >= ENOUGH_RECEIPTS:
            item.lead_time, item.lead_basis = float(np.mean(own)), f"mean of {count(len(own))} received orders"
            item.lead_deviation = float(np.std(own, ddof=1))
        elif stated is not None:
            item.lead_time, item.lead_basis = float(stated), "from the product"
        elif len(theirs) >= ENOUGH_RECEIPTS:
            item.lead_time, item.lead_basis = float(np.mean(theirs)), "mean of the supplier's received orders"
        elif vendor in data.vendor_days:
            item.lead_time, item.lead_basis = data.vendor_days[vendor], "from the supplier"
        else:
            item.lead_time, item.lead_basis = policy.lead_time, "assumed"
        if item.lead_deviation == 0 and len(own) < ENOUGH_RECEIPTS <= len(theirs):
            item.lead_deviation = float(np.std(theirs, ddof=1))


def _set_money(data: StockData, items: Sequence[StockItem]) -> None:
    company = data.company
    revenue: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (sku, _), sales in data.yearly.items():
        revenue[sku][0] += sales.revenue
        revenue[sku][1] += sales.priced_units
    for item in items:
        product = data.products.get(item.sku)
        earned, units = revenue[item.sku]
        if earned > 0 and units > 0:
            item.price = earned / units
        if product is None:
            continue
        currency = product.currency or ""
        if item.price is None and product.list_price is not None:
            item.price = company.in_base(product.list_price, currency, company.today)
        if product.unit_cost is not None:
            item.unit_cost = company.in_base(product.unit_cost, currency, company.today)
        item.minimum, item.pack = float(product.minimum_order or 0), float(product.pack_size or 1)


# --- plan and conditions ----------------------------------------------------------------------------------------------


def _column(items: Sequence[StockItem], name: str) -> Floats:
    values = [getattr(item, name) for item in items]
    return np.array([np.nan if value is None else float(value) for value in values])


def _set_plan(data: StockData, items: Sequence[StockItem], policy: StockPolicy) -> None:
    today = data.company.today
    per_day, lead = _column(items, "per_day"), _column(items, "lead_time")
    available, inbound = _column(items, "available"), _column(items, "inbound")
    safety = replenishment.safety_stock(
        per_day, _column(items, "deviation"), lead, _column(items, "lead_deviation"), policy.service_level
    )
    days, days_inbound = cover.days_of_cover(available, per_day), cover.days_of_cover(available + inbound, per_day)
    excess = cover.excess(available, per_day, policy.excess)
    for index, item in enumerate(items):
        item.position = item.available + item.inbound - item.backordered
        item.cover = float(days[index]) if math.isfinite(days[index]) else None
        item.cover_with_inbound = float(days_inbound[index]) if math.isfinite(days_inbound[index]) else None
        item.excess = float(excess[index])
        if item.per_day is None:
            continue
        # Half a unit of safety is a whole one on the shelf.
        item.safety = math.ceil(round(float(safety[index]), 6))
        item.reorder_point = math.ceil(round(item.per_day * item.lead_time + item.safety, 6))
        item.order_up_to = math.ceil(round(item.per_day * (item.lead_time + policy.order_cycle) + item.safety, 6))
        receipts = item.dated(today)
        item.stockout_in = cover.stockout_in(item.available, item.per_day, receipts)
        item.gap = cover.gap_days(item.stockout_in, receipts, item.lead_time)
        if item.per_day > 0 and item.position <= item.reorder_point:
            item.quantity = replenishment.order_quantity(item.order_up_to - item.position, item.minimum, item.pack)


def _set_conditions(data: StockData, items: Sequence[StockItem], policy: StockPolicy) -> None:
    today = data.company.today
    since, known, yearly = (np.full(len(items), np.nan) for _ in range(3))
    for index, item in enumerate(items):
        sales = _sales(data, item)
        firsts = [data.known_since.get((item.sku, item.location))]
        if sales is not None:
            firsts.append(sales.first_on)
            since[index] = today - sales.last_on
            item.days_since_sale = float(since[index])
        begun = [day for day in firsts if day is not None]
        if begun:
            known[index] = today - min(begun)
        if sales is not None and sales.units > 0:
            yearly[index] = item.on_hand / (sales.units / max(1.0, min(365.0, known[index])))
    per_day, available = _column(items, "per_day"), _column(items, "available")
    figures = StockFigures(
        _column(items, "on_hand"), available, per_day, cover.days_of_cover(available, per_day),
        _column(items, "position"), _column(items, "reorder_point"), _column(items, "late_inbound"),
        _column(items, "excess"), since, known, yearly,
    )  # fmt: skip
    masks = {code: condition.fires(figures, policy) for code, condition in STOCK_CONDITIONS.items()}
    for index, item in enumerate(items):
        item.conditions = tuple(code for code, mask in masks.items() if mask[index])
        item.amounts = {code: _amount(item, code) for code in item.conditions}


def _amount(item: StockItem, code: str) -> int:
    """What a condition is about in money: sales at risk, or what lies in stock at cost."""
    if code == "overstock":
        return round(item.excess * (item.unit_cost or 0))
    if code == "aged":
        return round(item.on_hand * (item.unit_cost or 0))
    return item.at_risk


def _proposal(item: StockItem, policy: StockPolicy) -> str:
    if item.quantity > 0:
        return f"Buy {count(item.quantity)}"
    if "inbound_late" in item.conditions:
        return "Chase PO"
    if "out_of_stock" in item.conditions or "low_stock" in item.conditions:
        return "Wait for PO" if item.inbound > 0 else "None"
    if "aged" in item.conditions:
        return "Clear" if item.days_since_sale is None or item.days_since_sale > policy.dead else "Mark down"
    if "overstock" in item.conditions and (item.cover or 0) > policy.slow_cover:
        return "Stop buying"
    return "None"
