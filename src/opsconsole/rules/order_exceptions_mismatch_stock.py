"""Where a channel and the warehouse say different things of what can be sold: its listings, and its stock reports."""

from typing import Any

from sqlalchemy import BigInteger, Float, Select, Text, and_, case, cast, func, literal, null, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.fulfillment import MARKETPLACE, MARKETPLACE_LOCATIONS
from opsconsole.domain.statuses import LISTING_STATUSES, codes_in
from opsconsole.rules.rule import Moment, SubjectKind
from opsconsole.store import dialect
from opsconsole.store.schema import listings, locations, products, sku_aliases, snapshots, stock_levels, stock_reports

listed = listings.c
NO_WORDS: Any = cast(null(), Text)
NO_NUMBER: Any = cast(null(), BigInteger)


def _levels(moment: Moment) -> Any:
    """Newest known stock per SKU and own location."""
    s = stock_levels.c
    theirs = select(locations.c.key).where(locations.c.kind.in_(sorted(MARKETPLACE_LOCATIONS)))
    as_of = coalesce(s.counted_at, s.source_time)
    return (
        select(
            s.sku,
            s.location,
            coalesce(s.available, s.on_hand - coalesce(s.allocated, 0) - coalesce(s.held, 0)).label("available"),
            as_of.label("as_of"),
            s.batch_id,
        )
        .where(
            s.listed.is_(True),
            as_of <= moment.now,
            or_(s.available.is_not(None), s.on_hand.is_not(None)),
            s.location.not_in(theirs),
        )
        .cte("levels")
        .prefix_with("MATERIALIZED")
    )


def offered(moment: Moment) -> Any:
    """Per listing the SKU it sells and the stock that stands behind it."""
    here, anywhere = sku_aliases.alias("alias_here"), sku_aliases.alias("alias_anywhere")
    levels = _levels(moment)
    sku = coalesce(here.c.sku, anywhere.c.sku, listed.sku)
    return (
        select(
            listed.id,
            sku.label("sku"),
            func.sum(levels.c.available).label("available"),
            func.min(levels.c.as_of).label("as_of"),
            func.max(levels.c.batch_id).label("batch_id"),
        )
        .select_from(listings)
        .outerjoin(here, and_(here.c.alias == listed.sku, here.c.channel == listed.channel))
        .outerjoin(anywhere, and_(anywhere.c.alias == listed.sku, anywhere.c.channel == ""))
        .join(levels, and_(levels.c.sku == sku, or_(listed.location.is_(None), levels.c.location == listed.location)))
        .where(
            listed.listed.is_(True),
            listed.quantity.is_not(None),
            listed.source_time <= moment.now,
            or_(listed.status.is_(None), listed.status.in_(codes_in(LISTING_STATUSES, "sold"))),
            func.lower(coalesce(listed.fulfilled_by, "")).not_in(sorted(MARKETPLACE)),
        )
        .group_by(listed.id, sku)
        .cte("offered")
        .prefix_with("MATERIALIZED")
    )


def of_listings(moment: Moment) -> Select[Any]:
    """Listings that offer more, or less, than the stock behind them."""
    stock = offered(moment)
    sellable = case((stock.c.available > 0, stock.c.available), else_=0.0)
    more = listed.quantity - sellable
    apart, larger = func.abs(more), case((more > 0, listed.quantity), else_=sellable)
    newer = case((stock.c.as_of > listed.source_time, stock.c.as_of), else_=listed.source_time)
    return (
        select(
            (listed.channel + "/" + listed.sku).label("subject"),
            literal(str(SubjectKind.LISTING)).label("subject_kind"),
            NO_NUMBER.label("order_fk"),
            newer.label("opened_at"),
            cast(apart * listed.price, Float).label("value_at_risk"),
            listed.currency.label("currency"),
            listed.channel.label("channel"),
            listed.location.label("location"),
            stock.c.sku.label("sku"),
            NO_WORDS.label("channel_says"),
            NO_WORDS.label("warehouse_says"),
            listed.quantity.label("channel_quantity"),
            stock.c.available.label("warehouse_quantity"),
            coalesce(_origin("quantity", 0), listed.source_time).label("channel_time"),
            stock.c.as_of.label("warehouse_time"),
            NO_NUMBER.label("since"),
            NO_NUMBER.label("ship_by"),
            coalesce(_origin("quantity", 1), listed.batch_id).label("channel_batch"),
            stock.c.batch_id.label("warehouse_batch"),
        )
        .join_from(stock, listings, listed.id == stock.c.id)
        .where(
            apart >= 1,
            apart * 100.0 > larger * moment.values["percent"],
            func.abs(stock.c.as_of - listed.source_time) <= moment.span("apart"),
        )
    )


def _origin(name: str, part: int) -> Any:
    return dialect.value_origin(listed.field_sources_json, name, part)


# --- stock reports ----------------------------------------------------------------------------------------------------


def told_twice(moment: Moment) -> Any:
    """Per SKU and location what a channel's feed and the warehouse's said last, where both list it."""
    theirs, ours = _newest("channel", moment), _newest("warehouse", moment)
    both = and_(theirs.c.available.is_not(None), ours.c.available.is_not(None))
    return (
        select(
            theirs.c.sku,
            theirs.c.location,
            theirs.c.channel,
            case((both, theirs.c.available), else_=theirs.c.on_hand).label("channel_quantity"),
            case((both, ours.c.available), else_=ours.c.on_hand).label("warehouse_quantity"),
            theirs.c.source_time.label("channel_time"),
            ours.c.source_time.label("warehouse_time"),
            theirs.c.batch_id.label("channel_batch"),
            ours.c.batch_id.label("warehouse_batch"),
        )
        .join_from(theirs, ours, and_(ours.c.sku == theirs.c.sku, ours.c.location == theirs.c.location))
        .where(or_(both, and_(theirs.c.on_hand.is_not(None), ours.c.on_hand.is_not(None))))
        .cte("told_twice")
        .prefix_with("MATERIALIZED")
    )


def _newest(told_by: str, moment: Moment) -> Any:
    """Per SKU and location the newest report of one side that its feed's newest snapshot still lists."""
    r = stock_reports.c
    place = func.row_number().over(
        partition_by=(r.sku, r.location), order_by=(r.source_time.desc(), r.batch_id.desc(), r.source)
    )
    numbered = (
        select(r.sku, r.location, r.channel, r.on_hand, r.available, r.source_time, r.batch_id, place.label("place"))
        .join_from(
            stock_reports,
            snapshots,
            and_(
                snapshots.c.source == r.source,
                snapshots.c.channel == r.channel,
                snapshots.c.location == r.location,
                snapshots.c.source_time <= r.source_time,
            ),
        )
        .where(r.told_by == told_by, r.source_time <= moment.now)
        .subquery()
    )
    return select(numbered).where(numbered.c.place == 1).cte(f"{told_by}_reports").prefix_with("MATERIALIZED")


def of_stock(moment: Moment) -> Select[Any]:
    """SKUs at locations of which a channel's stock report and the warehouse's say different quantities."""
    told = told_twice(moment).c
    apart = func.abs(told.channel_quantity - told.warehouse_quantity)
    larger = case(
        (told.channel_quantity > told.warehouse_quantity, told.channel_quantity), else_=told.warehouse_quantity
    )
    newer = case((told.warehouse_time > told.channel_time, told.warehouse_time), else_=told.channel_time)
    return (
        select(
            (told.sku + " @ " + told.location).label("subject"),
            literal(str(SubjectKind.SKU)).label("subject_kind"),
            NO_NUMBER.label("order_fk"),
            newer.label("opened_at"),
            cast(apart * coalesce(products.c.unit_cost, products.c.list_price), Float).label("value_at_risk"),
            products.c.currency.label("currency"),
            case((told.channel == "", null()), else_=told.channel).label("channel"),
            told.location.label("location"),
            told.sku.label("sku"),
            NO_WORDS.label("channel_says"),
            NO_WORDS.label("warehouse_says"),
            told.channel_quantity,
            told.warehouse_quantity,
            told.channel_time,
            told.warehouse_time,
            NO_NUMBER.label("since"),
            NO_NUMBER.label("ship_by"),
            told.channel_batch,
            told.warehouse_batch,
        )
        .outerjoin(products, products.c.sku == told.sku)
        .where(
            apart >= 1,
            apart * 100.0 > larger * moment.values["percent"],
            func.abs(told.warehouse_time - told.channel_time) <= moment.span("apart"),
        )
    )
