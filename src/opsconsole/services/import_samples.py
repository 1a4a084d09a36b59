"""Rows of the database in words: what one is called, and the values in which two states of it differ."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain import money, wording
from opsconsole.domain.instants import day_to_date
from opsconsole.imports.records import RecordKind, Type
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.services.import_report import Sample
from opsconsole.store.schema import orders, purchase_orders

_FIELDS_PER_ROW = 6


def subject(conn: Connection, kind: RecordKind, row: Mapping[str, Any]) -> str:
    """A row in words: ``order #1001``, ``order #1001, line MUG-1``."""
    parts = []
    if row.get("order_fk") is not None:
        known = conn.execute(select(orders.c.order_id).where(orders.c.id == row["order_fk"])).scalar()
        parts.append(f"order {known}")
    if row.get("purchase_order_fk") is not None:
        table = purchase_orders
        known = conn.execute(select(table.c.po_number).where(table.c.id == row["purchase_order_fk"])).scalar()
        parts.append(f"purchase order {known}")
    names = [name for name in kind.identity if name in row and name != "channel"]
    for name in names:
        word = wording.field_words(name.removesuffix("_id"))
        parts.append(f"{word} {row[name]}")
    return ", ".join(parts) or kind.label


def differences(conn: Connection, kind: RecordKind, before: dict[str, Any], after: dict[str, Any]) -> list[Sample]:
    """The values in which two states of a row differ, the first few."""
    about = subject(conn, kind, after)
    changed = []
    for name in filled(kind):
        column = column_of(kind.key, name)
        old, new = before.get(column), after.get(column)
        if old != new:
            of = kind.field(name).type
            texts = [text_of(value, of, after.get("currency")) for value in (old, new)]
            changed.append(Sample(kind.label, about, wording.field_words(name), *texts))
    return changed[:_FIELDS_PER_ROW]


def text_of(value: Any, of: Type, currency: str | None) -> str:
    """A value in the words of its type."""
    if value is None:
        return "nothing"
    if of is Type.INSTANT:
        return f"{wording.instant(value, year_of=0)} UTC"  # files are of any year
    if of is Type.DAY:
        return day_to_date(value).isoformat()
    if of is Type.MONEY:
        return money.in_words(value, currency or "")
    if of is Type.PRICE_E4:
        return f"{value / 10_000:,.4f}"
    return wording.count(value) if isinstance(value, float) else str(value)
