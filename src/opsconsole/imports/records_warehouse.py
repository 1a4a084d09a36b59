"""What the warehouse does with orders, what channels list, and what their shipping methods mean."""

from opsconsole.imports.records_kind import RecordKind, fields

ORDER_EVENTS = RecordKind(
    "order_events",
    "Order steps",
    "order_events",
    fields(
        required="channel order_id code occurred_at",
        identifier="channel order_id event_id location",
        text="description",
        status="code",
        instant="occurred_at",
    ),
    ("channel", "order_id", "event_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
    occurrence=True,
)

PICKS = RecordKind(
    "picks",
    "Picks",
    "picks",
    fields(
        required="channel order_id",
        identifier="channel order_id pick_id line_id sku location picker",
        status="reason",
        number="allocated_quantity picked_quantity damaged_quantity",
        instant="picked_at",
    ),
    ("channel", "order_id", "pick_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
    occurrence=True,
)

WAREHOUSE_ORDERS = RecordKind(
    "warehouse_orders",
    "Orders at the warehouse",
    "warehouse_orders",
    fields(
        required="channel order_id location",
        identifier="channel order_id location",
        status="status",
        number="quantity shipped_quantity",
        instant="released_at shipped_at cancelled_at",
    ),
    ("channel", "order_id", "location"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

LISTINGS = RecordKind(
    "listings",
    "Listings",
    "listings",
    fields(
        required="channel sku",
        identifier="channel sku location",
        text="title fulfilled_by currency",
        status="status",
        number="quantity",
        money="price",
    ),
    ("channel", "sku"),
    snapshot=True,
)

SHIP_METHODS = RecordKind(
    "ship_methods",
    "Shipping methods",
    "ship_methods",
    fields(
        required="method carrier_key",
        identifier="channel carrier_key",
        text="method service",
        flag="needs_phone",
    ),
    ("channel", "method"),
)
