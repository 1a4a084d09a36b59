"""Orders and what belongs to them."""

from opsconsole.imports.records_kind import RecordKind, fields

ORDERS = RecordKind(
    "orders",
    "Orders",
    "orders",
    fields(
        required="channel order_id",
        identifier="channel order_id order_number customer_id postcode location bill_postcode customs_number",
        text="customer_name email phone time_zone payment_method payment_terms service risk_level tags note currency "
        "cancelled_by cancel_reason ship_name address1 address2 city province country fulfilled_by bill_name "
        "bill_address1 bill_city bill_country hold_reason",
        status="status payment_status duty_status",
        number="risk_score",
        money="total subtotal tax shipping discount refunded",
        instant="placed_at paid_at stated_shipped_at stated_delivered_at cancelled_at hold_until updated_at ship_by "
        "deliver_by held_at ready_at cancel_requested_at refunded_at",
        day="ship_by_on deliver_by_on",
    ),
    ("channel", "order_id"),
)

ORDER_LINES = RecordKind(
    "order_lines",
    "Order lines",
    "order_lines",
    fields(
        required="channel order_id",
        identifier="channel order_id line_id sku location vendor_key pegged_po pegged_line",
        text="title currency",
        status="status",
        number="quantity shipped_quantity allocated_quantity cancelled_quantity backordered_quantity",
        money="unit_price amount discount tax shipping",
        flag="requires_shipping",
        instant="ship_by shipped_at",
        day="ship_by_on expected_on",
    ),
    ("channel", "order_id", "line_id"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

PAYMENTS = RecordKind(
    "payments",
    "Payments",
    "payments",
    fields(
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
    fields(
        required="order_id shipment_id",
        identifier="channel order_id shipment_id tracking_number location carrier_key",
        text="service currency label_error",
        status="status",
        flag="voided",
        number="quantity weight_grams expected_weight_grams",
        money="cost",
        instant="labeled_at shipped_at delivered_at deliver_by first_scan_at last_scan_at label_failed_at",
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
    fields(
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
    fields(
        required="channel order_id return_id",
        identifier="channel order_id return_id sku tracking_number",
        text="reason disposition currency",
        status="stage",
        number="quantity",
        money="refunded",
        instant="requested_at authorized_at shipped_at received_at inspected_at dispositioned_at refunded_at",
    ),
    ("channel", "order_id", "return_id", "sku"),
    parent="orders",
    parent_identity=("channel", "order_id"),
)

REVIEWS = RecordKind(
    "reviews",
    "Satisfaction answers",
    "reviews",
    fields(
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
    fields(
        required="channel customer_id",
        identifier="channel customer_id person_id postcode",
        text="name email phone city province country",
    ),
    ("channel", "customer_id"),
)
