"""What a dry run would change: rows inside its transaction compared with those outside."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from opsconsole.domain import money, wording
from opsconsole.domain.instants import day_to_date
from opsconsole.imports.records import KINDS, RecordKind, Type
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.services.import_report import Sample
from opsconsole.store import dialect
from opsconsole.store.schema import metadata, orders, purchase_orders

_PER_KIND = 5
_FIELDS_PER_ROW = 6


def samples(inside: Connection, outside: Connection, batch_id: int, kinds: Sequence[str]) -> list[Sample]:
    """A few new and changed rows of each kind that the batch wrote; ``outside`` sees the database without it."""
    found: list[Sample] = []
    for key in kinds:
        kind = KINDS[key]
        table = metadata.tables[kind.table]
        new, changed = _touched(inside, outside, table, batch_id)
        found += [Sample(kind.label, subject(inside, kind, row)) for row in _rows(inside, table, new[:_PER_KIND])]
        before = {row["id"]: row for row in _rows(outside, table, changed[:_PER_KIND])}
        for row in _rows(inside, table, changed[:_PER_KIND]):
            found += differences(inside, kind, before[row["id"]], row)
    return found


def _touched(inside: Connection, outside: Connection, table: Table, batch_id: int) -> tuple[list[int], list[int]]:
    """Ids of rows that are new, and of those whose values changed."""
    versions = inside.execute(select(table.c.id, table.c.version).where(table.c.batch_id == batch_id)).all()
    with dialect.id_set(outside, [row[0] for row in versions]) as ids:
        statement = select(table.c.id, table.c.version).select_from(ids.join(table, table.c.id == ids.c.id))
        before = dict(outside.execute(statement).all())
    new = [row_id for row_id, _ in versions if row_id not in before]
    changed = [row_id for row_id, version in versions if before.get(row_id, version) != version]
    return new, changed


def _rows(conn: Connection, table: Table, ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = conn.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)).mappings().all()
    return [dict(row) for row in rows]


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
        word = name.removesuffix("_id").replace("_", " ")
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
            texts = [_text(value, of, after.get("currency")) for value in (old, new)]
            changed.append(Sample(kind.label, about, name.replace("_", " "), *texts))
    return changed[:_FIELDS_PER_ROW]


def _text(value: Any, of: Type, currency: str | None) -> str:
    if value is None:
        return "nothing"
    if of is Type.INSTANT:
        return f"{wording.instant(value, year_of=None)} UTC"
    if of is Type.DAY:
        return day_to_date(value).isoformat()
    if of is Type.MONEY:
        return money.in_words(value, currency or "")
    if of is Type.PRICE_E4:
        return f"{value / 10_000:,.4f}"
    return wording.count(value) if isinstance(value, float) else str(value)
