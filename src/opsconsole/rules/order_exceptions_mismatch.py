"""Where a channel and the warehouse say different things: of an order, or of what can be sold."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.fulfillment import MARKETPLACE, MARKETPLACE_LOCATIONS
from opsconsole.domain.statuses import LISTING_STATUSES, ORDER_STATUSES, codes_in
from opsconsole.rules.order_exceptions_conditions import (
    SHIPPED,
    VOIDED,
    line,
    not_voided,
    o,
    order_subject,
    own_duty,
    placed,
    unshipped,
    value_of_order,
)
from opsconsole.rules.rule import Moment, Row, SubjectKind
from opsconsole.store.schema import batches, listings, locations, orders, sku_aliases, stock_levels, warehouse_orders

w = warehouse_orders.c
listed = listings.c
_NO_WORDS: Any = cast(null(), Text)
_NO_NUMBER: Any = cast(null(), BigInteger)
_NO_QUANTITY: Any = cast(null(), Float)


def channel_mismatch(moment: Moment) -> Select[Any]:
    """Orders, and beside all of them listings, on which channel and warehouse disagree.

    ``subject_kind`` tells the two apart.
    """
    of_orders = _of_orders(moment)
    every: Any = (of_orders if moment.among is not None else union_all(of_orders, _of_listings(moment))).cte("mismatch")
    by_channel, by_warehouse = batches.alias("by_channel"), batches.alias("by_warehouse")
    return (
        select(
            *(column for column in every.c if not column.name.endswith("_batch")),
            coalesce(o.order_number, o.order_id).label("order"),
            o.time_zone.label("zone"),
            by_channel.c.file_name.label("channel_file"),
            by_warehouse.c.file_name.label("warehouse_file"),
        )
        .select_from(every)
        .outerjoin(orders, o.id == every.c.order_fk)
        .outerjoin(by_channel, by_channel.c.id == every.c.channel_batch)
        .outerjoin(by_warehouse, by_warehouse.c.id == every.c.warehouse_batch)
    )


def in_plain_words(rows: Sequence[Row], _moment: Moment) -> list[Row | None]:
    """What both sides say of an order, as people say it."""
    said = ("channel_says", "warehouse_says")
    return [{name: _label(row[name]) for name in said if row[name] is not None} for row in rows]


def _label(code: str) -> str:
    known = ORDER_STATUSES.get(code)
    return known.label.lower() if known else code


# --- orders -----------------------------------------------------------------------------------------------------------


def _happened(at: Any, codes: tuple[str, ...], moment: Moment) -> ColumnElement[bool]:
    """By its date, or where none is given by the status of the warehouse's record."""
    return or_(at <= moment.now, and_(at.is_(None), coalesce(w.status, "").in_(codes)))


def _records(moment: Moment) -> Any:
    """Per order what its warehouses' records come to."""
    cancelled = _happened(w.cancelled_at, VOIDED, moment)
    shipped = and_(_happened(w.shipped_at, SHIPPED, moment), ~coalesce(cancelled, False))
    standing = ~coalesce(cancelled, False)
    count = func.count()
    found = select(
        w.order_fk,
        count.label("records"),
        func.sum(case((shipped, 1), else_=0)).label("shipped"),
        func.sum(case((cancelled, 1), else_=0)).label("cancelled"),
        func.max(case((shipped, w.shipped_at))).label("shipped_at"),
        func.max(case((cancelled, w.cancelled_at))).label("cancelled_at"),
        case((count == func.count(w.quantity), func.sum(case((standing, w.quantity), else_=0.0)))).label("quantity"),
        func.min(w.location).label("location"),
        func.max(w.released_at).label("released_at"),
        func.max(w.source_time).label("source_time"),
        func.max(w.batch_id).label("batch_id"),
    ).group_by(w.order_fk)
    if moment.among is not None:
        found = found.where(w.order_fk.in_(select(moment.among.c.id)))
    return found.cte("records").prefix_with("MATERIALIZED")


def _contradictions(record: Any, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """Left the warehouse but open on the channel; the other way round; stopped in the warehouse alone; it waits."""
    waits = coalesce(unshipped(moment), False)
    left = and_(record.shipped + record.cancelled == record.records, record.shipped > 0, waits)
    stands = and_(record.shipped + record.cancelled < record.records, ~waits)
    return left, stands, and_(record.cancelled == record.records, waits), waits


def _of_orders(moment: Moment) -> Select[Any]:
    records = _records(moment)
    record = records.c
    left, stands, stopped, waits = _contradictions(record, moment)
    wanted = o.quantity_ordered - coalesce(o.quantity_cancelled, 0.0)
    differs = and_(waits, record.shipped == 0, record.quantity != wanted, _one_place(record))
    since = case((left, record.shipped_at), (stands, o.shipped_at), (stopped, record.cancelled_at), else_=null())
    other = case((left, "shipped"), (stopped, "cancelled"), (stands, "not shipped"), else_=_NO_WORDS)
    known = case((stands, coalesce(o.status, "shipped")), else_=coalesce(o.status, "not shipped"))
    counted = and_(~left, ~stands, ~stopped)
    return (
        select(
            order_subject().label("subject"),
            literal(str(SubjectKind.ORDER)).label("subject_kind"),
            o.id.label("order_fk"),
            (since + moment.span("minutes")).label("opened_at"),
            cast(value_of_order(), Float).label("value_at_risk"),
            o.currency.label("currency"),
            o.channel.label("channel"),
            coalesce(record.location, o.location).label("location"),
            _NO_WORDS.label("sku"),
            case((counted, null()), else_=known).label("channel_says"),
            other.label("warehouse_says"),
            case((counted, wanted), else_=_NO_QUANTITY).label("channel_quantity"),
            case((counted, record.quantity), else_=_NO_QUANTITY).label("warehouse_quantity"),
            o.source_time.label("channel_time"),
            record.source_time.label("warehouse_time"),
            since.label("since"),
            o.ship_by.label("ship_by"),
            o.batch_id.label("channel_batch"),
            record.batch_id.label("warehouse_batch"),
        )
        .join_from(records, orders, o.id == record.order_fk)
        .where(
            or_(and_(or_(left, stands, stopped), or_(since.is_(None), since < moment.ago("minutes"))), differs),
            not_voided(moment),
            placed(moment),
            own_duty(),
        )
    )


def _one_place(record: Any) -> ColumnElement[bool]:
    """The warehouse has all of the order: its quantities can be held against the channel's."""
    elsewhere = exists(
        select(line.id).where(
            line.order_fk == o.id,
            or_(line.vendor_key.is_not(None), line.requires_shipping.is_(False), line.location != record.location),
        )
    )
    return and_(record.records == 1, coalesce(o.location, record.location) == record.location, ~elsewhere)


def mismatch_clock(moment: Moment, since: int) -> Select[Any]:
    """Orders that one side shipped or cancelled as long ago as the other side's word may take."""
    late = moment.span("minutes")
    first, last = since - late, moment.now - late
    shipped = select(w.order_fk.label("id")).where(w.shipped_at >= first, w.shipped_at < last)
    cancelled = select(w.order_fk.label("id")).where(w.cancelled_at >= first, w.cancelled_at < last)
    by_channel = (
        select(o.id)
        .join_from(warehouse_orders, orders, o.id == w.order_fk)
        .where(w.cancelled_at.is_(None), w.shipped_at.is_(None), o.shipped_at >= first, o.shipped_at < last)
    )
    every = shipped.union(cancelled, by_channel).subquery("said")
    return select(every.c.id)


# --- listings ---------------------------------------------------------------------------------------------------------


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


def _offered(moment: Moment) -> Any:
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


def _of_listings(moment: Moment) -> Select[Any]:
    stock = _offered(moment)
    sellable = case((stock.c.available > 0, stock.c.available), else_=0.0)
    more = listed.quantity - sellable
    apart, larger = func.abs(more), case((more > 0, listed.quantity), else_=sellable)
    newer = case((stock.c.as_of > listed.source_time, stock.c.as_of), else_=listed.source_time)
    return (
        select(
            (listed.channel + "/" + listed.sku).label("subject"),
            literal(str(SubjectKind.LISTING)).label("subject_kind"),
            _NO_NUMBER.label("order_fk"),
            newer.label("opened_at"),
            cast(apart * listed.price, Float).label("value_at_risk"),
            listed.currency.label("currency"),
            listed.channel.label("channel"),
            listed.location.label("location"),
            stock.c.sku.label("sku"),
            _NO_WORDS.label("channel_says"),
            _NO_WORDS.label("warehouse_says"),
            listed.quantity.label("channel_quantity"),
            stock.c.available.label("warehouse_quantity"),
            listed.source_time.label("channel_time"),
            stock.c.as_of.label("warehouse_time"),
            _NO_NUMBER.label("since"),
            _NO_NUMBER.label("ship_by"),
            listed.batch_id.label("channel_batch"),
            stock.c.batch_id.label("warehouse_batch"),
        )
        .join_from(stock, listings, listed.id == stock.c.id)
        .where(
            apart >= 1,
            apart * 100.0 > larger * moment.values["percent"],
            func.abs(stock.c.as_of - listed.source_time) <= moment.span("apart"),
        )
    )
