"""The record kinds a file can fill, and their fields.

Typed values of a field: text and identifier ``str``; integer ``int``; number ``float``; money ``int`` minor units of
the record's ``currency``; instant ``int`` microseconds UTC; day ``int`` days since 1970-01-01; flag ``bool``; ``None``
is "the file has this field and it is empty here" for optional fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opsconsole.imports.field_help import FIELD_HELP


class Type(StrEnum):
    """Type of a record field's values."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PRICE_E4 = "price_e4"  # 1/10,000 of the currency's unit
    INSTANT = "instant"
    DAY = "day"
    FLAG = "flag"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of a record kind; ``required`` fields reject the record when empty."""

    key: str
    type: Type
    required: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record.

    ``identity`` are the fields that make a record the same record in another file. ``parent`` is the kind it belongs
    to, found by the fields in ``parent_identity``: a parent that is not there yet is made as a stub, filled when its
    own file comes. ``occurrence`` kinds have no key of their own: identity is the content and its occurrence number.
    ``snapshot`` kinds describe everything there is at one moment: rows that a newer snapshot leaves out "left the
    list".
    """

    key: str
    label: str
    table: str
    fields: tuple[RecordField, ...]
    identity: tuple[str, ...]
    parent: str = ""
    parent_identity: tuple[str, ...] = ()
    occurrence: bool = False
    snapshot: bool = False

    def field(self, key: str) -> RecordField:
        """Field by key; KeyError when the kind has none."""
        for known in self.fields:
            if known.key == key:
                return known
        raise KeyError(key)


@dataclass
class Records:
    """Columns of typed values of one kind; ``lines[i]`` is the file's line of record i (0 = not from a file).

    Only fields the source provides have a column: a missing column leaves what the database knows as it is. ``times``
    holds each record's own last-updated instant where the source has one (else the file's source time counts).
    """

    kind: str
    columns: dict[str, list[Any]]
    lines: Sequence[int] = field(default_factory=list)
    times: Sequence[int | None] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self) -> list[dict[str, Any]]:
        """Records as dicts."""
        keys = list(self.columns)
        return [dict(zip(keys, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]


def _fields(*, required: str = "", **by_type: str) -> tuple[RecordField, ...]:
    needed = set(required.split())
    return tuple(
        RecordField(key, Type(name), key in needed, FIELD_HELP.get(key, ""))
        for name, keys in by_type.items()
        for key in keys.split()
    )


_ORDER = "channel order_id"

ORDERS = RecordKind(
    "orders",
    "Orders",
    "orders",
    _fields(
        required="channel order_id",
        identifier="channel order_id order_number customer_id postcode location",
        text="customer_name email phone time_zone payment_method payment_terms service risk_level tags note currency "
        "cancelled_by cancel_reason ship_name address1 address2 city province country fulfilled_by",
        status="status payment_status",
        money="total subtotal tax shipping discount refunded",
        instant="placed_at paid_at stated_shipped_at stated_delivered_at cancelled_at hold_until updated_at ship_by "
        "deliver_by",
        day="ship_by_on deliver_by_on",
    ),
    ("channel", "order_id"),
)

ORDER_LINES = RecordKind(
    "order_lines",
    "Order lines",
    "order_lines",
    _fields(
        required="channel order_id",
        identifier="channel order_id line_id sku location vendor_key",
        text="title currency",
        status="status",
        number="quantity shipped_quantity allocated_quantity cancelled_quantity",
        money="unit_price amount discount tax shipping",
        flag="requires_shipping",
        instant="ship_by shipped_at",
        day="ship_by_on",
    ),
    ("channel", "order_id", "line_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

PAYMENTS = RecordKind(
    "payments",
    "Payments",
    "payments",
    _fields(
        required="channel order_id payment_id",
        identifier="channel order_id payment_id",
        text="method currency",
        status="status",
        money="amount",
        integer="installments",
        instant="paid_at",
    ),
    ("channel", "order_id", "payment_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

SHIPMENTS = RecordKind(
    "shipments",
    "Shipments",
    "shipments",
    _fields(
        required="order_id shipment_id",
        identifier="channel order_id shipment_id tracking_number location carrier_key",
        text="service currency",
        status="status",
        flag="voided",
        number="quantity weight_grams",
        money="cost",
        instant="labeled_at shipped_at delivered_at deliver_by first_scan_at last_scan_at",
        day="deliver_by_on",
    ),
    ("channel", "order_id", "shipment_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

SHIPMENT_EVENTS = RecordKind(
    "shipment_events",
    "Carrier scans",
    "shipment_events",
    _fields(
        required="tracking_number occurred_at",
        identifier="tracking_number event_id",
        text="description place",
        status="code",
        instant="occurred_at",
    ),
    ("tracking_number", "event_id"),
    parent="shipments",
    parent_identity=("tracking_number",),
    occurrence=True,
)

RETURNS = RecordKind(
    "returns",
    "Returns",
    "returns",
    _fields(
        required="channel order_id return_id",
        identifier="channel order_id return_id sku",
        text="reason disposition currency",
        status="stage",
        number="quantity",
        money="refunded",
        instant="requested_at received_at refunded_at",
    ),
    ("channel", "order_id", "return_id", "sku"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

REVIEWS = RecordKind(
    "reviews",
    "Satisfaction answers",
    "reviews",
    _fields(
        required="channel order_id review_id score",
        identifier="channel order_id review_id",
        text="comment",
        number="score score_max",
        instant="asked_at answered_at",
    ),
    ("channel", "order_id", "review_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

CUSTOMERS = RecordKind(
    "customers",
    "Customers",
    "customers",
    _fields(
        required="channel customer_id",
        identifier="channel customer_id person_id postcode",
        text="name email phone city province country",
    ),
    ("channel", "customer_id"),
)

PRODUCTS = RecordKind(
    "products",
    "Products",
    "products",
    _fields(
        required="sku",
        identifier="sku barcode supplier_key",
        text="title category currency",
        money="unit_cost list_price",
        number="weight_grams lead_time_days",
        integer="pack_size minimum_order",
        flag="active",
    ),
    ("sku",),
)

STOCK_LEVELS = RecordKind(
    "stock_levels",
    "Stock levels",
    "stock_levels",
    _fields(
        required="sku location",
        identifier="sku location bin",
        text="title",
        number="on_hand allocated held available inbound",
        instant="counted_at",
    ),
    ("sku", "location"),
    snapshot=True,
)

SALES_HISTORY = RecordKind(
    "sales_history",
    "Sales history",
    "sales_history",
    _fields(
        required="channel sold_at quantity",
        identifier="channel document sku customer_id",
        text="title country currency",
        number="quantity",
        price_e4="unit_price_e4",
        money="amount",
        instant="sold_at",
    ),
    ("channel", "line_key"),
    occurrence=True,
)

VENDORS = RecordKind(
    "vendors",
    "Vendors",
    "vendors",
    _fields(
        required="key kind",
        identifier="key postcode",
        text="name email city province country",
        status="kind",
        number="lead_time_days",
    ),
    ("key",),
)

PURCHASE_ORDERS = RecordKind(
    "purchase_orders",
    "Purchase orders",
    "purchase_orders",
    _fields(
        required="po_number",
        identifier="po_number vendor_key location",
        text="currency",
        status="status",
        instant="ordered_at acknowledged_at",
    ),
    ("po_number",),
)

PURCHASE_ORDER_LINES = RecordKind(
    "purchase_order_lines",
    "Purchase order lines",
    "purchase_order_lines",
    _fields(
        required="po_number line_id",
        identifier="po_number line_id sku",
        number="quantity received_quantity rejected_quantity",
        money="unit_cost",
        text="currency",
        day="promised_on earliest_on completed_on",
    ),
    ("po_number", "line_id"),
    parent="purchase_orders",
    parent_identity=("po_number",),
)

RECEIPTS = RecordKind(
    "receipts",
    "Receipts",
    "receipts",
    _fields(
        required="po_number line_id receipt_id quantity",
        identifier="po_number line_id receipt_id",
        number="quantity rejected_quantity",
        instant="arrived_at stocked_at",
    ),
    ("po_number", "line_id", "receipt_id"),
    parent="purchase_order_lines",
    parent_identity=("po_number", "line_id"),
)

# Parents before children: the order in which one file's records are written.
KINDS: Mapping[str, RecordKind] = {
    kind.key: kind
    for kind in (
        VENDORS,
        CUSTOMERS,
        PRODUCTS,
        ORDERS,
        ORDER_LINES,
        PAYMENTS,
        SHIPMENTS,
        SHIPMENT_EVENTS,
        RETURNS,
        REVIEWS,
        STOCK_LEVELS,
        SALES_HISTORY,
        PURCHASE_ORDERS,
        PURCHASE_ORDER_LINES,
        RECEIPTS,
    )
}

# Instants and days that lie ahead: they say nothing of how new the file is.
PROMISES = frozenset(
    {"ship_by", "deliver_by", "hold_until", "ship_by_on", "deliver_by_on", "promised_on", "earliest_on"}
)


def group_fields(kind: RecordKind) -> tuple[str, ...]:
    """Fields that tell which order (or purchase order) a record is part of: one bad line rejects all of it."""
    keys = {known.key for known in kind.fields}
    if "order_id" in keys:
        return ("channel", "order_id") if "channel" in keys else ("order_id",)
    return ("po_number",) if "po_number" in keys else ()
