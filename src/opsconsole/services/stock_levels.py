"""Stock levels as of a moment: the list, the chips of its conditions, and one SKU at one location."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain import money
from opsconsole.domain.field import Cover, Field, Kind, Total
from opsconsole.domain.listing import Listing, let_go
from opsconsole.domain.wording import day, plural
from opsconsole.rules.stock_conditions import NO_CONDITION, STOCK_CONDITIONS
from opsconsole.rules.stock_policy import StockPolicy, policy_from
from opsconsole.services.business import Business, business, setting
from opsconsole.services.names import location_names
from opsconsole.services.stock_levels_figures import StockItem, make_items, sales_are_known
from opsconsole.services.stock_levels_page import ArithmeticRow, StockPage, StockProjection, make_page
from opsconsole.services.stock_levels_read import StockData, read_stock
from opsconsole.services.stock_movements import movements_of
from opsconsole.store.database import Database
from opsconsole.store.schema import stock_levels

__all__ = [
    "ArithmeticRow",
    "ConditionCount",
    "StockPage",
    "StockProjection",
    "condition_counts",
    "list_proposals",
    "list_stock",
    "stock_overview",
    "stock_page",
]

DECISION = "decision"

CONDITION_LABELS = (
    *((condition.code, condition.label) for condition in STOCK_CONDITIONS.values()),
    (NO_CONDITION, "None"),
)


@dataclass(frozen=True, slots=True)
class ConditionCount:
    """A chip: rows that meet a condition and the money they are about; ``ids`` are the rows of ``list_stock``.

    The first one, ``decision``, is all rows that somebody has to decide about.
    """

    code: str
    label: str
    severity: str | None
    count: int
    amount: int
    currency: str
    ids: tuple[int, ...]


def _loaded(
    connection: Connection, now: int, skus: Sequence[str] | None = None
) -> tuple[Business, StockData, StockPolicy, list[StockItem]]:
    company = business(connection, now)
    policy = policy_from(lambda key, default: setting(connection, key, now, default))
    data = read_stock(connection, company, skus)
    return company, data, policy, make_items(data, policy)


# --- the list ---------------------------------------------------------------------------------------------------------


def list_stock(database: Database, now: int) -> Listing:
    """One row per SKU and location; ids are what ``stock_page`` takes.

    ``cover`` is available by demand per day with the lead time as its mark, ``stockout_on`` the day the dated
    projection reaches zero. ``condition`` is the leading one, ``conditions`` all of them, separated by spaces.
    """
    return stock_overview(database, now)[0]


def stock_overview(database: Database, now: int) -> tuple[Listing, list[ConditionCount]]:
    """The list and its chips from one reading."""
    with database.read() as connection:
        company, data, _, items = _loaded(connection, now)
        names = location_names(connection)
    told = _listing(company, data, items, names), _count_conditions(items, company.base_currency)
    let_go(items)
    let_go(data.levels)
    return told


# What an open proposal shows at first; the other columns of the list stay in reach.
_PROPOSAL_FIELDS = {"sku", "title", "location", "available", "inbound", "stockout_on", "replenish_by", "reorder_point"}
_PROPOSAL_FIELDS |= {"proposal", "proposal_cost", "at_risk", "supplier"}


def list_proposals(database: Database, now: int) -> Listing:
    """The rows of ``list_stock`` that propose to do something, those that cost the most sales first."""
    listing = list_stock(database, now)
    proposals, risks = listing.columns["proposal"], listing.columns["at_risk"]
    kept = [index for index, proposal in enumerate(proposals) if proposal != "None"]
    kept.sort(key=lambda index: -risks[index])
    shown = tuple(replace(field, hidden=field.key not in _PROPOSAL_FIELDS) for field in listing.fields)
    return replace(listing.where(kept), fields=shown, title="Stock proposals", total=len(kept))


def _listing(company: Business, data: StockData, items: Sequence[StockItem], names: dict[str | None, str]) -> Listing:
    columns = {
        "location": [names.get(i.location, i.location) for i in items],
        **_level_columns(items),
        **_plan_columns(items, company.today),
    }
    buy = sum(cost for cost in columns["proposal_cost"] if cost)
    return Listing(
        _fields(company.base_currency, buy),
        columns,
        [i.id for i in items],
        company.now,
        title="Stock levels",
        time_zone=company.time_zone,
        notes=_notes(data, items),
    )


def _level_columns(items: Sequence[StockItem]) -> dict[str, list[Any]]:
    return {
        "sku": [i.sku for i in items],
        "title": [i.title or None for i in items],
        "on_hand": [i.on_hand for i in items],
        "allocated": [i.allocated for i in items],
        "held": [i.held for i in items],
        "available": [i.available for i in items],
        "inbound": [i.inbound for i in items],
        "demand": [i.trend for i in items],
        "per_day": [i.per_day for i in items],
        "stock_value": [round(i.on_hand * i.unit_cost) if i.unit_cost is not None else None for i in items],
        "supplier": [i.supplier or None for i in items],
        "counted_at": [i.counted_at for i in items],
    }


def _plan_columns(items: Sequence[StockItem], today: int) -> dict[str, list[Any]]:
    return {
        "cover": [_cover(i, i.cover) for i in items],
        "cover_with_inbound": [_cover(i, i.cover_with_inbound) for i in items],
        "stockout_on": [None if i.stockout_in is None else today + i.stockout_in for i in items],
        "replenish_by": [None if i.stockout_in is None else today + i.stockout_in - round(i.lead_time) for i in items],
        "lead_time": [i.lead_time for i in items],
        "safety_stock": [i.safety if i.reorder_point is not None else None for i in items],
        "reorder_point": [i.reorder_point for i in items],
        "position": [i.position for i in items],
        "condition": [i.condition for i in items],
        "severity": [STOCK_CONDITIONS[i.conditions[0]].severity if i.conditions else None for i in items],
        "proposal": [i.proposal for i in items],
        "proposal_cost": [round(i.quantity * i.unit_cost) if i.quantity and i.unit_cost else None for i in items],
        "at_risk": [i.at_risk for i in items],
        "conditions": [" ".join(i.conditions) for i in items],
    }


def _cover(item: StockItem, days: float | None) -> Cover | None:
    return None if item.per_day is None else Cover(days, item.lead_time)


def _fields(currency: str, buy: int) -> tuple[Field, ...]:
    amount = Kind.QUANTITY
    return (
        Field("sku", "SKU", Kind.IDENTIFIER, total=Total.COUNT, total_words="SKU-locations"),
        Field("title", "Product", stretch=True, missing="Unnamed"),
        Field("location", "Location"),
        Field("on_hand", "On hand", amount, total=Total.SUM, spare=True),
        Field("allocated", "Allocated", amount, total=Total.SUM, hidden=True, help="Promised to open orders."),
        Field("held", "Held", amount, total=Total.SUM, hidden=True, help="Damaged or blocked."),
        Field("available", "Available", amount, total=Total.SUM, help="On hand − allocated − held."),
        Field("inbound", "Inbound", amount, total=Total.SUM, spare=True,
              help="Open purchase order lines, what has not come yet."),
        Field("demand", "Demand, 28 d", Kind.TREND, spare=True),
        Field("per_day", "Per day", amount, decimals=1, hidden=True, missing="unknown",
              help="Mean of the last 28 days (56 with few days in stock), without days out of stock."),
        Field("cover", "Days of cover", Kind.COVER, missing="unknown", total=Total.MEDIAN,
              help="Available by demand per day; the mark is the lead time."),
        Field("cover_with_inbound", "Cover with inbound", Kind.COVER, missing="unknown", hidden=True),
        Field("stockout_on", "Stock-out", Kind.DATE, missing="Never", estimate=True,
              help="The day the projection with inbound on its dates reaches zero."),
        Field("replenish_by", "Replenish by", Kind.DATE, missing="Never", hidden=True, estimate=True,
              help="Stock-out less lead time."),
        Field("lead_time", "Lead time", amount, unit="d", decimals=0, hidden=True),
        Field("safety_stock", "Safety stock", amount, hidden=True, missing="unknown"),
        Field("reorder_point", "Reorder point", amount, hidden=True, missing="unknown"),
        Field("position", "Position", amount, hidden=True, help="Available + inbound − backordered."),
        Field("condition", "Condition", Kind.STATUS, labels=CONDITION_LABELS, hidden=True),
        Field("severity", "Severity", Kind.SEVERITY, hidden=True, missing="None"),
        Field("proposal", "Proposal", Kind.PROPOSAL,
              total_words=f"Buy for {money.in_words(buy, currency)}" if buy else "Nothing to buy"),
        Field("proposal_cost", "Proposal, cost", Kind.MONEY, currency=currency, hidden=True, total=Total.SUM,
              missing="none"),
        Field("at_risk", "Sales at risk", Kind.MONEY, currency=currency, hidden=True, total=Total.SUM),
        Field("stock_value", "Stock at cost", Kind.MONEY, currency=currency, hidden=True, total=Total.SUM,
              missing="cost unknown"),
        Field("supplier", "Supplier", hidden=True, missing="Unknown"),
        Field("counted_at", "Counted", Kind.INSTANT, hidden=True, missing="unknown"),
        Field("conditions", "All conditions", hidden=True),
    )  # fmt: skip


def _notes(data: StockData, items: Sequence[StockItem]) -> tuple[str, ...]:
    notes = ["Days of cover: available by demand per day. Stock-out: inbound counts on its promised date."]
    newest, yesterday = data.last_sale_on, data.company.due_before - 1
    if newest is None:
        notes.append("No sales in the database: demand is unknown.")
    elif not sales_are_known(data):
        notes.append(f"The newest sale is of {day(newest, year_of=yesterday)}: demand is unknown.")
    elif newest < yesterday:
        notes.append(f"Demand is read to {day(newest)}, the newest day with sales.")
    listed = {item.sku for item in items}
    unknown = {sku for sku, _ in data.daily if sku not in listed}
    if unknown:
        notes.append(f"{plural(len(unknown), 'SKU')} sold in the last weeks without a stock level.")
    return tuple(notes)


# --- chips ------------------------------------------------------------------------------------------------------------


def condition_counts(database: Database, now: int) -> list[ConditionCount]:
    """Chips of the list: what needs a decision, then one per condition; rows that meet several count in each."""
    return stock_overview(database, now)[1]


def _count_conditions(items: Sequence[StockItem], currency: str) -> list[ConditionCount]:
    decisions = {code for code, condition in STOCK_CONDITIONS.items() if condition.decision}
    open_items = [item for item in items if decisions & set(item.conditions)]
    chips = [
        ConditionCount(
            DECISION,
            "Needs a decision",
            None,
            len(open_items),
            sum(item.at_risk for item in open_items),
            currency,
            tuple(item.id for item in open_items),
        )
    ]
    for code, condition in STOCK_CONDITIONS.items():
        met = [item for item in items if code in item.conditions]
        amount = sum(item.amounts[code] for item in met)
        ids = tuple(item.id for item in met)
        chips.append(ConditionCount(code, condition.label, condition.severity, len(met), amount, currency, ids))
    return chips


def stock_page(database: Database, now: int, stock_id: int) -> StockPage:
    """One SKU at one location: projection, why, and the arithmetic of the proposed quantity.

    KeyError when the row is gone (a newer snapshot may have left it out).
    """
    with database.read() as connection:
        sku = connection.execute(select(stock_levels.c.sku).where(stock_levels.c.id == stock_id)).scalar()
        if sku is None:
            raise KeyError(stock_id)
        company, data, policy, items = _loaded(connection, now, [sku])
        names = location_names(connection)
        item = next((one for one in items if one.id == stock_id), None)
        if item is None:
            raise KeyError(stock_id)
        movements = movements_of(connection, company, item.sku, item.location)
    return make_page(company, data, policy, item, names.get(item.location, item.location), movements)
