"""What one write of records carries along: the batch, what it has counted, refused and touched so far."""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, select

from opsconsole.domain.progress import Progress
from opsconsole.imports.records import Records
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.rejects import Reject
from opsconsole.imports.row_ids import RowIds
from opsconsole.imports.writer_kept import Forgotten, Kept
from opsconsole.imports.writer_new_facts import Columns
from opsconsole.imports.writer_new_orders import NewOrders
from opsconsole.imports.writer_occurrences import Occurrences
from opsconsole.store import dialect, schema


@dataclass(slots=True)
class Counts:
    """Records of one kind by what became of them."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class WrittenIds:
    """Ids of the rows of one kind by what became of them, eight bytes each."""

    inserted: "array[int]" = field(default_factory=lambda: array("q"))
    updated: "array[int]" = field(default_factory=lambda: array("q"))
    unchanged: "array[int]" = field(default_factory=lambda: array("q"))


class Snapshot(Protocol):
    """One file's snapshot of a kind, gathered chunk by chunk."""

    def add(self, columns: dict[str, Sequence[Any]]) -> None:
        """Take note of a chunk."""

    def finish(self) -> None:
        """All of it is there."""


@dataclass
class WriteResult:
    """Counts per record kind, what was refused, and the orders that were ``touched``: they or a part of them changed.

    ``ids`` are those of the rows of each kind, where they were asked for.
    """

    counts: dict[str, Counts] = field(default_factory=dict)
    ids: dict[str, WrittenIds] = field(default_factory=dict)
    rejects: RejectStore = field(default_factory=RejectStore)
    touched: RowIds = field(default_factory=RowIds)

    @property
    def touched_orders(self) -> list[int]:
        """Ids of the orders that changed."""
        return [row_id for some in self.touched.steps() for row_id in some]


class Batch:
    """State of one write: bounded by the ids it touches, never by the values it writes."""

    def __init__(
        self,
        conn: Connection,
        batch_id: int,
        source_time: int,
        now: int,
        default_channel: str,
        progress: Progress | None,
        kept: Kept | None = None,
        keep_ids: bool = False,
    ) -> None:
        self.conn = conn
        self.keep_ids = keep_ids
        self.id = batch_id
        self.source_time = source_time
        self.now = now
        self.default_channel = default_channel
        self.kept = kept or Forgotten(conn, batch_id)
        self.result = WriteResult()
        self.touched: set[int] = set()
        self.settled = RowIds()  # new orders of earlier portions
        self.tracking_numbers: set[str] = set()
        self.customers: set[tuple[str, str]] = set()
        self.written_orders = RowIds()
        self.purchase_orders: set[int] = set()
        self.mentions: defaultdict[str, RowIds] = defaultdict(RowIds)
        self.occurrences = Occurrences()
        self.records: Sequence[Records] = ()
        self.new_orders: NewOrders | None = None
        self.known_orders: dict[tuple[Any, ...], int] = {}
        self._first_new_order: int | None = None
        self._last_with: dict[str, int] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self._progress = progress
        self._done = 0
        self.total = 0
        self._sources: dict[int, str] | None = None
        self._fields: dict[str, dict[int, frozenset[str]]] = {}
        self._known: dict[str, set[str]] = {}

    def counts(self, kind: str) -> Counts:
        """The counts of a record kind."""
        return self.result.counts.setdefault(kind, Counts())

    def note_ids(self, kind: str, inserted: Iterable[int], updated: Iterable[int], unchanged: Iterable[int]) -> None:
        """Remember which rows of a kind are new, changed and as they were."""
        ids = self.result.ids.setdefault(kind, WrittenIds())
        ids.inserted.extend(inserted)
        ids.updated.extend(updated)
        ids.unchanged.extend(unchanged)

    def reject(self, kind: str, line: int, name: str, found: object, expected: str) -> None:
        """Refuse a record."""
        self.result.rejects.append(Reject(kind, line, name, "" if found is None else str(found), expected))

    def orders_without(self, kind: str) -> int:
        """The number from which on orders have no rows of a kind: this batch made them and has given them none."""
        if self._first_new_order is None:
            return _NO_ORDER
        return max(self._first_new_order, self._last_with.get(kind, -1) + 1)

    def note_rows(self, kind: str, order: int) -> None:
        """Remember that orders up to this one may have rows of a kind."""
        self._last_with[kind] = max(order, self._last_with.get(kind, -1))

    def note_new_orders(self, ids: Sequence[int]) -> None:
        """Remember the numbers of orders that this batch makes; each is higher than those before."""
        if self._first_new_order is None and ids:
            self._first_new_order = ids[0]

    def new_order_columns(
        self, columns: Mapping[str, Sequence[Any]], times: Sequence[int], ids: Sequence[int]
    ) -> Mapping[str, Sequence[Any]]:
        """What follows for orders that are about to be inserted."""
        self.note_new_orders(ids)
        if self.new_orders is None:
            self.new_orders = NewOrders(self.conn, self.records, ids[0])
        return self.new_orders.columns(Columns(len(ids), columns), times, ids)

    def forget_portion(self) -> None:
        """What only the records of one portion need."""
        self.records = ()
        self.new_orders = None
        self.known_orders.clear()

    def step(self, done: int, text: str) -> None:
        """Tell how far the write is; raises Cancelled when nobody wants it any more."""
        self._done += done
        if self._progress is not None:
            self._progress.step(self._done, self.total, text)

    def source_of(self, batch_id: int) -> str:
        """Source that a batch came from; a batch without a record is a source of its own."""
        if self._sources is None:
            rows = self.conn.execute(select(schema.batches.c.id, schema.batches.c.source)).all()
            self._sources = {row[0]: row[1] for row in rows}
        return self._sources.get(batch_id, f"batch {batch_id}")

    def fields_of(self, kind: str, batch_id: int) -> frozenset[str]:
        """Columns that a batch's records of a kind had; an empty value of any other column means nothing."""
        if kind not in self._fields:
            table = schema.batch_fields
            rows = self.conn.execute(
                select(table.c.batch_id, table.c.fields_json).where(table.c.record_kind == kind)
            ).all()
            self._fields[kind] = {row[0]: frozenset(json.loads(row[1])) for row in rows}
        return self._fields[kind].get(batch_id, frozenset())

    def note_fields(self, kind: str, columns: Iterable[str]) -> None:
        """Remember which columns this batch's records of a kind have."""
        together = self.fields_of(kind, self.id) | frozenset(columns)
        self._fields[kind][self.id] = together
        row = {"batch_id": self.id, "record_kind": kind, "fields_json": json.dumps(sorted(together))}
        dialect.upsert(self.conn, schema.batch_fields, [row], ["batch_id", "record_kind"])

    def note_keys(self, table_name: str, keys: Iterable[str | None]) -> None:
        """Make the channels or locations that records name and nobody has described yet."""
        known = self._known.setdefault(table_name, set())
        new = {key for key in keys if key} - known
        if new:
            known |= new
            table = schema.metadata.tables[table_name]
            there = self.conn.execute(select(table.c.key).where(table.c.key.in_(new))).scalars().all()
            self.kept.made(table_name, sorted(new - set(there)))
            labels: Mapping[str, str] = {UNKNOWN_CHANNEL: "Unknown channel"} if table_name == "channels" else {}
            rows = [{"key": key, "label": labels.get(key, key)} for key in sorted(new)]
            dialect.insert_missing(self.conn, table, rows, ["key"])


_NO_ORDER = 1 << 62
# The channel of orders that only records without a channel name, until the orders' own file comes.
UNKNOWN_CHANNEL = "unknown"
