"""Orders whose history cannot have been: kept as the files say, and listed, so that somebody can ask why."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import ORDER_STATUSES, labels
from opsconsole.store.database import Database
from opsconsole.store.schema import orders

_PLACED, _PAID = orders.c.placed_at, orders.c.paid_at
_SHIPPED, _DELIVERED = orders.c.first_shipped_at, orders.c.delivered_at

# What must hold of an order, by the words for its opposite.
CONTRADICTIONS: Mapping[str, ColumnElement[bool]] = {
    "Shipped before it was paid": _PAID > _SHIPPED,
    "Shipped before it was placed": _PLACED > _SHIPPED,
    "Delivered before it was shipped": _SHIPPED > _DELIVERED,
    "Delivered before it was placed": _PLACED > _DELIVERED,
    "Delivered without a date": and_(orders.c.status == "delivered", _DELIVERED.is_(None)),
    "Cancelled, yet delivered": and_(orders.c.status == "cancelled", _DELIVERED.is_not(None)),
}

_FIELDS = (
    Field("contradiction", "What cannot be", stretch=True, group="contradiction"),
    Field("order", "Order", Kind.IDENTIFIER),
    Field("channel", "Channel", Kind.IDENTIFIER),
    Field("status", "Status", Kind.STATUS, labels=labels(ORDER_STATUSES), missing="Unknown"),
    Field("placed_at", "Placed", Kind.INSTANT, missing="Unknown"),
    Field("paid_at", "Paid", Kind.INSTANT, missing="Not paid"),
    Field("shipped_at", "Shipped", Kind.INSTANT, missing="Not shipped"),
    Field("delivered_at", "Delivered", Kind.INSTANT, missing="No date"),
    Field("total", "Total", Kind.MONEY, currency="currency", total=Total.SUM, missing="unknown"),
    Field("currency", "Currency", hidden=True),
)


def impossible_histories(database: Database, now: int) -> Listing:
    """Orders placed by ``now`` with contradicting facts, one row per order and contradiction; ids are both."""
    rows: list[dict[str, Any]] = []
    known = [orders.c[name] for name in ("id", "order_id", "channel", "status", "placed_at", "paid_at")]
    more = [_SHIPPED.label("shipped_at"), _DELIVERED.label("delivered_at"), orders.c.total, orders.c.currency]
    with database.read() as conn:
        for words, contradiction in CONTRADICTIONS.items():
            statement = (
                select(*known, *more)
                .where(contradiction, orders.c.stub.is_(None), orders.c.placed_at <= now)
                .order_by(orders.c.placed_at, orders.c.id)
            )
            for row in conn.execute(statement).mappings():
                rows.append({**row, "order": row["order_id"], "contradiction": words, "key": f"{row['id']}:{words}"})
    note = "Nothing was changed or left out: files are kept as they say."
    return from_rows(_FIELDS, rows, id_key="key", as_of=now, title="Impossible histories", notes=(note,))
