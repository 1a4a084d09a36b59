"""Where a channel and the warehouse say different things: of an order, or of what can be sold."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
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
    union_all,
)
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.statuses import ORDER_STATUSES
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
from opsconsole.rules.order_exceptions_mismatch_stock import NO_WORDS, of_listings, of_stock
from opsconsole.rules.rule import Moment, Row, SubjectKind
from opsconsole.store import dialect
from opsconsole.store.schema import batches, orders, warehouse_orders

w = warehouse_orders.c
# Whose word an order's status is: another file may have told its other values later.
ORDER_TIME: Any = coalesce(dialect.value_origin(o.field_sources_json, "status", 0), o.source_time)
ORDER_BATCH: Any = coalesce(dialect.value_origin(o.field_sources_json, "status", 1), o.batch_id)
_NO_QUANTITY: Any = cast(null(), Float)


def channel_mismatch(moment: Moment) -> Select[Any]:
    """Orders, and beside all of them listings and stock, on which channel and warehouse disagree.

    ``subject_kind`` tells them apart.
    """
    of_orders = _of_orders(moment)
    parts = (of_orders,) if moment.among is not None else (of_orders, of_listings(moment), of_stock(moment))
    every: Any = union_all(*parts).cte("mismatch")
    by_channel, by_warehouse = batches.alias("by_channel"), batches.alias("by_warehouse")
    return (
        select(
            *(column for column in every.c if not column.name.endswith("_batch")),
            coalesce(o.order_number, o.order_id).label("order"),
            o.time_zone.label("zone"),
            by_channel.c.file_name.label("channel_file"),
            by_warehouse.c.file_name.label("warehouse_file"),
            every.c.channel_batch.label("_channel_batch"),
            every.c.warehouse_batch.label("_warehouse_batch"),
        )
        .select_from(every)
        .outerjoin(orders, o.id == every.c.order_fk)
        .outerjoin(by_channel, by_channel.c.id == every.c.channel_batch)
        .outerjoin(by_warehouse, by_warehouse.c.id == every.c.warehouse_batch)
    )


def in_plain_words(rows: Sequence[Row], _moment: Moment) -> list[Row | None]:
    """What both sides say of an order, as people say it."""
    said = ("channel_says", "warehouse_says")
    return [{name: status_word(row[name]) for name in said if row[name] is not None} for row in rows]


def status_word(code: str) -> str:
    """What people call an order's status in a sentence."""
    known = ORDER_STATUSES.get(code)
    return known.label.lower() if known else code


# --- orders -----------------------------------------------------------------------------------------------------------


def _happened(at: Any, codes: tuple[str, ...], moment: Moment) -> ColumnElement[bool]:
    """By its date, or where none is given by the status of the warehouse's record."""
    return or_(at <= moment.now, and_(at.is_(None), coalesce(w.status, "").in_(codes)))


def records_of(moment: Moment) -> Any:
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
        func.max(coalesce(dialect.value_origin(w.field_sources_json, "status", 0), w.source_time)).label("source_time"),
        func.max(coalesce(dialect.value_origin(w.field_sources_json, "status", 1), w.batch_id)).label("batch_id"),
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
    records = records_of(moment)
    record = records.c
    left, stands, stopped, waits = _contradictions(record, moment)
    wanted = o.quantity_ordered - coalesce(o.quantity_cancelled, 0.0)
    differs = and_(waits, record.shipped == 0, record.quantity != wanted, _one_place(record))
    since = case((left, record.shipped_at), (stands, o.shipped_at), (stopped, record.cancelled_at), else_=null())
    other = case((left, "shipped"), (stopped, "cancelled"), (stands, "not shipped"), else_=NO_WORDS)
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
            NO_WORDS.label("sku"),
            case((counted, null()), else_=known).label("channel_says"),
            other.label("warehouse_says"),
            case((counted, wanted), else_=_NO_QUANTITY).label("channel_quantity"),
            case((counted, record.quantity), else_=_NO_QUANTITY).label("warehouse_quantity"),
            ORDER_TIME.label("channel_time"),
            record.source_time.label("warehouse_time"),
            since.label("since"),
            o.ship_by.label("ship_by"),
            ORDER_BATCH.label("channel_batch"),
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
    silent = exists(select(w.id).where(w.order_fk == o.id, w.cancelled_at.is_(None), w.shipped_at.is_(None)))
    by_channel = select(o.id).where(o.shipped_at >= first, o.shipped_at < last, silent)
    every = shipped.union(cancelled, by_channel).subquery("said")
    return select(every.c.id)
