"""One SKU at one location: where its stock is going, why it is shown, and how the proposed quantity comes about."""

import math
from dataclasses import dataclass

from opsconsole.domain import money
from opsconsole.domain.instants import day_of
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import count, day, plural
from opsconsole.planning import cover, replenishment
from opsconsole.planning.cover import Receipt
from opsconsole.rules.stock_conditions import NO_CONDITION, STOCK_CONDITIONS
from opsconsole.rules.stock_policy import StockPolicy
from opsconsole.services.business import Business
from opsconsole.services.stock_levels_figures import StockItem
from opsconsole.services.stock_levels_read import StockData

PAST_DAYS = 14
FUTURE_DAYS = 36
# Four of five outcomes lie within ± this many standard deviations.
EIGHTY_PERCENT = 1.2816


@dataclass(frozen=True, slots=True)
class StockProjection:
    """Units over time; days are local dates.

    ``past`` are the last counts; ``days`` begin today. ``expected`` counts what is ordered, ``with_proposal`` also the
    proposed quantity (None without one); ``low`` and ``high`` are the 80 % range around the one that is drawn.
    ``receipts`` are (day, units, ordered): False is the proposal. ``moved`` is what came and went on past days.
    """

    past: tuple[tuple[int, float], ...]
    days: tuple[int, ...]
    expected: tuple[float, ...]
    with_proposal: tuple[float, ...] | None
    low: tuple[float, ...]
    high: tuple[float, ...]
    receipts: tuple[tuple[int, float, bool], ...]
    moved: tuple[tuple[int, float], ...]
    today: int
    stockout_on: int | None
    reorder_point: int | None
    safety: int


@dataclass(frozen=True, slots=True)
class ArithmeticRow:
    """A line of the arithmetic: ``Reorder point``, ``18.4 a day × 21 days + 116``, ``503``; ``answer`` is the last."""

    label: str
    formula: str
    result: str
    answer: bool = False


@dataclass(frozen=True, slots=True)
class StockPage:
    """What the panel shows of a stock row; sentences of ``why`` and ``notes`` mark values ``**like this**``."""

    id: int
    sku: str
    title: str
    location: str
    condition: str
    condition_label: str
    severity: str | None
    facts: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    arithmetic: tuple[ArithmeticRow, ...]
    proposal: str
    proposal_quantity: float
    notes: tuple[str, ...]
    projection: StockProjection | None
    inbound: tuple[tuple[str, float, int | None, bool], ...]
    as_of: int
    movements: Listing


def make_page(
    company: Business, data: StockData, policy: StockPolicy, item: StockItem, location: str, movements: Listing
) -> StockPage:
    """The page of an item; ``inbound`` lists PO number, units, promised date and whether that is over."""
    condition = STOCK_CONDITIONS.get(item.condition)
    return StockPage(
        item.id,
        item.sku,
        item.title,
        location,
        item.condition,
        "In order" if item.condition == NO_CONDITION or condition is None else condition.label,
        None if condition is None else condition.severity,
        _facts(item),
        _why(company, policy, item),
        _arithmetic(policy, item),
        item.proposal,
        item.quantity,
        _notes(company, policy, item),
        _projection(company, data, item, movements) if item.per_day is not None else None,
        tuple(
            (r.po_number, r.quantity, r.promised_on, r.promised_on is not None and r.promised_on < company.due_before)
            for r in item.receipts
        ),
        company.now,
        movements,
    )


def _facts(item: StockItem) -> tuple[tuple[str, str], ...]:
    cover_words = "unknown" if item.per_day is None else ("no end" if item.cover is None else f"{item.cover:.1f} days")
    return (
        ("On hand", count(item.on_hand)),
        ("Allocated", count(item.allocated)),
        ("Held", count(item.held)),
        ("Available", count(item.available)),
        ("Inbound", count(item.inbound)),
        ("Demand per day", "unknown" if item.per_day is None else f"{item.per_day:.1f}"),
        ("Days of cover", cover_words),
    )


# --- why --------------------------------------------------------------------------------------------------------------


def _why(company: Business, policy: StockPolicy, item: StockItem) -> tuple[str, ...]:
    today = company.today
    lines: list[str] = []
    if item.per_day is None:
        lines.append("Demand is **unknown**: no day of the last eight weeks says anything about it.")
    elif item.per_day > 0 and item.reorder_point is not None:
        under = "at or under" if item.position <= item.reorder_point else "over"
        lines.append(f"Position **{count(item.position)}** is {under} the reorder point **{item.reorder_point:,}**.")
        lines.append(_runs_out(today, item))
    else:
        lines.append(f"No demand in the last {item.demand_window or 56} days.")
    if item.late_inbound:
        late = [r for r in item.receipts if r.promised_on is not None and r.promised_on < company.due_before]
        days_late = max(today - (r.promised_on or today) for r in late)
        numbers = ", ".join(dict.fromkeys(r.po_number for r in late))
        lines.append(
            f"**{count(item.late_inbound)}** inbound on {numbers} are **{plural(days_late, 'day')}** late; they count "
            "once they have a new date."
        )
    if item.at_risk > 0:
        lines.append(
            f"Gap **{plural(round(item.gap), 'day')}**: **{money.in_words(item.at_risk, company.base_currency)}** of "
            "sales at risk."
        )
    if "overstock" in item.conditions:
        lines.append(f"**{count(round(item.excess))}** units are more than {count(policy.excess)} days of demand.")
    if "aged" in item.conditions:
        last = item.days_since_sale
        lines.append("It was never sold." if last is None else f"Last sale **{count(last)}** days ago.")
    return tuple(line for line in lines if line)


def _runs_out(today: int, item: StockItem) -> str:
    if item.stockout_in is None:
        return ""
    if item.stockout_in == 0:
        return f"It is **out now**; an order placed today arrives in **{round(item.lead_time)} days**."
    out_on, order_by = today + item.stockout_in, today + item.stockout_in - round(item.lead_time)
    if item.stockout_in > 365:
        return "Stock lasts for more than a year."
    verb = "should have been ordered by" if order_by < today else "has to be ordered by"
    if item.reorder_point is not None and item.position > item.reorder_point and order_by >= today:
        return f"Stock runs out on **{day(out_on)}**; the lead time is **{round(item.lead_time)} days**."
    return (
        f"Stock runs out on **{day(out_on)}**; lead time is **{round(item.lead_time)} days**, so it {verb} "
        f"**{day(order_by)}**."
    )


# --- the arithmetic ---------------------------------------------------------------------------------------------------


def _arithmetic(policy: StockPolicy, item: StockItem) -> tuple[ArithmeticRow, ...]:
    if item.per_day is None or item.reorder_point is None or item.order_up_to is None:
        return ()
    rate, lead = f"{item.per_day:.1f}", f"{item.lead_time:.3g}"
    z = replenishment.safety_factor(policy.service_level)
    span = f"{item.lead_time + policy.order_cycle:.3g}"
    rows = [
        ArithmeticRow(
            "Safety stock",
            f"{z:.2f} × √({lead} × {item.deviation:.1f}² + {rate}² × {item.lead_deviation:.1f}²)",
            f"{item.safety:,}",
        ),
        ArithmeticRow("Reorder point", f"{rate} a day × {lead} days + {item.safety:,}", f"{item.reorder_point:,}"),
        ArithmeticRow("Order up to", f"{rate} a day × {span} days + {item.safety:,}", f"{item.order_up_to:,}"),
        ArithmeticRow("Position", _position_words(item), count(item.position)),
    ]
    needed = item.order_up_to - item.position
    if item.quantity > 0:
        rows.append(ArithmeticRow("Needed", f"{item.order_up_to:,} − {count(item.position)}", count(needed)))
        rows.append(ArithmeticRow("Buy", _pack_words(item), count(item.quantity), answer=True))
    else:
        rows.append(ArithmeticRow("Buy", "position is over the reorder point", "0", answer=True))
    return tuple(rows)


def _position_words(item: StockItem) -> str:
    text = f"{count(item.available)} available + {count(item.inbound)} inbound"
    return f"{text} − {count(item.backordered)} backordered" if item.backordered else text


def _pack_words(item: StockItem) -> str:
    parts = []
    if item.pack > 1:
        parts.append(f"{plural(round(item.quantity / item.pack), 'pack')} of {count(item.pack)}")
    if item.minimum > 1:
        parts.append(f"minimum {count(item.minimum)}")
    return ", ".join(parts) or "no pack size, no minimum"


def _notes(company: Business, policy: StockPolicy, item: StockItem) -> tuple[str, ...]:
    notes = []
    if item.per_day is not None:
        notes.append(
            f"Demand: mean of {plural(item.demand_days, 'day')} in stock of the last {item.demand_window}. Service "
            f"level {policy.service_level:.0%}. Lead time {item.lead_basis}."
        )
    if item.quantity and item.unit_cost is not None:
        each = money.in_words(round(item.unit_cost), company.base_currency)
        total = money.in_words(round(item.quantity * item.unit_cost), company.base_currency)
        arrives = day(company.today + math.ceil(item.lead_time))
        source = f"{item.supplier}, " if item.supplier else ""
        notes.append(f"{source}{each} each, {total} in all, arrives {arrives}.")
    return tuple(notes)


# --- the projection ---------------------------------------------------------------------------------------------------


def _projection(company: Business, data: StockData, item: StockItem, movements: Listing) -> StockProjection:
    today = company.today
    per_day = item.per_day or 0.0
    ordered = item.dated(today)
    arrives = math.ceil(item.lead_time)
    span = max(FUTURE_DAYS, arrives + 8) if item.quantity else FUTURE_DAYS
    expected = cover.projection(item.available, per_day, ordered, span)
    proposed = None
    if item.quantity:
        proposed = cover.projection(item.available, per_day, [*ordered, Receipt(arrives, item.quantity)], span)
    drawn = proposed or expected
    spread = [EIGHTY_PERCENT * item.deviation * math.sqrt(step) for step in range(span)]
    past = tuple(
        (at, float(available))
        for at, _, available in data.history.get((item.sku, item.location), ())
        if available is not None and today - PAST_DAYS <= at < today
    )
    receipts = [(today + r.in_days, r.quantity, True) for r in ordered if r.in_days < span]
    if item.quantity:
        receipts.append((today + arrives, item.quantity, False))
    return StockProjection(
        past,
        tuple(range(today, today + span)),
        tuple(expected),
        None if proposed is None else tuple(proposed),
        tuple(max(0.0, units - wide) for units, wide in zip(drawn, spread, strict=True)),
        tuple(units + wide for units, wide in zip(drawn, spread, strict=True)),
        tuple(receipts),
        _moved(movements, today),
        today,
        None if item.stockout_in is None else today + item.stockout_in,
        item.reorder_point,
        item.safety,
    )


def _moved(movements: Listing, today: int) -> tuple[tuple[int, float], ...]:
    """Per day of the past shown what came less what went; days on which that is nothing are left out."""
    sums: dict[int, float] = {}
    for moved_at, quantity in zip(movements.columns["moved_at"], movements.columns["quantity"], strict=True):
        if moved_at is not None and quantity is not None:
            on = day_of(moved_at, movements.time_zone)
            sums[on] = sums.get(on, 0.0) + quantity
    return tuple((on, units) for on, units in sorted(sums.items()) if units and today - PAST_DAYS <= on <= today)
