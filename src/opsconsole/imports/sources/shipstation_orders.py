"""ShipStation's order export: "Group - Field" columns that the user picks and orders; only the names are certain.

One row per order, or per item where item columns were picked; then what is said of the order repeats on each of its
rows. Orders of several stores are told apart by the store's name where that column was picked. Times are local to the
account. What the customer paid for shipping is not what the label cost.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Date - Order Date | Date - Paid Date | Date - Shipped Date | Date - Hold Until | Date - Ship By Date
    Order - Number | Order - Status | Order - CustomerID | Order - Pay Method | Amount - Order Total
    Amount - Order Subtotal | Amount - Order Tax | Amount - Order Shipping | Amount - Paid by Customer
    Amount - Shipping Cost | Amount - Ship Rate Quoted | Carrier - Carrier Selected | Carrier - Service Requested
    Carrier - Service Selected | Count - Number of Items | Count - Number of Shipments | Customer Email
    Custom - Field 1 | Custom - Field 2 | Custom - Field 3 | Notes - From Buyer | Notes - Internal | Notes - To Buyer
    Market - Marketplace Name | Market - Store Name | Ship To - Name | Ship To - Company | Ship To - Address 1
    Ship To - Address 2 | Ship To - Address 3 | Ship To - City | Ship To - State | Ship To - Postal Code
    Ship To - Country | Ship To - Phone | Ship To - Residential Flag | Ship To - Zone | Item - SKU | Item - Fill SKU
    Item - Name | Item - Qty | Item - Price | Item - UPC | Item - Location | Weight - TotalOz | Weight - WeightOz
    Tags | Source
""")
_FORMATS = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "iso"]
_KEY = ["Order - Number", "Market - Store Name"]
_ITEM = ("Item - SKU", "Item - Name")
_CANCELLED = {"column": "Order - Status", "contains": ["cancel", "reject"]}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": _FORMATS, "optional": True}


_CHANNEL = {"from": "Market - Store Name", "slug": True, "optional": True}
_SHIPPED = {"column": "Date - Shipped Date", "filled": True}
_ORDER = {
    "channel": _CHANNEL,
    "order_id": "Order - Number",
    "order_number": {"from": "Order - Number", "strip_prefix": "#"},
    "placed_at": _when("Date - Order Date"),
    "paid_at": _when("Date - Paid Date"),
    "hold_until": _when("Date - Hold Until"),
    "ship_by_on": _when("Date - Ship By Date"),
    "stated_shipped_at": _when("Date - Shipped Date"),
    "status": {"first": [
        {"from": "Order - Status", "lower": True, "map": {
            "awaiting payment": "pending", "awaiting_payment": "pending", "on hold": "on_hold", "on_hold": "on_hold",
            "awaiting shipment": "processing", "awaiting_shipment": "processing", "pending fulfillment": "processing",
            "pending_fulfillment": "processing", "rejected fulfillment": "on_hold", "rejected_fulfillment": "on_hold",
            "shipped": "shipped", "cancelled": "cancelled", "canceled": "cancelled",
        }},
        {"const": "shipped", "where": _SHIPPED},
    ]},
    "payment_status": {"first": [
        {"const": "pending", "where": {"column": "Order - Status", "contains": ["payment"]}},
        {"const": "paid", "where": {"column": "Date - Paid Date", "filled": True}},
    ]},
    "payment_method": _text("Order - Pay Method"),
    "total": _text("Amount - Order Total"),
    "subtotal": _text("Amount - Order Subtotal"),
    "tax": _text("Amount - Order Tax"),
    "shipping": _text("Amount - Order Shipping"),
    "service": {"first": [_text("Carrier - Service Requested"), _text("Carrier - Service Selected")]},
    "customer_id": _text("Order - CustomerID"),
    "customer_name": _text("Ship To - Name"),
    "email": _text("Customer Email"),
    "note": _text("Notes - From Buyer"),
    "tags": _text("Tags"),
    **{field: _text(f"Ship To - {name}") for field, name in (
        ("ship_name", "Name"), ("address1", "Address 1"), ("address2", "Address 2"), ("city", "City"),
        ("province", "State"), ("postcode", "Postal Code"), ("country", "Country"), ("phone", "Phone"),
    )},
}  # fmt: skip

SOURCE = Source(
    key="shipstation_orders",
    label="ShipStation, orders",
    platform="shipstation",
    signatures=(
        Signature(
            "ShipStation's order export", _COLUMNS, all_of=("Order - Number",), no_prefix="Shipment - ",
        ),
    ),
    records=(
        {"kind": "orders", "one_per": _KEY, "fields": _ORDER},
        {"kind": "order_lines", "needs": _ITEM, "keep_where": [{"column": name, "filled": True} for name in _ITEM],
         "fields": {
            "channel": _CHANNEL,
            "order_id": "Order - Number",
            "line_id": {"occurrence_of": _ITEM, "within": _KEY},
            "sku": _text("Item - SKU"),
            "title": _text("Item - Name"),
            "quantity": _text("Item - Qty"),
            "unit_price": _text("Item - Price"),
            "amount": {"product": ["Item - Qty", "Item - Price"]},
            "shipped_quantity": {"from": "Item - Qty", "where": _SHIPPED, "optional": True},
            "cancelled_quantity": {"from": "Item - Qty", "where": _CANCELLED, "optional": True},
        }},
    ),
)  # fmt: skip
