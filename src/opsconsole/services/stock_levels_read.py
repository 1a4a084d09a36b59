"""What the database says about stock: levels, sales per day, inbound on its dates, lead times, prices."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.statuses import PURCHASE_ORDER_STATUSES, codes_in
from opsconsole.planning.demand import LONGER_DAYS
from opsconsole.rules.kpis_facts import CANCELLED, DROP_SHIPPED, PLACED, VOID
from opsconsole.services.business import Business
from opsconsole.store.dialect import chunks
from opsconsole.store.schema import (
    order_lines,
    orders,
    products,
    purchase_order_lines,
    purchase_orders,
    receipts,
    sales_history,
    sku_aliases,
    stock_history,
    stock_levels,
    vendors,
)

YEAR = 365
# Lead times are learned from what was received in this time.
LEAD_TIME_DAYS = 730

SkuLocation = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Inbound:
    """Units of a purchase order line that are still to come; ``promised_on`` None where no date is known."""

    po_number: str
    vendor_key: str | None
    quantity: float
    promised_on: int | None


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales of a SKU at a location (None: unknown) in the last year, or before it where the last year had none."""

    units: float
    first_on: int
    last_on: int
    revenue: float = 0
    priced_units: float = 0


@dataclass(slots=True)
class StockData:
    """Everything the figures are made of; daily sales by (SKU, location) and local date."""

    company: Business
    levels: list[Any]
    daily: dict[SkuLocation, dict[int, float]]
    yearly: dict[SkuLocation, Sales]
    history: dict[tuple[str, str], list[tuple[int, float | None, float | None]]]
    inbound: dict[SkuLocation, list[Inbound]]
    lead_times: dict[str, list[float]]
    vendor_lead_times: dict[str, list[float]]
    products: dict[str, Any]
    vendor_days: dict[str, float]
    vendor_names: dict[str, str]
    known_since: dict[tuple[str, str], int] = field(default_factory=dict)
    backordered: dict[SkuLocation, float] = field(default_factory=dict)
    first_sale_on: int | None = None
    last_sale_on: int | None = None


def read_stock(connection: Connection, company: Business, skus: Iterable[str] | None = None) -> StockData:
    """Read what the figures need; with ``skus`` only these (a page), else everything."""
    only = None if skus is None else sorted(set(skus))
    aliases = _aliases(connection)
    asked = None if only is None else [*only, *(alias for (_, alias), sku in aliases.items() if sku in only)]
    data = StockData(
        company,
        _levels(connection, only),
        {},
        {},
        _history(connection, company, only),
        _inbound(connection, company, only),
        {},
        {},
        _products(connection, only),
        *_vendors(connection),
    )
    data.known_since = _known_since(connection, only)
    _read_sales(connection, data, asked, aliases)
    _read_older_sales(connection, data)
    _read_lead_times(connection, data)
    _read_backorders(connection, data, asked, aliases)
    first, last = _sales_span(connection, company)
    data.first_sale_on, data.last_sale_on = first, last
    return data


def _levels(connection: Connection, only: list[str] | None) -> list[Any]:
    statement = select(stock_levels).where(stock_levels.c.listed)
    if only is not None:
        statement = statement.where(stock_levels.c.sku.in_(only))
    return list(connection.execute(statement.order_by(stock_levels.c.sku, stock_levels.c.location)).all())


def _products(connection: Connection, only: list[str] | None) -> dict[str, Any]:
    p = products.c
    statement = select(
        p.sku, p.title, p.category, p.supplier_key, p.currency, p.unit_cost, p.list_price, p.lead_time_days,
        p.pack_size, p.minimum_order,
    )  # fmt: skip
    statement = (
        statement.where(p.sku.in_(only))
        if only is not None
        else statement.where(p.sku.in_(select(stock_levels.c.sku).where(stock_levels.c.listed)))
    )
    return {row.sku: row for row in connection.execute(statement).all()}


def _vendors(connection: Connection) -> tuple[dict[str, float], dict[str, str]]:
    rows = connection.execute(
        select(vendors.c.key, vendors.c.name, vendors.c.lead_time_days).where(vendors.c.kind == "supplier")
    ).all()
    days = {row.key: float(row.lead_time_days) for row in rows if row.lead_time_days is not None}
    return days, {row.key: row.name or row.key for row in rows}


def _aliases(connection: Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute(select(sku_aliases.c.channel, sku_aliases.c.alias, sku_aliases.c.sku))
    return {(channel, alias): sku for channel, alias, sku in rows}


def _history(
    connection: Connection, company: Business, only: list[str] | None
) -> dict[tuple[str, str], list[tuple[int, float | None, float | None]]]:
    h = stock_history.c
    statement = (
        select(h.sku, h.location, h.on_day, h.on_hand, h.available)
        .where(h.on_day.between(company.today - LONGER_DAYS - 28, company.today))
        .order_by(h.sku, h.location, h.on_day)
    )
    if only is not None:
        statement = statement.where(h.sku.in_(only))
    found: dict[tuple[str, str], list[tuple[int, float | None, float | None]]] = defaultdict(list)
    for sku, location, day, on_hand, available in connection.execute(statement):
        found[sku, location].append((day, on_hand, available))
    return found


# --- sales ------------------------------------------------------------------------------------------------------------


def _ordered(company: Business, since: int, asked: list[str] | None) -> Any:
    """Lines placed since a day, not cancelled, and not sent by a drop-shipper."""
    line, o = order_lines.c, orders.c
    clauses = [
        o.placed_on.between(since, company.today),
        PLACED,
        coalesce(CANCELLED, False).is_(False),
        line.sku.is_not(None),
        coalesce(DROP_SHIPPED, False).is_(False),
    ]
    if asked is not None:
        clauses.append(line.sku.in_(asked))
    return and_(*clauses)


def _read_sales(
    connection: Connection, data: StockData, asked: list[str] | None, aliases: dict[tuple[str, str], str]
) -> None:
    line, o, company = order_lines.c, orders.c, data.company
    source = order_lines.join(orders, line.order_fk == o.id)
    units = coalesce(line.quantity, 1) - coalesce(line.cancelled_quantity, 0)
    place = coalesce(line.location, o.location)
    daily = (
        select(o.channel, line.sku, place.label("place"), o.placed_on, func.sum(units).label("units"))
        .select_from(source)
        .where(_ordered(company, company.today - LONGER_DAYS - 28, asked))
        .group_by(o.channel, line.sku, "place", o.placed_on)
    )
    yearly = (
        select(
            o.channel, line.sku, place.label("place"), line.currency, func.sum(units).label("units"),
            func.min(o.placed_on), func.max(o.placed_on), func.sum(line.amount).label("revenue"),
        )
        .select_from(source)
        .where(_ordered(company, company.today - YEAR, asked))
        .group_by(o.channel, line.sku, "place", line.currency)
    )  # fmt: skip
    bound = {"now": company.now}
    for channel, sku, location, day, sold in connection.execute(daily, bound):
        _add_day(data, aliases, channel, sku, location, day, sold)
    for channel, sku, location, currency, sold, first, last, revenue in connection.execute(yearly, bound):
        item = (_own_sku(aliases, channel, sku), location)
        _add_year(data, item, currency, Sales(float(sold or 0), first, last), revenue)
    _read_history_sales(connection, data, asked, aliases)


def _read_history_sales(
    connection: Connection, data: StockData, asked: list[str] | None, aliases: dict[tuple[str, str], str]
) -> None:
    s, company = sales_history.c, data.company
    wanted = [s.sku.is_not(None), s.sold_on <= company.today, s.sold_at <= company.now]
    if asked is not None:
        wanted.append(s.sku.in_(asked))
    daily = (
        select(s.channel, s.sku, s.sold_on, func.sum(s.quantity).label("units"))
        .where(*wanted, s.sold_on >= company.today - LONGER_DAYS - 28)
        .group_by(s.channel, s.sku, s.sold_on)
    )
    yearly = (
        select(
            s.channel, s.sku, s.currency, func.sum(s.quantity).label("units"), func.min(s.sold_on),
            func.max(s.sold_on), func.sum(s.amount).label("revenue"),
        )
        .where(*wanted, s.sold_on >= company.today - YEAR, s.quantity > 0)
        .group_by(s.channel, s.sku, s.currency)
    )  # fmt: skip
    for channel, sku, day, sold in connection.execute(daily):
        _add_day(data, aliases, channel, sku, None, day, sold)
    for channel, sku, currency, sold, first, last, revenue in connection.execute(yearly):
        item = (_own_sku(aliases, channel, sku), None)
        _add_year(data, item, currency, Sales(float(sold or 0), first, last), revenue)


def _own_sku(aliases: dict[tuple[str, str], str], channel: str, sku: str) -> str:
    return aliases.get((channel, sku)) or aliases.get(("", sku)) or sku


def _add_day(
    data: StockData, aliases: dict[tuple[str, str], str], channel: str, sku: str, place: str | None, day: int, sold: Any
) -> None:
    days = data.daily.setdefault((_own_sku(aliases, channel, sku), place), {})
    days[day] = days.get(day, 0.0) + float(sold or 0)


def _add_year(data: StockData, item: SkuLocation, currency: str | None, sold: Sales, revenue: Any) -> None:
    company = data.company
    money = None if revenue is None else company.in_base(float(revenue), currency or "", company.today)
    known = data.yearly.get(item, Sales(0, sold.first_on, sold.last_on))
    data.yearly[item] = Sales(
        known.units + sold.units,
        min(known.first_on, sold.first_on),
        max(known.last_on, sold.last_on),
        known.revenue + (money or 0),
        known.priced_units + (sold.units if money is not None else 0),
    )


def _read_older_sales(connection: Connection, data: StockData) -> None:
    """First and last sale of the SKUs that had none in the last year."""
    sold = {sku for sku, _ in data.yearly}
    quiet = sorted({row.sku for row in data.levels} - sold)
    line, o, s = order_lines.c, orders.c, sales_history.c
    before = data.company.today - YEAR
    for some in chunks(quiet):
        queries = (
            select(line.sku, func.min(o.placed_on), func.max(o.placed_on))
            .select_from(order_lines.join(orders, line.order_fk == o.id))
            .where(line.sku.in_(some), o.placed_on < before)
            .group_by(line.sku),
            select(s.sku, func.min(s.sold_on), func.max(s.sold_on))
            .where(s.sku.in_(some), s.sold_on < before)
            .group_by(s.sku),
        )
        for query in queries:
            for sku, first, last in connection.execute(query):
                _add_year(data, (sku, None), None, Sales(0, first, last), None)


def _known_since(connection: Connection, only: list[str] | None) -> dict[tuple[str, str], int]:
    h = stock_history.c
    statement = select(h.sku, h.location, func.min(h.on_day)).group_by(h.sku, h.location)
    if only is not None:
        statement = statement.where(h.sku.in_(only))
    return {(sku, location): day for sku, location, day in connection.execute(statement)}


def _sales_span(connection: Connection, company: Business) -> tuple[int | None, int | None]:
    o, s = orders.c.placed_on, sales_history.c.sold_on
    firsts = [connection.execute(select(func.min(c))).scalar() for c in (o, s)]
    lasts = [connection.execute(select(func.max(c)).where(c <= company.today)).scalar() for c in (o, s)]
    known_first = [day for day in firsts if day is not None]
    known_last = [day for day in lasts if day is not None]
    return min(known_first, default=None), max(known_last, default=None)


def _read_backorders(
    connection: Connection, data: StockData, asked: list[str] | None, aliases: dict[tuple[str, str], str]
) -> None:
    line, o = order_lines.c, orders.c
    open_units = (
        coalesce(line.quantity, 0)
        - coalesce(line.shipped_quantity, 0)
        - coalesce(line.cancelled_quantity, 0)
        - coalesce(line.allocated_quantity, 0)
    )
    place = coalesce(line.location, o.location)
    statement = (
        select(o.channel, line.sku, place.label("place"), func.sum(open_units).label("units"))
        .select_from(order_lines.join(orders, line.order_fk == o.id))
        .where(o.shipped_at.is_(None), PLACED, coalesce(VOID, False).is_(False))
        .where(line.status == "backordered", open_units > 0, line.sku.is_not(None))
        .group_by(o.channel, line.sku, "place")
    )
    if asked is not None:
        statement = statement.where(line.sku.in_(asked))
    for channel, sku, location, units in connection.execute(statement, {"now": data.company.now}):
        key = (_own_sku(aliases, channel, sku), location)
        data.backordered[key] = data.backordered.get(key, 0.0) + float(units)


# --- inbound ----------------------------------------------------------------------------------------------------------


def _inbound(connection: Connection, company: Business, only: list[str] | None) -> dict[SkuLocation, list[Inbound]]:
    po, line, receipt = purchase_orders.c, purchase_order_lines.c, receipts.c
    later = (
        select(receipt.purchase_order_line_fk, func.sum(receipt.quantity).label("units"))
        .where(receipt.arrived_at > company.now)
        .group_by(receipt.purchase_order_line_fk)
        .subquery("later")
    )
    outstanding = line.quantity - coalesce(line.received_quantity, 0) + coalesce(later.c.units, 0)
    statement = (
        select(
            line.sku, po.location, po.po_number, po.vendor_key, line.promised_on, func.sum(outstanding).label("units")
        )
        .select_from(
            purchase_order_lines.join(purchase_orders, line.purchase_order_fk == po.id).outerjoin(
                later, later.c.purchase_order_line_fk == line.id
            )
        )
        .where(line.sku.is_not(None), outstanding > 0, or_(po.ordered_at.is_(None), po.ordered_at <= company.now))
        .where(
            or_(
                po.status.is_(None),
                po.status.in_(codes_in(PURCHASE_ORDER_STATUSES, "open")),
                and_(po.status != "cancelled", later.c.units > 0),
            )
        )
        .group_by(line.sku, po.location, po.po_number, po.vendor_key, line.promised_on)
        .order_by(line.promised_on)
    )
    if only is not None:
        statement = statement.where(line.sku.in_(only))
    found: dict[SkuLocation, list[Inbound]] = defaultdict(list)
    for sku, location, number, vendor, promised_on, units in connection.execute(statement):
        found[sku, location].append(Inbound(number, vendor, float(units), promised_on))
    return found


def _read_lead_times(connection: Connection, data: StockData) -> None:
    po, line, today = purchase_orders.c, purchase_order_lines.c, data.company.today
    statement = (
        select(line.sku, po.vendor_key, (line.completed_on - po.ordered_on).label("days"))
        .select_from(purchase_order_lines.join(purchase_orders, line.purchase_order_fk == po.id))
        .where(po.ordered_on >= today - LEAD_TIME_DAYS, line.completed_on <= today, line.completed_on >= po.ordered_on)
    )
    for sku, vendor, days in connection.execute(statement):
        if sku is not None:
            data.lead_times.setdefault(sku, []).append(float(days))
        if vendor is not None:
            data.vendor_lead_times.setdefault(vendor, []).append(float(days))
