"""What suppliers say of purchase orders: what they have sent and what they charge."""

from opsconsole.imports.records_kind import RecordKind, fields

SHIP_NOTICES = RecordKind(
    "ship_notices",
    "Ship notices",
    "ship_notices",
    fields(
        required="po_number notice_id line_id",
        identifier="po_number notice_id line_id sku carrier_key tracking_number bill_of_lading carton_id",
        number="quantity",
        day="shipped_on expected_on",
    ),
    ("po_number", "notice_id", "line_id"),
    parent="purchase_orders",
    parent_identity=("po_number",),
)

SUPPLIER_INVOICE_LINES = RecordKind(
    "supplier_invoice_lines",
    "Supplier invoice lines",
    "supplier_invoice_lines",
    fields(
        required="vendor_key invoice_number line_id",
        identifier="vendor_key invoice_number line_id po_number sku",
        text="description currency",
        status="kind",
        number="quantity",
        money="amount",
        day="invoiced_on",
    ),
    ("vendor_key", "invoice_number", "line_id"),
)
