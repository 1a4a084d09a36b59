"""What a dry run would change: rows inside its transaction beside those outside, kind by kind, in sets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select

from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import field_words
from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.writer_batch import WrittenIds
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.services.import_lot import Again
from opsconsole.services.import_report import Sample
from opsconsole.services.import_samples import text_of
from opsconsole.store import dialect
from opsconsole.store.schema import metadata, orders, purchase_orders

NEW, CHANGED, SAME = "new", "changed", "unchanged"
STATES = ((NEW, "New"), (CHANGED, "Changed"), (SAME, "Unchanged"))
EXAMPLES = 5
MOST = 10_000  # rows of a kind and state that are listed; the counts are always right
_IN_SUMMARY = 5

_FIELDS = (
    Field("state", "Would be", Kind.STATUS, labels=STATES),
    Field("kind", "Kind"),
    Field("subject", "What"),
    Field("field", "Field", missing=""),
    Field("old", "Now", missing=""),
    Field("new", "In the file", missing="", stretch=True),
)


@dataclass
class Changes:
    """Rows of the list of changes, column by column; ``left_out`` counts rows beyond those that are listed."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {known.key: [] for known in _FIELDS})
    left_out: int = 0

    def add(self, *values: str | None) -> None:
        """Append a row: state, kind, subject, field, old, new."""
        for known, value in zip(_FIELDS, values, strict=True):
            self.columns[known.key].append(value)

    def __len__(self) -> int:
        return len(self.columns["state"])

    def listing(self, as_of: int) -> Listing:
        """As a list."""
        notes = (f"{self.left_out:,} further records are counted and not listed.",) if self.left_out else ()
        return Listing(_FIELDS, self.columns, range(len(self)), as_of, title="What would change", notes=notes)

    def samples(self) -> list[Sample]:
        """New and changed rows as examples in words."""
        columns = self.columns
        rows = zip(*(columns[key] for key in ("state", "kind", "subject", "field", "old", "new")), strict=True)
        return [
            Sample(kind, subject, field or "", old or "", new or "" if state == CHANGED else "")
            for state, kind, subject, field, old, new in rows
            if state != SAME
        ]


def changes(
    inside: Connection,
    outside: Connection,
    written: Mapping[str, WrittenIds],
    again: Mapping[str, Mapping[int, Again]],
    *,
    most: int = MOST,
    same: bool = True,
) -> Changes:
    """The first ``most`` new, changed and (``same``) unchanged rows of each kind; ``outside`` sees none of it.

    ``again`` are new rows that an earlier file of the lot brings.
    """
    found = Changes()
    for kind in KINDS.values():
        ids = written.get(kind.key)
        if ids is None:
            continue
        table = metadata.tables[kind.table]
        for row in _rows(inside, table, ids.inserted[:most].tolist()):
            before = again.get(kind.key, {}).get(row["id"])
            if before is None:
                found.add(NEW, kind.label, _subject(kind, row), None, None, _summary(kind, row))
            elif same or not before.same:
                state = SAME if before.same else CHANGED
                found.add(
                    state, kind.label, _subject(kind, row), f"by {before.file} of this lot", None, _summary(kind, row)
                )
        earlier = {row["id"]: row for row in _rows(outside, table, ids.updated[:most].tolist())}
        for row in _rows(inside, table, ids.updated[:most].tolist()):
            _differences(found, kind, earlier.get(row["id"], {}), row)
        found.left_out += max(0, len(ids.inserted) - most) + max(0, len(ids.updated) - most)
        if same:
            for row in _rows(inside, table, ids.unchanged[:most].tolist()):
                found.add(SAME, kind.label, _subject(kind, row), None, _summary(kind, row), None)
            found.left_out += max(0, len(ids.unchanged) - most)
    return found


def _rows(conn: Connection, table: Table, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Rows by id with the names of what they belong to."""
    if not ids:
        return []
    columns: list[Any] = list(table.c)
    with dialect.id_set(conn, ids) as wanted:
        source: Any = wanted.join(table, table.c.id == wanted.c.id)
        if "order_fk" in table.c:
            columns.append(orders.c.order_id.label("of_order"))
            source = source.outerjoin(orders, orders.c.id == table.c.order_fk)
        if "purchase_order_fk" in table.c:
            columns.append(purchase_orders.c.po_number.label("of_purchase_order"))
            source = source.outerjoin(purchase_orders, purchase_orders.c.id == table.c.purchase_order_fk)
        statement = select(*columns).select_from(source).order_by(table.c.id)
        return [dict(row) for row in conn.execute(statement).mappings()]


_MADE = re.compile(r"~|[0-9a-f]{16,}-\d+$")
_NAMES = {"document": "document", "sku": "SKU", "location": "location"}  # of records without a key of their own


def _subject(kind: RecordKind, row: Mapping[str, Any]) -> str:
    """``order #1001``, ``order #1001, line MUG-1``."""
    parts = []
    if row.get("of_order") is not None:
        parts.append(f"order {row['of_order']}")
    if row.get("of_purchase_order") is not None:
        parts.append(f"purchase order {row['of_purchase_order']}")
    for name in kind.identity:
        # A key that was made from content tells nobody anything.
        if name in row and name != "channel" and not _MADE.match(str(row[name])):
            parts.append(f"{field_words(name.removesuffix('_id'))} {row[name]}")
    if not parts:
        parts = [f"{words} {row[name]}" for name, words in _NAMES.items() if row.get(name)]
    return ", ".join(parts) or kind.label


def _summary(kind: RecordKind, row: Mapping[str, Any]) -> str:
    """The first values of a row: ``status paid, total 75.60 USD``."""
    parts = []
    for name in filled(kind):
        value = row.get(column_of(kind.key, name))
        if value not in (None, "") and name not in ("currency", "time_zone"):
            parts.append(f"{field_words(name)} {text_of(value, kind.field(name).type, row.get('currency'))}")
        if len(parts) == _IN_SUMMARY:
            break
    return ", ".join(parts)


def _differences(found: Changes, kind: RecordKind, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    subject = _subject(kind, after)
    for name in filled(kind):
        column = column_of(kind.key, name)
        old, new = before.get(column), after.get(column)
        if old != new:
            of = kind.field(name).type
            texts = [text_of(value, of, after.get("currency")) for value in (old, new)]
            found.add(CHANGED, kind.label, subject, field_words(name), *texts)
