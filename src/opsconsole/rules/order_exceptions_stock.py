"""Which SKUs are short and which feeds are stale: rules whose subject is not an order."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.fulfillment import MARKETPLACE_LOCATIONS
from opsconsole.domain.instants import SECOND
from opsconsole.domain.statuses import PURCHASE_ORDER_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import ORDER_ID, line, not_voided, o, own_duty, placed, unshipped
from opsconsole.rules.rule import AT, Moment
from opsconsole.store.schema import (
    feeds,
    locations,
    order_lines,
    orders,
    purchase_order_lines,
    purchase_orders,
    sku_aliases,
    stock_levels,
    vendors,
)

# In the words of the partial index.
LEFT_TO_SHIP = text(
    "order_lines.quantity - coalesce(order_lines.shipped_quantity, 0) - coalesce(order_lines.cancelled_quantity, 0) > 0"
)
_BESIDE = "\x1f"  # stands in no SKU
_NEVER = 2**62  # sorts after every instant
_DONE = ("cancelled", "unavailable", "shipped", "delivered", "returned")


def _greatest(left: Any, right: Any) -> ColumnElement[Any]:
    return case((left > right, left), else_=right)


def _least(left: Any, right: Any) -> ColumnElement[Any]:
    return case((left < right, left), else_=right)


def _key(sku: Any, pool: Any) -> ColumnElement[str]:
    """A pool's key as one value: what is joined by it needs no index that only one of two columns serves."""
    key: ColumnElement[str] = sku + _BESIDE + pool
    return key


def _open_lines(moment: Moment) -> Any:
    """Lines still to be shipped from own stock: SKU by its aliases, quantity left, what of it is allocated.

    It begins with the orders, of which few are open, and fewer ask for some SKUs.
    """
    here, anywhere = sku_aliases.alias("alias_here"), sku_aliases.alias("alias_anywhere")
    sku = coalesce(here.c.sku, anywhere.c.sku, line.sku)
    left = line.quantity - coalesce(line.shipped_quantity, 0) - coalesce(line.cancelled_quantity, 0)
    drop_ship = select(vendors.c.id).where(vendors.c.key == line.vendor_key, vendors.c.kind == "drop_shipper")
    amount = coalesce(line.amount, line.unit_price * line.quantity)
    return (
        select(
            line.id.label("line_fk"),
            o.id.label("order_fk"),
            sku.label("sku"),
            coalesce(line.location, o.location).label("location"),
            left.label("left"),
            case((line.allocated_quantity.is_not(None), _least(line.allocated_quantity, left)), else_=None).label(
                "allocated"
            ),
            (amount * left / func.nullif(line.quantity, 0)).label("value"),
            coalesce(line.currency, o.currency).label("currency"),
            coalesce(line.ship_by, o.ship_by, _NEVER).label("ship_by"),
            coalesce(o.placed_at, _NEVER).label("placed_at"),
        )
        .join_from(orders, order_lines, line.order_fk == ORDER_ID)
        .outerjoin(here, and_(here.c.alias == line.sku, here.c.channel == o.channel))
        .outerjoin(anywhere, and_(anywhere.c.alias == line.sku, anywhere.c.channel == ""))
        .where(
            unshipped(moment),
            not_voided(moment),
            placed(moment),
            own_duty(),
            LEFT_TO_SHIP,
            *_asked_about(sku, moment),
            coalesce(line.status, "").not_in(_DONE),
            or_(line.shipped_at.is_(None), line.shipped_at > moment.now),
            or_(line.requires_shipping.is_(None), line.requires_shipping.is_(True)),
            ~exists(drop_ship),
        )
        .cte("open_lines")
        .prefix_with("MATERIALIZED")
    )


def _asked_about(sku: ColumnElement[str], moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """Lines of the SKUs asked about, of the orders that ask for them."""
    if moment.skus is None:
        return (line.sku.is_not(None),)
    return o.id.in_(select(moment.among.c.id)), sku.in_(select(moment.skus.c.sku))


def skus_of(moment: Moment) -> Select[Any]:
    """Orders still to be shipped, all or those asked about, and the SKUs of their open lines."""
    here, anywhere = sku_aliases.alias("alias_here"), sku_aliases.alias("alias_anywhere")
    mine = () if moment.among is None else (o.id.in_(select(moment.among.c.id)),)
    return (
        select(o.id.label("order_fk"), coalesce(here.c.sku, anywhere.c.sku, line.sku).label("sku"))
        .join_from(orders, order_lines, line.order_fk == ORDER_ID)
        .outerjoin(here, and_(here.c.alias == line.sku, here.c.channel == o.channel))
        .outerjoin(anywhere, and_(anywhere.c.alias == line.sku, anywhere.c.channel == ""))
        .where(unshipped(moment), not_voided(moment), placed(moment), LEFT_TO_SHIP, line.sku.is_not(None), *mine)
    )


def _levels(moment: Moment) -> Any:
    """Newest known stock per SKU and own location."""
    mine = () if moment.skus is None else (stock_levels.c.sku.in_(select(moment.skus.c.sku)),)
    s = stock_levels.c
    theirs = select(locations.c.key).where(locations.c.kind.in_(sorted(MARKETPLACE_LOCATIONS)))
    return (
        select(
            s.sku,
            s.location,
            s.title,
            s.on_hand,
            coalesce(s.allocated, 0).label("allocated"),
            coalesce(s.available, s.on_hand - coalesce(s.allocated, 0) - coalesce(s.held, 0)).label("available"),
            coalesce(s.counted_at, s.source_time).label("as_of"),
        )
        .where(
            s.listed.is_(True),
            coalesce(s.counted_at, s.source_time) <= moment.now,
            or_(s.available.is_not(None), s.on_hand.is_not(None)),
            s.location.not_in(theirs),
            *mine,
        )
        .subquery("levels")
    )


def _pooled(open_lines: Any, levels: Any) -> Any:
    """Open lines per pool.

    A line without a location belongs to the only one that has the SKU; where there are several, all open lines of the
    SKU are held against its stock over all.
    """
    only = (
        select(levels.c.sku, func.min(levels.c.location).label("location"))
        .group_by(levels.c.sku)
        .having(func.count() == 1)
        .cte("only_location")
    )
    columns = [c for c in open_lines.c if c.name != "location"]
    lines = (
        select(*columns, coalesce(open_lines.c.location, only.c.location).label("location"))
        .join_from(open_lines, only, only.c.sku == open_lines.c.sku, isouter=True)
        .cte("placed_lines")
        .prefix_with("MATERIALIZED")
    )
    columns = [c for c in lines.c if c.name != "location"]
    unlocated = select(lines.c.sku).where(lines.c.location.is_(None))
    located = select(*columns, lines.c.location.label("pool")).where(lines.c.location.is_not(None))
    pooled = select(*columns, literal("").label("pool")).where(lines.c.sku.in_(unlocated))
    every: Any = located.union_all(pooled).subquery("every_line")
    keyed = select(every, _key(every.c.sku, every.c.pool).label("key"))
    return keyed.cte("pooled_lines").prefix_with("MATERIALIZED")


def _queue(every: Any, supply: Any) -> Any:
    """Lines of the short pools in the order of their promises, with the unallocated quantity up to and with each."""
    free = every.c.left - coalesce(every.c.allocated, 0)
    turn = (every.c.ship_by, every.c.placed_at, every.c.line_fk)
    over: dict[str, Any] = {"partition_by": every.c.key, "order_by": turn}
    return (
        select(
            every,
            supply.c.reach,
            func.sum(free).over(**over, rows=(None, 0)).label("up_to_here"),
            func.row_number().over(**over).label("turn"),
        )
        .join_from(every, supply, supply.c.key == every.c.key)
        .cte("queue")
        .prefix_with("MATERIALIZED")
    )


def _demand(lines: Any) -> Any:
    """Per pool: open quantity, how much of it says what is allocated to it, and how much is."""
    said = case((lines.c.allocated.is_not(None), lines.c.left), else_=0.0)
    return (
        select(
            lines.c.key,
            func.min(lines.c.pool).label("pool"),
            func.sum(lines.c.left).label("open"),
            func.sum(coalesce(lines.c.allocated, 0.0)).label("allocated"),
            func.sum(lines.c.left - said).label("silent"),
        )
        .group_by(lines.c.key)
        .cte("demand")
        .prefix_with("MATERIALIZED")
    )


def _supply(levels: Any, demand: Any) -> Any:
    """Pools that are short: what is free of their demand exceeds what is available, or that is below zero.

    Begins with the demand, of which there is little. Where lines do not say what is allocated to them, the location's
    own allocation (a platform's "committed") covers them first, or a unit promised once would count twice.
    """
    here = _key(levels.c.sku, levels.c.location)
    at_place = _judged(levels, demand, here == demand.c.key)
    over_all = (
        select(
            levels.c.sku,
            literal("").label("location"),
            func.max(levels.c.title).label("title"),
            func.sum(levels.c.allocated).label("allocated"),
            func.sum(levels.c.available).label("available"),
            func.max(levels.c.as_of).label("as_of"),
        )
        .where(_key(levels.c.sku, "").in_(select(demand.c.key).where(demand.c.pool == "")))
        .group_by(levels.c.sku)
        .subquery("over_all")
    )
    together = _judged(over_all, demand, _key(over_all.c.sku, "") == demand.c.key)
    idle = select(
        here.label("key"),
        levels.c.sku,
        levels.c.location.label("pool"),
        levels.c.title,
        levels.c.as_of,
        levels.c.available,
        literal(0.0).label("unallocated"),
        levels.c.available.label("reach"),
    )
    idle = idle.join_from(levels, demand, demand.c.key == here, isouter=True)
    idle = idle.where(levels.c.available < 0, demand.c.key.is_(None))
    return at_place.union_all(together, idle).cte("supply").prefix_with("MATERIALIZED")


def _judged(stock: Any, demand: Any, same: ColumnElement[bool]) -> Select[Any]:
    spare = _greatest(stock.c.allocated - demand.c.allocated, 0.0)
    covered = _least(spare, demand.c.silent)
    unallocated = demand.c.open - demand.c.allocated - covered
    return (
        select(
            demand.c.key,
            stock.c.sku,
            demand.c.pool,
            stock.c.title,
            stock.c.as_of,
            stock.c.available,
            unallocated.label("unallocated"),
            (stock.c.available + covered).label("reach"),
        )
        .join_from(demand, stock, same)
        .where(or_(unallocated > stock.c.available, and_(stock.c.available < 0, demand.c.pool != "")))
    )


def _short(queue: Any) -> Any:
    """Per short pool the lines that its stock does not reach: how many orders wait, their worth, who is first."""
    return (
        select(
            queue.c.key,
            func.count(queue.c.order_fk.distinct()).label("waiting"),
            func.sum(queue.c.value).label("value"),
            func.min(queue.c.currency).label("currency"),
            func.max(queue.c.currency).label("other_currency"),
            func.min(queue.c.turn).label("turn"),
            func.min(queue.c.placed_at).label("placed_at"),
        )
        .where(queue.c.up_to_here > queue.c.reach)
        .group_by(queue.c.key)
        .cte("short")
        .prefix_with("MATERIALIZED")
    )


def out_of_stock(moment: Moment) -> Select[Any]:
    """SKUs whose open, unallocated quantity exceeds what is available, or whose available is below zero."""
    levels = _levels(moment)
    lines = _pooled(_open_lines(moment), levels)
    supply = _supply(levels, _demand(lines))
    queue = _queue(lines, supply)
    short = _short(queue)
    first = queue.alias("first_in_turn")
    place = case((supply.c.pool == "", None), else_=supply.c.pool)
    one_currency = short.c.currency == short.c.other_currency
    began = _greatest(supply.c.as_of, case((short.c.placed_at < _NEVER, short.c.placed_at), else_=0))
    return (
        select(
            (supply.c.sku + coalesce(AT + place, "")).label("subject"),
            first.c.order_fk.label("order_fk"),
            began.label("opened_at"),
            case((one_currency, short.c.value), else_=None).label("value_at_risk"),
            case((one_currency, short.c.currency), else_=None).label("currency"),
            o.channel.label("channel"),
            place.label("location"),
            coalesce(o.order_number, o.order_id).label("order"),
            o.time_zone.label("zone"),
            supply.c.sku.label("sku"),
            supply.c.title.label("title"),
            supply.c.available.label("available"),
            supply.c.unallocated.label("unallocated"),
            short.c.waiting.label("waiting"),
            case((first.c.ship_by < _NEVER, first.c.ship_by), else_=None).label("ship_by"),
            _next_arrival(supply.c.sku).label("arrives_on"),
        )
        .select_from(supply)
        .outerjoin(short, short.c.key == supply.c.key)
        .outerjoin(first, and_(first.c.key == short.c.key, first.c.turn == short.c.turn))
        .outerjoin(orders, o.id == first.c.order_fk)
    )


def _next_arrival(sku: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first promised day of an open purchase order line of the SKU."""
    p = purchase_order_lines.c
    return (
        select(func.min(p.promised_on))
        .join_from(purchase_order_lines, purchase_orders, purchase_orders.c.id == p.purchase_order_fk)
        .where(
            p.sku == sku,
            p.completed_on.is_(None),
            coalesce(purchase_orders.c.status, "open").in_((*codes_in(PURCHASE_ORDER_STATUSES, "open"),)),
        )
        .scalar_subquery()
    )


def sync_stale(moment: Moment) -> Select[Any]:
    """Feeds whose newest data is older than twice their usual interval."""
    f = feeds.c
    limit = cast(f.usual_interval_seconds, BigInteger) * int(moment.values["intervals"] * SECOND)
    return select(
        case((f.channel == "", f.source), else_=f.source + "/" + f.channel).label("subject"),
        null().label("order_fk"),
        (f.newest_data_at + limit).label("opened_at"),
        null().label("value_at_risk"),
        null().label("currency"),
        case((f.channel == "", None), else_=f.channel).label("channel"),
        null().label("location"),
        f.label.label("feed"),
        f.newest_data_at.label("newest_data_at"),
        f.last_import_at.label("last_import_at"),
        f.usual_interval_seconds.label("interval"),
    ).where(
        f.usual_interval_seconds > 0,
        f.arrivals >= int(moment.values["arrivals"]),
        f.newest_data_at + limit < moment.now,
    )
