"""How records of each kind become rows: which columns they fill, what identifies them, whom they belong to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_parents import find_orders, find_purchase_order_lines, find_purchase_orders
from opsconsole.imports.writer_rows import Rows
from opsconsole.store import schema

_PROMISES = ("ship_by", "ship_by_on", "deliver_by", "deliver_by_on")

# Fields that say what the database also concludes from other records: both are kept.
_STATED: Mapping[str, tuple[str, ...]] = {
    "orders": ("time_zone", *_PROMISES, "city", "province", "postcode", "country", "ready_at"),
    "order_lines": ("ship_by", "ship_by_on"),
    "shipments": (
        *("shipped_at", "delivered_at", "first_scan_at", "last_scan_at"),
        *("deliver_by", "deliver_by_on"),
    ),
    "purchase_order_lines": ("received_quantity", "rejected_quantity", "completed_on"),
}

# Columns that identify a row, in the order of its unique constraint.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "vendors": ("key",),
    "customers": ("channel", "customer_id"),
    "products": ("sku",),
    "orders": ("channel", "order_id"),
    "order_lines": ("order_fk", "line_id"),
    "payments": ("order_fk", "payment_id"),
    "shipments": ("order_fk", "shipment_id"),
    "shipment_events": ("tracking_number", "event_id"),
    "returns": ("order_fk", "return_id", "sku"),
    "reviews": ("order_fk", "review_id"),
    "order_events": ("order_fk", "event_id"),
    "picks": ("order_fk", "pick_id"),
    "warehouse_orders": ("order_fk", "location"),
    "refunds": ("order_fk", "refund_id"),
    "disputes": ("order_fk", "dispute_id"),
    "tickets": ("helpdesk", "ticket_id"),
    "claims": ("order_fk", "claim_id"),
    "fraud_decisions": ("order_fk", "decision_id"),
    "freight_charges": ("vendor_key", "charge_id"),
    "marketplace_entries": ("channel", "entry_id"),
    "payouts": ("channel", "statement_id"),
    "reimbursements": ("channel", "reimbursement_id", "sku"),
    "ship_methods": ("channel", "method"),
    "stock_movements": ("location", "movement_id"),
    "stock_levels": ("sku", "location"),
    "listings": ("channel", "sku"),
    "sales_history": ("channel", "line_key"),
    "purchase_orders": ("po_number",),
    "purchase_order_lines": ("purchase_order_fk", "line_id"),
    "receipts": ("purchase_order_line_fk", "receipt_id"),
    "ship_notices": ("purchase_order_fk", "notice_id", "line_id"),
    "supplier_invoice_lines": ("vendor_key", "invoice_number", "line_id"),
}


def key_of(kind: str) -> tuple[str, ...]:
    """Columns that identify a row of a kind's table."""
    return _KEYS[kind]


def column_of(kind: str, name: str) -> str:
    """Column of a table that a record's field fills."""
    return f"stated_{name}" if name in _STATED.get(kind, ()) else name


@dataclass
class Chunk:
    """Some records of one kind, column by column; refused ones are dropped as soon as they are known."""

    kind: RecordKind
    columns: dict[str, Sequence[Any]]
    lines: Sequence[int]
    times: Sequence[int]
    keys: dict[str, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def get(self, name: str) -> Sequence[Any]:
        """Values of a field; None for each record where the file does not have it."""
        return self.columns.get(name) or [None] * len(self)

    def keep(self, wanted: Sequence[bool]) -> None:
        """Drop the records that are not wanted."""
        if all(wanted):
            return
        self.columns = {name: _kept(values, wanted) for name, values in self.columns.items()}
        self.keys = {name: _kept(values, wanted) for name, values in self.keys.items()}
        self.lines = _kept(self.lines, wanted)
        self.times = _kept(self.times, wanted)


def _kept(values: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
    return [value for value, keep in zip(values, wanted, strict=True) if keep]


def prepared(batch: Batch, chunk: Chunk) -> Rows:
    """The rows of a chunk, with their parents found or made; records that belong nowhere are refused."""
    kind = chunk.kind.key
    _fill_channel(batch, chunk)
    _need_keys(batch, chunk)
    _PARENTS.get(chunk.kind.parent, _no_parent)(batch, chunk)
    _KEYS_MADE.get(kind, _no_key)(batch, chunk)
    key_names = _KEYS[kind]
    key_columns = [chunk.keys[name] if name in chunk.keys else chunk.columns[name] for name in key_names]
    names = [name for name in chunk.columns if name in filled(chunk.kind)]
    return Rows(
        kind,
        schema.metadata.tables[chunk.kind.table],
        key_names,
        tuple(column_of(kind, name) for name in names),
        tuple(column_of(kind, name) for name in filled(chunk.kind)),
        list(zip(*key_columns, strict=True)),
        [chunk.columns[name] for name in names],
        list(chunk.times),
    )


def filled(kind: RecordKind) -> tuple[str, ...]:
    """Fields of a kind that are values, not identity."""
    identity = {*_KEYS[kind.key], *kind.parent_identity}
    return tuple(known.key for known in kind.fields if known.key not in identity)


def _fill_channel(batch: Batch, chunk: Chunk) -> None:
    """Take the file's channel where records say none; those of an order are looked up over all channels instead."""
    if chunk.kind.parent or not any(known.key == "channel" for known in chunk.kind.fields):
        return
    if batch.default_channel:
        chunk.columns["channel"] = [value or batch.default_channel for value in chunk.get("channel")]


def _need_keys(batch: Batch, chunk: Chunk) -> None:
    """Refuse records without the identity they must have."""
    parent_may_guess = "channel" if chunk.kind.parent == "orders" else ""
    wanted = [True] * len(chunk)
    for known in chunk.kind.fields:
        if not known.required or known.key == parent_may_guess:
            continue
        values = chunk.get(known.key)
        if None not in values and "" not in values:
            continue
        for place, value in enumerate(values):
            if wanted[place] and (value is None or value == ""):
                wanted[place] = False
                batch.reject(chunk.kind.key, chunk.lines[place], known.key, None, "a value")
    chunk.keep(wanted)


def _no_parent(batch: Batch, chunk: Chunk) -> None:
    if "channel" in chunk.columns:
        batch.note_keys("channels", set(chunk.columns["channel"]))
    if "location" in chunk.columns:
        batch.note_keys("locations", set(chunk.columns["location"]))


def _order_parent(batch: Batch, chunk: Chunk) -> None:
    channels = [channel or None for channel in chunk.get("channel")]
    named = list(zip(channels, chunk.get("order_id"), strict=True))
    found = find_orders(batch, chunk.kind.key, named, chunk.lines)
    chunk.keys["order_fk"] = found
    chunk.keep([order is not None for order in found])
    if "location" in chunk.columns:
        batch.note_keys("locations", set(chunk.columns["location"]))


def _purchase_order_parent(batch: Batch, chunk: Chunk) -> None:
    chunk.keys["purchase_order_fk"] = find_purchase_orders(batch, chunk.get("po_number"))


def _purchase_order_line_parent(batch: Batch, chunk: Chunk) -> None:
    found = find_purchase_order_lines(batch, chunk.get("po_number"), chunk.get("line_id"))
    chunk.keys["purchase_order_line_fk"] = found


_PARENTS: Mapping[str, Callable[[Batch, Chunk], None]] = {
    "orders": _order_parent,
    "purchase_orders": _purchase_order_parent,
    "purchase_order_lines": _purchase_order_line_parent,
}


# --- keys made from content -------------------------------------------------------------------------------------------


def digest(*content: Any) -> str:
    """Short hash of values; equal content gives equal text."""
    return blake2b(repr(content).encode(), digest_size=9).hexdigest()


def _no_key(_batch: Batch, _chunk: Chunk) -> None:
    return None


def _line_key(batch: Batch, chunk: Chunk) -> None:
    """An order line without an id is its order's n-th line of that SKU, price and title."""
    contents = zip(chunk.get("sku"), chunk.get("unit_price"), chunk.get("title"), strict=True)
    of_orders = list(zip(chunk.keys["order_fk"], contents, strict=True))
    chunk.keys["line_id"] = _numbered(batch, "line", chunk.get("line_id"), of_orders)


def _numbered(
    batch: Batch, kind: str, said: Sequence[str | None], contents: Sequence[tuple[Any, tuple[Any, ...]]]
) -> list[str]:
    """The keys that were said, else the content of a record and the how-manieth of it and its owner it is."""
    lacking = [place for place, key in enumerate(said) if not key]
    digests = [digest(*contents[place][1]) for place in lacking]
    owned = [(contents[place][0], short) for place, short in zip(lacking, digests, strict=True)]
    keys = [key or "" for key in said]
    for place, short, number in zip(lacking, digests, batch.occurrences.numbers(kind, owned), strict=True):
        keys[place] = f"~{short}-{number}"
    return keys


def _scan_key(_batch: Batch, chunk: Chunk) -> None:
    """A scan without an id is its content: a parcel is scanned once at a moment, however often a file says so."""
    _content_key(chunk, "event_id", ("occurred_at", "code", "description", "place"))


def _step_key(_batch: Batch, chunk: Chunk) -> None:
    """A step without an id is its content, as a scan is."""
    _content_key(chunk, "event_id", ("occurred_at", "code", "location", "description"))


def _content_key(chunk: Chunk, name: str, fields: Sequence[str]) -> None:
    contents = zip(*[chunk.get(of) for of in fields], strict=True)
    chunk.keys[name] = [said or f"~{digest(*content)}" for said, content in zip(chunk.get(name), contents, strict=True)]


def _nth_key(name: str, *fields: str) -> Callable[[Batch, Chunk], None]:
    """A record without an id is the n-th with equal ``fields`` in its order (or of its vendor) in the file."""

    def make(batch: Batch, chunk: Chunk) -> None:
        owners = chunk.keys["order_fk"] if "order_fk" in chunk.keys else chunk.get("vendor_key")
        contents = zip(*[chunk.get(of) for of in fields], strict=True)
        owned = list(zip(owners, contents, strict=True))
        chunk.keys[name] = _numbered(batch, chunk.kind.key, chunk.get(name), owned)

    return make


def _sales_key(batch: Batch, chunk: Chunk) -> None:
    """A sales line is the n-th of its content in the file."""
    fields = [chunk.get(name) for name in (known.key for known in chunk.kind.fields)]
    keys = [digest(*content) for content in zip(*fields, strict=True)]
    numbers = batch.occurrences.numbers(chunk.kind.key, keys)
    chunk.keys["line_key"] = [f"{key}-{number}" for key, number in zip(keys, numbers, strict=True)]


def _sku_key(_batch: Batch, chunk: Chunk) -> None:
    chunk.keys["sku"] = [sku or "" for sku in chunk.get("sku")]


def _method_key(_batch: Batch, chunk: Chunk) -> None:
    chunk.keys["channel"] = [channel or "" for channel in chunk.get("channel")]


_KEYS_MADE: Mapping[str, Callable[[Batch, Chunk], None]] = {
    "order_lines": _line_key,
    "shipment_events": _scan_key,
    "sales_history": _sales_key,
    "returns": _sku_key,
    "reimbursements": _sku_key,
    "order_events": _step_key,
    # A corrected quantity is the same pick, a corrected amount the same claim; two refunds may differ in nothing else.
    "picks": _nth_key("pick_id", "line_id", "sku", "location", "picked_at"),
    "refunds": _nth_key("refund_id", "return_id", "sku", "currency", "amount", "refunded_at"),
    "claims": _nth_key("claim_id", "tracking_number", "reason", "filed_at"),
    "fraud_decisions": _nth_key("decision_id", "provider", "decision", "decided_at"),
    "freight_charges": _nth_key(
        *("charge_id", "invoice_number", "tracking_number", "order_id", "kind", "description", "amount", "billed_on"),
    ),
    # Two reports of one statement tell the same money in their own entries: the precedence keeps them apart.
    "marketplace_entries": _nth_key(
        *("entry_id", "statement_id", "order_id", "item_id", "sku", "transaction_type", "description", "currency"),
        *("amount", "posted_at", "precedence"),
    ),
    "stock_movements": _nth_key(
        *("movement_id", "location", "sku", "kind", "reason", "disposition", "reference", "quantity", "moved_at"),
    ),
    "ship_methods": _method_key,
}

assert set(_KEYS) == set(KINDS), "every record kind has its key columns"
