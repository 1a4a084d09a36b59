"""Products, stock, sales without an order, vendors, and what is bought and billed."""

from opsconsole.imports.records_kind import RecordKind, fields

PRODUCTS = RecordKind(
    "products",
    "Products",
    "products",
    fields(
        required="sku",
        identifier="sku barcode supplier_key hs_code",
        text="title category currency origin_country",
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
    fields(
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
    fields(
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
    fields(
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
    fields(
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
    fields(
        required="po_number line_id",
        identifier="po_number line_id sku",
        number="quantity acknowledged_quantity received_quantity rejected_quantity",
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
    fields(
        required="po_number line_id receipt_id quantity",
        identifier="po_number line_id receipt_id",
        number="quantity rejected_quantity",
        instant="arrived_at stocked_at",
    ),
    ("po_number", "line_id", "receipt_id"),
    parent="purchase_order_lines",
    parent_identity=("po_number", "line_id"),
)

FREIGHT_CHARGES = RecordKind(
    "freight_charges",
    "Freight charges",
    "freight_charges",
    fields(
        required="vendor_key amount",
        identifier="vendor_key charge_id invoice_number tracking_number channel order_id",
        text="kind description service currency",
        status="status",
        number="billed_weight_grams",
        money="amount expected_amount",
        instant="billed_at dispute_by",
        day="billed_on",
    ),
    ("vendor_key", "charge_id"),
    occurrence=True,
)
